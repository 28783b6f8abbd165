//! The folder of a baseline: written whole or not at all, and put right after a `bless` that was killed.

use super::error::BaselineError;
use super::manifest::{FORMAT, Manifest};
use super::sheet::Sheet;
use crate::study::SeedRecord;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Folders in which a baseline is put together, beside that of the profile.
const BESIDE: &str = ".blessing-";
/// The record of added seeds, which `bless` keeps: it is no result.
const RECORD: &str = "seeds.json";
/// The folder in there of the baseline that is replaced.
const OLD: &str = ".old";

fn unreadable(path: &Path, reason: impl ToString) -> BaselineError {
    BaselineError::Unreadable { path: path.to_owned(), reason: reason.to_string() }
}

/// What is wrong with a file of a study's baseline in a profile.
pub(super) fn spoilt(path: &Path, (study, profile): (&str, &str), reason: impl ToString) -> BaselineError {
    let (study, profile) = (study.to_owned(), profile.to_owned());
    BaselineError::Spoilt { study, profile, path: path.to_owned(), reason: reason.to_string() }
}

/// Reads the manifest of a folder.
pub(super) fn manifest(folder: &Path, whose: (&str, &str)) -> Result<Manifest, BaselineError> {
    #[derive(serde::Deserialize)]
    struct Layout {
        format: u32,
    }
    let path = folder.join("manifest.json");
    let text = match content(&path, whose)? {
        Some(text) => text,
        // a folder without a manifest is damaged; no folder is no baseline
        None if fs::symlink_metadata(folder).is_err() || holds_a_record_alone(folder) => {
            let (study, profile) = (whose.0.to_owned(), whose.1.to_owned());
            return Err(BaselineError::Missing { study, profile, path: folder.to_owned() });
        }
        None => return Err(spoilt(&path, whose, "it is gone")),
    };
    let damaged = |e: serde_json::Error| spoilt(&path, whose, in_words(&e));
    let layout: Layout = serde_json::from_slice(&text).map_err(damaged)?;
    if layout.format != FORMAT {
        return Err(spoilt(&path, whose, format!("layout {}, this program reads {FORMAT}", layout.format)));
    }
    serde_json::from_slice(&text).map_err(damaged)
}

/// The content of a file, nothing where there is none. It is looked at before it is opened: a pipe would be waited for.
pub(super) fn content(path: &Path, whose: (&str, &str)) -> Result<Option<Vec<u8>>, BaselineError> {
    let circle = rustix::io::Errno::LOOP.raw_os_error();
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => Err(spoilt(path, whose, "it lies below a file")),
        Err(e) if e.raw_os_error() == Some(circle) => Err(spoilt(path, whose, "its links lead in a circle")),
        Ok(about) if about.is_dir() => Err(spoilt(path, whose, "it is a folder, not a file")),
        Ok(about) if !about.is_file() => Err(spoilt(path, whose, "it is a pipe or device, not a file")),
        _ => fs::read(path).map(Some).map_err(|e| unreadable(path, e)),
    }
}

/// What is wrong with a manifest.
fn in_words(error: &serde_json::Error) -> String {
    let line = error.line();
    match error.classify() {
        serde_json::error::Category::Eof => "it is cut off".to_owned(),
        serde_json::error::Category::Data => {
            let told = error.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            let plain = told.starts_with("missing field") || told.starts_with('`');
            let told = if plain { told } else { "a value of another type than a manifest has there" };
            format!("line {line}: {told}")
        }
        _ => format!("line {line}: it is no JSON from here on"),
    }
}

/// Whether claims were registered and nothing was blessed yet.
fn holds_a_record_alone(folder: &Path) -> bool {
    let names = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let names: Vec<String> = fs::read_dir(folder).into_iter().flatten().flatten().map(names).collect();
    names.iter().any(|name| name == RECORD) && names.iter().all(|name| name.starts_with(RECORD))
}

/// Where the record of the seeds added to a study in a profile is.
#[must_use]
pub fn record_file(results: &Path, study: &str, profile: &str) -> PathBuf {
    results.join(study).join(profile).join(RECORD)
}

/// Writes the record of added seeds; it is on the disk, or the old one is, when this returns.
///
/// # Errors
/// Where the disk refuses.
pub fn write_record(path: &Path, record: &SeedRecord) -> Result<(), BaselineError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|e| unreadable(folder, e))?;
    let _held = Held::wait(folder.parent().unwrap_or(folder));
    let mut text = serde_json::to_string_pretty(record).map_err(|e| unreadable(path, e))?;
    text.push('\n');
    let part = path.with_extension("json.part");
    let written = || -> io::Result<()> {
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|e| unreadable(path, e))
}

