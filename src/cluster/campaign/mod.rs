//! A submission and what becomes of it: looked at from the store, the ledger and the queue, by any process on any host.
//!
//! Start with `decide` (what is to be done next); `tasks`, `jobs` and `tally` are what it sees.

mod acts;
mod decide;
mod jobs;
mod picture;
mod tally;
mod tasks;
mod way;

pub use acts::{Campaign, Done, take_back};
pub use decide::Deed;
pub use jobs::{Fate, Job, Jobs};
pub use picture::Picture;
pub use tally::{Tally, Used};
pub use tasks::{Standing, Tasks};
pub use way::Way;
