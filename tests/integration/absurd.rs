//! Sizes that no machine can serve are refused before the run, each at the parameter that has it.

use crate::project::{Project, repository};

/// Every size that a study gives a parameter by name: where its digits are, and the name.
fn numbers(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut found: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let steps = text.find("\nsteps:").unwrap()..text.find("\ntables:").unwrap();
    for (at, _) in text.match_indices(": ").filter(|(at, _)| steps.contains(at)) {
        let name: String = text[..at].chars().rev().take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
        let name: String = name.chars().rev().collect();
        let digits = text[at + 2..].chars().take_while(char::is_ascii_digit).count();
        let whole = text[at + 2 + digits..].starts_with([',', '}', '\n']);
        if digits > 0 && whole && !name.contains("seed") && name != "period" {
            found.push((at + 2..at + 2 + digits, name));
        }
    }
    found
}

#[test]
fn a_size_beyond_everything_is_refused_where_it_stands() {
    let text = std::fs::read_to_string(repository().join("tests/studies/kinds/every-kind.yaml")).unwrap();
    let project = Project::empty();
    let numbers = numbers(&text);
    assert!(numbers.len() > 50, "{}", numbers.len());
    for (range, name) in numbers {
        for size in ["1000000000000000000", "1000000000"] {
            let mut absurd = text.clone();
            absurd.replace_range(range.clone(), size);
            project.write("studies/kinds/every-kind.yaml", absurd);
            let ran = project.lofi(&["plan"]);
            let fine = if size.len() > 10 { ran.code == Some(2) } else { matches!(ran.code, Some(0 | 2)) };
            assert!(fine, "{name}: {size}: {ran:?}");
            if ran.code == Some(2) {
                let line = text[..range.start].lines().count();
                // A value in a repeated list is shown at the entry of the list, a line above.
                let shown = [line - 1, line].map(|line| format!("every-kind.yaml:{line}:"));
                assert!(shown.iter().any(|place| ran.err.contains(place)), "{name}: {size}: {}", ran.err);
            }
        }
    }
}

// 1000 · 1000 · 10^9 · 10^7 numbers of eight bytes are more than a word counts: nothing may wrap around.
#[test]
fn sizes_that_multiply_are_refused_at_the_largest_one() {
    let project = Project::empty();
    for (side, n, width, line) in [
        (1000, 500_000, 1_000_000_000, 16),
        (1000, 500_000, 65_536, 16),
        (8, 8, 4_294_967_296_u64, 16),
        (8, 1_000_000_000_000_000_i64, 8, 10),
    ] {
        let text = format!(
            "study: a
title: A
steps:
  x:
    kind: wave-images
    params:
      height: {side}
      width: {side}
      components: [{{frequency: [0, 1], amplitude: 1}}]
      n_train: {n}
      seed: 0
  lifted:
    kind: convolution
    inputs: {{x: x}}
    params:
      width: {width}
      window: 3
      padding: 1
      activation: relu
      seed: 0
  read: {{kind: ridge-readout, inputs: {{x: lifted}}, params: {{lambda: 1}}}}
  score: {{kind: score, inputs: {{predictions: read}}}}
tables:
  t: {{stack: {{a: score}}}}
"
        );
        project.write("studies/a.yaml", text);
        let ran = project.lofi(&["plan"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let place = format!("studies/a.yaml:{line}:");
        assert!(ran.err.contains(&place), "{place} {}", ran.err);
    }
}

#[test]
fn a_grid_has_a_bounded_number_of_points() {
    let project = Project::tiny(&[("points: 7", "points: 1000000000000")]);
    let ran = project.lofi(&["plan"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("a grid has at most 1000000"), "{}", ran.err);
}
