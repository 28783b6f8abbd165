//! Two processes on one store do not compute the same step at once.
//!
//! Start with `file`: what a claim is and when it is another's; `claims` has those of one run.

mod claims;
mod file;

pub(in crate::engine) use claims::Claims;
