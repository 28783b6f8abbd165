//! Writes cards of files that nobody has described: what they are, how many, their statistics and checksums.

mod card;
mod statistics;
mod text;

pub use card::{Described, Wanted, describe};
