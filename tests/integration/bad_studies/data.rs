//! Data sets, cards and tasks.

use super::refused;
use insta::assert_snapshot;

#[test]
fn a_data_set_that_is_not_here() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: cifar10")]), @r#"
    exit 3
    error: studies/demo/tiny.yaml:5:7
      × the data set is not on this machine
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: cifar10
       ·       ───┬───
       ·          ╰── here
     6 │
       ╰────
      help: get it in one of these ways
              cifar10 (CIFAR-10)
                no folder ./data/cifar10, ./data/cifar-10-batches-bin: put data_batch_1.bin, data_batch_2.bin,
            data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin in DIR/cifar10 and name DIR
            with --data DIR or LOFI_DATA
                not downloaded: lofi data fetch cifar10 (downloads 171 MB)

    nothing was run: a data set is missing; `lofi data list` shows those that are here
    "#);
}

#[test]
fn none_of_two_data_sets() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: [cifar10, cifar10-jpeg]")]), @r#"
    exit 3
    error: studies/demo/tiny.yaml:5:7
      × none of the data sets is on this machine
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: [cifar10, cifar10-jpeg]
       ·       ────┬───
       ·           ╰── here
     6 │
       ╰────
      help: get it in one of these ways
              cifar10 (CIFAR-10)
                no folder ./data/cifar10, ./data/cifar-10-batches-bin: put data_batch_1.bin, data_batch_2.bin,
            data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin in DIR/cifar10 and name DIR
            with --data DIR or LOFI_DATA
                not downloaded: lofi data fetch cifar10 (downloads 171 MB)
              cifar10-jpeg (CIFAR-10 (JPEG))
                no folder ./data/cifar10-jpeg: put train.parquet, test.parquet in DIR/cifar10-jpeg and name DIR
            with --data DIR or LOFI_DATA

    nothing was run: a data set is missing; `lofi data list` shows those that are here
    "#);
}

#[test]
fn unknown_card() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: fashion-mnist-subst")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:5:7
      × no data card `fashion-mnist-subst`
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: fashion-mnist-subst
       ·       ─────────┬─────────
       ·                ╰── here
     6 │
       ╰────
      help: did you mean `fashion-mnist-subset`? known here: `celeba`, `cifar10`, `cifar10-first-4000`,
            `cifar10-jpeg`, `cifar100`, `cifar100-coarse`, `fashion-mnist`, `fashion-mnist-subset`, `mnist`,
            `mnist-subset`, `orl-faces`, `textures`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_card_behind_one_that_is_here() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: [fashion-mnist-subset, cifar]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:5:7
      × no data card `cifar`
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: [fashion-mnist-subset, cifar]
       ·       ──────────┬──────────
       ·                 ╰── here
     6 │
       ╰────
      help: did you mean `cifar10`? known here: `celeba`, `cifar10`, `cifar10-first-4000`, `cifar10-jpeg`,
            `cifar100`, `cifar100-coarse`, `fashion-mnist`, `fashion-mnist-subset`, `mnist`, `mnist-subset`,
            `orl-faces`, `textures`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_task() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: {card: fashion-mnist-subset, task: upper-lowr}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:5:7
      × data card `fashion-mnist-subset` has no task `upper-lowr`
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: {card: fashion-mnist-subset, task: upper-lowr}
       ·       ───┬──
       ·          ╰── here
     6 │
       ╰────
      help: did you mean `upper-lower`? known here: `confusable-pairs`, `upper-lower`, `clothing-footwear`,
            `classes`; the card: ./datasets/fashion-mnist-subset.yaml:15:3

    1 mistake found; nothing was run
    "#);
}

#[test]
fn no_card() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset", "data: []")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:5:7
      × `data` names no card
       ╭─[studies/demo/tiny.yaml:5:7]
     4 │ question: Do the steps fit together?
     5 │ data: []
       ·       ┬
       ·       ╰── here
     6 │
       ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn no_data_set_named() {
    assert_snapshot!(refused(&[("data: fashion-mnist-subset\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:16:3
      × step `data` reads a data set, but the study names none
        ╭─[studies/demo/tiny.yaml:16:3]
     15 │ steps:
     16 │   data:
        ·   ──┬──
        ·     ╰── here
     17 │     kind: dataset
        ╰────
      help: add `data: [card, ...]`; `lofi data list` shows the cards

    1 mistake found; nothing was run
    "#);
}

#[test]
fn more_samples_than_there_are() {
    assert_snapshot!(refused(&[("[40, 60]", "[40, 9000]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:13:17
      × step `data`: 9000 samples asked for, and Fashion-MNIST (subset) has 8000 training records for the task
      │ confusable-pairs (at n_train = 9000, seed = 0)
        ╭─[studies/demo/tiny.yaml:13:17]
     12 │ sweep:
     13 │   n_train: [40, 9000]
        ·                 ──┬─
        ·                   ╰── here
     14 │   seed: {count: 2}
        ╰────
      help: ask for at most 8000, or for `all`; it is used as `$n_train` at studies/demo/tiny.yaml:19:23

    1 mistake found; nothing was run
    "#);
}

#[test]
fn more_test_samples_than_there_are() {
    assert_snapshot!(refused(&[("n_test: 50", "n_test: 5000")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:9:11
      × step `data`: 5000 samples asked for, and Fashion-MNIST (subset) has 2000 test records for the task
      │ confusable-pairs (at n_train = 40, seed = 0)
        ╭─[studies/demo/tiny.yaml:9:11]
      8 │   width: 16
      9 │   n_test: 5000
        ·           ──┬─
        ·             ╰── here
     10 │   lambdas: {log10: {from: -3, to: 3, points: 7}}
        ╰────
      help: ask for at most 2000, or for `all`; it is used as `$n_test` at studies/demo/tiny.yaml:19:41

    1 mistake found; nothing was run
    "#);
}
