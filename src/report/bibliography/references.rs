//! The bibliography, and the references that a study's page prints.

use super::fault::BibtexError;
use super::read::{self, Author, field, verbatim};
use biblatex::Entry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Authors printed before the rest becomes "et al.".
const MAX_AUTHORS: usize = 8;

/// A work as a reference list prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Its key in `docs/references.bib`.
    pub key: String,
    /// What stands in a sentence: "Dandi et al. 2026".
    pub label: String,
    /// Authors with initials.
    pub authors: String,
    /// Title.
    pub title: String,
    /// What it is called in a sentence: its `shorttitle`, or the title up to a colon.
    #[serde(default)]
    pub short: String,
    /// Its place in the bibliography, which is the order of papers in a report.
    #[serde(default)]
    pub place: usize,
    /// Journal or publisher, volume, pages.
    pub venue: String,
    /// Year.
    pub year: String,
    /// Where it is on the web; empty where unknown.
    pub url: String,
    /// What the link says: a DOI, an arXiv number, or the address.
    pub link: String,
}

/// All works that the project may cite, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bibliography {
    works: BTreeMap<String, Work>,
}

impl Bibliography {
    /// Reads the text of a BibTeX file.
    ///
    /// # Errors
    /// Where it is no BibTeX, or a key stands twice.
    pub fn parse(text: &str) -> Result<Self, BibtexError> {
        let entries = read::entries(text)?;
        let numbered = entries.iter().enumerate();
        Ok(Self { works: numbered.map(|(place, entry)| (entry.key.clone(), Work { place, ..work(entry) })).collect() })
    }

    /// These works and those of another bibliography; of two with one key, these count.
    #[must_use]
    pub fn over(mut self, other: Self) -> Self {
        for (key, work) in other.works {
            self.works.entry(key).or_insert(work);
        }
        self
    }

    /// The work of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Work> {
        self.works.get(key)
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.works.keys().map(String::as_str)
    }
}

/// One numbered line of a study's reference list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Counted from 1.
    pub number: usize,
    /// The work.
    pub work: Work,
    /// Who cites it: the study, data sets, kinds.
    pub cited_by: Vec<String>,
}

/// A key that no entry of the bibliography has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("study `{study}`: {by} cites `{key}`, but references.bib has no such entry")]
pub struct UnknownKey {
    /// The study.
    pub study: String,
    /// The key.
    pub key: String,
    /// Who cites it.
    pub by: String,
}

/// Collects references in the order in which they are first cited.
#[derive(Debug)]
pub(in crate::report) struct Citations<'a> {
    study: &'a str,
    bibliography: &'a Bibliography,
    list: Vec<Reference>,
}

impl<'a> Citations<'a> {
    pub fn new(study: &'a str, bibliography: &'a Bibliography) -> Self {
        Self { study, bibliography, list: Vec::new() }
    }

    /// Cites a work; returns its number.
    pub fn cite(&mut self, key: &str, by: &str) -> Result<usize, UnknownKey> {
        if let Some(known) = self.list.iter_mut().find(|reference| reference.work.key == key) {
            if !known.cited_by.iter().any(|name| name == by) {
                known.cited_by.push(by.to_owned());
            }
            return Ok(known.number);
        }
        let unknown = || UnknownKey { study: self.study.to_owned(), key: key.to_owned(), by: by.to_owned() };
        let work = self.bibliography.get(key).ok_or_else(unknown)?.clone();
        let number = self.list.len() + 1;
        self.list.push(Reference { number, work, cited_by: vec![by.to_owned()] });
        Ok(number)
    }

    /// Whether a work has been cited.
    pub fn has(&self, key: &str) -> bool {
        self.list.iter().any(|reference| reference.work.key == key)
    }

    pub fn into_list(self) -> Vec<Reference> {
        self.list
    }
}

fn short(entry: &Entry) -> String {
    let (short, title) = (field(entry, "shorttitle"), field(entry, "title"));
    if short.is_empty() { title.split(':').next().unwrap_or_default().trim().to_owned() } else { short }
}

fn work(entry: &Entry) -> Work {
    let (people, others) = read::authors(entry);
    let year = match field(entry, "year") {
        // BibLaTeX's form: 2026-05-13.
        year if year.is_empty() => field(entry, "date").split('-').next().unwrap_or_default().to_owned(),
        year => year,
    };
    let (url, link) = address(entry);
    Work {
        key: entry.key.clone(),
        label: label((&people, others), &year, &entry.key),
        authors: authors(&people, others),
        title: field(entry, "title"),
        short: short(entry),
        place: 0,
        venue: venue(entry),
        year,
        url,
        link,
    }
}

