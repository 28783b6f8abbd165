//! Unpacks archives without trusting them: plain files only, and nothing outside the folder.

use crate::dataset::error::DatasetError;
use crate::dataset::format::stream::Gunzip;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// No archive of data unpacks to more than this many times its size…
const LARGEST_RATIO: u64 = 250;
/// …unless it is small.
const SMALL_BYTES: u64 = 1 << 28;

/// Unpacks a gzipped tape archive into a folder, without the first `strip` folders of each name.
///
/// # Errors
/// Where the archive is broken, holds anything but files and folders, a name twice, or a name that leads outside.
pub(super) fn tar_gz(archive: &Path, strip: usize, into: &Path) -> Result<(), DatasetError> {
    let file = File::open(archive).map_err(DatasetError::io("read", archive))?;
    let most = file.metadata().map_err(DatasetError::io("read", archive))?.len().saturating_mul(LARGEST_RATIO);
    let mut tape = Archive::new(Gunzip::new(BufReader::new(file), most.max(SMALL_BYTES)));
    let broken = |e: io::Error| fault(archive, format!("not a whole archive ({e}); fetch it again"));
    let mut names = BTreeSet::new();
    for entry in tape.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let Some(name) = wanted_name(&entry, strip).map_err(|reason| fault(archive, reason))? else { continue };
        if !names.insert(name.clone()) {
            return Err(fault(archive, format!("holds `{}` twice", name.display())));
        }
        let path = into.join(name);
        if path == archive {
            return Err(fault(archive, "holds a file of its own name".to_owned()));
        }
        write(&mut entry, &path)?;
    }
    Ok(())
}

fn fault(archive: &Path, reason: String) -> DatasetError {
    DatasetError::Archive { archive: archive.to_owned(), reason }
}

/// The name under which an entry is written; nothing for folders and for files above the stripped folders.
fn wanted_name<R: Read>(entry: &Entry<'_, R>, strip: usize) -> Result<Option<PathBuf>, String> {
    let path = entry.path().map_err(|e| format!("holds an unreadable name ({e})"))?;
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            _ => return Err(format!("holds `{}`, which leads outside of its folder: refused", path.display())),
        }
    }
    match entry.header().entry_type() {
        EntryType::Directory | EntryType::XGlobalHeader => Ok(None),
        EntryType::Regular => Ok((parts.len() > strip).then(|| parts[strip..].iter().collect())),
        other => Err(format!("holds `{}`, a {other:?}: only plain files are unpacked", path.display())),
    }
}

fn write(from: &mut dyn Read, path: &Path) -> Result<(), DatasetError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(DatasetError::io("create", folder))?;
    }
    let mut file = File::create(path).map_err(DatasetError::io("write", path))?;
    io::copy(from, &mut file).map(|_| ()).map_err(DatasetError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::testing::{gzip, tar_of};

    fn unpack(bytes: &[u8], strip: usize) -> (tempfile::TempDir, Result<(), String>) {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a.tar.gz");
        fs::write(&archive, bytes).unwrap();
        let into = folder.path().join("into");
        fs::create_dir(&into).unwrap();
        let result = tar_gz(&archive, strip, &into).map_err(|e| e.to_string());
        (folder, result)
    }

    #[test]
    fn files_come_out_without_their_leading_folders() {
        let tar = tar_of(&[("top/a.bin", EntryType::Regular), ("top/sub/b.bin", EntryType::Regular)]);
        let (folder, result) = unpack(&gzip(&tar), 1);
        result.unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("into/a.bin")).unwrap(), "top/a.bin");
        assert_eq!(fs::read_to_string(folder.path().join("into/sub/b.bin")).unwrap(), "top/sub/b.bin");
    }

    #[test]
    fn escapes_and_links_are_refused() {
        let cases = [
            ("../evil", EntryType::Regular, "leads outside"),
            ("/evil", EntryType::Regular, "leads outside"),
            ("a/../../evil", EntryType::Regular, "leads outside"),
            ("link", EntryType::Symlink, "only plain files"),
            ("link", EntryType::Link, "only plain files"),
            ("pipe", EntryType::Fifo, "only plain files"),
        ];
        for (name, kind, part) in cases {
            let (folder, result) = unpack(&gzip(&tar_of(&[(name, kind)])), 0);
            let error = result.unwrap_err();
            assert!(error.contains(part), "{name}: {error}");
            assert!(!folder.path().join("evil").exists());
        }
    }

    #[test]
    fn broken_archives_are_refused() {
        let packed = gzip(&tar_of(&[("a.bin", EntryType::Regular)]));
        let error = unpack(&packed[..packed.len() / 2], 0).1.unwrap_err();
        assert!(error.contains("a.tar.gz") || error.contains("a.bin"), "{error}");
        let twice = [("a", EntryType::Regular), ("./a", EntryType::Regular)];
        assert!(unpack(&gzip(&tar_of(&twice)), 0).1.unwrap_err().contains("twice"));
    }
}
