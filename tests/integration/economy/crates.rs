//! `lofi export STUDY --ro-crate`.

use crate::project::Project;
use crate::store::files;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn graph(text: &str) -> BTreeMap<String, Json> {
    let metadata: Json = serde_json::from_str(text).unwrap();
    assert_eq!(metadata["@context"][0], "https://w3id.org/ro/crate/1.1/context");
    let entities = metadata["@graph"].as_array().unwrap();
    let named: BTreeMap<String, Json> =
        entities.iter().map(|entity| (entity["@id"].as_str().unwrap().to_owned(), entity.clone())).collect();
    assert_eq!(named.len(), entities.len(), "an identity stands twice");
    named
}

/// Everything that is referred to.
fn references(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(map) if map.len() == 1 && map.contains_key("@id") => {
            found.insert(map["@id"].as_str().unwrap().to_owned());
        }
        Json::Object(map) => map.values().for_each(|value| references(value, found)),
        Json::Array(all) => all.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn a_crate_describes_all_that_it_holds_and_nothing_else() {
    let project = Project::tiny(&[]);
    let ran = project.lofi(&["export", "demo/tiny", "--ro-crate", "crate"]);
    assert_eq!(ran.code, Some(4), "nothing has run: {ran:?}");
    project.well(&["run"]);
    project.well(&["export", "demo/tiny", "--ro-crate", "crate"]);
    let text = std::fs::read_to_string(project.path("crate/ro-crate-metadata.json")).unwrap();
    let graph = graph(&text);
    let held: BTreeSet<String> = files(&project.path("crate"))
        .iter()
        .map(|path| path.strip_prefix(project.path("crate")).unwrap().display().to_string())
        .filter(|name| name != "ro-crate-metadata.json")
        .collect();
    let parts: BTreeSet<String> = graph["./"]["hasPart"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["@id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(held, parts);
    for name in ["studies/demo/tiny.yaml", "figures/error-vs-n.svg", "results/demo/tiny/quick/error.csv", "README.md"] {
        assert!(held.contains(name), "no {name} in {held:?}");
    }
    let mut referred = BTreeSet::new();
    graph.values().for_each(|entity| references(entity, &mut referred));
    let outside =
        |name: &&String| name.as_str() == "https://w3id.org/ro/crate/1.1" || name.starts_with("https://arxiv.org/");
    let unknown: Vec<&String> = referred.iter().filter(|name| !graph.contains_key(*name) && !outside(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} is not described");
    assert_eq!(graph["#run"]["instrument"]["@id"], "studies/demo/tiny.yaml");
    assert!(!text.contains(project.path("").to_str().unwrap().trim_end_matches('/')), "no path of this machine");
    let again = project.lofi(&["export", "demo/tiny", "--ro-crate", "crate"]);
    assert!(again.code == Some(2) && again.err.contains("is not empty"), "{again:?}");
}

#[test]
fn a_packed_crate_has_the_same_files() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.well(&["export", "demo/tiny", "--ro-crate", "crate"]);
    project.well(&["export", "demo/tiny", "--ro-crate", "crate.zip"]);
    let script = "import sys, zipfile, pathlib\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                  for n in z.namelist():\n    assert z.read(n) == (pathlib.Path(sys.argv[2]) / n).read_bytes(), n\n\
                  print(len(z.namelist()))\n";
    let ran =
        Command::new("python3").args(["-c", script]).arg(project.path("crate.zip")).arg(project.path("crate")).output();
    let Ok(ran) = ran else {
        crate::common::skipped("no Python here");
        return;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let count: usize = String::from_utf8_lossy(&ran.stdout).trim().parse().unwrap();
    assert_eq!(count, files(&project.path("crate")).len());
}
