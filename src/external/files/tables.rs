//! Tables as CSV, with types from what stands in the columns, and by the ending of a file.

use super::{parquet_rows, parquet_write};
use crate::artifact::{Cell, Table};
use std::path::Path;

/// The table in a file of this name: CSV or Parquet.
///
/// # Errors
/// What is wrong with the bytes.
pub(in crate::external) fn read(name: &str, bytes: Vec<u8>) -> Result<Table, String> {
    if is_parquet(name) { parquet_rows::read(bytes) } else { from_csv(&bytes) }
}

/// The bytes of a file of this name.
///
/// # Errors
/// Where the encoder refuses, which a table in memory does not make it do.
pub(in crate::external) fn written(name: &str, table: &Table) -> Result<Vec<u8>, String> {
    if is_parquet(name) { parquet_write::write(table) } else { to_csv(table) }
}

/// Whether a file's name says that it is Parquet.
pub(in crate::external) fn is_parquet(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// Whether a file's name says that it is a table.
pub(in crate::external) fn is_table(name: &str) -> bool {
    is_parquet(name) || Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

fn to_csv(table: &Table) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.names()).map_err(|e| e.to_string())?;
    for row in table.rows() {
        writer.write_record(row.iter().map(Cell::to_string)).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

fn from_csv(bytes: &[u8]) -> Result<Table, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let names: Vec<String> = reader.headers().map_err(|e| e.to_string())?.iter().map(ToOwned::to_owned).collect();
    if names.is_empty() || names.iter().all(String::is_empty) {
        return Err("it is empty: expected a header of column names in the first line".to_owned());
    }
    if let Some(at) = names.iter().position(String::is_empty) {
        return Err(format!("column {} has no name; with pandas: to_csv(…, index=False)", at + 1));
    }
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        columns.iter_mut().zip(&record).for_each(|(column, text)| column.push(text.to_owned()));
    }
    let columns = names.into_iter().zip(columns);
    let columns: Result<Vec<_>, String> =
        columns.map(|(name, texts)| cells(&name, &texts).map(|cells| (name, cells))).collect();
    Table::new(columns?).map_err(|e| e.to_string())
}

/// The cells of a column: whole numbers, real numbers, truth values, or else texts; empty ones are missing.
fn cells(name: &str, texts: &[String]) -> Result<Vec<Cell>, String> {
    let given = || texts.iter().filter(|text| !text.is_empty());
    let is_number = |text: &String| Cell::number(text).is_some();
    if let Some(row) =
        texts.iter().position(|text| is_no_number(text)).filter(|_| given().all(|t| is_number(t) || is_no_number(t)))
    {
        let what = &texts[row];
        return Err(format!("the column `{name}` holds `{what}` in row {row}; leave a missing value empty"));
    }
    let truth = |text: &String| match text.as_str() {
        "true" | "True" | "TRUE" => Some(Cell::Bool(true)),
        "false" | "False" | "FALSE" => Some(Cell::Bool(false)),
        _ => None,
    };
    let as_text = |text: &String| Some(Cell::Text(text.clone()));
    let of = |read: &dyn Fn(&String) -> Option<Cell>| {
        texts.iter().map(|text| if text.is_empty() { Cell::Null } else { read(text).unwrap_or(Cell::Null) }).collect()
    };
    Ok(if given().all(is_number) {
        of(&|text| Cell::number(text))
    } else if given().all(|text| truth(text).is_some()) {
        of(&truth)
    } else {
        of(&as_text)
    })
}

/// Whether a text is what programs write for a number that is none.
fn is_no_number(text: &str) -> bool {
    let lower = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    matches!(lower.as_str(), "nan" | "inf" | "infinity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Table, String> {
        read("t.csv", text.as_bytes().to_vec())
    }

    #[test]
    fn types_come_from_what_stands_there() {
        let table = csv("model,n,error,fine\nridge,10,0.5,True\nlogistic,20,,False\n").unwrap();
        assert_eq!(table.column("n").unwrap(), [Cell::Int(10), Cell::Int(20)]);
        assert_eq!(table.column("error").unwrap(), [Cell::Float(0.5), Cell::Null]);
        assert_eq!(table.column("fine").unwrap(), [Cell::Bool(true), Cell::Bool(false)]);
        assert_eq!(table.column("model").unwrap()[1], Cell::Text("logistic".to_owned()));
        assert_eq!(csv("a\n1\n2.5\n").unwrap().column("a").unwrap(), [Cell::Float(1.0), Cell::Float(2.5)]);
    }

    #[test]
    fn what_is_no_number_is_told_with_its_place() {
        assert!(csv("error\n0.5\nnan\n").unwrap_err().contains("`error` holds `nan` in row 1"));
        assert!(csv("error\n-inf\n").unwrap_err().contains("row 0"));
        assert!(csv(",error\n0,1\n").unwrap_err().contains("index=False"));
        assert!(csv("a,b\n1\n").is_err());
        assert!(csv("").unwrap_err().contains("it is empty"));
        // names that people have
        assert!(csv("name\nnan\nina\n").is_ok());
    }

    #[test]
    fn both_forms_give_back_the_same_table() {
        let column = |name: &str, cells: Vec<Cell>| (name.to_owned(), cells);
        let table = Table::new(vec![
            column("model", vec![Cell::Text("a".into()), Cell::Null, Cell::Text("c, d".into())]),
            column("n", vec![Cell::Int(-3), Cell::Int(4), Cell::Null]),
            column("error", vec![Cell::Float(0.1 + 0.2), Cell::Null, Cell::Float(1e-300)]),
            column("fine", vec![Cell::Bool(true), Cell::Bool(false), Cell::Null]),
        ])
        .unwrap();
        for name in ["t.csv", "t.parquet"] {
            assert_eq!(read(name, written(name, &table).unwrap()).unwrap(), table, "{name}");
        }
        assert!(read("t.parquet", b"PAR1 and no more".to_vec()).unwrap_err().contains("Parquet"));
    }
}
