//! LaTeX text of a bibliography → plain Unicode text.

use std::iter::Peekable;
use std::str::Chars;

/// Accent, letter, composed letter; other pairs get a combining mark.
const COMPOSED: &str = "\
'aá 'eé 'ií 'oó 'uú 'yý 'nń 'cć 'sś 'zź 'AÁ 'EÉ 'IÍ 'OÓ 'UÚ 'CĆ 'SŚ `aà `eè `iì `oò `uù `AÀ `EÈ \
^aâ ^eê ^iî ^oô ^uû \"aä \"eë \"iï \"oö \"uü \"AÄ \"OÖ \"UÜ ~nñ ~aã ~oõ ~NÑ ccç cCÇ csş vcč všš vsš vzž vrř veě \
vCČ vSŠ vZŽ =aā =eē =oō uaă ugğ uGĞ raå rAÅ Hoő Huű kaą keę .zż";
/// Commands without an argument.
const SYMBOLS: [(&str, &str); 15] = [
    ("o", "ø"),
    ("O", "Ø"),
    ("l", "ł"),
    ("L", "Ł"),
    ("ss", "ß"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("aa", "å"),
    ("AA", "Å"),
    ("i", "i"),
    ("j", "j"),
    ("ldots", "…"),
    ("alpha", "α"),
    ("ell", "ℓ"),
];

/// The text as a reader sees it: accents composed, braces and dollar signs gone, dashes typeset.
#[must_use]
pub(super) fn plain(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => command(&mut letters, &mut out),
            '{' | '}' | '$' => {}
            '~' => out.push('\u{a0}'),
            '-' => out.push_str(dash(&mut letters)),
            other => out.push(other),
        }
    }
    out.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn dash(letters: &mut Peekable<Chars<'_>>) -> &'static str {
    let more = [letters.next_if_eq(&'-'), letters.next_if_eq(&'-')];
    match more.iter().flatten().count() {
        0 => "-",
        1 => "–",
        _ => "—",
    }
}

fn command(letters: &mut Peekable<Chars<'_>>, out: &mut String) {
    let Some(first) = letters.next() else { return };
    if !first.is_ascii_alphabetic() {
        match mark(first) {
            Some(mark) => accent(first, mark, letters, out),
            None => out.push(first),
        }
        return;
    }
    let mut name = String::from(first);
    while let Some(letter) = letters.next_if(char::is_ascii_alphabetic) {
        name.push(letter);
    }
    let short = (name.len() == 1).then(|| mark(first)).flatten();
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(known, _)| *known == name) {
        letters.next_if_eq(&' ');
        out.push_str(symbol);
    } else if let Some(mark) = short {
        accent(first, mark, letters, out);
    }
    // Any other command, such as \emph, is dropped and its argument kept.
}

fn accent(name: char, mark: char, letters: &mut Peekable<Chars<'_>>, out: &mut String) {
    while letters.next_if(|c| matches!(c, '{' | ' ' | '\\')).is_some() {}
    let Some(base) = letters.next() else { return };
    let composed = COMPOSED.split(' ').find_map(|entry| {
        let mut parts = entry.chars();
        (parts.next() == Some(name) && parts.next() == Some(base)).then(|| parts.next()).flatten()
    });
    match composed {
        Some(letter) => out.push(letter),
        None => out.extend([base, mark]),
    }
}

/// The combining mark of an accent command.
const fn mark(command: char) -> Option<char> {
    Some(match command {
        '`' => '\u{300}',
        '\'' => '\u{301}',
        '^' => '\u{302}',
        '~' => '\u{303}',
        '=' => '\u{304}',
        'u' => '\u{306}',
        '.' => '\u{307}',
        '"' => '\u{308}',
        'r' => '\u{30a}',
        'H' => '\u{30b}',
        'v' => '\u{30c}',
        'c' => '\u{327}',
        'k' => '\u{328}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn accents_dashes_and_braces_become_text() {
        for (latex, text) in [
            (r"L{\'e}on Bottou", "Léon Bottou"),
            (r#"Sch{\"o}lkopf"#, "Schölkopf"),
            (r"Zden\v{e}k {\L}ojasiewicz", "Zdeněk Łojasiewicz"),
            (r"Fran\c{c}ois", "François"),
            (r"Ho{\~n}a", "Hoña"),
            ("2278--2324", "2278–2324"),
            (r"{Fashion-MNIST}: R\&D in $n$ steps", "Fashion-MNIST: R&D in n steps"),
            (r#"na{\"\i}ve"#, "naïve"),
            (r"\emph{deep} {\O}rsted", "deep Ørsted"),
            ("a\n   b", "a b"),
        ] {
            assert_eq!(plain(latex), text, "{latex}");
        }
    }
}
