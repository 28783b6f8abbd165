//! The steps that a command names: those of studies, of one step in some cells, or one by its key.

use crate::artifact::Cell;
use crate::cli::fail::Failure;
use crate::cli::named::Named;
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::study::{Node, Study};
use crate::yaml::known_names;
use std::collections::BTreeSet;

/// Digits that name a key.
const FEWEST_DIGITS: usize = 6;

/// What a command names.
pub(super) enum Target {
    /// All of these studies.
    Studies(Vec<Study>),
    /// Some nodes of a study, in order.
    Steps(Box<Study>, Vec<usize>),
    /// The beginning of a key.
    Key(String),
}

/// Finds out what a text names.
pub(super) fn target(project: &Project, text: &str, cell: Option<&str>) -> Result<Target, Failure> {
    let cell = cell.map(conditions).transpose()?;
    let all = discover(&project.studies)?;
    let named = Named { root: &project.root, studies: &project.studies };
    let unknown = match named.of(&all, &[text.to_owned()]) {
        Ok(_) if cell.is_some() => {
            return Err(Failure::mistake(format!("`--where` is for a step: write `{text}/STEP`")));
        }
        Ok(_) => return project.load(&[text.to_owned()]).map(Target::Studies),
        Err(unknown) => unknown,
    };
    if is_key(text) {
        return Ok(Target::Key(text.to_owned()));
    }
    let Some((study, step)) = text.rsplit_once('/') else { return Err(unknown) };
    if named.of(&all, &[study.to_owned()]).is_err() {
        return Err(unknown);
    }
    let mut studies = project.load(&[study.to_owned()])?;
    // a folder may hold a single study
    let name = study.trim_start_matches("studies/").trim_end_matches(".yaml");
    if studies.len() != 1 || studies[0].head.study != name {
        return Err(unknown);
    }
    let study = studies.remove(0);
    let nodes = steps(&study, step, &cell.unwrap_or_default())?;
    Ok(Target::Steps(Box::new(study), nodes))
}

fn is_key(text: &str) -> bool {
    text.len() >= FEWEST_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

type Conditions = Vec<(String, String)>;

/// `n=1000,seed=0`.
fn conditions(text: &str) -> Result<Conditions, Failure> {
    let one = |part: &str| {
        let (axis, value) = part.split_once('=')?;
        Some((axis.trim().to_owned(), value.trim().to_owned()))
    };
    let parts: Option<Conditions> = text.split(',').map(one).collect();
    parts.ok_or_else(|| Failure::mistake(format!("--where {text}: expected AXIS=VALUE,…, such as n_train=1000,seed=0")))
}

/// A step's name without the kind that tables, figures and claims bear beside it.
pub(super) fn bare(label: &str) -> &str {
    label.split_once(" (").map_or(label, |(name, _)| name)
}

/// The nodes of a step in the cells that are meant.
fn steps(study: &Study, step: &str, cell: &Conditions) -> Result<Vec<usize>, Failure> {
    let is_named = |node: &Node| node.label == step || bare(&node.label) == step;
    let of_step: Vec<usize> = (0..study.nodes.len()).filter(|&at| is_named(&study.nodes[at])).collect();
    let name = &study.head.study;
    if of_step.is_empty() {
        let labels: BTreeSet<&str> = study.nodes.iter().map(|node| bare(&node.label)).collect();
        let known: Vec<&str> = labels.into_iter().collect();
        let help = known_names(step, &known).unwrap_or_default();
        return Err(Failure::mistake(format!("the study `{name}` has no step `{step}`; {help}")));
    }
    let axes: BTreeSet<&str> =
        of_step.iter().flat_map(|&at| &study.nodes[at].cell).map(|(axis, _)| axis.as_str()).collect();
    if let Some((axis, _)) = cell.iter().find(|(axis, _)| !axes.contains(axis.as_str())) {
        let known: Vec<&str> = axes.into_iter().collect();
        let help = known_names(axis, &known).unwrap_or_else(|| "it depends on none".to_owned());
        return Err(Failure::mistake(format!("the step `{step}` of `{name}` has no axis `{axis}`; {help}")));
    }
    let found: Vec<usize> = of_step.iter().copied().filter(|&at| meets(&study.nodes[at], cell)).collect();
    if found.is_empty() {
        return Err(Failure::mistake(no_such_cell((study, step, &of_step), cell)));
    }
    Ok(found)
}

fn meets(node: &Node, cell: &Conditions) -> bool {
    let has = |(axis, text): &(String, String)| {
        let value = node.cell.iter().find(|(name, _)| name == axis).map(|(_, value)| value);
        value.is_some_and(|value| means(value, text))
    };
    cell.iter().all(has)
}

fn means(value: &Cell, text: &str) -> bool {
    value.to_string() == text || Cell::number(text).is_some_and(|number| value.means(&number))
}

/// The values that each axis has, where the conditions meet no cell.
fn no_such_cell((study, step, of_step): (&Study, &str, &[usize]), cell: &Conditions) -> String {
    let values = |axis: &str| {
        let cells = of_step.iter().flat_map(|&at| &study.nodes[at].cell).filter(|(name, _)| name == axis);
        let mut values: Vec<&Cell> = cells.map(|(_, value)| value).collect();
        values.sort_by(|a, b| a.total_cmp(b));
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        values.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let known: Vec<String> = cell.iter().map(|(axis, _)| format!("{axis} is one of {}", values(axis))).collect();
    let asked: Vec<String> = cell.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
    let name = &study.head.study;
    format!("the step `{step}` of `{name}` has no cell with {}; {}", asked.join(", "), known.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_cell_are_written_as_they_are_shown_or_as_numbers() {
        assert!(means(&Cell::Int(1000), "1000") && means(&Cell::Float(0.001), "1e-3") && means(&"relu".into(), "relu"));
        assert!(!means(&Cell::Int(1000), "100") && !means(&"relu".into(), "tanh"));
        let read = conditions("n=1000, seed=0").ok().unwrap();
        assert_eq!(read, [("n".to_owned(), "1000".to_owned()), ("seed".to_owned(), "0".to_owned())]);
        assert!(conditions("n").is_err());
    }

    #[test]
    fn keys_are_hexadecimal_and_long_enough() {
        assert!(is_key("0a1b2c") && !is_key("0a1b2") && !is_key("score1"));
        assert_eq!((bare("error (aggregate)"), bare("score")), ("error", "score"));
    }
}
