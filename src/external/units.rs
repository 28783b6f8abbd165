//! Lengths of time and sizes of memory as studies write them.

use std::time::Duration;

const TIMES: [(&[&str], f64); 4] = [
    (&["s", "sec", "second", "seconds"], 1.0),
    (&["m", "min", "minute", "minutes"], 60.0),
    (&["h", "hour", "hours"], 3600.0),
    (&["d", "day", "days"], 86_400.0),
];
const SIZES: [(&[&str], f64); 7] = [
    (&["b"], 1.0),
    (&["kb"], 1e3),
    (&["mb"], 1e6),
    (&["gb"], 1e9),
    (&["kib"], 1024.0),
    (&["mib"], 1_048_576.0),
    (&["gib"], 1_073_741_824.0),
];
/// A hundred years, in seconds.
const LONGEST_S: f64 = 3.2e9;
/// More than any machine has.
const MOST_BYTES: f64 = (1u64 << 46) as f64;

/// The time of `90 s`, `10 min` or `1.5h`.
///
/// # Errors
/// What was expected.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let expected = || format!("`{text}` is no length of time: expected such as 90 s, 10 min or 1.5 h");
    let seconds = of_unit(text, &TIMES).filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST_S);
    seconds.map(Duration::from_secs_f64).ok_or_else(expected)
}

/// The bytes of `2 GB` or `500MiB`.
///
/// # Errors
/// What was expected.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is tested")]
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let expected = || format!("`{text}` is no size of memory: expected such as 500 MB or 2 GiB");
    let bytes = of_unit(text, &SIZES).filter(|bytes| *bytes >= 1.0 && *bytes <= MOST_BYTES);
    bytes.map(|bytes| bytes as u64).ok_or_else(expected)
}

fn of_unit(text: &str, units: &[(&[&str], f64)]) -> Option<f64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let unit = text[split..].trim().to_ascii_lowercase();
    let (_, factor) = units.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
    text[..split].parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_as_people_write_them() {
        for (text, seconds) in [("90 s", 90.0), ("10 min", 600.0), ("1.5h", 5400.0), ("2 days", 172_800.0)] {
            assert_eq!(time(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for (text, size) in [("2 GB", 2_000_000_000), ("1.5 GiB", 1_610_612_736), ("12b", 12)] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "10", "min", "-1 s", "0 s", "3 parsecs", "1e300 s", "99999999999 h"] {
            assert!(time(text).is_err() && bytes(text).is_err(), "{text}");
        }
    }
}
