//! Images that a list names, each a file below the folder of the part.

use super::layout::FormatError;
use crate::yaml::is_passed_over;
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Where an image that a list names lies.
///
/// Only what lies below the folder is part of the data set, so a name that leads out is refused; so is one of a hidden
/// or a system's file, which the folder's digest leaves out. Links are followed, and the digest is over what they lead to.
///
/// # Errors
/// Where the name leads out of the folder or is that of a hidden file.
pub fn path(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let mut path = folder.to_owned();
    for part in Path::new(name).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) if is_passed_over(&part.to_string_lossy()) => {
                return Err(format!(
                    "`{name}` is a hidden or a system's file, which is no part of the data; rename it"
                ));
            }
            Component::Normal(part) => path.push(part),
            _ => return Err(format!("`{name}` leads out of the folder of images; put the image into it")),
        }
    }
    if path == folder { Err("the list names no file".to_owned()) } else { Ok(path) }
}

/// Bytes of the largest encoded image that is read.
const LARGEST_BYTES: u64 = 1 << 28;

/// The content of an image that a list names.
///
/// # Errors
/// Where it is not below the folder, not there, or no plain file.
pub fn read(folder: &Path, (list, record): (&Path, usize), name: &str) -> Result<(PathBuf, Vec<u8>), FormatError> {
    let path = path(folder, name).map_err(|reason| FormatError::record(list, record, reason))?;
    let bytes = content(&path)?;
    Ok((path, bytes))
}

/// The content of an image.
///
/// # Errors
/// Where it is not there, no plain file, or too large to be an image.
pub fn content(path: &Path) -> Result<Vec<u8>, FormatError> {
    let failed = |source| FormatError::Io { path: path.to_owned(), source };
    let meta = fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(FormatError::file(path, "not a plain file; replace it by one"));
    }
    if meta.len() > LARGEST_BYTES {
        return Err(FormatError::file(path, format!("{} bytes: an image has at most {LARGEST_BYTES}", meta.len())));
    }
    fs::read(path).map_err(failed)
}

/// Most faults of a list that are kept: one of millions of lines may be wrong in each.
const MOST_FAULTS: usize = 10_000;

/// What is wrong with the records of a list, the first of them.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<(usize, String)>,
    more: usize,
}

impl Faults {
    /// One more.
    pub fn add(&mut self, record: usize, reason: String) {
        if self.kept.len() < MOST_FAULTS {
            self.kept.push((record, reason));
        } else {
            self.more += 1;
        }
    }

    /// All of them, of a list.
    pub fn told(self, list: &Path) -> Vec<FormatError> {
        let kept = self.kept.into_iter().map(|(record, reason)| FormatError::record(list, record, reason));
        let more = (self.more > 0).then(|| FormatError::file(list, format!("{} more records are wrong", self.more)));
        kept.chain(more).collect()
    }
}

/// The names of a list, looked at one by one.
pub struct Names<'a> {
    folder: &'a Path,
    /// The record that named a path first, where that is a file.
    told: HashMap<PathBuf, Option<usize>>,
    /// Names that are no file below the folder.
    pub faults: Faults,
    /// Names that stand in the list twice: such an image counts twice, perhaps with two labels, and may be drawn for training
    /// and for validation.
    pub repeated: Faults,
}

impl<'a> Names<'a> {
    /// Of a list of images in a folder.
    pub fn new(folder: &'a Path) -> Self {
        Self { folder, told: HashMap::new(), faults: Faults::default(), repeated: Faults::default() }
    }

    /// Looks at the next one.
    pub fn look_at(&mut self, record: usize, name: &str) {
        let path = match path(self.folder, name) {
            Ok(path) => path,
            Err(reason) => return self.faults.add(record, reason),
        };
        match self.told.get(&path) {
            None if path.is_file() => _ = self.told.insert(path, Some(record)),
            Some(Some(first)) => {
                let reason = format!("`{name}` is listed twice, by record {first} too; remove one of the two");
                self.repeated.add(record, reason);
            }
            none => {
                self.faults.add(record, format!("{} is not there", path.display()));
                if none.is_none() {
                    self.told.insert(path, None);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_the_folder() {
        let at = |name: &str| path(Path::new("f"), name);
        assert_eq!(at("sub/a.png").unwrap(), Path::new("f/sub/a.png"));
        assert_eq!(at("./a.png").unwrap(), Path::new("f/a.png"));
        for out in ["../a.png", "sub/../../a.png", "/etc/passwd", ".."] {
            assert!(at(out).unwrap_err().contains("leads out of the folder"), "{out}");
        }
        for hidden in [".a.png", "._a.png", "sub/.cache/a.png", "Thumbs.db", "a.png~"] {
            assert!(at(hidden).unwrap_err().contains("hidden or a system's file"), "{hidden}");
        }
        assert!(at("").is_err() && at(".").is_err());
    }
}
