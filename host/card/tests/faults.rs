//! Every fault that the wrapper can do is noticed by the driver, and counted.

mod support;

use escapement_card::{
    AbiVersion, CardError, Driver, FaultCounts, FaultPlan, Faulty, FollowerStats, Injector,
    LossCause, RingEvent, RingMode, SoftCard,
};

use support::market::{Market, Weather};
use support::random::seed;
use support::{card_config, Feed};

/// Polls between two pumps: enough for the follower to look at the next slot, too few to give a line up.
const POLLS: usize = 48;

struct Run {
    driver: Driver<Faulty<SoftCard>>,
    lines: u64,
    lost: Vec<(u64, u64, LossCause)>,
}

/// Replays frames through a faulty card; with `idle` polls at the end so that what is missing is given up.
fn run(plan: FaultPlan, frames: usize) -> Run {
    let config = card_config(Feed::Deep, 6, 6, RingMode::Credit);
    let seed = seed();
    let mut driver = Driver::open(Faulty::new(SoftCard::new(), plan, seed)).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed, Feed::Deep, Weather::Calm, 6);
    let mut run = Run { driver, lines: 0, lost: Vec::new() };
    for _ in 0..frames {
        run.driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        poll(&mut run, POLLS);
        run.driver.device_mut().pump();
        poll(&mut run, 4096);
    }
    // Lines that struck last need a successor to show that they are missing.
    run.driver.device_mut().set_plan(FaultPlan::default());
    for _ in 0..4 {
        run.driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        poll(&mut run, 4096);
    }
    run
}

/// Two thousand frames under one fault, and what was done and seen: so many that fewer than 50 faults do not happen by chance.
fn faulted(plan: FaultPlan) -> (Run, FaultCounts, FollowerStats) {
    let mut run = run(plan, 2_000);
    let done = run.driver.device_mut().counts();
    let seen = run.driver.stats().ring;
    (run, done, seen)
}

fn poll(run: &mut Run, polls: usize) {
    for _ in 0..polls {
        match run.driver.poll().unwrap() {
            None => {}
            Some(RingEvent::Line { .. }) => run.lines += 1,
            Some(RingEvent::Lost { first, count, cause }) => run.lost.push((first, count, cause)),
        }
    }
}

#[test]
fn torn_lines_are_read_again_and_none_is_lost() {
    let (run, done, seen) = faulted(FaultPlan { torn: 8_000, ..Default::default() });
    assert!(done.torn > 50, "{done:?}");
    assert_eq!(seen.torn_recovered, done.torn);
    assert_eq!((run.lines, run.lost.len()), (done.lines, 0));
}

#[test]
fn wrong_bits_lose_exactly_the_lines_that_have_them() {
    let (run, done, seen) = faulted(FaultPlan { flipped: 4_000, ..Default::default() });
    assert!(done.flipped > 50, "{done:?}");
    assert_eq!(seen.corrupt_lines, done.flipped);
    assert_eq!(run.lost.len() as u64, done.flipped);
    assert!(run.lost.iter().all(|&(_, count, cause)| (count, cause) == (1, LossCause::Corrupt)));
    assert_eq!(run.lines + done.flipped, done.lines);
}

#[test]
fn lines_that_never_arrive_are_given_up_and_counted() {
    let (run, done, seen) = faulted(FaultPlan { stale: 4_000, ..Default::default() });
    assert!(done.stale > 50, "{done:?}");
    assert_eq!(seen.stale_lines, done.stale);
    assert!(run.lost.iter().all(|&(_, count, cause)| (count, cause) == (1, LossCause::Stale)));
    assert_eq!(run.lines + done.stale, done.lines);
}

#[test]
fn lines_that_become_visible_out_of_order_are_delivered_in_order() {
    let (run, done, seen) = faulted(FaultPlan { reordered: 8_000, ..Default::default() });
    assert!(done.reordered > 50 && seen.reordered_lines > 0, "{done:?} {seen:?}");
    // A line held back with no successor yet is just late.
    assert!(seen.reordered_lines <= done.reordered);
    assert_eq!((run.lines, run.lost.len()), (done.lines, 0));
}

#[test]
fn a_lost_doorbell_is_found_and_rung_again() {
    let plan = FaultPlan { doorbell_lost: 30_000, ..Default::default() };
    let config = card_config(Feed::Deep, 6, 6, RingMode::Credit);
    let seed = seed();
    let mut driver = Driver::open(Faulty::new(SoftCard::new(), plan, seed)).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(seed, Feed::Deep, Weather::Calm, 6);
    let (mut found, mut repaired_late) = (0, 0);
    for _ in 0..2_000 {
        driver.device_mut().inject(&market.frame().as_frame()).unwrap();
        let before = driver.device_mut().counts().doorbells_lost;
        driver.drain(|_| ()).unwrap();
        let lost_now = driver.device_mut().counts().doorbells_lost - before;
        // A later doorbell repairs an earlier one, so only the last one can be found missing.
        let ok = driver.check_doorbell().unwrap();
        found += u64::from(!ok);
        assert!(ok || lost_now > 0 || repaired_late > 0);
        repaired_late = u64::from(!ok && !driver.check_doorbell().unwrap());
    }
    assert!(found > 20, "{found}");
    assert!(driver.stats().doorbells_lost >= found);
    driver.device_mut().set_plan(FaultPlan::default());
    while !driver.check_doorbell().unwrap() {}
    driver.drain(|_| ()).unwrap();
    let ledgers = driver.counters().unwrap().ledgers();
    assert!(ledgers.ticks_balance(), "{ledgers:?}");
}

#[test]
fn another_abi_is_refused_and_both_versions_are_named() {
    for (abi, named) in [
        (AbiVersion { major: 1, minor: 0, line_format: 1 }, "1.0 (line format 1)"),
        (AbiVersion { major: 4, minor: 0, line_format: 2 }, "4.0 (line format 2)"),
        (AbiVersion { major: 2, minor: 2, line_format: 1 }, "2.2 (line format 1)"),
        (AbiVersion { major: 3, minor: 0, line_format: 1 }, "3.0 (line format 1)"),
        (AbiVersion { major: 3, minor: 0, line_format: 9 }, "3.0 (line format 9)"),
    ] {
        let plan = FaultPlan { abi: Some(abi), ..Default::default() };
        let error = Driver::open(Faulty::new(SoftCard::new(), plan, 1)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(named) && text.contains("3.0 (line format 2)"), "{text}");
    }
    let newer = AbiVersion { major: 3, minor: 7, line_format: 2 };
    let plan = FaultPlan { abi: Some(newer), ..Default::default() };
    let driver = Driver::open(Faulty::new(SoftCard::new(), plan, 1)).unwrap();
    assert_eq!(driver.info().abi, newer);
}

#[test]
fn a_card_that_left_the_bus_is_noticed_at_open_and_later() {
    let gone = FaultPlan { gone: true, ..Default::default() };
    let error = Driver::open(Faulty::new(SoftCard::new(), gone, 1)).unwrap_err();
    assert!(matches!(error, CardError::Gone { offset: 0 }), "{error}");

    let config = card_config(Feed::Deep, 6, 6, RingMode::Credit);
    let mut driver = Driver::open(Faulty::new(SoftCard::new(), FaultPlan::default(), 1)).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    driver.counters().unwrap();
    driver.device_mut().set_plan(gone);
    assert!(matches!(driver.counters(), Err(CardError::Gone { .. })));
    assert!(matches!(driver.configure(&config), Err(CardError::Gone { .. })));
    driver.device_mut().set_plan(FaultPlan::default());
    driver.configure(&config).unwrap();
}
