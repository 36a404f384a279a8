//! The client of a GLIMPSE 5.0 snapshot server.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::soup::{self, kind, Packets, Received};

/// A side must say something at least this often (SoupBinTCP 3.00, heartbeats).
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Type of the message that ends a snapshot (GLIMPSE 5.0), and its bytes.
const END_OF_SNAPSHOT: u8 = b'G';
const END_OF_SNAPSHOT_BYTES: usize = 21;

/// Who asks, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Name of the user, at most 6 characters.
    pub username: String,
    /// Its password, at most 10 characters.
    pub password: String,
    /// Session; empty: the active one.
    pub session: String,
}

/// How long is waited, and how much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotLimits {
    /// For the connection.
    pub connect: Duration,
    /// Without a word from the server.
    pub silence: Duration,
    /// For the whole snapshot.
    pub total: Duration,
    /// Messages of a snapshot.
    pub messages: u64,
}

impl Default for SnapshotLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(15),
            total: Duration::from_secs(300),
            messages: 100_000_000,
        }
    }
}

/// A snapshot that was taken whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Session of the snapshot server.
    pub session: String,
    /// The first message of the feed that the snapshot does not hold: live messages apply from here on.
    pub next_sequence: u64,
    /// Messages before the end.
    pub messages: u64,
    /// Heartbeats of the server in between.
    pub heartbeats: u64,
}

