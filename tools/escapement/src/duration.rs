//! Durations on the command line.

/// Reads nanoseconds (`500000`) or a number with a unit (`ns`, `us`, `ms`, `s`); `off` is 0.
///
/// # Errors
/// Anything else, in words.
pub(crate) fn parse_ns(text: &str) -> Result<u64, String> {
    if text == "off" {
        return Ok(0);
    }
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let unit_ns = match &text[digits..] {
        "" | "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        unit => return Err(format!("unit {unit:?}, expected ns, us, ms or s")),
    };
    let number: u64 =
        text[..digits].parse().map_err(|_| "expected a whole number, as in 30s".to_string())?;
    number.checked_mul(unit_ns).ok_or_else(|| "too long".to_string())
}

/// As [`parse_ns`], for a limit: `off` is none at all.
///
/// # Errors
/// As [`parse_ns`].
pub(crate) fn parse_limit_ns(text: &str) -> Result<u64, String> {
    if text == "off" {
        return Ok(u64::MAX);
    }
    parse_ns(text)
}

#[cfg(test)]
mod tests {
    use super::{parse_limit_ns, parse_ns};

    #[test]
    fn units() {
        assert_eq!(parse_ns("30s"), Ok(30_000_000_000));
        assert_eq!(parse_ns("5us"), Ok(5_000));
        assert_eq!(parse_ns("7"), Ok(7));
        assert_eq!(parse_ns("off"), Ok(0));
        assert_eq!(parse_limit_ns("off"), Ok(u64::MAX));
        assert_eq!(parse_limit_ns("1ms"), Ok(1_000_000));
        for text in ["", "s", "1.5s", "-1", "1h", "99999999999s"] {
            assert!(parse_ns(text).is_err(), "{text}");
        }
    }
}
