//! What can go wrong with data sets, each with how to mend it.

use super::format::FormatError;
use crate::dataset::cards::missing::Missing;
use crate::step::StepError;
use crate::yaml::Fault;
use std::io;
use std::path::{Path, PathBuf};

/// Faults of one sort that are spelt out: a data set of a million images may have a million.
const TOLD_OF_A_SORT: usize = 10;

/// A fault of a card, of the files behind it or of the way to them.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// Cards that do not say what they must, with the places.
    #[error("{}", .0.iter().map(|f| format!("{}: {f}", f.place)).collect::<Vec<_>>().join("\n"))]
    Cards(Vec<Fault>),
    /// A name that no card has.
    #[error("no data card `{name}`; {help}")]
    UnknownCard {
        /// The name asked for.
        name: String,
        /// The nearest and all known names.
        help: String,
    },
    /// A task that the card does not have.
    #[error("data card `{card}` has no task `{task}`; {help}")]
    UnknownTask {
        /// The card.
        card: String,
        /// The task asked for.
        task: String,
        /// The nearest and all known tasks.
        help: String,
    },
    /// None of the data sets asked for is on this machine.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A file whose content is not what the card says.
    #[error("{}: wrong {algorithm}: expected {expected}, found {found}; {help}", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// `md5` or `sha256`.
        algorithm: &'static str,
        /// The card's digest.
        expected: String,
        /// The file's digest.
        found: String,
        /// How to mend it.
        help: String,
    },
    /// A file that does not hold what its format demands.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// All that is wrong with the files of a card.
    #[error("{}", .0.join("\n  "))]
    Faulty(Vec<String>),
    /// A file or folder that cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `read`, `write`, ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The files behind a reference are not those that it was made of.
    #[error(
        "the files of `{card}` in {} are not those that the study was planned with; plan it again, \
         or put the former files back", folder.display()
    )]
    Changed {
        /// The card.
        card: String,
        /// Where its files lie.
        folder: PathBuf,
    },
    /// A card whose data has no address to fetch it from.
    #[error("`{card}` cannot be downloaded; {help}")]
    NoDownload {
        /// The card.
        card: String,
        /// How to get the data otherwise.
        help: String,
    },
    /// A download that failed for good.
    #[error("cannot download {address}: {reason}")]
    Download {
        /// The address.
        address: String,
        /// Why, and what can be done.
        reason: String,
    },
    /// An archive that holds what it should not, or lacks what it should hold.
    #[error("{}: {reason}", archive.display())]
    Archive {
        /// The archive.
        archive: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The user asked to stop; a partial download is kept and resumed next time.
    #[error("stopped; what was downloaded so far is kept and resumed next time")]
    Stopped,
}

impl DatasetError {
    /// What is wrong with the files of a card: faults of one sort in one place, the first few of each spelt out.
    pub(super) fn faulty(faults: &[FormatError]) -> Self {
        let mut sorts: Vec<(String, usize)> = Vec::new();
        let mut told = Vec::new();
        for fault in faults {
            let sort = fault.sort();
            match sorts.iter_mut().find(|(known, _)| *known == sort) {
                Some((_, count)) => *count += 1,
                None => sorts.push((sort.clone(), 1)),
            }
            if sorts.iter().any(|(known, count)| *known == sort && *count <= TOLD_OF_A_SORT) {
                told.push(fault.to_string());
            }
        }
        let more = sorts.iter().filter(|(_, count)| *count > TOLD_OF_A_SORT);
        told.extend(more.map(|(sort, count)| format!("and {} more: {sort}", count - TOLD_OF_A_SORT)));
        Self::Faulty(told)
    }

    /// A failed file operation, for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// The same fault as a running step reports it.
    pub(super) fn in_step(&self, card: &str) -> StepError {
        StepError::Data { card: card.to_owned(), reason: self.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_one_sort_are_counted_behind_the_first_few() {
        let fault = |record| FormatError::Record { path: "a.png".into(), record, reason: "does not decode".to_owned() };
        let mut faults: Vec<FormatError> = (0..13).map(fault).collect();
        faults.push(FormatError::File { path: "l.csv".into(), reason: "truncated".to_owned() });
        let text = DatasetError::faulty(&faults).to_string();
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(
            text.contains("record 9: does") && !text.contains("record 10:") && text.contains("l.csv: truncated"),
            "{text}"
        );
        assert!(text.ends_with("and 3 more: does not decode"), "{text}");
        let fault = |record| FormatError::Record {
            path: "l.csv".into(),
            record,
            reason: format!("`{record}.png` is listed twice, by record {} too", record / 2),
        };
        let text = DatasetError::faulty(&(0..50).map(fault).collect::<Vec<_>>()).to_string();
        assert!(
            text.lines().count() == 11 && text.ends_with("and 40 more: `…` is listed twice, by record … too"),
            "{text}"
        );
    }
}
