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

/// A kind's documentation and wiring.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// `module_path!()` of the kind's file: its code fingerprint is looked up under it.
    pub module: &'static str,
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
