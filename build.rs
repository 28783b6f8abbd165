//! Build-time facts.
fn main() {}
