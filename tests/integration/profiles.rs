//! A profile that stands for another one: everything is computed, filed, committed and told of under that one.

use crate::project::{Project, TINY, edited};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;

/// One study has a `large` of its own, for the other it is `paper`.
fn project() -> Project {
    let project = Project::empty();
    let own = "profiles: {quick: {}, paper: {width: 24}, large: {width: 20}, more: {n_test: 40}}\nconstants:";
    let same = "profiles: {quick: {}, paper: {width: 24}, large: paper, more: {n_test: 40}}\nconstants:";
    for (name, profiles) in [("own", own), ("same", same)] {
        let study = format!("study: demo/{name}");
        let text = edited(TINY, &[("study: demo/tiny", &study), ("constants:", profiles)]);
        project.write(&format!("studies/demo/{name}.yaml"), text);
    }
    project
}

/// The names in a folder, without endings.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// The studies and profiles that events of a sort tell of.
fn told(project: &Project, arguments: &[&str], event: &str) -> BTreeSet<String> {
    let ran = project.well(&[arguments, &["--json"]].concat());
    let events = ran.out.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let of_sort = events.filter(|told| told["event"] == event);
    of_sort.map(|told| format!("{}@{}", told["study"].as_str().unwrap(), told["profile"].as_str().unwrap())).collect()
}

#[test]
fn everything_is_filed_under_the_profile_that_a_name_stands_for() {
    let project = project();
    let expected = set(["demo/own@large", "demo/same@paper"]);
    assert_eq!(told(&project, &["plan", "--profile", "large"], "plan"), expected);
    project.well(&["register", "--profile", "large"]);
    assert!(project.path("results/demo/same/paper/seeds.json").is_file());
    project.well(&["run", "--profile", "large", "--report"]);
    assert_eq!(names(&project.path(".lofi/runs/demo/own")), set(["large"]));
    assert_eq!(names(&project.path(".lofi/runs/demo/same")), set(["paper"]));
    let pages = names(&project.path("reports/large/demo"));
    assert!(pages.contains("own.large") && pages.contains("same.paper") && !pages.contains("same.large"), "{pages:?}");
    let blessed = project.well(&["bless", "--profile", "large"]);
    assert!(blessed.out.contains("blessed demo/same in ") && blessed.out.contains("results/demo/same/paper"));
    assert_eq!(names(&project.path("results/demo/same")), set(["paper"]));
    assert_eq!(names(&project.path("results/demo/own")), set(["large"]));
    assert_eq!(told(&project, &["check", "--profile", "large"], "check"), expected);
    assert_eq!(told(&project, &["decide", "--dry-run", "--profile", "large"], "claim"), expected);
    let verified = project.well(&["verify-results", "--profile", "large", "--sample", "2"]);
    assert!(verified.out.ends_with("verify-results: 2 rows agree with what is committed, 0 do not\n"), "{verified:?}");
    let differing = project.well(&["diff", "demo/same@paper", "demo/same@large"]);
    assert!(!differing.out.contains('→'), "one and the same: {differing:?}");

    // the other name for it is up to date, with the baseline and the page of the first
    let again = project.well(&["run", "demo/same", "--profile", "paper"]);
    assert!(again.counts().0 == 0 && again.counts().1 > 0, "{again:?}");
    assert_eq!(told(&project, &["check", "demo/same", "--profile", "paper"], "check"), set(["demo/same@paper"]));
    // once the reports that readers see have pages of both, they are the ones to write
    project.well(&["report", "--profile", "large"]);
    std::fs::remove_dir_all(project.path("reports/large")).unwrap();
    project.well(&["run", "--profile", "large", "--report"]);
    assert!(!project.path("reports/large").exists() && project.path("reports/demo/same.paper.html").is_file());
}

#[test]
fn a_name_for_a_profile_is_no_profile_more() {
    let project = project();
    let listed = project.well(&["list"]).out;
    assert!(listed.contains("demo/own") && listed.contains("(quick, paper, large, more)"), "{listed}");
    assert!(listed.contains("(quick, paper, more, large = paper)"), "{listed}");
    project.well(&["run", "--profile", "large"]);
    project.well(&["store", "pin", "demo/same", "--profile", "large"]);
    project.well(&["store", "unpin", "demo/same", "--profile", "large"]);
    // each profile is told of once, and its results stay
    let room = project.well(&["store", "du"]).out;
    let of_paper = |name: &str| room.matches(&format!("{name} (paper)")).count();
    assert!(of_paper("demo/same") == 1 && !room.contains("demo/same (large)"), "{room}");
    project.well(&["store", "gc"]);
    assert_eq!(project.well(&["run", "--profile", "large"]).counts().0, 0);
    // in layers
    let layered = told(&project, &["plan", "--profile", "large+more"], "plan");
    assert_eq!(layered, set(["demo/own@large+more", "demo/same@paper+more"]));
    assert_eq!(told(&project, &["plan", "demo/same", "--profile", "large+paper"], "plan"), set(["demo/same@paper"]));
    project.well(&["fmt", "studies/demo/same.yaml"]);
    let text = std::fs::read_to_string(project.path("studies/demo/same.yaml")).unwrap();
    assert!(text.contains("large: paper, more: {n_test: 40}}"), "{text}");
}

#[test]
fn what_a_study_makes_in_some_profiles_goes_by_the_profile_and_not_by_another_name_for_it() {
    let at_most = "at_most: 0.5, per: [model]}";
    let only = |name: &str| format!("at_most: 0.5, per: [model]}}\n    only: [{name}]");
    let profiles = ("constants:", "profiles: {quick: {}, paper: {}, large: paper}\nconstants:");
    let project = Project::tiny(&[profiles, (at_most, &only("paper"))]);
    let claims = |profile: &str| {
        let ran = project.well(&["run", "--verbose", "--profile", profile]);
        ran.out.matches("Every model errs on less than half").count()
    };
    assert_eq!((claims("large"), claims("quick")), (1, 0));
    project.edit(&[profiles, (at_most, &only("large"))]);
    let refused = project.lofi(&["plan"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("`large` stands for the profile `paper` in this study"), "{refused:?}");
    assert!(refused.err.contains("write `paper`: results are filed under that"), "{refused:?}");
    project.edit(&[("constants:", "profiles: {quick: {}, large: paper}\nconstants:")]);
    let refused = project.lofi(&["plan"]);
    assert!(refused.code == Some(2) && refused.err.contains("studies/demo/tiny.yaml:7:30"), "{refused:?}");
}
