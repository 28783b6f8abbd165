//! Content digests of files and folders, and the checksums that cards give.

use crate::dataset::cards::card::{Checksum, Of};
use crate::dataset::error::DatasetError;
use crate::dataset::format::{FormatError, stream};
use crate::step::hex;
use crate::yaml::{Found, walk};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// While it stays, the content is taken to stay: path, size, times and number of every file.
///
/// The time of the last change of the file itself cannot be set back as that of its content can, so a file that was
/// replaced by another of the same size and date is seen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Stamp {
    pub size_bytes: u64,
    /// The latest change of any file.
    pub changed_ns: u64,
    /// What every file looks like, in short.
    pub files: String,
}

/// Two changes within the tick of a file system's clock look like one.
const TICK_NS: u64 = 100_000_000;
/// The same for file systems that count whole seconds.
const COARSE_TICK_NS: u64 = 2_100_000_000;
const SECOND_NS: u64 = 1_000_000_000;

impl Stamp {
    /// Whether the latest change is so long ago that another one would be seen.
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let tick = if self.changed_ns.is_multiple_of(SECOND_NS) { COARSE_TICK_NS } else { TICK_NS };
        self.changed_ns.saturating_add(tick) < nanoseconds(now)
    }
}

/// The stamp of a file, or of all files in a folder.
pub(super) fn stamp(path: &Path) -> Result<Stamp, DatasetError> {
    let mut total = Stamp { size_bytes: 0, changed_ns: 0, files: String::new() };
    let mut add = |path: &Path, name: &str| -> Result<(), DatasetError> {
        let meta = fs::metadata(path).map_err(DatasetError::io("read", path))?;
        let modified = meta.modified().map_or(0, nanoseconds);
        let (changed, number) = change_and_number(&meta).unwrap_or((modified, 0));
        total.size_bytes += meta.len();
        total.changed_ns = total.changed_ns.max(changed).max(modified);
        total.files.push_str(&format!("{name} {} {modified} {changed} {number}\n", meta.len()));
        Ok(())
    };
    if path.is_dir() {
        files_of(path)?.iter().try_for_each(|file| add(&file.path, &file.name))?;
        total.files = of_text(&total.files);
    } else {
        add(path, "")?;
    }
    Ok(total)
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

/// When a file last changed in any way, in nanoseconds, and its number in the file system.
#[cfg(unix)]
fn change_and_number(meta: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(meta.ctime()).ok()?.checked_mul(SECOND_NS)?;
    Some((seconds.saturating_add(u64::try_from(meta.ctime_nsec()).ok()?), meta.ino()))
}

#[cfg(not(unix))]
fn change_and_number(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// All files below a folder that count, in the order of their names. What is no file, such as a link to nothing, holds no
/// data; a list that names it is refused.
fn files_of(folder: &Path) -> Result<Vec<Found>, DatasetError> {
    let mut files = walk(folder, &|_| true).map_err(|e| DatasetError::io("read", &e.path)(e.source))?.files;
    // as paths are ordered: `a/b` before `a-b`
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// SHA-256 of a file's content, unpacked where it is gzipped, so that it does not depend on how the file was packed;
/// of a folder, over the names and contents of its files.
pub(super) fn content(path: &Path) -> Result<String, DatasetError> {
    if !path.is_dir() {
        return content_hash::<Sha256>(path);
    }
    let mut lines = String::new();
    for file in files_of(path)? {
        lines.push_str(&format!("{} {}\n", hash_of::<Sha256>(&file.path)?, file.name));
    }
    Ok(of_text(&lines))
}

/// SHA-256 of a file as it lies there, or of what it unpacks to: what a card says of it.
pub(in crate::dataset) fn as_it_lies(path: &Path, of: Of) -> Result<String, DatasetError> {
    match of {
        Of::File => hash_of::<Sha256>(path),
        Of::Uncompressed => content_hash::<Sha256>(path),
    }
}

/// SHA-256 of a text.
pub(super) fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Checks a file against a card's checksum.
///
/// `mend` says what to do where it differs. `known` is the content digest where it has been computed already.
pub(in crate::dataset) fn check(
    path: &Path,
    checksum: &Checksum,
    known: Option<&str>,
    mend: &str,
) -> Result<(), DatasetError> {
    let (algorithm, expected) = checksum.wanted();
    if path.is_dir() {
        let reason = "a folder, and the card gives a checksum for it: give checksums of files only".to_owned();
        return Err(FormatError::File { path: path.to_owned(), reason }.into());
    }
    let found = match (algorithm, checksum.of, known) {
        ("sha256", Of::Uncompressed, Some(known)) => known.to_owned(),
        ("sha256", Of::Uncompressed, None) => content_hash::<Sha256>(path)?,
        ("sha256", Of::File, _) => hash_of::<Sha256>(path)?,
        (_, Of::Uncompressed, _) => content_hash::<Md5>(path)?,
        (_, Of::File, _) => hash_of::<Md5>(path)?,
    };
    if found == expected {
        return Ok(());
    }
    Err(DatasetError::Checksum {
        path: path.to_owned(),
        algorithm,
        expected: expected.to_owned(),
        found,
        help: mend.to_owned(),
    })
}

fn content_hash<H: sha2::Digest>(path: &Path) -> Result<String, DatasetError> {
    hash_all::<H>(&mut *stream::open(path)?).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            let reason = format!("truncated or broken gzip ({error}); get the file again");
            FormatError::File { path: path.to_owned(), reason }.into()
        }
        _ => DatasetError::io("read", path)(error),
    })
}

