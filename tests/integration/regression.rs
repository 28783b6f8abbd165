//! `lofi bless` and `lofi check`: what a committed baseline catches.

use crate::project::{FAILS, Project, edited};
use std::fs;

const TABLE: &str = "results/demo/tiny/quick/error.csv";

/// A project whose study has been blessed.
fn blessed() -> Project {
    let project = Project::tiny(&[]);
    let ran = project.well(&["bless"]);
    assert_eq!(ran.out, "blessed demo/tiny in ./results/demo/tiny/quick\n");
    project
}

/// Multiplies the test error of LoFi at n = 40 in the baseline.
fn scaled(project: &Project, factor: f64) {
    let text = fs::read_to_string(project.path(TABLE)).unwrap();
    let column = text.lines().next().unwrap().split(',').position(|name| name == "test_mse").unwrap();
    let line = text.lines().find(|line| line.starts_with("LoFi,40,")).unwrap();
    let mut cells: Vec<String> = line.split(',').map(ToOwned::to_owned).collect();
    cells[column] = (cells[column].parse::<f64>().unwrap() * factor).to_string();
    fs::write(project.path(TABLE), text.replacen(line, &cells.join(","), 1)).unwrap();
}

/// A project with a blessed study whose numbers hang on no sampled weights.
fn strict() -> Project {
    let project = Project::tiny(&[]);
    let study = edited(
        crate::project::TINY,
        &[
            ("  width: 16\n", ""),
            ("kind: random-features", "kind: layer-kernel"),
            ("params: {width: $width, seed: $seed}", "params: {}"),
        ],
    );
    project.write("studies/demo/tiny.yaml", study);
    project.well(&["bless"]);
    project
}

#[test]
fn what_was_blessed_agrees() {
    let project = blessed();
    let ran = project.well(&["check"]);
    assert_eq!(ran.out, "same   demo/tiny (quick)\ncheck: 1 studies agree with their baseline, 0 do not\n");
    let before = fs::read(project.path(TABLE)).unwrap();
    project.well(&["bless"]);
    assert_eq!(fs::read(project.path(TABLE)).unwrap(), before);
}

#[test]
fn one_per_cent_is_caught() {
    let project = strict();
    scaled(&project, 1.01);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "moved  demo/tiny (quick): 1 difference from its baseline, the worst first");
    assert!(lines[1].starts_with("  error.test_mse [model=LoFi n_train=40"), "{}", lines[1]);
    assert!(lines[1].contains("× its tolerance"), "{}", lines[1]);
    assert_eq!(lines[2], "  if the new values are right, accept them: lofi bless demo/tiny --profile quick");
    assert_eq!(lines[3], "check: 0 studies agree with their baseline, 1 do not");
}

#[test]
fn a_page_draws_the_accepted_table_beside_one_that_moved() {
    let project = strict();
    let page = || {
        project.well(&["report"]);
        fs::read_to_string(project.path("reports/demo/tiny.html")).unwrap()
    };
    let accepted = "<path class=\"a\" display=\"none\"";
    assert!(!page().contains(accepted));
    scaled(&project, 1.5);
    assert!(page().contains(accepted));
}

#[test]
fn the_twelfth_digit_is_not() {
    let project = strict();
    scaled(&project, 1.0 + 1e-12);
    project.well(&["check"]);
}

// The seeds are the same, so the numbers are: sampled weights are no reason to move.
#[test]
fn sampled_numbers_stay_where_they_were() {
    let project = blessed();
    scaled(&project, 1.0001);
    assert_eq!(project.lofi(&["check"]).code, Some(1));
}

/// A text of the baseline replaced by another.
fn replaced(project: &Project, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(project.path(file)).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(project.path(file), text.replace(from, to)).unwrap();
}

#[test]
fn what_is_no_number_is_caught() {
    let project = strict();
    let good = fs::read_to_string(project.path(TABLE)).unwrap();
    let number = good.lines().nth(1).unwrap().split(',').find(|cell| cell.contains('.')).unwrap().to_owned();
    for odd in ["NaN", "inf", "-inf", "", "x", "true"] {
        fs::write(project.path(TABLE), good.replacen(&number, odd, 1)).unwrap();
        let ran = project.lofi(&["check"]);
        assert_eq!(ran.code, Some(1), "{odd}: {ran:?}");
        let was = if odd.is_empty() { "missing" } else { odd };
        assert!(ran.out.contains(&format!(": was {was}, is ")), "{odd}: {}", ran.out);
    }
}