/// The names of all tables in a folder.
pub(super) fn tables(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let tables = files.filter(|path| path.extension().is_some_and(|e| e == "csv"));
    let mut names: Vec<String> =
        tables.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

/// Writes a folder in place of the old one.
pub(super) fn write(
    folder: &Path,
    (manifest, tables): (&Manifest, &BTreeMap<String, Sheet>),
) -> Result<(), BaselineError> {
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|e| unreadable(parent, e))?;
    let _held = Held::wait(parent);
    clear(folder, parent);
    let beside = tempfile::TempDir::with_prefix_in(BESIDE, parent).map_err(|e| unreadable(parent, e))?;
    for (name, sheet) in tables {
        let path = beside.path().join(format!("{name}.csv"));
        fs::write(&path, sheet.to_csv()).map_err(|e| unreadable(&path, e))?;
    }
    let path = beside.path().join("manifest.json");
    let mut text = serde_json::to_string_pretty(manifest).map_err(|e| unreadable(&path, e))?;
    text.push('\n');
    fs::write(&path, text).map_err(|e| unreadable(&path, e))?;
    let record = folder.join(RECORD);
    if record.exists() {
        fs::copy(&record, beside.path().join(RECORD)).map_err(|e| unreadable(&record, e))?;
    }
    if folder.exists() {
        fs::rename(folder, beside.path().join(OLD)).map_err(|e| unreadable(folder, e))?;
    }
    if let Err(e) = fs::rename(beside.path(), folder) {
        let _ = fs::rename(beside.path().join(OLD), folder);
        return Err(unreadable(folder, e));
    }
    // it bears its own name now
    let _ = beside.keep();
    let _ = fs::remove_dir_all(folder.join(OLD));
    Ok(())
}

/// Puts right what a killed `bless` left, unless one is at work. Where the disk refuses, all stays as it is.
pub(super) fn tidy(folder: &Path) {
    let Some(parent) = folder.parent() else { return };
    if let Some(_held) = Held::at_once(parent) {
        clear(folder, parent);
    }
}

/// The old baseline goes back to its place if none is there, the rest is removed.
fn clear(folder: &Path, parent: &Path) {
    let _ = fs::remove_dir_all(folder.join(OLD));
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(BESIDE) {
            continue;
        }
        let beside = entry.path();
        let old = beside.join(OLD);
        if old.exists() {
            // one that held a record alone is named by what was to stand in its place
            let Some(profile) = profile_of(&old).or_else(|| profile_of(&beside)) else { continue };
            let place = parent.join(profile);
            if !place.exists() && fs::rename(&old, place).is_err() {
                continue;
            }
        }
        let _ = fs::remove_dir_all(&beside);
    }
}

/// The name of the folder that a baseline belongs in, by its manifest.
fn profile_of(folder: &Path) -> Option<std::ffi::OsString> {
    #[derive(serde::Deserialize)]
    struct Named {
        profile: String,
    }
    let manifest = content(&folder.join("manifest.json"), Default::default()).ok()??;
    let named: Named = serde_json::from_slice(&manifest).ok()?;
    Path::new(&named.profile).file_name().map(ToOwned::to_owned)
}

