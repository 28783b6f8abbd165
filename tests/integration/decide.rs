//! `lofi register` and `lofi decide`: seeds that are added until claims are decided, and what stays the same however often
//! that is stopped.

use crate::project::{Project, edited};
use serde_json::Value as Json;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const RECORD: &str = "results/demo/tiny/quick/seeds.json";

/// A claim that eight seeds decide, and one that nothing random goes into.
const CLAIMS: &str = "claims:
  better-than-chance:
    says: Every model errs on less than half of the test samples.
    bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model, n_train]}
  fewer-samples:
    says: Later sizes are smaller ones.
    monotone: {table: error.rows, column: n_train, along: n_train, direction: decreasing, deterministic: true, where: {seed: 0, model: LoFi}}
";

fn project() -> Project {
    let text = crate::project::TINY;
    let (before, _) = text.split_once("claims:").unwrap();
    let project = Project::empty();
    project.write("studies/demo/tiny.yaml", format!("{before}{CLAIMS}"));
    project
}

fn edit(project: &Project, edits: &[(&str, &str)]) {
    let text = fs::read_to_string(project.path("studies/demo/tiny.yaml")).unwrap();
    project.write("studies/demo/tiny.yaml", edited(&text, edits));
}

fn record(project: &Project) -> Json {
    serde_json::from_slice(&fs::read(project.path(RECORD)).unwrap()).unwrap()
}

#[test]
fn claims_are_registered_before_a_seed_is_added() {
    let project = project();
    let ran = project.well(&["register"]);
    assert_eq!(ran.out, "registered demo/tiny (quick): 2 claims, looks at 2, 3, 5, 8, 12, 18, 30 seeds\n");
    let record = record(&project);
    assert_eq!((&record["max_seeds"], &record["claims"]["fewer-samples"]["added"]), (&30.into(), &Json::Null));
    assert!(!project.path(".lofi/objects").exists(), "nothing was run");
    // a folder with nothing but the record is no baseline
    assert!(project.lofi(&["check"]).err.contains("no study has a baseline"));
    assert_eq!(project.well(&["register"]).out, "");
    let more = project.well(&["register", "--max-seeds", "40"]);
    assert!(more.out.contains(": 0 claims, looks at 2, 3, 5, 8, 12, 18, 30, 40 seeds"), "{more:?}");
    assert_eq!(self::record(&project)["looks"].as_array().unwrap().last(), Some(&40.into()), "nothing was seen yet");
}

