//! The soft card: the golden model behind the card's registers and ring.
//!
//! It is a card like any other to the driver, and the fallback when the card dies. It has no clock: a frame is done when
//! [`Injector::inject`] returns.

mod packer;
mod position;
mod registers;
mod ring_writer;

use escapement_abi::registers::{
    CardTime, Control, GapWindow, IrqControl, LineSeenA, LineSeenB, Lines, LoadCommand, LoadData0,
    LoadData1, LoadData2, LoadData3, LoadData4, LoadSequence, LoadStatus, MapCommand, NextSequence,
    RingControl, RingTail, SlotCommand, Status,
};
use escapement_abi::{counters, Counter, Register};
use escapement_codec::Entry;
use escapement_feed::load::LOAD_BYTES_MAX;
use escapement_feed::{CardModel, Line, Load};

use self::packer::Packer;
use self::registers::RegisterFile;
use self::ring_writer::RingWriter;
use crate::address_space::AddressSpace;
use crate::config::CardParams;
use crate::config_space::ConfigSpace;
use crate::device::{check_bar_access, Device};
use crate::dma::DmaBuffer;
use crate::error::CardError;
use crate::injector::{check_frame, Frame, Injector};
use crate::interrupt::EventFd;
use crate::latency::LatencyReport;

pub use self::registers::SOFT_PARAMS;

/// Bytes of the load data registers.
const LOAD_WINDOW: usize = 40;

/// The golden model as a device.
#[derive(Debug)]
pub struct SoftCard {
    registers: RegisterFile,
    snapshot: [u64; counters::COUNT],
    config: ConfigSpace,
    memory: AddressSpace,
    event: Option<EventFd>,
    interrupts: u64,
    interrupt_due: u64,
    /// Lines written when last an interrupt was thought of.
    lines_told: u64,
    core: Core,
}

/// What a core reset clears.
#[derive(Debug)]
struct Core {
    /// Made from the registers when the card is first enabled after a reset; registers of the feed, the map and the
    /// slots are read then.
    model: Option<Box<CardModel>>,
    packer: Packer,
    ring: RingWriter,
}

impl Core {
    fn new() -> Self {
        Self { model: None, packer: Packer::new(0), ring: RingWriter::default() }
    }
}

/// The way out of the model: entries are packed, and lines written as soon as many wait.
struct Output<'a> {
    packer: &'a mut Packer,
    ring: &'a mut RingWriter,
    registers: &'a mut RegisterFile,
    /// None without bus mastering.
    memory: Option<&'a mut AddressSpace>,
}

impl Output<'_> {
    #[inline]
    fn push(&mut self, entry: &Entry) {
        self.packer.push(entry);
        if self.packer.is_filling() {
            let Self { packer, ring, registers, memory } = self;
            packer.write_out(&mut |line| ring.write(line, registers, memory.as_deref_mut()));
        }
    }

    /// Everything, also the line in hand.
    fn drain(self) {
        let Self { packer, ring, registers, mut memory } = self;
        packer.drain(|line| ring.write(line, registers, memory.as_deref_mut()));
    }
}

impl Default for SoftCard {
    fn default() -> Self {
        Self::new()
    }
}

impl SoftCard {
    /// A card as after power-up, built as the RTL is by default.
    #[must_use]
    pub fn new() -> Self {
        Self::with_params(SOFT_PARAMS)
    }

    /// A card as after power-up, built with other parameters: as the RTL's parameters are, they are fixed from then on.
    #[must_use]
    pub fn with_params(params: CardParams) -> Self {
        Self {
            registers: RegisterFile::new(params),
            snapshot: [0; counters::COUNT],
            config: ConfigSpace::default(),
            memory: AddressSpace::default(),
            event: None,
            interrupts: 0,
            interrupt_due: 0,
            lines_told: 0,
            core: Core::new(),
        }
    }

    /// The golden model, once the card was enabled.
    #[must_use]
    pub fn model(&self) -> Option<&CardModel> {
        self.core.model.as_deref()
    }

