//! Content digests of files and folders, and the checksums that cards give.

use super::card::{Checksum, Of};
use super::error::DatasetError;
use super::format::{FormatError, stream};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Size and time of change: while they stay, the content is taken to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Stamp {
    pub size_bytes: u64,
    pub modified_ns: u64,
}

/// The stamp of a file; of a folder, the size of all files in it and the time of the latest change.
pub(super) fn stamp(path: &Path) -> Result<Stamp, DatasetError> {
    let mut total = own_stamp(path)?;
    if path.is_dir() {
        for inner in walk(path)? {
            let stamp = own_stamp(&inner)?;
            total.size_bytes += stamp.size_bytes;
            total.modified_ns = total.modified_ns.max(stamp.modified_ns);
        }
    }
    Ok(total)
}

fn own_stamp(path: &Path) -> Result<Stamp, DatasetError> {
    let meta = fs::metadata(path).map_err(DatasetError::io("read", path))?;
    let modified = meta.modified().map_err(DatasetError::io("read", path))?;
    let since_epoch = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified_ns = u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX);
    Ok(Stamp { size_bytes: if meta.is_dir() { 0 } else { meta.len() }, modified_ns })
}

/// All files and folders below a folder, in the order of their paths.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(DatasetError::io("read", &folder))? {
            let path = entry.map_err(DatasetError::io("read", &folder))?.path();
            if path.is_dir() {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// SHA-256 of a file's content, unpacked where it is gzipped, so that it does not depend on how the file was packed;
/// of a folder, over the paths and contents of its files.
pub(super) fn content(path: &Path) -> Result<String, DatasetError> {
    if !path.is_dir() {
        return content_hash::<Sha256>(path);
    }
    let mut lines = Vec::new();
    for file in walk(path)?.iter().filter(|file| !file.is_dir()) {
        let name = file.strip_prefix(path).unwrap_or(file).to_string_lossy().replace('\\', "/");
        lines.push(format!("{} {name}\n", hash_of::<Sha256>(file)?));
    }
    Ok(of_text(&lines.concat()))
}

/// SHA-256 of a text.
pub(super) fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Checks a file against a card's checksum.
///
/// `mend` says what to do where it differs. `known` is the content digest where it has been computed already.
pub(super) fn check(path: &Path, checksum: &Checksum, known: Option<&str>, mend: &str) -> Result<(), DatasetError> {
    let (algorithm, expected) = checksum.wanted();
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
    let mut file = File::open(path).map_err(DatasetError::io("read", path))?;
    hash_all::<H>(&mut file).map_err(DatasetError::io("read", path))
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::gzip;
    use super::*;

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
        let (before, size) = (content(folder.path()).unwrap(), stamp(folder.path()).unwrap().size_bytes);
        assert_eq!(size, 7);
        fs::rename(folder.path().join("a"), folder.path().join("c")).unwrap();
        assert_ne!(content(folder.path()).unwrap(), before);
    }
}
