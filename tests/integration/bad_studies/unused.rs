//! What a study names for nothing: axes, constants, steps, numbers; works and data sets that nobody knows; levels in per
//! cent; layers that repeat each other.

use super::refused;
use insta::assert_snapshot;

#[test]
fn an_axis() {
    assert_snapshot!(refused(&[("  seed: {count: 2}\n", "  seed: {count: 2}\n  depth: [1, 2]\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:15:3
      × nothing uses the axis `depth`
        ╭─[studies/demo/tiny.yaml:15:3]
     14 │   seed: {count: 2}
     15 │   depth: [1, 2]
        ·   ───┬──
        ·      ╰── here
     16 │
        ╰────
      help: write `$depth` where its value belongs, or take it out

    1 mistake found; nothing was run
    ");
}

#[test]
fn an_axis_of_a_zip() {
    assert_snapshot!(refused(&[("  n_train: [40, 60]\n", "  size: {zip: {n_train: [40, 60], k: [3, 4]}}\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:13:35
      × nothing uses the axis `k`
        ╭─[studies/demo/tiny.yaml:13:35]
     12 │ sweep:
     13 │   size: {zip: {n_train: [40, 60], k: [3, 4]}}
        ·                                   ─┬
        ·                                    ╰── here
     14 │   seed: {count: 2}
        ╰────
      help: write `$k` where its value belongs, or take it out

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_constant() {
    assert_snapshot!(refused(&[("  width: 16\n", "  width: 16\n  keep: 5\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:9:3
      × nothing uses the constant `keep`
        ╭─[studies/demo/tiny.yaml:9:3]
      8 │   width: 16
      9 │   keep: 5
        ·   ──┬──
        ·     ╰── here
     10 │   n_test: 50
        ╰────
      help: write `$keep` where its value belongs, or take it out

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_step() {
    assert_snapshot!(refused(&[("\ntables:", "  other: {kind: score, inputs: {predictions: pixels}}\n\ntables:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:38:3
      × nothing takes an output of the step `other`
        ╭─[studies/demo/tiny.yaml:38:3]
     37 │   pixels-score: {kind: score, inputs: {predictions: pixels}}
     38 │   other: {kind: score, inputs: {predictions: pixels}}
        ·   ───┬──
        ·      ╰── here
     39 │
        ╰────
      help: stack it in a table, wire it to a figure or to a step, or take it out: it would never run

    1 mistake found; nothing was run
    ");
}

#[test]
fn published_numbers() {
    assert_snapshot!(refused(&[("\nfigures:", "\npublished:\n  paper:\n    source: by hand\n    rows: [{model: LoFi, n_train: 40, test_error: 0.2}]\n\nfigures:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:46:3
      × nothing is compared with the published numbers `paper`
        ╭─[studies/demo/tiny.yaml:46:3]
     45 │ published:
     46 │   paper:
        ·   ───┬──
        ·      ╰── here
     47 │     source: by hand
        ╰────
      help: write `published: paper` in a table or a figure, or take them out

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_work_that_nobody_knows() {
    assert_snapshot!(refused(&[("question:", "paper: {cite: neural-loffi}\nquestion:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:4:15
      × references.bib has no work `neural-loffi`
       ╭─[studies/demo/tiny.yaml:4:15]
     3 │ title: Random features against pixels, tiny
     4 │ paper: {cite: neural-loffi}
       ·               ──────┬─────
       ·                     ╰── here
     5 │ question: Do the steps fit together?
       ╰────
      help: did you mean `neural-lofi`? known here: `atkinson-han-2012`, `berger-1982`, `celeba`, `cho-saul-
            2009`, `cifar10`, `clopper-pearson-1934`, `dandi-jacot-2021`, `efron-tibshirani-1993`, `fashion-
            mnist`, `fieller-1954`, `golub-heath-wahba-1979`, `jacot-2018`, `kornblith-2019`, `lan-demets-1983`,
            `lee-2018`, `mnist`, `nadeau-bengio-2003`, `neural-lofi`, `orl-faces`, `rahaman-2019`, `ricci-2026`,
            `schuirmann-1987`, `scikit-image`, `spearman-1904`, `student-1908`, `wen-2024`, `williams-1998`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_data_set_that_no_card_represents() {
    assert_snapshot!(refused(&[("question:", "paper: {cite: neural-lofi, data: cifar-10}\nquestion:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:4:34
      × no data card represents `cifar-10`
       ╭─[studies/demo/tiny.yaml:4:34]
     3 │ title: Random features against pixels, tiny
     4 │ paper: {cite: neural-lofi, data: cifar-10}
       ·                                  ────┬───
       ·                                      ╰── here
     5 │ question: Do the steps fit together?
       ╰────
      help: did you mean `cifar10`? known here: `celeba`, `cifar10`, `cifar100`, `fashion-mnist`, `mnist`, `orl-
            faces`, `textures`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_level_in_per_cent() {
    assert_snapshot!(refused(&[("student: 0.9", "student: 95")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:43:25
      × 95 is out of range: it must be at most 0.9999; did you mean 0.95?
        ╭─[studies/demo/tiny.yaml:43:25]
     42 │     over: seed
     43 │     interval: {student: 95}
        ·                         ─┬
        ·                          ╰── here
     44 │
        ╰────

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_level_of_a_claim_in_per_cent() {
    assert_snapshot!(refused(&[("per: [model]", "per: [model], level: 95")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:56:87
      × 95 is out of range: it must be at most 0.9999; did you mean 0.95?
        ╭─[studies/demo/tiny.yaml:56:87]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model], level: 95}
        ·                                                                                       ─┬
        ·                                                                                        ╰── here
        ╰────

    1 mistake found; nothing was run
    ");
}

#[test]
fn two_layers_of_the_same_weights() {
    assert_snapshot!(refused(&[("  filter:\n    kind: signed-moment-filter\n    inputs: {x: lift}", "  lift2:\n    kind: random-features\n    inputs: {x: lift}\n    params: {width: $width, seed: $seed}\n  filter:\n    kind: signed-moment-filter\n    inputs: {x: lift2}")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:24:3
      × the layer `lift2` draws the same weights as the layer `lift` before it, from seed 0
        ╭─[studies/demo/tiny.yaml:24:3]
     23 │     params: {width: $width, seed: $seed}
     24 │   lift2:
        ·   ───┬──
        ·      ╰── here
     25 │     kind: random-features
        ╰────
      help: number the layers of a chain, here for example by `layer: 1`

    1 mistake found; nothing was run
    ");
}
