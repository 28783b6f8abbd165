//! How claims ended, for people and for programs.

use crate::artifact::{Outcome, Value};
use crate::cli::output::{self, say};
use crate::engine::{Graph, Store};
use crate::report::{Vocabulary, seed_cost, sentence};
use crate::study::{Output, OutputKind, Study};
use serde_json::{Value as Json, json};

/// A claim after a run.
pub(in crate::cli) struct Verdict {
    study: String,
    profile: String,
    claim: String,
    /// Nothing where the step that tests it has no result.
    end: Option<(Outcome, String, String)>,
}

impl Verdict {
    fn of((graph, store): (&Graph, &Store), (study, index): (&Study, usize), claim: &Output) -> Self {
        let node = &graph.nodes[graph.places[index][claim.wire.node]];
        let entry = store.entry(&node.key).ok().flatten();
        let port = node.kind.about().outputs[claim.wire.port].name;
        let end = match entry.and_then(|entry| store.value(&entry, port).ok()) {
            Some(Value::Verdict(v)) => {
                let later = v.finding.as_ref().and_then(|finding| finding.added_later.as_ref());
                let later = later.map_or_else(String::new, |when| format!(" This claim was {when}."));
                let is_open = v.finding.as_ref().is_some_and(|finding| finding.open.is_some());
                let cost = || seed_cost(study, claim, (graph, &graph.places[index], store));
                let words = Vocabulary::of(study, claim).with_seed_cost(is_open.then(cost).flatten());
                let found = sentence(&words, &v) + &later;
                Some((v.outcome, v.says, found))
            }
            _ => None,
        };
        Self { study: study.head.study.clone(), profile: study.variant(), claim: claim.name.clone(), end }
    }

    /// How it ended, in a word.
    pub fn word(&self) -> &'static str {
        self.end.as_ref().map_or("untested", |(outcome, ..)| outcome.word())
    }

    /// A line for people.
    pub fn print(&self) {
        match &self.end {
            Some((_, says, because)) => say!("  {:<12} {says} {because}", self.word()),
            None => say!("  no result  {}", self.claim),
        }
    }

    /// The same where the study is not named above.
    pub fn print_with_study(&self) {
        match &self.end {
            Some((_, says, because)) => say!("  {:<12} {}: {says} {because}", self.word(), self.study),
            None => say!("  no result  {}: {}", self.study, self.claim),
        }
    }

    /// A line for programs.
    pub fn print_json(&self) {
        let (says, because) = self.end.as_ref().map(|(_, says, because)| (says, because)).unzip();
        output::event(&json!({
            "event": "verdict", "study": self.study, "profile": self.profile, "claim": self.claim,
            "outcome": self.word(), "says": says, "because": because,
        }));
    }
}

/// The claims of every study.
pub(in crate::cli) fn all(studies: &[Study], done: (&Graph, &Store)) -> Vec<Vec<Verdict>> {
    let of = |(index, study): (usize, &Study)| {
        let claims = study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
        claims.map(|claim| Verdict::of(done, (study, index), claim)).collect()
    };
    studies.iter().enumerate().map(of).collect()
}

/// "118 claims: 75 held, 8 contradicted, 14 undecided"
pub(in crate::cli) fn tally_in_words<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> String {
    let counts = tally(verdicts);
    let counts = counts.as_object().into_iter().flatten().filter_map(|(word, n)| Some((word, n.as_u64()?)));
    let counts: Vec<(&String, u64)> = counts.filter(|(_, n)| *n > 0).collect();
    let all: u64 = counts.iter().map(|(_, n)| n).sum();
    let parts: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
    format!("{all} claims: {}", parts.join(", "))
}

/// How many claims ended how.
pub(in crate::cli) fn tally<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Json {
    let words: Vec<&str> = verdicts.map(Verdict::word).collect();
    let count = |word: &str| words.iter().filter(|known| **known == word).count();
    ["held", "contradicted", "negligible", "undecided", "not at this scale", "untested"]
        .into_iter()
        .map(|word| (word.to_owned(), json!(count(word))))
        .collect()
}
