//! `only: [quick, paper]` on a figure or a claim: the profiles that it is made in.

use crate::study::read::profiles::{Profiles, layers, profiles};
use crate::study::read::raw::{Item, RawStudy};
use crate::yaml::{Fault, Node, Tree, known_names};

/// The entry without its `only`; nothing where that names other profiles than this one.
///
/// # Errors
/// A name that is no profile of the study, or no list of names.
pub(super) fn made(item: &Item, raw: &RawStudy, profile: &str) -> Result<Option<Item>, Vec<Fault>> {
    let mut item = item.clone();
    let Some(only) = crate::study::nodes::remove(&mut item.node, "only") else { return Ok(Some(item)) };
    named((&item, "only"), &only, (raw, profile)).map(|here| here.then_some(item))
}

/// Whether a list of profiles names this one.
///
/// # Errors
/// A name that is no profile of the study, or no list of names.
pub(super) fn named(
    (item, key): (&Item, &str),
    list: &Node,
    (raw, profile): (&RawStudy, &str),
) -> Result<bool, Vec<Fault>> {
    let Profiles { own, others } = profiles(raw);
    let known: Vec<&str> = own.iter().map(String::as_str).collect();
    let single = std::slice::from_ref(list);
    let named: &[Node] = if let Tree::List(names) = &list.tree { names } else { single };
    if named.is_empty() {
        let fault = item.at(list, format!("`{key}` names no profile, so this would never be made"));
        return Err(vec![fault.help(format!("for example `{key}: [quick, paper]`"))]);
    }
    let mut faults = Vec::new();
    let mut found = false;
    for node in named {
        match node.text() {
            Some(name) if known.contains(&name) => found |= layers(profile).any(|layer| layer == name),
            Some(name) => faults.push(match others.iter().find(|(other, _)| other == name) {
                Some((_, one)) => item
                    .at(node, format!("`{name}` stands for the profile `{one}` in this study"))
                    .help(format!("write `{one}`: results are filed under that")),
                None => item
                    .at(node, format!("this study has no profile `{name}`"))
                    .help(known_names(name, &known).unwrap_or_default()),
            }),
            None => faults.push(item.at(node, format!("expected the name of a profile, found {}", node.what()))),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}
