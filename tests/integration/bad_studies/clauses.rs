//! Clauses of tables.

use super::refused;
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn a_difference_of_an_unknown_label() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFy, against: Pixels}\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_difference_of_a_label_against_itself() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi, against: LoFi}\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_difference_without_its_other_end() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi}\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_difference_paired_on_no_axis() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi, against: Pixels, pair_on: [sed]}\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_difference_that_is_no_mapping() {
    assert_snapshot!(refused(&[("over: seed", "difference: test_mse\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn an_axis_as_a_further_key() {
    assert_snapshot!(refused(&[("over: seed", "keys: [lambda, n_train]\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn keys_that_are_no_names() {
    assert_snapshot!(refused(&[("over: seed", "keys: [3]\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_tolerance_without_smallest() {
    assert_snapshot!(refused(&[("over: seed", "choose: {minimise: test_mse, over: n_train, tolerance: {relative: 0.1}}\n    over: seed")]), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn a_difference_without_partners() {
    assert_snapshot!(Project::tiny(&[("over: seed", "where: {model: LoFi}\n    difference: {column: test_mse, of: LoFi, against: Pixels}\n    over: seed")]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 2
    error: ./datasets/celeba.yaml:14:9
      × unknown value `celeba`
        ╭─[./datasets/celeba.yaml:14:9]
     13 │ caveat: 64 × 64, cut from the aligned images
     14 │ format: celeba
        ·         ───┬──
        ·            ╰── here
     15 │ shape: {channels: 3, height: 64, width: 64}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    error: ./datasets/orl-faces.yaml:12:9
      × unknown value `class-folders`
        ╭─[./datasets/orl-faces.yaml:12:9]
     11 │ caveat: the two classes are arbitrary halves of the people
     12 │ format: class-folders
        ·         ──────┬──────
        ·               ╰── here
     13 │ shape: {channels: 1, height: 112, width: 92}
        ╰────
      help: known here: `cifar10-binary`, `parquet-images`, `idx`, `image-folder`

    2 mistakes found; nothing was run
    "#);
}
