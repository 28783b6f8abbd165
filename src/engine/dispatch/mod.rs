//! What processes that share a store leave for each other: descriptions of steps, marks of failures, submissions.
//!
//! A step that is sent elsewhere is described in the store, so that whoever runs it reads neither a study nor a graph:
//! start with `describe`, then `rebuild`. What came of it is told by the store alone: a result, or a mark of failure.

mod collect;
mod describe;
mod failure;
mod ledger;
mod pace;
mod rebuild;
mod report;

pub use collect::CollectedWork;
pub use describe::{Described, Descriptions};
pub use failure::{Cause, FailureMark};
pub use ledger::{ArrayLine, Ledger, LedgerLine, Submission};
pub use pace::{Learns, Pace};
pub use rebuild::{Blocked, RebuildError, Rebuilt, rebuild};
pub use report::TaskReport;
