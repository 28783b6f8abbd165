//! What tables and sweeps are made of.

use super::open::opened;
use crate::step::ErasedKind;
use serde_json::{Value as Json, json};

/// A text or a list of them.
pub(super) fn texts(description: &str) -> Json {
    let text = json!({"type": "string"});
    json!({"description": description, "anyOf": [text, {"type": "array", "items": text}]})
}

/// A clause that is a kind of step of its own, without what the study layer fills in.
fn clause(kinds: &[&'static dyn ErasedKind], (name, filled): (&str, &[&str]), description: &str) -> Json {
    let schema = kinds.iter().find(|kind| kind.name() == name).map_or(Json::Null, |kind| kind.schema());
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    properties.retain(|key, _| !filled.contains(&key.as_str()));
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let required: Vec<Json> = required.into_iter().filter(|key| !filled.iter().any(|f| key == f)).collect();
    json!({
        "description": description, "type": "object", "properties": properties, "required": required,
        "additionalProperties": false
    })
}

/// One parameter of a kind as a clause.
fn parameter(kinds: &[&'static dyn ErasedKind], (kind, name): (&str, &str), description: &str) -> Json {
    let schema = kinds.iter().find(|k| k.name() == kind).map_or(Json::Null, |kind| kind.schema());
    let mut schema = schema["properties"][name].clone();
    if let Json::Object(map) = &mut schema {
        map.insert("description".to_owned(), json!(description));
    }
    schema
}

/// A table.
pub(super) fn table(kinds: &[&'static dyn ErasedKind]) -> Json {
    opened(&json!({
        "type": "object",
        "properties": {
            "stack": {
                "description": "Label → step.port: tables put one under the other, one set of rows a cell.",
                "type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1
            },
            "from": {"type": "string", "description": "Another table, or `table.rows`, instead of `stack`."},
            "as": {"type": "string", "description": "The column that holds the labels; default `model`."},
            "keys": texts("Columns of the steps' own tables that tell rows apart, as axes do."),
            "where": parameter(kinds, ("filter", "where"), "Which rows: column → value, list, or bounds."),
            "choose": clause(kinds, ("choose", &["keys"]), "Picks values of some axes by a column."),
            "difference": clause(kinds, ("difference", &["keys", "by"]), "Lays the rows of one label against those of another."),
            "over": texts("Averages over these axes."),
            "interval": parameter(kinds, ("aggregate", "interval"), "The interval of an average."),
            "bins": clause(kinds, ("bins", &["keys"]), "Counts a column into histograms."),
            "published": {"type": "string", "description": "Lays these published numbers beside the table."}
        },
        "anyOf": [{"required": ["stack"]}, {"required": ["from"]}],
        "not": {"required": ["stack", "from"]},
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
