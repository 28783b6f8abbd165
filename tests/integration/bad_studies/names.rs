//! Names that lead out of their folder, are two names of one file, or cannot be told apart.

use super::refused;
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn a_table_that_leads_out() {
    assert_snapshot!(refused(&[("  error:\n", "  ../../../error:\n"), ("table: error\n", "table: ../../../error\n"), ("table: error.rows", "table: ../../../error.rows")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:40:3
      × `../../../error` cannot be the name of a table: it holds `.`
        ╭─[studies/demo/tiny.yaml:40:3]
     39 │ tables:
     40 │   ../../../error:
        ·   ───────┬───────
        ·          ╰── here
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
        ╰────
      help: it becomes the name of a file: take letters, digits, spaces, `-` and `_`

    1 mistake found; nothing was run
    "#);
}

/// The first mistake of the tiny study with a section more.
fn mistake(section: &str) -> String {
    let said = refused(&[("constants:", &format!("{section}\nconstants:"))]);
    said.lines().nth(2).unwrap_or_default().to_owned()
}

#[test]
fn entries_that_become_files() {
    for name in ["\"..\"", "/x", "a/b", "v1.0", "\"a\\nb\"", "\"\"", "\".\"", "nul", "\"a\\u202eb\"", "'a:b'"] {
        let said = mistake(&format!("profiles: {{quick: {{}}, {name}: {{}}}}"));
        assert!(said.contains("cannot be the name of a profile"), "{name}: {said}");
        let said = mistake(&format!("published: {{{name}: {{source: x, rows: [{{error: 1}}]}}}}"));
        assert!(said.contains("cannot be the name of a published number"), "{name}: {said}");
    }
    assert!(mistake("profiles: {quick: {}, a+b: {}}").contains("lays one profile over another"));
    assert!(mistake("profiles: {quick: {}, Quick: {}}").contains("differ only in capital letters"));
}

#[test]
fn a_profile_on_the_command_line_is_one_of_the_study() {
    let project = Project::tiny(&[]);
    for command in ["plan", "run", "bless"] {
        let said = project.lofi(&[command, "--profile", "../../../x"]).refusal();
        assert!(said.starts_with("exit 2") && said.contains("no profile `../../../x`"), "{said}");
    }
}

#[test]
fn names_with_a_meaning() {
    assert!(
        refused(&[("constants:\n", "constants:\n  data: 3\n")]).contains("`data` cannot be the name of a constant")
    );
    assert!(refused(&[("over: seed\n", "over: seed\n    as: n_train\n")]).contains("as is an axis of the sweep"));
    assert!(refused(&[("{LoFi: lofi-score, Pixels:", "{10: lofi-score, 10.0:")]).contains("are the same number"));
    assert!(refused(&[("{LoFi:", "{\"a\\eb\":")]).contains("cannot be a label"));
}

#[test]
fn labels_that_are_numbers() {
    let edits = [("{LoFi:", "{10:"), ("per: [model]", "per: [model], where: {model: 10}")];
    let said = Project::tiny(&edits).well(&["run"]);
    assert!(!said.out.contains("no row"), "{said:?}");
    let said = refused(&[("{LoFi:", "{10:"), ("per: [model]", "per: [model], where: {model: 11}")]);
    assert!(said.contains("no row of this table has model = `11`"), "{said}");
}

#[test]
fn tables_with_the_name_of_what_another_one_keeps() {
    for (name, what) in [("Error-Published", "the published numbers"), ("error-rows", "the rows")] {
        let tables = format!("tables:\n  {name}: {{stack: {{LoFi: lofi-score}}, as: model}}");
        let said = refused(&[("tables:", &tables)]);
        let told = format!("a table `{name}` beside `error`: {what} of that one are kept under this name");
        assert!(said.contains(&told), "{said}");
    }
}

#[test]
fn files_of_one_name() {
    let project = Project::tiny(&[]);
    project.write("studies/demo/tiny.yml", crate::project::TINY);
    let said = project.lofi(&["plan"]).refusal();
    assert!(said.starts_with("exit 2") && said.contains("tiny.yml") && said.contains("tiny.yaml"), "{said}");
    std::fs::rename(project.path("studies/demo/tiny.yml"), project.path("studies/demo/Tiny.yaml")).unwrap();
    assert!(project.lofi(&["plan"]).refusal().contains("differ only in capital letters"));
    std::fs::rename(project.path("studies/demo/Tiny.yaml"), project.path("studies/demo/v1.0.yaml")).unwrap();
    assert!(project.lofi(&["plan"]).refusal().contains("cannot be a study"));
}

#[test]
fn what_is_no_study_is_passed_over() {
    let project = Project::tiny(&[]);
    for name in
        [".#tiny.yaml", "._tiny.yaml", "tiny.yaml~", "#tiny.yaml#", ".tiny.yaml.swp", ".ipynb_checkpoints/t.yaml"]
    {
        project.write(&format!("studies/demo/{name}"), [0, 5, 22, 7]);
    }
    std::os::unix::fs::symlink("..", project.path("studies/demo/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", project.path("studies/demo/gone.yaml")).unwrap();
    let said = project.well(&["plan"]);
    assert!(said.out.contains("demo/tiny") && said.err.contains("gone.yaml"), "{said:?}");
    assert_eq!(said.out.matches("demo/tiny").count(), 1, "{said:?}");
}

#[test]
fn files_outside_of_the_project() {
    for file in ["/etc/passwd", "../../../../etc/passwd", "../../three.csv"] {
        let published = format!("published: {{three: {{source: figure 3, file: {file}}}}}\n\nfigures:");
        let said = refused(&[("over: seed", "over: seed\n    published: three"), ("figures:", &published)]);
        let expected = if file.starts_with("../../t") { "cannot read" } else { "outside of the project" };
        assert!(said.contains(expected), "{said}");
        let said = refused(&[("constants:", &format!("extend: {file}\nconstants:"))]);
        assert!(said.starts_with("exit 2"), "{said}");
    }
}

#[test]
fn formulas_that_are_none() {
    let told = |line: &str| refused(&[("question: Do the steps fit together?", line)]);
    let said = told("question: Does $\\frac{1}{$ fit?");
    assert!(said.contains("studies/demo/tiny.yaml:4:17") && said.contains("this is no formula: "), "{said}");
    assert!(said.contains("write LaTeX between two dollars"), "{said}");
    let said = told("question: Does it fit?\nnotes: >\n  First.\n\n  From $\\lambda on.");
    assert!(said.contains("studies/demo/tiny.yaml:8:8") && said.contains("no second `$` closes it"), "{said}");
    let said = told("deviations:\n  - {what: width, paper: $\\nothing$, ours: $2^n$, why: \"`$width` is \\\\$5\"}");
    assert!(said.contains("studies/demo/tiny.yaml:5:27") && said.contains("1 mistake found"), "{said}");
}
