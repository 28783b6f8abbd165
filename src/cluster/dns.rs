//! Names as Kubernetes takes them.

/// The longest label of RFC 1123.
pub(super) const LONGEST_LABEL: usize = 63;
/// The longest name of several labels.
const LONGEST_NAME: usize = 253;

/// Whether a text is a label of RFC 1123: lower-case letters, digits and `-`, none of these at an end, 63 at most.
pub(super) fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=LONGEST_LABEL).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text is labels of RFC 1123 with dots between, 253 characters at most.
pub(super) fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let part =
        |part: &str| !part.is_empty() && part.chars().all(inner) && !part.starts_with('-') && !part.ends_with('-');
    text.len() <= LONGEST_NAME && text.split('.').all(part)
}

/// Whether a text may be the value of a label of an object, or the part of its key behind the `/`.
fn is_value(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= LONGEST_LABEL && text.chars().all(inner) && end(text.chars().next()) && end(text.chars().next_back())
}

/// What is wrong with a label of an object.
pub(super) fn check_label(key: &str, value: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if !is_value(name) || !prefix.is_none_or(is_name) {
        return Err(format!("`{key}` is no key of a label: expected such as `disk` or `example.org/disk`"));
    }
    if value.is_empty() || is_value(value) {
        return Ok(());
    }
    Err(format!("`{value}` is no value of a label: expected at most 63 letters, digits, `-`, `_` and `.`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_are_those_of_kubernetes() {
        for text in ["a", "lofi-1-2", "0a", &"x".repeat(63)] {
            assert!(is_label(text) && is_name(text), "{text}");
        }
        for text in ["", "A", "a-", "-a", "a_b", "a.b", "é", &"x".repeat(64)] {
            assert!(!is_label(text), "{text}");
        }
        assert!(is_name("store.lofi") && !is_name("store..lofi") && !is_name(&"x.".repeat(127)) && !is_name("a/b"));
        assert_eq!(check_label("kubernetes.io/arch", "amd64"), Ok(()));
        assert_eq!(check_label("disk", ""), Ok(()));
        for (key, value) in
            [("", "a"), ("/a", "a"), ("a/b/c", "a"), ("Ä", "a"), ("a", "b c"), ("a", "-b"), ("a", &"x".repeat(64))]
        {
            assert!(check_label(key, value).is_err(), "{key}={value}");
        }
    }
}
