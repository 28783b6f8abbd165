//! Names of macros: letters alone, the same for the same study however often it runs, and no two alike.

use crate::artifact::Cell;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const DIGITS: [&str; 10] = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
const GREEK: [(char, &str); 20] = [
    ('α', "Alpha"),
    ('β', "Beta"),
    ('γ', "Gamma"),
    ('δ', "Delta"),
    ('ε', "Epsilon"),
    ('η', "Eta"),
    ('θ', "Theta"),
    ('κ', "Kappa"),
    ('λ', "Lambda"),
    ('μ', "Mu"),
    ('ν', "Nu"),
    ('ξ', "Xi"),
    ('π', "Pi"),
    ('ρ', "Rho"),
    ('σ', "Sigma"),
    ('τ', "Tau"),
    ('φ', "Phi"),
    ('χ', "Chi"),
    ('ψ', "Psi"),
    ('ω', "Omega"),
];
/// Letters that tell two names apart that would be one.
const TELLING: usize = 6;

/// A text as letters: each word begins with a capital, digits are words, `1000` is `OneThousand`.
pub(super) fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: &char| if first.is_ascii_digit() { c.is_ascii_digit() } else { c.is_ascii_alphabetic() };
        let length = rest.chars().take_while(same).count().max(1);
        let run: String = rest.chars().take(length).collect();
        rest = &rest[run.len()..];
        let signed = out.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        match first {
            '0'..='9' => number(&run, &mut out),
            '-' | '−' if signed => out.push_str("Minus"),
            '.' if rest.starts_with(|c: char| c.is_ascii_digit()) => out.push_str("Point"),
            c if c.is_ascii_alphabetic() => {
                out.push(c.to_ascii_uppercase());
                out.push_str(&run[1..]);
            }
            c => out.push_str(GREEK.iter().find(|(letter, _)| *letter == c).map_or("", |(_, name)| name)),
        }
    }
    out
}

/// Digits one by one; zeros at the end as hundred, thousand and million.
fn number(digits: &str, out: &mut String) {
    for (zeros, word) in [("000000", "Million"), ("000", "Thousand"), ("00", "Hundred")] {
        match digits.strip_suffix(zeros) {
            Some(front) if !front.is_empty() && !front.starts_with('0') => {
                number(front, out);
                return out.push_str(word);
            }
            _ => {}
        }
    }
    out.extend(digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]));
}

/// Where a row stands: texts by themselves, numbers after the name of their column.
pub(super) fn place(keys: &[(String, Cell)]) -> String {
    let one = |(column, cell): &(String, Cell)| match cell {
        Cell::Text(text) => words(text),
        Cell::Float(v) if *v != 0.0 && !(1e-3..1e7).contains(&v.abs()) => {
            format!("{}{}", words(column), words(&format!("{v:e}").replace("e-", "E minus ")))
        }
        // 16 where a real column has 16.0
        Cell::Float(v) => format!("{}{}", words(column), words(&v.to_string())),
        other => format!("{}{}", words(column), words(&other.to_string())),
    };
    keys.iter().map(one).collect()
}

/// A study's name with a small letter first.
pub(super) fn stem(study: &str) -> String {
    let name = words(study);
    let first: String = name.chars().take(1).map(|c| c.to_ascii_lowercase()).collect();
    first + name.get(1..).unwrap_or_default()
}

/// Gives every name once: those that several have get letters of a hash of what they stand for.
pub(super) fn told_apart(named: Vec<(String, String)>) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &named {
        *count.entry(name).or_default() += 1;
    }
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut out = Vec::with_capacity(named.len());
    for (name, stands_for) in &named {
        let alike = seen.entry((name, stands_for)).or_default();
        *alike += 1;
        let identity = format!("{stands_for}#{alike}");
        let hash = Sha256::digest(identity.as_bytes());
        let letters: String = hash.iter().take(TELLING).map(|byte| char::from(b'a' + byte % 26)).collect();
        out.push(if count[name.as_str()] > 1 { format!("{name}X{letters}") } else { name.clone() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_and_say_what_they_stand_for() {
        for (text, name) in [
            ("error-vs-n", "ErrorVsN"),
            ("n_train", "NTrain"),
            ("1000", "OneThousand"),
            ("20000", "TwoZeroThousand"),
            ("1500", "OneFiveHundred"),
            ("100000", "OneHundredThousand"),
            ("0.05", "ZeroPointZeroFive"),
            ("-0.5", "MinusZeroPointFive"),
            ("Random features", "RandomFeatures"),
            ("λ = 2.", "LambdaTwo"),
            ("‖ω‖₁", "Omega"),
        ] {
            assert_eq!(words(text), name, "{text}");
        }
        assert_eq!(stem("lofi/accuracy"), "lofiAccuracy");
        let keys = [
            ("model".to_owned(), "LoFi".into()),
            ("n_train".to_owned(), Cell::Int(500)),
            ("l".to_owned(), 1e-6.into()),
            ("k".to_owned(), 16.0.into()),
        ];
        assert_eq!(place(&keys), "LoFiNTrainFiveHundredLOneEMinusSixKOneSix");
    }

    #[test]
    fn different_numbers_have_different_names() {
        let mut seen = BTreeMap::new();
        for n in (0..3000).chain((1..200).map(|i| i * 1000)).chain([100_000, 1_000_000, 1_000_100]) {
            let other = seen.insert(words(&n.to_string()), n);
            assert!(other.is_none_or(|other| other == n), "{n} and {other:?}");
        }
    }

    #[test]
    fn names_that_several_have_are_told_apart_and_keep_their_letters() {
        let pair = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        let all = vec![pair("aB", "a-b"), pair("aB", "a_b"), pair("aC", "c"), pair("aB", "a-b")];
        let told = told_apart(all.clone());
        assert_eq!(told[2], "aC");
        assert!(told.iter().collect::<std::collections::BTreeSet<_>>().len() == 4, "{told:?}");
        assert!(told.iter().all(|name| name.chars().all(|c| c.is_ascii_alphabetic())));
        assert_eq!(told_apart(all[..3].to_vec()), told[..3]);
    }
}
