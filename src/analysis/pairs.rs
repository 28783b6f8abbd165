//! Pairs of rows that differ in one thing only.

use crate::artifact::{ByMeaning, Cell, Table};
use crate::step::{Columns, StepError};
use std::collections::BTreeMap;

/// Numbers by the values of some columns, in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub struct Keyed {
    numbers: Vec<(Vec<Cell>, f64)>,
    places: BTreeMap<ByMeaning, usize>,
}

impl Keyed {
    /// The number at a key.
    #[must_use]
    pub fn partner(&self, key: &[Cell]) -> Option<f64> {
        self.places.get(&ByMeaning(key.to_vec())).map(|&at| self.numbers[at].1)
    }

    /// Adds a number; whether its key was new.
    pub fn add(&mut self, key: Vec<Cell>, number: f64) -> bool {
        let new = self.places.insert(ByMeaning(key.clone()), self.numbers.len()).is_none();
        self.numbers.push((key, number));
        new
    }
}

impl std::ops::Deref for Keyed {
    type Target = [(Vec<Cell>, f64)];

    fn deref(&self) -> &Self::Target {
        &self.numbers
    }
}

impl IntoIterator for Keyed {
    type Item = (Vec<Cell>, f64);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.numbers.into_iter()
    }
}

impl<'a> IntoIterator for &'a Keyed {
    type Item = &'a (Vec<Cell>, f64);
    type IntoIter = std::slice::Iter<'a, (Vec<Cell>, f64)>;

    fn into_iter(self) -> Self::IntoIter {
        self.numbers.iter()
    }
}

/// A column of numbers with the columns that pair them: read once, asked for as many groups of rows as there are.
pub struct Pairing<'a> {
    numbers: Vec<Option<f64>>,
    columns: Vec<Vec<Cell>>,
    on: &'a [String],
}

impl<'a> Pairing<'a> {
    /// Reads the columns.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn read(table: &Table, (column, on): (&str, &'a [String])) -> Result<Self, StepError> {
        let numbers = table.numbers(column)?;
        let columns = on.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
        Ok(Self { numbers, columns, on })
    }

    /// The numbers of some rows, by the values of the columns that pair them. Rows without a number are left out.
    /// Cost: n log n in these rows.
    ///
    /// # Errors
    /// Where two rows have one key: then it is not clear which is meant.
    pub fn keyed(&self, rows: &[usize]) -> Result<Keyed, StepError> {
        let mut found = Keyed::default();
        for &row in rows {
            let Some(number) = self.numbers[row] else { continue };
            let key: Vec<Cell> = self.columns.iter().map(|c| c[row].clone()).collect();
            if !found.add(key.clone(), number) {
                let place = super::rows::in_words(self.on, &key);
                let reason =
                    format!("several rows at {place}; choose or filter first, or pair on more columns by `pair_on`");
                return Err(StepError::Input { slot: "table".to_owned(), reason });
            }
        }
        Ok(found)
    }
}

/// `a − b` for each key that both have.
#[must_use]
pub fn differences(a: &Keyed, b: &Keyed) -> Keyed {
    let mut found = Keyed::default();
    for (key, number) in a.iter() {
        if let Some(other) = b.partner(key) {
            found.add(key.clone(), number - other);
        }
    }
    found
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
