//! Each way that a frame can be bad or foreign has its own disposition.

mod support;

use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::{Checks, FrameDisposition as D, Line, Protocol};
use support::wire::{card, quote, FrameMaker, UdpChecksum};

const TOPS: Protocol = Protocol::Tops;

fn good() -> FrameMaker {
    FrameMaker::new(TOPS, 1, vec![quote("A", (1, 100), (2, 200))])
}

fn filter(checks: Checks) -> FrameFilter {
    let mut config = card(TOPS);
    config.checks = checks;
    config.filter(Line::A)
}

fn disposition(bytes: &[u8]) -> D {
    frame::parse(bytes, false, &filter(Checks::default())).disposition
}

#[test]
fn every_wrong_field_has_its_name() {
    let with = |change: &dyn Fn(&mut FrameMaker)| {
        let mut maker = good();
        change(&mut maker);
        disposition(&maker.bytes())
    };
    assert_eq!(with(&|_| {}), D::Ok);
    assert_eq!(with(&|m| m.tags = vec![0x8100]), D::Ok);
    assert_eq!(with(&|m| m.tags = vec![0x88a8, 0x8100]), D::Ok);
    assert_eq!(with(&|m| m.tags = vec![0x8100, 0x8100, 0x8100]), D::NotIpv4);
    assert_eq!(with(&|m| m.tags = vec![0x9100]), D::NotIpv4);
    assert_eq!(with(&|m| m.ethertype = 0x86dd), D::NotIpv4);
    assert_eq!(with(&|m| m.options = 40), D::Ok);
    // Thirty words of a header can sum up to more than 20 bits.
    assert_eq!(with(&|m| (m.options, m.option_byte) = (40, 0xff)), D::Ok);
    assert_eq!(with(&|m| m.version_ihl = 0x65), D::BadIpHeader);
    assert_eq!(with(&|m| m.version_ihl = 0x44), D::BadIpHeader);
    assert_eq!(with(&|m| m.total_length = Some(19)), D::BadIpHeader);
    assert_eq!(with(&|m| m.bad_ip_checksum = true), D::BadIpChecksum);
    assert_eq!(with(&|m| m.fragment = 0x2000), D::Fragment);
    assert_eq!(with(&|m| m.fragment = 0x0001), D::Fragment);
    assert_eq!(with(&|m| m.fragment = 0x8000), D::Ok, "the reserved bit says nothing");
    assert_eq!(with(&|m| m.protocol = 6), D::NotUdp);
    assert_eq!(with(&|m| m.group ^= 1), D::WrongGroup);
    assert_eq!(with(&|m| m.port ^= 1), D::WrongPort);
    assert_eq!(with(&|m| m.udp_length = Some(7)), D::BadUdpLength);
    assert_eq!(with(&|m| m.udp_length = Some(8 + 40 + 44 + 1)), D::BadUdpLength);
    assert_eq!(with(&|m| m.udp_length = Some(8 + 39)), D::TransportShort);
    assert_eq!(with(&|m| m.transport_version = 2), D::TransportVersion);
    assert_eq!(with(&|m| m.message_protocol = 0x8004), D::WrongProtocol);
    assert_eq!(with(&|m| m.channel = 2), D::WrongChannel);
    assert_eq!(with(&|m| m.payload_length = Some(43)), D::TransportLength);
    // one message: the number behind it must be one too
    assert_eq!(with(&|m| m.first = u64::MAX), D::TransportLength);
    assert_eq!(with(&|m| m.first = u64::MAX - 1), D::Ok);
    assert_eq!(with(&|m| m.padding = 30), D::Ok);
    assert_eq!(with(&|m| m.trailing = 1), D::Ok);
    assert_eq!(with(&|m| m.udp_checksum = UdpChecksum::Wrong), D::Ok);
}

