//! The MoldUDP64 re-request server.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use escapement_recovery::mold::{Header, COUNT_MAX, HEADER_BYTES};

use crate::stop::{Running, Stop, LOOK};
use crate::{Faults, Record};

/// How requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSettings {
    /// Largest UDP payload of an answer, bytes.
    pub payload_bytes_max: usize,
    /// Most packets that answer one request.
    pub packets_max: u32,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for RequestSettings {
    /// One packet that fits an Ethernet frame.
    fn default() -> Self {
        Self { payload_bytes_max: 1_472, packets_max: 1, faults: Faults::default() }
    }
}

/// Counts of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestCounts {
    /// Datagrams that came.
    pub requests: u64,
    /// Those that are no request, or ask for what is not there: not answered.
    pub unanswerable: u64,
    /// Packets sent.
    pub packets: u64,
    /// Packets lost on purpose.
    pub dropped: u64,
    /// Messages in the packets sent.
    pub messages: u64,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    unanswerable: AtomicU64,
    packets: AtomicU64,
    dropped: AtomicU64,
    messages: AtomicU64,
}

/// Answers requests until it is dropped.
pub struct RequestServer {
    address: SocketAddr,
    counters: Arc<Counters>,
    running: Running,
}

impl RequestServer {
    /// Binds and begins to serve.
    ///
    /// # Errors
    /// The address is taken or none of this machine.
    pub fn start(
        address: impl ToSocketAddrs,
        record: Arc<Record>,
        settings: RequestSettings,
    ) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_read_timeout(Some(LOOK))?;
        let address = socket.local_addr()?;
        let counters = Arc::new(Counters::default());
        let served = Arc::clone(&counters);
        let running = Running::start("requests", move |stop| {
            let answering = Answering { socket, record, settings, counters: served };
            answering.run(&stop);
        })?;
        Ok(Self { address, counters, running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// It has died of its faults, or of its socket.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.running.is_over()
    }

    /// Counts so far.
    #[must_use]
    pub fn counts(&self) -> RequestCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RequestCounts {
            requests: read(&self.counters.requests),
            unanswerable: read(&self.counters.unanswerable),
            packets: read(&self.counters.packets),
            dropped: read(&self.counters.dropped),
            messages: read(&self.counters.messages),
        }
    }
}

struct Answering {
    socket: UdpSocket,
    record: Arc<Record>,
    settings: RequestSettings,
    counters: Arc<Counters>,
}

impl Answering {
    fn run(&self, stop: &Stop) {
        let mut request = [0; 64];
        while !stop.is_asked() {
            // errors too: an ICMP answer to an earlier packet is no reason to stop
            let Ok((bytes, client)) = self.socket.recv_from(&mut request) else { continue };
            self.counters.requests.fetch_add(1, Ordering::Relaxed);
            match self.answer(&request[..bytes], client) {
                Some(true) => {}
                Some(false) => return,
                None => {
                    self.counters.unanswerable.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Sends what answers a request; None if nothing does, false if the server is dead.
    fn answer(&self, request: &[u8], client: SocketAddr) -> Option<bool> {
        let (header, rest) = Header::split(request)?;
        let session = self.record.session(header.session)?;
        let known = header.sequence >= 1 && header.sequence < session.position();
        if !rest.is_empty() || header.count == 0 || header.count > COUNT_MAX || !known {
            return None;
        }
        let end = session.position().min(header.sequence + u64::from(header.count));
        let mut next = header.sequence;
        for _ in 0..self.settings.packets_max {
            let first = next;
            let mut packet = vec![0; HEADER_BYTES];
            while let Some(data) = session.message(next).filter(|_| next < end) {
                let is_full = packet.len() + 2 + data.len() > self.settings.payload_bytes_max;
                // a message that is longer than any packet may be goes alone
                if is_full && next > first {
                    break;
                }
                packet.extend((data.len() as u16).to_be_bytes());
                packet.extend(data);
                next += 1;
            }
            if next == first {
                return (first > header.sequence).then_some(true);
            }
            let head =
                Header { session: header.session, sequence: first, count: (next - first) as u16 };
            packet[..HEADER_BYTES].copy_from_slice(&head.encode());
            if !self.send(&packet, next - first, client) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Sends or loses a packet; false when the server is dead.
    fn send(&self, packet: &[u8], messages: u64, client: SocketAddr) -> bool {
        let faults = self.settings.faults;
        let counters = &self.counters;
        let dropped = counters.dropped.load(Ordering::Relaxed);
        let number = counters.packets.load(Ordering::Relaxed) + dropped + 1;
        if faults.is_dead(number) {
            return false;
        }
        if faults.drops(number) {
            counters.dropped.fetch_add(1, Ordering::Relaxed);
            return true;
        }
        for _ in 0..1 + u32::from(faults.send_twice) {
            // a client that is gone takes nothing; it is none of the server's trouble
            let _ = self.socket.send_to(packet, client);
        }
        counters.packets.fetch_add(1, Ordering::Relaxed);
        counters.messages.fetch_add(messages, Ordering::Relaxed);
        true
    }
}
