//! What an exchange runs beside its multicast lines, served from captures over real sockets.
//!
//! - [`RequestServer`]: MoldUDP64 requests over UDP are answered with downstream packets.
//! - [`SnapshotServer`]: GLIMPSE 5.0 over SoupBinTCP gives the book as it stood at a sequence.
//!
//! Both serve a [`Record`] up to its *position*, the next sequence that the feed would send. Both can be told to fail
//! ([`Faults`]), for tests of the other side.

mod faults;
mod glimpse;
mod record;
mod requests;
mod snapshot;
mod stop;

pub use faults::Faults;
pub use glimpse::{GlimpseCounts, GlimpseSettings, SnapshotServer};
pub use record::{Record, RecordError, Session};
pub use requests::{RequestCounts, RequestServer, RequestSettings};
pub use snapshot::{snapshot, MissingMessage};
