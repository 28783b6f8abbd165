//! A table as a study writes it, and which of its clauses go together.

use crate::study::read::raw::Item;
use crate::yaml::{Fault, Node};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A table as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableSpec {
    /// Label → `step.port`: tables put one under the other.
    #[serde(default)]
    pub stack: Map<String, Json>,
    /// Another table of this study, instead of `stack`.
    #[serde(default)]
    pub from: Option<String>,
    /// The column that holds the labels.
    #[serde(default = "model", rename = "as")]
    pub label: String,
    /// Columns of the steps' own tables that tell rows apart, as axes do.
    #[serde(default)]
    pub keys: Option<Json>,
    /// Which rows.
    #[serde(default, rename = "where")]
    pub filter: Option<Json>,
    /// Picks one value of some axes by a column.
    #[serde(default)]
    pub choose: Option<Json>,
    /// Lays the rows of one label against those of another.
    #[serde(default)]
    pub difference: Option<Json>,
    /// Averages over these axes.
    #[serde(default)]
    pub over: Option<Json>,
    /// The interval of an average.
    #[serde(default)]
    pub interval: Option<Json>,
    /// Counts a column into histograms.
    #[serde(default)]
    pub bins: Option<Json>,
    /// Lays these published numbers beside the table.
    #[serde(default)]
    pub published: Option<String>,
}

fn model() -> String {
    "model".to_owned()
}

impl TableSpec {
    /// Reads a table and checks that its clauses fit.
    pub fn read(item: &Item, node: &Node) -> Result<Self, Vec<Fault>> {
        let spec: Self = node.typed(&item.source)?;
        let clause = |name: &str| node.get(name).map_or(item.mark, |n| n.mark);
        let averaged = [("over", spec.over.is_some()), ("interval", spec.interval.is_some())];
        if let (Some(_), Some((name, _))) = (&spec.bins, averaged.iter().find(|(_, given)| *given)) {
            let message = format!("`{name}` does not apply to a table of `bins`: a histogram counts values, not means");
            let help = "`pool: [seed]` inside `bins` counts the values of all seeds in one histogram; \
                        for mean counts put `over` into a second table with `from: TABLE.summary`";
            return Err(vec![item.fault(clause(name), message).help(help)]);
        }
        if spec.bins.as_ref().is_some_and(|bins| !bins.is_object()) {
            let fault = item.fault(clause("bins"), "`bins` is a mapping of settings");
            return Err(vec![fault.help("for example `bins: {column: eigenvalue, count: 50}`")]);
        }
        if spec.interval.is_some() && spec.over.is_none() {
            let fault = item.fault(clause("interval"), "`interval` without `over`: nothing is averaged");
            return Err(vec![fault.help("add `over: seed`, or take `interval` away")]);
        }
        Ok(spec)
    }

    /// The axes of the histograms made of a table with these axes.
    pub fn keys_of_bins(&self, keys: Vec<String>) -> Vec<String> {
        let mut keys = self.pooled(keys);
        keys.extend(["low", "high", "mark"].map(str::to_owned));
        keys
    }

    /// The axes of which each combination has a histogram of its own.
    pub fn pooled(&self, mut keys: Vec<String>) -> Vec<String> {
        let pool = self.bins.as_ref().map_or(&Json::Null, |bins| &bins["pool"]);
        let pooled = |key: &String| match pool {
            Json::Array(names) => names.iter().any(|name| name == key),
            name => name == key,
        };
        keys.retain(|key| !pooled(key));
        keys
    }
}
