//! The table at the end: how every claim stands, and why it is open.

use super::family::Paper;
use super::offer::{Closed, Offer, Standing};
use super::one_study::{Known, OneStudy};
use crate::artifact::{Outcome, number};
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::cli::output::{self, say};
use crate::report::{Vocabulary, found};
use crate::study::OutputKind;
use serde_json::{Value as Json, json};

/// A line of the table.
pub(super) struct Line {
    study: String,
    claim: String,
    /// The condition that decides, or is farthest from the claimed side, with its repeated interval.
    effect: String,
    seeds: usize,
    cap: usize,
    verdict: &'static str,
    /// Why it is open; empty where it is not.
    why: String,
    /// Whether it is held with the whole paper's error below 5 %; nothing where it is not held.
    survives: Option<bool>,
    more_flops: f64,
}

impl Line {
    pub fn of((one, known): (&OneStudy, &Known), papers: &[Paper]) -> Self {
        let (study, claim) = (one.file.name.clone(), known.claim.name.clone());
        let held = known.claim.outcome() == Outcome::Held;
        let survives = held.then(|| papers.iter().any(|paper| paper.keeps(&study, &claim)));
        Self {
            effect: effect(one, known),
            seeds: seeds(one, known),
            cap: known.claim.rules.cap,
            verdict: known.claim.verdict.as_ref().map_or("untested", |verdict| verdict.outcome.word()),
            why: why(known),
            survives,
            more_flops: known.flops * if let Standing::Open(offer) = &known.standing { offer.times } else { 1.0 },
            study,
            claim,
        }
    }

    /// A line for people.
    pub fn print(&self) {
        let Self { claim, effect, seeds, cap, verdict, why, .. } = self;
        let survives = match self.survives {
            Some(true) => "survives Holm",
            Some(false) => "not beyond Holm",
            None => "",
        };
        let parts = [effect.as_str(), &format!("{seeds}/{cap}"), verdict, why, survives];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        say!("  {claim} · {}", parts.join(" · "));
    }

    /// A line for programs.
    pub fn print_json(&self, profile: &str) {
        output::event(&json!({
            "event": "claim", "study": self.study, "profile": profile, "claim": self.claim, "effect": self.effect,
            "seeds": self.seeds, "cap": self.cap, "outcome": self.verdict, "why_open": self.why,
            "survives_holm": self.survives.map_or(Json::Null, Json::from),
            "core_seconds_more": self.more_flops / FLOPS_PER_CORE_S,
        }));
    }

    pub const fn outcome(&self) -> &'static str {
        self.verdict
    }
}

/// What was found in words; numbers alone where the store is of an earlier version.
fn effect(one: &OneStudy, known: &Known) -> String {
    let output = one.study.outputs.iter().find(|o| o.kind == OutputKind::Claim && o.name == known.claim.name);
    let words = output.zip(known.claim.verdict.as_ref()).map(|(output, verdict)| {
        let found = found(&Vocabulary::of(&one.study, output), verdict);
        found.strip_suffix('.').map_or_else(|| found.clone(), str::to_owned)
    });
    words.filter(|words| !words.is_empty()).unwrap_or_else(|| in_numbers(known))
}

fn in_numbers(known: &Known) -> String {
    let severity = |outcome: Outcome| match outcome {
        Outcome::Held => 0,
        Outcome::Negligible => 1,
        Outcome::Undecided | Outcome::NotAtThisScale => 2,
        Outcome::Contradicted => 3,
    };
    let conditions = known.claim.conditions.iter().map(|condition| &condition.evidence);
    let worst =
        conditions.max_by(|a, b| severity(a.outcome).cmp(&severity(b.outcome)).then(a.excess.total_cmp(&b.excess)));
    worst.map_or_else(String::new, |worst| {
        let interval = worst
            .interval
            .map_or_else(String::new, |(low, high)| format!(" [{}, {}]", number::plain(low), number::plain(high)));
        format!("{}{interval}", number::plain(worst.estimate))
    })
}

/// The seeds at which it was decided, or those that it has.
fn seeds(one: &OneStudy, known: &Known) -> usize {
    let of = |cells| known.claim.seeds(cells, &one.study.sweep.seeds).len();
    let conditions = &known.claim.conditions;
    match known.standing {
        Standing::Decided => conditions.iter().map(|condition| condition.evidence.samples).max().unwrap_or(0),
        _ if conditions.is_empty() => of(&known.claim.cells),
        _ => conditions.iter().map(|condition| of(&condition.cells)).max().unwrap_or(0),
    }
}

fn why(known: &Known) -> String {
    let price = |flops: f64| number::about(flops / FLOPS_PER_CORE_S);
    match &known.standing {
        Standing::Decided => String::new(),
        Standing::Open(Offer { needed, times, .. }) => {
            format!("seeds: about {needed} in all, {} of one core more", price(known.flops * times))
        }
        Standing::Closed(Closed::NotAtThisScale) => "not at this scale".to_owned(),
        Standing::Closed(Closed::Untested) => "it has not run".to_owned(),
        Standing::Closed(Closed::ByRule(why)) => format!("by rule: {why}"),
        Standing::Closed(Closed::Futile { needed: None, .. }) => {
            format!("futile: more than {} seeds", super::need::MOST)
        }
        Standing::Closed(Closed::Futile { needed: Some(needed), had, .. }) => {
            let more = needed.saturating_sub(*had);
            format!("futile: about {more} seeds, {} of one core more", price(known.flops))
        }
    }
}
