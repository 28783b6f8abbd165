//! `share-of-runs`: in how many runs something is so.

use super::decide::{Condition, Openness, Test};
use super::estimate::Estimate;
use super::paired_difference::test_error;
use super::replicates::{Replicated, remark, replicated};
use super::threshold::{Bar, Bounds};
use crate::analysis::rows::counted;
use crate::artifact::{Statistic, Verdict};
use crate::step::Filter;
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Takes, Words};
use std::collections::BTreeSet;

/// A share of runs against a bound.
pub struct ShareOfRuns;

/// Parameters of [`Share`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that says whether it is so, in its own unit.
    #[serde(default = "test_error")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// It is so where the column is at most this.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// It is so where the column is at least this; with `at_most` where it is between both.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
    /// What must be so beside that, or in its place, each in rows of its own: a run in which nothing was learnt meets "nothing
    /// beside the pattern is kept", but not "the pattern is kept" with it.
    #[serde(default)]
    pub each: Vec<Part>,
    /// The share of runs in which it is so is at least this, from 0 to 1; either this or `runs_at_most`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub runs_at_least: Option<f64>,
    /// The share of runs in which it is so is at most this, from 0 to 1.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub runs_at_most: Option<f64>,
}

/// A part of what must be so in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The rows that it speaks of.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// The column is at most this in all of them.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_most: Option<f64>,
    /// The column is at least this in all of them.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub at_least: Option<f64>,
}

impl Claim for ShareOfRuns {
    type Params = Params;
    const NAME: &'static str = "share-of-runs";
    const ABOUT: Words = Words {
        summary: "Something is so in at least, or at most, a share of runs.",
        details: "A run is what has one seed; it is so in a run where every row of it is between `at_least` and `at_most`, and \
                  every row that a part of `each` speaks of between that part's; a part without a row is not so. The \
                  share of runs gets the exact binomial interval of Clopper and Pearson, which never leaves 0 to 1 and has a \
                  width however few runs agree: of three runs of three it begins at 0.29. So six runs at least are needed for \
                  `runs_at_least: 0.5`, 36 without a miss for 0.9. A run with a row that has no number counts against the \
                  claim. With `per` every condition must hold, and one that is contradicted beyond a Bonferroni correction \
                  contradicts the claim.",
        cites: &["clopper-pearson-1934", "berger-1982"],
    };
    const TAKES: Takes = Takes::REPLICATES;

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        let bar = bar(params).err();
        let parts = params.each.iter().enumerate();
        let parts = parts.map(|(at, part)| (format!("each.{at}."), part.at_least, part.at_most));
        let own = (String::new(), params.at_least, params.at_most);
        let own = (params.each.is_empty() || own.1.is_some() || own.2.is_some()).then_some(own);
        bar.into_iter()
            .chain(own.into_iter().chain(parts).filter_map(|(at, least, most)| unclear(&at, least, most)))
            .collect()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let bar = bar(params).map_err(StepError::unplanned)?;
        let numbers = table.numbers(&params.column)?;
        let against = matches!(bar, Bar::AtMost(_));
        let met = |part: &Part| Ok((part.clone(), part.filter.rows(table)?.into_iter().collect()));
        let parts = params.each.iter().map(met).collect::<Result<Vec<(Part, BTreeSet<usize>)>, StepError>>()?;
        let ends = (params.at_least, params.at_most);
        let is_so = |rows: &[usize]| {
            let within = |row: usize, ends| numbers[row].map_or(against, |number| is_within(ends, number));
            let part_is_so = |(part, met): &(Part, BTreeSet<usize>)| {
                let mut own = rows.iter().filter(|row| met.contains(row)).peekable();
                own.peek().is_some() && own.all(|&row| within(row, (part.at_least, part.at_most)))
            };
            rows.iter().all(|&row| within(row, ends)) && parts.iter().all(part_is_so)
        };
        let condition = |Replicated { place, replicates }| {
            let runs: Vec<bool> = replicates.iter().map(|rows| is_so(rows)).collect();
            let facts = vec![runs.iter().filter(|&&run| run).count().into()];
            Condition { place, estimate: Estimate::Share(runs), facts, open: Openness::Closed }
        };
        let conditions: Vec<Condition> = replicated(head, table)?.into_iter().map(condition).collect();
        let without = numbers.iter().filter(|number| number.is_none()).count();
        let rows = || format!("{} without a {} counted against it", counted(without, "row"), params.column);
        let remark = remark(head, table, &[if without > 0 { rows() } else { String::new() }]);
        let mut test = Test::of(head, Statistic::Share { what: in_words(params) }, bar);
        test.facts = vec!["runs".to_owned()];
        test.decide(&conditions, &remark)
    }
}

