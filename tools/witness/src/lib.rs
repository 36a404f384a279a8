//! A second opinion on ITCH 5.0 over MoldUDP64.
//!
//! Nothing here is taken from the golden model: frames, transport, line merge and book are written again, from the
//! wire layouts and the tick semantics alone, in the plainest form that can be right. The book is unbounded (ordered
//! maps), the merge of lines knows no window and no memory limit. So a rule that model and card have both got wrong
//! in the same way is seen here.
//!
//! [`read`] turns captures into rows of reference ticks, [`compare`] holds the rows that a card made against them.

mod arbiter;
mod book;
mod compare;
mod datagram;
mod error;
mod message;
mod packet;
mod reading;
mod row;
mod source;
mod table;
mod teller;

pub use arbiter::{Arbiter, Merged, Transport};
pub use book::{Book, Order, Side};
pub use compare::{compare, Comparison, Difference, Verdict};
pub use datagram::{Datagram, Destination};
pub use error::WitnessError;
pub use message::{Body, Message};
pub use packet::Packet;
pub use reading::{read, Reading};
pub use row::{Kind, Row, HEADER};
pub use source::{Arrival, Arrivals};
pub use table::Bounds;
pub use teller::{Teller, Told, Untracked};