/// Why there is no snapshot. What was given out before an error is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A field of the login does not fit its place.
    #[error("login: {0}")]
    Login(&'static str),
    /// The server refuses user or password.
    #[error("{0}: login rejected: user or password not authorised")]
    NotAuthorised(SocketAddr),
    /// The server has no such session.
    #[error("{0}: login rejected: session not available")]
    NoSession(SocketAddr),
    /// The server closed, or ended the session, before the end of the snapshot.
    #[error("{server}: closed after {messages} messages, before the end of the snapshot")]
    Closed {
        /// The server.
        server: SocketAddr,
        /// Messages that had come.
        messages: u64,
    },
    /// A limit was passed.
    #[error("{server}: {what} after {messages} messages")]
    Limit {
        /// The server.
        server: SocketAddr,
        /// Which limit.
        what: &'static str,
        /// Messages that had come.
        messages: u64,
    },
    /// The server says what it must not.
    #[error("{server}: {what}")]
    Protocol {
        /// The server.
        server: SocketAddr,
        /// What was said.
        what: String,
    },
    /// The connection fails.
    #[error("{server}: {source}")]
    Io {
        /// The server.
        server: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Takes a snapshot: logs in, hands each ITCH message to `sink`, logs out.
///
/// # Errors
/// See [`SnapshotError`].
pub fn fetch_snapshot(
    server: SocketAddr,
    login: &Login,
    limits: &SnapshotLimits,
    sink: impl FnMut(&[u8]),
) -> Result<Snapshot, SnapshotError> {
    let request = login_request(login)?;
    let fail = |source| SnapshotError::Io { server, source };
    let mut stream = TcpStream::connect_timeout(&server, limits.connect).map_err(fail)?;
    let tick = HEARTBEAT.min(limits.silence).max(Duration::from_millis(1));
    stream.set_nodelay(true).map_err(fail)?;
    stream.set_read_timeout(Some(tick / 4)).map_err(fail)?;
    stream.set_write_timeout(Some(limits.silence)).map_err(fail)?;
    soup::write(&mut stream, kind::LOGIN, &request).map_err(fail)?;
    let mut talk = Talk {
        server,
        stream,
        packets: Packets::default(),
        accepted: None,
        messages: 0,
        heartbeats: 0,
        said: Instant::now(),
        limits: *limits,
    };
    talk.run(sink)
}

fn login_request(login: &Login) -> Result<Vec<u8>, SnapshotError> {
    let fits = |text: &str, bytes| text.len() <= bytes && text.is_ascii();
    if !fits(&login.username, 6) {
        return Err(SnapshotError::Login("the user name has more than 6 ASCII characters"));
    }
    if !fits(&login.password, 10) {
        return Err(SnapshotError::Login("the password has more than 10 ASCII characters"));
    }
    if !fits(&login.session, 10) {
        return Err(SnapshotError::Login("the session has more than 10 ASCII characters"));
    }
    let mut request = Vec::with_capacity(soup::LOGIN_BYTES);
    request.extend(soup::left::<6>(login.username.as_bytes()));
    request.extend(soup::left::<10>(login.password.as_bytes()));
    request.extend(soup::right::<10>(login.session.as_bytes()));
    request.extend(soup::right::<20>(b"1"));
    Ok(request)
}

struct Talk {
    server: SocketAddr,
    stream: TcpStream,
    packets: Packets,
    accepted: Option<String>,
    messages: u64,
    heartbeats: u64,
    /// When this side last said something.
    said: Instant,
    limits: SnapshotLimits,
}

/// What a packet meant.
enum Step {
    On,
    /// The snapshot is whole up to this message.
    End(u64),
}

impl Talk {
    fn run(&mut self, mut sink: impl FnMut(&[u8])) -> Result<Snapshot, SnapshotError> {
        let server = self.server;
        let fail = |source| SnapshotError::Io { server, source };
        let began = Instant::now();
        let mut heard = began;
        loop {
            loop {
                // taken out, so that a packet may be looked at while this talk counts
                let mut packets = std::mem::take(&mut self.packets);
                let step = match packets.next_packet() {
                    Ok(Some((kind, payload))) => self.packet(kind, payload, &mut sink).map(Some),
                    Ok(None) => Ok(None),
                    Err(source) => Err(fail(source)),
                };
                self.packets = packets;
                match step? {
                    None => break,
                    Some(Step::On) => {}
                    Some(Step::End(next_sequence)) => {
                        // the snapshot is whole: a server that is gone already takes nothing from it
                        let _ = soup::write(&mut self.stream, kind::LOGOUT, b"");
                        return Ok(Snapshot {
                            session: self.accepted.take().unwrap_or_default(),
                            next_sequence,
                            messages: self.messages,
                            heartbeats: self.heartbeats,
                        });
                    }
                }
            }
            let limit = |what, messages| SnapshotError::Limit { server, what, messages };
            if began.elapsed() > self.limits.total {
                return Err(limit("took too long", self.messages));
            }
            if self.accepted.is_some() && self.said.elapsed() > HEARTBEAT * 3 / 4 {
                soup::write(&mut self.stream, kind::CLIENT_HEARTBEAT, b"").map_err(fail)?;
                self.said = Instant::now();
            }
            match self.packets.read(&mut self.stream) {
                Ok(Received::Some) => heard = Instant::now(),
                Ok(Received::Nothing) if heard.elapsed() > self.limits.silence => {
                    return Err(limit("was silent for too long", self.messages));
                }
                Ok(Received::Nothing) => {}
                Ok(Received::Closed) => {
                    return Err(SnapshotError::Closed { server, messages: self.messages })
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Err(SnapshotError::Closed { server, messages: self.messages })
                }
                Err(source) => return Err(fail(source)),
            }
        }
    }

    fn packet(
        &mut self,
        kind: u8,
        payload: &[u8],
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<Step, SnapshotError> {
        let server = self.server;
        let wrong = |what: String| SnapshotError::Protocol { server, what };
        match kind {
            kind::SERVER_HEARTBEAT => self.heartbeats += 1,
            kind::DEBUG => {}
            kind::END_OF_SESSION => {
                return Err(SnapshotError::Closed { server, messages: self.messages })
            }
            kind::REJECTED if self.accepted.is_none() => {
                return Err(match payload.first() {
                    Some(b'A') => SnapshotError::NotAuthorised(server),
                    Some(b'S') => SnapshotError::NoSession(server),
                    other => wrong(format!("login rejected for reason {other:?}, expected A or S")),
                })
            }
            kind::ACCEPTED if self.accepted.is_none() => {
                if payload.len() < soup::ACCEPTED_BYTES {
                    let found = payload.len();
                    return Err(wrong(format!("login accepted in {found} bytes, expected 30")));
                }
                if soup::number(&payload[10..30]) != Some(1) {
                    let found = String::from_utf8_lossy(&payload[10..30]).trim().to_string();
                    return Err(wrong(format!("snapshot from message {found:?}, expected from 1")));
                }
                let session = String::from_utf8_lossy(&payload[..10]);
                self.accepted = Some(session.trim().to_string());
            }
            kind::SEQUENCED if self.accepted.is_some() => {
                if payload.first() == Some(&END_OF_SNAPSHOT) {
                    let field = payload.get(1..END_OF_SNAPSHOT_BYTES).unwrap_or_default();
                    return soup::number(field).map(Step::End).ok_or_else(|| {
                        let found = String::from_utf8_lossy(payload).into_owned();
                        wrong(format!("end of snapshot {found:?}, expected G and 20 digits"))
                    });
                }
                if self.messages == self.limits.messages {
                    let (what, messages) = ("sent more messages than are taken", self.messages);
                    return Err(SnapshotError::Limit { server, what, messages });
                }
                self.messages += 1;
                sink(payload);
            }
            kind::UNSEQUENCED if self.accepted.is_some() => {}
            other => {
                let state = if self.accepted.is_some() { "after" } else { "before" };
                let other = char::from(other);
                return Err(wrong(format!(
                    "packet of type {other:?} {state} the login was accepted"
                )));
            }
        }
        Ok(Step::On)
    }
}
