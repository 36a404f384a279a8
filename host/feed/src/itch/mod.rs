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
    let &type_byte = data.first().ok_or(Undecoded::Empty)?;
    let needed = message_bytes(type_byte).ok_or(Undecoded::UnknownType)?;
    let data = Fields(data.get(..needed).ok_or(Undecoded::Short)?);
    let head = Head { locate: data.half(1), tracking: data.half(3), time: data.six(5) };
    Ok(match type_byte {
        b'A' => Message::Add { head, order: data.order(), attribution: None },
        b'F' => Message::Add { head, order: data.order(), attribution: Some(data.array(36)) },
        b'E' => Message::Executed {
            head,
            reference: data.long(11),
            shares: data.word(19),
            match_number: data.long(23),
        },
        b'C' => Message::ExecutedWithPrice {
            head,
            reference: data.long(11),
            shares: data.word(19),
            match_number: data.long(23),
            printable: data.byte(31) == b'Y',
            price: data.word(32),
        },
        b'X' => Message::Cancel { head, reference: data.long(11), shares: data.word(19) },
        b'D' => Message::Delete { head, reference: data.long(11) },
        b'U' => Message::Replace {
            head,
            original: data.long(11),
            reference: data.long(19),
            shares: data.word(27),
            price: data.word(31),
        },
        b'P' => Message::Trade {
            head,
            reference: data.long(11),
            side: data.byte(19),
            shares: data.word(20),
            stock: data.symbol(24),
            price: data.word(32),
            match_number: data.long(36),
        },
        b'Q' => Message::CrossTrade {
            head,
            shares: data.long(11),
            stock: data.symbol(19),
            price: data.word(27),
            match_number: data.long(31),
            cross_type: data.byte(39),
        },
        b'B' => Message::BrokenTrade { head, match_number: data.long(11) },
        b'S' => Message::SystemEvent { head, event: data.byte(11) },
        b'R' => Message::StockDirectory {
            head,
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
        },
        b'H' => Message::TradingAction {
            head,
            stock: data.symbol(11),
            state: data.byte(19),
            reason: data.array(21),
        },
        b'Y' => Message::RegSho { head, stock: data.symbol(11), action: data.byte(19) },
        b'L' => Message::ParticipantPosition {
            head,
            participant: data.array(11),
            stock: data.symbol(15),
            primary: data.byte(23),
            mode: data.byte(24),
            state: data.byte(25),
        },
        b'V' => {
            Message::MwcbDecline { head, levels: [data.long(11), data.long(19), data.long(27)] }
        }
        b'W' => Message::MwcbStatus { head, level: data.byte(11) },
        b'K' => Message::IpoQuoting {
            head,
            stock: data.symbol(11),
            release_time: data.word(19),
            qualifier: data.byte(23),
            price: data.word(24),
        },
        b'J' => Message::LuldCollar {
            head,
            stock: data.symbol(11),
            reference_price: data.word(19),
            upper_price: data.word(23),
            lower_price: data.word(27),
            extension: data.word(31),
        },
        b'h' => Message::OperationalHalt {
            head,
            stock: data.symbol(11),
            market: data.byte(19),
            action: data.byte(20),
        },
        b'I' => Message::Imbalance {
            head,
            paired_shares: data.long(11),
            imbalance_shares: data.long(19),
            direction: data.byte(27),
            stock: data.symbol(28),
            far_price: data.word(36),
            near_price: data.word(40),
            reference_price: data.word(44),
            cross_type: data.byte(48),
            variation: data.byte(49),
        },
        b'N' => Message::RetailInterest { head, stock: data.symbol(11), flag: data.byte(19) },
        b'O' => Message::DirectListing {
            head,
            stock: data.symbol(11),
            eligible: data.byte(19),
            minimum_price: data.word(20),
            maximum_price: data.word(24),
            near_price: data.word(28),
            near_time: data.long(32),
            lower_collar: data.word(40),
            upper_collar: data.word(44),
        },
        _ => return Err(Undecoded::UnknownType),
    })
}

/// Big-endian fields of a message whose length was checked.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    #[inline]
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.0[at]
    }

    #[inline]
    fn half(&self, at: usize) -> u16 {
        u16::from_be_bytes(self.array(at))
    }

    #[inline]
    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.array(at))
    }

    #[inline]
    fn six(&self, at: usize) -> u64 {
        u64::from(self.half(at)) << 32 | u64::from(self.word(at + 2))
    }

    #[inline]
    fn long(&self, at: usize) -> u64 {
        u64::from_be_bytes(self.array(at))
    }

    #[inline]
    fn symbol(&self, at: usize) -> Symbol {
        Symbol(self.array(at))
    }

    #[inline]
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
