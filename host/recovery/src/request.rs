//! The client of a re-request server.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::mold::{Blocks, Header, COUNT_MAX};

/// Largest UDP payload.
const DATAGRAM_BYTES_MAX: usize = 65_535;

/// How to ask.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Servers, asked in turn: the next one after each silence.
    pub servers: Vec<SocketAddr>,
    /// How long an answer is waited for, per request.
    pub timeout: Duration,
    /// Silences in a row, over all servers, after which the fetch is given up.
    pub silences_max: u32,
    /// Most messages asked for in one request, 1 to 65,534.
    pub ask_max: u16,
}

impl Requests {
    /// Asks these servers, 200 ms each, 5 silences, 1,000 messages at a time.
    #[must_use]
    pub fn to(servers: Vec<SocketAddr>) -> Self {
        Self { servers, timeout: Duration::from_millis(200), silences_max: 5, ask_max: 1_000 }
    }
}

/// Counts of a [`Requester`], over all its fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fetched {
    /// Messages handed out.
    pub messages: u64,
    /// Requests sent.
    pub requests: u64,
    /// Requests that nobody answered in time.
    pub silences: u64,
    /// Answers with fewer messages than asked for.
    pub short_answers: u64,
    /// Messages that had come before.
    pub duplicates: u64,
    /// Packets that were no answer: another sender or session, malformed, empty, or beyond what is missing.
    pub strays: u64,
}

/// Why a range could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No server is configured, or the settings make no sense.
    #[error("cannot ask: {0}")]
    Settings(&'static str),
    /// Nobody answered.
    #[error(
        "no answer for message {missing} after {silences} requests in a row, last asked {server}"
    )]
    Silence {
        /// First message that is still missing.
        missing: u64,
        /// Requests without an answer.
        silences: u32,
        /// The server asked last.
        server: SocketAddr,
    },
    /// The socket fails.
    #[error("requests to {server}: {source}")]
    Io {
        /// The server asked last.
        server: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Fetches ranges of messages.
pub struct Requester {
    settings: Requests,
    socket: UdpSocket,
    /// The server asked next.
    turn: usize,
    counts: Fetched,
    packet: Vec<u8>,
}

impl Requester {
    /// Opens a socket for the servers.
    ///
    /// # Errors
    /// Settings without sense; no socket.
    pub fn new(settings: Requests) -> Result<Self, RequestError> {
        let Some(&server) = settings.servers.first() else {
            return Err(RequestError::Settings("no server is given"));
        };
        if settings.ask_max == 0 || settings.ask_max > COUNT_MAX {
            return Err(RequestError::Settings("ask_max must be 1 to 65534"));
        }
        if settings.timeout.is_zero() || settings.silences_max == 0 {
            return Err(RequestError::Settings("timeout and silences_max must not be 0"));
        }
        if settings.servers.iter().any(|other| other.is_ipv4() != server.is_ipv4()) {
            return Err(RequestError::Settings("servers of IPv4 and IPv6 are mixed"));
        }
        let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let fail = |source| RequestError::Io { server, source };
        let socket = UdpSocket::bind(any).map_err(fail)?;
        let packet = vec![0; DATAGRAM_BYTES_MAX];
        Ok(Self { settings, socket, turn: 0, counts: Fetched::default(), packet })
    }

    /// Counts so far, those of failed fetches too.
    #[must_use]
    pub fn counts(&self) -> Fetched {
        self.counts
    }

    /// Fetches the messages of a range of sequence numbers, in order, each once. What was handed to `sink` before an
    /// error is good; the error names the first message that is missing.
    ///
    /// # Errors
    /// Nobody answers; the socket fails.
    pub fn fetch(
        &mut self,
        session: [u8; 10],
        range: Range<u64>,
        mut sink: impl FnMut(u64, &[u8]),
    ) -> Result<(), RequestError> {
        let mut missing = range.start;
        let mut silences = 0;
        while missing < range.end {
            let server = self.settings.servers[self.turn % self.settings.servers.len()];
            let wanted = (range.end - missing).min(u64::from(self.settings.ask_max)) as u16;
            let request = Header { session, sequence: missing, count: wanted };
            let before = missing;
            self.counts.requests += 1;
            self.send(server, &request)?;
            missing = self.answer(server, &request, &mut sink)?;
            if missing > before {
                silences = 0;
                self.counts.short_answers += u64::from(missing - before < u64::from(wanted));
                continue;
            }
            silences += 1;
            self.counts.silences += 1;
            self.turn = (self.turn + 1) % self.settings.servers.len();
            if silences >= self.settings.silences_max {
                return Err(RequestError::Silence { missing, silences, server });
            }
        }
        Ok(())
    }

    fn send(&self, server: SocketAddr, request: &Header) -> Result<(), RequestError> {
        match self.socket.send_to(&request.encode(), server) {
            Ok(_) => Ok(()),
            // a closed port of before, told by ICMP: silence, as far as this server goes
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
            Err(source) => Err(RequestError::Io { server, source }),
        }
    }

    /// Takes packets until one brings the first message that is missing, or time is over. An answer may be several
    /// packets: those that continue the first are taken as long as they are there already.
    fn answer(
        &mut self,
        server: SocketAddr,
        request: &Header,
        sink: &mut impl FnMut(u64, &[u8]),
    ) -> Result<u64, RequestError> {
        let end = request.sequence + u64::from(request.count);
        let mut missing = request.sequence;
        let deadline = Instant::now() + self.settings.timeout;
        while missing < end {
            let left = deadline.saturating_duration_since(Instant::now());
            // once something has come, the rest of a longer answer is close behind or not coming
            let patience =
                if missing > request.sequence { left.min(self.settings.timeout / 8) } else { left };
            if patience.is_zero() {
                break;
            }
            let fail = |source| RequestError::Io { server, source };
            self.socket.set_read_timeout(Some(patience)).map_err(fail)?;
            let (bytes, sender) = match self.socket.recv_from(&mut self.packet) {
                Ok(received) => received,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => break,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionRefused => continue,
                    _ => return Err(RequestError::Io { server, source: error }),
                },
            };
            let answer = Header::split(&self.packet[..bytes]).and_then(|(header, rest)| {
                let blocks = Blocks::new(&header, rest);
                let first = header.sequence;
                let is_next = first <= missing && header.session == request.session;
                (sender == server && is_next && blocks.is_exact()).then_some((first, blocks))
            });
            let Some((first, blocks)) = answer else {
                self.counts.strays += 1;
                continue;
            };
            let before = missing;
            for (place, data) in blocks.enumerate() {
                let Some(sequence) = first.checked_add(place as u64) else { break };
                if sequence < missing {
                    self.counts.duplicates += 1;
                } else if sequence < end {
                    self.counts.messages += 1;
                    sink(sequence, data);
                    missing = sequence + 1;
                }
            }
            self.counts.strays += u64::from(missing == before);
        }
        Ok(missing)
    }
}