#[test]
fn labels_that_look_like_numbers_agree_with_themselves() {
    for label in ["\"10\"", "\"true\"", "\"nan\"", "\"1e3\""] {
        let project = Project::tiny(&[("LoFi: lofi-score", &format!("{label}: lofi-score"))]);
        project.well(&["bless"]);
        project.well(&["check"]);
    }
}

#[test]
fn a_row_or_a_table_that_is_gone_is_named() {
    let project = blessed();
    let text = fs::read_to_string(project.path(TABLE)).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("LoFi,40,")).collect();
    fs::write(project.path(TABLE), without.join("\n") + "\n").unwrap();
    let ran = project.lofi(&["check"]);
    assert!(
        ran.out.contains("  error [model=LoFi n_train=40]: was not there, is a row  (must be equal)"),
        "{}",
        ran.out
    );
    fs::remove_file(project.path(TABLE)).unwrap();
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told = "  error: was error.csv, which the manifest lists and the folder lacks, is a table";
    assert!(ran.out.contains(told), "{}", ran.out);
}

#[test]
fn other_data_under_the_same_numbers_are_caught() {
    let project = blessed();
    let manifest = "results/demo/tiny/quick/manifest.json";
    let text = fs::read_to_string(project.path(manifest)).unwrap();
    let line = text.lines().find(|line| line.contains("data_digest")).unwrap();
    replaced(&project, manifest, line, "  \"data_digest\": \"0\",");
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  data.digest: was 0, is "), "{}", ran.out);
}

#[test]
fn a_lost_baseline_is_caught_where_others_have_one() {
    let project = blessed();
    let twin = edited(crate::project::TINY, &[("study: demo/tiny", "study: demo/twin")]);
    project.write("studies/demo/twin.yaml", twin);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let expected = "same   demo/tiny (quick)\n\
                    lost   demo/twin (quick): no baseline, though other studies have one\n  \
                    restore it, or if the study is new, accept its values: lofi bless demo/twin --profile quick\n\
                    check: 1 studies agree with their baseline, 1 do not\n";
    assert_eq!(ran.out, expected);
    let ran = project.lofi(&["check", "--json"]);
    assert!(ran.out.contains("\"study\":\"demo/twin\"") && ran.code == Some(1), "{ran:?}");
}

#[test]
fn what_a_killed_bless_left_is_cleaned() {
    let project = blessed();
    let old = project.path("results/demo/tiny/quick");
    let beside = project.path("results/demo/tiny/.blessing-abc");
    fs::create_dir(&beside).unwrap();
    fs::rename(&old, beside.join(".old")).unwrap();
    project.well(&["check"]);
    assert!(!beside.exists() && old.join("manifest.json").exists());
}

#[test]
fn another_outcome_of_a_claim_is_caught() {
    let project = blessed();
    project.edit(&[("at_most: 0.5, ", "at_most: 0.5, level: 0.5, "), ("\nconstants:", "\nlooks: []\n\nconstants:")]);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  claims.better-than-chance: was undecided, is held  (must be equal)"), "{}", ran.out);
}

#[test]
fn a_changed_setting_is_caught() {
    let project = blessed();
    project.edit(&[("[40, 60]", "[40]")]);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  error [model=LoFi n_train=60]: was a row, is gone  (must be equal)"), "{}", ran.out);
}

