//! The GLIMPSE 5.0 snapshot server: SoupBinTCP 3.00 with one snapshot a login.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use escapement_recovery::soup::{self, kind, Packets, Received};

use crate::snapshot::snapshot;
use crate::stop::{Running, Stop, LOOK};
use crate::{Faults, Record, Session};

/// Connections served at once; more are closed at the door.
const CONNECTIONS_MAX: usize = 64;

/// How snapshots are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlimpseSettings {
    /// The user that may log in, case-insensitive.
    pub username: String,
    /// Its password, case-insensitive.
    pub password: String,
    /// A client must log in within this time.
    pub login_within: Duration,
    /// A heartbeat goes out after this time without another packet.
    pub heartbeat: Duration,
    /// A client that says nothing for this long is cut off.
    pub silence: Duration,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for GlimpseSettings {
    /// The times of the specification: 30 s, 1 s, 15 s.
    fn default() -> Self {
        Self {
            username: "ESCAPE".into(),
            password: "MENT".into(),
            login_within: Duration::from_secs(30),
            heartbeat: Duration::from_secs(1),
            silence: Duration::from_secs(15),
            faults: Faults::default(),
        }
    }
}

/// Counts of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GlimpseCounts {
    /// Connections.
    pub connections: u64,
    /// Logins refused.
    pub rejected: u64,
    /// Snapshots sent whole.
    pub snapshots: u64,
    /// Clients that logged out.
    pub logouts: u64,
    /// Connections that ended otherwise.
    pub cut: u64,
}

#[derive(Default)]
struct Counters {
    connections: AtomicU64,
    rejected: AtomicU64,
    snapshots: AtomicU64,
    logouts: AtomicU64,
    cut: AtomicU64,
    /// Sequenced packets sent, over all connections.
    packets: AtomicU64,
}

/// Serves snapshots until it is dropped.
pub struct SnapshotServer {
    address: SocketAddr,
    counters: Arc<Counters>,
    running: Running,
}

impl SnapshotServer {
    /// Binds and begins to serve.
    ///
    /// # Errors
    /// The address is taken or none of this machine.
    pub fn start(
        address: impl ToSocketAddrs,
        record: Arc<Record>,
        settings: GlimpseSettings,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let counters = Arc::new(Counters::default());
        let shared =
            Shared { record, settings: Arc::new(settings), counters: Arc::clone(&counters) };
        let running = Running::start("glimpse", move |stop| accept(&listener, &shared, &stop))?;
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
    pub fn counts(&self) -> GlimpseCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        GlimpseCounts {
            connections: read(&self.counters.connections),
            rejected: read(&self.counters.rejected),
            snapshots: read(&self.counters.snapshots),
            logouts: read(&self.counters.logouts),
            cut: read(&self.counters.cut),
        }
    }
}

#[derive(Clone)]
struct Shared {
    record: Arc<Record>,
    settings: Arc<GlimpseSettings>,
    counters: Arc<Counters>,
}

impl Shared {
    /// Sequenced packets sent have reached the one after which this server is dead.
    fn is_dead(&self) -> bool {
        self.settings.faults.is_dead(self.counters.packets.load(Ordering::Relaxed) + 1)
    }
}

