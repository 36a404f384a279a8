//! The driver: one code for every card.
//!
//! Control path: [`Driver::open`], [`Driver::configure`], [`Driver::start`], [`Driver::counters`], [`Driver::reset`],
//! [`Driver::stop`]. Hot path: [`Driver::poll`], which reads memory only, and posts one doorbell write every quarter ring.

use escapement_abi::registers::{
    AbiVersion as AbiRegister, Board, BuildHash, Control, LineSeenA, LineSeenB, LoadCommand,
    LoadData0, LoadSequence, LoadStatus, Magic, NextSequence, Params, Params2, RingControl,
    RingHead, RingTail, Status,
};
use escapement_abi::{counters, registers, Counter, Readable, Register, Writable};
use escapement_feed::load::{Load, LOAD_BYTES_MAX};

use crate::config::{CardConfig, CardParams, RingMode};
use crate::counters::CardCounters;
use crate::device::Device;
use crate::dma::{DmaBuffer, LINE_BYTES};
use crate::error::{AbiVersion, CardError};
use crate::programme::{write_symbol, write_tick, Programme};
use crate::ring::{FollowerStats, RingEvent, RingFollower};
use crate::symbol_map::SymbolTables;

/// The ABI that this driver was built against.
pub const DRIVER_ABI: AbiVersion = AbiVersion {
    major: registers::expected::ABI_MAJOR as u16,
    minor: registers::expected::ABI_MINOR as u16,
    line_format: registers::expected::ABI_LINE_FORMAT as u8,
};

/// Polls of a status bit before giving up.
const STATUS_POLLS_MAX: u64 = 10_000;

/// Who the card says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardInfo {
    /// ABI version of the card.
    pub abi: AbiVersion,
    /// First 8 bytes of the sha256 over the RTL sources (0 for the soft card).
    pub build_hash: u64,
    /// Board id, 0 = simulation.
    pub board: u32,
    /// Parameters of the build.
    pub params: CardParams,
}

/// What the driver itself counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DriverStats {
    /// Doorbells rung.
    pub doorbells: u64,
    /// Doorbells found not to have arrived, and rung again.
    pub doorbells_lost: u64,
    /// What the ring follower saw.
    pub ring: FollowerStats,
}

#[derive(Debug)]
struct Running {
    config: CardConfig,
    programme: Programme,
    symbols: SymbolTables,
    memory: DmaBuffer,
    follower: RingFollower,
    /// Tail that the card was told.
    told: u64,
    /// Lines between two doorbells.
    quarter: u64,
    started: bool,
}

/// A card and everything the host knows about it.
#[derive(Debug)]
pub struct Driver<D> {
    device: D,
    info: CardInfo,
    running: Option<Running>,
    doorbells: u64,
    doorbells_lost: u64,
}

impl<D: Device> Driver<D> {
    /// Takes the card over and makes sure that it is one of ours.
    ///
    /// # Errors
    /// The device does not answer, is no Escapement card, or speaks another ABI.
    pub fn open(mut device: D) -> Result<Self, CardError> {
        let magic = device.bar_read64(Magic::OFFSET as u64)?;
        if magic == u64::MAX {
            return Err(CardError::Gone { offset: Magic::OFFSET as u64 });
        }
        if magic != registers::expected::MAGIC {
            return Err(CardError::NotEscapement {
                found: magic,
                expected: registers::expected::MAGIC,
            });
        }
        let abi = AbiVersion::from_register(device.bar_read64(AbiRegister::OFFSET as u64)?);
        if !DRIVER_ABI.accepts(abi) {
            return Err(CardError::AbiMismatch { card: abi, driver: DRIVER_ABI });
        }
        let params: Params = read(&mut device)?;
        let params2: Params2 = read(&mut device)?;
        let info = CardInfo {
            abi,
            build_hash: read::<BuildHash, D>(&mut device)?.into_raw(),
            board: read::<Board, D>(&mut device)?.into_raw() as u32,
            params: CardParams {
                slots: params.slots() as u16,
                ladder: params.ladder() as u16,
                level_sets_log2: params.level_sets_log2() as u8,
                level_ways: params.level_ways() as u8,
                map_log2: params.map_log2() as u8,
                ports: params.ports() as u8,
                order_sets_log2: params2.order_sets_log2() as u8,
                order_ways: params2.order_ways() as u8,
                reorder_log2: params2.reorder_log2() as u8,
            },
        };
        Ok(Self { device, info, running: None, doorbells: 0, doorbells_lost: 0 })
    }

