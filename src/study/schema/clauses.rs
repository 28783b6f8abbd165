//! What tables and sweeps are made of.

use super::open::opened;
use crate::step::ErasedKind;
use crate::step::roles::{Clause, Form};
use crate::study::outputs::table_spec::{Clausal, keys, operations, source};
use serde_json::{Map, Value as Json, json};

/// A text or a list of them.
pub(super) fn texts(description: &str) -> Json {
    let text = json!({"type": "string"});
    json!({"description": description, "anyOf": [text, {"type": "array", "items": text}]})
}

/// A clause that is a mapping, without what the study layer fills in.
fn mapping(operation: &Clausal) -> Json {
    let (schema, filled) = (operation.kind.schema(), operation.role.filled());
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    properties.retain(|key, _| !filled.contains(&key.as_str()));
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let required: Vec<Json> = required.into_iter().filter(|key| !filled.iter().any(|f| key == f)).collect();
    json!({
        "description": operation.kind.about().summary, "type": "object", "properties": properties,
        "required": required, "additionalProperties": false
    })
}

/// The keys of a table that are a clause's.
fn clause(operation: &Clausal) -> Vec<(String, Json)> {
    let Clause { name, form, .. } = operation.clause;
    match form {
        Form::Mapping => vec![(name.to_owned(), mapping(operation))],
        Form::Numbers => {
            let doc = "Lays these published numbers beside the table.";
            vec![(name.to_owned(), json!({"type": "string", "description": doc}))]
        }
        Form::Beside { .. } => {
            let schema = operation.kind.schema();
            let own = keys(&operation.clause).into_iter();
            own.map(|key| (key.to_owned(), schema["properties"][key].clone())).collect()
        }
    }
}

/// A table.
pub(super) fn table(kinds: &[&'static dyn ErasedKind]) -> Json {
    let source = source(kinds).map_or("", |(_, key)| key);
    let mut properties = Map::new();
    properties.insert(
        source.to_owned(),
        json!({
            "description": "Label → step.port: tables put one under the other, one set of rows a cell.",
            "type": "object", "minProperties": 1,
            "additionalProperties": {"anyOf": [{"type": "string"}, {
                "type": "object",
                "properties": {
                    "step": {"description": "`step` or `step.port`.", "type": "string"},
                    "where": {"description": "Cells of the sweep: axis → value, list or bounds.", "type": "object"}
                },
                "required": ["step"], "additionalProperties": false
            }]}
        }),
    );
    let text = |doc: &str| json!({"type": "string", "description": doc});
    properties.insert("from".into(), text(&format!("Another table, or `table.rows`, instead of `{source}`.")));
    properties.insert("title".into(), text("What stands over it in reports; default what its name and columns say."));
    properties.insert("as".into(), text("The column that holds the labels; default `model`."));
    properties.insert("keys".into(), texts("Columns of the steps' own tables that tell rows apart, as axes do."));
    properties.extend(operations(kinds).iter().flat_map(clause));
    opened(&json!({
        "type": "object",
        "properties": properties,
        "anyOf": [{"required": [source]}, {"required": ["from"]}],
        "not": {"required": [source, "from"]},
        "additionalProperties": false
    }))
}

/// Axes by name.
pub(super) fn sweep() -> Json {
    let whole = json!({"type": "integer"});
    let number = json!({"type": "number"});
    let spaced = json!({
        "type": "object", "properties": {"from": number, "to": number, "points": {"type": "integer", "minimum": 1}},
        "required": ["from", "to", "points"], "additionalProperties": false
    });
    let one = |name: &str, inner: &Json| json!({"type": "object", "properties": {name: inner}, "required": [name], "additionalProperties": false});
    let stepped = json!({
        "type": "object", "properties": {"from": number, "to": number, "step": number},
        "required": ["from", "to", "step"], "additionalProperties": false
    });
    let counted = json!({
        "type": "object", "properties": {"count": {"type": "integer", "minimum": 0}, "from": whole},
        "required": ["count"], "additionalProperties": false
    });
    let axis = opened(&json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "minItems": 1},
        counted, one("range", &stepped), one("log10", &spaced), one("linear", &spaced)
    ]}));
    let zip = json!({"description": "Axes read in step.", "type": "object", "minProperties": 1, "additionalProperties": axis});
    let mut forms = axis["anyOf"].as_array().cloned().unwrap_or_default();
    forms.push(one("zip", &zip));
    let rule = json!({"type": "object", "minProperties": 1});
    json!({
        "description": "Axes: a list, {count}, {range}, {log10}, {linear} or {zip}; `exclude` removes cells.",
        "type": ["object", "null"],
        "properties": {"exclude": {
            "description": "Cells that are left out: axis → value, list or bounds; all of one rule must hold.",
            "anyOf": [rule, {"type": "array", "items": rule}]
        }},
        "additionalProperties": {"anyOf": forms}
    })
}

#[cfg(test)]
mod tests {
    use super::super::open::or_reference;
    use super::*;

    #[test]
    fn clauses_offer_what_their_kinds_take() {
        let table = table(crate::catalog::KINDS);
        let names = |clause: &str| -> Vec<String> {
            let inner = &table["properties"][clause]["anyOf"][0]["properties"];
            inner.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(names("difference"), ["column", "of", "against", "absolute", "pair_on"]);
        assert!(names("choose").contains(&"minimise".to_owned()) && names("bins").contains(&"pool".to_owned()));
        assert!(table["properties"]["where"]["anyOf"][0]["$ref"].is_string());
        assert_eq!(
            table["properties"]["as"],
            or_reference(
                &json!({"type": "string", "description": "The column that holds the labels; default `model`."})
            )
        );
    }
}
