//! Fetching what the lines did not bring.
//!
//! - [`Requester`] asks a MoldUDP64 re-request server for a range of sequence numbers ([`mold`]: the packets).
//! - [`fetch_snapshot`] takes a GLIMPSE 5.0 snapshot over SoupBinTCP ([`soup`]: the packets).
//!
//! - [`Rebuild`] follows the lines' frames, keeps the books as they are when nothing is lost, and knows what is missing.
//! - [`patch`] says which loads turn a card's books into those; [`mend`] hands them to a card that runs.
//! - [`take_out`] and [`bring_in`] say which loads a slot needs that changes hands.
//!
//! Fetching is blocking, holds one packet at a time, and hands each message to a closure; the other two do no input or output. Every wait has a bound, every
//! retry is counted, and a server that lies, dies or says nothing ends in an error that names it.

mod handover;
mod mend;
pub mod mold;
mod patch;
mod rebuild;
mod request;
mod snapshot;
pub mod soup;
mod words;

pub use handover::{bring_in, take_back_untracked, take_out};
pub use mend::{mend, Mend};
pub use patch::{patch, proven};
pub use rebuild::{Rebuild, Repair, SnapshotRefused, PENDING_MAX};
pub use request::{Fetched, RequestError, Requester, Requests};
pub use snapshot::{fetch_snapshot, Login, Snapshot, SnapshotError, SnapshotLimits};
