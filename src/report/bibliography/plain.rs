//! What a parser of bibliographies leaves of LaTeX → plain text.

/// Accents before a letter, in LaTeX.
const ACCENTS: &str = "'`^\"~=.uvHcdkr";
/// Commands that stand for a letter or a sign.
const SIGNS: [(&str, &str); 14] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("epsilon", "ε"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("pi", "π"),
    ("sigma", "σ"),
    ("ell", "ℓ"),
    ("infty", "∞"),
    ("times", "×"),
    ("ldots", "…"),
    ("j", "ȷ"),
    ("slash", "/"),
];

/// The text without commands: a sign stands for itself, of any other command, such as `\emph`, the argument stays.
#[must_use]
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (name, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        if let Some((_, sign)) = SIGNS.iter().find(|(known, _)| *known == name) {
            out.push_str(sign);
        }
        rest = after;
        if name.is_empty() {
            out.push('\\');
        } else if let Some((argument, after)) = argument(after) {
            out.push_str(&plain(argument));
            rest = after;
        } else if let Some(after) = after.strip_prefix(' ') {
            rest = after;
        }
    }
    out.push_str(rest);
    out.replace('~', "\u{a0}")
}

/// What stands in braces at the start of a text, and what comes after.
fn argument(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let mut depth = 0usize;
    let end = inner.char_indices().find_map(|(at, letter)| match letter {
        '}' if depth == 0 => Some(at),
        '}' => {
            depth -= 1;
            None
        }
        '{' => {
            depth += 1;
            None
        }
        _ => None,
    })?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// The text with `\'i` in place of `\'\i`, which older bibliographies write and the parser reads as something else.
#[must_use]
pub(super) fn without_dotless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\i") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let mut letters = before.chars().rev();
        let accent = letters.next().is_some_and(|letter| ACCENTS.contains(letter)) && letters.next() == Some('\\');
        out.push_str(before);
        out.push_str(if accent && !after.starts_with(|c: char| c.is_ascii_alphabetic()) { "i" } else { "\\i" });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_and_their_arguments_stay() {
        for (latex, text) in [
            (r"\emph{a \textbf{b}} c", "a b c"),
            (r"\em so", "so"),
            (r"\alpha b", "αb"),
            (r"\unknown", ""),
            (r"a \ b \open{c", r"a \ b {c"),
        ] {
            assert_eq!(plain(latex), text, "{latex}");
        }
    }

    #[test]
    fn a_dotless_letter_under_an_accent_is_the_letter() {
        for (latex, text) in [
            (r"Garc{\'\i}a", r"Garc{\'i}a"),
            (r#"na\"\i ve"#, r#"na\"i ve"#),
            (r"\infty and \i", r"\infty and \i"),
            (r"\'\it", r"\'\it"),
        ] {
            assert_eq!(without_dotless(latex), text, "{latex}");
        }
    }
}
