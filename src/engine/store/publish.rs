//! Writing to the store, and taking out what is damaged.
//!
//! Everything is written in the run's own folder and renamed into place, so nobody sees it half-written. Writing does not
//! wait for the disk: after a power cut an entry can be torn, but then its hashes say so and it is computed again. What
//! is waited for, in one go for all that was written, is the end of a run and every few seconds of work.

use super::disk::{self, Durable};
use super::entries::{Entry, Store, StoredFile, StoredOutput};
use super::error::{StoreError, io};
use super::owner::RunFolder;
use crate::artifact::{self, Value};
use crate::step::{hex, seal};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self as stdio, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Work that a power cut may cost.
const SETTLE_EVERY: Duration = Duration::from_secs(5);
const WRITE: &str = "write to the store at";

impl Store {
    /// Writes an entry; `values` are the outputs to keep, by port name. Nobody ever sees it half-written.
    ///
    /// # Errors
    /// Where the disk refuses; then nothing is left behind.
    pub fn publish(&self, mut entry: Entry, values: &[(&str, &Value)]) -> Result<Entry, StoreError> {
        let folder = self.in_work(|folder| fs::create_dir(folder))?;
        let written = self.write(&folder, &mut entry, values).and_then(|()| self.reveal(&folder, &entry));
        if let Err(error) = written {
            disk::remove(&folder);
            return Err(error);
        }
        self.unsettled.store(true, Ordering::Release);
        self.settle_if_due()?;
        Ok(entry)
    }

    /// Brings what was written to the disk; a power cut after this loses none of it.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.settle_since(&mut self.settled.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same every few seconds. Whoever writes while another thread waits for the disk goes on.
    fn settle_if_due(&self) -> Result<(), StoreError> {
        match self.settled.try_lock() {
            Ok(mut settled) if settled.elapsed() > SETTLE_EVERY => self.settle_since(&mut settled),
            _ => Ok(()),
        }
    }

    /// One thread at a time: nobody is told that all is on the disk while another one still waits for it.
    fn settle_since(&self, settled: &mut Instant) -> Result<(), StoreError> {
        if self.unsettled.swap(false, Ordering::AcqRel) {
            if let Err(error) = disk::settle(&self.root) {
                self.unsettled.store(true, Ordering::Release);
                return Err(io(WRITE, &self.root)(error));
            }
            *settled = Instant::now();
        }
        Ok(())
    }

    /// Takes this run's own folder away, where the process ends before its threads do.
    pub(in crate::engine) fn leave(&self) {
        drop(self.run.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Shows other machines that this run lives.
    pub(super) fn beat(&self) {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(RunFolder::beat);
    }

    /// The folder that this run has for itself while it lives.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub(super) fn run_folder(&self) -> Result<PathBuf, StoreError> {
        Ok(self.new_place(false)?.parent().unwrap_or(&self.root).to_owned())
    }

    /// Makes something new in the run's own folder; returns where.
    pub(super) fn in_work(&self, mut make: impl FnMut(&Path) -> stdio::Result<()>) -> Result<PathBuf, StoreError> {
        let mut again = false;
        loop {
            let place = self.new_place(again)?;
            match make(&place) {
                Ok(()) => return Ok(place),
                // Another machine took this run for one that is no more.
                Err(e) if e.kind() == ErrorKind::NotFound && !again => again = true,
                Err(e) => {
                    disk::remove(&place);
                    return Err(io(WRITE, &place)(e));
                }
            }
        }
    }

    fn new_place(&self, in_new_folder: bool) -> Result<PathBuf, StoreError> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if in_new_folder {
            *run = None;
        }
        let folder = match run.take() {
            Some(folder) => folder,
            None => RunFolder::make(&self.root)?,
        };
        let place = folder.path().join(self.written.fetch_add(1, Ordering::Relaxed).to_string());
        *run = Some(folder);
        Ok(place)
    }

