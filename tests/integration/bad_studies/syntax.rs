//! The text: YAML, keys and types.

use super::{refused, without_list};
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn a_bracket_not_closed() {
    assert_snapshot!(refused(&[("[40, 60]", "[40, 60")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:14:7
      × this is not YAML: illegal placement of ':' indicator
        ╭─[studies/demo/tiny.yaml:14:7]
     13 │   n_train: [40, 60
     14 │   seed: {count: 2}
        ·       ┬
        ·       ╰── here
     15 │
        ╰────
      help: look here and on the line above for a bracket or quote that is not closed, an indentation that
            differs from its neighbours, or a colon without a space after it

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_indentation_that_differs() {
    assert_snapshot!(refused(&[("  seed: {count: 2}", " seed: {count: 2}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:14:2
      × this is not YAML: while parsing a block mapping, did not find expected key
        ╭─[studies/demo/tiny.yaml:14:2]
     13 │   n_train: [40, 60]
     14 │  seed: {count: 2}
        ·  ──┬──
        ·    ╰── here
     15 │
        ╰────
      help: look here and on the line above for a bracket or quote that is not closed, an indentation that
            differs from its neighbours, or a colon without a space after it

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_key_twice() {
    assert_snapshot!(refused(&[("title:", "study: demo/tiny\ntitle:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:3:1
      × the key `study` stands twice in this mapping
       ╭─[studies/demo/tiny.yaml:3:1]
     2 │ study: demo/tiny
     3 │ study: demo/tiny
       · ───┬──
       ·    ╰── here
     4 │ title: Random features against pixels, tiny
       ╰────
      help: give each key once

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_step_twice() {
    assert_snapshot!(refused(&[("  lift:\n", "  data: {kind: dataset}\n  lift:\n")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:20:3
      × the key `data` stands twice in this mapping
        ╭─[studies/demo/tiny.yaml:20:3]
     19 │     params: {n_train: $n_train, n_test: $n_test, seed: $seed}
     20 │   data: {kind: dataset}
        ·   ──┬──
        ·     ╰── here
     21 │   lift:
        ╰────
      help: give each key once

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_text_for_a_number() {
    assert_snapshot!(refused(&[("{keep: 5}", "{keep: five}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:20
      × expected a whole number, 0 or more, found the text `five`
        ╭─[studies/demo/tiny.yaml:27:20]
     26 │     inputs: {x: lift}
     27 │     params: {keep: five}
        ·                    ──┬─
        ·                      ╰── here
     28 │   lofi:
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_number_that_is_not_whole() {
    assert_snapshot!(refused(&[("{keep: 5}", "{keep: 5.5}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:20
      × expected a whole number, 0 or more, found the number `5.5`
        ╭─[studies/demo/tiny.yaml:27:20]
     26 │     inputs: {x: lift}
     27 │     params: {keep: 5.5}
        ·                    ─┬─
        ·                     ╰── here
     28 │   lofi:
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_list_for_a_text() {
    assert_snapshot!(refused(&[("title: Random features against pixels, tiny", "title: [Tiny]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:3:8
      × expected a text, found a list
       ╭─[studies/demo/tiny.yaml:3:8]
     2 │ study: demo/tiny
     3 │ title: [Tiny]
       ·        ──┬──
       ·          ╰── here
     4 │ question: Do the steps fit together?
       ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn no_title() {
    assert_snapshot!(refused(&[("title: Random features against pixels, tiny\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:2:1
      × the key `title` is missing
       ╭─[studies/demo/tiny.yaml:2:1]
     1 │ # yaml-language-server: $schema=../../../schema/study.schema.json
     2 │ study: demo/tiny
       · ───┬──
       ·    ╰── here
     3 │ question: Do the steps fit together?
       ╰────
      help: add `title: ...` here

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_section() {
    assert_snapshot!(refused(&[("constants:", "constant:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:7:1
      × unknown key `constant` in a study
       ╭─[studies/demo/tiny.yaml:7:1]
     6 │
     7 │ constant:
       · ────┬────
       ·     ╰── here
     8 │   width: 16
       ╰────
      help: did you mean `constants`? known here: `study`, `title`, `paper`, `question`, `notes`, `deviations`,
            `tolerances`, `looks`, `data`, `extend`, `constants`, `profiles`, `sweep`, `steps`, `tables`,
            `figures`, `claims`, `published`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_empty_file() {
    let project = Project::tiny(&[]);
    project.write("studies/demo/tiny.yaml", "");
    assert_snapshot!(project.lofi(&["plan"]).refusal(), @r#"
    exit 2
    error: studies/demo/tiny.yaml:1:1
      × expected a study, found nothing
       ╭─[studies/demo/tiny.yaml:1:1]
       ╰────
      help: a study is a mapping that begins with `study: NAME` and `title: ...`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_list_for_a_section() {
    let project = Project::tiny(&[]);
    project.write("studies/demo/tiny.yaml", "study: demo/tiny\ntitle: Tiny\nsteps: [data]\n");
    assert_snapshot!(project.lofi(&["plan"]).refusal(), @r#"
    exit 2
    error: studies/demo/tiny.yaml:3:8
      × `steps` must be a mapping of names, found a list
       ╭─[studies/demo/tiny.yaml:3:8]
     2 │ title: Tiny
     3 │ steps: [data]
       ·        ──┬──
       ·          ╰── here
       ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_name_that_is_not_the_path() {
    assert_snapshot!(refused(&[("study: demo/tiny", "study: demo/other")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:2:8
      × this file is the study `demo/tiny`, but calls itself `demo/other`
       ╭─[studies/demo/tiny.yaml:2:8]
     1 │ # yaml-language-server: $schema=../../../schema/study.schema.json
     2 │ study: demo/other
       ·        ─────┬────
       ·             ╰── here
     3 │ title: Random features against pixels, tiny
       ╰────
      help: results and reports are filed under the name, so it must be the path

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_unknown_fragment() {
    assert_snapshot!(refused(&[("constants:", "extend: ../shared/nope.yaml\nconstants:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:7:9
      × cannot read the fragment `../shared/nope.yaml`: No such file or directory (os error 2)
       ╭─[studies/demo/tiny.yaml:7:9]
     6 │
     7 │ extend: ../shared/nope.yaml
       ·         ─────────┬─────────
       ·                  ╰── here
     8 │ constants:
       ╰────
      help: the path is relative to this file; looked for studies/shared/nope.yaml

    1 mistake found; nothing was run
    "#);
}

#[test]
fn fragments_in_a_circle() {
    let project = Project::tiny(&[("constants:", "extend: ../shared/a.yaml\nconstants:")]);
    project.write("studies/shared/a.yaml", "extend: b.yaml\n");
    project.write("studies/shared/b.yaml", "extend: a.yaml\n");
    assert_snapshot!(project.lofi(&["plan"]).refusal(), @r#"
    exit 2
    error: studies/shared/b.yaml:1:9
      × these files extend each other: studies/shared/a.yaml → studies/shared/b.yaml → studies/shared/a.yaml
       ╭─[studies/shared/b.yaml:1:9]
     1 │ extend: a.yaml
       ·         ───┬──
       ·            ╰── here
       ╰────
      help: take one of these `extend`s out

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_fault_in_a_fragment() {
    let project = Project::tiny(&[("constants:", "extend: ../shared/a.yaml\nconstants:")]);
    project.write("studies/shared/a.yaml", "steps:\n  more: {kind: random-feature}\n");
    assert_snapshot!(without_list(&project.lofi(&["plan"]).refusal()), @r#"
    exit 2
    error: studies/shared/a.yaml:2:16
      × unknown kind `random-feature`
       ╭─[studies/shared/a.yaml:2:16]
     1 │ steps:
     2 │   more: {kind: random-feature}
       ·                ───────┬──────
       ·                       ╰── here
       ╰────
      help: did you mean `random-features`? known here: [...]

    1 mistake found; nothing was run
    "#);
}

/// Place and mistake of a file.
fn told(text: impl AsRef<[u8]>) -> (String, String) {
    let project = Project::tiny(&[]);
    project.write("studies/demo/tiny.yaml", text);
    let ran = project.lofi(&["plan"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let mut lines = ran.err.lines().map(str::trim);
    let place = lines.next().unwrap_or_default().trim_start_matches("error: studies/demo/tiny.yaml:").to_owned();
    (place, lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn what_yaml_has_and_studies_do_not() {
    let head = "study: demo/tiny\ntitle: Tiny\n";
    for (text, place, part) in [
        ("---\nstudy: u\n", "3:1", "one YAML document"),
        ("constants: {~: 1}\n", "3:13", "no key"),
        ("constants: {: 1}\n", "3:13", "no key"),
        ("constants: {[a]: 1}\n", "3:13", "a key is a text"),
        ("constants: {a: *b}\n", "3:16", "nothing above has this name"),
        ("constants: {a: &b [*b]}\n", "3:20", "inside of what it stands for"),
        ("constants: {a: !!python/object x}\n", "3:", "means nothing here"),
        ("constants: {a: 18446744073709551615}\n", "3:16", "too large"),
        ("constants: {a: 1e400}\n", "3:16", "too large"),
        ("constants: {a: .nan}\n", "3:16", "finite"),
        ("constants: {a: 1_000}\n", "3:16", "a text to others"),
        ("constants: {a: [1,000]}\n", "3:19", "begins with a zero"),
        ("constants:\n\ta: 1\n", "4:", "tab"),
        ("constants: {a: @x}\n", "3:16", "cannot begin with `@`"),
        ("constants: {a: 'x}\n", "", "quote"),
        ("constants: {a: \u{1}}\n", "3:16", "U+0001"),
        ("constants: {a: 1, a: 2}\n", "3:19", "stands twice"),
    ] {
        let (found, message) = told(format!("{head}{text}"));
        assert!(found.starts_with(place) && message.contains(part), "{text}: {found} {message}");
        for rust in ["Option<", "from_str", "visit_", "usize", "i64", "serde", "::"] {
            assert!(!message.contains(rust), "{message}");
        }
        let is_syntax = message.contains("this is not YAML");
        assert_eq!(message.contains("bracket or quote"), is_syntax, "{message}");
    }
}

#[test]
fn files_that_are_no_text() {
    assert!(told(b"study: demo/tiny\ntitle: Gr\xf6\xdfe\n").1.contains("not UTF-8"));
    assert!(told(b"\xff\xfes\0t\0").1.contains("UTF-16"));
    assert!(told("# x\n".repeat(3 << 20)).1.contains("larger than 8 MiB"));
}

#[test]
fn line_ends_and_marks_of_other_systems_are_read() {
    let text = format!("\u{feff}{}", crate::project::TINY.replace('\n', "\r\n"));
    let project = Project::tiny(&[]);
    project.write("studies/demo/tiny.yaml", text);
    project.well(&["plan"]);
}

#[test]
fn hostile_files_are_bounded() {
    let head = "study: demo/tiny\ntitle: Tiny\n";
    let deep = format!("{head}notes: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(told(&deep).1.contains("nested more than 64 deep"));
    let mut laughs = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (before, name) in "abcdefghi".chars().zip("bcdefghij".chars()) {
        laughs += &format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(","));
    }
    assert!(told(format!("{laughs}{head}")).1.contains("more than 500000 values"));
    let mut chain = String::from("a0: &a0 [x]\n");
    for index in 1..200 {
        chain += &format!("a{index}: &a{index} [*a{}]\n", index - 1);
    }
    assert!(told(format!("{chain}{head}")).1.contains("nested more than 64 deep"));
    let nested = format!(
        "notes: {}{}{}\n",
        (0..50).map(|i| format!("&a{i} [")).collect::<String>(),
        "1,".repeat(50_000),
        "]".repeat(50)
    );
    assert!(told(format!("{head}{nested}")).1.contains("more than 500000 values"));
    let keys: String = (0..20_000).map(|index| format!("  k{index}: {index}\n")).collect();
    assert!(told(format!("{head}constants:\n{keys}")).1.contains("more than 10000 entries"));
    let keys: String = (0..200_000).map(|index| format!("k{index}: {index}\n")).collect();
    assert!(told(format!("{head}{keys}")).1.contains("20 mistakes found"));
}

#[test]
fn a_mistake_far_to_the_right() {
    let keys: Vec<String> = (0..9000).map(|index| format!("\"k{index}\": {index}")).collect();
    let (place, message) = told(format!(
        "{{\"study\": \"demo/tiny\", \"title\": \"t\", \"constants\": {{{}}}, \"stepps\": {{}}}}\n",
        keys.join(", ")
    ));
    assert!(place.starts_with("1:1") && place.len() > 7, "{place}");
    assert!(message.contains("unknown key `stepps`") && message.len() < 2000, "{message}");
}

#[test]
fn anchors_aliases_and_merged_keys_are_read() {
    let edits =
        [("constants:\n", "constants:\n  base: &base {keep: 5}\n"), ("params: {keep: 5}", "params: {<<: *base}")];
    Project::tiny(&edits).well(&["plan"]);
}
