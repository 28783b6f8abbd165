//! A stored table, laid out for people. The full numbers go into a CSV file beside the page.

use crate::artifact::{Cell, Table, column_title};
use crate::report::format::Style;
use crate::step::{ColumnRole, Header, Intervals};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows that a page shows at most.
const MAX_ROWS: usize = 16;
/// Tables of more rows than this are folded.
const FOLDED: usize = 12;
/// Unit of fractions of 1, which people read in per cent.
const SHARE: &str = "share";
/// Shares below this would have less than two digits in per cent.
const SMALL: f64 = 1e-3;
/// Letters of a symbol at most.
const SYMBOL: usize = 4;

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

/// What columns are called, where figures or the reader's field have better words than their names.
pub(super) type Titles = BTreeMap<String, String>;

/// Lays out a table whose header says what its columns are; of a column that it does not have, nothing is known.
#[cfg(test)]
#[must_use]
pub(super) fn layout(table: &Table, header: &Header) -> Layout {
    layout_with(table, header, &Titles::new())
}

/// A column's title. A symbol takes the place of nothing but another one.
#[must_use]
pub(super) fn title_of(titles: &Titles, column: &str) -> String {
    let plain = column_title(column);
    let symbol = |label: &&String| label.chars().count() > SYMBOL || plain.chars().count() <= label.chars().count();
    titles.get(column).filter(symbol).cloned().unwrap_or(plain)
}

/// The same with titles of columns.
#[must_use]
pub(super) fn layout_with(table: &Table, header: &Header, titles: &Titles) -> Layout {
    let known = Known::of((table, header), titles);
    let columns: Vec<Shown> = table.names().iter().filter_map(|name| known.shown(name)).collect();
    let rows = table.height().min(MAX_ROWS);
    let row = |i: usize| columns.iter().map(|column| column.text(i)).collect();
    Layout {
        columns: columns.iter().map(|c| ColumnHead { title: c.title.clone(), numeric: c.style.is_some() }).collect(),
        rows: (0..rows).map(row).collect(),
        total_rows: table.height(),
        hidden_rows: table.height() - rows,
        hidden_columns: 0,
        folded: table.height() > FOLDED,
    }
}

/// A table with what is known of its columns.
pub(super) struct Known<'a> {
    table: &'a Table,
    header: &'a Header,
    titles: &'a Titles,
    intervals: Intervals,
}

impl<'a> Known<'a> {
    /// A table with its header.
    pub fn of((table, header): (&'a Table, &'a Header), titles: &'a Titles) -> Self {
        Self { table, header, titles, intervals: header.intervals().only(|column| table.has(column)) }
    }

    /// A column, or nothing where it is an end of the interval of another one.
    pub fn shown(&self, name: &str) -> Option<Shown> {
        if self.intervals.0.iter().any(|(base, ends)| ends.iter().any(|end| end == name) && self.ends(base).is_some()) {
            return None;
        }
        let cells = self.table.column(name).ok()?;
        // An interval without width tells nothing: the number is the same in every run.
        let bounds = self.ends(name).filter(|(low, high)| low != high);
        let extra = bounds.iter().flat_map(|(low, high)| low.iter().chain(high));
        let numbers: Vec<f64> = cells.iter().chain(extra).filter_map(Cell::as_f64).collect();
        let column = self.header.get(name);
        let share = !numbers.is_empty() && column.is_some_and(|column| column.unit == SHARE);
        let style = if share { of_shares(&numbers) } else { (Style::of(&numbers), 1.0) };
        let style = (!numbers.is_empty()).then_some(style);
        let role = column.map_or(ColumnRole::Estimate, |column| column.role);
        let title = format!("{}{}", self.words(name, (role, share)), if bounds.is_some() { " [interval]" } else { "" });
        let signed = matches!(role, ColumnRole::Deviation | ColumnRole::RelativeDeviation);
        Some(Shown { title, signed, cells, bounds, style })
    }

    /// The cells of both ends of a column's interval.
    fn ends(&self, name: &str) -> Option<(Vec<Cell>, Vec<Cell>)> {
        let (low, high) = self.intervals.of(name)?;
        Some((self.table.column(low).ok()?, self.table.column(high).ok()?))
    }

    /// What a column holds, with its unit.
    fn words(&self, name: &str, (role, share): (ColumnRole, bool)) -> String {
        let of = self.header.get(name).and_then(|column| column.of.as_deref()).unwrap_or(name);
        let (quantity, whose) = match role {
            ColumnRole::Published => (of, ", published"),
            ColumnRole::Deviation => (of, ", ours − published"),
            _ if self.header.beside(name, ColumnRole::Published).is_some() => (name, ", ours"),
            _ => (name, ""),
        };
        let unit = match (share, role) {
            (true, ColumnRole::Deviation) => " (points)",
            (true, _) => " (%)",
            _ => "",
        };
        format!("{}{whose}{unit}", title_of(self.titles, quantity))
    }
}

/// How shares are written in per cent, and what they are multiplied by before: with two decimals, unless these would show
/// too little of them.
fn of_shares(numbers: &[f64]) -> (Style, f64) {
    let largest = numbers.iter().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    let per_cent = Style::of(&numbers.iter().map(|v| 100.0 * v).collect::<Vec<_>>());
    let few = 0.0 < largest && largest < SMALL;
    if few || per_cent == Style::Power { (per_cent, 100.0) } else { (Style::Percent, 1.0) }
}

/// A column of the page.
pub(super) struct Shown {
    pub title: String,
    /// Whether positive numbers have a sign too.
    signed: bool,
    pub cells: Vec<Cell>,
    pub bounds: Option<(Vec<Cell>, Vec<Cell>)>,
    /// How its numbers are written, and what they are multiplied by before; nothing for texts.
    style: Option<(Style, f64)>,
}

