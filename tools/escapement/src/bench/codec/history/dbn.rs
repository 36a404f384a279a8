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

#[cfg(test)]
mod tests {
    use super::*;

    fn record(order: u64, price: i64, size: u32, flags: u8, action: u8, side: u8) -> Vec<u8> {
        let mut bytes = vec![14, RTYPE_MBO, 1, 0];
        bytes.extend(77u32.to_le_bytes());
        bytes.extend(1_000u64.to_le_bytes());
        bytes.extend(order.to_le_bytes());
        bytes.extend(price.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend([flags, 0, action, side]);
        bytes.extend(2_000u64.to_le_bytes());
        bytes.extend([0; 8]);
        bytes
    }

    fn file(folder: &tempfile::TempDir, records: &[u8]) -> std::path::PathBuf {
        let path = folder.path().join("a_mbo.dbn.zst");
        let plain = [b"DBN\x01\x02\0\0\0ab".as_slice(), records].concat();
        std::fs::write(&path, zstd::bulk::compress(&plain, 1).unwrap()).unwrap();
        path
    }

    #[test]
    fn the_best_is_told_behind_an_event() {
        let folder = tempfile::tempdir().unwrap();
        let records = [
            record(1, 5_000_000_000, 3, 0, b'A', b'B'),
            record(2, 5_250_000_000, 4, LAST, b'A', b'B'),
            record(0, 5_250_000_000, 4, 0, b'T', b'A'),
            record(2, 5_250_000_000, 4, LAST, b'C', b'B'),
            record(1, 5_000_000_000, 1, LAST, b'C', b'B'),
            record(1, NO_PRICE, 0, LAST, b'R', b'N'),
        ];
        let history = orders(&file(&folder, &records.concat())).unwrap();
        let told: Vec<_> = history
            .ticks
            .iter()
            .map(|tick| (tick.kind, tick.msg_index, tick.price, tick.size, tick.side))
            .collect();
        assert_eq!(
            told,
            [
                (TickKind::Bid, 1, Some(52_500), 4, 0),
                (TickKind::Trade, 2, Some(52_500), 4, 2),
                (TickKind::Bid, 3, Some(50_000), 3, 0),
                (TickKind::Bid, 4, Some(50_000), 2, 0),
                (TickKind::Bid, 5, None, 0, 0),
            ]
        );
        assert_eq!((history.ticks[0].feed_time, history.ticks[0].hw_time), (1_000, 2_000));
    }

    #[test]
    fn bad_records_are_named_by_offset() {
        let folder = tempfile::tempdir().unwrap();
        let good = record(1, 5_000_000_000, 3, 0, b'A', b'B');
        for (bad, reason) in [
            (good[..55].to_vec(), "offset 66: ends inside a record"),
            (record(1, 5, 3, 0, b'A', b'B'), "offset 66: a price finer"),
            (record(1, 0, 3, 0, b'X', b'B'), "offset 66: an unknown action"),
            (vec![0; 56], "offset 66: a record of another kind"),
        ] {
            let path = file(&folder, &[good.clone(), bad].concat());
            let error = orders(&path).err().unwrap();
            assert!(error.contains(reason), "{error}");
        }
    }
}
