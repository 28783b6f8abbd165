//! A project of one's own, made by the program from an empty folder, with nothing of this repository beside it.

use crate::project::{Project, Ran, repository};
use crate::written::{commands, is_known};
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn from_an_empty_folder_to_a_page_with_a_verdict() {
    let project = Project::bare();
    let start = Instant::now();
    let made = project.well(&["init"]);
    let ran = project.well(&["run", "--report"]);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert!(made.out.contains("wrote studies/first.yaml") && made.out.contains("next: lofi run --report"), "{made:?}");
    assert_eq!(ran.out.matches("\n  held ").count(), 2, "{ran:?}");
    let page = fs::read_to_string(project.path("reports/first.html")).unwrap();
    assert!(page.contains("the random layer has the smaller test error") && page.contains("<svg"), "{page}");
    assert!(project.well(&["run"]).out.starts_with("nothing to do"));
    for profile in ["smoke", "quick"] {
        project.well(&["plan", "--profile", profile]);
    }
    let ignored = fs::read_to_string(project.path(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/.lofi"), "{ignored}");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let project = Project::bare();
    project.write("README.md", "mine");
    project.write(".gitignore", "/.lofi\n*.log\n");
    let made = project.well(&["init"]);
    assert!(made.err.contains("README.md stays as it is") && made.err.contains("/reports/smoke"), "{made:?}");
    assert!(!made.err.contains("\n  /.lofi"), "{made:?}");
    assert_eq!(fs::read_to_string(project.path("README.md")).unwrap(), "mine");
    project.write("studies/first.yaml", "mine");
    let again = project.lofi(&["init"]);
    assert!(
        again.code == Some(2) && again.err.contains("studies stands there, so this is a project already"),
        "{again:?}"
    );
    assert_eq!(fs::read_to_string(project.path("studies/first.yaml")).unwrap(), "mine");

    let project = Project::bare();
    project.write(".github/workflows/lofi.yml", "mine");
    let refused = project.lofi(&["init"]);
    assert!(refused.code == Some(2) && refused.err.contains("lofi.yml stands here already"), "{refused:?}");
    assert!(!project.path("studies").exists() && !project.path("README.md").exists());

    let project = Project::bare();
    project.write("taken", "mine");
    let refused = project.lofi(&["init", "taken"]);
    assert!(refused.code == Some(2) && refused.err.contains("taken is no folder"), "{refused:?}");
}

#[test]
fn a_project_may_be_made_elsewhere_and_about_a_paper() {
    let project = Project::bare();
    let made = project.well(&["init", "deep/mine", "--paper", "arXiv:2401.00001"]);
    assert!(made.out.contains("cd deep/mine && lofi run --report"), "{made:?}");
    let inside = |arguments: &[&str]| {
        Ran::of(&project.command(arguments).current_dir(project.path("deep/mine")).output().unwrap())
    };
    let ran = inside(&["run", "--report"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let page = fs::read_to_string(project.path("deep/mine/reports/first.html")).unwrap();
    assert!(page.contains("arXiv:2401.00001"), "{page}");
    let refused = project.lofi(&["init", "other", "--paper", "the paper"]);
    assert!(refused.code == Some(2) && refused.err.contains("such as arXiv:2605.13612"), "{refused:?}");
    assert!(!project.path("other").exists());
}

#[test]
fn every_command_works_from_a_folder_inside() {
    let project = Project::bare();
    project.well(&["init"]);
    project.write("notes/deep/x.txt", "");
    let smoke = ["--profile", "smoke"];
    for command in [
        &["run"][..],
        &["run", "first", "--only", "error-vs-n"],
        &["plan", "--steps"],
        &["report"],
        &["bless"],
        &["check"],
        &["list"],
        &["list", "published"],
        &["data"],
        &["data", "verify"],
        &["diff", "@smoke"],
        &["export", "first", "error-vs-n", "--to", "f.svg"],
        &["export", "first", "--latex", "-"],
        &["store", "verify"],
        &["schema"],
        &["register", "--max-seeds", "5"],
        &["decide", "--dry-run"],
    ] {
        let mut words = command.to_vec();
        words.extend(smoke);
        let ran = Ran::of(&project.command(&words).current_dir(project.path("notes/deep")).output().unwrap());
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    }
    for made in [".lofi/objects", "reports/first.smoke.html", "results/first/smoke", "schema/study.schema.json"] {
        assert!(project.path(made).exists(), "{made}");
    }
    let left: Vec<_> = fs::read_dir(project.path("notes/deep")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the figure and x.txt: {left:?}");
}

#[test]
fn cards_and_works_come_with_the_program_and_the_project_goes_before() {
    let project = Project::bare();
    project.well(&["init"]);
    let listed = |project: &Project| project.well(&["data", "list"]).out;
    assert!(listed(&project).contains("cifar10-jpeg") && listed(&project).contains("lofi data fetch mnist"));
    let card = fs::read_to_string(repository().join("datasets/mnist.yaml")).unwrap();
    project.write("datasets/mnist.yaml", card.replace("title: MNIST", "title: Our own MNIST"));
    assert!(listed(&project).contains("Our own MNIST"));
    // one with a mistake is the project's too: what is shipped does not hide it
    project.write("datasets/mnist.yaml", card.replace("title: MNIST", "titel: MNIST"));
    assert!(listed(&project).contains("unknown key `titel`"));

    let cite = |key: &str| {
        let study = fs::read_to_string(project.path("studies/first.yaml")).unwrap();
        let title = study.lines().find(|line| line.starts_with("title: ")).unwrap().to_owned();
        project.write(
            "studies/cited.yaml",
            study.replace("study: first", "study: cited").replace(&title, &format!("{title}\npaper: {{cite: {key}}}")),
        );
    };
    cite("mnist");
    project.write("references.bib", "@misc{mnist, title = {Seen from the root}, year = {1999}}\n");
    project.write("docs/references.bib", "@misc{mnist, title = {Seen from docs}}\n@misc{own, title = {Own work}}\n");
    project.well(&["run", "cited", "--report"]);
    let page = || fs::read_to_string(project.path("reports/cited.html")).unwrap();
    assert!(page().contains("Seen from the root") && !page().contains("Seen from docs"));
    cite("own");
    project.well(&["run", "cited", "--report"]);
    assert!(page().contains("Own work"));
}

#[test]
fn what_ci_is_told_to_run_is_what_the_program_knows() {
    let project = Project::bare();
    project.well(&["init"]);
    let workflow = fs::read_to_string(project.path(".github/workflows/lofi.yml")).unwrap();
    let action = fs::read_to_string(repository().join("action.yml")).unwrap();
    for (name, text, least) in [("the workflow", workflow, 3), ("action.yml", action, 4)] {
        let source = lofi::yaml::Source::new(name, &text);
        lofi::yaml::parse(&source).unwrap_or_else(|fault| panic!("{}: {fault}", fault.place));
        let found = commands(&text);
        assert!(found.len() >= least, "{name}: {found:?}");
        for words in found {
            is_known(&words).unwrap_or_else(|error| panic!("{name}: {words:?}: {error}"));
        }
    }
    let wrong = ["lofi", "report", "--exprt", "summary=x"].map(str::to_owned);
    assert!(is_known(&wrong).is_err(), "a flag that is not there is told");
}
