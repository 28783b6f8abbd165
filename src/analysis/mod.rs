//! Tables from tables, and verdicts on claims: one file per kind.
//!
//! A study's `tables:` become chains of `stack`, `filter`, `choose`, `difference`, `aggregate` or `bins`, and
//! `compare-published`; its `claims:` read the rows before aggregation, one a seed. What claims share: `replicates` makes samples of rows,
//! `estimate` gives them an interval, `bar` compares that with what is claimed, `decide` makes the verdict.

mod claims;
mod pairs;
mod rows;
mod tables;

pub use claims::{
    Bar, Bound, Collapse, Condition, Estimate, InteriorOptimum, Monotone, Openness, OutlierCount, PairedDifference,
    RankCorrelation, Ratio, ShareOfRuns, Slope, Test, ThresholdLocation,
};
pub use tables::{Aggregate, Bins, Choose, ComparePublished, Difference, FilterRows, Stack};
