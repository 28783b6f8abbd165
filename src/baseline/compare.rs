//! What is not as it was, worst first.

use super::difference::Difference;
use super::files::Baseline;
use super::manifest::{ClaimLine, Manifest};
use super::tables::tables;
use std::collections::{BTreeMap, BTreeSet};

/// Everything in which `new` differs from `old`, worst first. Keys and tolerances are those of the new study.
#[must_use]
pub fn compare(old: &Baseline, new: &Baseline) -> Vec<Difference> {
    let mut found = made_of(&old.manifest, &new.manifest);
    found.extend(claims(&old.manifest.claims, &new.manifest.claims));
    let listed = |name: &&String| !new.tables.contains_key(*name);
    for name in old.manifest.tables.iter().filter(listed) {
        found.push(Difference::new(name, ("a table", "gone")));
    }
    for (name, fresh) in &new.tables {
        match old.tables.get(name) {
            Some(table) => found.extend(tables(name, (table, fresh), &new.manifest)),
            None if old.manifest.tables.contains(name) => {
                let file = format!("{name}.csv, which the manifest lists and the folder lacks");
                found.push(Difference::new(name, (file, "a table")));
            }
            None => found.push(Difference::new(name, ("not there", "a table"))),
        }
    }
    for name in &old.unlisted {
        found.push(Difference::new(name, ("a file in the folder", "not in the manifest")));
    }
    found.sort_by(|a, b| b.severity.total_cmp(&a.severity));
    found
}

/// One entry of a manifest.
type Field = fn(&Manifest) -> &String;

/// The study, its profile and its data.
fn made_of(old: &Manifest, new: &Manifest) -> Vec<Difference> {
    let fields: [(&str, &str, Field); 5] = [
        ("manifest", "study", |m| &m.study),
        ("manifest", "profile", |m| &m.profile),
        ("data", "card", |m| &m.card),
        ("data", "task", |m| &m.task),
        ("data", "digest", |m| &m.data_digest),
    ];
    let worded = |text: &String| if text.is_empty() { "none".to_owned() } else { text.clone() };
    let changed = fields.iter().filter(|(_, _, field)| field(old) != field(new));
    changed
        .map(|(table, name, field)| Difference {
            column: (*name).to_owned(),
            ..Difference::new(table, (worded(field(old)), worded(field(new))))
        })
        .collect()
}

/// Outcomes of claims, and what is claimed.
fn claims(before: &BTreeMap<String, ClaimLine>, now: &BTreeMap<String, ClaimLine>) -> Vec<Difference> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let told = |name: &String| match (before.get(name), now.get(name)) {
        (Some(a), Some(b)) if a.outcome == b.outcome && a.says != b.says => Some((a.says.clone(), b.says.clone())),
        (Some(a), Some(b)) if a.outcome == b.outcome => moved_look(a, b),
        (a, b) => {
            let word = |line: Option<&ClaimLine>| line.map_or_else(|| "not there".to_owned(), |l| l.outcome.clone());
            Some((word(a), word(b)))
        }
    };
    let changed = names.into_iter().filter_map(|name| Some((name, told(name)?)));
    changed.map(|(name, said)| Difference { column: name.clone(), ..Difference::new("claims", said) }).collect()
}

