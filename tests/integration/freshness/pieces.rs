//! The pieces of code that the program carries: one edit of a function names that function.

use super::fingerprint::{Fingerprint, Piece, text};
use super::tiny;
use std::collections::BTreeSet;

fn code(edit: (&str, &str)) -> Vec<Fingerprint> {
    let work = "use near::f; pub struct S; impl S { pub fn go(&self) -> f64 { 1.0 } } \
                pub fn a_run() -> f64 { S.go() + helper() } pub fn b_run() -> f64 { f() } fn helper() -> f64 { 2.0 }";
    assert!(work.contains(edit.0));
    tiny(&[("math.rs", ""), ("experiment/work.rs", &work.replacen(edit.0, edit.1, 1))]).unwrap()
}

fn pieces(kind: &Fingerprint) -> BTreeSet<&Piece> {
    kind.pieces.iter().collect()
}

#[test]
fn an_edit_is_named_by_the_function_it_is_in_and_by_no_other() {
    let before = code(("2.0", "2.0"));
    for (edit, name) in [(("2.0", "3.0"), "helper"), (("1.0", "1.5"), "S::go"), (("f()", "2.0 * f()"), "b_run")] {
        let now = code(edit);
        let changed = before.iter().zip(&now).flat_map(|(a, b)| {
            let fresh: Vec<&Piece> = pieces(b).difference(&pieces(a)).copied().collect();
            assert_eq!(fresh.is_empty(), a.hash == b.hash, "pieces and fingerprint say the same of {}", a.name);
            fresh
        });
        let named: Vec<(&str, &str)> = changed.map(|piece| (piece.file.as_str(), piece.name.as_str())).collect();
        assert_eq!(named, [("experiment/work.rs", name)]);
    }
}

#[test]
fn the_text_has_every_piece_once_and_each_kind_its_own() {
    let kinds = code(("2.0", "2.0"));
    let common = Piece::new(("", "rustc"), "flags");
    let text = text(&kinds, &common);
    assert_eq!(text.lines().filter(|line| line.ends_with(" helper")).count(), 1);
    assert_eq!(text.lines().filter(|line| line.starts_with("K ")).collect::<Vec<_>>(), ["K a", "K b"]);
    let count = |kind: &str| {
        let mut lines = text.lines().skip_while(|line| *line != format!("K {kind}")).skip(1);
        lines.next().unwrap().split(' ').count()
    };
    assert_eq!([count("a"), count("b")], [0, 1].map(|at| pieces(&kinds[at]).len() + 1));
}
