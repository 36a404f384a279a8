//! Status bytes of the feeds in DBN's words.

/// What a status record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatusWords {
    /// DBN `StatusAction`.
    pub(super) action: u16,
    /// `Y`, `N` or `~` (not said).
    pub(super) is_trading: u8,
    pub(super) is_quoting: u8,
}

const NONE: u16 = 0;
const PRE_OPEN: u16 = 1;
const PRE_CROSS: u16 = 2;
const QUOTING: u16 = 3;
const TRADING: u16 = 7;
const HALT: u16 = 8;
const PAUSE: u16 = 9;
const CLOSE: u16 = 12;
const POST_CLOSE: u16 = 13;

/// A trading status of one instrument: ITCH 5.0 H (T, H, P, Q), IEX H (T, H, P, O).
pub(super) const fn of_instrument(code: u8) -> StatusWords {
    let (action, is_trading, is_quoting) = match code {
        b'T' => (TRADING, b'Y', b'Y'),
        b'H' => (HALT, b'N', b'~'),
        b'P' => (PAUSE, b'N', b'~'),
        b'Q' => (QUOTING, b'N', b'Y'),
        b'O' => (PRE_CROSS, b'N', b'~'),
        _ => (NONE, b'~', b'~'),
    };
    StatusWords { action, is_trading, is_quoting }
}

/// A system event of the venue: S of ITCH 5.0 (market hours begin with Q) and of IEX (with R).
pub(super) const fn of_venue(code: u8) -> StatusWords {
    let (action, is_trading) = match code {
        b'S' => (PRE_OPEN, b'~'),
        b'Q' | b'R' => (TRADING, b'~'),
        b'M' => (CLOSE, b'~'),
        b'E' => (POST_CLOSE, b'N'),
        _ => (NONE, b'~'),
    };
    StatusWords { action, is_trading, is_quoting: b'~' }
}