impl Shown {
    fn text(&self, row: usize) -> Text {
        let value = self.written(self.cells.get(row));
        let interval =
            self.bounds.as_ref().map_or_else(String::new, |(low, high)| match (low.get(row), high.get(row)) {
                (Some(low), Some(high)) if !low.is_null() && !high.is_null() => {
                    format!("[{}, {}]", self.written(Some(low)), self.written(Some(high)))
                }
                _ => String::new(),
            });
        Text { value, interval }
    }

    /// A cell in the style of the column; `–` where there is nothing.
    pub fn written(&self, cell: Option<&Cell>) -> String {
        match (cell, cell.and_then(Cell::as_f64), self.style) {
            (None | Some(Cell::Null), ..) => "–".to_owned(),
            (Some(Cell::Bool(v)), ..) => if *v { "yes" } else { "no" }.to_owned(),
            (_, Some(v), Some((style, factor))) if self.signed => style.show_signed(factor * v),
            (_, Some(v), Some((style, factor))) => style.show(factor * v),
            (Some(other), ..) => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Column;
    use crate::step::roles::evidence;

    fn table(header: &Header, row: Vec<Cell>) -> Layout {
        layout(&Table::from_rows(&header.names(), &[row]).unwrap(), header)
    }

    fn titles(layout: &Layout) -> Vec<&str> {
        layout.columns.iter().map(|c| c.title.as_str()).collect()
    }

    fn texts(layout: &Layout) -> Vec<String> {
        layout.rows[0].iter().map(|t| format!("{} {}", t.value, t.interval).trim().to_owned()).collect()
    }

    /// A column with the ends of its interval under these names.
    fn with_ends(column: &Column, [low, high]: [&str; 2]) -> Vec<Column> {
        vec![column.clone(), column.beside(low, ColumnRole::Low), column.beside(high, ColumnRole::High)]
    }

    #[test]
    fn intervals_join_their_column_and_shares_are_per_cent() {
        let share = Header::of(&["wrong"]).shares(&["wrong"]).0.remove(0);
        let header = [Header::of(&["model", "n_train"]).0, with_ends(&share, ["least", "most"])].concat();
        let layout =
            table(&Header(header), vec!["LoFi".into(), Cell::Int(20_000), 0.1231.into(), 0.118.into(), 0.129.into()]);
        assert_eq!(titles(&layout), ["Model", "Training samples n", "Wrong (%) [interval]"]);
        assert_eq!(texts(&layout), ["LoFi", "20\u{2009}000", "12.31 [11.80, 12.90]"]);
        assert!(!layout.columns[0].numeric && layout.columns[2].numeric);
    }

    #[test]
    fn shares_of_many_sizes_show_all_their_numbers() {
        let header = Header::of(&["share"]).shares(&["share"]);
        for (shares, expected) in [
            ([0.5, 0.0123], ["50.00", "1.23"]),
            ([0.5, 2e-6], ["5.00 × 10¹", "2.00 × 10⁻⁴"]),
            ([0.0, 1.5e-5], ["0.00000", "0.00150"]),
        ] {
            let rows = shares.map(|share| vec![Cell::Float(share)]);
            let layout = layout(&Table::from_rows(&["share"], &rows).unwrap(), &header);
            assert_eq!(titles(&layout), ["Share (%)"]);
            let shown: Vec<&str> = layout.rows.iter().map(|row| row[0].value.as_str()).collect();
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn names_that_look_like_ends_and_errors_say_nothing() {
        let header = Header::of(&["x", "x_low", "x_high", "my_error", "y_published", "estimate", "low"]);
        let layout = table(&header, (1..=7).map(|i| Cell::Float(0.3 * f64::from(i))).collect());
        assert_eq!(titles(&layout), ["x", "X low", "X high", "My error", "Y published", "Estimate", "Low"]);
        assert_eq!(texts(&layout), ["0.300", "0.600", "0.900", "1.200", "1.500", "1.800", "2.100"]);
        let of_nothing = layout_of_nothing();
        assert_eq!(titles(&of_nothing), ["Test error", "Test error low", "Test error high"]);
        assert_eq!(texts(&of_nothing), ["0.500", "0.250", "0.750"]);
    }

    /// A table whose columns nobody declared.
    fn layout_of_nothing() -> Layout {
        let row = vec![0.5.into(), 0.25.into(), 0.75.into()];
        layout(
            &Table::from_rows(&["test_error", "test_error_low", "test_error_high"], &[row]).unwrap(),
            &Header::default(),
        )
    }

    #[test]
    fn evidence_joins_its_ends() {
        let row = vec![
            0.5.into(),
            (-0.25).into(),
            0.75.into(),
            0.1.into(),
            Cell::Int(3),
            (-0.5).into(),
            4.0.into(),
            Cell::Null,
        ];
        let layout = table(&evidence(), row);
        assert_eq!(titles(&layout), ["Estimate [interval]", "Spread", "Samples", "Excess", "E value", "Outcome"]);
        assert_eq!(texts(&layout), ["0.500 [−0.250, 0.750]", "0.100", "3", "−0.500", "4", "–"]);
    }

    #[test]
    fn long_tables_are_cut_and_say_so() {
        let rows: Vec<Vec<Cell>> = (0..100).map(|i| vec![Cell::Int(i)]).collect();
        let layout = layout(&Table::from_rows(&["i"], &rows).unwrap(), &Header::default());
        assert_eq!((layout.rows.len(), layout.total_rows, layout.hidden_rows, layout.folded), (16, 100, 84, true));
    }
}
