//! Tables from tables: one file per kind, each behind a clause of `tables:`.
//!
//! The order of the clauses is in `study`.
//! Start with `filter`, the shortest.

mod aggregate;
mod bins;
mod choose;
mod compare_published;
mod difference;
mod filter;
mod headers;
mod published_places;
mod stack;

pub use aggregate::Aggregate;
pub use bins::Bins;
pub use choose::Choose;
pub use compare_published::ComparePublished;
pub use difference::Difference;
pub use filter::FilterRows;
pub use stack::Stack;
