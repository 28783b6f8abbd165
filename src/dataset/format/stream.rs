//! Files that may be gzipped, whatever their name says.

use super::layout::FormatError;
use flate2::bufread::GzDecoder;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The first two bytes of every gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Large enough that system calls do not show.
const BUFFER_BYTES: usize = 1 << 18;
/// No data set unpacks to more than this many times its size…
const LARGEST_RATIO: u64 = 250;
/// …unless it is small: a few zeros pack well.
const ALWAYS_UNPACKED_BYTES: u64 = 1 << 28;

/// A file as it lies there, with its size.
///
/// # Errors
/// Where it cannot be opened, or is no plain file: a pipe would be waited for, and a device has no end.
pub fn plain(path: &Path) -> Result<(File, u64), FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), source };
    let meta = fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(FormatError::file(path, "not a plain file; replace it by one"));
    }
    Ok((File::open(path).map_err(failed)?, meta.len()))
}

/// The content of a file, unpacked where it is gzipped.
///
/// # Errors
/// As [`plain`], and where it cannot be read.
pub fn open(path: &Path) -> Result<Box<dyn Read>, FormatError> {
    let (file, size_bytes) = plain(path)?;
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
    let failed = |source| FormatError::Io { path: path.to_owned(), source };
    let gzipped = reader.fill_buf().map_err(failed)?.starts_with(&GZIP_MAGIC);
    if gzipped {
        let most = size_bytes.saturating_mul(LARGEST_RATIO).max(ALWAYS_UNPACKED_BYTES);
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, Gunzip::new(reader, most))));
    }
    Ok(Box::new(reader))
}

/// Unpacks gzip: member after member, and as gzip itself does, zeros behind the last one are padding.
pub(in crate::dataset) struct Gunzip<R> {
    member: Option<GzDecoder<R>>,
    /// Bytes that may still come out.
    left: u64,
}

impl<R: BufRead> Gunzip<R> {
    /// An unpacker that gives out `most` bytes and fails where there are more.
    pub fn new(packed: R, most: u64) -> Self {
        Self { member: Some(GzDecoder::new(packed)), left: most }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                let left = self.left.checked_sub(read as u64);
                self.left =
                    left.ok_or_else(|| invalid("it unpacks to far more than any data: a decompression bomb"))?;
                self.member = Some(member);
                return Ok(read);
            }
            self.member = next_member(member.into_inner())?;
        }
        Ok(0)
    }
}

/// What follows a member: another one, padding, or nothing.
fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    if packed.fill_buf()?.first() == Some(&GZIP_MAGIC[0]) {
        return Ok(Some(GzDecoder::new(packed)));
    }
    loop {
        let rest = packed.fill_buf()?;
        match (rest.len(), rest.iter().all(|&byte| byte == 0)) {
            (0, _) => return Ok(None),
            (padding, true) => packed.consume(padding),
            (_, false) => return Err(invalid("surplus bytes behind the packed data")),
        }
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Passes over some bytes.
///
/// # Errors
/// Where the content ends before.
pub fn skip(reader: &mut dyn Read, bytes: u64) -> io::Result<()> {
    let passed = io::copy(&mut reader.take(bytes), &mut io::sink())?;
    if passed == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::gzip;
    use super::*;

    fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        Gunzip::new(bytes, 1000).read_to_end(&mut out).map(|_| out).map_err(|e| e.to_string())
    }

    #[test]
    fn members_follow_each_other_and_zeros_are_padding() {
        let two = [gzip(b"abc"), gzip(b"de")].concat();
        assert_eq!(unpacked(&two).unwrap(), b"abcde");
        assert_eq!(unpacked(&[two.clone(), vec![0; 512]].concat()).unwrap(), b"abcde");
        assert!(unpacked(&[two.clone(), vec![0, 0, 7]].concat()).unwrap_err().contains("surplus bytes"));
        assert!(unpacked(&[two.clone(), b"x".to_vec()].concat()).unwrap_err().contains("surplus bytes"));
        assert!(unpacked(&two[..two.len() - 3]).is_err());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        assert_eq!(unpacked(&gzip(&[0; 1000])).unwrap().len(), 1000);
        assert!(unpacked(&gzip(&[0; 1001])).unwrap_err().contains("decompression bomb"));
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        for path in ["/dev/zero", "/tmp"].map(Path::new) {
            for error in [open(path).err().unwrap(), plain(path).err().unwrap()] {
                assert!(error.to_string().contains("not a plain file"), "{error}");
            }
        }
    }
}
