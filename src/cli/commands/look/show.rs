//! A value in a terminal: a table with a plot, or what can be said of it in a few lines.

use super::braille::plot;
use crate::artifact::{Cell, Table, Value, number};
use crate::step::{ColumnRole, Header};

/// Most rows and columns of a table that are shown, and letters of a cell.
const ROWS: usize = 20;
const COLUMNS: usize = 12;
const LETTERS: usize = 24;

/// A value in lines.
pub(super) fn shown(value: &Value, header: Option<&Header>) -> String {
    match value {
        Value::Table(table) => of_table(table, header),
        Value::Spectrum(spectrum) => {
            #[expect(clippy::cast_precision_loss, reason = "indices")]
            let points: Vec<(f64, f64)> =
                spectrum.values.iter().enumerate().map(|(at, value)| ((at + 1) as f64, value.abs())).collect();
            let leading: Vec<String> = spectrum.values.iter().take(6).map(|&value| number::short(value)).collect();
            let drawn = plot(&points, ("index", "|eigenvalue|")).unwrap_or_default();
            let count = spectrum.values.len();
            format!("{count} eigenvalues of {}: {}, …\n{drawn}", spectrum.operator, leading.join(", "))
        }
        Value::Predictions(predictions) => {
            let line = |(name, split): (&str, &crate::artifact::Evaluated)| {
                format!("{name}: {} samples, {} readouts\n", split.predicted.nrows(), split.predicted.ncols())
            };
            predictions.splits().into_iter().map(line).collect()
        }
        Value::Verdict(verdict) => {
            format!(
                "{}: {}\n{}\n{}",
                verdict.outcome.word(),
                verdict.says,
                verdict.because,
                of_table(&verdict.evidence, None)
            )
        }
        Value::Figure(figure) => {
            format!("a figure of {} bytes; `lofi export` writes it to a file\n", figure.svg.len())
        }
        Value::Network(_) | Value::Pictures(_) | Value::Representation(_) | Value::Kernel(_) => {
            format!("a value of type {} in {} bytes\n", value.value_type().name(), value.memory_bytes())
        }
    }
}

fn of_table(table: &Table, header: Option<&Header>) -> String {
    let drawn = axes(table, header).and_then(|(x, y)| {
        let (xs, ys) = (table.numbers(&x).ok()?, table.numbers(&y).ok()?);
        let points: Vec<(f64, f64)> = xs.into_iter().zip(ys).filter_map(|(x, y)| Some((x?, y?))).collect();
        plot(&points, (&x, &y))
    });
    format!("{}{}", rows(table), drawn.map_or(String::new(), |plot| format!("\n{plot}")))
}

/// What is drawn over what: of the numbers that differ from row to row, what tells how good something is, else the first that was
/// measured, over the first that tells rows apart, else over another one.
fn axes(table: &Table, header: Option<&Header>) -> Option<(String, String)> {
    let differs = |name: &String| {
        let mut numbers: Vec<f64> = table.numbers(name).unwrap_or_default().into_iter().flatten().collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        numbers.len() > 1
    };
    let numeric: Vec<String> = table.names().into_iter().filter(differs).collect();
    let column = |name: &String| header.and_then(|header| header.get(name));
    let is = |name: &String, role| column(name).is_some_and(|column| column.role == role);
    let good =
        numeric.iter().find(|name| column(name).is_some_and(|c| c.better.is_some()) && is(name, ColumnRole::Estimate));
    let measured = || numeric.iter().find(|name| is(name, ColumnRole::Estimate));
    let y = good.or_else(measured).or_else(|| numeric.last())?;
    let key = numeric.iter().find(|name| *name != y && is(name, ColumnRole::Key));
    let x = key.or_else(|| numeric.iter().find(|name| *name != y))?;
    Some((x.clone(), y.clone()))
}

/// A table in columns, numbers to the right.
fn rows(table: &Table) -> String {
    let names: Vec<String> = table.names().into_iter().take(COLUMNS).collect();
    let columns: Vec<Vec<Cell>> = names.iter().filter_map(|name| table.column(name).ok()).collect();
    let count = table.height().min(ROWS);
    let texts: Vec<Vec<String>> = columns.iter().map(|cells| cells.iter().take(count).map(cell).collect()).collect();
    let is_number = |cells: &Vec<Cell>| cells.iter().all(|cell| !matches!(cell, Cell::Text(_)));
    let width = |at: usize| {
        let cells = texts[at].iter().map(|text| text.chars().count()).max().unwrap_or(0);
        cells.max(names[at].chars().count())
    };
    let line = |of: &dyn Fn(usize) -> String| {
        let cells = (0..names.len()).map(|at| {
            let (text, width) = (of(at), width(at));
            if is_number(&columns[at]) { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&|at| names[at].clone());
    (0..count).for_each(|row| text.push_str(&line(&|at| texts[at][row].clone())));
    let (more_rows, more_columns) = (table.height() - count, table.names().len() - names.len());
    if more_rows + more_columns > 0 {
        text.push_str(&format!("… {more_rows} more rows, {more_columns} more columns\n"));
    }
    text
}

fn cell(cell: &Cell) -> String {
    let text = match cell {
        Cell::Float(value) => number::short(*value),
        other => other.to_string(),
    };
    if text.chars().count() <= LETTERS { text } else { text.chars().take(LETTERS - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: i32) -> Table {
        let row =
            |i: i32| vec!["relu".into(), Cell::Int(i64::from(i)), Cell::Float(1.0 / f64::from(i + 1)), Cell::Null];
        Table::from_rows(&["model", "n", "error", "none"], &(0..rows).map(row).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_table_is_aligned_cut_and_drawn() {
        let text = shown(&Value::Table(table(30)), None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "model   n   error  none");
        assert_eq!(lines[1], "relu    0       1");
        assert_eq!(lines[21], "… 10 more rows, 0 more columns");
        let dots = |c: char| ('\u{2801}'..='\u{28ff}').contains(&c);
        assert!(text.contains("\nerror") && text.chars().filter(|&c| dots(c)).count() > 5, "{text}");
    }

    #[test]
    fn a_table_of_one_row_has_no_plot() {
        let text = shown(&Value::Table(table(1)), None);
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
