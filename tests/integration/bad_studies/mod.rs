//! Every mistake that a study can hold, and what the user is told of it.

mod claims;
mod clauses;
mod columns;
mod command_line;
mod conditions;
mod data;
mod names;
mod numbers;
mod outputs;
mod steps;
mod sweep;
mod syntax;
mod unused;
mod while_running;

use crate::project::Project;

/// Exit code and error text of `lofi plan` on the tiny study with some edits.
fn refused(edits: &[(&str, &str)]) -> String {
    Project::tiny(edits).lofi(&["plan"]).refusal()
}

/// A refusal without the list of known names, where that grows with the catalog.
fn without_list(refusal: &str) -> String {
    let (before, after) = refusal.split_once("known here:").unwrap();
    format!("{before}known here: [...]{}", after.find("\n\n").map_or("", |end| &after[end..]))
}
