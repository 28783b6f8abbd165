//! What a study becomes: steps with their wires, and what it gives in the end.

use super::read::profiles::layers;
use super::read::raw::{Head, Item};
use super::read::scope::Setting;
use crate::artifact::Cell;
use crate::step::{Configured, DataRef, ErasedKind, Header, Plan, WeightStream};
use crate::yaml::Node as YamlNode;
use serde_json::Value as Json;
use std::sync::Arc;

/// One step to run, with everything that its key is made of.
#[derive(Clone)]
pub struct Node {
    /// The step's name in the study.
    pub label: String,
    /// The axes that it depends on, with their values.
    pub cell: Vec<(String, Cell)>,
    /// Its kind.
    pub kind: &'static dyn ErasedKind,
    /// Canonical parameters, which all steps that have the same ones share.
    pub params: Arc<Json>,
    /// The parameters as they were given, where they hold more than the canonical ones: paths of files that were found.
    pub given: Option<Arc<Json>>,
    /// The kind with these parameters.
    pub step: Arc<dyn Configured>,
    /// What is wired to each slot; nodes come before those that use them.
    pub inputs: Vec<(&'static str, Vec<Wire>)>,
    /// Sizes and costs; equal ones are shared.
    pub plan: Arc<Plan>,
    /// The columns of the tables that it makes, by port, where they are known before it runs; equal ones are shared.
    pub headers: Vec<Option<Arc<Header>>>,
    /// The random numbers that are its weights, where it is a layer.
    pub weights: Option<WeightStream>,
    /// Where it is written, file:line:column; steps of one item share it.
    pub place: Arc<str>,
}

/// One output of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire {
    /// Index into [`Study::nodes`].
    pub node: usize,
    /// Index of the output port.
    pub port: usize,
}

/// What a study gives in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name in the study.
    pub name: String,
    /// Table, comparison, figure or claim.
    pub kind: OutputKind,
    /// Where it comes from.
    pub wire: Wire,
    /// The columns of a table that tell its rows apart.
    pub keys: Vec<String>,
    /// What stands over a table; empty for what its name and columns say.
    pub title: String,
    /// What a claim claims, by whom and of which table, hashed; empty for all else.
    pub claimed: String,
    /// The profiles whose scale can show a claim; empty where each can.
    pub shown_by: Vec<String>,
}

impl Output {
    /// Whether a profile is of a scale that can show it.
    #[must_use]
    pub fn is_shown_in(&self, profile: &str) -> bool {
        self.shown_by.is_empty() || layers(profile).any(|layer| self.shown_by.iter().any(|name| name == layer))
    }
}

/// The sections of a report that an output can stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// A table, as the figures draw it.
    Table,
    /// One row a seed: what claims test.
    Rows,
    /// Published numbers beside ours.
    Comparison,
    /// A figure.
    Figure,
    /// A claim.
    Claim,
}

/// The sweep of a study, before seeds were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Its axes.
    pub axes: Vec<String>,
    /// The seeds of the profile, rising; none where they are no whole numbers.
    pub seeds: Vec<u64>,
    /// Numbers of seeds at which claims are looked at, as the study and its profile have them.
    pub looks: Vec<usize>,
}

/// A study, checked and expanded for one profile.
#[derive(Clone)]
pub struct Study {
    /// What it says of itself.
    pub head: Head,
    /// The profile it was expanded for.
    pub profile: String,
    /// What `--set` replaced in it, by name.
    pub settings: Vec<Setting>,
    /// The data set in use, if any.
    pub data: Option<DataRef>,
    /// Number of cells of the sweep, with those of added seeds.
    pub cells: usize,
    /// The sweep without them.
    pub sweep: Sweep,
    /// Every distinct step, inputs first.
    pub nodes: Vec<Node>,
    /// What it gives.
    pub outputs: Vec<Output>,
    /// The file, relative to the project.
    pub file: String,
    /// What a reader should know that is no mistake: published numbers that are not there.
    pub remarks: Vec<String>,
}

/// A node about to be made.
pub(super) struct Draft<'a> {
    pub label: String,
    pub cell: Vec<(String, Cell)>,
    pub kind: &'static dyn ErasedKind,
    /// Parameters without `$name`s, with places.
    pub params: &'a YamlNode,
    pub inputs: Vec<(String, Vec<Wire>)>,
    pub item: &'a Item,
}
