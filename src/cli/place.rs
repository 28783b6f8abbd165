//! Where the project is: the nearest folder, from here upwards, that has a folder of studies.

use super::fail::Failure;
use super::options::Options;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The name of the folder of studies where the user gives none.
const STUDIES: &str = "studies";

/// The folders that everything else of a project lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder that holds studies, datasets, results and reports.
    pub root: PathBuf,
    /// The folder of studies; it need not be there.
    pub studies: PathBuf,
}

impl Place {
    /// The place that the options name or that the folders above show; else the folder that the user stands in.
    pub fn of(options: &Options) -> Self {
        match &options.studies_folder {
            Some(studies) => Self { root: above(studies), studies: studies.clone() },
            None => std::env::current_dir().ok().and_then(|here| Self::upwards(&here)).unwrap_or_else(Self::here),
        }
    }

    /// The same; a mistake where no folder has studies.
    pub fn with_studies(options: &Options) -> Result<Self, Failure> {
        let place = Self::of(options);
        let given = options.studies_folder.is_some();
        match std::fs::read_dir(&place.studies).map_err(|e| (e.kind(), e)) {
            Err((ErrorKind::NotFound, _)) if !given => {
                let words = "there is no folder `studies` here or in a folder above; go to a project, or name the folder of \
                             its studies with `--studies DIR`";
                return Err(Failure::mistake(words));
            }
            // What is no folder is a mistake; the search says so.
            Ok(_) | Err((ErrorKind::NotFound | ErrorKind::NotADirectory, _)) => {}
            Err((_, e)) => {
                return Err(Failure::file(format!("cannot read the studies in {}: {e}", place.studies.display())));
            }
        }
        Ok(place)
    }

    fn here() -> Self {
        Self { root: PathBuf::from("."), studies: PathBuf::from(STUDIES) }
    }

    /// The nearest folder above, as seen from here: `..`, `../..`.
    fn upwards(here: &Path) -> Option<Self> {
        let steps = here.ancestors().position(|folder| folder.join(STUDIES).is_dir())?;
        if steps == 0 {
            return Some(Self::here());
        }
        let root: PathBuf = std::iter::repeat_n("..", steps).collect();
        Some(Self { studies: root.join(STUDIES), root })
    }
}

/// The folder above the folder of studies.
fn above(studies: &Path) -> PathBuf {
    match studies.parent() {
        // `..` and `.` end in no name, so what is above them must be looked up.
        _ if studies.file_name().is_none() => studies.join(".."),
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_the_nearest_folder_above_that_has_studies() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("studies/lofi")).unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        let root = |inside: &str| Place::upwards(&folder.path().join(inside)).map(|place| place.root);
        for (inside, expected) in
            [("", "."), ("a", ".."), ("a/b", "../.."), ("studies", ".."), ("studies/lofi", "../..")]
        {
            assert_eq!(root(inside), Some(PathBuf::from(expected)), "{inside}");
        }
    }

    #[test]
    fn the_project_lies_above_its_studies() {
        for (studies, root) in [("studies", "."), ("a/b", "a"), (".", "./.."), ("a/..", "a/../.."), ("/x", "/")] {
            assert_eq!(above(Path::new(studies)), PathBuf::from(root), "{studies}");
        }
    }
}
