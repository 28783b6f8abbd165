//! Studies that have the profile asked for, and what to say where they do not.

use super::fail::Failure;
use super::output::note;
use super::study_files::StudyFile;
use crate::study;
use crate::yaml::{Fault, known_names};
use std::collections::BTreeMap;
use std::path::Path;

/// Most studies that a message names.
const NAMED: usize = 4;

/// Loads a study, to show what is wrong with it.
type Load<'a> = &'a dyn Fn(&StudyFile) -> Result<(), Vec<Fault>>;

/// The profile that is asked for.
pub(super) struct Asked<'a> {
    /// The folder of the project.
    pub root: &'a Path,
    pub profile: &'a str,
    /// Whether studies that lack it are left out without a word.
    pub quiet: bool,
}

impl Asked<'_> {
    /// Of several studies those that have the profile. A single one is taken as asked for: that it lacks the profile is shown
    /// at its file.
    pub fn choose(
        &self,
        (named, all): (Vec<StudyFile>, &[StudyFile]),
        load: Load<'_>,
    ) -> Result<Vec<StudyFile>, Failure> {
        let profile = self.profile;
        let has = |file: &StudyFile| study::has_profile(&file.path, (self.root, profile));
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for file in named {
            if has(&file)? { with.push(file) } else { without.push(file) }
        }
        if without.is_empty() {
            return Ok(with);
        }
        // A study that cannot be read is told of where it is asked for.
        let others =
            all.iter().filter(|file| has(file).unwrap_or(false)).map(|file| file.name.as_str()).collect::<Vec<_>>();
        if let ([], [alone]) = (with.as_slice(), without.as_slice()) {
            return match load(alone) {
                Err(faults) => {
                    Err(Failure::Faults(faults.into_iter().map(|f| with_owners(f, profile, &others)).collect()))
                }
                Ok(()) => Ok(without),
            };
        }
        if with.is_empty() {
            return Err(self.nobody(&without, &others));
        }
        if !self.quiet {
            let (left_out, count) = (without.len(), without.len() + with.len());
            let names: Vec<&str> = with.iter().map(|file| file.name.as_str()).collect();
            note!(
                "{left_out} of {count} studies have no profile `{profile}` and are left out; it is one of {}",
                listed(&names)
            );
        }
        Ok(with)
    }

    /// None of these studies has the profile: which ones there are, and whose.
    fn nobody(&self, asked: &[StudyFile], others: &[&str]) -> Failure {
        let profile = self.profile;
        let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for file in asked {
            let Ok((_, profiles)) = study::load_head(&file.path, self.root) else { continue };
            let others = profiles.others.into_iter().map(|(name, _)| name);
            let names = profiles.own.into_iter().chain(others);
            names.for_each(|name| owners.entry(name).or_default().push(&file.name));
        }
        let known: Vec<&str> = owners.keys().map(String::as_str).collect();
        let wrong: Vec<&str> = profile.split('+').filter(|layer| !known.contains(layer)).collect();
        let near = wrong
            .first()
            .and_then(|layer| known_names(layer, &known))
            .filter(|words| words.starts_with("did you mean"));
        let near = near.and_then(|words| Some(words.split_once('?')?.0.to_owned() + "? ")).unwrap_or_default();
        let one = |(name, studies): (&String, &Vec<&str>)| match studies.len() == asked.len() {
            true => format!("`{name}` (all)"),
            false => format!("`{name}` ({})", listed(studies)),
        };
        let has = owners.iter().map(one).collect::<Vec<_>>().join(", ");
        let elsewhere = if others.is_empty() { String::new() } else { format!("; it is one of {}", listed(others)) };
        Failure::mistake(format!(
            "none of {} studies has the profile `{profile}`{elsewhere}; {near}they have {has}",
            asked.len()
        ))
    }
}

/// A fault with a word on the studies that have the profile.
fn with_owners(fault: Fault, profile: &str, owners: &[&str]) -> Fault {
    if owners.is_empty() {
        return fault;
    }
    let words = format!("`{profile}` is a profile of {}", listed(owners));
    let help = fault.help.clone().map_or(words.clone(), |help| format!("{help}; {words}"));
    fault.help(help)
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{shown} and {} more", names.len() - NAMED) } else { shown }
}
