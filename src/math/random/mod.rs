//! Streams of random numbers that are named, so that a draw does not depend on what was drawn before.
//!
//! What is drawn from them stands with its subject; `samples` has inputs that are known exactly.
//! Start with `streams`; `torch` draws the subsets of the reference implementation.

pub mod normals;
pub mod streams;
pub mod torch;
pub mod words;

pub use streams::Stream;
