//! What others would send, each with all that a tick says, each read back and compared.

mod fixed;
mod mbp;
mod stop_bit;
mod zstd;

pub(crate) use self::zstd::{whole_file, Zstd};
pub(crate) use fixed::Fixed;
pub(crate) use mbp::Mbp;
pub(crate) use stop_bit::StopBit;

use escapement_codec::{Entry, Tick};

/// The tick of an entry; yardsticks have no other entries.
fn tick(entry: &Entry) -> Result<&Tick, String> {
    match entry {
        Entry::Tick(tick) => Ok(tick),
        other => Err(format!("{other:?} in a coding of ticks")),
    }
}

/// Bytes read from the front.
struct Front<'a>(&'a [u8]);

impl<'a> Front<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, rest) = self.0.split_first_chunk().ok_or("ends inside a field")?;
        self.0 = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16, String> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.take().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use escapement_codec::{PriceKind, TickKind};
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::coding::{decode, encode, Coding, Packets, PAYLOAD_MAX};
    use super::super::identical::identical;
    use super::super::stream::{ticks_of, Stream, SLOTS};
    use super::*;

    /// Ticks that use every field up to its ends.
    fn wild(seed: u64, count: usize) -> Vec<Entry> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut any = |ends: &[i64]| match random.random_range(0..4) {
            0 => ends[random.random_range(0..ends.len())],
            1 => random.random(),
            _ => random.random_range(-3..3) * 100,
        };
        let ends = [i64::MIN, i64::MAX, 0, -1, 1 << 31, -(1 << 31), u32::MAX as i64];
        (0..count)
            .map(|_| {
                let kind = TickKind::ALL[any(&[0]).unsigned_abs() as usize % 5];
                let price = PriceKind::of_tick(kind).map(|_| any(&ends)).filter(|&p| p % 7 != 0);
                Entry::Tick(Tick {
                    kind,
                    slot: any(&[0xfff]) as u16 % 0x1000,
                    msg_index: any(&ends) as u64 % (1 << 40),
                    feed_time: any(&ends),
                    hw_time: any(&ends) as u64,
                    price,
                    code: 0,
                    epoch: 0,
                    size: any(&ends) as u64,
                    side: any(&[1, 2]) as u8,
                    flags: any(&[4]) as u8,
                })
            })
            .collect()
    }

    #[test]
    fn no_yardstick_loses_anything() {
        let stream = Stream::new([100; SLOTS]);
        let zstd = Zstd::new(true).unwrap();
        let all: [&dyn Coding; 6] = [
            &Mbp,
            &Fixed { stamps: true },
            &Fixed { stamps: false },
            &zstd,
            &StopBit { stamps: true, tick_sizes: stream.tick_sizes },
            &StopBit { stamps: false, tick_sizes: stream.tick_sizes },
        ];
        for coding in all {
            for seed in 0..3 {
                let entries = wild(seed, 700);
                let mut packets = Packets::default();
                encode(coding, &entries, &mut packets).unwrap();
                assert!(packets.iter().all(|packet| packet.len() <= PAYLOAD_MAX));
                assert!(packets.ends.len() > 2, "{}", coding.name());
                let mut back = Vec::new();
                decode(coding, &stream, &packets, &mut back).unwrap();
                let same = identical(&ticks_of(&entries), &back, coding.keeps_stamps());
                assert_eq!(same, Ok(()), "{} seed {seed}", coding.name());
                let end = packets.ends[0];
                let mut reader = coding.reader(&stream);
                assert!(
                    reader.packet(&packets.bytes[..end - 1], &mut Vec::new()).is_err(),
                    "{}: a cut packet",
                    coding.name()
                );
            }
        }
    }
}
