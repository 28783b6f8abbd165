//! What the parser found, in the words of those who write studies.

use super::fault::{Fault, Source};
use super::mark::Mark;
use granit_parser::{ErrorKind, ScanError, Tag};

/// Deepest nesting of lists and mappings, those inside of aliases counted in.
pub(super) const MAX_DEPTH: usize = 64;

/// What to look for where the text is not YAML: the parser often notices a line after the slip.
const SYNTAX: &str = "look here and on the line above for a bracket or quote that is not closed, an indentation that \
                      differs from its neighbours, or a colon without a space after it";

/// A mistake that the parser found.
pub(super) fn syntax(source: &Source, error: &ScanError, mark: Mark) -> Fault {
    use ErrorKind as E;
    let fault = |message: &str, help: &str| source.fault(mark, message).help(help);
    match error.kind() {
        E::RecursionLimitExceeded => too_deep(source, mark, MAX_DEPTH),
        E::UnknownAnchor => {
            fault("nothing above has this name", "`*name` repeats the value that `&name` stands before, higher up")
        }
        E::UndeclaredTagHandle | E::ExpectedTagBang | E::MissingTagUri | E::InvalidTagTerminator => fault(
            "a word that begins with `!` is a YAML tag, and this one means nothing here",
            "put a text that begins with `!` in quotes",
        ),
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => fault(
            "a tab stands where YAML takes spaces only",
            "put spaces in its place; most editors can do so for the whole file",
        ),
        E::UnclosedQuotedScalar => {
            fault("a quote is opened and never closed", "close it, or double a quote that is part of the text")
        }
        E::UnclosedFlowCollection { open } => {
            fault(&format!("this is not YAML: the bracket `{open}` is never closed"), SYNTAX)
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            fault(&format!("this is not YAML: the bracket `{open}` is closed by `{close}`"), SYNTAX)
        }
        E::UnexpectedCharacter { character } => {
            fault(&format!("a text cannot begin with `{character}` in YAML"), "put it in quotes")
        }
        E::InvalidSimpleKey | E::SimpleKeyExpected => {
            fault("this is not YAML: a line with neither `key: value` nor `- value`", SYNTAX)
        }
        E::BomInsideDocument => fault("a byte-order mark inside of the text", "take the invisible character out"),
        E::UnknownQuotedScalarEscape | E::InvalidQuotedScalarHexEscape | E::InvalidUnicodeEscape => {
            fault("an unknown escape in a text in double quotes", "double the backslash, or use single quotes")
        }
        E::UnsupportedYamlMajorVersion
        | E::DuplicateVersionDirective
        | E::MissingYamlVersion
        | E::InvalidDirectiveName => {
            fault("a directive that is not known here", "take the line that begins with `%` out")
        }
        E::UnexpectedEof
        | E::UnexpectedEofBlockMapping
        | E::UnexpectedEofBlockSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofImplicitFlowMapping => fault("this is not YAML: the text ends too early", SYNTAX),
        other => fault(&format!("this is not YAML: {other}"), SYNTAX),
    }
}

/// Lists in lists in lists.
pub(super) fn too_deep(source: &Source, mark: Mark, limit: usize) -> Fault {
    let fault = source.fault(mark, format!("lists and mappings are nested more than {limit} deep"));
    fault.help("no study or card needs that; look for brackets that are never closed")
}

/// A tag that does not fit its value or means nothing.
pub(super) fn tag(source: &Source, mark: Mark, tag: Option<&Tag>) -> Fault {
    let name = tag.map_or_else(String::new, Tag::original);
    let known = tag.is_some_and(|tag| tag.core_suffix().is_some());
    let message = if known {
        format!("the tag `{name}` does not fit this value")
    } else {
        format!("the tag `{name}` means nothing here")
    };
    source.fault(mark, message).help("take it out; a text that begins with `!` is put in quotes")
}

/// The first character that YAML forbids: controls other than tab and line ends.
pub(super) fn forbidden_character(source: &Source) -> Result<(), Fault> {
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let Some(at) = source.text.find(forbidden) else { return Ok(()) };
    let before = &source.text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let mark = Mark {
        line: before.bytes().filter(|b| *b == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    };
    let code = source.text[at..].chars().next().map_or(0, u32::from);
    let fault = source.fault(mark, format!("the invisible character U+{code:04X}, which YAML does not allow"));
    Err(fault.help("delete it; inside of double quotes it can be written as an escape"))
}
