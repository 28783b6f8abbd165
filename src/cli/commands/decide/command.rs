//! `lofi register` and `lofi decide`.

use super::choose::{Candidate, Choice, ranked};
use super::claim::Claim;
use super::family::{Member, Paper, paper_of, papers};
use super::offer::Standing;
use super::one_study::OneStudy;
use super::pace::Pace;
use super::record::registered;
use super::table::Line;
use crate::artifact::{Outcome, number};
use crate::baseline::Baseline;
use crate::cli::code::Code;
use crate::cli::commands::run::{Ran, code_of, execute, print_failures};
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::stop;
use crate::cli::study_files::StudyFile;
use crate::engine::{Graph, Store};
use crate::study::{OutputKind, SeedRecord, Study};
use serde_json::json;
use std::time::{Duration, Instant};

/// How far claims are to be decided.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::cli) struct Wish {
    /// No batch begins that would end later; none for as long as it takes.
    pub budget: Option<Duration>,
    /// Most seeds of a condition.
    pub max_seeds: Option<usize>,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
}

/// Writes down the claims of studies, their looks and their cap.
pub(in crate::cli) fn register(
    project: &Project,
    patterns: &[String],
    max_seeds: Option<usize>,
) -> Result<Done, Failure> {
    let wish = Wish { max_seeds, ..Wish::default() };
    let all = registered_all(project, patterns, wish)?;
    Ok(Done::with(Code::Well, [("studies", json!(all.len()))]))
}

/// Adds seeds where claims are open until they are decided, cannot be, or the budget is used.
pub(in crate::cli) fn decide(project: &Project, patterns: &[String], wish: Wish) -> Result<Done, Failure> {
    let start = Instant::now();
    let mut all = registered_all(project, patterns, wish)?;
    let store = if wish.dry_run {
        project.open_store()?
    } else {
        let studies: Vec<Study> = all.iter().map(|one| one.study.clone()).collect();
        done_well(project, execute(project, &studies)?)?.store
    };
    for one in &mut all {
        one.read((project, &store))?;
    }
    let (rounds, why) = match wish.dry_run {
        true => (0, would_do(project, &all)),
        false => add_seeds(project, &mut all, (&store, wish, start))?,
    };
    for one in &mut all {
        one.price_what_stays_open((project, &store))?;
    }
    let lines = tell(project, patterns, (&all, &store))?;
    if output::is_json() {
        output::event(&json!({"event": "stopped", "because": why}));
    } else if !project.options.quiet {
        say!("{why}");
    }
    let count = |word: &str| json!(lines.iter().filter(|line| line.outcome() == word).count());
    let words = ["held", "contradicted", "negligible", "undecided", "not at this scale", "untested"];
    let verdicts = words.iter().map(|word| ((*word).to_owned(), count(word))).collect::<serde_json::Map<_, _>>();
    let elapsed_s = start.elapsed().as_secs_f64();
    Ok(Done::with(
        Code::Well,
        [("rounds", json!(rounds)), ("verdicts", json!(verdicts)), ("elapsed_s", json!(elapsed_s))],
    ))
}

/// The studies with their records, which are written where they are new.
fn registered_all(project: &Project, patterns: &[String], wish: Wish) -> Result<Vec<OneStudy>, Failure> {
    if !project.options.set.is_empty() {
        return Err(Failure::mistake(
            "claims are registered without --set: they must be those of the study as committed",
        ));
    }
    project.files(patterns)?.into_iter().map(|file| registered_one(project, file, wish)).collect()
}

fn registered_one(project: &Project, file: StudyFile, wish: Wish) -> Result<OneStudy, Failure> {
    let study = project.load_one(&file, None)?;
    let before = project.record(&file).map_err(|fault| vec![fault])?;
    let blessed = Baseline::folder(&project.results(), &file.name, &study.profile).join("manifest.json").is_file();
    let record = registered(&study, (before.as_ref(), blessed), wish.max_seeds);
    if wish.max_seeds.is_some_and(|most| most > record.max_seeds) && !project.options.quiet {
        let (name, most) = (&file.name, record.max_seeds);
        note!(
            "{name}: at most {most} seeds, as was registered before seeds were seen; `--max-seeds` may only be less now"
        );
    }
    if before.as_ref() == Some(&record) {
        return Ok(OneStudy { file, record, study, most: wish.max_seeds, claims: Vec::new() });
    }
    let one = OneStudy::load(project, (file, record), wish.max_seeds)?;
    if !wish.dry_run {
        one.write(project)?;
        tell_registered(project, (&one, before.as_ref()));
    }
    Ok(one)
}

