//! `lofi store du`: what takes how much room.

use super::reach::{Reach, reached};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::engine::{Held, human_bytes};
use serde_json::json;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Results with the room that they take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Room {
    bytes: u64,
    results: usize,
}

impl Room {
    fn of<'a>(held: impl Iterator<Item = &'a Held>) -> Self {
        held.fold(Self::default(), |sum, held| Self { bytes: sum.bytes + held.bytes, results: sum.results + 1 })
    }

    fn tell(self, part: &str, name: &str) {
        let Self { bytes, results } = self;
        if output::is_json() {
            output::event(&json!({"event": "room", "part": part, "name": name, "bytes": bytes, "results": results}));
        } else {
            say!("{:>10}  {results:>6} results  {part} {name}", human_bytes(bytes));
        }
    }
}

/// Says what takes how much room, the largest first.
pub(super) fn du(project: &Project) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let reach = reached(project, &store)?;
    let inventory = store.inventory()?;
    let pins = store.pins()?;
    let pinned = pins.keys();
    let of_studies = |Reach { study, profile, keys }: &Reach| {
        (format!("{study} ({profile})"), Room::of(inventory.results.iter().filter(|held| keys.contains(&held.key))))
    };
    tell_all("study", reach.iter().map(of_studies).collect());
    let mut kinds: BTreeMap<String, Vec<&Held>> = BTreeMap::new();
    inventory.results.iter().for_each(|held| kinds.entry(held.kind.clone()).or_default().push(held));
    tell_all("kind", kinds.into_iter().map(|(kind, held)| (kind, Room::of(held.into_iter()))).collect());
    let all: BTreeSet<&String> = reach.iter().flat_map(|reach| &reach.keys).collect();
    let unreached = Room::of(inventory.results.iter().filter(|held| !all.contains(&held.key)));
    unreached.tell("part", "that no study reaches");
    Room::of(inventory.results.iter().filter(|held| pinned.contains(held.key.as_str()))).tell("part", "that is pinned");
    for (name, bytes) in &inventory.others {
        if output::is_json() {
            output::event(&json!({"event": "room", "part": "file", "name": name, "bytes": bytes}));
        } else {
            say!("{:>10}  {:>6}          file {name}", human_bytes(*bytes), "");
        }
    }
    let (bytes, results) = (inventory.bytes(), inventory.results.len());
    if !output::is_json() {
        say!("{:>10}  {results:>6} results  in all; one that several studies reach counts in each", human_bytes(bytes));
    }
    let unreached = json!(unreached.bytes);
    Ok(Done::with(Code::Well, [("bytes", json!(bytes)), ("results", json!(results)), ("unreached_bytes", unreached)]))
}

fn tell_all(part: &str, mut rooms: Vec<(String, Room)>) {
    rooms.sort_by_key(|(_, room)| Reverse(*room));
    rooms.iter().filter(|(_, room)| room.results > 0).for_each(|(name, room)| room.tell(part, name));
}
