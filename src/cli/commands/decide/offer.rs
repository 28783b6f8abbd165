//! What can be done for a claim: seeds to its next look, or why there is nothing to do.

use super::claim::{Claim, Condition};
use super::need::{Need, Rules};
use crate::artifact::Outcome;
use crate::math::MathError;
use crate::step::Filter;
use crate::step::roles::AddedSeeds;
use crate::study::canonical;

/// Where a claim stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    /// Held, contradicted or negligible.
    Decided,
    /// More seeds may decide it.
    Open(Offer),
    /// It stays open.
    Closed(Closed),
}

/// The seeds up to the next look of a claim's open conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offer {
    pub batch: Vec<AddedSeeds>,
    /// The number of seeds that it needs in all, by what is known now.
    pub needed: usize,
    /// How many times the seeds of the batch that it still needs.
    pub times: f64,
}

/// Why a claim stays open.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Closed {
    /// The study says that this profile cannot show it.
    NotAtThisScale,
    /// The step that tests it has no result.
    Untested,
    /// No number of seeds decides it.
    ByRule(&'static str),
    /// It needs more seeds than it may get, in these cells; no number where it is too large to tell.
    Futile { needed: Option<usize>, had: usize, cells: Vec<Filter> },
}

/// An open condition with the seeds that it has and what it needs.
struct Open<'a> {
    condition: &'a Condition,
    had: usize,
    need: Need,
}

/// Where a claim stands; `own` are the seeds of its profile, rising.
///
/// A claim is held where all conditions are, so all that are open must be within reach; one that is on the wrong side by far
/// is contradicted without the others, which then get no seeds.
///
/// # Errors
/// Where a number of seeds cannot be worked out.
pub(super) fn standing(claim: &Claim, own: &[u64]) -> Result<Standing, MathError> {
    let closed = match (claim.outcome(), claim.seedless) {
        (Outcome::NotAtThisScale, _) => Closed::NotAtThisScale,
        (Outcome::Held | Outcome::Contradicted | Outcome::Negligible, _) => return Ok(Standing::Decided),
        (Outcome::Undecided, Some(why)) => Closed::ByRule(why),
        (Outcome::Undecided, None) if claim.verdict.is_none() => Closed::Untested,
        (Outcome::Undecided, None) => return open(claim, own),
    };
    Ok(Standing::Closed(closed))
}

fn open(claim: &Claim, own: &[u64]) -> Result<Standing, MathError> {
    if claim.conditions.is_empty() {
        return Ok(first_look(claim, own));
    }
    let strict = Rules { alpha: claim.rules.alpha / claim.conditions.len() as f64, ..claim.rules.clone() };
    let mut all = Vec::new();
    for condition in claim.conditions.iter().filter(|condition| condition.evidence.is_open()) {
        let had = claim.seeds(&condition.cells, own).len();
        let rules = if condition.evidence.outcome == Outcome::Contradicted { &strict } else { &claim.rules };
        all.push(Open { condition, had, need: condition.evidence.need(had, rules)? });
    }
    if all.is_empty() {
        return Ok(Standing::Closed(Closed::ByRule("one of its conditions has no samples")));
    }
    let is_within_reach = |open: &Open<'_>| matches!(open.need, Need::Seeds { .. });
    let may_hold = all.iter().all(|open| open.condition.evidence.outcome != Outcome::Contradicted);
    let batch: Vec<&Open<'_>> = match may_hold && all.iter().all(is_within_reach) {
        true => all.iter().collect(),
        false => all.iter().filter(|o| is_within_reach(o) && o.condition.evidence.is_on_the_wrong_side()).collect(),
    };
    Ok(if batch.is_empty() { Standing::Closed(why(&all)) } else { Standing::Open(offer(claim, own, &batch)) })
}

/// A claim without a single sample: one that starts on fresh seeds has them to get.
fn first_look(claim: &Claim, own: &[u64]) -> Standing {
    let had = claim.seeds(&claim.cells, own).len();
    let first = claim.rules.looks.iter().copied().find(|look| *look > had).filter(|look| *look <= claim.rules.cap);
    match (claim.registered.from, first) {
        (Some(_), Some(first)) => {
            let batch = vec![added(claim, own, (&claim.cells, first - had))];
            Standing::Open(Offer { batch, needed: first, times: 1.0 })
        }
        _ => Standing::Closed(Closed::ByRule("no row is where it speaks")),
    }
}

