//! How a step looks in drawings: what stands in its box, and its colours.

use super::pipeline::Step;
use crate::step::Family;

/// The lines in the box of a step: its name, its kind where that is another word, and its cells.
pub(super) fn lines(step: &Step) -> Vec<String> {
    let mut lines = vec![step.name.clone()];
    let cells = if step.cells == 1 { String::new() } else { format!("{} cells", step.cells) };
    let second: Vec<&str> = [step.kind_beside(), &cells].into_iter().filter(|text| !text.is_empty()).collect();
    if !second.is_empty() {
        lines.push(second.join(", "));
    }
    lines
}

/// The word for a family in classes of drawings.
pub(super) const fn class(family: Family) -> &'static str {
    match family {
        Family::Data => "data",
        Family::Experiment => "step",
        Family::Analysis => "table",
        Family::Claim => "claim",
        Family::Plot => "figure",
    }
}

/// Fill and line of a family.
pub(super) const fn colours(family: Family) -> (&'static str, &'static str) {
    match family {
        Family::Data => ("#dceefb", "#2171b5"),
        Family::Experiment => ("#f2f2f2", "#555555"),
        Family::Analysis => ("#e5f5e0", "#238b45"),
        Family::Claim => ("#fff3cd", "#b8860b"),
        Family::Plot => ("#f3e5f5", "#7b1fa2"),
    }
}
