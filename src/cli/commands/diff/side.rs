//! One side of a comparison: a folder of results, a revision, a profile of the stored results, or what was published.

use crate::baseline::{Baseline, BaselineError};
use crate::cli::commands::report::REPORTS;
use crate::cli::fail::Failure;
use crate::cli::options::Options;
use crate::cli::output::note;
use crate::cli::project::Project;
use crate::engine::{Graph, Store};
use crate::report::costs_in;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A study and a profile.
pub(super) type Which = (String, String);

/// The results of one side, with what they cost where that is known.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub baselines: BTreeMap<Which, Baseline>,
    /// Seconds of one core.
    pub costs: BTreeMap<Which, f64>,
    /// Whether it is stored results of one profile, so that only these are compared.
    pub of_a_profile: bool,
}

/// What a word names.
#[derive(Debug)]
pub(super) enum Side {
    Results(Results),
    Published,
}

/// The word for the papers' numbers.
const PUBLISHED: &str = "published";
const RESULTS: &str = "results";
/// Folders deeper than this have no results.
const DEPTH: usize = 8;

impl Side {
    /// What a word of the command line names.
    pub fn of(options: &Options, word: &str) -> Result<Self, Failure> {
        if word == PUBLISHED {
            return Ok(Self::Published);
        }
        if let Some((study, profile)) = of_a_profile(word) {
            return stored(options, (study, profile)).map(Self::Results);
        }
        let project = Project::open(options)?;
        let folder = Path::new(word);
        if folder.is_dir() {
            // what it cost stands in the reports beside
            let reports = folder.canonicalize().ok().and_then(|path| Some(path.parent()?.join(REPORTS)));
            return read(folder, reports.as_deref()).and_then(|found| some(found, word)).map(Self::Results);
        }
        if !is_revision(&project.root, word) {
            return Err(Failure::mistake(format!(
                "`{word}` is no side of a comparison: expected a folder of results, a git revision such as HEAD~1, a study with \
                 a profile such as lofi/accuracy@quick, all of a profile such as @quick, or `{PUBLISHED}`"
            )));
        }
        let there = tempfile::tempdir().map_err(|e| Failure::file(format!("no folder for {word}: {e}")))?;
        for path in [RESULTS, REPORTS] {
            unpack(&project.root, (word, path), there.path())?;
        }
        read(&there.path().join(RESULTS), Some(&there.path().join(REPORTS)))
            .and_then(|found| some(found, word))
            .map(Self::Results)
    }
}

/// Study and profile of `lofi/accuracy@quick`; git's own `HEAD@{1}` is none.
fn of_a_profile(word: &str) -> Option<(&str, &str)> {
    let (study, profile) = word.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_+".contains(c);
    (!profile.is_empty() && profile.chars().all(plain)).then_some((study, profile))
}

/// The stored results of studies in a profile.
fn stored(options: &Options, (study, profile): (&str, &str)) -> Result<Results, Failure> {
    let project = Project::open(&Options { profile: profile.to_owned(), ..options.clone() })?;
    let patterns: Vec<String> = if study.is_empty() { Vec::new() } else { vec![study.to_owned()] };
    let studies = project.load(&patterns)?;
    let (graph, store) = (Graph::new(&studies), project.open_store()?);
    let mut results = Results { of_a_profile: true, ..Results::default() };
    for (index, study) in studies.iter().enumerate() {
        let name = &study.head.study;
        let baseline = match Baseline::of(study, (&graph, index), &store) {
            Ok(baseline) => baseline,
            Err(BaselineError::NotRun(_)) if studies.len() > 1 => {
                note!("{name}: no stored results of profile {profile}; it is left out");
                continue;
            }
            Err(BaselineError::NotRun(_)) => return Err(Failure::mistake(not_run(name, profile))),
            Err(other) => return Err(other.into()),
        };
        let which = (name.clone(), study.profile.clone());
        results.costs.insert(which.clone(), cost(&graph.places[index], (&graph, &store))?);
        results.baselines.insert(which, baseline);
    }
    match results.baselines.is_empty() {
        true => Err(Failure::mistake(not_run(study, profile))),
        false => Ok(results),
    }
}

