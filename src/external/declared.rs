//! Files that a study declares: what is in them enters keys, where they lie does not.

use crate::step::prelude::*;
use crate::step::{ParamFault, hex};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A declared file when its step is planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFound {
    /// As the study names it.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Where it is on this machine.
    #[serde(default, skip_serializing)]
    pub path: PathBuf,
}

impl FileFound {
    /// The file of a name in the project.
    ///
    /// # Errors
    /// Where it is not there, is no file or lies elsewhere; at the parameter `at`.
    pub fn at(name: &str, (root, at): (&Path, &str)) -> Result<Self, Problem> {
        if !is_inside(name) {
            let problem = Problem::at(at, format!("`{name}` is not a path inside of the project"));
            return Err(problem.help("write it from the folder that holds `studies`, without `..`"));
        }
        let path = std::env::current_dir().unwrap_or_default().join(root).join(name);
        match digest(&path) {
            Ok(sha256) => Ok(Self { name: name.to_owned(), sha256, path }),
            Err(error) => Err(absent(name, (root, at), &error)),
        }
    }

    /// As the parameter `found` is given it, with the path that no key holds.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({"name": self.name, "sha256": self.sha256, "path": self.path})
    }

    /// Its content, which must be what was planned.
    ///
    /// # Errors
    /// Where it has gone or changed since.
    pub fn content(&self) -> Result<Vec<u8>, StepError> {
        let name = &self.name;
        let bytes =
            fs::read(&self.path).map_err(|e| StepError::Outside(format!("the file `{name}` cannot be read: {e}")))?;
        if hex(&Sha256::digest(&bytes)) == self.sha256 {
            return Ok(bytes);
        }
        Err(StepError::Outside(format!("the file `{name}` changed since the run was planned: run it again")))
    }
}

/// Whether a path leads from the project's folder to something in it.
pub(super) fn is_inside(name: &str) -> bool {
    let path = Path::new(name);
    !name.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn absent(name: &str, (root, at): (&Path, &str), error: &std::io::Error) -> Problem {
    let problem = Problem::at(at, format!("the file `{name}` cannot be read: {error}"));
    let wanted = Path::new(name).file_name();
    let near = wanted.and_then(|wanted| {
        let folders = [PathBuf::new(), PathBuf::from("studies")].into_iter().chain(below(&root.join("studies")));
        let paths = folders.map(|folder| folder.join(wanted));
        paths.into_iter().find(|path| root.join(path).is_file())
    });
    problem.help(match near {
        Some(path) => format!("did you mean {}? paths begin at the folder that holds `studies`", path.display()),
        None => "paths begin at the folder that holds `studies`".to_owned(),
    })
}

/// The folders in `studies`, from the project's folder.
fn below(studies: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(studies).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| Path::new("studies").join(entry.file_name()))
        .collect();
    folders.sort();
    folders
}

/// Size, both times and number of a file: one that is rewritten differs in them.
type Stamp = (u64, i64, i64, i64, i64, u64);

/// A file that changed within this time is read anew: another change in the same tick would not show.
const SETTLED: Duration = Duration::from_secs(2);

/// SHA-256 of a file, remembered while its stamp stays: thousands of cells declare the same script.
fn digest(path: &Path) -> std::io::Result<String> {
    static KNOWN: Mutex<BTreeMap<PathBuf, (Stamp, String)>> = Mutex::new(BTreeMap::new());
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let stamp = stamp(&metadata);
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    if let Some((_, digest)) = known.filter(|(known, _)| *known == stamp && is_settled(&metadata)) {
        return Ok(digest);
    }
    let digest = hashed(fs::File::open(path)?)?;
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), (stamp, digest.clone()));
    Ok(digest)
}

fn hashed(mut file: fs::File) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&block[..read]),
        }
    }
}

fn stamp(metadata: &Metadata) -> Stamp {
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec(), changed.0, changed.1, metadata.ino())
}

fn is_settled(metadata: &Metadata) -> bool {
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(metadata.ctime()).unwrap_or(0));
    SystemTime::now().duration_since(changed).is_ok_and(|ago| ago > SETTLED)
}

/// The parameters of a kind for what is to be found; none where they cannot be read, which is told elsewhere.
pub(super) fn readable<T: serde::de::DeserializeOwned>(params: &serde_json::Value) -> Option<T> {
    let read: Result<T, Vec<ParamFault>> = crate::step::typed(params);
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content_and_one_that_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("code")).unwrap();
        fs::write(folder.path().join("code/a.py"), "1").unwrap();
        let found = FileFound::at("code/a.py", (folder.path(), "files.0")).unwrap();
        assert_eq!(found.content().unwrap(), b"1");
        fs::write(folder.path().join("code/a.py"), "2").unwrap();
        assert!(found.content().unwrap_err().to_string().contains("changed since"));
        let again = FileFound::at("code/a.py", (folder.path(), "files.0")).unwrap();
        assert_ne!(again.sha256, found.sha256);
        assert!(!serde_json::to_string(&again).unwrap().contains("path"), "a path is no part of a key");
    }

    #[test]
    fn what_is_not_there_is_told_with_what_was_meant() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("studies/own")).unwrap();
        fs::write(folder.path().join("studies/own/fit.py"), "").unwrap();
        let problem = FileFound::at("fit.py", (folder.path(), "files.0")).unwrap_err();
        assert_eq!(problem.at.as_deref(), Some("files.0"));
        assert!(problem.help.unwrap().contains("did you mean studies/own/fit.py?"));
        for name in ["/etc/passwd", "../x", ""] {
            assert!(FileFound::at(name, (folder.path(), "files.0")).is_err(), "{name}");
        }
    }
}
