//! The records of a card whose files were found: classes and pixels over all parts of a split.

use super::index::{Counts, Index};
use crate::artifact::Geometry;
use crate::dataset::cards::card::Task;
use crate::dataset::cards::load::Loaded;
use crate::dataset::cards::locate::Found;
use crate::dataset::error::DatasetError;
use crate::dataset::format::{Format, FormatError, Opened};
use crate::step::{Records, Split, StepError};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Classes of whole splits, by what the records are and split: a sweep asks for them at each of its steps.
pub(super) type ClassCache = Arc<Mutex<HashMap<(String, &'static str), Arc<Vec<u32>>>>>;

/// The files that a step's key speaks of, with the digests that they had.
#[derive(Clone)]
pub(in crate::dataset) struct Watched {
    pub index: Arc<Index>,
    pub folder: PathBuf,
    pub files: Vec<(PathBuf, String)>,
}

impl Watched {
    /// Whether the files are still those: asked after every read, so that nothing that was read from a file that was
    /// being written is kept.
    fn check(&self, card: &str) -> Result<(), DatasetError> {
        for (path, digest) in &self.files {
            if self.index.digest(path, None, "")? != *digest {
                return Err(DatasetError::Changed { card: card.to_owned(), folder: self.folder.clone() });
            }
        }
        Ok(())
    }
}

/// A card with its files.
pub(super) struct OpenRecords {
    card: String,
    geometry: Geometry,
    format: &'static dyn Format,
    train: Vec<OpenPart>,
    test: Vec<OpenPart>,
    cache: Option<(String, ClassCache)>,
    watched: Option<Watched>,
}

struct OpenPart {
    files: Opened,
    /// The records `[from, to)`; all where absent.
    range: Option<[usize; 2]>,
}

impl OpenPart {
    /// First record and one past the last, of a file that holds `count`.
    fn range(&self, count: usize) -> Result<(usize, usize), FormatError> {
        match self.range {
            None => Ok((0, count)),
            Some([from, to]) if to <= count => Ok((from, to)),
            Some([from, to]) => Err(FormatError::File {
                path: self.files.file.clone(),
                reason: format!("the card reads records [{from}, {to}) and the file holds {count}"),
            }),
        }
    }
}

impl OpenRecords {
    /// Readers for the files that were found, with the classes that a task is about.
    pub fn new(loaded: &Loaded, found: &Found, task: &Task) -> Self {
        let card = &loaded.card;
        let path = |name: &String| found.files.get(name).cloned();
        let part = |part: &crate::dataset::cards::card::Part| OpenPart {
            files: Opened {
                file: path(&part.file).unwrap_or_default(),
                labels: part.labels.as_ref().and_then(path),
                partition: part.partition.as_ref().and_then(|p| Some((path(&p.file)?, p.number))),
                attribute: task.attribute.clone(),
                geometry: card.geometry(),
                classes: card.classes.clone(),
            },
            range: part.records,
        };
        Self {
            card: card.name.clone(),
            geometry: card.geometry(),
            format: card.format.reader(),
            train: card.splits.train.iter().map(part).collect(),
            test: card.splits.test.iter().map(part).collect(),
            cache: None,
            watched: None,
        }
    }

    /// The same, remembering classes under what the records are.
    pub fn remembering(mut self, key: String, cache: &ClassCache) -> Self {
        self.cache = Some((key, Arc::clone(cache)));
        self
    }

    /// The same, looking after each read whether the files stayed as they were.
    pub fn watching(mut self, watched: Watched) -> Self {
        self.watched = Some(watched);
        self
    }

    /// What is wrong with the files, found without decoding an image.
    pub fn faults(&self) -> Vec<FormatError> {
        let mut faults: Vec<FormatError> =
            self.distinct().into_iter().flat_map(|p| self.format.faults(&p.files)).collect();
        if faults.is_empty() {
            faults.extend([Split::Train, Split::Test].into_iter().filter_map(|split| self.read_classes(split).err()));
        }
        faults
    }

    /// Records that name an image once more.
    pub fn repeated(&self) -> Vec<FormatError> {
        self.distinct().into_iter().flat_map(|part| self.format.repeated(&part.files)).collect()
    }

    /// What is wrong with single images, found by decoding every one, whether a split reads it or not.
    pub fn image_faults(&self) -> Vec<FormatError> {
        let mut faults = Vec::new();
        for part in self.distinct() {
            let all = self.format.count(&part.files).and_then(|count| {
                let wanted: Vec<usize> = (0..count).collect();
                self.format.each(&part.files, &wanted, &mut |_, image| {
                    faults.extend(image.err());
                    ControlFlow::Continue(())
                })
            });
            faults.extend(all.err());
        }
        faults
    }

    /// The parts without those that read the same files as one before.
    fn distinct(&self) -> Vec<&OpenPart> {
        let mut distinct: Vec<&OpenPart> = Vec::new();
        for part in self.train.iter().chain(&self.test) {
            if !distinct.iter().any(|other| other.files.same(&part.files)) {
                distinct.push(part);
            }
        }
        distinct
    }

    /// Records of each class in both splits.
    pub fn count(&self) -> Result<Counts, DatasetError> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(DatasetError::faulty(&faults));
        }
        let histogram = |split| -> Result<BTreeMap<u32, usize>, FormatError> {
            let mut counts = BTreeMap::new();
            self.read_classes(split)?.into_iter().for_each(|class| *counts.entry(class).or_insert(0) += 1);
            Ok(counts)
        };
        Ok(Counts { train: histogram(Split::Train)?, test: histogram(Split::Test)? })
    }

    fn parts(&self, split: Split) -> (&'static str, &[OpenPart]) {
        match split {
            Split::Train => ("train", &self.train),
            Split::Test => ("test", &self.test),
        }
    }

    fn read_classes(&self, split: Split) -> Result<Vec<u32>, FormatError> {
        let mut all = Vec::new();
        for part in self.parts(split).1 {
            let classes = self.format.classes(&part.files)?;
            if classes.is_empty() {
                let path = part.files.labels.as_ref().unwrap_or(&part.files.file).clone();
                return Err(FormatError::File { path, reason: "it holds no record; get it again".to_owned() });
            }
            if let Some(record) = classes.iter().position(|&class| class as usize >= part.files.classes.len()) {
                let path = part.files.labels.as_ref().unwrap_or(&part.files.file).clone();
                let reason = format!("class {} of {}", classes[record], part.files.classes.len());
                return Err(FormatError::Record { path, record, reason });
            }
            let (from, to) = part.range(classes.len())?;
            all.extend_from_slice(&classes[from..to]);
        }
        Ok(all)
    }

    fn read_images(&self, split: Split, records: &[usize]) -> Result<Vec<u8>, StepError> {
        let dim = self.geometry.dim();
        let mut bytes = vec![0; records.len() * dim];
        let mut ascending: Vec<(usize, usize)> = records.iter().copied().zip(0..).collect();
        ascending.sort_unstable();
        let (mut rest, mut start) = (ascending.as_slice(), 0);
        for part in self.parts(split).1 {
            let count = self.format.count(&part.files).map_err(|e| self.fault(&e))?;
            let (from, to) = part.range(count).map_err(|e| self.fault(&e))?;
            let end = start + to - from;
            let (mine, later) = rest.split_at(rest.partition_point(|&(record, _)| record < end));
            let shifted: Vec<(usize, usize)> =
                mine.iter().map(|&(record, slot)| (record - start + from, slot)).collect();
            self.fill(part, &shifted, &mut bytes).map_err(|e| self.fault(&e))?;
            (rest, start) = (later, end);
        }
        match rest.first() {
            None => Ok(bytes),
            Some((record, _)) => Err(self.fault(&format!("record {record} of {start}: records count from 0"))),
        }
    }

    /// Puts some records of one part, each a (record, slot) pair and ascending, into their slots.
    fn fill(&self, part: &OpenPart, wanted: &[(usize, usize)], bytes: &mut [u8]) -> Result<(), FormatError> {
        let dim = self.geometry.dim();
        let groups: Vec<&[(usize, usize)]> = wanted.chunk_by(|a, b| a.0 == b.0).collect();
        let distinct: Vec<usize> = groups.iter().filter_map(|group| group.first()).map(|&(record, _)| record).collect();
        if distinct.is_empty() {
            return Ok(());
        }
        self.format.images(&part.files, &distinct, &mut |position, pixels| {
            for &(_, slot) in groups[position] {
                bytes[slot * dim..(slot + 1) * dim].copy_from_slice(pixels);
            }
        })
    }

    fn unchanged(&self) -> Result<(), StepError> {
        self.watched.as_ref().map_or(Ok(()), |watched| watched.check(&self.card)).map_err(|e| e.in_step(&self.card))
    }

    fn fault(&self, error: &dyn std::fmt::Display) -> StepError {
        StepError::Data { card: self.card.clone(), reason: error.to_string() }
    }
}

