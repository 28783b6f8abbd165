//! The papers' numbers beside ours, in the same form.

use super::beside::digits;
use super::side::Results;
use crate::artifact::{Cell, number};
use crate::baseline::{Baseline, Sheet};
use crate::report::{Moved, StudyComparison};
use std::collections::BTreeMap;

/// The tables with published numbers end so.
const SUFFIX: &str = "-published";

/// Studies with published numbers that are not as ours, and how many have none of these.
pub(super) fn against_published(ours: &Results) -> (Vec<StudyComparison>, usize) {
    let (mut differ, mut same) = (Vec::new(), 0);
    for ((study, profile), baseline) in &ours.baselines {
        let mut tables = baseline.tables.iter().filter(|(name, _)| name.ends_with(SUFFIX)).peekable();
        if tables.peek().is_none() {
            continue;
        }
        let mut found = StudyComparison { name: format!("{study} ({profile})"), ..StudyComparison::default() };
        for (name, sheet) in tables {
            let table = Published { name, sheet, keys: keys(baseline, name) };
            found.moved.extend(table.off());
            found.others.extend(table.missing());
        }
        if found.differs() { differ.push(found) } else { same += 1 }
    }
    (differ, same)
}

fn keys<'a>(baseline: &'a Baseline, table: &str) -> &'a [String] {
    baseline.manifest.columns.get(table).map(|columns| columns.keys.as_slice()).unwrap_or_default()
}

/// A table of published numbers, those of ours beside them.
struct Published<'a> {
    name: &'a str,
    sheet: &'a Sheet,
    keys: &'a [String],
}

/// The numbers of a quantity that lie off.
#[derive(Default)]
struct Off {
    rows: usize,
    of: usize,
    /// In half widths of the interval in which it is to be expected, and the row.
    farthest: Option<(f64, usize)>,
}

impl Published<'_> {
    fn cell(&self, column: &str, row: usize) -> Option<&Cell> {
        self.sheet.columns[self.sheet.position(column)?].cells.get(row)
    }

    fn number(&self, column: &str, row: usize) -> Option<f64> {
        self.cell(column, row).and_then(Cell::as_f64)
    }

    fn text(&self, column: &str, row: usize) -> String {
        self.cell(column, row).map_or_else(String::new, ToString::to_string)
    }

    fn is_compared(&self, row: usize) -> bool {
        self.number("ours", row).is_some() && self.number("published", row).is_some()
    }

    /// How far ours lies off, where it does.
    fn times(&self, row: usize) -> Option<f64> {
        if self.cell("within_interval", row) == Some(&Cell::Bool(true)) {
            return None;
        }
        let deviation = (self.number("ours", row)? - self.number("published", row)?).abs();
        let ends = self.number("ours_high", row).zip(self.number("ours_low", row));
        let half = ends.map_or(0.0, |(high, low)| (high - low) / 2.0);
        Some(if half > 0.0 { deviation / half } else { f64::INFINITY })
    }

    /// For each quantity the numbers that lie off.
    fn off(&self) -> Vec<Moved> {
        let mut quantities: BTreeMap<String, Off> = BTreeMap::new();
        for row in (0..self.sheet.height()).filter(|&row| self.is_compared(row)) {
            let off = quantities.entry(self.text("column", row)).or_default();
            off.of += 1;
            let Some(times) = self.times(row) else { continue };
            off.rows += 1;
            if off.farthest.is_none_or(|(most, _)| times > most) {
                off.farthest = Some((times, row));
            }
        }
        quantities.into_iter().filter_map(|(column, off)| self.moved(column, &off)).collect()
    }

    fn moved(&self, column: String, off: &Off) -> Option<Moved> {
        let (times, row) = off.farthest?;
        let places =
            self.keys.iter().filter(|key| *key != "column").map(|key| format!("{key}={}", self.text(key, row)));
        let shown = |column: &str| self.number(column, row).map_or_else(String::new, digits);
        Some(Moved {
            table: self.name.to_owned(),
            column,
            rows: format!("{} of {}", off.rows, off.of),
            far: match times.is_finite() {
                true => format!("{} half widths of its interval", number::tenths(times)),
                false => "ours has no spread".to_owned(),
            },
            place: places.collect::<Vec<_>>().join(" "),
            old: shown("published"),
            new: shown("ours"),
        })
    }

    /// "t-published: published numbers without one here: 21 scale, 3 data"
    fn missing(&self) -> Option<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in (0..self.sheet.height()).filter(|&row| !self.is_compared(row)) {
            *counts.entry(self.text("status", row)).or_default() += 1;
        }
        let parts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
        (!parts.is_empty()).then(|| format!("{}: published numbers without one here: {}", self.name, parts.join(", ")))
    }
}
