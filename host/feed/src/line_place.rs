//! Where a line's last good frame left off, and whether a packet goes on there (docs/card-model.md, section 4).

use crate::packet::PacketHeader;
use crate::protocol::Transport;

/// What is known of a line from its last good frame; nothing before the first.
///
/// In `early` mode only a packet that goes on there is released before its frame's check: whatever a broken header says
/// of another session or number is not believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinePlace {
    last: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    session: u128,
    next: u64,
}

impl LinePlace {
    /// Whether this header says what the line's next packet must say. Number 1 of IEX-TP never does: it may begin the
    /// session's numbers anew.
    #[inline]
    #[must_use]
    pub fn fits(&self, transport: Transport, header: &PacketHeader) -> bool {
        let here = Place { session: header.session, next: header.first_sequence };
        let may_start_over = transport == Transport::IexTp && header.first_sequence == 1;
        self.last == Some(here) && !may_start_over
    }

    /// A frame with this header was good.
    #[inline]
    pub fn move_behind(&mut self, header: &PacketHeader) {
        // a good frame's numbers do not run out
        let next = header.first_sequence.wrapping_add(u64::from(header.count));
        self.last = Some(Place { session: header.session, next });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(session: u128, first_sequence: u64, count: u16) -> PacketHeader {
        PacketHeader {
            session,
            first_sequence,
            count,
            end_of_session: false,
            stream_offset: 0,
            send_time: 0,
        }
    }

    #[test]
    fn only_the_next_number_of_the_same_session_fits() {
        let mut place = LinePlace::default();
        assert!(!place.fits(Transport::MoldUdp64, &header(7, 5, 1)), "nothing is known yet");
        place.move_behind(&header(7, 5, 3));
        for (session, first, fits) in
            [(7, 8, true), (7, 9, false), (7, 7, false), (7, 5, false), (1 << 79 | 7, 8, false)]
        {
            assert_eq!(place.fits(Transport::MoldUdp64, &header(session, first, 9)), fits);
        }
        place.move_behind(&header(7, 8, 0));
        assert!(place.fits(Transport::IexTp, &header(7, 8, 1)), "a heartbeat takes no number");
        place.move_behind(&header(7, u64::MAX - 1, 1));
        assert!(place.fits(Transport::IexTp, &header(7, u64::MAX, 0)), "the last number");
    }

    #[test]
    fn number_1_of_iex_may_start_over() {
        let mut place = LinePlace::default();
        place.move_behind(&header(7, 1, 0));
        assert!(!place.fits(Transport::IexTp, &header(7, 1, 1)));
        assert!(place.fits(Transport::MoldUdp64, &header(7, 1, 1)));
    }
}
