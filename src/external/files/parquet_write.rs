//! Tables as Parquet files.

use crate::artifact::{Cell, Table};
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// The bytes of a Parquet file with one group of rows.
///
/// # Errors
/// Where the encoder refuses.
pub(super) fn write(table: &Table) -> Result<Vec<u8>, String> {
    encoded(table).map_err(|e| e.to_string())
}

fn encoded(table: &Table) -> Result<Vec<u8>, ParquetError> {
    let columns: Vec<(String, Vec<Cell>)> =
        table.names().into_iter().map(|name| (name.clone(), table.column(&name).unwrap_or_default())).collect();
    let fields = columns.iter().map(|(name, cells)| field(name, cells)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("table").with_fields(fields).build()?);
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties)?;
    let mut group = writer.next_row_group()?;
    for (_, cells) in &columns {
        column(&mut group, cells)?;
    }
    group.close()?;
    writer.close()?;
    Ok(bytes)
}

/// The type of a column: that of its first value.
fn physical(cells: &[Cell]) -> Physical {
    match cells.iter().find(|cell| !cell.is_null()) {
        Some(Cell::Bool(_)) => Physical::BOOLEAN,
        Some(Cell::Int(_)) => Physical::INT64,
        Some(Cell::Text(_)) => Physical::BYTE_ARRAY,
        _ => Physical::DOUBLE,
    }
}

fn field(name: &str, cells: &[Cell]) -> Result<TypePtr, ParquetError> {
    let physical = physical(cells);
    let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    let texts = physical == Physical::BYTE_ARRAY;
    let builder = if texts { builder.with_converted_type(ConvertedType::UTF8) } else { builder };
    builder.build().map(Arc::new)
}

fn column<W: Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, cells: &[Cell]) -> Result<(), ParquetError> {
    match physical(cells) {
        Physical::BOOLEAN => put::<BoolType, W>(group, cells, |c| if let Cell::Bool(v) = c { Some(*v) } else { None }),
        Physical::INT64 => put::<Int64Type, W>(group, cells, |c| if let Cell::Int(v) = c { Some(*v) } else { None }),
        Physical::BYTE_ARRAY => put::<ByteArrayType, W>(group, cells, |c| c.as_str().map(ByteArray::from)),
        _ => put::<DoubleType, W>(group, cells, Cell::as_f64),
    }
}

fn put<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: &[Cell],
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = cells.iter().map(value).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("fewer columns than the schema has".to_owned()));
    };
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}
