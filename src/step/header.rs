//! The columns of a table that are known before anything runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a column says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnRole {
    /// Where the row stands: it tells rows apart.
    Key,
    /// What was measured or computed there.
    Estimate,
    /// The lower end of an interval around an estimate.
    Low,
    /// The upper end of an interval around an estimate.
    High,
    /// How uncertain an estimate is: a standard error, a width.
    Spread,
    /// How many of something were counted.
    Count,
    /// How many rows of another table the row is a mean of.
    Samples,
    /// Whether something is so.
    Verdict,
    /// Which quantity the numbers of the row are of: the name of a column of another table.
    Quantity,
    /// What a paper says of an estimate.
    Published,
    /// An estimate less what a paper says of it.
    Deviation,
    /// The same over what the paper says.
    RelativeDeviation,
    /// How a comparison of the row ended, in one word.
    Status,
    /// What is to be known of the row, in words.
    Remark,
}

/// What a column's cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// Numbers.
    Numbers,
    /// Texts.
    Texts,
    /// Truth values.
    Truths,
}

/// Which way a column is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Less is better, as of an error.
    Less,
    /// More is better, as of an overlap.
    More,
}

/// A column that a table will have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name, which studies write.
    pub name: String,
    /// What it says of a row.
    pub role: ColumnRole,
    /// The column that it says more of: the estimate of an end of an interval, or of what a paper says.
    pub of: Option<String>,
    /// What its cells hold.
    pub content: Content,
    /// Unit of its numbers: `share` of a fraction of 1, empty of pure numbers.
    pub unit: &'static str,
    /// Which way it is better, where one way is.
    pub better: Option<Direction>,
    /// Whether the table has it in any case; others depend on what the steps compute.
    pub certain: bool,
    /// What a reader must be told of a row in which the column is 1, in words; empty of other columns.
    pub alarm: &'static str,
}

impl Column {
    /// An estimate that is a pure number.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: ColumnRole::Estimate,
            of: None,
            content: Content::Numbers,
            unit: "",
            better: None,
            certain: true,
            alarm: "",
        }
    }

    /// A key with these cells.
    #[must_use]
    pub fn key(name: &str, content: Content) -> Self {
        Self { role: ColumnRole::Key, content, ..Self::new(name) }
    }

    /// The same quantity in another role, under another name.
    #[must_use]
    pub fn named(&self, name: &str, role: ColumnRole) -> Self {
        Self { name: name.to_owned(), role, ..self.clone() }
    }

    /// A column that says more of this one, in its unit.
    #[must_use]
    pub fn beside(&self, name: &str, role: ColumnRole) -> Self {
        Self { of: Some(self.name.clone()), ..self.named(name, role) }
    }
}

/// The columns of a table, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Header(pub Vec<Column>);

impl Header {
    /// Estimates of these names.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Column::new(name)).collect())
    }

    /// With these columns as keys: they tell the rows of one step apart.
    #[must_use]
    pub fn keys(self, names: &[&str]) -> Self {
        self.each(names, |column| column.role = ColumnRole::Key)
    }

    /// With these columns as counts.
    #[must_use]
    pub fn counts(self, names: &[&str]) -> Self {
        self.each(names, |column| column.role = ColumnRole::Count)
    }

    /// With these columns as uncertainties of others.
    #[must_use]
    pub fn spreads(self, names: &[&str]) -> Self {
        self.each(names, |column| column.role = ColumnRole::Spread)
    }

    /// With these columns as verdicts, which hold truth values.
    #[must_use]
    pub fn truths(self, names: &[&str]) -> Self {
        self.each(names, |column| (column.role, column.content) = (ColumnRole::Verdict, Content::Truths))
    }

    /// With texts in these columns.
    #[must_use]
    pub fn texts(self, names: &[&str]) -> Self {
        self.each(names, |column| column.content = Content::Texts)
    }

    /// With fractions of 1 in these columns.
    #[must_use]
    pub fn shares(self, names: &[&str]) -> Self {
        self.each(names, |column| column.unit = "share")
    }

    /// With columns of which less is better.
    #[must_use]
    pub fn less_is_better(self, names: &[&str]) -> Self {
        self.each(names, |column| column.better = Some(Direction::Less))
    }

    /// With columns of which more is better.
    #[must_use]
    pub fn more_is_better(self, names: &[&str]) -> Self {
        self.each(names, |column| column.better = Some(Direction::More))
    }

    /// With a column, 1 or 0, of which a reader must be told where it is 1.
    #[must_use]
    pub fn alarms(self, name: &str, says: &'static str) -> Self {
        self.each(&[name], |column| column.alarm = says)
    }

    fn each(mut self, names: &[&str], change: impl Fn(&mut Column)) -> Self {
        debug_assert!(
            names.iter().all(|name| self.get(name).is_some()),
            "{names:?} are not all among {:?}",
            self.names()
        );
        self.0.iter_mut().filter(|column| names.contains(&column.name.as_str())).for_each(change);
        self
    }

    /// The column of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.0.iter().find(|column| column.name == name)
    }

    /// The first column in a role that says more of another one.
    #[must_use]
    pub fn beside(&self, name: &str, role: ColumnRole) -> Option<&Column> {
        self.0.iter().find(|column| column.role == role && column.of.as_deref() == Some(name))
    }

    /// The column that says how many rows of another table each row is a mean of.
    #[must_use]
    pub fn samples(&self) -> Option<&str> {
        self.0.iter().find(|column| column.role == ColumnRole::Samples).map(|column| column.name.as_str())
    }

    /// The columns that hold both ends of the intervals of others.
    #[must_use]
    pub fn intervals(&self) -> Intervals {
        let ends = |name: &str| {
            let end = |role| Some(self.beside(name, role)?.name.clone());
            Some([end(ColumnRole::Low)?, end(ColumnRole::High)?])
        };
        Intervals(self.0.iter().filter_map(|column| Some((column.name.clone(), ends(&column.name)?))).collect())
    }

    /// Names in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|column| column.name.as_str()).collect()
    }

    /// These columns and then those of another table that are not among them.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        let known: BTreeSet<String> = self.0.iter().map(|column| column.name.clone()).collect();
        self.0.extend(other.0.iter().filter(|column| !known.contains(&column.name)).cloned());
        self
    }
}

