//! What can be wrong with a capture, with the place.

use std::path::{Path, PathBuf};

/// A problem at a place of a file.
#[derive(Debug, thiserror::Error)]
#[error("{}: offset {offset}: {problem}", file.display())]
pub struct CaptureError {
    /// The file as it was named.
    pub file: PathBuf,
    /// Offset in the decompressed bytes.
    pub offset: u64,
    /// What is wrong there.
    pub problem: Problem,
}

impl CaptureError {
    pub(crate) fn new(file: &Path, offset: u64, problem: Problem) -> Self {
        Self { file: file.to_path_buf(), offset, problem }
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("cannot read: {0}")]
    Io(#[source] std::io::Error),
    /// The compressed stream is broken or ends early.
    #[error("broken {compression} stream: {source}")]
    BrokenStream {
        /// Name of the compression.
        compression: &'static str,
        /// What the decompressor said.
        source: std::io::Error,
    },
    /// The first bytes are of no known capture format.
    #[error(
        "not a capture: expected a pcap, pcapng or Nasdaq ITCH file, the first bytes are {found}"
    )]
    NotACapture {
        /// The first bytes, in hex.
        found: String,
    },
    /// The link type is not Ethernet.
    #[error("unknown link type {0}: expected 1 (Ethernet)")]
    LinkType(u32),
    /// A length field that cannot be right.
    #[error("absurd {what} of {length} bytes: expected at most {limit}")]
    AbsurdLength {
        /// Which length.
        what: &'static str,
        /// What it says.
        length: u64,
        /// What is believed.
        limit: u64,
    },
    /// The file ends inside a header.
    #[error("file ends inside a {what}: expected {expected} bytes, found {found}")]
    Truncated {
        /// Which header.
        what: &'static str,
        /// Bytes of it.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A field contradicts the format.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// Which block or header.
        what: &'static str,
        /// What was expected.
        reason: String,
    },
}
