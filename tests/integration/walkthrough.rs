//! Every command block of the README and of `docs/` is run as it stands, or says why it is not; what is shown of outputs is
//! compared loosely: any numbers, in order.

mod blocks;

use crate::common::skipped;
use crate::project::repository;
use blocks::{Block, blocks, differs};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Markdown files that people follow.
fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(repository().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let written = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        path.extension().is_some_and(|e| e == "md") && name != "kinds.md"
    };
    let mut all: Vec<PathBuf> = docs.filter(written).collect();
    all.push(repository().join("README.md"));
    all.sort();
    all
}

/// The folder of blocks that want a cluster.
const CLUSTER: &str = "slurm";

/// Whether a block is run in a copy of this project.
fn is_copy(block: &Block) -> bool {
    block.folder == "repository" || block.folder == CLUSTER
}

/// Runs the blocks of the guide where there is a cluster, in their order, with this profile file; what is wrong with them.
pub fn on_a_cluster(profile_file: &str) -> Vec<String> {
    let (place, mut faults, mut ran) = (Place::new(), Vec::new(), 0);
    let text = fs::read_to_string(repository().join("docs/cluster.md")).unwrap();
    for block in blocks(&text).iter().filter(|block| block.not_run.is_empty()) {
        fs::write(place.of(block).join("lofi.cluster.toml"), profile_file).unwrap();
        for (command, shown) in &block.commands {
            ran += 1;
            let wrong = match place.run(block, command) {
                Ok(output) => differs(shown, &output),
                Err(why) => Some(why),
            };
            faults.extend(wrong.map(|why| format!("docs/cluster.md:{}: `{command}`: {why}", block.line)));
        }
    }
    assert!(ran > 5, "only {ran} commands were found");
    faults
}

/// Where the blocks of one document are run.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn of(&self, block: &Block) -> PathBuf {
        let folder = self.folder.path().join(&block.folder);
        if is_copy(block) && !folder.exists() {
            fs::create_dir_all(folder.join("docs")).unwrap();
            for name in ["studies", "datasets", "results", "docs/references.bib"] {
                std::os::unix::fs::symlink(repository().join(name), folder.join(name)).unwrap();
            }
        }
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Runs a command as a person would type it, and gives what it printed.
    fn run(&self, block: &Block, command: &str) -> Result<String, String> {
        let binary = Path::new(env!("CARGO_BIN_EXE_lofi")).parent().unwrap().display().to_string();
        let path = format!("{binary}:{}", std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", command]).current_dir(self.of(block)).stdin(Stdio::null());
        for name in ["LOFI_DATA", "LOFI_STORE", "LOFI_PROFILE", "RUST_BACKTRACE"] {
            shell.env_remove(name);
        }
        if is_copy(block) {
            shell.env("LOFI_PROFILE", "smoke");
        }
        let done = shell.env("PATH", path).output().map_err(|e| e.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let printed = text(&done.stderr) + &text(&done.stdout);
        if done.status.success() { Ok(printed) } else { Err(format!("{}:\n{printed}", done.status)) }
    }
}

#[test]
fn every_command_block_does_what_it_says() {
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("python3 is not here, which the tutorial needs");
    }
    let (mut faults, mut ran) = (Vec::new(), 0);
    for document in documents() {
        let place = Place::new();
        let name = document.strip_prefix(repository()).unwrap_or(&document).display().to_string();
        for block in blocks(&fs::read_to_string(&document).unwrap()) {
            // Those of a cluster are run where there is one.
            if !block.not_run.is_empty() || block.folder == CLUSTER {
                continue;
            }
            for (command, shown) in &block.commands {
                ran += 1;
                let wrong = match place.run(&block, command) {
                    Ok(output) => differs(shown, &output),
                    Err(why) => Some(why),
                };
                faults.extend(wrong.map(|why| format!("{name}:{}: `{command}`: {why}", block.line)));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {ran} commands:\n{}", faults.len(), faults.join("\n\n"));
    assert!(ran > 30, "only {ran} commands were found");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split(['#', ' ']).next().unwrap_or_default();
            let is_local = !path.is_empty() && !path.contains("://") && !path.contains('{');
            if is_local && !folder.join(path).exists() {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_book_has_every_document() {
    let summary = fs::read_to_string(repository().join("docs/SUMMARY.md")).unwrap();
    for document in documents().iter().chain([&repository().join("docs/kinds.md")]) {
        let name = document.file_name().unwrap().to_string_lossy();
        if document.parent() == Some(&repository().join("docs")) && name != "SUMMARY.md" {
            assert!(summary.contains(&format!("({name})")), "docs/SUMMARY.md lacks {name}");
        }
    }
}
