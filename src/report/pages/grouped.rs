//! Pages by paper and by study, in the order in which readers see them.

use super::index_line::IndexLine;
use crate::report::bibliography::references::Work;
use crate::report::names::file_name_beside;
use crate::report::standing::{PageStanding, Standing};
use std::collections::BTreeMap;

/// The anchor of the studies of no paper.
const BEYOND: &str = "beyond";

/// The pages of each paper, in the order of the bibliography; those of no paper last.
pub(super) fn by_paper(lines: impl Iterator<Item = IndexLine>) -> Vec<Vec<IndexLine>> {
    let mut papers: BTreeMap<(bool, usize, String), Vec<IndexLine>> = BTreeMap::new();
    for line in lines {
        let key = line.paper.as_ref().map_or((true, 0, String::new()), |work| (false, work.place, work.key.clone()));
        papers.entry(key).or_default().push(line);
    }
    papers.into_values().collect()
}

/// The pages of each study of a paper, in the order of its figures.
pub(super) fn by_study(lines: Vec<IndexLine>) -> Vec<Vec<IndexLine>> {
    let mut studies: BTreeMap<(bool, String, u32, String), Vec<IndexLine>> = BTreeMap::new();
    for line in lines {
        studies.entry(line.order()).or_default().push(line);
    }
    studies.into_values().collect()
}

/// A study over its pages as written; what somebody tried with other settings is no result of the study.
pub(super) fn standing(pages: &[IndexLine]) -> Standing {
    let as_written = pages.iter().filter(|line| line.settings.is_empty());
    let as_written: Vec<PageStanding<'_>> = as_written.map(IndexLine::page_standing).collect();
    Standing::of_pages(&as_written)
}

/// "Neural LoFi", "Beyond the papers".
pub(super) fn short(paper: Option<&Work>) -> String {
    paper.map_or_else(|| "Beyond the papers".to_owned(), |work| work.short.clone())
}

/// What a link to the studies of a paper names.
pub(super) fn anchor(paper: Option<&Work>) -> String {
    paper.map_or_else(|| BEYOND.to_owned(), |work| file_name_beside(&work.key, &[BEYOND]))
}
