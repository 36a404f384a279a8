//! The soft card under the driver: the same entries as the golden model, whatever the ring.

mod support;

use escapement_card::{
    CardParams, Counted, Device, Driver, FrameMode, Injector, RingMode, SoftCard, SOFT_PARAMS,
};
use escapement_codec::Entry;

use support::entries::{assert_same, comparable, LineDecoder};
use support::golden::golden;
use support::market::{Market, Weather};
use support::random::seed;
use support::{card_config, Feed};

fn same_entries(feed: Feed, mode: FrameMode, lines_log2: u8) {
    let mut config = card_config(feed, 6, lines_log2, RingMode::Credit);
    config.frame_mode = mode;
    let mut model = golden(&config);
    let mut driver = Driver::open(Counted::new(SoftCard::new())).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), feed, Weather::Rough, 8);
    let (mut expected, mut lines) = (Vec::new(), LineDecoder::new(&config));
    for _ in 0..5_000 {
        let frame = market.frame();
        model.frame(
            escapement_card::Line::A,
            frame.stamp_ns,
            &frame.bytes,
            frame.fcs_bad,
            &mut |e| expected.push(comparable(e)),
        );
        driver.device_mut().inject(&frame.as_frame()).unwrap();
        driver.drain(|event| lines.take(event)).unwrap();
    }
    assert_same(&expected, &lines.entries);
    assert_eq!((lines.lost, lines.unknown_centres), (0, 0));
    assert!(expected.iter().any(|e| matches!(e, Entry::Gap { .. })));
    assert!(expected.iter().any(|e| matches!(e, Entry::Restart { .. })));
    assert!(expected.iter().any(|e| matches!(e, Entry::Refresh { .. })));
    let ledgers = driver.counters().unwrap().ledgers();
    assert!(ledgers.copies_balance() && ledgers.ticks_balance(), "{ledgers:?}");
    let declared =
        expected.iter().map(|e| if let Entry::Gap { count, .. } = e { *count } else { 0 });
    assert!(ledgers.gaps_balance(declared.sum()));
    assert!(ledgers.copies_in > 10_000, "{ledgers:?}");
}

#[test]
fn entries_equal_the_models_in_whole_and_early_mode_for_both_feeds() {
    for feed in [Feed::Tops, Feed::Deep] {
        for mode in [FrameMode::Whole, FrameMode::Early] {
            same_entries(feed, mode, 10);
        }
    }
}

#[test]
fn entries_do_not_depend_on_the_size_of_a_ring_that_loses_nothing() {
    for lines_log2 in [6, 7, 12] {
        same_entries(Feed::Deep, FrameMode::Whole, lines_log2);
    }
}

#[test]
fn a_late_reader_of_a_small_credit_ring_gets_every_tick_or_an_exact_count() {
    let config = card_config(Feed::Tops, 6, 2, RingMode::Credit);
    let mut model = golden(&config);
    let mut driver = Driver::open(SoftCard::new()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), Feed::Tops, Weather::Rough, 8);
    let (mut made, mut control) = (0u64, 0u64);
    let mut lines = LineDecoder::new(&config);
    for n in 0..20_000 {
        let frame = market.frame();
        model.frame(
            escapement_card::Line::A,
            frame.stamp_ns,
            &frame.bytes,
            frame.fcs_bad,
            &mut |e| match e {
                Entry::Tick(_) => made += 1,
                _ => control += 1,
            },
        );
        driver.device_mut().inject(&frame.as_frame()).unwrap();
        if n % 500 == 0 {
            driver.drain(|event| lines.take(event)).unwrap();
        }
    }
    driver.drain(|event| lines.take(event)).unwrap();
    let mut announced = (0, 0);
    let mut ticks = lines.unknown_centres;
    for entry in &lines.entries {
        match entry {
            Entry::TicksDropped { slot: 0xffe, count, .. } => announced.1 += count,
            Entry::TicksDropped { count, .. } => announced.0 += count,
            Entry::Tick(_) => ticks += 1,
            _ => {}
        }
    }
    let counters = driver.counters().unwrap();
    let ledgers = counters.ledgers();
    assert!(ledgers.ticks_dropped > 0 && announced.1 > 0, "the ring was never full: {ledgers:?}");
    assert!(ledgers.ticks_balance(), "{ledgers:?}");
    assert_eq!(ledgers.ticks_made, made);
    assert_eq!(announced.0, ledgers.ticks_dropped);
    assert_eq!(ticks, ledgers.ticks_written);
    assert_eq!(lines.lost, 0);
}

#[test]
fn a_slow_reader_of_a_broadcast_ring_is_told_how_many_lines_it_lost() {
    let config = card_config(Feed::Deep, 6, 4, RingMode::Broadcast);
    let mut driver = Driver::open(SoftCard::new()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed(), Feed::Deep, Weather::Calm, 8);
    let mut lines = LineDecoder::new(&config);
    for n in 0..5_000 {
        driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        if n % 100 == 0 {
            driver.drain(|event| lines.take(event)).unwrap();
        }
    }
    driver.drain(|event| lines.take(event)).unwrap();
    assert!(lines.lost > 100);
    assert_eq!(lines.lost + lines.lines, driver.ring_head().unwrap());
    assert_eq!(driver.stats().ring.lapped_lines, lines.lost);
    assert_eq!(driver.counters().unwrap().ledgers().ticks_dropped, 0);
}

#[test]
fn after_a_reset_or_a_clear_the_same_frames_give_the_same_entries() {
    let config = card_config(Feed::Deep, 6, 10, RingMode::Credit);
    let mut driver = Driver::open(SoftCard::new()).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let seed = seed();
    let mut rounds = Vec::new();
    for round in 0..3 {
        let mut market = Market::new(seed, Feed::Deep, Weather::Rough, 8);
        let mut lines = LineDecoder::new(&config);
        for _ in 0..500 {
            driver.device_mut().inject(&market.frame().as_frame()).unwrap();
            driver.drain(|event| lines.take(event)).unwrap();
        }
        rounds.push((lines.entries, driver.counters().unwrap()));
        if round == 0 {
            driver.reset().unwrap();
        } else {
            driver.clear().unwrap();
        }
        assert_eq!(driver.next_line(), 0);
    }
    assert!(!rounds[0].0.is_empty());
    assert_same(&rounds[0].0, &rounds[1].0);
    assert_same(&rounds[0].0, &rounds[2].0);
    assert_eq!(rounds[0].1, rounds[1].1);
    assert_eq!(rounds[0].1, rounds[2].1);
}

#[test]
fn a_card_keeps_the_parameters_it_was_built_with() {
    let params = CardParams { order_sets_log2: 10, order_ways: 4, ..SOFT_PARAMS };
    let mut card = SoftCard::with_params(params);
    assert_eq!(Driver::open(SoftCard::with_params(params)).unwrap().info().params, params);
    card.reset().unwrap();
    assert_eq!(Driver::open(card).unwrap().info().params, params);
    assert_eq!(Driver::open(SoftCard::new()).unwrap().info().params, SOFT_PARAMS);
}
