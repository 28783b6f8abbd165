//! The command line.

use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn unknown_setting() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--set", "widht=3"]).refusal(), @r#"
    exit 2
    error: --set widht: no study has such a name; did you mean `width`? known here: `width`, `n_test`, `lambdas`, `n_train`, `seed`, `data`
    "#);
}

#[test]
fn a_setting_of_the_wrong_type() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--set", "width=wide"]).refusal(), @r#"
    exit 2
    error: --set width:1:1
      × expected a whole number, 0 or more, found the text `wide`
       ╭─[--set width:1:1]
     1 │ wide
       · ──┬─
       ·   ╰── here
       ╰────
      help: it is used as `$width` at studies/demo/tiny.yaml:23:21

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_setting_that_is_not_yaml() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--set", "width=["]).refusal(), @r#"
    exit 2
    error: --set width:1:1
      × this is not YAML: the bracket `[` is never closed
       ╭─[--set width:1:1]
     1 │ [
       · ┬
       · ╰── here
       ╰────
      help: look here and on the line above for a bracket or quote that is not closed, an indentation that
            differs from its neighbours, or a colon without a space after it

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_setting_without_a_value() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--set", "width"]).refusal(), @r#"
    exit 2
    error: invalid value 'width' for '--set <NAME=VALUE>': expected NAME=VALUE, such as seed={count: 2}

    For more information, try '--help'.
    "#);
}

#[test]
fn unknown_study() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "demo/tin"]).refusal(), @r#"
    exit 2
    error: no study `demo/tin` in studies; did you mean `demo/tiny`? known here: `demo`, `demo/tiny`
    "#);
}

#[test]
fn unknown_folder_of_studies() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["run", "dmeo/"]).refusal(), @r#"
    exit 2
    error: no study `dmeo/` in studies; did you mean `demo`? known here: `demo`, `demo/tiny`
    "#);
}

#[test]
fn no_folder_of_studies() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--studies", "nowhere"]).refusal(), @r#"
    exit 2
    error: cannot read nowhere: No such file or directory (os error 2); `--studies DIR` names the folder of the studies
    "#);
}

#[test]
fn no_folder_of_data() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--data", "nowhere"]).refusal(), @r#"
    exit 2
    error: --data nowhere: there is no such folder
    "#);
}

#[test]
fn no_job() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["run", "--jobs", "0"]).refusal(), @r#"
    exit 2
    error: invalid value '0' for '--jobs <JOBS>': expected a whole number, 1 or more

    For more information, try '--help'.
    "#);
}

#[test]
fn memory_in_an_unknown_unit() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["run", "--memory", "2XB"]).refusal(), @r#"
    exit 2
    error: invalid value '2XB' for '--memory <MEMORY>': unknown unit `XB`: expected KB, MB, GB, TB, KiB, MiB, GiB, TiB, or bytes without a unit

    For more information, try '--help'.
    "#);
}

#[test]
fn a_baseline_of_another_study() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["bless", "--set", "seed=1"]).refusal(), @r#"
    exit 2
    error: a baseline is made without --set: it must be the study as committed
    "#);
}
