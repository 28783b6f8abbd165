//! Study files as they are written: sections, fragments, names, profiles, published numbers.
//!
//! What is made of them is in `axes`, `expand` and `outputs`.
//! Start with `raw`.

mod expression;
pub(super) mod extend;
pub(in crate::study) mod names;
pub(in crate::study) mod notes;
mod origin;
pub(in crate::study) mod profiles;
pub(super) mod published;
mod published_file;
pub(super) mod raw;
mod repeat;
pub(super) mod scope;

pub use profiles::Profiles;
pub use raw::{DataChoice, Deviation, Head, Paper, Profile, SampleCount, Samples, Tolerance};
pub use scope::Setting;
