//! Damaged results and disks that refuse: what was lost is computed again, nothing is half-written, and it is said.

use crate::project::{Project, Ran};
use crate::store::{differences, files, objects, tables};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs, damages every entry of the store, and runs again: said aloud, and the same tables.
fn mends(damage: &dyn Fn(&Path), reason: &str) {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let store = project.path(".lofi");
    let before = tables(&store);
    files(&store.join("objects")).iter().for_each(|path| damage(path));
    let ran = project.well(&["run"]);
    let told = |step: &str| format!("damaged: demo/tiny: {step}: {reason}");
    for step in ["error (aggregate)", "lofi-score [n_train=60 seed=1]"] {
        assert!(ran.err.contains(&told(step)), "{step}: {}", ran.err);
    }
    assert!(ran.out.contains("  undecided    Every model errs"), "{}", ran.out);
    assert_eq!(differences(&tables(&store), &before), [""; 0]);
    assert_eq!(project.well(&["run"]).counts(), (0, 4));
}

fn is_entry(path: &Path) -> bool {
    path.ends_with("entry.json")
}

#[test]
fn truncated_files_are_computed_again() {
    let cut = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    };
    mends(
        &|path| {
            if !is_entry(path) {
                cut(path)
            }
        },
        "",
    );
}

#[test]
fn a_flipped_bit_is_found() {
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    mends(
        &|path| {
            if !is_entry(path) {
                flip(path)
            }
        },
        "",
    );
}

#[test]
fn entries_without_their_description_are_computed_again() {
    mends(
        &|path| {
            if is_entry(path) {
                fs::remove_file(path).unwrap()
            }
        },
        "entry.json is missing; it is computed again",
    );
}

#[test]
fn entries_with_garbage_are_computed_again() {
    mends(
        &|path| {
            if is_entry(path) {
                fs::write(path, b"{\x00\xff").unwrap()
            }
        },
        "entry.json: ",
    );
}

#[test]
fn one_damaged_table_costs_one_step() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let table = files(&project.path(".lofi/objects"));
    let table = table.iter().find(|path| path.ends_with("table/table.csv")).unwrap();
    fs::write(table, "model\n").unwrap();
    let (ran, _) = project.well(&["run"]).counts();
    assert!(ran <= 1, "{ran} steps ran");
}

/// A small file system of its own, gone when dropped.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where this user may not mount.
    fn mounted(folder: PathBuf, options: &str) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let done = mount(&["-t", "tmpfs", "-o", options, "tmpfs"], &folder);
        if !done {
            println!("skipped: mounting a file system is not permitted here");
        }
        done.then_some(Self(folder))
    }

    fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.0));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).stderr(Stdio::null()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(arguments).arg(folder).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn refused(ran: &Ran, action: &str, system: &str) {
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let last = ran.err.lines().last().unwrap();
    assert!(last.starts_with(&format!("error: cannot {action} ")), "{last}");
    assert!(last.ends_with(&format!("{system}; `--store DIR` uses another folder")), "{last}");
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let project = Project::tiny(&[]);
    let Some(disk) = Disk::mounted(project.path("disk"), "size=256k") else { return };
    let run = ["run", "--store", "disk/store", "--keep-free", "1KB"];
    refused(&project.lofi(&run), "write to the store at", "No space left on device (os error 28)");
    let left = files(&disk.0.join("store/tmp"));
    assert_eq!(left, Vec::<PathBuf>::new());
    let entries = objects(&disk.0.join("store"));
    assert!(entries.iter().filter(|(name, _)| name.ends_with("entry.json")).count() > 0);
    // With room, the run goes on from there and finds nothing damaged.
    disk.remount("size=64m");
    let ran = project.well(&run);
    assert!(!ran.err.contains("damaged"), "{ran:?}");
    assert!(ran.counts().0 < 32, "{ran:?}");
    project.well(&["run"]);
    assert_eq!(differences(&objects(&disk.0.join("store")), &objects(&project.path(".lofi"))), [""; 0]);
}

#[test]
fn on_a_short_disk_a_run_keeps_tables_and_figures_and_ends_well() {
    let project = Project::tiny(&[]);
    // The usual 2 GiB cannot stay free on it.
    let Some(disk) = Disk::mounted(project.path("disk"), "size=64m") else { return };
    let run = ["run", "--store", "disk/store"];
    let ran = project.well(&run);
    assert_eq!(ran.err.matches("room: ").count(), 1, "{ran:?}");
    let again = project.well(&run);
    assert!(again.counts().0 == 0 && !again.err.contains("room: "), "{again:?}");
    project.well(&["run", "--keep-free", "1KB"]);
    let [short, whole] = [disk.0.join("store"), project.path(".lofi")];
    assert!(!tables(&whole).is_empty());
    assert_eq!(differences(&tables(&short), &tables(&whole)), [""; 0]);
    let [short, whole] = [short, whole].map(|store| objects(&store));
    assert!(short.len() < whole.len(), "{} of {} files", short.len(), whole.len());
}

#[test]
fn a_read_only_store_is_said_and_can_be_read() {
    let project = Project::tiny(&[]);
    let Some(disk) = Disk::mounted(project.path("disk"), "size=64m") else { return };
    let run = ["run", "--store", "disk/store"];
    disk.remount("ro");
    refused(&project.lofi(&run), "make the store", "Read-only file system (os error 30)");
    disk.remount("rw");
    project.well(&run);
    // Where there is nothing to do, nothing needs to be written.
    disk.remount("ro");
    assert_eq!(project.well(&run).counts(), (0, 4));
    assert_eq!(project.well(&["plan", "--store", "disk/store"]).code, Some(0));
    project.edit(&[("[40, 60]", "[40]")]);
    refused(&project.lofi(&run), "write to the store at", "Read-only file system (os error 30)");
    disk.remount("rw");
    project.well(&run);
}

#[test]
fn a_store_below_a_file_is_refused() {
    let project = Project::tiny(&[]);
    project.write("notes.txt", "a file");
    refused(&project.lofi(&["run", "--store", "notes.txt/store"]), "make the store", "Not a directory (os error 20)");
    project.well(&["run"]);
}
