//! Takes results out of a store that nobody needs, or that are cheap to have again, until it is small enough.
//!
//! Never taken out is what is pinned, what a living run uses, and what lies behind a link. What no study reaches goes
//! first. Among equals that goes first which costs the least to have again for its size and the time since its last use:
//! the value of a result is `seconds / bytes / (1 + hours since its last use)`.
//!
//! Every result is renamed out of its place before it is deleted, so whoever is killed in the middle leaves whole results
//! and a folder that the next run clears. The content index is mended after that: a line that leads nowhere is none to
//! whoever reads it.

use super::disk;
use super::entries::Store;
use super::error::{StoreError, io};
use super::inventory::{Held, Inventory};
use super::turn::Turn;
use super::uses::folder_entries;
use crate::engine::plan::record::RunRecord;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A list of the code behind a kind that nothing names stays for this long: a run may be about to store what names it.
const CODE_STAYS: Duration = Duration::from_secs(24 * 3600);

/// How much is taken out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    /// The store may have as many bytes; without it all goes that no study reaches.
    pub bytes: Option<u64>,
    /// What studies reach stays, whatever the bound.
    pub all_reached: bool,
    /// Nothing is changed, only said.
    pub dry_run: bool,
}

/// What was taken out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collected {
    /// The results, in the order in which they went, and whether a study reaches each.
    pub dropped: Vec<(Held, bool)>,
    /// States of steps that no study reaches.
    pub states: usize,
    /// Bytes that are free now.
    pub freed_bytes: u64,
    /// Bytes that the store has after it.
    pub left_bytes: u64,
    /// Results that stay because they are pinned.
    pub pinned: usize,
    /// Results that stay because a living run uses them.
    pub in_use: usize,
    /// Results that stay because they lie behind a link.
    pub linked: usize,
}

/// What may go, and in which order.
struct Choice {
    order: Vec<(Held, bool)>,
    collected: Collected,
}

impl Store {
    /// Takes out results; `reached` are the keys that studies reach.
    ///
    /// # Errors
    /// Where it is not known what is in use or pinned, or the disk refuses. What was taken out by then stays out.
    pub fn collect(&self, reached: &BTreeSet<String>, keep: Keep) -> Result<Collected, StoreError> {
        let _alone = Turn::alone(self)?;
        let in_use = self.in_use()?;
        let inventory = self.inventory()?;
        let Choice { order, mut collected } = self.choice(&inventory, (reached, &in_use))?;
        collected.left_bytes = inventory.bytes();
        let over = |left: u64| keep.bytes.is_none_or(|most| left > most);
        for key in self.keys_in("scratch")? {
            let path = self.place("scratch", &key);
            if !reached.contains(&key) && !in_use.contains(&key) && over(collected.left_bytes) {
                collected.states += 1;
                collected.frees(std::fs::metadata(&path).map_or(0, |file| file.len()));
                if !keep.dry_run {
                    self.discard(&path)?;
                }
            }
        }
        for (held, is_reached) in order {
            if !over(collected.left_bytes) || is_reached && (keep.all_reached || keep.bytes.is_none()) {
                continue;
            }
            collected.frees(held.bytes);
            collected.dropped.push((held, is_reached));
        }
        if !keep.dry_run {
            self.remember_times(&collected)?;
            for (held, _) in &collected.dropped {
                self.discard(&self.place("objects", &held.key))?;
            }
            self.mend_content(&inventory, &collected)?;
            self.tidy(&inventory, (&collected, &in_use))?;
            self.settle()?;
        }
        Ok(collected)
    }

