//! The rows that a table can have, as far as a study tells before anything runs: its labels and the values of its axes.
//! A condition that none of them meets keeps nothing, whatever the steps make.

use crate::artifact::{ByMeaning, Cell};
use crate::step::Condition;
use crate::study::axes::axis::value;
use crate::study::read::raw::Item;
use crate::yaml::{Fault, Node, Tree, known_names};
use std::collections::BTreeSet;

/// Most values of a column that a fault lists.
const MOST_LISTED: usize = 12;

/// Columns whose values are known, and each combination of values that rows can have.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Places {
    /// From the constants of the tables that are stacked; of a column that is nothing in one of them, as it may come from its
    /// step, nothing is known.
    pub fn new(rows: &[Vec<(String, Option<Cell>)>]) -> Self {
        let columns: Vec<String> = match rows.first() {
            Some(first) => first.iter().map(|(name, _)| name.clone()).collect(),
            None => Vec::new(),
        };
        let of = |row: &[(String, Option<Cell>)], name: &str| row.iter().find(|(own, _)| own == name)?.1.clone();
        let everywhere = |name: &String| rows.iter().all(|row| of(row, name).is_some());
        let columns: Vec<String> = columns.into_iter().filter(everywhere).collect();
        let rows = rows.iter().map(|row| columns.iter().filter_map(|name| of(row, name)).collect()).collect();
        Self { columns, rows }
    }

    /// Without columns that a clause takes away.
    pub fn without(mut self, gone: &[&str]) -> Self {
        let kept: Vec<bool> = self.columns.iter().map(|name| !gone.contains(&name.as_str())).collect();
        let only =
            |row: Vec<Cell>| row.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell).collect();
        self.rows = self.rows.into_iter().map(only).collect();
        self.columns.retain(|name| !gone.contains(&name.as_str()));
        self
    }

    /// The places of one value.
    pub fn of(mut self, column: &str, value: &str) -> Self {
        if let Some(at) = self.columns.iter().position(|name| name == column) {
            self.rows.retain(|row| row[at].as_str() == Some(value));
        }
        self
    }

    /// The places that meet a `where` as it is written.
    ///
    /// # Errors
    /// Each value that no row has, bounds that no row is within, conditions that no row meets together.
    pub fn kept(mut self, item: &Item, filter: Option<&Node>) -> Result<Self, Vec<Fault>> {
        let Some(filter) = filter else { return Ok(self) };
        let mut faults = Vec::new();
        let mut conditions = Vec::new();
        for entry in filter.entries() {
            // What is no condition is a fault of the parameters.
            let Ok(condition) = entry.node.typed::<Condition>(&item.source) else { return Ok(self) };
            let Some(at) = self.columns.iter().position(|name| *name == entry.key) else { continue };
            faults.extend(self.unmet(item, (&entry.key, at), &entry.node, &condition));
            conditions.push((at, condition));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let met = |row: &Vec<Cell>| conditions.iter().all(|(at, condition)| condition.accepts(&row[*at]));
        let any_before = !self.rows.is_empty();
        self.rows.retain(met);
        if any_before && self.rows.is_empty() {
            let fault = item.at(filter, "no row of this table meets all of these conditions at once");
            return Err(vec![fault.help("each is met by some rows: take one away, or see `exclude` of the sweep")]);
        }
        Ok(self)
    }

    /// The parts of one condition that no row meets.
    fn unmet(&self, item: &Item, (name, at): (&str, usize), node: &Node, condition: &Condition) -> Vec<Fault> {
        if let Condition::Within(_) = condition {
            if self.rows.is_empty() || self.rows.iter().any(|row| condition.accepts(&row[at])) {
                return Vec::new();
            }
            let fault = item.at(node, format!("no row of this table has {name} {condition}"));
            return vec![fault.help(self.known(at, &Cell::Null))];
        }
        let single = std::slice::from_ref(node);
        let values: &[Node] = if let Tree::List(values) = &node.tree { values } else { single };
        let unmet = values.iter().filter(|node| {
            let wanted = value(node);
            !self.rows.is_empty() && !self.rows.iter().any(|row| wanted.means(&row[at]))
        });
        unmet
            .map(|node| {
                let wanted = value(node);
                let shown = if wanted.is_null() { "no value".to_owned() } else { format!("`{wanted}`") };
                let fault = item.at(node, format!("no row of this table has {name} = {shown}"));
                fault.help(self.known(at, &wanted))
            })
            .collect()
    }

    /// A value of a column that a step needs and no row has, if what rows can have is known.
    pub fn lacks(&self, item: &Item, written: Option<&Node>, (name, wanted): (&str, &Cell)) -> Option<Fault> {
        let at = self.columns.iter().position(|column| column == name)?;
        if self.rows.is_empty() || self.rows.iter().any(|row| wanted.means(&row[at])) {
            return None;
        }
        let message = format!("no row of this table has {name} = `{wanted}`");
        let fault = written.map_or_else(|| item.fault(item.mark, &*message), |node| item.at(node, &*message));
        Some(fault.help(self.known(at, wanted)))
    }

    /// Whether a row may have these values, which are as published rows write them; what is not known of rows may be.
    pub fn may_have(&self, wanted: &[(&str, Cell)]) -> bool {
        let known: Vec<(usize, &Cell)> = wanted
            .iter()
            .filter_map(|(name, cell)| Some((self.columns.iter().position(|c| c == name)?, cell)))
            .collect();
        known.is_empty() || self.rows.iter().any(|row| known.iter().all(|(at, cell)| cell.means(&row[*at])))
    }

    /// The values of a column, with the one that was meant if it is near.
    fn known(&self, at: usize, wanted: &Cell) -> String {
        let given = self.rows.iter().map(|row| &row[at]).filter(|cell| !cell.is_null());
        let distinct: BTreeSet<ByMeaning> = given.map(|cell| ByMeaning(vec![cell.clone()])).collect();
        let words: Vec<String> = distinct.iter().map(|ByMeaning(cells)| cells[0].to_string()).collect();
        let as_text = wanted.to_string();
        if matches!(wanted, Cell::Text(_)) && words.contains(&as_text) {
            return format!("the values are no texts: write {as_text} without quotes");
        }
        let all_text = distinct.iter().all(|ByMeaning(cells)| matches!(cells[0], Cell::Text(_)));
        if all_text && words.len() <= MOST_LISTED {
            let names: Vec<&str> = words.iter().map(String::as_str).collect();
            return known_names(&as_text, &names).unwrap_or_default();
        }
        let more = words.len().saturating_sub(MOST_LISTED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("in this profile its values are {}{rest}", words[..words.len().min(MOST_LISTED)].join(", "))
    }
}
