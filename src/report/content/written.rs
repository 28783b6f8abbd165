//! A whole table as texts, column by column, in the numbers of the page.

use super::tabulate::{Known, Shown, Titles};
use crate::artifact::{Cell, Table};
use crate::step::Header;

/// A column as texts.
pub(in crate::report) struct Written {
    /// Its name in the table.
    pub name: String,
    /// What it holds, with its unit.
    pub title: String,
    /// Its values, `–` where there is none.
    pub values: Vec<String>,
    /// Lower ends, upper ends and half widths of its intervals.
    pub bounds: Option<[Vec<String>; 3]>,
}

/// All columns but the ends of intervals, which go with their columns.
pub(in crate::report) fn written(table: &Table, header: &Header, titles: &Titles) -> Vec<Written> {
    let known = Known::of((table, header), titles);
    let one = |name: &String| known.shown(name).map(|shown| of_column(name, &shown));
    table.names().iter().filter_map(one).collect()
}

fn of_column(name: &str, shown: &Shown) -> Written {
    let texts = |cells: &[Cell]| cells.iter().map(|cell| shown.written(Some(cell))).collect();
    let bounds = shown.bounds.as_ref().map(|(low, high)| {
        let half = |(low, high): (&Cell, &Cell)| match (low.as_f64(), high.as_f64()) {
            (Some(low), Some(high)) => Cell::Float(0.5 * (high - low)),
            _ => Cell::Null,
        };
        let half: Vec<Cell> = low.iter().zip(high).map(half).collect();
        [texts(low), texts(high), texts(&half)]
    });
    Written { name: name.to_owned(), title: shown.title.clone(), values: texts(&shown.cells), bounds }
}
