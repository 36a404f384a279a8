//! Whatever happens to packets and files on their way: a replay ends with 0 or 2, conserved, and equal to the golden
//! model.
//!
//! Each case follows from its seed, which is printed: `ESCAPEMENT_SEED` starts with it again. Cases are tried for
//! `ESCAPEMENT_DAMAGE_SECONDS` a card (default 4).

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use escapement_capture::{Merged, PcapWriter};
use escapement_tool::generator::Feed;
use escapement_tool::mutator::{Mutator, Rates};
use rand::Rng;
use rand_xoshiro::rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use support::{file, generated, replay};

type Random = Xoshiro256PlusPlus;

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn pick<'a, T: ?Sized>(random: &mut Random, of: &[&'a T]) -> &'a T {
    of[random.random_range(0..of.len())]
}

/// A rate that is often zero.
fn rate(random: &mut Random) -> f64 {
    if random.random_bool(0.4) {
        random.random_range(0.0..0.1)
    } else {
        0.0
    }
}

fn damaged_packets(random: &mut Random, capture: &Path) -> Vec<u8> {
    let rates = Rates {
        loss: rate(random),
        duplicate: rate(random),
        reorder: rate(random),
        flip: rate(random),
        cut: rate(random),
    };
    let mut output = PcapWriter::new(Vec::new()).unwrap();
    let mut mutator = Mutator::new(random.random(), rates);
    let mut captures = Merged::open(&[capture]).unwrap();
    let mut write = |stamp_ns, data: &[u8]| output.packet(stamp_ns, data);
    while let Some(packet) = captures.next_packet().unwrap() {
        mutator.packet(packet.stamp_ns, packet.data, &mut write).unwrap();
    }
    mutator.finish(&mut write).unwrap();
    output.finish().unwrap()
}

/// Flips bytes of the file itself, cuts it, or leaves a hole; tells whether anything was done.
fn damage_file(random: &mut Random, bytes: &mut Vec<u8>) -> bool {
    match random.random_range(0..6) {
        0 => {
            for _ in 0..random.random_range(1..20) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = random.random();
            }
        }
        1 => bytes.truncate(random.random_range(0..bytes.len())),
        2 => {
            let from = random.random_range(0..bytes.len());
            let to = (from + random.random_range(1..200)).min(bytes.len());
            bytes.drain(from..to);
        }
        _ => return false,
    }
    true
}

fn one_case(card: &str, seed: u64) {
    let random = &mut Random::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let feed = if random.random() { Feed::Tops } else { Feed::Deep };
    let clean = generated(feed, random.random(), random.random_range(200..3_000));
    let clean = file(&folder, "clean.pcap", &clean);
    let mut bytes = damaged_packets(random, &clean);
    let broken = damage_file(random, &mut bytes);
    let capture = file(&folder, "damaged.pcap", &bytes);
    let options = [
        "--check",
        "--mode",
        pick(random, &["whole", "early"]),
        "--ring-lines",
        pick(random, &["64", "1024", "131072"]),
        "--refresh",
        pick(random, &["off", "2s", "30s"]),
    ];
    let found = replay(&capture, card, &options);
    let what = format!(
        "ESCAPEMENT_SEED={seed}, card {card}, {feed:?}, {options:?}, file damaged: {broken}\n{}",
        found.run.stderr
    );
    assert!(!found.run.stderr.contains("panicked"), "{what}");
    match found.run.code {
        0 => {}
        2 => {
            assert!(broken, "only a damaged file is bad input: {what}");
            let lines = found.run.stderr.lines().filter(|line| !line.contains(": warning: "));
            let errors: Vec<&str> = lines.collect();
            assert_eq!(errors.len(), 1, "{what}");
            assert!(errors[0].contains("damaged.pcap: offset "), "{what}");
            assert_eq!(found.json["error"], errors[0].trim_start_matches("escapement: "), "{what}");
        }
        code => panic!("exit code {code}: {what}"),
    }
    // nothing was replayed when no feed was found
    if found.run.code == 0 || !found.json["packets"].is_null() {
        assert_eq!(found.json["conserved"], true, "{what}{}", found.json["ledgers"]);
        assert_eq!(found.json["check"]["passed"], true, "{what}{}", found.json["check"]);
        let rows = found.ticks.lines().count() as u64;
        assert_eq!(rows, 1 + found.number("/ledgers/ticks/numbers/read"), "{what}");
    }
}

fn cases(card: &str) {
    let first = number("ESCAPEMENT_SEED").unwrap_or_else(fresh_seed);
    let seconds = Duration::from_secs(number("ESCAPEMENT_DAMAGE_SECONDS").unwrap_or(4));
    println!("ESCAPEMENT_SEED={first}");
    let began = Instant::now();
    let mut seed = first;
    while seed == first || began.elapsed() < seconds {
        one_case(card, seed);
        seed = seed.wrapping_add(1);
    }
    println!("{} cases on card {card}", seed.wrapping_sub(first));
}

fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| since.as_nanos() as u64)
}

#[test]
fn the_soft_card_takes_any_damage() {
    cases("soft");
}

#[test]
fn the_verilated_card_takes_any_damage() {
    cases("sim");
}