    fn control_write(&mut self, control: Control) -> Result<(), CardError> {
        if control.contains(Control::CORE_RESET) {
            self.core = Core::new();
            self.lines_told = 0;
            self.registers.set::<escapement_abi::registers::RingHead>(0);
        }
        if control.contains(Control::SNAPSHOT) {
            self.take_snapshot();
        }
        if control.contains(Control::ENABLE) && self.core.model.is_none() {
            self.make_model()?;
        }
        if control.contains(Control::FLUSH) {
            self.run(|model, output| model.flush(&mut |entry| output.push(&entry)))?;
        }
        if control.contains(Control::REFRESH_NOW) {
            self.run(|model, output| model.refresh_now(&mut |entry| output.push(&entry)))?;
        }
        Ok(())
    }

    /// Lets the model, if there is one, make entries, and delivers them.
    fn run<R: Default>(
        &mut self,
        act: impl FnOnce(&mut CardModel, &mut Output<'_>) -> R,
    ) -> Result<R, CardError> {
        let bus_master = self.config.bus_master();
        let Core { model, packer, ring } = &mut self.core;
        let Some(model) = model else { return Ok(R::default()) };
        let memory = if bus_master { Some(&mut self.memory) } else { None };
        let mut output = Output { packer, ring, registers: &mut self.registers, memory };
        let result = act(model, &mut output);
        self.deliver()?;
        Ok(result)
    }

    fn make_model(&mut self) -> Result<(), CardError> {
        if self.registers.wrong_reciprocal().is_some() {
            return Err(CardError::Missing {
                device: String::from("soft"),
                what: "a SLOT_TICK whose reciprocal belongs to its tick",
                mend: "write recip = ceil(2^32 / tick)",
            });
        }
        let config = self.registers.model_config()?;
        self.core.packer.set_header(config.feed_id, self.registers.clock());
        let model = CardModel::new(config).map_err(|_| CardError::Missing {
            device: String::from("soft"),
            what: "a configuration that a card can run with",
            mend: "configure through Driver::configure, which says what is wrong",
        })?;
        self.core.model = Some(Box::new(model));
        Ok(())
    }

    /// Closes the line in hand (the pipe is idle) and writes what finds room.
    fn deliver(&mut self) -> Result<(), CardError> {
        let Core { packer, ring, .. } = &mut self.core;
        let before = self.lines_told;
        let memory = if self.config.bus_master() { Some(&mut self.memory) } else { None };
        packer.flush();
        Output { packer, ring, registers: &mut self.registers, memory }.drain();
        self.lines_told = self.core.ring.head;
        if self.lines_told != before {
            self.interrupt()?;
        }
        match self.memory.take_faults() {
            None => Ok(()),
            Some((count, iova)) => Err(CardError::IommuFault { count, iova }),
        }
    }

    fn interrupt(&mut self) -> Result<(), CardError> {
        let control: IrqControl = self.registers.get();
        let now = self.core.model.as_ref().map_or(0, |m| m.card_time());
        if !control.enable() || now < self.interrupt_due {
            return Ok(());
        }
        self.interrupt_due = now + control.holdoff_ns();
        self.interrupts += 1;
        self.event.as_ref().map_or(Ok(()), EventFd::signal)
    }

    fn take_snapshot(&mut self) {
        self.snapshot = [0; counters::COUNT];
        if let Some(model) = &self.core.model {
            for (name, value) in model.counters().named() {
                let counter = Counter::ALL.iter().find(|c| is_named(**c, &name));
                if let Some(counter) = counter {
                    self.snapshot[counter.index()] = value;
                }
            }
        }
        let packer = self.core.packer.counts();
        let ring = &self.core.ring;
        for (counter, value) in [
            (Counter::OutputTicksWritten, ring.ticks_written),
            (Counter::OutputTicksDropped, packer.ticks_dropped),
            (Counter::OutputControlDropped, packer.control_dropped),
            (Counter::OutputEntriesWritten, ring.entries_written),
            (Counter::OutputLinesWritten, ring.head),
            (Counter::OutputLinesRefused, packer.lines_refused),
            (Counter::OutputInterrupts, self.interrupts),
        ] {
            self.snapshot[counter.index()] = value;
        }
    }

    /// Lines and window may be set while the card runs.
    fn lines_changed(&mut self) {
        let (lines, window): (Lines, GapWindow) = (self.registers.get(), self.registers.get());
        if let Some(model) = &mut self.core.model {
            model.configure_lines(lines.configured() as u8);
            model.set_gap_window(window.ns());
        }
    }

    /// A row of the symbol table was written: the symbols that the card would find now.
    fn map_changed(&mut self) {
        if let Some(model) = &mut self.core.model {
            for (symbol, slot) in self.registers.take_map_changes() {
                model.map_symbol(symbol, slot);
            }
        }
    }

    /// A slot's tick size may be written while it holds no level; centres are only read before start.
    fn tick_changed(&mut self) {
        if let (Some(model), Some((slot, tick))) =
            (&mut self.core.model, self.registers.tick_written())
        {
            model.set_tick(slot, tick);
        }
    }

    /// A load is done at once: nothing is ever on its way.
    fn load(&mut self) -> Result<(), CardError> {
        let command: LoadCommand = self.registers.get();
        let stamp = self.registers.get::<LoadSequence>().value();
        let mut bytes = [0; LOAD_WINDOW];
        let words = [
            self.registers.get::<LoadData0>().into_raw(),
            self.registers.get::<LoadData1>().into_raw(),
            self.registers.get::<LoadData2>().into_raw(),
            self.registers.get::<LoadData3>().into_raw(),
            self.registers.get::<LoadData4>().into_raw(),
        ];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let slot = command.slot() as u16;
        let generation = command.generation() as u8;
        let load = match command.kind() {
            0 => Load::Message(&bytes[..(command.length() as usize).min(LOAD_BYTES_MAX)]),
            1 => Load::SlotProven(slot),
            2 => Load::SlotDoubtful(slot),
            4 => Load::SlotReleased { slot, generation },
            5 => Load::SlotAssigned { slot, generation, symbol: words[0].to_le_bytes() },
            // 6 and 7 do nothing but count
            6 | 7 => Load::SlotProven(u16::MAX),
            _ => Load::FeedProven,
        };
        let taken =
            self.run(|model, output| model.load(stamp, load, &mut |entry| output.push(&entry)))?;
        let refused = if taken { LoadStatus::empty() } else { LoadStatus::REFUSED };
        self.registers.set::<LoadStatus>(refused.bits());
        Ok(())
    }

    fn last_seen(&self, line: Line) -> u64 {
        self.core.model.as_ref().map_or(0, |model| model.last_seen(line))
    }

    fn status(&self) -> u64 {
        let in_flight = self.core.model.as_ref().map_or(0, |m| m.counters().in_flight);
        u64::from(self.core.packer.is_empty()) | 1 << 1 | in_flight << 16
    }
}

/// `frames_ok` is the counter `ok` of the group `frames`.
fn is_named(counter: Counter, name: &str) -> bool {
    let group = counter.group().name();
    let member = name.strip_prefix(group).and_then(|n| n.strip_prefix('_'));
    // The copies' names hold the group's name already.
    member == Some(counter.name()) || name == counter.name()
}

impl Device for SoftCard {
    fn name(&self) -> &str {
        "soft"
    }

    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        check_bar_access(offset, 8)?;
        let base = counters::BASE as u64;
        if offset >= base {
            let index = ((offset - base) / 8) as usize;
            return Ok(self.snapshot.get(index).copied().unwrap_or(0));
        }
        Ok(match offset as usize {
            Status::OFFSET => self.status(),
            LineSeenA::OFFSET => self.last_seen(Line::A),
            LineSeenB::OFFSET => self.last_seen(Line::B),
            NextSequence::OFFSET => self.core.model.as_ref().map_or(1, |m| m.next_sequence()),
            CardTime::OFFSET => self.core.model.as_ref().map_or(0, |m| m.card_time()),
            _ => self.registers.word(offset),
        })
    }

    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        check_bar_access(offset, 8)?;
        self.registers.write(offset, value);
        match offset as usize {
            Control::OFFSET => self.control_write(Control::from_raw(value)),
            RingTail::OFFSET | RingControl::OFFSET => self.deliver(),
            LoadCommand::OFFSET => self.load(),
            MapCommand::OFFSET => {
                self.map_changed();
                Ok(())
            }
            SlotCommand::OFFSET => {
                self.tick_changed();
                Ok(())
            }
            Lines::OFFSET | GapWindow::OFFSET => {
                self.lines_changed();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        check_bar_access(offset, 4)?;
        Ok((self.bar_read64(offset & !7)? >> (8 * (offset % 8))) as u32)
    }

    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        check_bar_access(offset, 4)?;
        let shift = 8 * (offset % 8);
        let other = self.registers.word(offset & !7) & !(0xffff_ffff << shift);
        self.bar_write64(offset & !7, other | u64::from(value) << shift)
    }

    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        self.config.read(offset)
    }

    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        self.config.write(offset, value)
    }

    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        self.memory.alloc(bytes)
    }

    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        self.memory.release(buffer)
    }

    fn msix_vectors(&self) -> u16 {
        1
    }

    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError> {
        EventFd::of_vector(&mut self.event, vector, "soft")
    }

    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError> {
        self.config.set_bus_master(on);
        Ok(())
    }

    fn reset(&mut self) -> Result<(), CardError> {
        self.registers = RegisterFile::new(self.registers.params());
        self.snapshot = [0; counters::COUNT];
        self.config.set_bus_master(false);
        self.interrupts = 0;
        self.interrupt_due = 0;
        self.lines_told = 0;
        self.core = Core::new();
        Ok(())
    }
}

