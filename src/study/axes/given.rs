//! What profiles give to the constants and axes of a study, as it is written.

use super::sweep::axis_values;
use crate::study::load::raw;
use crate::study::read::profiles::has_profile;
use crate::study::read::raw::RawStudy;
use crate::study::read::scope::apply;
use crate::yaml::{Fault, Node};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

/// A constant, or the values of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// One value.
    Constant(Json),
    /// The values of an axis in their order; of zipped axes one may stand there several times.
    Axis(Vec<Json>),
}

/// The settings of one profile by name: constants, then axes, in the order of the study; an axis hides a constant of its name.
pub type ProfileSettings = Vec<(String, Given)>;

/// The settings of a study in those of some profiles that it has.
///
/// # Errors
/// As [`super::super::load`], as far as constants and axes are concerned.
pub fn profile_settings(
    path: &Path,
    (root, profiles): (&Path, &[String]),
) -> Result<BTreeMap<String, ProfileSettings>, Vec<Fault>> {
    let raw = raw(path, root)?;
    let own = profiles.iter().filter(|profile| has_profile(&raw, profile));
    own.map(|profile| Ok((profile.clone(), of(&raw, profile)?))).collect()
}

fn of(raw: &RawStudy, profile: &str) -> Result<ProfileSettings, Vec<Fault>> {
    let scoped = apply(raw, profile, &[])?;
    let axes = axis_values(&scoped.sweep, &scoped.constants)?;
    let is_axis = |name: &str| axes.iter().any(|(axis, _)| axis == name);
    let constants = scoped.constants.iter().filter(|item| !is_axis(&item.name));
    let constants = constants.map(|item| (item.name.clone(), Given::Constant(item.node.to_json())));
    let values = |nodes: &[Node]| Given::Axis(nodes.iter().map(Node::to_json).collect());
    Ok(constants.chain(axes.iter().map(|(name, nodes)| (name.clone(), values(nodes)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const STUDY: &str = "study: a\ntitle: A\nconstants: {width: 9, n: 3, sizes: [1, 2]}\n\
        profiles: {quick: {width: 4, n: [1, 2]}, paper: }\n\
        sweep: {n: $sizes, seed: {count: 3, from: 5}, both: {zip: {p: [1, 2], q: [x, x]}}, exclude: {n: 1}}\nsteps: {}\n";

    #[test]
    fn a_profile_has_its_constants_and_axes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, STUDY).unwrap();
        let found = profile_settings(&path, (folder.path(), &["quick", "paper", "large"].map(str::to_owned))).unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["paper", "quick"], "a profile that it lacks is left out");
        let axis = |values: Json| Given::Axis(values.as_array().unwrap().clone());
        let expected = [
            ("width", Given::Constant(json!(4))),
            ("sizes", Given::Constant(json!([1, 2]))),
            ("n", axis(json!([1, 2]))),
            ("seed", axis(json!([5, 6, 7]))),
            ("p", axis(json!([1, 2]))),
            ("q", axis(json!(["x", "x"]))),
        ];
        assert_eq!(found["quick"], expected.map(|(name, given)| (name.to_owned(), given)));
        assert_eq!(found["paper"][0].1, Given::Constant(json!(9)));
    }
}
