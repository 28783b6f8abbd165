//! `monotone`: the mean of a column falls, or rises, at every step along an axis.

use super::decide::{Condition, Test};
use super::estimate::Estimate;
use super::lattice::step_of;
use super::paired_difference::test_error;
use super::replicates::{means_of_pairs, seeds};
use super::threshold::Bar;
use crate::analysis::pairs::{Keyed, Pairing, differences, paired_on};
use crate::analysis::rows::{Group, counted, groups};
use crate::artifact::{Statistic, Verdict};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};

/// A column that only falls or only rises.
pub struct Monotone;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Every step goes up.
    Increasing,
    /// Every step goes down.
    Decreasing,
}

/// Parameters of [`Monotone`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that falls or rises, in its own unit.
    #[serde(default = "test_error")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The numeric axis along which it does, e.g. `n_train`.
    #[schemars(extend("format" = "column"))]
    pub along: String,
    /// Which way: `increasing` or `decreasing`.
    pub direction: Direction,
    /// How far a step may go the wrong way, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e15))]
    pub allow: f64,
}

impl Claim for Monotone {
    type Params = Params;
    const NAME: &'static str = "monotone";
    const ABOUT: Words = Words {
        summary: "The mean of a column falls, or rises, at every step along an axis.",
        details: "Between neighbouring values of `along`, rows with equal values of `pair_on` make a pair; the \
                  differences next - previous of one seed are averaged, and their mean over seeds gets a Student t interval. A \
                  step is held where that lies on the right side of the allowed slack. The claim is held where every step is \
                  (all must pass, so no correction is due) and contradicted where one goes the wrong way beyond a Bonferroni \
                  correction. Where the paper speaks of the trend, not of each step, `slope` asks for one number a seed.",
        cites: &["student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::PAIRS.or_one();

    fn faults(params: &Params, head: &ClaimHead) -> Vec<Problem> {
        let clash =
            [Some(&head.per), head.pair_on.as_ref()].into_iter().flatten().any(|list| list.contains(&params.along));
        let message = || format!("`{}` is the axis of the steps, so it cannot pair or split rows", params.along);
        clash.then(|| Problem::at("along", message())).into_iter().collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let all: Vec<usize> = (0..table.height()).collect();
        let on = paired_on((head.pair_on.as_ref(), &head.keys), (table, &all), &[&params.along])?;
        let conditions = steps((params, head), (table, &on), groups(table, &head.per.0)?)?;
        let ends = ["from", "to"].map(|end| format!("{}_{end}", params.along));
        let bar = match params.direction {
            Direction::Decreasing => Bar::Below(params.allow),
            Direction::Increasing => Bar::Above(-params.allow),
        };
        let mut test =
            Test::of(head, Statistic::Step { column: params.column.clone(), along: params.along.clone() }, bar);
        test.place.extend(ends);
        let empty = conditions.iter().filter(|c| c.estimate.samples() == 0).count();
        let remark = match (conditions.len(), empty) {
            (0, _) => format!("there are fewer than two values of {}", params.along),
            (_, 0) => String::new(),
            (_, empty) => format!("{} without pairs of equal {}; see `pair_on`", counted(empty, "step"), on.join(", ")),
        };
        test.decide(&conditions, &remark)
    }
}

/// One condition for each pair of neighbouring values of each group.
fn steps(
    (params, head): (&Params, &ClaimHead),
    (table, on): (&Table, &[String]),
    groups: Vec<Group>,
) -> Result<Vec<Condition>, StepError> {
    let mut conditions = Vec::new();
    if groups.is_empty() {
        return Ok(conditions);
    }
    let (axis, pairing) = (table.column(&params.along)?, Pairing::read(table, (&params.column, on))?);
    let (seeds, step) = (seeds(head, table), step_of(&table.numbers(&params.column)?));
    for (place, rows) in groups {
        let rows = in_order((&params.along, &axis), rows)?;
        let values: Vec<&[usize]> = rows.chunk_by(|&a, &b| axis[a].total_cmp(&axis[b]).is_eq()).collect();
        let mut known: Option<Keyed> = None;
        for pair in values.windows(2) {
            let next = pairing.keyed(pair[1])?;
            let previous = known.map_or_else(|| pairing.keyed(pair[0]), Ok)?;
            let pairs = differences(&next, &previous);
            let ends = pair.iter().map(|rows| axis[rows[0]].clone());
            let place = place.iter().cloned().chain(ends).collect();
            conditions.push(if head.deterministic {
                exact(place, &pairs)?
            } else {
                means_of_pairs(place, &pairs, (on, &seeds), step)?
            });
            known = Some(next);
        }
    }
    Ok(conditions)
}

/// The rows that have a place on the axis, by ascending value.
fn in_order((name, axis): (&str, &[Cell]), mut rows: Vec<usize>) -> Result<Vec<usize>, StepError> {
    rows.retain(|&row| !axis[row].is_null());
    if let Some(text) = rows.iter().map(|&row| &axis[row]).find(|v| v.as_f64().is_none()) {
        let reason = format!("column `{name}` holds {text}, which has no place on an axis of numbers");
        return Err(StepError::Input { slot: "table".to_owned(), reason });
    }
    rows.sort_by(|&a, &b| axis[a].total_cmp(&axis[b]));
    Ok(rows)
}

/// A step in which nothing is random: its only difference, as it is.
fn exact(place: Vec<Cell>, pairs: &Keyed) -> Result<Condition, StepError> {
    match &pairs[..] {
        [] => Ok(Condition::of(place, Vec::new())),
        &[(_, one)] => Ok(Condition { estimate: Estimate::Exact(one), ..Condition::of(place, Vec::new()) }),
        more => {
            let reason =
                format!("{} pairs in a step of a deterministic claim; name their columns in `per`", more.len());
            Err(StepError::Input { slot: "table".to_owned(), reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    /// Errors of three seeds at n = 1, 2, 4; the seeds differ a lot, the steps little: −0.02 ± 0.001, then `last`.
    fn sample(last: f64) -> Table {
        let rows: Vec<Json> = (0..3)
            .flat_map(|seed| {
                let base = 0.3 + 0.1 * f64::from(seed);
                let wobble = 0.001 * f64::from(seed - 1);
                let second = base - 0.02 + wobble;
                [json!([4, seed, second + last + wobble]), json!([1, seed, base]), json!([2, seed, second])]
            })
            .collect();
        table(&["n", "seed", "test_error"], &rows)
    }

    fn decided(extra: Json, rows: Table) -> Verdict {
        let mut params = json!({"says": "s", "along": "n", "direction": "decreasing", "keys": ["n", "seed"]});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(Monotone), &params, &[rows]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pairing_by_seed_sees_small_steps() {
        let verdict = decided(json!({}), sample(-0.01));
        assert_eq!(verdict.outcome, Outcome::Held);
        assert_eq!(verdict.evidence.names()[..2], ["n_from", "n_to"]);
        assert_eq!(verdict.evidence.column("n_to").unwrap(), [Cell::Int(2), Cell::Int(4)]);
        // mean −0.02, sd 0.001, half width 4.302653 · 0.001/√3
        let high = verdict.evidence.numbers("high").unwrap()[0].unwrap();
        assert!((high + 0.02 - 0.002_484_138).abs() < 1e-8, "{high}");
    }

    #[test]
    fn one_step_the_wrong_way_fails_unless_it_is_allowed() {
        assert_eq!(decided(json!({}), sample(0.01)).outcome, Outcome::Contradicted);
        assert_eq!(decided(json!({"allow": 0.02}), sample(0.01)).outcome, Outcome::Held);
        assert_eq!(decided(json!({}), sample(0.0)).outcome, Outcome::Undecided);
        assert_eq!(decided(json!({"direction": "increasing"}), sample(-0.01)).outcome, Outcome::Contradicted);
    }

    #[test]
    fn without_chance_one_pair_decides() {
        let rows = |last: f64| table(&["n", "seed", "test_error"], &[json!([1, 0, 0.5]), json!([2, 0, last])]);
        assert_eq!(decided(json!({}), rows(0.4)).outcome, Outcome::Undecided);
        assert_eq!(decided(json!({"deterministic": true}), rows(0.4)).outcome, Outcome::Held);
        assert_eq!(decided(json!({"deterministic": true}), rows(0.6)).outcome, Outcome::Contradicted);
        let params =
            json!({"says": "s", "along": "n", "direction": "decreasing", "keys": ["n", "seed"], "deterministic": true});
        let error = run(&Claimed(Monotone), &params, &[sample(-0.01)]).unwrap_err().to_string();
        assert!(error.contains("3 pairs in a step"), "{error}");
    }

    #[test]
    fn flat_and_short_axes_are_undecided() {
        let verdict = decided(json!({"where": {"n": 1}}), sample(0.0));
        assert_eq!(verdict.outcome, Outcome::Undecided);
        assert!(verdict.because.contains("fewer than two values of n"), "{}", verdict.because);
    }

    #[test]
    fn a_step_without_pairs_keeps_the_claim_open() {
        let rows = [(1, 0, 0.5), (2, 0, 0.4), (1, 1, 0.6), (2, 1, 0.5), (4, 2, 0.1)];
        let rows = rows.map(|(n, seed, e)| json!([n, seed, e]));
        let verdict = decided(json!({}), table(&["n", "seed", "test_error"], &rows));
        assert_eq!(verdict.outcome, Outcome::Undecided);
        assert!(verdict.because.contains("1 step without pairs of equal seed"), "{}", verdict.because);
    }
}
