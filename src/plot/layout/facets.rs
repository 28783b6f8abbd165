//! Small multiples: one panel for each value of a column, or for each pair of values of two. Shared by all kinds.

use crate::artifact::{Cell, Table};
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::scale::{Fit, Scale};
use crate::step::roles::{Axis, Facets};
use crate::step::{Row, StepError};

/// Panels beside each other: more would be too narrow to read at 600 pixels.
const IN_A_ROW: usize = 6;
/// Panels of a figure: more are no figure.
const MOST: usize = 60;

/// The panels of a figure in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The panels.
    pub panels: Vec<Panel>,
    /// Panels in a row.
    pub columns: usize,
}

/// What one panel shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The value of `across`; null where there is no such column.
    pub across: Cell,
    /// The value of `down`; null where there is no such column.
    pub down: Cell,
    /// Its rows of the table.
    pub rows: Vec<usize>,
}

impl Facets {
    /// The panels of a table. A row without a value in a facet's column stands in every panel of that column. Without
    /// facets there is one panel with all rows.
    ///
    /// # Errors
    /// Where a column is missing or there are more panels than can be read.
    pub fn split(&self, table: &Table) -> Result<Split, StepError> {
        let (columns, rows) = (values(&cells(&self.across, table)?), values(&cells(&self.down, table)?));
        let in_a_row = self.in_a_row(columns.len());
        if in_a_row > IN_A_ROW || columns.len() * rows.len() > MOST {
            return Err(too_many(self, columns.len(), rows.len()));
        }
        let mut panels = Vec::with_capacity(columns.len() * rows.len());
        for down in &rows {
            for across in &columns {
                let empty = Panel { across: across.clone(), down: down.clone(), rows: Vec::new() };
                panels.push(Panel { rows: self.rows_of(table, &empty)?, ..empty });
            }
        }
        Ok(Split { panels, columns: in_a_row })
    }

    /// The rows of a table that belong to a panel.
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn rows_of(&self, table: &Table, panel: &Panel) -> Result<Vec<usize>, StepError> {
        let (across, down) = (cells(&self.across, table)?, cells(&self.down, table)?);
        let mine = |value: &Cell, cell: &Cell| cell.is_null() || cell.total_cmp(value).is_eq();
        let rows = 0..table.height();
        Ok(rows.filter(|&r| mine(&panel.across, &across[r]) && mine(&panel.down, &down[r])).collect())
    }

    fn in_a_row(&self, values: usize) -> usize {
        match (self.per_row, values) {
            (0, 4) if self.down.is_none() => 2,
            (0, _) if self.down.is_none() => values.min(3),
            (0, _) => values,
            (wanted, _) => wanted.min(values),
        }
    }

    /// Whether a row of published numbers belongs to a panel: it does where it does not say otherwise.
    #[must_use]
    pub fn accepts(&self, panel: &Panel, row: &Row) -> bool {
        let mine = |axis: &Option<Axis>, value: &Cell| {
            let cell = axis.as_ref().and_then(|axis| row.get(axis.column()));
            cell.is_none_or(|cell| cell.is_null() || cell.total_cmp(value).is_eq())
        };
        mine(&self.across, &panel.across) && mine(&self.down, &panel.down)
    }

    /// The name of a panel: `n = 500, k = 20`; empty without facets.
    #[must_use]
    pub fn name(&self, panel: &Panel) -> String {
        let names = [(&self.down, &panel.down), (&self.across, &panel.across)];
        let names = names.into_iter().filter_map(|(axis, value)| axis.as_ref().map(|axis| axis.names(value)));
        names.collect::<Vec<_>>().join(", ")
    }

    /// What stands in each panel, by its number, in words.
    pub fn told(&self, split: &Split, words: impl Fn(usize) -> String) -> String {
        let panel = |(index, panel): (usize, &Panel)| match self.name(panel) {
            name if name.is_empty() => words(index),
            name => format!("{name}: {}", words(index)),
        };
        split.panels.iter().enumerate().map(panel).collect::<Vec<_>>().join(". ")
    }

    /// The scales of all panels over the values that each shows.
    ///
    /// # Errors
    /// Where a logarithmic scale meets a value that is not positive.
    pub fn scales(
        &self,
        values: &[Vec<(f64, f64)>],
        x: (AxisScale, Fit),
        y: (AxisScale, Fit),
    ) -> Result<Vec<(Scale, Scale)>, StepError> {
        let one = |panel: usize, shared: bool, pick: fn(&(f64, f64)) -> f64| -> Vec<f64> {
            let chosen = values.iter().enumerate().filter(|(index, _)| shared || *index == panel);
            // a value that concerns one axis only has no number on the other
            chosen.flat_map(|(_, points)| points).map(pick).filter(|v| !v.is_nan()).collect()
        };
        let scale = |panel: usize| {
            let across = Scale::over(&one(panel, self.share.x(), |p| p.0), x.0, x.1)?;
            Ok((across, Scale::over(&one(panel, self.share.y(), |p| p.1), y.0, y.1)?))
        };
        (0..values.len()).map(scale).collect()
    }
}

fn too_many(facets: &Facets, columns: usize, rows: usize) -> StepError {
    let names: Vec<&str> = [&facets.across, &facets.down].into_iter().flatten().map(Axis::column).collect();
    let reason = format!(
        "facets over {} make {columns} × {rows} panels, of which at most {IN_A_ROW} fit side by side and {MOST} in all; \
         choose some by `where`, or give `across` alone, which wraps",
        names.join(" and ")
    );
    StepError::Input { slot: "table".to_owned(), reason }
}

