//! One line of the table: a claim at its bar, simulated.

use super::draws::Draw;
use crate::common::run_step;
use lofi::artifact::{Cell, Outcome, Table, Value, Verdict};
use lofi::catalog::KINDS;
use lofi::math::random::Stream;
use lofi::step::ErasedKind;
use serde_json::{Value as Json, json};

/// The planned looks.
pub const LOOKS: [usize; 6] = [3, 5, 8, 12, 18, 30];

/// The numbers of rows' columns, seed by seed; a NaN is a missing number.
pub type Path = Vec<Vec<Vec<f64>>>;

type Generate = Box<dyn Fn(&mut Stream, usize) -> Path + Sync + Send>;

/// A claim with the data that it is made of.
pub struct Line {
    pub kind: &'static str,
    /// What is special about the claim, after its kind.
    pub form: &'static str,
    pub data: String,
    params: Json,
    header: &'static [&'static str],
    generate: Generate,
    /// Where the truth is, for each row of evidence of a path; nothing where intervals are of something else.
    pub truth: Option<f64>,
    /// Outcomes that the truth does not allow: at the bar, any that decides.
    pub wrong: &'static [Outcome],
    /// Why it is outside of the promise, if it is.
    pub outside: Option<&'static str>,
    /// Whether a path has several conditions, so that paths cannot be the conditions of one claim.
    pub several: bool,
}

/// How one path was judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub outcome: Outcome,
    pub covers: Option<bool>,
    pub e_value: f64,
}

impl Line {
    /// A claim about rows with these columns after the seed; the truth is 0, the bar.
    pub fn new<F>(kind: &'static str, (params, header): (Json, &'static [&'static str]), generate: F) -> Self
    where
        F: Fn(&mut Stream, usize) -> Path + Sync + Send + 'static,
    {
        Self {
            kind,
            form: "",
            data: String::new(),
            params,
            header,
            generate: Box::new(generate),
            truth: Some(0.0),
            wrong: &[Outcome::Held, Outcome::Contradicted],
            outside: None,
            several: false,
        }
    }

    pub fn of(self, draw: Draw) -> Self {
        self.on(draw.name())
    }

    pub fn on(self, data: &str) -> Self {
        Self { data: data.to_owned(), ..self }
    }

    pub fn form(self, form: &'static str) -> Self {
        Self { form, ..self }
    }

    pub fn truth(self, truth: Option<f64>) -> Self {
        Self { truth, ..self }
    }

    pub fn wrong(self, wrong: &'static [Outcome]) -> Self {
        Self { wrong, ..self }
    }

    pub fn outside(self, why: &'static str) -> Self {
        Self { outside: Some(why), ..self }
    }

    pub fn several(self) -> Self {
        Self { several: true, ..self }
    }

    pub fn name(&self) -> String {
        let comma = if self.form.is_empty() { "" } else { ", " };
        format!("{}{comma}{}", self.kind, self.form)
    }

    /// Paths of so many seeds, each of a stream of its own.
    pub fn paths(&self, numbers: std::ops::Range<usize>, seeds: usize) -> Vec<Path> {
        let stream = Stream::new(0, &format!("simulation: {}, {}", self.name(), self.data), 0);
        numbers.map(|path| (self.generate)(&mut stream.substream(path as u64), seeds)).collect()
    }

    /// How the first seeds of each path are judged, with planned looks or without.
    pub fn judge(&self, paths: &[Path], (seeds, looks): (usize, &[usize])) -> Vec<Judged> {
        let mut params = self.params.clone();
        params["says"] = json!("s");
        params["looks"] = json!(looks);
        if self.several {
            let alone = |path: &Path| {
                let verdict = self.verdict(&params, std::slice::from_ref(path), seeds);
                Judged { outcome: verdict.outcome, ..self.judged(&verdict.evidence).pop().unwrap() }
            };
            return paths.iter().map(alone).collect();
        }
        params["per"] = json!(["path"]);
        let judged = self.judged(&self.verdict(&params, paths, seeds).evidence);
        assert_eq!(judged.len(), paths.len(), "{}: a path without samples", self.name());
        judged
    }

    /// The estimate from many seeds.
    pub fn limit(&self, seeds: usize) -> f64 {
        let mut params = self.params.clone();
        params["says"] = json!("s");
        let verdict = self.verdict(&params, &self.paths(1 << 40..(1 << 40) + 1, seeds), seeds);
        verdict.evidence.numbers("estimate").unwrap()[0].unwrap()
    }

    fn verdict(&self, params: &Json, paths: &[Path], seeds: usize) -> Verdict {
        let table = self.table(paths, seeds);
        match run_step(kind(self.kind), params, Value::Table(table)).remove(0) {
            Value::Verdict(verdict) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn table(&self, paths: &[Path], seeds: usize) -> Table {
        let mut columns = vec![Vec::new(); self.header.len() + 2];
        for (number, path) in paths.iter().enumerate() {
            for (seed, rows) in path.iter().take(seeds).enumerate() {
                for row in rows {
                    columns[0].push(Cell::from(number));
                    columns[1].push(Cell::from(seed));
                    for (column, value) in columns[2..].iter_mut().zip(row) {
                        column.push(if value.is_nan() { Cell::Null } else { Cell::from(*value) });
                    }
                }
            }
        }
        let names = ["path", "seed"].iter().chain(self.header).map(|name| (*name).to_owned());
        Table::new(names.zip(columns).collect()).unwrap()
    }

    fn judged(&self, evidence: &Table) -> Vec<Judged> {
        let numbers = |name: &str| evidence.numbers(name).unwrap();
        let (low, high) = (numbers("low"), numbers("high"));
        let (e_value, outcome) = (numbers("e_value"), evidence.column("outcome").unwrap());
        let row = |i: usize| Judged {
            outcome: named(&outcome[i]),
            covers: self.truth.and_then(|truth| Some(low[i]? <= truth && truth <= high[i]?)),
            e_value: e_value[i].unwrap_or(f64::NAN),
        };
        (0..evidence.height()).map(row).collect()
    }
}

fn named(cell: &Cell) -> Outcome {
    let all = [Outcome::Held, Outcome::Contradicted, Outcome::Negligible, Outcome::Undecided];
    all.into_iter().find(|outcome| cell.to_string() == outcome.word()).unwrap()
}

fn kind(name: &str) -> &'static dyn ErasedKind {
    *KINDS.iter().find(|kind| kind.name() == name).unwrap()
}
