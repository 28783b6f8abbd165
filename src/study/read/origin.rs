//! What a study says of how published numbers came about, and of those that are not compared.

use super::raw::Item;
use crate::step::{Compared, Elsewhere, Row};
use crate::yaml::{Fault, known_names};
use std::collections::BTreeSet;

/// What is wrong with runs, errors of digitising and reasons, each where it is written.
pub(super) fn faults(item: &Item, compared: &Compared) -> Vec<Fault> {
    let columns: BTreeSet<&str> = compared.rows.iter().flat_map(|row| &row.0).map(|(name, _)| name.as_str()).collect();
    let ours: Vec<&str> = columns.into_iter().collect();
    let mut faults = Vec::new();
    if compared.runs == 0 {
        faults.push(at(item, &["runs".to_owned()], "a mean of no runs").help("say 1 where the paper does not tell"));
    }
    for (name, error) in &compared.digitising {
        let path = ["digitising".to_owned(), name.clone()];
        if !ours.contains(&name.as_str()) {
            faults.push(unknown(item, &path, (name, &ours)));
        } else if !(error.is_finite() && *error >= 0.0) {
            faults.push(at(item, &path, "an error of digitising is a number that is not below 0"));
        }
    }
    let apart = compared.apart.iter().filter(|name| !ours.contains(&name.as_str()));
    faults.extend(apart.map(|name| unknown(item, &["apart".to_owned()], (name, &ours))));
    let entries = compared.elsewhere.iter().enumerate();
    faults.extend(entries.flat_map(|(index, entry)| of_entry(item, (index, entry), (&compared.rows, &ours))));
    faults
}

fn of_entry(item: &Item, (index, entry): (usize, &Elsewhere), (rows, ours): (&[Row], &[&str])) -> Vec<Fault> {
    let below = |more: &[&str]| -> Vec<String> {
        ["elsewhere".to_owned(), index.to_string()].into_iter().chain(more.iter().map(|s| (*s).to_owned())).collect()
    };
    let conditions = entry.filter.keys().map(|name| (name, below(&["where", name])));
    let named = conditions.chain(entry.columns.0.iter().map(|name| (name, below(&["columns"]))));
    let foreign = named.filter(|(name, _)| !ours.contains(&name.as_str()));
    let mut faults: Vec<Fault> = foreign.map(|(name, path)| unknown(item, &path, (name, ours))).collect();
    if entry.because.trim().is_empty() {
        let fault = at(item, &below(&["because"]), "the reason in words is empty");
        faults.push(fault.help("say what is lacking, such as `because: n up to 4000 here`"));
    }
    let meant = |row: &Row| ours.iter().any(|column| entry.fits(row, column));
    if faults.is_empty() && !rows.iter().any(meant) {
        let fault = at(item, &below(&[]), "no published row meets these conditions, so nothing has this reason");
        faults.push(fault.help("values are those of our columns, after `scale` and `labels`"));
    }
    faults
}

fn unknown(item: &Item, path: &[String], (name, ours): (&str, &[&str])) -> Fault {
    let fault = at(item, path, &format!("these published numbers have no column `{name}`"));
    fault.help(known_names(name, ours).unwrap_or_default())
}

fn at(item: &Item, path: &[String], message: &str) -> Fault {
    item.fault(item.node.mark_of(path, None), message)
}
