//! Texts of studies, cards, data and errors as they may be shown: nothing in them steers a terminal or turns a line around.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something other than being seen: control characters, changes of the writing direction,
/// separators of lines.
#[must_use]
pub const fn steers(letter: char) -> bool {
    matches!(
        letter,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// What is shown in place of such a character: the picture of a control character where there is one.
fn shown(letter: char) -> char {
    match letter {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// The text with every steering character replaced by one that is seen; ends of lines and tabs stay.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| match letter {
        '\n' | '\t' => letter,
        _ => shown(letter),
    })
}

/// The same on one line: ends of lines and tabs become blanks.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    replaced(text, |letter| match letter {
        '\n' | '\t' | '\r' => ' ',
        _ => shown(letter),
    })
}

fn replaced(text: &str, by: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.chars().any(steers) {
        text.chars().map(|letter| if steers(letter) { by(letter) } else { letter }).collect::<String>().into()
    } else {
        text.into()
    }
}

/// JSON with its steering characters escaped, which can only stand inside texts. One line, if the JSON is.
#[must_use]
pub fn json_escaped(json: &str) -> Cow<'_, str> {
    let escaped = |letter: char| letter != '\n' && steers(letter);
    if !json.chars().any(escaped) {
        return json.into();
    }
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if escaped(letter) {
            // None of them lies beyond the first plane.
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_what_it_is() {
        let object = serde_json::json!({"a\u{9b}": "\u{1b}[31m\u{7f}\u{202e} λ\n"});
        for text in [object.to_string(), serde_json::to_string_pretty(&object).unwrap()] {
            let escaped = json_escaped(&text);
            assert!(!escaped.chars().any(|c| c != '\n' && steers(c)), "{escaped}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), object);
        }
    }

    #[test]
    fn nothing_that_steers_is_left_and_nothing_else_is_touched() {
        let steering: String = (0..=0x2fff_u32).filter_map(char::from_u32).filter(|c| c.is_control()).collect();
        for letter in steering.chars().chain("\u{202e}\u{2066}\u{2069}\u{200f}\u{2028}\u{feff}".chars()) {
            let text = format!("a{letter}b");
            let clean = one_line(&text);
            assert!(clean.chars().count() == 3 && !clean.contains(letter), "{clean:?}");
            assert_eq!(printable(&text).contains(letter), matches!(letter, '\n' | '\t'), "{letter:?}");
        }
        for text in ["Ridge λ ≥ 10⁻⁶, 数据 🙂 e\u{301}", "شبكة", "👩\u{200d}💻", "a\u{a0}b"] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn control_characters_are_shown_as_their_pictures() {
        assert_eq!(printable("\x1b[31mred\x07\x7f"), "␛[31mred␇␡");
        assert_eq!(one_line("a\r\nb\tc\u{9b}"), "a  b c\u{fffd}");
    }
}
