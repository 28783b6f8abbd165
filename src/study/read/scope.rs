//! What `$name` stands for: constants, overridden by the profile, overridden by `--set`.

use super::expression::{Wrong, evaluated, expression, names};
use super::profiles::{help, is_usual, item, layers, resolved};
use super::raw::{Item, RawStudy};
use crate::yaml::{Fault, Mark, Node, Source, Tree, known_names, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One `--set name=value`.
#[derive(Debug, Clone)]
pub struct Setting {
    /// A constant or a sweep axis.
    pub name: String,
    /// The value as YAML.
    pub value: String,
}

/// A study with its profile applied.
#[derive(Debug)]
pub(in crate::study) struct Scoped {
    /// The profile, whatever name for it was asked for.
    pub profile: String,
    pub constants: Vec<Item>,
    pub sweep: Vec<Item>,
    pub data: Option<Item>,
}

/// Names of values, looked up innermost first: axes of the cell, then constants.
#[derive(Debug, Clone, Copy)]
pub(in crate::study) struct Scope<'a> {
    pub constants: &'a [Item],
    pub axes: &'a [(String, Node)],
}

impl<'a> Scope<'a> {
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        let axis = self.axes.iter().find(|(axis, _)| axis == name).map(|(_, node)| node);
        axis.or_else(|| self.constants.iter().find(|item| item.name == name).map(|item| &item.node))
    }

    /// The tree with every `$name` replaced by the value it names, which keeps the place where it is written.
    pub fn resolve(&self, node: &Node, source: &Source) -> Result<Node, Vec<Fault>> {
        let mut faults = Vec::new();
        let resolved = self.replace(node, source, &mut faults);
        if faults.is_empty() { Ok(resolved) } else { Err(faults) }
    }

    fn replace(&self, node: &Node, source: &Source, faults: &mut Vec<Fault>) -> Node {
        let tree = match &node.tree {
            Tree::Text(text) if expression(text).is_some() => {
                let inner = expression(text).unwrap_or_default();
                match evaluated(inner, |name| self.get(name)) {
                    Ok(value) => return Node::from_json(&value, node.mark),
                    Err(Wrong::Name(name)) => faults.push(self.unknown(&name, source, node.mark)),
                    Err(Wrong::Expression(why)) => faults.push(
                        source
                            .fault(node.mark, format!("`{text}` cannot be computed: {why}"))
                            .help("for example `$([k, n // 2] | min)`: names of constants and axes, numbers, + - * / // and filters"),
                    ),
                }
                Tree::Null
            }
            Tree::Text(text) if reference(text).is_some() => {
                let name = reference(text).unwrap_or_default();
                match self.get(name) {
                    Some(value) => return value.clone(),
                    None => {
                        faults.push(self.unknown(name, source, node.mark));
                        Tree::Null
                    }
                }
            }
            Tree::Text(text) if text.starts_with("$$") => Tree::Text(text[1..].to_owned()),
            Tree::List(items) => Tree::List(items.iter().map(|item| self.replace(item, source, faults)).collect()),
            Tree::Map(entries) => {
                let mut entries = entries.clone();
                for entry in &mut entries {
                    entry.node = self.replace(&entry.node, source, faults);
                }
                Tree::Map(entries)
            }
            leaf => leaf.clone(),
        };
        Node { mark: node.mark, tree, source: node.source.clone() }
    }

    fn unknown(&self, name: &str, source: &Source, mark: Mark) -> Fault {
        let axes = self.axes.iter().map(|(axis, _)| axis.as_str());
        let known: Vec<&str> = axes.chain(self.constants.iter().map(|item| item.name.as_str())).collect();
        let fault = source.fault(mark, format!("unknown name `${name}`"));
        let help =
            known_names(name, &known).unwrap_or_else(|| "this study has no constants and no sweep axes yet".to_owned());
        fault.help(format!("{help}; a text that begins with $ is written $$"))
    }
}

/// The name in `$name`.
pub(in crate::study) fn reference(text: &str) -> Option<&str> {
    text.strip_prefix('$').filter(|name| !name.is_empty() && !name.starts_with(['$', '(']))
}

