//! Wire messages of Nasdaq TotalView-ITCH 5.0.

use crate::generator::message::{Message, Symbol};

/// Midnight of New York on the day of generated captures (2025-03-14), ns since 1970.
pub(super) const MIDNIGHT_NS: u64 = 1_741_924_800_000_000_000;

/// What every message begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    /// Time, ns since 1970.
    pub time_ns: u64,
    /// Stock Locate; 0 where no instrument is meant.
    pub locate: u16,
}

/// Type, locate, tracking number, time since midnight (48 bit).
fn start(kind: u8, stamp: Stamp) -> Vec<u8> {
    let mut data = Vec::with_capacity(50);
    data.push(kind);
    data.extend(stamp.locate.to_be_bytes());
    data.extend([0, 0]);
    data.extend(&(stamp.time_ns - MIDNIGHT_NS).to_be_bytes()[2..]);
    data
}

fn done(stamp: Stamp, data: Vec<u8>) -> Message {
    Message { time_ns: stamp.time_ns, data }
}

/// A message of type, head and fields that are bytes or big-endian numbers.
macro_rules! message {
    ($kind:expr, $stamp:expr $(, $field:expr)* $(,)?) => {{
        #[allow(unused_mut)]
        let mut data = start($kind, $stamp);
        $(data.extend($field);)*
        done($stamp, data)
    }};
}

/// S, 12 bytes.
pub(super) fn system_event(stamp: Stamp, code: u8) -> Message {
    message!(b'S', stamp, [code])
}

/// R, 39 bytes.
pub(super) fn directory(stamp: Stamp, stock: &Symbol) -> Message {
    let lot = 100u32.to_be_bytes();
    message!(b'R', stamp, *stock, *b"QN", lot, *b"NCZ PNN1N", 0u32.to_be_bytes(), *b"N")
}

/// H, 25 bytes.
pub(super) fn trading_action(stamp: Stamp, stock: &Symbol, state: u8, reason: &[u8; 4]) -> Message {
    message!(b'H', stamp, *stock, [state, b' '], *reason)
}

/// Y, 20 bytes.
pub(super) fn short_sale_test(stamp: Stamp, stock: &Symbol, action: u8) -> Message {
    message!(b'Y', stamp, *stock, [action])
}

/// L, 26 bytes.
pub(super) fn participant(stamp: Stamp, stock: &Symbol, mpid: &[u8; 4]) -> Message {
    message!(b'L', stamp, *mpid, *stock, *b"YNA")
}

/// V, 35 bytes: 7, 13 and 20 percent below a close, with 8 decimals.
pub(super) fn decline_levels(stamp: Stamp, close: u64) -> Message {
    let level = |percent: u64| (close * 100_000_000 / 100 * (100 - percent)).to_be_bytes();
    message!(b'V', stamp, level(7), level(13), level(20))
}

/// W, 12 bytes.
pub(super) fn breached(stamp: Stamp, level: u8) -> Message {
    message!(b'W', stamp, [level])
}

/// K, 28 bytes.
pub(super) fn ipo_period(stamp: Stamp, stock: &Symbol, release_s: u32, price: u32) -> Message {
    message!(b'K', stamp, *stock, release_s.to_be_bytes(), [b'A'], price.to_be_bytes())
}

/// J, 35 bytes: collars 5 percent around a reference price.
pub(super) fn auction_collar(stamp: Stamp, stock: &Symbol, price: u32) -> Message {
    let (upper, lower) = (price + price / 20, price - price / 20);
    let prices = [price, upper, lower, 0].map(u32::to_be_bytes);
    message!(b'J', stamp, *stock, prices.concat())
}

/// h, 21 bytes.
pub(super) fn operational_halt(stamp: Stamp, stock: &Symbol, action: u8) -> Message {
    message!(b'h', stamp, *stock, [b'Q', action])
}

/// An order as it is added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Added {
    pub reference: u64,
    pub is_ask: bool,
    pub shares: u32,
    pub price: u32,
}

/// A, 36 bytes, or F, 40 bytes, where a participant shows its name.
pub(super) fn add(stamp: Stamp, stock: &Symbol, order: Added, mpid: Option<&[u8; 4]>) -> Message {
    let kind = if mpid.is_some() { b'F' } else { b'A' };
    let side = if order.is_ask { b'S' } else { b'B' };
    let mut data = start(kind, stamp);
    data.extend(order.reference.to_be_bytes());
    data.push(side);
    data.extend(order.shares.to_be_bytes());
    data.extend(stock);
    data.extend(order.price.to_be_bytes());
    data.extend(mpid.into_iter().flatten());
    done(stamp, data)
}

/// E, 31 bytes.
pub(super) fn executed(stamp: Stamp, reference: u64, shares: u32, number: u64) -> Message {
    message!(b'E', stamp, reference.to_be_bytes(), shares.to_be_bytes(), number.to_be_bytes())
}

/// C, 36 bytes.
pub(super) fn executed_at(
    stamp: Stamp,
    reference: u64,
    shares: u32,
    number: u64,
    printable: bool,
    price: u32,
) -> Message {
    let mut message = executed(stamp, reference, shares, number);
    message.data[0] = b'C';
    message.data.push(if printable { b'Y' } else { b'N' });
    message.data.extend(price.to_be_bytes());
    message
}

