//! One table against another: its columns, its rows, its values.

use super::both::Both;
use super::difference::Difference;
use super::manifest::Manifest;
use super::pairing::{Pair, Pairing, pair};
use super::sheet::Sheet;
use super::ties::{Tied, exchanged};

/// Everything in which a table differs.
pub(super) fn tables(name: &str, (old, new): (&Sheet, &Sheet), manifest: &Manifest) -> Vec<Difference> {
    let mut found = headers(name, (old, new));
    let both = Both::of(name, (old, new), manifest);
    let tied = Tied::of(&both);
    let is_tied = |at: &usize| tied.as_ref().is_some_and(|tied| tied.columns.contains(at));
    let keys: Vec<usize> = both.keys.iter().copied().filter(|at| !is_tied(at)).collect();
    let values: Vec<usize> = (0..both.shared.len()).filter(|at| !keys.contains(at) && !is_tied(at)).collect();
    let agree = |old: usize, new: usize| values.iter().all(|&at| both.severity(at, Pair { old, new }) <= 1.0);
    let columns = |places: &[usize]| -> Vec<(usize, usize)> {
        places.iter().map(|&at| (both.shared[at].old, both.shared[at].new)).collect()
    };
    let labels = [keys.as_slice(), tied.as_ref().map(|tied| tied.columns.as_slice()).unwrap_or_default()].concat();
    // where nothing that tells rows apart has changed, each row is what stands in its place
    let pairing = Pairing::in_place((old, new), &columns(&labels));
    let tied = tied.filter(|_| pairing.is_none());
    let pairing = pairing.unwrap_or_else(|| pair((old, new), &columns(&keys), &agree));
    found.extend(pairing.gone.iter().map(|&row| both.row((Some(row), None), ("a row", "gone"))));
    found.extend(pairing.added.iter().map(|&row| both.row((None, Some(row)), ("not there", "a row"))));
    for &pair in &pairing.rekeyed {
        found.extend((0..both.shared.len()).filter_map(|at| both.moved(at, pair)));
    }
    for mut pairs in pairing.groups {
        if let Some(tied) = &tied {
            found.extend(exchanged(&both, tied, &mut pairs));
        }
        for &pair in &pairs {
            found.extend(values.iter().filter_map(|&at| both.moved(at, pair)));
        }
    }
    found
}

/// Columns that came or went, stand elsewhere or hold other things.
fn headers(name: &str, (old, new): (&Sheet, &Sheet)) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut tell = |column: &str, told: (String, String)| {
        found.push(Difference { column: column.to_owned(), ..Difference::new(name, told) });
    };
    for column in &old.columns {
        match new.position(&column.name).map(|at| &new.columns[at]) {
            None => tell(&column.name, ("a column".to_owned(), "gone".to_owned())),
            Some(fresh) if fresh.kind != column.kind => {
                tell(&column.name, (column.kind.to_string(), fresh.kind.to_string()));
            }
            Some(_) => {}
        }
    }
    for column in new.columns.iter().filter(|column| old.position(&column.name).is_none()) {
        tell(&column.name, ("not there".to_owned(), "a column".to_owned()));
    }
    if found.is_empty() && old.names() != new.names() {
        let listed = |sheet: &Sheet| format!("the columns {}", sheet.names().join(", "));
        found.push(Difference::new(name, (listed(old), listed(new))));
    }
    found
}
