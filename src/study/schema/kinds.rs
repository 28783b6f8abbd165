//! Steps, figures and claims: the kind that is named decides what else may be written.

use super::open::{opened, or_reference};
use crate::step::roles::Role;
use crate::step::{Arity, ErasedKind, Family};
use serde_json::{Map, Value as Json, json};

/// The parameters that a study writes, each open to `$name`s, and which of them it must.
fn parameters(kind: &dyn ErasedKind, filled: &[&str]) -> (Map<String, Json>, Vec<Json>) {
    let schema = kind.schema();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let written = |name: &str| !filled.contains(&name);
    let free = required.into_iter().filter(|name| name.as_str().is_some_and(written)).collect();
    let properties = properties.iter().filter(|(name, _)| written(name));
    (properties.map(|(name, schema)| (name.clone(), or_reference(schema))).collect(), free)
}

/// The profiles that a figure or claim is made in.
fn only() -> Json {
    let name = json!({"type": "string"});
    let doc = "The profiles that it is made in; without, all of them.";
    json!({"description": doc, "anyOf": [name, {"type": "array", "items": name, "minItems": 1}]})
}

/// `kind`, with a word on each.
fn choice(kinds: &[&'static dyn ErasedKind]) -> Json {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let words: Vec<&str> = kinds.iter().map(|kind| kind.about().summary).collect();
    json!({"description": "What it is.", "type": "string", "enum": names, "enumDescriptions": words})
}

/// What else holds where `kind` is this one.
fn where_kind(kind: &dyn ErasedKind, then: &Json) -> Json {
    json!({"if": {"properties": {"kind": {"const": kind.name()}}, "required": ["kind"]}, "then": then})
}

/// The definition of a step.
pub(super) const STEP: &str = "StepOfAKind";

/// A step, or a block of steps that is repeated.
pub(super) fn step_or_block() -> Json {
    let one = json!({"$ref": format!("#/$defs/{STEP}")});
    let rounds = json!({
        "description": "So many rounds, or a mapping of names with their values for each.",
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 100},
            {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 100}
        ]
    });
    let block = json!({
        "type": "object",
        "properties": {
            "repeat": rounds,
            "from": {"description": "The step that `previous` is in the first round.", "type": "string"},
            "steps": {"description": "The steps of a round by name.", "type": "object", "minProperties": 1,
                      "additionalProperties": one}
        },
        "required": ["repeat", "steps"],
        "additionalProperties": false
    });
    json!({"if": {"required": ["repeat"]}, "then": block, "else": one})
}

