//! The file of macros of a study.

use super::names::{place, stem, told_apart, words};
use super::values::{comment, in_mathematics, value};
use crate::artifact::{Cell, Outcome, Table, Value};
use crate::engine::{Graph, Store};
use crate::report::content::outputs::Outputs;
use crate::report::content::written::{Written, written};
use crate::report::error::BuildError;
use crate::report::sentences::labels;
use crate::report::tally::ClaimState;
use crate::step::{ColumnRole, Header};
use crate::study::{Output, OutputKind, Study};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

/// Tables of more rows are left to their CSV files: nobody cites one of thousands of numbers by name.
const MOST_ROWS: usize = 2000;

/// A macro before its name is settled.
struct Macro {
    name: String,
    /// What it stands for, which no other macro of the study does.
    of: String,
    value: String,
    /// What it is, for people.
    says: String,
}

/// Every number of a study's tables and claims as a macro, in the order of the study.
///
/// The name of a cell is study, `Table`, `Published` or `Claim`, the output's name, where the row stands, and the column, all
/// in letters: `\lofiAccuracyTableErrorLoFiNTrainOneThousandTestError`; `…Low` and `…High` are the ends of its interval, `…Pm`
/// is `12.31 \pm 0.55`. A claim has `…Verdict` too.
///
/// # Errors
/// Where the system refuses to read the store.
pub fn latex(study: &Study, graph: &Graph, (store, commit): (&Store, &str)) -> Result<String, BuildError> {
    let failures = HashMap::new();
    let places = graph.places.first().map_or(&[][..], Vec::as_slice);
    let outputs = Outputs { study, graph, store, places, failures: &failures };
    let (mut macros, mut remarks) = (Vec::new(), Vec::new());
    for output in study.outputs.iter().filter(|output| section(output.kind).is_some()) {
        match outputs.value(output.wire)? {
            Ok(value) => of_output((study, output), value, (&mut macros, &mut remarks)),
            Err(why) => remarks.push(format!("{} is not here: {why}", output.name)),
        }
    }
    let named: Vec<(String, String)> = macros.iter().map(|one| (one.name.clone(), one.of.clone())).collect();
    let mut text = head(study, commit);
    for remark in remarks {
        let _ = writeln!(text, "% {}", comment(&remark));
    }
    for (Macro { value, says, .. }, name) in macros.iter().zip(told_apart(named)) {
        let _ = writeln!(text, "\\newcommand{{\\{name}}}{{{value}}}% {}", comment(says));
    }
    Ok(text)
}

fn head(study: &Study, commit: &str) -> String {
    let Study { head, profile, file, .. } = study;
    let settings = study.settings_in_words();
    let of = if commit.is_empty() { String::new() } else { format!(", commit {commit}") };
    let lines = [
        format!("{}, {file}, profile {profile}{settings}{of}", head.study),
        format!("written by `lofi export {} --latex FILE --profile {profile}{settings}`; changes are lost", head.study),
        "Numbers are plain: write $\\name$, or \\num{\\name} with siunitx; columns in % are per cent.".to_owned(),
    ];
    lines.iter().map(|line| format!("% {}\n", comment(line))).collect()
}

const fn section(kind: OutputKind) -> Option<&'static str> {
    match kind {
        OutputKind::Table => Some("Table"),
        OutputKind::Comparison => Some("Published"),
        OutputKind::Claim => Some("Claim"),
        OutputKind::Rows | OutputKind::Figure => None,
    }
}

fn of_output((study, output): (&Study, &Output), value: Value, (macros, remarks): (&mut Vec<Macro>, &mut Vec<String>)) {
    let nothing = Header::default();
    let header = output.wire.header(&study.nodes).unwrap_or(&nothing);
    let section = section(output.kind).unwrap_or_default();
    let base = format!("{}{section}{}", stem(&study.head.study), words(&output.name));
    let of = format!("{section}/{}", output.name);
    let table = match value {
        Value::Table(table) => table,
        Value::Verdict(verdict) => {
            let verdict_of = |outcome: Outcome| ClaimState::from(outcome).word().to_owned();
            let (name, of, says) = (format!("{base}Verdict"), format!("{of}/verdict"), verdict.says.clone());
            macros.push(Macro { name, of, value: verdict_of(verdict.outcome), says });
            verdict.evidence
        }
        _ => return,
    };
    if table.height() > MOST_ROWS {
        return remarks.push(format!("{} has {} rows: its numbers are in its CSV file", output.name, table.height()));
    }
    let keys = keys(output, &table, header);
    let is_told = |name: &str| keys.iter().any(|key| key == name) || is_words(&table, header, name);
    for column in written(&table, header, &labels(study)).iter().filter(|column| !is_told(&column.name)) {
        for row in 0..table.height() {
            let at: Vec<(String, Cell)> = keys.iter().filter_map(|key| cell(&table, key, row)).collect();
            of_cell(macros, (&base, &of), (column, row, &at));
        }
    }
}

/// Of the columns that tell rows apart those of names, and as many of the others as are needed, in their order: what was
/// chosen or computed for a row (a penalty, a rank) is to stand in no name.
fn keys(output: &Output, table: &Table, header: &Header) -> Vec<String> {
    let by_role = header.0.iter().filter(|column| matches!(column.role, ColumnRole::Key | ColumnRole::Quantity));
    let others = by_role.map(|column| column.name.clone()).filter(|name| !output.keys.contains(name));
    let known = output.keys.iter().cloned().chain(others).filter_map(|key| Some((table.column(&key).ok()?, key)));
    let (mut keys, mut places) = (Vec::new(), vec![String::new(); table.height()]);
    let count = |places: &[String]| places.iter().collect::<BTreeSet<_>>().len();
    for (cells, key) in known {
        let finer: Vec<String> = places.iter().zip(&cells).map(|(place, cell)| format!("{place}{cell}\n")).collect();
        let names = cells.iter().all(|cell| matches!(cell, Cell::Text(_))) && !is_quantity(header, &key);
        if names || count(&finer) > count(&places) {
            places = finer;
            keys.push(key);
        }
    }
    keys
}

