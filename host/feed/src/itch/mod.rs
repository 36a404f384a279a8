//! Nasdaq TotalView-ITCH 5.0: every message type with its fields, big-endian on the wire.

mod message;

use crate::protocol::Side;
pub use crate::protocol::Undecoded;
use crate::symbol::Symbol;
pub use escapement_abi::itch::message_bytes;
pub use message::{AddOrder, Head, Message};

/// Reads the message in `data`; bytes behind its type's length are ignored.
#[inline]
pub fn decode(data: &[u8]) -> Result<Message, Undecoded> {
    decode_with(data, |message| *message)
}

/// Reads the message in `data` and hands it to `take`. Where that is inlined, a message of the types that most are of
/// never stands in memory, and its type is asked for once.
#[inline(always)]
pub fn decode_with<R>(data: &[u8], take: impl FnOnce(&Message) -> R) -> Result<R, Undecoded> {
    let &type_byte = data.first().ok_or(Undecoded::Empty)?;
    match type_byte {
        b'A' => {
            let data = whole::<{ length(b'A') }>(data)?;
            Ok(take(&Message::Add { head: data.head(), order: data.order(), attribution: None }))
        }
        b'F' => {
            let data = whole::<{ length(b'F') }>(data)?;
            Ok(take(&Message::Add {
                head: data.head(),
                order: data.order(),
                attribution: Some(data.array(36)),
            }))
        }
        b'E' => {
            let data = whole::<{ length(b'E') }>(data)?;
            Ok(take(&Message::Executed {
                head: data.head(),
                reference: data.long(11),
                shares: data.word(19),
                match_number: data.long(23),
            }))
        }
        b'C' => {
            let data = whole::<{ length(b'C') }>(data)?;
            Ok(take(&Message::ExecutedWithPrice {
                head: data.head(),
                reference: data.long(11),
                shares: data.word(19),
                match_number: data.long(23),
                printable: data.byte(31) == b'Y',
                price: data.word(32),
            }))
        }
        b'X' => {
            let data = whole::<{ length(b'X') }>(data)?;
            Ok(take(&Message::Cancel {
                head: data.head(),
                reference: data.long(11),
                shares: data.word(19),
            }))
        }
        b'D' => {
            let data = whole::<{ length(b'D') }>(data)?;
            Ok(take(&Message::Delete { head: data.head(), reference: data.long(11) }))
        }
        b'U' => {
            let data = whole::<{ length(b'U') }>(data)?;
            Ok(take(&Message::Replace {
                head: data.head(),
                original: data.long(11),
                reference: data.long(19),
                shares: data.word(27),
                price: data.word(31),
            }))
        }
        b'P' => {
            let data = whole::<{ length(b'P') }>(data)?;
            Ok(take(&Message::Trade {
                head: data.head(),
                reference: data.long(11),
                side: data.byte(19),
                shares: data.word(20),
                stock: data.symbol(24),
                price: data.word(32),
                match_number: data.long(36),
            }))
        }
        _ => decode_rare(type_byte, data).map(|message| take(&message)),
    }
}

#[cold]
#[inline(never)]
fn decode_rare(type_byte: u8, data: &[u8]) -> Result<Message, Undecoded> {
    Ok(match type_byte {
        b'Q' => {
            let data = whole::<{ length(b'Q') }>(data)?;
            Message::CrossTrade {
                head: data.head(),
                shares: data.long(11),
                stock: data.symbol(19),
                price: data.word(27),
                match_number: data.long(31),
                cross_type: data.byte(39),
            }
        }
        b'B' => {
            let data = whole::<{ length(b'B') }>(data)?;
            Message::BrokenTrade { head: data.head(), match_number: data.long(11) }
        }
        b'S' => {
            let data = whole::<{ length(b'S') }>(data)?;
            Message::SystemEvent { head: data.head(), event: data.byte(11) }
        }
        b'R' => {
            let data = whole::<{ length(b'R') }>(data)?;
            Message::StockDirectory {
                head: data.head(),
                stock: data.symbol(11),
                market_category: data.byte(19),
                financial_status: data.byte(20),
                round_lot_size: data.word(21),
                round_lots_only: data.byte(25),
                classification: data.byte(26),
                sub_type: data.array(27),
                authenticity: data.byte(29),
                short_sale_threshold: data.byte(30),
                ipo_flag: data.byte(31),
                luld_tier: data.byte(32),
                etp_flag: data.byte(33),
                etp_leverage: data.word(34),
                inverse: data.byte(38),
            }
        }
        b'H' => {
            let data = whole::<{ length(b'H') }>(data)?;
            Message::TradingAction {
                head: data.head(),
                stock: data.symbol(11),
                state: data.byte(19),
                reason: data.array(21),
            }
        }
        b'Y' => {
            let data = whole::<{ length(b'Y') }>(data)?;
            Message::RegSho { head: data.head(), stock: data.symbol(11), action: data.byte(19) }
        }
        b'L' => {
            let data = whole::<{ length(b'L') }>(data)?;
            Message::ParticipantPosition {
                head: data.head(),
                participant: data.array(11),
                stock: data.symbol(15),
                primary: data.byte(23),
                mode: data.byte(24),
                state: data.byte(25),
            }
        }
        b'V' => {
            let data = whole::<{ length(b'V') }>(data)?;
            Message::MwcbDecline {
                head: data.head(),
                levels: [data.long(11), data.long(19), data.long(27)],
            }
        }
        b'W' => {
            let data = whole::<{ length(b'W') }>(data)?;
            Message::MwcbStatus { head: data.head(), level: data.byte(11) }
        }
        b'K' => {
            let data = whole::<{ length(b'K') }>(data)?;
            Message::IpoQuoting {
                head: data.head(),
                stock: data.symbol(11),
                release_time: data.word(19),
                qualifier: data.byte(23),
                price: data.word(24),
            }
        }
        b'J' => {
            let data = whole::<{ length(b'J') }>(data)?;
            Message::LuldCollar {
                head: data.head(),
                stock: data.symbol(11),
                reference_price: data.word(19),
                upper_price: data.word(23),
                lower_price: data.word(27),
                extension: data.word(31),
            }
        }
        b'h' => {
            let data = whole::<{ length(b'h') }>(data)?;
            Message::OperationalHalt {
                head: data.head(),
                stock: data.symbol(11),
                market: data.byte(19),
                action: data.byte(20),
            }
        }
        b'I' => {
            let data = whole::<{ length(b'I') }>(data)?;
            Message::Imbalance {
                head: data.head(),
                paired_shares: data.long(11),
                imbalance_shares: data.long(19),
                direction: data.byte(27),
                stock: data.symbol(28),
                far_price: data.word(36),
                near_price: data.word(40),
                reference_price: data.word(44),
                cross_type: data.byte(48),
                variation: data.byte(49),
            }
        }
        b'N' => {
            let data = whole::<{ length(b'N') }>(data)?;
            Message::RetailInterest {
                head: data.head(),
                stock: data.symbol(11),
                flag: data.byte(19),
            }
        }
        b'O' => {
            let data = whole::<{ length(b'O') }>(data)?;
            Message::DirectListing {
                head: data.head(),
                stock: data.symbol(11),
                eligible: data.byte(19),
                minimum_price: data.word(20),
                maximum_price: data.word(24),
                near_price: data.word(28),
                near_time: data.long(32),
                lower_collar: data.word(40),
                upper_collar: data.word(44),
            }
        }
        _ => return Err(Undecoded::UnknownType),
    })
}