fn hash_of<H: sha2::Digest>(path: &Path) -> Result<String, DatasetError> {
    hash_all::<H>(&mut stream::plain(path)?.0).map_err(DatasetError::io("read", path))
}

fn hash_all<H: sha2::Digest>(reader: &mut dyn Read) -> std::io::Result<String> {
    let mut hasher = H::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::testing::gzip;

    const MD5_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";
    const SHA256_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn sum(md5: Option<&str>, sha256: Option<&str>, of: Of) -> Checksum {
        Checksum { md5: md5.map(Into::into), sha256: sha256.map(Into::into), of }
    }

    #[test]
    fn content_does_not_depend_on_compression() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("a"), folder.path().join("a.gz"));
        fs::write(&plain, "abc").unwrap();
        fs::write(&packed, gzip(b"abc")).unwrap();
        assert_eq!(content(&plain).unwrap(), SHA256_ABC);
        assert_eq!(content(&packed).unwrap(), SHA256_ABC);
        check(&packed, &sum(Some(MD5_ABC), None, Of::Uncompressed), None, "").unwrap();
        check(&packed, &sum(None, Some(SHA256_ABC), Of::Uncompressed), None, "").unwrap();
        check(&plain, &sum(Some(MD5_ABC), None, Of::File), None, "").unwrap();
        let error = check(&packed, &sum(Some(MD5_ABC), None, Of::File), None, "mend it").unwrap_err().to_string();
        assert!(error.contains("a.gz: wrong md5: expected 900150983cd24fb0d6963f7d28e17f72, found "), "{error}");
        assert!(error.ends_with("; mend it"), "{error}");
    }

    #[test]
    fn broken_gzip_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gz");
        fs::write(&path, &gzip(&[7; 1000])[..20]).unwrap();
        let error = content(&path).unwrap_err().to_string();
        assert!(error.contains("a.gz: truncated or broken gzip"), "{error}");
    }

    #[test]
    fn a_folder_is_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("a"), "abc").unwrap();
        fs::write(folder.path().join("sub/b"), "abcd").unwrap();
        let before = content(folder.path()).unwrap();
        assert_eq!(stamp(folder.path()).unwrap().size_bytes, 7);
        for left in [".DS_Store", "._a", "sub/a~", "Thumbs.db"] {
            fs::write(folder.path().join(left), "left by a system").unwrap();
        }
        std::os::unix::fs::symlink("me@host:1", folder.path().join(".#a")).unwrap();
        assert_eq!(content(folder.path()).unwrap(), before);
        fs::rename(folder.path().join("a"), folder.path().join("c")).unwrap();
        assert_ne!(content(folder.path()).unwrap(), before);
    }

    #[test]
    fn a_file_replaced_by_one_of_the_same_size_and_date_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let (path, other) = (folder.path().join("sub/a"), folder.path().join("b"));
        fs::write(&path, "abc").unwrap();
        let (file, whole) = (stamp(&path).unwrap(), stamp(folder.path()).unwrap());
        fs::write(&other, "xyz").unwrap();
        let dated = fs::File::options().write(true).open(&other).unwrap();
        dated.set_modified(fs::metadata(&path).unwrap().modified().unwrap()).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(stamp(&path).unwrap(), file);
        assert_ne!(stamp(folder.path()).unwrap(), whole);
    }

    #[test]
    fn a_change_within_the_tick_of_the_clock_is_not_trusted() {
        let stamp = |changed_ns| Stamp { size_bytes: 0, changed_ns, files: String::new() };
        let now = UNIX_EPOCH + std::time::Duration::from_nanos(5_000_000_001);
        assert!(stamp(4_000_000_001).is_settled(now) && !stamp(4_950_000_000).is_settled(now));
        assert!(!stamp(4_000_000_000).is_settled(now) && stamp(2_000_000_000).is_settled(now));
    }
}
