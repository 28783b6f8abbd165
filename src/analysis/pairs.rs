//! Pairs of rows that differ in one thing only.

use crate::artifact::{Cell, Table};
use crate::step::{Columns, StepError};

/// Numbers by the values of some columns.
pub type Keyed = Vec<(Vec<Cell>, f64)>;

/// The numbers of a column over some rows, by the values of the columns that pair them. Rows without a number are left
/// out.
///
/// # Errors
/// Where a column is missing or two rows have one key: then it is not clear which is meant.
pub fn keyed(table: &Table, rows: &[usize], (column, on): (&str, &[String])) -> Result<Keyed, StepError> {
    let numbers = table.numbers(column)?;
    let columns = on.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut found: Keyed = Vec::new();
    for &row in rows {
        let Some(number) = numbers[row] else { continue };
        let key: Vec<Cell> = columns.iter().map(|c| c[row].clone()).collect();
        if partner(&found, &key).is_some() {
            let place = super::rows::in_words(on, &key);
            let reason =
                format!("several rows at {place}; choose or filter first, or pair on more columns by `pair_on`");
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        found.push((key, number));
    }
    Ok(found)
}

/// The number at a key.
#[must_use]
pub fn partner(keyed: &Keyed, key: &[Cell]) -> Option<f64> {
    keyed.iter().find(|(known, _)| same(known, key)).map(|(_, number)| *number)
}

/// `a − b` for each key that both have.
#[must_use]
pub fn differences(a: &Keyed, b: &Keyed) -> Keyed {
    a.iter().filter_map(|(key, number)| Some((key.clone(), number - partner(b, key)?))).collect()
}

/// Whether two keys are equal, whole numbers and real ones alike.
#[must_use]
pub fn same(a: &[Cell], b: &[Cell]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.total_cmp(b).is_eq())
}

/// The columns of `keys` that every one of these rows has: an axis that one side lacks cannot pair them.
///
/// # Errors
/// Where a column is missing.
fn shared(table: &Table, rows: &[usize], keys: Vec<String>) -> Result<Vec<String>, StepError> {
    let mut found = Vec::new();
    for name in keys {
        let column = table.column(&name)?;
        if rows.iter().all(|&row| !column[row].is_null()) {
            found.push(name);
        }
    }
    Ok(found)
}

/// The columns whose equal values make a pair: those asked for, or the keys that every one of these rows has, without what
/// is compared.
///
/// # Errors
/// Where a column is missing.
pub fn paired_on(
    (asked, keys): (Option<&Columns>, &Columns),
    (table, rows): (&Table, &[usize]),
    compared: &[&str],
) -> Result<Vec<String>, StepError> {
    match asked {
        Some(columns) => Ok(columns.0.clone()),
        None => {
            let free = keys.0.iter().filter(|name| !compared.contains(&name.as_str()));
            shared(table, rows, free.cloned().collect())
        }
    }
}
