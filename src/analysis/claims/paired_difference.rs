//! `paired-difference`: one contender is better than another on the same seeds.

use super::decide::{Condition, Openness, Test};
use super::lattice::step_of;
use super::replicates::{means_of_pairs, seeds};
use super::threshold::Bar;
use crate::analysis::pairs::{Keyed, Pairing, differences, paired_on};
use crate::analysis::rows::{Grouping, counted};
use crate::artifact::{ByMeaning, Statistic, Verdict};
use crate::step::prelude::*;
use crate::step::roles::{Claim, ClaimHead, Need, Takes, Words};
use crate::step::{Columns, Filter};
use std::collections::BTreeMap;

/// One contender against another.
pub struct PairedDifference;

/// Parameters of [`PairedDifference`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column compared, in its own unit.
    #[serde(default = "test_error")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The column that names the contenders.
    #[serde(default = "model")]
    #[schemars(extend("format" = "column"))]
    pub by: String,
    /// The contender that is claimed to have less.
    pub less: Cell,
    /// The contender that it has less than.
    pub than: Cell,
    /// The mean difference must be below this, in the column's unit: −0.01 asks for one percentage point of error.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub margin: f64,
}

/// The default column.
pub(super) fn test_error() -> String {
    "test_error".to_owned()
}

fn model() -> String {
    "model".to_owned()
}

impl Claim for PairedDifference {
    type Params = Params;
    const NAME: &'static str = "paired-difference";
    const ABOUT: Words = Words {
        summary: "One contender has less of a column than another, on the same seeds.",
        details: "Rows of both contenders with equal values of `pair_on` make a pair. Each seed gives one number, the mean of \
                  its differences less - than: where the paper makes one statement of several conditions, leave `per` out, and \
                  they are averaged within the seed. Without seeds among the columns that pair, each pair is a sample. The mean \
                  over seeds gets a Student t interval: held where it lies below `margin`, contradicted where above, undecided \
                  where it contains it or there are fewer than two seeds. With `per` every condition must hold, and one that is \
                  contradicted beyond a Bonferroni correction contradicts the claim. A place where no pair is found, or where \
                  a row has no number, keeps the claim from being held.",
        cites: &["student-1908", "berger-1982"],
    };
    const TAKES: Takes = Takes::PAIRS;

    fn faults(params: &Params, _: &ClaimHead) -> Vec<Problem> {
        let same = params.less.means(&params.than) || params.than.means(&params.less);
        let message = || format!("`less` and `than` are both {}", params.than);
        same.then(|| Problem::at("than", message())).into_iter().collect()
    }

    fn needs(params: &Params, _: &ClaimHead) -> Vec<Need> {
        let need = |(parameter, value): (_, &Cell)| Need { parameter, column: params.by.clone(), value: value.clone() };
        [("less", &params.less), ("than", &params.than)].map(need).into()
    }

    fn verdict(params: &Params, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let contenders = table.column(&params.by)?;
        let rows = |who: &Cell| (0..table.height()).filter(|&r| who.means(&contenders[r])).collect::<Vec<_>>();
        let (less, than) = (rows(&params.less), rows(&params.than));
        let rows = [&less[..], &than].concat();
        let mut on = paired_on((head.pair_on.as_ref(), &head.keys), (table, &rows), &[&params.by])?;
        on.extend(head.per.without(&[&Columns(on.clone())]));
        let pairing = Pairing::read(table, (&params.column, &on))?;
        let (a, b) = (pairing.keyed(&less)?, pairing.keyed(&than)?);
        let pairs = differences(&a, &b);
        let of_pairs = conditions((head, table), &pairs, (&on, &params.column))?;
        let all = every_place(table, &rows, (&params.column, &head.per), of_pairs)?;
        let [less, than] = [&params.less, &params.than].map(ToString::to_string);
        let statistic = Statistic::Difference { column: params.column.clone(), by: params.by.clone(), less, than };
        let remark = remark((params, &head.filter), [&a, &b, &pairs], &on);
        Test::of(head, statistic, Bar::Below(params.margin)).decide(&all, &remark)
    }
}

