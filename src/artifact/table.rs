//! A tidy table: a polars data frame with the few operations that steps need.

use super::cell::Cell;
use super::columns::{TableError, as_real, common_types, from_any, rows_of, to_column};
use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize};
use std::cmp::Ordering;

/// Equal values of some columns, and the numbers of the rows that have them.
pub type Group = (Vec<Cell>, Vec<usize>);

/// Rows of named, typed columns. A missing value is null, never NaN.
#[derive(Debug, Clone, Default)]
pub struct Table {
    frame: DataFrame,
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.frame.equals_missing(&other.frame)
    }
}

impl Table {
    /// A table of named columns of equal length; each column's type is that of its values.
    ///
    /// # Errors
    /// Where lengths differ, a name stands twice or a column mixes texts and numbers.
    pub fn new(columns: Vec<(String, Vec<Cell>)>) -> Result<Self, TableError> {
        let height = columns.first().map_or(0, |(_, cells)| cells.len());
        let columns = columns.into_iter().map(|(name, cells)| to_column(&name, &cells)).collect::<Result<_, _>>()?;
        let frame = DataFrame::new(height, columns).map_err(|e| TableError::Malformed(e.to_string()))?;
        Ok(Self { frame })
    }

    /// A table from rows under a header.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn from_rows(header: &[&str], rows: &[Vec<Cell>]) -> Result<Self, TableError> {
        let column = |i: usize| rows.iter().map(|row| row.get(i).cloned().unwrap_or(Cell::Null)).collect();
        Self::new(header.iter().enumerate().map(|(i, name)| ((*name).to_owned(), column(i))).collect())
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// Column names in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.frame.get_column_names().into_iter().map(ToString::to_string).collect()
    }

    /// Whether a column of this name is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.frame.get_column_index(name).is_some()
    }

    /// The values of one column.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn column(&self, name: &str) -> Result<Vec<Cell>, TableError> {
        let series = self.typed(name)?.as_materialized_series();
        Ok(series.iter().map(|value| from_any(&value)).collect())
    }

    /// The values of one column as numbers; null where missing or not a number.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, TableError> {
        let column = self.typed(name)?;
        let number = matches!(column.dtype(), DataType::Float64 | DataType::Int64);
        let cast = if number { column.cast(&DataType::Float64).ok() } else { None };
        let real = cast.as_ref().and_then(|column| column.f64().ok());
        Ok(real.map_or_else(|| vec![None; self.height()], |real| real.iter().collect()))
    }

    fn typed(&self, name: &str) -> Result<&Column, TableError> {
        let unknown = |_| TableError::NoColumn { wanted: name.to_owned(), known: self.names() };
        self.frame.column(name).map_err(unknown)
    }

    /// All rows, in the order of [`Table::names`].
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<Cell>> {
        let columns: Vec<Vec<Cell>> = self.names().iter().filter_map(|name| self.column(name).ok()).collect();
        (0..self.height()).map(|i| columns.iter().map(|c| c[i].clone()).collect()).collect()
    }

    /// The rows at these places, in this order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let index: Vec<IdxSize> = rows.iter().filter_map(|&i| IdxSize::try_from(i).ok()).collect();
        let frame = self.frame.take(&IdxCa::from_vec("".into(), index)).unwrap_or_default();
        Self { frame }
    }

    /// Tables one under the other; a column that one lacks is null there.
    ///
    /// # Errors
    /// Where a column holds texts in one table and numbers in another.
    pub fn stack(tables: &[Self]) -> Result<Self, TableError> {
        let types = common_types(tables.iter().flat_map(|table| table.frame.columns()))?;
        let mut frames = tables.iter().map(|table| table.in_types(&types));
        let Some(first) = frames.next() else { return Ok(Self::default()) };
        let mut frame = first?;
        for next in frames {
            frame.vstack_mut_owned(next?).map_err(|e| TableError::Malformed(e.to_string()))?;
        }
        frame.rechunk_mut();
        Ok(Self { frame })
    }

    /// Columns of these names and types: cast where the table has whole numbers for real ones, null where it has none.
    fn in_types(&self, types: &[(String, DataType)]) -> Result<DataFrame, TableError> {
        let column = |(name, wanted): &(String, DataType)| match self.frame.column(name) {
            Ok(own) if own.dtype() == wanted => Ok(own.clone()),
            Ok(own) if own.null_count() < own.len() => as_real(own),
            _ => Ok(Column::full_null(name.as_str().into(), self.height(), wanted)),
        };
        let columns = types.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        DataFrame::new(self.height(), columns).map_err(|e| TableError::Malformed(e.to_string()))
    }

    /// Row numbers grouped by equal values of some columns, groups in the order of [`Cell::total_cmp`].
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn groups(&self, by: &[String]) -> Result<Vec<Group>, TableError> {
        let columns = by.iter().map(|name| self.typed(name).cloned()).collect::<Result<Vec<_>, _>>()?;
        if columns.is_empty() || self.height() == 0 {
            return Ok(if self.height() == 0 { Vec::new() } else { vec![(Vec::new(), (0..self.height()).collect())] });
        }
        let values = columns.clone();
        let grouped = self.frame.group_by_with_series(columns, false, false);
        let grouped = grouped.map_err(|e| TableError::Malformed(e.to_string()))?;
        let rows = grouped.get_groups().iter().map(|group| rows_of(&group));
        let key = |row: usize| values.iter().map(|c| c.get(row).map_or(Cell::Null, |v| from_any(&v))).collect();
        let mut groups: Vec<Group> = rows.map(|rows| (key(rows[0]), rows)).collect();
        groups.sort_by(|(a, _), (b, _)| in_order(a, b));
        Ok(groups)
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        self.frame.estimated_size() as u64
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        self.names().into_iter().find_map(|name| {
            let numbers = self.numbers(&name).ok()?;
            let row = numbers.iter().position(|v| v.is_some_and(|v| !v.is_finite()))?;
            Some(format!("{} in column `{name}`, row {row}", numbers[row].unwrap_or(f64::NAN)))
        })
    }
}

/// Values that are told apart by what they mean, first by the first: a key of a map or set.
#[derive(Debug, Clone)]
pub struct ByMeaning(pub Vec<Cell>);

impl Ord for ByMeaning {
    fn cmp(&self, other: &Self) -> Ordering {
        in_order(&self.0, &other.0)
    }
}

impl PartialOrd for ByMeaning {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByMeaning {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByMeaning {}

/// The order of two lists of values, the first that differs deciding.
fn in_order(a: &[Cell], b: &[Cell]) -> Ordering {
    let pairs = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    pairs.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