/// X, 23 bytes.
pub(super) fn cancel(stamp: Stamp, reference: u64, shares: u32) -> Message {
    message!(b'X', stamp, reference.to_be_bytes(), shares.to_be_bytes())
}

/// D, 19 bytes.
pub(super) fn delete(stamp: Stamp, reference: u64) -> Message {
    message!(b'D', stamp, reference.to_be_bytes())
}

/// U, 35 bytes.
pub(super) fn replace(stamp: Stamp, original: u64, new: u64, shares: u32, price: u32) -> Message {
    message!(
        b'U',
        stamp,
        original.to_be_bytes(),
        new.to_be_bytes(),
        shares.to_be_bytes(),
        price.to_be_bytes()
    )
}

/// P, 44 bytes.
pub(super) fn hidden_trade(
    stamp: Stamp,
    stock: &Symbol,
    shares: u32,
    price: u32,
    number: u64,
) -> Message {
    message!(
        b'P',
        stamp,
        [0; 8],
        [b'B'],
        shares.to_be_bytes(),
        *stock,
        price.to_be_bytes(),
        number.to_be_bytes()
    )
}

/// Q, 40 bytes.
pub(super) fn cross(
    stamp: Stamp,
    stock: &Symbol,
    shares: u64,
    price: u32,
    number: u64,
    kind: u8,
) -> Message {
    message!(
        b'Q',
        stamp,
        shares.to_be_bytes(),
        *stock,
        price.to_be_bytes(),
        number.to_be_bytes(),
        [kind]
    )
}

/// B, 19 bytes.
pub(super) fn broken(stamp: Stamp, number: u64) -> Message {
    message!(b'B', stamp, number.to_be_bytes())
}

/// I, 50 bytes.
pub(super) fn imbalance(
    stamp: Stamp,
    stock: &Symbol,
    paired: u64,
    price: u32,
    kind: u8,
) -> Message {
    message!(
        b'I',
        stamp,
        paired.to_be_bytes(),
        (paired / 9).to_be_bytes(),
        [b'B'],
        *stock,
        (price + 100).to_be_bytes(),
        price.to_be_bytes(),
        price.to_be_bytes(),
        [kind, b'L']
    )
}

/// N, 20 bytes.
pub(super) fn retail_interest(stamp: Stamp, stock: &Symbol, side: u8) -> Message {
    message!(b'N', stamp, *stock, [side])
}

/// O, 48 bytes.
pub(super) fn direct_listing(stamp: Stamp, stock: &Symbol, price: u32) -> Message {
    let around = [price / 2, price * 2, price].map(u32::to_be_bytes).concat();
    let collars = [price - price / 10, price + price / 10].map(u32::to_be_bytes).concat();
    let since_midnight = stamp.time_ns - MIDNIGHT_NS;
    message!(b'O', stamp, *stock, [b'N'], around, since_midnight.to_be_bytes(), collars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_specification() {
        let stamp = Stamp { time_ns: MIDNIGHT_NS + 0x0102_0304_0506, locate: 0x0708 };
        let stock = b"ZAAA    ";
        let order = Added { reference: 1, is_ask: true, shares: 2, price: 3 };
        let lengths = [
            (system_event(stamp, b'O'), b'S', 12),
            (directory(stamp, stock), b'R', 39),
            (trading_action(stamp, stock, b'T', b"    "), b'H', 25),
            (short_sale_test(stamp, stock, b'0'), b'Y', 20),
            (participant(stamp, stock, b"ABCD"), b'L', 26),
            (decline_levels(stamp, 5_000), b'V', 35),
            (breached(stamp, b'1'), b'W', 12),
            (ipo_period(stamp, stock, 1, 2), b'K', 28),
            (auction_collar(stamp, stock, 1_000), b'J', 35),
            (operational_halt(stamp, stock, b'H'), b'h', 21),
            (add(stamp, stock, order, None), b'A', 36),
            (add(stamp, stock, order, Some(b"ABCD")), b'F', 40),
            (executed(stamp, 1, 2, 3), b'E', 31),
            (executed_at(stamp, 1, 2, 3, true, 4), b'C', 36),
            (cancel(stamp, 1, 2), b'X', 23),
            (delete(stamp, 1), b'D', 19),
            (replace(stamp, 1, 2, 3, 4), b'U', 35),
            (hidden_trade(stamp, stock, 1, 2, 3), b'P', 44),
            (cross(stamp, stock, 1, 2, 3, b'O'), b'Q', 40),
            (broken(stamp, 1), b'B', 19),
            (imbalance(stamp, stock, 1, 2, b'O'), b'I', 50),
            (retail_interest(stamp, stock, b'A'), b'N', 20),
            (direct_listing(stamp, stock, 1_000), b'O', 48),
        ];
        for (message, kind, length) in lengths {
            assert_eq!(
                (message.data[0], message.data.len()),
                (kind, length),
                "{}",
                char::from(kind)
            );
            assert_eq!(message.data[1..11], [7, 8, 0, 0, 1, 2, 3, 4, 5, 6]);
            assert_eq!(message.time_ns, stamp.time_ns);
        }
    }
}