    fn write(&self, folder: &Path, entry: &mut Entry, values: &[(&str, &Value)]) -> Result<(), StoreError> {
        for (port, value) in values {
            #[cfg(test)]
            super::testing::touch();
            let inside = folder.join(port);
            fs::create_dir(&inside).map_err(io(WRITE, &inside))?;
            let mut files = Vec::new();
            for file in artifact::encode(value)? {
                let path = inside.join(&file.name);
                disk::write(&path, &[&file.bytes], Durable::Later).map_err(io(WRITE, &path))?;
                let sha256 = hex(&Sha256::digest(&file.bytes));
                files.push(StoredFile { name: file.name, bytes: file.bytes.len() as u64, sha256 });
            }
            let digest = digest_of(&files);
            entry.outputs.insert((*port).to_owned(), StoredOutput { value_type: value.value_type(), digest, files });
        }
        let text = seal(&*entry).map_err(|e| StoreError::Damaged { path: folder.to_owned(), reason: e.to_string() })?;
        let path = folder.join("entry.json");
        disk::write(&path, &[&text], Durable::Later).map_err(io(WRITE, &path))
    }

    /// Renames a finished folder into place. Another process may have been first: an entry with the same values stays,
    /// so that whoever reads it is not disturbed.
    pub(super) fn reveal(&self, folder: &Path, entry: &Entry) -> Result<(), StoreError> {
        let target = self.place("objects", &entry.key);
        disk::make_folder(&self.root, target.parent().unwrap_or(&self.root))?;
        for _ in 0..3 {
            let Err(error) = self.rename(folder, &target) else { return Ok(()) };
            if disk::look(&target).map_err(io(WRITE, &target))?.is_none() {
                return Err(io(WRITE, &target)(error));
            }
            match self.entry(&entry.key) {
                Ok(Some(there)) if there.outputs == entry.outputs => break,
                // It is damaged, or kept less than this one.
                Ok(Some(_)) | Err(StoreError::Damaged { .. }) => self.discard(&target)?,
                Ok(None) => {}
                Err(other) => return Err(other),
            }
        }
        disk::remove(folder);
        Ok(())
    }

    /// Replaces a small file at once.
    ///
    /// # Errors
    /// Where the disk refuses; then what was there before still is.
    pub(in crate::engine) fn replace(&self, path: &Path, parts: &[&[u8]], durable: Durable) -> Result<(), StoreError> {
        disk::make_folder(&self.root, path.parent().unwrap_or(&self.root))?;
        let beside = self.in_work(|place| disk::write(place, parts, durable))?;
        let done = match self.rename(&beside, path) {
            // A folder is in its place.
            Err(e) if e.kind() == ErrorKind::IsADirectory => {
                self.discard(path).and_then(|()| self.rename(&beside, path).map_err(io(WRITE, path)))
            }
            other => other.map_err(io(WRITE, path)),
        };
        if done.is_err() {
            disk::remove(&beside);
        }
        self.unsettled.store(true, Ordering::Release);
        done
    }

    /// Renames; where the owner has no right to, though the run's own folder could be written, it is given back.
    fn rename(&self, from: &Path, to: &Path) -> stdio::Result<()> {
        match fs::rename(from, to) {
            Err(e) if e.kind() == ErrorKind::PermissionDenied => {
                let given = [from, to.parent().unwrap_or(to)].map(|path| disk::give_access(&self.root, path, 0o700));
                if given.contains(&true) { fs::rename(from, to) } else { Err(e) }
            }
            other => other,
        }
    }

    /// Takes a damaged entry out; one that turns out whole, as another process has mended it, stays.
    ///
    /// # Errors
    /// Where the disk refuses, or refuses to say whether the entry is damaged.
    pub fn evict(&self, key: &str) -> Result<(), StoreError> {
        match self.whole(key) {
            Err(StoreError::Damaged { .. }) => self.discard(&self.place("objects", key)),
            other => other.map(drop),
        }
    }

    /// Takes something out of the store. What lies behind a link is not ours to delete: it is set aside where it lies.
    pub(in crate::engine) fn discard(&self, path: &Path) -> Result<(), StoreError> {
        let refused = || io("remove", path);
        let within = !disk::leads_out(&self.root, path).map_err(refused())?;
        let elsewhere = || Err(ErrorKind::CrossesDevices.into());
        let moved = self.in_work(|aside| if within { self.rename(path, aside) } else { elsewhere() });
        match moved {
            Ok(aside) => {
                disk::remove(&aside);
                Ok(())
            }
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::CrossesDevices => {
                let run = self.new_place(false)?;
                let name: Vec<_> = run.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
                fs::rename(path, path.with_file_name(format!(".aside-{}", name.join("-")))).map_err(refused())
            }
            Err(_) if matches!(disk::look(path), Ok(None)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Identity of a value from the hashes of its files.
pub(super) fn digest_of(files: &[StoredFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.name.as_bytes());
        hash.update(file.sha256.as_bytes());
    }
    hex(&hash.finalize())
}
