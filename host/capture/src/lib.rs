//! Packet captures as streams: pcap (micro- and nanosecond, both byte orders) and pcapng, plain, gzip or zstd; also
//! Nasdaq's files of ITCH messages, as the packets that would have carried them.
//!
//! Memory is bounded whatever the length of the capture: one buffer per open file that grows no further than one
//! record. Every error names the file, the offset in the *decompressed* bytes, and what was expected there.
//!
//! ```no_run
//! # fn main() -> Result<(), escapement_capture::CaptureError> {
//! let mut capture = escapement_capture::Merged::open(&["a.pcap.gz", "b.pcapng"])?;
//! while let Some(packet) = capture.next_packet()? {
//!     println!("{} ns: {} bytes", packet.stamp_ns, packet.data.len());
//! }
//! # Ok(())
//! # }
//! ```

mod block;
mod classic;
mod compression;
mod error;
mod merge;
mod nasdaq;
mod packet;
mod reader;
mod window;
mod writer;

pub use compression::Compression;
pub use error::{CaptureError, Problem};
pub use merge::Merged;
pub use nasdaq::{NASDAQ_FILE_GROUP, NASDAQ_FILE_PORT, NASDAQ_FILE_SESSION};
pub use packet::Packet;
pub use reader::{CaptureReader, Format};
pub use writer::PcapWriter;

/// Longest captured packet, and longest pcapng packet block without its options, that is believed: 256 KiB.
pub const LENGTH_LIMIT: u32 = 256 * 1024;

/// Link type of Ethernet, the only one read.
pub const LINK_ETHERNET: u32 = 1;
