//! What reading a type found, in the words of those who write studies.

use super::names::known_names;

/// serde's sentence in the words of a study, with its list of names turned into "did you mean".
pub(super) fn reword(message: &str) -> (String, Option<String>) {
    if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return (format!("the key `{key}` is missing"), Some(format!("add `{key}: ...` here")));
    }
    if message.starts_with("data did not match any variant") {
        return ("this value has none of the forms that fit here".to_owned(), None);
    }
    let Some((what, expected)) = message.split_once(", expected ") else {
        return (message.to_owned(), None);
    };
    if let Some(length) = what.strip_prefix("invalid length ") {
        let expected = if expected.starts_with("fewer elements") { "fewer values" } else { wanted(expected) };
        return (format!("expected {expected}, found {length}"), None);
    }
    if let Some(found) = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: ")) {
        return (format!("expected {}, found {}", wanted(expected), found_in_words(found)), None);
    }
    let Some(wrong) = what.strip_prefix("unknown ").and_then(|rest| rest.split('`').nth(1)) else {
        return (message.to_owned(), None);
    };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    (
        what.replacen("unknown field", "unknown key", 1).replacen("unknown variant", "unknown value", 1),
        known_names(wrong, &known),
    )
}

/// A Rust type as people call it.
fn wanted(expected: &str) -> &str {
    match expected {
        "usize" | "u64" => "a whole number, 0 or more",
        "u32" => "a whole number from 0 to 4294967295",
        "u16" => "a whole number from 0 to 65535",
        "u8" => "a whole number from 0 to 255",
        "isize" | "i64" | "i32" | "i16" | "i8" => "a whole number",
        "f64" | "f32" => "a number",
        "a string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a mapping",
        "a tuple of size 2" | "an array of length 2" => "a list of two values",
        "a tuple of size 3" | "an array of length 3" => "a list of three values",
        other if other.starts_with("struct ") => "a mapping",
        other if other.starts_with("a tuple") || other.starts_with("an array") || other.starts_with("tuple ") => {
            "a list"
        }
        other => other,
    }
}

/// What serde found, in the words of [`Node::what`].
fn found_in_words(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {}", text.replace('"', "`")),
        Some(("integer", number)) => format!("the whole number {number}"),
        Some(("floating", rest)) => format!("the number {}", rest.trim_start_matches("point ")),
        Some(("boolean", value)) => format!("the truth value {value}"),
        Some(("unit", _)) => "nothing".to_owned(),
        _ => match found {
            "sequence" => "a list".to_owned(),
            "map" => "a mapping".to_owned(),
            "null" => "nothing".to_owned(),
            other => other.to_owned(),
        },
    }
}
