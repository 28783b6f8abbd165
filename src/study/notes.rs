//! What notes name and a study does not have, and formulas in its texts that are none.

use super::columns::{known, no_column};
use super::formulas::{TextPiece, mathml, text_pieces};
use super::model::{Node, Output, OutputKind};
use super::read::notes::{Notes, Piece, STUDY, TableNumber, pieces};
use super::read::raw::RawStudy;
use crate::artifact::Cell;
use crate::step::Condition;
use crate::yaml::{Fault, Mark, known_names, parse};

impl TableNumber {
    /// Whether an output is the table.
    #[must_use]
    pub fn is_of(&self, output: &Output) -> bool {
        output.name == self.table && output.kind == if self.rows { OutputKind::Rows } else { OutputKind::Table }
    }
}

/// Figures, tables and columns that notes name and the study does not have.
pub(super) fn faults(raw: &RawStudy, nodes: &[Node], outputs: &[Output]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let figures: Vec<&str> = raw.figures.iter().map(|item| item.name.as_str()).collect();
    if let Notes::Apart(texts) = &raw.head.notes {
        for name in texts.keys().filter(|name| *name != STUDY && !figures.contains(&name.as_str())) {
            let fault = raw.source.fault(mark(raw, NOTES, name), format!("this study has no figure `{name}`"));
            faults.push(fault.help(known_names(name, &figures).unwrap_or_else(|| "it has none".to_owned())));
        }
    }
    for piece in raw.head.notes.texts().into_iter().flat_map(pieces) {
        match piece {
            Piece::Text(_) => {}
            Piece::Fault(text, why) => {
                let fault = raw.source.fault(mark(raw, NOTES, text), format!("this is no number of a table: {why}"));
                faults.push(fault.help("write `{{ table.column where key = value, other = value }}`"));
            }
            Piece::Number(number) => faults.extend(unknown(raw, &number, (nodes, outputs))),
        }
    }
    faults
}

fn unknown(raw: &RawStudy, number: &TableNumber, (nodes, outputs): (&[Node], &[Output])) -> Option<Fault> {
    let Some(output) = outputs.iter().find(|output| number.is_of(output)) else {
        // a table of other profiles is none of this one
        let tables: Vec<&str> = raw.tables.iter().map(|item| item.name.as_str()).collect();
        let fault =
            raw.source.fault(mark(raw, NOTES, &number.table), format!("this study has no table `{}`", number.table));
        let help = known_names(&number.table, &tables).unwrap_or_else(|| "it has none".to_owned());
        return (!tables.contains(&number.table.as_str())).then(|| fault.help(help));
    };
    let constants: Vec<&str> = raw.constants.iter().map(|item| item.name.as_str()).collect();
    let constant = |condition: &Condition| match condition {
        Condition::Is(Cell::Text(text)) => text.strip_prefix('$').map(str::to_owned),
        _ => None,
    };
    let no_constant = number.filter.0.values().filter_map(constant).find(|name| !constants.contains(&name.as_str()));
    if let Some(name) = no_constant {
        let fault = raw.source.fault(mark(raw, NOTES, &format!("${name}")), format!("there is no constant `{name}`"));
        return Some(fault.help(known_names(&name, &constants).unwrap_or_else(|| "the study has none".to_owned())));
    }
    let header = output.wire.header(nodes)?;
    let mut names = std::iter::once(&number.column).chain(number.filter.0.keys());
    let wrong = names.find(|name| header.get(name).is_none())?;
    Some(raw.source.fault(mark(raw, NOTES, wrong), no_column(wrong)).help(known(wrong, &[header])))
}

/// The section of notes.
const NOTES: &str = "notes";

/// Formulas of the head's texts that cannot be shown.
pub(super) fn formula_faults(raw: &RawStudy) -> Vec<Fault> {
    let head = &raw.head;
    // a constant in a reference begins with a dollar too
    let apart = |text| pieces(text).into_iter().map(|piece| if let Piece::Text(text) = piece { text } else { " " });
    let notes: Vec<String> = head.notes.texts().into_iter().map(|text| apart(text).collect()).collect();
    let notes = notes.iter().map(|text| (NOTES, text.as_str()));
    let deviations = head.deviations.iter().flat_map(|d| [&d.what, &d.paper, &d.ours, &d.why]);
    let deviations = deviations.map(|text| ("deviations", text.as_str()));
    let texts = [("title", head.title.as_str()), ("question", head.question.as_str())];
    let wrong = |(section, text): (&str, &str)| {
        let wrong = text_pieces(text).into_iter().find_map(|piece| match piece {
            TextPiece::Text(_) => None,
            TextPiece::Formula(formula) => mathml(formula).err().map(|why| (formula.to_owned(), why)),
            TextPiece::Open(text) => Some((text.to_owned(), "no second `$` closes it".to_owned())),
        });
        let (formula, why) = wrong?;
        let line = formula.lines().next().unwrap_or_default();
        let fault = raw.source.fault(mark(raw, section, line), format!("this is no formula: {why}"));
        Some(fault.help("write LaTeX between two dollars, such as `$\\lambda^2$`, and `\\$` for a dollar"))
    };
    texts.into_iter().chain(notes).chain(deviations).filter_map(wrong).collect()
}

/// Where a text stands under a section: at its line, or at the key where a line break lies within it.
fn mark(raw: &RawStudy, section: &str, text: &str) -> Mark {
    let Ok(tree) = parse(&raw.source) else { return Mark { line: 1, column: 1 } };
    let under = tree.mark_of(&[section.to_owned()], None);
    let lines = raw.source.text.lines().enumerate().skip(under.line.saturating_sub(1));
    let at = |(line, content): (usize, &str)| {
        let start = content.find(text)?;
        Some(Mark { line: line + 1, column: content[..start].chars().count() + 1 })
    };
    lines.into_iter().find_map(at).unwrap_or(under)
}
