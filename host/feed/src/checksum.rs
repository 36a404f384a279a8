//! The Internet checksum (RFC 1071).

/// Ones' complement sum of 16-bit big-endian words, not yet inverted; an odd last byte is a word's high half.
#[must_use]
pub fn sum(bytes: &[u8]) -> u16 {
    fold(partial(bytes))
}

/// The sum, not yet folded, of words in the byte order of memory: the ones' complement sum does not depend on it
/// (RFC 1071, section 2 (B)), so only the result is put into the right one.
#[inline]
fn partial(bytes: &[u8]) -> u64 {
    // Four sums side by side: the compiler makes vectors of them.
    let mut sums = [0u64; 4];
    let mut add = |block: &[u8; 16]| {
        for (at, sum) in sums.iter_mut().enumerate() {
            let at = 4 * at;
            let word = [block[at], block[at + 1], block[at + 2], block[at + 3]];
            *sum += u64::from(u32::from_ne_bytes(word));
        }
    };
    let mut rest = bytes;
    while let Some((block, behind)) = rest.split_first_chunk() {
        add(block);
        rest = behind;
    }
    let [mut total, second, third, fourth] = sums;
    total += second + third + fourth;
    while let Some((word, behind)) = rest.split_first_chunk() {
        total += u64::from(u32::from_ne_bytes(*word));
        rest = behind;
    }
    let mut last = [0u8; 4];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    total += u64::from(u32::from_ne_bytes(last));
    u64::from(u16::from_be(fold(total)))
}

#[inline]
fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}

/// True if an IPv4 header, its checksum field included, sums up.
#[must_use]
pub fn ipv4_header_ok(header: &[u8]) -> bool {
    sum(header) == 0xffff
}

/// True if a UDP datagram (header and data), its checksum field included, sums up with the IPv4 pseudo header.
#[must_use]
pub fn udp_ok(source_and_destination: &[u8], datagram: &[u8]) -> bool {
    let pseudo = partial(source_and_destination) + 17 + datagram.len() as u64;
    fold(pseudo + partial(datagram)) == 0xffff
}

#[cfg(test)]
mod tests {
    use super::{ipv4_header_ok, sum, udp_ok};

    #[test]
    fn sums_as_rfc_1071_section_3_does() {
        assert_eq!(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
        assert_eq!(sum(&[0x12, 0x34, 0x56]), 0x1234 + 0x5600);
    }

    #[test]
    fn a_published_ipv4_header_is_right_and_any_bit_flip_wrong() {
        let mut header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8,
            0, 0xc7,
        ];
        assert!(ipv4_header_ok(&header));
        for bit in 0..160 {
            header[bit / 8] ^= 1 << (bit % 8);
            assert!(!ipv4_header_ok(&header), "bit {bit}");
            header[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_udp_datagram_sums_with_its_pseudo_header() {
        let addresses = [10, 0, 0, 1, 10, 0, 0, 2];
        let mut datagram = [0, 7, 0, 9, 0, 11, 0, 0, b'a', b'b', b'c'];
        let mut all = Vec::from(addresses);
        all.extend([0, 17, 0, 11]);
        all.extend(datagram);
        let checksum = !sum(&all);
        datagram[6..8].copy_from_slice(&checksum.to_be_bytes());
        assert!(udp_ok(&addresses, &datagram));
        datagram[10] ^= 1;
        assert!(!udp_ok(&addresses, &datagram));
    }
}
