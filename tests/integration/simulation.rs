//! How often claims decide falsely, and how often they decide at all: every kind on simulated rows.
//!
//! `make simulate` runs it and writes the tables of docs/statistics.md between their markers.

mod draws;
mod line;
mod lines;
mod lines_of_counts;

use crate::project::repository;
use line::{Judged, LOOKS, Line};
use lofi::artifact::Outcome;
use lofi::catalog::KINDS;
use lofi::step::roles::Role;
use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const PATHS: usize = 20_000;
/// Where the paths are judged one by one.
const FEWER: usize = 5_000;
const TOGETHER: usize = 500;
/// Numbers of seeds that a study fixes.
const FIXED: [usize; 4] = [3, 5, 10, 30];
const MOST: f64 = 5.5;
const EFFECTS: [f64; 4] = [0.5, 1.0, 2.0, 4.0];
const BEGIN: &str = "<!-- simulated: begin (make simulate) -->";
const END: &str = "<!-- simulated: end -->";

/// A share of paths, counted.
#[derive(Default, Clone, Copy)]
struct Share {
    met: usize,
    of: usize,
}

impl Share {
    fn add(&mut self, met: bool) {
        self.met += usize::from(met);
        self.of += 1;
    }

    fn cell(self) -> String {
        if self.of == 0 { "–".to_owned() } else { format!("{:.1}", 100.0 * self.met as f64 / self.of as f64) }
    }
}

/// What is counted of a line.
#[derive(Default)]
struct Counted {
    decided: [Share; FIXED.len()],
    covers: [Share; FIXED.len()],
    at_any_look: Share,
    covers_at_stop: Share,
    evidence: Share,
    seeds: f64,
}

impl Counted {
    fn of(line: &Line, (paths, wrong): (usize, &[Outcome])) -> Self {
        let mut counted = Self::default();
        for first in (0..paths).step_by(TOGETHER) {
            let paths = line.paths(first..first + TOGETHER, LOOKS[5]);
            for (at, seeds) in FIXED.into_iter().enumerate() {
                for judged in line.judge(&paths, (seeds, &[])) {
                    counted.decided[at].add(wrong.contains(&judged.outcome));
                    judged.covers.into_iter().for_each(|covers| counted.covers[at].add(covers));
                }
            }
            let looks = LOOKS.map(|seeds| line.judge(&paths, (seeds, &LOOKS)));
            (0..TOGETHER).for_each(|path| counted.stopped(&looks.each_ref().map(|look| look[path]), wrong));
        }
        counted
    }

    /// One path, of an adversary who ends it at the first look that decides.
    fn stopped(&mut self, looks: &[Judged; LOOKS.len()], wrong: &[Outcome]) {
        self.at_any_look.add(looks.iter().any(|look| wrong.contains(&look.outcome)));
        let last = looks.iter().position(|look| look.outcome != Outcome::Undecided).unwrap_or(LOOKS.len() - 1);
        self.seeds += LOOKS[last] as f64;
        looks[last].covers.into_iter().for_each(|covers| self.covers_at_stop.add(covers));
        let all = looks[LOOKS.len() - 1].e_value;
        if !all.is_nan() {
            self.evidence.add(all > 20.0);
        }
    }

    fn least_cover(&self) -> Share {
        let share = |share: &Share| share.met as f64 / share.of.max(1) as f64;
        self.covers.iter().copied().min_by(|a, b| share(a).total_cmp(&share(b))).unwrap()
    }

    fn row(&self, line: &Line) -> String {
        let mut row = format!("| {} | {} |", line.name(), line.data);
        for share in self.decided.iter().chain([&self.at_any_look]) {
            let _ = write!(row, " {} |", share.cell());
        }
        for share in [self.least_cover(), self.covers_at_stop, self.evidence] {
            let _ = write!(row, " {} |", share.cell());
        }
        if let Some(why) = line.outside {
            let _ = write!(row, " {why} |");
        }
        row
    }
}

