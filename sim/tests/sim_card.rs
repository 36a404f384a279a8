//! The Verilated card under the driver, against the golden model entry by entry.

#[path = "../../host/card/tests/support/mod.rs"]
mod support;

use escapement_abi::registers::Scratch;
use escapement_abi::{Counter, Register};
use escapement_card::{
    CardError, Device, Driver, Frame, FrameMode, Injector, InterruptConfig, Line, RingMode,
};
use escapement_codec::Entry;
use escapement_sim::{ClockPeriods, SimCard};

use support::entries::{assert_same, comparable, LineDecoder};
use support::golden::golden;
use support::market::{Market, Weather};
use support::random::seed;
use support::{card_config, Feed};

/// Core cycles within which the card must become idle.
const IDLE_CYCLES_MAX: u64 = 200_000;

#[test]
fn registers_answer_in_64_and_32_bits_and_refuse_the_rest() {
    let mut card = SimCard::new().unwrap();
    let scratch = Scratch::OFFSET as u64;
    card.bar_write64(scratch, 0x0123_4567_89ab_cdef).unwrap();
    assert_eq!(card.bar_read64(scratch).unwrap(), 0x0123_4567_89ab_cdef);
    assert_eq!(card.bar_read32(scratch + 4).unwrap(), 0x0123_4567);
    card.bar_write32(scratch + 4, 0xfeed_f00d).unwrap();
    assert_eq!(card.bar_read64(scratch).unwrap(), 0xfeed_f00d_89ab_cdef);
    assert!(matches!(card.bar_read64(4), Err(CardError::BarAccess { .. })));
    assert!(matches!(card.bar_read64(0x10_0000), Err(CardError::BarAccess { .. })));
    card.reset().unwrap();
    assert_eq!(card.bar_read64(scratch).unwrap(), 0);
    let driver = Driver::open(card).unwrap();
    assert_eq!((driver.info().params.slots, driver.info().params.level_ways), (64, 16));
    assert_eq!(driver.info().build_hash.to_string(), escapement_sim::RTL_HASH);
}

struct Setup {
    feed: Feed,
    mode: FrameMode,
    weather: Weather,
    frames: usize,
    /// Stalls of the write port, of 65,536.
    stalls: u16,
    clocks: ClockPeriods,
}

impl Setup {
    fn new(feed: Feed, mode: FrameMode, weather: Weather) -> Self {
        Self { feed, mode, weather, frames: 1_000, stalls: 0, clocks: ClockPeriods::default() }
    }

    /// Replays a market through the card and compares entries, counters and ledgers with the golden model.
    fn check(&self) {
        let seed = seed();
        let mut config = card_config(self.feed, 6, 10, RingMode::Credit);
        config.frame_mode = self.mode;
        let mut card = SimCard::new().unwrap();
        card.set_write_stalls(self.stalls, seed);
        card.set_clock_periods(self.clocks);
        let mut driver = Driver::open(card).unwrap();
        let mut model = golden(&config);
        driver.configure(&config).unwrap();
        driver.start().unwrap();
        let mut market = Market::new(seed, self.feed, self.weather, 8);
        let (mut expected, mut lines) = (Vec::new(), LineDecoder::new(&config));
        for _ in 0..self.frames {
            let frame = market.frame();
            let take = &mut |e| expected.push(comparable(e));
            model.frame(Line::A, frame.stamp_ns, &frame.bytes, frame.fcs_bad, take);
            driver.device_mut().inject(&frame.as_frame()).unwrap();
            driver.drain(|event| lines.take(event)).unwrap();
        }
        driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
        driver.drain(|event| lines.take(event)).unwrap();
        let counters = driver.counters().unwrap();
        let wrong = differing_counters(&model, &counters);
        println!("counters that differ: {wrong:?}");
        assert_same(&expected, &lines.entries);
        assert_eq!((lines.lost, lines.unknown_centres), (0, 0));
        assert!(wrong.is_empty());

        let ledgers = counters.ledgers();
        assert!(ledgers.copies_balance() && ledgers.ticks_balance(), "{ledgers:?}");
        assert_eq!((ledgers.in_flight, ledgers.ticks_dropped), (0, 0));
        let latency = driver.device_mut().latency().unwrap();
        assert_eq!(latency.all.count(), ledgers.ticks_written);
        assert_eq!(driver.device_mut().probe_errors(), 0);
        println!(
            "{:?} {:?}: {} cycles, {} lines, latency all p50 {:?} max {:?}, unloaded p50 {:?} max {:?}",
            self.feed,
            self.mode,
            driver.device_mut().core_cycles().unwrap(),
            lines.lines,
            latency.all.quantile(0.5),
            latency.all.max(),
            latency.unloaded.quantile(0.5),
            latency.unloaded.max()
        );
    }
}

