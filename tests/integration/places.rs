//! Where a project, its studies and its folders are found, and what the environment says of them.

use crate::project::{Project, Ran, TINY, edited, repository};

/// Runs in a folder of the project.
fn inside(project: &Project, folder: &str, arguments: &[&str]) -> Ran {
    Ran::of(&project.command(arguments).current_dir(project.path(folder)).output().unwrap())
}

#[test]
fn the_project_is_found_from_every_folder_in_it() {
    let project = Project::tiny(&[]);
    project.write("notes/deep/x.txt", "");
    for folder in ["notes", "notes/deep", "studies", "studies/demo"] {
        let ran = inside(&project, folder, &["plan"]);
        assert!(ran.code == Some(0) && ran.out.starts_with("demo/tiny"), "{folder}: {ran:?}");
    }
    // What is given on the command line is meant from where the user stands; the rest lies in the project.
    let ran = inside(&project, "notes/deep", &["run", "--store", "mine", "--report"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(project.path("notes/deep/mine/objects").is_dir() && project.path("reports/index.html").is_file());
    assert_eq!(inside(&project, "notes/deep", &["plan", "--studies", "../../studies"]).code, Some(0));
    let elsewhere = tempfile::tempdir().unwrap();
    let ran = Ran::of(&project.command(&["plan"]).current_dir(elsewhere.path()).output().unwrap());
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("no folder `studies` here or in a folder above"), "{ran:?}");
}

#[test]
fn a_study_is_found_by_its_path() {
    let project = Project::tiny(&[]);
    project.write("studies/other.yaml", edited(TINY, &[("study: demo/tiny", "study: other")]));
    let whole = project.path("studies/demo/tiny.yaml");
    let count = |ran: &Ran| ran.out.lines().count();
    for (folder, path, studies) in [
        ("", "./studies/demo/tiny.yaml", 1),
        ("", whole.to_str().unwrap(), 1),
        ("", "studies/", 2),
        ("", "./studies", 2),
        ("", ".", 2),
        ("", "./studies/demo/", 1),
        ("", "other.yaml", 1),
        ("studies/demo", "tiny.yaml", 1),
        ("studies/demo", ".", 1),
        ("studies/demo", "../other.yaml", 1),
        ("studies/demo", "../other", 1),
        ("", "./studies/demo/tiny", 1),
    ] {
        let ran = inside(&project, folder, &["plan", path]);
        assert_eq!((ran.code, count(&ran)), (Some(0), studies), "{folder}: {path}: {ran:?}");
    }
    std::fs::rename(project.path("studies"), project.path("exps")).unwrap();
    assert_eq!(count(&project.well(&["plan", "--studies", "exps", "exps/demo/tiny.yaml"])), 1);
    let ran = project.lofi(&["plan", "--studies", "exps", "./datasets"]);
    assert!(ran.code == Some(2) && ran.err.contains("no study `./datasets`"), "{ran:?}");
}

#[test]
fn a_folder_of_data_may_have_a_colon_in_its_name_where_it_is_no_list() {
    let project = Project::tiny(&[]);
    project.write("my:data/x", "");
    project.write("other/x", "");
    project.well(&["plan", "--data", "my:data", "--data", "other"]);
    let listed = |value: &str| Ran::of(&project.command(&["plan"]).env("LOFI_DATA", value).output().unwrap());
    assert_eq!(listed("other:datasets").code, Some(0));
    let ran = listed("other:nowhere");
    assert!(ran.code == Some(2) && ran.err.contains("nowhere: there is no such folder"), "{ran:?}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let project = Project::tiny(&[]);
    let mut command = project.command(&["run"]);
    for name in ["LOFI_STORE", "LOFI_DATA", "LOFI_PROFILE", "NO_COLOR", "RUST_BACKTRACE"] {
        command.env(name, "");
    }
    let ran = Ran::of(&command.output().unwrap());
    assert!(ran.code == Some(0) && project.path(".lofi/objects").is_dir(), "{ran:?}");
}

#[test]
fn a_broken_bibliography_is_shown_at_its_place_with_how_to_mend_it() {
    let project = Project::tiny(&[]);
    project.write("docs/references.bib", b"@article{own2020,\n title = {Own},\n journal = jmlr\n}\n");
    let ran = project.lofi(&["report"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for part in ["references.bib:3:12", "nothing is called `jmlr`", "@string{name = {text}}"] {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_and_one_that_is_no_text_are_told_apart() {
    let project = Project::tiny(&[]);
    project.write("docs/references.bib", b"@article{own2020,\n title={Fu\xdfball}\n}\n");
    let ran = project.lofi(&["report"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("references.bib:2:11") && ran.err.contains("not UTF-8"), "{ran:?}");
    std::fs::remove_file(project.path("docs/references.bib")).unwrap();
    std::fs::create_dir(project.path("docs/references.bib")).unwrap();
    let ran = project.lofi(&["report"]);
    assert!(ran.code == Some(2) && ran.err.contains("it is a folder, not a file"), "{ran:?}");
    project.write("studies/demo/tiny.yaml", b"study: demo/tiny\ntitle: Fu\xdfball\n");
    let ran = project.lofi(&["list"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("studies/demo/tiny.yaml:2:10") && ran.err.contains("Latin-1"), "{ran:?}");
    std::fs::remove_file(project.path("studies/demo/tiny.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere", project.path("studies/demo/tiny.yaml")).unwrap();
    let ran = project.lofi(&["list"]);
    assert!(
        ran.code == Some(0) && ran.err.contains("passed over: studies/demo/tiny.yaml: a link to nowhere"),
        "{ran:?}"
    );
}

#[test]
fn make_runs_what_cargo_has_built_wherever_that_is() {
    let mut make = std::process::Command::new("make");
    make.args(["-n", "plan", "check", "report", "docs"]).current_dir(repository());
    // What a make above this one was told is none of its business.
    ["MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "STUDY", "PAPER"].into_iter().for_each(|name| _ = make.env_remove(name));
    let Ok(output) = make.env("CARGO_TARGET_DIR", "elsewhere").env("PROFILE", "").env("CARGO", "").output() else {
        println!("skipped: no make here");
        return;
    };
    let commands = Ran::of(&output);
    assert_eq!(commands.code, Some(0), "{commands:?}");
    assert!(commands.out.contains("cargo run --release --quiet -- check  --profile quick"), "{commands:?}");
    assert!(!commands.out.contains("target/release"), "{commands:?}");
}
