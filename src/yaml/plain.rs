//! Texts that may be sent to a terminal.

/// Whether a character moves a terminal's cursor, colours it or turns the direction of text.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control() || turns(c)
}

/// A text as a terminal may be sent it: what would move its cursor, colour it or turn its direction is written out, as
/// files and names may hold anything.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| c != '\n' && steers(c);
    if !text.contains(shown) {
        return text.to_owned();
    }
    text.chars().map(|c| if shown(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Whether a character turns the direction of the text after it.
const fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
