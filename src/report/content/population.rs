//! Of what the seeds of a study speak: which random numbers differ between them, and how much of their data they share.

use crate::report::format::Style;
use crate::step::{DataRef, Family};
use crate::study::{Node, OutputKind, Study};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Above this share two draws are mostly the same samples.
const MOSTLY_SHARED: f64 = 0.5;

/// Sentences on the seeds behind the claims of a study; nothing where no claim rests on several of them.
///
/// A seed speaks of what it draws anew. Samples drawn from a finite collection overlap between seeds by the share of it that
/// is drawn, and samples that all seeds have in common are not tested by more seeds.
pub(super) fn population(study: &Study) -> Vec<String> {
    let behind = behind_claims(study);
    let nodes: Vec<&Node> = behind.into_iter().map(|place| &study.nodes[place]).collect();
    let drawn = Drawn::of(&nodes);
    let anew = drawn.anew();
    if anew.is_empty() {
        return Vec::new();
    }
    let mut sentences = vec![format!("Each seed draws {}", and(&anew))];
    sentences.extend(drawn.collections.values().flat_map(Collection::reservations));
    sentences
}

/// All nodes that some claim is made of.
fn behind_claims(study: &Study) -> BTreeSet<usize> {
    let claims = study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
    let mut open: Vec<usize> = claims.map(|output| output.wire.node).collect();
    let mut seen: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(place) = open.pop() {
        let wires = study.nodes[place].inputs.iter().flat_map(|(_, wires)| wires);
        open.extend(wires.map(|wire| wire.node).filter(|&before| seen.insert(before)));
    }
    seen
}

/// What the steps of a study draw with more than one seed.
#[derive(Default)]
struct Drawn {
    /// Samples of finite collections, by the collection's title.
    collections: BTreeMap<String, Collection>,
    /// Seeds of samples of a distribution.
    samples: BTreeSet<u64>,
    /// Seeds of random weights.
    weights: BTreeSet<u64>,
}

impl Drawn {
    fn of(nodes: &[&Node]) -> Self {
        let mut drawn = Self::default();
        for node in nodes {
            let Some(seed) = node.params.get("seed").and_then(Json::as_u64) else { continue };
            let records = Records::of(&node.params);
            match (node.kind.about().family, records) {
                (Family::Data, Some(records)) => {
                    drawn.collections.entry(records.data.title.clone()).or_default().add(seed, &records);
                }
                (Family::Data, None) => drop(drawn.samples.insert(seed)),
                (Family::Experiment, _) => {
                    drawn.weights.insert(seed);
                    // an experiment that is given no samples draws them itself
                    drawn.samples.extend(node.kind.about().inputs.is_empty().then_some(seed));
                }
                _ => {}
            }
        }
        drawn
    }

    fn anew(&self) -> Vec<String> {
        let of_collections = self.collections.iter().filter(|(_, c)| c.seeds.len() > 1);
        let mut anew: Vec<String> =
            of_collections.map(|(title, c)| format!("{} training samples of {title}", c.sizes())).collect();
        let whole = [(&self.samples, "new samples"), (&self.weights, "new random weights")];
        anew.extend(whole.into_iter().filter(|(seeds, _)| seeds.len() > 1).map(|(_, what)| what.to_owned()));
        anew
    }
}

/// Draws of one finite collection.
#[derive(Default)]
struct Collection {
    seeds: BTreeSet<u64>,
    train: BTreeSet<usize>,
    pool: usize,
    /// Numbers of disjoint parts that test samples are taken from in turn.
    test_parts: BTreeSet<usize>,
}

impl Collection {
    fn add(&mut self, seed: u64, records: &Records) {
        self.seeds.insert(seed);
        self.train.insert(records.train());
        self.pool = records.data.train;
        self.test_parts.extend(records.test_parts());
    }

    /// "500 to 4000 of 10 000"
    fn sizes(&self) -> String {
        let (few, many) = (self.fewest(), self.most());
        let range = if few == many { whole(many) } else { format!("{} to {}", whole(few), whole(many)) };
        format!("{range} of {}", whole(self.pool))
    }

    fn fewest(&self) -> usize {
        self.train.first().copied().unwrap_or(0)
    }

    fn most(&self) -> usize {
        self.train.last().copied().unwrap_or(0)
    }

    fn reservations(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.seeds.len() == 1 {
            let samples = if self.fewest() == self.most() { whole(self.most()) } else { "training".to_owned() };
            sentences.push(format!("All seeds have the same {samples} samples: the claims speak of these"));
        } else {
            sentences.extend(self.shared_training());
        }
        sentences.extend(self.shared_test());
        sentences
    }

