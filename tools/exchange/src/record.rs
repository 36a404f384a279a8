//! The messages of a feed, by session and sequence, as captures hold them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use escapement_witness::{Arbiter, Arrivals, Merged, WitnessError};

/// Most bytes of messages that are held in memory: 8 GiB.
const BYTES_MAX: usize = 8 << 30;

/// Why captures are no record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// They cannot be read.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// No packet of a MoldUDP64 feed is in them.
    #[error("no MoldUDP64 packet in {0}")]
    Empty(String),
    /// They hold more than fits in memory.
    #[error("more than {BYTES_MAX} bytes of messages")]
    TooLong,
}

/// One session of a feed.
#[derive(Debug)]
pub struct Session {
    name: [u8; 10],
    bytes: Vec<u8>,
    /// End of each message in `bytes`, from sequence 1 on.
    ends: Vec<usize>,
    /// Sequences that no line brought: first, and the one behind the last.
    missing: Vec<(u64, u64)>,
    /// Next sequence that the feed would send.
    position: AtomicU64,
}

impl Session {
    fn new(name: [u8; 10]) -> Self {
        let position = AtomicU64::new(1);
        Self { name, bytes: Vec::new(), ends: Vec::new(), missing: Vec::new(), position }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> [u8; 10] {
        self.name
    }

    /// The sequence behind the last message of the capture.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.ends.len() as u64 + 1
    }

    /// The next sequence that the feed would send: servers know what is below.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Moves the feed to a sequence, at most to the end.
    pub fn set_position(&self, next: u64) {
        self.position.store(next.clamp(1, self.end()), Ordering::Relaxed);
    }

    /// A message; None if the capture does not have it.
    #[must_use]
    pub fn message(&self, sequence: u64) -> Option<&[u8]> {
        let place = usize::try_from(sequence.checked_sub(1)?).ok()?;
        let &end = self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        self.first_missing(sequence, sequence + 1).is_none().then(|| &self.bytes[start..end])
    }

    /// The first of these sequences that no line brought.
    #[must_use]
    pub fn first_missing(&self, from: u64, end: u64) -> Option<u64> {
        let behind = self.missing.partition_point(|&(_, end)| end <= from);
        self.missing.get(behind).map(|&(first, _)| first.max(from)).filter(|&first| first < end)
    }

    fn push(&mut self, data: &[u8]) -> Result<(), RecordError> {
        if self.bytes.len() + data.len() > BYTES_MAX {
            return Err(RecordError::TooLong);
        }
        self.bytes.extend_from_slice(data);
        self.ends.push(self.bytes.len());
        Ok(())
    }

    fn miss(&mut self, first: u64, count: u64) {
        self.missing.push((first, first + count));
        let end = self.bytes.len();
        self.ends.extend((0..count).map(|_| end));
    }
}

/// All sessions of captures, in their order; the last one is active.
#[derive(Debug)]
pub struct Record {
    sessions: Vec<Session>,
}

impl Record {
    /// Reads captures, one a line. Positions stand at the ends.
    ///
    /// # Errors
    /// A capture cannot be read or has no packet of a feed.
    pub fn read(captures: &[PathBuf]) -> Result<Self, RecordError> {
        let mut arrivals = Arrivals::open(captures)?;
        let mut arbiter = Arbiter::new(arrivals.lines());
        let mut sessions: Vec<Session> = Vec::new();
        while let Some(arrival) = arrivals.next_arrival()? {
            let name = arrival.packet.session;
            if sessions.is_empty() {
                sessions.push(Session::new(name));
            }
            arbiter.packet(arrival.line, &arrival.packet, &mut |merged| {
                take(&mut sessions, name, merged)
            })?;
        }
        let Some(last) = sessions.last().map(Session::name) else {
            let names: Vec<String> =
                captures.iter().map(|path| path.display().to_string()).collect();
            return Err(RecordError::Empty(names.join(", ")));
        };
        arbiter.finish(&mut |merged| take(&mut sessions, last, merged))?;
        for session in &sessions {
            session.set_position(session.end());
        }
        Ok(Self { sessions })
    }

    /// A session by name.
    #[must_use]
    pub fn session(&self, name: [u8; 10]) -> Option<&Session> {
        self.sessions.iter().rev().find(|session| session.name == name)
    }

    /// The active session.
    ///
    /// # Panics
    /// Never: a record has a session.
    #[must_use]
    pub fn active(&self) -> &Session {
        self.sessions.last().expect("a record has a session")
    }

    /// All sessions.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }
}

/// Adds to the last session; a restart begins the one called `name`.
fn take(
    sessions: &mut Vec<Session>,
    name: [u8; 10],
    merged: Merged<'_>,
) -> Result<(), RecordError> {
    match (merged, sessions.last_mut()) {
        (Merged::Message { data, .. }, Some(session)) => session.push(data)?,
        (Merged::Gap { first, count }, Some(session)) => session.miss(first, count),
        _ => sessions.push(Session::new(name)),
    }
    Ok(())
}
