//! `lofi log`: what was run, checked and blessed with this store, and whether that is as it was written.

use crate::artifact::number;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::LogLine;
use serde_json::{Value as Json, json};

/// Most studies of a line that are named.
const NAMED: usize = 3;

/// Shows the log, or only says whether it is whole.
pub(super) fn log(project: &Project, (verify, last): (bool, Option<usize>)) -> Result<Done, Failure> {
    if !project.store.is_dir() {
        let place = project.store.display();
        return Err(Failure::file(format!("there is no store at {place}; `lofi run` makes it")));
    }
    let logged = project.open_store()?.logged()?;
    if !verify {
        let skipped = logged.lines.len().saturating_sub(last.unwrap_or(usize::MAX));
        for line in logged.lines.iter().skip(skipped) {
            if output::is_json() {
                output::event(&json!({"event": "logged", "line": line.number, "record": line.record}));
            } else {
                say!("{}", in_words(line));
            }
        }
    }
    if logged.cut {
        note!("a writer was killed in the middle of a line after the last one; the next one cuts it off");
    }
    if let Some((line, reason)) = &logged.fault {
        note!("line {line} of {}: {reason}", project.store.join("log.jsonl").display());
        let line = json!(line);
        return Ok(Done::with(Code::Failed, [("lines", json!(logged.lines.len())), ("fault", line)]));
    }
    if verify && !output::is_json() {
        say!("{} lines, each follows the one before it; the last has the hash {}", logged.lines.len(), logged.head);
    }
    Ok(Done::with(Code::Well, [("lines", json!(logged.lines.len())), ("head", json!(logged.head))]))
}

fn in_words(LogLine { number, record }: &LogLine) -> String {
    let text = |name: &str| record.get(name).and_then(Json::as_str).unwrap_or_default();
    let studies: Vec<&str> =
        record.get("studies").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    let more = studies.len().saturating_sub(NAMED);
    let named = studies.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let named = if more > 0 { format!("{named} and {more} more") } else { named };
    let settings = record.get("settings").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let settings: String = settings.map(|setting| format!(" --set {setting}")).collect();
    let counts = ["ran", "cached", "failed", "left_out", "agree", "moved", "blessed"];
    let count = |name: &&str| {
        record.get(*name).and_then(Json::as_u64).map(|count| format!("{count} {}", name.replace('_', " ")))
    };
    let mut parts: Vec<String> = counts.iter().filter_map(count).collect();
    parts.extend(record.get("elapsed_s").and_then(Json::as_f64).map(number::about));
    let commit = text("commit");
    let commit = if commit.is_empty() { String::new() } else { format!(" at {commit}") };
    format!("{number:>4}  {}  {:<6} {named}{settings}: {}{commit}", text("time"), text("what"), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_when_and_how_it_ended() {
        let Json::Object(record) = json!({
            "time": "2026-01-02 03:04 UTC", "what": "run", "studies": ["a@quick", "b@quick", "c@quick", "d@quick"],
            "settings": ["n=3"], "ran": 12, "cached": 3, "failed": 0, "commit": "abc", "elapsed_s": 2.0,
        }) else {
            panic!("an object")
        };
        let line = in_words(&LogLine { number: 7, record });
        let expected = "   7  2026-01-02 03:04 UTC  run    a@quick, b@quick, c@quick and 1 more --set n=3: 12 ran, 3 cached, 0 failed, ";
        assert!(line.starts_with(expected) && line.ends_with(" at abc"), "{line}");
    }
}
