//! `lofi list`: studies, published numbers, and kinds with their documentation.

use super::published::published;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{self, say};
use crate::cli::place::Place;
use crate::cli::project::Project;
use crate::cli::study_files::{discover, strange_cards};
use crate::step::{Arity, ErasedKind, Family, Grid};
use crate::yaml::known_names;
use crate::{catalog, study};
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;

/// What to list.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum What {
    /// The studies with their titles and profiles.
    Studies,
    /// The papers' numbers: how many are compared with stored results, and why the others are not here.
    Published {
        /// Studies or folders of them; default: all.
        studies: Vec<String>,
    },
    /// The kinds of steps.
    Kinds {
        /// One kind, with all of its documentation.
        kind: Option<String>,
        /// The whole reference as Markdown: the content of docs/kinds.md.
        #[arg(long)]
        markdown: bool,
    },
}

/// Lists.
pub(in crate::cli) fn list(options: &Options, what: Option<What>) -> Result<Done, Failure> {
    match what.unwrap_or(What::Studies) {
        What::Studies => studies(options),
        What::Published { studies } => published(&Project::open(options)?, &studies),
        What::Kinds { markdown: true, .. } => {
            output::text(&markdown());
            Ok(Code::Well.into())
        }
        What::Kinds { kind: Some(name), .. } => one_kind(&name),
        What::Kinds { .. } => Ok(kinds()),
    }
}

fn studies(options: &Options) -> Result<Done, Failure> {
    let place = Place::with_studies(options)?;
    let files = discover(&place.studies)?;
    strange_cards(&place.root, options);
    for file in &files {
        let (head, profiles) = study::load_head(&file.path, &place.root)?;
        if output::is_json() {
            let others: Map<String, Json> = profiles.others.into_iter().map(|(name, one)| (name, json!(one))).collect();
            output::event(&json!({
                "event": "study", "study": file.name, "title": head.title, "profiles": profiles.own, "stand_for": others,
            }));
        } else {
            let others = profiles.others.iter().map(|(name, one)| format!("{name} = {one}"));
            let profiles: Vec<String> = profiles.own.iter().cloned().chain(others).collect();
            say!("{:<32} {}  ({})", file.name, head.title, profiles.join(", "));
        }
    }
    Ok(Done::with(Code::Well, [("studies", json!(files.len()))]))
}

fn kinds() -> Done {
    for kind in catalog::KINDS {
        let (name, family, summary) = (kind.name(), kind.about().family.title(), kind.about().summary);
        if output::is_json() {
            output::event(&json!({"event": "kind", "kind": name, "family": family, "summary": summary}));
        } else {
            say!("{name:<22} {family:<12} {summary}");
        }
    }
    Done::with(Code::Well, [("kinds", json!(catalog::KINDS.len()))])
}

fn one_kind(name: &str) -> Result<Done, Failure> {
    let found = catalog::KINDS.iter().find(|kind| kind.name() == name);
    let Some(kind) = found else {
        let known: Vec<&str> = catalog::KINDS.iter().map(|kind| kind.name()).collect();
        return Err(Failure::mistake(format!("no kind `{name}`; {}", known_names(name, &known).unwrap_or_default())));
    };
    if output::is_json() {
        let (family, about) = (kind.about().family.title(), kind.about());
        output::event(&json!({
            "event": "kind", "kind": name, "family": family, "summary": about.summary, "details": about.details,
            "parameters": kind.schema(),
        }));
    } else {
        output::text(&kind_page(*kind));
    }
    Ok(Code::Well.into())
}

/// docs/kinds.md
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Kinds of steps\n\nMade by `lofi list kinds --markdown` from the catalog; a test keeps it up to date.\n",
    );
    for family in [Family::Data, Family::Experiment, Family::Analysis, Family::Claim, Family::Plot] {
        let _ = write!(text, "\n# {}\n", family.title());
        for kind in catalog::KINDS.iter().filter(|kind| kind.about().family == family) {
            text.push('\n');
            text.push_str(&kind_page(*kind));
        }
    }
    text
}

