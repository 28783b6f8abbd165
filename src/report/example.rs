//! Studies with every outcome, as a project of their own, and how tests look at their pages.

use super::fixture::{add, add_known, data, info, run, study};
use super::model::Report;
use super::scale::{Needs, Outlook, Scales, StudyScales};
use crate::report::pages::write::Written;
use crate::step::roles::{comparison, evidence};
use crate::step::{Column, ColumnRole, Header};
use crate::study::{Deviation, Given, Notes, OutputKind, Study, Wire};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SUMMARY: &str = "model;n_train;test_error;test_error_low;test_error_high;samples
LoFi;500;0.262;0.251;0.272;10
LoFi;5000;0.149;0.1451;0.1532;10
LoFi;50000;0.098;0.0962;0.1003;10
Random features;500;0.301;0.289;0.3127;10
Random features;5000;0.205;0.1999;0.2104;10
Random features;50000;0.16;0.1577;0.1622;10";
const COMPARED: &str =
    "model;n_train;column;ours;ours_low;ours_high;published;deviation;relative_deviation;within_interval;status;because
LoFi;500;test_error;0.262;0.251;0.272;0.2504;0.0116;0.0463;false;compared;
LoFi;5000;test_error;0.149;0.1451;0.1532;0.1521;-0.0031;-0.0204;true;compared;
LoFi;20000;test_error;;;;0.1021;;;;scale;n is 5000 at most
LoFi;50000;test_error;0.098;0.0962;0.1003;0.0913;0.0067;0.0734;false;compared;";
const EVIDENCE: &str = "n_train;estimate;low;high;samples;outcome
1000;-0.031;-0.035;-0.027;10;held
5000;-0.056;-0.06;-0.052;10;held
50000;-0.062;-0.064;-0.06;10;held";

/// Columns of the summary and of what is laid beside the paper.
fn known(names: &[&str], more: &Header) -> Header {
    Header::of(names).keys(names).with(more)
}

fn summary() -> Header {
    let error = Column { unit: "share", ..Column::new("test_error") };
    let ends = [error.beside("test_error_low", ColumnRole::Low), error.beside("test_error_high", ColumnRole::High)];
    let samples = Column { role: ColumnRole::Samples, ..Column::new("samples") };
    known(&["model", "n_train"], &Header([vec![error], ends.to_vec(), vec![samples]].concat()))
}

/// A figure of some size, as plots draw them.
fn picture(title: &str) -> String {
    let points = |slope: f64| {
        let point =
            |i: u32| format!("{},{}", 70 + 90 * i, 60.0 + slope * (1.0 - 0.72_f64.powi(i.try_into().unwrap())) * 260.0);
        (0..6).map(point).collect::<Vec<_>>().join(" ")
    };
    let (lofi, random) = (points(1.1), points(0.7));
    format!(
        "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"430\" viewBox=\"0 0 640 430\">\
         <rect width=\"640\" height=\"430\" fill=\"#fff\"/><text x=\"60\" y=\"30\" font-size=\"17\" font-family=\"sans-serif\" \
         font-weight=\"bold\">{title}</text><path d=\"M60 50V370H600\" fill=\"none\" stroke=\"#595959\"/><polyline points=\"{lofi}\" \
         fill=\"none\" stroke=\"#0072B2\" stroke-width=\"2.5\"/><polyline points=\"{random}\" fill=\"none\" stroke=\"#D55E00\" \
         stroke-width=\"2.5\" stroke-dasharray=\"9 4\"/><text x=\"330\" y=\"410\" font-size=\"14\" font-family=\"sans-serif\" \
         text-anchor=\"middle\">Training samples n</text></svg>\n"
    )
}

