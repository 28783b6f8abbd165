//! All numbers of a study as LaTeX macros, so that a paper that cites them need not copy them.
//!
//! Start with `file`; `names` says what the macros are called.

mod file;
mod names;
mod values;

pub use file::latex;
