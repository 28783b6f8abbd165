//! Published numbers: each is compared, or the study says why not, or nothing runs.

use crate::project::Project;
use insta::assert_snapshot;

const TABLE: (&str, &str) = ("    interval: {student: 0.9}\n", "    interval: {student: 0.9}\n    published: paper\n");

/// The study with published errors of two models at two sizes, one of which it does not run, and more of its keys.
fn study(more: &str) -> Project {
    let rows = "rows: [{model: LoFi, n_train: 40, test_error: 0.2}, {model: LoFi, n_train: 5000, test_error: 0.1}]";
    let block = format!("\npublished:\n  paper:\n    source: by hand\n    {rows}\n{more}\nfigures:");
    Project::tiny(&[TABLE, ("\nfigures:", &block)])
}

const REASON: &str = "    runs: 5\n    elsewhere:\n      - {where: {n_train: {more_than: 60}}, reason: scale, because: n is 60 at most}\n";

#[test]
fn a_row_that_is_neither_compared_nor_explained() {
    assert_snapshot!(study("").lofi(&["plan"]).refusal(), @r"
    exit 2
    error: studies/demo/tiny.yaml:48:5
      × 1 published row is neither beside a row of table `error` nor explained, the first at studies/demo/
      │ tiny.yaml:49:57: model = LoFi, n_train = 5000
        ╭─[studies/demo/tiny.yaml:48:5]
     47 │   paper:
     48 │     source: by hand
        ·     ───┬───
        ·        ╰── here
     49 │     rows: [{model: LoFi, n_train: 40, test_error: 0.2}, {model: LoFi, n_train: 5000, test_error: 0.1 …
        ╰────
      help: say why under `elsewhere`: `- {where: {…}, reason: scale|data|setting, because: …}`, for some
            profiles with `only: [quick]`

    1 mistake found; nothing was run
    ");
}

#[test]
fn with_other_settings_it_is_only_told() {
    let said = study(REASON).well(&["plan", "--set", "n_train=[50]"]);
    assert!(said.err.contains("1 published row is neither beside a row of table `error` nor explained"), "{said:?}");
}

#[test]
fn a_reason_is_told_where_there_is_no_number_of_ours() {
    let project = study(REASON);
    project.well(&["run"]);
    project.well(&["bless"]);
    let text = std::fs::read_to_string(project.path("results/demo/tiny/quick/error-published.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("model,n_train,column,ours,ours_low,ours_high,published"), "{text}");
    assert!(lines[1].starts_with("LoFi,40,test_error,0.") && lines[1].contains(",compared,"), "{text}");
    assert!(
        lines[2].starts_with("LoFi,5000,test_error,,,,0.1") && lines[2].ends_with(",,,,scale,n is 60 at most"),
        "{text}"
    );
    let said = project.well(&["list", "published"]);
    let words = "2 published numbers: 1 compared (";
    assert!(said.out.contains(words) && said.out.contains("1 not here: scale 1"), "{said:?}");
    assert!(said.out.contains("   1 scale        n is 60 at most"), "{said:?}");
    project.well(&["report"]);
    let page = std::fs::read_to_string(project.path("reports/demo/tiny.md")).unwrap();
    assert!(page.contains(words) && page.contains("where the mean of 5 runs like ours lies"), "{page}");
    assert!(page.contains("Not here: 1 scale (n is 60 at most)."), "{page}");
}

#[test]
fn a_reason_that_goes_by_the_papers_own_column_counts_beside_ours_too() {
    let rows =
        "rows: [{model: LoFi, n_train: 40, p: 1, test_error: 0.2}, {model: LoFi, n_train: 40, p: 9, test_error: 0.1}]";
    let reason = "apart: [p]\n    elsewhere: [{where: {p: 9}, reason: setting, because: p is 1}]";
    let block = format!("\npublished:\n  paper:\n    source: by hand\n    {rows}\n    {reason}\n\nfigures:");
    let project = Project::tiny(&[TABLE, ("\nfigures:", &block)]);
    project.well(&["bless"]);
    let text = std::fs::read_to_string(project.path("results/demo/tiny/quick/error-published.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("model,n_train,p,column,") && lines[1].contains(",compared,"), "{text}");
    assert!(lines[2].starts_with("LoFi,40,9,test_error,,,,0.1") && lines[2].ends_with(",,,,setting,p is 1"), "{text}");
}

#[test]
fn what_is_said_of_published_numbers_is_checked() {
    for (more, place, message) in [
        ("    runs: 0\n", "50:11", "a mean of no runs"),
        ("    digitising: {error: 0.1}\n", "50:25", "these published numbers have no column `error`"),
        ("    digitising: {test_error: -0.1}\n", "50:30", "an error of digitising is a number that is not below 0"),
        ("    apart: [width]\n", "50:12", "these published numbers have no column `width`"),
        ("    apart: [model]\n", "50:13", "has a column `model`"),
        ("    elsewhere: [{reason: money, because: x}]\n", "50:26", "unknown value `money`"),
        ("    elsewhere: [{reason: scale, because: ' '}]\n", "50:42", "the reason in words is empty"),
        ("    elsewhere: [{where: {n: 1}, reason: scale, because: x}]\n", "50:29", "have no column `n`"),
        ("    elsewhere: [{columns: mse, reason: scale, because: x}]\n", "50:27", "have no column `mse`"),
        ("    elsewhere: [{where: {n_train: 7}, reason: scale, because: x}]\n", "50:17", "no published row meets"),
        ("    elsewhere: [{only: [quik], reason: scale, because: x}]\n", "50:25", "this study has no profile `quik`"),
    ] {
        let said = study(more).lofi(&["plan"]).refusal();
        assert!(said.contains(message) && said.contains(&format!("tiny.yaml:{place}")), "{more}{said}");
    }
}
