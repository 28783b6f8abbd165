//! A fault in a YAML file, shown with its line.

use super::node::Mark;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};
use std::fmt::Display;
use std::sync::Arc;

/// A file that was read, kept for showing its lines.
#[derive(Debug, Clone)]
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
        let span = self.span(mark);
        Fault {
            place: format!("{}:{}:{}", self.name, mark.line, mark.column),
            message: message.to_string(),
            help: None,
            cause: Cause::default(),
            source: Box::new(NamedSource::new(&self.name, Arc::clone(&self.text))),
            span,
        }
    }

    /// From the mark to the end of the word there.
    fn span(&self, mark: Mark) -> SourceSpan {
        let line_start: usize = self.text.split_inclusive('\n').take(mark.line.saturating_sub(1)).map(str::len).sum();
        let line = self.text[line_start..].lines().next().unwrap_or("");
        let before: usize = line.chars().take(mark.column.saturating_sub(1)).map(char::len_utf8).sum();
        let word: usize =
            line[before..].chars().take_while(|c| !c.is_whitespace() && !",]}".contains(*c)).map(char::len_utf8).sum();
        (line_start + before, word).into()
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
    source: Box<NamedSource<Arc<str>>>,
    span: SourceSpan,
}

impl Fault {
    /// The same with a hint.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
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
        Some(self.source.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), self.span))))
    }
}
