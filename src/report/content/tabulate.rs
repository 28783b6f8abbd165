//! A stored table, laid out for people. The full numbers go into a CSV file beside the page.

use crate::artifact::{Cell, Table, column_title};
use crate::report::format::Style;
use serde::Serialize;

/// Rows that a page shows at most.
const MAX_ROWS: usize = 60;
/// Tables of more rows than this are folded.
const FOLDED: usize = 16;

/// A table for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// Columns, those of intervals merged into the columns that they belong to.
    pub columns: Vec<ColumnHead>,
    /// Texts of the rows shown.
    pub rows: Vec<Vec<Text>>,
    /// Rows of the whole table.
    pub total_rows: usize,
    /// Rows that are left out here.
    pub hidden_rows: usize,
    /// Columns that are left out here.
    pub hidden_columns: usize,
    /// Whether the page folds it away at first.
    pub folded: bool,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnHead {
    /// What it holds, with its unit.
    pub title: String,
    /// Whether it holds numbers, which are set flush right.
    pub numeric: bool,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The value.
    pub value: String,
    /// Its interval in brackets, or empty.
    pub interval: String,
}

/// Lays out a table.
#[must_use]
pub(super) fn layout(table: &Table) -> Layout {
    let names = table.names();
    let columns: Vec<Column> = names.iter().filter_map(|name| Column::new(table, &names, name)).collect();
    let shown = table.height().min(MAX_ROWS);
    let row = |i: usize| columns.iter().map(|column| column.text(i)).collect();
    Layout {
        columns: columns.iter().map(|c| ColumnHead { title: c.title(), numeric: c.style.is_some() }).collect(),
        rows: (0..shown).map(row).collect(),
        total_rows: table.height(),
        hidden_rows: table.height() - shown,
        hidden_columns: 0,
        folded: table.height() > FOLDED,
    }
}

/// What a column of this name measures, from the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Ours,
    Published,
    /// Ours − published.
    Deviation,
    /// The same over the published number.
    Relative,
}

struct Column {
    /// The quantity: the name without the ending that tells the role.
    base: String,
    role: Role,
    cells: Vec<Cell>,
    bounds: Option<(Vec<Cell>, Vec<Cell>)>,
    /// How its numbers are written; nothing for texts.
    style: Option<Style>,
}

impl Column {
    /// A column, or nothing where it is the bound of another one.
    fn new(table: &Table, names: &[String], name: &str) -> Option<Self> {
        let is_bound =
            |(low, high): &(String, String)| (low == name || high == name) && table.has(low) && table.has(high);
        if names.iter().any(|other| bounds_of(other).iter().any(is_bound)) {
            return None;
        }
        let cells = table.column(name).ok()?;
        let both = |(low, high): &(String, String)| Some((table.column(low).ok()?, table.column(high).ok()?));
        let bounds = bounds_of(name).iter().find_map(both);
        // An interval without width tells nothing: the number is the same in every run.
        let bounds = bounds.filter(|(low, high)| low != high);
        let (base, role) = role(name);
        let extra = bounds.iter().flat_map(|(low, high)| low.iter().chain(high));
        let numbers: Vec<f64> = cells.iter().chain(extra).filter_map(Cell::as_f64).collect();
        let style = match (numbers.is_empty(), is_share(&base) || role == Role::Relative) {
            (true, _) => None,
            (_, true) => Some(Style::Percent),
            _ => Some(Style::of(&numbers)),
        };
        Some(Self { base, role, cells, bounds, style })
    }

    fn title(&self) -> String {
        let title = column_title(&self.base);
        let role = match self.role {
            Role::Value | Role::Relative => "",
            Role::Ours => ", ours",
            Role::Published => ", published",
            Role::Deviation => ", ours − published",
        };
        let interval = if self.bounds.is_some() { " [interval]" } else { "" };
        let unit = match (self.style, self.role) {
            (Some(Style::Percent), Role::Deviation) => " (points)",
            (Some(Style::Percent), _) => " (%)",
            _ => "",
        };
        format!("{title}{role}{unit}{interval}")
    }

    fn text(&self, row: usize) -> Text {
        let value = self.shown(self.cells.get(row));
        let interval =
            self.bounds.as_ref().map_or_else(String::new, |(low, high)| match (low.get(row), high.get(row)) {
                (Some(low), Some(high)) if !low.is_null() && !high.is_null() => {
                    format!("[{}, {}]", self.shown(Some(low)), self.shown(Some(high)))
                }
                _ => String::new(),
            });
        Text { value, interval }
    }

