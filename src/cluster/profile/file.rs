//! The file as a whole.

use super::sections::{HyperQueue, Kubernetes, Local, Slurm};
use super::toml_table::{Section, Value, at, count, factor, line, lines, size, text, time, variable_names, variables};
use crate::yaml::{Fault, Source};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use toml::de::DeTable;

/// The file in the root of a project.
pub const PROFILE_FILE: &str = "lofi.cluster.toml";

/// Keys that stand at the top or in any section.
const COMMON: [&str; 15] = [
    "program",
    "prologue",
    "modules",
    "environment",
    "pass",
    "chunk",
    "at-once",
    "largest-array",
    "cpus",
    "memory-factor",
    "memory-least",
    "time-factor",
    "time-least",
    "time-most",
    "poll",
];

/// Sections and the keys that they alone have.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("slurm", Slurm::KEYS),
    ("hyperqueue", HyperQueue::KEYS),
    ("kubernetes", Kubernetes::KEYS),
    ("local", Local::KEYS),
];

/// Seconds of a day.
const DAY: u64 = 86_400;
/// The longest time that a task may be given, seconds: a year.
const LONGEST: u64 = 365 * DAY;
/// The most tasks of an array that a scheduler is known to take (SLURM's bound of `MaxArraySize`, less one).
const LARGEST_ARRAY: u32 = 4_000_000;

/// What every executor wants to know, with all defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    /// The program that tasks call; none: where this one lies.
    pub program: Option<String>,
    /// Shell text before the program of a task.
    pub prologue: String,
    /// Modules to load before the prologue.
    pub modules: Vec<String>,
    /// Variables of all tasks. Those of a section are put to those at the top.
    pub environment: BTreeMap<String, String>,
    /// Variables whose values the submitting environment gives.
    pub pass: Vec<String>,
    /// Steps shorter than this share a task.
    pub chunk: Duration,
    /// The most tasks of an array that run at once.
    pub at_once: Option<u32>,
    /// The most tasks of an array.
    pub largest_array: u32,
    /// Processors of a task.
    pub cpus: u32,
    /// Memory asked for, by memory expected.
    pub memory_factor: f64,
    /// The least memory asked for, bytes.
    pub memory_least: u64,
    /// Time asked for, by time expected.
    pub time_factor: f64,
    /// The least time asked for.
    pub time_least: Duration,
    /// The most time asked for.
    pub time_most: Duration,
    /// How long to wait before the queue is asked again.
    pub poll: Duration,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            program: None,
            prologue: String::new(),
            modules: Vec::new(),
            environment: BTreeMap::new(),
            pass: Vec::new(),
            chunk: Duration::from_secs(300),
            at_once: None,
            largest_array: 1000,
            cpus: 1,
            memory_factor: 1.5,
            memory_least: 1 << 30,
            time_factor: 3.0,
            time_least: Duration::from_secs(600),
            time_most: Duration::from_secs(DAY),
            poll: Duration::from_secs(10),
        }
    }
}

impl Common {
    /// What a section says over what holds without it.
    fn over(base: Self, section: &Section) -> Result<Self, Fault> {
        let mut environment = base.environment;
        environment.extend(section.get("environment", variables)?.unwrap_or_default());
        let seconds = |least, most| move |value: &Value| time(value, least..=most);
        let common = Self {
            environment,
            program: section.get("program", line)?.or(base.program),
            prologue: section.get("prologue", text)?.unwrap_or(base.prologue),
            modules: section.get("modules", lines)?.unwrap_or(base.modules),
            pass: section.get("pass", variable_names)?.unwrap_or(base.pass),
            chunk: section.get("chunk", seconds(0, LONGEST))?.unwrap_or(base.chunk),
            at_once: section.get("at-once", |value| count(value, 1..=LARGEST_ARRAY))?.or(base.at_once),
            largest_array: section
                .get("largest-array", |value| count(value, 1..=LARGEST_ARRAY))?
                .unwrap_or(base.largest_array),
            cpus: section.get("cpus", |value| count(value, 1..=4096))?.unwrap_or(base.cpus),
            memory_factor: section.get("memory-factor", factor)?.unwrap_or(base.memory_factor),
            memory_least: section.get("memory-least", size)?.unwrap_or(base.memory_least),
            time_factor: section.get("time-factor", factor)?.unwrap_or(base.time_factor),
            time_least: section.get("time-least", seconds(1, LONGEST))?.unwrap_or(base.time_least),
            time_most: section.get("time-most", seconds(1, LONGEST))?.unwrap_or(base.time_most),
            poll: section.get("poll", seconds(1, DAY))?.unwrap_or(base.poll),
        };
        let (least, most) = (common.time_least.as_secs(), common.time_most.as_secs());
        if least > most {
            let message = format!("`time-least` ({least}s) is more than `time-most` ({most}s): expected no more");
            return Err(section.fault(&["time-least", "time-most"], message));
        }
        Ok(common)
    }
}

/// Why a profile is not to be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// What is written there.
    #[error("{}: {}{}", .0.place, .0.message, .0.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
    Fault(Fault),
    /// The file cannot be read.
    #[error("{path}: cannot be read ({reason}); mend that, or take the file away to use the defaults")]
    File {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// The section that alone has a key.
fn section_of(key: &str) -> Option<String> {
    let (name, _) = SECTIONS.into_iter().find(|(_, own)| own.contains(&key))?;
    Some(format!("it belongs into [{name}]"))
}

/// A profile, read and checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    top: Common,
    of: BTreeMap<&'static str, Common>,
    /// `[slurm]`
    pub slurm: Slurm,
    /// `[hyperqueue]`
    pub hyperqueue: HyperQueue,
    /// `[kubernetes]`
    pub kubernetes: Kubernetes,
    /// `[local]`
    pub local: Local,
}

impl Profile {
    /// The profile of a file, all defaults where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or something in it is not known or not what its key takes.
    pub fn read(path: &Path) -> Result<Self, ProfileError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&Source::new(name, &text)).map_err(ProfileError::Fault),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ProfileError::File { path: name, reason: error.to_string() }),
        }
    }

    /// The profile of a text.
    fn parse(source: &Source) -> Result<Self, Fault> {
        let file = DeTable::parse(&source.text)
            .map_err(|error| at(source, &error.span().unwrap_or(0..0), format!("no TOML: {}", error.message())))?;
        let known: Vec<&str> = COMMON.into_iter().chain(SECTIONS.map(|(name, _)| name)).collect();
        let top = Section::new((source, ""), file.get_ref(), (&known, section_of))?;
        let mut profile = Self { top: Common::over(Common::default(), &top)?, ..Self::default() };
        for (name, own) in SECTIONS {
            let known: Vec<&str> = own.iter().chain(&COMMON).copied().collect();
            let Some(section) = top.within(name, (&known, section_of))? else { continue };
            profile.of.insert(name, Common::over(profile.top.clone(), &section)?);
            match name {
                "slurm" => profile.slurm = Slurm::read(&section)?,
                "hyperqueue" => profile.hyperqueue = HyperQueue::read(&section)?,
                "kubernetes" => profile.kubernetes = Kubernetes::read(&section)?,
                _ => profile.local = Local::read(&section)?,
            }
        }
        Ok(profile)
    }

    /// What holds for an executor, by its name.
    #[must_use]
    pub fn common(&self, executor: &str) -> Common {
        self.of.get(executor).unwrap_or(&self.top).clone()
    }
}

#[cfg(test)]
mod tests;
