use jsonschema::Validator;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schema(name: &str) -> Validator {
    let text = fs::read_to_string(root().join("schema").join(name)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// By YAML 1.2, as the program reads: the axis `y` is a text.
fn yaml(text: &str) -> Json {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).unwrap()
}

/// What a schema has against a file.
fn faults(schema: &Validator, text: &str) -> Vec<String> {
    let json = yaml(text);
    schema.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

/// Every YAML file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                found.push(path);
            }
        }
    }
    found
}

fn accepted(schema: &Validator, folder: &str, least: usize) {
    let files = files(&root().join(folder));
    assert!(files.len() >= least, "{folder}: {}", files.len());
    for file in files {
        let faults = faults(schema, &fs::read_to_string(&file).unwrap());
        assert!(faults.is_empty(), "{}: {:.600}", file.display(), faults.join("\n"));
    }
}

#[test]
fn every_study_and_fragment_is_accepted() {
    let schema = schema("study.schema.json");
    accepted(&schema, "studies", 30);
    accepted(&schema, "tests/studies", 4);
}

#[test]
fn every_card_is_accepted() {
    let schema = schema("card.schema.json");
    accepted(&schema, "datasets", 9);
    accepted(&schema, "tests/datasets", 1);
}

const STUDY: &str = "
study: paper/one
title: One
paper: {cite: neural-lofi, figure: '1'}
data: [mnist]
constants: {width: 64, by: validation_error}
profiles:
  smoke: {width: 16, data: mnist-subset}
  quick:
  large: smoke
sweep:
  n: [20, 40]
  size: {zip: {p: [1, 2], q: {linear: {from: 0, to: 1, points: 2}}}}
  seed: {count: $width}
  exclude: [{n: {more_than: $width}}]
steps:
  data: {kind: dataset, params: {n_train: $n, n_validation: 10, n_test: all, seed: $seed}}
  lift: {kind: random-features, inputs: {x: data}, params: {width: $width, activation: relu, seed: $seed}}
  net:
    kind: train-network
    inputs: {x: lift}
    params:
      layers: [{dense: {width: $width}}, {activation: relu}, {dense: {width: 1, bias: true}}]
      learning_rate: 0.1
      batch: 8
      steps: 5
      seed: 0
  fit: {kind: ridge-readout, inputs: {x: lift}, params: {lambda: {log10: {from: -3, to: 1, points: $width}}}}
  score: {kind: score, inputs: {predictions: fit}}
tables:
  all: {stack: {Ridge: score}, over: seed, where: {n: {at_least: 30}}}
  best: {from: all.rows, choose: {minimise: $by, over: n}}
figures:
  curve: {kind: line-band, table: all, x: n, y: test_error}
claims:
  falls: {says: It falls., monotone: {table: all, column: test_error, along: n, direction: decreasing}}
";

/// What replaces what, and the fault.
const MISTAKES: [(&str, &str); 27] = [
    ("large: smoke", "large: 3"),
    ("title: One", "titel: One"),
    ("title: One\n", ""),
    ("steps:\n  data", "step:\n  data"),
    ("kind: dataset,", ""),
    ("kind: random-features", "kind: random-feature"),
    ("kind: random-features", "kind: line-band"),
    ("inputs: {x: data}", "input: {x: data}"),
    ("inputs: {x: data}", "inputs: {y: data}"),
    ("inputs: {x: data}, ", ""),
    ("params: {width: $width, activation: relu", "params: {widht: $width, activation: relu"),
    ("params: {width: $width, activation: relu", "params: {width: wide, activation: relu"),
    ("params: {width: $width, activation: relu", "params: {width: 1000000000000, activation: relu"),
    ("params: {width: $width, activation: relu", "params: {width: 8, activation: rely"),
    ("params: {width: $width, activation: relu", "params: {activation: relu"),
    ("{dense: {width: $width}}", "{dense: {widths: $width}}"),
    ("points: $width", "point: $width"),
    ("where: {n: {at_least: 30}}", "where: {n: {atleast: 30}}"),
    ("over: seed,", "ovr: seed,"),
    ("choose: {minimise: $by, over: n}", "choose: {minimize: $by, over: n}"),
    ("choose: {minimise: $by, over: n}", "choose: {minimise: $by}"),
    ("{stack: {Ridge: score}, over", "{over"),
    ("table: all, x: n", "tabel: all, x: n"),
    ("x: n, y: test_error", "x: n"),
    ("kind: line-band", "kind: lineband"),
    ("monotone: {", "monoton: {"),
    ("direction: decreasing", "direction: down"),
];

#[test]
fn mistakes_in_studies_are_found() {
    let schema = schema("study.schema.json");
    assert_eq!(faults(&schema, STUDY), [""; 0]);
    for (right, wrong) in MISTAKES {
        assert!(STUDY.contains(right), "{right}");
        assert_ne!(faults(&schema, &STUDY.replacen(right, wrong, 1)), [""; 0], "{right} -> {wrong}");
    }
    for (right, wrong) in [
        ("  smoke: {width: 16, data: mnist-subset}", "  smoke: 16"),
        ("says: It falls., ", ""),
        ("{count: $width}", "{cuont: 3}"),
        ("{count: $width}", "{count: 3, form: 1}"),
        ("zip: {p: [1, 2]", "zip: {p: {lin: 2}"),
        ("cite: neural-lofi", "cites: neural-lofi"),
        ("claims:", "claim:"),
    ] {
        assert!(STUDY.contains(right), "{right}");
        assert_ne!(faults(&schema, &STUDY.replacen(right, wrong, 1)), [""; 0], "{right} -> {wrong}");
    }
}

#[test]
fn mistakes_in_cards_are_found() {
    let schema = schema("card.schema.json");
    let card = fs::read_to_string(root().join("datasets/mnist-subset.yaml")).unwrap();
    for (right, wrong) in [
        ("title:", "titel:"),
        ("\nformat: idx", "\nformat: index"),
        ("height: 28", "hight: 28"),
        ("height: 28", "height: tall"),
        ("\nclasses:", "\nclass:"),
        ("repository:", "repo:"),
    ] {
        assert!(card.contains(right), "{right}");
        assert_ne!(faults(&schema, &card.replacen(right, wrong, 1)), [""; 0], "{right} -> {wrong}");
    }
}

/// The names that a value may have by a part of the schema.
fn offered(part: &Json) -> Vec<&str> {
    part["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

#[test]
fn every_kind_is_offered() {
    let text = fs::read_to_string(root().join("schema/study.schema.json")).unwrap();
    let schema: Json = serde_json::from_str(&text).unwrap();
    let kinds = fs::read_to_string(root().join("docs/kinds.md")).unwrap();
    let section = |name: &str| &schema["properties"][name]["additionalProperties"]["properties"];
    // a step, or a block of them, is one definition
    let mut all = offered(&schema["$defs"]["StepOfAKind"]["properties"]["kind"]);
    all.extend(offered(&section("figures")["kind"]));
    all.extend(section("claims").as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "says"));
    let documented: Vec<&str> =
        kinds.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(documented.len() >= 60, "{}", documented.len());
    let missing: Vec<&&str> = documented.iter().filter(|name| !all.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
