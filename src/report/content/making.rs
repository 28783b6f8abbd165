//! How a figure came about, and what makes it anew: everything that a reader needs to have it again, alone.

use super::outputs::{Entries, Outputs};
use super::provenance::Run;
use crate::engine::{Entry, fingerprint};
use crate::report::format::{duration, utc};
use crate::report::making::{CodeNote, DataMark, Making};
use crate::step::{DataRef, Family};
use crate::study::{DEFAULT_PROFILE, Output, Study, Wire};
use std::collections::{BTreeMap, BTreeSet};

/// Digits of a code fingerprint beside a figure; the page lists it whole.
const SHORT: usize = 12;

/// What is known of a study's steps and files, for the entries of its figures.
pub(super) struct Known<'a> {
    pub entries: &'a Entries,
    /// What steps took, in seconds of one core, by place.
    pub took_s: &'a BTreeMap<usize, f64>,
    /// The texts of the studies' files by name.
    pub sources: &'a BTreeMap<String, String>,
}

/// How a figure came about.
pub(super) fn making(outputs: &Outputs<'_>, output: &Output, Known { entries, took_s, sources }: &Known<'_>) -> Making {
    let study = outputs.study;
    let behind: BTreeSet<usize> = outputs.behind(output.wire);
    let found: Vec<&Entry> = behind.iter().filter_map(|place| entries.get(place)).collect();
    let Run { commit, machine, finished } = Run::of_entries(&found);
    let nodes = || behind.iter().map(|&place| &outputs.graph.nodes[place]);
    let times: Vec<f64> = behind.iter().filter_map(|place| took_s.get(place).copied()).collect();
    let cost_s: f64 = times.iter().sum();
    let place = study.nodes[output.wire.node].place.to_string();
    let seeds: BTreeSet<u64> = nodes().filter_map(|node| node.params.get("seed")?.as_u64()).collect();
    let data: BTreeSet<DataMark> = nodes()
        .filter(|node| node.kind.about().family == Family::Data)
        .filter_map(|node| serde_json::from_value::<DataRef>(node.params.get("data")?.clone()).ok())
        .map(|data| DataMark { title: data.title, digest: data.digest })
        .collect();
    let code: BTreeMap<&str, &str> = nodes().map(|node| (node.kind.name(), fingerprint(node.kind))).collect();
    let note = |(kind, code): (&str, &str)| CodeNote {
        kind: kind.to_owned(),
        fingerprint: code.get(..SHORT).unwrap_or(code).to_owned(),
    };
    Making {
        command: command("run", study, &format!("--only {}", quoted(&output.name))),
        export: command("export", study, &quoted(&output.name)),
        yaml: sources
            .get(place.split(':').next().unwrap_or_default())
            .map_or_else(String::new, |text| item(text, &place)),
        key: outputs.node(output.wire).map_or_else(String::new, |node| node.key.clone()),
        cost: duration(cost_s),
        // hundredths: the same results have the same bytes
        cost_s: (100.0 * cost_s).round() / 100.0,
        steps: behind.len(),
        timed: times.len(),
        seeds: ranges(&seeds),
        data: data.into_iter().collect(),
        commit,
        machine,
        finished: if found.is_empty() { String::new() } else { utc(finished) },
        code: code.into_iter().map(note).collect(),
        csv: Vec::new(),
        place,
    }
}

/// The tables that a figure is drawn from, as the study's outputs.
pub(super) fn drawn_from(study: &Study, figure: Wire) -> Vec<&Output> {
    let wires: Vec<Wire> =
        study.nodes[figure.node].inputs.iter().flat_map(|(_, wires)| wires.iter().copied()).collect();
    study.outputs.iter().filter(|output| wires.contains(&output.wire)).collect()
}

/// `lofi WHAT STUDY MORE` with profile and settings.
fn command(what: &str, study: &Study, more: &str) -> String {
    let profile = match study.profile.as_str() {
        DEFAULT_PROFILE => String::new(),
        other => format!(" --profile {other}"),
    };
    format!("lofi {what} {} {more}{profile}{}", study.head.study, study.settings_in_words())
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// The entry of a mapping whose key stands at a place, without what it is indented by.
fn item(text: &str, place: &str) -> String {
    let line = place.rsplit(':').nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap_or(0);
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = line.checked_sub(1).filter(|&first| first < lines.len()) else { return String::new() };
    let depth = indent(lines[first]);
    let below = lines[first + 1..].iter().take_while(|line| line.trim().is_empty() || indent(line) > depth);
    let kept: Vec<&str> =
        std::iter::once(&lines[first]).chain(below).map(|line| line.get(depth..).unwrap_or("")).collect();
    kept.join("\n").trim_end().to_owned()
}

/// "0 to 4, 9".
fn ranges(seeds: &BTreeSet<u64>) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &seed in seeds {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == seed => *last = seed,
            _ => runs.push((seed, seed)),
        }
    }
    let one = |&(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    runs.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUDY: &str = "figures:
  first: {kind: scatter, table: t}
  second:
    kind: line-band
    x: {column: n}

    lines:
      - 1
  third:
    kind: heatmap
claims:
";

    #[test]
    fn the_entry_of_a_figure_is_as_written() {
        assert_eq!(item(STUDY, "a.yaml:2:3"), "first: {kind: scatter, table: t}");
        let second = "second:\n  kind: line-band\n  x: {column: n}\n\n  lines:\n    - 1";
        assert_eq!(item(STUDY, "a.yaml:3:3"), second);
        assert_eq!(item(STUDY, "a.yaml:9:3"), "third:\n  kind: heatmap");
        assert_eq!(item(STUDY, "a.yaml:99:3"), "");
    }

    #[test]
    fn seeds_are_told_in_ranges() {
        let of = |seeds: &[u64]| ranges(&seeds.iter().copied().collect());
        assert_eq!(of(&[0, 1, 2, 3, 4, 9]), "0 to 4, 9");
        assert_eq!((of(&[7, 8]), of(&[])), ("7, 8".to_owned(), String::new()));
    }

    #[test]
    fn names_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("error-vs-n"), "error-vs-n");
        assert_eq!(quoted("it's a b"), "'it'\\''s a b'");
    }
}
