//! What the comparison finds: each kind of wrong row, by name; broken tick files are refused.

use std::fs;
use std::path::{Path, PathBuf};

use escapement_witness::{compare, read, Bounds, Reading, Verdict, HEADER};

/// A message file with the messages as blocks.
fn itch(folder: &Path, messages: &[Vec<u8>]) -> Reading {
    let path = folder.join("made.itch");
    let mut bytes = Vec::new();
    for message in messages {
        bytes.extend((message.len() as u16).to_be_bytes());
        bytes.extend(message);
    }
    fs::write(&path, bytes).unwrap();
    Reading { captures: vec![path], ..Reading::default() }
}

fn add(reference: u64, side: u8, shares: u32, price: u32) -> Vec<u8> {
    let mut data = vec![b'A', 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
    data.extend(reference.to_be_bytes());
    data.push(side);
    data.extend(shares.to_be_bytes());
    data.extend(b"ZAAA    ");
    data.extend(price.to_be_bytes());
    data
}

fn delete(reference: u64) -> Vec<u8> {
    let mut data = vec![b'D', 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
    data.extend(reference.to_be_bytes());
    data
}

fn write(folder: &Path, rows: &[String]) -> PathBuf {
    let path = folder.join("ticks.csv");
    fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
    path
}

fn rows(reading: &Reading) -> Vec<String> {
    let mut rows = Vec::new();
    read(reading, |_, told| {
        rows.extend(told.iter().map(ToString::to_string));
        Ok(())
    })
    .unwrap();
    rows
}

#[test]
fn each_kind_of_wrong_row_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let reading = itch(
        folder.path(),
        &[
            add(1, b'B', 5, 100),
            add(2, b'S', 6, 200),
            add(3, b'B', 7, 150),
            delete(99),
            delete(1),
            delete(3),
        ],
    );
    let good = rows(&reading);
    let bid = |index: u64, value: &str, flag: &str| {
        format!("{index},{},9,XNAS,ZAAA,bid,{value},,{flag}", index + 1)
    };
    let ask = "1,2,9,XNAS,ZAAA,ask,200,6,,".to_string();
    let expected = [bid(0, "100,5", ""), ask, bid(2, "150,7", ""), bid(5, ",0", "MAYBE_BAD_BOOK")];
    assert_eq!(good, expected);
    let judge = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = good.clone();
        change(&mut changed);
        let ticks = write(folder.path(), &changed);
        let found = compare(&ticks, &reading, None).unwrap();
        found.first.iter().map(|difference| difference.verdict).collect::<Vec<_>>()
    };
    assert_eq!(judge(&|_| ()), []);
    assert_eq!(
        judge(&|rows| rows[0] = bid(0, "100,4", "")),
        [Verdict::WrongUnflagged, Verdict::Differs]
    );
    assert_eq!(judge(&|rows| rows[0] = bid(0, "100,4", "MAYBE_BAD_BOOK")), [Verdict::Differs]);
    assert_eq!(judge(&|rows| rows[2] = bid(2, "150,7", "MAYBE_BAD_BOOK")), [Verdict::FlagNeedless]);
    assert_eq!(judge(&|rows| rows[3] = bid(5, ",0", "")), [Verdict::FlagMissing]);
    assert_eq!(judge(&|rows| drop(rows.remove(1))), [Verdict::Missing]);
    assert_eq!(judge(&|rows| rows.push(bid(7, "1,1", ""))), [Verdict::Extra]);
    assert_eq!(judge(&|rows| rows.insert(3, bid(4, "150,7", ""))), [Verdict::Extra]);
}

#[test]
fn an_order_that_does_not_fit_flags_its_instrument_until_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    // one set of one way: the second order is not held
    let messages = [
        add(1, b'B', 5, 100),
        add(2, b'B', 6, 110),
        delete(1),
        add(3, b'B', 7, 90),
        delete(2),
        delete(3),
    ];
    let mut reading = itch(folder.path(), &messages);
    reading.bounds = Some(Bounds { sets: 1, ways: 1 });
    let told = rows(&reading);
    let row = |index: u64, value: &str, flag: &str| {
        format!("{index},{},9,XNAS,ZAAA,bid,{value},,{flag}", index + 1)
    };
    assert_eq!(
        told,
        [
            row(0, "100,5", ""),
            row(2, ",0", "MAYBE_BAD_BOOK"),
            row(3, "90,7", "MAYBE_BAD_BOOK"),
            row(5, ",0", "")
        ]
    );
    let ticks = write(folder.path(), &told);
    let found = compare(&ticks, &reading, None).unwrap();
    assert_eq!((found.different, found.proven, found.teller.counts().overflows), (0, 2, 1));
    let untracked = found.teller.untracked();
    assert_eq!((untracked.len(), untracked[0].reference, untracked[0].seq), (1, 2, 2));
    // a card that says nothing of the doubt is told so
    let silent: Vec<String> = told.iter().map(|row| row.replace("MAYBE_BAD_BOOK", "")).collect();
    let found = compare(&write(folder.path(), &silent), &reading, None).unwrap();
    let verdicts: Vec<Verdict> = found.first.iter().map(|difference| difference.verdict).collect();
    use Verdict::{FlagMissing, WrongUnflagged};
    assert_eq!(verdicts, [WrongUnflagged, FlagMissing, WrongUnflagged, FlagMissing]);
}

