//! What is left of programs when this one is killed: nothing.
//!
//! A shell in a process group of its own reads which groups run. Its input ends with this program, however that ends;
//! then it kills the groups that are left and takes the folder away in which they worked. No signal of the kernel does
//! that without unsafe code.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Reads `+ GROUP` and `- GROUP`; at the end of its input it kills those that are left, then whatever has the folder `$1` in
/// its environment, as all that steps start has it (what left its group, or started when this program was killed before it
/// could tell), and removes `$1`.
const SCRIPT: &str = r#"trap '' INT TERM HUP
live=
while read -r what group; do
  if [ "$what" = + ]; then live="$live $group"; else
    rest=
    for each in $live; do [ "$each" = "$group" ] || rest="$rest $each"; done
    live=$rest
  fi
done
for each in $live; do kill -KILL "-$each" 2>/dev/null; done
for round in 1 2; do
  for each in $(grep -laF -- "$1" /proc/[0-9]*/environ 2>/dev/null); do
    each=${each#/proc/}
    kill -KILL "${each%/environ}" 2>/dev/null
  done
  sleep 0.1
done
rm -rf -- "$1""#;

/// The shell and the folder that it looks after.
struct Watch {
    input: ChildStdin,
    folder: PathBuf,
    // waited for by nobody: it outlives this program
    _shell: Child,
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

/// A new empty folder, which is gone when this program has ended, however it ends.
///
/// # Errors
/// Where the system gives none, or starts no shell.
pub(in crate::external) fn folder() -> std::io::Result<tempfile::TempDir> {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if watch.is_none() {
        *watch = Some(started()?);
    }
    let root = watch.as_ref().map_or_else(std::env::temp_dir, |watch| watch.folder.clone());
    drop(watch);
    tempfile::Builder::new().prefix("step-").tempdir_in(root)
}

fn started() -> std::io::Result<Watch> {
    let folder = tempfile::Builder::new().prefix("lofi-steps-").tempdir()?.keep();
    let folder = std::fs::canonicalize(&folder).unwrap_or(folder);
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(SCRIPT).arg("sh").arg(&folder).current_dir("/").env_clear().env("PATH", path());
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let mut shell = shell.spawn().inspect_err(|_| drop(std::fs::remove_dir(&folder)))?;
    let input = shell.stdin.take().ok_or_else(|| std::io::Error::other("a shell without input"))?;
    Ok(Watch { input, folder, _shell: shell })
}

/// Where programs are looked for.
pub(in crate::external) fn path() -> String {
    std::env::var("PATH")
        .ok()
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_owned())
}

/// A process group runs, until this is dropped.
pub(super) struct Watched(u32);

/// Looks after a process group.
pub(super) fn watch(group: u32) -> Watched {
    tell('+', group);
    Watched(group)
}

impl Drop for Watched {
    fn drop(&mut self) {
        tell('-', self.0);
    }
}

fn tell(what: char, group: u32) {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(watch) = watch.as_mut() {
        // without a shell groups are still ended by whoever started them
        let _ = writeln!(watch.input, "{what} {group}");
    }
}
