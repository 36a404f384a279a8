//! Decimal prices in the feed's unit, one ten-thousandth, exactly.

/// Parts of one in the feed's unit (IEX: price fields have four decimals).
pub const UNITS: i64 = 10_000;

/// Reads a decimal number exactly; None if it is no number, has more than four significant decimals, or does not fit.
///
/// ```
/// use escapement_tool::price::parse;
/// assert_eq!(parse("12.34"), Some(123_400));
/// assert_eq!(parse("-0.0001"), Some(-1));
/// assert_eq!(parse("0.010000"), Some(100));
/// assert_eq!(parse("0.00001"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 4 {
        return None;
    }
    let mut units: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        units = units.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    units = units.checked_mul(10i128.pow(4 - fraction.len() as u32))?;
    i64::try_from(if negative { -units } else { units }).ok()
}

/// Writes units as a decimal with four places less trailing zeros.
///
/// ```
/// assert_eq!(escapement_tool::price::format(123_400), "12.34");
/// assert_eq!(escapement_tool::price::format(-1), "-0.0001");
/// ```
#[must_use]
pub fn format(units: i64) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, fraction) =
        (units.unsigned_abs() / UNITS as u64, units.unsigned_abs() % UNITS as u64);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{fraction:04}").trim_end_matches('0').to_string()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn format_and_parse_are_inverse() {
        for units in [0, 1, -1, 100, 9_999, 10_000, 1_234_567, i64::MAX, i64::MIN] {
            assert_eq!(parse(&format(units)), Some(units), "{units}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1e4",
            "0x1",
            "1 ",
            " 1",
            "1.2.3",
            "nan",
            "inf",
            "922337203685477.5808",
            "--1",
            "1_0",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
