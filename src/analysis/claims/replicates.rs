//! From rows to samples: conditions, the replicates in them, and the numbers that each replicate gives.

use super::decide::{Condition, Openness};
use super::estimate::Estimate;
use super::threshold::Bar;
use crate::analysis::rows::{Grouping, counted, groups, in_words, no_rows};
use crate::artifact::{Cell, Outcome, Table, TableError};
use crate::math::statistics::Interval;
use crate::math::statistics::student::StudentIntervals;
use crate::step::StepError;
use crate::step::roles::ClaimHead;

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
        bar.outcome(interval) == Outcome::Failed
    }
}

/// What replicates leave open: a condition with bounds for numbers may fail only where every bound is on the wrong side
/// with all that lies beyond it, and the other replicates alone fail as well.
fn openness(measured: &[Measured], bar: Bar, intervals: &mut StudentIntervals) -> Result<Openness, StepError> {
    let (there, bounded): (Vec<&Measured>, Vec<&Measured>) = measured.iter().partition(|m| m.truth == Truth::There);
    if bounded.is_empty() {
        return Ok(Openness::missing(measured.iter().any(|m| m.value.is_none())));
    }
    let known: Vec<f64> = there.iter().filter_map(|m| m.value).collect();
    let known_fail = known.is_empty() || bar.outcome(Estimate::Mean(known).interval(intervals)?) == Outcome::Failed;
    let fails = known_fail && bounded.iter().all(|m| m.fails(bar));
    Ok(if fails { Openness::CannotHold } else { Openness::Undecided })
}

/// The columns that make replicates.
pub fn seeds(head: &ClaimHead, table: &Table) -> Vec<String> {
    match &head.seeds {
        Some(columns) => columns.0.clone(),
        None => Some("seed".to_owned()).filter(|name| table.has(name)).into_iter().collect(),
    }
}

/// The rows that the claim speaks of, by condition and replicate, both in order of appearance.
///
/// # Errors
/// Where a column is missing, or a deterministic claim meets several replicates.
pub fn replicated(head: &ClaimHead, table: &Table) -> Result<Vec<Replicated>, StepError> {
    let seeds = seeds(head, table);
    let (of_conditions, of_seeds) = (groups(table, &head.per.0)?, Grouping::read(table, &seeds)?);
    let mut found = Vec::new();
    for (place, rows) in of_conditions {
        let replicates: Vec<Vec<usize>> = of_seeds.among(&rows).into_iter().map(|(_, of_seed)| of_seed).collect();
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
    (table, bar): (&Table, Bar),
    measure: &mut dyn FnMut(&[usize]) -> Result<Measured, StepError>,
) -> Result<Vec<Condition>, StepError> {
    let mut intervals = StudentIntervals::at(head.level);
    let condition = |Replicated { place, replicates }| {
        let measured =
            replicates.iter().map(|rows: &Vec<usize>| measure(rows)).collect::<Result<Vec<Measured>, _>>()?;
        let open = openness(&measured, bar, &mut intervals)?;
        let samples: Vec<f64> = measured.iter().filter_map(|m| m.value).collect();
        let step = measured.iter().map(|m| m.step).fold(0.0, f64::max);
        let estimate = match samples[..] {
            [value] if head.deterministic => Estimate::Exact(value),
            _ if step > 0.0 => Estimate::Stepped { samples, step },
            _ => Estimate::Mean(samples),
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

impl Axis<'_> {
    /// What is on the axis.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.log { format!("log₁₀ {}", self.column) } else { self.column.to_owned() }
    }
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
