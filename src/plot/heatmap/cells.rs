//! From a table to the cells of a heat map.

use super::params::{Mark, Params};
use crate::artifact::{Cell, Table};
use crate::plot::layout::facets::{self, Split, distinct, place};
use crate::step::roles::Asked;
use crate::step::{Row, StepError};

/// Cells on grids, one for each panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// Which rows each panel shows.
    pub split: Split,
    /// The panels.
    pub panels: Vec<PanelCells>,
}

/// The cells of one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelCells {
    /// Values across, from the left.
    pub xs: Vec<Cell>,
    /// Values upwards, from the bottom.
    pub ys: Vec<Cell>,
    /// Column, row and number of each cell that has one.
    pub cells: Vec<(usize, usize, f64)>,
    /// The baseline's number.
    pub baseline: Option<f64>,
    /// Where the paper's numbers lie, in cells from the middle of the first one.
    pub published: Vec<(f64, f64)>,
}

impl Cells {
    /// Whether no panel has a cell, even one without a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.panels.iter().all(|panel| panel.xs.is_empty())
    }
}

impl PanelCells {
    /// One column and row of every so many, so that no more than these are left; what is published stays where it is
    /// among those.
    #[must_use]
    pub fn thinned(&self, most: (usize, usize)) -> Self {
        let (across, up) = (self.xs.len().div_ceil(most.0).max(1), self.ys.len().div_ceil(most.1).max(1));
        let every = |values: &[Cell], step: usize| values.iter().step_by(step).cloned().collect();
        let kept = self.cells.iter().filter(|(x, y, _)| x % across == 0 && y % up == 0);
        #[expect(clippy::cast_precision_loss, reason = "numbers of rows and columns of a picture")]
        let (wide, high) = (across as f64, up as f64);
        Self {
            xs: every(&self.xs, across),
            ys: every(&self.ys, up),
            cells: kept.map(|(x, y, value)| (x / across, y / up, *value)).collect(),
            baseline: self.baseline,
            published: self.published.iter().map(|(x, y)| (x / wide, y / high)).collect(),
        }
    }
}

/// Reads a grid; rows without x, y or value are left out.
///
/// # Errors
/// Where a column is missing, two rows claim one cell, or there are more panels than can be read.
pub fn read(asked: &Asked<'_, Params>, table: &Table, rows: &[usize]) -> Result<Cells, StepError> {
    let shown = table.take(rows);
    let (x, y) = (shown.column(asked.x.column())?, shown.column(asked.y.column())?);
    let kept: Vec<usize> = (0..shown.height()).filter(|&r| !x[r].is_null() && !y[r].is_null()).collect();
    let shown = shown.take(&kept);
    let split = asked.head.facets.split(&shown)?;
    let panel = |index: usize| panel(asked, (table, &shown), (&split, index));
    let panels = (0..split.panels.len()).map(panel).collect::<Result<_, _>>()?;
    Ok(Cells { panels, split })
}

fn panel(
    asked: &Asked<'_, Params>,
    (table, shown): (&Table, &Table),
    (split, index): (&Split, usize),
) -> Result<PanelCells, StepError> {
    let own = &split.panels[index].rows;
    let (x, y) = (shown.column(asked.x.column())?, shown.column(asked.y.column())?);
    let values = asked.value.numbers(shown)?;
    let all: Vec<usize> = (0..shown.height()).collect();
    let some = |cells: &[Cell], shared: bool| distinct(if shared { &all } else { own }.iter().map(|&row| &cells[row]));
    let share = asked.head.facets.share;
    let (xs, mut ys) = (some(&x, share.x()), some(&y, share.y()));
    if ys.iter().any(|v| v.as_f64().is_none()) {
        // texts are read from the top down
        ys.reverse();
    }
    let baseline = baseline(asked, table, &split.panels[index])?;
    let published = published(asked, &split.panels[index], (&xs, &ys));
    let mut panel = PanelCells { xs, ys, cells: Vec::new(), baseline, published };
    for &row in own {
        let (Some(column), Some(line)) = (place(&panel.xs, &x[row]), place(&panel.ys, &y[row])) else { continue };
        let Some(value) = values[row] else { continue };
        if panel.cells.iter().any(|&(c, l, _)| (c, l) == (column, line)) {
            return Err(twice(asked, [&x[row], &y[row]]));
        }
        panel.cells.push((column, line, value));
    }
    Ok(panel)
}

/// Where the paper's numbers of a panel lie on the cells.
fn published(asked: &Asked<'_, Params>, panel: &facets::Panel, (xs, ys): (&[Cell], &[Cell])) -> Vec<(f64, f64)> {
    let meant = |row: &&Row| asked.head.filter.0.iter().all(|(name, ok)| row.get(name).is_none_or(|v| ok.accepts(v)));
    let rows = asked.head.published.iter().flat_map(|p| &p.rows).filter(meant);
    let rows = rows.filter(|row| asked.head.facets.accepts(panel, row));
    let at = |row: &Row| Some((between(xs, row.get(asked.x.column())?)?, between(ys, row.get(asked.y.column())?)?));
    rows.filter_map(at).collect()
}

