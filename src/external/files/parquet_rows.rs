//! Tables of Parquet files, as pandas, polars and DuckDB write them.

use crate::artifact::{Cell, Table};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// The table in the bytes of a Parquet file.
///
/// # Errors
/// Where it is no whole file, or a column holds what a table has no type for.
pub(super) fn read(bytes: Vec<u8>) -> Result<Table, String> {
    // the reader may give up over bytes that nobody foresaw
    let read = || std::thread::scope(|scope| scope.spawn(|| rows(bytes)).join());
    read().unwrap_or_else(|_| Err("it is no whole Parquet file: the reader gave up".to_owned()))
}

fn rows(bytes: Vec<u8>) -> Result<Table, String> {
    let broken = |e: parquet::errors::ParquetError| format!("it is no whole Parquet file: {e}");
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(broken)?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let mut columns: Vec<(String, Vec<Cell>)> = fields.iter().map(|f| (f.name().to_owned(), Vec::new())).collect();
    for (number, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
        let row = row.map_err(broken)?;
        for ((name, cells), (_, field)) in columns.iter_mut().zip(row.get_column_iter()) {
            let cell = cell(field).map_err(|reason| format!("the column `{name}` {reason} in row {number}"))?;
            cells.push(cell);
        }
    }
    // the index that pandas writes beside the columns
    columns.retain(|(name, _)| !name.starts_with("__index_level_"));
    Table::new(columns).map_err(|e| e.to_string())
}

fn cell(field: &Field) -> Result<Cell, String> {
    let real = |value: f64| match value.is_finite() {
        true => Ok(Cell::Float(value)),
        false => Err(format!("holds {value}, and a missing value is null")),
    };
    Ok(match field {
        Field::Null => Cell::Null,
        Field::Bool(v) => Cell::Bool(*v),
        Field::Byte(v) => Cell::Int(i64::from(*v)),
        Field::Short(v) => Cell::Int(i64::from(*v)),
        Field::Int(v) => Cell::Int(i64::from(*v)),
        Field::Long(v) => Cell::Int(*v),
        Field::UByte(v) => Cell::Int(i64::from(*v)),
        Field::UShort(v) => Cell::Int(i64::from(*v)),
        Field::UInt(v) => Cell::Int(i64::from(*v)),
        Field::ULong(v) => i64::try_from(*v).map(Cell::Int).map_err(|_| format!("holds {v}, which is too large"))?,
        Field::Float(v) => real(f64::from(*v))?,
        Field::Double(v) => real(*v)?,
        Field::Str(text) if text.is_empty() => Cell::Null,
        Field::Str(text) => Cell::Text(text.clone()),
        other => return Err(format!("holds {other}, and numbers, texts and truth values are read")),
    })
}
