//! The record of claims that were registered before their seeds were seen, and of the seeds that were added for each.

use crate::step::Filter;
use crate::step::roles::{AddedSeeds, GivenSeeds, SEED};
use crate::yaml::{self, Fault, Mark};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// Layout of the file.
const FORMAT: u32 = 1;

/// No cell gets more seeds than this.
const MOST: u64 = 1_000_000;

/// What a study may look at and when, in one profile: written before a seed is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRecord {
    /// Version of the layout.
    pub format: u32,
    /// Numbers of seeds at which claims are looked at.
    pub looks: Vec<usize>,
    /// Most seeds of a condition.
    pub max_seeds: usize,
    /// The seed behind the last that somebody has seen, whatever became of the claim that it was for; 0 for none but those
    /// of the profile.
    #[serde(default)]
    pub seen: u64,
    /// The claims.
    pub claims: BTreeMap<String, RegisteredClaim>,
}

/// A claim as it was when it was registered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredClaim {
    /// What is claimed, by whom and of which table, hashed.
    pub hash: String,
    /// The first seed that it looks at, where it was made or changed after others were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// The seeds that were added for it, in canonical form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<AddedSeeds>,
}

impl SeedRecord {
    /// A record without claims.
    #[must_use]
    pub const fn new(looks: Vec<usize>, max_seeds: usize) -> Self {
        Self { format: FORMAT, looks, max_seeds, seen: 0, claims: BTreeMap::new() }
    }

    /// Reads a record, nothing where there is none; `shown` is its path for people.
    ///
    /// # Errors
    /// Where it cannot be read, or holds something else.
    pub fn read(path: &Path, shown: &str) -> Result<Option<Self>, Fault> {
        if let Err(e) = std::fs::metadata(path)
            && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        {
            return Ok(None);
        }
        let source = yaml::read(path, shown)?;
        let fault = |(line, column), message: String| {
            source.fault(Mark { line, column }, format!("the record of added seeds: {message}")).help(
                "restore it, for example with git; without it, claims are judged on the seeds of the profile alone",
            )
        };
        let record: Self = serde_json::from_str(&source.text).map_err(|e| {
            let text = e.to_string();
            fault((e.line().max(1), e.column().max(1)), text.split(" at line ").next().unwrap_or_default().to_owned())
        })?;
        record.unsound().map_or(Ok(()), |why| Err(fault((1, 1), why)))?;
        Ok(Some(record))
    }

    /// What is wrong with it, if anything.
    fn unsound(&self) -> Option<String> {
        let rising = self.looks.windows(2).all(|pair| pair[0] < pair[1]);
        let looks = self.looks.iter().all(|look| (1..=1000).contains(look));
        let added = self.added();
        let wrong = added.iter().find(|a| a.from >= a.to || a.to - a.from > MOST || i64::try_from(a.to).is_err());
        match wrong {
            _ if self.format != FORMAT => Some(format!("layout {}, this program reads {FORMAT}", self.format)),
            _ if !(rising && looks) => Some("`looks` are not rising numbers of seeds from 1 to 1000".to_owned()),
            Some(AddedSeeds { from, to, .. }) => Some(format!("no range of seeds: from {from} to {to}")),
            None => None,
        }
    }

    /// The seeds of all claims, in canonical form.
    #[must_use]
    pub fn added(&self) -> Vec<AddedSeeds> {
        canonical(self.claims.values().flat_map(|claim| claim.added.iter().cloned()).collect())
    }

    /// The first seed that nobody has seen of a profile whose last is given.
    #[must_use]
    pub fn unseen(&self, last: u64) -> u64 {
        let added = self.claims.values().flat_map(|claim| &claim.added).map(|added| added.to);
        added.chain([self.seen, last + 1]).max().unwrap_or(0)
    }

    /// What a reader should know of a claim that is not as it was registered.
    pub(super) fn unregistered(&self, (name, hash): (&str, &str), keys: &[String]) -> Option<String> {
        let is_known = self.claims.get(name).is_some_and(|claim| claim.hash == hash);
        let seeded = keys.iter().any(|key| key == SEED);
        (seeded && !is_known).then(|| {
            format!(
                "claim `{name}` is not as it was registered, so it sees no added seeds; `lofi register` registers it"
            )
        })
    }

    /// What a claim may look at: its name, its hash, the last seed of the profile and the columns that tell rows apart.
    /// Nothing where all that is there is its own.
    pub(super) fn given(&self, (name, hash): (&str, &str), last: u64, keys: &[String]) -> Option<GivenSeeds> {
        let of = self.claims.get(name).filter(|claim| claim.hash == hash);
        let from = of.and_then(|claim| claim.from);
        let seeded = keys.iter().any(|key| key == SEED);
        if !seeded || from.is_none() && self.claims.values().all(|claim| claim.added.is_empty()) {
            return None;
        }
        let told = |added: &AddedSeeds| {
            let known = added.filter.0.iter().filter(|(axis, _)| keys.contains(axis));
            AddedSeeds { filter: Filter(known.map(|(a, c)| (a.clone(), c.clone())).collect()), ..*added }
        };
        let added = canonical(of.iter().flat_map(|claim| &claim.added).map(told).collect());
        Some(GivenSeeds { last, from, added })
    }
}

