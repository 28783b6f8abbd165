//! Formulas in texts: MathML in HTML, LaTeX in Markdown.

use super::escape::{html, prose};
use crate::artifact::one_line;
use crate::study::{TextPiece, mathml, text_pieces};

/// A text with formulas; its other pieces are prose.
pub(super) fn math(text: &str, in_markdown: bool) -> String {
    let piece = |piece: TextPiece<'_>| match piece {
        TextPiece::Text(text) | TextPiece::Open(text) => prose(&text.replace("\\$", "$"), in_markdown),
        // a bar would end the cell of a table
        TextPiece::Formula(formula) if in_markdown => format!("${}$", one_line(formula).replace('|', "\\vert ")),
        TextPiece::Formula(formula) => mathml(formula).unwrap_or_else(|_| format!("<code>{}</code>", html(formula))),
    };
    text_pieces(text).into_iter().map(piece).collect()
}

/// A text for a place that shows letters alone: formulas as they are written.
pub(super) fn plain(text: &str) -> String {
    let piece = |piece: TextPiece<'_>| match piece {
        TextPiece::Text(text) | TextPiece::Open(text) => text.replace("\\$", "$"),
        TextPiece::Formula(formula) => formula.to_owned(),
    };
    text_pieces(text).into_iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_mathml_in_html_and_latex_in_markdown() {
        let text = "of $|x|_1 < 2$ in `$n`, \\$5 & more";
        let html = math(text, false);
        assert!(html.starts_with("of <math") && html.ends_with("</math> in <code>$n</code>, $5 &amp; more"), "{html}");
        assert_eq!(math(text, true), "of $\\vert x\\vert _1 < 2$ in `$n`, \\$5 &amp; more");
        assert_eq!(plain(text), "of |x|_1 < 2 in `$n`, $5 & more");
    }

    #[test]
    fn a_formula_that_is_none_is_shown_as_it_is() {
        assert_eq!(math("a $\\frac{$ b", false), "a <code>\\frac{</code> b");
        assert_eq!(math("a $b", false), "a $b");
    }
}