/// Where a claim ended as before, at another look; earlier manifests do not say at which.
fn moved_look(before: &ClaimLine, now: &ClaimLine) -> Option<(String, String)> {
    let word = |line: &ClaimLine, samples| format!("{} with {samples} samples", line.outcome);
    let (was, is) = before.samples.zip(now.samples).filter(|(was, is)| was != is)?;
    Some((word(before, was), word(now, is)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{baseline, with_table};
    use super::*;
    use crate::artifact::{Cell, Table};
    use crate::baseline::Sheet;
    use crate::study::Tolerance;

    fn told(found: &[Difference]) -> Vec<String> {
        found.iter().map(|d| format!("{}.{} [{}]: {} -> {}", d.table, d.column, d.row, d.was, d.is)).collect()
    }

    #[test]
    fn one_per_cent_is_caught_and_the_last_digits_are_not() {
        let old = baseline(0.25, 500, "held");
        assert_eq!(compare(&old, &baseline(0.25 * (1.0 + 1e-9), 500, "held")), []);
        let found = compare(&old, &baseline(0.25 * 1.01, 500, "held"));
        assert_eq!(told(&found), ["t.test_mse [model=LoFi n_train=500]: 0.25 -> 0.2525"]);
        assert!((found[0].severity - 1e4).abs() < 1.0, "{}", found[0].severity);
    }

    #[test]
    fn rows_are_named_by_their_keys_and_outcomes_are_compared() {
        let found = compare(&baseline(0.25, 500, "held"), &baseline(0.25, 501, "failed"));
        let expected = [
            "claims.c []: held -> failed",
            "t. [model=LoFi n_train=500]: a row -> gone",
            "t. [model=LoFi n_train=501]: not there -> a row",
        ];
        assert_eq!(told(&found), expected);
    }

    #[test]
    fn a_claim_that_says_something_else_is_another_claim() {
        let mut new = baseline(0.25, 500, "held");
        new.manifest.claims.get_mut("c").unwrap().says = "more".into();
        assert_eq!(told(&compare(&baseline(0.25, 500, "held"), &new)), ["claims.c []:  -> more"]);
    }

    #[test]
    fn a_claim_that_stopped_at_another_look_is_told() {
        let of = |samples| {
            let mut baseline = baseline(0.25, 500, "held");
            baseline.manifest.claims.get_mut("c").unwrap().samples = samples;
            baseline
        };
        let found = told(&compare(&of(Some(5)), &of(Some(8))));
        assert_eq!(found, ["claims.c []: held with 5 samples -> held with 8 samples"]);
        assert_eq!(compare(&of(Some(5)), &of(Some(5))), []);
        assert_eq!(compare(&of(None), &of(Some(8))), []);
    }

    #[test]
    fn other_data_are_told() {
        let mut new = baseline(0.25, 500, "held");
        new.manifest.data_digest = "ab".into();
        new.manifest.card = "mnist".into();
        let found = compare(&baseline(0.25, 500, "held"), &new);
        assert_eq!(told(&found), ["data.card []: none -> mnist", "data.digest []: none -> ab"]);
    }

    #[test]
    fn every_seed_is_compared_with_itself() {
        let rows = |values: [f64; 2]| {
            let row = |seed: i64| vec![Cell::Int(seed), Cell::Float(values[usize::try_from(seed).unwrap()])];
            Sheet::of(&Table::from_rows(&["seed", "v"], &[row(0), row(1)]).unwrap())
        };
        let of = |values| with_table("t", rows(values), &["seed"]);
        let found = compare(&of([0.2, 0.3]), &of([0.3, 0.2]));
        assert_eq!(told(&found), ["t.v [seed=0]: 0.2 -> 0.3", "t.v [seed=1]: 0.3 -> 0.2"]);
    }

    #[test]
    fn the_ends_of_an_interval_have_the_tolerance_of_its_column_whatever_their_names() {
        let of = |values: [f64; 3]| {
            let table = Table::from_rows(&["mass", "least", "mass_low"], &[values.map(Cell::Float).to_vec()]).unwrap();
            let mut baseline = with_table("t", Sheet::of(&table), &[]);
            let manifest = &mut baseline.manifest;
            manifest.tolerances.insert("mass".into(), Tolerance { absolute: 0.5, ..Tolerance::default() });
            manifest.columns.get_mut("t").unwrap().ends_of.insert("least".into(), "mass".into());
            baseline
        };
        let found = compare(&of([2.0, 1.0, 1.0]), &of([2.25, 1.25, 1.25]));
        assert_eq!(found.iter().map(|d| d.column.as_str()).collect::<Vec<_>>(), ["mass_low"]);
    }

    #[test]
    fn tables_come_and_go() {
        let sheet = || Sheet::of(&Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap());
        let mut old = with_table("a", sheet(), &[]);
        let new = with_table("b", sheet(), &[]);
        old.unlisted = vec!["zz".into()];
        let found = compare(&old, &new);
        let expected = [
            "a. []: a table -> gone",
            "b. []: not there -> a table",
            "zz. []: a file in the folder -> not in the manifest",
        ];
        assert_eq!(told(&found), expected);
        old.manifest.tables.push("b".into());
        assert!(told(&compare(&old, &new))[1].starts_with("b. []: b.csv, which the manifest lists"));
    }
}
