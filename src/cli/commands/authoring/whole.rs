//! Files that are written all or none, and never over what stands there.

use crate::cli::fail::Failure;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file to be, with its text.
pub(super) type File = (PathBuf, String);

/// Writes files that must not be there; where one cannot be written, those before it are taken away again, with the folders
/// that were made for them.
pub(super) fn write(files: &[File]) -> Result<(), Failure> {
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(stands(path));
    }
    let mut made = Made::default();
    for (path, text) in files {
        if let Err(failure) = made.file(path, text) {
            made.undo();
            return Err(failure);
        }
    }
    Ok(())
}

/// Something is there already.
pub(super) fn stands(path: &Path) -> Failure {
    let what = if path.is_dir() { "a folder" } else { "a file" };
    let path = path.display();
    Failure::mistake(format!("{path} stands here already ({what}), and nothing is overwritten: no file was written"))
}

/// What was made, in order.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn file(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let failed = |e: std::io::Error| Failure::file(format!("cannot write {}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            self.folder(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes()).map_err(failed)
    }

    fn folder(&mut self, path: &Path) -> std::io::Result<()> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        if let Some(above) = path.parent() {
            self.folder(above)?;
        }
        match fs::create_dir(path) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            Err(e) => Err(e),
            Ok(()) => {
                self.folders.push(path.to_owned());
                Ok(())
            }
        }
    }

    /// What cannot be taken away stays: there is nothing better to do about it.
    fn undo(self) {
        self.files.iter().for_each(|file| drop(fs::remove_file(file)));
        self.folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&[(at("a/b/one"), "1".to_owned()), (at("two"), "2".to_owned())]).unwrap();
        assert_eq!(fs::read_to_string(at("a/b/one")).unwrap(), "1");
        // `two` is a file, so nothing can lie below it
        let refused = write(&[(at("c/three"), String::new()), (at("two/four"), String::new())]);
        assert!(refused.is_err() && !at("c").exists());
        assert!(write(&[(at("five"), String::new()), (at("two"), "3".to_owned())]).is_err());
        assert!(!at("five").exists() && fs::read_to_string(at("two")).unwrap() == "2");
    }
}
