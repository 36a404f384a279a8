//! Fetching what the lines did not bring.
//!
//! - [`Requester`] asks a MoldUDP64 re-request server for a range of sequence numbers ([`mold`]: the packets).
//! - [`fetch_snapshot`] takes a GLIMPSE 5.0 snapshot over SoupBinTCP ([`soup`]: the packets).
//!
//! Both are blocking, hold one packet at a time, and hand each message to a closure. Every wait has a bound, every
//! retry is counted, and a server that lies, dies or says nothing ends in an error that names it.

pub mod mold;
mod request;
mod snapshot;
pub mod soup;

pub use request::{Fetched, RequestError, Requester, Requests};
pub use snapshot::{fetch_snapshot, Login, Snapshot, SnapshotError, SnapshotLimits};
