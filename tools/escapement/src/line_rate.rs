//! Frames at the line's rate into the Verilated card: nothing waits for room, as on hardware, and the ring is drained no
//! faster than PCIe takes lines. What is dropped is counted; every line is compared with the golden model.

use std::net::{Ipv4Addr, SocketAddrV4};

use escapement_abi::{Counter, Group};
use escapement_card::injector::FRAME_BYTES_MAX;
use escapement_card::{
    CardConfig, CardCounters, CardError, Driver, FeedConfig, Frame, FrameMode, Injector,
    InstrumentConfig, Line, LinesConfig, RingConfig, RingEvent, RingMode, Transport,
};
use escapement_sim::{SimCard, StageCounts};
use serde_json::{json, Map, Value};

use crate::failure::Failure;
use crate::generator::itch::full_line::{symbols, TimedFrame, WireTime, BASE, TICK};
use crate::generator::itch::{GROUPS, PORT};
use crate::progress::Progress;
use crate::replay::check::{Checker, Verdict};
use crate::replay::settings::Prepared;
use crate::replay::source::Source;

/// PCIe gen3 x8: 8 lanes of 8 GT/s in 128b/130b; a posted write of 64 bytes is 88 on the link (4 framing and sequence,
/// 16 header, 64 data, 4 LCRC); one twentieth is left to flow control and skips.
pub(crate) const GEN3_X8_LINES_PER_S: f64 = 8.0 * 8e9 / 8.0 * (128.0 / 130.0) / 88.0 * 0.95;
/// Nanoseconds of a core cycle.
const CYCLE_NS: f64 = 6.4;
/// Pauses of captures are not longer than about this: the card has nothing to do.
const PAUSE_CYCLES: u64 = 1_024;
/// Core cycles between two looks at the ring.
const LOOK_CYCLES: u64 = 2_048;
/// Frames are told to the card so long before they begin.
const AHEAD_CYCLES: u64 = 4 * LOOK_CYCLES;
/// The card must be empty so many looks after the last frame.
const EMPTYING_LOOKS_MAX: u64 = 4_096;

/// What a run gave.
pub(crate) struct Outcome {
    counters: CardCounters,
    stages: StageCounts,
    /// From the first frame's begin to the end of the last one.
    cycles: u64,
    frames: u64,
    lines: u64,
    verdict: Verdict,
    latency: Value,
    lost_lines: u64,
}

/// The configuration for generated frames. Centres are told, as by a host that knows the last close: the first prices of
/// 64 unknown ones within microseconds are 128 recentres of 50 cycles, more than the frame FIFOs hold messages for.
pub(crate) fn config(instruments: u16, mode: FrameMode) -> CardConfig {
    let group = |line: usize| Ipv4Addr::from(GROUPS[line]);
    let feed = FeedConfig {
        group: group(0),
        port: PORT,
        feed_id: 1,
        transport: Transport::MoldUdp64,
        protocol: 0,
        channel: 0,
    };
    let instruments = symbols(instruments)
        .into_iter()
        .map(|symbol| InstrumentConfig { symbol, tick: TICK, centres: [Some(i64::from(BASE)); 3] })
        .collect();
    let mut config = CardConfig::new(feed, instruments);
    config.lines =
        LinesConfig { b: Some(SocketAddrV4::new(group(1), PORT)), ..LinesConfig::default() };
    config.frame_mode = mode;
    // a round of all slots in 10 ms of card time
    config.refresh_interval_ns = 10_000_000 / 64;
    config.ring = RingConfig { lines_log2: 17, mode: RingMode::Credit };
    config
}

/// The frames of captures as they came, each as early as its line lets it begin; longer pauses are cut to
/// [`PAUSE_CYCLES`].
pub(crate) fn of_captures(prepared: &Prepared) -> Result<Vec<TimedFrame>, Failure> {
    let mut source = Source::held(&prepared.captures, u64::MAX)?;
    let mut wire = [WireTime::default(); 2];
    let mut frames = Vec::new();
    let (mut due, mut before) = (0, None);
    while let Some(packet) = source.next_packet()? {
        if packet.data.is_empty() {
            continue;
        }
        let line = prepared.lines[packet.file] as usize;
        let bytes = packet.data[..packet.data.len().min(FRAME_BYTES_MAX)].to_vec();
        let since = packet.stamp_ns.saturating_sub(before.unwrap_or(packet.stamp_ns));
        before = Some(packet.stamp_ns);
        due += (since.min(PAUSE_CYCLES * 7) as f64 / CYCLE_NS) as u64;
        let cycle = wire[line].next_cycle_from(due, bytes.len());
        frames.push(TimedFrame { line, cycle, stamp_ns: packet.stamp_ns, bytes });
    }
    Ok(frames)
}

