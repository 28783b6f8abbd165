//! The JSON schema of study files and fragments, made from the types and the catalog.
//!
//! `kinds` are the steps, figures and claims, `clauses` what tables and sweeps are made of, and `open` lets a `$name` stand
//! wherever a value may.

mod clauses;
mod kinds;
mod open;

use crate::step::{ErasedKind, Family};
use crate::study::read::published::PublishedNumbers;
use crate::study::read::raw::{DataChoice, Head};
use open::{REFERENCE, opened};
use serde_json::{Map, Value as Json, json};

/// The schema that editors check studies with.
#[must_use]
pub fn schema(kinds: &[&'static dyn ErasedKind]) -> Json {
    let mut generator = schemars::SchemaGenerator::default();
    let head = generator.root_schema_for::<Head>().to_value();
    let published = generator.subschema_for::<PublishedNumbers>().to_value();
    let choice = generator.subschema_for::<DataChoice>().to_value();
    // The head is read as it stands: no `$name` means anything there.
    let mut definitions: Map<String, Json> = head["$defs"].as_object().cloned().unwrap_or_default();
    definitions.extend(generator.take_definitions(true));
    definitions.insert(REFERENCE.into(), open::reference());
    for kind in kinds {
        let own = kind.schema()["$defs"].as_object().cloned().unwrap_or_default();
        definitions.extend(own.iter().map(|(name, definition)| (name.clone(), opened(definition))));
    }
    let mut properties: Map<String, Json> = head["properties"].as_object().cloned().unwrap_or_default();
    let card = json!({"anyOf": [{"type": "string"}, choice]});
    let data = json!({"description": "Cards in order of preference; the first that this machine can have is used.",
                      "anyOf": [card, {"type": "array", "items": card, "minItems": 1}]});
    let steps: Vec<&'static dyn ErasedKind> = of_families(kinds, &[Family::Data, Family::Experiment, Family::Analysis]);
    definitions.insert(kinds::STEP.into(), kinds::step(&steps, &data));
    properties.extend(sections(kinds, &data));
    properties.insert("published".into(), named("Published numbers by name.", published));
    properties.insert("data".into(), data);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lofi study",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
        // a fragment, which other studies extend, has neither
        "dependentRequired": {"study": ["title"], "title": ["study"]},
        "$defs": definitions,
    })
}

fn named(description: &str, value: Json) -> Json {
    json!({"description": description, "type": ["object", "null"], "additionalProperties": value})
}

fn of_families(kinds: &[&'static dyn ErasedKind], families: &[Family]) -> Vec<&'static dyn ErasedKind> {
    kinds.iter().copied().filter(|kind| families.contains(&kind.about().family)).collect()
}

fn sections(kinds: &[&'static dyn ErasedKind], data: &Json) -> Map<String, Json> {
    let overrides = json!({
        "description": "Constants, axes and data of the study, with the values that they have in this profile; or the name of \
                        another profile, which this name stands for.",
        "type": ["object", "string", "null"],
        "minLength": 1,
        "properties": {"data": data}
    });
    let mut sections = Map::new();
    sections.insert("extend".into(), clauses::texts("Fragments, relative to this file, that this study is laid over."));
    sections.insert("constants".into(), named("Values that `$name` stands for.", json!({})));
    sections.insert(
        "profiles".into(),
        named("Profile → constants, axes and data that it changes, or the profile that it stands for.", overrides),
    );
    sections.insert("sweep".into(), clauses::sweep());
    sections.insert("steps".into(), named("Steps by name.", kinds::step_or_block()));
    sections.insert("tables".into(), named("Tables by name.", clauses::table(kinds)));
    sections.insert("figures".into(), named("Figures by name.", kinds::figure(&of_families(kinds, &[Family::Plot]))));
    sections.insert("claims".into(), named("Claims by name.", kinds::claim(&of_families(kinds, &[Family::Claim]))));
    sections
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
