//! The page of scales: settings of profiles, and what a profile that nobody has run would take.

use crate::project::Project;
use std::fs;

const PROFILES: (&str, &str) =
    ("\nsweep:", "\nprofiles:\n  quick:\n  paper: {width: 32, n_train: [40, 60, 80, 100]}\n\nsweep:");
const SHOWN: (&str, &str) = (
    "of the test samples.\n",
    "of the test samples.\n    shown_by: {profiles: [paper], because: a width of 16 is too small}\n",
);

fn read(project: &Project, path: &str) -> String {
    fs::read_to_string(project.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// What stands between two parts of a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}")).1;
    rest.split_once(after).unwrap().0
}

#[test]
fn what_the_papers_profile_takes_is_what_its_plan_says_and_a_claim_that_needs_it_names_that() {
    let project = Project::tiny(&[PROFILES, SHOWN]);
    project.well(&["run", "--report", "--quiet"]);
    let plan = project.well(&["plan", "--profile", "paper", "--store", "nothing"]).out;
    let (steps, memory) = (between(&plan, "0 cached, ", " to run"), between(&plan, "(largest step ", ":"));
    let time = between(&plan, "; about ", ")");
    let (page, text) = (read(&project, "reports/scale.html"), read(&project, "reports/scale.md"));
    let row = page.split("<tr id=\"study-demo.tiny\">").nth(1).unwrap();
    let cell = |value: &str| format!("<td class=\"number\">{value}</td>");
    for value in [time, memory, steps] {
        assert!(row.contains(&cell(value)), "no {value}: {row}");
    }
    assert!(page.contains("0 of 1 study has results with the settings"), "{page}");
    assert!(text.contains("\n| `width` | 32 | 16 |\n| `n_train` | 40 … 100 (4) | 40, 60 |\n"), "{text}");
    assert!(!text.contains("lambdas"), "what does not differ is not told: {text}");
    assert!(text.contains("**↑ not at this scale**"), "{text}");
    let cores = std::thread::available_parallelism().unwrap().get();
    let cores = format!("{cores} {}", if cores == 1 { "core" } else { "cores" });
    let price = format!("`lofi run demo/tiny --profile paper` would test it: about {time} on {cores}, {memory}.");
    for path in ["reports/demo/tiny.md", "reports/index.md"] {
        assert!(read(&project, path).contains(&price), "no {price:?} in {path}");
    }
    for again in [&["report"][..], &["report", "--jobs", "1"]] {
        assert!(project.well(again).out.contains("the report is up to date"), "{again:?}");
    }
}

#[test]
fn once_it_was_run_the_page_leads_to_its_results() {
    let project = Project::tiny(&[PROFILES, SHOWN]);
    project.well(&["run", "--report", "--quiet"]);
    project.well(&["run", "--profile", "paper", "--quiet"]);
    project.well(&["report", "--profile", "paper"]);
    let page = read(&project, "reports/scale.html");
    assert!(page.contains("1 of 1 study has results with the settings"), "{page}");
    assert!(page.contains("<td colspan=\"4\"><a href=\"demo/tiny.paper.html\">run</a></td>"), "{page}");
    assert!(!page.contains("where nothing is stored; the"), "nothing is missing: {page}");
    assert!(read(&project, "reports/demo/tiny.paper.html").contains("../scale.html#study-demo.tiny"));
    project.well(&["report"]);
    assert!(read(&project, "reports/demo/tiny.md").contains("The page of the profile `paper` tests it."));
    let text = read(&project, "reports/scale.md");
    project.well(&["report", "--profile", "paper"]);
    assert_eq!(read(&project, "reports/scale.md"), text, "whichever profile is reported");
}

#[test]
fn what_cannot_be_planned_says_why_and_keeps_no_report_from_being_written() {
    let without = PROFILES.1.replace("{width: 32,", "{data: cifar10, width: 32,");
    let project = Project::tiny(&[(PROFILES.0, &without), SHOWN]);
    project.well(&["run", "--report", "--quiet"]);
    let text = read(&project, "reports/scale.md");
    assert!(text.contains("not planned: ") && text.contains("What 1 study would take is not known here."), "{text}");
    assert!(!text.contains(&project.path("").display().to_string()), "{text}");
    let other = read(&project, "studies/demo/tiny.yaml").replace("study: demo/tiny", "study: demo/other");
    project.write("studies/demo/other.yaml", other.replace("width: 16", "width: 17"));
    project.well(&["run", "--report", "--quiet"]);
    project.write("studies/demo/other.yaml", "study: demo/other\ntitle: [\n");
    project.well(&["report", "demo/tiny"]);
    let text = read(&project, "reports/scale.md");
    assert!(text.contains("| not planned: its file has a mistake | – |"), "{text}");
}

#[test]
fn a_study_whose_profiles_are_all_the_same_is_run_at_every_scale() {
    let project = Project::tiny(&[]);
    project.well(&["run", "--report", "--quiet"]);
    let text = read(&project, "reports/scale.md");
    assert!(
        text.contains("1 of 1 study has results") && text.contains("[run](demo/tiny.md): `quick` sets the same"),
        "{text}"
    );
    assert!(!text.contains("Settings of"), "nothing differs: {text}");
    let project = Project::bare();
    project.well(&["init"]);
    project.well(&["run", "--report"]);
    assert!(read(&project, "reports/scale.html").contains("<h1>At what scale</h1>"));
}