/// A result for each, in their order, from two threads.
fn each<T: Sync, R: Send>(all: &[T], result: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, one)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?)))
                {
                    let result = result(one);
                    found.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, result)| result).collect()
}

fn false_decisions() -> String {
    let lines = lines::lines();
    let rows = each(&lines, |line| {
        let paths = if line.several { FEWER } else { PATHS };
        Counted::of(line, (paths, line.wrong)).row(line)
    });
    let columns = "| claim | data | 3 | 5 | 10 | 30 | looks | covers | covers, looks | e > 20 |";
    let rule = "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|";
    let of = |is_outside: bool| {
        let rows = lines.iter().zip(&rows).filter(move |(line, _)| line.outside.is_some() == is_outside);
        rows.map(|(_, row)| format!("{row}\n")).collect::<String>()
    };
    format!(
        "**False decisions, per cent**\n\n{columns}\n{rule}\n{}\n**Outside of the promise, per cent**\n\n\
         {columns} why, and what to do |\n{rule}---|\n{}",
        of(false),
        of(true)
    )
}

fn power() -> String {
    let of_effects = each(&EFFECTS, |&effect| {
        let cells = |line: &Line| {
            let decided = Counted::of(line, (FEWER, &[Outcome::Held]));
            let fixed: Vec<String> = decided.decided[..3].iter().map(|share| share.cell()).collect();
            let seeds = decided.seeds / FEWER as f64;
            format!(
                "| {}, {} | {effect} | {} | {} | {seeds:.1} |",
                line.name(),
                line.data,
                fixed.join(" | "),
                decided.at_any_look.cell()
            )
        };
        lines::mean_like(effect).iter().map(cells).collect::<Vec<_>>()
    });
    let mut rows = String::new();
    for line in 0..of_effects[0].len() {
        of_effects.iter().for_each(|rows_of| rows += &format!("{}\n", rows_of[line]));
    }
    format!(
        "**Power: held, per cent**\n\n| claim | δ | 3 | 5 | 10 | looks | mean seeds |\n|---|--:|--:|--:|--:|--:|--:|\n{rows}"
    )
}

/// The guide, in three parts: before the tables, they, and after them.
fn guide() -> [String; 3] {
    let text = fs::read_to_string(repository().join("docs/statistics.md")).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (tables, after) = rest.split_once(END).unwrap();
    [before, tables, after].map(ToOwned::to_owned)
}

#[test]
#[ignore = "minutes; make simulate"]
fn simulate() {
    let tables = format!("{}\n{}", false_decisions(), power());
    print!("{tables}");
    let [before, _, after] = guide();
    fs::write(repository().join("docs/statistics.md"), format!("{before}{BEGIN}\n\n{tables}\n{END}{after}")).unwrap();
}

/// The cells of the first table's rows.
fn promised(tables: &str) -> Vec<Vec<String>> {
    let first = tables.split("**Outside of the promise").next().unwrap();
    let rows = first.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| claim"));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_guide_has_simulated_every_kind_of_claim_and_none_decides_falsely() {
    let rows = promised(&guide()[1]);
    let claims = KINDS.iter().filter(|kind| matches!(kind.role(), Role::Claim(_)));
    for kind in claims {
        let is_there = rows.iter().any(|row| row[0].split(',').next() == Some(kind.name()));
        assert!(is_there, "docs/statistics.md has no line for `{}`: make simulate", kind.name());
    }
    for row in &rows {
        for cell in &row[2..7] {
            let share: f64 = cell.parse().unwrap();
            assert!(share <= MOST, "{}, {}: {share} % of true nulls were decided", row[0], row[1]);
        }
    }
    // the lines are those of the simulation: what was added or taken away since is seen
    let lines: Vec<[String; 2]> = lines::lines()
        .iter()
        .filter(|line| line.outside.is_none())
        .map(|line| [line.name(), line.data.clone()])
        .collect();
    let named: Vec<[String; 2]> = rows.iter().map(|row| [row[0].clone(), row[1].clone()]).collect();
    assert_eq!(named, lines, "make simulate");
}
