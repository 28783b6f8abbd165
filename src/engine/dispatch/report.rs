//! What a task tells when it ends: `STORE/submissions/<id>/ended/<array>-<task>-<random>`, sealed. What it took, set against
//! what it might have; whether steps are done is not told here but by the store.

use super::pace::Pace;
use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::error::io;
use crate::engine::store::{Store, StoreError};
use crate::step::{seal, unseal};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;

/// More than a report takes.
const MOST_BYTES: u64 = 1 << 24;

/// How a task went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    /// The array.
    pub array: usize,
    /// The task.
    pub task: u32,
    /// The job that it was part of, as the scheduler names it; empty where it does not tell.
    pub job: String,
    /// The machine.
    pub host: String,
    /// Seconds since 1970 when it ended, by the clock of that machine.
    pub unix_s: u64,
    /// Seconds that it ran.
    pub seconds: f64,
    /// Seconds of processors.
    pub cpu_s: f64,
    /// The most memory that it had, bytes.
    pub peak_bytes: u64,
    /// Its exit code.
    pub exit: u8,
    /// Keys of the steps that it computed.
    pub ran: Vec<String>,
    /// Steps of it whose results were there already.
    pub found: usize,
    /// What it waits for, where somebody else is to compute that first.
    pub waits_for: Option<String>,
    /// How fast its steps were.
    pub pace: Pace,
}

impl Store {
    /// Leaves a report.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn leave_report(&self, submission: &str, report: &TaskReport) -> Result<(), StoreError> {
        let folder = self.submission_folder(submission).join("ended");
        let refused = |error: std::io::Error| io("write to the store at", &folder)(error);
        let text = seal(report).map_err(|error| refused(error.into()))?;
        let mut random = [0_u8; 6];
        getrandom::fill(&mut random).map_err(|error| refused(std::io::Error::other(error.to_string())))?;
        let name = format!("{}-{}-{}", report.array, report.task, crate::step::hex(&random));
        self.replace(&folder.join(name), &[&text], Durable::Now)
    }

    /// The reports of a submission that are not in `seen`, which they are added to; damaged ones are passed over.
    ///
    /// # Errors
    /// Where the system refuses to read them.
    pub fn reports(&self, submission: &str, seen: &mut HashSet<OsString>) -> Result<Vec<TaskReport>, StoreError> {
        let folder = self.submission_folder(submission).join("ended");
        let entries = match fs::read_dir(&folder) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io("read", &folder))?,
        };
        let mut reports = Vec::new();
        for entry in entries.flatten().filter(|entry| seen.insert(entry.file_name())) {
            if let Found::File(bytes) = disk::read(self.root(), &entry.path(), MOST_BYTES)? {
                reports.extend(unseal::<TaskReport>(&bytes));
            }
        }
        Ok(reports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut seen = HashSet::new();
        assert_eq!(store.reports("a", &mut seen).unwrap(), []);
        let report = TaskReport {
            array: 1,
            task: 2,
            job: "7_2".to_owned(),
            host: "h".to_owned(),
            unix_s: 3,
            seconds: 0.5,
            cpu_s: 0.25,
            peak_bytes: 10,
            exit: 0,
            ran: vec!["k".to_owned()],
            found: 1,
            waits_for: None,
            pace: Pace::default(),
        };
        store.leave_report("a", &report).unwrap();
        assert_eq!(store.reports("a", &mut seen).unwrap(), std::slice::from_ref(&report));
        assert_eq!(store.reports("a", &mut seen).unwrap(), []);
        let another = TaskReport { task: 3, ..report };
        store.leave_report("a", &another).unwrap();
        fs::write(store.submission_folder("a").join("ended/9-9-00"), "{}").unwrap();
        assert_eq!(store.reports("a", &mut seen).unwrap(), [another]);
    }
}
