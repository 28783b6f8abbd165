//! The words for columns: labels of the study's figures, else titles; units of the table's header.

use super::amount::{LOGARITHM, Scale};
use crate::artifact::{Cell, column_title, number};
use crate::step::{Direction, Header};
use crate::study::{Output, OutputKind, Study};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The words of one claim's table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary<'a> {
    header: Option<&'a Header>,
    labels: BTreeMap<String, String>,
    /// What `lofi decide` is given to add seeds for this study.
    pub(super) decide: String,
    /// Seconds of one core that one more seed takes, where that is known.
    pub(super) seed_s: Option<f64>,
}

impl<'a> Vocabulary<'a> {
    /// Of the table that a claim of a study tests.
    #[must_use]
    pub(crate) fn of(study: &'a Study, claim: &Output) -> Self {
        let mut wires = study.nodes[claim.wire.node].inputs.iter().flat_map(|(_, wires)| wires);
        let labels = labels(study);
        let profile = if study.profile.is_empty() { String::new() } else { format!(" --profile {}", study.profile) };
        let decide = format!("lofi decide {}{profile}", study.head.study);
        Self { header: wires.find_map(|wire| wire.header(&study.nodes)), labels, decide, seed_s: None }
    }

    /// The same that knows how many seconds of one core a seed takes.
    #[must_use]
    pub(crate) fn with_seed_cost(self, seed_s: Option<f64>) -> Self {
        Self { seed_s, ..self }
    }

    /// With a header alone.
    #[cfg(test)]
    pub(super) fn plain(header: &'a Header) -> Self {
        Self { header: Some(header), labels: BTreeMap::new(), decide: "lofi decide a/b".to_owned(), seed_s: None }
    }

    /// How a column's numbers are to be written.
    #[must_use]
    pub(super) fn scale(&self, column: &str) -> Scale {
        self.header.map_or_else(|| Scale::of(&Header::default(), column), |header| Scale::of(header, column))
    }

    /// Whether a column is an error of predictions.
    #[must_use]
    pub(super) fn is_error(&self, column: &str) -> bool {
        let better = self.header.and_then(|header| header.get(column)).and_then(|column| column.better);
        column == "test_error" || column.ends_with("_error") && better == Some(Direction::Less)
    }

    /// A column at the beginning of a sentence.
    #[must_use]
    pub(super) fn label(&self, column: &str) -> String {
        let base = column.strip_prefix(LOGARITHM).unwrap_or(column);
        let known = self.labels.get(column).filter(|_| base == column);
        let label = known.cloned().unwrap_or_else(|| column_title(base));
        label.strip_suffix(" (%)").map_or_else(|| label.clone(), str::to_owned)
    }

    /// A column within a sentence.
    #[must_use]
    pub(super) fn name(&self, column: &str) -> String {
        lowered(&self.label(column))
    }

    /// A column within a sentence, by its symbol where it has one.
    #[must_use]
    pub(super) fn symbol_or_name(&self, column: &str) -> String {
        let short = self.short(column);
        if short.chars().count() <= SYMBOL { short } else { self.name(column) }
    }

    /// A place on an axis: "n = 1000", or the name of what has one.
    #[must_use]
    pub(super) fn place(&self, column: &str, cell: &Cell) -> (bool, String) {
        match cell.as_f64() {
            Some(value) => (true, format!("{} = {}", self.short(column), number::exact(value).replace('-', "−"))),
            None => (false, cell.to_string()),
        }
    }

    /// The same where a value is a text that may be a number.
    #[must_use]
    pub(super) fn side(&self, column: &str, value: &str) -> String {
        match value.parse::<f64>() {
            Ok(_) => format!("at {} = {}", self.short(column), value.replace('-', "−")),
            Err(_) => format!("for {value}"),
        }
    }

