//! Whatever is formatted means what it meant, and is formatted for good.

use super::*;
use proptest::prelude::*;
use std::path::Path;

fn source(text: &str) -> Source {
    Source::new("a.yaml", text)
}

fn in_form(text: &str) -> String {
    tidy(&source(text)).unwrap_or_else(|faults| panic!("{}: {text}", faults[0]))
}

/// The words of all comments, in any order: sections may change places.
fn comments(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        text.lines().filter_map(|line| Some(line.split_once('#')?.1.trim().to_owned())).collect();
    found.sort();
    found
}

#[test]
fn studies_and_cards_of_the_project_mean_what_they_meant() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["studies", "datasets", "tests/studies", "src/cli/commands/authoring/templates"] {
        for file in crate::yaml::documents(&root.join(folder), &|_| true).unwrap().files {
            let source = yaml::read(&file.path, &file.name).unwrap();
            let text = tidy(&source).unwrap_or_else(|faults| panic!("{}: {}", file.name, faults[0]));
            assert!(same(&yaml::parse(&source).unwrap(), &yaml::parse(&Source::new("", &text)).unwrap()));
            assert_eq!(in_form(&text), text, "{}: formatted twice", file.name);
            assert_eq!(comments(&text), comments(&source.text), "{}", file.name);
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen} files");
}

#[test]
fn form_is_indentation_spacing_and_order() {
    let text = "title:   A  # the title\nstudy: a\nsteps:\n    x:   {kind: a,inputs: { x: b }}\n    y:\n          kind: 'b'\n\n\n\nsweep:\n    n: [1,2,   3]\n";
    let expected = "study: a\ntitle: A # the title\n\nsweep:\n  n: [1, 2, 3]\nsteps:\n  x: {kind: a, inputs: {x: b}}\n  y:\n    kind: \"b\"\n";
    assert_eq!(in_form(text), expected);
}

#[test]
fn what_cannot_be_read_is_told_at_its_place() {
    let faults = tidy(&source("study: [a\ntitle: b\n")).unwrap_err();
    assert!(faults[0].place.starts_with("a.yaml:"), "{}", faults[0].place);
}

#[test]
fn an_order_that_would_break_an_anchor_is_refused() {
    let text = "title: A\nsweep: *all\n";
    assert!(tidy(&source(text)).is_err());
    // the anchor is written after it is used once sections are in order
    let text = "study: a\nclaims: &all {x: 1}\nsteps: *all\n";
    let faults = tidy(&source(text)).unwrap_err();
    assert!(faults[0].message.contains("cannot be formatted"), "{}", faults[0].message);
}

/// Texts that readers of YAML may stumble over.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[ -~]{0,20}",
        "[a-zé−λ$ ]{1,12}",
        Just("no".to_owned()),
        Just("0x10".to_owned()),
        Just("a: b".to_owned()),
        Just("$\\rho_i$".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        text().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A tree as somebody writes it: blocks or flow, uneven indentation, comments here and there.
fn written(value: &serde_json::Value, (depth, style): (usize, u64), out: &mut String) {
    let bits = style.rotate_left(u32::try_from(depth * 7 % 64).unwrap());
    let step = 1 + (bits % 4) as usize;
    match value {
        serde_json::Value::Object(map) if !map.is_empty() && bits & 16 == 0 => {
            for (place, (key, inner)) in map.iter().enumerate() {
                out.push('\n');
                if bits & 32 != 0 && place == 0 {
                    out.push_str(&format!("{}# about {key}\n", " ".repeat(depth)));
                }
                out.push_str(&format!("{}{key}: ", " ".repeat(depth)));
                written(inner, (depth + step, style.rotate_left(3)), out);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() && bits & 64 == 0 => {
            for inner in items {
                out.push_str(&format!("\n{}- ", " ".repeat(depth)));
                written(inner, (depth + 2, style | 16 | 64), out);
            }
        }
        flow if bits & 128 != 0 => out.push_str(&flow.to_string().replace(',', " ,  ")),
        flow => out.push_str(&flow.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_formatted_means_what_it_meant_and_is_formatted_for_good(
        sections in prop::collection::vec((0..18_usize, value(), any::<u64>()), 1..6),
    ) {
        let names = ["study", "title", "paper", "question", "extend", "notes", "deviations", "tolerances", "looks", "data",
            "constants", "profiles", "sweep", "steps", "tables", "figures", "claims", "other"];
        let mut seen = std::collections::BTreeSet::new();
        let mut text = "# yaml-language-server: $schema=x\n".to_owned();
        for (name, value, style) in sections.iter().filter(|(name, ..)| seen.insert(*name)) {
            text.push_str(&format!("{}: ", names[*name]));
            written(value, (2, *style), &mut text);
            text.push('\n');
        }
        let source = source(&text);
        let before = yaml::parse(&source);
        prop_assume!(before.is_ok());
        // refused and left alone would be right too, but not for what the reader reads
        let formatted = tidy(&source).map_err(|faults| TestCaseError::fail(format!("{}: {text}", faults[0])))?;
        let after = Source::new("", &formatted);
        prop_assert!(same(&before.unwrap(), &yaml::parse(&after).unwrap()), "{text}\n---\n{formatted}");
        prop_assert_eq!(comments(&formatted).len(), comments(&text).len(), "{}\n---\n{}", text, formatted);
        prop_assert_eq!(tidy(&after).unwrap(), formatted, "{}", text);
    }
}
