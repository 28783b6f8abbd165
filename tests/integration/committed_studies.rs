//! The committed studies: editors know their schema, and each plans in every profile.

use crate::project::{Project, repository};
use crate::store::files;
use std::fs::File;
use std::path::Path;

const SCHEMA: &str = "# yaml-language-server: $schema=";

fn yaml_files(folder: &str) -> Vec<std::path::PathBuf> {
    files(&repository().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect()
}

#[test]
fn editors_find_the_schema_of_every_study() {
    let studies = yaml_files("studies").into_iter().chain(yaml_files("tests/studies"));
    for path in studies {
        let text = std::fs::read_to_string(&path).unwrap();
        let schema = text.lines().next().and_then(|line| line.strip_prefix(SCHEMA));
        let schema =
            path.parent().unwrap().join(schema.unwrap_or_else(|| panic!("{}: no schema line", path.display())));
        let folder = schema.parent().and_then(Path::parent).unwrap().canonicalize().unwrap();
        assert_eq!(folder, repository(), "{}", path.display());
        assert!(schema.ends_with("schema/study.schema.json"), "{}", schema.display());
    }
}

/// A project with the committed studies and cards.
fn committed() -> Project {
    let project = Project::empty();
    std::os::unix::fs::symlink(repository().join("studies"), project.path("studies")).unwrap();
    project
}

#[test]
fn every_study_plans_on_the_embedded_data() {
    let project = committed();
    for profile in ["smoke", "quick"] {
        let plan = project.well(&["plan", "--profile", profile, "--set", "data=fashion-mnist-subset"]);
        let studies = project.well(&["list", "studies"]).out.lines().count();
        assert_eq!(plan.out.lines().count(), studies, "{}", plan.out);
    }
}

// The paper's profile needs as many records as the paper had: blank ones do for planning.
#[test]
fn every_study_plans_as_published() {
    const RECORDS: u64 = 10_000 * 3073;
    let project = committed();
    std::fs::create_dir_all(project.path("data/cifar10")).unwrap();
    for file in
        ["1", "2", "3", "4", "5"].map(|i| format!("data_batch_{i}.bin")).iter().chain([&"test_batch.bin".into()])
    {
        File::create(project.path(&format!("data/cifar10/{file}"))).unwrap().set_len(RECORDS).unwrap();
    }
    let plan = project.well(&["plan", "--profile", "paper"]);
    assert!(plan.out.contains("lofi/accuracy  paper  cifar10: "), "{}", plan.out);
}

/// Each committed comparison says of every published number how it ended, and none ended without a reason.
#[test]
fn every_published_number_of_the_committed_results_is_compared_or_has_a_reason() {
    let compared: Vec<_> = files(&repository().join("results"))
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with("-published.csv"))
        .collect();
    let mut numbers = 0;
    for path in compared {
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name);
        let (status, ours) = (at("status"), at("ours").unwrap());
        let status = status.unwrap_or_else(|| panic!("{}: no status", path.display()));
        for record in reader.records().map(Result::unwrap) {
            numbers += 1;
            let ended = &record[status];
            let beside = matches!(ended, "compared" | "no-spread");
            assert!(beside || matches!(ended, "scale" | "data" | "setting"), "{}: {record:?}", path.display());
            assert_eq!(beside, !record[ours].is_empty(), "{}: {record:?}", path.display());
        }
    }
    assert!(numbers >= 1353, "{numbers} published numbers");
}
