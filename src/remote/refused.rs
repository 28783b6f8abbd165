//! Results of a remote that were refused here, or changed on their way there: `STORE/remote-refused`, a key a line. The next
//! push sends them again.

use crate::engine::Store;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn path(store: &Store) -> PathBuf {
    store.root().join("remote-refused")
}

/// The keys.
pub(super) fn read(store: &Store) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path(store)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Remembers them. A note that is lost costs that they are refused again.
pub(super) fn write(store: &Store, keys: &BTreeSet<String>) {
    let path = path(store);
    if keys.is_empty() {
        let _ = std::fs::remove_file(&path);
        return;
    }
    let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
    let beside = tempfile::NamedTempFile::new_in(store.root()).and_then(|file| {
        std::fs::write(file.path(), &text)?;
        file.persist(&path).map_err(|e| e.error)
    });
    drop(beside);
}
