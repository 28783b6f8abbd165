//! Pure functions on numbers: no files, clock, serde, logging or globals.

pub mod linalg;
