//! Values as named files and back: arrays as `.npy`, tables as `.csv`, the rest as JSON.
//!
//! Where the files lie, and their hashes, is the business of the store.
//! Start with `values`.

mod file;
mod tables;
#[cfg(test)]
mod tests;
mod values;

pub use file::{BytesError, File};
pub use values::{decode, encode};
