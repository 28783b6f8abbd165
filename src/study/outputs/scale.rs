//! What a claim says of itself beside its test: `shown_by: {profiles: [paper], because: …}`, the profiles whose scale can show
//! it, and `by`, who claims it.

use super::only::named;
use crate::artifact::Claimant;
use crate::study::nodes::remove;
use crate::study::read::raw::{Item, RawStudy};
use crate::yaml::{Fault, Node, Tree};
use serde_json::Value as Json;

/// Takes `shown_by` out of a claim: why this profile cannot show it, if so, and the profiles that can, none where all can.
///
/// # Errors
/// A name that is no profile of the study, no reason, or another key.
pub(super) fn beyond(
    (item, node): (&Item, &mut Node),
    raw: &RawStudy,
    profile: &str,
) -> Result<(Option<String>, Vec<String>), Vec<Fault>> {
    let Some(shown) = remove(node, "shown_by") else { return Ok((None, Vec::new())) };
    let help = "for example `shown_by: {profiles: [paper], because: the optimum moves inside from n = 5000 on}`";
    let wrong = |node: &Node, message: String| vec![item.at(node, message).help(help)];
    if let Some(entry) = shown.entries().iter().find(|entry| !["profiles", "because"].contains(&entry.key.as_str())) {
        return Err(wrong(&shown, format!("unknown key `{}` in `shown_by`", entry.key)));
    }
    let Some(profiles) = shown.get("profiles") else {
        return Err(wrong(&shown, "`shown_by` names no `profiles`".to_owned()));
    };
    let because = shown.get("because").and_then(Node::text).filter(|text| !text.trim().is_empty());
    let Some(because) = because else {
        return Err(wrong(&shown, "`shown_by` does not say why other profiles cannot show it".to_owned()));
    };
    let here = named((item, "shown_by"), profiles, (raw, profile))?;
    let names = if let Tree::List(names) = &profiles.tree { names } else { std::slice::from_ref(profiles) };
    let names = names.iter().filter_map(Node::text).map(str::to_owned).collect();
    Ok(((!here).then(|| because.to_owned()), names))
}

/// Who claims it: `us`, or `{paper: PLACE}`.
///
/// # Errors
/// Another form.
pub(super) fn claimant(item: &Item, by: &Node) -> Result<Json, Vec<Fault>> {
    let json = by.to_json();
    if serde_json::from_value::<Claimant>(json.clone()).is_ok() {
        return Ok(json);
    }
    let fault = item.at(by, "`by` says who claims it: `us`, or the paper with the place where it says so");
    Err(vec![fault.help("for example `by: {paper: \"figure 3, page 7\"}`")])
}