#[test]
fn the_first_matching_line_of_the_table_wins() {
    let mut all_wrong = good();
    all_wrong.bad_ip_checksum = true;
    all_wrong.fragment = 0x2000;
    all_wrong.protocol = 6;
    all_wrong.group = 1;
    all_wrong.port = 1;
    all_wrong.transport_version = 0;
    type Repair = fn(&mut FrameMaker);
    let order: [(Repair, D); 6] = [
        (|m| m.bad_ip_checksum = false, D::BadIpChecksum),
        (|m| m.fragment = 0, D::Fragment),
        (|m| m.protocol = 17, D::NotUdp),
        (|m| m.group = support::wire::GROUP, D::WrongGroup),
        (|m| m.port = support::wire::PORT, D::WrongPort),
        (|m| m.transport_version = 1, D::TransportVersion),
    ];
    for (repair, expected) in order {
        assert_eq!(disposition(&all_wrong.bytes()), expected);
        repair(&mut all_wrong);
    }
    assert_eq!(disposition(&all_wrong.bytes()), D::Ok);
    all_wrong.group = 1;
    let bytes = all_wrong.bytes();
    let frame = frame::parse(&bytes, true, &filter(Checks::default()));
    assert_eq!(frame.disposition, D::BadFcs);
}

#[test]
fn a_frame_cut_anywhere_says_where() {
    let mut maker = good();
    maker.tags = vec![0x8100];
    maker.options = 8;
    let bytes = maker.bytes();
    // Ethernet 14 + 4, IPv4 28, UDP 8, segment header 40, payload 44.
    let (ip, udp, segment, end) = (18, 46, 54, 138);
    assert_eq!(bytes.len(), end);
    for length in 0..end {
        let expected = match length {
            _ if length < segment => D::ShortFrame,
            _ => D::CutDatagram,
        };
        assert_eq!(disposition(&bytes[..length]), expected, "{length} bytes");
    }
    // What is known to be foreign before the cut is foreign.
    let cut_at = |change: &dyn Fn(&mut FrameMaker), length: usize| {
        let mut maker = maker.clone();
        change(&mut maker);
        disposition(&maker.bytes()[..length])
    };
    assert_eq!(cut_at(&|m| m.ethertype = 0x0806, ip), D::NotIpv4);
    assert_eq!(cut_at(&|m| m.version_ihl = 0x65, ip + 19), D::ShortFrame);
    assert_eq!(cut_at(&|m| m.version_ihl = 0x65, ip + 20), D::BadIpHeader);
    assert_eq!(cut_at(&|m| m.protocol = 6, udp - 1), D::ShortFrame);
    assert_eq!(cut_at(&|m| m.group = 0, udp), D::WrongGroup);
    assert_eq!(cut_at(&|m| m.port = 0, segment - 1), D::ShortFrame);
    assert_eq!(cut_at(&|m| m.port = 0, segment), D::WrongPort);
    assert_eq!(cut_at(&|m| m.transport_version = 0, segment + 39), D::CutDatagram);
    assert_eq!(cut_at(&|m| m.transport_version = 0, segment + 40), D::TransportVersion);
}

#[test]
fn checksums_decide_only_where_configured_but_are_always_counted() {
    let lenient = filter(Checks { ip_checksum: false, udp_checksum: false });
    let strict = filter(Checks { ip_checksum: true, udp_checksum: true });
    let mut maker = good();
    maker.bad_ip_checksum = true;
    let frame = maker.bytes();
    assert_eq!(frame::parse(&frame, false, &lenient).disposition, D::Ok);
    assert!(frame::parse(&frame, false, &lenient).ip_checksum_bad);
    assert!(frame::parse(&frame, false, &strict).ip_checksum_bad);
    assert!(
        !frame::parse(&frame, true, &strict).ip_checksum_bad,
        "a bad frame's fields say nothing"
    );

    let mut maker = good();
    maker.padding = 3;
    for (kind, strict_says, counted) in [
        (UdpChecksum::Right, D::Ok, false),
        (UdpChecksum::None, D::Ok, false),
        (UdpChecksum::Wrong, D::BadUdpChecksum, true),
    ] {
        maker.udp_checksum = kind;
        let frame = maker.bytes();
        assert_eq!(frame::parse(&frame, false, &lenient).disposition, D::Ok);
        assert_eq!(frame::parse(&frame, false, &lenient).udp_checksum_bad, counted);
        assert_eq!(frame::parse(&frame, false, &strict).disposition, strict_says);
    }
}

#[test]
fn frames_of_2048_bytes_are_the_longest() {
    let mut maker = good();
    maker.padding = 2048 - maker.bytes().len();
    assert_eq!(disposition(&maker.bytes()), D::Ok);
    maker.padding += 1;
    assert_eq!(disposition(&maker.bytes()), D::Oversize);
}