#[test]
fn open_claims_get_seeds_until_they_are_decided_and_every_command_sees_the_same_graph() {
    let project = project();
    let ran = project.well(&["decide", "--dry-run"]);
    assert!(ran.out.contains("better-than-chance · 2/30 · untested") && !project.path("results").exists(), "{ran:?}");
    let ran = project.well(&["decide"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    let batches: Vec<&&str> = lines.iter().filter(|line| line.starts_with("demo/tiny: seeds ")).collect();
    assert_eq!(batches.len(), 3, "{ran:?}");
    assert!(batches[2].starts_with("demo/tiny: seeds 5 to 7 at n_train = 40; 5 to 7 at n_train = 60 for better"));
    let line = |name: &str| *lines.iter().find(|line| line.starts_with(&format!("  {name} · "))).unwrap();
    assert!(line("better-than-chance").contains(" · 8/30 · held · "), "{ran:?}");
    assert!(line("fewer-samples").contains(" · contradicted"), "{ran:?}");
    assert_eq!(lines[lines.len() - 1], "stopped: no claim is open that more seeds would decide");
    assert!(lines[lines.len() - 2].starts_with("demo: 1 of 2 claims held, "), "{ran:?}");
    let claims = &record(&project)["claims"];
    assert_eq!(claims["better-than-chance"]["added"].as_array().unwrap().len(), 2);
    assert_eq!(claims["fewer-samples"]["added"], Json::Null);

    assert_eq!(project.well(&["run"]).counts().0, 0);
    assert!(project.well(&["plan"]).out.contains(": 16 cells, "));
    project.well(&["bless"]);
    assert!(project.path(RECORD).exists() && project.well(&["check"]).out.starts_with("same "));
    let manifest = "results/demo/tiny/quick/manifest.json";
    let text = fs::read_to_string(project.path(manifest)).unwrap();
    assert!(text.contains("\"samples\": 8"), "{text}");
    fs::write(project.path(manifest), text.replacen("\"samples\": 8", "\"samples\": 5", 1)).unwrap();
    let moved = project.lofi(&["check"]);
    assert!(moved.out.contains("claims.better-than-chance: was held with 5 samples, is held with 8"), "{moved:?}");
    // a study of other seeds is another study
    assert!(project.well(&["plan", "--set", "seed={count: 2}"]).out.contains(": 4 cells, "));
}

/// Starts `decide` and ends it with a signal once its first batch is written down.
fn ended_early(project: &Project, signal: &str) {
    let mut child = project
        .command(&["decide", "--json", "--jobs", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = lines.any(|line| line.unwrap().contains("\"event\":\"seeds\""));
    assert!(seen && Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    child.wait().unwrap();
}

#[test]
fn two_stops_and_a_kill_end_in_the_same_record_as_one_go() {
    let whole = project();
    whole.well(&["decide"]);
    let expected = fs::read(whole.path(RECORD)).unwrap();
    let stopped = project();
    ended_early(&stopped, "-KILL");
    ended_early_if_open(&stopped, "-INT");
    ended_early_if_open(&stopped, "-TERM");
    stopped.well(&["decide"]);
    assert_eq!(fs::read(stopped.path(RECORD)).unwrap(), expected);
    let verdicts = |project: &Project| project.well(&["run", "--quiet", "--json"]).out;
    let of =
        |out: String| out.lines().filter(|line| line.contains("\"verdict\"")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of(verdicts(&stopped)), of(verdicts(&whole)));
}

#[test]
fn seeds_that_another_process_added_are_not_lost() {
    let other = project();
    other.well(&["decide"]);
    let theirs = fs::read(other.path(RECORD)).unwrap();
    let project = project();
    let command =
        project.command(&["decide", "--json", "--jobs", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = command.unwrap();
    let id = child.id().to_string();
    let signal = |name: &str| Command::new("kill").args([name, &id]).status().unwrap().success();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"event\":\"registered\"")) && signal("-STOP"));
    fs::write(project.path(RECORD), &theirs).unwrap();
    assert!(signal("-CONT"));
    lines.for_each(drop);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("record of demo/tiny (quick) was changed while this command ran"), "{said}");
    assert_eq!(fs::read(project.path(RECORD)).unwrap(), theirs);
    project.well(&["decide"]);
}

/// The same where a machine was not so quick as to have decided everything before the signal came.
fn ended_early_if_open(project: &Project, signal: &str) {
    if fs::read(project.path(RECORD)).is_ok_and(|text| !String::from_utf8_lossy(&text).contains("\"to\": 8")) {
        ended_early(project, signal);
    }
}

#[test]
fn a_claim_that_is_changed_after_seeds_were_seen_starts_on_fresh_ones() {
    let project = project();
    project.well(&["decide"]);
    edit(&project, &[("at_most: 0.5, per: [model, n_train]", "at_most: 0.49, per: [model, n_train]")]);
    assert!(project.well(&["plan"]).err.contains("claim `better-than-chance` is not as it was registered"));
    let ran = project.well(&["register"]);
    assert!(
        ran.out.contains("  better-than-chance: new or changed after seeds were seen; it is judged on seeds from 8 on")
    );
    assert_eq!(record(&project)["claims"]["better-than-chance"]["from"], 8);
    let ran = project.well(&["run"]);
    assert!(ran.out.contains("added after seeds up to 7 were seen"), "{}", ran.out);
    let ran = project.well(&["decide"]);
    assert!(ran.out.contains("demo/tiny: seeds 8 to 9 for better-than-chance"), "{ran:?}");
    // to take the change back is another change: its old seeds are known
    edit(&project, &[("at_most: 0.49", "at_most: 0.5")]);
    project.well(&["register"]);
    assert!(record(&project)["claims"]["better-than-chance"]["from"].as_u64().unwrap() > 8);
}

#[test]
fn a_budget_that_is_used_adds_nothing_and_says_so() {
    let project = project();
    let ran = project.well(&["run", "--until-decided", "--budget", "0s"]);
    assert!(ran.out.ends_with("stopped: the budget is used\n"), "{ran:?}");
    assert!(ran.out.contains("better-than-chance · ") && ran.out.contains(" · seeds: about "), "{ran:?}");
    assert_eq!(record(&project)["claims"]["better-than-chance"]["added"], Json::Null);
}

#[test]
fn what_decide_cannot_use_is_refused() {
    let project = project();
    for (arguments, told) in [
        (&["decide", "--set", "seed={count: 3}"][..], "claims are registered without --set"),
        (&["run", "--budget", "3m"], "limit `--until-decided`"),
        (&["decide", "--budget", "soon"], "`soon` is no length of time"),
    ] {
        let ran = project.lofi(arguments);
        assert!(ran.code == Some(2) && ran.err.contains(told), "{ran:?}");
    }
    project.write(RECORD, "{\"format\": 1}");
    let ran = project.lofi(&["plan"]);
    assert!(ran.code == Some(2) && ran.err.contains("results/demo/tiny/quick/seeds.json:1:13"), "{ran:?}");
}

#[test]
fn an_undecided_claim_has_its_price_in_time_on_page_and_terminal() {
    let project = project();
    let ran = project.well(&["run", "--report", "--verbose"]);
    let price = "would tell, less than 1 s of one core: `lofi decide demo/tiny --profile quick`";
    assert!(ran.out.contains(price), "{}", ran.out);
    let page = || fs::read_to_string(project.path("reports/demo/tiny.md")).unwrap();
    let first = page();
    assert!(first.contains(price), "{first}");
    project.well(&["report"]);
    assert_eq!(page(), first, "the same results have the same price");
    project.well(&["bless"]);
    assert!(project.well(&["check"]).out.contains("1 studies agree"), "what a seed took is no result");
}
