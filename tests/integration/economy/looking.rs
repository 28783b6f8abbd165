//! `lofi explain`, `lofi graph` and `lofi try`.

use crate::project::Project;

#[test]
fn a_study_is_explained_as_mathematics_with_its_sources() {
    let project = Project::tiny(&[]);
    let text = project.well(&["explain", "demo/tiny", "--format", "markdown"]).out;
    for part in [
        "# Random features against pixels, tiny (demo/tiny)",
        "### `lift`: random-features",
        "$$z = \\sigma(h^\\top W/c)/\\sqrt{P}",
        "- from `data` as x",
        "- in 4 cells: `n_train` ∈ {40, 60}, `seed` ∈ {0, 1}",
        "`width` = 16",
        "- written at studies/demo/tiny.yaml:20:",
        "## Claims",
        "## Sources",
    ] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    let plain = project.well(&["explain", "demo/tiny", "--format", "text"]).out;
    assert!(plain.contains("z = σ(hᵀ W/c)/√P") && !plain.contains('$'), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 110), "{plain}");
}

#[test]
fn a_study_is_drawn_in_three_languages() {
    let project = Project::tiny(&[]);
    let svg = project.well(&["graph", "demo/tiny"]).out;
    let tree = roxmltree::Document::parse(&svg).unwrap();
    let boxes = tree.descendants().filter(|node| node.has_tag_name("rect")).count();
    assert!(boxes == 11 && svg.contains("lofi-score"), "{boxes} boxes in {svg}");
    let mermaid = project.well(&["graph", "demo/tiny", "--format", "mermaid"]).out;
    assert!(mermaid.starts_with("flowchart TD\n") && mermaid.contains(" -->|x| "), "{mermaid}");
    assert!(mermaid.contains("\"lift<br/>random-features, 4 cells\""), "{mermaid}");
    let dot = project.well(&["graph", "demo/tiny", "--format", "dot"]).out;
    assert!(dot.starts_with("digraph \"demo/tiny\" {") && dot.contains("-> s") && dot.ends_with("}\n"), "{dot}");
    let ran = project.lofi(&["graph", "demo"]);
    assert!(ran.code == Some(0) || ran.err.contains("one is drawn at a time"), "{ran:?}");
}

#[test]
fn one_cell_is_computed_and_shown() {
    let project = Project::tiny(&[]);
    let ran = project.well(&["try", "demo/tiny/lofi-score", "--where", "n_train=60", "--set", "width=8"]);
    assert!(ran.out.starts_with("demo/tiny: lofi-score [n_train=60 seed=0]  (score)\n"), "{ran:?}");
    assert!(
        ran.out.contains("test_error") && ran.err.contains("[5/5] demo/tiny: lofi-score [n_train=60 seed=0]"),
        "{ran:?}"
    );
    assert!(!ran.err.contains("n_train=40"), "nothing else is computed: {ran:?}");
    let spectrum = project.well(&["try", "demo/tiny/filter", "--quiet"]).out;
    assert!(spectrum.contains("5 eigenvalues of ") && spectrum.contains("|eigenvalue|"), "{spectrum}");
    let table = project.well(&["try", "demo/tiny/error", "--quiet"]).out;
    assert!(table.contains("model") && table.contains("n_train"), "{table}");
    let ran = project.lofi(&["try", "demo/tiny"]);
    assert!(ran.code == Some(2) && ran.err.contains("is no step: write STUDY/STEP"), "{ran:?}");
}
