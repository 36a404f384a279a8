//! Market-by-order records of Databento (DBN versions 1 to 3, zstd: their metadata differ only inside, and these records not at all).

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use escapement_codec::TickKind;

use super::rows::Rows;
use super::History;

const RTYPE_MBO: u8 = 160;
const MBO_BYTES: usize = 56;
/// Price units of DBN (1e-9) in one of the card (1e-4).
const UNIT: i64 = 100_000;
/// 0.25, prices in 1e-4.
const TICK: u32 = 2_500;
/// The last record of an event.
const LAST: u8 = 128;
const NO_PRICE: i64 = i64::MAX;

/// Resting orders of one instrument, and what rests at each price.
#[derive(Default)]
struct Book {
    orders: HashMap<u64, (u8, i64, u32)>,
    /// Bid, ask.
    levels: [BTreeMap<i64, u64>; 2],
}

impl Book {
    fn side(side: u8) -> usize {
        usize::from(side == b'A')
    }

    fn add(&mut self, order: u64, side: u8, price: i64, size: u32) {
        self.take_out(order, u32::MAX);
        self.orders.insert(order, (side, price, size));
        *self.levels[Self::side(side)].entry(price).or_default() += u64::from(size);
    }

    fn take_out(&mut self, order: u64, size: u32) {
        let Some((side, price, rests)) = self.orders.remove(&order) else { return };
        let taken = rests.min(size);
        let level = &mut self.levels[Self::side(side)];
        if let Some(total) = level.get_mut(&price) {
            *total -= u64::from(taken);
            if *total == 0 {
                level.remove(&price);
            }
        }
        if taken < rests {
            self.orders.insert(order, (side, price, rests - taken));
        }
    }

    fn best(&self, side: usize) -> Option<(i64, u64)> {
        let level = &self.levels[side];
        let found = if side == 0 { level.last_key_value() } else { level.first_key_value() };
        found.map(|(&price, &size)| (price, size))
    }
}

/// Trades as they are told; bid and ask ticks where the best of the book differs behind the last record of an event. Feed time is `ts_event`,
/// the stamp `ts_recv`, the message index the record's number. Prices in 1e-4; one that is no whole number of those is an error.
pub(super) fn orders(path: &Path) -> Result<History, String> {
    let name = path.display();
    let file = std::fs::File::open(path).map_err(|error| format!("{name}: {error}"))?;
    let mut bytes = Vec::new();
    zstd::Decoder::new(file)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(|error| format!("{name}: offset {}: {error}, expected zstd", bytes.len()))?;
    let at = |offset: usize, reason: &str| format!("{name}: offset {offset}: {reason}");
    let (head, rest) =
        bytes.split_first_chunk::<8>().ok_or_else(|| at(0, "ends, expected DBN metadata"))?;
    let [b'D', b'B', b'N', 1..=3, length @ ..] = *head else {
        return Err(at(0, "expected DBN of version 1 to 3"));
    };
    let metadata = u32::from_le_bytes(length) as usize;
    let mut rest = rest.get(metadata..).ok_or_else(|| at(8, "ends inside the metadata"))?;
    let mut rows = Rows::new();
    let mut books: Vec<Book> = Vec::new();
    while !rest.is_empty() {
        let offset = bytes.len() - rest.len();
        let (record, behind) = rest
            .split_first_chunk::<MBO_BYTES>()
            .ok_or_else(|| at(offset, "ends inside a record, expected 56 bytes"))?;
        if usize::from(record[0]) * 4 != MBO_BYTES || record[1] != RTYPE_MBO {
            return Err(at(offset, "a record of another kind, expected market-by-order"));
        }
        rest = behind;
        let record = Record(record);
        rows.row(record.u64(8) as i64, Some(record.u64(40)));
        let slot = rows.slot(&record.u32(4).to_string()).map_err(|reason| at(offset, &reason))?;
        if books.len() <= usize::from(slot) {
            books.push(Book::default());
        }
        let book = &mut books[usize::from(slot)];
        let price = record.u64(24) as i64;
        let units = || match price {
            NO_PRICE => Err(at(offset, "no price, expected one")),
            price if price % UNIT != 0 => Err(at(offset, "a price finer than 0.0001")),
            price => Ok(price / UNIT),
        };
        let (order, size) = (record.u64(16), record.u32(32));
        let [flags, _channel, action, side] = record.bytes(36);
        match action {
            b'A' => book.add(order, side, units()?, size),
            b'M' => book.add(order, side, units()?, size),
            b'C' => book.take_out(order, size),
            b'T' => {
                let side = match side {
                    b'B' => 1,
                    b'A' => 2,
                    _ => 0,
                };
                rows.trade(slot, units()?, u64::from(size), side, 0);
            }
            b'F' | b'N' => {}
            b'R' => *book = Book::default(),
            _ => return Err(at(offset, "an unknown action, expected A, C, F, M, N, R or T")),
        }
        if flags & LAST != 0 {
            for (side, kind) in [TickKind::Bid, TickKind::Ask].into_iter().enumerate() {
                let best = books[usize::from(slot)].best(side);
                rows.quote(kind, slot, best.map(|best| best.0), best.map_or(0, |best| best.1), 0);
            }
        }
    }
    Ok(rows.finish("DBN market by order", TICK))
}

struct Record<'a>(&'a [u8; MBO_BYTES]);

impl Record<'_> {
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.bytes(at))
    }
}
