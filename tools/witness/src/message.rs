//! ITCH 5.0 messages, as far as ticks and books need them (Nasdaq TotalView-ITCH 5.0).

/// A symbol as on the wire: left-justified, padded with spaces.
pub type Stock = [u8; 8];

/// A message of a known type that is long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// Stock Locate.
    pub locate: u16,
    /// Timestamp, ns since midnight of New York.
    pub time_ns: u64,
    /// The rest, by type.
    pub body: Body,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Body {
    /// S.
    SystemEvent { code: u8 },
    /// R.
    Directory { stock: Stock },
    /// H.
    TradingAction { stock: Stock, state: u8 },
    /// A and F. Anything but B is a sell order.
    Add { reference: u64, is_ask: bool, shares: u32, stock: Stock, price: u32 },
    /// E, and C with its printable flag and price.
    Executed { reference: u64, shares: u32, at: Option<(bool, u32)> },
    /// X.
    Cancel { reference: u64, shares: u32 },
    /// D.
    Delete { reference: u64 },
    /// U.
    Replace { original: u64, reference: u64, shares: u32, price: u32 },
    /// P, and Q (`is_cross`).
    Trade { stock: Stock, shares: u64, price: u32, is_cross: bool },
    /// B.
    Broken { match_number: u64 },
    /// Y L V W K J h I N O: nothing for a book.
    Other,
}

impl Message {
    /// Bytes of a message of this type; None for a type that ITCH 5.0 does not have.
    #[must_use]
    pub fn length(kind: u8) -> Option<usize> {
        Some(match kind {
            b'S' | b'W' => 12,
            b'D' | b'B' => 19,
            b'Y' | b'N' => 20,
            b'h' => 21,
            b'X' => 23,
            b'H' => 25,
            b'L' => 26,
            b'K' => 28,
            b'E' => 31,
            b'V' | b'J' | b'U' => 35,
            b'A' | b'C' => 36,
            b'R' => 39,
            b'F' | b'Q' => 40,
            b'P' => 44,
            b'O' => 48,
            b'I' => 50,
            _ => return None,
        })
    }

    /// Reads a message; None if it is empty, of an unknown type, or shorter than its type needs.
    #[must_use]
    pub fn parse(data: &[u8]) -> Option<Self> {
        let kind = *data.first()?;
        let data = data.get(..Self::length(kind)?)?;
        let body = match kind {
            b'S' => Body::SystemEvent { code: data[11] },
            b'R' => Body::Directory { stock: stock(data, 11) },
            b'H' => Body::TradingAction { stock: stock(data, 11), state: data[19] },
            b'A' | b'F' => Body::Add {
                reference: be(data, 11, 8),
                is_ask: data[19] != b'B',
                shares: be(data, 20, 4) as u32,
                stock: stock(data, 24),
                price: be(data, 32, 4) as u32,
            },
            b'E' | b'C' => Body::Executed {
                reference: be(data, 11, 8),
                shares: be(data, 19, 4) as u32,
                at: (kind == b'C').then(|| (data[31] == b'Y', be(data, 32, 4) as u32)),
            },
            b'X' => Body::Cancel { reference: be(data, 11, 8), shares: be(data, 19, 4) as u32 },
            b'D' => Body::Delete { reference: be(data, 11, 8) },
            b'U' => Body::Replace {
                original: be(data, 11, 8),
                reference: be(data, 19, 8),
                shares: be(data, 27, 4) as u32,
                price: be(data, 31, 4) as u32,
            },
            b'P' => Body::Trade {
                stock: stock(data, 24),
                shares: be(data, 20, 4),
                price: be(data, 32, 4) as u32,
                is_cross: false,
            },
            b'Q' => Body::Trade {
                stock: stock(data, 19),
                shares: be(data, 11, 8),
                price: be(data, 27, 4) as u32,
                is_cross: true,
            },
            b'B' => Body::Broken { match_number: be(data, 11, 8) },
            _ => Body::Other,
        };
        Some(Self { locate: be(data, 1, 2) as u16, time_ns: be(data, 5, 6), body })
    }
}

fn be(data: &[u8], at: usize, bytes: usize) -> u64 {
    data[at..at + bytes].iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn stock(data: &[u8], at: usize) -> Stock {
    let mut stock = [b' '; 8];
    stock.copy_from_slice(&data[at..at + 8]);
    stock
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_must_have_its_length_and_may_have_more() {
        for kind in *b"SRHYLVWKJhAFECXDUPQBINO" {
            let length = Message::length(kind).unwrap();
            let mut data = vec![0; length + 3];
            data[0] = kind;
            data[1..3].copy_from_slice(&[1, 2]);
            data[5..11].copy_from_slice(&[1, 0, 0, 0, 0, 7]);
            let whole = Message::parse(&data[..length]).unwrap();
            assert_eq!((whole.locate, whole.time_ns), (0x102, (1 << 40) + 7));
            assert_eq!(Message::parse(&data), Some(whole), "{}", char::from(kind));
            assert_eq!(Message::parse(&data[..length - 1]), None, "{}", char::from(kind));
        }
        assert_eq!(Message::parse(b""), None);
        assert_eq!(Message::parse(&[b'Z'; 60]), None);
    }

    #[test]
    fn fields_stand_where_the_specification_says() {
        let mut data: Vec<u8> = (0..44).collect();
        data[0] = b'U';
        let Some(Message { body: Body::Replace { original, reference, shares, price }, .. }) =
            Message::parse(&data)
        else {
            panic!("no replace")
        };
        assert_eq!(original, 0x0b0c_0d0e_0f10_1112);
        assert_eq!(reference, 0x1314_1516_1718_191a);
        assert_eq!((shares, price), (0x1b1c_1d1e, 0x1f20_2122));
        data[0] = b'C';
        data[31] = b'Y';
        let expected = Body::Executed {
            reference: original,
            shares: 0x1314_1516,
            at: Some((true, 0x2021_2223)),
        };
        assert_eq!(Message::parse(&data).unwrap().body, expected);
        data[31] = b'N';
        let at = Some((false, 0x2021_2223));
        let expected = Body::Executed { reference: original, shares: 0x1314_1516, at };
        assert_eq!(Message::parse(&data).unwrap().body, expected);
        data[0] = b'P';
        let Body::Trade { stock, shares, price, is_cross } = Message::parse(&data).unwrap().body
        else {
            panic!("no trade")
        };
        assert_eq!((stock[0], shares, price, is_cross), (24, 0x1415_1617, 0x2021_2223, false));
        data[0] = b'Q';
        let Body::Trade { stock, shares, price, is_cross } = Message::parse(&data).unwrap().body
        else {
            panic!("no cross")
        };
        assert_eq!((stock[0], shares, price, is_cross), (19, original, 0x1b1c_1d1e, true));
    }
}
