//! Tables as `.csv` with the types of their columns, and back.

use super::file::{BytesError, File, Files, fetch, json, read_json, unreadable};
use crate::artifact::{Cell, Table};

/// A table as CSV for people and diff, with the types of its columns beside it.
pub(super) fn table_files(name: &str, table: &Table) -> Result<Vec<File>, BytesError> {
    let csv_name = format!("{name}.csv");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| unreadable(&csv_name, e);
    writer.write_record(table.names()).map_err(fault)?;
    for row in table.rows() {
        writer.write_record(row.iter().map(Cell::to_string)).map_err(fault)?;
    }
    let bytes = writer.into_inner().map_err(|e| unreadable(&csv_name, e))?;
    let types = json(&format!("{name}-types.json"), &column_types(table))?;
    Ok(vec![File::new(csv_name.clone(), bytes), types])
}

pub(super) fn column_types(table: &Table) -> Vec<String> {
    let type_of = |cell: &Cell| match cell {
        Cell::Null => None,
        Cell::Bool(_) => Some("bool"),
        Cell::Int(_) => Some("int"),
        Cell::Float(_) => Some("float"),
        Cell::Text(_) => Some("text"),
    };
    let names = table.names();
    let columns = names.iter().map(|name| table.column(name).unwrap_or_default());
    columns.map(|cells| cells.iter().find_map(type_of).unwrap_or("float").to_owned()).collect()
}

pub(super) fn read_table(name: &str, file: Files<'_>) -> Result<Table, BytesError> {
    let csv_name = format!("{name}.csv");
    let types: Vec<String> = read_json(&format!("{name}-types.json"), file)?;
    let bytes = fetch(&csv_name, file)?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let names: Vec<String> =
        reader.headers().map_err(|e| unreadable(&csv_name, e))?.iter().map(ToOwned::to_owned).collect();
    if types.len() != names.len() {
        return Err(unreadable(&csv_name, format!("{} columns, {} types", names.len(), types.len())));
    }
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(|e| unreadable(&csv_name, e))?;
        for ((text, kind), column) in record.iter().zip(&types).zip(&mut columns) {
            column.push(parse_cell(text, kind).map_err(|e| unreadable(&csv_name, e))?);
        }
    }
    Ok(Table::new(names.into_iter().zip(columns).collect())?)
}

pub(super) fn parse_cell(text: &str, kind: &str) -> Result<Cell, String> {
    if text.is_empty() && kind != "text" {
        return Ok(Cell::Null);
    }
    let wrong = |e: &dyn std::fmt::Display| format!("`{text}` is no {kind}: {e}");
    match kind {
        "bool" => text.parse().map(Cell::Bool).map_err(|e| wrong(&e)),
        "int" => text.parse().map(Cell::Int).map_err(|e| wrong(&e)),
        "float" => text.parse().map(Cell::Float).map_err(|e| wrong(&e)),
        _ if text.is_empty() => Ok(Cell::Null),
        _ => Ok(Cell::Text(text.to_owned())),
    }
}