#[test]
fn a_missing_baseline_is_said_with_the_way_to_one() {
    let project = Project::tiny(&[]);
    insta::assert_snapshot!(project.lofi(&["check"]).refusal(), @r"
    exit 2
    demo/tiny: no baseline for profile quick
    error: no study has a baseline for profile quick; `lofi bless` makes one
    ");
    // a folder stands for those of its studies that have one
    assert_eq!(project.lofi(&["check", "demo/"]).refusal(), project.lofi(&["check"]).refusal());
    insta::assert_snapshot!(project.lofi(&["check", "demo/tiny"]).refusal(), @r"
    exit 2
    error: there is no baseline in ./results/demo/tiny/quick; `lofi bless demo/tiny --profile quick` makes one
    ");
}

#[test]
fn a_damaged_baseline_is_a_difference_of_its_study_and_the_others_are_compared() {
    let project = blessed();
    project.write("studies/demo/twin.yaml", edited(crate::project::TINY, &[("study: demo/tiny", "study: demo/twin")]));
    project.well(&["bless"]);
    let told = |file: &str, text: &str, why: &str| {
        let path = project.path(&format!("results/demo/tiny/quick/{file}"));
        let good = fs::read(&path).unwrap();
        fs::write(&path, text).unwrap();
        let ran = project.lofi(&["check"]);
        fs::write(&path, good).unwrap();
        let expected = format!(
            "same   demo/twin (quick)\nspoilt demo/tiny (quick): its baseline is damaged\n  \
             ./results/demo/tiny/quick/{file}: {why}; restore it, or `lofi bless demo/tiny --profile quick` writes it \
             anew\ncheck: 1 studies agree with their baseline, 1 do not\n"
        );
        assert_eq!((ran.code, ran.out), (Some(1), expected));
    };
    told("manifest.json", "{", "it is cut off");
    told("manifest.json", "{\"format\": 1}", "layout 1, this program reads 2");
    told("error.csv", "a,b\n1\n", "the row at line 2 has 1 cells, the header 2");
    project.write("results/demo/tiny/quick/manifest.json", "{");
    let ran = project.lofi(&["check", "demo/tiny", "--json"]);
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let check = lines.iter().find(|line| line["event"] == "check").unwrap();
    assert_eq!((ran.code, check["differences"].as_array().unwrap().len()), (Some(1), 1), "{check}");
}

// A machine with a better data set still checks against the one that the baseline was made on.
#[test]
fn check_uses_the_data_set_of_the_baseline() {
    let project = Project::tiny(&[("data: fashion-mnist-subset", "data: [sides, fashion-mnist-subset]")]);
    crate::yaml_only::image_folder(&project, "sides", &|record, pixel| record * 40 + pixel * 20);
    let hidden = project.path("data/hidden");
    fs::rename(project.path("data/sides"), &hidden).unwrap();
    project.well(&["bless"]);
    fs::rename(&hidden, project.path("data/sides")).unwrap();
    assert!(project.well(&["run"]).out.contains("demo/tiny on Left and right"));
    project.well(&["check"]);
}

// Such as the compressed twins of a study's images.
#[test]
fn a_step_with_a_data_set_of_its_own_is_checked_on_that() {
    let (reads, own) = (
        "  pixels:\n    kind: ridge-readout\n    inputs: {x: data}",
        "  pixels:\n    kind: ridge-readout\n    inputs: {x: other}",
    );
    let other =
        "steps:\n  other: {kind: dataset, params: {data: sides, n_train: $n_train, n_test: $n_test, seed: $seed}}\n";
    let project = Project::tiny(&[(reads, own), ("steps:\n", other)]);
    crate::yaml_only::image_folder(&project, "sides", &|record, pixel| record * 40 + pixel * 20);
    project.well(&["bless"]);
    let ran = project.well(&["check"]);
    assert_eq!(ran.out, "same   demo/tiny (quick)\ncheck: 1 studies agree with their baseline, 0 do not\n");
    assert!(project.well(&["plan"]).out.contains("up to date"), "nothing else was computed");
}

#[test]
fn a_failing_step_blesses_and_compares_nothing() {
    let project = Project::tiny(&[FAILS]);
    let ran = project.lofi(&["bless"]);
    assert_eq!((ran.code, ran.err.lines().last()), (Some(1), Some("error: a step failed; nothing was blessed")));
    assert!(!project.path("results").exists());
    project.edit(&[]);
    project.well(&["bless"]);
    project.edit(&[FAILS]);
    let ran = project.lofi(&["check"]);
    assert_eq!((ran.code, ran.err.lines().last()), (Some(1), Some("error: a step failed; nothing was compared")));
}

#[test]
fn a_tolerance_that_allows_nothing_sensible_is_refused_where_it_stands() {
    let written = "tolerances:\n  test_mse: {absolute: -1}\n  test_error: {samples: {count: 1, of: 0}}\n\nconstants:";
    let refusal = Project::tiny(&[("constants:", written)]).lofi(&["plan"]).refusal();
    assert!(refusal.starts_with("exit 2\n"), "{refusal}");
    let faults = [
        "studies/demo/tiny.yaml:8:13\n  × a tolerance is a number that is not negative\n",
        "studies/demo/tiny.yaml:9:15\n  × `of` is a number of samples, at least 1\n",
    ];
    faults.iter().for_each(|fault| assert!(refusal.contains(fault), "{refusal}"));
}

#[test]
fn a_tolerance_in_samples_takes_their_number_from_the_study() {
    let written = "tolerances:\n  test_error: {samples: {count: 1, of: n_test}}\n\nconstants:";
    let project = Project::tiny(&[("constants:", written)]);
    project.well(&["bless"]);
    project.well(&["check"]);
    let manifest = fs::read_to_string(project.path("results/demo/tiny/quick/manifest.json")).unwrap();
    assert!(manifest.contains("\"of\": 50.0"), "{manifest}");
}
