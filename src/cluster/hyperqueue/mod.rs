//! HyperQueue: a job file for each array, sent by `hq job submit-file`; its JSON tells the rest.
//!
//! HyperQueue orders tasks within a job, not jobs, and has no bound of tasks at once for a job: what an array says of both is
//! not sent. A job is sent when those before it are over, by whoever looks after the submission.

mod executor;

pub use executor::HyperQueue;
