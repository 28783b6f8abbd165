//! `lofi new study`: a study that plans and runs, to be gone on with.

use super::study_text::{Images, Method, Plan, Samples};
use super::whole;
use crate::cli::code::Code;
use crate::cli::environment;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::output::{note, say};
use crate::cli::place::Place;
use crate::cli::project::Project;
use crate::cli::study_files::discover;
use crate::dataset::{Choice, DatasetError, State};
use crate::study::wrong_study_part;
use serde_json::json;
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

/// What is new.
#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum New {
    /// Writes a study that compares methods on a data set, with a table, a figure and a claim; on a terminal it asks for
    /// what is not given.
    Study(NewStudy),
}

/// A study to be written.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct NewStudy {
    /// Its name: the path below `studies`, without `.yaml`.
    name: String,
    // Of the type that the option of all commands has: clap keeps the two as one, and this one's meaning counts here.
    /// A card (`lofi data list`). Default: samples that are made, which need no data. (Folders of data: `LOFI_DATA`.)
    #[arg(long, value_name = "CARD")]
    data: Vec<PathBuf>,
    /// A method that is compared. May be repeated; the last is claimed to be the best. Default: ridge and random-features.
    #[arg(long, value_enum)]
    method: Vec<Method>,
    /// The question that it answers.
    #[arg(long)]
    question: Option<String>,
}

/// Writes it.
pub(in crate::cli) fn new(options: &Options, what: New) -> Result<Done, Failure> {
    let New::Study(wanted) = what;
    let folders = environment::folders("LOFI_DATA");
    let project = &Project::open(&Options { data: folders, ..options.clone() })?;
    let place = Place::with_studies(&project.options)?;
    let name = wanted.name.strip_prefix("studies/").unwrap_or(&wanted.name);
    let name = name.strip_suffix(".yaml").unwrap_or(name).to_owned();
    if let Some(why) = name.split('/').find_map(wrong_study_part) {
        return Err(Failure::mistake(format!("`{}` cannot be the name of a study: {why}", wanted.name)));
    }
    // as systems that know no capital letters have it
    if let Some(other) = discover(&place.studies)?.iter().find(|file| file.name.eq_ignore_ascii_case(&name)) {
        return Err(whole::stands(&other.path));
    }
    let wanted = if std::io::stdin().is_terminal() && !project.options.quiet {
        asked(wanted, project, &mut std::io::stdin().lock())?
    } else {
        wanted
    };
    let methods = match wanted.method.as_slice() {
        [] => vec![Method::Ridge, Method::RandomFeatures],
        given => {
            given.iter().enumerate().filter(|(at, one)| !given[..*at].contains(one)).map(|(_, one)| *one).collect()
        }
    };
    let samples = match wanted.data.as_slice() {
        [] => Samples::Made,
        [card] => of_card(project, &card.to_string_lossy())?,
        _ => return Err(Failure::mistake("one `--data CARD`; in a study, `data:` names more, in order of preference")),
    };
    let plan = Plan { name: &name, question: wanted.question.as_deref(), samples, methods: &methods };
    let file = place.studies.join(format!("{name}.yaml"));
    whole::write(&[(file.clone(), plan.text())])?;
    say!("wrote {}", file.strip_prefix(".").unwrap_or(&file).display());
    say!("next: lofi plan {name} && lofi run {name} --report");
    Ok(Done::with(Code::Well, [("study", json!(name))]))
}

/// The samples of a card, as many as there are of its first task.
fn of_card(project: &Project, card: &str) -> Result<Samples, Failure> {
    let known = project.library.card(card)?;
    if known.tasks.first().is_some_and(|task| task.labels().len() < 2) {
        return Err(Failure::mistake(format!(
            "the first task of `{card}` has one class, so there are no labels to learn: add a task to its card, or write a study \
             of the images themselves (lofi list kinds train-network)"
        )));
    }
    match project.library.resolve(&[Choice { card: card.to_owned(), task: None }], None) {
        Ok(data) => Ok(Samples::Card(Images { card: card.to_owned(), train: data.train, test: data.test })),
        Err(DatasetError::Missing(missing)) => {
            note!("{missing}");
            note!("the study is written for as many samples as its card seems to have; it runs once they are here");
            Ok(Samples::Card(Images { card: card.to_owned(), train: 10_000, test: 2000 }))
        }
        Err(other) => Err(other.into()),
    }
}

/// Asks for what is not given; an empty answer is the default.
fn asked(mut wanted: NewStudy, project: &Project, input: &mut dyn BufRead) -> Result<NewStudy, Failure> {
    if wanted.data.is_empty() {
        let here = project.library.list().into_iter().filter(|item| matches!(item.state, State::Here(_)));
        let here = here.map(|item| item.name).collect::<Vec<_>>().join(", ");
        let here = if here.is_empty() { "none is here".to_owned() } else { format!("here: {here}") };
        let card = answer(&format!("data card ({here}; empty: samples that are made)?"), input)?;
        wanted.data.extend(card.map(PathBuf::from));
    }
    while wanted.method.is_empty() {
        let known: Vec<&str> = Method::all().iter().map(|method| method.name()).collect();
        let words = answer(&format!("methods ({}; empty: ridge random-features)?", known.join(", ")), input)?;
        let Some(words) = words else { break };
        let read = |word: &str| Method::all().into_iter().find(|method| method.name() == word).ok_or(word.to_owned());
        let words = words.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        match words.map(read).collect::<Result<Vec<_>, _>>() {
            Ok(methods) => wanted.method = methods,
            Err(word) => note!("there is no method `{word}`"),
        }
    }
    if wanted.question.is_none() {
        wanted.question = answer("the question that it answers?", input)?;
    }
    Ok(wanted)
}

fn answer(question: &str, input: &mut dyn BufRead) -> Result<Option<String>, Failure> {
    note!("{question}");
    let mut line = String::new();
    input.read_line(&mut line).map_err(|e| Failure::file(format!("cannot read the answer: {e}")))?;
    Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_asked_for_what_is_not_given() {
        let project = Project::open(&Options::of_tests()).unwrap();
        let given = || NewStudy { name: "x".to_owned(), data: Vec::new(), method: Vec::new(), question: None };
        let mut answers = "mnist\nmagic\nridge, lofi\nIs it so?\n".as_bytes();
        let wanted = asked(given(), &project, &mut answers).unwrap();
        assert_eq!((wanted.data, wanted.question.as_deref()), (vec![PathBuf::from("mnist")], Some("Is it so?")));
        assert_eq!(wanted.method, [Method::Ridge, Method::Lofi]);
        let wanted = asked(given(), &project, &mut "\n\n\n".as_bytes()).unwrap();
        assert!(wanted.data.is_empty() && wanted.method.is_empty() && wanted.question.is_none());
        // an input that ends is an empty answer
        assert!(asked(given(), &project, &mut "".as_bytes()).unwrap().method.is_empty());
    }
}
