//! The replay itself: frames in, lines out, until the captures end and the card is empty.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use escapement_card::injector::FRAME_BYTES_MAX;
use escapement_card::{
    CardConfig, CardCounters, CardError, Device, Driver, DriverStats, Frame, Injector,
    LatencyReport, Line, Load, RingEvent,
};

use super::check::{Checker, HostAct, Verdict};
use super::lines::LineTally;
use super::pace::{Pace, Speed};
use super::passed::Passed;
use super::record::Record;
use super::recovery::{Recovery, RecoveryReport, Servers};
use super::settings::Prepared;
use super::slots::{Act, Change, SlotChanges, SlotReport};
use super::source::Source;
use super::stamps::Stamps;
use super::tick_file::TickFile;
use super::tick_origin::TickOrigin;
use super::tick_rows::TickRows;
use crate::cpu_time;
use crate::failure::Failure;
use crate::progress::Progress;

/// Core cycles that the card gets at a time to empty itself.
const EMPTYING_CYCLES: u64 = 4_096;
/// How often it gets them without a line coming out before it counts as stuck.
const EMPTYING_ROUNDS_MAX: u32 = 256;

/// How to replay.
pub(crate) struct Options {
    pub(crate) speed: Speed,
    pub(crate) check: bool,
    pub(crate) ticks: Option<PathBuf>,
    pub(crate) hw_time: bool,
    /// Stop after so many packets.
    pub(crate) packets_max: Option<u64>,
    /// Read what the lines say; otherwise lines are only taken out of the ring.
    pub(crate) read_lines: bool,
    /// For measurements: packets are read into memory first, and the captures are not followed for the third ledger.
    pub(crate) bare: bool,
    /// Where what was lost can be had again.
    pub(crate) servers: Servers,
    /// Slots that change hands.
    pub(crate) changes: Vec<Change>,
}

/// What a replay gave.
pub(crate) struct Outcome {
    pub(crate) card: String,
    /// Frames handed to the card.
    pub(crate) packets: u64,
    pub(crate) cut_packets: u64,
    /// File and offset of the first packet cut at the end of its capture.
    pub(crate) cut_at: Option<String>,
    /// Packets without a byte, which no MAC delivers; not handed to the card.
    pub(crate) empty_packets: u64,
    pub(crate) counters: CardCounters,
    /// How far the feed went, by the captures.
    pub(crate) passed: Option<Passed>,
    /// Stamps of the last accepted frames of lines A and B.
    pub(crate) last_seen_ns: [u64; 2],
    /// Messages that the card's reorder memory holds.
    pub(crate) reorder_messages: u64,
    pub(crate) tally: LineTally,
    pub(crate) driver: DriverStats,
    pub(crate) lost_lines: u64,
    pub(crate) latency: Option<LatencyReport>,
    pub(crate) core_cycles: Option<u64>,
    pub(crate) wall: Duration,
    /// Time on a core.
    pub(crate) cpu: Duration,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) recovery: Option<RecoveryReport>,
    pub(crate) slots: Option<SlotReport>,
    /// What ended the captures early, after everything good before it.
    pub(crate) capture_error: Option<String>,
    /// What ended the card early.
    pub(crate) card_error: Option<CardError>,
}

struct Replay<D> {
    driver: Driver<D>,
    tally: LineTally,
    checker: Option<Checker>,
    recovery: Option<Recovery>,
    slots: Option<SlotChanges>,
    passed: Option<Passed>,
    lost_lines: u64,
    read_lines: bool,
}

/// Why loading stopped.
enum Stop {
    Host(Failure),
    Card(CardError),
}

