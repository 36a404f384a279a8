//! What the host may change in a running card (docs/card-model.md, section 11).

/// Bytes of a message that can be loaded: the longest that changes a book or a map is F with 40.
pub const LOAD_BYTES_MAX: usize = 40;

/// One load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load<'a> {
    /// A message, as if the feed had sent it, but without a sequence number of its own.
    Message(&'a [u8]),
    /// The slot's book is proven: its own flag goes, and it is announced.
    SlotProven(u16),
    /// The slot's book is not: its own flag is set, and it is announced.
    SlotDoubtful(u16),
    /// The slot carries no instrument any more: it is muted, and what was published of it is forgotten.
    SlotReleased {
        /// Which.
        slot: u16,
        /// Number of the assignment that ends.
        generation: u8,
    },
    /// The slot carries this instrument from now on. Its book is not proven.
    SlotAssigned {
        /// Which.
        slot: u16,
        /// Number of the assignment.
        generation: u8,
        /// Symbol as on the wire.
        symbol: [u8; 8],
    },
    /// The feed's flag goes. Slots that are not proven must have been marked before.
    FeedProven,
}
