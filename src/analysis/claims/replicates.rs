//! From rows to samples: conditions, the replicates in them, and the numbers that each replicate gives.

use super::decide::{Condition, Openness};
use super::estimate::{Estimate, Samples};
use super::judge::Judge;
use super::threshold::Bar;
use crate::analysis::pairs::Keyed;
use crate::analysis::rows::{Grouping, counted, groups, in_words, no_rows};
use crate::artifact::{ByMeaning, Cell, Outcome, Table, TableError};
use crate::math::statistics::{Interval, mean};
use crate::step::StepError;
use crate::step::roles::ClaimHead;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A condition's place and its rows, replicate by replicate.
pub struct Replicated {
    /// The values of `per`.
    pub place: Vec<Cell>,
    /// Rows of each replicate.
    pub replicates: Vec<Vec<usize>>,
}

/// What one replicate gives.
pub struct Measured {
    /// Its number, if it has one.
    pub value: Option<f64>,
    /// Where the truth is in relation to it.
    pub truth: Truth,
    /// The step in which the number moves; 0 for one that takes any value.
    pub step: f64,
}

/// Where the true number of a replicate is, in relation to the one given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// There.
    There,
    /// There or farther up: the number is a lower bound.
    Above,
    /// There or farther down.
    Below,
    /// Anywhere: part of what makes the number is missing.
    Anywhere,
}

