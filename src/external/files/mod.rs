//! Files that other programs write and read: tables as CSV and Parquet, arrays as npy, pictures as PNG.

pub(super) mod npy;
pub(super) mod parquet_rows;
pub(super) mod parquet_write;
pub(super) mod png;
pub(super) mod tables;
