//! Lengths of time as people write them.

use std::time::Duration;

/// Units with their seconds.
const UNITS: [(&str, f64); 4] = [("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// More than anybody waits, 100 years in seconds.
const MOST_S: f64 = 3.2e9;

/// The time of `90s`, `30m`, `1.5h` or `1h30m`.
///
/// # Errors
/// What was expected.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let expected = || format!("`{text}` is no length of time: expected such as 90s, 30m, 1.5h or 1h30m");
    let (mut rest, mut seconds) = (text.trim(), 0.0);
    if rest.is_empty() {
        return Err(expected());
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(expected)?;
        let number: f64 = rest[..end].parse().map_err(|_| expected())?;
        let unit = rest[end..].chars().next().map_or("", |c| &rest[end..end + c.len_utf8()]);
        let (_, of) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
        seconds += number * of;
        rest = &rest[end + unit.len()..];
    }
    if seconds > MOST_S { Err(expected()) } else { Ok(Duration::from_secs_f64(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, seconds) in
            [("90s", 90.0), ("30m", 1800.0), ("1.5h", 5400.0), ("1h30m", 5400.0), (" 2d ", 172_800.0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "30", "m", "-3m", "3x", "3 m", "1e9h", "99999999999d", "3µ"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
