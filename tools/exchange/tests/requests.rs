//! Re-requests over loopback: every message once and in order, whatever the server loses; bounded when it is gone.

mod support;

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use escapement_exchange::{Faults, Record, RequestServer, RequestSettings};
use escapement_recovery::mold::{Blocks, Header};
use escapement_recovery::{Fetched, RequestError, Requester, Requests};
use support::{capture, delete, many, record, SESSION};

fn start(record: &std::sync::Arc<Record>, settings: RequestSettings) -> RequestServer {
    RequestServer::start("127.0.0.1:0", record.clone(), settings).unwrap()
}

/// Patient where an answer must come, quick where it may not; a busy machine is no silence.
fn asker(servers: Vec<SocketAddr>, timeout_ms: u64, silences_max: u32) -> Requester {
    let timeout = Duration::from_millis(timeout_ms);
    Requester::new(Requests { timeout, silences_max, ..Requests::to(servers) }).unwrap()
}

/// Messages with their sequences.
type Numbered = Vec<(u64, Vec<u8>)>;

fn fetch(
    requester: &mut Requester,
    range: std::ops::Range<u64>,
) -> (Numbered, Result<(), RequestError>) {
    let mut got = Vec::new();
    let done =
        requester.fetch(SESSION, range, |sequence, data| got.push((sequence, data.to_vec())));
    (got, done)
}

fn wanted(messages: &[Vec<u8>], range: std::ops::Range<u64>) -> Numbered {
    range.map(|sequence| (sequence, messages[sequence as usize - 1].clone())).collect()
}

#[test]
fn an_answer_is_an_ordinary_packet_and_shorter_than_asked() {
    let messages = many(300);
    let server = start(&record(&messages), RequestSettings::default());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // by hand: session, sequence 5, 200 messages
    let request = [&b"000010059B"[..], &[0, 0, 0, 0, 0, 0, 0, 5, 0, 200]].concat();
    socket.send_to(&request, server.address()).unwrap();
    let mut packet = [0; 2_000];
    let (bytes, sender) = socket.recv_from(&mut packet).unwrap();
    assert_eq!(sender, server.address());
    assert!(bytes <= 1_472, "{bytes}");
    let (header, rest) = Header::split(&packet[..bytes]).unwrap();
    assert_eq!((header.session, header.sequence), (SESSION, 5));
    assert!((30..200).contains(&header.count), "{}", header.count);
    let blocks = Blocks::new(&header, rest);
    assert!(blocks.is_exact());
    for (block, message) in blocks.zip(&messages[4..]) {
        assert_eq!(block, message);
    }
    socket.set_read_timeout(Some(Duration::from_millis(80))).unwrap();
    assert!(socket.recv_from(&mut packet).is_err(), "one packet answers");
}

#[test]
fn what_cannot_be_answered_is_not() {
    let record = record(&many(50));
    record.active().set_position(41);
    let server = start(&record, RequestSettings::default());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(80))).unwrap();
    let good = Header { session: SESSION, sequence: 40, count: 9 };
    let bad = [
        Header { session: *b"000010059C", ..good }.encode().to_vec(),
        Header { sequence: 41, ..good }.encode().to_vec(),
        Header { sequence: 0, ..good }.encode().to_vec(),
        Header { count: 0, ..good }.encode().to_vec(),
        Header { count: 0xffff, ..good }.encode().to_vec(),
        good.encode()[..19].to_vec(),
        [&good.encode()[..], &[0]].concat(),
    ];
    let mut packet = [0; 2_000];
    for request in &bad {
        socket.send_to(request, server.address()).unwrap();
        assert!(socket.recv_from(&mut packet).is_err(), "{request:?}");
    }
    assert_eq!(server.counts().unanswerable, bad.len() as u64);
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&good.encode(), server.address()).unwrap();
    let (bytes, _) = socket.recv_from(&mut packet).unwrap();
    let (header, _) = Header::split(&packet[..bytes]).unwrap();
    assert_eq!((header.sequence, header.count), (40, 1), "no further than the feed has come");
}

#[test]
fn a_range_comes_whole_in_order_and_once() {
    let messages = many(2_500);
    let record = record(&messages);
    for packets_max in [1, 3, 1_000] {
        let server = start(&record, RequestSettings { packets_max, ..Default::default() });
        let mut requester = asker(vec![server.address()], 5_000, 4);
        let (got, done) = fetch(&mut requester, 3..2_401);
        done.unwrap();
        assert_eq!(got, wanted(&messages, 3..2_401));
        let counts = requester.counts();
        assert_eq!((counts.messages, counts.silences, counts.duplicates), (2_398, 0, 0));
        assert_eq!(counts.short_answers > 0, packets_max < 1_000, "{counts:?}");
        assert_eq!(server.counts().requests, counts.requests);
        let (nothing, done) = fetch(&mut requester, 7..7);
        assert!(done.is_ok() && nothing.is_empty());
        assert_eq!(
            requester.counts().requests,
            counts.requests,
            "nothing is missing: nothing is asked"
        );
    }
}

#[test]
fn lost_and_repeated_answers_are_lived_with_and_counted() {
    let messages = many(2_500);
    let record = record(&messages);
    let faults = Faults { drop_one_in: 3, send_twice: true, ..Default::default() };
    let server = start(&record, RequestSettings { packets_max: 2, faults, ..Default::default() });
    let mut requester = asker(vec![server.address()], 60, 50);
    let (got, done) = fetch(&mut requester, 1..2_501);
    done.unwrap();
    assert_eq!(got, wanted(&messages, 1..2_501));
    let (counts, served) = (requester.counts(), server.counts());
    assert!(served.dropped > 10, "{served:?}");
    assert!(counts.silences + counts.short_answers >= served.dropped / 2, "{counts:?} {served:?}");
    assert!(counts.duplicates > 0, "{counts:?}");
}