/// Differences by the values of `per`, in order of appearance.
fn conditions(
    (head, table): (&ClaimHead, &Table),
    pairs: &Keyed,
    (on, column): (&[String], &str),
) -> Result<Vec<Condition>, StepError> {
    let places: Vec<usize> = head.per.0.iter().filter_map(|name| on.iter().position(|n| n == name)).collect();
    let mut found: Vec<(Vec<Cell>, Keyed)> = Vec::new();
    let mut known: BTreeMap<ByMeaning, usize> = BTreeMap::new();
    for (key, difference) in pairs {
        let place: Vec<Cell> = places.iter().map(|&i| key[i].clone()).collect();
        let at = *known.entry(ByMeaning(place.clone())).or_insert(found.len());
        if at == found.len() {
            found.push((place, Keyed::default()));
        }
        found[at].1.add(key.clone(), *difference);
    }
    let (seeds, step) = (seeds(head, table), step_of(&table.numbers(column)?));
    found.into_iter().map(|(place, pairs)| means_of_pairs(place, &pairs, (on, &seeds), step)).collect()
}

/// The conditions of pairs, those open where a row has no number, and one without samples for every place that has rows but
/// no pair: what was not compared does not hold.
fn every_place(
    table: &Table,
    rows: &[usize],
    (column, per): (&str, &Columns),
    mut found: Vec<Condition>,
) -> Result<Vec<Condition>, StepError> {
    let numbers = table.numbers(column)?;
    let known: BTreeMap<ByMeaning, usize> =
        found.iter().enumerate().map(|(at, condition)| (ByMeaning(condition.place.clone()), at)).collect();
    for (place, rows) in Grouping::read(table, &per.0)?.among(rows) {
        let missing = rows.iter().any(|&row| numbers[row].is_none());
        match known.get(&ByMeaning(place.clone())) {
            Some(&at) if missing => found[at].open = Openness::CannotHold,
            Some(_) => {}
            None => found.push(Condition::of(place, Vec::new())),
        }
    }
    Ok(found)
}

