//! Lengths of time and sizes of memory as people write them.

use std::time::Duration;

/// Units of time with their seconds.
const TIMES: [(&str, f64); 4] = [("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// More than anybody waits, 100 years in seconds.
const MOST_S: f64 = 3.2e9;

/// The time of `90s`, `30m`, `1.5h` or `1h30m`.
///
/// # Errors
/// What was expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    let expected = || format!("`{text}` is no length of time: expected such as 90s, 30m, 1.5h or 1h30m");
    let (mut rest, mut seconds) = (text.trim(), 0.0);
    if rest.is_empty() {
        return Err(expected());
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(expected)?;
        let number: f64 = rest[..end].parse().map_err(|_| expected())?;
        let unit = rest[end..].chars().next().map_or("", |c| &rest[end..end + c.len_utf8()]);
        let (_, of) = TIMES.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
        seconds += number * of;
        rest = &rest[end + unit.len()..];
    }
    if seconds > MOST_S { Err(expected()) } else { Ok(Duration::from_secs_f64(seconds)) }
}

/// Units of memory, lower-case, with their bytes; a lone letter is binary, as most programs read it.
const SIZES: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1000 * 1000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1000 * 1000 * 1000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1000 * 1000 * 1000 * 1000),
];

/// Bytes of `2GiB`, `1.5 GB`, `500M` or `1073741824`.
///
/// # Errors
/// What was expected.
pub fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..split], text[split..].trim());
    let lower = unit.to_ascii_lowercase();
    let Some((_, factor)) = SIZES.iter().find(|(name, _)| *name == lower) else {
        return Err(format!(
            "unknown unit `{unit}`: expected KB, MB, GB, TB, KiB, MiB, GiB, TiB, or bytes without a unit"
        ));
    };
    let number: f64 =
        number.parse().map_err(|_| format!("`{number}` is no number: expected a size such as 2GiB or 500MB"))?;
    #[expect(clippy::cast_precision_loss, reason = "units are far below 2^53")]
    let bytes = number * *factor as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is tested")]
    match bytes {
        _ if !(1.0..=MOST_BYTES).contains(&bytes) => {
            Err("expected a size of at least one byte, and no more than 2^60".to_owned())
        }
        _ => Ok(bytes as u64),
    }
}

/// More than any machine has.
const MOST_BYTES: f64 = (1u64 << 60) as f64;

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

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, size) in [
            ("1073741824", 1 << 30),
            ("2GiB", 2 << 30),
            ("2 gib", 2 << 30),
            ("2G", 2 << 30),
            ("2GB", 2_000_000_000),
            ("500MB", 500_000_000),
            ("1.5GB", 1_500_000_000),
            (" 64kB ", 64_000),
            ("64KiB", 65_536),
            ("1TB", 1_000_000_000_000),
            (".5MiB", 1 << 19),
            ("12 B", 12),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "GB", "-2GB", "2XB", "1.2.3GB", "0", "0.2", "2 GB of it", "1e400", "99999999999999TB", "２GB"]
        {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
