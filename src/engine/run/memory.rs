//! How much memory there is, and the steps that want more.

use super::error::RunError;
use crate::engine::machine::field_kib;
use crate::engine::plan::graph::Graph;
use std::path::{Path, PathBuf};

/// Threads reserve address space without using it; a limit on it must leave room for that.
const RESERVED_BYTES: u64 = 256 << 20;

/// What the system lets this process have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What can be used without swapping, within every limit.
    pub free_bytes: u64,
    /// What the machine has, swap included.
    pub machine_bytes: u64,
    /// What the limits of this process leave: `ulimit -v`, and the container's.
    pub process_bytes: u64,
}

impl Memory {
    /// What there is now; 4 GiB where the system does not tell.
    #[must_use]
    pub fn now() -> Self {
        let info = read("/proc/meminfo");
        let free = field_kib(&info, "MemAvailable:").unwrap_or(4 << 30);
        let swap = field_kib(&info, "SwapFree:").unwrap_or(0);
        let process = [address_space(), cgroup()].into_iter().flatten().min().unwrap_or(u64::MAX);
        Self { free_bytes: free.min(process), machine_bytes: free.saturating_add(swap), process_bytes: process }
    }
}

/// Whose limit it is that no step may exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The user gave it.
    Given,
    /// The machine has no more.
    Machine,
    /// The process may have no more.
    Process,
}

/// How large the steps of a run may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    /// For values and work of all steps at once, bytes.
    pub budget_bytes: u64,
    /// What one step may need at most, bytes.
    pub most_bytes: u64,
    /// Why not more.
    pub bound: Bound,
}

impl MemoryLimit {
    /// The limit of a run: what the user gives, or 60 % of what is free; one step alone may have all.
    #[must_use]
    pub fn new(given: Option<u64>, memory: Memory) -> Self {
        let Memory { free_bytes, machine_bytes, process_bytes } = memory;
        let (budget_bytes, most_bytes, bound) = match given {
            // Who gives a limit may have the machine swap.
            Some(bytes) => (bytes, bytes, Bound::Given),
            None => (free_bytes / 10 * 6, machine_bytes, Bound::Machine),
        };
        if most_bytes <= process_bytes {
            return Self { budget_bytes, most_bytes, bound };
        }
        // behind such a limit there is nothing: values wait beside a step, and memory is given back late and in pieces
        let most_bytes = process_bytes - process_bytes / 4;
        Self { budget_bytes: budget_bytes.min(most_bytes), most_bytes, bound: Bound::Process }
    }

    /// The same for every step, whatever the machine has.
    #[must_use]
    pub const fn of(bytes: u64) -> Self {
        Self { budget_bytes: bytes, most_bytes: u64::MAX, bound: Bound::Machine }
    }
}

/// The largest of the steps that exceed a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooLarge {
    pub node: usize,
    pub bytes: u64,
    /// How many more exceed it.
    pub others: usize,
}

/// The largest of some steps that need more than a bound, alone.
pub(super) fn larger_than(graph: &Graph, nodes: &[usize], bound: u64) -> Option<TooLarge> {
    let sizes = nodes.iter().map(|&node| (graph.step_bytes(node), node)).filter(|&(bytes, _)| bytes > bound);
    let sizes: Vec<(u64, usize)> = sizes.collect();
    let &(bytes, node) = sizes.iter().max_by_key(|&&(bytes, node)| (bytes, std::cmp::Reverse(node)))?;
    Some(TooLarge { node, bytes, others: sizes.len() - 1 })
}

/// Refuses a run with a step that cannot have what it needs.
///
/// # Errors
/// [`RunError::Memory`] with the largest such step, what it needs and the way out.
pub fn check_memory(graph: &Graph, nodes: &[usize], limit: MemoryLimit) -> Result<(), RunError> {
    let Some(large) = larger_than(graph, nodes, limit.most_bytes) else { return Ok(()) };
    let node = &graph.nodes[large.node];
    let (needs, has) = (human_bytes(large.bytes), human_bytes(limit.most_bytes));
    let others = match large.others {
        0 => String::new(),
        1 => " (and one more step too much)".to_owned(),
        more => format!(" (and {more} more steps too much)"),
    };
    let enough = option_bytes(large.bytes);
    let (from, way_out) = match limit.bound {
        Bound::Given => ("`--memory` allows", format!("allow more with `--memory {enough}`, or lower its sizes")),
        Bound::Machine => {
            ("this machine has", format!("lower its sizes, free memory, or insist with `--memory {enough}`"))
        }
        Bound::Process => (
            "this process may have",
            "lower its sizes, or raise the limit: `ulimit -v`, or the memory of the container".to_owned(),
        ),
    };
    let place = &node.place;
    Err(RunError::Memory(format!(
        "step `{}` needs {needs} of memory{others}, {from} {has}\n  at {place}\n  {way_out}",
        node.name
    )))
}