fn accept(listener: &TcpListener, shared: &Shared, stop: &Stop) {
    let mut clients: Vec<Running> = Vec::new();
    while !stop.is_asked() && !shared.is_dead() {
        clients.retain(|client| !client.is_over());
        match listener.accept() {
            Ok((stream, _)) if clients.len() < CONNECTIONS_MAX => {
                shared.counters.connections.fetch_add(1, Ordering::Relaxed);
                let shared = shared.clone();
                let serve = move |stop: Stop| serve(stream, &shared, &stop);
                // without a thread the connection closes: the client may try again
                clients.extend(Running::start("glimpse client", serve).ok());
            }
            Ok(_) => {}
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}

/// How a connection ended.
enum End {
    Logout,
    Rejected,
    Cut,
}

fn serve(stream: TcpStream, shared: &Shared, stop: &Stop) {
    let end = Client::new(stream, shared, stop).and_then(|mut client| client.run());
    let counter = match end {
        Ok(End::Logout) => &shared.counters.logouts,
        Ok(End::Rejected) => &shared.counters.rejected,
        Ok(End::Cut) | Err(_) => &shared.counters.cut,
    };
    counter.fetch_add(1, Ordering::Relaxed);
}

struct Client<'s> {
    stream: TcpStream,
    shared: &'s Shared,
    stop: &'s Stop,
    packets: Packets,
    heard: Instant,
    said: Instant,
}

/// What a client has said.
enum Word {
    Login([u8; soup::LOGIN_BYTES]),
    Logout,
    Alive,
}

impl<'s> Client<'s> {
    fn new(stream: TcpStream, shared: &'s Shared, stop: &'s Stop) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(shared.settings.silence))?;
        let now = Instant::now();
        Ok(Self { stream, shared, stop, packets: Packets::default(), heard: now, said: now })
    }

    fn run(&mut self) -> io::Result<End> {
        let began = Instant::now();
        let login = loop {
            if began.elapsed() > self.shared.settings.login_within || self.stop.is_asked() {
                return Ok(End::Cut);
            }
            match self.word()? {
                Some(Word::Login(login)) => break login,
                Some(Word::Logout) => return Ok(End::Logout),
                Some(Word::Alive) => return Ok(End::Cut),
                None if self.listen()? => {}
                None => return Ok(End::Cut),
            }
        };
        match self.admit(&login) {
            Ok((session, from)) => self.tell(session, from),
            Err(reason) => {
                soup::write(&mut self.stream, kind::REJECTED, &[reason])?;
                Ok(End::Rejected)
            }
        }
    }

    /// Checks a login; says which session is meant, and from which packet on. Or the reason of the refusal.
    fn admit(&self, login: &[u8; soup::LOGIN_BYTES]) -> Result<(&'s Session, u64), u8> {
        let settings = &self.shared.settings;
        let is = |field: &[u8], text: &str| {
            field.trim_ascii().eq_ignore_ascii_case(text.trim().as_bytes())
        };
        if !is(&login[..6], &settings.username) || !is(&login[6..16], &settings.password) {
            return Err(b'A');
        }
        let record: &'s Record = &self.shared.record;
        let wanted = login[16..26].trim_ascii();
        let session = if wanted.is_empty() {
            record.active()
        } else {
            let named = |session: &&Session| session.name().trim_ascii() == wanted;
            record.sessions().iter().rev().find(named).ok_or(b'S')?
        };
        // an unreadable sequence is one that this session does not have
        let from = soup::number(&login[26..46]).ok_or(b'S')?;
        Ok((session, from))
    }

    /// Sends the snapshot from its packet of number `from` on (0: its last one alone), then waits for the logout.
    fn tell(&mut self, session: &Session, from: u64) -> io::Result<End> {
        let next = session.position();
        let Ok(mut messages) = snapshot(session, next) else {
            // no snapshot of what the record does not hold: the session is not available
            soup::write(&mut self.stream, kind::REJECTED, b"S")?;
            return Ok(End::Rejected);
        };
        messages.push([b"G".as_slice(), &soup::right::<20>(next.to_string().as_bytes())].concat());
        let from = if from == 0 { messages.len() as u64 } else { from };
        let mut accepted = soup::right::<10>(session.name().trim_ascii()).to_vec();
        accepted.extend(soup::right::<20>(from.to_string().as_bytes()));
        soup::write(&mut self.stream, kind::ACCEPTED, &accepted)?;
        // one write for many packets: a snapshot is large
        let mut waiting = Vec::new();
        for message in messages.iter().skip(usize::try_from(from - 1).unwrap_or(usize::MAX)) {
            let number = self.shared.counters.packets.fetch_add(1, Ordering::Relaxed) + 1;
            if self.shared.settings.faults.is_dead(number) || self.stop.is_asked() {
                self.stream.write_all(&waiting)?;
                return Ok(End::Cut);
            }
            soup::write(&mut waiting, kind::SEQUENCED, message)?;
            if waiting.len() > 32 * 1024 {
                self.stream.write_all(&waiting)?;
                waiting.clear();
            }
        }
        self.stream.write_all(&waiting)?;
        self.said = Instant::now();
        self.shared.counters.snapshots.fetch_add(1, Ordering::Relaxed);
        self.wait_for_logout()
    }

    fn wait_for_logout(&mut self) -> io::Result<End> {
        loop {
            while let Some(word) = self.word()? {
                match word {
                    Word::Logout => return Ok(End::Logout),
                    Word::Login(_) => return Ok(End::Cut),
                    Word::Alive => {}
                }
            }
            if self.heard.elapsed() > self.shared.settings.silence || self.stop.is_asked() {
                return Ok(End::Cut);
            }
            if self.said.elapsed() > self.shared.settings.heartbeat {
                soup::write(&mut self.stream, kind::SERVER_HEARTBEAT, b"")?;
                self.said = Instant::now();
            }
            if !self.listen()? {
                return Ok(End::Cut);
            }
        }
    }

    /// The next packet of the client that has come whole.
    fn word(&mut self) -> io::Result<Option<Word>> {
        Ok(match self.packets.next_packet()? {
            None => None,
            Some((kind::LOGIN, payload)) => {
                let login = payload.first_chunk().ok_or(io::ErrorKind::InvalidData)?;
                Some(Word::Login(*login))
            }
            Some((kind::LOGOUT, _)) => Some(Word::Logout),
            Some(_) => Some(Word::Alive),
        })
    }

    /// Reads once; false when the client has gone.
    fn listen(&mut self) -> io::Result<bool> {
        Ok(match self.packets.read(&mut self.stream)? {
            Received::Some => {
                self.heard = Instant::now();
                true
            }
            Received::Nothing => true,
            Received::Closed => false,
        })
    }
}
