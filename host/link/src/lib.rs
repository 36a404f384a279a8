//! The far end of the narrow link: datagrams in, frames out in the order of their numbers, each once; everything else has a
//! count.
//!
//! Loss, duplication, reordering, damage and replayed datagrams of earlier runs are what links do. None of them makes a wrong
//! tick: a frame stands alone, and one that is not delivered is lost by number, with the ticks that were in it.

mod counts;
mod receiver;
mod streams;

pub use counts::LinkCounts;
pub use receiver::{Event, Receiver, Window};
