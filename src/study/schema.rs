//! The JSON schema of study files, made from the types and the catalog.

use super::direct::direct_slot;
use super::published::PublishedNumbers;
use super::raw::{DataChoice, Head};
use crate::step::{Arity, ErasedKind, Family};
use serde_json::{Map, Value as Json, json};

/// The schema that editors check studies with.
#[must_use]
pub fn schema(kinds: &[&'static dyn ErasedKind]) -> Json {
    let mut generator = schemars::SchemaGenerator::default();
    let head = generator.root_schema_for::<Head>().to_value();
    let published = generator.subschema_for::<PublishedNumbers>().to_value();
    let choice = generator.subschema_for::<DataChoice>().to_value();
    let mut definitions: Map<String, Json> = head["$defs"].as_object().cloned().unwrap_or_default();
    definitions.extend(generator.take_definitions(true));
    let of = |families: &[Family]| -> Vec<&'static dyn ErasedKind> {
        kinds.iter().copied().filter(|kind| families.contains(&kind.about().family)).collect()
    };
    let steps: Vec<Json> = of(&[Family::Data, Family::Experiment, Family::Analysis]).into_iter().map(step).collect();
    let figures: Vec<Json> = of(&[Family::Plot]).into_iter().map(figure).collect();
    let claims: Vec<Json> = of(&[Family::Claim]).into_iter().map(claim).collect();
    for kind in kinds {
        let definitions_of_kind = kind.schema()["$defs"].as_object().cloned().unwrap_or_default();
        definitions.extend(definitions_of_kind);
    }
    let mut properties: Map<String, Json> = head["properties"].as_object().cloned().unwrap_or_default();
    properties.extend(sections(&steps, &figures, &claims));
    properties.insert("published".into(), named("Published numbers by name.", published));
    let card = json!({"anyOf": [{"type": "string"}, choice]});
    properties.insert(
        "data".into(),
        json!({"description": "Cards in order of preference; the first that this machine can have is used.",
               "anyOf": [card, {"type": "array", "items": card, "minItems": 1}]}),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lofi study",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn named(description: &str, value: Json) -> Json {
    json!({"description": description, "type": "object", "additionalProperties": value})
}

fn sections(steps: &[Json], figures: &[Json], claims: &[Json]) -> Map<String, Json> {
    let texts = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    let table = json!({
        "type": "object",
        "properties": {
            "stack": named("Label → step.port: tables put one under the other, one set of rows a cell.", json!({"type": "string"})),
            "from": {"type": "string", "description": "Another table, or `table.rows`, instead of `stack`."},
            "as": {"type": "string", "description": "The column that holds the labels; default `model`."},
            "keys": {"description": "Columns of the steps' own tables that tell rows apart, as axes do.", "anyOf": texts["anyOf"]},
            "where": {"type": "object", "description": "Which rows: column → value, list, or {at_least, at_most}."},
            "choose": {"type": "object", "description": "Picks values of some axes by a column: {minimise, over, average, tolerance, smallest}."},
            "difference": {"type": "object", "description": "Lays the rows of one label against those of another: {column, of, against, absolute, pair_on}."},
            "over": texts,
            "interval": {"type": "object", "description": "The interval of an average: {bootstrap: 0.95}."},
            "bins": {"type": "object", "description": "Counts a column into histograms: {column, count, scale, threshold, mark, pool}."},
            "published": {"type": "string", "description": "Lays these published numbers beside the table."}
        },
        "additionalProperties": false
    });
    let any = json!({});
    let mut sections = Map::new();
    sections.insert("extend".into(), json!({"description": "Fragments, relative to this file, that this study is laid over.", "anyOf": texts["anyOf"]}));
    sections.insert("constants".into(), named("Values that `$name` stands for.", any.clone()));
    sections.insert(
        "profiles".into(),
        named("Profile → constants, axes and data that it changes.", named("Overrides.", any.clone())),
    );
    sections.insert(
        "sweep".into(),
        named("Axes: a list, {count}, {range}, {log10}, {linear} or {zip}; `exclude` removes cells.", any),
    );
    sections.insert("steps".into(), named("Steps by name.", json!({"anyOf": steps})));
    sections.insert("tables".into(), named("Tables by name.", table));
    sections.insert("figures".into(), named("Figures by name.", json!({"anyOf": figures})));
    sections.insert("claims".into(), named("Claims by name.", json!({"anyOf": claims})));
    sections
}

/// A parameter may be a `$name` in place of its value.
fn or_reference(schema: &Json) -> Json {
    let description = schema.get("description").cloned().unwrap_or_default();
    json!({"description": description, "anyOf": [schema, {"type": "string", "pattern": "^\\$[^$]"}]})
}

/// Parameters that the study layer fills in, so nobody has to write them.
const FILLED: [&str; 5] = ["data", "keys", "says", "data_note", "headings"];

fn parameters(kind: &dyn ErasedKind) -> (Map<String, Json>, Vec<Json>) {
    let schema = kind.schema();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let free = required.into_iter().filter(|name| !FILLED.contains(&name.as_str().unwrap_or_default())).collect();
    let mut written: Map<String, Json> = properties.iter().map(|(name, s)| (name.clone(), or_reference(s))).collect();
    for name in FILLED {
        written.remove(name);
    }
    (written, free)
}

fn step(kind: &'static dyn ErasedKind) -> Json {
    let (mut properties, required) = parameters(kind);
    let about = kind.about();
    if about.family == Family::Data {
        properties.insert("data".into(), json!({"description": "Cards in place of the study's `data`."}));
    }
    let input = |arity: Arity| match arity {
        Arity::Many => json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        _ => json!({"type": "string"}),
    };
    let inputs: Map<String, Json> = about.inputs.iter().map(|slot| (slot.name.to_owned(), input(slot.arity))).collect();
    let mut needed = vec!["kind"];
    if !required.is_empty() {
        needed.push("params");
    }
    json!({
        "description": about.summary,
        "type": "object",
        "properties": {
            "kind": {"const": kind.name(), "description": about.summary},
            "inputs": {"type": "object", "properties": inputs, "additionalProperties": false},
            "params": {"type": "object", "properties": properties, "required": required, "additionalProperties": false}
        },
        "required": needed,
        "additionalProperties": false
    })
}

fn figure(kind: &'static dyn ErasedKind) -> Json {
    let (mut properties, required) = parameters(kind);
    properties.insert("kind".into(), json!({"const": kind.name(), "description": kind.about().summary}));
    let input = match direct_slot(kind) {
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
    if properties.contains_key("published") {
        properties.insert(
            "published".into(),
            json!({"type": "string", "description": "Published numbers to draw beside ours."}),
        );
    }
    let required: Vec<Json> = [json!("kind"), json!(input)].into_iter().chain(required).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn claim(kind: &'static dyn ErasedKind) -> Json {
    let (mut properties, required) = parameters(kind);
    properties.insert("table".into(), json!({"type": "string", "description": "The table to test."}));
    let required: Vec<Json> = std::iter::once(json!("table")).chain(required).collect();
    let test = json!({"description": kind.about().summary, "type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let mut own = Map::new();
    own.insert("says".into(), json!({"type": "string", "description": "The claim in one sentence."}));
    own.insert(kind.name().to_owned(), test);
    json!({"type": "object", "properties": own, "required": ["says", kind.name()], "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// All definitions share one table, so two types of one name would check studies with the wrong one.
    #[test]
    fn no_two_types_share_a_name() {
        let kinds = crate::catalog::KINDS;
        let mut known: BTreeMap<String, Json> = BTreeMap::new();
        let mut generator = schemars::SchemaGenerator::default();
        let _ = generator.subschema_for::<PublishedNumbers>();
        let _ = generator.subschema_for::<Head>();
        let _ = generator.subschema_for::<DataChoice>();
        let own = generator.take_definitions(true);
        let of_kinds = kinds.iter().flat_map(|kind| kind.schema()["$defs"].as_object().cloned().unwrap_or_default());
        for (name, definition) in own.into_iter().chain(of_kinds) {
            let before = known.entry(name.clone()).or_insert_with(|| definition.clone());
            assert_eq!(*before, definition, "two types are called {name}");
        }
    }
}