/// Length of a type that there is.
const fn length(type_byte: u8) -> usize {
    escapement_abi::itch::LENGTHS[type_byte as usize] as usize
}

#[inline(always)]
fn whole<const N: usize>(data: &[u8]) -> Result<Fields<'_, N>, Undecoded> {
    data.first_chunk().map(Fields).ok_or(Undecoded::Short)
}

/// The bytes of a message of known length: where a field stands is checked when this is compiled.
struct Fields<'a, const N: usize>(&'a [u8; N]);

impl<const N: usize> Fields<'_, N> {
    #[inline(always)]
    fn head(&self) -> Head {
        Head { locate: self.half(1), tracking: self.half(3), time: self.six(5) }
    }

    #[inline(always)]
    fn array<const BYTES: usize>(&self, at: usize) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&self.0[at..at + BYTES]);
        bytes
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.0[at]
    }

    #[inline(always)]
    fn half(&self, at: usize) -> u16 {
        u16::from_be_bytes(self.array(at))
    }

    #[inline(always)]
    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.array(at))
    }

    #[inline(always)]
    fn six(&self, at: usize) -> u64 {
        u64::from(self.half(at)) << 32 | u64::from(self.word(at + 2))
    }

    #[inline(always)]
    fn long(&self, at: usize) -> u64 {
        u64::from_be_bytes(self.array(at))
    }

    #[inline(always)]
    fn symbol(&self, at: usize) -> Symbol {
        Symbol(self.array(at))
    }

    #[inline(always)]
    fn order(&self) -> AddOrder {
        AddOrder {
            reference: self.long(11),
            side: if self.byte(19) == b'B' { Side::Bid } else { Side::Ask },
            shares: self.word(20),
            stock: self.symbol(24),
            price: self.word(32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, message_bytes, Message, Undecoded};

    #[test]
    fn there_are_23_types_and_each_decodes_at_its_length_and_no_shorter() {
        let types: Vec<u8> = (0..=255).filter(|&byte| message_bytes(byte).is_some()).collect();
        assert_eq!(types, b"ABCDEFHIJKLNOPQRSUVWXYh");
        for type_byte in types {
            let bytes = message_bytes(type_byte).unwrap();
            let mut data = vec![0x20; bytes + 3];
            data[0] = type_byte;
            data[1..11].copy_from_slice(&[1, 2, 0, 7, 0x4e, 0x94, 0x91, 0x4e, 0xff, 0xff]);
            let message = decode(&data).unwrap();
            assert_eq!(message.type_byte(), type_byte);
            let head = message.head();
            assert_eq!((head.locate, head.tracking, head.time), (0x102, 7, 0x4e94_914e_ffff));
            assert_eq!(decode(&data[..bytes]), Ok(message));
            assert_eq!(decode(&data[..bytes - 1]), Err(Undecoded::Short));
        }
        assert_eq!(decode(&[]), Err(Undecoded::Empty));
        assert_eq!(decode(b"Z"), Err(Undecoded::UnknownType));
    }

    #[test]
    fn an_order_is_read_field_by_field() {
        let mut data = b"A\0\x0d\0\0\0\0\0\0\0\x05".to_vec();
        data.extend(7u64.to_be_bytes());
        data.extend(b"S\0\0\0\x64AAPL    \0\x0f\x42\x40");
        let Ok(Message::Add { head, order, attribution: None }) = decode(&data) else { panic!() };
        assert_eq!((head.locate, head.time, order.reference, order.shares), (13, 5, 7, 100));
        assert_eq!((order.stock.name().as_str(), order.price), ("AAPL", 1_000_000));
        assert_eq!(order.side, super::Side::Ask);
        data[19] = b'B';
        let Ok(Message::Add { order, .. }) = decode(&data) else { panic!() };
        assert_eq!(order.side, super::Side::Bid);
    }
}
