//! The Verilated card as [`Device`] and [`Injector`].

use escapement_abi::registers::{Control, RefreshInterval, RingControl};
use escapement_abi::Register;
use escapement_card::config_space::ConfigSpace;
use escapement_card::device::check_bar_access;
use escapement_card::injector::check_frame;
use escapement_card::{CardError, Device, DmaBuffer, EventFd, Frame, Injector, LatencyReport};

use crate::model::{Model, Which};
use crate::stages::StageCounts;

/// First device address handed out, and the alignment of the next ones.
const FIRST_IOVA: u64 = 0x10_0000_0000;
const IOVA_ALIGNMENT: u64 = 0x20_0000;
/// Core cycles between two chances to drain the ring while time passes, at most; and half of the ring's lines.
const PASS_CYCLES_MAX: u64 = 1 << 16;
/// Core cycles after which a core reset has thrown away what was on its way.
const CORE_RESET_CYCLES: u64 = 64;

/// At the default period.
const HOST_CYCLES_PER_S: f64 = 156.25e6;

/// Slot visits of the refresh that may stand between two frames sent back to back: a longer pause is waited out, as
/// its lines would come between two looks at the ring.
const BACK_TO_BACK_VISITS: u64 = 16;

/// Distance of frames at the MAC port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spacing {
    /// As their stamps say; time in which the card has nothing to do is skipped.
    #[default]
    True,
    /// The least that the line allows (preamble, FCS, gap). Entries are the same; latencies are those of a busy card.
    BackToBack,
}

/// Clock periods in ps. The default is 6,400 (156.25 MHz) for all, which simulates twice as fast as unequal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockPeriods {
    /// MAC side.
    pub rx_ps: u32,
    /// Core.
    pub core_ps: u32,
    /// Host side.
    pub host_ps: u32,
}

impl Default for ClockPeriods {
    fn default() -> Self {
        Self { rx_ps: 6400, core_ps: 6400, host_ps: 6400 }
    }
}

/// The Verilated card.
#[derive(Debug)]
pub struct SimCard {
    model: Model,
    config: ConfigSpace,
    next_iova: u64,
    event: Option<EventFd>,
    interrupts_seen: u64,
    faults_seen: u64,
    pass_cycles: u64,
    spacing: Spacing,
    refresh_interval_ns: u64,
}

impl SimCard {
    /// A card fresh from reset.
    ///
    /// # Errors
    /// The RTL stops itself (illegal parameters).
    pub fn new() -> Result<Self, CardError> {
        Self::with_model(Model::new(false))
    }

    /// As [`SimCard::new`], with every clock running all the time. The card does the same in every cycle, slower: parts
    /// of the card that have nothing to do otherwise get no clock (`hdl/rtl/clock_gate.sv`).
    ///
    /// # Errors
    /// As [`SimCard::new`].
    pub fn with_running_clocks() -> Result<Self, CardError> {
        Self::with_model(Model::new(true))
    }

    fn with_model(mut model: Model) -> Result<Self, CardError> {
        model.reset()?;
        Ok(Self {
            model,
            config: ConfigSpace::default(),
            next_iova: FIRST_IOVA,
            event: None,
            interrupts_seen: 0,
            faults_seen: 0,
            pass_cycles: PASS_CYCLES_MAX,
            spacing: Spacing::True,
            refresh_interval_ns: 0,
        })
    }

    /// Sets how closely frames follow each other.
    pub fn set_spacing(&mut self, spacing: Spacing) {
        self.spacing = spacing;
        self.space_frames();
    }

    fn space_frames(&mut self) {
        let pause_ns = match (self.spacing, self.refresh_interval_ns) {
            (Spacing::True, _) => 0,
            (Spacing::BackToBack, 0) => u64::MAX,
            (Spacing::BackToBack, interval) => interval.saturating_mul(BACK_TO_BACK_VISITS),
        };
        self.model.set_back_to_back(pause_ns);
    }

    /// Sets the clock periods; pacing of frames follows the MAC clock at 156.25 MHz whatever its period.
    pub fn set_clock_periods(&mut self, periods: ClockPeriods) {
        let ClockPeriods { rx_ps, core_ps, host_ps } = periods;
        self.model.set_half_periods_ps(rx_ps / 2, core_ps / 2, host_ps / 2);
    }

    /// Stalls the write port in `ratio` of 65,536 host cycles, at random under `seed`.
    pub fn set_write_stalls(&mut self, ratio: u16, seed: u64) {
        self.model.set_stalls(ratio, seed);
    }

    /// Stops and starts the write port, as a host that gives no PCIe credits.
    pub fn block_writes(&mut self, blocked: bool) {
        self.model.block_writes(blocked);
    }

    /// From now on frames come at the line's rate: each begins in the MAC cycle given to [`SimCard::schedule`], and
    /// what finds no room is dropped by the card, as on hardware. Lines leave at `lines_per_s` at most (0: as fast as
    /// the port takes them). Let time pass with [`Injector::advance`].
    pub fn schedule_start(&mut self, lines_per_s: f64) {
        let a_cycle = lines_per_s / HOST_CYCLES_PER_S;
        self.model.schedule_start((a_cycle * 65_536.0).min(65_536.0) as u32);
    }

    /// Adds a frame that begins `cycle` MAC cycles after the start; those of a line in order, not overlapping.
    ///
    /// # Errors
    /// The frame is empty or too long.
    pub fn schedule(&mut self, frame: &Frame<'_>, cycle: u64) -> Result<(), CardError> {
        check_frame(frame)?;
        self.model.schedule(frame.line, frame.bytes, frame.stamp_ns, cycle);
        Ok(())
    }

