//! Tables and figures.

use super::{refused, without_list};
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn unknown_key_in_a_table() {
    assert_snapshot!(refused(&[("over: seed", "average: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:5
      × unknown key `average`
        ╭─[studies/demo/tiny.yaml:42:5]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     average: seed
        ·     ────┬───
        ·         ╰── here
     43 │     interval: {student: 0.9}
        ╰────
      help: known here: `stack`, `title`, `from`, `as`, `keys`, `where`, `choose`, `difference`, `over`,
            `interval`, `bins`, `published`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_key_inside_a_table() {
    assert_snapshot!(refused(&[("{student: 0.9}", "{studnt: 0.9}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:43:16
      × unknown key `studnt`
        ╭─[studies/demo/tiny.yaml:43:16]
     42 │     over: seed
     43 │     interval: {studnt: 0.9}
        ·                ───┬───
        ·                   ╰── here
     44 │
        ╰────
      help: did you mean `student`? known here: `student`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_level_out_of_range() {
    assert_snapshot!(refused(&[("student: 0.9", "student: 1.9")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:43:25
      × 1.9 is out of range: it must be at most 0.9999
        ╭─[studies/demo/tiny.yaml:43:25]
     42 │     over: seed
     43 │     interval: {student: 1.9}
        ·                         ─┬─
        ·                          ╰── here
     44 │
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_table_of_nothing() {
    assert_snapshot!(refused(&[("    stack: {LoFi: lofi-score, Pixels: pixels-score}\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:40:3
      × table `error` needs either `stack` or `from`
        ╭─[studies/demo/tiny.yaml:40:3]
     39 │ tables:
     40 │   error:
        ·   ───┬──
        ·      ╰── here
     41 │     over: seed
        ╰────
      help: `stack: {LABEL: STEP, ...}` puts the tables of steps under each other; `from: TABLE` takes another
            table

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_stack_of_no_table() {
    assert_snapshot!(refused(&[("LoFi: lofi-score", "LoFi: lofi")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:41:19
      × a stack is made of tables, but `lofi` is of type predictions
        ╭─[studies/demo/tiny.yaml:41:19]
     40 │   error:
     41 │     stack: {LoFi: lofi, Pixels: pixels-score}
        ·                   ──┬─
        ·                     ╰── here
     42 │     over: seed
        ╰────
      help: `lofi.path` is of type table

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_step_in_a_stack() {
    assert_snapshot!(refused(&[("LoFi: lofi-score", "LoFi: lofi-scor")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:41:19
      × there is no step `lofi-scor`
        ╭─[studies/demo/tiny.yaml:41:19]
     40 │   error:
     41 │     stack: {LoFi: lofi-scor, Pixels: pixels-score}
        ·                   ────┬────
        ·                       ╰── here
     42 │     over: seed
        ╰────
      help: did you mean `lofi-score`? known here: `data`, `lift`, `filter`, `lofi`, `lofi-score`, `pixels`,
            `pixels-score`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_axis_to_average_over() {
    assert_snapshot!(refused(&[("over: seed", "over: sed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:11
      × step `error (aggregate)`: `sed` is no axis of the table; its axes are model, n_train, seed
        ╭─[studies/demo/tiny.yaml:42:11]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     over: sed
        ·           ─┬─
        ·            ╰── here
     43 │     interval: {student: 0.9}
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_published_numbers() {
    assert_snapshot!(refused(&[("over: seed", "over: seed\n    published: figure-three")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:43:16
      × there are no published numbers `figure-three`
        ╭─[studies/demo/tiny.yaml:43:16]
     42 │     over: seed
     43 │     published: figure-three
        ·                ──────┬─────
        ·                      ╰── here
     44 │     interval: {student: 0.9}
        ╰────
      help: `published:` is empty

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_scale_of_no_published_column() {
    let published = "published: {three: {source: figure 3, rows: [{error: 20}], scale: {eror: 0.01}}}\n\nfigures:";
    let said = refused(&[("over: seed", "over: seed\n    published: three"), ("figures:", published)]);
    assert!(said.contains("no column `eror` to scale; the columns are those of the rows"), "{said}");
    assert!(said.contains("studies/demo/tiny.yaml:46:"), "{said}");
}

#[test]
fn a_published_file_that_is_not_there() {
    assert_snapshot!(refused(&[("over: seed", "over: seed\n    published: three"), ("figures:", "published: {three: {source: figure 3, file: three.csv}}\n\nfigures:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:46:45
      × cannot read `three.csv`: No such file or directory (os error 2)
        ╭─[studies/demo/tiny.yaml:46:45]
     45 │
     46 │ published: {three: {source: figure 3, file: three.csv}}
        ·                                             ────┬────
        ·                                                 ╰── here
     47 │
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_table_made_too_late() {
    assert_snapshot!(refused(&[("  error:\n", "  best: {from: error}\n  error:\n")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:40:16
      × table `error` is made after table `best`
        ╭─[studies/demo/tiny.yaml:40:16]
     39 │ tables:
     40 │   best: {from: error}
        ·                ──┬──
        ·                  ╰── here
     41 │   error:
        ╰────
      help: a table stands below the one that it is made from

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_key_in_a_figure() {
    assert_snapshot!(refused(&[("colour: model", "color: model")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:51:5
      × unknown key `color`
        ╭─[studies/demo/tiny.yaml:51:5]
     50 │     y: {column: test_error}
     51 │     color: model
        ·     ───┬──
        ·        ╰── here
     52 │
        ╰────
      help: did you mean `colour`? known here: `x`, `y`, `colour`, `dash`, `dashed`, `each`, `reached`,
            `x_scale`, `y_scale`, `band`, `band_low`, `band_high`, `lines`, `marks`, `title`, `facets`, `where`,
            `published`, `data_note`, `intervals`, `samples`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_kind_of_figure() {
    assert_snapshot!(without_list(&refused(&[("kind: line-band", "kind: lineband")])), @r#"
    exit 2
    error: studies/demo/tiny.yaml:47:11
      × unknown kind `lineband`
        ╭─[studies/demo/tiny.yaml:47:11]
     46 │   error-vs-n:
     47 │     kind: lineband
        ·           ────┬───
        ·               ╰── here
     48 │     table: error
        ╰────
      help: did you mean `line-band`? known here: [...]

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_table_in_a_figure() {
    assert_snapshot!(refused(&[("    table: error\n    x", "    table: eror\n    x")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:48:12
      × there is no table `eror`
        ╭─[studies/demo/tiny.yaml:48:12]
     47 │     kind: line-band
     48 │     table: eror
        ·            ──┬─
        ·              ╰── here
     49 │     x: {column: n_train}
        ╰────
      help: did you mean `error`? known here: `error`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn pictures_that_are_a_table() {
    let figure = "    table: error\n    x: {column: n_train}\n    y: {column: test_error}\n    colour: model\n";
    let edits = [("kind: line-band", "kind: image-grid"), (figure, "    pictures: lofi-score\n")];
    assert_snapshot!(refused(&edits), @r#"
    exit 2
    error: studies/demo/tiny.yaml:48:15
      × `pictures` takes a value of type pictures, but `lofi-score` is of type table
        ╭─[studies/demo/tiny.yaml:48:15]
     47 │     kind: image-grid
     48 │     pictures: lofi-score
        ·               ─────┬────
        ·                    ╰── here
     49 │
        ╰────
      help: pictures: Pictures with the headings of their rows and columns.

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_average_of_histograms() {
    assert_snapshot!(refused(&[("    interval: {student: 0.9}\n", "    bins: {column: test_error}\n")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:11
      × `over` does not apply to a table of `bins`: a histogram counts values, not means
        ╭─[studies/demo/tiny.yaml:42:11]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     over: seed
        ·           ──┬─
        ·             ╰── here
     43 │     bins: {column: test_error}
        ╰────
      help: `pool: [seed]` inside `bins` counts the values of all seeds in one histogram; for mean counts put
            `over` into a second table with `from: TABLE.summary`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_interval_of_nothing() {
    assert_snapshot!(refused(&[("    over: seed\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:15
      × `interval` without `over`: nothing is averaged
        ╭─[studies/demo/tiny.yaml:42:15]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     interval: {student: 0.9}
        ·               ────┬────
        ·                   ╰── here
     43 │
        ╰────
      help: add `over: seed`, or take `interval` away

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_histogram_of_an_axis() {
    assert_snapshot!(refused(&[("    over: seed\n    interval: {student: 0.9}\n", "    bins: {column: n_train}\n")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:20
      × step `error (bins)`: `n_train` is an axis of the table, so each histogram would hold one value
        ╭─[studies/demo/tiny.yaml:42:20]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     bins: {column: n_train}
        ·                    ───┬───
        ·                       ╰── here
     43 │
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_histogram_on_a_scale_without_its_threshold() {
    let bins = "    bins: {column: test_error, scale: symlog}\n";
    assert_snapshot!(refused(&[("    over: seed\n    interval: {student: 0.9}\n", bins)]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:39
      × step `error (bins)`: `symlog` needs `threshold`, where its linear part ends
        ╭─[studies/demo/tiny.yaml:42:39]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     bins: {column: test_error, scale: symlog}
        ·                                       ───┬──
        ·                                          ╰── here
     43 │
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn published_numbers_that_are_none() {
    let project = Project::tiny(&[
        ("over: seed", "over: seed\n    published: three"),
        ("figures:", "published: {three: {source: figure 3, file: three.csv}}\n\nfigures:"),
    ]);
    let file = |cell: &str| format!("model,n_train,test_error\nLoFi,40,0.2\nLoFi,60,{cell}\nPixels,60,0.3\n");
    for cell in ["nan", "-inf", "n/a", "0,2"] {
        project.write("studies/demo/three.csv", file(cell));
        let said = project.lofi(&["plan"]).refusal();
        assert!(said.starts_with("exit 2\nerror: studies/demo/three.csv:3:1"), "{said}");
    }
    project.write("studies/demo/three.csv", file(""));
    let said = project.well(&["plan"]);
    assert!(said.err.contains("`test_error` is empty at studies/demo/three.csv:3"), "{said:?}");
}