    /// Who the card is.
    #[must_use]
    pub fn info(&self) -> &CardInfo {
        &self.info
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> Option<&CardConfig> {
        self.running.as_ref().map(|r| &r.config)
    }

    /// The device, to inject frames or to look at what a wrapper counted.
    pub fn device_mut(&mut self) -> &mut D {
        &mut self.device
    }

    /// Gives the device back; the card is stopped.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn close(mut self) -> Result<D, CardError> {
        self.stop()?;
        if let Some(running) = self.running.take() {
            self.device.dma_release(&running.memory)?;
        }
        self.device.set_bus_master(false)?;
        Ok(self.device)
    }

    /// Validates `config` whole, resets the card, and writes the configuration. The card is left stopped.
    ///
    /// # Errors
    /// The configuration is refused, or the ring's memory starts within a line (then nothing was written), or the device
    /// fails.
    pub fn configure(&mut self, config: &CardConfig) -> Result<(), CardError> {
        let programme = Programme::new(config, &self.info.params)?;
        self.stop()?;
        if let Some(running) = self.running.take() {
            self.device.dma_release(&running.memory)?;
        }
        let lines_log2 = config.ring.lines_log2;
        let memory = self.device.dma_alloc(LINE_BYTES << lines_log2)?;
        if memory.iova() % LINE_BYTES as u64 != 0 {
            self.device.dma_release(&memory)?;
            let (iova, alignment) = (memory.iova(), LINE_BYTES as u64);
            return Err(CardError::RingUnaligned { iova, alignment });
        }
        let follower = RingFollower::new(memory.clone(), lines_log2, 0);
        let symbols = SymbolTables::new(programme.placements(), self.info.params.map_log2);
        self.running = Some(Running {
            config: config.clone(),
            programme,
            symbols,
            memory,
            follower,
            told: 0,
            quarter: ((1u64 << lines_log2) / 4).max(1),
            started: false,
        });
        self.restore()
    }