    /// A column's symbol where it has one, else its words.
    #[must_use]
    pub(super) fn short(&self, column: &str) -> String {
        let symbol = self.labels.get(column).filter(|label| label.chars().count() <= SYMBOL && !label.contains(' '));
        match (symbol, column) {
            (Some(symbol), _) => symbol.clone(),
            (None, "n_train") => "n".to_owned(),
            (None, "lambda") => "λ".to_owned(),
            (None, "alpha") => "α".to_owned(),
            _ => column.replace('_', " "),
        }
    }
}

/// Letters of a symbol at most.
const SYMBOL: usize = 4;

/// People: they keep their capital within a sentence.
const NAMES: [&str; 5] = ["He", "Adam", "Xavier", "Gauss", "Fashion"];

/// Whether a label is of several things: "steps", "standard deviations of the bulk".
#[must_use]
pub(super) fn is_plural(label: &str) -> bool {
    let word = label.split(' ').next().unwrap_or_default();
    let plain = word.len() > 3 && word.chars().all(char::is_alphabetic);
    let several = plain && word.ends_with('s') && !["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end));
    several || label.split(' ').nth(1).is_some_and(|word| word == "deviations")
}

/// A label within a sentence: small, unless it begins with a symbol, an abbreviation or a name of mixed letters.
#[must_use]
pub(crate) fn lowered(label: &str) -> String {
    let word = label.split([' ', ',']).next().unwrap_or_default();
    let mut letters = word.chars();
    match letters.next() {
        Some(_) if NAMES.contains(&word) => label.to_owned(),
        Some(first) if letters.clone().count() > 0 && letters.all(char::is_lowercase) => {
            first.to_lowercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

/// A sentence with a capital at its beginning.
#[must_use]
pub(super) fn raised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The labels that a study's figures give to columns, the first of each.
#[must_use]
pub(crate) fn labels(study: &Study) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for figure in study.outputs.iter().filter(|output| output.kind == OutputKind::Figure) {
        collect(&study.nodes[figure.wire.node].params, &mut labels);
    }
    labels
}

/// Labels that a figure's parameters give to columns.
fn collect(json: &Json, labels: &mut BTreeMap<String, String>) {
    match json {
        Json::Object(map) => {
            let text = |name: &str| map.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
            if let (Some(column), Some(label)) = (text("column"), text("label")) {
                labels.entry(column.to_owned()).or_insert_with(|| label.to_owned());
            }
            map.values().for_each(|value| collect(value, labels));
        }
        Json::Array(list) => list.iter().for_each(|value| collect(value, labels)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_of_figures_are_found_wherever_they_stand() {
        let mut labels = BTreeMap::new();
        let params =
            json!({"y": {"column": "e", "label": "Error"}, "panels": [{"x": {"column": "k", "label": "Rank k"}}]});
        collect(&params, &mut labels);
        collect(&json!({"y": {"column": "e", "label": "Other"}}), &mut labels);
        assert_eq!(
            labels.into_iter().collect::<Vec<_>>(),
            [("e".into(), "Error".into()), ("k".into(), "Rank k".into())]
        );
    }

    #[test]
    fn labels_are_small_within_sentences_unless_they_are_names() {
        for (label, small) in
            [("Test error", "test error"), ("R²", "R²"), ("LoFi gap", "LoFi gap"), ("k₁", "k₁"), ("He", "He")]
        {
            assert_eq!(lowered(label), small);
        }
        assert_eq!(raised("it is"), "It is");
        assert_eq!(
            ["Steps", "Test loss", "Layers L", "Radius", "Test error"].map(is_plural),
            [true, false, true, false, false]
        );
    }

    #[test]
    fn places_are_numbers_on_axes_or_names() {
        let words = Vocabulary::default();
        assert_eq!(words.place("n_train", &Cell::Int(1000)), (true, "n = 1000".into()));
        assert_eq!(words.place("layer", &Cell::from("FC layer 2")), (false, "FC layer 2".into()));
        assert_eq!([words.side("pooling", "0.5"), words.side("model", "LoFi")], ["at pooling = 0.5", "for LoFi"]);
    }
}
