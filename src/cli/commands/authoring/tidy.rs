//! The form of a file: two blanks of indentation, one between words, 120 columns, sections in their order; comments stay.
//!
//! Nobody trusts a formatter with what a file means: the tree is read before and after, and a form that would change it is
//! refused.

use super::{fill, sections};
use crate::yaml::{self, Fault, Mark, Node, Source};
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};

/// Most columns of a line.
const WIDTH: usize = 120;

/// The text in its form.
///
/// # Errors
/// What cannot be read, or a form that would mean something else.
pub(super) fn tidy(source: &Source) -> Result<String, Vec<Fault>> {
    let before = yaml::parse(source).map_err(|fault| vec![fault])?;
    let refused = |what: &str| {
        let fault = source.fault(Mark { line: 1, column: 1 }, format!("cannot be formatted: {what}"));
        vec![fault.help("the file is as it was; write what is unusual in it in a plainer way")]
    };
    let laid_out = laid_out(&source.text).ok_or_else(|| refused("the formatter does not read it"))?;
    let text = sections::ordered(&fill::filled(&laid_out, WIDTH));
    let after =
        yaml::parse(&Source::new(source.name.clone(), &text)).map_err(|_| refused("its form cannot be read"))?;
    if same(&before, &after) { Ok(text) } else { Err(refused("its form would mean something else")) }
}

/// A formatter that gives up costs a fault, not the program.
fn laid_out(text: &str) -> Option<String> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: WIDTH, ..LayoutOptions::default() },
        language: LanguageOptions { brace_spacing: false, trailing_comma: false, ..LanguageOptions::default() },
    };
    std::panic::catch_unwind(|| pretty_yaml::format_text(text, &options).ok()).ok().flatten()
}

/// Whether two trees are one but for the order of their sections.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    let sections = |node: &Node| {
        // as text, since in sections the order of keys counts
        let section = |entry: &yaml::Entry| (entry.key.clone(), entry.node.to_json().to_string());
        let mut all: Vec<(String, String)> = node.entries().iter().map(section).collect();
        all.sort();
        all
    };
    if a.entries().is_empty() || b.entries().is_empty() {
        let written = |node: &Node| node.to_json().to_string();
        return written(a) == written(b);
    }
    sections(a) == sections(b)
}

#[cfg(test)]
#[path = "tidy_tests.rs"]
mod tests;