/// All names that a tree refers to.
pub(in crate::study) fn references(node: &Node, found: &mut BTreeSet<String>) {
    match &node.tree {
        Tree::Text(text) => match expression(text) {
            Some(inner) => found.extend(names(inner)),
            None => found.extend(reference(text).map(ToOwned::to_owned)),
        },
        Tree::List(items) => items.iter().for_each(|item| references(item, found)),
        Tree::Map(entries) => entries.iter().for_each(|entry| references(&entry.node, found)),
        _ => {}
    }
}

/// Lays a profile and settings over a study's constants and sweep.
pub(in crate::study) fn apply(study: &RawStudy, profile: &str, settings: &[Setting]) -> Result<Scoped, Vec<Fault>> {
    let profile = resolved(study, profile);
    let mut scoped = Scoped {
        profile: profile.clone(),
        constants: study.constants.iter().map(written).collect(),
        sweep: study.sweep.iter().map(written).collect(),
        data: study.data.clone(),
    };
    let mut faults: Vec<Fault> = layers(&profile).flat_map(|layer| apply_profile(study, layer, &mut scoped)).collect();
    for setting in settings.iter().filter(|setting| knows(study, setting)) {
        faults.extend(apply_setting(setting, &mut scoped).err());
    }
    if faults.is_empty() { Ok(scoped) } else { Err(faults) }
}

/// A setting is for the studies that have the name; the caller sees to it that one has.
fn knows(study: &RawStudy, setting: &Setting) -> bool {
    let name = &setting.name;
    name == "data" || study.constants.iter().chain(&study.sweep).any(|item| item.name == *name)
}

/// The settings that count for a study, by name; of one name the last.
pub(in crate::study) fn applied(study: &RawStudy, settings: &[Setting]) -> Vec<Setting> {
    let known = settings.iter().filter(|setting| knows(study, setting));
    let last: BTreeMap<&str, &Setting> = known.map(|setting| (setting.name.as_str(), setting)).collect();
    last.into_values().cloned().collect()
}

/// An entry whose values know the file that they are written in, as they are used anywhere.
fn written(item: &Item) -> Item {
    Item { node: item.node.clone().written_in(&item.source), ..item.clone() }
}

fn apply_profile(study: &RawStudy, profile: &str, scoped: &mut Scoped) -> Vec<Fault> {
    let Some(item) = item(study, profile) else {
        if is_usual(study, profile) {
            return Vec::new();
        }
        let fault = study.source.fault(Mark { line: 1, column: 1 }, format!("this study has no profile `{profile}`"));
        return vec![fault.help(help(study, profile))];
    };
    if !matches!(item.node.tree, Tree::Map(_) | Tree::Null) {
        let message =
            format!("a profile is a mapping of names, or the name of another one, found {}", item.node.what());
        return vec![item.at(&item.node, message)];
    }
    let entries = item.node.entries().iter().cloned();
    let overrides = entries.map(|e| Item { name: e.key, mark: e.mark, node: e.node, source: Arc::clone(&item.source) });
    overrides.filter_map(|item| replace(item, scoped).err()).collect()
}

fn replace(item: Item, scoped: &mut Scoped) -> Result<(), Fault> {
    if item.name == "data" {
        scoped.data = Some(item);
        return Ok(());
    }
    // An axis hides a constant of its name, so it is the one to replace.
    let slot = scoped.sweep.iter_mut().chain(&mut scoped.constants).find(|known| known.name == item.name);
    if let Some(slot) = slot {
        *slot = written(&item);
        return Ok(());
    }
    let known: Vec<&str> =
        scoped.constants.iter().chain(&scoped.sweep).map(|i| i.name.as_str()).chain(["data"]).collect();
    let fault = item.fault(item.mark, format!("`{}` is neither a constant nor a sweep axis of this study", item.name));
    Err(match known_names(&item.name, &known) {
        Some(help) => fault.help(help),
        None => fault,
    })
}

fn apply_setting(setting: &Setting, scoped: &mut Scoped) -> Result<(), Fault> {
    let source = Arc::new(Source::new(format!("--set {}", setting.name), &setting.value));
    let node = parse(&source)?;
    replace(Item { name: setting.name.clone(), mark: node.mark, node, source }, scoped)
}
