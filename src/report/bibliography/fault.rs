//! Where and why a bibliography cannot be read, and how to mend it.

use biblatex::{ParseError, ParseErrorKind, Token};

/// Where and why a bibliography cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}; {help}")]
pub struct BibtexError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// What was expected.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl BibtexError {
    /// A fault at a byte of the text.
    pub(super) fn at(text: &str, byte: usize, (message, help): (String, &str)) -> Self {
        let byte = (0..=byte.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let line = text[..byte].rsplit('\n').next().unwrap_or_default();
        Self {
            line: text[..byte].matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message,
            help: help.to_owned(),
        }
    }

    /// What the parser says, in the words of studies.
    pub(super) fn of(text: &str, error: &ParseError) -> Self {
        let start = error.span.start.min(text.len());
        let (byte, told) = match &error.kind {
            ParseErrorKind::UnexpectedEof if text.get(start..).is_some_and(|rest| rest.trim().is_empty()) => {
                let entry = text.get(..start).and_then(|before| before.rfind("\n@")).map_or(0, |at| at + 1);
                let message = "this entry, its braces, quotes or `$` do not close before the end of the file";
                (entry, (message.to_owned(), "close what is open; a brace that is meant is written `\\{`"))
            }
            ParseErrorKind::UnexpectedEof if !awaits_value(text, start) => {
                let message = "a formula or a command of this field does not close";
                (
                    start,
                    (message.to_owned(), "write the second `$`, or `\\$` for a dollar; close the braces of commands"),
                )
            }
            ParseErrorKind::UnexpectedEof => {
                (start, ("expected a value: `{…}`, `\"…\"`, a number or a name".to_owned(), "write `field = {value}`"))
            }
            ParseErrorKind::Expected(token) => {
                let found = text.get(start..).and_then(|rest| rest.chars().next());
                let found = found.map_or_else(|| "the end of the file".to_owned(), |letter| format!("`{letter}`"));
                (start, (format!("expected {}, found {found}", in_words(*token)), how(*token)))
            }
            ParseErrorKind::Unexpected(token) => {
                let help = "take it away, or open what it closes";
                (start, (format!("{} stands where nothing is open", in_words(*token)), help))
            }
            ParseErrorKind::UnknownAbbreviation(name) => {
                let help = "define it above with `@string{name = {text}}`, or put the text into braces";
                (start, (format!("nothing is called `{name}`"), help))
            }
            ParseErrorKind::MalformedCommand => {
                (start, ("a backslash without a command".to_owned(), "a backslash that is meant is `\\textbackslash`"))
            }
            ParseErrorKind::DuplicateKey(key) => {
                (start, (format!("the key `{key}` stands twice"), "give one of both another key, or take it away"))
            }
            other => (start, (other.to_string(), "see the format of BibLaTeX")),
        };
        Self::at(text, byte, told)
    }
}

/// Whether a value should begin at a place.
fn awaits_value(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end().ends_with(['=', '#']))
}

const fn in_words(token: Token) -> &'static str {
    match token {
        Token::Identifier => "a name",
        Token::OpeningBrace => "`{`",
        Token::ClosingBrace => "`}`",
        Token::Comma => "`,`",
        Token::QuotationMark => "`\"`",
        Token::Equals => "`=`",
        Token::DecimalPoint => "a second decimal point",
    }
}

const fn how(token: Token) -> &'static str {
    match token {
        Token::Comma => "a comma stands after the key and between fields; a quote inside of quotes goes into braces",
        Token::Equals | Token::Identifier => "a field is `name = {value}`",
        _ => "an entry is `@type{key, field = {value}}`",
    }
}
