//! Failing on purpose.

/// What a server does wrong. The default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Of each so many packets one is not sent; 0: all are sent.
    pub drop_one_in: u64,
    /// After so many packets the server is gone: its socket closes without a word.
    pub die_after: Option<u64>,
    /// Packets are sent twice.
    pub send_twice: bool,
}

impl Faults {
    /// The packet of this number, from 1, is not sent.
    pub(crate) fn drops(&self, number: u64) -> bool {
        self.drop_one_in > 0 && number % self.drop_one_in == 0
    }

    /// The server is gone when it would send the packet of this number, from 1.
    pub(crate) fn is_dead(&self, number: u64) -> bool {
        self.die_after.is_some_and(|last| number > last)
    }
}
