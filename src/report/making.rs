//! How a figure came about, as pages show it.

use serde::Serialize;

/// How a figure came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Making {
    /// The command that computes and draws it, and nothing else.
    pub command: String,
    /// The command that writes it to a file, without the file.
    pub export: String,
    /// Its entry in the study, as written; empty where the file was not read.
    pub yaml: String,
    /// Where that stands, file:line:column.
    pub place: String,
    /// Identity by content: SHA-256 over the code, the parameters and the inputs of all steps before it.
    pub key: String,
    /// The sum of what all steps took that it is made of, whenever they ran.
    pub cost: String,
    /// The same in seconds.
    pub cost_s: f64,
    /// Steps that it is made of, itself among them.
    pub steps: usize,
    /// Those of them of which a result is stored, so that their time is known.
    pub timed: usize,
    /// Seeds of these steps: "100 to 102", "0, 7"; empty where none has a seed.
    pub seeds: String,
    /// Data sets that they read.
    pub data: Vec<DataMark>,
    /// Commits that the results come from, that of the last one first.
    pub commit: String,
    /// The machines.
    pub machine: String,
    /// When the last of the results was computed.
    pub finished: String,
    /// The kinds of these steps, with the beginnings of their code fingerprints.
    pub code: Vec<CodeNote>,
    /// CSV files of what it draws, relative to the page.
    pub csv: Vec<String>,
}

/// A data set that a figure is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DataMark {
    /// The title for people.
    pub title: String,
    /// SHA-256 of the content.
    pub digest: String,
}

/// The code of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeNote {
    /// The kind.
    pub kind: String,
    /// Its fingerprint.
    pub fingerprint: String,
}
