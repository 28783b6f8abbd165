//! Which studies the command line names: by name, by a folder that holds them, or by a path as a shell completes it.

use super::fail::Failure;
use super::study_files::StudyFile;
use crate::yaml::known_names;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Looks studies up.
pub(super) struct Named<'a> {
    pub root: &'a Path,
    pub studies: &'a Path,
}

impl Named<'_> {
    /// The studies that patterns name, in their own order; all without patterns.
    pub fn of(&self, all: &[StudyFile], patterns: &[String]) -> Result<Vec<StudyFile>, Failure> {
        if patterns.is_empty() {
            return Ok(all.to_vec());
        }
        let mut taken = vec![false; all.len()];
        for pattern in patterns {
            let found = self.matching(all, pattern);
            if found.is_empty() {
                return Err(self.unknown(all, pattern));
            }
            found.into_iter().for_each(|index| taken[index] = true);
        }
        Ok(all.iter().zip(taken).filter(|(_, taken)| *taken).map(|(file, _)| file.clone()).collect())
    }

    /// A name goes before a path, so that a command means the same in every folder of the project.
    fn matching(&self, all: &[StudyFile], pattern: &str) -> Vec<usize> {
        let by = |test: &dyn Fn(&StudyFile) -> bool| -> Vec<usize> {
            all.iter().enumerate().filter(|(_, file)| test(file)).map(|(index, _)| index).collect()
        };
        let named = by(&|file| is_in(&file.name, bare(pattern)));
        match at(pattern) {
            Some(path) if named.is_empty() => {
                let here = |folder: &Path| std::fs::canonicalize(folder).is_ok_and(|folder| folder == path);
                if here(self.root) {
                    return by(&|_| true);
                }
                by(&|file| file.path.ancestors().take_while(|folder| folder.starts_with(self.studies)).any(here))
            }
            _ => named,
        }
    }

    fn unknown(&self, all: &[StudyFile], pattern: &str) -> Failure {
        let folders: BTreeSet<&str> = all.iter().filter_map(|s| Some(s.name.rsplit_once('/')?.0)).collect();
        let known: Vec<&str> = folders.into_iter().chain(all.iter().map(|s| s.name.as_str())).collect();
        let help = match inside_a_folder(all, bare(pattern)).as_slice() {
            [] => known_names(pattern, &known).unwrap_or_else(|| "there are none".to_owned()),
            found => format!("did you mean {}?", found.join(" or ")),
        };
        Failure::mistake(format!("no study `{pattern}` in {}; {help}", self.studies.display()))
    }
}

/// Where a path leads; one of a study may lack its ending.
fn at(pattern: &str) -> Option<PathBuf> {
    let written = |ending: &str| std::fs::canonicalize(format!("{pattern}{ending}")).ok();
    ["", ".yaml", ".yml"].into_iter().find_map(written)
}

/// Whether a study is named by itself, not by a folder above it.
pub(super) fn named(patterns: &[String], file: &StudyFile) -> bool {
    let same = |pattern: &str| file.path.canonicalize().ok().is_some_and(|path| at(pattern) == Some(path));
    patterns.iter().any(|pattern| bare(pattern) == file.name || same(pattern))
}

/// Studies in folders whose own name is this one, or nearly.
fn inside_a_folder(all: &[StudyFile], name: &str) -> Vec<String> {
    let own = |file: &StudyFile| file.name.rsplit_once('/').map(|(_, own)| own.to_owned());
    let near = |test: &dyn Fn(&str) -> bool| -> Vec<String> {
        let found = all.iter().filter(|file| own(file).is_some_and(|own| test(&own)));
        found.map(|file| format!("`{}`", file.name)).collect()
    };
    let exact = near(&|own| own == name);
    if !exact.is_empty() || name.contains('/') {
        exact
    } else {
        near(&|own| strsim::damerau_levenshtein(own, name) == 1)
    }
}

/// A name as it may be written: with the ending of the file, the folder of studies before it or a slash after it.
fn bare(pattern: &str) -> &str {
    let name = pattern.strip_prefix("studies/").unwrap_or(pattern);
    let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name);
    name.trim_end_matches('/')
}

/// Whether a study is this one or lies in the folder of this name.
fn is_in(name: &str, pattern: &str) -> bool {
    name == pattern || name.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<StudyFile> {
        let file =
            |name: &str| StudyFile { name: name.to_owned(), path: PathBuf::from(format!("studies/{name}.yaml")) };
        ["fourier/power", "lofi/accuracy", "lofi/emergence", "lone"].map(file).to_vec()
    }

    fn found(pattern: &str) -> Result<Vec<String>, String> {
        let named = Named { root: Path::new("."), studies: Path::new("studies") };
        match named.of(&files(), &[pattern.to_owned()]) {
            Ok(found) => Ok(found.into_iter().map(|file| file.name).collect()),
            Err(Failure::Message(_, text)) => Err(text),
            Err(Failure::Faults(faults)) => panic!("{faults:?}"),
        }
    }

    #[test]
    fn a_study_is_named_by_itself_or_by_its_folder() {
        for (pattern, names) in [
            ("lone", &["lone"][..]),
            ("lone.yaml", &["lone"]),
            ("studies/lone.yml", &["lone"]),
            ("lofi", &["lofi/accuracy", "lofi/emergence"]),
            ("lofi/", &["lofi/accuracy", "lofi/emergence"]),
            ("studies/lofi/accuracy.yaml", &["lofi/accuracy"]),
        ] {
            assert_eq!(found(pattern).unwrap(), names, "{pattern}");
        }
    }

    #[test]
    fn a_name_without_its_folder_is_suggested_with_it() {
        for (pattern, suggested) in [
            ("accuracy", "did you mean `lofi/accuracy`?"),
            ("acuracy", "did you mean `lofi/accuracy`?"),
            ("lofi/acuracy", "did you mean `lofi/accuracy`?"),
            ("fuorier", "did you mean `fourier`?"),
        ] {
            let text = found(pattern).unwrap_err();
            assert!(text.contains(suggested), "{text}");
        }
    }
}
