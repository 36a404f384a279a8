//! Whether ticks came back as they went in.

use escapement_codec::Tick;

/// Compares what a tick says: everything but code and epoch, which say again what the price says; with hardware stamps, or without.
///
/// # Errors
/// The first difference.
pub(crate) fn identical(sent: &[Tick], back: &[Tick], stamps: bool) -> Result<(), String> {
    let facts = |tick: &Tick| {
        let hw_time = if stamps { tick.hw_time } else { 0 };
        Tick { code: 0, epoch: 0, hw_time, ..*tick }
    };
    if let Some(at) = sent.iter().zip(back).position(|(sent, back)| facts(sent) != facts(back)) {
        return Err(format!("tick {at}: sent {:?}, came back as {:?}", sent[at], back[at]));
    }
    if sent.len() != back.len() {
        return Err(format!("{} ticks sent, {} came back", sent.len(), back.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use escapement_codec::TickKind;

    use super::*;

    #[test]
    fn each_field_counts() {
        let tick = Tick {
            kind: TickKind::Bid,
            slot: 1,
            msg_index: 2,
            feed_time: 3,
            hw_time: 4,
            price: Some(5),
            code: 6,
            epoch: 7,
            size: 8,
            side: 0,
            flags: 0,
        };
        assert_eq!(identical(&[tick], &[Tick { code: 0, epoch: 0, ..tick }], true), Ok(()));
        let wrong = [
            Tick { kind: TickKind::Ask, ..tick },
            Tick { slot: 2, ..tick },
            Tick { msg_index: 3, ..tick },
            Tick { feed_time: 4, ..tick },
            Tick { hw_time: 5, ..tick },
            Tick { price: None, ..tick },
            Tick { size: 9, ..tick },
            Tick { side: 1, ..tick },
            Tick { flags: 4, ..tick },
        ];
        for other in wrong {
            assert!(identical(&[tick], &[other], true).is_err(), "{other:?}");
        }
        assert_eq!(identical(&[tick], &[wrong[4]], false), Ok(()));
        assert!(identical(&[tick, tick], &[tick], true).is_err());
    }
}
