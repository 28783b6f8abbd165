//! What tells the results of one study apart: its profile and what `--set` replaced.

use super::model::Study;
use sha2::{Digest, Sha256};

/// Bytes of the hash that stands for settings.
const HASHED: usize = 5;

impl Study {
    /// The profile; with settings, a short hash of them too: what the run is filed under, so that it never stands in place
    /// of one of the study as written.
    #[must_use]
    pub fn variant(&self) -> String {
        match self.settings_hash() {
            None => self.profile.clone(),
            Some(hash) => format!("{}.set~{hash}", self.profile),
        }
    }

    /// The settings in a few letters; nothing where there are none.
    #[must_use]
    pub fn settings_hash(&self) -> Option<String> {
        let mut hash = Sha256::new();
        for setting in &self.settings {
            for part in [&setting.name, &setting.value] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        let digest = hash.finalize();
        (!self.settings.is_empty()).then(|| digest.iter().take(HASHED).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The settings as the command line has them, with a blank before each.
    #[must_use]
    pub fn settings_in_words(&self) -> String {
        self.settings.iter().map(|setting| format!(" --set {}={}", setting.name, setting.value)).collect()
    }
}