fn kind_page(kind: &dyn ErasedKind) -> String {
    let about = kind.about();
    let mut text = format!("## {}\n\n{}\n", kind.name(), about.summary);
    if !about.details.is_empty() {
        let _ = write!(text, "\n{}\n", about.details);
    }
    if !about.inputs.is_empty() {
        text.push_str("\n| input | takes | |\n|---|---|---|\n");
        for slot in about.inputs {
            let takes: Vec<&str> = slot.accepts.iter().map(|t| t.name()).collect();
            let arity = match slot.arity {
                Arity::One => "",
                Arity::Optional => " (optional)",
                Arity::Many => " (one or more)",
            };
            let _ = writeln!(text, "| `{}` | {}{arity} | {} |", slot.name, takes.join(", "), slot.doc);
        }
    }
    text.push_str("\n| output | type | |\n|---|---|---|\n");
    for port in about.outputs {
        let _ = writeln!(text, "| `{}` | {} | {} |", port.name, port.value_type.name(), port.doc);
    }
    text.push_str(&parameters(&kind.schema()));
    if !about.cites.is_empty() {
        let _ = write!(text, "\nSource: {}\n", about.cites.join(", "));
    }
    text
}

fn parameters(schema: &Json) -> String {
    let Some(properties) = schema["properties"].as_object().filter(|p| !p.is_empty()) else { return String::new() };
    let mut text = String::from("\n| parameter | values | default | |\n|---|---|---|---|\n");
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, property) in properties {
        let default = match property.get("default") {
            Some(value) => format!("`{}`", as_written(value)),
            None if required.contains(&name.as_str()) => "required".to_owned(),
            None => String::new(),
        };
        let description = property["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        let _ = writeln!(text, "| `{name}` | {} | {default} | {description} |", values(schema, property));
    }
    let meanings: String = properties.iter().map(|(name, property)| meanings(schema, (name, property))).collect();
    if meanings.is_empty() { text } else { text + "\n" + &meanings }
}

/// What each of the words means that a parameter takes; nothing where none is told.
fn meanings(root: &Json, (name, property): (&str, &Json)) -> String {
    let target = property["$ref"].as_str().and_then(|r| root.pointer(r.trim_start_matches('#'))).unwrap_or(property);
    let nested = || property["anyOf"].as_array().into_iter().flatten().find_map(|one| one["$ref"].as_str());
    let target = nested().and_then(|r| root.pointer(r.trim_start_matches('#'))).unwrap_or(target);
    let words = target["oneOf"].as_array().or_else(|| target["anyOf"].as_array()).into_iter().flatten();
    let one = |word: &Json| {
        let meaning = word["description"].as_str()?.replace('\n', " ");
        Some(format!("- `{name}: {}`: {meaning}\n", word["const"].as_str()?))
    };
    words.filter_map(one).collect()
}

/// A value as a study would have it: a grid of numbers by what defines it.
fn as_written(value: &Json) -> String {
    match serde_json::from_value::<Grid>(value.clone()) {
        Ok(grid) if value.is_array() || value.is_object() => grid.written(),
        _ => value.to_string(),
    }
}

/// The values that a parameter takes, in words.
fn values(root: &Json, schema: &Json) -> String {
    let target = schema["$ref"].as_str().and_then(|r| root.pointer(r.trim_start_matches('#'))).unwrap_or(schema);
    let options = target["oneOf"].as_array().or_else(|| target["anyOf"].as_array());
    if let Some(names) = target["enum"].as_array() {
        return names
            .iter()
            .map(|name| format!("`{}`", name.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", ");
    }
    if let Some(options) = options {
        let one = |option: &Json| match option["const"].as_str() {
            Some(name) => format!("`{name}`"),
            None => values(root, option),
        };
        let mut words: Vec<String> = options.iter().map(one).filter(|word| word != "null").collect();
        words.dedup();
        return words.join(", ");
    }
    let bound = |key: &str, sign: &str| target[key].as_f64().map(|v| format!("{sign} {v}"));
    let bounds =
        [bound("minimum", "≥"), bound("exclusiveMinimum", ">"), bound("maximum", "≤"), bound("exclusiveMaximum", "<")];
    let kind = match &target["type"] {
        Json::String(name) => name.clone(),
        Json::Array(names) => {
            names.iter().filter_map(Json::as_str).filter(|n| *n != "null").collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    };
    std::iter::once(kind).chain(bounds.into_iter().flatten()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}
