//! From the data sets that a study can use to the first one that is on this machine.

use super::index::Counts;
use super::library::{Library, records_key};
use super::records::OpenRecords;
use crate::dataset::cards::card::Task;
use crate::dataset::cards::load::Loaded;
use crate::dataset::cards::locate::Found;
use crate::dataset::cards::missing::Missing;
use crate::dataset::error::DatasetError;
use crate::step::DataRef;
use crate::yaml;
use std::collections::BTreeMap;

/// A data set that a study can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The card's name.
    pub card: String,
    /// The task's name; the card's first task where absent.
    pub task: Option<String>,
}

impl Library {
    /// The first choice whose files are on this machine; the network is never touched. `represents` is the data set
    /// that the paper used: the reference says so where the choice stands for another one.
    ///
    /// All names are looked up first, so a misspelt second choice is found even where the first one is here. Content
    /// digests and record counts come from the index; only new or changed files are read.
    ///
    /// # Errors
    /// An unknown card or task, no choice on this machine, a file with a wrong checksum or one that cannot be read.
    pub fn resolve(&self, choices: &[Choice], represents: Option<&str>) -> Result<DataRef, DatasetError> {
        let known = choices.iter().map(|choice| self.choice(choice)).collect::<Result<Vec<_>, _>>()?;
        let mut absent = Vec::new();
        for (loaded, task) in known {
            match self.places.locate(loaded) {
                Ok(found) => return self.reference(loaded, task, &found, represents),
                Err(hints) => absent.push((loaded.card.name.clone(), loaded.card.title.clone(), hints)),
            }
        }
        Err(Missing { absent }.into())
    }

    fn choice(&self, choice: &Choice) -> Result<(&Loaded, &Task), DatasetError> {
        let loaded = self.loaded(&choice.card)?;
        let tasks = &loaded.card.tasks;
        let found = match &choice.task {
            None => tasks.first(),
            Some(name) => tasks.iter().find(|task| task.name == *name),
        };
        let unknown = || {
            let known: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
            let task = choice.task.clone().unwrap_or_default();
            let help = yaml::known_names(&task, &known).unwrap_or_default();
            DatasetError::UnknownTask { card: choice.card.clone(), task, help }
        };
        Ok((loaded, found.ok_or_else(unknown)?))
    }

    fn reference(
        &self,
        loaded: &Loaded,
        task: &Task,
        found: &Found,
        represents: Option<&str>,
    ) -> Result<DataRef, DatasetError> {
        let card = &loaded.card;
        let (digest, _) = self.identity_of_task(loaded, found, task)?;
        let key = records_key(&digest, card);
        let counts = self.index.counts(&key, || OpenRecords::new(loaded, found, task).count())?;
        let (train, test) = task_counts(&counts, &task.labels());
        Ok(DataRef {
            card: card.name.clone(),
            title: card.title.clone(),
            digest,
            task: task.name.clone(),
            labels: task.labels(),
            classes: if card.format.description().knows_names { card.classes.clone() } else { Vec::new() },
            stands_in_for: represents
                .filter(|name| *name != card.represents())
                .map_or(String::new(), |n| self.title(n)),
            caveat: card.caveat.clone(),
            train,
            test,
            channels: card.shape.channels,
            height: card.shape.height,
            width: card.shape.width,
            mean: card.mean.clone(),
            std: card.std.clone(),
        })
    }

    /// The title of a data set, or its name where no card describes it.
    fn title(&self, name: &str) -> String {
        self.card(name).map_or_else(|_| name.to_owned(), |card| card.title.clone())
    }
}

/// Training and test records whose class belongs to the task.
fn task_counts(counts: &Counts, labels: &BTreeMap<u32, i8>) -> (usize, usize) {
    let sum = |split: &BTreeMap<u32, usize>| {
        split.iter().filter(|(class, _)| labels.contains_key(class)).map(|(_, records)| records).sum()
    };
    (sum(&counts.train), sum(&counts.test))
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
