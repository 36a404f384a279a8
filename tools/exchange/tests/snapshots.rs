//! GLIMPSE over loopback: the snapshot and the rest of the feed give the book of the whole feed; logins are checked;
//! a server that dies or is silent ends in an error that says so.

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use escapement_exchange::{
    snapshot, Faults, GlimpseSettings, MissingMessage, Record, SnapshotServer,
};
use escapement_recovery::{fetch_snapshot, Login, Snapshot, SnapshotError, SnapshotLimits};
use support::{
    add, attributed, capture, delete, directory, event, executed, many, record, replace, SESSION,
};

fn login() -> Login {
    Login { username: "escape".into(), password: "Ment".into(), session: String::new() }
}

fn limits() -> SnapshotLimits {
    SnapshotLimits {
        connect: Duration::from_secs(5),
        silence: Duration::from_secs(10),
        total: Duration::from_secs(60),
        messages: 1_000_000,
    }
}

fn start(record: &Arc<Record>, settings: GlimpseSettings) -> SnapshotServer {
    SnapshotServer::start("127.0.0.1:0", record.clone(), settings).unwrap()
}

fn take(server: SocketAddr, login: &Login) -> (Vec<Vec<u8>>, Result<Snapshot, SnapshotError>) {
    let mut got = Vec::new();
    let done = fetch_snapshot(server, login, &limits(), |data| got.push(data.to_vec()));
    (got, done)
}

/// What a client sends: 3.00's login by hand.
fn raw_login(user: &str, password: &str, session: &str, sequence: &str) -> Vec<u8> {
    let text = format!("{user:<6}{password:<10}{session:>10}{sequence:>20}");
    [&[0, 47, b'L'], text.as_bytes()].concat()
}

fn day() -> Vec<Vec<u8>> {
    vec![
        event(b'O'),
        directory(),
        add(1, b'B', 100, 10_000),
        attributed(2, b'S', 200, 11_000),
        add(3, b'B', 300, 9_000),
        executed(1, 40),
        replace(2, 4, 150, 10_900),
        delete(3),
        event(b'Q'),
        add(5, b'S', 7, 10_950),
        executed(5, 7),
        add(6, b'B', 1, 1),
    ]
}

#[test]
fn a_snapshot_holds_what_stands_at_its_sequence() {
    let record = record(&day());
    record.active().set_position(12);
    let server = start(&record, GlimpseSettings::default());
    let (got, done) = take(server.address(), &login());
    let snapshot = done.unwrap();
    let mut first = add(1, b'B', 60, 10_000);
    first[10] = 3;
    // the replaced order keeps its attribution, with time and priority of the replace
    let mut second = attributed(4, b'S', 150, 10_900);
    second[10] = 6;
    assert_eq!(got, [event(b'O'), event(b'Q'), directory(), first, second]);
    assert_eq!(
        snapshot,
        Snapshot { session: "000010059B".into(), next_sequence: 12, messages: 5, heartbeats: 0 }
    );
    let began = Instant::now();
    while server.counts().logouts == 0 && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let counts = server.counts();
    assert_eq!((counts.connections, counts.snapshots, counts.logouts, counts.cut), (1, 1, 1, 0));
}

#[test]
fn snapshot_and_the_rest_give_the_book_of_the_whole_feed() {
    // orders that come, shrink, move and go; the book as reference -> (side, shares, price)
    fn apply(book: &mut BTreeMap<u64, (u8, u32, u32)>, data: &[u8]) {
        let number = |at: usize, bytes: usize| {
            data[at..at + bytes].iter().fold(0u64, |value, &byte| value << 8 | u64::from(byte))
        };
        let reference = if data.len() > 18 { number(11, 8) } else { 0 };
        match data[0] {
            b'A' | b'F' => {
                book.insert(reference, (data[19], number(20, 4) as u32, number(32, 4) as u32));
            }
            b'E' => {
                let order = book.get_mut(&reference).unwrap();
                order.1 -= number(19, 4) as u32;
                if order.1 == 0 {
                    book.remove(&reference);
                }
            }
            b'D' => drop(book.remove(&reference).unwrap()),
            b'U' => {
                let (side, ..) = book.remove(&reference).unwrap();
                book.insert(number(19, 8), (side, number(27, 4) as u32, number(31, 4) as u32));
            }
            _ => {}
        }
    }
    let mut messages = vec![event(b'O'), directory()];
    let mut live: Vec<(u64, u32)> = Vec::new();
    let mut state = 12_345u64;
    for reference in 1..3_000 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = (state >> 33) as usize;
        let place = draw / 8 % live.len().max(1);
        match draw % 8 {
            0..4 => {
                let side = if draw % 16 < 8 { b'B' } else { b'S' };
                messages.push(add(reference, side, 50, 10_000 + draw as u32 % 500));
                live.push((reference, 50));
            }
            _ if live.is_empty() => {}
            4 => {
                let (old, _) = live.swap_remove(place);
                messages.push(replace(old, reference, 70, 9_000 + draw as u32 % 700));
                live.push((reference, 70));
            }
            5 => {
                let (old, shares) = live[place];
                let part = (1 + draw as u32 % 60).min(shares);
                messages.push(executed(old, part));
                live[place].1 -= part;
                if live[place].1 == 0 {
                    live.swap_remove(place);
                }
            }
            _ => messages.push(delete(live.swap_remove(place).0)),
        }
    }
    let record = record(&messages);
    let server = start(&record, GlimpseSettings::default());
    let mut whole = BTreeMap::new();
    messages.iter().for_each(|data| apply(&mut whole, data));
    assert!(whole.len() > 100);
    for next in [1, 2, 3, 500, 1_777, messages.len() as u64, messages.len() as u64 + 1] {
        record.active().set_position(next);
        let (got, done) = take(server.address(), &login());
        assert_eq!(done.unwrap().next_sequence, next);
        let mut book = BTreeMap::new();
        got.iter().for_each(|data| apply(&mut book, data));
        messages[next as usize - 1..].iter().for_each(|data| apply(&mut book, data));
        assert_eq!(book, whole, "snapshot before {next}");
    }
}

