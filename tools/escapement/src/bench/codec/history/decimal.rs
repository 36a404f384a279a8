//! Decimal numbers of texts in a unit of 10^-places, exactly.

/// The number in units; none if it is no number, finer than the unit, or too large.
pub(super) fn units(text: &str, places: usize) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > places {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes());
    let filling = std::iter::repeat_n(b'0', places - fraction.len());
    let units = digits.chain(filling).try_fold(0i64, |units, digit| {
        units.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })?;
    Some(if negative { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(units("1.39147", 5), Some(139_147));
        assert_eq!(units("61685.99000000", 2), Some(6_168_599));
        assert_eq!(units("46.2042", 6), Some(46_204_200));
        assert_eq!(units("-0.5", 1), Some(-5));
        assert_eq!(units("1324", 1), Some(13_240));
        for bad in ["", "-", ".5", "1e3", "1.25 ", "99999999999999999999", "1.2.3"] {
            assert_eq!(units(bad, 4), None, "{bad}");
        }
        assert_eq!(units("1.25", 1), None, "finer than the unit");
    }
}
