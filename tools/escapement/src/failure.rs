//! Why a command ended, and with which exit code.

use std::fmt;
use std::process::ExitCode;

use escapement_capture::CaptureError;
use escapement_card::CardError;

/// A reason to end with an exit code other than 0. Shown as one line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Bad input or usage: exit code 2.
    Input(String),
    /// A check failed, or the card did: exit code 1.
    Check(String),
}

impl Failure {
    pub(crate) fn input(reason: impl Into<String>) -> Self {
        Self::Input(reason.into())
    }

    pub(crate) fn check(reason: impl Into<String>) -> Self {
        Self::Check(reason.into())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Check(_) => 1,
            Self::Input(_) => 2,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(reason) | Self::Check(reason) => formatter.write_str(reason),
        }
    }
}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<CardError> for Failure {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Config(_) => Self::Input(error.to_string()),
            _ => Self::Check(error.to_string()),
        }
    }
}