type Ends = (Option<f64>, Option<f64>);

fn is_within((least, most): Ends, number: f64) -> bool {
    least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
}

/// What is wrong with the ends of what must be so.
fn unclear(at: &str, least: Option<f64>, most: Option<f64>) -> Option<Problem> {
    match (least, most) {
        (None, None) => {
            Some(Problem::at(&format!("{at}at_most"), "a run needs `at_most`, `at_least` or both to tell by"))
        }
        (Some(least), Some(most)) if least > most => {
            let message = format!("from {least} to {most} there is nothing; the smaller end comes first");
            Some(Problem::at(&format!("{at}at_least"), message))
        }
        _ => None,
    }
}

fn in_words(params: &Params) -> String {
    let own = (Filter::default(), (params.at_least, params.at_most));
    let parts = params.each.iter().map(|part| (part.filter.clone(), (part.at_least, part.at_most)));
    let words = std::iter::once(own).chain(parts).filter_map(|(filter, ends)| {
        let ends = between(&params.column, ends)?;
        Some(if filter.0.is_empty() { ends } else { format!("{ends} at {filter}") })
    });
    words.collect::<Vec<_>>().join(", ")
}

fn between(column: &str, ends: Ends) -> Option<String> {
    Some(match ends {
        (Some(least), Some(most)) if least == most => format!("{column} = {least}"),
        (Some(least), Some(most)) => format!("{least} ≤ {column} ≤ {most}"),
        (Some(least), None) => format!("{column} ≥ {least}"),
        (None, Some(most)) => format!("{column} ≤ {most}"),
        (None, None) => return None,
    })
}

