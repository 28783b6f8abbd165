//! `lofi store du|gc|pin|unpin`.

use crate::project::{Project, Ran};
use crate::store::{differences, tables};
use serde_json::Value as Json;

fn lines(ran: &Ran) -> Vec<Json> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn last(ran: &Ran) -> Json {
    lines(ran).pop().unwrap()
}

#[test]
fn under_half_of_the_store_only_what_was_dropped_is_computed_again() {
    let project = Project::tiny(&[("[40, 60]", "[40, 50, 60, 70]")]);
    project.well(&["run"]);
    let before = tables(&project.path(".lofi"));
    let steps = lines(&project.well(&["why", "demo/tiny", "--json"]));
    let room = last(&project.well(&["store", "du", "--json"]));
    let half = room["bytes"].as_u64().unwrap() / 2;
    let ran = project.well(&["store", "gc", "--keep", &half.to_string(), "--json"]);
    let dropped: Vec<Json> = lines(&ran).into_iter().filter(|event| event["event"] == "dropped").collect();
    assert!(!dropped.is_empty() && dropped.iter().all(|event| event["reached"] == true), "{ran:?}");
    assert!(last(&ran)["left_bytes"].as_u64().unwrap() <= half, "{ran:?}");
    let again = lines(&project.well(&["run", "--json"]));
    let finished: Vec<&Json> = again.iter().filter(|event| event["event"] == "finished").collect();
    assert!(!finished.is_empty());
    // Samples and features are not kept on disk, so those that are needed are made again in any case.
    let passing = ["dataset", "random-features", "signed-moment-filter"];
    for event in finished.iter().filter(|event| !passing.contains(&event["kind"].as_str().unwrap())) {
        let step = steps.iter().find(|step| step["name"] == event["name"]).unwrap();
        assert!(dropped.iter().any(|gone| gone["key"] == step["key"]), "{event} was there");
    }
    assert_eq!(differences(&tables(&project.path(".lofi")), &before), [""; 0]);
    assert_eq!(project.well(&["run"]).counts().0, 0);
    assert!(project.well(&["store", "verify"]).out.ends_with("; 0 damaged\n"));
}

#[test]
fn what_no_study_reaches_goes_and_what_is_pinned_stays() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.well(&["store", "pin", "demo/tiny"]);
    project.edit(&[("width: 16", "width: 24")]);
    project.well(&["run"]);
    let pins = project.well(&["store", "unpin"]).out;
    assert!(pins.starts_with("demo/tiny@quick  ") && pins.lines().count() == 1, "{pins}");
    assert_eq!(last(&project.well(&["store", "gc", "--json"]))["dropped"], 0, "the old ones are pinned");
    let du = project.well(&["store", "du"]).out;
    assert!(du.contains("part that no study reaches") && du.contains("kind ridge-readout"), "{du}");
    project.well(&["store", "unpin", "demo/tiny"]);
    let dry = project.well(&["store", "gc", "--dry-run"]).out;
    assert!(dry.starts_with("would free "), "{dry}");
    let dropped = last(&project.well(&["store", "gc", "--json"]))["dropped"].as_u64().unwrap();
    assert!(dropped > 5, "{dropped}");
    assert_eq!(project.well(&["run"]).counts().0, 0, "what the study reaches is there");
    // What was dropped is computed anew, no more.
    project.edit(&[]);
    let (ran, _) = project.well(&["run"]).counts();
    assert!(ran > 0);
}

#[test]
fn wrong_names_and_studies_with_mistakes_are_told_and_nothing_goes() {
    let project = Project::tiny(&[]);
    assert_eq!(project.lofi(&["store", "gc"]).code, Some(4), "there is no store");
    project.well(&["run"]);
    let ran = project.lofi(&["store", "pin", "demo/tinny"]);
    assert!(ran.code == Some(2) && ran.err.contains("did you mean `demo/tiny`"), "{ran:?}");
    let ran = project.lofi(&["store", "pin", "0123456789abcdef"]);
    assert!(ran.code == Some(2) && ran.err.contains("no result in the store has a key"), "{ran:?}");
    let ran = project.lofi(&["store", "unpin", "demo/tiny"]);
    assert!(ran.code == Some(2) && ran.err.contains("is not pinned"), "{ran:?}");
    let before = tables(&project.path(".lofi"));
    project.edit(&[("keep: 5", "kept: 5")]);
    let ran = project.well(&["store", "gc"]);
    assert!(ran.err.contains("so what its last run was made of stays"), "{ran:?}");
    assert_eq!(differences(&tables(&project.path(".lofi")), &before), [""; 0]);
    project.write("studies/demo/tiny.yaml", "study: [");
    let ran = project.lofi(&["store", "gc"]);
    assert_eq!(ran.code, Some(2), "who knows what the study reaches: {ran:?}");
    assert_eq!(differences(&tables(&project.path(".lofi")), &before), [""; 0]);
    project.write(".lofi/pins.json", "{}");
    project.edit(&[]);
    let ran = project.lofi(&["store", "gc", "--keep", "1"]);
    assert!(ran.code == Some(4) && ran.err.contains("damaged"), "{ran:?}");
    project.well(&["store", "unpin", "--all"]);
    project.well(&["store", "gc", "--keep", "1"]);
}
