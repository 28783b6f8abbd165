//! Which seeds go first: those with the most decisions for their price.

use super::offer::Offer;
use crate::step::roles::AddedSeeds;
use std::cmp::Ordering;

/// An offer with its price.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    /// Which of the studies.
    pub study: usize,
    /// Which of its claims.
    pub claim: usize,
    pub offer: &'a Offer,
    /// Planned operations of the batch.
    pub flops: f64,
}

/// The next batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub study: usize,
    /// The claims that look at it, the one that it was made for first.
    pub claims: Vec<usize>,
    pub flops: f64,
}

impl Candidate<'_> {
    /// The claims of its study that its batch brings to their next look as well, with itself first.
    fn served(&self, all: &[Self]) -> Vec<usize> {
        let is_served = |other: &&Self| {
            other.study == self.study
                && other.claim != self.claim
                && other.offer.batch.iter().all(|wanted| self.offer.batch.iter().any(|given| holds(given, wanted)))
        };
        std::iter::once(self.claim).chain(all.iter().filter(is_served).map(|other| other.claim)).collect()
    }

    /// Planned operations until it is decided, for each claim that they serve.
    fn price(&self, served: usize) -> f64 {
        self.flops * self.offer.times / served as f64
    }
}

/// Whether a batch has all seeds of another one.
fn holds(given: &AddedSeeds, wanted: &AddedSeeds) -> bool {
    given.from <= wanted.from && given.to >= wanted.to && given.cover(&wanted.filter)
}

/// All batches, the one with the most decisions for its price first; of equal ones that of the first study and claim.
pub(super) fn ranked(candidates: &[Candidate<'_>]) -> Vec<Choice> {
    let mut found: Vec<(f64, Choice)> = candidates
        .iter()
        .map(|candidate| {
            let claims = candidate.served(candidates);
            let price = candidate.price(claims.len());
            (price, Choice { study: candidate.study, claims, flops: candidate.flops })
        })
        .collect();
    let place = |choice: &Choice| (choice.study, choice.claims.first().copied());
    found.sort_by(|(a, x), (b, y)| match a.total_cmp(b) {
        Ordering::Equal => place(x).cmp(&place(y)),
        order => order,
    });
    found.into_iter().map(|(_, choice)| choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn offer(cells: serde_json::Value, (from, to): (u64, u64), times: f64) -> Offer {
        let filter = serde_json::from_value(cells).unwrap();
        Offer { batch: vec![AddedSeeds { from, to, filter }], needed: 9, times }
    }

    fn order(offers: &[(usize, Offer, f64)]) -> Vec<(usize, Vec<usize>)> {
        let candidates: Vec<Candidate<'_>> = offers
            .iter()
            .enumerate()
            .map(|(claim, (study, offer, flops))| Candidate { study: *study, claim, offer, flops: *flops })
            .collect();
        ranked(&candidates).into_iter().map(|choice| (choice.study, choice.claims)).collect()
    }

    #[test]
    fn the_price_to_the_need_counts_not_that_of_the_next_look() {
        let found =
            order(&[(0, offer(json!({"n": 1}), (3, 5), 9.0), 10.0), (1, offer(json!({"n": 1}), (3, 5), 1.0), 40.0)]);
        assert_eq!(found, [(1, vec![1]), (0, vec![0])]);
    }

    #[test]
    fn claims_that_share_cells_count_together() {
        // the wide batch serves three claims for 30, the narrow ones one each for 15
        let found = order(&[
            (0, offer(json!({"n": 1}), (3, 5), 1.0), 15.0),
            (0, offer(json!({"n": 2}), (3, 5), 1.0), 15.0),
            (0, offer(json!({}), (3, 5), 1.0), 30.0),
            (1, offer(json!({}), (3, 5), 1.0), 12.0),
        ]);
        assert_eq!(found[0], (0, vec![2, 0, 1]));
        assert_eq!(found[1], (1, vec![3]));
        // other seeds, or those of another study, are not shared
        let apart = order(&[(0, offer(json!({}), (3, 5), 1.0), 1.0), (0, offer(json!({}), (5, 8), 1.0), 1.0)]);
        assert_eq!(apart, [(0, vec![0]), (0, vec![1])]);
    }
}
