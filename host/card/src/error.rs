//! What can go wrong between the host and a card, each with what is missing and how to mend it.

use std::io;

/// Errors of devices, of the ring and of the driver.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// The device has no such thing.
    #[error("{device}: {what} is not available: {mend}")]
    Missing {
        /// Device name.
        device: String,
        /// What is missing.
        what: &'static str,
        /// How to mend it.
        mend: &'static str,
    },
    /// A BAR access outside the BAR or not aligned to its width.
    #[error("BAR0 access at offset {offset:#x}, width {width}: outside the {bar_bytes:#x} byte BAR or not aligned; this is a fault of the caller")]
    BarAccess {
        /// Byte offset.
        offset: u64,
        /// Width in bytes.
        width: u8,
        /// Size of the BAR.
        bar_bytes: u64,
    },
    /// The device answered with an error (AXI SLVERR or DECERR).
    #[error("BAR0 access at offset {offset:#x} was answered with an error ({response}); is the core clock running and out of reset?")]
    BarResponse {
        /// Byte offset.
        offset: u64,
        /// `SLVERR` or `DECERR`.
        response: &'static str,
    },
    /// The device did not answer.
    #[error("BAR0 access at offset {offset:#x} was not answered within {cycles} host clock cycles; reset the card")]
    BarTimeout {
        /// Byte offset.
        offset: u64,
        /// Cycles waited.
        cycles: u64,
    },
    /// All reads give all ones: the device has left the bus.
    #[error("the card is gone: BAR0 reads give all ones (seen at offset {offset:#x}); check that memory decoding is on and that the card is powered, then reset and reopen it")]
    Gone {
        /// Offset whose read showed it.
        offset: u64,
    },
    /// BAR0 does not belong to an Escapement card.
    #[error("not an Escapement card: MAGIC reads {found:#018x}, expected {expected:#018x}; is the right bitstream loaded?")]
    NotEscapement {
        /// What MAGIC reads.
        found: u64,
        /// What it should read.
        expected: u64,
    },
    /// The card's ABI is not the driver's.
    #[error("ABI version mismatch: the card has {card}, this driver needs {driver}; load the bitstream or the driver of the same release")]
    AbiMismatch {
        /// The card's version.
        card: AbiVersion,
        /// The driver's version.
        driver: AbiVersion,
    },
    /// A configuration was refused before any register was written.
    #[error("configuration: {0}")]
    Config(#[from] crate::config::ConfigError),
    /// The driver was asked for something that needs a configuration first.
    #[error("{action} needs a configured card: call Driver::configure first")]
    NotConfigured {
        /// What was asked.
        action: &'static str,
    },
    /// The card did not become idle or ready in time.
    #[error("the card did not become {state} within {polls} polls")]
    NotReached {
        /// The state that was waited for.
        state: &'static str,
        /// How often was looked.
        polls: u64,
    },
    /// A register did not keep what was written to it.
    #[error("register {register} reads {found:#x} after writing {written:#x}")]
    ReadBack {
        /// Register name.
        register: &'static str,
        /// Value written.
        written: u64,
        /// Value read.
        found: u64,
    },
    /// The backend gave memory at which no ring can start.
    #[error("ring memory at IOVA {iova:#x}: RING_BASE takes multiples of {alignment}; this is a fault of the backend's dma_alloc")]
    RingUnaligned {
        /// Address given.
        iova: u64,
        /// What it must be a multiple of, bytes.
        alignment: u64,
    },
    /// A frame that the backend cannot take.
    #[error("frame of {bytes} bytes: a MAC delivers 1 to {max} bytes")]
    FrameLength {
        /// Bytes given.
        bytes: usize,
        /// Largest frame.
        max: usize,
    },
    /// A message that does not fit the load registers.
    #[error("a load of {bytes} bytes: the card takes messages of at most {max}")]
    LoadLength {
        /// Bytes given.
        bytes: usize,
        /// Longest message.
        max: usize,
    },
    /// A change of slots that cannot be.
    #[error("slot {slot}: {reason}")]
    Slot {
        /// The slot asked for.
        slot: u16,
        /// Why not.
        reason: String,
    },
    /// The card model stopped making progress.
    #[error("the card took no progress for {cycles} core cycles while {waiting_for}")]
    Stuck {
        /// Cycles waited.
        cycles: u64,
        /// What for.
        waiting_for: &'static str,
    },
    /// The card wrote outside of every DMA mapping (an IOMMU would have stopped it).
    #[error(
        "IOMMU fault: {count} write(s) outside of every DMA mapping, the last at IOVA {iova:#x}"
    )]
    IommuFault {
        /// Number of such writes.
        count: u64,
        /// Address of the last one.
        iova: u64,
    },
    /// The operating system refused something.
    #[error("{action}: {source}; {mend}")]
    Os {
        /// What was tried.
        action: &'static str,
        /// How to mend it.
        mend: &'static str,
        /// The system's error.
        source: io::Error,
    },
}

/// An ABI version as it stands in the `ABI_VERSION` register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbiVersion {
    /// Any other major is refused.
    pub major: u16,
    /// A smaller minor of the card is refused.
    pub minor: u16,
    /// Version of the line format.
    pub line_format: u8,
}

impl AbiVersion {
    /// Splits the register's value.
    #[must_use]
    pub fn from_register(value: u64) -> Self {
        Self { minor: value as u16, major: (value >> 16) as u16, line_format: (value >> 32) as u8 }
    }

    /// Whether a driver of version `self` can drive a card of version `card`.
    #[must_use]
    pub fn accepts(self, card: Self) -> bool {
        card.major == self.major && card.minor >= self.minor && card.line_format == self.line_format
    }
}

impl std::fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{} (line format {})", self.major, self.minor, self.line_format)
    }
}
