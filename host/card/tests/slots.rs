//! Slots that change hands under the driver: what it refuses, and that a refused change leaves all as it was.

mod support;

use escapement_card::{Driver, RingMode, SoftCard};

use support::{card_config, symbol, Feed};

fn driver() -> Driver<SoftCard> {
    let mut driver = Driver::open(SoftCard::new()).unwrap();
    driver.configure(&card_config(Feed::Tops, 6, 10, RingMode::Credit)).unwrap();
    driver.start().unwrap();
    driver
}

fn said<T: std::fmt::Debug>(result: Result<T, escapement_card::CardError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_slot_is_assigned_only_when_it_carries_nothing() {
    let mut driver = driver();
    let stamp = driver.next_sequence().unwrap();
    let text = said(driver.assign_slot(stamp, 2, 1, symbol(20), 100));
    assert!(text.contains("slot 2") && text.contains("SYM2") && text.contains("still"), "{text}");
    // a release that comes too late changes nothing, so the slot cannot be given away either
    assert!(!driver.release_slot(stamp + 1, 2, 0, symbol(2)).unwrap());
    let text = said(driver.assign_slot(stamp, 2, 1, symbol(20), 100));
    assert!(text.contains("still"), "{text}");
    assert!(driver.release_slot(stamp, 2, 0, symbol(2)).unwrap());
    // nor does an assignment that comes too late
    assert!(!driver.assign_slot(stamp + 1, 2, 1, symbol(20), 100).unwrap());
    assert!(driver.assign_slot(stamp, 2, 1, symbol(20), 100).unwrap());
    assert!(driver.release_slot(stamp, 2, 1, symbol(20)).unwrap());
    assert!(driver.assign_slot(stamp, 2, 2, symbol(2), 100).unwrap());
}

#[test]
fn what_cannot_be_is_an_error() {
    let mut driver = driver();
    let stamp = driver.next_sequence().unwrap();
    let text = said(driver.release_slot(stamp, 3, 0, symbol(2)));
    assert!(text.contains("SYM2") && text.contains("not carried"), "{text}");
    assert!(said(driver.release_slot(stamp, 3, 0, symbol(40))).contains("not carried"));
    assert!(driver.release_slot(stamp, 3, 0, symbol(3)).unwrap());
    assert!(said(driver.release_slot(stamp, 3, 0, symbol(3))).contains("not carried"));
    for tick in [0, 1 << 24] {
        assert!(said(driver.assign_slot(stamp, 3, 1, symbol(30), tick)).contains("tick size"));
    }
    let text = said(driver.assign_slot(stamp, 3, 1, symbol(4), 100));
    assert!(text.contains("SYM4") && text.contains("slot 4 already"), "{text}");
    let slots = driver.info().params.slots;
    assert!(said(driver.assign_slot(stamp, slots, 1, symbol(30), 100)).contains("the card has"));
    assert!(driver.assign_slot(stamp, 3, 1, symbol(30), 100).unwrap());
    // as configured again: the symbols of before the start
    driver.reset().unwrap();
    let stamp = driver.next_sequence().unwrap();
    assert!(driver.release_slot(stamp, 3, 0, symbol(3)).unwrap());
}
