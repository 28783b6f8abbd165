//! Where published numbers stand among our rows.

use crate::analysis::rows::{Grouping, in_words};
use crate::artifact::ByMeaning;
use crate::step::prelude::*;
use std::collections::BTreeMap;

/// Our rows by the values of their keys.
pub(super) struct Places<'a> {
    on: &'a [String],
    columns: Vec<Vec<Cell>>,
    height: usize,
    /// By what tells rows apart that no mean is taken over.
    apart: Grouping,
    /// For each way to read the keys, which of them as numbers and truth values, the rows at each place.
    known: BTreeMap<Vec<bool>, BTreeMap<ByMeaning, Vec<usize>>>,
}

impl<'a> Places<'a> {
    /// The rows of a table by the columns `on` which published rows name, told apart by `apart` and by what is averaged.
    pub fn read(table: &Table, (on, apart): (&'a [String], &[String])) -> Result<Self, StepError> {
        let columns = on.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
        let apart = Grouping::read(table, apart)?;
        Ok(Self { on, columns, height: table.height(), apart, known: BTreeMap::new() })
    }

    /// The rows of ours at a published place, of which a mean is taken; none where we have no such place.
    ///
    /// # Errors
    /// Where they differ in more than what is averaged.
    pub fn matching(&mut self, place: &[Cell]) -> Result<Vec<usize>, StepError> {
        // A published number means a label that is written so as well, see `Cell::means`.
        let read: Vec<bool> = place.iter().map(|cell| !matches!(cell, Cell::Text(_) | Cell::Null)).collect();
        if !self.known.contains_key(&read) {
            let rows = self.rows(&read);
            self.known.insert(read.clone(), rows);
        }
        let rows = self.known[&read].get(&ByMeaning(place.to_vec())).cloned().unwrap_or_default();
        match self.apart.among(&rows).len() {
            0 | 1 => Ok(rows),
            count => {
                let place = in_words(self.on, place);
                let reason = format!("{count} rows of ours match the published one at {place}; choose or filter first");
                Err(StepError::Input { slot: "table".to_owned(), reason })
            }
        }
    }

    fn rows(&self, read: &[bool]) -> BTreeMap<ByMeaning, Vec<usize>> {
        let mut found: BTreeMap<ByMeaning, Vec<usize>> = BTreeMap::new();
        for row in 0..self.height {
            let key = self.columns.iter().zip(read).map(|(column, &read)| meant(&column[row], read)).collect();
            found.entry(ByMeaning(key)).or_default().push(row);
        }
        found
    }
}

/// A value of ours, a text read as the number or truth value that it is, if that is how it is read.
fn meant(cell: &Cell, read: bool) -> Cell {
    match cell {
        Cell::Text(text) if read => match text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            text => Cell::number(text).unwrap_or_else(|| cell.clone()),
        },
        cell => cell.clone(),
    }
}