/// The cells of a facet's column; nothing everywhere where there is no such column.
fn cells(axis: &Option<Axis>, table: &Table) -> Result<Vec<Cell>, StepError> {
    super::series::cells(axis.as_ref(), table)
}

/// The values of a facet; a single missing one where there is none.
fn values(cells: &[Cell]) -> Vec<Cell> {
    let known: Vec<Cell> = distinct(cells.iter().filter(|cell| !cell.is_null()));
    if known.is_empty() { vec![Cell::Null] } else { known }
}

/// Distinct values: numbers in order, texts as they first appear.
#[must_use]
pub fn distinct<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Cell> {
    let mut seen = first_seen(cells);
    if seen.iter().all(|v| v.as_f64().is_some()) {
        seen.sort_by(Cell::total_cmp);
    }
    seen
}

/// Distinct values as they first appear.
#[must_use]
pub fn first_seen<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Cell> {
    let mut seen: Vec<Cell> = Vec::new();
    for cell in cells {
        if place(&seen, cell).is_none() {
            seen.push(cell.clone());
        }
    }
    seen
}

/// Where a value stands among some.
#[must_use]
pub fn place(values: &[Cell], value: &Cell) -> Option<usize> {
    values.iter().position(|v| v.total_cmp(value).is_eq())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facets(tree: serde_json::Value) -> Facets {
        serde_json::from_value(tree).unwrap()
    }

    fn table(rows: &[(Cell, Cell)]) -> Table {
        let rows: Vec<Vec<Cell>> = rows.iter().map(|(n, k)| vec![n.clone(), k.clone()]).collect();
        Table::from_rows(&["n", "k"], &rows).unwrap()
    }

    fn numbers(n: i64) -> Table {
        table(&(0..n).map(|i| (Cell::Int(n - i), Cell::Int(i % 2))).collect::<Vec<_>>())
    }

    #[test]
    fn without_facets_all_rows_are_one_panel() {
        let split = Facets::default().split(&numbers(5)).unwrap();
        assert_eq!((split.panels.len(), split.columns, split.panels[0].rows.len()), (1, 1, 5));
        assert_eq!(Facets::default().split(&numbers(0)).unwrap().panels.len(), 1);
    }

    #[test]
    fn panels_are_in_order_and_rows_of_none_stand_in_all() {
        let rows = [(Cell::Int(20), Cell::Int(1)), (Cell::Int(10), Cell::Int(1)), (Cell::Null, Cell::Int(2))];
        let split = facets(json!({"across": "n"})).split(&table(&rows)).unwrap();
        let found: Vec<(Cell, Vec<usize>)> = split.panels.into_iter().map(|p| (p.across, p.rows)).collect();
        assert_eq!(found, [(Cell::Int(10), vec![1, 2]), (Cell::Int(20), vec![0, 2])]);
        let grid = facets(json!({"across": "n", "down": "k"})).split(&table(&rows)).unwrap();
        assert_eq!((grid.panels.len(), grid.columns), (4, 2));
        assert_eq!(grid.panels[1].rows, [0], "k = 1, n = 20");
    }

    #[test]
    fn wrapping() {
        let columns = |tree, n| facets(tree).split(&numbers(n)).unwrap().columns;
        let auto: Vec<usize> = (1..7).map(|n| columns(json!({"across": "n"}), n)).collect();
        assert_eq!(auto, [1, 2, 3, 2, 3, 3]);
        assert_eq!(columns(json!({"across": "n", "per_row": 4}), 6), 4);
        assert_eq!(columns(json!({"down": "n"}), 5), 1);
    }

    #[test]
    fn panels_that_nobody_could_read_are_refused() {
        let error = facets(json!({"across": "n", "down": "k"})).split(&numbers(8)).unwrap_err().to_string();
        assert!(error.contains("n and k make 8 × 2 panels") && error.contains("`where`"), "{error}");
        assert!(facets(json!({"across": "n"})).split(&numbers(61)).is_err());
        assert_eq!(facets(json!({"down": "n", "per_row": 2})).problems().len(), 1);
    }

    #[test]
    fn shared_ranges_are_those_of_all_panels() {
        let values = [vec![(0.0, 0.0), (1.0, 1.0)], vec![(0.0, 0.0), (9.0, 5.0), (f64::NAN, 8.0)]];
        let scales = |share: &str| {
            let tight = (AxisScale::Linear, Fit::Tight);
            facets(json!({"share": share})).scales(&values, tight, tight).unwrap()
        };
        let ends =
            |share: &str| scales(share).iter().map(|(x, y)| (x.fraction(1.0), y.fraction(4.0))).collect::<Vec<_>>();
        assert_eq!(ends("both"), [(1.0 / 9.0, 0.5), (1.0 / 9.0, 0.5)]);
        assert_eq!(ends("none"), [(1.0, 1.0), (1.0 / 9.0, 0.5)]);
        assert_eq!(ends("x")[0], (1.0 / 9.0, 1.0));
        assert_eq!(ends("y")[0], (1.0, 0.5));
    }

    #[test]
    fn published_rows_belong_where_they_do_not_say_otherwise() {
        let facets = facets(json!({"across": "n"}));
        let split = facets.split(&numbers(2)).unwrap();
        let belongs = |row: &str| {
            let row: Row = serde_json::from_str(row).unwrap();
            split.panels.iter().map(|p| facets.accepts(p, &row)).collect::<Vec<_>>()
        };
        assert_eq!(belongs(r#"{"n": 2}"#), [false, true]);
        assert_eq!(belongs(r#"{"k": 2}"#), [true, true]);
        assert_eq!(facets.name(&split.panels[0]), "n\u{a0}=\u{a0}1");
    }
}
