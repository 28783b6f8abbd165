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

/// Every name of a list that is no file below the folder, or that stands in it twice: its image would count twice, perhaps
/// with two labels, and could be drawn for training and for validation.
pub fn faults<'a>(folder: &Path, list: &Path, names: impl Iterator<Item = &'a str>) -> Vec<FormatError> {
    let mut told = HashMap::new();
    let mut fault = |(record, name): (usize, &str)| {
        let reason = match path(folder, name) {
            Err(reason) => reason,
            Ok(path) if !path.is_file() => format!("{} is not there", path.display()),
            Ok(path) => match told.insert(path, record) {
                None => return None,
                Some(first) => format!("`{name}` is listed twice, by record {first} too; remove one of the two"),
            },
        };
        Some(FormatError::record(list, record, reason))
    };
    names.enumerate().filter_map(&mut fault).collect()
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