#[test]
fn a_replace_that_does_not_fit_flags_its_own_ticks() {
    let folder = tempfile::tempdir().unwrap();
    let replace = |original: u64, reference: u64, shares: u32, price: u32| {
        let mut data = vec![b'U', 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
        data.extend(original.to_be_bytes());
        data.extend(reference.to_be_bytes());
        data.extend(shares.to_be_bytes());
        data.extend(price.to_be_bytes());
        data
    };
    // two sets of one way: 1 and 3 share a set, 2 has the other
    let messages = [add(1, b'B', 5, 100), add(2, b'B', 6, 110), replace(2, 3, 6, 120)];
    let mut reading = itch(folder.path(), &messages);
    reading.bounds = Some(Bounds { sets: 2, ways: 1 });
    let told = rows(&reading);
    assert_eq!(
        told.last().unwrap(),
        "2,3,9,XNAS,ZAAA,bid,100,5,,MAYBE_BAD_BOOK",
        "the best is 120"
    );
    let silent: Vec<String> = told.iter().map(|row| row.replace("MAYBE_BAD_BOOK", "")).collect();
    let found = compare(&write(folder.path(), &silent), &reading, None).unwrap();
    let verdicts: Vec<Verdict> = found.first.iter().map(|difference| difference.verdict).collect();
    assert_eq!(verdicts, [Verdict::WrongUnflagged, Verdict::FlagMissing]);
}

#[test]
fn a_delete_of_an_order_that_never_was_does_not_end_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let flagged = |deletes: &[u64]| {
        // one set of one way: the second and the third order are not held
        let mut messages = vec![add(1, b'B', 5, 100), add(2, b'B', 6, 110), add(3, b'B', 6, 120)];
        messages.extend(deletes.iter().map(|&reference| delete(reference)));
        messages.extend([delete(1), add(4, b'B', 7, 90)]);
        let mut reading = itch(folder.path(), &messages);
        reading.bounds = Some(Bounds { sets: 1, ways: 1 });
        rows(&reading).last().unwrap().ends_with("MAYBE_BAD_BOOK")
    };
    let expected =
        [(vec![2], true), (vec![3, 2], false), (vec![2, 99], true), (vec![99, 98, 2], true)];
    for (deletes, flag) in expected {
        assert_eq!(flagged(&deletes), flag, "{deletes:?}");
    }
}

#[test]
fn a_reference_taken_by_a_symbol_that_is_not_followed_ends_the_order_and_flags_its_instrument() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = |reference: u64| {
        let mut data = add(reference, b'S', 1, 7);
        data[2] = 2; // locate
        data[24..32].copy_from_slice(b"OTHER   ");
        data
    };
    let messages = [
        add(1, b'B', 5, 100),
        add(2, b'B', 6, 110),
        stranger(9),
        stranger(2),
        add(3, b'B', 7, 120),
    ];
    let mut reading = itch(folder.path(), &messages);
    reading.symbols = Some(vec!["ZAAA".into()]);
    let row = |index: u64, value: &str, flag: &str| {
        format!("{index},{},9,XNAS,ZAAA,bid,{value},,{flag}", index + 1)
    };
    assert_eq!(
        rows(&reading),
        [
            row(0, "100,5", ""),
            row(1, "110,6", ""),
            row(3, "100,5", ""),
            row(4, "120,7", "MAYBE_BAD_BOOK")
        ]
    );
}

#[test]
fn broken_inputs_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let reading = itch(folder.path(), &[add(1, b'B', 5, 100)]);
    let ticks = folder.path().join("ticks.csv");
    for (text, place) in [
        ("", "line 1"),
        ("a,b\n", "line 1"),
        (&format!("{HEADER}\nx,1\n"), "line 2"),
        (&format!("{HEADER}\n5,6,9,XNAS,ZAAA,bid,1,1,,\n4,5,9,XNAS,ZAAA,bid,1,1,,\n"), "line 3"),
    ] {
        fs::write(&ticks, text).unwrap();
        let error = compare(&ticks, &reading, None).err().expect("refused").to_string();
        assert!(error.contains(place) && error.contains("ticks.csv"), "{error}");
    }
    let cut = folder.path().join("cut.itch");
    fs::write(&cut, [0, 12, b'S']).unwrap();
    let error = read(&Reading { captures: vec![cut], ..Reading::default() }, |_, _| Ok(())).err();
    let error = error.expect("refused").to_string();
    assert!(error.contains("offset 0: the file ends inside a message of 12 bytes"), "{error}");
}