/// Log2 of the refresh visits between two deliveries while time passes: half of the queue of finished lines.
const PASS_VISITS_LOG2: u64 = 4;

impl Injector for SoftCard {
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError> {
        check_frame(frame)?;
        if !self.registers.get::<Control>().contains(Control::ENABLE) {
            return Ok(());
        }
        let Frame { line, bytes, stamp_ns, fcs_bad } = *frame;
        self.run(|model, output| {
            model.frame(line, stamp_ns, bytes, fcs_bad, &mut |entry| output.push(&entry));
        })
    }

    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError> {
        if !self.registers.get::<Control>().contains(Control::ENABLE) {
            return Ok(true);
        }
        if self.core.model.as_ref().is_none_or(|model| !model.is_due_by(stamp_ns)) {
            return Ok(true);
        }
        // A visit is four entries at most, so fewer than two lines: these fit ring and line queue.
        let ring_log2 = self.registers.get::<RingControl>().size_log2();
        let visits_max = 1 << ring_log2.saturating_sub(2).min(PASS_VISITS_LOG2);
        self.run(|model, output| {
            model.time_step(stamp_ns, visits_max, &mut |entry| output.push(&entry))
        })
    }

    fn reach_time(&mut self, now: u64) -> Result<bool, CardError> {
        let done = self.pass_time(now)?;
        if let (true, true, Some(model)) =
            (done, self.registers.get::<Control>().contains(Control::ENABLE), &mut self.core.model)
        {
            // nothing is due any more
            return Ok(model.time_step(now, 0, &mut |_| {}));
        }
        Ok(done)
    }

    fn advance(&mut self, _cycles: u64) -> Result<(), CardError> {
        Ok(())
    }

    fn is_idle(&mut self) -> bool {
        self.core.packer.is_empty()
    }

    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        if self.core.packer.is_empty() {
            return Ok(());
        }
        Err(CardError::Stuck { cycles: cycles_max, waiting_for: "the ring has no room: drain it" })
    }

    fn core_cycles(&self) -> Option<u64> {
        None
    }

    fn latency(&self) -> Option<LatencyReport> {
        None
    }
}