/// What a reader should know of rows that found no partner.
fn remark((params, filter): (&Params, &Filter), [a, b, pairs]: [&Keyed; 3], on: &[String]) -> String {
    for (side, who) in [(a, &params.less), (b, &params.than)] {
        if side.is_empty() {
            let also = if filter.0.is_empty() { String::new() } else { format!(", {filter}") };
            return format!("no row has {} = {who}{also} and a {}", params.by, params.column);
        }
    }
    match a.len() + b.len() - 2 * pairs.len() {
        0 => String::new(),
        alone if pairs.is_empty() => {
            format!("none of {alone} rows has a partner of equal {}; see `pair_on`", on.join(", "))
        }
        alone => format!("{} without a partner left out", counted(alone, "row")),
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

    const HEADER: [&str; 5] = ["model", "n", "k1", "seed", "test_error"];

    /// LoFi is lower by 0.02, 0.03, 0.04 at n = 1 and by about nothing at n = 2.
    fn sample(shift: f64) -> Table {
        let rows: Vec<Json> = [(1, [0.02, 0.03, 0.04]), (2, [0.02, -0.02, 0.01])]
            .into_iter()
            .flat_map(|(n, gaps)| {
                gaps.into_iter().enumerate().flat_map(move |(seed, gap)| {
                    let ridge = 0.3 + 0.1 * seed as f64 + shift;
                    [json!(["LoFi", n, 63, seed, ridge - gap]), json!(["Ridge", n, null, seed, ridge])]
                })
            })
            .collect();
        table(&HEADER, &rows)
    }

    fn decided(extra: Json, rows: Table) -> Verdict {
        let mut params = json!({"says": "s", "less": "LoFi", "than": "Ridge", "keys": ["model", "n", "k1", "seed"]});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        match run(&Claimed(PairedDifference), &params, &[rows]).unwrap() {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_interval_by_hand() {
        let verdict = decided(json!({"where": {"n": 1}}), sample(0.0));
        assert_eq!(verdict.outcome, Outcome::Held);
        let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
        // mean −0.03, sd 0.01, half width 4.302653 · 0.01/√3
        assert!((number("estimate") + 0.03).abs() < 1e-12);
        assert!((number("high") + 0.03 - 0.024_841_38).abs() < 1e-8 && number("samples") == 3.0);
        assert!(verdict.because.contains("mean test_error, LoFi − Ridge = -0.03 [-0.0548, -0.00516], claimed < 0"));
    }

    #[test]
    fn swapping_the_contenders_swaps_held_and_failed() {
        let swapped = decided(json!({"where": {"n": 1}, "less": "Ridge", "than": "LoFi"}), sample(0.0));
        assert_eq!(swapped.outcome, Outcome::Contradicted);
        let open = json!({"where": {"n": 2}, "less": "Ridge", "than": "LoFi"});
        assert_eq!(decided(open, sample(0.0)).outcome, Outcome::Undecided);
    }

    #[test]
    fn adding_a_constant_to_both_changes_nothing() {
        let (a, b) = (decided(json!({"per": "n"}), sample(0.0)), decided(json!({"per": "n"}), sample(0.25)));
        assert_eq!(a.outcome, b.outcome);
        let ends = |v: &Verdict| v.evidence.numbers("low").unwrap();
        assert!(ends(&a).iter().zip(ends(&b)).all(|(a, b)| (a.unwrap() - b.unwrap()).abs() < 1e-12));
    }

    #[test]
    fn every_condition_must_hold() {
        let verdict = decided(json!({"per": ["n"]}), sample(0.0));
        assert_eq!(verdict.outcome, Outcome::Undecided);
        assert_eq!(
            verdict.evidence.names(),
            ["n", "estimate", "low", "high", "spread", "samples", "excess", "e_value", "outcome"]
        );
        assert_eq!(verdict.evidence.column("outcome").unwrap(), ["held".into(), "undecided".into()]);
        assert!(verdict.because.contains("at n = 2"), "{}", verdict.because);
        assert_eq!(decided(json!({}), sample(0.0)).evidence.numbers("samples").unwrap(), [Some(3.0)]);
    }

    #[test]
    fn a_margin_asks_for_more() {
        let asked = |margin: f64| decided(json!({"where": {"n": 1}, "margin": margin}), sample(0.0)).outcome;
        assert_eq!([-0.001, -0.03, -0.06].map(asked), [Outcome::Held, Outcome::Undecided, Outcome::Contradicted]);
    }

    #[test]
    fn missing_partners_are_undecided_with_the_reason() {
        let none = decided(json!({"than": "Random features"}), sample(0.0));
        assert_eq!(none.outcome, Outcome::Undecided);
        assert_eq!(none.because, "no samples: no row has model = Random features and a test_error");
        let apart = table(&HEADER, &[json!(["LoFi", 1, 1, 0, 0.1]), json!(["Ridge", 1, 1, 1, 0.2])]);
        let apart = decided(json!({}), apart).because;
        assert_eq!(apart, "no samples: none of 2 rows has a partner of equal n, k1, seed; see `pair_on`");
        let one = decided(json!({"where": {"n": 1, "seed": 0}}), sample(0.0));
        assert_eq!(one.outcome, Outcome::Undecided);
    }

    #[test]
    fn a_place_without_a_pair_keeps_the_claim_open() {
        let mut rows: Vec<Json> = (0..3)
            .flat_map(|seed| [json!(["LoFi", 1, 1, seed, 0.1]), json!(["Ridge", 1, 1, seed, 0.2 + 0.01 * seed as f64])])
            .collect();
        let claim = json!({"per": "n"});
        assert_eq!(decided(claim.clone(), table(&HEADER, &rows)).outcome, Outcome::Held);
        rows.push(json!(["LoFi", 2, 1, 0, 0.1]));
        assert_eq!(decided(claim.clone(), table(&HEADER, &rows)).outcome, Outcome::Undecided, "no partner at n = 2");
        rows.pop();
        rows.push(json!(["Ridge", 1, 1, 7, null]));
        assert_eq!(decided(claim, table(&HEADER, &rows)).outcome, Outcome::Undecided, "a row without a number");
    }

    #[test]
    fn several_rows_for_one_partner_are_refused() {
        let params = json!({"says": "s", "less": "LoFi", "than": "Ridge", "pair_on": "n"});
        let error = run(&Claimed(PairedDifference), &params, &[sample(0.0)]).unwrap_err().to_string();
        assert!(error.contains("several rows at n = 1"), "{error}");
    }
}
