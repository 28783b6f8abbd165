//! What was found of what a figure shows: the claims that its caption begins with.

use super::columns::is_quantity;
use crate::report::model::{ClaimReport, Lead};
use crate::report::tally::ClaimState;
use crate::step::{Family, Header};
use crate::study::{Output, OutputKind, Study, Wire};
use std::collections::BTreeSet;

/// Findings that a caption begins with at most.
const MOST: usize = 3;

/// The claims that are tested on the rows that a figure is drawn from and on a quantity that it shows; where there is none
/// of these, those on what was made of its rows. Contradicted ones come first.
pub(super) fn leads(study: &Study, figure: &Output, claims: &[ClaimReport]) -> Vec<Lead> {
    let tables = tables_behind(study, figure.wire);
    let shown = quantities(study, figure.wire);
    let tested = study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
    let of_its_rows: Vec<&Output> =
        tested.filter(|claim| !tables_behind(study, claim.wire).is_disjoint(&tables)).collect();
    let same = |claim: &&&Output| !quantities(study, claim.wire).is_disjoint(&shown);
    let mut chosen: Vec<&Output> = of_its_rows.iter().filter(same).copied().collect();
    if chosen.is_empty() {
        let elsewhere = |claim: &&Output| !on_a_figure(study, claim, figure);
        chosen = of_its_rows.into_iter().filter(elsewhere).collect();
    }
    let found = |claim: &&Output| claims.iter().find(|one| one.name == claim.name);
    let mut found: Vec<&ClaimReport> = chosen.iter().filter_map(found).collect();
    found.retain(|claim| claim.state != ClaimState::Untested);
    found.sort_by_key(|claim| claim.state != ClaimState::Contradicted);
    found.into_iter().take(MOST).map(lead).collect()
}

fn lead(claim: &ClaimReport) -> Lead {
    let (anchor, says, because) = (claim.anchor.clone(), claim.says.clone(), claim.because.clone());
    Lead { anchor, state: claim.state, word: claim.word, symbol: claim.symbol, says, because }
}

/// Whether another figure shows the quantity of a claim.
fn on_a_figure(study: &Study, claim: &Output, but: &Output) -> bool {
    let (tables, tested) = (tables_behind(study, claim.wire), quantities(study, claim.wire));
    let figures = study.outputs.iter().filter(|output| output.kind == OutputKind::Figure && output.name != but.name);
    let mut figures = figures.filter(|figure| !tables_behind(study, figure.wire).is_disjoint(&tables));
    figures.any(|figure| !quantities(study, figure.wire).is_disjoint(&tested))
}

/// The steps that make the tables of an output, back to where measured rows come in.
fn tables_behind(study: &Study, output: Wire) -> BTreeSet<usize> {
    let inputs = |node: usize| study.nodes[node].inputs.iter().flat_map(|(_, wires)| wires).map(|wire| wire.node);
    let is_table = |&node: &usize| study.nodes[node].kind.about().family == Family::Analysis;
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut next: Vec<usize> = inputs(output.node).filter(is_table).collect();
    while let Some(node) = next.pop() {
        if found.insert(node) {
            next.extend(inputs(node).filter(is_table));
        }
    }
    found
}

/// The quantities that a step names of the tables that it reads.
fn quantities(study: &Study, output: Wire) -> BTreeSet<String> {
    let node = &study.nodes[output.node];
    let wires = node.inputs.iter().flat_map(|(_, wires)| wires);
    let headers: Vec<&Header> = wires.filter_map(|wire| wire.header(&study.nodes)).collect();
    let named = node.kind.named_columns(&node.params).into_iter().map(|column| column.name);
    named.filter(|name| headers.iter().any(|header| is_quantity(header, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::content::sections::Collected;
    use crate::report::fixture::{add, study};
    use serde_json::json;

    /// A study whose table `error` and figure of it have three claims, the last of another table.
    fn tested() -> Study {
        let mut study = study("a", "A", "");
        let wire = |node| vec![("table", vec![Wire { node, port: 0 }])];
        add(&mut study, "error", OutputKind::Table, json!({}));
        add(&mut study, "other", OutputKind::Table, json!({}));
        add(&mut study, "curve", OutputKind::Figure, json!({}));
        for (name, table) in [("falls", 0), ("rises", 0), ("elsewhere", 1)] {
            add(&mut study, name, OutputKind::Claim, json!({}));
            study.nodes.last_mut().unwrap().inputs = wire(table);
        }
        study.nodes[2].inputs = wire(0);
        study
    }

    #[test]
    fn a_caption_begins_with_what_was_found_of_its_rows() {
        let study = tested();
        let mut collected = Collected::new("a".to_owned());
        let states =
            [("falls", ClaimState::Held), ("rises", ClaimState::Contradicted), ("elsewhere", ClaimState::Held)];
        for (name, state) in states {
            collected.untested(name, &json!({}), "");
            let claim = collected.claims.last_mut().unwrap();
            (claim.state, claim.because) = (state, format!("It {name}."));
        }
        let found = leads(&study, &study.outputs[2], &collected.claims);
        let words: Vec<&str> = found.iter().map(|lead| lead.because.as_str()).collect();
        assert_eq!(words, ["It rises.", "It falls."]);
    }
}
