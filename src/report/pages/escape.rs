//! Texts as HTML and Markdown show them: as they are, whatever stands in them.

use crate::artifact::{one_line, printable};

/// Backticks in a row, more of them than stand in a text.
fn ticks(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

/// Code in a line of Markdown.
pub(super) fn code(text: &str) -> String {
    let (ticks, text) = (ticks(text, 1), one_line(text));
    if ticks.len() > 1 { format!("{ticks} {text} {ticks}") } else { format!("`{text}`") }
}

/// A block of YAML in Markdown.
pub(super) fn fenced(text: &str) -> String {
    let ticks = ticks(text, 3);
    format!("{ticks}yaml\n{}\n{ticks}", printable(text))
}

/// A sentence in which backticks set off code.
pub(super) fn prose(text: &str, in_markdown: bool) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let piece = |(i, part): (usize, &&str)| match (closed && i % 2 == 1 && !part.is_empty(), in_markdown) {
        (true, false) => format!("<code>{}</code>", html(part)),
        (true, true) => format!("`{}`", one_line(part).replace('|', "\\|")),
        (false, false) => html(part),
        // Only the very start of a text can be taken for a heading or a list.
        (false, true) if i == 0 => keep_ends(part, &markdown(part)),
        (false, true) => keep_ends(part, markdown(&format!("x {part}")).strip_prefix("x").unwrap_or_default()),
    };
    let joint = if closed {
        ""
    } else if in_markdown {
        "\\`"
    } else {
        "`"
    };
    parts.iter().enumerate().map(piece).collect::<Vec<_>>().join(joint)
}

/// The blanks at both ends of a text around its escaped form, which has lost them.
fn keep_ends(text: &str, escaped: &str) -> String {
    let blank = |is: bool| if is { " " } else { "" };
    let escaped = escaped.trim();
    if escaped.is_empty() {
        return blank(!text.is_empty()).to_owned();
    }
    format!("{}{escaped}{}", blank(text.starts_with(char::is_whitespace)), blank(text.ends_with(char::is_whitespace)))
}

/// Text inside HTML, in elements and in quoted attributes; also valid in XML. Nothing in it steers the reader's screen.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text inside one line of Markdown, also of a pipe table: shown as it is, on one line.
pub(super) fn markdown(text: &str) -> String {
    let text = printable(text);
    let letters: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let word = |i: usize| letters.get(i).is_some_and(|c| c.is_alphanumeric());
    let links = may_link(&letters);
    // A mark that a blank or its like follows begins a list, a heading or a rule.
    let begins = |letter: char| letters.get(1).is_none_or(|next| *next == ' ' || *next == letter);
    let mut out = String::with_capacity(text.len());
    for (i, &letter) in letters.iter().enumerate() {
        match letter {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // An underscore inside a word marks no emphasis.
            '_' if i > 0 && word(i - 1) && word(i + 1) => out.push('_'),
            '[' | ']' if !links => out.push(letter),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', letter]),
            '#' | '+' | '-' | '=' if i == 0 && begins(letter) => out.extend(['\\', letter]),
            '>' if i == 0 => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

/// Whether brackets of this text could be read as a link, or as the end of one around it.
fn may_link(letters: &[char]) -> bool {
    let depths = letters.iter().scan(0i32, |depth, letter| {
        *depth += i32::from(*letter == '[') - i32::from(*letter == ']');
        Some(*depth)
    });
    let unbalanced = depths.clone().any(|depth| depth < 0) || depths.last().is_some_and(|depth| depth != 0);
    unbalanced || letters.windows(2).any(|pair| pair[0] == ']' && matches!(pair[1], '(' | '[' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_for_their_format() {
        assert_eq!(html("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
        assert_eq!(html("a\u{9b}31m\u{7}\u{2066}\nb"), "a\u{fffd}31m␇\u{fffd}\nb");
        for (text, escaped) in [
            ("a|b\n c", "a\\|b c"),
            ("# n_train *x* _y_", "\\# n_train \\*x\\* \\_y\\_"),
            ("<b> & [1](x)", "&lt;b> &amp; \\[1\\](x)"),
            ("[1, 2] and +1.16", "[1, 2] and +1.16"),
            ("a ] b", "a \\] b"),
            ("+1.16", "+1.16"),
            ("+ 1", "\\+ 1"),
            ("> x", "&gt; x"),
            ("a\u{1b}[1m\u{202e}b\nc", "a␛\\[1m\u{fffd}b c"),
        ] {
            assert_eq!(markdown(text), escaped);
        }
    }

    #[test]
    fn backticks_set_off_code() {
        for (text, in_html, in_markdown) in [
            ("run `a<b` now", "run <code>a&lt;b</code> now", "run `a<b` now"),
            ("`x|y`", "<code>x|y</code>", "`x\\|y`"),
            ("one ` alone <", "one ` alone &lt;", "one \\` alone &lt;"),
            ("- `x` - xylophone", "- <code>x</code> - xylophone", "\\- `x` - xylophone"),
        ] {
            assert_eq!(prose(text, false), in_html);
            assert_eq!(prose(text, true), in_markdown);
        }
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        assert_eq!(code("lofi run a"), "`lofi run a`");
        assert_eq!(code("a ` b"), "`` a ` b ``");
        assert_eq!(fenced("a: 1\nb: '````'"), "`````yaml\na: 1\nb: '````'\n`````");
    }
}
