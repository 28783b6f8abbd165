//! What claims found, in sentences: from a verdict's finding and evidence, with the labels, units and directions of the
//! columns at the time of reporting, so that no wording is part of a result.
//!
//! `vocabulary` knows the words for columns, `amount` writes numbers with their interval, `statement` has one template for
//! each form of a statistic, `open` says why a claim is undecided and what would decide it, `sentence` puts them together.

mod amount;
mod open;
mod sentence;
mod statement;
mod vocabulary;

pub(crate) use amount::{number_in_words, range_in_words};
pub(crate) use sentence::{found, sentence};
pub(crate) use vocabulary::{Vocabulary, labels, lowered};
