//! Tables from tables, and verdicts on claims: one file per kind.
//!
//! A study's `tables:` become chains of `stack`, `filter`, `choose`, `difference`, `aggregate` or `bins`, and
//! `compare-published`; its `claims:` read the rows before aggregation, one a seed. What claims share: `replicates` makes samples of rows,
//! `estimate` gives them an interval, `bar` compares that with what is claimed, `decide` makes the verdict.

mod aggregate;
mod bar;
mod bins;
mod bound;
mod choose;
mod collapse;
mod columns;
mod compare_published;
mod decide;
mod difference;
mod estimate;
mod filter;
mod grid_points;
mod interior_optimum;
mod monotone;
mod outlier_count;
mod paired_difference;
mod pairs;
mod rank_correlation;
mod replicates;
mod rows;
mod slope;
mod stack;
mod threshold_location;

pub use aggregate::Aggregate;
pub use bins::Bins;
pub use bound::Bound;
pub use choose::Choose;
pub use collapse::Collapse;
pub use columns::Columns;
pub use compare_published::ComparePublished;
pub use difference::Difference;
pub use filter::Filter;
pub use interior_optimum::InteriorOptimum;
pub use monotone::Monotone;
pub use outlier_count::OutlierCount;
pub use paired_difference::PairedDifference;
pub use rank_correlation::RankCorrelation;
pub use slope::Slope;
pub use stack::Stack;
pub use threshold_location::ThresholdLocation;
