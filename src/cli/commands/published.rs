//! `lofi list published`: how the papers' numbers ended, from stored results.

use super::report::info;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::engine::Graph;
use crate::report::{NotHere, PublishedTally, Report, StudyReport, TableReport};
use serde_json::json;

/// Lists each comparison with published numbers: how many are compared, and why the others are not here.
pub(in crate::cli) fn published(project: &Project, patterns: &[String]) -> Result<Done, Failure> {
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let report = Report::build(&studies, &Graph::new(&studies), &store, &info(project)?)?;
    let pages = || report.studies.iter().filter(|study| !study.comparisons.is_empty());
    pages().for_each(show);
    let total = pages().fold(PublishedTally::default(), |sum, study| {
        sum.and(PublishedTally::sum(study.comparisons.iter().map(|table| &table.published)))
    });
    if !output::is_json() {
        let words = total.words();
        say!("{}", if words.is_empty() { "no published numbers beside stored results" } else { &words });
    }
    Ok(Done::with(Code::Well, [("published", json!(total))]))
}

fn show(study: &StudyReport) {
    if output::is_json() {
        for table in &study.comparisons {
            let (name, title, tally, reasons) =
                (&table.name, &table.title, table.published.tally, &table.published.not_here);
            output::event(&json!({
                "event": "published", "study": study.name, "profile": study.profile, "table": name, "column": title,
                "tally": tally, "not_here": reasons,
            }));
        }
        return;
    }
    say!("{} ({}): {}", study.name, study.profile, study.published);
    study.comparisons.iter().for_each(show_table);
}

fn show_table(table: &TableReport) {
    say!("  {}, {}: {}", table.name, table.title, table.published.tally.words());
    for NotHere { count, status, because } in &table.published.not_here {
        say!("    {count:>4} {status:<12} {because}");
    }
}
