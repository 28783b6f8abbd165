//! The files beside a page: tables as CSV, drawings as SVG.

use crate::artifact::{Cell, Table, printable};
use std::borrow::Cow;

/// First letters that make a spreadsheet run a text as a formula, in either width.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table as the store writes it, but that numbers have six significant digits, a third of what rows of single runs
/// take in full (`results/` has them all), and for two differences in texts, as people open these files in spreadsheets: one that a spreadsheet would run
/// begins with `'`, and control characters are replaced by their pictures. Numbers stay numbers.
#[must_use]
pub(super) fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail; a row always has as many fields as the header.
    let _ = writer.write_record(table.names().iter().map(|name| defused(name).into_owned()));
    for row in table.rows() {
        let _ = writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => defused(text).into_owned(),
            Cell::Float(number) => Cell::Float(rounded(*number)).to_string(),
            other => other.to_string(),
        }));
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

/// A drawing as a file, without what only a page with scripts shows.
#[must_use]
pub(super) fn drawing(svg: &str) -> String {
    svg.lines().filter(|line| !line.contains(" display=\"none\"")).fold(String::new(), |text, line| text + line + "\n")
}

fn rounded(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

fn defused(text: &str) -> Cow<'_, str> {
    let mark = if text.starts_with(FORMULA) { "'" } else { "" };
    match printable(text) {
        Cow::Borrowed(text) if mark.is_empty() => text.into(),
        text => format!("{mark}{text}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Value, encode};

    fn table(texts: &[&str]) -> Table {
        let row = |text: &&str| vec![Cell::from(*text), Cell::Float(-0.5), Cell::Int(-3)];
        Table::from_rows(&["label", "gap", "shift"], &texts.iter().map(row).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn numbers_have_six_digits() {
        let numbers = [2.0_f64.sqrt() * 3.0, 1e-7 / 3.0, 2e12 / 3.0, 0.1, f64::NAN];
        let rows: Vec<Vec<Cell>> = numbers.iter().map(|&number| vec![Cell::Float(number)]).collect();
        let written = csv(&Table::from_rows(&["x"], &rows).unwrap());
        let lines: Vec<&str> = written.lines().skip(1).collect();
        let expected = [4.242_64, 3.333_33e-8, 666_667_000_000.0, 0.1].map(|x| Cell::Float(x).to_string());
        assert_eq!(lines[..4], expected);
    }

    #[test]
    fn texts_that_a_spreadsheet_would_run_are_defused_and_numbers_stay_numbers() {
        for text in ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "-inf"] {
            let csv = csv(&table(&[text]));
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            assert!(row[0].starts_with('\''), "{row:?}");
            assert_eq!((&row[1], &row[2]), ("-0.5", "-3"));
        }
        let names = Table::from_rows(&["=x", "y"], &[vec![Cell::Int(1), "a\x1b[31m".into()]]).unwrap();
        assert_eq!(csv(&names), "'=x,y\n1,a␛[31m\n");
    }

    #[test]
    fn other_tables_are_the_bytes_of_the_store() {
        let table = table(&["LoFi", "a, \"b\"\nc", "", "λ = 1", "1-2"]);
        let stored = encode(&Value::Table(table.clone())).unwrap().remove(0);
        assert_eq!(csv(&table).as_bytes(), stored.bytes);
    }
}