impl Records for OpenRecords {
    fn classes(&self, split: Split) -> Result<Vec<u32>, StepError> {
        let Some((digest, cache)) = &self.cache else { return self.read_classes(split).map_err(|e| self.fault(&e)) };
        let key = (digest.clone(), self.parts(split).0);
        let known = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(classes) = known {
            return Ok(classes.to_vec());
        }
        let classes = self.read_classes(split).map_err(|e| self.fault(&e));
        self.unchanged()?;
        let classes = classes?;
        cache.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(classes.clone()));
        Ok(classes)
    }

    fn images(&self, split: Split, records: &[usize]) -> Result<Vec<u8>, StepError> {
        let images = self.read_images(split, records);
        // first: what looks broken may be half written
        self.unchanged()?;
        images
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::cards::locate::in_folder;
    use crate::dataset::testing::{cifar_record, tiny_card, write_tiny};

    /// Two training parts: records 1..3 of train.bin, then all of test.bin.
    fn ranged(folder: &std::path::Path, to: usize) -> OpenRecords {
        write_tiny(folder);
        let mut card = tiny_card("tiny");
        card.splits.train[0].records = Some([1, to]);
        card.splits.train.push(card.splits.test[0].clone());
        let found = in_folder(&card, folder).unwrap();
        let task = card.tasks[0].clone();
        OpenRecords::new(
            &Loaded { card, home: PathBuf::new(), written: crate::yaml::Source::new("tiny.yaml", "") },
            &found,
            &task,
        )
    }

    // write_tiny: train classes 0 1 2 0 1 2 with values 0..6, test classes 1 0 2 with values 100..103
    #[test]
    fn parts_and_ranges_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let records = ranged(folder.path(), 3);
        assert_eq!(records.classes(Split::Train).unwrap(), [1, 2, 1, 0, 2]);
        let images = records.images(Split::Train, &[4, 0, 1, 4]).unwrap();
        let expected = [102, 1, 2, 102].map(|value| cifar_record(0, value)[1..].to_vec()).concat();
        assert_eq!(images, expected);
        assert_eq!(records.count().unwrap().train, BTreeMap::from([(0, 1), (1, 2), (2, 2)]));
    }

    #[test]
    fn records_beyond_the_end_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = ranged(folder.path(), 3).images(Split::Test, &[3]).unwrap_err().to_string();
        assert_eq!(error, "data set `tiny`: record 3 of 3: records count from 0");
        let error = ranged(folder.path(), 9).classes(Split::Train).unwrap_err().to_string();
        assert!(error.contains("the card reads records [1, 9) and the file holds 6"), "{error}");
    }

    #[test]
    fn a_class_without_a_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let records = ranged(folder.path(), 3);
        std::fs::write(folder.path().join("test.bin"), cifar_record(9, 0)).unwrap();
        let error = records.classes(Split::Test).unwrap_err().to_string();
        assert!(error.contains("test.bin, record 0: class 9 of 3"), "{error}");
    }
}