/// A step.
pub(super) fn step(kinds: &[&'static dyn ErasedKind], data: &Json) -> Json {
    let cases: Vec<Json> = kinds.iter().map(|kind| where_kind(*kind, &step_of(*kind, data))).collect();
    json!({
        "type": "object",
        "properties": {
            "kind": choice(kinds),
            "inputs": {"description": "Slot → `step`, or `step.output`.", "type": "object"},
            "params": {"description": "Parameters of the kind.", "type": "object"}
        },
        "required": ["kind"],
        "additionalProperties": false,
        "allOf": cases
    })
}

fn step_of(kind: &dyn ErasedKind, data: &Json) -> Json {
    let about = kind.about();
    let reads_data = about.family == Family::Data;
    let (mut properties, required) = parameters(kind, if reads_data { &["data"] } else { &[] });
    if reads_data {
        let own = opened(data);
        properties.insert(
            "data".into(),
            json!({"description": "Cards in place of the study's `data`.", "anyOf": own["anyOf"]}),
        );
    }
    let input = |arity: Arity, doc: &str| match arity {
        Arity::Many => {
            json!({"description": doc, "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
        }
        _ => json!({"description": doc, "type": "string"}),
    };
    let inputs: Map<String, Json> =
        about.inputs.iter().map(|slot| (slot.name.to_owned(), input(slot.arity, slot.doc))).collect();
    // slots that steps declare themselves
    let others = match kind.wiring(&[], &Json::Null) {
        Some(_) => json!({"description": "A step whose result the program is given as a file.", "type": "string"}),
        None => json!(false),
    };
    let wired: Vec<&str> =
        about.inputs.iter().filter(|slot| slot.arity != Arity::Optional).map(|slot| slot.name).collect();
    let mut needed = Vec::new();
    if !wired.is_empty() {
        needed.push("inputs");
    }
    if !required.is_empty() {
        needed.push("params");
    }
    json!({
        "description": about.summary,
        "properties": {
            "inputs": {"properties": inputs, "required": wired, "additionalProperties": others},
            "params": {"properties": properties, "required": required, "additionalProperties": false}
        },
        "required": needed
    })
}

/// A figure.
pub(super) fn figure(kinds: &[&'static dyn ErasedKind]) -> Json {
    let cases: Vec<Json> = kinds.iter().map(|kind| where_kind(*kind, &figure_of(*kind))).collect();
    json!({"type": "object", "properties": {"kind": choice(kinds)}, "required": ["kind"], "allOf": cases})
}

fn figure_of(kind: &'static dyn ErasedKind) -> Json {
    let Role::Figure(role) = kind.role() else { return json!({}) };
    let (mut properties, required) = parameters(kind, &role.filled());
    properties.insert("kind".into(), json!({}));
    properties.insert("only".into(), only());
    let input = match role.wired() {
        Some(slot) => {
            let steps = json!({"type": "object", "additionalProperties": {"type": "string"}});
            let doc = format!("{} `step.output`, or label → `step.output`.", slot.doc);
            properties.insert(slot.name.into(), json!({"description": doc, "anyOf": [{"type": "string"}, steps]}));
            let doc = "Which cells of the sweep: axis → value, list or bounds.";
            properties.insert("where".into(), json!({"type": "object", "description": doc}));
            slot.name
        }
        None => {
            properties.insert("table".into(), json!({"type": "string", "description": "The table to draw."}));
            "table"
        }
    };
    if role.takes_published() {
        let doc = "Published numbers to draw beside ours.";
        properties.insert("published".into(), json!({"type": "string", "description": doc}));
    }
    let required: Vec<Json> = [json!("kind"), json!(input)].into_iter().chain(required).collect();
    json!({"properties": properties, "required": required, "additionalProperties": false})
}

/// A claim: a sentence and one test.
pub(super) fn claim(kinds: &[&'static dyn ErasedKind]) -> Json {
    let mut properties: Map<String, Json> = kinds.iter().map(|kind| (kind.name().to_owned(), test_of(*kind))).collect();
    properties.insert("says".into(), json!({"type": "string", "description": "The claim in one sentence."}));
    properties.insert("only".into(), only());
    properties.insert("by".into(), by());
    properties.insert("shown_by".into(), shown_by());
    let one_test: Vec<Json> = kinds.iter().map(|kind| json!({"required": [kind.name()]})).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": ["says"],
        "oneOf": one_test,
        "additionalProperties": false
    })
}

fn by() -> Json {
    let place = json!({"type": "string", "description": "Where the paper says so, such as `figure 3, page 7`."});
    let paper = json!({
        "type": "object", "properties": {"paper": place}, "required": ["paper"], "additionalProperties": false
    });
    json!({"description": "Who claims it: `us`, or the paper.", "anyOf": [{"const": "us"}, paper]})
}

fn shown_by() -> Json {
    let why = json!({"type": "string", "description": "Why other profiles cannot show it."});
    let doc = "The profiles whose scale can show it; in others it ends as not at this scale.";
    let profiles =
        json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]});
    json!({
        "description": doc, "type": "object", "properties": {"profiles": profiles, "because": why},
        "required": ["profiles", "because"], "additionalProperties": false
    })
}

fn test_of(kind: &dyn ErasedKind) -> Json {
    let filled = if let Role::Claim(role) = kind.role() { role.filled() } else { Vec::new() };
    let (mut properties, required) = parameters(kind, &filled);
    properties.insert("table".into(), json!({"type": "string", "description": "The table to test."}));
    let required: Vec<Json> = std::iter::once(json!("table")).chain(required).collect();
    let doc = kind.about().summary;
    json!({"description": doc, "type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
