//! Instrument names on the wire.

use core::fmt;

/// A symbol as on the wire: 8 bytes, left justified, filled with spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub [u8; 8]);

impl Symbol {
    /// Pads a name; none if it is empty, longer than 8 bytes or not printable ASCII without spaces.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let mut bytes = [b' '; 8];
        if name.is_empty() || name.len() > 8 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        Some(Self(bytes))
    }

    /// Without the filling spaces; bytes that are not ASCII show as `?`.
    #[must_use]
    pub fn name(&self) -> String {
        let end = self.0.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        self.0[..end]
            .iter()
            .map(|&byte| if byte.is_ascii_graphic() { byte as char } else { '?' })
            .collect()
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({:?})", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}