impl Measured {
    /// Whether the replicate is known to be where the bar does not allow it.
    fn fails(&self, bar: Bar) -> bool {
        let reach = |value: f64| match self.truth {
            Truth::There => (value, value),
            Truth::Above => (value, f64::INFINITY),
            Truth::Below => (f64::NEG_INFINITY, value),
            Truth::Anywhere => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let interval = self.value.map(reach).map(|(low, high)| Interval { low, high });
        bar.outcome(interval) == Outcome::Contradicted
    }
}

/// What replicates leave open: a condition with bounds for numbers may be contradicted only where every bound is on the
/// wrong side with all that lies beyond it, and the other replicates alone are as well.
fn openness(measured: &[Measured], bar: Bar, judge: &mut Judge) -> Result<Openness, StepError> {
    let (there, bounded): (Vec<&Measured>, Vec<&Measured>) = measured.iter().partition(|m| m.truth == Truth::There);
    if bounded.is_empty() {
        return Ok(Openness::missing(measured.iter().any(|m| m.value.is_none())));
    }
    let known: Vec<f64> = there.iter().filter_map(|m| m.value).collect();
    let contradicts = |interval: Interval| bar.outcome(Some(interval)) == Outcome::Contradicted;
    let none = known.is_empty();
    let seen = Estimate::Mean(known.into()).seen(judge, &contradicts)?;
    let fails = (none || seen.is_some_and(|seen| contradicts(seen.interval))) && bounded.iter().all(|m| m.fails(bar));
    Ok(if fails { Openness::CannotHold } else { Openness::Undecided })
}

/// The columns that make replicates.
pub fn seeds(head: &ClaimHead, table: &Table) -> Vec<String> {
    match &head.seeds {
        Some(columns) => columns.0.clone(),
        None => Some("seed".to_owned()).filter(|name| table.has(name)).into_iter().collect(),
    }
}

/// Keys in the order of their seeds: seeds that are added come last, wherever their rows stand.
fn in_order(a: &[Cell], b: &[Cell]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// One condition for each place, of one number a seed: the mean of its rows. Without seeds each row is a sample.
///
/// # Errors
/// Where a column is missing, or a number is none.
pub fn means(
    head: &ClaimHead,
    table: &Table,
    (numbers, step): (&[Option<f64>], f64),
) -> Result<Vec<Condition>, StepError> {
    let seeds = seeds(head, table);
    let of_seeds = Grouping::read(table, &seeds)?;
    let mut conditions = Vec::new();
    for (place, rows) in groups(table, &head.per.0)? {
        let mut replicates: Vec<(Vec<Cell>, Vec<usize>)> = match seeds.is_empty() {
            true => rows.into_iter().map(|row| (Vec::new(), vec![row])).collect(),
            false => of_seeds.among(&rows),
        };
        replicates.sort_by(|(a, _), (b, _)| in_order(a, b));
        let numbers = |rows: &[usize]| rows.iter().filter_map(|&row| numbers[row]).collect::<Vec<f64>>();
        let of = replicates.iter().map(|(_, rows)| numbers(rows)).collect();
        conditions.push(condition(place, of, step)?);
    }
    Ok(conditions)
}

/// The condition of paired differences, one number a seed: the mean of those that have it. Without seeds among the columns
/// that pair, each is a sample.
///
/// # Errors
/// Where a number is none.
pub fn means_of_pairs(
    place: Vec<Cell>,
    pairs: &Keyed,
    (on, seeds): (&[String], &[String]),
    step: f64,
) -> Result<Condition, StepError> {
    let at: Vec<usize> = seeds.iter().filter_map(|name| on.iter().position(|n| n == name)).collect();
    if at.is_empty() {
        return condition(place, pairs.iter().map(|(_, difference)| vec![*difference]).collect(), step);
    }
    let mut of: BTreeMap<ByMeaning, (Vec<Cell>, Vec<f64>)> = BTreeMap::new();
    for (key, difference) in pairs {
        let seed: Vec<Cell> = at.iter().map(|&i| key[i].clone()).collect();
        of.entry(ByMeaning(seed.clone())).or_insert((seed, Vec::new())).1.push(*difference);
    }
    let mut of: Vec<(Vec<Cell>, Vec<f64>)> = of.into_values().collect();
    of.sort_by(|(a, _), (b, _)| in_order(a, b));
    condition(place, of.into_iter().map(|(_, differences)| differences).collect(), step)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer rows than 2^53")]
const fn count(rows: usize) -> f64 {
    rows as f64
}

/// The condition of some replicates, each with its numbers; one that lacks some of what others have keeps it open.
fn condition(place: Vec<Cell>, replicates: Vec<Vec<f64>>, step: f64) -> Result<Condition, StepError> {
    let most = replicates.iter().map(Vec::len).max().unwrap_or(0);
    let missing = replicates.iter().any(|numbers| numbers.len() < most.max(1));
    let known = replicates.iter().filter(|numbers| !numbers.is_empty());
    let values = known.map(|numbers| mean(numbers)).collect::<Result<Vec<f64>, _>>().map_err(StepError::numeric)?;
    // means of several rows move in steps that are as many times smaller
    let step = step / count(most.max(1));
    let estimate = Estimate::Mean(Samples { values, step, range: None });
    Ok(Condition { place, estimate, facts: Vec::new(), open: Openness::missing(missing) })
}

/// The rows that the claim speaks of, by condition in order of appearance and by replicate in the order of seeds.
///
/// # Errors
/// Where a column is missing, or a deterministic claim meets several replicates.
pub fn replicated(head: &ClaimHead, table: &Table) -> Result<Vec<Replicated>, StepError> {
    let seeds = seeds(head, table);
    let (of_conditions, of_seeds) = (groups(table, &head.per.0)?, Grouping::read(table, &seeds)?);
    let mut found = Vec::new();
    for (place, rows) in of_conditions {
        let mut of_seeds = of_seeds.among(&rows);
        of_seeds.sort_by(|(a, _), (b, _)| in_order(a, b));
        let replicates: Vec<Vec<usize>> = of_seeds.into_iter().map(|(_, of_seed)| of_seed).collect();
        if head.deterministic && replicates.len() > 1 {
            let (count, at) = (replicates.len(), in_words(&head.per.0, &place));
            let reason = format!(
                "{count} replicates of equal {} at {at}, but the claim is called deterministic; take that away",
                seeds.join(", ")
            );
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        found.push(Replicated { place, replicates });
    }
    Ok(found)
}

/// One condition for each place, of one number a replicate.
///
/// # Errors
/// Those of [`replicated`] and of the measurement.
pub fn conditions(
    head: &ClaimHead,
    (table, bar, form): (&Table, Bar, fn(Samples) -> Estimate),
    measure: &mut dyn FnMut(&[usize]) -> Result<Measured, StepError>,
) -> Result<Vec<Condition>, StepError> {
    let mut judge = Judge::at(head.level, &head.looks);
    let condition = |Replicated { place, replicates }| {
        let measured =
            replicates.iter().map(|rows: &Vec<usize>| measure(rows)).collect::<Result<Vec<Measured>, _>>()?;
        let open = openness(&measured, bar, &mut judge)?;
        let samples: Vec<f64> = measured.iter().filter_map(|m| m.value).collect();
        let step = measured.iter().map(|m| m.step).fold(0.0, f64::max);
        let estimate = match samples[..] {
            [value] if head.deterministic => Estimate::Exact(value),
            _ => form(Samples { values: samples, step, range: None }),
        };
        Ok(Condition { place, estimate, facts: Vec::new(), open })
    };
    replicated(head, table)?.into_iter().map(condition).collect()
}

/// What a reader should know, in one line.
#[must_use]
pub fn remark(head: &ClaimHead, table: &Table, remarks: &[String]) -> String {
    if table.height() == 0 {
        return no_rows(&head.filter);
    }
    remarks.iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join("; ")
}

/// `2 replicates …`, or nothing where there are none.
#[must_use]
pub fn replicates_that(count: usize, does: &str) -> String {
    if count == 0 { String::new() } else { format!("{} {does}", counted(count, "replicate")) }
}

/// A numeric column, perhaps under a logarithm.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// The column.
    pub column: &'a str,
    /// Whether its logarithm to base 10 is taken.
    pub log: bool,
}

/// Two columns of a table as points.
pub struct Plane {
    x: Vec<Option<f64>>,
    y: Vec<Option<f64>>,
    remarks: Vec<String>,
}

impl Plane {
    /// Reads both columns.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn read(table: &Table, (x, y): (Axis<'_>, Axis<'_>)) -> Result<Self, TableError> {
        let (of_x, of_y) = (table.numbers(x.column)?, table.numbers(y.column)?);
        let whole = of_x.iter().zip(&of_y).filter(|(x, y)| x.is_some() && y.is_some()).count();
        let taken = |axis: Axis<'_>, values: Vec<Option<f64>>| -> Vec<Option<f64>> {
            if !axis.log {
                return values;
            }
            values.into_iter().map(|v| v.filter(|v| *v > 0.0).map(f64::log10)).collect()
        };
        let (of_x, of_y) = (taken(x, of_x), taken(y, of_y));
        let left = of_x.iter().zip(&of_y).filter(|(x, y)| x.is_some() && y.is_some()).count();
        let mut remarks = Vec::new();
        if whole < table.height() {
            let rows = counted(table.height() - whole, "row");
            remarks.push(format!("{rows} without a {} or a {} left out", x.column, y.column));
        }
        if left < whole {
            let rows = counted(whole - left, "row");
            remarks.push(format!("{rows} left out whose value has no logarithm, being 0 or negative"));
        }
        Ok(Self { x: of_x, y: of_y, remarks })
    }

    /// The points of some rows, those that have both numbers.
    #[must_use]
    pub fn points(&self, rows: &[usize]) -> (Vec<f64>, Vec<f64>) {
        rows.iter().filter_map(|&row| Some((self.x[row]?, self.y[row]?))).unzip()
    }

    /// The points of some rows that have an x, where a missing y is larger than all others.
    #[must_use]
    pub fn censored(&self, rows: &[usize]) -> (Vec<f64>, Vec<f64>) {
        rows.iter().filter_map(|&row| Some((self.x[row]?, self.y[row].unwrap_or(f64::MAX)))).unzip()
    }

    /// The points of some rows by ascending x.
    ///
    /// # Errors
    /// Where two have the same x: then they are no curve.
    pub fn curve(&self, rows: &[usize], along: &str) -> Result<(Vec<f64>, Vec<f64>), StepError> {
        let (x, y) = self.points(rows);
        let mut points: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if points.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            let reason = format!(
                "several rows of one {along} in one replicate, which are no curve; name the other axes in `per` or \
                 `seeds`, or filter first"
            );
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        Ok(points.into_iter().unzip())
    }

    /// How many rows were left out and why.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}
