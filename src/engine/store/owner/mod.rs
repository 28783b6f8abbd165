//! Who writes to a store, and what is left of those that are no more.
//!
//! Start with `run_folder`; `left_over` clears what the dead of this machine left, `watch` judges what other machines left.

mod left_over;
mod locks;
mod run_folder;
mod watch;

pub(super) use left_over::clear_left_over;
pub(in crate::engine) use locks::boot;
pub(super) use locks::{Share, lock_within, try_lock};
pub(super) use run_folder::{CLAIM, RunFolder};