fn tell_registered(project: &Project, (one, before): (&OneStudy, Option<&SeedRecord>)) {
    let new = |name: &String| before.and_then(|before| before.claims.get(name)) != one.record.claims.get(name);
    let names: Vec<&String> = one.record.claims.keys().filter(|name| new(name)).collect();
    let (study, profile, looks) = (&one.file.name, &one.study.profile, &one.record.looks);
    if output::is_json() {
        let event = json!({
            "event": "registered", "study": study, "profile": profile, "claims": names, "looks": looks,
            "max_seeds": one.record.max_seeds,
        });
        output::event(&event);
        return;
    }
    if project.options.quiet {
        return;
    }
    let counts: Vec<String> = looks.iter().map(ToString::to_string).collect();
    let claims = if names.len() == 1 { "1 claim".to_owned() } else { format!("{} claims", names.len()) };
    say!("registered {study} ({profile}): {claims}, looks at {} seeds", counts.join(", "));
    for name in names {
        let Some(from) = one.record.claims.get(name).and_then(|claim| claim.from) else { continue };
        say!("  {name}: new or changed after seeds were seen; it is judged on seeds from {from} on");
    }
}

/// Adds seeds, batch by batch; the number of batches and why it ended.
fn add_seeds(
    project: &Project,
    all: &mut [OneStudy],
    (store, wish, start): (&Store, Wish, Instant),
) -> Result<(usize, String), Failure> {
    let (mut rounds, mut pace) = (0, Pace::of(project.options.at_once()));
    loop {
        if stop::of_process().asked() {
            return Err(Failure::Message(Code::Stopped, "stopped".to_owned()));
        }
        let choices = ranked(&candidates(all));
        let Some(cheapest) = choices.iter().map(|choice| pace.seconds(choice.flops)).min_by(f64::total_cmp) else {
            return Ok((rounds, "stopped: no claim is open that more seeds would decide".to_owned()));
        };
        let left = wish.budget.map_or(f64::INFINITY, |budget| (budget.saturating_sub(start.elapsed())).as_secs_f64());
        if left <= 0.0 {
            return Ok((rounds, "stopped: the budget is used".to_owned()));
        }
        let Some(choice) = choices.into_iter().find(|choice| pace.seconds(choice.flops) <= left) else {
            let (cheapest, left) = (number::about(cheapest), number::about(left));
            return Ok((rounds, format!("stopped: the next seeds take about {cheapest}, the budget has {left} left")));
        };
        tell_batch(project, &all[choice.study], (&choice, &pace));
        let one = &mut all[choice.study];
        one.extend(project, &choice.claims)?;
        let done = done_well(project, execute(project, std::slice::from_ref(&one.study))?)?;
        pace.took(done.summary.elapsed_s, choice.flops);
        one.read((project, store))?;
        rounds += 1;
    }
}

fn candidates(all: &[OneStudy]) -> Vec<Candidate<'_>> {
    let mut found = Vec::new();
    for (study, one) in all.iter().enumerate() {
        for (claim, known) in one.claims.iter().enumerate() {
            if let Standing::Open(offer) = &known.standing {
                found.push(Candidate { study, claim, offer, flops: known.flops });
            }
        }
    }
    found
}

fn done_well(project: &Project, done: Ran) -> Result<Ran, Failure> {
    if done.summary.failed.is_empty() {
        return Ok(done);
    }
    print_failures(project, &done.summary);
    Err(Failure::Message(code_of(&done.summary.failed), "a step failed; no more seeds were added".to_owned()))
}