/// All outcomes, a comparison, deviations and notes.
pub(super) fn accuracy() -> Study {
    let mut study = study("lofi/accuracy", "LoFi < random features, & plain ridge", "3, left");
    study.head.notes =
        Notes::Text("Ridge is fitted on `raw` pixels.\nNothing is whitened.\n\n# A second paragraph.".to_owned());
    study.head.deviations = vec![Deviation {
        what: "width p".to_owned(),
        paper: "5000 (the caption says 1000)".to_owned(),
        ours: "2000".to_owned(),
        why: "two cores; the `paper` profile has 5000".to_owned(),
    }];
    let average = json!({"csv": SUMMARY, "over": ["seed"], "interval": {"student": 0.95}});
    add_known(&mut study, "error", (OutputKind::Table, summary()), average);
    add(&mut study, "error", OutputKind::Rows, json!({"csv": "model;n_train;seed;test_error\nLoFi;500;1;0.2625"}));
    let published =
        json!({"csv": COMPARED, "published": {"source": "digitised from figure 3, ±0.05 points", "runs": 10}});
    let columns = known(&["model", "n_train"], &comparison());
    add_known(&mut study, "error", (OutputKind::Comparison, columns), published);
    study.nodes[2].inputs = vec![("table", vec![Wire { node: 0, port: 0 }])];
    let caption = "Test error against the number of training samples. Points: mean of 10 seeds; bands: 95 % interval.";
    let figure =
        json!({"svg": picture("Test error"), "alt": "Two falling curves; \"LoFi\" is lower.", "caption": caption});
    add(&mut study, "error-vs-n", OutputKind::Figure, figure);
    let says = "LoFi has a lower test error than random features of the same width from n = 1000 on.";
    let because = "paired difference −5.6 points, 95 % interval [−6.0, −5.2], below 0 at all 3 sizes";
    let held = json!({"outcome": "held", "says": says, "because": because, "csv": EVIDENCE});
    let columns = || (OutputKind::Claim, known(&["n_train"], &evidence()));
    add_known(&mut study, "lofi-beats-random-features", columns(), held);
    let failed = json!({"outcome": "failed", "says": "Ridge stays above 25 % at every n.", "because": "24.1 %, interval [23.8, 24.4], at n = 50 000",
        "csv": EVIDENCE});
    add_known(&mut study, "ridge-stays-high", columns(), failed);
    let undecided = json!({"outcome": "undecided", "says": "Twice the width changes nothing | at all.", "because": "0.1 points, interval [−0.2, 0.4]",
        "csv": "estimate;low;high\n0.001;-0.002;0.004"});
    add_known(&mut study, "width", (OutputKind::Claim, evidence()), undecided);
    study
}

/// On data that stands in, with steps that fail.
pub(super) fn emergence() -> Study {
    let mut study = study("lofi/emergence", "When features emerge", "5");
    study.data = Some(data("Fashion-MNIST", "CIFAR-10"));
    let fails = json!({"fails": "the residual covariance of <layer 2> is singular", "says": "Features emerge in the predicted order."});
    add(&mut study, "order", OutputKind::Claim, fails);
    add(&mut study, "overlap", OutputKind::Table, json!({"csv": "i;overlap\n1;0.97\n2;0.96"}));
    add(&mut study, "overlap-vs-n", OutputKind::Figure, json!({"fails": "nothing to draw"}));
    study
}

pub(super) fn beyond() -> Study {
    let mut study = study("ours/pruning", "How far filters can be pruned", "");
    study.head.paper.cite = String::new();
    study.data = None;
    study
}

pub(super) struct Project {
    root: tempfile::TempDir,
    pub report: Report,
}

pub(super) fn project(studies: &[Study]) -> Project {
    let root = tempfile::tempdir().unwrap();
    let (graph, store, summary) = run(studies, &root.path().join("store"));
    let report =
        Report::build(studies, &graph, &store, &info(summary.failed.into_iter().map(|f| (f.name, f.error)).collect()))
            .unwrap();
    Project { root, report: report.with_scales(scales()) }
}

/// Of one study the settings of two profiles, and what the larger would take; of another one that nobody can plan it.
pub(super) fn scales() -> Scales {
    let sizes = |sizes: &[u64]| vec![("n_train".to_owned(), Given::Axis(sizes.iter().map(|n| json!(n)).collect()))];
    let profiles = [("paper", sizes(&[500, 1000, 5000, 50_000])), ("quick", sizes(&[500, 5000]))];
    let settings = BTreeMap::from(profiles.map(|(profile, settings)| (profile.to_owned(), settings)));
    let claims = ["width", "every-width"].map(str::to_owned).to_vec();
    let takes = Outlook::Takes(Needs { steps: vec![0, 1], largest_bytes: 20 << 30, claims, ..Needs::default() });
    let unknown = Outlook::Unknown("no data set of `celeba` is on this machine".to_owned());
    let study = |outlook: Outlook| StudyScales {
        settings: settings.clone(),
        outlooks: BTreeMap::from([("paper".to_owned(), outlook)]),
        shown_by: BTreeMap::from([("wide".to_owned(), vec!["paper".to_owned()])]),
        ..StudyScales::default()
    };
    let studies = [("lofi/accuracy", study(takes)), ("lofi/emergence", study(unknown))];
    let studies = BTreeMap::from(studies.map(|(name, told)| (name.to_owned(), told)));
    Scales { cores: 2, memory_bytes: 8 << 30, step_s: vec![64_080.0, 72_000.0], studies }
}

impl Project {
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("reports")
    }

    pub fn write(&self) -> Written {
        let names: Vec<String> = self.report.studies.iter().map(|s| s.name.clone()).collect();
        self.report.write(&self.folder(), &names).unwrap()
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

pub(super) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(
                    entry.path().strip_prefix(folder).unwrap().to_owned(),
                    std::fs::read(entry.path()).unwrap(),
                );
            }
        }
    }
    found
}

#[track_caller]
pub(super) fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}
