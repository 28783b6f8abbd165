//! What every kind owes: a name, documentation, ranges, sources, and a study that runs it.

use crate::project::{Project, repository};
use lofi::catalog::KINDS;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

fn is_kebab_case(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.split('-').all(plain) && name.starts_with(|c: char| c.is_ascii_lowercase())
}

#[test]
fn names_are_unique_and_in_kebab_case() {
    let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), KINDS.len());
    let wrong: Vec<&&str> = names.iter().filter(|name| !is_kebab_case(name)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_kind_says_what_it_does() {
    for kind in KINDS {
        let (name, about) = (kind.name(), kind.about());
        assert!(about.summary.ends_with('.') && !about.summary.contains('\n'), "{name}: `{}`", about.summary);
        assert!(!about.outputs.is_empty(), "{name} has no output");
        let inputs = about.inputs.iter().map(|slot| (slot.name, slot.doc));
        for (port, doc) in inputs.chain(about.outputs.iter().map(|port| (port.name, port.doc))) {
            assert!(!doc.is_empty() && is_kebab_case(port), "{name}.{port}");
        }
        assert!(about.inputs.iter().all(|slot| !slot.accepts.is_empty()), "{name}");
    }
}

/// Visits every schema inside a schema, with the path to it. A `DataRef` is made by the program, never written.
fn visit(schema: &Json, path: &str, see: &mut dyn FnMut(&str, &Json)) {
    see(path, schema);
    match schema {
        Json::Object(map) => map
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "DataRef" | "required" | "enum"))
            .for_each(|(key, inner)| visit(inner, &format!("{path}/{key}"), see)),
        Json::Array(items) => items.iter().enumerate().for_each(|(i, inner)| visit(inner, &format!("{path}/{i}"), see)),
        _ => {}
    }
}

#[test]
fn every_parameter_is_documented() {
    let mut bare = Vec::new();
    for kind in KINDS {
        visit(&kind.schema(), kind.name(), &mut |path, schema| {
            let text = |schema: &Json| schema["description"].as_str().is_some_and(|text| text.len() > 3);
            let properties = schema["properties"].as_object();
            // `{dense: {…}}`: one of several alternatives says itself what its only key is.
            let alternative = properties.is_some_and(|p| p.len() == 1) && text(schema);
            for (name, property) in properties.into_iter().flatten() {
                let described = text(property) || alternative;
                // The parts of a range say themselves what they are.
                if !described && !["from", "to", "points", "log10", "linear"].contains(&name.as_str()) {
                    bare.push(format!("{path}/{name}"));
                }
            }
        });
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn every_number_has_a_range() {
    let mut open = Vec::new();
    for kind in KINDS {
        visit(&kind.schema(), kind.name(), &mut |path, schema| {
            let is = |name: &str| {
                schema["type"] == name || schema["type"].as_array().is_some_and(|t| t.contains(&json!(name)))
            };
            // A cell of a table may be any text or number; the numbers of a grid are checked by the kind that takes it.
            let free = is("string") || path.contains("/Grid/");
            let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
            if (is("number") || is("integer")) && !free && bounds.iter().all(|bound| schema.get(bound).is_none()) {
                open.push(path.to_owned());
            }
        });
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn unknown_parameters_are_refused() {
    for kind in KINDS {
        let faults = kind.canonical(&json!({"no_such_parameter": 1})).unwrap_err();
        assert_eq!(faults[0].unknown_key.as_deref(), Some("no_such_parameter"), "{}: {faults:?}", kind.name());
    }
}

#[test]
fn every_source_is_in_the_bibliography() {
    let text = std::fs::read_to_string(repository().join("docs/references.bib")).unwrap();
    let entries = text.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{'));
    let keys: Vec<&str> = entries.map(|(_, key)| key.trim_end_matches(',')).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "a key twice");
    for kind in KINDS {
        for cite in kind.about().cites {
            assert!(keys.contains(cite), "{}: `{cite}` is not in docs/references.bib", kind.name());
        }
    }
}

#[test]
fn every_kind_has_a_code_fingerprint() {
    for kind in KINDS {
        assert_eq!(lofi::engine::fingerprint(*kind).len(), 32, "{}", kind.name());
    }
}

#[test]
fn every_kind_runs_in_a_study_of_seconds() {
    let project = Project::empty();
    const STUDIES: [&str; 3] = ["every-kind", "external", "figures"];
    STUDIES.iter().for_each(|study| project.study_of_tests(&format!("kinds/{study}")));
    project.well(&["run"]);
    let mut ran: BTreeSet<String> = BTreeSet::new();
    for study in STUDIES {
        let record = std::fs::read(project.path(&format!(".lofi/runs/kinds/{study}/quick.json"))).unwrap();
        let record: Json = serde_json::from_slice(&record).unwrap();
        ran.extend(record["steps"].as_array().unwrap().iter().filter_map(|s| s["kind"].as_str()).map(str::to_owned));
        assert!(record["elapsed_s"].as_f64().unwrap() < 60.0, "far above a few seconds even on a busy machine");
    }
    let all: BTreeSet<String> = KINDS.iter().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(ran, all, "add the kind to a study in tests/studies/kinds");
}
