//! What ends steps and runs early: a time that steps may take, and the first failure.

use super::*;
use crate::engine::Ends;
use std::time::{Duration, Instant};

/// Waits as many milliseconds as it gives; it looks at the wish to stop, or does not.
struct Slow<const LOOKS: bool>;

impl<const LOOKS: bool> Kind for Slow<LOOKS> {
    type Params = Params;
    const NAME: &'static str = if LOOKS { "slow" } else { "deaf" };
    const ABOUT: About = <Fake as Kind>::ABOUT;

    fn plan(&self, params: &Params, shapes: &Shapes) -> Result<Plan, Vec<Problem>> {
        Kind::plan(&Fake, params, shapes)
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let until = Instant::now() + Duration::from_millis(params.gives.parse().unwrap_or(0));
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
            if LOOKS {
                context.check()?;
            }
        }
        Kind::run(&Fake, params, inputs, context)
    }
}

fn ended(folder: &Path, (steps, slow, deaf): (&[Step<'_>], &[&str], &[&str]), ends: Ends) -> (Summary, Log, Executor) {
    let mut study = study(steps);
    for node in &mut study.nodes {
        let (slow, deaf) = (slow.contains(&node.label.as_str()), deaf.contains(&node.label.as_str()));
        if slow {
            node.kind = &Slow::<true>;
            node.step = ErasedKind::typed(&Slow::<true>, &node.params).unwrap().1;
        } else if deaf {
            node.kind = &Slow::<false>;
            node.step = ErasedKind::typed(&Slow::<false>, &node.params).unwrap().1;
        }
    }
    let executor = Executor {
        store: Arc::new(Store::open(folder).unwrap()),
        data: Arc::new(NoData),
        jobs: 4,
        memory: MemoryLimit::of(1 << 20),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends,
    };
    let mut log = Log::default();
    let summary = executor.run(&Arc::new(Graph::new(&[study])), &[], &mut log).unwrap();
    (summary, log, executor)
}

#[test]
fn a_step_that_takes_too_long_fails_where_it_looks_and_is_kept_where_not() {
    let folder = tempfile::tempdir().unwrap();
    let ends = Ends { step_timeout: Some(Duration::from_millis(200)), ..Ends::default() };
    let steps: [Step; 4] = [
        ("slow", gives("60000", 7), &[]),
        ("deaf", gives("700", 7), &[]),
        ("quick", gives("1", 7), &[]),
        ("after", gives("1", 7), &["slow"]),
    ];
    let (summary, log, executor) = ended(folder.path(), (&steps, &["slow"], &["deaf"]), ends);
    assert!(summary.elapsed_s < 20.0, "{summary:?}");
    let failed: Vec<(&str, &str)> = summary.failed.iter().map(|f| (f.name.as_str(), f.error.as_str())).collect();
    assert_eq!(failed, [("s: slow", "it was stopped after the 0.2 s of --step-timeout")]);
    assert_eq!((summary.ran, summary.skipped), (2, vec!["s: after".to_owned()]));
    let late = log.0.iter().filter(|event| matches!(event, Event::Overran { name, .. } if name == "s: deaf")).count();
    assert_eq!(late, 1);
    assert!(!executor.stop.asked(), "the run is not stopped over it");
}

#[test]
fn the_first_failure_ends_a_run_that_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 5] = [
        ("slow", gives("60000", 7), &[]),
        ("deaf", gives("3000", 7), &[]),
        ("bad", gives("error", 7), &[]),
        ("after", gives("1", 7), &["slow"]),
        ("follows", gives("1", 7), &["bad"]),
    ];
    let ends = Ends { fail_fast: true, ..Ends::default() };
    let (summary, log, _) = ended(folder.path(), (&steps, &["slow"], &["deaf"]), ends);
    assert!(summary.elapsed_s < 2.5, "a step that does not look is not waited for: {summary:?}");
    assert_eq!((summary.ran, summary.failed.len()), (0, 1));
    let mut skipped = summary.skipped;
    skipped.sort();
    assert_eq!(skipped, ["s: after", "s: deaf", "s: follows", "s: slow"]);
    assert!(matches!(log.0.last(), Some(Event::Done { failed: 1, .. })));
}