fn label((people, others): (&[Author], bool), year: &str, key: &str) -> String {
    let who = match people {
        [] => return key.to_owned(),
        [first, ..] if others => format!("{} et al.", first.family),
        [one] => one.family.clone(),
        [one, two] => format!("{} & {}", one.family, two.family),
        [first, ..] => format!("{} et al.", first.family),
    };
    format!("{who} {year}").trim_end().to_owned()
}

fn authors(people: &[Author], others: bool) -> String {
    let initial = |part: &str| part.chars().next().map(|letter| format!("{letter}. ")).unwrap_or_default();
    let one = |author: &Author| {
        let initials: String = author.given.split_whitespace().map(initial).collect();
        format!("{initials}{} {}", author.family, author.suffix).trim_end().to_owned()
    };
    let shown: Vec<String> = people.iter().take(MAX_AUTHORS).map(one).collect();
    let rest = if others || people.len() > MAX_AUTHORS { " et al." } else { "" };
    format!("{}{rest}", shown.join(", "))
}

fn venue(entry: &Entry) -> String {
    let field = |name: &str| field(entry, name);
    let first = |names: &[&str]| names.iter().map(|name| field(name)).find(|text| !text.is_empty()).unwrap_or_default();
    let place = first(&["journal", "journaltitle", "booktitle", "institution", "school", "publisher", "howpublished"]);
    let volume = match (field("volume"), field("number")) {
        (volume, number) if !volume.is_empty() && !number.is_empty() => format!(" {volume}({number})"),
        (volume, _) if !volume.is_empty() => format!(" {volume}"),
        _ => String::new(),
    };
    let pages = field("pages");
    let pages = if pages.is_empty() { pages } else { format!(", {pages}") };
    format!("{place}{volume}{pages}").trim().to_owned()
}

/// Address and what its link says.
fn address(entry: &Entry) -> (String, String) {
    let doi = verbatim(entry, "doi");
    let doi = doi.trim_start_matches("https://doi.org/");
    let (eprint, url) = (verbatim(entry, "eprint"), verbatim(entry, "url"));
    let web = url.starts_with("https://") || url.starts_with("http://");
    match (doi.is_empty(), eprint.is_empty(), web) {
        (false, _, _) => (format!("https://doi.org/{doi}"), format!("doi:{doi}")),
        (_, false, _) => (format!("https://arxiv.org/abs/{eprint}"), format!("arXiv:{eprint}")),
        (_, _, true) => (url.clone(), url),
        _ => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIB: &str = r"@misc{lofi, author = {Dandi, Yatin and Vilucchio, Matteo and Krzakala, Florent}, title = {Neural {LoFi}},
          year = 2026, eprint = {2605.13612}}
        @article{two, author = {L{\'e}on B. Bottou and LeCun, Yann}, title = {T}, journal = {Proc. {IEEE}}, volume = 86,
          number = 11, pages = {1--2}, year = 1998, doi = {10.1109/5.726791}}
        @misc{group, author = {{The Debian Project}}, title = {D}, url = {javascript:alert(1)}}";

    #[test]
    fn works_print_as_references() {
        let bibliography = Bibliography::parse(BIB).unwrap();
        let lofi = bibliography.get("lofi").unwrap();
        assert_eq!(
            (lofi.label.as_str(), lofi.authors.as_str()),
            ("Dandi et al. 2026", "Y. Dandi, M. Vilucchio, F. Krzakala")
        );
        assert_eq!((lofi.title.as_str(), lofi.link.as_str()), ("Neural LoFi", "arXiv:2605.13612"));
        let two = bibliography.get("two").unwrap();
        assert_eq!((two.label.as_str(), two.authors.as_str()), ("Bottou & LeCun 1998", "L. B. Bottou, Y. LeCun"));
        assert_eq!(
            (two.venue.as_str(), two.url.as_str()),
            ("Proc. IEEE 86(11), 1–2", "https://doi.org/10.1109/5.726791")
        );
        let group = bibliography.get("group").unwrap();
        assert_eq!((group.label.as_str(), group.url.as_str()), ("The Debian Project", ""));
    }

    #[test]
    fn citing_numbers_each_work_once_and_names_who_cites_an_unknown_one() {
        let bibliography = Bibliography::parse(BIB).unwrap();
        let mut citations = Citations::new("a/b", &bibliography);
        assert_eq!(citations.cite("two", "kind `ridge`"), Ok(1));
        assert_eq!(citations.cite("lofi", "the study"), Ok(2));
        assert_eq!(citations.cite("two", "kind `filter`"), Ok(1));
        let error = citations.cite("three", "kind `lift`").unwrap_err().to_string();
        assert_eq!(error, "study `a/b`: kind `lift` cites `three`, but references.bib has no such entry");
        assert_eq!(citations.into_list()[0].cited_by, ["kind `ridge`", "kind `filter`"]);
    }
}
