//! Notes with the numbers of tables in them.

use super::outputs::Outputs;
use crate::artifact::{Cell, Table, Value};
use crate::engine::StoreError;
use crate::report::sentences::{number_in_words, range_in_words};
use crate::step::Header;
use crate::study::{Piece, TableNumber, pieces};

/// Stands for a number that this profile does not have.
const NOTHING: &str = "(no such number in this profile)";

/// The paragraphs of a note.
///
/// # Errors
/// Where the system refuses to read the store.
pub(super) fn paragraphs(outputs: &Outputs<'_>, text: &str) -> Result<Vec<String>, StoreError> {
    let mut filled = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) | Piece::Fault(text, _) => filled.push_str(text),
            Piece::Number(number) => filled.push_str(&numbers(outputs, &number)?),
        }
    }
    let lines: Vec<&str> = filled.lines().map(str::trim).collect();
    let blocks = lines.split(|line| line.is_empty()).map(|block| block.join(" "));
    Ok(blocks.filter(|block| !block.is_empty()).collect())
}

fn numbers(outputs: &Outputs<'_>, number: &TableNumber) -> Result<String, StoreError> {
    let study = outputs.study;
    let Some(output) = study.outputs.iter().find(|output| number.is_of(output)) else { return Ok(NOTHING.to_owned()) };
    let nothing = Header::default();
    let header = output.wire.header(&study.nodes).unwrap_or(&nothing);
    let words = match outputs.value(output.wire)? {
        Ok(Value::Table(table)) => in_words(number, &table, header),
        _ => None,
    };
    Ok(words.unwrap_or_else(|| NOTHING.to_owned()))
}

/// The number of one row, or the smallest and the largest of several.
fn in_words(number: &TableNumber, table: &Table, header: &Header) -> Option<String> {
    let table = number.filter.apply(table).ok()?;
    let cells = table.column(&number.column).ok()?;
    let values: Vec<f64> = cells.iter().filter_map(Cell::as_f64).collect();
    let ends = |name: &str| table.numbers(name).ok()?.first().copied().flatten();
    let interval = header.intervals().of(&number.column).and_then(|(low, high)| Some([ends(low)?, ends(high)?]));
    match (&values[..], &cells[..]) {
        ([value], _) => Some(number_in_words(header, &number.column, (*value, interval))),
        ([], [Cell::Text(text)]) => Some(text.clone()),
        ([], _) => None,
        (several, _) => Some(range_in_words(header, &number.column, several)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_is_a_number_and_several_are_a_range() {
        let rows = [(1, 0.2, "a"), (2, 0.15, "b")].map(|(n, e, who)| vec![Cell::Int(n), e.into(), who.into()]);
        let table = Table::from_rows(&["n", "error", "who"], &rows).unwrap();
        let header = Header::of(&["n", "error", "who"]).shares(&["error"]).texts(&["who"]);
        let say = |text: &str| match &pieces(text)[..] {
            [Piece::Number(number)] => in_words(number, &table, &header),
            other => panic!("{other:?}"),
        };
        assert_eq!(say("{{ t.error where n = 1 }}").unwrap(), "20 %");
        assert_eq!(say("{{ t.error }}").unwrap(), "15.0 to 20.0 %");
        assert_eq!(say("{{ t.who where n = 2 }}").unwrap(), "b");
        assert_eq!(say("{{ t.error where n = 3 }}"), None);
    }
}