#[test]
fn logins_are_checked() {
    let record = record(&day());
    let server = start(&record, GlimpseSettings::default());
    let wrong = Login { password: "other".into(), ..login() };
    assert!(matches!(take(server.address(), &wrong).1, Err(SnapshotError::NotAuthorised(_))));
    let wrong = Login { username: "nobody".into(), ..login() };
    assert!(matches!(take(server.address(), &wrong).1, Err(SnapshotError::NotAuthorised(_))));
    let wrong = Login { session: "YESTERDAY".into(), ..login() };
    assert!(matches!(take(server.address(), &wrong).1, Err(SnapshotError::NoSession(_))));
    let named = Login { session: "000010059B".into(), ..login() };
    assert!(take(server.address(), &named).1.is_ok());
    for unfit in [
        Login { username: "1234567".into(), ..login() },
        Login { password: "12345678901".into(), ..login() },
        Login { session: "é".into(), ..login() },
    ] {
        assert!(matches!(take(server.address(), &unfit).1, Err(SnapshotError::Login(_))));
    }
    assert_eq!(server.counts().rejected, 3);
}

#[test]
fn bytes_on_the_wire_are_those_of_the_specification() {
    let record = record(&day()[..2]);
    let settings = GlimpseSettings { heartbeat: Duration::from_millis(50), ..Default::default() };
    let server = start(&record, settings);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    for byte in raw_login("ESCAPE", "MENT", "", "1") {
        // one byte at a time: packets are framed by length alone
        stream.write_all(&[byte]).unwrap();
    }
    let mut wanted = b"\0\x1fA000010059B                   1".to_vec();
    for message in [event(b'O'), directory()] {
        wanted.extend((1 + message.len() as u16).to_be_bytes());
        wanted.push(b'S');
        wanted.extend(message);
    }
    wanted.extend(b"\0\x16SG                   3");
    wanted.extend(b"\0\x01H\0\x01H");
    let mut got = vec![0; wanted.len()];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(got, wanted);
    stream.write_all(b"\0\x01O").unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.chunks(3).all(|packet| packet == b"\0\x01H"), "{rest:?}");

    let mut refused = TcpStream::connect(server.address()).unwrap();
    refused.write_all(&raw_login("ESCAPE", "WRONG", "", "1")).unwrap();
    let mut answer = Vec::new();
    refused.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"\0\x02JA", "rejected, and closed");
}

#[test]
fn a_login_may_continue_at_a_later_packet() {
    let record = record(&day()[..2]);
    let server = start(&record, GlimpseSettings::default());
    for (from, sequence, messages) in [("2", 2, 2), ("0", 3, 1), ("3", 3, 1)] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(&raw_login("ESCAPE", "MENT", "", from)).unwrap();
        let mut head = [0; 33];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(head[13..], *format!("{sequence:>20}").as_bytes(), "from {from}");
        let mut got = Vec::new();
        for _ in 0..messages {
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut packet).unwrap();
            got.push(packet[1]);
        }
        assert_eq!(got.last(), Some(&b'G'), "from {from}");
    }
}

#[test]
fn who_does_not_log_in_or_says_nothing_is_cut_off() {
    let settings = GlimpseSettings {
        login_within: Duration::from_secs(1),
        silence: Duration::from_millis(300),
        ..Default::default()
    };
    let server = start(&record(&day()), settings);
    let mut mute = TcpStream::connect(server.address()).unwrap();
    mute.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(mute.read_to_end(&mut Vec::new()).unwrap(), 0, "closed without a word");
    let mut sleeper = TcpStream::connect(server.address()).unwrap();
    sleeper.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    sleeper.write_all(&raw_login("ESCAPE", "MENT", "", "1")).unwrap();
    assert!(sleeper.read_to_end(&mut Vec::new()).unwrap() > 33, "the snapshot, then the end");
    let mut rude = TcpStream::connect(server.address()).unwrap();
    rude.write_all(&[0, 0, 0]).unwrap();
    assert_eq!(rude.read_to_end(&mut Vec::new()).unwrap(), 0);
    let began = Instant::now();
    while server.counts().cut < 3 && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!((server.counts().cut, server.counts().logouts), (3, 0));
}

