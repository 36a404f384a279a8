//! The soft card follows an ITCH feed, books included, without an allocation after start.

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};

use escapement_card::{
    CardConfig, Driver, FeedConfig, Frame, Injector, InstrumentConfig, Line, RingConfig, RingEvent,
    RingMode, SoftCard, Transport,
};
use escapement_feed::checksum;

/// Counts every allocation of the process; there is one test here, so that nothing else allocates meanwhile.
struct CountingAllocator;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged; `realloc` counts by the default's `alloc`.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const GROUP: Ipv4Addr = Ipv4Addr::new(233, 54, 12, 111);
const PORT: u16 = 26477;
const SYMBOLS: u64 = 8;
const PACKETS: u64 = 20_000;

/// Type, locate, tracking number, time.
fn head(kind: u8, locate: u64, number: u64) -> Vec<u8> {
    let mut message = vec![kind, 0, locate as u8, 0, 0];
    message.extend(&(34_200_000_000_000 + 700 * number).to_be_bytes()[2..]);
    message
}

/// Four orders a packet come, and those of 400 packets ago go: one executed in two, one cancelled and deleted, one deleted, one
/// replaced and deleted. Prices walk up and down far beyond a ladder, and some lie off the grid.
fn messages(packet: u64) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let locate = 1 + packet % SYMBOLS;
    for n in 0..4 {
        let reference = 10 * packet + n;
        let walk = 1_000_000 + 300 * ((packet % 16_000).abs_diff(8_000) as u32);
        let distance = 100 * ((packet * 7919 + n * 31) % 200) as u32 + u32::from(packet % 97 == 0);
        let bid = n % 2 == 0;
        let price = if bid { walk - distance } else { walk + 300 + distance };
        let mut add = head(b'A', locate, packet);
        add.extend(reference.to_be_bytes());
        add.push(if bid { b'B' } else { b'S' });
        add.extend(500u32.to_be_bytes());
        add.extend(format!("SYM{locate}    ").as_bytes());
        add.extend(price.to_be_bytes());
        messages.push(add);
    }
    let Some(old) = packet.checked_sub(400) else { return messages };
    let locate = 1 + old % SYMBOLS;
    let mut of = |kind: u8, reference: u64, rest: &[&[u8]]| {
        let mut message = head(kind, locate, packet);
        message.extend(reference.to_be_bytes());
        rest.iter().for_each(|bytes| message.extend(*bytes));
        messages.push(message);
    };
    let (shares, matched) = (250u32.to_be_bytes(), packet.to_be_bytes());
    of(b'E', 10 * old, &[&shares, &matched]);
    of(b'C', 10 * old, &[&shares, &matched, b"Y", &1_000_000u32.to_be_bytes()]);
    of(b'X', 10 * old + 1, &[&shares]);
    of(b'D', 10 * old + 1, &[]);
    of(b'D', 10 * old + 2, &[]);
    let new = 10 * old + 9;
    of(b'U', 10 * old + 3, &[&new.to_be_bytes(), &shares, &1_000_500u32.to_be_bytes()]);
    of(b'D', new, &[]);
    messages
}

fn frame(first: u64, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = b"ALLOCATION".to_vec();
    payload.extend(first.to_be_bytes());
    payload.extend((messages.len() as u16).to_be_bytes());
    for message in messages {
        payload.extend((message.len() as u16).to_be_bytes());
        payload.extend(message);
    }
    let mut ip = vec![0x45, 0];
    ip.extend((28 + payload.len() as u16).to_be_bytes());
    ip.extend([0, 0, 0, 0, 16, 17, 0, 0, 10, 0, 0, 1]);
    ip.extend(GROUP.octets());
    let sum = !checksum::sum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let mut bytes = vec![1, 0, 0x5e, 54, 12, 111, 2, 0, 0, 0, 0, 1, 8, 0];
    bytes.extend(ip);
    bytes.extend(PORT.to_be_bytes());
    bytes.extend(PORT.to_be_bytes());
    bytes.extend((8 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    bytes
}

#[test]
fn an_itch_feed_allocates_nothing_after_start() {
    let feed = FeedConfig {
        group: GROUP,
        port: PORT,
        feed_id: 1,
        transport: Transport::MoldUdp64,
        protocol: 0,
        channel: 0,
    };
    let instruments = (1..=SYMBOLS).map(|locate| {
        let mut symbol = *b"        ";
        symbol[..4].copy_from_slice(format!("SYM{locate}").as_bytes());
        InstrumentConfig { symbol, tick: 100, centres: [None; 3] }
    });
    let mut config = CardConfig::new(feed, instruments.collect());
    config.ring = RingConfig { lines_log2: 10, mode: RingMode::Credit };
    config.refresh_interval_ns = 1_000_000;
    let mut sequence = 1;
    let frames: Vec<Vec<u8>> = (0..PACKETS)
        .map(|packet| {
            let messages = messages(packet);
            let bytes = frame(sequence, &messages);
            sequence += messages.len() as u64;
            bytes
        })
        .collect();
    let mut driver = Driver::open(SoftCard::new()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();

    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let mut lines = 0u64;
    // Every hundredth packet is lost: the gap is declared when the next one passes it.
    for (number, bytes) in frames.iter().enumerate().filter(|(number, _)| number % 100 != 99) {
        let stamp_ns = 1_000_000 + 50_000 * number as u64;
        let frame = Frame { line: Line::A, bytes, stamp_ns, fcs_bad: false };
        driver.device_mut().inject(&frame).unwrap();
        while let Some(event) = driver.poll().unwrap() {
            assert!(matches!(event, RingEvent::Line { .. }));
            lines += 1;
        }
    }
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0);

    let ledgers = driver.counters().unwrap().ledgers();
    assert!(ledgers.copies_balance() && ledgers.ticks_balance(), "{ledgers:?}");
    assert!(ledgers.copies_in > 10 * PACKETS && lines > PACKETS, "{ledgers:?}, {lines} lines");
    let model = driver.device_mut().model().unwrap();
    assert!(model.orders().unwrap().len() > 1000 && model.book().levels().len() > 500);
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 1, "the count counts");
}