/// A size for people.
#[must_use]
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [(u32, &str, usize); 5] =
        [(50, "PiB", 1), (40, "TiB", 1), (30, "GiB", 1), (20, "MiB", 0), (10, "KiB", 0)];
    #[expect(clippy::cast_precision_loss, reason = "a display of a size")]
    let in_units = |power: u32| bytes as f64 / (1_u64 << power) as f64;
    match UNITS.iter().find(|(power, ..)| bytes >> power > 0) {
        Some(&(power, unit, digits)) => format!("{:.digits$} {unit}", in_units(power)),
        None => format!("{bytes} B"),
    }
}

/// A size as `--memory` takes it, rounded up.
fn option_bytes(bytes: u64) -> String {
    let (power, unit) = if bytes >> 20 > 0 { (20, "MiB") } else { (10, "KiB") };
    format!("{}{unit}", (bytes >> power).saturating_add(1))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What `ulimit -v` leaves.
fn address_space() -> Option<u64> {
    let limit: u64 = limit_of(&read("/proc/self/limits"))?;
    let taken = field_kib(&read("/proc/self/status"), "VmSize:").unwrap_or(0);
    Some(limit.saturating_sub(taken.saturating_add(RESERVED_BYTES)))
}

fn limit_of(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What the limits of the control groups leave, of this one and those above it.
fn cgroup() -> Option<u64> {
    let own = read("/proc/self/cgroup");
    let (root, folder, files) = own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        match (parts.next()?, parts.next()?) {
            ("", path) => Some(("/sys/fs/cgroup", path, ["memory.max", "memory.current", "inactive_file"])),
            (names, path) if names.split(',').any(|name| name == "memory") => {
                let files = ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"];
                Some(("/sys/fs/cgroup/memory", path, files))
            }
            _ => None,
        }
    })?;
    let folder = PathBuf::from(root).join(folder.trim_start_matches('/'));
    // In a container the path may be that of the host; its own group is then the root.
    let folders = folder.ancestors().take_while(|at| at.starts_with(root)).map(Path::to_owned);
    folders.filter_map(|at| left_of(&at, files)).min()
}

fn left_of(folder: &Path, [limit, usage, reclaimable]: [&str; 3]) -> Option<u64> {
    let number = |name: &str| read(folder.join(name)).trim().parse::<u64>().ok();
    let used = number(usage).unwrap_or(0);
    let stat = read(folder.join("memory.stat"));
    let cache = stat.lines().find_map(|line| line.strip_prefix(reclaimable)?.trim().parse::<u64>().ok());
    // Version 1 writes "no limit" as a number near 2^63.
    let limit = number(limit).filter(|&limit| limit < 1 << 60)?;
    Some(limit.saturating_sub(used.saturating_sub(cache.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_for_people() {
        let written = [0, 1023, 1024, 900 << 10, 50 << 20, 3 << 29, 5 << 40, u64::MAX].map(human_bytes);
        let wanted = ["0 B", "1023 B", "1 KiB", "900 KiB", "50 MiB", "1.5 GiB", "5.0 TiB", "16384.0 PiB"];
        assert_eq!(written, wanted);
        assert_eq!(option_bytes((50 << 20) + 1), "51MiB");
        assert_eq!(option_bytes(17), "1KiB");
    }

    #[test]
    fn the_limits_of_the_system_are_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max address space         1048576              unlimited            bytes\n";
        assert_eq!(limit_of(limits), Some(1 << 20));
        assert_eq!(limit_of("Max address space         unlimited            unlimited            bytes\n"), None);
        assert_eq!(field_kib("MemTotal:  9 kB\nMemAvailable:   12 kB\n", "MemAvailable:"), Some(12 << 10));
        let memory = Memory::now();
        assert!(memory.free_bytes > 0 && memory.machine_bytes >= memory.free_bytes);
    }

    #[test]
    fn a_group_leaves_its_limit_without_what_is_used_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let files = ["memory.max", "memory.current", "inactive_file"];
        assert_eq!(left_of(folder.path(), files), None);
        write("memory.current", "700\n");
        write("memory.stat", "anon 400\ninactive_file 300\nactive_file 0\n");
        write("memory.max", "max\n");
        assert_eq!(left_of(folder.path(), files), None);
        write("memory.max", "1000\n");
        assert_eq!(left_of(folder.path(), files), Some(600));
    }

    #[test]
    fn the_least_limit_holds() {
        let memory = |process_bytes| Memory { free_bytes: 1000, machine_bytes: 1500, process_bytes };
        let limit = |given, process| {
            let MemoryLimit { budget_bytes, most_bytes, bound } = MemoryLimit::new(given, memory(process));
            (budget_bytes, most_bytes, bound)
        };
        assert_eq!(limit(None, u64::MAX), (600, 1500, Bound::Machine));
        assert_eq!(limit(Some(100), u64::MAX), (100, 100, Bound::Given));
        assert_eq!(limit(Some(9000), u64::MAX), (9000, 9000, Bound::Given));
        assert_eq!(limit(None, 300), (225, 225, Bound::Process));
        assert_eq!(limit(Some(100), 300), (100, 100, Bound::Given));
        assert_eq!(limit(Some(9000), 300), (225, 225, Bound::Process));
    }
}