fn tell_batch(project: &Project, one: &OneStudy, (choice, pace): (&Choice, &Pace)) {
    let names: Vec<&str> = choice.claims.iter().map(|&claim| one.claims[claim].claim.name.as_str()).collect();
    let batch = choice.claims.first().map(|&claim| &one.claims[claim].standing);
    let Some(Standing::Open(offer)) = batch else { return };
    let study = &one.file.name;
    if output::is_json() {
        output::event(&json!({
            "event": "seeds", "study": study, "profile": one.study.profile, "claims": names, "added": offer.batch,
            "estimated_s": pace.seconds(choice.flops),
        }));
        return;
    }
    if project.options.quiet {
        return;
    }
    let cells = |filter: String| if filter.is_empty() { String::new() } else { format!(" at {filter}") };
    let seeds: Vec<String> = offer
        .batch
        .iter()
        .map(|added| format!("{} to {}{}", added.from, added.to - 1, cells(added.filter.to_string())))
        .collect();
    let time = number::about(pace.seconds(choice.flops));
    say!("{study}: seeds {} for {}, about {time}", seeds.join("; "), names.join(", "));
}

/// The batches in the order in which they would be run.
fn would_do(project: &Project, all: &[OneStudy]) -> String {
    let choices = ranked(&candidates(all));
    let pace = Pace::of(project.options.at_once());
    choices.iter().for_each(|choice| tell_batch(project, &all[choice.study], (choice, &pace)));
    format!("nothing was run or written; {} batches would be run first", choices.len())
}

/// Prints how every claim stands, and how many are held in each paper.
fn tell(project: &Project, patterns: &[String], (all, store): (&[OneStudy], &Store)) -> Result<Vec<Line>, Failure> {
    let papers = papers(&members(project, patterns, (all, store))?).map_err(|e| Failure::mistake(e.to_string()))?;
    let mut lines = Vec::new();
    for one in all {
        let of_study: Vec<Line> = one.claims.iter().map(|known| Line::of((one, known), &papers)).collect();
        if output::is_json() {
            of_study.iter().for_each(|line| line.print_json(&one.study.profile));
        } else if !project.options.quiet {
            say!("{}", one.file.name);
            of_study.iter().for_each(Line::print);
        }
        lines.extend(of_study);
    }
    if !project.options.quiet || output::is_json() {
        papers.iter().for_each(tell_paper);
    }
    Ok(lines)
}

fn tell_paper(paper: &Paper) {
    let Paper { name, claims, held, survive } = paper;
    if output::is_json() {
        let sure = survive.len();
        output::event(&json!({"event": "paper", "paper": name, "claims": claims, "held": held, "survive_holm": sure}));
    } else {
        say!("{}", paper.words());
    }
}

/// The claims of all papers that the studies are of, those of their other studies as they are stored.
fn members(
    project: &Project,
    patterns: &[String],
    (all, store): (&[OneStudy], &Store),
) -> Result<Vec<Member>, Failure> {
    let of = |study: &str, claim: &Claim| Member {
        study: study.to_owned(),
        claim: claim.name.clone(),
        is_held: claim.outcome() == Outcome::Held,
        p_value: claim.p_value(),
    };
    let asked = all.iter().flat_map(|one| one.claims.iter().map(move |known| of(&one.file.name, &known.claim)));
    let mut found: Vec<Member> = asked.collect();
    let is_asked = |name: &str| all.iter().any(|one| one.file.name == name);
    let mut folders: Vec<String> = all.iter().map(|one| paper_of(&one.file.name).to_owned()).collect();
    folders.dedup();
    let files = if patterns.is_empty() { Vec::new() } else { project.files(&folders)? };
    for file in files.into_iter().filter(|file| !is_asked(&file.name)) {
        let study = project.load_one(&file, None)?;
        let record = project.record(&file).map_err(|fault| vec![fault])?;
        let record = record.unwrap_or_else(|| SeedRecord::new(Vec::new(), 0));
        let graph = Graph::new(std::slice::from_ref(&study));
        let claims = study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
        found
            .extend(claims.map(|output| of(&file.name, &Claim::read((&study, output), (&graph, 0), (store, &record)))));
    }
    Ok(found)
}
