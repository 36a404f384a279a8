//! Lengths of the messages of Nasdaq TotalView-ITCH 5.0: the card, its golden model and the reader of Nasdaq's files go by them.

/// Bytes that a message of this type has at least; none if the type is not of ITCH 5.0.
#[inline]
#[must_use]
pub const fn message_bytes(type_byte: u8) -> Option<usize> {
    match LENGTHS[type_byte as usize] {
        0 => None,
        bytes => Some(bytes as usize),
    }
}

/// Length by type byte, 0 where there is no such type.
pub const LENGTHS: [u8; 256] = {
    const TABLE: [(u8, u8); 23] = [
        (b'S', 12),
        (b'R', 39),
        (b'H', 25),
        (b'Y', 20),
        (b'L', 26),
        (b'V', 35),
        (b'W', 12),
        (b'K', 28),
        (b'J', 35),
        (b'h', 21),
        (b'A', 36),
        (b'F', 40),
        (b'E', 31),
        (b'C', 36),
        (b'X', 23),
        (b'D', 19),
        (b'U', 35),
        (b'P', 44),
        (b'Q', 40),
        (b'B', 19),
        (b'I', 50),
        (b'N', 20),
        (b'O', 48),
    ];
    let mut lengths = [0; 256];
    let mut row = 0;
    while row < TABLE.len() {
        lengths[TABLE[row].0 as usize] = TABLE[row].1;
        row += 1;
    }
    lengths
};
