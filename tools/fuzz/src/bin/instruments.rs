//! The instrument file: any text gives instruments that obey the rules, or an error with a line of the file.
#![no_main]

use escapement_fuzz::instruments::{parse, SLOTS, TICK_LIMIT};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

const IEX_VENUE: &str = "IEXG";

fuzz_target!(|text: &str| {
    match parse(text, IEX_VENUE) {
        Ok(instruments) => {
            assert!((1..=SLOTS).contains(&instruments.len()));
            let symbols: BTreeSet<_> = instruments.iter().map(|i| i.symbol).collect();
            assert_eq!(symbols.len(), instruments.len(), "(venue, symbol) is unique");
            for i in &instruments {
                assert!(i.tick > 0 && i64::from(i.tick) < TICK_LIMIT);
                assert_eq!(i.venue, IEX_VENUE);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
