//! A table as a baseline keeps it: columns with the types that they had, whatever their values look like.

use crate::artifact::{Cell, Table};
use std::fmt;

/// What the values of a column are; the CSV file alone does not tell the label `10` from the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Texts.
    Text,
    /// True or false.
    Truth,
    /// Whole numbers.
    Whole,
    /// Real numbers.
    Real,
}

impl ColumnType {
    const ALL: [Self; 4] = [Self::Text, Self::Truth, Self::Whole, Self::Real];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Truth => "truth",
            Self::Whole => "whole",
            Self::Real => "real",
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether values of both types are compared as numbers.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Real)
    }

    fn of(cells: &[Cell]) -> Self {
        let any = |test: fn(&Cell) -> bool| cells.iter().any(test);
        if any(|cell| matches!(cell, Cell::Text(_))) {
            Self::Text
        } else if any(|cell| matches!(cell, Cell::Bool(_))) {
            Self::Truth
        } else if any(|cell| matches!(cell, Cell::Int(_))) {
            Self::Whole
        } else {
            Self::Real
        }
    }

    /// A cell of this type; what is none stays a text, so that it differs from every value of the type.
    fn read(self, text: &str) -> Cell {
        if text.is_empty() {
            return Cell::Null;
        }
        let number = || text.parse().map(Cell::Float).ok();
        let cell = match self {
            Self::Text => None,
            Self::Truth => text.parse().map(Cell::Bool).ok(),
            Self::Whole => text.parse().map(Cell::Int).ok().or_else(number),
            Self::Real => number(),
        };
        cell.unwrap_or_else(|| Cell::Text(text.to_owned()))
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "texts",
            Self::Truth => "truth values",
            Self::Whole => "whole numbers",
            Self::Real => "real numbers",
        })
    }
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnType,
    /// Its values; a file that somebody edited may hold others than its type says.
    pub cells: Vec<Cell>,
}

/// Columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The columns in order.
    pub columns: Vec<Column>,
}

impl Sheet {
    /// A table of results.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let column = |name: String| {
            let cells = table.column(&name).unwrap_or_default();
            let kind = ColumnType::of(&cells);
            // an empty text and no text are the same bytes in the file
            let cells = cells.into_iter().map(|cell| if cell.as_str() == Some("") { Cell::Null } else { cell });
            Column { name, kind, cells: cells.collect() }
        };
        Self { columns: table.names().into_iter().map(column).collect() }
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// The place of a column.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    pub(super) fn types(&self) -> Vec<ColumnType> {
        self.columns.iter().map(|column| column.kind).collect()
    }

    /// As CSV.
    pub(super) fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail; a row always has as many fields as the header.
        let _ = writer.write_record(self.names());
        for row in 0..self.height() {
            let _ = writer.write_record(self.columns.iter().map(|column| column.cells[row].to_string()));
        }
        writer.into_inner().unwrap_or_default()
    }

    /// A CSV file; columns beyond the known types are texts.
    pub(super) fn read(csv: &[u8], types: &[ColumnType]) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(csv);
        let header = reader.headers().map_err(in_words)?.iter().enumerate();
        let kind = |index: usize| types.get(index).copied().unwrap_or(ColumnType::Text);
        let empty = |(index, name): (usize, &str)| Column { name: name.to_owned(), kind: kind(index), cells: vec![] };
        let mut columns: Vec<Column> = header.map(empty).collect();
        for record in reader.records() {
            for (text, column) in record.map_err(in_words)?.iter().zip(&mut columns) {
                column.cells.push(column.kind.read(text));
            }
        }
        Ok(Self { columns })
    }
}

/// What is wrong with a CSV file.
fn in_words(error: csv::Error) -> String {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row at line {line} has {len} cells, the header {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => format!("the row at line {line} is not UTF-8"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_cannot_be_read_are_told_with_their_line() {
        let told = |csv: &[u8]| Sheet::read(csv, &[]).unwrap_err();
        assert_eq!(told(b"a,b\n1,2\n3\n"), "the row at line 3 has 1 cells, the header 2");
        assert_eq!(told(b"a,b\n1,\xe9\n"), "the row at line 2 is not UTF-8");
    }

    fn read(text: &str, types: &[ColumnType]) -> Sheet {
        Sheet::read(text.as_bytes(), types).unwrap()
    }

    #[test]
    fn labels_that_look_like_values_come_back_as_labels() {
        let rows = ["10", "true", "nan", "1e5", "", "a,\"b\""].map(|label| vec![label.into(), Cell::Float(1.0)]);
        let sheet = Sheet::of(&Table::from_rows(&["label", "v"], &rows).unwrap());
        assert_eq!(sheet.types(), [ColumnType::Text, ColumnType::Real]);
        assert_eq!(read(&String::from_utf8(sheet.to_csv()).unwrap(), &sheet.types()), sheet);
    }

    #[test]
    fn numbers_keep_their_digits_and_gaps() {
        let rows = [
            vec![Cell::Int(i64::MAX), Cell::Float(0.1 + 0.2), Cell::Bool(true), Cell::Null],
            vec![Cell::Null, Cell::Float(300.0), Cell::Null, Cell::Null],
        ];
        let sheet = Sheet::of(&Table::from_rows(&["n", "v", "is", "none"], &rows).unwrap());
        let types = [ColumnType::Whole, ColumnType::Real, ColumnType::Truth, ColumnType::Real];
        assert_eq!(sheet.types(), types);
        assert_eq!(read(&String::from_utf8(sheet.to_csv()).unwrap(), &types), sheet);
    }

    #[test]
    fn what_is_no_number_stays_a_text_among_numbers() {
        let sheet = read("v,n\nx,1.5\nNaN,true\n", &[ColumnType::Real, ColumnType::Whole]);
        assert_eq!(sheet.columns[0].cells[0], Cell::Text("x".into()));
        assert!(matches!(sheet.columns[0].cells[1], Cell::Float(v) if v.is_nan()));
        assert_eq!(sheet.columns[1].cells, [Cell::Float(1.5), Cell::Text("true".into())]);
    }
}
