//! The soft card's register file: storage behind the registers, the symbol tables and the slots.

use std::collections::BTreeMap;

use escapement_abi::registers::{
    AbiVersion, Board, Checks, Control, FeedGroup, FeedGroupB, FeedProtocol, GapWindow, LineClock,
    Lines, LoadCommand, Magic, MapCommand, MapSymbol, Params, Params2, RecentreRun,
    RefreshInterval, RingControl, RingTail, SlotCentre, SlotCommand, SlotTick, TimeRate, MAP_BYTES,
};
use escapement_abi::{registers::expected, Readable, Register};
use escapement_codec::Clock;
use escapement_feed::{
    CardConfig, Checks as FeedChecks, Destination, Feed, FrameMode, Instrument, LevelGeometry,
    Lines as FeedLines, OrderGeometry, Protocol, Symbol, Transport,
};

use crate::config::{tick_reciprocal, CardParams};
use crate::error::CardError;
use crate::symbol_map::rows;

/// What the soft card claims to be built with: the RTL's defaults.
pub const SOFT_PARAMS: CardParams = CardParams {
    slots: 64,
    ladder: 256,
    level_sets_log2: 14,
    level_ways: 16,
    map_log2: 8,
    ports: 2,
    order_sets_log2: 16,
    order_ways: 16,
    reorder_log2: 11,
};

/// One slot's configuration.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    tick: SlotTickValue,
    centres: [Option<i64>; 3],
}

#[derive(Debug, Clone, Copy, Default)]
struct SlotTickValue {
    tick: u32,
    reciprocal: u64,
}

/// The registers.
#[derive(Debug)]
pub(super) struct RegisterFile {
    words: [u64; MAP_BYTES / 8],
    symbols: BTreeMap<(bool, u16), ([u8; 8], u16)>,
    slots: BTreeMap<u16, Slot>,
    /// Symbols of rows written since the model last heard of it.
    map_touched: Vec<[u8; 8]>,
    params: CardParams,
}

impl RegisterFile {
    /// As after power-up, of a card built with these parameters.
    pub(super) fn new(p: CardParams) -> Self {
        let mut file = Self {
            words: [0; MAP_BYTES / 8],
            symbols: BTreeMap::new(),
            slots: BTreeMap::new(),
            map_touched: Vec::new(),
            params: p,
        };
        let params = u64::from(p.slots)
            | u64::from(p.ladder) << 16
            | u64::from(p.level_sets_log2) << 32
            | u64::from(p.level_ways) << 40
            | u64::from(p.map_log2) << 48
            | u64::from(p.ports) << 56;
        file.set::<Magic>(Magic::RESET);
        file.set::<AbiVersion>(
            expected::ABI_MINOR | expected::ABI_MAJOR << 16 | expected::ABI_LINE_FORMAT << 32,
        );
        file.set::<Params>(params);
        let params2 = u64::from(p.order_sets_log2)
            | u64::from(p.order_ways) << 8
            | u64::from(p.reorder_log2) << 16;
        file.set::<Params2>(params2);
        file.set::<Lines>(Lines::RESET);
        file.set::<GapWindow>(GapWindow::RESET);
        file.set::<Board>(Board::RESET);
        file.set::<Checks>(Checks::RESET);
        file.set::<TimeRate>(TimeRate::RESET);
        file.set::<RecentreRun>(RecentreRun::RESET);
        file
    }

    /// What the card claims to be built with.
    pub(super) fn params(&self) -> CardParams {
        self.params
    }

    pub(super) fn get<R: Readable>(&self) -> R {
        R::from_raw(self.words[R::OFFSET / 8])
    }

    pub(super) fn set<R: Register>(&mut self, value: u64) {
        self.words[R::OFFSET / 8] = value;
    }

    /// The word at `offset`; 0 where there is no register.
    pub(super) fn word(&self, offset: u64) -> u64 {
        self.words.get(offset as usize / 8).copied().unwrap_or(0)
    }

    /// Stores a host write, as far as the register is writable, and performs map and slot commands.
    pub(super) fn write(&mut self, offset: u64, value: u64) {
        let Some(mask) = writable(offset as usize) else { return };
        self.words[offset as usize / 8] = value & mask;
        match offset as usize {
            MapCommand::OFFSET => self.map_command(),
            SlotCommand::OFFSET => self.slot_command(),
            _ => {}
        }
    }

    fn map_command(&mut self) {
        let command: MapCommand = self.get();
        let row = (command.way(), command.index() as u16);
        let before = if command.valid() {
            let symbol = self.get::<MapSymbol>().into_raw().to_le_bytes();
            self.map_touched.push(symbol);
            self.symbols.insert(row, (symbol, command.slot() as u16))
        } else {
            self.symbols.remove(&row)
        };
        self.map_touched.extend(before.map(|(symbol, _)| symbol));
    }

    fn slot_command(&mut self) {
        let command: SlotCommand = self.get();
        let (tick, centre): (SlotTick, SlotCentre) = (self.get(), self.get());
        let slot = self.slots.entry(command.slot() as u16).or_default();
        if command.kind() == 3 {
            slot.tick = SlotTickValue { tick: tick.tick() as u32, reciprocal: tick.recip() };
        } else {
            slot.centres[command.kind() as usize] = Some(centre.into_raw() as i64);
        }
    }

    /// Symbols whose rows were written since the last call, and the slot that the hardware would find for each now.
    pub(super) fn take_map_changes(&mut self) -> Vec<(Symbol, Option<u16>)> {
        let touched = std::mem::take(&mut self.map_touched);
        touched.into_iter().map(|symbol| (Symbol(symbol), self.slot_of(&symbol))).collect()
    }

