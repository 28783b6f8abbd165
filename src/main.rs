//! The `lofi` binary.
fn main() {}
