//! What others install: the packed crate, the wheel, and what releases are made by.

use crate::project::{Project, Ran, repository};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the registry takes at most.
const LARGEST_BYTES: u64 = 10_000_000;

fn field(file: &str, key: &str) -> String {
    let text = fs::read_to_string(repository().join(file)).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("{file}: no {key}"));
    value.trim().trim_matches('"').to_owned()
}

#[test]
fn one_version_and_one_name_stand_everywhere() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(field("CITATION.cff", "version:"), version);
    assert_eq!(field("Cargo.toml", "version ="), version);
    assert_eq!(field("action.yml", "    default: 0."), version.strip_prefix("0.").unwrap());
    let name = env!("CARGO_PKG_NAME");
    assert_eq!(field("pyproject.toml", "name ="), name);
    for file in ["action.yml", "src/cli/commands/authoring/templates/workflow.yml"] {
        let text = fs::read_to_string(repository().join(file)).unwrap();
        assert!(text.contains(&format!("cargo install {name} --version")), "{file}");
    }
}

#[test]
fn workflows_are_yaml() {
    for file in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        let source = lofi::yaml::read(&repository().join(file), file).unwrap();
        let root = lofi::yaml::parse(&source).unwrap_or_else(|fault| panic!("{}: {fault}", fault.place));
        assert!(root.get("jobs").is_some() && root.get("permissions").is_some(), "{file}");
    }
}

/// Runs a program to its end.
fn run(command: &mut Command) -> String {
    let ran = Ran::of(&command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    ran.out
}

/// The program makes a project from nothing and runs it to a page with a verdict.
fn makes_a_project(lofi: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(lofi);
        command.args(arguments).current_dir(folder.path());
        ["LOFI_DATA", "LOFI_STORE", "LOFI_PROFILE"].into_iter().for_each(|name| _ = command.env_remove(name));
        run(&mut command)
    };
    command(&["init"]);
    let out = command(&["run", "--report"]);
    assert!(out.contains("held") && folder.path().join("reports/index.html").is_file(), "{out}");
    assert!(command(&["data", "list"]).contains("cifar100-coarse"));
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where this program was built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_lofi")).ancestors().nth(2).unwrap().to_owned()
}

/// `make package` runs it: it compiles the crate once more.
#[test]
#[ignore = "builds the packed crate: minutes"]
fn the_packed_crate_is_small_builds_and_computes_what_this_one_does() {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let made = target().join("package");
    run(cargo()
        .args(["package", "--no-verify", "--allow-dirty", "--quiet"])
        .arg("--target-dir")
        .arg(target())
        .current_dir(repository()));
    let packed = made.join(format!("{name}-{version}.crate"));
    let size = fs::metadata(&packed).unwrap().len();
    assert!(size < LARGEST_BYTES, "{size} bytes");
    println!("{} has {size} bytes", packed.display());
    let folder = made.join("unpacked");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    run(Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(&folder));
    let source = folder.join(format!("{name}-{version}"));
    // dependencies are those that are built already; apart from the repository it is a workspace of its own
    let built = target().join("packed");
    run(cargo()
        .args(["build", "--release", "--locked", "--quiet", "--bin", "lofi", "--target-dir"])
        .arg(target())
        .current_dir(&source));
    fs::create_dir_all(&built).unwrap();
    fs::copy(target().join("release/lofi"), built.join("lofi")).unwrap();
    makes_a_project(&built.join("lofi"));
    // the same code has the same fingerprints, so one takes over what the other has computed
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let out = run(Command::new(built.join("lofi")).arg("run").current_dir(project.path("")));
    assert!(out.starts_with("nothing to do"), "{out}");
    fs::remove_dir_all(&folder).unwrap();
}

/// `make wheel` runs it, with the wheel that it has built.
#[test]
#[ignore = "needs a wheel: make wheel"]
fn a_wheel_installs_in_a_fresh_environment_and_runs() {
    let wheels = std::env::var_os("LOFI_WHEELS").map_or_else(|| target().join("wheels"), PathBuf::from);
    let wheel = fs::read_dir(&wheels)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "whl"));
    let wheel = wheel.unwrap_or_else(|| panic!("no wheel in {}", wheels.display()));
    let folder = tempfile::tempdir().unwrap();
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.path()));
    let python = folder.path().join("bin/python");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]).arg(&wheel));
    let lofi = folder.path().join("bin/lofi");
    assert_eq!(run(Command::new(&lofi).arg("--version")).trim(), format!("lofi {}", env!("CARGO_PKG_VERSION")));
    makes_a_project(&lofi);
}
