//! From the store to a remote: values first, then the description, so that a result is there whole or not at all.

use super::crew::{Moved, Watch, each};
use super::error::RemoteError;
use super::layout;
use super::pull::find;
use super::refused;
use super::shelf::Shelf;
use crate::engine::{RunRecord, Store, StoreError};
use crate::step::seal;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How a push goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sending {
    /// Sends what is there already too.
    pub again: bool,
    /// Only counts.
    pub dry_run: bool,
}

/// What a push did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Results that were sent, or would be.
    pub results: usize,
    /// Bytes of their values that were not there.
    pub bytes: u64,
    /// Results that were there.
    pub there: usize,
    /// Results that are damaged here, which were not sent.
    pub damaged: BTreeSet<String>,
}

/// Sends results that are here.
///
/// # Errors
/// Where the remote does not answer, refuses or is full, or the store cannot be read. What was sent by then stays.
pub fn push(
    store: &Store,
    shelf: &dyn Shelf,
    (keys, how): (&BTreeSet<String>, Sending),
    watch: &dyn Watch,
) -> Result<Pushed, RemoteError> {
    let mut here = Vec::new();
    let mut pushed = Pushed::default();
    for key in keys {
        match store.entry(key) {
            Ok(entry) => here.extend(entry.map(|_| key.clone())),
            Err(StoreError::Damaged { .. }) => drop(pushed.damaged.insert(key.clone())),
            Err(other) => return Err(other.into()),
        }
    }
    let bad = refused::read(store);
    let there = if how.again { BTreeSet::new() } else { find(shelf, &here, watch)? };
    let open: Vec<String> = here.iter().filter(|key| !there.contains(*key) || bad.contains(*key)).cloned().collect();
    pushed.there = here.len() - open.len();
    watch.moved(Moved::Of(open.len()));
    let (state, known) = (Mutex::new(pushed), Mutex::new(bad.clone()));
    let done = each(&open, watch, |key| {
        let over = how.again || bad.contains(key);
        let sent = send(store, shelf, (key, over, how.dry_run), watch);
        let mut pushed = state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        match sent {
            Ok(bytes) => {
                pushed.results += 1;
                pushed.bytes += bytes;
                known.remove(key);
            }
            Err(RemoteError::Store(StoreError::Damaged { .. })) => drop(pushed.damaged.insert(key.clone())),
            Err(other) => {
                // What is wrong there has the right size, so the next push would take it for sent.
                known.extend(matches!(other, RemoteError::Changed { .. }).then(|| key.clone()));
                return Err(other);
            }
        }
        watch.moved(Moved::One);
        Ok(())
    });
    let known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !how.dry_run && bad != known {
        refused::write(store, &known);
    }
    done.map(|()| state.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Sends one result; the bytes of values that were not there.
fn send(
    store: &Store,
    shelf: &dyn Shelf,
    (key, over, dry_run): (&str, bool, bool),
    watch: &dyn Watch,
) -> Result<u64, RemoteError> {
    let Some((entry, manifest)) = store.manifest(key)? else { return Ok(0) };
    let mut sent = 0;
    for (port, output) in &entry.outputs {
        for file in &output.files {
            let path = layout::value(&file.sha256);
            if !over && shelf.size(&path)? == Some(file.bytes) {
                continue;
            }
            sent += file.bytes;
            if !dry_run {
                shelf.put(&path, store.file_bytes(&entry, (port, &file.name))?)?;
                watch.moved(Moved::Bytes(file.bytes));
            }
        }
    }
    if !dry_run {
        shelf.put(&layout::result(key), manifest)?;
    }
    Ok(sent)
}

/// Sends the records of the last runs of studies.
///
/// # Errors
/// As [`push`].
pub fn push_records(store: &Store, shelf: &dyn Shelf, runs: &[(String, String)]) -> Result<usize, RemoteError> {
    let mut sent = 0;
    for (study, variant) in runs {
        let Some(record) = RunRecord::named(store, (study, variant))? else { continue };
        let Ok(text) = seal(&record) else { continue };
        if shelf.get(&layout::record(study, variant))?.as_ref() != Some(&text) {
            shelf.put(&layout::record(study, variant), text)?;
            sent += 1;
        }
    }
    Ok(sent)
}
