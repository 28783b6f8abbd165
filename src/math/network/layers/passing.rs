//! What a layer's backward pass reads and writes.

/// What a layer's backward pass reads.
pub struct Values<'a, T> {
    pub parameters: &'a [T],
    pub input: &'a [T],
    pub output: &'a [T],
    pub upstream: &'a [T],
}

/// What a layer's backward pass writes: it adds to the parameters' gradient and replaces the input's.
pub struct Gradients<'a, T> {
    pub parameters: &'a mut [T],
    pub input: Option<&'a mut [T]>,
}