/// Replays captures through a device.
pub(crate) fn replay<D: Device + Injector>(
    device: D,
    prepared: &Prepared,
    config: &CardConfig,
    options: &Options,
) -> Result<Outcome, Failure> {
    let captures = &prepared.captures;
    let mut source = match (options.bare, options.packets_max) {
        (true, packets_max) => Source::held(captures, packets_max.unwrap_or(u64::MAX))?,
        (false, _) => Source::streamed(captures)?,
    };
    let mut driver = Driver::open(device)?;
    let info = *driver.info();
    driver.configure(config)?;
    driver.start()?;
    let record = match &options.ticks {
        Some(path) => {
            let fail = |error| Failure::input(format!("{}: {error}", path.display()));
            let origin = TickOrigin::new(prepared);
            let file = TickFile::create(path, &origin, options.hw_time).map_err(fail)?;
            let rows = TickRows::new(file, origin, prepared.protocol, &prepared.instruments);
            Some(Record::new(rows, !options.servers.is_empty()))
        }
        None => None,
    };
    let checker = if options.check { Some(Checker::start(config, &info.params)?) } else { None };
    let recovery = if options.servers.is_empty() {
        None
    } else {
        Some(Recovery::new(&options.servers, config, &info.params)?)
    };
    let slots = if options.changes.is_empty() {
        None
    } else {
        Some(SlotChanges::new(&options.changes, config, &info.params)?)
    };
    let tally = LineTally::new(&prepared.instruments, &options.changes, record);
    let card = driver.device_mut().name().to_string();
    let mut replay = Replay {
        driver,
        tally,
        checker,
        recovery,
        slots,
        passed: (!options.bare).then(|| Passed::new(config, prepared.protocol)),
        lost_lines: 0,
        read_lines: options.read_lines,
    };

    let total =
        options.packets_max.map_or(prepared.survey.packets, |max| max.min(prepared.survey.packets));
    let mut progress = Progress::new("replaying", "packets", Some(total));
    let mut pace = Pace::new(options.speed);
    let mut stamps = Stamps::new(config.refresh_interval_ns);
    let (mut packets, mut empty_packets, mut cut_at) = (0, 0, None);
    let (mut capture_error, mut card_error) = (None, None);
    let (began, cpu_before) = (Instant::now(), cpu_time::of_this_thread());
    while options.packets_max.is_none_or(|max| packets < max) {
        let packet = match source.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(error) => {
                capture_error = Some(error.to_string());
                break;
            }
        };
        progress.step();
        if let Err(absurd) = stamps.check(&packet, captures) {
            capture_error = Some(absurd);
            break;
        }
        if packet.data.is_empty() {
            empty_packets += 1;
            continue;
        }
        if packet.cut && cut_at.is_none() {
            let file = captures[packet.file].display();
            cut_at = Some(format!("{file}: offset {}", packet.offset));
        }
        pace.wait(packet.stamp_ns);
        let bytes = &packet.data[..packet.data.len().min(FRAME_BYTES_MAX)];
        let line = prepared.lines[packet.file];
        if let Err(error) = replay.frame(line, packet.stamp_ns, bytes)? {
            card_error = Some(error);
            break;
        }
        packets += 1;
    }
    if card_error.is_none() {
        card_error = replay.end()?.err();
    }
    let wall = began.elapsed();
    let cpu = cpu_time::of_this_thread() - cpu_before;
    drop(progress);

    let record_counts = replay.tally.record().map(|record| record.counts());
    let written = replay.tally.take_file().and_then(|file| file.map_or(Ok(()), TickFile::finish));
    written.map_err(|error| ticks_failure(options, &error))?;
    let counters = replay.driver.counters()?;
    let last_seen_ns = replay.driver.lines_last_seen()?;
    let verdict = replay.checker.map(|checker| checker.finish(&counters)).transpose()?;
    let recovery = replay.recovery.map(|recovery| {
        let mut report = recovery.finish();
        report.record = record_counts.unwrap_or_default();
        report
    });
    Ok(Outcome {
        card,
        packets,
        cut_packets: source.cut_packets(),
        cut_at,
        empty_packets,
        counters,
        passed: replay.passed,
        last_seen_ns,
        reorder_messages: 1 << info.params.reorder_log2,
        tally: replay.tally,
        driver: replay.driver.stats(),
        lost_lines: replay.lost_lines,
        latency: replay.driver.device_mut().latency(),
        core_cycles: replay.driver.device_mut().core_cycles(),
        wall,
        cpu,
        verdict,
        recovery,
        slots: replay.slots.map(SlotChanges::finish),
        capture_error,
        card_error,
    })
}

fn ticks_failure(options: &Options, error: &std::io::Error) -> Failure {
    let path = options.ticks.as_deref().unwrap_or(std::path::Path::new("ticks"));
    Failure::input(format!("{}: {error}", path.display()))
}

