//! The columns that kinds declare are those that their tables have.

use crate::project::{Project, repository};
use lofi::artifact::{Cell, Table, Value};
use lofi::catalog::KINDS;
use lofi::dataset::{Choice, Library};
use lofi::engine::{Graph, Store};
use lofi::step::{Content, DataRef, Header, ValueType};
use lofi::study::{self, DataChoice, DataResolver, Environment, Study, Unresolved};
use lofi::yaml::Cause;
use std::collections::BTreeSet;
use std::path::Path;

struct Cards(Library);

impl DataResolver for Cards {
    fn resolve(&self, choices: &[DataChoice], represents: Option<&str>) -> Result<DataRef, Unresolved> {
        let choices: Vec<Choice> =
            choices.iter().map(|c| Choice { card: c.card.clone(), task: c.task.clone() }).collect();
        let unresolved = |e: lofi::dataset::DatasetError| Unresolved {
            message: e.to_string(),
            help: String::new(),
            cause: Cause::Missing,
        };
        self.0.resolve(&choices, represents).map_err(unresolved)
    }
}

fn loaded(root: &Path, name: &str, profile: &str) -> Study {
    let library = Library::open(&[root.join("datasets")], &[root.join("data")], &root.join(".lofi/data")).unwrap();
    let cards = Cards(library);
    let environment = Environment { kinds: KINDS, data: &cards, works: &[], profile, settings: &[], record: None };
    study::load(&root.join(format!("studies/{name}.yaml")), (root, name), environment)
        .unwrap_or_else(|e| panic!("{e:?}"))
}

/// What is not as declared.
fn differs(header: &Header, table: &Table) -> Option<String> {
    let real = table.names();
    let certain: Vec<&str> = header.0.iter().filter(|c| c.certain).map(|c| c.name.as_str()).collect();
    let kept: Vec<&str> = real.iter().map(String::as_str).filter(|name| certain.contains(name)).collect();
    if kept != certain || real.iter().any(|name| header.get(name).is_none()) {
        return Some(format!("declared {:?}, made {real:?}", header.names()));
    }
    let wrong = |name: &String| {
        let content = header.get(name).map(|column| column.content);
        table.column(name).unwrap().iter().any(|cell| {
            let own = match cell {
                Cell::Null => return false,
                Cell::Text(_) => Content::Texts,
                Cell::Bool(_) => Content::Truths,
                Cell::Int(_) | Cell::Float(_) => Content::Numbers,
            };
            Some(own) != content
        })
    };
    real.iter().find(|name| wrong(name)).map(|name| format!("`{name}` does not hold what is declared"))
}

/// Compares every stored table of a study with what is declared of it; the kinds that were seen.
fn compared(root: &Path, study: Study) -> BTreeSet<&'static str> {
    let graph = Graph::new(std::slice::from_ref(&study));
    let store = Store::open(&root.join(".lofi")).unwrap();
    let mut seen = BTreeSet::new();
    for (node, &place) in study.nodes.iter().zip(&graph.places[0]) {
        let Some(entry) = store.entry(&graph.nodes[place].key).unwrap() else { continue };
        for (index, port) in node.kind.about().outputs.iter().enumerate() {
            if port.value_type != ValueType::Table || !entry.outputs.contains_key(port.name) {
                continue;
            }
            let what = format!("{} of `{}` in {}", port.name, node.label, study.head.study);
            let header = node.headers[index].as_ref();
            // of a table from outside nobody needs to know the columns beforehand
            if header.is_none() && matches!(node.kind.name(), "command" | "table-file") {
                continue;
            }
            let header = header.unwrap_or_else(|| panic!("{what}: no columns are declared"));
            let Value::Table(table) = store.value(&entry, port.name).unwrap() else { panic!("{what}: no table") };
            assert_eq!(differs(header, &table), None, "{what}");
            seen.insert(node.kind.name());
        }
    }
    seen
}

#[test]
fn every_table_has_the_columns_that_its_kind_declares() {
    let project = Project::empty();
    let mut seen = BTreeSet::new();
    for name in ["kinds/every-kind", "kinds/external", "kinds/figures"] {
        project.study_of_tests(name);
        project.well(&["run", name, "--quiet"]);
        seen.extend(compared(&project.path(""), loaded(&project.path(""), name, study::DEFAULT_PROFILE)));
    }
    let makes_tables = |kind: &&&dyn lofi::step::ErasedKind| {
        kind.about().outputs.iter().any(|port| port.value_type == ValueType::Table)
    };
    let missing: Vec<&str> =
        KINDS.iter().filter(makes_tables).map(|kind| kind.name()).filter(|name| !seen.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "no study of the tests runs these kinds");
}

#[test]
#[ignore = "after `lofi run --profile smoke` in this folder"]
fn every_table_of_the_committed_studies_has_the_columns_that_are_declared() {
    let studies = lofi::yaml::documents(&repository().join("studies"), &|name| !name.ends_with("shared")).unwrap();
    assert!(!studies.files.is_empty());
    for file in studies.files {
        let study = loaded(repository(), &file.name, "smoke");
        // a step without the program that it runs has no result here
        if let Some(why) = study.nodes.iter().find_map(|node| node.step.gate()) {
            crate::common::skipped(&format!("{}: {why}", file.name));
            continue;
        }
        assert!(!compared(repository(), study).is_empty(), "{}", file.name);
    }
}
