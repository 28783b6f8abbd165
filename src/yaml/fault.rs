//! A fault in a YAML file, shown with its line.

use super::excerpt::Excerpt;
use super::mark::Mark;
use super::plain::plain;
use miette::{Diagnostic, LabeledSpan, SourceCode};
use std::fmt::Display;
use std::sync::Arc;

/// A file that was read, kept for showing its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would write it.
    pub name: String,
    /// The content.
    pub text: Arc<str>,
}

impl Source {
    /// A source from its parts.
    #[must_use]
    pub fn new(name: impl Into<String>, text: &str) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// A fault at a place of this file.
    #[must_use]
    pub fn fault(&self, mark: Mark, message: impl Display) -> Fault {
        let name = plain(&self.name);
        Fault {
            place: self.place(mark),
            message: plain(&message.to_string()),
            help: None,
            cause: Cause::default(),
            excerpt: Box::new(Excerpt::new(&name, &self.text, mark)),
        }
    }

    /// A place of this file in words.
    #[must_use]
    pub fn place(&self, mark: Mark) -> String {
        format!("{}:{}:{}", plain(&self.name), mark.line, mark.column)
    }
}

/// What a fault comes from; it decides the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cause {
    /// What is written there.
    #[default]
    Mistake,
    /// A data set that is not on this machine.
    Missing,
    /// A data set that is not what its card says.
    Damaged,
    /// A file that cannot be read.
    File,
}

/// What is wrong, where, and how to mend it.
#[derive(Debug, Clone)]
pub struct Fault {
    /// file:line:column
    pub place: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// What it comes from.
    pub cause: Cause,
    excerpt: Box<Excerpt>,
}

impl Fault {
    /// The same with a hint.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = plain(&help.into());
        self.help = Some(help).filter(|help| !help.is_empty());
        self
    }

    /// The same from another cause than a mistake.
    #[must_use]
    pub const fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        (&self.place, &self.message, &self.help) == (&other.place, &other.message, &other.help)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.excerpt.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.excerpt.span))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_holds_what_steers_a_terminal() {
        let source = Source::new("a\u{1b}.yaml", "a: 1\n");
        let fault = source.fault(Mark { line: 1, column: 1 }, "unknown key `bo\u{1b}[31mgus`").help("not \u{9b}1m");
        assert_eq!(fault.place, "a\\u{1b}.yaml:1:1");
        assert_eq!(fault.message, "unknown key `bo\\u{1b}[31mgus`");
        assert_eq!(fault.help.as_deref(), Some("not \\u{9b}1m"));
    }
}
