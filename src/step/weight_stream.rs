//! Which random numbers a layer's weights are.

/// The stream that the weights of a random layer are drawn from: two layers of one stream have the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightStream {
    /// What the numbers are for.
    pub purpose: &'static str,
    /// The seed.
    pub seed: u64,
    /// The layer's place in the stream.
    pub layer: u64,
    /// The parameter that gives a layer numbers of its own.
    pub told_by: &'static str,
}
