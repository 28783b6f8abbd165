//! `lofi data`: what is here, how to get the rest, and whether it is whole.

use super::authoring::{Add, add};
use crate::artifact::one_line;
use crate::cli::code::Code;
use crate::cli::fail::Failure;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::dataset::{DatasetError, Listing, State};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};
use std::ops::ControlFlow;

/// What to do with data sets.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum What {
    /// Every card: where its files are, or how to get them.
    List,
    /// Downloads a data set into the store, continuing where a download was cut.
    Fetch {
        /// Cards; with --for-studies, those that the studies would rather use than what is here.
        cards: Vec<String>,
        /// Tries what the studies prefer; a download that fails is said and is no error.
        #[arg(long)]
        for_studies: bool,
    },
    /// Looks at images, arrays or tables of your own and writes a card to `datasets`, with which studies use them.
    Add(Add),
    /// Reads every file of data sets, compares it with its checksum and decodes every record.
    Verify {
        /// Cards. Default: all that are here.
        cards: Vec<String>,
    },
}

/// Does it.
pub(in crate::cli) fn data(project: &Project, what: Option<What>) -> Result<Code, Failure> {
    match what.unwrap_or(What::List) {
        What::List => Ok(list(project)),
        What::Fetch { for_studies: true, .. } => fetch_preferred(project),
        What::Fetch { cards, .. } if cards.is_empty() => {
            Err(Failure::mistake("name a card; `lofi data list` shows them"))
        }
        What::Fetch { cards, .. } => cards.iter().try_fold(Code::Well, |_, card| fetch(project, card)),
        What::Add(wanted) => add(project, &wanted),
        What::Verify { cards } => verify(project, cards),
    }
}

fn list(project: &Project) -> Code {
    for item in project.library.list() {
        if output::is_json() {
            output::event(&described(&item));
            continue;
        }
        let state = match item.state {
            State::Here(folder) => format!("here: {}", folder.display()),
            State::Fetchable(size) => {
                let size = size.map_or(String::new(), |bytes| format!(" ({} MB)", bytes / 1_000_000));
                format!("lofi data fetch {}{size}", item.name)
            }
            State::Manual(hints) => hints.iter().map(|hint| hint.mend.clone()).collect::<Vec<_>>().join("; or "),
        };
        say!("{:<22} {:<34} {state}", item.name, item.title);
    }
    Code::Well
}

/// A card for programs.
fn described(item: &Listing) -> Json {
    let mut line = json!({"event": "card", "card": item.name, "title": item.title});
    let (state, name, more) = match &item.state {
        State::Here(folder) => ("here", "folder", json!(folder.display().to_string())),
        State::Fetchable(bytes) => ("fetchable", "bytes", json!(bytes)),
        State::Manual(hints) => ("manual", "hints", hints.iter().map(|hint| json!(hint.mend)).collect()),
    };
    line["state"] = json!(state);
    line[name] = more;
    line
}

fn fetch(project: &Project, card: &str) -> Result<Code, Failure> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let fetched = project.library.fetch(card, &mut |progress| {
        bar.set_message(one_line(progress.file).into_owned());
        if let Some(total) = progress.total_bytes {
            bar.set_length(total);
        }
        bar.set_position(progress.done_bytes);
        ControlFlow::Continue(())
    });
    let fetched = fetched.map_err(|error| {
        let place = project.library.place(card, &error);
        match (Failure::from(error), place) {
            (Failure::Message(code, text), Some(place)) => Failure::Message(code, format!("{text}\nthe card: {place}")),
            (failure, _) => failure,
        }
    })?;
    bar.finish_and_clear();
    let word = if fetched.already_here { "is here already" } else { "fetched" };
    say!("{card}: {word}: {}", fetched.folder.display());
    Ok(Code::Well)
}

/// The name of the note that a fetch failed, so that the next `make reproduce` does not try again for a day.
const TRIED: &str = "fetch-tried";
const TRY_AGAIN_AFTER_S: u64 = 24 * 3600;

fn fetch_preferred(project: &Project) -> Result<Code, Failure> {
    let note = project.store.join("data").join(TRIED);
    let fresh = std::fs::metadata(&note).and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
    if fresh.is_some_and(|age| age.as_secs() < TRY_AGAIN_AFTER_S) {
        return Ok(Code::Well);
    }
    for card in wanted(project)? {
        if let Err(failure) = fetch(project, &card) {
            let reason = match failure {
                Failure::Message(_, text) => text,
                Failure::Faults(faults) => faults.iter().map(|f| f.message.clone()).collect::<Vec<_>>().join("; "),
            };
            note!("{card} could not be fetched ({reason}); the studies use the next data set they name");
            let _ = std::fs::create_dir_all(project.store.join("data")).and_then(|()| std::fs::write(&note, card));
        }
    }
    Ok(Code::Well)
}

/// For every study: the cards it names before the first that is here, as far as they can be downloaded.
fn wanted(project: &Project) -> Result<Vec<String>, Failure> {
    let listing = project.library.list();
    let mut wanted: Vec<String> = Vec::new();
    for file in project.files(&[])? {
        for card in crate::study::cards(&file.path, (&project.root, &project.options.profile))? {
            match listing.iter().find(|item| item.name == card).map(|item| &item.state) {
                Some(State::Here(_)) => break,
                Some(State::Fetchable(_)) if !wanted.contains(&card) => wanted.push(card),
                _ => {}
            }
        }
    }
    Ok(wanted)
}

fn verify(project: &Project, cards: Vec<String>) -> Result<Code, Failure> {
    let here = project.library.list().into_iter().filter(|item| matches!(item.state, State::Here(_)));
    let cards = if cards.is_empty() { here.map(|item| item.name).collect() } else { cards };
    let mut code = Code::Well;
    for card in cards {
        match project.library.verify(&card) {
            Ok(found) => {
                let unchecked = found.files.iter().filter(|file| !file.checked).count();
                let note =
                    if unchecked == 0 { String::new() } else { format!(" ({unchecked} files without a checksum)") };
                say!("{card}: whole, {} training and {} test records{note}", found.train, found.test);
            }
            Err(error @ (DatasetError::UnknownCard { .. } | DatasetError::Cards(_))) => return Err(error.into()),
            Err(error) => {
                let place = project.library.place(&card, &error).map_or(String::new(), |place| format!(" ({place})"));
                note!("{card}{place}: {error}");
                code = Code::Data;
            }
        }
    }
    if output::read_by_a_person() && code == Code::Well {
        say!("all data sets that are here are whole");
    }
    Ok(code)
}
