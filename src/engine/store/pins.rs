//! What is never taken out: `STORE/pins.json`, names with the keys that they hold, with a hash of itself.

use super::disk::{self, Durable, Found};
use super::entries::Store;
use super::error::StoreError;
use super::turn::Turn;
use crate::step::{seal, unseal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// More than any list of pins takes.
const MOST_BYTES: u64 = 1 << 30;

/// What is pinned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins {
    /// By what the user named: a study with its profile, or a key.
    pub pins: BTreeMap<String, BTreeSet<String>>,
}

impl Pins {
    /// All keys.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<&str> {
        self.pins.values().flatten().map(String::as_str).collect()
    }
}

impl Store {
    /// What is pinned.
    ///
    /// # Errors
    /// Where the list is damaged or cannot be read.
    pub fn pins(&self) -> Result<Pins, StoreError> {
        let path = self.pins_path();
        let damaged = |reason: String| Err(StoreError::Damaged { path: path.clone(), reason });
        match disk::read(&self.root, &path, MOST_BYTES)? {
            Found::File(bytes) => unseal(&bytes).or_else(|e| damaged(e.to_string())),
            Found::Nothing => Ok(Pins::default()),
            Found::Odd(reason) => damaged(format!("it {reason}")),
        }
    }

    /// Changes what is pinned; nobody takes a result out meanwhile.
    ///
    /// # Errors
    /// Where the list is damaged or the disk refuses.
    pub fn change_pins(&self, change: impl FnOnce(&mut Pins)) -> Result<Pins, StoreError> {
        let _alone = Turn::alone(self)?;
        let mut pins = self.pins()?;
        change(&mut pins);
        self.write_pins(&pins)?;
        Ok(pins)
    }

    /// Forgets all that is pinned, a damaged list too.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn forget_pins(&self) -> Result<(), StoreError> {
        let _alone = Turn::alone(self)?;
        self.write_pins(&Pins::default())
    }

    fn write_pins(&self, pins: &Pins) -> Result<(), StoreError> {
        let path = self.pins_path();
        let text = seal(pins).map_err(|e| StoreError::Damaged { path: path.clone(), reason: e.to_string() })?;
        self.replace(&path, &[&text], Durable::Now)
    }

    fn pins_path(&self) -> PathBuf {
        self.root.join("pins.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_stay_until_they_are_taken_away_and_damage_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.pins().unwrap(), Pins::default());
        let keys = BTreeSet::from(["a".repeat(64), "b".repeat(64)]);
        store.change_pins(|pins| drop(pins.pins.insert("lofi/accuracy@quick".to_owned(), keys.clone()))).unwrap();
        store.change_pins(|pins| drop(pins.pins.insert("c".repeat(64), BTreeSet::from(["c".repeat(64)])))).unwrap();
        assert_eq!(Store::open(folder.path()).unwrap().pins().unwrap().keys().len(), 3);
        store.change_pins(|pins| drop(pins.pins.remove("lofi/accuracy@quick"))).unwrap();
        assert_eq!(store.pins().unwrap().keys(), BTreeSet::from(["c".repeat(64).as_str()]));
        let path = folder.path().join("pins.json");
        let text = std::fs::read_to_string(&path).unwrap().replacen('c', "d", 1);
        std::fs::write(&path, text).unwrap();
        assert!(matches!(store.pins(), Err(StoreError::Damaged { .. })));
        assert!(store.change_pins(|_| ()).is_err(), "what was pinned is not forgotten by the way");
        store.forget_pins().unwrap();
        assert_eq!(store.pins().unwrap(), Pins::default());
    }
}
