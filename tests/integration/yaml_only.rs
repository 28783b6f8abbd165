//! What can be added without a line of Rust: a model, a data set, a study.

use crate::project::{Project, edited, repository};
use std::fmt::Write;

/// The study of the paper's figure 3 with a third chain, laid over the committed file.
const THIRD_MODEL: &str = "
study: lofi/accuracy-nngp
title: LoFi and the deep kernel
paper: {cite: neural-lofi, data: cifar10}
extend: accuracy.yaml
steps:
  nngp: {kind: deep-nngp, inputs: {x: data}, params: {depth: 3}}
  nngp-readout:
    kind: ridge-readout
    inputs: {x: nngp}
    params: {readout: kernel-ridge-cv, lambda: $lambdas}
  nngp-score: {kind: score, inputs: {predictions: nngp-readout}}
tables:
  error:
    stack: {LoFi: lofi-score, Random features: random-score, Ridge on pixels: pixels-score, Deep NNGP: nngp-score}
    choose: {minimise: validation_mse, over: [k1, k2], average: [seed]}
    over: seed
";

/// Settings that make it small.
const SMALL: [&str; 16] = [
    "--profile",
    "smoke",
    "--set",
    "width=16",
    "--set",
    "n_train=[40, 60]",
    "--set",
    "k1=[4, 6]",
    "--set",
    "k2=[8]",
    "--set",
    "n_validation=30",
    "--set",
    "n_test=50",
    "--set",
    "lambdas=[0.1, 1, 10]",
];

#[test]
fn a_third_model_is_a_chain_of_steps() {
    let project = Project::empty();
    for file in ["accuracy.yaml", "published/lofi_vs_random_features.csv", "published/follow_up_baselines.csv"] {
        let text = std::fs::read(repository().join("studies/lofi").join(file)).unwrap();
        project.write(&format!("studies/lofi/{file}"), text);
    }
    project.write("studies/lofi/accuracy-nngp.yaml", THIRD_MODEL);
    let (all, _) = project.well(&[&["run", "lofi/accuracy"], SMALL.as_slice()].concat()).counts();
    assert!(all > 50, "{all} steps");
    // What the two studies share is there already: what runs is the new chain, with the samples, which are not kept, and
    // the tables and claims that it stands in. Two claims speak of more samples than there are, and are left out.
    let ran = project.well(&[&["run", "lofi/accuracy-nngp"], SMALL.as_slice()].concat());
    assert_eq!(ran.counts().0, 4 * (1 + 3) + 5, "{ran:?}");
    let written = crate::store::tables(&project.path(".lofi"));
    assert!(written.values().any(|table| String::from_utf8_lossy(table).contains("\nDeep NNGP,40,")));
}

/// A card of 2 × 2 images in two classes and its files: 60 training and 60 test records of alternating class.
pub fn image_folder(project: &Project, name: &str, value: &dyn Fn(u32, u32) -> u32) {
    for split in ["train", "test"] {
        let mut list = "file,label\n".to_owned();
        for record in 0..60 {
            let class = ["left", "right"][(record % 2) as usize];
            writeln!(list, "{record}.pgm,{class}").unwrap();
            let pixels: Vec<String> = (0..4).map(|pixel| (value(record, pixel) % 256).to_string()).collect();
            let image = format!("P2\n2 2\n255\n{}\n", pixels.join(" "));
            project.write(&format!("data/{name}/{split}/{record}.pgm"), image);
        }
        project.write(&format!("data/{name}/{split}.csv"), list);
    }
    let splits = "train: [{file: train, labels: train.csv}]\n  test: [{file: test, labels: test.csv}]";
    card(project, name, ("image-folder", splits));
}

/// The same images as idx files.
fn idx(project: &Project, name: &str, value: &dyn Fn(u32, u32) -> u32) {
    for split in ["train", "test"] {
        let sizes = |sizes: &[u32]| sizes.iter().flat_map(|size| size.to_be_bytes()).collect::<Vec<u8>>();
        let pixels = (0..60).flat_map(|record| (0..4).map(move |pixel| (record, pixel)));
        let pixels: Vec<u8> = pixels.map(|(record, pixel)| (value(record, pixel) % 256) as u8).collect();
        project.write(&format!("data/{name}/{split}-images"), [sizes(&[0x803, 60, 2, 2]), pixels].concat());
        let labels = (0..60).map(|record| (record % 2) as u8).collect();
        project.write(&format!("data/{name}/{split}-labels"), [sizes(&[0x801, 60]), labels].concat());
    }
    let splits =
        "train: [{file: train-images, labels: train-labels}]\n  test: [{file: test-images, labels: test-labels}]";
    card(project, name, ("idx", splits));
}

fn card(project: &Project, name: &str, (format, splits): (&str, &str)) {
    let text = format!(
        "name: {name}\ntitle: Left and right\nlicence: none\ncitation: mnist\nhomepage: https://example.org\n\
         format: {format}\nshape: {{channels: 1, height: 2, width: 2}}\nmean: [0]\nstd: [1]\n\
         classes: [left, right]\ntasks:\n  - {{name: sides, title: left against right, negative: [0], positive: [1]}}\n\
         splits:\n  {splits}\nsources:\n  - folder: [{name}]\n"
    );
    project.write(&format!("datasets/{name}.yaml"), text);
}

/// Right images are bright on the right; the rest is a pattern.
fn sides(record: u32, pixel: u32) -> u32 {
    (record * 37 + pixel * 11) % 60 + if record % 2 == pixel % 2 { 150 } else { 0 }
}

#[test]
fn a_study_on_another_data_set_is_a_card_and_a_name() {
    let mut found = Vec::new();
    for make in [image_folder, idx] {
        let project = Project::tiny(&[("data: fashion-mnist-subset", "data: sides")]);
        make(&project, "sides", &sides);
        let ran = project.well(&["run"]);
        assert!(ran.out.contains("demo/tiny on Left and right\n  undecided  "), "{}", ran.out);
        assert!(project.well(&["data", "verify"]).out.contains("sides: whole, 60 training and 60 test records"));
        found.push(
            crate::store::tables(&project.path(".lofi")).into_values().collect::<std::collections::BTreeSet<_>>(),
        );
    }
    // The same images in another format: another data set, the same numbers.
    assert_eq!(found[0], found[1]);
}

#[test]
fn studies_share_what_they_extend() {
    let project = Project::tiny(&[]);
    let head = "study: demo/tiny\ntitle: Random features against pixels, tiny\nquestion: Do the steps fit together?\n";
    let shared = edited(crate::project::TINY, &[(head, "")]);
    project.write("studies/shared/tiny.yaml", shared);
    for (name, n) in [("a", 40), ("b", 60)] {
        let study =
            format!("study: demo/{name}\ntitle: One size\nextend: ../shared/tiny.yaml\nsweep: {{n_train: [{n}]}}\n");
        project.write(&format!("studies/demo/{name}.yaml"), study);
    }
    project.well(&["run", "demo/tiny"]);
    // 4 outputs of each, of half the seeds' rows; every experiment is there.
    assert_eq!(project.well(&["run", "demo/a", "demo/b"]).counts().0, 8);
}
