//! Which keys a tree lacks, and which it has too many, everywhere at once; reading it as a type stops at the first.

use crate::step::ParamFault;
use serde_json::{Map, Value as Json};

/// Every key that is missing or unknown, by the schema of the type.
pub(super) fn faults(schema: &Json, tree: &Json) -> Vec<ParamFault> {
    let mut visit = Visit { root: schema, path: Vec::new(), faults: Vec::new() };
    visit.value(schema, tree);
    visit.faults
}

struct Visit<'a> {
    root: &'a Json,
    path: Vec<String>,
    faults: Vec<ParamFault>,
}

impl Visit<'_> {
    fn value(&mut self, schema: &Json, tree: &Json) {
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            let root = self.root;
            if let Some(target) = root.pointer(target.trim_start_matches('#')) {
                self.value(target, tree);
            }
            return;
        }
        for alternatives in ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()) {
            if let Some(meant) = meant(alternatives, tree) {
                self.value(meant, tree);
            }
        }
        match tree {
            Json::Object(map) => self.object(schema, map),
            Json::Array(items) => {
                if let Some(inner) = schema.get("items") {
                    items.iter().enumerate().for_each(|(index, item)| self.inner(index.to_string(), inner, item));
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &Json, map: &Map<String, Json>) {
        let others = schema.get("additionalProperties");
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
            // a mapping whose keys are free
            if let Some(inner) = others {
                map.iter().for_each(|(key, value)| self.inner(key.clone(), inner, value));
            }
            return;
        };
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        for key in required.filter(|key| !map.contains_key(*key)) {
            self.add(None, format!("missing field `{key}`"));
        }
        for (key, value) in map {
            match properties.get(key) {
                Some(inner) => self.inner(key.clone(), inner, value),
                None if others == Some(&Json::Bool(false)) => {
                    let known: Vec<String> = properties.keys().map(|known| format!("`{known}`")).collect();
                    let message = format!("unknown field `{key}`, expected one of {}", known.join(", "));
                    self.add(Some(key.clone()), message);
                }
                None => {}
            }
        }
    }

    fn inner(&mut self, step: String, schema: &Json, tree: &Json) {
        self.path.push(step);
        self.value(schema, tree);
        self.path.pop();
    }

    fn add(&mut self, unknown_key: Option<String>, message: String) {
        self.faults.push(ParamFault { path: self.path.clone(), unknown_key, message });
    }
}

/// The alternative that a tree is meant to be: the one that has its only key, or the only one that is not nothing.
fn meant<'a>(alternatives: &'a [Json], tree: &Json) -> Option<&'a Json> {
    let mut real = alternatives.iter().filter(|one| one.get("type").is_none_or(|kind| kind != "null"));
    let keyed = |one: &&Json| {
        let keys = one.get("properties").and_then(Json::as_object)?;
        let only = tree.as_object().filter(|map| map.len() == 1)?.keys().next()?;
        keys.contains_key(only).then_some(())
    };
    let by_key = real.clone().find(|one| keyed(one).is_some());
    by_key.or_else(|| real.next().filter(|_| real.next().is_none()))
}

#[cfg(test)]
mod tests {
    use super::super::card::Card;
    use super::*;
    use crate::dataset::testing::tiny_card;
    use serde_json::json;

    fn told(change: impl FnOnce(&mut Json)) -> Vec<String> {
        let mut tree = serde_json::to_value(tiny_card("tiny")).unwrap();
        change(&mut tree);
        let found = faults(&schemars::schema_for!(Card).to_value(), &tree);
        found.iter().map(|fault| format!("{}: {}", fault.path.join("."), fault.message)).collect()
    }

    #[test]
    fn a_good_tree_has_no_fault() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn keys_are_looked_at_everywhere() {
        let found = told(|tree| {
            tree["tasks"][1].as_object_mut().unwrap().remove("title");
            tree["splits"]["test"][0]["partition"] = json!({"file": "x"});
            tree["checksums"] = json!({"train.bin": {"md6": "0"}});
            tree["sources"] = json!([{"https": [{"adress": "x"}]}, {"folder": ["x"]}]);
            tree.as_object_mut().unwrap().remove("classes");
        });
        let has = |part: &str| found.iter().any(|fault| fault.starts_with(part));
        for part in [
            ": missing field `classes`",
            "tasks.1: missing field `title`",
            "splits.test.0.partition: missing field `number`",
            "checksums.train.bin: unknown field `md6`, expected one of ",
            "sources.0.https.0: missing field `address`",
            "sources.0.https.0: unknown field `adress`",
        ] {
            assert!(has(part), "{part} in {found:?}");
        }
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