fn not_run(study: &str, profile: &str) -> String {
    let pattern = if study.is_empty() { String::new() } else { format!(" {study}") };
    format!("`{study}@{profile}` has no stored results; `lofi run{pattern} --profile {profile}` computes them")
}

fn cost(places: &[usize], (graph, store): (&Graph, &Store)) -> Result<f64, Failure> {
    let places: std::collections::BTreeSet<usize> = places.iter().copied().collect();
    let mut seconds = 0.0;
    for place in places {
        seconds += store.entry(&graph.nodes[place].key)?.map_or(0.0, |entry| entry.elapsed_s);
    }
    Ok(seconds.round())
}

/// All results below a folder.
fn read(folder: &Path, reports: Option<&Path>) -> Result<Results, Failure> {
    let mut results = Results { costs: reports.map(costs_in).unwrap_or_default(), ..Results::default() };
    let mut found = Vec::new();
    manifests(folder, &mut Vec::new(), &mut found);
    for (study, profile) in found {
        let baseline = Baseline::read(folder, &study, &profile)?;
        results.baselines.insert((study, profile), baseline);
    }
    Ok(results)
}

fn some(results: Results, word: &str) -> Result<Results, Failure> {
    if results.baselines.is_empty() {
        return Err(Failure::mistake(format!(
            "`{word}` has no results: expected STUDY/PROFILE/manifest.json below it, as `lofi bless` writes them into \
             `{RESULTS}`"
        )));
    }
    Ok(results)
}

/// Studies and profiles with a manifest.
fn manifests(folder: &Path, names: &mut Vec<String>, found: &mut Vec<Which>) {
    if let ([study @ .., profile], true) = (names.as_slice(), folder.join("manifest.json").is_file())
        && !study.is_empty()
    {
        found.push((study.join("/"), profile.clone()));
    }
    if names.len() >= DEPTH {
        return;
    }
    let mut inner: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    inner.sort();
    for name in inner {
        let path: PathBuf = folder.join(&name);
        names.push(name);
        manifests(&path, names, found);
        names.pop();
    }
}

fn is_revision(root: &Path, word: &str) -> bool {
    let commit = format!("{word}^{{commit}}");
    let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
    git(root, &asked).is_ok_and(|output| output.status.success())
}

/// Writes a folder of a revision into another folder; nothing where the revision has none.
fn unpack(root: &Path, (revision, path): (&str, &str), to: &Path) -> Result<(), Failure> {
    let refused = |why: String| Failure::file(format!("cannot read {path} of {revision}: {why}"));
    let listed = git(root, &["ls-tree", "--name-only", revision, "--", path]).map_err(|e| refused(e.to_string()))?;
    if listed.stdout.is_empty() {
        return Ok(());
    }
    let packed = ["archive", "--format=tar", revision, "--", path];
    let output = git(root, &packed).map_err(|e| refused(e.to_string()))?;
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    tar::Archive::new(output.stdout.as_slice()).unpack(to).map_err(|e| refused(e.to_string()))
}

fn git(root: &Path, arguments: &[&str]) -> std::io::Result<std::process::Output> {
    Command::new("git").arg("-C").arg(root).args(arguments).output()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_told_from_a_revision() {
        for (word, expected) in [
            ("lofi/accuracy@quick", Some(("lofi/accuracy", "quick"))),
            ("@quick+as-published", Some(("", "quick+as-published"))),
            ("HEAD@{1}", None),
            ("HEAD~1", None),
            ("a@", None),
        ] {
            assert_eq!(of_a_profile(word), expected, "{word}");
        }
    }

    #[test]
    fn results_are_found_whatever_their_depth() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a/b/quick", "c/smoke", "a/b/.blessing-x", "alone"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["a/b/quick", "c/smoke", "a/b/.blessing-x", "alone", ""] {
            std::fs::write(folder.path().join(path).join("manifest.json"), "{}").unwrap();
        }
        let mut found = Vec::new();
        manifests(folder.path(), &mut Vec::new(), &mut found);
        let found: Vec<(&str, &str)> = found.iter().map(|(s, p)| (s.as_str(), p.as_str())).collect();
        assert_eq!(found, [("a/b", "quick"), ("c", "smoke")]);
    }
}