fn is_quantity(header: &Header, column: &str) -> bool {
    header.get(column).is_some_and(|column| column.role == ColumnRole::Quantity)
}

/// Whether a column has words that are no outcome: remarks, names.
fn is_words(table: &Table, header: &Header, column: &str) -> bool {
    let role = header.get(column).map(|column| column.role);
    let is_end = matches!(role, Some(ColumnRole::Verdict | ColumnRole::Status));
    let words = |cells: Vec<Cell>| cells.iter().all(|cell| matches!(cell, Cell::Text(_) | Cell::Null));
    !is_end && table.column(column).is_ok_and(words)
}

fn cell(table: &Table, key: &str, row: usize) -> Option<(String, Cell)> {
    Some((key.to_owned(), table.column(key).ok()?.get(row)?.clone()))
}

fn of_cell(macros: &mut Vec<Macro>, (base, of): (&str, &str), (column, row, at): (&Written, usize, &[(String, Cell)])) {
    let Some(shown) = column.values.get(row).filter(|shown| shown.as_str() != "–") else { return };
    let where_it_is: Vec<String> = at.iter().map(|(key, cell)| format!("{key} = {cell}")).collect();
    let name = format!("{base}{}{}", place(at), words(&column.name));
    let of = format!("{of}/{}/{}", where_it_is.join(","), column.name);
    let says = format!("{}, {}", column.title.trim_end_matches(" [interval]"), where_it_is.join(", "));
    let mut add = |ending: &str, value: String| {
        let (name, of) = (format!("{name}{ending}"), format!("{of}{ending}"));
        macros.push(Macro { name, of, value, says: says.trim_end_matches(", ").to_owned() });
    };
    add("", value(shown));
    let ends = |side: &[String]| side.get(row).filter(|end| end.as_str() != "–").map(|end| value(end));
    if let Some([low, high, half]) = &column.bounds
        && let (Some(low), Some(high), Some(half)) = (ends(low), ends(high), ends(half))
    {
        add("Low", low);
        add("High", high);
        add("Pm", format!("{} \\pm {}", in_mathematics(&value(shown)), in_mathematics(&half)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example::accuracy;
    use crate::report::fixture::run;
    use std::process::Command;

    fn macros() -> String {
        let studies = [accuracy()];
        let root = tempfile::tempdir().unwrap();
        let (graph, store, _) = run(&studies, root.path());
        latex(&studies[0], &graph, (&store, "11b89e8")).unwrap()
    }

    #[test]
    fn cells_intervals_and_verdicts_have_stable_names() {
        let text = macros();
        for line in [
            "\\newcommand{\\lofiAccuracyTableErrorLoFiNTrainFiveThousandTestError}{14.90}% Test error (%), model = LoFi, n_train = 5000",
            "\\newcommand{\\lofiAccuracyTableErrorLoFiNTrainFiveThousandTestErrorLow}{14.51}",
            "\\newcommand{\\lofiAccuracyTableErrorLoFiNTrainFiveThousandTestErrorPm}{14.90 \\pm 0.4",
            "\\newcommand{\\lofiAccuracyPublishedErrorLoFiNTrainFiveHundredPublished}{0.250}",
            "\\newcommand{\\lofiAccuracyClaimLofiBeatsRandomFeaturesVerdict}{held}% LoFi has a lower test error",
            "\\newcommand{\\lofiAccuracyClaimLofiBeatsRandomFeaturesNTrainFiveThousandEstimate}{-0.0560}",
            "% lofi/accuracy, studies/lofi/accuracy.yaml, profile quick, commit 11b89e8",
        ] {
            assert!(text.contains(line), "no {line} in\n{text}");
        }
    }

    #[test]
    fn every_line_is_a_comment_or_one_new_macro_of_letters() {
        let text = macros();
        let mut seen = BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('%')) {
            let inner = line.strip_prefix("\\newcommand{\\").unwrap_or_else(|| panic!("{line}"));
            let (name, rest) = inner.split_once("}{").unwrap();
            assert!(name.chars().all(|c| c.is_ascii_alphabetic()) && seen.insert(name.to_owned()), "{line}");
            let value = rest.split("}% ").next().unwrap();
            assert!(!value.is_empty() && value.matches('{').count() == value.matches('}').count(), "{line}");
        }
        assert!(seen.len() > 40, "{}", seen.len());
    }

    // Where a TeX is installed the file compiles; elsewhere the test above speaks for it.
    #[test]
    fn a_document_that_reads_the_file_compiles_where_there_is_a_tex() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("numbers.tex"), macros()).unwrap();
        let name = "lofiAccuracyTableErrorLoFiNTrainFiveThousandTestErrorPm";
        let text =
            format!("\\documentclass{{article}}\\input{{numbers}}\\begin{{document}}$\\{name}$\\end{{document}}\n");
        std::fs::write(root.path().join("paper.tex"), text).unwrap();
        let run = |tex: &str| Command::new(tex).arg("paper.tex").current_dir(root.path()).output();
        match ["pdflatex", "tectonic"].into_iter().find_map(|tex| run(tex).ok()) {
            Some(done) => assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout)),
            None => println!("skipped: no pdflatex and no tectonic here"),
        }
    }
}