    fn choice(
        &self,
        inventory: &Inventory,
        (reached, in_use): (&BTreeSet<String>, &BTreeSet<String>),
    ) -> Result<Choice, StoreError> {
        let pins = self.pins()?;
        let pinned = pins.keys();
        let (mut order, mut collected) = (Vec::new(), Collected::default());
        for held in &inventory.results {
            if pinned.contains(held.key.as_str()) {
                collected.pinned += 1;
            } else if in_use.contains(&held.key) {
                collected.in_use += 1;
            } else if held.linked {
                collected.linked += 1;
            } else {
                order.push((held.clone(), reached.contains(&held.key)));
            }
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        order.sort_by(|(a, a_reached), (b, b_reached)| {
            a_reached.cmp(b_reached).then(worth(a, now).total_cmp(&worth(b, now))).then(a.key.cmp(&b.key))
        });
        Ok(Choice { order, collected })
    }

    /// Lines of the content index that led to what is gone lead to a result with the same bytes, or go too.
    fn mend_content(&self, inventory: &Inventory, collected: &Collected) -> Result<(), StoreError> {
        let gone: BTreeMap<&str, &str> =
            collected.dropped.iter().map(|(held, _)| (held.key.as_str(), held.same.as_str())).collect();
        let left = inventory.results.iter().filter(|held| !gone.contains_key(held.key.as_str()));
        let left: BTreeMap<&str, &str> = left.map(|held| (held.same.as_str(), held.key.as_str())).collect();
        for content_key in self.keys_in("content")? {
            let path = self.place("content", &content_key);
            let key = match self.content(&content_key) {
                Err(StoreError::Damaged { .. }) => continue,
                other => other?,
            };
            let leads_nowhere = |key: &String| matches!(disk::look(&self.place("objects", key)), Ok(None));
            let Some(key) = key.filter(leads_nowhere) else { continue };
            match gone.get(key.as_str()).filter(|same| !same.is_empty()).and_then(|same| left.get(same)) {
                Some(other) => self.remember_content(&content_key, other)?,
                None if disk::leads_out(self.root(), &path).map_err(io("read", &path))? => {}
                None => self.discard(&path)?,
            }
        }
        Ok(())
    }

    /// What a study cost stays known: records of runs say what steps took whose results are about to go.
    fn remember_times(&self, collected: &Collected) -> Result<(), StoreError> {
        if collected.dropped.is_empty() {
            return Ok(());
        }
        let times: HashMap<&str, f64> =
            collected.dropped.iter().map(|(held, _)| (held.key.as_str(), held.own_s)).collect();
        for path in files_below(&self.root().join("runs"))? {
            if let Ok(Some(mut record)) = RunRecord::at(self, &path)
                && record.remember(&times)
            {
                record.write(self)?;
            }
        }
        Ok(())
    }

    /// Takes out lists of uses and of code that speak of nothing that is left.
    fn tidy(
        &self,
        inventory: &Inventory,
        (collected, in_use): (&Collected, &BTreeSet<String>),
    ) -> Result<(), StoreError> {
        let gone: BTreeSet<&str> = collected.dropped.iter().map(|(held, _)| held.key.as_str()).collect();
        let left = || inventory.results.iter().filter(|held| !gone.contains(held.key.as_str()));
        let keys: BTreeSet<&str> = left().map(|held| held.key.as_str()).collect();
        for list in self.all_uses()? {
            let speaks = |key: &String| keys.contains(key.as_str()) || in_use.contains(key);
            if !list.keys.iter().any(speaks) {
                self.discard(&list.path)?;
            }
        }
        let mut codes: BTreeSet<String> = left().map(|held| held.code.clone()).collect();
        for path in files_below(&self.root().join("runs"))? {
            if let Ok(Some(record)) = RunRecord::at(self, &path) {
                codes.extend(record.steps.into_iter().map(|step| step.code));
            }
        }
        for path in files_below(&self.root().join("code"))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let old = || disk::age(&path).is_some_and(|age| age > CODE_STAYS);
            if !codes.contains(&name) && old() {
                self.discard(&path)?;
            }
        }
        Ok(())
    }
}

impl Collected {
    fn frees(&mut self, bytes: u64) {
        self.freed_bytes += bytes;
        self.left_bytes = self.left_bytes.saturating_sub(bytes);
    }
}

/// What keeping a result is worth.
#[expect(clippy::cast_precision_loss, reason = "sizes and times are far below 2^53")]
fn worth(held: &Held, now_unix_s: u64) -> f64 {
    let hours = now_unix_s.saturating_sub(held.used_unix_s) as f64 / 3600.0;
    held.cost_s / held.bytes.max(1) as f64 / (1.0 + hours)
}

/// All files below a folder.
fn files_below(folder: &Path) -> Result<Vec<std::path::PathBuf>, StoreError> {
    let mut found = Vec::new();
    for path in folder_entries(folder)? {
        if path.is_dir() { found.extend(files_below(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "collect_tests.rs"]
mod tests;