    fn shared_training(&self) -> Option<String> {
        #[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2^53")]
        let share = self.most() as f64 / self.pool.max(1) as f64;
        (share > MOSTLY_SHARED).then(|| {
            let at = if self.fewest() == self.most() { String::new() } else { format!(" at n = {}", whole(self.most())) };
            format!(
                "Two seeds have {} of their training samples in common{at}: claims on these speak of these samples more than \
                 of new ones",
                percent(share)
            )
        })
    }

    fn shared_test(&self) -> Option<String> {
        let parts = *self.test_parts.first()?;
        if parts == 1 {
            return Some(
                "All seeds are tested on the same samples: more seeds say nothing of new test samples".to_owned(),
            );
        }
        let sentence = if self.seeds.len() <= parts {
            "Each seed is tested on samples of its own".to_owned()
        } else {
            format!("Seeds are tested on {} disjoint sets of samples in turn", whole(parts))
        };
        Some(sentence)
    }
}

/// The parameters of a step that draws records of a data set.
#[derive(Deserialize)]
struct Records {
    data: DataRef,
    n_train: Json,
    #[serde(default)]
    n_test: Json,
    #[serde(default)]
    test: String,
    #[serde(default)]
    draw: String,
}

impl Records {
    fn of(params: &Json) -> Option<Self> {
        Self::deserialize(params).ok()
    }

    /// A number, or all.
    fn train(&self) -> usize {
        number(&self.n_train).unwrap_or(self.data.train)
    }

    /// How many disjoint test sets seeds take in turn; nothing where none is asked for, which a single sample is as good as.
    fn test_parts(&self) -> Option<usize> {
        let wanted = number(&self.n_test).unwrap_or(self.data.test);
        let turns = self.test == "folds" && self.draw == "permutation";
        (wanted > 1).then(|| if turns { (self.data.test / wanted).max(1) } else { 1 })
    }
}

fn number(count: &Json) -> Option<usize> {
    count.as_u64().and_then(|number| usize::try_from(number).ok())
}

fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn percent(share: f64) -> String {
    // what rounds to all of them is all only where it is
    let whole = (100.0 * share).floor();
    if share < 1.0 && whole >= 99.0 { "more than 99 %".to_owned() } else { format!("{whole} %") }
}

#[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2^53")]
fn whole(n: usize) -> String {
    Style::Whole.show(n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::data;
    use serde_json::json;

    fn collection(seeds: u64, (train, test): (Json, usize), draw: &str) -> Collection {
        let data = DataRef { train: 8004, test: 3000, ..data("Digits", "") };
        let mut collection = Collection::default();
        for seed in 0..seeds {
            let params = json!({"data": data, "n_train": train, "n_test": test, "test": "folds", "draw": draw});
            collection.add(seed, &Records::of(&params).unwrap());
        }
        collection
    }

    #[test]
    fn draws_of_few_of_many_are_new_and_tested_on_samples_of_their_own_as_far_as_they_reach() {
        let few = collection(3, (json!(100), 1000), "permutation");
        assert_eq!(few.sizes(), "100 of 8004");
        assert_eq!(few.reservations(), ["Each seed is tested on samples of its own"]);
        let many = collection(4, (json!(100), 1000), "permutation");
        assert_eq!(many.reservations(), ["Seeds are tested on 3 disjoint sets of samples in turn"]);
        assert!(collection(4, (json!(100), 1), "permutation").reservations().is_empty(), "none is as good as tested");
    }

    #[test]
    fn who_shares_samples_is_told() {
        let nearly_all = collection(3, (json!(8000), 3000), "permutation").reservations();
        assert!(nearly_all[0].starts_with("Two seeds have more than 99 % of their training samples in common:"));
        assert!(nearly_all[1].starts_with("All seeds are tested on the same samples"), "{nearly_all:?}");
        let all = collection(2, (json!("all"), 10), "first").reservations();
        assert!(
            all[0].starts_with("Two seeds have 100 % of their")
                && all[1].starts_with("All seeds are tested on the same")
        );
        let half = collection(2, (json!(4002), 10), "permutation").reservations();
        assert_eq!(half, ["Each seed is tested on samples of its own"]);
        let mut sizes = collection(2, (json!(4003), 10), "permutation");
        sizes.train.insert(100);
        assert!(
            sizes.reservations()[0].contains("Two seeds have 50 % of their training samples in common at n = 4003:")
        );
    }

    #[test]
    fn data_of_one_seed_are_the_same_for_all() {
        let one = collection(1, (json!(100), 1), "permutation");
        assert_eq!(one.reservations(), ["All seeds have the same 100 samples: the claims speak of these"]);
        let mut drawn = Drawn { weights: [1, 2].into(), samples: [7].into(), ..Drawn::default() };
        drawn.collections.insert("Digits".to_owned(), one);
        assert_eq!(drawn.anew(), ["new random weights"]);
        drawn.collections.insert("Faces".to_owned(), collection(2, (json!(5), 1), "permutation"));
        assert_eq!(and(&drawn.anew()), "5 of 8004 training samples of Faces and new random weights");
    }
}
