//! The card as the host sees it: the device trait, the DMA ring, the driver, the soft card, and wrappers that count
//! accesses or inject faults.
//!
//! | module | what |
//! |---|---|
//! | [`device`] | what a driver may ask of a card; [`injector`] for cards whose MAC is in this process |
//! | [`dma`], [`ring`] | memory that a device writes, and the follower that drains lines from it |
//! | [`config`], [`driver`], [`counters`] | configuration, the driver, what the card counted |
//! | [`latency`] | latency in core cycles, for cards with a clock |

pub mod address_space;
pub mod config;
pub mod config_space;
pub mod counted;
pub mod counters;
pub mod device;
pub mod dma;
pub mod driver;
pub mod error;
pub mod faulty;
pub mod injector;
pub mod interrupt;
pub mod latency;
mod programme;
pub mod ring;
pub mod soft;
pub mod symbol_map;

pub use config::{
    CardConfig, CardParams, ConfigError, FeedConfig, FrameMode, InstrumentConfig, InterruptConfig,
    LinesConfig, RingConfig, RingMode, TimeMode,
};
pub use counted::{AccessCounts, Counted};
pub use counters::{CardCounters, Ledgers};
pub use device::Device;
pub use dma::DmaBuffer;
pub use driver::{CardInfo, Driver, DriverStats};
pub use error::{AbiVersion, CardError};
pub use escapement_feed::{Line, Load, Transport};
pub use faulty::{FaultCounts, FaultPlan, Faulty};
pub use injector::{Frame, Injector};
pub use interrupt::EventFd;
pub use latency::{CycleHistogram, LatencyReport, TypeLatency};
pub use ring::{FollowerStats, LossCause, RingEvent, RingFollower};
pub use soft::{SoftCard, SOFT_PARAMS};
