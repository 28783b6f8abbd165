//! What a word of YAML is: the core schema of YAML 1.2, with everything refused that readers disagree on.

use super::node::Tree;

/// Why a word is no value, and what to write.
pub(super) struct Odd {
    pub message: String,
    pub help: String,
}

fn odd<T>(message: String, help: impl Into<String>) -> Result<T, Odd> {
    Err(Odd { message, help: help.into() })
}

/// An unquoted word: nothing, a truth value, a number, or a text.
///
/// `+1`, `.5`, `0x10` and `0o17` are numbers, as in YAML 1.2. Words that are numbers to some readers and texts, or other
/// numbers, to others are refused: `1_000`, `010`, `0b11`.
pub(super) fn plain(word: &str) -> Result<Tree, Odd> {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Tree::Null),
        "true" | "True" | "TRUE" => return Ok(Tree::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Tree::Bool(false)),
        _ => {}
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return odd(format!("`{word}` is not a finite number"), "studies and cards hold finite numbers only");
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(Tree::Text(word.to_owned()));
    }
    if let Some(read) = based(word, unsigned) {
        return read;
    }
    let digits = unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if digits && unsigned.contains('_') {
        let plain = word.replace('_', "");
        let message = format!("`{word}` is a number to some readers of YAML and a text to others");
        return odd(message, format!("write {plain}, or \"{word}\" for the text"));
    }
    if digits && unsigned.len() > 1 && unsigned.starts_with('0') {
        let plain = unsigned.trim_start_matches('0');
        let plain = if plain.is_empty() { "0" } else { plain };
        let message = format!("`{word}` begins with a zero, which some readers of YAML take for an octal number");
        return odd(message, format!("write {plain} for the number, or \"{word}\" for the text"));
    }
    if digits { whole(word) } else { real(word) }
}

/// A number that is written with another base.
fn based(word: &str, unsigned: &str) -> Option<Result<Tree, Odd>> {
    let (base, digits) = match unsigned.get(..2)? {
        "0x" => (16, &unsigned[2..]),
        "0o" => (8, &unsigned[2..]),
        "0b" if !unsigned[2..].is_empty() && unsigned[2..].bytes().all(|b| matches!(b, b'0' | b'1' | b'_')) => {
            let message = format!("`{word}` is a number to some readers of YAML and a text to others");
            return Some(odd(message, format!("write the number in decimals, or \"{word}\" for the text")));
        }
        _ => return None,
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let value = i64::from_str_radix(digits, base).map(|v| if word.starts_with('-') { -v } else { v });
    Some(value.map(Tree::Int).or_else(|_| too_large(word)))
}

fn whole(word: &str) -> Result<Tree, Odd> {
    word.parse().map(Tree::Int).or_else(|_| too_large(word))
}

fn too_large(word: &str) -> Result<Tree, Odd> {
    odd(
        format!("the whole number {word} is too large"),
        format!("whole numbers lie between {} and {}; a real number is written with a point", i64::MIN, i64::MAX),
    )
}

/// `[0-9]* . [0-9]* e [+-] [0-9]+`, or a text.
fn real(word: &str) -> Result<Tree, Odd> {
    let shaped = word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let Some(value) = word.parse::<f64>().ok().filter(|_| shaped) else { return Ok(Tree::Text(word.to_owned())) };
    if value.is_infinite() {
        return odd(format!("the number {word} is too large"), format!("the largest number is {:e}", f64::MAX));
    }
    let mantissa = word.split(['e', 'E']).next().unwrap_or(word);
    if value == 0.0 && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return odd(format!("the number {word} is too small to be told from 0"), "write 0, or a larger number");
    }
    Ok(Tree::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> Result<Tree, String> {
        plain(word).map_err(|odd| odd.message)
    }

    #[test]
    fn words_are_what_yaml_says() {
        for (word, value) in
            [("1", 1), ("+1", 1), ("-7", -7), ("0x10", 16), ("0o17", 15), ("9223372036854775807", i64::MAX)]
        {
            assert_eq!(read(word), Ok(Tree::Int(value)), "{word}");
        }
        for (word, value) in
            [("1e2", 100.0), (".5", 0.5), ("5.", 5.0), ("-1.5E-3", -0.0015), ("0.0", 0.0), ("007.5", 7.5)]
        {
            assert_eq!(read(word), Ok(Tree::Float(value)), "{word}");
        }
        for word in [
            "no",
            "yes",
            "nan",
            "inf",
            "1e",
            ".",
            "..",
            "-",
            "+",
            "2024-01-01",
            "1.2.3",
            "0x",
            "0xg",
            "10%",
            "1__a",
            "e5",
        ] {
            assert_eq!(read(word), Ok(Tree::Text(word.into())), "{word}");
        }
        for word in ["~", "null", ""] {
            assert_eq!(read(word), Ok(Tree::Null), "{word}");
        }
    }

    #[test]
    fn words_that_readers_disagree_on_are_refused() {
        for (word, part) in [
            ("1_000", "a text to others"),
            ("0b11", "a text to others"),
            ("010", "octal"),
            ("000", "octal"),
            (".inf", "finite"),
            ("-.INF", "finite"),
            (".nan", "finite"),
            ("1e400", "too large"),
            ("-1e400", "too large"),
            ("1e-400", "too small"),
            ("18446744073709551615", "too large"),
            ("9223372036854775808", "too large"),
            ("0xffffffffffffffffff", "too large"),
            ("99999999999999999999999", "too large"),
        ] {
            let message = read(word).unwrap_err();
            assert!(message.contains(part), "{word}: {message}");
        }
    }
}
