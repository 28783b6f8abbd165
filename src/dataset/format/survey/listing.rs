//! The files that are looked at, and which split their names speak of.

use super::super::layout::{FormatError, Opened};
use crate::artifact::Geometry;
use crate::yaml::walk;
use std::path::{Path, PathBuf};

/// A part of a data set: a file or folder of images, and the file of labels where it is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dataset) struct Piece {
    pub file: String,
    pub labels: Option<String>,
}

impl Piece {
    /// For the reader of a format.
    pub fn opened(&self, base: &Path, (geometry, classes): (Geometry, &[String])) -> Opened {
        Opened {
            file: base.join(&self.file),
            labels: self.labels.as_ref().map(|name| base.join(name)),
            partition: None,
            attribute: None,
            geometry,
            classes: classes.to_vec(),
        }
    }
}

/// The files of a folder.
pub(super) struct Listing {
    pub folder: PathBuf,
    /// Names below it, with `/`, in order.
    pub names: Vec<String>,
}

impl Listing {
    /// All files below a folder.
    pub fn of(folder: &Path) -> Result<Self, FormatError> {
        let walked = walk(folder, &|_| true).map_err(|e| FormatError::Io { path: e.path, source: e.source })?;
        Ok(Self { folder: folder.to_owned(), names: walked.files.into_iter().map(|file| file.name).collect() })
    }

    /// Files with one of some endings, in capitals or not; with `.gz` behind it too.
    pub fn ending(&self, endings: &[&str]) -> Vec<&String> {
        let plain = |name: &str| name.to_lowercase().trim_end_matches(".gz").to_owned();
        let ends = |name: &&String| endings.iter().any(|ending| plain(name).ends_with(&format!(".{ending}")));
        self.names.iter().filter(ends).collect()
    }
}

/// The split that a name speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Train,
    Validation,
    Test,
    None,
}

/// The split that the words of a name speak of: those of its folders, too.
pub(super) fn word(name: &str) -> Word {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let any = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if any(&["test", "testing", "t10k", "xtest", "ytest"]) {
        Word::Test
    } else if any(&["val", "valid", "validation", "dev"]) {
        Word::Validation
    } else if any(&["train", "training", "xtrain", "ytrain"]) {
        Word::Train
    } else {
        Word::None
    }
}

/// Items of the training and of the test split. Validation samples are drawn from the training samples in any study, so a
/// validation split is for testing where there is no other, and else left out.
pub(super) fn split<T>(items: Vec<T>, name: impl Fn(&T) -> Word) -> (Vec<T>, Vec<T>) {
    let has = |wanted: Word| items.iter().any(|item| name(item) == wanted);
    let (has_train, has_test) = (has(Word::Train), has(Word::Test));
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for item in items {
        match name(&item) {
            Word::Train => train.push(item),
            Word::None if !has_train => train.push(item),
            Word::Test => test.push(item),
            Word::Validation if !has_test => test.push(item),
            Word::Validation | Word::None => {}
        }
    }
    (train, test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_speak_of_splits() {
        for (name, expected) in [
            ("data/train-00000-of-00001.parquet", Word::Train),
            ("t10k-images-idx3-ubyte.gz", Word::Test),
            ("x_test.npy", Word::Test),
            ("validation/cat/1.png", Word::Validation),
            ("contest/latest.png", Word::None),
        ] {
            assert_eq!(word(name), expected, "{name}");
        }
        let items = |names: &[&'static str]| split(names.to_vec(), |name| word(name));
        assert_eq!(items(&["train", "val", "test"]), (vec!["train"], vec!["test"]));
        assert_eq!(items(&["train", "val"]), (vec!["train"], vec!["val"]));
        assert_eq!(items(&["a", "b"]), (vec!["a", "b"], vec![]));
    }
}
