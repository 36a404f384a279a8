//! Damage to a packet stream, by seed: what networks and capture files do to packets, each as a rate.
//!
//! The same seed and rates give the same bytes.

use rand::Rng;
use rand_xoshiro::rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Packets held back at most, and thus how far one can fall behind.
const HELD_MAX: usize = 16;
/// Bits flipped in one packet at most.
const FLIPS_MAX: u32 = 3;

/// How often each kind of damage hits a packet, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// The packet is missing.
    pub loss: f64,
    /// A second copy comes up to 16 packets later.
    pub duplicate: f64,
    /// The packet comes up to 16 packets later.
    pub reorder: f64,
    /// 1 to 3 of its bits are flipped.
    pub flip: f64,
    /// Its end is missing.
    pub cut: f64,
}

/// How often each kind of damage was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Damage {
    /// Packets taken.
    pub packets_in: u64,
    /// Packets given.
    pub packets_out: u64,
    /// Packets lost.
    pub lost: u64,
    /// Packets given twice.
    pub duplicated: u64,
    /// Packets given late.
    pub reordered: u64,
    /// Packets with flipped bits.
    pub flipped: u64,
    /// Packets without their end.
    pub cut: u64,
}

struct Held {
    /// Packets that still come before it.
    after: usize,
    data: Vec<u8>,
}

/// Damages packets. Stamps stay in order: a packet that comes late carries the stamp of its new place.
pub struct Mutator {
    rates: Rates,
    random: Xoshiro256PlusPlus,
    held: Vec<Held>,
    last_stamp_ns: u64,
    damage: Damage,
}

impl Mutator {
    /// Damage at these rates.
    #[must_use]
    pub fn new(seed: u64, rates: Rates) -> Self {
        Self {
            rates,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            held: Vec::new(),
            last_stamp_ns: 0,
            damage: Damage::default(),
        }
    }

    /// Takes a packet and gives `out` what comes of it and of those held back.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn packet<E>(
        &mut self,
        stamp_ns: u64,
        data: &[u8],
        out: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.damage.packets_in += 1;
        self.last_stamp_ns = stamp_ns;
        if self.hit(self.rates.loss) {
            self.damage.lost += 1;
        } else {
            if self.hit(self.rates.duplicate) {
                self.damage.duplicated += 1;
                self.hold(data.to_vec());
            }
            let mut data = data.to_vec();
            self.flip_and_cut(&mut data);
            if self.hit(self.rates.reorder) {
                self.damage.reordered += 1;
                self.hold(data);
            } else {
                self.give(&data, out)?;
            }
        }
        for held in &mut self.held {
            held.after = held.after.saturating_sub(1);
        }
        self.release(|held| held.after == 0, out)
    }

    /// Gives what is still held back, and says what was done.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish<E>(
        mut self,
        out: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<Damage, E> {
        self.release(|_| true, out)?;
        Ok(self.damage)
    }

    fn hit(&mut self, rate: f64) -> bool {
        rate > 0.0 && self.random.random_bool(rate.min(1.0))
    }

    fn hold(&mut self, data: Vec<u8>) {
        let after = self.random.random_range(2..=HELD_MAX);
        self.held.push(Held { after, data });
    }

    fn flip_and_cut(&mut self, data: &mut Vec<u8>) {
        if !data.is_empty() && self.hit(self.rates.flip) {
            self.damage.flipped += 1;
            for _ in 0..self.random.random_range(1..=FLIPS_MAX) {
                let bit = self.random.random_range(0..8 * data.len());
                data[bit / 8] ^= 1 << (bit % 8);
            }
        }
        if data.len() > 1 && self.hit(self.rates.cut) {
            self.damage.cut += 1;
            data.truncate(self.random.random_range(1..data.len()));
        }
    }

    fn give<E>(
        &mut self,
        data: &[u8],
        out: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.damage.packets_out += 1;
        out(self.last_stamp_ns, data)
    }

    fn release<E>(
        &mut self,
        due: impl Fn(&Held) -> bool,
        out: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut place = 0;
        while place < self.held.len() {
            if due(&self.held[place]) {
                let held = self.held.remove(place);
                self.give(&held.data, out)?;
            } else {
                place += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutated(seed: u64, rates: Rates) -> (Vec<(u64, Vec<u8>)>, Damage) {
        let mut given = Vec::new();
        let mut out = |stamp, data: &[u8]| {
            given.push((stamp, data.to_vec()));
            Ok::<(), std::convert::Infallible>(())
        };
        let mut mutator = Mutator::new(seed, rates);
        for number in 0..2_000u64 {
            let data: Vec<u8> = number.to_le_bytes().iter().cycle().take(60).copied().collect();
            mutator.packet(number, &data, &mut out).unwrap();
        }
        let damage = mutator.finish(&mut out).unwrap();
        (given, damage)
    }

    #[test]
    fn no_rates_change_nothing() {
        let (given, damage) = mutated(1, Rates::default());
        assert_eq!(given.len(), 2_000);
        assert!(given.iter().all(|(stamp, data)| data[..8] == stamp.to_le_bytes()));
        assert_eq!(damage, Damage { packets_in: 2_000, packets_out: 2_000, ..Damage::default() });
    }

    #[test]
    fn every_kind_of_damage_is_done_and_counted() {
        let rates = Rates { loss: 0.1, duplicate: 0.1, reorder: 0.1, flip: 0.1, cut: 0.1 };
        let (given, damage) = mutated(2, rates);
        assert_eq!(given, mutated(2, rates).0, "the same seed gives the same bytes");
        assert_ne!(given, mutated(3, rates).0);
        assert_eq!(given.len() as u64, 2_000 - damage.lost + damage.duplicated);
        assert_eq!(given.len() as u64, damage.packets_out);
        assert!(given.windows(2).all(|pair| pair[0].0 <= pair[1].0), "stamps stay in order");
        assert_eq!(given.iter().filter(|(_, data)| data.len() < 60).count() as u64, damage.cut);
        for count in [damage.lost, damage.duplicated, damage.reordered, damage.flipped, damage.cut]
        {
            assert!((130..=270).contains(&count), "{damage:?}");
        }
    }
}
