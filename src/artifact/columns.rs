//! Typed columns of polars from cells and back, and the types that hold the columns of several tables.

use super::cell::Cell;
use polars::prelude::{AnyValue, Column, DataType, GroupsIndicator, NamedFrom, Series};

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

/// The numbers of a group's rows, in their order.
pub(super) fn rows_of(group: &GroupsIndicator<'_>) -> Vec<usize> {
    match group {
        GroupsIndicator::Idx((_, rows)) => rows.iter().map(|&row| row as usize).collect(),
        GroupsIndicator::Slice([first, length]) => (*first..first + length).map(|row| row as usize).collect(),
    }
}

/// The columns of some tables in the order in which they are first named, with the type that holds the values of all: real
/// numbers where one table has real and another whole ones. A column without a value fits any type.
pub(super) fn common_types<'a>(
    columns: impl Iterator<Item = &'a Column>,
) -> Result<Vec<(String, DataType)>, TableError> {
    let mut types: Vec<(String, DataType, bool)> = Vec::new();
    for column in columns {
        let (name, own, open) = (column.name().as_str(), column.dtype(), column.null_count() == column.len());
        match types.iter_mut().find(|(known, ..)| known == name) {
            None => types.push((name.to_owned(), own.clone(), open)),
            Some((_, known, was_open)) if *was_open && !open => (*known, *was_open) = (own.clone(), false),
            Some((_, known, _)) if !open && known != own => {
                if ![&*known, own].iter().all(|t| matches!(t, DataType::Int64 | DataType::Float64)) {
                    return Err(TableError::Mixed(name.to_owned()));
                }
                *known = DataType::Float64;
            }
            Some(_) => {}
        }
    }
    Ok(types.into_iter().map(|(name, known, _)| (name, known)).collect())
}

/// Whole numbers as real ones; one that would be rounded is refused.
pub(super) fn as_real(column: &Column) -> Result<Column, TableError> {
    let cells: Vec<Cell> = column.as_materialized_series().iter().map(|value| from_any(&value)).collect();
    check_exact(column.name(), &cells)?;
    column.cast(&DataType::Float64).map_err(|e| TableError::Malformed(e.to_string()))
}

/// Refuses a whole number that no real number equals.
fn check_exact(name: &str, cells: &[Cell]) -> Result<(), TableError> {
    let rounded = |c: &&Cell| c.as_f64().is_some_and(|v| Cell::Float(v).total_cmp(c).is_ne() && !v.is_nan());
    match cells.iter().find(rounded) {
        None => Ok(()),
        Some(lost) => Err(TableError::Malformed(format!(
            "column `{name}` has real numbers beside {lost}, which is too large for one"
        ))),
    }
}

/// A typed polars column: texts, truth values, whole numbers, or real numbers where any value is real.
pub(super) fn to_column(name: &str, cells: &[Cell]) -> Result<Column, TableError> {
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
        check_exact(name, cells)?;
        Series::new(name.into(), cells.iter().map(Cell::as_f64).collect::<Vec<_>>())
    } else {
        let whole = cells.iter().map(|c| if let Cell::Int(v) = c { Some(*v) } else { None });
        Series::new(name.into(), whole.collect::<Vec<_>>())
    };
    Ok(series.into())
}

pub(super) fn from_any(value: &AnyValue<'_>) -> Cell {
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(v) => Cell::Bool(*v),
        AnyValue::String(v) => Cell::Text((*v).to_owned()),
        AnyValue::StringOwned(v) => Cell::Text(v.to_string()),
        AnyValue::Float64(v) => Cell::Float(*v),
        other => other.cast(&DataType::Int64).extract::<i64>().map_or(Cell::Null, Cell::Int),
    }
}
