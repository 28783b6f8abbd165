//! At what scale studies were run, and what that of their papers would take.
//!
//! What the report is told of it is in `told`; the page is made in `pages/scale`.
//! Start with `told`.

pub(super) mod price;
pub(super) mod told;
pub(super) mod values;

pub use told::{Needs, Outlook, Scales, StudyScales};
