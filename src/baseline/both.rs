//! A table of the baseline beside the new one: the columns that both have, and differences in words.

use super::difference::Difference;
use super::manifest::Manifest;
use super::pairing::Pair;
use super::rule::{Rule, comparable};
use super::sheet::Sheet;
use crate::artifact::Cell;
use std::cell::OnceCell;
use std::cmp::Ordering;

/// A column that both tables have.
pub(super) struct Shared<'a> {
    pub old: usize,
    pub new: usize,
    pub rule: Rule<'a>,
}

/// Both tables, and what is compared in them.
pub(super) struct Both<'a> {
    pub name: &'a str,
    pub old: &'a Sheet,
    pub new: &'a Sheet,
    pub shared: Vec<Shared<'a>>,
    /// Places in `shared` of the columns that tell rows apart.
    pub keys: Vec<usize>,
    repeated: OnceCell<bool>,
}

impl<'a> Both<'a> {
    pub fn of(name: &'a str, (old, new): (&'a Sheet, &'a Sheet), manifest: &'a Manifest) -> Self {
        let columns = manifest.columns.get(name);
        let ends_of = columns.map(|columns| &columns.ends_of);
        let shared: Vec<Shared<'a>> = new
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| {
                let at = old.position(&column.name)?;
                let base = ends_of.and_then(|ends_of| ends_of.get(&column.name));
                let own =
                    [Some(&column.name), base].into_iter().flatten().find_map(|name| manifest.tolerances.get(name));
                let rule = Rule::of(column, new, own);
                comparable(old.columns[at].kind, column.kind).then_some(Shared { old: at, new: index, rule })
            })
            .collect();
        let named = columns.map(|columns| columns.keys.as_slice()).unwrap_or_default();
        let is_key = |at: &usize| named.contains(&new.columns[shared[*at].new].name);
        let keys = (0..shared.len()).filter(is_key).collect();
        Self { name, old, new, shared, keys, repeated: OnceCell::new() }
    }

    pub fn cells(&self, at: usize, pair: Pair) -> (&Cell, &Cell) {
        let Shared { old, new, .. } = &self.shared[at];
        (&self.old.columns[*old].cells[pair.old], &self.new.columns[*new].cells[pair.new])
    }

    pub fn severity(&self, at: usize, pair: Pair) -> f64 {
        let (old, new) = self.cells(at, pair);
        self.shared[at].rule.severity(old, new, pair.new)
    }

    pub fn moved(&self, at: usize, pair: Pair) -> Option<Difference> {
        let severity = self.severity(at, pair);
        if severity <= 1.0 {
            return None;
        }
        let (old, new) = self.cells(at, pair);
        let told = self.row((Some(pair.old), Some(pair.new)), (&in_words(old), &in_words(new)));
        Some(Difference { severity, column: self.new.columns[self.shared[at].new].name.clone(), ..told })
    }

    /// A difference of a row, which is that of the new results where both have it.
    pub fn row(&self, (old, new): (Option<usize>, Option<usize>), told: (&str, &str)) -> Difference {
        let place = |at: &usize| {
            let shared = &self.shared[*at];
            let column = &self.new.columns[shared.new];
            let cell = match (old, new) {
                (_, Some(row)) => &column.cells[row],
                (Some(row), None) => &self.old.columns[shared.old].cells[row],
                (None, None) => &Cell::Null,
            };
            format!("{}={cell}", column.name)
        };
        let mut words: Vec<String> = self.keys.iter().map(place).collect();
        if let Some(row) = old.or(new).filter(|_| *self.repeated.get_or_init(|| self.has_repeated_keys())) {
            words.push(format!("row {}", row + 1));
        }
        Difference { row: words.join(" "), ..Difference::new(self.name, told) }
    }

    /// Whether the keys do not tell all rows apart, so that a row is named by its place as well.
    fn has_repeated_keys(&self) -> bool {
        let repeated = |sheet: &Sheet, column: fn(&Shared<'_>) -> usize| {
            let keys: Vec<&[Cell]> =
                self.keys.iter().map(|&at| sheet.columns[column(&self.shared[at])].cells.as_slice()).collect();
            let order = |&a: &usize, &b: &usize| {
                keys.iter().map(|cells| cells[a].total_cmp(&cells[b])).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
            };
            let mut rows: Vec<usize> = (0..sheet.height()).collect();
            rows.sort_by(order);
            rows.windows(2).any(|pair| order(&pair[0], &pair[1]).is_eq())
        };
        repeated(self.new, |shared| shared.new) || repeated(self.old, |shared| shared.old)
    }
}

/// A value as it is printed; one that is missing is said to be.
pub(super) fn in_words(cell: &Cell) -> String {
    if cell.is_null() { "missing".to_owned() } else { cell.to_string() }
}
