//! `lofi init`: a folder becomes a project with a study that runs.

use super::whole::{self, File};
use crate::cli::bibliography;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{note, say};
use crate::report::Bibliography;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

const STUDY: &str = include_str!("templates/first.yaml");
const WORKFLOW: &str = include_str!("templates/workflow.yml");
const IGNORED: &str = include_str!("templates/gitignore");
const README: &str = include_str!("templates/readme.md");

/// What becomes a project.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Init {
    /// The folder; it need not be there. Default: this one.
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The paper whose results are to be reproduced, by its number, such as arXiv:2605.13612: the study cites it.
    #[arg(long, value_name = "arXiv:ID", value_parser = eprint)]
    paper: Option<String>,
}

/// The number of a paper on arXiv, as people write it.
fn eprint(text: &str) -> Result<String, String> {
    let bare = text.trim();
    let bare = ["https://arxiv.org/abs/", "arxiv.org/abs/"].iter().find_map(|p| bare.strip_prefix(p)).unwrap_or(bare);
    let bare = match bare.split_at_checked(6) {
        Some((head, rest)) if head.eq_ignore_ascii_case("arxiv:") => rest,
        _ => bare,
    };
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let unversioned = bare.rsplit_once('v').filter(|(_, v)| digits(v, 1, 2)).map_or(bare, |(id, _)| id);
    let new = unversioned.split_once('.').is_some_and(|(month, number)| digits(month, 4, 4) && digits(number, 4, 5));
    let old = unversioned.split_once('/').is_some_and(|(field, number)| {
        !field.is_empty()
            && field.bytes().all(|b| b.is_ascii_alphabetic() || b"-.".contains(&b))
            && digits(number, 7, 7)
    });
    if new || old {
        Ok(bare.to_owned())
    } else {
        Err("expected the number of a paper on arXiv, such as arXiv:2605.13612 or cs/0112017".to_owned())
    }
}

