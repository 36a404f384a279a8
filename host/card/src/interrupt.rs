//! MSI-X vectors as event descriptors.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{eventfd, EventfdFlags};

use crate::error::CardError;

/// An eventfd that an interrupt vector signals; clones share the event.
#[derive(Debug, Clone)]
pub struct EventFd(Arc<OwnedFd>);

impl EventFd {
    /// A new event, not signalled, not blocking.
    ///
    /// # Errors
    /// The process has no descriptors left.
    pub fn new() -> Result<Self, CardError> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(|e| {
            CardError::Os {
                action: "eventfd",
                mend: "raise the limit of open files (ulimit -n)",
                source: e.into(),
            }
        })?;
        Ok(Self(Arc::new(fd)))
    }

    /// The event of a card with vector 0 only: made at the first call, shared after.
    ///
    /// # Errors
    /// The vector is not 0, or the process has no descriptors left.
    pub fn of_vector(
        event: &mut Option<Self>,
        vector: u16,
        device: &str,
    ) -> Result<Self, CardError> {
        if vector != 0 {
            return Err(CardError::Missing {
                device: device.to_owned(),
                what: "an MSI-X vector of that number",
                mend: "the card has vector 0 only",
            });
        }
        if let Some(event) = event {
            return Ok(event.clone());
        }
        let made = Self::new()?;
        *event = Some(made.clone());
        Ok(made)
    }

    /// Signals the event.
    ///
    /// # Errors
    /// The system refuses the write.
    pub fn signal(&self) -> Result<(), CardError> {
        match rustix::io::write(&*self.0, &1u64.to_ne_bytes()) {
            // A full counter is signalled already.
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(e) => Err(CardError::Os {
                action: "write to an eventfd",
                mend: "reopen the card",
                source: e.into(),
            }),
        }
    }

    /// Number of signals since the last call; 0 if none.
    ///
    /// # Errors
    /// The system refuses the read.
    pub fn take(&self) -> Result<u64, CardError> {
        let mut count = [0u8; 8];
        match rustix::io::read(&*self.0, &mut count) {
            Ok(_) => Ok(u64::from_ne_bytes(count)),
            Err(rustix::io::Errno::AGAIN) => Ok(0),
            Err(e) => Err(CardError::Os {
                action: "read of an eventfd",
                mend: "reopen the card",
                source: e.into(),
            }),
        }
    }
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::EventFd;

    #[test]
    fn signals_are_counted_until_taken() {
        let event = EventFd::new().unwrap();
        assert_eq!(event.take().unwrap(), 0);
        event.signal().unwrap();
        event.clone().signal().unwrap();
        assert_eq!(event.take().unwrap(), 2);
        assert_eq!(event.take().unwrap(), 0);
    }
}
