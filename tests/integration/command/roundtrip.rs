//! Values go out to a program and come back as they were: the program copies its input.

use crate::project::Project;
use crate::store::tables;
use std::collections::BTreeSet;

/// Samples, predictions, eigenpairs and pictures, each through a program, and the native steps that take them.
const STUDY: &str = "
study: own/copies
title: Copies
data: fashion-mnist-subset
steps:
  data: {kind: dataset, params: {n_train: 30, n_validation: 10, n_test: 20, seed: 0}}
  lift: {kind: random-features, inputs: {x: data}, params: {width: 8, seed: 0}}
  filter: {kind: signed-moment-filter, inputs: {x: lift}, params: {keep: 4}}
  copied:
    kind: command
    inputs: {x: lift}
    params:
      run: [cp, -r, '{input.x}/.', '{output.features}']
      outputs: {features: {type: representation, like: x, dim: 8}}
  native: {kind: ridge-readout, inputs: {x: lift}, params: {lambda: [0.1, 1]}}
  through: {kind: ridge-readout, inputs: {x: copied}, params: {lambda: [0.1, 1]}}
  predictions:
    kind: command
    inputs: {p: native}
    params:
      run: [cp, '{input.p}', '{output.p}']
      outputs: {p: {type: predictions, like: p}}
  parquet:
    kind: command
    inputs: {p: native}
    params:
      run: [cp, '{input.p}', '{output.p}']
      formats: {p: parquet}
      outputs: {p: {type: predictions, like: p, file: p.parquet}}
  spectrum:
    kind: command
    inputs: {s: filter.spectrum}
    params:
      run: [cp, -r, '{input.s}/.', '{output.s}']
      outputs: {s: {type: spectrum}}
  drawn: {kind: eigenvector-images, inputs: {x: data, spectrum: pixels.spectrum}}
  pixels: {kind: signed-moment-filter, inputs: {x: data}, params: {keep: 1}}
  pictures:
    kind: command
    inputs: {p: drawn}
    params:
      run: [cp, -r, '{input.p}/.', '{output.p}']
      outputs: {p: {type: pictures}}
  native-score: {kind: score, inputs: {predictions: native}}
  through-score: {kind: score, inputs: {predictions: through}}
  csv-score: {kind: score, inputs: {predictions: predictions}}
  parquet-score: {kind: score, inputs: {predictions: parquet}}
  sees:
    kind: command
    inputs: {s: spectrum, t: native-score}
    params:
      run: [sh, -c, 'cp $0 $1; ls $2/values.npy $2/vectors.npy', '{input.t}', '{output.t}', '{input.s}']
      outputs: {t: {type: table}}
tables:
  scores: {stack: {native: native-score, arrays: through-score, csv: csv-score, parquet: parquet-score, table: sees}}
figures:
  pictures: {kind: image-grid, pictures: pictures}
";

#[test]
fn values_come_back_from_programs_as_they_went_out() {
    let project = Project::empty();
    project.write("studies/own/copies.yaml", STUDY);
    project.well(&["run"]);
    let stored = tables(&project.path(".lofi"));
    let scores = stored.values().map(|table| String::from_utf8_lossy(table).into_owned());
    let scores = scores.into_iter().find(|table| table.contains("\nparquet,")).unwrap();
    let mut header = scores.lines().next().unwrap().split(',');
    let from = header.position(|name| name == "train_mse").unwrap();
    let errors = |line: &str| line.split(',').skip(from).collect::<Vec<_>>().join(",");
    let rows: BTreeSet<String> = scores.lines().skip(1).map(errors).collect();
    assert_eq!((rows.len(), scores.lines().count()), (1, 6), "{scores}");
}

#[test]
fn a_representation_of_another_shape_is_refused() {
    let project = Project::empty();
    project
        .write("studies/own/copies.yaml", STUDY.replace("like: x, dim: 8}}", "like: x, dim: 7}}\n      keep: never"));
    let ran = project.lofi(&["run", "--only", "scores"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("train.npy has the shape [30, 8], and 30 samples of 7 numbers were expected"), "{ran:?}");
}

/// An npy file of 64-bit numbers.
fn npy(shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(127, b' ');
    bytes.push(b'\n');
    values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

const ARRAYS: &str = "
study: own/arrays
title: Arrays from elsewhere
steps:
  samples:
    kind: array-file
    params:
      title: Four points
      train: {samples: made/x.npy, labels: made/y.npy}
      test: {samples: made/x.npy, labels: made/y.npy}
  fit: {kind: ridge-readout, inputs: {x: samples}, params: {lambda: [0.001]}}
  score: {kind: score, inputs: {predictions: fit}}
tables: {score: {stack: {ridge: score}}}
claims:
  line: {says: A line tells them apart., bound: {table: score, column: test_error, at_most: 0}}
";

#[test]
fn arrays_from_elsewhere_are_samples_and_a_changed_one_runs_again() {
    let project = Project::empty();
    project.write("studies/own/arrays.yaml", ARRAYS);
    project.write("made/x.npy", npy("(4, 2)", &[-2.0, 0.1, -1.0, 0.3, 1.0, 0.2, 2.0, 0.4]));
    project.write("made/y.npy", npy("(4,)", &[-1.0, -1.0, 1.0, 1.0]));
    let ran = project.well(&["run"]);
    assert!(ran.out.contains("Test error is 0 %"), "{ran:?}");
    project.write("made/y.npy", npy("(4,)", &[-1.0, 1.0, 1.0, -1.0]));
    let ran = project.well(&["run"]);
    assert!(!ran.out.contains("Test error is 0 %"), "{ran:?}");
    project.write("made/y.npy", npy("(3,)", &[-1.0, 1.0, -1.0]));
    let ran = project.lofi(&["plan"]);
    assert!(ran.code == Some(2) && ran.err.contains("[3] labels of 4 samples"), "{ran:?}");
    project.write("made/y.npy", "no array");
    let ran = project.lofi(&["plan"]);
    assert!(ran.code == Some(2) && ran.err.contains("it is no npy file"), "{ran:?}");
}