    fn slot_of(&self, symbol: &[u8; 8]) -> Option<u16> {
        let [low, high] = rows(symbol, self.params.map_log2);
        [(false, low), (true, high)]
            .iter()
            .filter_map(|place| self.symbols.get(place))
            .find_map(|(found, slot)| (found == symbol).then_some(*slot))
    }

    /// Slot and tick size, if that is what the last command stored.
    pub(super) fn tick_written(&self) -> Option<(u16, u32)> {
        let command: SlotCommand = self.get();
        let tick = self.get::<SlotTick>().tick() as u32;
        (command.kind() == 3 && tick != 0).then_some((command.slot() as u16, tick))
    }

    /// The clock of the lines.
    pub(super) fn clock(&self) -> Clock {
        Clock::from_bits(self.get::<LineClock>().units() as u32)
    }

    /// The golden model's configuration, from what stands in the registers.
    pub(super) fn model_config(&self) -> Result<CardConfig, CardError> {
        let (group, protocol): (FeedGroup, FeedProtocol) = (self.get(), self.get());
        let control: Control = self.get();
        let checks: Checks = self.get();
        let transport = if protocol.transport() { Transport::MoldUdp64 } else { Transport::IexTp };
        let feed = Feed {
            group: group.address() as u32,
            port: group.port() as u16,
            protocol: Protocol::of(transport, protocol.id() as u16).ok_or(CardError::Missing {
                device: String::from("soft"),
                what: "a decoder for the message protocol in FEED_PROTOCOL",
                mend: "use 0x8003 (TOPS 1.6) or 0x8004 (DEEP 1.0)",
            })?,
            channel: protocol.channel() as u32,
        };
        let mut config = CardConfig::new(feed);
        config.feed_id = group.feed() as u8;
        config.checks = FeedChecks {
            ip_checksum: checks.contains(Checks::IP_CHECKSUM),
            udp_checksum: checks.contains(Checks::UDP_CHECKSUM),
        };
        config.frame_mode =
            if control.contains(Control::EARLY) { FrameMode::Early } else { FrameMode::Whole };
        config.refresh_interval_ns = self.get::<RefreshInterval>().ns();
        config.recentre_run = self.get::<RecentreRun>().value() as u8;
        let line_b: FeedGroupB = self.get();
        config.lines = FeedLines {
            configured: self.get::<Lines>().configured() as u8,
            b: Destination { group: line_b.address() as u32, port: line_b.port() as u16 },
            gap_window_ns: self.get::<GapWindow>().ns(),
            reorder_log2: self.params.reorder_log2,
        };
        config.slots = self.params.slots;
        config.levels =
            LevelGeometry { sets_log2: self.params.level_sets_log2, ways: self.params.level_ways };
        config.orders =
            OrderGeometry { sets_log2: self.params.order_sets_log2, ways: self.params.order_ways };
        config.instruments = self.instruments();
        Ok(config)
    }

    /// Symbols that the hardware would find: those that stand in a row that their hash names.
    fn instruments(&self) -> Vec<Instrument> {
        let findable = self.symbols.iter().filter(|((way, row), (symbol, _))| {
            rows(symbol, self.params.map_log2)[usize::from(*way)] == *row
        });
        let known = findable.map(|(_, &(symbol, slot))| {
            let configured = self.slots.get(&slot).copied().unwrap_or_default();
            let mut instrument = Instrument::new(slot, Symbol(symbol), configured.tick.tick);
            instrument.centres = configured.centres;
            instrument
        });
        known.collect()
    }

    /// A slot whose reciprocal does not belong to its tick, on which the RTL would compute wrong codes.
    pub(super) fn wrong_reciprocal(&self) -> Option<u16> {
        self.slots
            .iter()
            .find(|(_, s)| s.tick.tick != 0 && s.tick.reciprocal != tick_reciprocal(s.tick.tick))
            .map(|(slot, _)| *slot)
    }
}

/// Writable bits of the register at `offset`.
fn writable(offset: usize) -> Option<u64> {
    Some(match offset {
        Control::OFFSET => (Control::ENABLE | Control::EARLY | Control::TIME_FOLLOW).bits(),
        Checks::OFFSET => Checks::all().bits(),
        FeedGroup::OFFSET => (1 << 56) - 1,
        FeedGroupB::OFFSET => (1 << 48) - 1,
        Lines::OFFSET => 3,
        FeedProtocol::OFFSET => 0xffff_ffff_0001_ffff,
        RecentreRun::OFFSET => 0xff,
        LoadCommand::OFFSET => 0xff01_0fff_073f,
        RingControl::OFFSET => 0x33f,
        RingTail::OFFSET => u64::MAX,
        o if READ_ONLY.contains(&o) || o >= escapement_abi::counters::BASE => return None,
        _ => u64::MAX,
    })
}

const READ_ONLY: [usize; 13] = {
    use escapement_abi::registers::offset as at;
    [
        at::MAGIC,
        at::ABI_VERSION,
        at::BUILD_HASH,
        at::PARAMS,
        at::PARAMS2,
        at::LINE_SEEN_A,
        at::LINE_SEEN_B,
        at::BOARD,
        at::STATUS,
        at::CARD_TIME,
        at::RING_HEAD,
        at::LOAD_STATUS,
        at::NEXT_SEQUENCE,
    ]
};