/// The place of a value among those of an axis: between two cells where it lies between their numbers, nothing beyond the
/// outermost.
fn between(values: &[Cell], value: &Cell) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "axes have few values")]
    if let Some(at) = place(values, value) {
        return Some(at as f64);
    }
    let (value, numbers) = (value.as_f64()?, values.iter().map(Cell::as_f64).collect::<Option<Vec<f64>>>()?);
    let below = numbers.windows(2).position(|pair| pair[0] < value && value < pair[1])?;
    // ranks and sample sizes are spaced by ratios
    let part = (value / numbers[below]).ln() / (numbers[below + 1] / numbers[below]).ln();
    #[expect(clippy::cast_precision_loss, reason = "axes have few values")]
    let at = below as f64 + if part.is_finite() { part } else { 0.5 };
    Some(at)
}

fn twice(asked: &Asked<'_, Params>, [x, y]: [&Cell; 2]) -> StepError {
    let at = format!("{} = {x}, {} = {y}", asked.x.column(), asked.y.column());
    let reason = format!("several rows at {at}; aggregate the table over the other columns or choose by `where`");
    StepError::Input { slot: "table".to_owned(), reason }
}

/// The baseline's number for a panel: its row of that panel, or a row that belongs to none.
fn baseline(asked: &Asked<'_, Params>, table: &Table, panel: &facets::Panel) -> Result<Option<f64>, StepError> {
    let Some(baseline) = &asked.baseline else { return Ok(None) };
    let rows = baseline.filter.apply(table)?;
    let values = asked.value.numbers(&rows)?;
    let here = asked.head.facets.rows_of(&rows, panel)?;
    let found: Vec<f64> = here.into_iter().filter_map(|r| values[r]).collect();
    if found.len() > 1 {
        let reason =
            format!("baseline `{}` has {} rows ({}); narrow its `where`", baseline.label, found.len(), baseline.filter);
        return Err(StepError::Input { slot: "table".to_owned(), reason });
    }
    Ok(found.first().copied())
}

impl PanelCells {
    /// The marked cell; of equal ones the first.
    #[must_use]
    pub fn marked(&self, mark: Mark) -> Option<(usize, usize, f64)> {
        let better = |a: f64, b: f64| match mark {
            Mark::Min => a < b,
            Mark::Max => a > b,
            Mark::None => false,
        };
        let first = self.cells.first().copied().filter(|_| mark != Mark::None);
        first.map(|first| self.cells.iter().fold(first, |best, &cell| if better(cell.2, best.2) { cell } else { best }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Heatmap;
    use crate::plot::testing::asked;
    use serde_json::json;

    fn table() -> Table {
        let row = |model: &str, k: Option<(i64, i64)>, e: f64| {
            let (k1, k2) = k.map_or((Cell::Null, Cell::Null), |(a, b)| (a.into(), b.into()));
            vec![model.into(), k1, k2, Cell::Float(e)]
        };
        let rows = [row("LoFi", Some((20, 5)), 0.3), row("LoFi", Some((10, 5)), 0.2), row("Ridge", None, 0.4)];
        Table::from_rows(&["model", "k1", "k2", "e"], &rows).unwrap()
    }

    #[test]
    fn cells_are_sorted_and_the_baseline_is_found() {
        let baseline = json!({"label": "Ridge", "where": {"model": "Ridge"}});
        let params = asked::<Heatmap>(&json!({"x": "k1", "y": "k2", "value": "e", "baseline": baseline}));
        let grid = read(&Asked::of(&params), &table(), &[0, 1, 2]).unwrap();
        assert_eq!(grid.panels[0].xs, [Cell::Int(10), Cell::Int(20)]);
        assert_eq!(grid.panels[0].cells, [(1, 0, 0.3), (0, 0, 0.2)]);
        assert_eq!(grid.panels[0].baseline, Some(0.4));
        assert_eq!(grid.panels[0].marked(Mark::Min), Some((0, 0, 0.2)));
        assert_eq!(grid.panels[0].marked(Mark::Max), Some((1, 0, 0.3)));
        assert_eq!(grid.panels[0].marked(Mark::None), None);
    }

    #[test]
    fn two_rows_for_a_cell_are_refused() {
        let params = asked::<Heatmap>(&json!({"x": "k2", "y": "k2", "value": "e"}));
        let error = read(&Asked::of(&params), &table(), &[0, 1]).unwrap_err().to_string();
        assert!(error.contains("several rows at k2 = 5"), "{error}");
    }
}
