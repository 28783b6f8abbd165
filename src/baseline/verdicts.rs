//! Verdicts that are not as they were, and what else is not, that may be why.

use super::manifest::{ClaimLine, Manifest};
use std::collections::{BTreeMap, BTreeSet};

/// What stands where a claim is not there.
const ABSENT: &str = "–";

/// How the claims of a study ended, and what that rests on.
#[derive(Debug, Clone)]
pub struct Verdicts<'a> {
    /// The profile.
    pub profile: &'a str,
    /// Digest of the data; empty where the study reads none.
    pub data_digest: &'a str,
    /// Code fingerprint of every kind used.
    pub code: &'a BTreeMap<String, String>,
    /// For each claim its outcome, and with how many samples it stopped, where that is known.
    pub claims: BTreeMap<&'a str, (&'a str, Option<u64>)>,
}

impl<'a> From<&'a Manifest> for Verdicts<'a> {
    fn from(manifest: &'a Manifest) -> Self {
        let claim = |(name, line): (&'a String, &'a ClaimLine)| (name.as_str(), (line.outcome.as_str(), line.samples));
        Self {
            profile: &manifest.profile,
            data_digest: &manifest.data_digest,
            code: &manifest.code,
            claims: manifest.claims.iter().map(claim).collect(),
        }
    }
}

/// A verdict that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The claim's name.
    pub claim: String,
    /// How it ended; "–" where it was not there.
    pub old: String,
    /// How it ends now; "–" where it is gone.
    pub new: String,
    /// What else differs: seeds, profile, data, code; settings where it is none of these.
    pub why: String,
}

/// The verdicts of a study that differ, by the names of their claims.
#[must_use]
pub fn turns(old: &Verdicts<'_>, new: &Verdicts<'_>) -> Vec<Turn> {
    let shared = shared(old, new);
    let names: BTreeSet<&str> = old.claims.keys().chain(new.claims.keys()).copied().collect();
    let turn = |claim: &str| {
        let (before, now) = (old.claims.get(claim), new.claims.get(claim));
        let word = |line: Option<&(&str, Option<u64>)>| line.map_or(ABSENT, |(outcome, _)| *outcome).to_owned();
        let (was, is) = (word(before), word(now));
        let reasons = || {
            let mut why: Vec<String> = seeds(before, now).into_iter().chain(shared.iter().cloned()).collect();
            // Code, data and settings are all that results depend on.
            match (before, now) {
                (None, _) => return "the claim is new".to_owned(),
                (_, None) => return "the claim is gone".to_owned(),
                _ if why.is_empty() => why.push("settings of the study".to_owned()),
                _ => {}
            }
            why.join("; ")
        };
        (was != is).then(|| Turn { claim: claim.to_owned(), why: reasons(), old: was, new: is })
    };
    names.into_iter().filter_map(turn).collect()
}

/// What all claims of a study have in common.
fn shared(old: &Verdicts<'_>, new: &Verdicts<'_>) -> Vec<String> {
    let mut shared = Vec::new();
    if old.profile != new.profile {
        shared.push(format!("settings of {}, now of {}", old.profile, new.profile));
    }
    if old.data_digest != new.data_digest {
        shared.push("data".to_owned());
    }
    let kinds: BTreeSet<&String> = old.code.keys().chain(new.code.keys()).collect();
    let moved: Vec<String> = kinds
        .into_iter()
        .filter(|kind| old.code.get(*kind) != new.code.get(*kind))
        .map(|kind| format!("`{kind}`"))
        .collect();
    if !moved.is_empty() {
        shared.push(format!("code of {}", moved.join(", ")));
    }
    shared
}

/// "3 seeds, now 8"
fn seeds(before: Option<&(&str, Option<u64>)>, now: Option<&(&str, Option<u64>)>) -> Option<String> {
    let (had, now) = before?.1.zip(now?.1)?;
    (had != now && now > 0).then(|| format!("{had} seeds, now {now}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_that_turns_has_its_reason() {
        let code = |print: &str| BTreeMap::from([("slope".to_owned(), print.to_owned())]);
        let (one, two) = (code("a"), code("b"));
        let of = |profile, digest, code, outcome, samples| Verdicts {
            profile,
            data_digest: digest,
            code,
            claims: [("c", (outcome, Some(samples)))].into(),
        };
        let old = of("quick", "d", &one, "undecided", 3);
        for (new, why) in [
            (of("quick", "d", &one, "held", 5), "3 seeds, now 5"),
            (of("quick", "d", &one, "held", 3), "settings of the study"),
            (of("quick", "e", &two, "held", 3), "data; code of `slope`"),
            (of("paper", "d", &one, "held", 3), "settings of quick, now of paper"),
        ] {
            let found = turns(&old, &new);
            assert_eq!(found.len(), 1);
            let Turn { claim, old, new, why: told } = &found[0];
            assert_eq!([claim, old, new, told], ["c", "undecided", "held", why]);
        }
        assert_eq!(turns(&old, &of("paper", "e", &two, "undecided", 9)), []);
        let gone = turns(&old, &Verdicts { claims: BTreeMap::new(), ..old.clone() });
        assert_eq!((gone[0].new.as_str(), gone[0].why.as_str()), (ABSENT, "the claim is gone"));
    }
}
