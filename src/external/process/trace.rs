//! Which files a program read that its study does not declare, as `strace` sees them.

use super::said;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

static ON: AtomicBool = AtomicBool::new(false);
static FOUND: Mutex<BTreeSet<(String, PathBuf)>> = Mutex::new(BTreeSet::new());

const PROGRAM: &str = "strace";

/// From now on programs are traced.
///
/// # Errors
/// Where the program that does it is not here.
pub fn start() -> Result<(), String> {
    if said::found(PROGRAM).is_none() {
        return Err(format!(
            "`--trace` needs the program `{PROGRAM}`, which is not here: install the package `{PROGRAM}`"
        ));
    }
    ON.store(true, Ordering::Release);
    Ok(())
}

/// Whether programs are traced.
#[must_use]
pub(in crate::external) fn is_on() -> bool {
    ON.load(Ordering::Acquire)
}

/// Files of the project and of the user's home that programs read and no study declares, each with the program.
#[must_use]
pub fn undeclared() -> Vec<(String, PathBuf)> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}

/// The arguments that run a program under the tracer, which writes to `log`.
pub(in crate::external) fn around(argv: &[String], log: &Path) -> Vec<String> {
    let log = log.display().to_string();
    let before = [PROGRAM, "-f", "-qq", "-y", "-s", "4096", "-e", "trace=%file", "-e", "signal=none", "-o", &log, "--"];
    before.into_iter().map(ToOwned::to_owned).chain(argv.iter().cloned()).collect()
}

/// Where files count.
pub(in crate::external) struct Around<'a> {
    /// The program, for people.
    pub program: &'a str,
    /// The folder of the step: its own files are declared.
    pub own: &'a Path,
    /// Where a relative path begins.
    pub work: &'a Path,
    /// The project's folder.
    pub project: &'a Path,
}

/// Keeps what a trace tells of files that are not declared.
pub(in crate::external) fn keep(trace: &str, around: &Around<'_>) {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.as_os_str().len() > 1);
    let folders = [Some(around.project.to_owned()), home, Some(around.own.to_owned())];
    let [project, home, own] = folders.map(|folder| folder.and_then(|folder| folder.canonicalize().ok()));
    let inside: Vec<PathBuf> = [project, home].into_iter().flatten().collect();
    let read = trace.lines().filter_map(read_file).map(|path| plain(&around.work.join(path)));
    let read = read.filter_map(|path| path.canonicalize().ok());
    let counts = |path: &PathBuf| {
        let is_own = own.as_ref().is_some_and(|own| path.starts_with(own));
        let ours = inside.iter().any(|folder| path.starts_with(folder)) && !is_own;
        ours && !is_of_a_language(path) && path.is_file()
    };
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.extend(read.filter(counts).map(|path| (around.program.to_owned(), path)));
}

/// The path that a line tells to have been opened for reading.
fn read_file(line: &str) -> Option<&str> {
    let (call, result) = line.rsplit_once(" = ")?;
    let opened = ["open(", "openat(", "openat2("].iter().any(|name| call.contains(name));
    let reads = !call.contains("O_WRONLY") && !call.contains("O_DIRECTORY") && !result.starts_with('-');
    let path = call.split('"').nth(1)?;
    (opened && reads).then_some(path)
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}

/// Whether a file is part of an interpreter or of its installed packages, which `version` and lock files stand for.
fn is_of_a_language(path: &Path) -> bool {
    const FOLDERS: [&str; 10] = [
        "site-packages",
        "dist-packages",
        "__pycache__",
        "node_modules",
        ".cache",
        ".pyenv",
        ".conda",
        ".rustup",
        ".julia",
        ".local",
    ];
    let part = |part: Component<'_>| part.as_os_str().to_str().is_some_and(|part| FOLDERS.contains(&part));
    let of_environment = |folder: &Path| folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir();
    path.components().any(part) || path.ancestors().skip(1).any(of_environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_that_came_off_are_told_apart_from_the_rest() {
        let line = |call: &str, end: &str| format!("4711 {call} = {end}");
        let read = |call: &str, end: &str| read_file(&line(call, end)).map(ToOwned::to_owned);
        let open = r#"openat(AT_FDCWD</tmp/x>, "secret.csv", O_RDONLY|O_CLOEXEC)"#;
        assert_eq!(read(open, "3</home/me/secret.csv>").as_deref(), Some("secret.csv"));
        assert_eq!(read(open, "-1 ENOENT (No such file or directory)"), None);
        assert_eq!(read(r#"openat(AT_FDCWD</tmp/x>, "out.csv", O_WRONLY|O_CREAT)"#, "3"), None);
        assert_eq!(read(r#"openat(AT_FDCWD</tmp/x>, "in", O_RDONLY|O_DIRECTORY)"#, "3"), None);
        assert_eq!(read(r#"newfstatat(AT_FDCWD, "a.csv", {st_mode=S_IFREG}, 0)"#, "0"), None);
    }

    #[test]
    fn a_file_of_the_project_counts_and_packages_do_not() {
        let project = tempfile::tempdir().unwrap();
        let root = project.path().canonicalize().unwrap();
        for file in ["data/a.csv", "env/lib/site-packages/numpy.py", "own/declared.csv"] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let own = root.join("own");
        let around = Around { program: "fit.py of a test", own: &own, work: &own, project: &root };
        let trace = ["../data/a.csv", "declared.csv", "../env/lib/site-packages/numpy.py", "gone.csv"];
        let lines: Vec<String> =
            trace.iter().map(|file| format!("1 openat(AT_FDCWD, \"{file}\", O_RDONLY) = 3")).collect();
        keep(&lines.join("\n"), &around);
        let found: Vec<PathBuf> =
            undeclared().into_iter().filter(|(p, _)| p == "fit.py of a test").map(|(_, path)| path).collect();
        assert_eq!(found, [root.join("data/a.csv")]);
    }
}
