//! Files that may be gzipped, whatever their name says.

use super::FormatError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The first two bytes of every gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Large enough that system calls do not show.
const BUFFER_BYTES: usize = 1 << 18;

/// The content of a file, unpacked where it is gzipped.
///
/// # Errors
/// Where the file cannot be opened.
pub fn open(path: &Path) -> Result<Box<dyn Read>, FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(failed)?);
    let gzipped = reader.fill_buf().map_err(failed)?.starts_with(&GZIP_MAGIC);
    if gzipped {
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader))));
    }
    Ok(Box::new(reader))
}

/// Passes over some bytes.
///
/// # Errors
/// Where the content ends before.
pub fn skip(reader: &mut dyn Read, bytes: u64) -> io::Result<()> {
    let passed = io::copy(&mut reader.take(bytes), &mut io::sink())?;
    if passed == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
