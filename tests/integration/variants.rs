//! Profiles and settings: what they are filed under, and what is said where a study does not have them.

use crate::project::{Project, TINY, edited};

fn page(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path("reports").join(path)).unwrap()
}

#[test]
fn a_run_with_settings_never_stands_in_place_of_the_study_as_written() {
    let project = Project::tiny(&[]);
    project.well(&["run", "--report"]);
    let (before, record) =
        (page(&project, "demo/tiny.html"), std::fs::read(project.path(".lofi/runs/demo/tiny/quick.json")));
    let ran = project.well(&["run", "--report", "--set", "width=12", "--set", "n_train=[40]"]);
    assert!(ran.out.contains("demo/tiny on ") && ran.out.contains(" --set n_train=[40] --set width=12"), "{ran:?}");
    assert_eq!(page(&project, "demo/tiny.html"), before);
    assert_eq!(std::fs::read(project.path(".lofi/runs/demo/tiny/quick.json")).unwrap(), record.unwrap());
    let index = page(&project, "index.md");
    let link = index.split("](").find(|link| link.starts_with("demo/tiny.set~")).unwrap();
    let own = page(&project, link.split(')').next().unwrap());
    assert!(own.contains("Not the study as written") && own.contains("--set n_train=[40] --set width=12"), "{own}");
    assert!(!own.contains("no record of a complete run"), "{own}");
    // Another order is the same; other values are another page.
    project.well(&["report", "--set", "n_train=[40]", "--set", "width=12"]);
    let pages = || {
        let index = page(&project, "index.md");
        let links =
            index.split("](").filter(|link| link.starts_with("demo/tiny")).filter_map(|link| link.split(')').next());
        links.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(pages(), 2);
    project.well(&["report", "--set", "width=13"]);
    assert_eq!(pages(), 3);
    // The report of the study as written keeps them, but not one that somebody deleted.
    std::fs::remove_file(project.path("reports").join(link.split(')').next().unwrap()).with_extension("html")).unwrap();
    project.well(&["report"]);
    assert_eq!((pages(), page(&project, "demo/tiny.html")), (2, before));
}

#[test]
fn in_a_folder_of_its_own_a_page_with_settings_has_the_ordinary_name_until_another_page_has_it() {
    let project = Project::tiny(&[]);
    let (ordinary, smaller) = (["report", "--to", "out"], ["report", "--to", "out", "--set", "width=12"]);
    let text = || std::fs::read_to_string(project.path("out/demo/tiny.html")).unwrap();
    project.well(&["run", "--set", "width=12"]);
    project.well(&smaller);
    assert!(text().contains("Not the study as written"), "{}", text());
    assert!(project.path("out/demo/tiny").is_dir());
    // Written again it stays where it is; one with other settings goes beside.
    project.well(&smaller);
    project.well(&["report", "--to", "out", "--set", "width=13"]);
    assert!(text().contains("--set width=12"), "{}", text());
    project.well(&ordinary);
    let before = text();
    assert!(!before.contains("Not the study as written"), "{before}");
    project.well(&smaller);
    assert_eq!(text(), before);
}

#[test]
fn studies_whose_names_look_alike_have_pages_of_their_own() {
    let project = Project::empty();
    let names = ["é", "ü", "a b", "a-b", "t", "t-jpeg", "index", "scale"];
    for name in names {
        let edits =
            [("study: demo/tiny", format!("study: {name}")), ("Random features against", format!("Page of {name};"))];
        let profiles = ("constants:", "profiles: {quick: {}, jpeg: {n_train: [40]}}\nconstants:".to_owned());
        let edits: Vec<(&str, &str)> = edits.iter().chain([&profiles]).map(|(from, to)| (*from, to.as_str())).collect();
        project.write(&format!("studies/{name}.yaml"), edited(TINY, &edits));
    }
    project.well(&["report"]);
    project.well(&["report", "t", "--profile", "jpeg"]);
    let pages = std::fs::read_dir(project.path("reports")).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> = pages.filter(|path| path.extension().is_some_and(|e| e == "html")).collect();
    // One for each, one of the profile, the index and the page of scales.
    assert_eq!(pages.len(), names.len() + 3, "{pages:?}");
    for name in ["a-b", "t", "t.jpeg", "t-jpeg"] {
        assert!(project.path(&format!("reports/{name}.html")).is_file(), "{name}");
    }
    assert!(page(&project, "t.jpeg.html").contains("Page of t;"));
    let index = page(&project, "index.html");
    assert!(names.iter().all(|name| index.contains(&format!("Page of {name};"))));
}

#[test]
fn a_profile_that_is_missing_is_explained() {
    let project = Project::tiny(&[("constants:", "profiles: {quick: {}, jpeg: {n_train: [40]}}\nconstants:")]);
    for name in ["other", "third"] {
        let own = format!("study: {name}");
        let edits = [("study: demo/tiny", own.as_str()), ("constants:", "profiles: {quick: {}}\nconstants:")];
        project.write(&format!("studies/{name}.yaml"), edited(TINY, &edits));
    }
    let refused = |arguments: &[&str]| {
        let ran = project.lofi(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.err.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let all = refused(&["plan", "--profile", "jepg"]);
    assert!(
        all.contains(
            "none of 3 studies has the profile `jepg`; did you mean `jpeg`? they have `jpeg` (demo/tiny), `quick` (all)"
        ),
        "{all}"
    );
    let one = refused(&["plan", "other", "--profile", "jpeg"]);
    assert!(
        one.contains("this study has no profile `jpeg`") && one.contains("`jpeg` is a profile of demo/tiny"),
        "{one}"
    );
    let two = refused(&["plan", "other", "third", "--profile", "jpeg"]);
    assert!(two.contains("it is one of demo/tiny"), "{two}");
    assert_eq!(project.well(&["plan", "--profile", "jpeg"]).out.lines().count(), 1);
}