impl<D: Device + Injector> Replay<D> {
    /// Hands over one frame and takes the lines that are there. The outer error is the host's, the inner the card's.
    fn frame(
        &mut self,
        line: Line,
        stamp_ns: u64,
        bytes: &[u8],
    ) -> Result<Result<(), CardError>, Failure> {
        if let Err(error) = self.change_slots(stamp_ns)? {
            return Ok(Err(error));
        }
        let frame = Frame { line, bytes, stamp_ns, fcs_bad: false };
        if let Some(checker) = &mut self.checker {
            checker.frame(line, stamp_ns, bytes);
        }
        if let Err(error) = self.let_pass(|card| card.pass_time(stamp_ns))? {
            return Ok(Err(error));
        }
        if let Err(error) = self.driver.device_mut().inject(&frame) {
            return Ok(Err(error));
        }
        if let Some(passed) = &mut self.passed {
            passed.frame(line, bytes);
        }
        if let Err(error) = self.drain()? {
            return Ok(Err(error));
        }
        if let Some(recovery) = &mut self.recovery {
            recovery.frame(line, stamp_ns, bytes);
        }
        if let Some(slots) = &mut self.slots {
            slots.frame(line, stamp_ns, bytes);
        }
        self.recover()
    }

    /// Lets card time pass; a long pause makes more lines than the ring holds.
    fn let_pass(
        &mut self,
        mut pass: impl FnMut(&mut D) -> Result<bool, CardError>,
    ) -> Result<Result<(), CardError>, Failure> {
        loop {
            match pass(self.driver.device_mut()) {
                Ok(true) => return Ok(Ok(())),
                Ok(false) => {
                    if let Err(error) = self.drain()? {
                        return Ok(Err(error));
                    }
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Makes the changes of slots that come before a frame of this stamp.
    fn change_slots(&mut self, stamp_ns: u64) -> Result<Result<(), CardError>, Failure> {
        while let Some(time) = self.slots.as_ref().and_then(|slots| slots.due(stamp_ns)) {
            if let Err(error) = self.empty_card()? {
                return Ok(Err(error));
            }
            if let Some(now) = time {
                if let Some(checker) = &mut self.checker {
                    checker.act(HostAct::Time(now));
                }
                if let Err(error) = self.let_pass(|card| card.reach_time(now))? {
                    return Ok(Err(error));
                }
                if let Err(error) = self.empty_card()? {
                    return Ok(Err(error));
                }
            }
            self.record_loading(true);
            let Some(mut slots) = self.slots.take() else { return Ok(Ok(())) };
            if let Some(now) = time {
                slots.time_step(now);
            }
            let changed = slots.apply(|act| {
                let taken = self.act(act).map_err(Stop::Card)?;
                self.drain().map_err(Stop::Host)?.map_err(Stop::Card)?;
                Ok(taken)
            });
            self.slots = Some(slots);
            match changed {
                Ok(_) => {}
                Err(Stop::Card(error)) => return Ok(Err(error)),
                Err(Stop::Host(failure)) => return Err(failure),
            }
            if let Err(error) = self.empty_card()? {
                return Ok(Err(error));
            }
            self.record_loading(false);
        }
        Ok(Ok(()))
    }

    /// Does one thing to the empty card, and to the model that checks it.
    fn act(&mut self, act: &Act<'_>) -> Result<bool, CardError> {
        let mut expect = |act| {
            if let Some(checker) = &mut self.checker {
                checker.act(act);
            }
        };
        match *act {
            Act::Load(stamp, load) => {
                expect(HostAct::Load(stamp, load.into()));
                self.driver.load(stamp, load)
            }
            Act::Release(stamp, change) => {
                let (slot, generation) = (change.slot, change.generation);
                expect(HostAct::Load(stamp, Load::SlotReleased { slot, generation }.into()));
                expect(HostAct::Symbol(change.instrument.symbol, None));
                self.driver.release_slot(stamp, slot, generation, change.instrument.symbol)
            }
            Act::Assign(stamp, change) => {
                let (slot, generation) = (change.slot, change.generation);
                let (symbol, tick) = (change.instrument.symbol, change.instrument.tick);
                let load = Load::SlotAssigned { slot, generation, symbol };
                expect(HostAct::Tick(slot, tick));
                expect(HostAct::Load(stamp, load.into()));
                expect(HostAct::Symbol(symbol, Some(slot)));
                self.driver.assign_slot(stamp, slot, generation, symbol, tick)
            }
        }
    }

    /// Mends the card if it was left behind and what it lacks can be had.
    fn recover(&mut self) -> Result<Result<(), CardError>, Failure> {
        if !self.recovery.as_mut().is_some_and(Recovery::is_ready) {
            return Ok(Ok(()));
        }
        if let Err(error) = self.empty_card()? {
            return Ok(Err(error));
        }
        self.record_loading(true);
        let Some(mut recovery) = self.recovery.take() else { return Ok(Ok(())) };
        let mended = recovery.mend(|stamp, load| {
            if let Some(checker) = &mut self.checker {
                checker.load(stamp, load);
            }
            let taken = self.driver.load(stamp, load).map_err(Stop::Card)?;
            self.drain().map_err(Stop::Host)?.map_err(Stop::Card)?;
            Ok(taken)
        });
        let mended = match mended {
            Ok(mended) => mended,
            Err(Stop::Card(error)) => return Ok(Err(error)),
            Err(Stop::Host(failure)) => return Err(failure),
        };
        if let Err(error) = self.empty_card()? {
            return Ok(Err(error));
        }
        self.record_loading(false);
        let repair = if mended { recovery.settled() } else { None };
        self.recovery = Some(recovery);
        if let Some(record) = self.tally.record().filter(|_| mended) {
            let written = match &repair {
                Some(repair) => record.repair(repair),
                None => record.leave(),
            };
            written.map_err(|error| Failure::input(format!("cannot write ticks: {error}")))?;
        }
        Ok(Ok(()))
    }

    fn record_loading(&mut self, loading: bool) {
        if let Some(record) = self.tally.record() {
            record.loading(loading);
        }
    }

    fn drain(&mut self) -> Result<Result<u64, CardError>, Failure> {
        let mut taken = 0;
        loop {
            match self.driver.poll() {
                Ok(Some(RingEvent::Line { number, line })) => {
                    taken += 1;
                    if let Some(checker) = &mut self.checker {
                        checker.line(number, line.bytes());
                    }
                    if self.read_lines {
                        self.tally.line(number, &line).map_err(|error| {
                            Failure::input(format!("cannot write ticks: {error}"))
                        })?;
                    }
                }
                Ok(Some(RingEvent::Lost { first, count, .. })) => {
                    taken += 1;
                    self.lost_lines += count;
                    self.tally.lost_lines();
                    if let Some(checker) = &mut self.checker {
                        checker.lost(first, count);
                    }
                }
                Ok(None) => return Ok(Ok(taken)),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// The captures have ended: what waits for a missing number is let go, then the card is emptied.
    fn end(&mut self) -> Result<Result<(), CardError>, Failure> {
        if let Err(error) = self.empty_card()? {
            return Ok(Err(error));
        }
        if let Some(checker) = &mut self.checker {
            checker.flush();
        }
        if let Err(error) = self.driver.flush() {
            return Ok(Err(error));
        }
        if let Err(error) = self.empty_card()? {
            return Ok(Err(error));
        }
        if let Some(recovery) = &mut self.recovery {
            recovery.flush();
        }
        self.recover()
    }

    /// Lets the card run until nothing is on its way and every line has been taken.
    fn empty_card(&mut self) -> Result<Result<(), CardError>, Failure> {
        let mut quiet_rounds = 0;
        loop {
            let taken = match self.drain()? {
                Ok(taken) => taken,
                Err(error) => return Ok(Err(error)),
            };
            if taken == 0 && self.driver.device_mut().is_idle() {
                return Ok(Ok(()));
            }
            quiet_rounds = if taken == 0 { quiet_rounds + 1 } else { 0 };
            if quiet_rounds > EMPTYING_ROUNDS_MAX {
                let cycles = EMPTYING_CYCLES * u64::from(EMPTYING_ROUNDS_MAX);
                return Ok(Err(CardError::Stuck {
                    cycles,
                    waiting_for: "the card to become empty",
                }));
            }
            // the card may wait for credit
            let step = self
                .driver
                .ring_doorbell()
                .and_then(|()| self.driver.device_mut().advance(EMPTYING_CYCLES));
            if let Err(error) = step {
                return Ok(Err(error));
            }
        }
    }
}
