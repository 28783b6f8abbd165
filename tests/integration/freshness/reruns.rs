//! How many kinds an edit reruns: the table of `docs/ARCHITECTURE.md` is what this prints.

use super::fingerprint::Sources;
use super::{of_repository, repository};
use std::collections::{BTreeMap, BTreeSet};

/// The middle and the largest of some numbers.
fn middle_and_largest(mut numbers: Vec<usize>) -> (usize, usize) {
    numbers.sort_unstable();
    (numbers[numbers.len() / 2], numbers[numbers.len() - 1])
}

#[test]
fn most_edits_rerun_one_kind_or_two() {
    let kinds = of_repository(&Sources::read(&repository().join("src")).unwrap());
    let mut reached: BTreeMap<&(String, String), BTreeSet<&str>> = BTreeMap::new();
    for kind in &kinds {
        for piece in &kind.code {
            reached.entry(piece).or_default().insert(&kind.name);
        }
    }
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for ((file, _), kinds) in &reached {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(kinds.len());
        folders.entry("all").or_default().push(kinds.len());
    }
    println!("| folder | pieces of code | median, largest |\n|---|---|---|");
    for (folder, counts) in &folders {
        let (median, largest) = middle_and_largest(counts.clone());
        println!("| `{folder}/` | {} | {median}, {largest} |", counts.len());
    }
    let (median, largest) = middle_and_largest(folders["all"].clone());
    assert!(reached.len() > 2000 && largest == kinds.len(), "{} pieces, {largest} kinds", reached.len());
    // half of all edits, less what the shared numerics have grown by, rerun one kind; three in five at most two
    let share = |most: usize| folders["all"].iter().filter(|&&n| n <= most).count() as f64 / reached.len() as f64;
    assert!(median <= 2 && share(1) > 0.47 && share(2) > 0.57, "{} and {}", share(1), share(2));
}
