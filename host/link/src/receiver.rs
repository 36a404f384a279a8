//! Frames in the order of their numbers.

use std::collections::BTreeMap;

use escapement_codec::link::LinkFrame;
use escapement_codec::LineItem;

use crate::counts::LinkCounts;
use crate::streams::Lost;

/// How long a missing frame is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Frames held behind a missing one at most.
    pub frames: usize,
    /// ns of the receiver's clock from the arrival of the first frame behind it.
    pub ns: u64,
}

impl Default for Window {
    /// 64 frames, 1 ms.
    fn default() -> Self {
        Self { frames: 64, ns: 1_000_000 }
    }
}

/// What a receiver hands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The next frame of the stream.
    Frame {
        /// The frame.
        frame: LinkFrame<'a>,
        /// Receiver's clock when it came, ns.
        arrived: u64,
    },
    /// Frames that never came stood here. Centres may have moved and bests may be gone: what a reader shows is doubtful until
    /// it is told again.
    Lost {
        /// How many.
        frames: u64,
        /// Ticks in them.
        ticks: u64,
    },
    /// The sender began anew, at its first frame.
    Restarted {
        /// Its new stream.
        stream: u16,
    },
}

/// A frame held, or the one handed on last.
#[derive(Debug, Clone)]
struct Kept {
    bytes: Vec<u8>,
    arrived: u64,
}

/// The stream that is followed.
#[derive(Debug)]
struct Stream {
    id: u16,
    /// Number of the first frame that this receiver could have had.
    first: u64,
    /// Number of the next frame to hand on, 64 bits wide.
    next: u64,
    /// Behind the highest number that came.
    end: u64,
    /// Ticks before frame `next`, modulo 2^32.
    ticks: u32,
    /// Card time of the latest sending known, ns.
    sent: u64,
    lost: Lost,
    held: BTreeMap<u64, Kept>,
}

/// Receives the frames of one link.
#[derive(Debug, Default)]
pub struct Receiver {
    window: Window,
    stream: Option<Stream>,
    counts: LinkCounts,
}

impl Receiver {
    /// Nothing received yet.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self { window, ..Self::default() }
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> LinkCounts {
        self.counts
    }

    /// Frames held behind a missing one.
    #[must_use]
    pub fn held(&self) -> usize {
        self.stream.as_ref().map_or(0, |stream| stream.held.len())
    }

    /// A datagram came at `now` (ns of the receiver's clock, which never goes back).
    pub fn datagram(&mut self, payload: &[u8], now: u64, out: &mut impl FnMut(Event<'_>)) {
        self.advance(now, out);
        self.counts.datagrams += 1;
        let Ok(frame) = LinkFrame::check(payload) else {
            self.counts.corrupt += 1;
            return;
        };
        if !self.is_of_stream(&frame, out) {
            self.counts.stale += 1;
            return;
        }
        let Some(stream) = &mut self.stream else { return };
        // The number nearest to the one expected that has these 32 bits.
        let ahead = frame.frame_seq.wrapping_sub(stream.next as u32) as i32;
        let Some(number) = stream.next.checked_add_signed(ahead.into()) else {
            self.counts.late += 1;
            return;
        };
        if number < stream.next {
            if number < stream.first || stream.lost.has(number) {
                self.counts.late += 1;
            } else {
                self.counts.duplicated += 1;
            }
            return;
        }
        if stream.held.contains_key(&number) {
            self.counts.duplicated += 1;
            return;
        }
        self.counts.reordered += u64::from(number + 1 < stream.end);
        stream.end = stream.end.max(number + 1);
        stream.held.insert(number, Kept { bytes: payload.to_vec(), arrived: now });
        self.hand_on(now, out);
    }

    /// Time passes: what was waited for long enough is given up.
    pub fn advance(&mut self, now: u64, out: &mut impl FnMut(Event<'_>)) {
        self.hand_on(now, out);
    }

    /// No datagram is to come: what is missing is lost.
    pub fn finish(&mut self, out: &mut impl FnMut(Event<'_>)) {
        self.give_up_all(out);
    }

    /// The frame is of the stream that is followed, or begins to be followed with it.
    fn is_of_stream(&mut self, frame: &LinkFrame<'_>, out: &mut impl FnMut(Event<'_>)) -> bool {
        match &mut self.stream {
            Some(stream) if stream.id == frame.stream => {
                stream.sent = stream.sent.max(frame.sent().unwrap_or(frame.hw_time));
                return true;
            }
            // A datagram of an earlier run was sent before all that came of this one.
            Some(stream) if frame.sent().unwrap_or(frame.hw_time) <= stream.sent => return false,
            _ => {}
        }
        self.give_up_all(out);
        let restarted = self.stream.is_some();
        // A sender that was there before is joined where it is; one that begins anew is followed from its first frame.
        let (next, ticks) = if restarted { (0, 0) } else { (frame.frame_seq.into(), frame.ticks) };
        self.stream = Some(Stream {
            id: frame.stream,
            first: next,
            next,
            end: next,
            ticks,
            sent: frame.sent().unwrap_or(frame.hw_time),
            lost: Lost::default(),
            held: BTreeMap::new(),
        });
        if restarted {
            self.counts.restarts += 1;
            out(Event::Restarted { stream: frame.stream });
        }
        true
    }

    fn give_up_all(&mut self, out: &mut impl FnMut(Event<'_>)) {
        while let Some(stream) = &mut self.stream {
            let Some((number, kept)) = stream.held.pop_first() else { break };
            pass(stream, &mut self.counts, number, &kept, out);
        }
    }

    /// Hands on what is next, and what stands behind a missing frame that is waited for no longer.
    fn hand_on(&mut self, now: u64, out: &mut impl FnMut(Event<'_>)) {
        let Some(stream) = &mut self.stream else { return };
        while let Some((&number, kept)) = stream.held.first_key_value() {
            let waited = now.saturating_sub(kept.arrived) >= self.window.ns;
            if number > stream.next && stream.held.len() <= self.window.frames && !waited {
                return;
            }
            if let Some((number, kept)) = stream.held.pop_first() {
                pass(stream, &mut self.counts, number, &kept, out);
            }
        }
    }
}

/// Hands on a frame, behind what is missing in front of it.
fn pass(
    stream: &mut Stream,
    counts: &mut LinkCounts,
    number: u64,
    kept: &Kept,
    out: &mut impl FnMut(Event<'_>),
) {
    // It was checked when it came.
    let Ok(frame) = LinkFrame::check(&kept.bytes) else { return };
    let (frames, ticks) = (number - stream.next, u64::from(frame.ticks.wrapping_sub(stream.ticks)));
    if frames > 0 {
        stream.lost.add(stream.next, number);
        counts.frames_lost += frames;
        counts.ticks_lost += ticks;
        out(Event::Lost { frames, ticks });
    }
    let is_tick = |item: &Result<LineItem, _>| matches!(item, Ok(LineItem::Tick(_)));
    stream.next = number + 1;
    stream.ticks = frame.ticks.wrapping_add(frame.entries().filter(is_tick).count() as u32);
    counts.delivered += 1;
    out(Event::Frame { frame, arrived: kept.arrived });
}