fn bar(params: &Params) -> Result<Bar, Problem> {
    let bounds = Bounds { at_most: params.runs_at_most, at_least: params.runs_at_least, ..Bounds::default() };
    bounds
        .bar()
        .map_err(|_| Problem::at("runs_at_least", "exactly one of `runs_at_least` and `runs_at_most` is needed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{refused, run, table};
    use crate::artifact::Outcome;
    use crate::step::Value;
    use crate::step::roles::Claimed;
    use serde_json::{Value as Json, json};

    fn decided(extra: Json, counts: &[Option<i64>]) -> Verdict {
        let mut params = json!({"says": "s", "column": "constant", "at_least": 1});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let rows: Vec<Json> = counts.iter().enumerate().map(|(seed, count)| json!([seed, count])).collect();
        match run(&Claimed(ShareOfRuns), &params, &[table(&["seed", "constant"], &rows)]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn six_of_six_are_more_than_half_and_three_of_three_are_not() {
        let all = |n: usize| decided(json!({"runs_at_least": 0.5}), &vec![Some(2); n]);
        assert_eq!(
            [all(6).outcome, all(5).outcome, all(3).outcome],
            [Outcome::Held, Outcome::Undecided, Outcome::Undecided]
        );
        let six = all(6);
        // (0.025)^(1/6) = 0.5407
        assert_eq!(
            six.because,
            "share of runs with constant ≥ 1 = 1 [0.541, 1], claimed ≥ 0.5 (95 % exact binomial interval, 6 runs)"
        );
        assert_eq!(six.evidence.numbers("runs").unwrap(), [Some(6.0)]);
        assert_eq!(decided(json!({"runs_at_most": 0.4}), &[Some(3); 6]).outcome, Outcome::Contradicted);
    }

    #[test]
    fn a_run_without_a_number_counts_against_the_claim() {
        let gap = [vec![Some(1); 11], vec![None]].concat();
        let most = decided(json!({"runs_at_least": 0.5}), &gap);
        assert_eq!((most.outcome, most.evidence.numbers("runs").unwrap()[0]), (Outcome::Held, Some(11.0)));
        assert!(most.because.ends_with("1 row without a constant counted against it"), "{}", most.because);
        let few = decided(json!({"runs_at_most": 0.5, "at_least": 5}), &gap);
        assert_eq!((few.outcome, few.evidence.numbers("runs").unwrap()[0]), (Outcome::Held, Some(1.0)));
    }

    #[test]
    fn every_row_of_a_run_must_be_so() {
        let rows: Vec<Json> =
            (0..6).flat_map(|seed| [json!([seed, 0, 2]), json!([seed, 1, i64::from(seed != 5)])]).collect();
        let params = json!({"says": "s", "column": "constant", "at_least": 1, "at_most": 2, "runs_at_least": 0.5});
        let made = run(&Claimed(ShareOfRuns), &params, &[table(&["seed", "layer", "constant"], &rows)]).unwrap();
        let Value::Verdict(verdict) = made else { panic!("{made:?}") };
        assert_eq!(verdict.evidence.numbers("runs").unwrap(), [Some(5.0)]);
        assert!(verdict.because.starts_with("share of runs with 1 ≤ constant ≤ 2 = 0.833"), "{}", verdict.because);
    }

    #[test]
    fn a_run_that_learnt_nothing_does_not_count_for_what_is_absent() {
        // degree 10 is kept in runs 0 to 6; runs 7 and 8 keep nothing at all
        let rows: Vec<Json> =
            (0..9).flat_map(|seed| [json!([seed, 5, 0]), json!([seed, 10, i64::from(seed < 7)])]).collect();
        let of = |extra: Json| {
            let mut params = json!({"says": "s", "column": "kept", "runs_at_least": 0.2});
            params["each"] = extra;
            match run(&Claimed(ShareOfRuns), &params, &[table(&["seed", "degree", "kept"], &rows)]).unwrap() {
                Value::Verdict(verdict) => verdict,
                other => panic!("{other:?}"),
            }
        };
        let runs = |verdict: &Verdict| verdict.evidence.numbers("runs").unwrap()[0].unwrap();
        let absent = json!({"where": {"degree": 5}, "at_most": 0});
        let with = of(json!([absent, {"where": {"degree": 10}, "at_least": 1}]));
        assert_eq!((runs(&of(json!([absent]))), runs(&with)), (9.0, 7.0));
        assert!(
            with.because.starts_with("share of runs with kept ≤ 0 at degree = 5, kept ≥ 1 at degree = 10"),
            "{}",
            with.because
        );
        assert_eq!(runs(&of(json!([{"where": {"degree": 7}, "at_most": 0}]))), 0.0, "no row says so");
    }

    #[test]
    fn planned_looks_share_the_error() {
        let looks = json!({"runs_at_least": 0.5, "looks": [6, 12, 30]});
        assert_eq!(decided(looks.clone(), &[Some(1); 6]).outcome, Outcome::Undecided);
        assert_eq!(decided(looks, &[Some(1); 12]).outcome, Outcome::Held);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (extra, at) in [
            (json!({"at_least": 1}), "runs_at_least"),
            (json!({"at_least": 1, "runs_at_least": 0.5, "runs_at_most": 0.9}), "runs_at_least"),
            (json!({"runs_at_least": 0.5}), "at_most"),
            (json!({"at_least": 2, "at_most": 1, "runs_at_least": 0.5}), "at_least"),
        ] {
            let mut params = extra;
            params["says"] = json!("s");
            let faults = refused(&Claimed(ShareOfRuns), &params);
            assert_eq!(faults[0].at.as_deref(), Some(at), "{faults:?}");
        }
    }
}
