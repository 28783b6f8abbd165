//! What a kind tells about itself: documentation, slots and ports.

use crate::artifact::ValueType;

/// The group that a kind belongs to, in documentation and listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Samples come in.
    Data,
    /// Layers, filters and readouts.
    Experiment,
    /// Tables from tables.
    Analysis,
    /// Verdicts from tables.
    Claim,
    /// Figures from tables.
    Plot,
}

impl Family {
    /// The heading in documentation.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Experiment => "Experiments",
            Self::Analysis => "Tables",
            Self::Claim => "Claims",
            Self::Plot => "Figures",
        }
    }
}

/// How many steps may be wired to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// One or more, in order.
    Many,
}

/// A named input.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// Name, as studies write it.
    pub name: &'static str,
    /// The types it takes.
    pub accepts: &'static [ValueType],
    /// How many.
    pub arity: Arity,
    /// What it is for.
    pub doc: &'static str,
}

impl Slot {
    /// A slot that one step is wired to, of one of these types.
    #[must_use]
    pub const fn one(name: &'static str, accepts: &'static [ValueType]) -> Self {
        Self { name, accepts, arity: Arity::One, doc: "" }
    }

    /// A slot that may be left empty.
    #[must_use]
    pub const fn optional(name: &'static str, accepts: &'static [ValueType]) -> Self {
        Self { arity: Arity::Optional, ..Self::one(name, accepts) }
    }

    /// A slot that one step or more are wired to, in order.
    #[must_use]
    pub const fn many(name: &'static str, accepts: &'static [ValueType]) -> Self {
        Self { arity: Arity::Many, ..Self::one(name, accepts) }
    }

    /// With what it is for.
    #[must_use]
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }
}

/// Whether an output goes to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Always: tables, spectra, verdicts, figures.
    Always,
    /// Only where recomputing costs more than reading: features, Gram matrices.
    IfDear,
}

/// A named output.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    /// Name; studies write `step.name`, or just `step` for the first port.
    pub name: &'static str,
    /// Its type.
    pub value_type: ValueType,
    /// Whether it goes to disk.
    pub keep: Keep,
    /// What it holds.
    pub doc: &'static str,
}

impl Port {
    /// An output of a type, which is kept as values of that type are worth it.
    #[must_use]
    pub const fn new(name: &'static str, value_type: ValueType) -> Self {
        let keep = match value_type {
            ValueType::Representation | ValueType::Kernel => Keep::IfDear,
            _ => Keep::Always,
        };
        Self { name, value_type, keep, doc: "" }
    }

    /// With what it holds.
    #[must_use]
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }
}

/// A kind's documentation and wiring.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The group.
    pub family: Family,
    /// One line: what it does.
    pub summary: &'static str,
    /// Formula and conventions, in plain text.
    pub details: &'static str,
    /// Keys into `docs/references.bib`.
    pub cites: &'static [&'static str],
    /// Inputs.
    pub inputs: &'static [Slot],
    /// Outputs, the default one first.
    pub outputs: &'static [Port],
}

/// What a step declares of its own wiring.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wiring {
    /// Names of its slots; each takes one step.
    pub inputs: Vec<String>,
    /// Names and types of its outputs, the default one first; all are kept.
    pub outputs: Vec<(String, ValueType)>,
}
