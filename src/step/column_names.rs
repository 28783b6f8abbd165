//! Which parameters name columns of the tables that are wired to a step: those whose schema has the format `column`.

use super::params::ParamFault;
use serde_json::Value as Json;

/// The format, in JSON schemas, of a text that names a column.
pub const COLUMN: &str = "column";

/// The format of what looks like a column and is only written beside an axis.
const QUANTITY: &str = "quantity";

/// A column that parameters name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// Keys and indices from the root of the parameters to the text, or to the mapping that has it as a key.
    pub path: Vec<String>,
    /// The name, where it is a key of a mapping.
    pub key: Option<String>,
    /// The column's name.
    pub name: String,
}

impl ColumnName {
    /// A fault of this name.
    #[must_use]
    pub fn fault(&self, message: String) -> ParamFault {
        ParamFault { path: self.path.clone(), unknown_key: self.key.clone(), message }
    }
}

/// Every column that parameters name, in their order; an empty text names none.
#[must_use]
pub fn named_columns(schema: &Json, params: &Json) -> Vec<ColumnName> {
    let mut found = Vec::new();
    visit((schema, schema), params, &mut Vec::new(), &mut found);
    found
}

fn visit((root, schema): (&Json, &Json), value: &Json, path: &mut Vec<String>, found: &mut Vec<ColumnName>) {
    if schema["format"] == QUANTITY {
        return;
    }
    let target = schema.get("$ref").and_then(Json::as_str).and_then(|r| root.pointer(r.trim_start_matches('#')));
    if let Some(target) = target {
        visit((root, target), value, path, found);
    }
    for alternatives in ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()) {
        alternatives.iter().for_each(|alternative| visit((root, alternative), value, path, found));
    }
    match value {
        Json::String(name) if schema["format"] == COLUMN && !name.is_empty() => {
            found.push(ColumnName { path: path.clone(), key: None, name: name.clone() });
        }
        Json::Object(map) => {
            for (key, inner) in map {
                if schema["propertyNames"]["format"] == COLUMN {
                    found.push(ColumnName { path: path.clone(), key: Some(key.clone()), name: key.clone() });
                }
                descend((root, &schema["properties"][key]), (key.clone(), inner), path, found);
            }
        }
        Json::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                descend((root, &schema["items"]), (index.to_string(), inner), path, found);
            }
        }
        _ => {}
    }
}

fn descend(
    (root, schema): (&Json, &Json),
    (key, value): (String, &Json),
    path: &mut Vec<String>,
    found: &mut Vec<ColumnName>,
) {
    path.push(key);
    visit((root, schema), value, path, found);
    path.pop();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Filter;
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    #[derive(Serialize, JsonSchema)]
    struct Params {
        #[schemars(extend("format" = "column"))]
        x: String,
        #[schemars(extend("format" = "column"))]
        low: String,
        title: String,
        inner: Option<Inner>,
        #[serde(rename = "where")]
        filter: Filter,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        #[schemars(extend("format" = "column"))]
        by: Option<String>,
    }

    #[test]
    fn names_are_found_wherever_they_stand() {
        let schema = schemars::schema_for!(Params).to_value();
        let params = json!({"x": "n", "low": "", "title": "t", "inner": {"by": "k"}, "where": {"m": ["a"]}});
        let found = named_columns(&schema, &params);
        let places: Vec<String> = found.iter().map(|one| format!("{}: {}", one.path.join("."), one.name)).collect();
        assert_eq!(places, ["x: n", "inner.by: k", "where: m"]);
        assert_eq!(found[2].fault(String::new()).unknown_key.as_deref(), Some("m"));
    }
}
