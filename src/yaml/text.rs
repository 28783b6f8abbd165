//! Text files as they are read: what is no UTF-8 is named with its place.

use super::Mark;
use std::path::Path;

/// Why a text file has no text.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The bytes are no UTF-8.
    #[error(
        "is not UTF-8 text: the byte {byte:#04x} in line {}, column {}; save the file as UTF-8, or turn it into it with \
         `iconv -f {likely} -t UTF-8`", at.line, at.column
    )]
    Encoding {
        /// Where the first wrong byte stands.
        at: Mark,
        /// It.
        byte: u8,
        /// The encoding that it probably is.
        likely: &'static str,
    },
}

/// The text of a file.
///
/// # Errors
/// Where it cannot be read or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String, TextError> {
    let bytes = std::fs::read(path)?;
    String::from_utf8(bytes).map_err(|error| {
        let (good, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let before = String::from_utf8_lossy(&bytes[..good]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let at = Mark { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 };
        let likely =
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) { "UTF-16" } else { "LATIN1" };
        TextError::Encoding { at, byte: bytes.get(good).copied().unwrap_or_default(), likely }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_is_named_with_its_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (bytes, words) in [
            (
                &b"ab\nc\xc3\xa9 M\xfcller\n"[..],
                "0xfc in line 2, column 5; save the file as UTF-8, or turn it into it with `iconv -f LATIN1",
            ),
            (
                b"\xff\xfea\0b\0",
                "0xff in line 1, column 1; save the file as UTF-8, or turn it into it with `iconv -f UTF-16",
            ),
        ] {
            std::fs::write(file.path(), bytes).unwrap();
            let error = read_text(file.path()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        std::fs::write(file.path(), "Müller").unwrap();
        assert_eq!(read_text(file.path()).unwrap(), "Müller");
        assert!(matches!(read_text(Path::new("/nowhere/a")), Err(TextError::Io(_))));
    }
}