/// Plays the frames, in the order of their stamps.
pub(crate) fn play(config: &CardConfig, frames: &[TimedFrame]) -> Result<Outcome, Failure> {
    let mut driver = Driver::open(SimCard::new()?)?;
    driver.configure(config)?;
    driver.start()?;
    let params = driver.info().params;
    let mut checker = Checker::start(config, &params)?;
    // the books are empty before the first frame: the tables are cleared behind a reset
    driver.device_mut().run_until_idle(1 << 20)?;
    driver.device_mut().schedule_start(GEN3_X8_LINES_PER_S);
    let began = core_cycles(&mut driver);
    let mut progress = Progress::new("full line", "frames", Some(frames.len() as u64));
    let (mut next, mut lines, mut lost_lines, mut looks_left) = (0, 0, 0, EMPTYING_LOOKS_MAX);
    let mut flushed = false;
    loop {
        let now = core_cycles(&mut driver) - began;
        while let Some(frame) = frames.get(next).filter(|frame| frame.cycle < now + AHEAD_CYCLES) {
            let line = Line::ALL[frame.line];
            checker.frame(line, frame.stamp_ns, &frame.bytes);
            let offered =
                Frame { line, bytes: &frame.bytes, stamp_ns: frame.stamp_ns, fcs_bad: false };
            driver.device_mut().schedule(&offered, frame.cycle)?;
            next += 1;
            progress.step();
        }
        driver.device_mut().advance(LOOK_CYCLES)?;
        let taken = driver.drain(|event| match event {
            RingEvent::Line { number, line } => {
                lines += 1;
                checker.line(number, line.bytes());
            }
            RingEvent::Lost { first, count, .. } => {
                lost_lines += count;
                checker.lost(first, count);
            }
        })?;
        if next < frames.len() || driver.device_mut().scheduled_left() {
            continue;
        }
        if taken == 0 && driver.device_mut().is_idle() {
            if flushed {
                break;
            }
            flushed = true;
            checker.flush();
            driver.flush()?;
            continue;
        }
        looks_left -= 1;
        if looks_left == 0 {
            let cycles = LOOK_CYCLES * EMPTYING_LOOKS_MAX;
            return Err(CardError::Stuck { cycles, waiting_for: "the card to become empty" }.into());
        }
        driver.ring_doorbell()?;
    }
    drop(progress);
    let counters = driver.counters()?;
    let verdict = checker.finish(&counters)?;
    let device = driver.device_mut();
    let latency = device.latency().map_or(Value::Null, |report| {
        let all = &report.all;
        json!({"p50": all.quantile(0.5), "p99": all.quantile(0.99), "p999": all.quantile(0.999), "max": all.max()})
    });
    Ok(Outcome {
        stages: device.stages(),
        cycles: frames.last().map_or(0, |frame| frame.cycle + frame.bytes.len().div_ceil(8) as u64),
        frames: frames.len() as u64,
        lines,
        lost_lines,
        counters,
        verdict,
        latency,
    })
}

fn core_cycles(driver: &mut Driver<SimCard>) -> u64 {
    driver.device_mut().core_cycles().unwrap_or_default()
}

impl Outcome {
    /// Frames that found no room, ticks and control entries that did not, lines lost in the ring.
    fn drops(&self) -> [(&'static str, u64); 7] {
        let get = |counter| self.counters.get(counter);
        [
            ("overrun_a", get(Counter::FramesOverrun)),
            ("overrun_b", get(Counter::BframesOverrun)),
            ("fifo_full_a", get(Counter::FramesFifoFull)),
            ("fifo_full_b", get(Counter::BframesFifoFull)),
            ("ticks", get(Counter::OutputTicksDropped)),
            ("control_entries", get(Counter::OutputControlDropped)),
            ("lines", self.lost_lines),
        ]
    }

    /// Why the run is no good, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        let dropped = self.drops().into_iter().find(|(_, count)| *count > 0);
        dropped
            .map(|(what, count)| format!("{count} dropped: {what}"))
            .or_else(|| self.verdict.first_problem())
    }

    /// Messages delivered in order.
    pub(crate) fn messages(&self) -> u64 {
        self.counters.sum(Group::Messages)
    }

    /// Messages a second of one line, over the time of the frames.
    pub(crate) fn messages_per_s(&self) -> f64 {
        self.messages() as f64 / (self.cycles.max(1) as f64 * CYCLE_NS * 1e-9)
    }

    pub(crate) fn json(&self) -> Value {
        let ledgers = self.counters.ledgers();
        let messages = self.messages();
        let a_message = |cycles: u64| cycles as f64 / messages.max(1) as f64;
        let stages: Map<String, Value> = self
            .stages
            .stages
            .iter()
            .map(|stage| {
                let value = json!({
                    "taken": stage.taken, "refused_cycles": stage.refused_cycles,
                    "taken_per_message": a_message(stage.taken),
                    "busy_cycles_per_message": a_message(stage.taken + stage.refused_cycles),
                });
                (stage.name.to_string(), value)
            })
            .collect();
        let deepest: Map<String, Value> =
            self.stages.deepest.iter().map(|&(name, count)| (name.into(), json!(count))).collect();
        json!({
            "frames": self.frames, "messages": messages, "copies_in": ledgers.copies_in,
            "cycles": self.cycles, "cycles_per_message": a_message(self.cycles),
            "messages_per_s": self.messages_per_s(),
            "copies_per_s": ledgers.copies_in as f64 / (self.cycles.max(1) as f64 * CYCLE_NS * 1e-9),
            "ticks": ledgers.ticks_made, "lines": self.lines,
            "lines_per_s_max": GEN3_X8_LINES_PER_S,
            "drops": self.drops().into_iter().map(|(name, count)| (name.to_string(), json!(count))).collect::<Map<_, _>>(),
            "stages": stages, "deepest": deepest,
            "latency_cycles": self.latency,
            "check": self.verdict.json(),
            "problem": self.problem(),
        })
    }
}
