//! Programs shut in: no network, nothing to write but their own folder.

use super::said;
use std::path::Path;

/// What shuts programs in.
const PROGRAM: &str = "bwrap";

/// Why nothing can be shut in here; nothing where it can.
pub(in crate::external) fn gate() -> Option<String> {
    if said::found(PROGRAM).is_none() {
        let mend = "install the package `bubblewrap`, or take `sandbox` away";
        return Some(format!("`sandbox: true` needs the program `{PROGRAM}`, which is not here: {mend}"));
    }
    let (nothing, anywhere) = (["/bin/sh", "-c", ":"].map(ToOwned::to_owned), std::env::temp_dir());
    said::answer(&around(&nothing, (&anywhere, &anywhere)))
        .err()
        .map(|why| format!("`sandbox: true` is refused by this system: {why}"))
}

/// The arguments that run a program in a sandbox in which it can write below `folder` alone.
pub(in crate::external) fn around(argv: &[String], (folder, work): (&Path, &Path)) -> Vec<String> {
    let (folder, work) = (folder.display().to_string(), work.display().to_string());
    let before = [
        PROGRAM,
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--bind",
        &folder,
        &folder,
        "--chdir",
        &work,
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--die-with-parent",
        "--",
    ];
    before.into_iter().map(ToOwned::to_owned).chain(argv.iter().cloned()).collect()
}
