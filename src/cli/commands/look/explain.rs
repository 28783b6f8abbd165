//! `lofi explain`: a study as mathematics, step by step, with sources.

use super::formulas::formula;
use super::pipeline::{Pipeline, Step, Values};
use super::tex;
use crate::cli::bibliography::bibliography;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output;
use crate::cli::project::Project;
use crate::report::{Bibliography, Work};
use crate::step::{Family, Grid};
use crate::study::{Study, TextPiece, text_pieces};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most values of an axis or a parameter that are listed.
const LISTED: usize = 6;
/// Columns of a terminal.
const WIDTH: usize = 100;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// Lines for a terminal.
    Text,
    /// Markdown with formulas between dollars.
    Markdown,
}

/// Explains studies.
pub(super) fn explain(project: &Project, studies: &[String], form: Option<Form>) -> Result<Done, Failure> {
    let works = bibliography(&project.root)?;
    let form = form.unwrap_or(if output::read_by_a_person() { Form::Text } else { Form::Markdown });
    let studies = project.load(studies)?;
    for study in &studies {
        let text = Page { form, works: &works, text: String::new() }.of(study);
        output::text(&text);
    }
    Ok(Done::with(Code::Well, [("studies", json!(studies.len()))]))
}

/// A page that grows.
struct Page<'a> {
    form: Form,
    works: &'a Bibliography,
    text: String,
}

impl Page<'_> {
    fn of(mut self, study: &Study) -> String {
        let pipeline = Pipeline::of(study);
        let head = &study.head;
        self.heading(1, &format!("{} ({})", head.title, head.study));
        self.paragraph(&head.question);
        self.paragraph(head.notes.of_study());
        let data = study.data.as_ref().map_or_else(|| "no data set".to_owned(), |data| data.title.clone());
        self.paragraph(&format!("Profile `{}`, {} cells, data: {data}.", study.profile, study.cells));
        let is = |families: &[Family]| -> Vec<usize> {
            (0..pipeline.steps.len()).filter(|&at| families.contains(&pipeline.steps[at].family())).collect()
        };
        let sections = [
            ("Steps", is(&[Family::Data, Family::Experiment])),
            ("Tables", is(&[Family::Analysis])),
            ("Claims", is(&[Family::Claim])),
            ("Figures", is(&[Family::Plot])),
        ];
        for (title, steps) in sections.iter().filter(|(_, steps)| !steps.is_empty()) {
            self.heading(2, title);
            steps.iter().for_each(|&step| self.step(&pipeline, step));
        }
        self.sources(&pipeline, head.paper.cite.as_str());
        self.text
    }

    fn step(&mut self, pipeline: &Pipeline, at: usize) {
        let step = &pipeline.steps[at];
        let about = step.kind.about();
        let kind = if step.kind_beside().is_empty() { String::new() } else { format!(": {}", step.kind_beside()) };
        self.heading(3, &format!("{}{kind}", self.code(&step.name)));
        let from: Vec<String> = pipeline.into(at).map(|arrow| self.source(pipeline, arrow)).collect();
        let cites: Vec<&str> =
            step.cites.iter().filter_map(|key| self.works.get(key)).map(|work| work.label.as_str()).collect();
        let cites = if cites.is_empty() { String::new() } else { format!(" [{}]", cites.join("; ")) };
        self.paragraph(&format!("{}{cites}", about.summary));
        if let Some(formula) = formula(step.kind.name()) {
            self.formula(formula);
        }
        if step.family() != Family::Plot {
            self.paragraph(about.details);
        }
        if !from.is_empty() {
            self.item(&format!("from {}", joined(&from)));
        }
        if !step.axes.is_empty() {
            let axes: Vec<String> =
                step.axes.iter().map(|(axis, values)| format!("{} ∈ {}", self.code(axis), set(values))).collect();
            self.item(&format!("in {} cells: {}", step.cells, axes.join(", ")));
        }
        if matches!(step.family(), Family::Data | Family::Experiment) {
            self.parameters(step);
        }
        self.item(&format!("written at {}", step.place));
        self.text.push('\n');
    }

    fn parameters(&mut self, step: &Step) {
        let told = |(name, values): &(String, Values)| match values {
            _ if name == "data" => None,
            Values::One(value) if value.is_null() => None,
            Values::One(value) => Some(format!("{} = {}", self.code(name), as_written(value))),
            Values::Many(values) => {
                let values: Vec<String> = values.iter().map(as_written).collect();
                Some(format!("{} ∈ {}", self.code(name), set(&values)))
            }
        };
        let told: Vec<String> = step.parameters().iter().filter_map(told).collect();
        if !told.is_empty() {
            self.item(&format!("with {}", told.join(", ")));
        }
    }

    fn source(&self, pipeline: &Pipeline, arrow: &super::pipeline::Arrow) -> String {
        let from = &pipeline.steps[arrow.from];
        let first = from.kind.about().outputs.first().is_some_and(|port| port.name == arrow.port);
        let name = if first { from.name.clone() } else { format!("{}.{}", from.name, arrow.port) };
        format!("{} as {}", self.code(&name), arrow.slot)
    }

    fn sources(&mut self, pipeline: &Pipeline, paper: &str) {
        let cited = pipeline.steps.iter().flat_map(|step| &step.cites).copied().chain([paper]);
        let keys: BTreeSet<&str> = cited.collect();
        let mut works: Vec<&Work> = keys.into_iter().filter_map(|key| self.works.get(key)).collect();
        works.sort_by_key(|work| work.place);
        if works.is_empty() {
            return;
        }
        self.heading(2, "Sources");
        for work in works {
            let place: Vec<&str> =
                [&work.venue, &work.year].into_iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
            let link = match (self.form, work.url.as_str()) {
                (_, "") => String::new(),
                (Form::Markdown, url) => format!(" [{}]({url})", work.link),
                (Form::Text, _) => format!(" {}", work.link),
            };
            self.item(&format!("{}: {}. {}. {}.{link}", work.label, work.authors, work.title, place.join(", ")));
        }
    }

    fn code(&self, text: &str) -> String {
        if self.form == Form::Markdown { format!("`{text}`") } else { text.to_owned() }
    }

    fn heading(&mut self, level: usize, text: &str) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        let _ = match self.form {
            Form::Markdown => write!(self.text, "{} {text}\n\n", "#".repeat(level)),
            Form::Text if level < 3 => {
                write!(self.text, "{}\n{}\n\n", plain(text), "=".repeat(text.chars().count().min(WIDTH)))
            }
            Form::Text => writeln!(self.text, "{text}"),
        };
    }

    fn formula(&mut self, formula: &str) {
        let _ = match self.form {
            Form::Markdown => write!(self.text, "$${formula}$$\n\n"),
            Form::Text => writeln!(self.text, "      {}", tex::plain(formula)),
        };
    }

    fn paragraph(&mut self, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        let _ = match self.form {
            Form::Markdown => write!(self.text, "{text}\n\n"),
            Form::Text => writeln!(self.text, "{}", wrapped(&plain(&text), "  ")),
        };
    }

    fn item(&mut self, text: &str) {
        let _ = match self.form {
            Form::Markdown => writeln!(self.text, "- {text}"),
            Form::Text => writeln!(self.text, "{}", wrapped(text, "  - ")),
        };
    }
}

