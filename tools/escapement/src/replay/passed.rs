//! The third ledger's other side: how far the feed went, read from the captures alone.
//!
//! The card says what was lost in gap entries and a counter. What *must* be lost follows without either: of each
//! session, the last number that its packets passed, less the messages of it that were delivered. This page knows
//! sessions and sequence numbers (docs/card-model.md, section 4) and nothing of gaps, ranges or entries.

use escapement_card::{CardConfig, FrameMode};
use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::iex_tp::{Blocks, SegmentHeader};
use escapement_feed::{Checks, FrameDisposition};

/// Follows the packets of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    filter: FrameFilter,
    early: bool,
    running: Option<Running>,
    ended_sessions_passed: u64,
    sessions: u64,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    session: u32,
    last_send: u64,
    /// Next number after the last that was passed.
    next: u64,
}

impl Passed {
    /// Before the first frame to a card with this configuration.
    pub(crate) fn new(config: &CardConfig) -> Self {
        let feed = &config.feed;
        Self {
            filter: FrameFilter {
                group: Some(u32::from(feed.group)),
                port: Some(feed.port),
                protocol: Some(feed.protocol),
                channel: (feed.channel != 0).then_some(feed.channel),
                checks: Checks {
                    ip_checksum: config.check_ip_checksum,
                    udp_checksum: config.check_udp_checksum,
                },
            },
            early: config.frame_mode == FrameMode::Early,
            running: None,
            ended_sessions_passed: 0,
            sessions: 0,
        }
    }

    /// A frame went into the card.
    pub(crate) fn frame(&mut self, bytes: &[u8]) {
        let frame = frame::parse(bytes, false, &self.filter);
        let Some(segment) = frame.segment else { return };
        // early: the messages of a frame that proves bad went on before that was known
        if frame.disposition == FrameDisposition::Ok || self.early {
            let blocks = Blocks::new(segment.payload, segment.header.message_count).count();
            self.packet(&segment.header, blocks as u64);
        }
    }

    fn packet(&mut self, header: &SegmentHeader, blocks: u64) {
        let first = header.first_sequence;
        let mut running = match self.running {
            Some(running) if !running.is_restarted_by(header) => running,
            ended => {
                let passed = ended.map_or(0, |running| running.next.wrapping_sub(1));
                self.ended_sessions_passed = self.ended_sessions_passed.wrapping_add(passed);
                self.sessions += 1;
                Running { session: header.session, last_send: header.send_time, next: 1 }
            }
        };
        running.last_send = running.last_send.max(header.send_time);
        running.next = running.next.max(first);
        // number by number: a segment may overlap what was passed, and numbers may wrap
        for sequence in (0..blocks).map(|place| first.wrapping_add(place)) {
            if sequence >= running.next {
                running.next = sequence.wrapping_add(1);
            }
        }
        self.running = Some(running);
    }

    /// Sum over all sessions of the last number passed, modulo 2^64.
    pub(crate) fn numbers(&self) -> u64 {
        let running = self.running.map_or(0, |running| running.next.wrapping_sub(1));
        self.ended_sessions_passed.wrapping_add(running)
    }

    /// Sessions seen; a restart begins another.
    pub(crate) fn sessions(&self) -> u64 {
        self.sessions
    }
}

impl Running {
    fn is_restarted_by(&self, header: &SegmentHeader) -> bool {
        let starts_over = header.first_sequence == 1
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
        Passed {
            filter: FrameFilter::default(),
            early: false,
            running: None,
            ended_sessions_passed: 0,
            sessions: 0,
        }
    }

    fn header(session: u32, first_sequence: u64, stream_offset: u64, time: u64) -> SegmentHeader {
        SegmentHeader {
            version: 1,
            protocol: 0x8003,
            channel: 1,
            session,
            payload_length: 0,
            message_count: 0,
            stream_offset,
            first_sequence,
            send_time: time,
        }
    }

    #[test]
    fn heartbeats_and_late_packets_pass_no_more_than_they_name() {
        let mut passed = passed();
        passed.packet(&header(1, 1, 0, 1), 3);
        passed.packet(&header(1, 11, 90, 2), 0);
        assert_eq!(passed.numbers(), 10);
        passed.packet(&header(1, 5, 50, 3), 2);
        assert_eq!(passed.numbers(), 10);
        passed.packet(&header(1, 9, 80, 4), 4);
        assert_eq!((passed.numbers(), passed.sessions()), (12, 1));
    }

    #[test]
    fn restarts_add_up_and_repeated_starts_do_not() {
        let mut passed = passed();
        passed.packet(&header(1, 1, 0, 5), 4);
        passed.packet(&header(1, 1, 0, 5), 4);
        assert_eq!((passed.numbers(), passed.sessions()), (4, 1));
        passed.packet(&header(1, 1, 0, 6), 2);
        assert_eq!((passed.numbers(), passed.sessions()), (6, 2));
        passed.packet(&header(2, 3, 7, 1), 1);
        assert_eq!((passed.numbers(), passed.sessions()), (9, 3));
    }

    #[test]
    fn numbers_wrap() {
        let mut passed = passed();
        passed.packet(&header(1, u64::MAX, 9, 1), 3);
        // the last number, then 0 and 1
        assert_eq!(passed.numbers(), 1);
    }
}
