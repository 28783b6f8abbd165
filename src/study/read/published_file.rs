//! The CSV file of a paper's numbers, line by line.

use crate::artifact::Cell;
use crate::yaml::{Fault, Mark, Source};
use std::collections::BTreeMap;

/// A row as it is written.
pub(super) type Row = BTreeMap<String, Cell>;

/// A row of the file.
pub(super) struct Line {
    /// Its line in the file, from 1; of rows that are written out in the study their place among them, from 0.
    pub number: usize,
    pub row: Row,
}

/// All rows. A column where most values are numbers is one of numbers, and anything else in it but an empty cell a fault:
/// it would be left out of every comparison. Other columns are texts, `labels` among them.
pub(super) fn lines(source: &Source, labels: &BTreeMap<String, String>) -> Result<Vec<Line>, Fault> {
    let at = |line: usize, message: String| source.fault(Mark { line: line.max(1), column: 1 }, message);
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(source.text.as_bytes());
    let header: Vec<String> =
        reader.headers().map_err(|e| malformed(source, &e))?.iter().map(ToOwned::to_owned).collect();
    if let Some(name) = header.iter().enumerate().find(|(index, name)| header[..*index].contains(name)).map(|(_, n)| n)
    {
        return Err(at(1, format!("two columns are called `{name}`")).help("rename one of the two"));
    }
    let mut records: Vec<(usize, Vec<String>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| malformed(source, &e))?;
        let line = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(0));
        records.push((line, record.iter().map(ToOwned::to_owned).collect()));
    }
    let mut rows: Vec<Line> = records.iter().map(|(number, _)| Line { number: *number, row: Row::new() }).collect();
    for (index, name) in header.iter().enumerate() {
        let cells: Vec<&str> = records.iter().map(|(_, cells)| cells[index].as_str()).collect();
        let number = |text: &str| if labels.contains_key(text) { None } else { Cell::number(text) };
        let given = cells.iter().filter(|text| !text.is_empty()).count();
        let numbers = cells.iter().filter(|text| number(text).is_some()).count();
        let real = 2 * numbers > given
            || cells.iter().all(|text| text.is_empty() || is_missing(text) || number(text).is_some());
        for (line, text) in rows.iter_mut().zip(&cells) {
            let cell = match number(text) {
                _ if text.is_empty() => Cell::Null,
                Some(value) if real => value,
                None if real && given > 0 => {
                    let fault = at(line.number, format!("`{text}` in column `{name}` is not a finite number"));
                    return Err(fault.help(
                        "leave the cell empty where the paper gives no number; names of models go into `labels`",
                    ));
                }
                _ => Cell::Text((*text).to_owned()),
            };
            line.row.insert(name.clone(), cell);
        }
    }
    Ok(rows)
}

/// What stands for a number that is not there, or is none.
fn is_missing(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-']).to_lowercase();
    matches!(bare.as_str(), "nan" | "inf" | "infinity" | "na" | "n/a" | "null" | "none" | "?" | "" | "–" | "—")
}

fn malformed(source: &Source, error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this line has {len} cells, but the first has {expected_len}")
        }
        _ => format!("this is no table of comma-separated values: {error}"),
    };
    source.fault(Mark { line: line.max(1), column: 1 }, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Row>, (String, String)> {
        let labels = BTreeMap::from([("10".to_owned(), "Ten".to_owned())]);
        let lines = lines(&Source::new("f.csv", text), &labels).map_err(|fault| (fault.place, fault.message))?;
        Ok(lines.into_iter().map(|line| line.row).collect())
    }

    #[test]
    fn columns_have_one_type() {
        let rows = read("model, n,e\n# as read\nRidge,20,0.2\n30, 40 ,\n").unwrap();
        assert_eq!(rows[0]["n"], Cell::Int(20));
        assert_eq!(rows[1]["model"], Cell::Text("30".into()));
        assert_eq!((&rows[1]["n"], &rows[1]["e"]), (&Cell::Int(40), &Cell::Null));
        // a number that is the name of a model
        assert_eq!(read("m\n10\n").unwrap()[0]["m"], Cell::Text("10".into()));
    }

    #[test]
    fn what_is_no_number_is_told_with_its_line() {
        for word in ["nan", "NaN", "inf", "-Infinity", "n/a", "–", "12;5", "0.2*", "1e999"] {
            let (place, message) = read(&format!("n,e\n20,0.2\n30,0.3\n40,{word}\n")).unwrap_err();
            assert_eq!(place, "f.csv:4:1");
            assert!(message.contains(word) && message.contains("column `e`"), "{message}");
        }
        assert_eq!(read("n,e\n20,nan\n").unwrap_err().0, "f.csv:2:1");
    }

    #[test]
    fn lines_of_other_lengths_and_columns_of_one_name_are_refused() {
        assert_eq!(read("n,e\n20\n").unwrap_err().1, "this line has 1 cells, but the first has 2");
        assert!(read("n,n\n1,2\n").unwrap_err().1.contains("two columns"));
    }
}
