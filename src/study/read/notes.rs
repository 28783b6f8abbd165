//! Notes of a study: texts, for the whole page or for one figure, with numbers that come from its tables.
//!
//! `{{ errors.test_error where model = LoFi, n_train = 800 }}` stands for a number of the table `errors`; `errors.rows.seed`
//! is of its rows.

use crate::artifact::Cell;
use crate::step::{Condition, Filter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The key of the text for the whole page.
pub(in crate::study) const STUDY: &str = "study";

/// What to know when reading results: one text, or one for `study` and for figures by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "notes are a text, or a mapping of texts: for `study` and for figures by name")]
pub enum Notes {
    /// For the whole page.
    Text(String),
    /// For the whole page, under `study`, and for figures, under their names.
    Apart(BTreeMap<String, String>),
}

impl Default for Notes {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Notes {
    /// The text for the whole page; empty where there is none.
    #[must_use]
    pub fn of_study(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Apart(texts) => texts.get(STUDY).map_or("", String::as_str),
        }
    }

    /// The text for a figure; empty where there is none.
    #[must_use]
    pub fn of_figure(&self, name: &str) -> &str {
        match self {
            Self::Apart(texts) if name != STUDY => texts.get(name).map_or("", String::as_str),
            _ => "",
        }
    }

    /// With the values of constants in place of `$name`, inside of references.
    #[must_use]
    pub fn with(&self, constants: &[(String, String)]) -> Self {
        let filled = |text: &String| {
            let mut parts = text.split("{{");
            let before = parts.next().unwrap_or_default().to_owned();
            parts.fold(before, |done, part| {
                let (inner, behind) = part.split_once("}}").unwrap_or((part, ""));
                let closed = if part.contains("}}") { "}}" } else { "" };
                let put = |inner: String, (name, value): &(String, String)| inner.replace(&format!("${name}"), value);
                done + "{{" + &constants.iter().fold(inner.to_owned(), put) + closed + behind
            })
        };
        match self {
            Self::Text(text) => Self::Text(filled(text)),
            Self::Apart(texts) => Self::Apart(texts.iter().map(|(name, text)| (name.clone(), filled(text))).collect()),
        }
    }

    /// All texts.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::Apart(texts) => texts.values().map(String::as_str).collect(),
        }
    }
}

/// A piece of a note.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// Numbers of a table.
    Number(TableNumber),
    /// What stands between braces and is no reference, and why.
    Fault(&'a str, String),
}

/// The numbers of a column in some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableNumber {
    /// The table.
    pub table: String,
    /// Whether its rows are meant, as they were before averaging.
    pub rows: bool,
    /// The column.
    pub column: String,
    /// Which rows.
    pub filter: Filter,
}

impl TableNumber {
    fn read(text: &str) -> Result<Self, String> {
        let (path, conditions) = text.split_once(" where ").unwrap_or((text, ""));
        let (table, column) = path.trim().rsplit_once('.').ok_or("`table.column` is expected")?;
        let (table, rows) = table.strip_suffix(".rows").map_or((table, false), |table| (table, true));
        let table = table.strip_suffix(".summary").unwrap_or(table);
        let mut filter = BTreeMap::new();
        for condition in conditions.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let (name, value) = condition.split_once('=').ok_or("`column = value` is expected after `where`")?;
            filter.insert(name.trim().to_owned(), Condition::Is(cell(value.trim())));
        }
        Ok(Self { table: table.to_owned(), rows, column: column.to_owned(), filter: Filter(filter) })
    }
}

/// A value as studies write it.
fn cell(text: &str) -> Cell {
    match (text, text.parse::<i64>(), text.parse::<f64>()) {
        ("true" | "false", ..) => Cell::Bool(text == "true"),
        (_, Ok(whole), _) => Cell::Int(whole),
        (_, _, Ok(real)) if real.is_finite() => Cell::Float(real),
        _ => Cell::Text(text.trim_matches(['\'', '"']).to_owned()),
    }
}

/// The pieces of a note in order.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("{{") {
        let (before, after) = rest.split_at(start);
        found.push(Piece::Text(before));
        let Some(end) = after.find("}}") else {
            found.push(Piece::Fault(after, "`}}` is missing".to_owned()));
            rest = "";
            break;
        };
        let (whole, behind) = after.split_at(end + 2);
        if whole[2..end].contains("{{") {
            let (open, behind) = after.split_at(2 + after[2..].find("{{").unwrap_or_default());
            found.push(Piece::Fault(open, "`}}` is missing".to_owned()));
            rest = behind;
            continue;
        }
        let inner = whole[2..end].split_whitespace().collect::<Vec<_>>().join(" ");
        found.push(TableNumber::read(&inner).map_or_else(|why| Piece::Fault(whole, why), Piece::Number));
        rest = behind;
    }
    found.push(Piece::Text(rest));
    found.retain(|piece| *piece != Piece::Text(""));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_of_tables_stand_between_braces() {
        let text = "It errs on {{ errors.test_error where model = LoFi,\n n_train = 800 }} and {{errors.rows.k}}.";
        let found = pieces(text);
        let Piece::Number(first) = &found[1] else { panic!("{found:?}") };
        assert_eq!((first.table.as_str(), first.column.as_str(), first.rows), ("errors", "test_error", false));
        assert_eq!(serde_json::to_value(&first.filter).unwrap(), json!({"model": "LoFi", "n_train": 800}));
        let Piece::Number(second) = &found[3] else { panic!("{found:?}") };
        assert!(second.rows && second.filter.0.is_empty() && second.table == "errors");
        assert_eq!((&found[0], found.last()), (&Piece::Text("It errs on "), Some(&Piece::Text("."))));
    }

    #[test]
    fn what_is_no_reference_is_told() {
        let why = |text| match &pieces(text)[..] {
            [Piece::Fault(_, why)] => why.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(why("{{ errors }}"), "`table.column` is expected");
        assert_eq!(why("{{ errors.e where n }}"), "`column = value` is expected after `where`");
        assert_eq!(why("{{ errors.e"), "`}}` is missing");
    }

    #[test]
    fn constants_stand_for_their_values_inside_of_references() {
        let constants = [("widest".to_owned(), "5000".to_owned()), ("wide".to_owned(), "7".to_owned())];
        let notes = Notes::Text("$wide: {{ t.e where width = $widest, n = $wide }}, {{ t.e }} $wide".to_owned());
        assert_eq!(notes.with(&constants).of_study(), "$wide: {{ t.e where width = 5000, n = 7 }}, {{ t.e }} $wide");
    }

    #[test]
    fn notes_are_one_text_or_apart() {
        let read = |value| serde_json::from_value::<Notes>(value);
        let apart = read(json!({"study": "a", "curve": "b"})).unwrap();
        assert_eq!([apart.of_study(), apart.of_figure("curve"), apart.of_figure("study")], ["a", "b", ""]);
        let one = read(json!("a")).unwrap();
        assert_eq!([one.of_study(), one.of_figure("curve")], ["a", ""]);
        assert!(read(json!(["a"])).unwrap_err().to_string().contains("for `study` and for figures by name"));
    }
}
