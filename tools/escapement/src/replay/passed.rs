//! The third ledger's other side: how far the feed went, read from the captures alone.
//!
//! The card says what was lost in gap entries and a counter. What *must* be lost follows without either: of each
//! session, the last number that its packets passed, less the messages of it that were delivered. This page knows
//! sessions and sequence numbers (docs/card-model.md, section 4) and nothing of gaps, ranges or entries.

use std::collections::VecDeque;

use escapement_card::{CardConfig, FrameMode, Line};
use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::line_place::LinePlace;
use escapement_feed::packet::{Blocks, PacketHeader};
use escapement_feed::{Checks, Feed, FrameDisposition, Protocol, Transport};

/// MoldUDP64 sessions that ended and whose packets say nothing any more.
const OLD_SESSIONS: usize = 4;

/// Follows the packets of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    filters: [FrameFilter; 2],
    early: bool,
    places: [LinePlace; 2],
    running: Option<Running>,
    old: VecDeque<u128>,
    ended_sessions_passed: u64,
    sessions: u64,
    wrapped: bool,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    session: u128,
    last_send: u64,
    /// Next number after the last that was passed.
    next: u64,
}

impl Passed {
    /// Before the first frame to a card with this configuration.
    pub(crate) fn new(config: &CardConfig, protocol: Protocol) -> Self {
        let given = &config.feed;
        let checks = Checks {
            ip_checksum: config.check_ip_checksum,
            udp_checksum: config.check_udp_checksum,
        };
        let group = u32::from(given.group);
        let feed = Feed { group, port: given.port, protocol, channel: given.channel };
        let b = config.lines.b.map_or((0, 0), |b| (u32::from(*b.ip()), b.port()));
        Self::of(
            [feed.filter(group, given.port, checks), feed.filter(b.0, b.1, checks)],
            config.frame_mode == FrameMode::Early,
        )
    }

    fn of(filters: [FrameFilter; 2], early: bool) -> Self {
        Self {
            filters,
            early,
            places: [LinePlace::default(); 2],
            running: None,
            old: VecDeque::new(),
            ended_sessions_passed: 0,
            sessions: 0,
            wrapped: false,
        }
    }

    fn transport(&self) -> Transport {
        self.filters[0].transport
    }

    /// A frame went into the card.
    pub(crate) fn frame(&mut self, line: Line, bytes: &[u8]) {
        let frame = frame::parse(bytes, false, &self.filters[line as usize]);
        let Some(packet) = frame.packet else { return };
        let good = frame.disposition == FrameDisposition::Ok;
        let transport = self.transport();
        let place = &mut self.places[line as usize];
        // early: the messages of a frame that goes on where its line left off are released before it proves bad
        let released = self.early && place.fits(transport, &packet.header);
        if good {
            place.move_behind(&packet.header);
        }
        if good || released {
            let blocks = Blocks::new(transport, packet.payload, packet.header.count).count();
            self.packet(&packet.header, blocks as u64, good);
        }
    }

    fn packet(&mut self, header: &PacketHeader, blocks: u64, good: bool) {
        let first = header.first_sequence;
        let mut running = match self.running {
            Some(running) if !running.is_restarted_by(header, self.transport()) => running,
            ended => {
                if self.transport() == Transport::MoldUdp64 {
                    if self.old.contains(&header.session) {
                        return;
                    }
                    self.old.extend(ended.map(|running| running.session));
                    if self.old.len() > OLD_SESSIONS {
                        self.old.pop_front();
                    }
                }
                let passed = ended.map_or(0, |running| running.next.wrapping_sub(1));
                self.ended_sessions_passed = self.ended_sessions_passed.wrapping_add(passed);
                self.sessions += 1;
                Running { session: header.session, last_send: header.send_time, next: 1 }
            }
        };
        if good {
            running.last_send = running.last_send.max(header.send_time);
        }
        running.next = running.next.max(first);
        match first.checked_add(blocks) {
            Some(next) => running.next = running.next.max(next),
            None => self.wrapped = true,
        }
        self.running = Some(running);
    }

    /// Sum over all sessions of the last number passed, modulo 2^64; none if a session's numbers ran out of 64 bits,
    /// which no real feed does and after which no count says anything.
    pub(crate) fn numbers(&self) -> Option<u64> {
        let running = self.running.map_or(0, |running| running.next.wrapping_sub(1));
        (!self.wrapped).then(|| self.ended_sessions_passed.wrapping_add(running))
    }

    /// Sessions seen; a restart begins another.
    pub(crate) fn sessions(&self) -> u64 {
        self.sessions
    }
}

impl Running {
    fn is_restarted_by(&self, header: &PacketHeader, transport: Transport) -> bool {
        let starts_over = transport == Transport::IexTp
            && header.first_sequence == 1
            && header.stream_offset == 0
            && header.send_time > self.last_send
            && self.next > 1;
        header.session != self.session || starts_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed() -> Passed {
        Passed::of([FrameFilter::default(); 2], false)
    }

    fn header(session: u128, first_sequence: u64, stream_offset: u64, time: u64) -> PacketHeader {
        PacketHeader {
            session,
            count: 0,
            end_of_session: false,
            stream_offset,
            first_sequence,
            send_time: time,
        }
    }

    #[test]
    fn heartbeats_and_late_packets_pass_no_more_than_they_name() {
        let mut passed = passed();
        passed.packet(&header(1, 1, 0, 1), 3, true);
        passed.packet(&header(1, 11, 90, 2), 0, true);
        assert_eq!(passed.numbers(), Some(10));
        passed.packet(&header(1, 5, 50, 3), 2, true);
        assert_eq!(passed.numbers(), Some(10));
        passed.packet(&header(1, 9, 80, 4), 4, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(12), 1));
    }

    #[test]
    fn restarts_add_up_and_repeated_starts_do_not() {
        let mut passed = passed();
        passed.packet(&header(1, 1, 0, 5), 4, true);
        passed.packet(&header(1, 1, 0, 5), 4, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(4), 1));
        passed.packet(&header(1, 1, 0, 6), 2, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(6), 2));
        passed.packet(&header(2, 3, 7, 1), 1, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(9), 3));
    }

    #[test]
    fn a_session_that_ended_says_nothing_more_until_four_others_have() {
        let mold = FrameFilter { transport: Transport::MoldUdp64, ..FrameFilter::default() };
        let mut passed = Passed::of([mold; 2], false);
        for session in 1..=5 {
            passed.packet(&header(session, 1, 0, 0), 2, true);
        }
        passed.packet(&header(4, 1, 0, 0), 9, true);
        passed.packet(&header(1, 1, 0, 0), 9, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(10), 5));
        passed.packet(&header(6, 1, 0, 0), 2, true);
        passed.packet(&header(1, 1, 0, 0), 9, true);
        assert_eq!((passed.numbers(), passed.sessions()), (Some(21), 7));
    }

    #[test]
    fn numbers_that_run_out_are_known_to() {
        let mut passed = passed();
        passed.packet(&header(1, u64::MAX, 9, 1), 1, true);
        assert_eq!(passed.numbers(), None);
    }
}
