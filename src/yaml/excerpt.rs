//! The lines around a fault, cut short where they are long.
//!
//! A file may be one line of a megabyte (JSON is YAML); nobody reads that in a terminal, and the renderer counts columns
//! in sixteen bits.

use super::mark::Mark;
use miette::{MietteError, SourceCode, SourceSpan, SpanContents};

/// Characters that are shown of a line on either side of the place.
const BEFORE: usize = 60;
const AFTER: usize = 100;

/// A few lines of a file, of which the one at fault is known.
#[derive(Debug, Clone)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Line number of the first line, from 0.
    first: usize,
    /// The place in the file.
    mark: Mark,
    /// The word at the place, in `text`.
    pub span: SourceSpan,
}

impl Excerpt {
    /// The line of a mark with one line before and after it.
    pub fn new(name: &str, text: &str, mark: Mark) -> Self {
        let at = mark.line.saturating_sub(1);
        let first = at.saturating_sub(1);
        let mut shown = String::new();
        let mut span = (0, 0);
        for (index, line) in text.lines().enumerate().skip(first).take(at - first + 2) {
            if index == at {
                let (cut, start, length) = around(line, mark.column.saturating_sub(1));
                span = (shown.len() + start, length);
                shown.push_str(&cut);
            } else {
                shown.push_str(&around(line, 0).0);
            }
            shown.push('\n');
        }
        // A place behind the last line: where the text ends.
        if span == (0, 0) && at >= text.lines().count() {
            span = (shown.len(), 0);
        }
        Self { name: name.to_owned(), text: shown, first, mark, span: span.into() }
    }
}

/// A line cut to what is near a column, and the word there: its start and length in the cut line.
fn around(line: &str, column: usize) -> (String, usize, usize) {
    let from = if column > 2 * BEFORE { column - BEFORE } else { 0 };
    let until = column.saturating_add(AFTER);
    let mut cut = String::from(if from > 0 { "… " } else { "" });
    let (mut start, mut length, mut in_word) = (None, 0, true);
    let mut rest = false;
    for (index, c) in line.chars().enumerate().skip(from) {
        if index >= until {
            rest = true;
            break;
        }
        let c = printable(c);
        if index >= column {
            start.get_or_insert(cut.len());
            in_word &= !c.is_whitespace() && !",]}".contains(c);
            length += if in_word { c.len_utf8() } else { 0 };
        }
        cut.push(c);
    }
    let start = start.unwrap_or(cut.len());
    if rest {
        cut.push_str(" …");
    }
    (cut, start, length)
}

/// What a terminal may be shown of a character: controls could move its cursor or colour it.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if crate::artifact::steers(c) => '\u{fffd}',
        c => c,
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context lines the renderer asks for the place itself, which it shows as file:line:column.
        let alone = lines_before == 0 && lines_after == 0;
        let (line, column) =
            if alone { (self.mark.line.max(1) - 1, self.mark.column.max(1) - 1) } else { (self.first, 0) };
        let (data, whole) = if alone {
            let end = (span.offset() + span.len()).min(self.text.len());
            (&self.text.as_bytes()[span.offset().min(end)..end], *span)
        } else {
            (self.text.as_bytes(), (0, self.text.len()).into())
        };
        let count = self.text.lines().count();
        Ok(Box::new(miette::MietteSpanContents::new_named(self.name.clone(), data, whole, line, column, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, line: usize, column: usize) -> String {
        let excerpt = Excerpt::new("a.yaml", text, Mark { line, column });
        excerpt.text[excerpt.span.offset()..excerpt.span.offset() + excerpt.span.len()].to_owned()
    }

    #[test]
    fn the_word_at_a_place_is_found_in_short_and_long_lines() {
        assert_eq!(word("a: 1\nbé: {cé: 2}\n", 2, 6), "cé:");
        let long = format!("{{{}\"stepps\": {{}}, {}}}", "\"k\": 1, ".repeat(20_000), "\"z\": 1, ".repeat(20_000));
        let column = long.find("\"stepps").unwrap() + 1;
        assert_eq!(word(&long, 1, column), "\"stepps\":");
        let excerpt = Excerpt::new("a.yaml", &long, Mark { line: 1, column });
        assert!(excerpt.text.len() < 300, "{}", excerpt.text.len());
    }

    #[test]
    fn places_outside_of_the_text_are_its_end() {
        for (line, column) in [(1, 99), (9, 9), (usize::MAX, usize::MAX)] {
            assert_eq!(word("a: 1\n", line, column), "");
        }
        assert_eq!(word("", 1, 1), "");
    }

    #[test]
    fn characters_that_steer_a_terminal_are_not_shown() {
        let excerpt = Excerpt::new("a.yaml", "a: \u{1b}[31mred\u{202e}\n", Mark { line: 1, column: 4 });
        assert_eq!(excerpt.text, "a: \u{fffd}[31mred\u{fffd}\n");
    }
}