fn offer(claim: &Claim, own: &[u64], open: &[&Open<'_>]) -> Offer {
    let (mut batch, mut most, mut times) = (Vec::new(), 0, 1.0_f64);
    for Open { condition, had, need } in open {
        if let Need::Seeds { needed, next } = need {
            batch.push(added(claim, own, (&condition.cells, next - had)));
            most = most.max(*needed);
            times = times.max((needed - had) as f64 / (next - had) as f64);
        }
    }
    Offer { batch: canonical(batch), needed: most, times }
}

/// So many seeds behind those that a claim has in some cells.
fn added(claim: &Claim, own: &[u64], (cells, more): (&Filter, usize)) -> AddedSeeds {
    let behind = claim.seeds(cells, own).last().map(|last| last + 1);
    let from = [behind, claim.registered.from, own.last().map(|last| last + 1)].into_iter().flatten().max();
    let from = from.unwrap_or(0);
    AddedSeeds { from, to: from + more as u64, filter: cells.clone() }
}

fn why(open: &[Open<'_>]) -> Closed {
    if let Some(why) = open.iter().find_map(|o| if let Need::Never(why) = o.need { Some(why) } else { None }) {
        return Closed::ByRule(why);
    }
    let (mut needed, mut had, mut cells) = (Some(0), 0, Vec::new());
    for open in open {
        if let Need::Futile(more) = open.need {
            needed = needed.zip(more).map(|(a, b)| a.max(b));
        }
        had = had.max(open.had);
        cells.push(open.condition.cells.clone());
    }
    Closed::Futile { needed, had, cells }
}

#[cfg(test)]
mod tests {
    use super::super::need::Evidence;
    use super::*;
    use crate::artifact::{Claimant, Table, Verdict};
    use crate::study::RegisteredClaim;
    use serde_json::json;

    fn filter(json: serde_json::Value) -> Filter {
        serde_json::from_value(json).unwrap()
    }

    fn condition(n: i64, excess: f64, outcome: Outcome) -> Condition {
        let interval = Some((excess - 9.0, excess + 9.0));
        let evidence =
            Evidence { estimate: excess, interval, spread: Some(1.0), samples: 3, excess, e_value: None, outcome };
        Condition { evidence, cells: filter(json!({"n": n})) }
    }

    fn claim(conditions: Vec<Condition>) -> Claim {
        let table = Table::from_rows(&["estimate"], &[]).unwrap();
        let (says, because) = (String::new(), String::new());
        let verdict =
            Verdict { outcome: Outcome::Undecided, says, because, finding: None, by: Claimant::Us, evidence: table };
        Claim {
            name: "c".into(),
            verdict: Some(verdict),
            conditions,
            rules: Rules { alpha: 0.05, effect: None, looks: vec![3, 5, 8, 12, 18, 30], cap: 30 },
            registered: RegisteredClaim::default(),
            cells: Filter::default(),
            seedless: None,
        }
    }

    fn batch(claim: &Claim) -> Vec<(u64, u64, String)> {
        match standing(claim, &[100, 101, 102]).unwrap() {
            Standing::Open(offer) => offer.batch.iter().map(|a| (a.from, a.to, a.filter.to_string())).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_open_conditions_get_seeds_each_to_its_next_look() {
        use Outcome::{Held, Undecided};
        let mut claim =
            claim(vec![condition(1, -2.0, Undecided), condition(2, -9.0, Held), condition(3, -3.0, Undecided)]);
        assert_eq!(batch(&claim), [(103, 105, "n = 1".into()), (103, 105, "n = 3".into())]);
        claim.registered.added = vec![AddedSeeds { from: 103, to: 105, filter: filter(json!({"n": 1})) }];
        claim.conditions[0].evidence.samples = 5;
        assert_eq!(batch(&claim), [(105, 108, "n = 1".into()), (103, 105, "n = 3".into())]);
    }

    #[test]
    fn one_condition_out_of_reach_closes_the_claim_unless_another_contradicts_it() {
        use Outcome::{Contradicted, Undecided};
        let futile = condition(1, -0.01, Undecided);
        let capped = |conditions| {
            let mut claim = claim(conditions);
            claim.rules.cap = 5;
            claim
        };
        let only = standing(&capped(vec![futile.clone(), condition(2, -2.0, Undecided)]), &[0, 1, 2]).unwrap();
        assert!(matches!(only, Standing::Closed(Closed::Futile { needed: None, had: 3, .. })), "{only:?}");
        for wrong in [Undecided, Contradicted] {
            let both = capped(vec![futile.clone(), condition(2, -2.0, Undecided), condition(3, 2.5, wrong)]);
            assert_eq!(batch(&both), [(103, 105, "n = 3".into())]);
        }
    }

    #[test]
    fn a_claim_that_came_later_starts_behind_what_was_seen() {
        let mut late = claim(Vec::new());
        assert_eq!(standing(&late, &[0, 1, 2]).unwrap(), Standing::Closed(Closed::ByRule("no row is where it speaks")));
        late.registered.from = Some(110);
        assert_eq!(batch(&late), [(110, 113, String::new())]);
    }

    #[test]
    fn refusals_come_before_a_second_is_spent() {
        let closed = |claim: &Claim| match standing(claim, &[0, 1, 2]).unwrap() {
            Standing::Closed(closed) => closed,
            other => panic!("{other:?}"),
        };
        let open = || claim(vec![condition(1, -2.0, Outcome::Undecided)]);
        let mut none = open();
        none.seedless = Some("nothing random goes into it");
        assert_eq!(closed(&none), Closed::ByRule("nothing random goes into it"));
        let mut scale = open();
        scale.verdict.as_mut().unwrap().outcome = Outcome::NotAtThisScale;
        assert_eq!(closed(&scale), Closed::NotAtThisScale);
        let lacking = claim(vec![condition(1, -2.0, Outcome::Held)]);
        assert_eq!(closed(&lacking), Closed::ByRule("one of its conditions has no samples"));
    }
}