/// The baselines of a study, which one program at a time writes; let go when dropped, or when the program dies.
struct Held(#[expect(dead_code, reason = "the lock lives as long as the file is open")] Option<File>);

impl Held {
    /// Waits until no other program writes. A disk that knows no locks is written without.
    fn wait(parent: &Path) -> Self {
        let file = File::open(parent).ok();
        Self(file.filter(|file| file.lock().is_ok()))
    }

    /// Nothing where another program writes at the moment.
    fn at_once(parent: &Path) -> Option<Self> {
        let file = File::open(parent).ok()?;
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => None,
            _ => Some(Self(Some(file))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Baseline;
    use super::super::testing::baseline;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_but_tables_and_a_manifest_stays() {
        let results = tempfile::tempdir().unwrap();
        let folder = baseline(0.5, 1, "held").write(results.path()).unwrap();
        baseline(0.25, 1, "held").write(results.path()).unwrap();
        assert_eq!(names(&folder), ["manifest.json", "t.csv"]);
        assert_eq!(names(&results.path().join("s")), ["p"]);
    }

    #[test]
    fn the_record_of_added_seeds_is_written_whole_and_kept() {
        let results = tempfile::tempdir().unwrap();
        let path = record_file(results.path(), "s", "p");
        let record = |seeds| SeedRecord::new(vec![3, seeds], seeds);
        write_record(&path, &record(5)).unwrap();
        write_record(&path, &record(8)).unwrap();
        assert!(matches!(Baseline::read(results.path(), "s", "p"), Err(BaselineError::Missing { .. })));
        let new = baseline(0.5, 1, "held");
        let folder = new.write(results.path()).unwrap();
        assert_eq!(names(&folder), ["manifest.json", "seeds.json", "t.csv"]);
        assert_eq!(SeedRecord::read(&path, "seeds.json").unwrap(), Some(record(8)));
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), new);
        // killed between the two renames of the first `bless`
        fs::remove_file(folder.join("manifest.json")).unwrap();
        fs::remove_file(folder.join("t.csv")).unwrap();
        let beside = folder.with_file_name(".blessing-dead");
        fs::create_dir(&beside).unwrap();
        fs::write(beside.join("manifest.json"), "{\"profile\": \"p\"}").unwrap();
        fs::rename(&folder, beside.join(OLD)).unwrap();
        tidy(&folder);
        assert_eq!((names(&folder), names(folder.parent().unwrap())), (vec![RECORD.to_owned()], vec!["p".to_owned()]));
    }

    #[test]
    fn left_overs_of_a_killed_bless_go_once_none_is_at_work() {
        let results = tempfile::tempdir().unwrap();
        let old = baseline(0.25, 1, "held");
        let parent = old.write(results.path()).unwrap().parent().unwrap().to_owned();
        fs::create_dir(parent.join(".blessing-dead")).unwrap();
        fs::write(parent.join(".blessing-dead/t.csv"), "v\n").unwrap();
        let held = Held::wait(&parent);
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), old);
        assert_eq!(names(&parent), [".blessing-dead", "p"]);
        drop(held);
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), old);
        assert_eq!(names(&parent), ["p"]);
    }

    #[test]
    fn the_old_baseline_comes_back_where_the_new_one_was_not_put() {
        let results = tempfile::tempdir().unwrap();
        let old = baseline(0.25, 1, "held");
        let folder = old.write(results.path()).unwrap();
        let beside = folder.with_file_name(".blessing-dead");
        fs::create_dir(&beside).unwrap();
        fs::rename(&folder, beside.join(OLD)).unwrap();
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), old);
        assert_eq!(names(folder.parent().unwrap()), ["p"]);
        // killed after the new one was put there
        fs::create_dir(folder.join(OLD)).unwrap();
        assert_eq!(Baseline::read(results.path(), "s", "p").unwrap(), old);
        assert_eq!(names(&folder), ["manifest.json", "t.csv"]);
    }

    #[test]
    fn a_folder_of_another_layout_or_without_a_manifest_is_no_missing_baseline() {
        let results = tempfile::tempdir().unwrap();
        let folder = baseline(0.25, 1, "held").write(results.path()).unwrap();
        let error = |text: &str| {
            fs::write(folder.join("manifest.json"), text).unwrap();
            Baseline::read(results.path(), "s", "p").unwrap_err().to_string()
        };
        let again = "; restore it, or `lofi bless s --profile p` writes it anew";
        for (text, told) in [
            ("{\"format\": 1}", "layout 1, this program reads 2"),
            ("{", "it is cut off"),
            ("{\n]", "line 2: it is no JSON from here on"),
            ("{}", "line 1: missing field `format`"),
            ("{\"format\": true}", "line 1: a value of another type than a manifest has there"),
        ] {
            assert!(error(text).ends_with(&format!("manifest.json: {told}{again}")), "{}", error(text));
        }
        fs::remove_file(folder.join("manifest.json")).unwrap();
        let gone = Baseline::read(results.path(), "s", "p");
        assert!(matches!(gone, Err(BaselineError::Spoilt { .. })), "{gone:?}");
    }

    #[test]
    fn what_is_no_file_is_told_and_never_waited_for() {
        let results = tempfile::tempdir().unwrap();
        let folder = baseline(0.25, 1, "held").write(results.path()).unwrap();
        for name in ["t.csv", "manifest.json"] {
            let path = folder.join(name);
            fs::remove_file(&path).unwrap();
            rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
            let told = Baseline::read(results.path(), "s", "p").unwrap_err().to_string();
            assert!(told.contains(&format!("{name}: it is a pipe or device, not a file; restore it")), "{told}");
        }
        fs::remove_dir_all(&folder).unwrap();
        let told = || Baseline::read(results.path(), "s", "p").unwrap_err().to_string();
        fs::write(&folder, "x").unwrap();
        assert!(told().contains("manifest.json: it lies below a file; restore it"), "{}", told());
        fs::remove_file(&folder).unwrap();
        std::os::unix::fs::symlink("p", &folder).unwrap();
        assert!(told().contains("manifest.json: its links lead in a circle; restore it"), "{}", told());
    }
}