/// Every counter that the golden model knows and the card counts otherwise.
fn differing_counters(
    model: &escapement_feed::CardModel,
    counters: &escapement_card::CardCounters,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, golden) in model.counters().named() {
        let counter = Counter::ALL
            .iter()
            .find(|c| format!("{}_{}", c.group().name(), c.name()) == name || c.name() == name);
        let counter = counter.unwrap_or_else(|| panic!("no register for {name}"));
        // How often the ladder was filled from the level store is the hardware's own affair.
        if matches!(counter, Counter::EventsRefillStalls | Counter::EventsRefillCycles) {
            continue;
        }
        let card = counters.get(*counter);
        if card != golden {
            wrong.push(format!("{name}: golden {golden}, card {card}"));
        }
    }
    wrong
}

#[test]
fn calm_deep_whole() {
    Setup::new(Feed::Deep, FrameMode::Whole, Weather::Calm).check();
}

#[test]
fn calm_tops_whole() {
    Setup::new(Feed::Tops, FrameMode::Whole, Weather::Calm).check();
}

#[test]
fn rough_deep_whole() {
    Setup::new(Feed::Deep, FrameMode::Whole, Weather::Rough).check();
}

#[test]
fn rough_tops_whole() {
    Setup::new(Feed::Tops, FrameMode::Whole, Weather::Rough).check();
}

#[test]
fn calm_deep_early() {
    Setup::new(Feed::Deep, FrameMode::Early, Weather::Calm).check();
}

#[test]
fn rough_deep_early() {
    Setup::new(Feed::Deep, FrameMode::Early, Weather::Rough).check();
}

#[test]
fn rough_tops_early() {
    Setup::new(Feed::Tops, FrameMode::Early, Weather::Rough).check();
}

#[test]
fn a_write_port_that_stalls_at_random_changes_no_entry() {
    let setup = Setup::new(Feed::Deep, FrameMode::Whole, Weather::Rough);
    Setup { stalls: 40_000, ..setup }.check();
}

#[test]
fn unrelated_clocks_change_no_entry() {
    for clocks in [
        ClockPeriods { rx_ps: 6_400, core_ps: 5_802, host_ps: 4_000 },
        ClockPeriods { rx_ps: 6_402, core_ps: 6_400, host_ps: 9_998 },
    ] {
        let setup = Setup::new(Feed::Tops, FrameMode::Whole, Weather::Rough);
        Setup { clocks, frames: 300, ..setup }.check();
    }
}

#[test]
fn a_late_reader_of_a_small_credit_ring_gets_every_tick_or_an_exact_count() {
    let config = card_config(Feed::Tops, 6, 2, RingMode::Credit);
    let mut model = golden(&config);
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), Feed::Tops, Weather::Rough, 8);
    let mut made = 0u64;
    let mut lines = LineDecoder::new(&config);
    for n in 0..1_500 {
        let frame = market.frame();
        model.frame(Line::A, frame.stamp_ns, &frame.bytes, frame.fcs_bad, &mut |e| {
            made += u64::from(matches!(e, Entry::Tick(_)));
        });
        driver.device_mut().inject(&frame.as_frame()).unwrap();
        if n % 500 == 0 {
            driver.drain(|event| lines.take(event)).unwrap();
        }
    }
    // Each drain makes room for a few lines more, the announcements among them.
    for _ in 0..200 {
        driver.device_mut().advance(500).unwrap();
        driver.drain(|event| lines.take(event)).unwrap();
    }
    driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
    driver.drain(|event| lines.take(event)).unwrap();
    let (mut announced, mut announced_control, mut ticks) = (0, 0, lines.unknown_centres);
    for entry in &lines.entries {
        match entry {
            Entry::TicksDropped { slot: 0xffe, count, .. } => announced_control += count,
            Entry::TicksDropped { count, .. } => announced += count,
            Entry::Tick(_) => ticks += 1,
            _ => {}
        }
    }
    let counters = driver.counters().unwrap();
    let ledgers = counters.ledgers();
    assert!(ledgers.ticks_dropped > 0, "the ring was never full: {ledgers:?}");
    assert!(ledgers.ticks_balance() && ledgers.copies_balance(), "{ledgers:?}");
    assert_eq!(ledgers.ticks_made, made);
    assert_eq!(announced, ledgers.ticks_dropped);
    assert_eq!(announced_control, counters.get(Counter::OutputControlDropped));
    assert_eq!(ticks, ledgers.ticks_written);
    assert_eq!(lines.lost, 0);
    assert_eq!(driver.device_mut().probe_errors(), 0);
}

#[test]
fn a_slow_reader_of_a_broadcast_ring_is_told_how_many_lines_it_lost() {
    let config = card_config(Feed::Deep, 6, 3, RingMode::Broadcast);
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), Feed::Deep, Weather::Calm, 8);
    let mut lines = LineDecoder::new(&config);
    for n in 0..1_000 {
        driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        if n % 100 == 0 {
            driver.drain(|event| lines.take(event)).unwrap();
        }
    }
    driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
    driver.drain(|event| lines.take(event)).unwrap();
    assert!(lines.lost > 50);
    assert_eq!(lines.lost + lines.lines, driver.ring_head().unwrap());
    assert_eq!(driver.counters().unwrap().ledgers().ticks_dropped, 0);
}

