//! The record of a study from the claims that it has now and the record that there was.

use crate::study::{OutputKind, RegisteredClaim, SeedRecord, Study};

/// The record of a study. A claim that is as it was registered keeps its seeds; one that is new or was changed after seeds
/// were seen starts on fresh ones. `blessed` says whether results are committed beside an earlier record.
pub(super) fn registered(
    study: &Study,
    (before, blessed): (Option<&SeedRecord>, bool),
    max_seeds: Option<usize>,
) -> SeedRecord {
    let last = study.sweep.seeds.last().copied().unwrap_or(0);
    let is_added = |record: &SeedRecord| record.seen > 0 || !record.added().is_empty();
    let seen = before.filter(|record| is_added(record) || blessed);
    let mut record = match seen {
        Some(before) => SeedRecord { claims: Default::default(), seen: seen_of(before), ..before.clone() },
        None => planned(&study.sweep.looks, max_seeds.or(before.map(|before| before.max_seeds))),
    };
    for claim in study.outputs.iter().filter(|output| output.kind == OutputKind::Claim) {
        let same = before.and_then(|before| before.claims.get(&claim.name)).filter(|c| c.hash == claim.claimed);
        let new = || RegisteredClaim {
            hash: claim.claimed.clone(),
            from: seen.map(|before| before.unseen(last)),
            added: Vec::new(),
        };
        record.claims.insert(claim.name.clone(), same.cloned().unwrap_or_else(new));
    }
    record
}

/// The seed behind the last that was added, of claims that are gone as well.
fn seen_of(record: &SeedRecord) -> u64 {
    record.added().iter().map(|added| added.to).chain([record.seen]).max().unwrap_or(0)
}

/// The looks of a study up to the cap, which is the last of them.
fn planned(looks: &[usize], max_seeds: Option<usize>) -> SeedRecord {
    let Some(cap) = max_seeds else {
        return SeedRecord::new(looks.to_vec(), looks.last().copied().unwrap_or(0));
    };
    let first = looks.first().copied().unwrap_or(0);
    let mut looks: Vec<usize> = looks.iter().copied().take_while(|look| *look <= cap.max(first)).collect();
    looks.extend((looks.last().is_some_and(|last| *last < cap)).then_some(cap));
    SeedRecord::new(looks, cap.max(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::roles::AddedSeeds;

    const LOOKS: [usize; 4] = [2, 3, 5, 30];

    #[test]
    fn the_cap_is_the_last_look() {
        let looks = |cap| planned(&LOOKS, cap).looks;
        assert_eq!(looks(None), LOOKS);
        assert_eq!(looks(Some(5)), [2, 3, 5]);
        assert_eq!(looks(Some(10)), [2, 3, 5, 10]);
        assert_eq!(looks(Some(50)), [2, 3, 5, 30, 50]);
        // the seeds of the profile are there anyway
        assert_eq!((looks(Some(1)), planned(&LOOKS, Some(1)).max_seeds), (vec![2], 2));
    }

    #[test]
    fn what_was_added_for_claims_that_are_gone_was_seen() {
        let mut record = planned(&LOOKS, None);
        assert_eq!(seen_of(&record), 0);
        let added = vec![AddedSeeds { from: 2, to: 5, filter: Default::default() }];
        record.claims.insert("a".into(), RegisteredClaim { hash: "1".into(), from: None, added });
        assert_eq!(seen_of(&record), 5);
    }
}