    /// Resets the card and writes the configuration in force, as after power-up. The ring starts at line 0 again; a
    /// card that was started is started again.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn reset(&mut self) -> Result<(), CardError> {
        let running = self.running.as_ref().ok_or(CardError::NotConfigured { action: "reset" })?;
        let was_started = running.started;
        self.restore()?;
        if was_started {
            self.start()?;
        }
        Ok(())
    }

    fn restore(&mut self) -> Result<(), CardError> {
        self.device.reset()?;
        self.wait_for("up after reset", |status| status.core_up())?;
        self.device.set_bus_master(true)?;
        let running =
            self.running.as_mut().ok_or(CardError::NotConfigured { action: "restore" })?;
        running.started = false;
        running.rewind();
        running.symbols =
            SymbolTables::new(running.programme.placements(), self.info.params.map_log2);
        running.programme.write(&mut self.device, running.memory.iova())
    }

    /// Lets lines out and frames in.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn start(&mut self) -> Result<(), CardError> {
        let running = self.running.as_mut().ok_or(CardError::NotConfigured { action: "start" })?;
        write(&mut self.device, running.programme.ring_control().with_enable(true))?;
        write(&mut self.device, running.programme.control() | Control::ENABLE)?;
        running.started = true;
        Ok(())
    }

    /// Lets no more frames in. What is on its way still comes out.
    ///
    /// # Errors
    /// The device fails.
    pub fn stop(&mut self) -> Result<(), CardError> {
        if let Some(running) = self.running.as_mut().filter(|r| r.started) {
            write(&mut self.device, running.programme.control())?;
            running.started = false;
        }
        Ok(())
    }

    /// Clears books, session, time and counters; the configuration stays and the ring starts at line 0 again. A card
    /// that was started is started again.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn clear(&mut self) -> Result<(), CardError> {
        let running = self.running.as_ref().ok_or(CardError::NotConfigured { action: "clear" })?;
        let was_started = running.started;
        let (control, ring) = (running.programme.control(), running.programme.ring_control());
        self.stop()?;
        write(&mut self.device, ring)?;
        write(&mut self.device, control | Control::CORE_RESET)?;
        // A read is answered after every write before it was performed.
        self.wait_for("up after a core reset", |status| status.core_up())?;
        self.wait_for("idle after a core reset", |status| status.idle())?;
        if let Some(running) = self.running.as_mut() {
            running.rewind();
        }
        write(&mut self.device, RingTail(0))?;
        if was_started {
            self.start()?;
        }
        Ok(())
    }

    /// Asks for a refresh of every slot, once, now.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn refresh_now(&mut self) -> Result<(), CardError> {
        self.pulse("refresh_now", Control::REFRESH_NOW)
    }

    /// The input has ended: what waits for a missing number is delivered, and what is missing declared lost, as soon as
    /// no frame is on its way in.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn flush(&mut self) -> Result<(), CardError> {
        self.pulse("flush", Control::FLUSH)
    }

    fn pulse(&mut self, action: &'static str, what: Control) -> Result<(), CardError> {
        let running = self.running.as_ref().ok_or(CardError::NotConfigured { action })?;
        let enable = if running.started { Control::ENABLE } else { Control::empty() };
        write(&mut self.device, running.programme.control() | enable | what)
    }

    /// Changes the running card's books (docs/card-model.md, section 11) while it expects number `stamp`: true if the
    /// card took the load, false if it has moved on. The books must follow the feed again from that number on.
    ///
    /// # Errors
    /// The message is longer than the card's registers, the card never comes to a pause, or the device fails.
    pub fn load(&mut self, stamp: u64, load: Load<'_>) -> Result<bool, CardError> {
        let command = match load {
            Load::Message(data) => {
                if data.len() > LOAD_BYTES_MAX {
                    let (bytes, max) = (data.len(), LOAD_BYTES_MAX);
                    return Err(CardError::LoadLength { bytes, max });
                }
                for (word, at) in data.chunks(8).zip((LoadData0::OFFSET as u64..).step_by(8)) {
                    let mut bytes = [0; 8];
                    bytes[..word.len()].copy_from_slice(word);
                    self.device.bar_write64(at, u64::from_le_bytes(bytes))?;
                }
                LoadCommand(0).with_length(data.len() as u64)
            }
            Load::SlotProven(slot) => LoadCommand(0).with_kind(1).with_slot(u64::from(slot)),
            Load::SlotDoubtful(slot) => LoadCommand(0).with_kind(2).with_slot(u64::from(slot)),
            Load::FeedProven => LoadCommand(0).with_kind(3),
            Load::SlotReleased { slot, generation } => LoadCommand(0)
                .with_kind(4)
                .with_slot(u64::from(slot))
                .with_generation(u64::from(generation)),
            Load::SlotAssigned { slot, generation, symbol } => {
                self.device.bar_write64(LoadData0::OFFSET as u64, u64::from_le_bytes(symbol))?;
                LoadCommand(0)
                    .with_kind(5)
                    .with_slot(u64::from(slot))
                    .with_generation(u64::from(generation))
            }
        };
        write(&mut self.device, LoadSequence(stamp))?;
        write(&mut self.device, command.with_go(true))?;
        for _ in 0..STATUS_POLLS_MAX {
            let status: LoadStatus = read(&mut self.device)?;
            if !status.contains(LoadStatus::PENDING) {
                return Ok(!status.contains(LoadStatus::REFUSED));
            }
        }
        Err(CardError::NotReached { state: "a pause to load in", polls: STATUS_POLLS_MAX })
    }

    /// Takes an instrument off a slot of the running card (docs/card-model.md, section 12), while it expects number `stamp`: true if
    /// the card took it, false if it has moved on; then nothing has changed. From then on the slot is mute, and `symbol` names none.
    /// What the slot still holds is taken out by loads: R of its locate first, then a D of each of its orders.
    ///
    /// # Errors
    /// `symbol` does not name this slot, the driver was never configured, or as [`Driver::load`].
    pub fn release_slot(
        &mut self,
        stamp: u64,
        slot: u16,
        generation: u8,
        symbol: [u8; 8],
    ) -> Result<bool, CardError> {
        let action = "release_slot";
        let running = self.running.as_ref().ok_or(CardError::NotConfigured { action })?;
        if running.symbols.slot(&symbol) != Some(slot) {
            let reason = format!("{} is not carried by it", String::from_utf8_lossy(&symbol));
            return Err(CardError::Slot { slot, reason });
        }
        if !self.load(stamp, Load::SlotReleased { slot, generation })? {
            return Ok(false);
        }
        let running = self.running.as_mut().ok_or(CardError::NotConfigured { action })?;
        if let Some(row) = running.symbols.remove(&symbol) {
            write_symbol(&mut self.device, &row, false)?;
        }
        Ok(true)
    }

    /// Gives a slot that carries nothing and holds no level to an instrument: true if the card took it while it expected `stamp`,
    /// false if it has moved on; then nothing but the slot's tick size has changed. Its ticks are flagged until it is proven
    /// ([`Load::SlotProven`]), or a session begins.
    ///
    /// # Errors
    /// No such slot, one that still carries a symbol (a release that the card refused leaves it), a symbol that a slot carries already
    /// or that finds no row, a tick of 0 or beyond 24 bits, or as [`Driver::load`].
    pub fn assign_slot(
        &mut self,
        stamp: u64,
        slot: u16,
        generation: u8,
        symbol: [u8; 8],
        tick: u32,
    ) -> Result<bool, CardError> {
        let action = "assign_slot";
        let slots = self.info.params.slots;
        let running = self.running.as_ref().ok_or(CardError::NotConfigured { action })?;
        let refuse = |reason: String| Err(CardError::Slot { slot, reason });
        if slot >= slots {
            return refuse(format!("the card has {slots} slots"));
        }
        if tick == 0 || tick >= 1 << 24 {
            return refuse(format!("tick size {tick}, expected 1 to 16777215"));
        }
        if let Some(carried) = running.symbols.carried_by(slot) {
            let name = String::from_utf8_lossy(&carried);
            return refuse(format!("{name} is carried by it still, expected a released slot"));
        }
        if let Some(other) = running.symbols.slot(&symbol) {
            let name = String::from_utf8_lossy(&symbol);
            return refuse(format!("{name} is carried by slot {other} already"));
        }
        let mut symbols = running.symbols.clone();
        let rows = symbols.insert(symbol, slot)?;
        write_tick(&mut self.device, u64::from(slot), tick)?;
        if !self.load(stamp, Load::SlotAssigned { slot, generation, symbol })? {
            return Ok(false);
        }
        for row in &rows {
            write_symbol(&mut self.device, row, true)?;
        }
        let running = self.running.as_mut().ok_or(CardError::NotConfigured { action })?;
        running.symbols = symbols;
        Ok(true)
    }

    /// Sequence number that the card expects next.
    ///
    /// # Errors
    /// The device fails.
    pub fn next_sequence(&mut self) -> Result<u64, CardError> {
        Ok(read::<NextSequence, D>(&mut self.device)?.value())
    }

    /// Stamps of the last accepted frames of lines A and B, ns; 0 before the first.
    ///
    /// # Errors
    /// The device fails.
    pub fn lines_last_seen(&mut self) -> Result<[u64; 2], CardError> {
        let a: LineSeenA = read(&mut self.device)?;
        let b: LineSeenB = read(&mut self.device)?;
        Ok([a.ns(), b.ns()])
    }

    /// The next line, or the news that lines are lost; `None` when there is nothing new.
    ///
    /// The hot path: no allocation, no system call, no register read. Every quarter ring it posts one write.
    ///
    /// # Errors
    /// The driver was never configured, or the device refuses the doorbell.
    #[inline]
    pub fn poll(&mut self) -> Result<Option<RingEvent>, CardError> {
        let running = self.running.as_mut().ok_or(CardError::NotConfigured { action: "poll" })?;
        let event = running.follower.poll();
        if event.is_some() {
            let next = running.follower.next_line();
            if next - running.told >= running.quarter {
                running.told = next;
                self.doorbells += 1;
                self.device.bar_write64(RingTail::OFFSET as u64, next)?;
            }
        }
        Ok(event)
    }

    /// Hands every event that is there now to `take`; returns how many there were.
    ///
    /// # Errors
    /// As [`Driver::poll`].
    pub fn drain(&mut self, mut take: impl FnMut(RingEvent)) -> Result<u64, CardError> {
        let mut events = 0;
        while let Some(event) = self.poll()? {
            take(event);
            events += 1;
        }
        Ok(events)
    }

    /// Tells the card how far the ring was read, without waiting for a quarter ring.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn ring_doorbell(&mut self) -> Result<(), CardError> {
        let running =
            self.running.as_mut().ok_or(CardError::NotConfigured { action: "ring_doorbell" })?;
        running.told = running.follower.next_line();
        self.doorbells += 1;
        self.device.bar_write64(RingTail::OFFSET as u64, running.told)
    }

    /// Makes sure that the last doorbell arrived, and rings again if it did not. Reads a register: not for the hot path.
    ///
    /// # Errors
    /// The driver was never configured, or the device fails.
    pub fn check_doorbell(&mut self) -> Result<bool, CardError> {
        let running =
            self.running.as_ref().ok_or(CardError::NotConfigured { action: "check_doorbell" })?;
        let told = running.told;
        if read::<RingTail, D>(&mut self.device)?.lines() == told {
            return Ok(true);
        }
        self.doorbells_lost += 1;
        self.ring_doorbell()?;
        Ok(false)
    }

    /// Lines that the card says it wrote. Reads a register: not for the hot path.
    ///
    /// # Errors
    /// The device fails.
    pub fn ring_head(&mut self) -> Result<u64, CardError> {
        Ok(read::<RingHead, D>(&mut self.device)?.lines())
    }

    /// Number of the line that is expected next.
    #[must_use]
    pub fn next_line(&self) -> u64 {
        self.running.as_ref().map_or(0, |r| r.follower.next_line())
    }

    /// A coherent snapshot of all counters.
    ///
    /// # Errors
    /// The device fails.
    pub fn counters(&mut self) -> Result<CardCounters, CardError> {
        let control = self.running.as_ref().map_or(Control::empty(), |r| {
            let enable = if r.started { Control::ENABLE } else { Control::empty() };
            r.programme.control() | enable
        });
        write(&mut self.device, control | Control::SNAPSHOT)?;
        let mut values = [0; counters::COUNT];
        for (value, counter) in values.iter_mut().zip(Counter::ALL) {
            *value = read64(&mut self.device, counter.offset())?;
        }
        let in_flight = read::<Status, D>(&mut self.device)?.in_flight();
        Ok(CardCounters::new(values, in_flight))
    }

    /// What the driver counted.
    #[must_use]
    pub fn stats(&self) -> DriverStats {
        DriverStats {
            doorbells: self.doorbells,
            doorbells_lost: self.doorbells_lost,
            ring: self.running.as_ref().map_or_else(FollowerStats::default, |r| r.follower.stats()),
        }
    }

    /// The ring's memory, for readers in other processes.
    #[must_use]
    pub fn ring_memory(&self) -> Option<&DmaBuffer> {
        self.running.as_ref().map(|r| &r.memory)
    }

    fn wait_for(
        &mut self,
        state: &'static str,
        reached: impl Fn(Status) -> bool,
    ) -> Result<(), CardError> {
        for _ in 0..STATUS_POLLS_MAX {
            if reached(read(&mut self.device)?) {
                return Ok(());
            }
        }
        Err(CardError::NotReached { state, polls: STATUS_POLLS_MAX })
    }
}

