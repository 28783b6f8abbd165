//! The sections of a study file, each entry still a located tree.

use super::notes::Notes;
use crate::yaml::{Fault, Mark, Node, Source, Tree, known_names};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The profile's name.
pub type Profile = String;

/// Where the study's figure stands in the literature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Key into docs/references.bib.
    pub cite: String,
    /// The figure's number in the paper.
    #[serde(default)]
    pub figure: String,
    /// The data set that the paper used, as cards name it in `represents`; published numbers are compared only then.
    #[serde(default)]
    pub data: Option<String>,
}

/// One way in which the study differs from the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Which setting.
    pub what: String,
    /// What the paper does.
    pub paper: String,
    /// What this study does.
    pub ours: String,
    /// Why.
    pub why: String,
}

/// How far a column may move before `lofi check` calls it a regression; the widest of what is given counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Allowed |new − old| / |old|.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub relative: f64,
    /// Allowed |new − old|, in the column's unit.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub absolute: f64,
    /// For shares of samples: how many of them may be told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Samples>,
    /// Another column: rows whose values there are equal within its tolerance may exchange theirs of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied_by: Option<String>,
}

impl Tolerance {
    /// Whether it lets single values move.
    #[must_use]
    pub const fn moves(&self) -> bool {
        self.relative > 0.0 || self.absolute > 0.0 || self.samples.is_some()
    }

    /// The constant or column that has its number of samples.
    #[must_use]
    pub fn counted_by(&self) -> Option<&str> {
        match &self.samples.as_ref()?.of {
            SampleCount::Name(name) => Some(name),
            SampleCount::Number(_) => None,
        }
    }

    /// What is wrong with it.
    fn fault(&self) -> Option<&'static str> {
        let sound = |v: f64| v.is_finite() && v >= 0.0;
        if !sound(self.relative) || !sound(self.absolute) || self.samples.as_ref().is_some_and(|s| !sound(s.count)) {
            return Some("a tolerance is a number that is not negative");
        }
        let by_number = |s: &Samples| matches!(s.of, SampleCount::Number(n) if n.is_nan() || n < 1.0);
        self.samples.as_ref().is_some_and(by_number).then_some("`of` is a number of samples, at least 1")
    }
}

/// So many of all samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// How many.
    #[schemars(range(min = 0.0))]
    pub count: f64,
    /// Of how many: a number, a constant of the study that is one, or a column of the table.
    pub of: SampleCount,
}

/// A number of samples, or what has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SampleCount {
    /// The number.
    Number(f64),
    /// A constant of the study, or a column of the table.
    Name(String),
}

/// A data card, and the task if not the card's first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataChoice {
    /// The card's name.
    pub card: String,
    /// The task's name.
    #[serde(default)]
    pub task: Option<String>,
}

/// What a study says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The name: the path under `studies/` without `.yaml`.
    pub study: String,
    /// The title on the report page.
    pub title: String,
    /// The figure it reproduces.
    #[serde(default)]
    pub paper: Paper,
    /// The question it answers, one sentence.
    #[serde(default)]
    pub question: String,
    /// What to know when reading the result, in plain text: one text, or one for `study` and for figures by name. Numbers come
    /// from tables: `{{ table.column where key = value }}`.
    #[serde(default)]
    pub notes: Notes,
    /// Settings that differ from the paper.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
    /// Tolerances of `lofi check` by column, in place of the default: 1e-6 relative for real numbers, the rest exact.
    #[serde(default)]
    pub tolerances: BTreeMap<String, Tolerance>,
    /// Numbers of seeds at which claims are looked at as seeds are added, rising; by default 3, 5, 8, 12, 18, 30. The number
    /// of seeds of a profile is its first look; none after it keeps that number.
    #[serde(default)]
    pub looks: Option<Vec<usize>>,
}

/// An entry of a section with its place and the file that it is from.
#[derive(Debug, Clone)]
pub(in crate::study) struct Item {
    pub name: String,
    pub mark: Mark,
    pub node: Node,
    pub source: Arc<Source>,
}

impl Item {
    pub fn fault(&self, mark: Mark, message: impl std::fmt::Display) -> Fault {
        self.source.fault(mark, message)
    }

    /// A fault of a value in this entry, shown where it is written: that may be another file, behind a `$name`.
    pub fn at(&self, node: &Node, message: impl std::fmt::Display) -> Fault {
        node.fault(&self.source, message)
    }
}

/// A study file (or a fragment) split into sections.
#[derive(Debug, Clone)]
pub(in crate::study) struct RawStudy {
    pub head: Head,
    pub source: Arc<Source>,
    pub data: Option<Item>,
    pub constants: Vec<Item>,
    pub profiles: Vec<Item>,
    pub sweep: Vec<Item>,
    pub steps: Vec<Item>,
    pub tables: Vec<Item>,
    pub figures: Vec<Item>,
    pub claims: Vec<Item>,
    pub published: Vec<Item>,
}

