//! Backends whose MAC is in this process take frames from us.

use escapement_feed::Line;

use crate::error::CardError;
use crate::latency::LatencyReport;

/// Largest frame that a backend takes (longer ones are cut by every MAC).
pub const FRAME_BYTES_MAX: usize = 16 * 1024;

/// One Ethernet frame as a MAC hands it over, without FCS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The MAC port that it came in on.
    pub line: Line,
    /// Destination address to end of padding.
    pub bytes: &'a [u8],
    /// Arrival stamp, ns.
    pub stamp_ns: u64,
    /// The MAC found the FCS wrong.
    pub fcs_bad: bool,
}

/// A card with open MAC ports.
///
/// The caller drains the ring between calls: a frame can fill several lines, and lines that find no room are
/// dropped by the card exactly as on hardware.
pub trait Injector {
    /// Hands one frame to the MAC port. Frames must come in order of arrival. Returns when the MAC port has taken the
    /// last byte; what the frame causes may still be under way.
    ///
    /// # Errors
    /// The frame is empty or too long, or the card is stuck.
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError>;

    /// Lets the time before a frame of this stamp pass, as far as the card has something to do in it (slot visits of the
    /// refresh fall due while no frame comes). Returns whether that is done; if not, drain the ring and call again: so
    /// a small ring is not flooded by a long pause. [`Injector::inject`] passes what is left of it without stopping.
    ///
    /// # Errors
    /// The card faulted.
    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError>;

    /// Card time passes to `now` (ns) on a card that is idle, however closely its frames follow each other, and also when nothing
    /// is due: what the host loads next has this time. Returns and goes on as [`Injector::pass_time`].
    ///
    /// # Errors
    /// The card faulted.
    fn reach_time(&mut self, now: u64) -> Result<bool, CardError>;

    /// Lets `cycles` core cycles pass (backends without a clock do nothing).
    ///
    /// # Errors
    /// The card faulted.
    fn advance(&mut self, cycles: u64) -> Result<(), CardError>;

    /// Whether nothing is on its way between MAC port and ring.
    fn is_idle(&mut self) -> bool;

    /// Lets time pass until nothing is on its way. In credit mode a full ring keeps the card from being idle: drain it.
    ///
    /// # Errors
    /// The card is not idle after `cycles_max` core cycles.
    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError>;

    /// Core cycles since start; `None` for a backend without a clock.
    fn core_cycles(&self) -> Option<u64>;

    /// Latencies measured so far; `None` for a backend without a clock.
    fn latency(&self) -> Option<LatencyReport>;
}

/// Refuses frames that no MAC delivers.
///
/// # Errors
/// [`CardError::FrameLength`].
pub fn check_frame(frame: &Frame<'_>) -> Result<(), CardError> {
    if frame.bytes.is_empty() || frame.bytes.len() > FRAME_BYTES_MAX {
        return Err(CardError::FrameLength { bytes: frame.bytes.len(), max: FRAME_BYTES_MAX });
    }
    Ok(())
}

impl<I: Injector> Injector for &mut I {
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError> {
        (**self).inject(frame)
    }
    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError> {
        (**self).pass_time(stamp_ns)
    }
    fn reach_time(&mut self, now: u64) -> Result<bool, CardError> {
        (**self).reach_time(now)
    }
    fn advance(&mut self, cycles: u64) -> Result<(), CardError> {
        (**self).advance(cycles)
    }
    fn is_idle(&mut self) -> bool {
        (**self).is_idle()
    }
    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        (**self).run_until_idle(cycles_max)
    }
    fn core_cycles(&self) -> Option<u64> {
        (**self).core_cycles()
    }
    fn latency(&self) -> Option<LatencyReport> {
        (**self).latency()
    }
}
