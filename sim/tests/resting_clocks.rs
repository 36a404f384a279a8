//! Parts of the card without work get no clock (`hdl/rtl/clock_gate.sv`). The card must not be able to tell: every
//! event of the ring, every register, every count of cycles is compared with a card whose clocks all run.

#[path = "../../host/card/tests/support/mod.rs"]
mod support;

use escapement_abi::{counters, Counter};
use escapement_card::{
    CardConfig, Driver, FrameMode, Injector, InterruptConfig, RingMode, TimeMode,
};
use escapement_sim::{ClockPeriods, SimCard, Spacing};

use support::market::{Market, Weather};
use support::random::{seed, Random};
use support::{card_config, Feed};

/// Core cycles within which the card must become idle.
const IDLE_CYCLES_MAX: u64 = 200_000;
const FRAMES: usize = 500;

struct Life {
    config: CardConfig,
    feed: Feed,
    weather: Weather,
    clocks: ClockPeriods,
    spacing: Spacing,
    stalls: u16,
}

impl Life {
    fn new(feed: Feed, weather: Weather, mode: FrameMode) -> Self {
        let mut config = card_config(feed, 6, 6, RingMode::Credit);
        config.frame_mode = mode;
        let (clocks, spacing) = (ClockPeriods::default(), Spacing::True);
        Self { config, feed, weather, clocks, spacing, stalls: 0 }
    }

    /// All that a host can see of a card that lives through frames, pauses, accesses, resets and a write port that
    /// stops now and then.
    fn live(&self, mut card: SimCard, seed: u64) -> Vec<String> {
        card.set_clock_periods(self.clocks);
        card.set_spacing(self.spacing);
        card.set_write_stalls(self.stalls, seed);
        let mut driver = Driver::open(card).unwrap();
        driver.configure(&self.config).unwrap();
        driver.start().unwrap();
        let mut random = Random(seed);
        let mut market = Market::new(seed, self.feed, self.weather, 8);
        let mut seen = Vec::new();
        for _ in 0..FRAMES {
            driver.device_mut().inject(&market.frame().as_frame()).unwrap();
            let cycles = driver.device_mut().core_cycles();
            if !random.one_in(6) {
                driver.drain(|event| seen.push(format!("{cycles:?} {event:?}"))).unwrap();
            }
            match random.below(120) {
                0 => driver.device_mut().advance(1 + random.below(300)).unwrap(),
                1 => driver.ring_doorbell().unwrap(),
                2 => seen.push(format!("head {}", driver.ring_head().unwrap())),
                3 => driver.refresh_now().unwrap(),
                4 => driver.device_mut().block_writes(true),
                5..=9 => driver.device_mut().block_writes(false),
                10 => seen.push(counts(&mut driver)),
                11 if random.one_in(3) => {
                    driver.device_mut().block_writes(false);
                    driver.clear().unwrap();
                }
                12 if random.one_in(3) => driver.reset().unwrap(),
                _ => {}
            }
        }
        driver.device_mut().block_writes(false);
        for _ in 0..40 {
            driver.ring_doorbell().unwrap();
            driver.device_mut().advance(2_000).unwrap();
            driver.drain(|event| seen.push(format!("{event:?}"))).unwrap();
        }
        driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
        seen.push(counts(&mut driver));
        let card = driver.device_mut();
        let latency = card.latency().unwrap();
        for histogram in [latency.all, latency.unloaded] {
            seen.push(format!("{:?}", histogram.iter().collect::<Vec<_>>()));
        }
        seen.push(format!("{:?} {} lines", card.core_cycles(), card.lines_written()));
        seen
    }

    fn compare(&self) {
        let seed = seed();
        let resting = self.live(SimCard::new().unwrap(), seed);
        let running = self.live(SimCard::with_running_clocks().unwrap(), seed);
        for (number, (rests, runs)) in resting.iter().zip(&running).enumerate() {
            assert_eq!(rests, runs, "event {number}, seed {seed}");
        }
        assert_eq!(resting.len(), running.len());
        assert!(resting.len() > 100, "{} events", resting.len());
    }
}

fn counts(driver: &mut Driver<SimCard>) -> String {
    let counters = driver.counters().unwrap();
    let values: Vec<u64> = Counter::ALL.iter().map(|counter| counters.get(*counter)).collect();
    assert_eq!(values.len(), counters::COUNT);
    format!("{values:?}")
}

#[test]
fn frames_at_their_true_distance() {
    Life::new(Feed::Deep, Weather::Rough, FrameMode::Whole).compare();
    Life::new(Feed::Tops, Weather::Rough, FrameMode::Early).compare();
}

#[test]
fn frames_back_to_back() {
    let life = Life::new(Feed::Deep, Weather::Rough, FrameMode::Early);
    Life { spacing: Spacing::BackToBack, ..life }.compare();
    let life = Life::new(Feed::Tops, Weather::Calm, FrameMode::Whole);
    Life { spacing: Spacing::BackToBack, stalls: 30_000, ..life }.compare();
}

#[test]
fn unrelated_clocks() {
    for clocks in [
        ClockPeriods { rx_ps: 6_400, core_ps: 5_802, host_ps: 4_000 },
        ClockPeriods { rx_ps: 6_402, core_ps: 6_400, host_ps: 19_998 },
    ] {
        let life = Life::new(Feed::Deep, Weather::Rough, FrameMode::Whole);
        Life { clocks, ..life }.compare();
    }
}

#[test]
fn interrupts_and_free_running_time() {
    let mut life = Life::new(Feed::Tops, Weather::Rough, FrameMode::Whole);
    life.config.interrupt = Some(InterruptConfig { holdoff_ns: 5_000 });
    life.compare();
    life.config.time_mode = TimeMode::Free;
    life.config.refresh_interval_ns = 700;
    life.compare();
}
