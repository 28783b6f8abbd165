//! A comparison table, one quantity at a time: published numbers beside ours in the quantity's own unit.
//!
//! The step that compares gives one row for each published number, with the name of the quantity in `column` and the
//! numbers in columns of their own; people read the quantity in the head of the table.

use crate::artifact::{Cell, Table};

/// Name of the column that names the quantity.
const QUANTITY: &str = "column";
/// Columns of numbers, and what they are called once the quantity is known.
const NUMBERS: [(&str, &str); 5] = [
    ("ours", "_ours"),
    ("ours_low", "_ours_low"),
    ("ours_high", "_ours_high"),
    ("published", "_published"),
    ("deviation", "_deviation"),
];

/// The rows of each quantity with its name, their columns named after it; a table of another form as it is.
#[must_use]
pub(super) fn by_quantity(table: &Table) -> Vec<(String, Table)> {
    let Ok(quantities) = table.groups(&[QUANTITY.to_owned()]) else {
        return vec![(String::new(), table.clone())];
    };
    let one = |(key, rows): (Vec<Cell>, Vec<usize>)| {
        let quantity = key.first().map(Cell::to_string).unwrap_or_default();
        let renamed = renamed(&table.take(&rows), &quantity);
        (quantity, renamed)
    };
    quantities.into_iter().map(one).collect()
}

fn renamed(table: &Table, quantity: &str) -> Table {
    let name = |name: &String| match NUMBERS.iter().find(|(plain, _)| plain == name) {
        Some((_, ending)) => format!("{quantity}{ending}"),
        None => name.clone(),
    };
    let kept = table.names().into_iter().filter(|name| name != QUANTITY);
    let columns = kept.filter_map(|own| Some((name(&own), table.column(&own).ok()?))).collect();
    // Names can meet only where a key is called like a number; then the plain form is good enough.
    Table::new(columns).unwrap_or_else(|_| table.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quantity_gets_a_table_with_its_name_in_the_head() {
        let header = ["n", "column", "ours", "ours_low", "ours_high", "published", "deviation", "relative_deviation"];
        let row = |n: i64, quantity: &str| {
            let numbers = [0.2, 0.1, 0.3, 0.25, -0.05, -0.2].map(Cell::Float);
            [&[Cell::Int(n), quantity.into()], &numbers[..]].concat()
        };
        let table = Table::from_rows(&header, &[row(1, "test_error"), row(1, "mse"), row(2, "test_error")]).unwrap();
        let parts = by_quantity(&table);
        assert_eq!(
            parts.iter().map(|(q, t)| (q.as_str(), t.height())).collect::<Vec<_>>(),
            [("mse", 1), ("test_error", 2)]
        );
        assert_eq!(
            parts[0].1.names(),
            ["n", "mse_ours", "mse_ours_low", "mse_ours_high", "mse_published", "mse_deviation", "relative_deviation"]
        );
    }

    #[test]
    fn a_table_of_another_form_stays() {
        let table = Table::from_rows(&["n"], &[vec![Cell::Int(1)]]).unwrap();
        assert_eq!(by_quantity(&table), vec![(String::new(), table)]);
    }
}