#[test]
fn a_server_that_dies_leaves_no_snapshot() {
    let record = record(&many(600));
    let faults = Faults { die_after: Some(100), ..Default::default() };
    let server = start(&record, GlimpseSettings { faults, ..Default::default() });
    let (got, done) = take(server.address(), &login());
    assert!(matches!(done, Err(SnapshotError::Closed { messages: 100, .. })), "{done:?}");
    assert_eq!(got.len(), 100);
    let began = Instant::now();
    while !server.is_dead() && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (_, done) = take(server.address(), &login());
    assert!(
        matches!(done, Err(SnapshotError::Io { .. } | SnapshotError::Closed { .. })),
        "{done:?}"
    );
}

/// A server that answers a login with these bytes and keeps the line open.
fn scripted(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut login = [0; 49];
        stream.read_exact(&mut login).unwrap();
        stream.write_all(&answer).unwrap();
        // until the client has gone
        let _ = stream.read_to_end(&mut Vec::new());
    });
    address
}

#[test]
fn a_client_believes_no_nonsense() {
    let accepted = b"\0\x1fA000010059B                   1";
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("silence", vec![], "was silent for too long after 0 messages"),
        ("silence later", [&accepted[..], b"\0\x03SXY"].concat(), "too long after 1 messages"),
        ("half a packet", [&accepted[..], b"\0\x30SX"].concat(), "was silent for too long"),
        ("data first", b"\0\x02SX".to_vec(), "packet of type 'S' before the login was accepted"),
        ("no length", [&accepted[..], &[0, 0]].concat(), "packet of length 0"),
        ("end of session", [&accepted[..], b"\0\x01Z"].concat(), "before the end of the snapshot"),
        ("bad end", [&accepted[..], b"\0\x16SG                   x"].concat(), "end of snapshot"),
        ("short end", [&accepted[..], b"\0\x03SG1"].concat(), "end of snapshot"),
        ("from the middle", b"\0\x1fA000010059B                   5".to_vec(), "expected from 1"),
    ];
    for (name, answer, reason) in cases {
        let address = scripted(answer);
        let short = SnapshotLimits { silence: Duration::from_millis(400), ..limits() };
        let done = fetch_snapshot(address, &login(), &short, |_| ());
        let error = done.err().unwrap_or_else(|| panic!("{name}: believed"));
        let text = error.to_string();
        assert!(text.contains(reason) && text.contains(&address.to_string()), "{name}: {text}");
    }
    for end in [&b"12                  "[..], b"                  12", b"00000000000000000012"] {
        let answer = [&accepted[..], b"\0\x04+hi!\0\x01H\0\x16SG", end].concat();
        let address = scripted(answer);
        let snapshot = take(address, &login()).1.unwrap();
        assert_eq!((snapshot.next_sequence, snapshot.heartbeats), (12, 1));
    }
    let address = scripted([&accepted[..], &b"\0\x02SX".repeat(9)].concat());
    let limits = SnapshotLimits { messages: 8, ..limits() };
    let error = fetch_snapshot(address, &login(), &limits, |_| ()).expect_err("too many");
    assert!(error.to_string().contains("more messages than are taken after 8"), "{error}");
}

#[test]
fn a_server_that_only_beats_its_heart_is_left_after_the_total_time() {
    let accepted = b"\0\x1fA000010059B                   1".to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let beating = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&accepted).unwrap();
        while stream.write_all(b"\0\x01H").is_ok() {
            std::thread::sleep(Duration::from_millis(30));
        }
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
    });
    let limits = SnapshotLimits { total: Duration::from_millis(300), ..limits() };
    let error = fetch_snapshot(address, &login(), &limits, |_| ()).expect_err("no snapshot");
    assert!(error.to_string().contains("took too long after 0 messages"), "{error}");
    beating.join().unwrap();
}

#[test]
fn no_snapshot_behind_a_hole_of_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let packets = [(SESSION, 1, vec![event(b'O'), directory()]), (SESSION, 4, vec![delete(9)])];
    let record = Arc::new(Record::read(&[capture(folder.path(), &packets)]).unwrap());
    assert_eq!(snapshot(record.active(), 5), Err(MissingMessage(3)));
    assert_eq!(snapshot(record.active(), 3).map(|messages| messages.len()), Ok(2));
    let server = start(&record, GlimpseSettings::default());
    assert!(matches!(take(server.address(), &login()).1, Err(SnapshotError::NoSession(_))));
    record.active().set_position(3);
    assert_eq!(take(server.address(), &login()).1.unwrap().next_sequence, 3);
}
