//! The pieces of code behind each kind as a text that the program carries, to say later which of them is another one.

use super::Fingerprint;
use super::reach::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Hexadecimal digits of a hash: two pieces of one name are told apart by it.
const DIGITS: usize = 10;

/// A piece of code: the file below `src/`, empty for what is none of this crate; its name; a hash of its tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub file: String,
    pub name: String,
    pub hash: String,
}

impl Piece {
    /// A piece with this text; names are one word or several, on one line.
    pub fn new((file, name): (&str, &str), text: &str) -> Self {
        let hash = hex(&Sha256::digest(text))[..DIGITS].to_owned();
        Self { file: file.to_owned(), name: name.replace(['\n', '\t'], " "), hash }
    }
}

/// `F file`, then `hash name` for each piece in it; `K kind`, then the numbers of its pieces, as distances from the one
/// before. `common` is a piece of every kind: the compiler.
pub fn text(kinds: &[Fingerprint], common: &Piece) -> String {
    let all = kinds.iter().flat_map(|kind| &kind.pieces).chain([common]);
    let mut numbers: BTreeMap<&Piece, usize> = all.map(|piece| (piece, 0)).collect();
    numbers.values_mut().enumerate().for_each(|(at, number)| *number = at);
    let (mut text, mut file) = (String::new(), None);
    for piece in numbers.keys() {
        if file != Some(&piece.file) {
            file = Some(&piece.file);
            let _ = writeln!(text, "F {}", piece.file);
        }
        let _ = writeln!(text, "{} {}", piece.hash, piece.name);
    }
    for kind in kinds {
        let mut own: Vec<usize> = kind.pieces.iter().chain([common]).map(|piece| numbers[piece]).collect();
        own.sort_unstable();
        own.dedup();
        let mut last = 0;
        let distance = |at: usize| std::mem::replace(&mut last, at).abs_diff(at).to_string();
        let distances: Vec<String> = own.into_iter().map(distance).collect();
        let _ = writeln!(text, "K {}\n{}", kind.name, distances.join(" "));
    }
    text
}
