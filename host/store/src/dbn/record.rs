//! The records (DBN version 3), byte by byte, little-endian. Lengths and places are those of Databento's own structs.

use super::status::StatusWords;

/// No price.
pub(super) const UNDEF_PRICE: i64 = i64::MAX;
/// A size that does not fit.
pub(super) const UNDEF_SIZE: u32 = u32::MAX;
/// No moment.
pub(super) const UNDEF_TIME: u64 = u64::MAX;

/// DBN flag bits.
pub(super) const F_LAST: u8 = 1 << 7;
pub(super) const F_TOB: u8 = 1 << 6;
pub(super) const F_BAD_TS_RECV: u8 = 1 << 3;
pub(super) const F_MAYBE_BAD_BOOK: u8 = 1 << 2;
pub(super) const F_PUBLISHER_SPECIFIC: u8 = 1 << 1;

const RTYPE_TRADE: u8 = 0x00;
const RTYPE_MBP_1: u8 = 0x01;
const RTYPE_STATUS: u8 = 0x12;
const RTYPE_MBO: u8 = 0xa0;

/// What every record says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) publisher_id: u16,
    pub(super) instrument_id: u32,
    pub(super) ts_event: u64,
    pub(super) ts_recv: u64,
    pub(super) sequence: u32,
    pub(super) flags: u8,
}

/// Price (1e-9) and size of a side; [`UNDEF_PRICE`] and 0 when it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) price: i64,
    pub(super) size: u32,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    bytes: [u8; 80],
    length: usize,
    /// Where the flags are, if it has any.
    flags_at: Option<usize>,
}

impl Record {
    fn new(rtype: u8, head: &Head) -> Self {
        let mut record = Self { bytes: [0; 80], length: 0, flags_at: None };
        record.put(&[0, rtype]); // the length comes last
        record.put(&head.publisher_id.to_le_bytes());
        record.put(&head.instrument_id.to_le_bytes());
        record.put(&head.ts_event.to_le_bytes());
        record
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn put_flags(&mut self, flags: u8) {
        self.flags_at = Some(self.length);
        self.put(&[flags]);
    }

    /// The length is counted in words of 4 bytes.
    fn done(mut self) -> Self {
        self.bytes[0] = (self.length / 4) as u8;
        self
    }

    fn put_price(&mut self, level: Level, action: u8, side: u8, head: &Head) {
        self.put(&level.price.to_le_bytes());
        self.put(&level.size.to_le_bytes());
        self.put(&[action, side]);
        self.put_flags(head.flags);
        self.put(&[0]); // depth
        self.put(&head.ts_recv.to_le_bytes());
        self.put(&0i32.to_le_bytes()); // ts_in_delta
        self.put(&head.sequence.to_le_bytes());
    }

    /// A `TradeMsg`; `side` is the aggressor, `B`, `A` or `N`.
    pub(super) fn trade(head: &Head, level: Level, side: u8) -> Self {
        let mut record = Self::new(RTYPE_TRADE, head);
        record.put_price(level, b'T', side, head);
        record.done()
    }

    /// An `Mbp1Msg`: `side` changed to `level`, both sides stand beside it.
    pub(super) fn quote(head: &Head, level: Level, side: u8, bid: Level, ask: Level) -> Self {
        let mut record = Self::new(RTYPE_MBP_1, head);
        record.put_price(level, b'M', side, head);
        record.put(&bid.price.to_le_bytes());
        record.put(&ask.price.to_le_bytes());
        record.put(&bid.size.to_le_bytes());
        record.put(&ask.size.to_le_bytes());
        record.put(&[0; 8]); // counts of orders
        record.done()
    }

    /// An `MboMsg` that takes the trade of this id back.
    pub(super) fn trade_break(head: &Head, trade_id: u64) -> Self {
        let mut record = Self::new(RTYPE_MBO, head);
        record.put(&trade_id.to_le_bytes());
        record.put(&UNDEF_PRICE.to_le_bytes());
        record.put(&0u32.to_le_bytes());
        record.put_flags(head.flags);
        record.put(&[0, b'C', b'N']); // channel, action, side
        record.put(&head.ts_recv.to_le_bytes());
        record.put(&0i32.to_le_bytes());
        record.put(&head.sequence.to_le_bytes());
        record.done()
    }

    /// A `StatusMsg`.
    pub(super) fn status(head: &Head, words: StatusWords) -> Self {
        let mut record = Self::new(RTYPE_STATUS, head);
        record.put(&head.ts_recv.to_le_bytes());
        record.put(&words.action.to_le_bytes());
        record.put(&[0; 4]); // reason, trading event
        record.put(&[words.is_trading, words.is_quoting, b'~']);
        record.put(&[0; 7]);
        record.done()
    }

    /// It is the last of its message for its instrument.
    pub(super) fn set_last(&mut self) {
        if let Some(at) = self.flags_at {
            self.bytes[at] |= F_LAST;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::super::status;
    use super::*;

    #[test]
    fn records_have_the_lengths_of_databentos_structs() {
        let head = Head {
            publisher_id: 2,
            instrument_id: 3,
            ts_event: 4,
            ts_recv: 5,
            sequence: 6,
            flags: F_TOB,
        };
        let level = Level { price: 7, size: 8 };
        let records = [
            (Record::trade(&head, level, b'B'), 48, Some(30)),
            (Record::quote(&head, level, b'A', level, level), 80, Some(30)),
            (Record::trade_break(&head, 9), 56, Some(36)),
            (Record::status(&head, status::of_instrument(b'H')), 40, None),
        ];
        for (mut record, length, flags_at) in records {
            assert_eq!((record.bytes().len(), record.flags_at), (length, flags_at));
            assert_eq!(usize::from(record.bytes()[0]) * 4, length);
            record.set_last();
            if let Some(at) = flags_at {
                assert_eq!(record.bytes()[at], F_TOB | F_LAST);
            }
        }
    }
}
