//! Tables from tables, and verdicts on claims: one file per kind.
//!
//! A study's `tables:` become chains of `stack`, `filter`, `choose`, `difference`, `aggregate` and `compare-published`; its `claims:`
//! read the rows before aggregation, one a seed. `decide` holds the statistics that all claims share.

mod aggregate;
mod bound;
mod choose;
mod columns;
mod compare_published;
mod decide;
mod difference;
mod filter;
mod monotone;
mod paired_difference;
mod pairs;
mod rows;
mod stack;

pub use aggregate::Aggregate;
pub use bound::Bound;
pub use choose::Choose;
pub use columns::Columns;
pub use compare_published::ComparePublished;
pub use difference::Difference;
pub use filter::Filter;
pub use monotone::Monotone;
pub use paired_difference::PairedDifference;
pub use stack::Stack;