#[test]
fn a_server_that_dies_leaves_the_work_to_the_next() {
    let messages = many(2_500);
    let record = record(&messages);
    let faults = Faults { die_after: Some(5), ..Default::default() };
    let mortal = start(&record, RequestSettings { faults, ..Default::default() });
    let other = start(&record, RequestSettings::default());
    let mut requester = asker(vec![mortal.address(), other.address()], 400, 10);
    let (got, done) = fetch(&mut requester, 1..2_501);
    done.unwrap();
    assert_eq!(got, wanted(&messages, 1..2_501));
    assert!(mortal.is_dead() && !other.is_dead());
    assert!(mortal.counts().packets == 5 && other.counts().packets > 20);
    assert!(requester.counts().silences >= 1, "{:?}", requester.counts());
}

#[test]
fn silence_ends_after_its_bound_and_names_what_is_missing() {
    let messages = many(2_500);
    let record = record(&messages);
    let faults = Faults { die_after: Some(2), ..Default::default() };
    let server = start(&record, RequestSettings { faults, ..Default::default() });
    let mut requester = asker(vec![server.address()], 400, 4);
    let began = Instant::now();
    let (got, done) = fetch(&mut requester, 1..2_501);
    let last = got.last().expect("two packets came").0;
    assert_eq!(got, wanted(&messages, 1..last + 1), "what came before is good");
    match done {
        Err(RequestError::Silence { missing, silences, server: asked }) => {
            assert_eq!((missing, silences, asked), (last + 1, 4, server.address()));
        }
        other => panic!("{other:?}"),
    }
    assert!(began.elapsed() < Duration::from_secs(20), "4 times 400 ms on a busy machine");
    assert_eq!(requester.counts().silences, 4);
}

#[test]
fn strangers_and_other_sessions_are_not_believed() {
    let messages = many(40);
    let liar = UdpSocket::bind("127.0.0.1:0").unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = liar.local_addr().unwrap();
    let truth = messages[0].clone();
    let answering = std::thread::spawn(move || {
        let mut request = [0; 64];
        let (_, client) = liar.recv_from(&mut request).unwrap();
        let answer = |session: [u8; 10], sequence: u64, count: u16, data: &[u8]| {
            let mut packet = Header { session, sequence, count }.encode().to_vec();
            packet.extend((data.len() as u16).to_be_bytes());
            packet.extend(data);
            packet
        };
        stranger.send_to(&answer(SESSION, 1, 1, b"from another"), client).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        for packet in [
            answer(*b"another   ", 1, 1, b"session"),
            answer(SESSION, 1, 2, b"fewer blocks than told"),
            answer(SESSION, 2, 1, b"beyond a hole"),
            vec![1, 2, 3],
            answer(SESSION, 1, 1, &truth),
        ] {
            liar.send_to(&packet, client).unwrap();
        }
    });
    let timeout = Duration::from_secs(5);
    let settings = Requests { timeout, silences_max: 1, ..Requests::to(vec![address]) };
    let mut requester = Requester::new(settings).unwrap();
    let (got, done) = fetch(&mut requester, 1..2);
    answering.join().unwrap();
    done.unwrap();
    assert_eq!(got, wanted(&messages, 1..2));
    assert_eq!(
        requester.counts(),
        Fetched { messages: 1, requests: 1, strays: 5, ..Fetched::default() }
    );
}

#[test]
fn messages_that_no_line_brought_are_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(
        folder.path(),
        &[
            (*b"YESTERDAY ", 1, vec![delete(9)]),
            (SESSION, 1, vec![delete(1), delete(2)]),
            (SESSION, 5, vec![delete(5)]),
        ],
    );
    let record = std::sync::Arc::new(Record::read(&[path]).unwrap());
    let today = record.active();
    assert_eq!((today.name(), today.end(), today.first_missing(1, 6)), (SESSION, 6, Some(3)));
    assert_eq!(today.message(2), Some(&delete(2)[..]));
    assert_eq!((today.message(3), today.message(6), today.message(0)), (None, None, None));
    assert_eq!(record.session(*b"YESTERDAY ").unwrap().message(1), Some(&delete(9)[..]));
    let server = start(&record, RequestSettings::default());
    let mut requester = asker(vec![server.address()], 400, 2);
    let (got, done) = fetch(&mut requester, 1..6);
    assert_eq!(got.len(), 2);
    assert!(matches!(done, Err(RequestError::Silence { missing: 3, .. })), "{done:?}");
    let (got, done) = fetch(&mut requester, 5..6);
    done.unwrap();
    assert_eq!(got, [(5, delete(5))]);
}

#[test]
fn settings_without_sense_are_refused() {
    let server: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let good = Requests::to(vec![server]);
    for bad in [
        Requests::to(vec![]),
        Requests { ask_max: 0, ..good.clone() },
        Requests { ask_max: 0xffff, ..good.clone() },
        Requests { timeout: Duration::ZERO, ..good.clone() },
        Requests { silences_max: 0, ..good.clone() },
        Requests::to(vec![server, "[::1]:9".parse().unwrap()]),
    ] {
        assert!(matches!(Requester::new(bad), Err(RequestError::Settings(_))));
    }
}
