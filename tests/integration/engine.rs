//! What is run, what is kept, and that neither threads, nor kills, nor neighbours change a result.

use crate::project::{self, Project, Ran, repository};
use crate::store::{differences, objects, tables};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// Enough seeds for a run to be caught in its middle.
const LONG: (&str, &str) = ("seed: {count: 2}", "seed: {count: 12}");

const NONE: [&str; 0] = [];

fn every_kind() -> Project {
    let project = Project::empty();
    let study = std::fs::read_to_string(repository().join("tests/studies/kinds/every-kind.yaml")).unwrap();
    project.write("studies/kinds/every-kind.yaml", study);
    project
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    let project = every_kind();
    project.well(&["run", "--jobs", "1", "--store", "one"]);
    project.well(&["run", "--jobs", "2", "--store", "two"]);
    let (one, two) = (objects(&project.path("one")), objects(&project.path("two")));
    assert!(one.len() > 72, "{} files", one.len());
    assert_eq!(differences(&one, &two), NONE);
}

#[test]
fn a_second_run_does_nothing() {
    let project = Project::tiny(&[]);
    assert_eq!(project.well(&["run"]).counts(), (32, 0));
    let before = objects(&project.path(".lofi"));
    let again = project.well(&["run"]);
    assert!(again.out.starts_with("nothing to do: all 4 results are up to date"), "{again:?}");
    assert_eq!(differences(&objects(&project.path(".lofi")), &before), NONE);
}

#[test]
fn one_more_value_of_an_axis_runs_what_is_new() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.edit(&[("[40, 60]", "[40, 60, 70]")]);
    // 7 steps for each of two seeds; the stack, the mean, the figure and the claim.
    assert_eq!(project.well(&["run"]).counts(), (2 * 7 + 4, 8));
}

#[test]
fn a_changed_claim_reruns_no_experiment() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.edit(&[("at_most: 0.5", "at_most: 0.4")]);
    let plan = project.well(&["plan", "--steps"]);
    assert!(plan.out.contains("better-than-chance (bound)  (changed: at_most 0.5 → 0.4)"), "{}", plan.out);
    assert_eq!(project.well(&["run"]).counts(), (1, 3));
}

#[test]
fn a_comment_and_another_name_rerun_nothing() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.edit(&[("  lift:", "  wide: # renamed"), ("x: lift", "x: wide")]);
    assert_eq!(project.well(&["run"]).counts(), (0, 4));
}

/// Starts a long run in the store `cut` and waits until some steps are done.
fn in_the_middle(project: &Project) -> Child {
    let arguments = ["run", "--json", "--jobs", "1", "--store", "cut"];
    let mut child = project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let finished = lines.map_while(Result::ok).filter(|line| line.contains(r#""event":"finished""#));
    assert_eq!(finished.take(9).count(), 9);
    child
}

/// The run that follows a cut one goes on where that stopped, and ends where an undisturbed one ends.
fn goes_on(project: &Project) {
    let (ran, _) = project.well(&["run", "--store", "cut"]).counts();
    let (all, _) = project.well(&["run", "--store", "whole"]).counts();
    // What is cheap to make is not kept, so not all of the nine are found again.
    assert!(ran + 5 <= all, "{ran} of {all} steps ran again");
    assert_eq!(differences(&tables(&project.path("cut")), &tables(&project.path("whole"))), NONE);
    let left = std::fs::read_dir(project.path("cut/tmp")).unwrap().count();
    assert_eq!(left, 0, "half-written entries are left");
}

#[test]
fn a_killed_run_is_continued() {
    let project = Project::tiny(&[LONG]);
    let mut child = in_the_middle(&project);
    child.kill().unwrap();
    child.wait().unwrap();
    goes_on(&project);
}

#[test]
fn an_interrupted_run_says_so_and_is_continued() {
    let project = Project::tiny(&[LONG]);
    let child = in_the_middle(&project);
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert_eq!(ran.err, "stopped; finished steps are kept, the next run goes on from there\n");
    goes_on(&project);
}

#[test]
fn two_processes_share_a_store() {
    let project = Project::tiny(&[LONG]);
    let start = || {
        let arguments = ["run", "--jobs", "1", "--store", "cut"];
        project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()].map(|child| Ran::of(&child.wait_with_output().unwrap()));
    for ran in &both {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(!ran.err.contains("damaged"), "{ran:?}");
    }
    let verdicts = |ran: &Ran| ran.out.lines().skip(1).map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(verdicts(&both[0]), verdicts(&both[1]));
    project.well(&["run", "--store", "whole"]);
    assert_eq!(differences(&objects(&project.path("cut")), &objects(&project.path("whole"))), NONE);
}

// Images of one value have no norm: the lift fails, the ridge on pixels does not.
#[test]
fn a_failing_step_stops_its_followers_alone() {
    let project = Project::tiny(&[("data: fashion-mnist-subset", "data: flat")]);
    crate::yaml_only::image_folder(&project, "flat", &|_, _| 0);
    let ran = project.lofi(&["run"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.counts(), (12, 0));
    let last: Vec<&str> = ran.err.lines().rev().take(4).collect();
    assert_eq!(last[0], "4 failed, 16 left out because of it");
    assert_eq!(last[1], "  root mean square norm of the input is 0, expected above 0");
    assert_eq!(last[2], "  at studies/demo/tiny.yaml:20:3");
    assert!(last[3].starts_with("FAILED demo/tiny: lift [n_train="), "{}", last[3]);
    // Once the images have something on them, the rest runs.
    crate::yaml_only::image_folder(&project, "flat", &|record, pixel| record * 40 + pixel * 20);
    project.well(&["run"]);
}

/// Two profiles, the second of which only changes the seeds.
const TWO_PROFILES: (&str, &str) =
    ("constants:", "profiles: {small: {n_train: [40]}, one-seed: {seed: [7]}}\nconstants:");

#[test]
fn profiles_are_laid_over_one_another() {
    let project = Project::tiny(&[TWO_PROFILES]);
    let steps = |profile: &str| project.well(&["plan", "--profile", profile]).out;
    assert!(steps("small").contains(": 2 cells, "), "{}", steps("small"));
    assert!(steps("one-seed").contains(": 2 cells, "), "{}", steps("one-seed"));
    assert!(
        steps("small+one-seed").contains("small+one-seed  fashion-mnist-subset: 1 cells, "),
        "{}",
        steps("small+one-seed")
    );
}

#[test]
fn of_several_studies_those_that_have_the_profile_run() {
    let project = Project::tiny(&[TWO_PROFILES]);
    let other = project::edited(
        project::TINY,
        &[("demo/tiny", "demo/other"), ("constants:", "profiles: {other: {}}\nconstants:")],
    );
    project.write("studies/demo/other.yaml", other);
    let plan = project.well(&["plan", "--profile", "small"]);
    assert_eq!((plan.out.lines().count(), plan.out.contains("demo/tiny  small")), (1, true), "{plan:?}");
    assert_eq!(plan.err.trim_end(), "1 of 2 studies have no profile `small` and are left out; it is one of demo/tiny");
    assert_eq!(project.lofi(&["plan", "demo/other", "--profile", "small"]).code, Some(2));
    assert_eq!(project.lofi(&["plan", "--profile", "nobody"]).code, Some(2));
}
