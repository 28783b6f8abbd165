//! `lofi export STUDY --ro-crate`: a study with its results as a research object that registries and validators read.
//!
//! A Workflow Run Crate (RO-Crate 1.1): the study is the workflow, the run that made the stored results its action, tables and
//! figures are what it gave. Start with `command`; `metadata` describes what `contents` collects, `zip` packs it.

mod command;
mod contents;
mod metadata;
mod zip;

pub(in crate::cli) use command::ro_crate;
