//! Formulas in the texts of a study: `$n_i = (r_i/\rho_i)^2$`, as LaTeX writes them; `\$` is a dollar.

use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// Elements that a formula may become: presentation MathML.
const ELEMENTS: [&str; 27] = [
    "math",
    "semantics",
    "annotation",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mrow",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "mpadded",
    "mphantom",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
];

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPiece<'a> {
    /// As it is, with `\$` for a dollar.
    Text(&'a str),
    /// LaTeX between dollars.
    Formula(&'a str),
    /// From a dollar on that nothing closes.
    Open(&'a str),
}

/// The pieces of a text in order; what stands between backticks is never a formula.
#[must_use]
pub fn text_pieces(text: &str) -> Vec<TextPiece<'_>> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = text[at..].find(['`', '$', '\\']).map(|step| at + step) {
        let after = next + 1;
        match &text[next..after] {
            "\\" => at = after + text[after..].chars().next().map_or(0, char::len_utf8),
            "`" => at = text[after..].find('`').map_or(after, |end| after + end + 1),
            _ => {
                found.push(TextPiece::Text(&text[start..next]));
                let Some(end) = closing(&text[after..]) else {
                    found.push(TextPiece::Open(&text[next..]));
                    start = text.len();
                    break;
                };
                found.push(TextPiece::Formula(&text[after..after + end]));
                at = after + end + 1;
                start = at;
            }
        }
    }
    found.push(TextPiece::Text(&text[start..]));
    found.retain(|piece| *piece != TextPiece::Text(""));
    found
}

/// Where the dollar stands that ends a formula.
fn closing(text: &str) -> Option<usize> {
    let dollars = text.match_indices('$').map(|(at, _)| at);
    dollars.into_iter().find(|at| !text[..*at].ends_with('\\'))
}

/// A formula as MathML, with its LaTeX in it for those who copy it.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn mathml(formula: &str) -> Result<String, String> {
    if formula.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let storage = Storage::new();
    let events = Parser::new(formula, &storage).collect::<Result<Vec<_>, _>>();
    let events = events.map_err(|e| first_line(&e.to_string()))?;
    let latex = formula.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = String::new();
    let each = events.into_iter().map(Ok::<_, std::fmt::Error>);
    push_mathml(&mut out, each, RenderConfig::with_annotation(&latex)).map_err(|e| first_line(&e.to_string()))?;
    let out = escaped_signs(&out);
    if is_plain(&out) { Ok(out) } else { Err("it has a command that MathML cannot show".to_owned()) }
}

/// The crate leaves signs that are an element's whole text as they are.
fn escaped_signs(mathml: &str) -> String {
    mathml.replace("><</", ">&lt;</").replace(">></", ">&gt;</").replace(">&</", ">&amp;</")
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("parsing error: ").unwrap_or(line).trim_end_matches('.').to_owned()
}

/// Whether there is nothing in it but presentation MathML: no link, nothing that runs.
fn is_plain(mathml: &str) -> bool {
    let plain = |node: roxmltree::Node<'_, '_>| {
        let runs = |name: &str| name.starts_with("on") || ["href", "src"].contains(&name);
        ELEMENTS.contains(&node.tag_name().name()) && !node.attributes().any(|attribute| runs(attribute.name()))
    };
    let read = roxmltree::Document::parse(mathml);
    read.is_ok_and(|document| document.descendants().filter(roxmltree::Node::is_element).all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_stand_between_dollars_and_not_in_code() {
        use TextPiece::{Formula, Open, Text};
        assert_eq!(
            text_pieces("of $x^2$ and $y$."),
            [Text("of "), Formula("x^2"), Text(" and "), Formula("y"), Text(".")]
        );
        assert_eq!(text_pieces("`$name` and \\$5"), [Text("`$name` and \\$5")]);
        assert_eq!(text_pieces("$a \\$ b$"), [Formula("a \\$ b")]);
        assert_eq!(text_pieces("from $x on"), [Text("from "), Open("$x on")]);
        assert_eq!(text_pieces("λ ` \\"), [Text("λ ` \\")]);
    }

    #[test]
    fn a_formula_is_mathml_with_its_latex() {
        let found =
            mathml("n_i = \\frac{r_i^2}{\\rho_i^2} D_i(r_i), \\quad \\lVert \\theta \\rVert < \\sqrt{2}").unwrap();
        for part in ["<math", "<msub>", "<mfrac>", "<msqrt>", "&lt; \\sqrt{2}</annotation>", "</math>"] {
            assert!(found.contains(part), "no {part} in {found}");
        }
    }

    #[test]
    fn what_is_no_formula_or_more_than_one_is_told() {
        for (formula, told) in [("\\frac{1}{", ""), ("\\nothing x", "unknown"), (" ", "empty")] {
            let why = mathml(formula).unwrap_err();
            assert!(why.contains(told) && !why.contains('\n') && !why.is_empty(), "{formula}: {why}");
        }
        for formula in ["\\text{<script>alert(1)</script>}", "a<b", "\\text{\"&\"}"] {
            let found = mathml(formula).unwrap_or_default();
            assert!(!found.contains("<script") && !found.contains("a<b"), "{found}");
        }
    }
}
