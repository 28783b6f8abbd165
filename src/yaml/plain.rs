//! Texts that may be sent to a terminal.

use crate::artifact::steers;

/// A text as a terminal may be sent it: what would move its cursor, colour it or turn its direction is written out, as
/// files and names may hold anything.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| c != '\n' && steers(c);
    if !text.contains(shown) {
        return text.to_owned();
    }
    text.chars().map(|c| if shown(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