/// Writes a project: a first study, what git is to leave alone, a workflow for CI, a readme. What stands there stays.
pub(in crate::cli) fn init(Init { dir, paper }: &Init) -> Result<Done, Failure> {
    refuse_a_project(dir)?;
    let cited = paper.as_deref().map(|id| cite(dir, id)).transpose()?;
    let study = cited.as_ref().map_or_else(|| STUDY.to_owned(), |cited| citing(&cited.key));
    let workflow = WORKFLOW.replace("VERSION", env!("CARGO_PKG_VERSION"));
    let mut files: Vec<File> =
        vec![(dir.join("studies/first.yaml"), study), (dir.join(".github/workflows/lofi.yml"), workflow)];
    files.extend(cited.and_then(|cited| cited.file));
    let optional = [(dir.join(".gitignore"), IGNORED.to_owned()), (dir.join("README.md"), README.to_owned())];
    let (kept, new): (Vec<File>, Vec<File>) =
        optional.into_iter().partition(|(path, _)| path.symlink_metadata().is_ok());
    files.extend(new);
    whole::write(&files)?;
    for (path, text) in &kept {
        told_of_kept(path, text);
    }
    files.iter().for_each(|(path, _)| say!("wrote {}", shown(path)));
    let there = if dir.as_os_str() == "." { String::new() } else { format!("cd {} && ", dir.display()) };
    say!("next: {there}lofi run --report");
    let names: Json = files.iter().map(|(path, _)| json!(shown(path))).collect();
    Ok(Done::with(Code::Well, [("files", names)]))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn refuse_a_project(dir: &Path) -> Result<(), Failure> {
    if dir.symlink_metadata().is_ok() && !dir.is_dir() {
        return Err(Failure::mistake(format!("{} is no folder; name one, or a name that is free", dir.display())));
    }
    let studies = dir.join("studies");
    if studies.symlink_metadata().is_ok() {
        let words =
            "is a project already: nothing is overwritten, no file was written; `lofi new study NAME` adds a study";
        return Err(Failure::mistake(format!("{} stands there, so this {words}", shown(&studies))));
    }
    Ok(())
}

/// A readme and rules of git are the user's own.
fn told_of_kept(path: &Path, text: &str) {
    if !path.ends_with(".gitignore") {
        note!("{} stays as it is", shown(path));
        return;
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    let has =
        |rule: &str| there.lines().any(|line| line.trim().trim_start_matches('/') == rule.trim_start_matches('/'));
    let lacks: Vec<&str> = text.lines().filter(|line| line.starts_with('/') && !has(line)).collect();
    if lacks.is_empty() {
        note!("{} stays as it is", shown(path));
    } else {
        note!("{} stays as it is; add these lines to it:\n{}", shown(path), lacks.join("\n"));
    }
}

/// How the study cites the paper.
struct Cited {
    key: String,
    /// The bibliography that has to be written for it.
    file: Option<File>,
}

/// A paper that the program or the project knows is cited by its key; another gets an entry.
fn cite(dir: &Path, id: &str) -> Result<Cited, Failure> {
    let works = bibliography::bibliography(dir)?;
    if let Some(key) = known(&works, id) {
        return Ok(Cited { key, file: None });
    }
    let path = dir.join("references.bib");
    let key = format!("arxiv-{}", id.replace(['/', '.'], "-"));
    let entry = format!(
        "% Fill in authors, title and year: pages of the report cite the paper by them.\n@misc{{{key},\n  title         = \
         {{arXiv:{id}}},\n  eprint        = {{{id}}},\n  archiveprefix = {{arXiv}},\n  url           = \
         {{https://arxiv.org/abs/{id}}}\n}}\n"
    );
    if path.symlink_metadata().is_ok() {
        return Err(Failure::mistake(format!(
            "{} stands there and has no work of arXiv:{id}: add one, or leave out `--paper`; no file was written",
            shown(&path)
        )));
    }
    Ok(Cited { key, file: Some((path, entry)) })
}

fn known(works: &Bibliography, id: &str) -> Option<String> {
    let version = |id: &str| id.rsplit_once('v').map_or(id.to_owned(), |(id, _)| id.to_owned());
    let (wanted, bare) = (format!("arxiv.org/abs/{id}"), format!("arxiv.org/abs/{}", version(id)));
    let found = works
        .keys()
        .find(|key| works.get(key).is_some_and(|work| work.url.ends_with(&wanted) || work.url.ends_with(&bare)));
    found.map(str::to_owned)
}

/// The first study with the paper that it is about.
fn citing(key: &str) -> String {
    let paper = format!(
        "# The paper whose results are reproduced: a key of references.bib. Its numbers go under `published:`, where ours\n# \
         differs from it under `deviations:` (docs/studies.md of lofi).\npaper: {{cite: {key}}}\n"
    );
    STUDY.replacen("\n# `$name` stands", &format!("\n{paper}\n# `$name` stands"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_papers_are_read_as_people_write_them() {
        for (text, id) in [
            ("arXiv:2605.13612", "2605.13612"),
            ("2605.13612v2", "2605.13612v2"),
            ("https://arxiv.org/abs/1708.07747", "1708.07747"),
            ("arxiv:cs/0112017", "cs/0112017"),
        ] {
            assert_eq!(eprint(text).as_deref(), Ok(id), "{text}");
        }
        for text in ["", "neural-lofi", "26.1", "arXiv:", "2605.13612; rm", "../2605.13612"] {
            assert!(eprint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_paper_that_is_known_is_cited_by_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let cited = cite(folder.path(), "2605.13612v1").unwrap();
        assert!(cited.key == "neural-lofi" && cited.file.is_none());
        let cited = cite(folder.path(), "2401.00001").unwrap();
        assert_eq!(cited.key, "arxiv-2401-00001");
        assert!(Bibliography::parse(&cited.file.unwrap().1).unwrap().get("arxiv-2401-00001").is_some());
        assert!(citing("k").contains("\npaper: {cite: k}\n"));
    }
}
