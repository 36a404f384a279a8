//! Wire messages of TOPS 1.6 and DEEP 1.0 (layouts: IEX TOPS 1.6 and DEEP 1.0 specifications).

/// One message with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Time of the message, ns since the epoch.
    pub time_ns: u64,
    /// Message data, type byte first.
    pub data: Vec<u8>,
}

/// A symbol as on the wire.
pub type Symbol = [u8; 8];

fn start(kind: u8, second: u8, time_ns: u64) -> Vec<u8> {
    let mut data = Vec::with_capacity(42);
    data.extend([kind, second]);
    data.extend(time_ns.to_le_bytes());
    data
}

fn with_symbol(kind: u8, second: u8, time_ns: u64, symbol: &Symbol) -> Vec<u8> {
    let mut data = start(kind, second, time_ns);
    data.extend(symbol);
    data
}

/// S, 10 bytes.
pub fn system_event(time_ns: u64, event: u8) -> Message {
    Message { time_ns, data: start(b'S', event, time_ns) }
}

/// D, 31 bytes.
pub fn directory(time_ns: u64, symbol: &Symbol, close: i64) -> Message {
    let mut data = with_symbol(b'D', 0, time_ns, symbol);
    data.extend(100u32.to_le_bytes());
    data.extend(close.to_le_bytes());
    data.push(1);
    Message { time_ns, data }
}

/// H, 22 bytes.
pub fn trading_status(time_ns: u64, symbol: &Symbol, status: u8, reason: &[u8; 4]) -> Message {
    let mut data = with_symbol(b'H', status, time_ns, symbol);
    data.extend(reason);
    Message { time_ns, data }
}

/// O, 18 bytes.
pub fn operational_halt(time_ns: u64, symbol: &Symbol, status: u8) -> Message {
    Message { time_ns, data: with_symbol(b'O', status, time_ns, symbol) }
}

/// I, 18 bytes.
pub fn retail_interest(time_ns: u64, symbol: &Symbol, side: u8) -> Message {
    Message { time_ns, data: with_symbol(b'I', side, time_ns, symbol) }
}

/// P, 19 bytes.
pub fn short_sale_test(time_ns: u64, symbol: &Symbol, in_effect: bool) -> Message {
    let mut data = with_symbol(b'P', u8::from(in_effect), time_ns, symbol);
    data.push(if in_effect { b'A' } else { b' ' });
    Message { time_ns, data }
}

/// E, 18 bytes.
pub fn security_event(time_ns: u64, symbol: &Symbol, event: u8) -> Message {
    Message { time_ns, data: with_symbol(b'E', event, time_ns, symbol) }
}

/// Price and size of a side; size 0 when there is none.
pub type Side = (i64, u32);

/// Q, 42 bytes.
pub fn quote(time_ns: u64, symbol: &Symbol, halted: bool, bid: Side, ask: Side) -> Message {
    let mut data = with_symbol(b'Q', if halted { 0x80 } else { 0 }, time_ns, symbol);
    data.extend(bid.1.to_le_bytes());
    data.extend(bid.0.to_le_bytes());
    data.extend(ask.0.to_le_bytes());
    data.extend(ask.1.to_le_bytes());
    Message { time_ns, data }
}

/// 8 (buy) or 5 (sell), 30 bytes.
pub fn level(time_ns: u64, symbol: &Symbol, is_ask: bool, complete: bool, level: Side) -> Message {
    let mut data =
        with_symbol(if is_ask { b'5' } else { b'8' }, u8::from(complete), time_ns, symbol);
    data.extend(level.1.to_le_bytes());
    data.extend(level.0.to_le_bytes());
    Message { time_ns, data }
}

/// T or B, 38 bytes.
pub fn trade(time_ns: u64, symbol: &Symbol, is_break: bool, traded: Side, id: u64) -> Message {
    let flags = if traded.1 < 100 { 0x20 } else { 0 };
    let mut data = with_symbol(if is_break { b'B' } else { b'T' }, flags, time_ns, symbol);
    data.extend(traded.1.to_le_bytes());
    data.extend(traded.0.to_le_bytes());
    data.extend(id.to_le_bytes());
    Message { time_ns, data }
}

/// X, 26 bytes.
pub fn official_price(time_ns: u64, symbol: &Symbol, kind: u8, price: i64) -> Message {
    let mut data = with_symbol(b'X', kind, time_ns, symbol);
    data.extend(price.to_le_bytes());
    Message { time_ns, data }
}

/// A, 80 bytes.
pub fn auction(
    time_ns: u64,
    symbol: &Symbol,
    kind: u8,
    price: i64,
    paired: u32,
    scheduled_s: u32,
) -> Message {
    let mut data = with_symbol(b'A', kind, time_ns, symbol);
    data.extend(paired.to_le_bytes());
    data.extend(price.to_le_bytes());
    data.extend((price + 100).to_le_bytes());
    data.extend((paired / 7).to_le_bytes());
    data.extend([b'B', 0]);
    data.extend(scheduled_s.to_le_bytes());
    for collar in [price, price, price - price / 10, price + price / 10] {
        data.extend(collar.to_le_bytes());
    }
    Message { time_ns, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_specification() {
        let symbol = b"ZIEXT   ";
        let lengths = [
            (system_event(1, b'O'), 10),
            (directory(1, symbol, 1), 31),
            (trading_status(1, symbol, b'T', b"    "), 22),
            (operational_halt(1, symbol, b'N'), 18),
            (retail_interest(1, symbol, b'A'), 18),
            (short_sale_test(1, symbol, true), 19),
            (security_event(1, symbol, b'O'), 18),
            (quote(1, symbol, false, (1, 1), (2, 2)), 42),
            (level(1, symbol, true, true, (1, 1)), 30),
            (trade(1, symbol, false, (1, 1), 9), 38),
            (official_price(1, symbol, b'Q', 1), 26),
            (auction(1, symbol, b'O', 1, 1, 1), 80),
        ];
        for (message, length) in lengths {
            assert_eq!(message.data.len(), length, "{}", char::from(message.data[0]));
        }
    }
}
