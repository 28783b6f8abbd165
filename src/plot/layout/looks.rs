//! Which value of a column has which look: a quantity gets a ramp, names get colours of their own.

use super::facets::{first_seen, place};
use crate::artifact::Cell;
use crate::plot::canvas::style::{Look, MOST_CURVES, RAMP, look, step_look};

/// The looks of the values of a column, the same in every panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    keys: Vec<Cell>,
    /// Whether the values are numbers, so that their order means something.
    ordered: bool,
}

impl Looks {
    /// The looks of some values: numbers in order, names as they first appear.
    #[must_use]
    pub fn new<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut keys = first_seen(cells);
        let known = || keys.iter().filter(|key| !key.is_null());
        let ordered = known().count() > 1 && known().all(|key| key.as_f64().is_some());
        if ordered {
            keys.sort_by(Cell::total_cmp);
        }
        Self { keys, ordered }
    }

    /// The values.
    #[must_use]
    pub fn keys(&self) -> &[Cell] {
        &self.keys
    }

    /// Whether one panel is not enough to tell all of them apart; a quantity has a step of the ramp for each of twelve
    /// where the panels are taken already.
    #[must_use]
    pub const fn are_too_many(&self, panelled: bool) -> bool {
        self.keys.len() > if panelled && self.ordered { RAMP.len() } else { MOST_CURVES }
    }

    /// The look of a value.
    #[must_use]
    pub fn of(&self, key: &Cell) -> Look {
        let index = place(&self.keys, key).unwrap_or_default();
        if self.ordered { step_look(index, self.keys.len()) } else { look(index) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::style::{COLOURS, RAMP};

    #[test]
    fn numbers_get_a_ramp_in_their_order_and_names_the_palette_in_theirs() {
        let numbers = [30, 10, 20].map(Cell::Int);
        let looks = Looks::new(numbers.iter());
        assert_eq!(looks.keys(), [10, 20, 30].map(Cell::Int));
        assert_eq!((looks.of(&Cell::Int(10)).colour, looks.of(&Cell::Int(30)).colour), (RAMP[0], RAMP[11]));
        let names: [Cell; 2] = ["z".into(), "a".into()];
        let looks = Looks::new(names.iter());
        assert_eq!((looks.of(&"z".into()).colour, looks.of(&"a".into()).colour), (COLOURS[0], COLOURS[1]));
    }

    #[test]
    fn nine_are_too_many_but_for_quantities_in_panels() {
        let numbers: Vec<Cell> = (0..9).map(Cell::Int).collect();
        let names: Vec<Cell> = (0..9).map(|i| format!("m{i}").into()).collect();
        let many = |cells: &[Cell], panelled| Looks::new(cells.iter()).are_too_many(panelled);
        assert!(many(&numbers, false) && !many(&numbers, true) && many(&names, true) && !many(&names[..8], false));
    }
}
