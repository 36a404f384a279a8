//! SoupBinTCP 3.00 packets: a 16-bit length (big-endian, type and payload), a type byte, the payload.

use std::io::{self, Read, Write};

/// Bytes of a login request's payload.
pub const LOGIN_BYTES: usize = 46;
/// Bytes of a login acceptance's payload.
pub const ACCEPTED_BYTES: usize = 30;

/// Packet types (SoupBinTCP 3.00, packet types).
pub mod kind {
    /// Debug, either side.
    pub const DEBUG: u8 = b'+';
    /// Login request, client.
    pub const LOGIN: u8 = b'L';
    /// Login accepted, server.
    pub const ACCEPTED: u8 = b'A';
    /// Login rejected, server.
    pub const REJECTED: u8 = b'J';
    /// Sequenced data, server.
    pub const SEQUENCED: u8 = b'S';
    /// Unsequenced data.
    pub const UNSEQUENCED: u8 = b'U';
    /// Heartbeat of the server.
    pub const SERVER_HEARTBEAT: u8 = b'H';
    /// Heartbeat of the client.
    pub const CLIENT_HEARTBEAT: u8 = b'R';
    /// End of session, server.
    pub const END_OF_SESSION: u8 = b'Z';
    /// Logout request, client.
    pub const LOGOUT: u8 = b'O';
}

/// Writes one packet in one call.
///
/// # Errors
/// The payload is longer than a packet can say (65,534 bytes); the stream fails.
pub fn write(stream: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len() + 1).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidInput, "longer than a SoupBinTCP packet")
    })?;
    let mut packet = Vec::with_capacity(3 + payload.len());
    packet.extend(length.to_be_bytes());
    packet.push(kind);
    packet.extend(payload);
    stream.write_all(&packet)
}

/// Packets out of a stream, however it was cut. A read that would block leaves what has come so far in place.
#[derive(Debug, Default)]
pub struct Packets {
    bytes: Vec<u8>,
    taken: usize,
}

/// What a read brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// The stream has more bytes now.
    Some,
    /// Nothing came in time.
    Nothing,
    /// The other side has closed.
    Closed,
}

impl Packets {
    /// The next whole packet: type and payload. None until more is read.
    ///
    /// # Errors
    /// A length of 0, which no packet has.
    pub fn next_packet(&mut self) -> io::Result<Option<(u8, &[u8])>> {
        let rest = &self.bytes[self.taken..];
        let Some((length, behind)) = rest.split_first_chunk::<2>() else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "SoupBinTCP packet of length 0",
            ));
        }
        if behind.len() < length {
            return Ok(None);
        }
        let start = self.taken + 2;
        self.taken = start + length;
        let packet = &self.bytes[start..self.taken];
        Ok(packet.split_first().map(|(&kind, payload)| (kind, payload)))
    }

    /// Bytes of a packet that has begun are waiting for the rest.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.taken < self.bytes.len()
    }

    /// Reads once.
    ///
    /// # Errors
    /// The stream fails.
    pub fn read(&mut self, stream: &mut impl Read) -> io::Result<Received> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        let held = self.bytes.len();
        self.bytes.resize(held + 16 * 1024, 0);
        let outcome = stream.read(&mut self.bytes[held..]);
        self.bytes.truncate(held + outcome.as_ref().map_or(0, |&count| count));
        match outcome {
            Ok(0) => Ok(Received::Closed),
            Ok(_) => Ok(Received::Some),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock
                | io::ErrorKind::TimedOut
                | io::ErrorKind::Interrupted => Ok(Received::Nothing),
                _ => Err(error),
            },
        }
    }
}

/// Text in a field, filled with spaces on the right.
#[must_use]
pub fn left<const BYTES: usize>(text: &[u8]) -> [u8; BYTES] {
    let mut field = [b' '; BYTES];
    let kept = text.len().min(BYTES);
    field[..kept].copy_from_slice(&text[..kept]);
    field
}

/// Text in a field, filled with spaces on the left.
#[must_use]
pub fn right<const BYTES: usize>(text: &[u8]) -> [u8; BYTES] {
    let mut field = [b' '; BYTES];
    let kept = text.len().min(BYTES);
    field[BYTES - kept..].copy_from_slice(&text[text.len() - kept..]);
    field
}

/// An ASCII number with spaces on either side or zeros in front; None if it is anything else or no 64-bit number.
#[must_use]
pub fn number(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field.trim_ascii()).ok()?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_whole_however_the_stream_is_cut() {
        let mut wire = Vec::new();
        write(&mut wire, kind::SERVER_HEARTBEAT, b"").unwrap();
        assert_eq!(wire, [0, 1, 0x48], "as the specification has it");
        write(&mut wire, kind::SEQUENCED, b"abc").unwrap();
        for step in 1..=wire.len() {
            let mut packets = Packets::default();
            let mut got = Vec::new();
            for mut piece in wire.chunks(step) {
                assert_eq!(packets.read(&mut piece).unwrap(), Received::Some);
                while let Some((kind, payload)) = packets.next_packet().unwrap() {
                    got.push((kind, payload.to_vec()));
                }
            }
            assert_eq!(got, [(b'H', vec![]), (b'S', b"abc".to_vec())]);
            assert!(!packets.is_inside());
            assert_eq!(packets.read(&mut &[][..]).unwrap(), Received::Closed);
        }
        let mut packets = Packets::default();
        packets.read(&mut &[0, 0, 1][..]).unwrap();
        assert!(packets.next_packet().is_err());
        assert!(write(&mut Vec::new(), b'S', &[0; 65_535]).is_err());
    }

    #[test]
    fn fields_are_filled_on_their_side() {
        assert_eq!(&left::<6>(b"ab"), b"ab    ");
        assert_eq!(&right::<6>(b"ab"), b"    ab");
        for (text, value) in [
            ("    12", Some(12)),
            ("12   ", Some(12)),
            ("0012", Some(12)),
            ("", None),
            ("-1", None),
            ("1 2", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(number(text.as_bytes()), value, "{text:?}");
        }
    }
}
