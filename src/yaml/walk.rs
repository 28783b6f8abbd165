//! Which files of a folder count: the one walker for studies, cards and folders of images.
//!
//! Hidden files and those that editors and systems leave are passed over. Links are followed; a link that leads back to a
//! folder above itself is not entered again. What is no file, such as a link to nothing, is named and not read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its path below the folder, with `/` between the parts.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Something with a name that cannot be read as a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strange {
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong with it and how to mend it.
    pub reason: String,
}

/// What a folder holds, each list in the order of the names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// Files that can be read.
    pub files: Vec<Found>,
    /// Links to nothing, pipes, devices, a name that stands twice.
    pub strange: Vec<Strange>,
}

/// A folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct WalkError {
    /// The folder.
    pub path: PathBuf,
    /// The system's word.
    pub source: io::Error,
}

/// Names that systems give to files of their own, in lower case.
const SYSTEM: [&str; 5] = ["thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r"];

/// Whether a name is that of a hidden file, or of one that an editor or a system leaves.
#[must_use]
pub fn is_passed_over(name: &str) -> bool {
    let left_by_editor =
        name.ends_with('~') || name.ends_with(".swp") || (name.starts_with('#') && name.ends_with('#'));
    name.starts_with('.') || left_by_editor || SYSTEM.contains(&name.to_lowercase().as_str())
}

/// All files below a folder. `enter` says which subfolders are looked into, by their path below the folder.
///
/// # Errors
/// Where a folder cannot be read.
pub fn walk(folder: &Path, enter: &dyn Fn(&str) -> bool) -> Result<Walked, WalkError> {
    let failed = |source| WalkError { path: folder.to_owned(), source };
    let mut walker =
        Walker { enter, above: vec![fs::canonicalize(folder).map_err(failed)?], walked: Walked::default() };
    walker.folder(folder, "")?;
    walker.walked.files.sort();
    walker.walked.strange.sort();
    Ok(walker.walked)
}

/// The YAML files below a folder, by name without ending: `.yaml` or `.yml`. Of two files of one name the second is
/// strange, as is a link to nothing that is named like a YAML file.
///
/// # Errors
/// Where a folder cannot be read.
pub fn documents(folder: &Path, enter: &dyn Fn(&str) -> bool) -> Result<Walked, WalkError> {
    let all = walk(folder, enter)?;
    let mut walked = Walked::default();
    walked.strange.extend(all.strange.into_iter().filter(|strange| is_yaml(&strange.path)));
    let named = |file: Found| Found { name: without_ending(&file.name).to_owned(), path: file.path };
    let mut files: Vec<Found> = all.files.into_iter().filter(|file| is_yaml(&file.path)).map(named).collect();
    files.sort();
    for file in files {
        match walked.files.last().filter(|last| last.name == file.name) {
            Some(first) => {
                let reason =
                    format!("`{}` stands in {} already: rename one of the two", file.name, first.path.display());
                walked.strange.push(Strange { path: file.path, reason });
            }
            None => walked.files.push(file),
        }
    }
    Ok(walked)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

fn without_ending(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

struct Walker<'a> {
    enter: &'a dyn Fn(&str) -> bool,
    /// The folder that is open and those above it, without links.
    above: Vec<PathBuf>,
    walked: Walked,
}

impl Walker<'_> {
    fn folder(&mut self, folder: &Path, below: &str) -> Result<(), WalkError> {
        let failed = |source| WalkError { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let own = name_of(&entry);
            if !is_passed_over(&own) {
                let name = if below.is_empty() { own } else { format!("{below}/{own}") };
                self.entry(name, entry.path())?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, name: String, path: PathBuf) -> Result<(), WalkError> {
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => self.walked.files.push(Found { name, path }),
            Ok(meta) if meta.is_dir() => {
                let failed = |source| WalkError { path: path.clone(), source };
                let real = fs::canonicalize(&path).map_err(failed)?;
                if (self.enter)(&name) && !self.above.contains(&real) {
                    self.above.push(real);
                    self.folder(&path, &name)?;
                    self.above.pop();
                }
            }
            Ok(_) => self.strange(path, "a pipe or a device, not a file".to_owned()),
            // A name that went away since the folder was read is not there.
            Err(_) if fs::symlink_metadata(&path).is_err() => {}
            Err(error) => {
                let to = fs::read_link(&path).map_or(String::new(), |to| format!(" to {}", to.display()));
                let what =
                    if error.kind() == io::ErrorKind::NotFound { "nothing is there" } else { "it cannot be read" };
                self.strange(path, format!("a link{to}, and {what}: mend or remove it"));
            }
        }
        Ok(())
    }

    fn strange(&mut self, path: PathBuf, reason: String) {
        self.walked.strange.push(Strange { path, reason });
    }
}

/// The name of an entry; one that is no UTF-8 in an escaped form, so that no two names become one.
fn name_of(entry: &fs::DirEntry) -> String {
    let name = entry.file_name();
    name.to_str().map_or_else(|| format!("{name:?}"), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn made(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    fn names(walked: &Walked) -> Vec<&str> {
        walked.files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn hidden_and_editor_files_are_passed_over() {
        let folder = made(&[
            "a.yaml",
            "sub/b.yml",
            ".DS_Store",
            "._a.yaml",
            "sub/.c.yaml.swp",
            "#a.yaml#",
            "a.yaml~",
            "Thumbs.db",
            ".git/x.yaml",
            "__MACOSX/a.yaml",
            "notes.txt",
        ]);
        symlink("me@host.1234:5678", folder.path().join(".#a.yaml")).unwrap();
        let walked = walk(folder.path(), &|_| true).unwrap();
        assert_eq!(names(&walked), ["a.yaml", "notes.txt", "sub/b.yml"]);
        assert!(walked.strange.is_empty());
        assert_eq!(names(&documents(folder.path(), &|_| true).unwrap()), ["a", "sub/b"]);
        assert_eq!(names(&documents(folder.path(), &|name| name != "sub").unwrap()), ["a"]);
    }

    #[test]
    fn a_circle_of_links_is_met_once_and_a_second_name_twice() {
        let folder = made(&["a/x.yaml", "b/y.yaml"]);
        symlink("..", folder.path().join("a/up")).unwrap();
        symlink(folder.path().join("b"), folder.path().join("a/other")).unwrap();
        symlink("self", folder.path().join("self")).unwrap();
        let walked = walk(folder.path(), &|_| true).unwrap();
        assert_eq!(names(&walked), ["a/other/y.yaml", "a/x.yaml", "b/y.yaml"]);
        assert!(walked.strange[0].reason.contains("it cannot be read"), "{walked:?}");
    }

    #[test]
    fn links_to_nothing_and_both_endings_of_one_name_are_named() {
        let folder = made(&["a.yaml", "a.yml", "c.txt"]);
        symlink("gone", folder.path().join("b.yaml")).unwrap();
        symlink("gone", folder.path().join("b.txt")).unwrap();
        let walked = documents(folder.path(), &|_| true).unwrap();
        assert_eq!(names(&walked), ["a"]);
        let reasons: Vec<&str> = walked.strange.iter().map(|strange| strange.reason.as_str()).collect();
        assert!(reasons[0].contains("a link to gone, and nothing is there"), "{reasons:?}");
        assert!(reasons[1].contains("`a` stands in") && reasons.len() == 2, "{reasons:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        let error = walk(Path::new("/no/such"), &|_| true).unwrap_err().to_string();
        assert!(error.starts_with("cannot read /no/such: "), "{error}");
    }
}
