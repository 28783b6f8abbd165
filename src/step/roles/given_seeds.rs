//! The seeds that a claim may look at: those of its profile, and those that were added for it.

use crate::artifact::{Cell, Table, TableError};
use crate::step::filter::{Condition, Filter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The axis whose values make replicates.
pub const SEED: &str = "seed";

/// Seeds added to some cells of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedSeeds {
    /// The first of them.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub from: u64,
    /// The one behind the last.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub to: u64,
    /// The cells that get them, by the values of axes; empty for all.
    #[serde(default, rename = "where")]
    pub filter: Filter,
}

impl AddedSeeds {
    /// Whether every cell that a filter means, as far as it says, gets these seeds.
    #[must_use]
    pub fn cover(&self, cells: &Filter) -> bool {
        self.filter.0.iter().all(|(axis, wanted)| match cells.0.get(axis) {
            Some(Condition::Is(value)) => wanted.accepts(value),
            Some(Condition::OneOf(values)) => values.iter().all(|value| wanted.accepts(value)),
            other => other == Some(wanted),
        })
    }
}

/// Which seeds a claim may look at. Those that were added for another claim are none of its looks, and some of its
/// conditions may lack them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenSeeds {
    /// The last seed of the profile.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub last: u64,
    /// The first seed that nobody had seen when the claim was made, where it was made or changed after others were.
    #[serde(default)]
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub from: Option<u64>,
    /// The seeds that were added for it.
    #[serde(default)]
    pub added: Vec<AddedSeeds>,
}

impl GivenSeeds {
    /// The rows that the claim may look at; all where seeds are no column.
    ///
    /// # Errors
    /// Where a column cannot be read.
    pub fn apply(&self, table: &Table) -> Result<Table, TableError> {
        if !table.has(SEED) {
            return Ok(table.clone());
        }
        let seeds = table.column(SEED)?;
        let rows: Vec<usize> = (0..table.height()).collect();
        let mut keep = vec![false; rows.len()];
        let number = |row: usize| match seeds[row] {
            Cell::Int(seed) => u64::try_from(seed).ok(),
            _ => None,
        };
        for added in &self.added {
            let known = added.filter.0.iter().filter(|(axis, _)| table.has(axis));
            let filter = Filter(known.map(|(axis, condition)| (axis.clone(), condition.clone())).collect());
            let new = |row: &usize| number(*row).is_some_and(|seed| (added.from..added.to).contains(&seed));
            filter.rows(table)?.into_iter().filter(new).for_each(|row| keep[row] = true);
        }
        let own = |row: usize| number(row).is_none_or(|seed| seed <= self.last);
        let fresh = |row: usize| self.from.is_none_or(|from| number(row).is_some_and(|seed| seed >= from));
        Ok(table.take(&rows.into_iter().filter(|&row| fresh(row) && (keep[row] || own(row))).collect::<Vec<_>>()))
    }

    /// What a reader of the verdict should know: that others were seen before the claim was made.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let seen = self.from?.saturating_sub(1);
        Some(format!("added after seeds up to {seen} were seen, and judged on later ones"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn given(json: serde_json::Value) -> GivenSeeds {
        serde_json::from_value(json).unwrap()
    }

    fn kept(given: &GivenSeeds) -> Vec<(i64, i64)> {
        let row = |at: i64| vec![Cell::Int(at / 6), Cell::Int(at % 6)];
        let table = Table::from_rows(&["n", "seed"], &(0..12).map(row).collect::<Vec<_>>()).unwrap();
        let whole = |cell: &Cell| cell.as_f64().map_or(-1, |value| value as i64);
        given.apply(&table).unwrap().rows().iter().map(|row| (whole(&row[0]), whole(&row[1]))).collect()
    }

    #[test]
    fn a_claim_sees_the_profiles_seeds_and_its_own_where_they_were_added() {
        let own = [(0, 0), (0, 1), (1, 0), (1, 1)];
        assert_eq!(kept(&given(json!({"last": 1}))), own);
        let added = json!({"last": 1, "added": [{"from": 3, "to": 5, "where": {"n": 1, "model": "LoFi"}}]});
        assert_eq!(kept(&given(added)), [&own[..], &[(1, 3), (1, 4)]].concat());
    }

    #[test]
    fn a_later_claim_sees_none_of_the_seeds_before_it() {
        let later = given(json!({"last": 1, "from": 4, "added": [{"from": 4, "to": 6}]}));
        assert_eq!(kept(&later), [(0, 4), (0, 5), (1, 4), (1, 5)]);
        assert_eq!(later.remark().unwrap(), "added after seeds up to 3 were seen, and judged on later ones");
        let table = Table::from_rows(&["n"], &[vec![Cell::Int(1)]]).unwrap();
        assert_eq!(later.apply(&table).unwrap(), table);
    }

    #[test]
    fn wider_filters_cover_narrower_ones() {
        let of = |filter| serde_json::from_value::<Filter>(filter).unwrap();
        let added = |filter| AddedSeeds { from: 0, to: 1, filter: of(filter) };
        for (wide, narrow, covers) in [
            (json!({}), json!({"n": 1}), true),
            (json!({"n": [1, 2]}), json!({"n": 2}), true),
            (json!({"n": [1, 2]}), json!({"n": [2, 3]}), false),
            (json!({"n": 1}), json!({}), false),
            (json!({"n": {"at_least": 2}}), json!({"n": 3, "d": 1}), true),
            (json!({"n": {"at_least": 2}}), json!({"n": {"at_least": 2}}), true),
        ] {
            assert_eq!(added(wide.clone()).cover(&of(narrow.clone())), covers, "{wide} {narrow}");
        }
    }
}
