//! `$name`s: the schema of a value, changed so that a name may stand in place of it and of every value inside.

use crate::step::LARGEST_SIZE;
use serde_json::{Map, Value as Json, json};

/// The definition of a `$name`.
pub(super) const REFERENCE: &str = "ReferenceToName";

pub(super) fn reference() -> Json {
    json!({
        "description": "`$name`: the value of a constant or of an axis of the sweep; `$(...)`: what is computed from some, such as `$([k, n // 2] | min)`.",
        "type": "string",
        "pattern": "^\\$[^$]"
    })
}

/// A value, or a `$name` in its place.
pub(super) fn or_reference(schema: &Json) -> Json {
    let inner = opened(schema);
    let name = json!({"$ref": format!("#/$defs/{REFERENCE}")});
    match schema.get("description") {
        Some(text) => json!({"description": text, "anyOf": [inner, name]}),
        None => json!({"anyOf": [inner, name]}),
    }
}

/// A schema whose parts may be `$name`s, itself not.
pub(super) fn opened(schema: &Json) -> Json {
    let Json::Object(map) = schema else { return schema.clone() };
    let mut open = Map::new();
    for (key, value) in map {
        let (key, value) = match (key.as_str(), value) {
            ("properties", Json::Object(parts)) => {
                let parts = parts.iter().map(|(name, part)| (name.clone(), or_reference(part)));
                (key.as_str(), Json::Object(parts.collect()))
            }
            ("items" | "additionalProperties", part) if part.is_object() => (key.as_str(), or_reference(part)),
            ("prefixItems", Json::Array(parts)) => (key.as_str(), parts.iter().map(or_reference).collect()),
            // A number fits several alternatives, which is no fault of it.
            ("oneOf" | "anyOf", Json::Array(parts)) => ("anyOf", parts.iter().map(opened).collect()),
            (key, value) => (key, value.clone()),
        };
        open.insert(key.to_owned(), value);
    }
    if map.get("format").is_some_and(|format| format == "uint") && !map.contains_key("maximum") {
        open.insert("maximum".to_owned(), json!(LARGEST_SIZE));
    }
    Json::Object(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_stand_for_every_value_inside() {
        let schema = json!({
            "type": "object",
            "properties": {"a": {"type": "array", "items": {"type": "number"}, "description": "A."}},
            "required": ["a"]
        });
        let name = json!({"$ref": "#/$defs/ReferenceToName"});
        let items = json!({"anyOf": [{"type": "number"}, name]});
        let list = json!({"type": "array", "items": items, "description": "A."});
        let open = opened(&schema);
        assert_eq!(open["properties"]["a"], json!({"description": "A.", "anyOf": [list, name]}));
        assert_eq!((&open["type"], &open["required"]), (&json!("object"), &json!(["a"])));
        assert_eq!(opened(&json!({"oneOf": [{"const": 1}]})), json!({"anyOf": [{"const": 1}]}));
        assert_eq!(opened(&json!({"format": "uint"}))["maximum"], json!(1e9));
    }
}
