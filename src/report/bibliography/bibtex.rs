//! A reader for the part of BibTeX that bibliographies use: `@type{key, field = {…} | "…" | number}`.

use std::collections::BTreeMap;

/// An entry as written; values keep their LaTeX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// What others cite.
    pub key: String,
    /// Values by field name in lower case.
    pub fields: BTreeMap<String, String>,
}

/// Where and why a bibliography cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct BibtexError {
    /// Counted from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

/// All entries in order. Text between entries is a comment, as in BibTeX; so are `@comment`, `@string`, `@preamble`.
///
/// # Errors
/// The first fault, or a key that stands twice.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, BibtexError> {
    let mut reader = Reader { text, at: 0 };
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(start) = reader.next_entry() {
        reader.at = start + 1;
        let kind = reader.word().to_ascii_lowercase();
        reader.blank();
        if matches!(kind.as_str(), "comment" | "string" | "preamble") {
            reader.braced()?;
            continue;
        }
        let entry = reader.entry()?;
        if entries.iter().any(|known| known.key == entry.key) {
            return Err(reader.fault(format!("the key `{}` stands twice", entry.key)));
        }
        entries.push(entry);
    }
    Ok(entries)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn fault(&self, message: impl Into<String>) -> BibtexError {
        let line = self.text[..self.at].matches('\n').count() + 1;
        BibtexError { line, message: message.into() }
    }

    /// The next `@` that no line comment hides.
    fn next_entry(&self) -> Option<usize> {
        self.rest().match_indices('@').map(|(i, _)| self.at + i).find(|&i| {
            let line = self.text[..i].rsplit('\n').next().unwrap_or_default();
            !line.contains('%')
        })
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Letters up to a delimiter.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "{}(),=\"#".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn take(&mut self, wanted: char, after: &str) -> Result<(), BibtexError> {
        self.blank();
        if self.peek() == Some(wanted) {
            self.at += wanted.len_utf8();
            return Ok(());
        }
        let found = self.peek().map_or_else(|| "the end of the file".to_owned(), |c| format!("`{c}`"));
        Err(self.fault(format!("expected `{wanted}` after {after}, found {found}")))
    }

    fn entry(&mut self) -> Result<Entry, BibtexError> {
        self.take('{', "the entry's type")?;
        self.blank();
        let key = self.word().to_owned();
        if key.is_empty() {
            return Err(self.fault("the entry has no key"));
        }
        let mut fields = BTreeMap::new();
        loop {
            self.blank();
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => {
                    self.at += 1;
                    return Ok(Entry { key, fields });
                }
                Some(_) => {
                    let (name, value) = self.field(&key)?;
                    fields.insert(name, value);
                }
                None => return Err(self.fault(format!("the entry `{key}` is not closed"))),
            }
        }
    }

    fn field(&mut self, key: &str) -> Result<(String, String), BibtexError> {
        let name = self.word().to_ascii_lowercase();
        if name.is_empty() {
            return Err(self.fault(format!("expected a field of `{key}`")));
        }
        self.take('=', &format!("`{name}`"))?;
        self.blank();
        let value = match self.peek() {
            Some('{') => self.braced()?,
            Some('"') => self.quoted()?,
            _ => self.word(),
        };
        self.blank();
        match self.peek() {
            Some(',' | '}') => Ok((name, value.to_owned())),
            _ => Err(self.fault(format!("expected `,` or `}}` after `{name}` of `{key}`"))),
        }
    }

    /// The text between matching braces.
    fn braced(&mut self) -> Result<&'a str, BibtexError> {
        let rest = self.rest();
        let end = self.closing(rest, '}').filter(|_| rest.starts_with('{'));
        let end = end.ok_or_else(|| self.fault("expected braces that close"))?;
        self.at += end + 1;
        Ok(&rest[1..end])
    }

    fn quoted(&mut self) -> Result<&'a str, BibtexError> {
        let rest = self.rest();
        let end = self.closing(rest, '"').ok_or_else(|| self.fault("expected a closing quote"))?;
        self.at += end + 1;
        Ok(&rest[1..end])
    }

    /// Where the delimiter opened by the first letter closes, outside inner braces.
    fn closing(&self, rest: &str, close: char) -> Option<usize> {
        let mut depth = 0usize;
        let mut escaped = false;
        for (i, letter) in rest.char_indices().skip(1) {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if letter == close && depth == 0 => return Some(i),
                '{' => depth += 1,
                '}' => depth = depth.checked_sub(1)?,
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_quotes_numbers_and_comments_are_read() {
        let text = "% about @this\n@comment{x {y}}\n@Article{ab:1,\n Title = {The {X} \\} way}, note=\"a {\"}q{\"} b\", year = 2020,}\n@misc{c}";
        let entries = read(text).unwrap();
        assert_eq!(entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["ab:1", "c"]);
        let fields = &entries[0].fields;
        assert_eq!(fields["title"], "The {X} \\} way");
        assert_eq!((fields["note"].as_str(), fields["year"].as_str()), ("a {\"}q{\"} b", "2020"));
    }

    #[test]
    fn faults_name_the_line() {
        for (text, line, part) in [
            ("@misc{a}\n@misc{a}", 2, "`a` stands twice"),
            ("@misc{a,\n title = {x", 2, "braces that close"),
            ("@misc{a,\n\n title {x}}", 3, "expected `=` after `title`"),
            ("@misc{a, year = 2020 x = 1}", 1, "expected `,` or `}` after `year`"),
            ("@misc{, year = 2020}", 1, "no key"),
            ("@misc{a, ", 1, "`a` is not closed"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.line == line && fault.message.contains(part), "{text}: {fault}");
        }
    }
}
