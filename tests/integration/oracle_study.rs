//! A study in YAML alone against the numbers of an independent program on true images.

use crate::common::{assert_close, skipped};
use crate::project::{Project, repository};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folder of data and oracles beside the project; says so where it is absent.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("LOFI_TEST_SHARED").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| repository().join("../shared"));
    let needed = ["oracles/cifar10_kernel_n500.json", "data/cifar10/cifar10_train_first4000.bin"];
    let there = needed.iter().all(|file| folder.join(file).is_file());
    if !there {
        skipped(&format!("no {} in {}", needed.join(", "), folder.display()));
    }
    there.then(|| folder.canonicalize().unwrap())
}

/// Ranks (0 where there are none) and λ of a row.
type Place = (u64, u64, String);

/// Test error and mean squared test error of every row of the blessed table.
fn rows(project: &Project) -> BTreeMap<Place, (f64, f64)> {
    let mut reader = csv::Reader::from_path(project.path("results/oracle/kernel-n500/quick/error.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let [k1, k2, lambda, error, mse] = ["k1", "k2", "lambda", "test_error", "test_mse"].map(column);
    let row = |record: csv::StringRecord| {
        let number = |index: usize| record[index].parse::<f64>().unwrap();
        let rank = |index: usize| record[index].parse().unwrap_or(0);
        ((rank(k1), rank(k2), format!("{:e}", number(lambda))), (number(error), number(mse)))
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn kernel_lofi_on_500_images() {
    let Some(shared) = shared() else { return };
    let project = Project::empty();
    for file in ["studies/oracle/kernel-n500.yaml", "datasets/cifar10-first4000.yaml"] {
        project.write(file, std::fs::read(repository().join("tests").join(file)).unwrap());
    }
    project.well(&["bless", "--data", &shared.join("data").display().to_string()]);
    let found = rows(&project);
    let oracle: Json =
        serde_json::from_slice(&std::fs::read(shared.join("oracles/cifar10_kernel_n500.json")).unwrap()).unwrap();
    let numbers = |list: &Json| list.as_array().unwrap().iter().filter_map(Json::as_f64).collect::<Vec<f64>>();
    let lambdas = numbers(&oracle["lambdas"]);
    let expected = oracle["rows"].as_array().unwrap();
    assert_eq!(found.len(), expected.len() * lambdas.len());
    for row in expected {
        let rank = |i: usize| row["k"][i].as_u64().unwrap_or(0);
        let own: Vec<(f64, f64)> = lambdas.iter().map(|l| found[&(rank(0), rank(1), format!("{l:e}"))]).collect();
        let model = format!("k = {}", row["k"]);
        let (errors, mse): (Vec<f64>, Vec<f64>) = own.into_iter().unzip();
        assert_close(&model, &mse, &numbers(&row["test_mse"]), (1e-6, 0.0));
        if row["test_error"].is_array() {
            assert_close(&model, &errors, &numbers(&row["test_error"]), (0.0, 1e-12));
        }
    }
}