    fn shown(&self, cell: Option<&Cell>) -> String {
        match (cell, cell.and_then(Cell::as_f64), self.style) {
            (None | Some(Cell::Null), ..) => "–".to_owned(),
            (Some(Cell::Bool(v)), ..) => if *v { "yes" } else { "no" }.to_owned(),
            (_, Some(v), Some(style)) if matches!(self.role, Role::Deviation | Role::Relative) => style.show_signed(v),
            (_, Some(v), Some(style)) => style.show(v),
            (Some(other), ..) => other.to_string(),
        }
    }
}

/// Names of the columns that may hold the interval of this one.
fn bounds_of(name: &str) -> Vec<(String, String)> {
    let mut pairs = vec![(format!("{name}_low"), format!("{name}_high"))];
    if name == "estimate" {
        pairs.push(("low".to_owned(), "high".to_owned()));
    }
    pairs
}

fn role(name: &str) -> (String, Role) {
    if name == "relative_deviation" {
        return (name.to_owned(), Role::Relative);
    }
    let endings = [("_ours", Role::Ours), ("_published", Role::Published), ("_deviation", Role::Deviation)];
    let base = |(ending, role): &(&str, Role)| {
        let base = name.strip_suffix(ending).filter(|base| !base.is_empty())?;
        Some((base.to_owned(), *role))
    };
    endings.iter().find_map(base).unwrap_or_else(|| (name.to_owned(), Role::Value))
}

/// Whether a quantity is a share of the samples, kept as a fraction and shown in per cent.
fn is_share(base: &str) -> bool {
    let other_error = ["squared_error", "standard_error", "relative_error", "absolute_error"];
    base.ends_with("_error") && !other_error.iter().any(|other| base.ends_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(header: &[&str], row: Vec<Cell>) -> Layout {
        layout(&Table::from_rows(header, &[row]).unwrap())
    }

    fn titles(layout: &Layout) -> Vec<&str> {
        layout.columns.iter().map(|c| c.title.as_str()).collect()
    }

    fn texts(layout: &Layout) -> Vec<String> {
        layout.rows[0].iter().map(|t| format!("{} {}", t.value, t.interval).trim().to_owned()).collect()
    }

    #[test]
    fn intervals_join_their_column_and_errors_are_per_cent() {
        let header = ["model", "n_train", "test_error", "test_error_low", "test_error_high", "samples"];
        let layout = table(
            &header,
            vec!["LoFi".into(), Cell::Int(20_000), 0.1231.into(), 0.118.into(), 0.129.into(), Cell::Int(3)],
        );
        assert_eq!(titles(&layout), ["Model", "Training samples n", "Test error (%) [interval]", "Samples"]);
        assert_eq!(texts(&layout), ["LoFi", "20\u{2009}000", "12.31 [11.80, 12.90]", "3"]);
        assert!(!layout.columns[0].numeric && layout.columns[2].numeric);
    }

    #[test]
    fn comparisons_show_units_and_signs() {
        let header = [
            "test_error_ours",
            "test_error_published",
            "test_error_deviation",
            "relative_deviation",
            "within_interval",
        ];
        let layout = table(&header, vec![0.262.into(), 0.2.into(), 0.062.into(), 0.31.into(), false.into()]);
        let expected = [
            "Test error, ours (%)",
            "Test error, published (%)",
            "Test error, ours − published (points)",
            "Relative deviation (%)",
            "Within interval",
        ];
        assert_eq!(titles(&layout), expected);
        assert_eq!(texts(&layout), ["26.20", "20.00", "+6.20", "+31.00", "no"]);
    }

    #[test]
    fn evidence_joins_low_and_high_and_other_errors_are_no_per_cent() {
        let header = ["estimate", "low", "high", "mean_squared_error", "outcome"];
        let layout = table(&header, vec![0.5.into(), (-0.25).into(), 0.75.into(), 1e-9.into(), Cell::Null]);
        assert_eq!(titles(&layout), ["Estimate [interval]", "Mean squared error", "Outcome"]);
        assert_eq!(texts(&layout), ["0.500 [−0.250, 0.750]", "10⁻⁹", "–"]);
    }

    #[test]
    fn long_tables_are_cut_and_say_so() {
        let rows: Vec<Vec<Cell>> = (0..100).map(|i| vec![Cell::Int(i)]).collect();
        let layout = layout(&Table::from_rows(&["i"], &rows).unwrap());
        assert_eq!((layout.rows.len(), layout.total_rows, layout.hidden_rows, layout.folded), (60, 100, 40, true));
    }
}
