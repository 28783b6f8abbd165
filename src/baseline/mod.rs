//! The committed results of a study, and whether new ones still agree with them.
//!
//! `results/<study>/<profile>/` holds one CSV a table and a `manifest.json`; [`Baseline::read`] and
//! [`Baseline::write`] are the two ways, [`compare()`] is what `lofi check` does.

mod compare;
mod files;

pub use compare::{Difference, compare};
pub use files::{Baseline, BaselineError, ClaimLine, Manifest, to_csv};