    /// Whether scheduled frames are still to come.
    #[must_use]
    pub fn scheduled_left(&self) -> bool {
        self.model.scheduled_left()
    }

    /// What passed each stage since the schedule began.
    #[must_use]
    pub fn stages(&self) -> StageCounts {
        self.model.stages()
    }

    /// Lines taken at the write port.
    #[must_use]
    pub fn lines_written(&self) -> u64 {
        self.model.lines()
    }

    /// Lines whose entry count did not match the latency probes: a fault of the RTL, always 0.
    #[must_use]
    pub fn probe_errors(&self) -> u64 {
        self.model.probe_errors()
    }

    /// After the clock ran: pass interrupts on, and stop at writes outside of every mapping.
    fn after_clock(&mut self) -> Result<(), CardError> {
        let interrupts = self.model.interrupts();
        if interrupts != self.interrupts_seen {
            self.interrupts_seen = interrupts;
            if let Some(event) = &self.event {
                event.signal()?;
            }
        }
        let (count, iova) = self.model.faults();
        if count != self.faults_seen {
            self.faults_seen = count;
            return Err(CardError::IommuFault { count, iova });
        }
        Ok(())
    }

    /// What a register write means for the shim.
    fn notice_write(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        if offset == RingControl::OFFSET as u64 {
            let lines = 1u64.checked_shl(RingControl::from_raw(value).size_log2() as u32);
            self.pass_cycles = (lines.unwrap_or(0) / 2).clamp(1, PASS_CYCLES_MAX);
        }
        if offset == RefreshInterval::OFFSET as u64 {
            self.refresh_interval_ns = value;
            self.space_frames();
        }
        if offset != Control::OFFSET as u64 {
            return Ok(());
        }
        let control = Control::from_raw(value);
        self.model.set_enabled(control.contains(Control::ENABLE));
        self.model.set_early(control.contains(Control::EARLY));
        if control.contains(Control::CORE_RESET) {
            self.model.advance(CORE_RESET_CYCLES)?;
            self.model.forget_frames();
        }
        Ok(())
    }
}

impl Device for SimCard {
    fn name(&self) -> &str {
        "sim"
    }

    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        check_bar_access(offset, 8)?;
        self.model.read(offset)
    }

    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        check_bar_access(offset, 8)?;
        self.model.write(offset, value, 0xff)?;
        self.notice_write(offset, value)
    }

    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        check_bar_access(offset, 4)?;
        let word = self.model.read(offset & !7)?;
        Ok((word >> (8 * (offset % 8))) as u32)
    }

    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        check_bar_access(offset, 4)?;
        let shift = 8 * (offset % 8);
        let (word, strobe) = (u64::from(value) << shift, 0x0f << (offset % 8));
        self.model.write(offset & !7, word, strobe)?;
        if offset % 8 == 0 {
            self.notice_write(offset, word)?;
        }
        Ok(())
    }

    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        self.config.read(offset)
    }

    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        self.config.write(offset, value)?;
        self.model.set_bus_master(self.config.bus_master());
        Ok(())
    }

    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        let buffer = DmaBuffer::new(bytes, self.next_iova)?;
        self.next_iova += (buffer.len() as u64 + 1).next_multiple_of(IOVA_ALIGNMENT);
        self.model.map(buffer.clone());
        Ok(buffer)
    }

    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        if self.model.unmap(buffer.iova()) {
            return Ok(());
        }
        Err(CardError::Missing {
            device: String::from("sim"),
            what: "a mapping at the buffer's address",
            mend: "release each buffer once, to the device that gave it",
        })
    }

    fn msix_vectors(&self) -> u16 {
        1
    }

    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError> {
        EventFd::of_vector(&mut self.event, vector, "sim")
    }

    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError> {
        self.config.set_bus_master(on);
        self.model.set_bus_master(on);
        Ok(())
    }

    fn reset(&mut self) -> Result<(), CardError> {
        self.set_bus_master(false)?;
        self.model.reset()?;
        self.after_clock()
    }
}

impl Injector for SimCard {
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError> {
        check_frame(frame)?;
        self.model.inject(frame.line, frame.bytes, frame.stamp_ns, frame.fcs_bad)?;
        self.after_clock()
    }

    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError> {
        let done = self.model.pass_time(stamp_ns, self.pass_cycles)?;
        self.after_clock()?;
        Ok(done)
    }

    fn reach_time(&mut self, now: u64) -> Result<bool, CardError> {
        // No pause is left out of this one.
        self.model.set_back_to_back(0);
        let done = self.pass_time(now);
        self.space_frames();
        done
    }

    fn advance(&mut self, cycles: u64) -> Result<(), CardError> {
        self.model.advance(cycles)?;
        self.after_clock()
    }

    fn is_idle(&mut self) -> bool {
        self.model.is_idle()
    }

    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        self.model.run_until_idle(cycles_max)?;
        self.after_clock()
    }

    fn core_cycles(&self) -> Option<u64> {
        Some(self.model.core_cycles())
    }

    fn latency(&self) -> Option<LatencyReport> {
        Some(LatencyReport {
            all: self.model.histogram(Which::All),
            unloaded: self.model.histogram(Which::Unloaded),
            by_type: self.model.types(),
        })
    }
}