#[test]
fn after_a_reset_or_a_clear_in_mid_stream_the_same_frames_give_the_same_entries() {
    let config = card_config(Feed::Deep, 6, 10, RingMode::Credit);
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let seed = seed();
    let mut rounds = Vec::new();
    for round in 0..3 {
        let mut market = Market::new(seed, Feed::Deep, Weather::Rough, 8);
        let mut lines = LineDecoder::new(&config);
        for _ in 0..200 {
            driver.device_mut().inject(&market.frame().as_frame()).unwrap();
            driver.drain(|event| lines.take(event)).unwrap();
        }
        driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
        driver.drain(|event| lines.take(event)).unwrap();
        rounds.push((lines.entries, driver.counters().unwrap()));
        // Frames whose lines nobody reads: the reset comes while they are on their way.
        for _ in 0..5 {
            driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        }
        if round == 0 {
            driver.reset().unwrap();
        } else {
            driver.clear().unwrap();
        }
        assert_eq!(driver.next_line(), 0);
    }
    assert!(rounds[0].0.len() > 100);
    assert_same(&rounds[0].0, &rounds[1].0);
    assert_same(&rounds[0].0, &rounds[2].0);
}

#[test]
fn a_line_to_memory_that_was_taken_away_is_a_fault_and_is_not_written() {
    let config = card_config(Feed::Deep, 6, 10, RingMode::Credit);
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let memory = driver.ring_memory().unwrap().clone();
    driver.device_mut().dma_release(&memory).unwrap();
    let mut market = Market::new(1, Feed::Deep, Weather::Calm, 6);
    let fault = (0..50).find_map(|_| driver.device_mut().inject(&market.frame().as_frame()).err());
    assert!(matches!(fault, Some(CardError::IommuFault { .. })), "{fault:?}");
    assert!((0..memory.len() / 8).all(|i| memory.load(i) == 0));
}

#[test]
fn interrupts_reach_the_event() {
    let mut config = card_config(Feed::Deep, 6, 10, RingMode::Credit);
    config.interrupt = Some(InterruptConfig { holdoff_ns: 0 });
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let event = driver.device_mut().msix_event(0).unwrap();
    let mut market = Market::new(1, Feed::Deep, Weather::Calm, 6);
    for _ in 0..50 {
        driver.device_mut().inject(&market.frame().as_frame()).unwrap();
    }
    driver.device_mut().run_until_idle(IDLE_CYCLES_MAX).unwrap();
    assert!(event.take().unwrap() > 0);
    assert!(driver.device_mut().msix_event(1).is_err());
}

#[test]
fn frames_that_no_mac_delivers_are_refused() {
    let mut card = SimCard::new().unwrap();
    let frame = Frame { line: Line::A, bytes: &[], stamp_ns: 0, fcs_bad: false };
    assert!(matches!(card.inject(&frame), Err(CardError::FrameLength { bytes: 0, .. })));
}

#[test]
fn a_long_pause_floods_no_small_ring_that_is_drained_while_time_passes() {
    let config = card_config(Feed::Tops, 6, 3, RingMode::Credit);
    let mut model = golden(&config);
    let mut driver = Driver::open(SimCard::new().unwrap()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), Feed::Tops, Weather::Calm, 8);
    let (mut expected, mut lines) = (Vec::new(), LineDecoder::new(&config));
    let mut pauses = 0;
    for n in 0..120 {
        let mut frame = market.frame();
        // Four rounds of all slots are due after each pause: far more lines than ring and line queue hold.
        pauses += u64::from(n % 30 == 29) * 4 * 64 * config.refresh_interval_ns;
        frame.stamp_ns += pauses;
        model.frame(Line::A, frame.stamp_ns, &frame.bytes, frame.fcs_bad, &mut |e| {
            expected.push(comparable(e));
        });
        while !driver.device_mut().pass_time(frame.stamp_ns).unwrap() {
            driver.drain(|event| lines.take(event)).unwrap();
        }
        driver.device_mut().inject(&frame.as_frame()).unwrap();
        driver.drain(|event| lines.take(event)).unwrap();
    }
    while driver.device_mut().run_until_idle(2_000).is_err() {
        driver.drain(|event| lines.take(event)).unwrap();
    }
    driver.drain(|event| lines.take(event)).unwrap();
    assert_same(&expected, &lines.entries);
    assert_eq!(driver.counters().unwrap().ledgers().ticks_dropped, 0);
    assert!(expected.iter().filter(|e| matches!(e, Entry::Refresh { .. })).count() > 300);
    // What met an empty pipe found no visit before it.
    let latency = driver.device_mut().latency().unwrap();
    assert!(latency.unloaded.count() >= 3);
    assert!(latency.unloaded.max().unwrap() <= 24, "{:?}", latency.unloaded.max());
}
