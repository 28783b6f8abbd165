//! What the table steps share: groups, and words about rows.

use crate::artifact::{Cell, Table, TableError};
use crate::step::Filter;

/// The values that a group shares, and the numbers of its rows.
pub type Group = (Vec<Cell>, Vec<usize>);

/// Row numbers grouped by equal values, groups in the order in which they first appear.
///
/// That order is the study's own: the model named first comes first in tables and legends.
///
/// # Errors
/// Where a column is missing.
pub fn groups(table: &Table, by: &[String]) -> Result<Vec<Group>, TableError> {
    let mut groups = table.groups(by)?;
    groups.sort_by_key(|(_, rows)| rows.first().copied());
    Ok(groups)
}

/// Some rows grouped by equal values, as [`groups`] does with all.
///
/// # Errors
/// Where a column is missing.
pub fn groups_among(table: &Table, rows: &[usize], by: &[String]) -> Result<Vec<Group>, TableError> {
    let found = groups(&table.take(rows), by)?;
    Ok(found.into_iter().map(|(key, of)| (key, of.into_iter().map(|i| rows[i]).collect())).collect())
}

/// Values of some columns in words: `model = LoFi, n_train = 500`; `all rows` where there are none.
#[must_use]
pub fn in_words(columns: &[String], values: &[Cell]) -> String {
    let words: Vec<String> = columns.iter().zip(values).map(|(name, value)| format!("{name} = {value}")).collect();
    if words.is_empty() { "all rows".to_owned() } else { words.join(", ") }
}

/// Why there is no row, in words.
#[must_use]
pub fn no_rows(filter: &Filter) -> String {
    if filter.0.is_empty() { "the table is empty".to_owned() } else { format!("no row has {filter}") }
}

/// A count with its noun: `1 row`, `2 rows`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Tables for tests, from JSON rows under a header.
#[cfg(test)]
pub fn table(header: &[&str], rows: &[serde_json::Value]) -> Table {
    let rows: Vec<Vec<Cell>> = rows.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect();
    Table::from_rows(header, &rows).unwrap()
}

/// Runs a kind on one table, for tests, by way of its checked parameters.
#[cfg(test)]
pub fn run(
    kind: &dyn crate::step::ErasedKind,
    params: &serde_json::Value,
    tables: &[Table],
) -> Result<crate::step::Value, crate::step::StepError> {
    use crate::step::{Context, DataRef, DataSource, Inputs, NoScratch, Records, StepError, Value};
    struct NoData;
    impl DataSource for NoData {
        fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
            Err(StepError::Cancelled)
        }
    }
    let context = Context { data: &NoData, cancelled: &std::sync::atomic::AtomicBool::new(false), scratch: &NoScratch };
    let values = tables.iter().map(|t| std::sync::Arc::new(Value::Table(t.clone()))).collect();
    let inputs = Inputs(vec![(kind.about().inputs[0].name.to_owned(), values)]);
    let canonical = kind.canonical(params).map_err(|faults| StepError::Bug(faults[0].message.clone()))?;
    Ok(kind.run(&canonical, &inputs, &context)?.remove(0))
}

/// The faults that planning finds in some parameters, for tests.
#[cfg(test)]
pub fn refused(kind: &dyn crate::step::ErasedKind, params: &serde_json::Value) -> Vec<crate::step::Problem> {
    let canonical = kind.canonical(params).unwrap();
    kind.plan(&canonical, &crate::step::Shapes::default()).unwrap_err()
}