impl Running {
    /// Back to line 0 on an empty ring. The card must not be writing.
    fn rewind(&mut self) {
        self.memory.zero();
        let lines_log2 = self.config.ring.lines_log2;
        self.follower = RingFollower::new(self.memory.clone(), lines_log2, 0);
        self.told = 0;
        // Broadcast cards have no credits: no doorbells.
        self.quarter = match self.config.ring.mode {
            RingMode::Credit => ((1u64 << lines_log2) / 4).max(1),
            RingMode::Broadcast => u64::MAX,
        };
    }
}

/// Reads a register; all ones are suspected to be a card that has left the bus.
pub(crate) fn read64<D: Device>(device: &mut D, offset: usize) -> Result<u64, CardError> {
    let value = device.bar_read64(offset as u64)?;
    if value == u64::MAX && device.bar_read64(Magic::OFFSET as u64)? == u64::MAX {
        return Err(CardError::Gone { offset: offset as u64 });
    }
    Ok(value)
}

pub(crate) fn read<R: Readable, D: Device>(device: &mut D) -> Result<R, CardError> {
    read64(device, R::OFFSET).map(R::from_raw)
}

pub(crate) fn write<R: Writable, D: Device>(device: &mut D, register: R) -> Result<(), CardError> {
    device.bar_write64(R::OFFSET as u64, register.into_raw())
}

/// Writes a register and makes sure that it took.
pub(crate) fn write_checked<R: Readable + Writable, D: Device>(
    device: &mut D,
    register: R,
) -> Result<(), CardError> {
    let written = register.into_raw();
    write(device, register)?;
    let found = read64(device, R::OFFSET)?;
    if found != written {
        return Err(CardError::ReadBack { register: R::NAME, written, found });
    }
    Ok(())
}

/// The ring register without the enable bit.
pub(crate) fn ring_register(lines_log2: u8, mode: RingMode) -> RingControl {
    RingControl(0).with_size_log2(u64::from(lines_log2)).with_broadcast(mode == RingMode::Broadcast)
}
