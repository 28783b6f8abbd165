//! Values of one type: what a slot that takes no other gives.

use super::{Kernel, Network, Pictures, Predictions, Representation, Spectrum, Table, Value};

/// A type that a [`Value`] may be.
///
/// Each type has its own few lines, without a macro: a kind whose values are tables then has nothing of networks in its code
/// fingerprint.
pub trait Held: Sized {
    /// The value, where it is of this type.
    fn held(value: &Value) -> Option<&Self>;
}

impl Held for Representation {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Representation(held) = value { Some(held) } else { None }
    }
}

impl Held for Kernel {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Kernel(held) = value { Some(held) } else { None }
    }
}

impl Held for Spectrum {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Spectrum(held) = value { Some(held) } else { None }
    }
}

impl Held for Predictions {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Predictions(held) = value { Some(held) } else { None }
    }
}

impl Held for Table {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Table(held) = value { Some(held) } else { None }
    }
}

impl Held for Pictures {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Pictures(held) = value { Some(held) } else { None }
    }
}

impl Held for Network {
    fn held(value: &Value) -> Option<&Self> {
        if let Value::Network(held) = value { Some(held) } else { None }
    }
}
