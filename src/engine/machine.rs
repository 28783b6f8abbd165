//! What the numbers were made on.

use serde::{Deserialize, Serialize};

/// The machine of a run, as reports name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor model.
    pub processor: String,
    /// Cores.
    pub cores: usize,
    /// Memory, bytes.
    pub memory_bytes: u64,
    /// Operating system and architecture.
    pub system: String,
}

/// Where results come from: kept with each of them, so that it is known of a study that no run ever finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Commit of the project, with `-dirty` where files had changed; empty where unknown.
    pub commit: String,
    /// The machine.
    pub machine: Machine,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            processor: model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: total_bytes(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

/// Memory of the machine, bytes; 0 where the system does not tell.
fn total_bytes() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    field_kib(&info, "MemTotal:").unwrap_or(0)
}

/// `NAME   123 kB`, in bytes.
pub(super) fn field_kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib << 10)
}
