//! Loading what a running card lacks, one load after the other, until it is as the truth is or has moved on.

use escapement_feed::{CardModel, Load};

use crate::patch::{patch, proven};
use crate::rebuild::Rebuild;

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mend {
    /// The number that the card expects next, and expected with every load.
    pub stamp: u64,
    /// Loads that the card took.
    pub taken: u64,
    /// Slots whose books could not be proven; they stay flagged. Counted when the attempt was whole.
    pub doubtful: u64,
    /// The card took all loads. Else it refused the one behind those taken, since it had moved on, and nothing that could be
    /// wrong is unflagged: another attempt is due when `rebuild` and `mirror` have seen what the card has.
    pub whole: bool,
}

/// Mends a card: `load` hands one load with its stamp to it and says whether it was taken. `mirror` is a golden model that got
/// every frame and every taken load that the card got; `rebuild` must be level ([`Rebuild::is_level`]).
///
/// The mirror takes a load only after the card did. A card that runs may have moved on unseen, and a mirror that is ahead of it
/// would leave the load out of the next attempt.
///
/// # Errors
/// Those of `load`.
pub fn mend<E>(
    rebuild: &Rebuild,
    mirror: &mut CardModel,
    mut load: impl FnMut(u64, Load<'_>) -> Result<bool, E>,
) -> Result<Mend, E> {
    let (stamp, truth) = (rebuild.expected(), rebuild.truth());
    let mut mend = Mend { stamp, taken: 0, doubtful: 0, whole: false };
    let mut give = |mirror: &mut CardModel, what: Load<'_>| {
        let taken = load(stamp, what)?;
        if taken {
            mirror.load(stamp, what, &mut |_| {});
            mend.taken += 1;
        }
        Ok(taken)
    };
    for message in patch(truth, mirror) {
        if !give(mirror, Load::Message(&message))? {
            return Ok(mend);
        }
    }
    let (sure, unsure): (Vec<u16>, Vec<u16>) =
        (0..truth.book().slots()).partition(|&slot| proven(truth, mirror, slot));
    let marks = (unsure.iter().map(|&slot| Load::SlotDoubtful(slot)))
        .chain([Load::FeedProven])
        .chain(sure.iter().map(|&slot| Load::SlotProven(slot)));
    for mark in marks {
        if !give(mirror, mark)? {
            return Ok(mend);
        }
    }
    Ok(Mend { doubtful: unsure.len() as u64, whole: true, ..mend })
}
