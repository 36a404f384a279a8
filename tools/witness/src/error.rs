//! Why the witness could not read.

use std::path::{Path, PathBuf};

use escapement_capture::CaptureError;

/// A problem with an input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// A capture is broken.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A file cannot be read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file says something else than it must.
    #[error("{}: {place}: {reason}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Line or offset.
        place: String,
        /// What was expected.
        reason: String,
    },
}

impl WitnessError {
    pub(crate) fn io(file: &Path, source: std::io::Error) -> Self {
        Self::Io { file: file.to_path_buf(), source }
    }

    pub(crate) fn malformed(file: &Path, place: String, reason: impl Into<String>) -> Self {
        Self::Malformed { file: file.to_path_buf(), place, reason: reason.into() }
    }
}
