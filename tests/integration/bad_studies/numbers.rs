//! Numbers that cannot be.

use super::refused;
use insta::assert_snapshot;

#[test]
fn more_directions_than_features() {
    assert_snapshot!(refused(&[("keep: 5", "keep: 17")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:20
      × step `filter`: cannot keep 17 directions of 16 features (at n_train = 40, seed = 0)
        ╭─[studies/demo/tiny.yaml:27:20]
     26 │     inputs: {x: lift}
     27 │     params: {keep: 17}
        ·                    ─┬
        ·                     ╰── here
     28 │   lofi:
        ╰────
      help: lower `keep` or widen the layer before

    1 mistake found; nothing was run
    "#);
}

#[test]
fn more_directions_than_samples() {
    assert_snapshot!(refused(&[("kind: random-features", "kind: layer-kernel"), ("{width: $width, seed: $seed}", "{}"), ("keep: 5", "keep: 100")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:20
      × step `filter`: cannot keep 100 directions of 40 training samples (at n_train = 40, seed = 0)
        ╭─[studies/demo/tiny.yaml:27:20]
     26 │     inputs: {x: lift}
     27 │     params: {keep: 100}
        ·                    ─┬─
        ·                     ╰── here
     28 │   lofi:
        ╰────
      help: lower `keep` or take more training samples

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_count_out_of_range() {
    assert_snapshot!(refused(&[("width: 16", "width: 0")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:8:10
      × 0 is out of range: it must be at least 1
       ╭─[studies/demo/tiny.yaml:8:10]
     7 │ constants:
     8 │   width: 0
       ·          ┬
       ·          ╰── here
     9 │   n_test: 50
       ╰────
      help: it is used as `$width` at studies/demo/tiny.yaml:23:21

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_ridge_out_of_range() {
    assert_snapshot!(refused(&[("lambda: $lambdas", "lambda: [-1, 1]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:31:22
      × step `lofi`: -1 is no ridge penalty: it must be a number above 0 (at n_train = 40, seed = 0)
        ╭─[studies/demo/tiny.yaml:31:22]
     30 │     inputs: {x: filter}
     31 │     params: {lambda: [-1, 1]}
        ·                      ─┬─
        ·                       ╰── here
     32 │   lofi-score: {kind: score, inputs: {predictions: lofi}}
        ╰────

    1 mistake found; nothing was run
    "#);
}

// Each is shown, also behind a step that cannot be made; none is shown that only follows from another.
#[test]
fn several_at_once() {
    assert_snapshot!(refused(&[("{width: $width,", "{width: $widht,"), ("keep: 5", "keep: five"), ("{lambda: $lambdas}", "{lambdas: $lambdas}"), ("colour: model", "color: model")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:23:21
      × unknown name `$widht`
        ╭─[studies/demo/tiny.yaml:23:21]
     22 │     inputs: {x: data}
     23 │     params: {width: $widht, seed: $seed}
        ·                     ───┬──
        ·                        ╰── here
     24 │   filter:
        ╰────
      help: did you mean `width`? known here: `n_train`, `seed`, `width`, `n_test`, `lambdas`; a text that
            begins with $ is written $$

    error: studies/demo/tiny.yaml:27:20
      × expected a whole number, 0 or more, found the text `five`
        ╭─[studies/demo/tiny.yaml:27:20]
     26 │     inputs: {x: lift}
     27 │     params: {keep: five}
        ·                    ──┬─
        ·                      ╰── here
     28 │   lofi:
        ╰────

    error: studies/demo/tiny.yaml:31:14
      × unknown key `lambdas`
        ╭─[studies/demo/tiny.yaml:31:14]
     30 │     inputs: {x: filter}
     31 │     params: {lambdas: $lambdas}
        ·              ────┬───
        ·                  ╰── here
     32 │   lofi-score: {kind: score, inputs: {predictions: lofi}}
        ╰────
      help: did you mean `lambda`? known here: `readout`, `lambda`, `select`, `precision`, `least_freedom`,
            `counts_intercept`

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

    4 mistakes found; nothing was run
    "#);
}