/// Keys of the sections that hold named entries.
pub(super) const SECTIONS: [&str; 8] =
    ["constants", "profiles", "sweep", "steps", "tables", "figures", "claims", "published"];
/// Most entries in one section.
const MAX_ENTRIES: usize = 10_000;

/// Most unknown keys that are shown.
const MOST_SHOWN: usize = 20;

const HEAD: [&str; 8] = ["study", "title", "paper", "question", "notes", "deviations", "tolerances", "looks"];

impl RawStudy {
    /// Splits a file; `fragment` files need no head.
    pub fn split(source: &Arc<Source>, root: &Node, fragment: bool) -> Result<Self, Vec<Fault>> {
        let mut faults = unknown_keys(source, root);
        if root.entries().is_empty() {
            let fault = source.fault(root.mark, format!("expected a study, found {}", root.what()));
            return Err(vec![fault.help("a study is a mapping that begins with `study: NAME` and `title: ...`")]);
        }
        let head = if fragment { Ok(fragment_head()) } else { head(source, root) };
        let mut section = |name: &str| match items(source, root, name) {
            Ok(items) => items,
            Err(fault) => {
                faults.push(fault);
                Vec::new()
            }
        };
        let [constants, profiles, sweep, steps, tables, figures, claims, published] = SECTIONS.map(&mut section);
        let data = root.entries().iter().find(|e| e.key == "data").map(|e| Item {
            name: "data".to_owned(),
            mark: e.mark,
            node: e.node.clone(),
            source: Arc::clone(source),
        });
        match head {
            Ok(head) if faults.is_empty() => Ok(Self {
                head,
                source: Arc::clone(source),
                data,
                constants,
                profiles,
                sweep,
                steps,
                tables,
                figures,
                claims,
                published,
            }),
            Ok(_) => Err(faults),
            Err(more) => Err(more.into_iter().chain(faults).collect()),
        }
    }
}

fn fragment_head() -> Head {
    Head {
        study: String::new(),
        title: String::new(),
        paper: Paper::default(),
        question: String::new(),
        notes: Notes::default(),
        deviations: Vec::new(),
        tolerances: BTreeMap::new(),
        looks: None,
    }
}

fn head(source: &Source, root: &Node) -> Result<Head, Vec<Fault>> {
    let entries = root.entries().iter().filter(|e| HEAD.contains(&e.key.as_str())).cloned().collect();
    let head: Head = Node::new(root.mark, Tree::Map(entries)).typed(source)?;
    let wrong = head.tolerances.iter().filter_map(|(column, tolerance)| Some((column, tolerance.fault()?)));
    let at = |column: &String| root.mark_of(&["tolerances".to_owned(), column.clone()], None);
    let faults: Vec<Fault> = wrong.map(|(column, fault)| source.fault(at(column), fault)).collect();
    let looks = head.looks.as_deref().unwrap_or_default();
    let sound = looks.windows(2).all(|pair| pair[0] < pair[1]) && looks.iter().all(|look| (2..=1000).contains(look));
    let unsound = (!sound).then(|| {
        source
            .fault(root.mark_of(&["looks".to_owned()], None), "looks are rising numbers of seeds from 2 to 1000")
            .help("for example `looks: [3, 5, 8, 12, 18, 30]`")
    });
    let faults: Vec<Fault> = faults.into_iter().chain(unsound).collect();
    if faults.is_empty() { Ok(head) } else { Err(faults) }
}

fn unknown_keys(source: &Source, root: &Node) -> Vec<Fault> {
    let known: Vec<&str> = HEAD.into_iter().chain(["data", "extend"]).chain(SECTIONS).collect();
    let unknown = root.entries().iter().filter(|e| !known.contains(&e.key.as_str()));
    unknown
        .take(MOST_SHOWN)
        .map(|e| {
            let fault = source.fault(e.mark, format!("unknown key `{}` in a study", e.key));
            match known_names(&e.key, &known) {
                Some(help) => fault.help(help),
                None => fault,
            }
        })
        .collect()
}

fn items(source: &Arc<Source>, root: &Node, section: &str) -> Result<Vec<Item>, Fault> {
    let Some(node) = root.get(section) else { return Ok(Vec::new()) };
    match &node.tree {
        Tree::Map(entries) if entries.len() > MAX_ENTRIES => {
            let fault = source.fault(node.mark, format!("`{section}` has more than {MAX_ENTRIES} entries"));
            Err(fault.help("what differs in numbers only belongs on an axis of the sweep"))
        }
        Tree::Map(entries) => Ok(entries
            .iter()
            .map(|e| Item { name: e.key.clone(), mark: e.mark, node: e.node.clone(), source: Arc::clone(source) })
            .collect()),
        _ => Err(source.fault(node.mark, format!("`{section}` must be a mapping of names, found {}", node.what()))),
    }
}
