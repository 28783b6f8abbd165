//! The claims of a paper together: which of those that are held stay so at one error for all of them.

use crate::math::MathError;
use crate::math::statistics::multiplicity::holm;
use std::collections::BTreeMap;

/// The error of all claims of a paper together.
const ALPHA: f64 = 0.05;

/// A claim of a paper.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub study: String,
    pub claim: String,
    pub is_held: bool,
    /// The p-value for its claimed side.
    pub p_value: f64,
}

/// A paper with its claims.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paper {
    pub name: String,
    pub claims: usize,
    pub held: usize,
    /// Those of the held claims that survive Holm's correction over all claims, by study and claim.
    pub survive: Vec<(String, String)>,
}

impl Paper {
    /// How many are held, and how many of them at the error of the whole paper.
    pub fn words(&self) -> String {
        let Self { name, held, survive, claims } = self;
        let sure = survive.len();
        format!("{name}: {held} of {claims} claims held, {sure} of them with the whole paper's error below 5 %")
    }

    /// Whether a claim survives.
    pub fn keeps(&self, study: &str, claim: &str) -> bool {
        self.survive.iter().any(|(s, c)| s == study && c == claim)
    }
}

/// The paper of a study: the folder that it lies in.
pub(super) fn paper_of(study: &str) -> &str {
    study.split_once('/').map_or(study, |(paper, _)| paper)
}

/// The papers of some claims, by name. Whatever is not held has a p-value of 1 and counts among the tests.
///
/// # Errors
/// Where a p-value is none.
pub(super) fn papers(members: &[Member]) -> Result<Vec<Paper>, MathError> {
    let mut of: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    members.iter().for_each(|member| of.entry(paper_of(&member.study)).or_default().push(member));
    let paper = |(name, claims): (&str, Vec<&Member>)| {
        let adjusted = holm(&claims.iter().map(|claim| claim.p_value).collect::<Vec<_>>())?;
        let survives = claims.iter().zip(adjusted).filter(|(claim, p)| claim.is_held && *p <= ALPHA);
        let survive = survives.map(|(member, _)| (member.study.clone(), member.claim.clone())).collect();
        let held = claims.iter().filter(|claim| claim.is_held).count();
        Ok(Paper { name: name.to_owned(), claims: claims.len(), held, survive })
    };
    of.into_iter().map(paper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_claims_are_corrected_for_all_claims_of_their_paper() {
        let member = |study: &str, claim: &str, is_held, p_value| Member {
            study: study.to_owned(),
            claim: claim.to_owned(),
            is_held,
            p_value,
        };
        // Holm over four: 4 · 0.01, 3 · 0.016, 2 · 0.03
        let found = papers(&[
            member("a/x", "first", true, 0.01),
            member("a/y", "second", true, 0.016),
            member("a/y", "third", true, 0.03),
            member("a/y", "open", false, 1.0),
            member("lone", "only", true, 0.04),
        ])
        .unwrap();
        assert_eq!(found[0].words(), "a: 3 of 4 claims held, 2 of them with the whole paper's error below 5 %");
        assert!(found[0].keeps("a/y", "second") && !found[0].keeps("a/y", "third"));
        assert_eq!((found[1].name.as_str(), found[1].survive.len()), ("lone", 1));
    }
}
