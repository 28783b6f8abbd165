//! The code of this program behind a kind, piece by piece, and what differs from that of another program.

use crate::engine::store::CodePiece;
use crate::step::ErasedKind;
use std::collections::BTreeSet;

/// Made at build time (`build.rs`): `F file`, then a line for each piece in it with name and hash; `K kind`, then the
/// numbers of its pieces, as distances from the one before.
const CODE: &str = include_str!(concat!(env!("OUT_DIR"), "/code.txt"));

/// The pieces of code that the results of a kind can depend on; none for a kind that is no part of this crate.
#[must_use]
pub fn code_of(kind: &dyn ErasedKind) -> Vec<CodePiece> {
    let (mut file, mut pieces, mut wanted) = ("", Vec::new(), None);
    for line in CODE.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("F", name) => file = name,
            ("K", name) => wanted = Some(name == kind.name()),
            _ if wanted == Some(true) => return numbers(line).filter_map(|at| pieces.get(at).cloned()).collect(),
            _ if wanted.is_some() => {}
            (hash, name) => {
                let (file, name) = (file.to_owned(), name.to_owned());
                pieces.push(CodePiece { file, name, hash: hash.to_owned() });
            }
        }
    }
    Vec::new()
}

fn numbers(line: &str) -> impl Iterator<Item = usize> + '_ {
    let distances = line.split(' ').filter_map(|word| word.parse::<usize>().ok());
    distances.scan(0, |at, distance| {
        *at += distance;
        Some(*at)
    })
}

/// What differs between the code behind two results, in words: what changed first, then what is new, then what is gone.
/// What only stands in another file is no difference.
#[must_use]
pub fn changed_code(before: &[CodePiece], now: &[CodePiece]) -> Vec<String> {
    let tokens = |pieces: &[CodePiece]| -> BTreeSet<(String, String)> {
        pieces.iter().map(|piece| (piece.name.clone(), piece.hash.clone())).collect()
    };
    let (old, new) = (tokens(before), tokens(now));
    let differing = |pieces: &[CodePiece], others: &BTreeSet<(String, String)>| -> BTreeSet<(String, String)> {
        let own = pieces.iter().filter(|piece| !others.contains(&(piece.name.clone(), piece.hash.clone())));
        own.map(|piece| (piece.file.clone(), piece.name.clone())).collect()
    };
    let (gone, added) = (differing(before, &new), differing(now, &old));
    let place = |(file, name): &(String, String)| match file.as_str() {
        "" => name.clone(),
        file => format!("`{name}` in src/{file}"),
    };
    let changed = added.intersection(&gone).map(|piece| format!("{} changed", place(piece)));
    let fresh = added.difference(&gone).map(|piece| format!("{} is new", place(piece)));
    let lost = gone.difference(&added).map(|piece| format!("{} is gone", place(piece)));
    changed.chain(fresh).chain(lost).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(file: &str, name: &str, hash: &str) -> CodePiece {
        CodePiece { file: file.to_owned(), name: name.to_owned(), hash: hash.to_owned() }
    }

    #[test]
    fn what_changed_is_named_and_what_moved_is_not() {
        let before = [
            piece("math/a.rs", "solve", "1"),
            piece("math/a.rs", "Solver::step", "2"),
            piece("math/a.rs", "stays", "3"),
            piece("math/a.rs", "moves", "4"),
            piece("", "faer 0.24.0", "5"),
        ];
        let now = [
            piece("math/a.rs", "solve", "1b"),
            piece("math/b.rs", "fresh", "2"),
            piece("math/a.rs", "stays", "3"),
            piece("math/b.rs", "moves", "4"),
            piece("", "faer 0.25.0", "6"),
        ];
        let told = changed_code(&before, &now);
        assert_eq!(
            told,
            [
                "`solve` in src/math/a.rs changed",
                "faer 0.25.0 is new",
                "`fresh` in src/math/b.rs is new",
                "faer 0.24.0 is gone",
                "`Solver::step` in src/math/a.rs is gone",
            ]
        );
        assert!(changed_code(&now, &now).is_empty());
    }

    #[test]
    fn every_kind_of_this_program_has_its_code() {
        let pieces = |name: &str| {
            let kind = crate::catalog::KINDS.iter().find(|kind| kind.name() == name).unwrap();
            code_of(*kind)
        };
        for kind in crate::catalog::KINDS {
            let found = code_of(*kind);
            assert!(found.iter().any(|piece| piece.name.contains("::run")), "{}", kind.name());
            assert!(found.iter().any(|piece| piece.name.starts_with("rustc ")), "{}", kind.name());
        }
        let ridge = pieces("ridge-readout");
        assert!(ridge.iter().any(|piece| piece.file.starts_with("math/ridge/")), "{ridge:?}");
        assert!(ridge.iter().any(|piece| piece.file.is_empty() && piece.name.starts_with("faer ")), "{ridge:?}");
        assert!(!ridge.iter().any(|piece| piece.file.starts_with("plot/")), "a readout draws nothing");
    }
}
