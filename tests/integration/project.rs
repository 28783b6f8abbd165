//! A project folder of its own for every test, and the real binary run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A study on the embedded data that runs in a fraction of a second.
pub const TINY: &str = include_str!("../studies/demo/tiny.yaml");

/// An edit of [`TINY`] that only fails while it runs: a curve without `per` has several rows at one place.
pub const FAILS: (&str, &str) = (
    "bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model]}",
    "threshold-location: {table: error, column: test_error, along: n_train, crosses: 0.3, direction: falling, at_most: 60}",
);

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text with each of some parts replaced, once; a part that is not there fails the test.
pub fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the study has no `{from}`");
        text.replacen(from, to, 1)
    })
}

/// A folder with `studies/` and the repository's `datasets/`.
pub struct Project {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    /// An empty folder.
    pub fn bare() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// An empty project.
    pub fn empty() -> Self {
        let Self { folder } = Self::bare();
        let cards = folder.path().join("datasets");
        fs::create_dir_all(&cards).unwrap();
        for entry in fs::read_dir(repository().join("datasets")).unwrap() {
            let entry = entry.unwrap();
            std::os::unix::fs::symlink(entry.path(), cards.join(entry.file_name())).unwrap();
        }
        Self { folder }
    }

    /// A project with the study [`TINY`], edited.
    pub fn tiny(edits: &[(&str, &str)]) -> Self {
        let project = Self::empty();
        project.edit(edits);
        project
    }

    /// Writes [`TINY`], edited, in place of what was there.
    pub fn edit(&self, edits: &[(&str, &str)]) {
        self.write("studies/demo/tiny.yaml", edited(TINY, edits));
    }

    /// Writes a study of `tests/studies` with the files that lie in the folder `made` beside it.
    pub fn study_of_tests(&self, name: &str) {
        let studies = repository().join("tests/studies");
        self.write(&format!("studies/{name}.yaml"), fs::read(studies.join(format!("{name}.yaml"))).unwrap());
        let made = Path::new(name).parent().unwrap().join("made");
        for entry in fs::read_dir(studies.join(&made)).into_iter().flatten() {
            let entry = entry.unwrap();
            let path = Path::new("studies").join(&made).join(entry.file_name());
            self.write(&path.display().to_string(), fs::read(entry.path()).unwrap());
        }
    }

    /// Writes a file.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A path in the project.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The binary with arguments, in the project's folder, told nothing by the environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lofi"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["LOFI_DATA", "LOFI_STORE", "LOFI_PROFILE", "LOFI_REMOTE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the binary to its end.
    pub fn lofi(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Runs the binary and expects that all went well.
    pub fn well(&self, arguments: &[&str]) -> Ran {
        let ran = self.lofi(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran
    }
}

impl Ran {
    /// Of a finished process.
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Exit code and error text, as snapshots hold them: nothing of the machine, no blanks at the ends of lines.
    pub fn refusal(&self) -> String {
        let lines: Vec<&str> = self.err.lines().map(str::trim_end).collect();
        format!("exit {}\n{}", self.code.unwrap_or(-1), lines.join("\n").trim_end())
    }

    /// The number of steps that ran and of results that were up to date, from the first line.
    pub fn counts(&self) -> (usize, usize) {
        let first = self.out.lines().next().unwrap_or_default();
        let numbers: Vec<usize> = first.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match (first.starts_with("nothing to do"), numbers.as_slice()) {
            (true, [cached, ..]) => (0, *cached),
            (false, [ran, cached, ..]) => (*ran, *cached),
            _ => panic!("no counts in {self:?}"),
        }
    }
}