/// The columns of the lower and the upper end of intervals, by the column between them: what steps are told of a
/// header, as they see tables alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Intervals(pub BTreeMap<String, [String; 2]>);

impl Intervals {
    /// Both ends of a column's interval.
    #[must_use]
    pub fn of(&self, column: &str) -> Option<(&str, &str)> {
        self.0.get(column).map(|[low, high]| (low.as_str(), high.as_str()))
    }

    /// Those of some columns alone.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|column, _| wanted(column));
        self
    }
}

/// The columns of the tables that are wired to a step, by slot; nothing where they are not known.
#[derive(Debug, Clone, Default)]
pub struct Headers(pub Vec<(String, Vec<Option<Header>>)>);

impl Headers {
    /// The columns of the first table at a slot.
    #[must_use]
    pub fn one(&self, slot: &str) -> Option<&Header> {
        self.at(slot).first()?.as_ref()
    }

    /// The columns of every table at a slot, once all of them are known.
    #[must_use]
    pub fn all(&self, slot: &str) -> Option<Vec<&Header>> {
        self.at(slot).iter().map(Option::as_ref).collect()
    }

    fn at(&self, slot: &str) -> &[Option<Header>] {
        self.0.iter().find(|(name, _)| name == slot).map_or(&[], |(_, headers)| headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_each_column_once_and_the_first_says_what_it_is() {
        let first = Header::of(&["layer", "test_error"]).keys(&["layer"]).less_is_better(&["test_error"]);
        let both = first.with(&Header::of(&["test_error", "width"]).counts(&["width"]));
        assert_eq!(both.names(), ["layer", "test_error", "width"]);
        assert_eq!(both.get("test_error").unwrap().better, Some(Direction::Less));
        assert_eq!(both.get("layer").unwrap().role, ColumnRole::Key);
    }

    #[test]
    fn intervals_are_known_by_the_roles_of_their_ends_whatever_their_names() {
        let centre = Column::new("mass");
        let ends = [centre.beside("least", ColumnRole::Low), centre.beside("most", ColumnRole::High)];
        let half = Column::new("depth").beside("depth_low", ColumnRole::Low);
        let columns = [centre, Column::new("mass_low"), Column::new("mass_high"), Column::new("depth"), half];
        let header = Header(columns.into_iter().chain(ends).collect());
        let found = header.intervals();
        assert_eq!(found.0.keys().collect::<Vec<_>>(), ["mass"]);
        assert_eq!(found.of("mass"), Some(("least", "most")));
        assert_eq!(header.get("most").unwrap().of.as_deref(), Some("mass"));
    }

    #[test]
    fn one_unknown_table_leaves_all_unknown() {
        let known = Some(Header::of(&["a"]));
        let headers = Headers(vec![("tables".into(), vec![known.clone(), None]), ("table".into(), vec![known])]);
        assert_eq!(headers.all("tables"), None);
        assert_eq!(headers.one("table").unwrap().names(), ["a"]);
        assert!(headers.one("other").is_none());
    }
}
