//! A file to a text that can be shown.

use super::fault::{Cause, Fault, Source};
use super::mark::Mark;
use std::io::Read;
use std::path::Path;

/// Largest file that is read: a study of a thousand steps has a hundredth of it.
pub const MAX_BYTES: u64 = 8 << 20;

/// Reads a text file; a mark at its beginning that it is UTF-8 is left away.
///
/// # Errors
/// Where it is no regular file, too large, cannot be read, or is not UTF-8, with the place of the first wrong byte.
pub fn read(path: &Path, shown: &str) -> Result<Source, Fault> {
    let fault = |message: String| Source::new(shown, "").fault(Mark { line: 1, column: 1 }, message);
    let bytes = bytes(path).map_err(|(cause, why)| fault(format!("cannot be read: {why}")).because(cause))?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(fault("this text is UTF-16, not UTF-8".to_owned()).help("save the file as UTF-8"));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Source::new(shown, text.strip_prefix('\u{feff}').unwrap_or(text))),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let source = Source::new(shown, &String::from_utf8_lossy(&bytes));
            let mark = Mark {
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            };
            let fault = source.fault(mark, "this text is not UTF-8 from here on");
            Err(fault.help("save the file as UTF-8; it may be Latin-1 (ISO 8859-1 or Windows 1252) now"))
        }
    }
}

/// The content of a regular file of bounded size, or why not, in words: the system refuses, or it is nothing to read.
///
/// # Errors
/// As [`read`], without a place.
pub fn bytes(path: &Path) -> Result<Vec<u8>, (Cause, String)> {
    let refused = |error: std::io::Error| (Cause::File, error.to_string());
    let about = std::fs::metadata(path).map_err(refused)?;
    if !about.is_file() {
        let what = if about.is_dir() { "a folder" } else { "a pipe or device" };
        return Err((Cause::Mistake, format!("it is {what}, not a file")));
    }
    let too_large = || (Cause::Mistake, format!("it is larger than {} MiB", MAX_BYTES >> 20));
    if about.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(refused)?;
    // The size that a file says it has may be wrong (that of files under /proc is 0).
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<String, (String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, bytes).unwrap();
        read(&path, "a.yaml").map(|source| source.text.to_string()).map_err(|fault| (fault.place, fault.message))
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(of("\u{feff}a: 1\n".as_bytes()).unwrap(), "a: 1\n");
    }

    #[test]
    fn other_encodings_are_refused_at_their_place() {
        assert_eq!(of(b"a: 1\nb: Gr\xf6\xdfe\n").unwrap_err().0, "a.yaml:2:6");
        assert!(of(b"\xff\xfea\0").unwrap_err().1.contains("UTF-16"));
    }

    #[test]
    fn only_files_of_bounded_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), "a").unwrap_err().message.contains("a folder"));
        assert!(of(&vec![b'#'; usize::try_from(MAX_BYTES).unwrap() + 1]).unwrap_err().1.contains("larger than 8 MiB"));
    }
}
