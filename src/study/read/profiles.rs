//! The profiles of a study: those that it has, and those that stand for another one (`large: paper`).
//!
//! A name that stands for another one is resolved here and nowhere else, before anything is filed under a profile.

use super::raw::{Item, RawStudy};
use crate::yaml::{Fault, known_names};

/// Profiles that every study has where it names none.
const USUAL: [&str; 3] = ["smoke", "quick", "paper"];

/// What to do where a study has no profiles at all.
const NO_PROFILES: &str =
    "add it under `profiles:`; without that section `smoke`, `quick` and `paper` are the study as it stands";

/// What the profiles of a study are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Those that it has.
    pub own: Vec<String>,
    /// Names that stand for one of those, each with that one.
    pub others: Vec<(String, String)>,
}

/// The profiles of `quick+as-published`, each laid over the ones before it.
pub(in crate::study) fn layers(profile: &str) -> impl Iterator<Item = &str> {
    profile.split('+')
}

/// Whether a study has a profile or a name that stands for one: one that it names, or a usual one where it names none.
pub(in crate::study) fn has_profile(study: &RawStudy, profile: &str) -> bool {
    layers(profile).all(|layer| item(study, layer).is_some() || is_usual(study, layer))
}

/// The profiles of a study.
pub(in crate::study) fn profiles(study: &RawStudy) -> Profiles {
    if study.profiles.is_empty() {
        return Profiles { own: USUAL.map(str::to_owned).to_vec(), others: Vec::new() };
    }
    let (others, own): (Vec<&Item>, Vec<&Item>) = study.profiles.iter().partition(|item| meant(item).is_some());
    Profiles {
        own: own.into_iter().map(|item| item.name.clone()).collect(),
        others: others.into_iter().map(|item| (item.name.clone(), one(study, &item.name).to_owned())).collect(),
    }
}

/// The profile that a name stands for in a study: itself as a rule. A layer that thereby stands twice in a row stands once.
pub(in crate::study) fn resolved(study: &RawStudy, profile: &str) -> String {
    let mut found: Vec<&str> = layers(profile).map(|layer| one(study, layer)).collect();
    found.dedup();
    found.join("+")
}

/// The entry of a profile.
pub(super) fn item<'a>(study: &'a RawStudy, name: &str) -> Option<&'a Item> {
    study.profiles.iter().find(|item| item.name == name)
}

/// Whether a study has a profile that it does not name: it is the study as it stands.
pub(super) fn is_usual(study: &RawStudy, name: &str) -> bool {
    study.profiles.is_empty() && USUAL.contains(&name)
}

/// What to do where a study does not have a profile.
pub(super) fn help(study: &RawStudy, name: &str) -> String {
    let known: Vec<&str> = study.profiles.iter().map(|item| item.name.as_str()).collect();
    known_names(name, &known).unwrap_or_else(|| NO_PROFILES.to_owned())
}

/// Every name that stands for no profile: for an unknown one, or for itself in the end.
pub(super) fn faults(study: &RawStudy) -> Vec<Fault> {
    study.profiles.iter().filter_map(|item| fault(study, item)).collect()
}

/// The name that an entry stands for, if it does.
fn meant(item: &Item) -> Option<&str> {
    item.node.text()
}

/// The profile that a single name stands for; itself where that is in a circle.
fn one<'a>(study: &'a RawStudy, name: &'a str) -> &'a str {
    let mut found = name;
    for _ in &study.profiles {
        match item(study, found).and_then(meant) {
            Some(next) => found = next,
            None => return found,
        }
    }
    name
}

fn fault(study: &RawStudy, alias: &Item) -> Option<Fault> {
    let name = &alias.name;
    let mut trail = vec![name.as_str(), meant(alias)?];
    let last = trail[1];
    if item(study, last).is_none() {
        let message = format!("`{name}` stands for the profile `{last}`, which this study does not have");
        let own: Vec<&str> = study.profiles.iter().filter(|i| meant(i).is_none()).map(|i| i.name.as_str()).collect();
        let known = known_names(last, &own).unwrap_or_else(|| "it has none".to_owned());
        let help = format!("{known}; `{last}: {{}}` under `profiles` is the study as it stands");
        return Some(alias.at(&alias.node, message).help(help));
    }
    while let Some(&last) = trail.last() {
        if last == name {
            let message = format!("these profiles stand for each other: {}", trail.join(" → "));
            let message = if trail.len() == 2 { format!("the profile `{name}` stands for itself") } else { message };
            let help = "one of them says what it changes, as a mapping; `{}` changes nothing";
            return Some(alias.at(&alias.node, message).help(help));
        }
        // in a circle that others make, who are told
        if trail.len() > study.profiles.len() + 1 {
            break;
        }
        trail.push(meant(item(study, last)?)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::read::extend;
    use crate::yaml::Source;
    use std::path::Path;

    fn read(profiles: &str) -> Result<RawStudy, Vec<String>> {
        let section = if profiles.is_empty() { "" } else { "profiles:\n" };
        let text = format!("study: s\ntitle: S\n{section}{profiles}");
        let read = extend::read(&Source::new("s.yaml", &text), Path::new("s.yaml"), Path::new(""));
        read.map_err(|faults| faults.iter().map(|f| format!("{}: {}; {:?}", f.place, f.message, f.help)).collect())
    }

    #[test]
    fn a_name_stands_for_another_profile_over_several_and_in_layers() {
        let study = read("  quick: {}\n  paper: {}\n  more: {}\n  large: paper\n  huge: large\n").unwrap();
        for (asked, expected) in [
            ("quick", "quick"),
            ("large", "paper"),
            ("huge", "paper"),
            ("large+more", "paper+more"),
            ("more+huge", "more+paper"),
            ("paper+large", "paper"),
            ("large+more+paper", "paper+more+paper"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(resolved(&study, asked), expected, "{asked}");
        }
        assert!(has_profile(&study, "large+more") && !has_profile(&study, "large+none"));
        let Profiles { own, others } = profiles(&study);
        assert_eq!(own, ["quick", "paper", "more"]);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(others, [pair("large", "paper"), pair("huge", "paper")]);
    }

    #[test]
    fn a_study_without_profiles_has_the_usual_ones() {
        let study = read("").unwrap();
        assert!(has_profile(&study, "paper") && !has_profile(&study, "large"));
        assert_eq!((resolved(&study, "paper"), profiles(&study).own.len()), ("paper".to_owned(), 3));
    }

    #[test]
    fn a_name_that_stands_for_no_profile_is_told_at_its_place() {
        let told = |profiles: &str| read(profiles).unwrap_err();
        let unknown = told("  paper: {}\n  large: papre\n");
        assert_eq!(unknown.len(), 1);
        let expected = "s.yaml:5:10: `large` stands for the profile `papre`, which this study does not have; \
                        Some(\"did you mean `paper`?";
        assert!(unknown[0].starts_with(expected), "{unknown:?}");
        let usual = told("  large: paper\n");
        assert!(usual[0].contains("`paper: {}` under `profiles` is the study as it stands"), "{usual:?}");
        let itself = told("  paper: {}\n  large: large\n");
        assert!(itself[0].starts_with("s.yaml:5:10: the profile `large` stands for itself"), "{itself:?}");
        // who only leads to a circle is no part of it
        let circle = told("  a: b\n  b: c\n  c: a\n  d: a\n");
        assert_eq!(circle.len(), 3, "{circle:?}");
        assert!(circle[1].starts_with("s.yaml:5:6: these profiles stand for each other: b → c → a → b"), "{circle:?}");
    }
}
