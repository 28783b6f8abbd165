//! A tidy table: a polars data frame with the few operations that steps need.

use super::cell::Cell;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, IdxCa, IdxSize, NamedFrom, Series};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What can be wrong with a table operation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TableError {
    /// A column that is not there.
    #[error("no column `{wanted}`; the columns are {}", known.join(", "))]
    NoColumn {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A column that mixes texts and numbers.
    #[error("column `{0}` mixes texts and numbers")]
    Mixed(String),
    /// Columns of unequal length, or a name twice.
    #[error("not a table: {0}")]
    Malformed(String),
}

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
        let wanted = || TableError::NoColumn { wanted: name.to_owned(), known: self.names() };
        let column = self.frame.column(name).map_err(|_| wanted())?;
        let series = column.as_materialized_series();
        Ok(series.iter().map(|value| from_any(&value)).collect())
    }

    /// The values of one column as numbers; null where missing or not a number.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, TableError> {
        Ok(self.column(name)?.iter().map(Cell::as_f64).collect())
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
        let mut names: Vec<String> = Vec::new();
        for name in tables.iter().flat_map(Self::names) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let column = |name: &String| -> Vec<Cell> {
            tables.iter().flat_map(|t| t.column(name).unwrap_or_else(|_| vec![Cell::Null; t.height()])).collect()
        };
        Self::new(names.iter().map(|name| (name.clone(), column(name))).collect())
    }

    /// Row numbers grouped by equal values of some columns, groups in the order of [`Cell::total_cmp`].
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn groups(&self, by: &[String]) -> Result<Vec<Group>, TableError> {
        let columns = by.iter().map(|name| self.column(name)).collect::<Result<Vec<_>, _>>()?;
        let mut groups: BTreeMap<GroupKey, Vec<usize>> = BTreeMap::new();
        for row in 0..self.height() {
            let key = GroupKey(columns.iter().map(|c| c[row].clone()).collect());
            groups.entry(key).or_default().push(row);
        }
        Ok(groups.into_iter().map(|(key, rows)| (key.0, rows)).collect())
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

struct GroupKey(Vec<Cell>);

impl PartialEq for GroupKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for GroupKey {}

impl PartialOrd for GroupKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for GroupKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or_else(|| self.0.len().cmp(&other.0.len()))
    }
}

/// A typed polars column: texts, truth values, whole numbers, or real numbers where any value is real.
fn to_column(name: &str, cells: &[Cell]) -> Result<Column, TableError> {
    let any = |test: fn(&Cell) -> bool| cells.iter().any(test);
    let text = any(|c| matches!(c, Cell::Text(_)));
    let boolean = any(|c| matches!(c, Cell::Bool(_)));
    let number = any(|c| c.as_f64().is_some());
    if [text, boolean, number].iter().filter(|&&present| present).count() > 1 {
        return Err(TableError::Mixed(name.to_owned()));
    }
    let series = if text {
        Series::new(name.into(), cells.iter().map(Cell::as_str).collect::<Vec<_>>())
    } else if boolean {
        let bits = cells.iter().map(|c| if let Cell::Bool(v) = c { Some(*v) } else { None });
        Series::new(name.into(), bits.collect::<Vec<_>>())
    } else if any(|c| matches!(c, Cell::Float(_))) || !number {
        if let Some(lost) =
            cells.iter().find(|c| c.as_f64().is_some_and(|v| Cell::Float(v).total_cmp(c).is_ne() && !v.is_nan()))
        {
            return Err(TableError::Malformed(format!(
                "column `{name}` has real numbers beside {lost}, which is too large for one"
            )));
        }
        Series::new(name.into(), cells.iter().map(Cell::as_f64).collect::<Vec<_>>())
    } else {
        let whole = cells.iter().map(|c| if let Cell::Int(v) = c { Some(*v) } else { None });
        Series::new(name.into(), whole.collect::<Vec<_>>())
    };
    Ok(series.into())
}

fn from_any(value: &AnyValue<'_>) -> Cell {
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(v) => Cell::Bool(*v),
        AnyValue::String(v) => Cell::Text((*v).to_owned()),
        AnyValue::StringOwned(v) => Cell::Text(v.to_string()),
        AnyValue::Float64(v) => Cell::Float(*v),
        other => other.cast(&DataType::Int64).extract::<i64>().map_or(Cell::Null, Cell::Int),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let rows = vec![
            vec!["a".into(), Cell::Int(2), Cell::Float(0.5)],
            vec!["b".into(), Cell::Int(1), Cell::Null],
            vec!["a".into(), Cell::Int(1), Cell::Float(1.5)],
        ];
        Table::from_rows(&["model", "n", "error"], &rows).unwrap()
    }

    #[test]
    fn values_keep_their_types_and_gaps() {
        let table = sample();
        assert_eq!(table.rows()[1], vec!["b".into(), Cell::Int(1), Cell::Null]);
        assert_eq!(table.numbers("error").unwrap(), vec![Some(0.5), None, Some(1.5)]);
        assert!(matches!(table.column("x"), Err(TableError::NoColumn { .. })));
    }

    #[test]
    fn stacking_fills_missing_columns_with_null() {
        let other = Table::from_rows(&["n", "extra"], &[vec![Cell::Int(7), Cell::Bool(true)]]).unwrap();
        let both = Table::stack(&[sample(), other]).unwrap();
        assert_eq!(both.names(), ["model", "n", "error", "extra"]);
        assert_eq!(both.rows()[3], vec![Cell::Null, Cell::Int(7), Cell::Null, Cell::Bool(true)]);
    }

    #[test]
    fn groups_are_ordered_and_complete() {
        let groups = sample().groups(&["model".into()]).unwrap();
        assert_eq!(groups, vec![(vec!["a".into()], vec![0, 2]), (vec!["b".into()], vec![1])]);
    }

    #[test]
    fn large_whole_numbers_stay_apart() {
        let seeds = [9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX].map(|seed| vec![Cell::Int(seed)]);
        let table = Table::from_rows(&["seed"], &seeds).unwrap();
        assert_eq!(table.groups(&["seed".into()]).unwrap().len(), 3);
        // beside a real number they would be rounded, which is refused rather than done
        let rows = [vec![Cell::Int(9_007_199_254_740_993)], vec![Cell::Float(0.5)]];
        let error = Table::from_rows(&["seed"], &rows).unwrap_err().to_string();
        assert!(error.contains("9007199254740993"), "{error}");
    }

    #[test]
    fn equal_values_are_one_group() {
        let rows = [Cell::Float(0.0), Cell::Float(-0.0), Cell::Int(0), Cell::Float(1.0), Cell::Int(1)].map(|c| vec![c]);
        let table = Table::from_rows(&["x"], &rows).unwrap();
        assert_eq!(table.groups(&["x".into()]).unwrap().len(), 2);
    }

    #[test]
    fn mixed_columns_are_refused() {
        let rows = vec![vec![Cell::Int(1)], vec!["x".into()]];
        assert_eq!(Table::from_rows(&["c"], &rows), Err(TableError::Mixed("c".into())));
    }
}
