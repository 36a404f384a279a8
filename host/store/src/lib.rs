//! Stores of ticks: [`ParquetTicks`] writes Apache Parquet, [`DbnTicks`] Databento's DBN. Both take the same [`Row`]s, one a tick,
//! in the order of the record, and hold a bounded number of them.
//!
//! ```
//! use escapement_codec::{Price, TickKind};
//! use escapement_store::{ParquetTicks, Row, Source};
//!
//! let source = Source { names: "a.pcap", abi: "3.0" };
//! let mut file = ParquetTicks::new(Vec::new(), &source, false)?;
//! file.write(&Row {
//!     msg_index: 0,
//!     seq: 1,
//!     since_midnight_ns: 34_200_000_000_000,
//!     time_ns: 1_548_858_600_000_000_000,
//!     instrument_id: 1,
//!     venue: "XNAS",
//!     symbol: "ZAAA",
//!     kind: TickKind::Bid,
//!     price: Price::Known(500_100),
//!     size: 300,
//!     side: 0,
//!     doubtful: false,
//!     repaired: false,
//!     hw_time_ns: None,
//! })?;
//! let bytes = file.finish()?;
//! assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod dbn;
mod parquet_file;
mod row;
mod text_column;

pub use dbn::{DbnTicks, Feed, Mapping, Span};
pub use parquet_file::{ParquetTicks, Source, FORMAT_VERSION};
pub use row::{flag_words, kind_name, side_text, Row, SideText};