/// The same seeds in one form, whatever the order in which they were added: ranges of one filter that touch are one.
#[must_use]
pub fn canonical(added: Vec<AddedSeeds>) -> Vec<AddedSeeds> {
    let words = |added: &AddedSeeds| serde_json::to_string(&added.filter).unwrap_or_default();
    let mut keyed: Vec<(String, AddedSeeds)> = added.into_iter().map(|added| (words(&added), added)).collect();
    keyed.sort_by(|(a, x), (b, y)| (a, x.from, x.to).cmp(&(b, y.from, y.to)));
    let mut merged: Vec<(String, AddedSeeds)> = Vec::new();
    for (key, added) in keyed {
        match merged.last_mut() {
            Some((last, before)) if *last == key && added.from <= before.to => before.to = before.to.max(added.to),
            _ => merged.push((key, added)),
        }
    }
    merged.into_iter().map(|(_, added)| added).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn added(from: u64, to: u64, filter: serde_json::Value) -> AddedSeeds {
        AddedSeeds { from, to, filter: serde_json::from_value(filter).unwrap() }
    }

    fn record() -> SeedRecord {
        let mut record = SeedRecord::new(vec![3, 5, 8], 8);
        let claim = |hash: &str, from, added| RegisteredClaim { hash: hash.to_owned(), from, added };
        record.claims.insert("a".into(), claim("1", None, vec![added(3, 5, json!({"n": 2, "d": 1}))]));
        record.claims.insert("b".into(), claim("2", None, Vec::new()));
        record.claims.insert("late".into(), claim("3", Some(5), Vec::new()));
        record
    }

    #[test]
    fn what_was_added_in_any_order_is_one_record() {
        let n = |n: i64| json!({"n": n});
        let rounds = [added(3, 5, n(2)), added(5, 8, n(2)), added(3, 5, n(1)), added(4, 5, n(2)), added(9, 12, n(2))];
        let expected = [added(3, 5, n(1)), added(3, 8, n(2)), added(9, 12, n(2))];
        assert_eq!(canonical(rounds.to_vec()), expected);
        assert_eq!(canonical(rounds.iter().rev().cloned().collect()), expected);
        assert_eq!(canonical(expected.to_vec()), expected);
    }

    #[test]
    fn a_claim_is_given_its_own_seeds_by_the_axes_that_it_has() {
        let keys = ["n", "seed"].map(str::to_owned);
        let given = |name, hash| record().given((name, hash), 2, &keys).unwrap();
        assert_eq!(given("a", "1").added, [added(3, 5, json!({"n": 2}))]);
        assert_eq!(given("b", "2"), GivenSeeds { last: 2, from: None, added: Vec::new() });
        assert_eq!(given("late", "3").from, Some(5));
        // changed, and not registered anew: the seeds of the profile alone
        assert_eq!(given("a", "other"), given("b", "2"));
        assert_eq!(record().given(("a", "1"), 2, &keys[..1]), None);
        assert_eq!(record().unregistered(("a", "1"), &keys), None);
        assert!(record().unregistered(("a", "other"), &keys).unwrap().starts_with("claim `a` is not as it was"));
        let mut none = record();
        none.claims.retain(|name, _| name == "b");
        assert_eq!(none.given(("b", "2"), 2, &keys), None);
    }

    #[test]
    fn seeds_that_were_seen_stay_seen_when_their_claim_is_gone() {
        assert_eq!((record().unseen(2), record().unseen(30)), (5, 31));
        let gone = SeedRecord { seen: 12, ..SeedRecord::new(vec![3], 3) };
        assert_eq!(gone.unseen(2), 12);
    }

    #[test]
    fn a_file_that_is_no_record_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seeds.json");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            SeedRecord::read(&path, "seeds.json").map_err(|fault| format!("{}: {fault}", fault.place))
        };
        let text = serde_json::to_string_pretty(&record()).unwrap();
        assert_eq!(read(&text), Ok(Some(record())));
        for (from, to, place) in [
            ("\"format\": 1", "\"format\": 2", "seeds.json:1:1: the record of added seeds: layout 2"),
            ("\"to\": 5", "\"to\": 3", "seeds.json:1:1: the record of added seeds: no range of seeds: from 3 to 3"),
            ("\"max_seeds\": 8", "\"most\": 8", "seeds.json:8:8: the record of added seeds: unknown field `most`"),
        ] {
            assert!(text.contains(from), "{text}");
            let told = read(&text.replacen(from, to, 1)).unwrap_err();
            assert!(told.starts_with(place), "{told}");
        }
        assert_eq!(SeedRecord::read(&folder.path().join("none.json"), "none.json"), Ok(None));
    }
}
