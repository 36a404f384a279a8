//! A validated configuration, as register writes.

use escapement_abi::registers::{
    Checks, Control, FeedGroup, FeedGroupB, FeedProtocol, GapWindow, IrqControl, LineClock, Lines,
    MapCommand, MapSymbol, RecentreRun, RefreshInterval, RingBase, RingControl, RingTail,
    SlotCentre, SlotCommand, SlotTick,
};

use escapement_feed::Transport;

use crate::config::{
    tick_reciprocal, CardConfig, CardParams, FrameMode, InstrumentConfig, TimeMode,
};
use crate::device::Device;
use crate::driver::{ring_register, write, write_checked};
use crate::error::CardError;
use crate::symbol_map::Placement;

/// `SLOT_COMMAND.kind` that stores `SLOT_TICK`; 0, 1, 2 store `SLOT_CENTRE` for bid, ask, trade.
const KIND_TICK: u64 = 3;

/// What will be written; exists only for configurations that were found valid.
#[derive(Debug, Clone)]
pub(crate) struct Programme {
    config: CardConfig,
    placements: Vec<Placement>,
}

impl Programme {
    pub(crate) fn new(config: &CardConfig, params: &CardParams) -> Result<Self, CardError> {
        let placements = config.validate(params)?;
        Ok(Self { config: config.clone(), placements })
    }

    /// Where the symbols stand.
    pub(crate) fn placements(&self) -> &[Placement] {
        &self.placements
    }

    /// `CONTROL` with the card stopped.
    pub(crate) fn control(&self) -> Control {
        let mut control = Control::empty();
        control.set(Control::EARLY, self.config.frame_mode == FrameMode::Early);
        control.set(Control::TIME_FOLLOW, self.config.time_mode == TimeMode::Follow);
        control
    }

    /// `RING_CONTROL` with the ring stopped.
    pub(crate) fn ring_control(&self) -> RingControl {
        ring_register(self.config.ring.lines_log2, self.config.ring.mode)
    }

    /// Writes everything to a card that is fresh from reset; leaves it stopped.
    pub(crate) fn write<D: Device>(&self, device: &mut D, iova: u64) -> Result<(), CardError> {
        let config = &self.config;
        let mut checks = Checks::empty();
        checks.set(Checks::IP_CHECKSUM, config.check_ip_checksum);
        checks.set(Checks::UDP_CHECKSUM, config.check_udp_checksum);
        write_checked(device, self.control())?;
        write_checked(device, checks)?;
        write_checked(
            device,
            FeedGroup(0)
                .with_address(u64::from(u32::from(config.feed.group)))
                .with_port(u64::from(config.feed.port))
                .with_feed(u64::from(config.feed.feed_id)),
        )?;
        write_checked(
            device,
            FeedProtocol(0)
                .with_id(u64::from(config.feed.protocol))
                .with_transport(config.feed.transport == Transport::MoldUdp64)
                .with_channel(u64::from(config.feed.channel)),
        )?;
        let line_b = config.lines.b.map_or(FeedGroupB(0), |b| {
            FeedGroupB(0).with_address(u64::from(u32::from(*b.ip()))).with_port(u64::from(b.port()))
        });
        write_checked(device, line_b)?;
        write_checked(device, LineClock(0).with_units(u64::from(config.clock.bits())))?;
        write_checked(device, Lines(0).with_configured(u64::from(config.lines.configured())))?;
        write_checked(device, GapWindow(config.lines.gap_window_ns))?;
        write_checked(device, RefreshInterval(config.refresh_interval_ns))?;
        write_checked(device, RecentreRun(u64::from(config.recentre_run)))?;
        for placement in &self.placements {
            write_symbol(device, placement, true)?;
        }
        for (slot, instrument) in config.instruments.iter().enumerate() {
            write_slot(device, slot as u64, instrument)?;
        }
        let interrupt = config.interrupt.map_or(IrqControl(0), |i| {
            IrqControl(0).with_enable(true).with_holdoff_ns(u64::from(i.holdoff_ns))
        });
        write_checked(device, interrupt)?;
        write_checked(device, RingBase(iova))?;
        write_checked(device, RingTail(0))?;
        write_checked(device, self.ring_control())
    }
}

pub(crate) fn write_symbol<D: Device>(
    device: &mut D,
    placement: &Placement,
    valid: bool,
) -> Result<(), CardError> {
    write(device, MapSymbol(u64::from_le_bytes(placement.symbol)))?;
    write(
        device,
        MapCommand(0)
            .with_way(placement.way == 1)
            .with_index(u64::from(placement.row))
            .with_slot(u64::from(placement.slot))
            .with_valid(valid)
            .with_go(true),
    )
}

/// Writes a slot's tick size; it must hold no level.
pub(crate) fn write_tick<D: Device>(device: &mut D, slot: u64, tick: u32) -> Result<(), CardError> {
    write(device, SlotTick(0).with_tick(u64::from(tick)).with_recip(tick_reciprocal(tick)))?;
    write(device, SlotCommand(0).with_slot(slot).with_go(true).with_kind(KIND_TICK))
}

fn write_slot<D: Device>(
    device: &mut D,
    slot: u64,
    instrument: &InstrumentConfig,
) -> Result<(), CardError> {
    let command = SlotCommand(0).with_slot(slot).with_go(true);
    write_tick(device, slot, instrument.tick)?;
    for (kind, centre) in instrument.centres.iter().enumerate() {
        if let Some(price) = centre {
            write(device, SlotCentre(*price as u64))?;
            write(device, command.with_kind(kind as u64))?;
        }
    }
    Ok(())
}