/// A text with its formulas as lines.
fn plain(text: &str) -> String {
    let piece = |piece: &TextPiece<'_>| match piece {
        TextPiece::Text(text) | TextPiece::Open(text) => text.replace("\\$", "$"),
        TextPiece::Formula(formula) => tex::plain(formula),
    };
    text_pieces(text).iter().map(piece).collect()
}

/// A text in lines of a terminal; `head` stands before the first, as many blanks before the others.
fn wrapped(text: &str, head: &str) -> String {
    let mut lines = vec![head.to_owned()];
    let blank = " ".repeat(head.chars().count());
    for word in text.split_whitespace() {
        let line = lines.last_mut();
        match line {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                if line.trim_end().chars().count() > head.trim_end().chars().count().min(line.chars().count())
                    && !line.ends_with(' ')
                {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(format!("{blank}{word}")),
        }
    }
    lines.join("\n")
}

fn set(values: &[String]) -> String {
    let more = values.len().saturating_sub(LISTED);
    let shown: Vec<&str> = values.iter().take(LISTED).map(String::as_str).collect();
    let rest = if more > 0 { format!(", … {more} more") } else { String::new() };
    format!("{{{}{rest}}}", shown.join(", "))
}

/// Several names, at most as many as are listed.
fn joined(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// A value in short, a grid of numbers by what defines it.
fn as_written(value: &Json) -> String {
    const LONGEST: usize = 80;
    let text = match serde_json::from_value::<Grid>(value.clone()) {
        Ok(grid) if value.is_array() || value.is_object() => grid.written(),
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    };
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_into_lines_of_a_terminal() {
        let text = "one two ".repeat(30);
        let lines = wrapped(&text, "  - ");
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
        assert!(lines.starts_with("  - one two one") && lines.lines().nth(1).unwrap().starts_with("    "), "{lines}");
        assert_eq!(wrapped("a b", "  "), "  a b");
        assert_eq!(lines.split_whitespace().filter(|word| *word == "two").count(), 30);
    }

    #[test]
    fn long_sets_are_cut() {
        let values: Vec<String> = (0..9).map(|v| v.to_string()).collect();
        assert_eq!(set(&values), "{0, 1, 2, 3, 4, 5, … 3 more}");
        assert_eq!(plain("cost \\$ and $\\lambda_k^2$"), "cost $ and λ_k²");
    }
}
