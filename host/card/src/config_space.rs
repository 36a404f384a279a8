//! The configuration space of a card without a bus, for backends in this process: identity, class and command register.

use crate::error::CardError;

/// Vendor and device id of the simulated function (the range that PCI-SIG leaves to tests, 0x1234).
const IDENTITY: u32 = 0xe5ca_1234;
/// Class 0x0b4000: coprocessor; revision 1.
const CLASS: u32 = 0x0b40_0001;
/// Command register: memory decoding and bus master may be set.
const COMMAND_WRITABLE: u32 = 0x0006;
/// Bus master.
const COMMAND_BUS_MASTER: u32 = 0x0004;

/// Configuration registers.
#[derive(Debug, Default)]
pub struct ConfigSpace {
    command: u32,
}

impl ConfigSpace {
    /// Reads a register; those that do not exist read 0.
    ///
    /// # Errors
    /// The offset is not a multiple of 4 below 4,096.
    pub fn read(&self, offset: u16) -> Result<u32, CardError> {
        check(offset)?;
        Ok(match offset {
            0 => IDENTITY,
            4 => self.command,
            8 => CLASS,
            _ => 0,
        })
    }

    /// Writes a register; only the command register takes anything.
    ///
    /// # Errors
    /// As [`ConfigSpace::read`].
    pub fn write(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        check(offset)?;
        if offset == 4 {
            self.command = value & COMMAND_WRITABLE;
        }
        Ok(())
    }

    /// Whether the function may write memory.
    #[must_use]
    pub fn bus_master(&self) -> bool {
        self.command & COMMAND_BUS_MASTER != 0
    }

    /// Allows or forbids it.
    pub fn set_bus_master(&mut self, on: bool) {
        self.command = self.command & !COMMAND_BUS_MASTER | if on { COMMAND_BUS_MASTER } else { 0 };
    }
}

fn check(offset: u16) -> Result<(), CardError> {
    if offset % 4 == 0 && offset < 4096 {
        return Ok(());
    }
    Err(CardError::BarAccess { offset: u64::from(offset), width: 4, bar_bytes: 4096 })
}

#[cfg(test)]
mod tests {
    use super::ConfigSpace;

    #[test]
    fn the_command_register_holds_the_bus_master_bit() {
        let mut space = ConfigSpace::default();
        assert_eq!(space.read(0).unwrap() & 0xffff, 0x1234);
        space.write(4, u32::MAX).unwrap();
        assert!(space.bus_master());
        assert_eq!(space.read(4).unwrap(), 6);
        space.set_bus_master(false);
        assert_eq!(space.read(4).unwrap(), 2);
        assert!(space.read(2).is_err());
        assert!(space.write(4096, 0).is_err());
    }
}
