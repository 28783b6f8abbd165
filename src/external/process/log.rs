//! The end of what a program said.
//!
//! Programs buffer what they print and not what they complain of, so each has a file, and complaints are shown last.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The file of what a program printed.
pub(super) const OUT: &str = "out.log";
/// The file of what it complained of.
pub(super) const ERR: &str = "err.log";

/// Most bytes that are read of the end of a file.
const MOST_BYTES: u64 = 1 << 16;
/// Most lines that are shown of what was printed, and of complaints.
const MOST_LINES: [usize; 2] = [15, 40];

/// The last lines that a program printed and then those of its complaints, so that the reason, such as a traceback, is the
/// last thing to read; nothing where it said nothing.
pub(in crate::external) fn tail(folder: &Path) -> String {
    let both = [OUT, ERR].into_iter().zip(MOST_LINES);
    let both = both.map(|(name, most)| last_lines(&ending(&folder.join(name)).unwrap_or_default(), most));
    both.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

fn last_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines[end.saturating_sub(most)..end].join("\n")
}

fn ending(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn complaints_are_last_and_long_logs_are_cut() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(tail(folder.path()), "");
        let mut text = String::new();
        (0..100_000).for_each(|i| writeln!(text, "epoch {i}").unwrap());
        std::fs::write(folder.path().join(OUT), text).unwrap();
        std::fs::write(folder.path().join(ERR), "Traceback\nValueError: no\n\n\n").unwrap();
        let tail = tail(folder.path());
        assert!(tail.ends_with("epoch 99999\nTraceback\nValueError: no"), "{tail}");
        assert_eq!(tail.lines().count(), MOST_LINES[0] + 2);
    }
}
