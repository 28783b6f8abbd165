//! Which step goes first, and that a study is told of when it is over.

use super::*;

/// A study with so many planned operations a step.
fn of(name: &str, steps: &[(&str, f64, &[&str])]) -> Study {
    let params = |at: usize| json!({"gives": "1", "counter": 5, "label": name.len() * 100 + at});
    let named: Vec<Step<'_>> =
        steps.iter().enumerate().map(|(at, (step, _, inputs))| (*step, params(at), *inputs)).collect();
    let mut study = study(&named);
    study.head.study = name.to_owned();
    for (node, (_, flops, _)) in study.nodes.iter_mut().zip(steps) {
        node.plan = Arc::new(Plan { flops: *flops, ..Plan::light(vec![Shape::Table]) });
    }
    study
}

/// All that is told of a run.
fn told(studies: &[Study], jobs: usize) -> Vec<Event> {
    told_within(1 << 20, studies, jobs)
}

/// The same with so much memory.
fn told_within(budget_bytes: u64, studies: &[Study], jobs: usize) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let executor = Executor {
        store: Arc::new(Store::open(folder.path()).unwrap()),
        data: Arc::new(NoData),
        jobs,
        memory: MemoryLimit::of(budget_bytes),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends: Default::default(),
    };
    let mut log = Log::default();
    executor.run(&Arc::new(Graph::new(studies)), &[], &mut log).unwrap();
    log.0
}

/// What starts and what is over, in order.
fn events(studies: &[Study], jobs: usize) -> Vec<String> {
    told(studies, jobs).iter().filter_map(words).collect()
}

fn words(event: &Event) -> Option<String> {
    match event {
        Event::Started { name, .. } => Some(name.clone()),
        Event::Study { name, whole } => Some(format!("{name} {whole}")),
        _ => None,
    }
}

#[test]
fn the_study_that_is_over_soonest_goes_first_and_depth_before_breadth_in_it() {
    let dear = of("dear", &[("one", 1e12, &[]), ("two", 1e12, &[])]);
    let cheap = of("cheap1", &[("a", 1e9, &[]), ("after-a", 1e9, &["a"]), ("b", 1e9, &[]), ("after-b", 1e9, &["b"])]);
    // the worker is given its next step before anything else is done
    let expected = [
        "cheap1: b",
        "cheap1: after-b",
        "cheap1: a",
        "cheap1: after-a",
        "dear: two",
        "cheap1 true",
        "dear: one",
        "dear true",
    ];
    for studies in [[dear.clone(), cheap.clone()], [cheap, dear]] {
        assert_eq!(events(&studies, 1), expected);
    }
}

#[test]
fn a_chain_that_would_end_last_starts_before_cheap_studies_are_over() {
    let chain = of("chain", &[("one", 1e12, &[]), ("two", 1e12, &["one"])]);
    let cheap = of("cheap1", &[("a", 1e11, &[]), ("b", 1e11, &[]), ("c", 1e11, &[])]);
    let found = events(&[cheap.clone(), chain.clone()], 2);
    assert_eq!(found[0], "chain: one", "{found:?}");
    // Where many steps are left it takes its turn: the workers are busy without it.
    let many: Vec<(String, f64)> = (0..30).map(|at| (format!("s{at}"), 1e12)).collect();
    let many: Vec<(&str, f64, &[&str])> =
        many.iter().map(|(name, flops)| (name.as_str(), *flops, &[] as &[_])).collect();
    let found = events(&[cheap, chain, of("many-steps", &many)], 2);
    assert!(found[0].starts_with("cheap1: ") && found[1].starts_with("cheap1: "), "{found:?}");
}

#[test]
fn where_nothing_fits_that_starts_which_gives_memory_back() {
    let wide = |label: u32| json!({"gives": "1", "counter": 5, "label": label, "rows": 20_000});
    let narrow = |label: u32| json!({"gives": "1", "counter": 5, "label": label});
    let mut study = study(&[
        ("first", wide(901), &[]),
        ("of-first", narrow(902), &["first"]),
        ("second", wide(903), &[]),
        ("of-second", narrow(904), &["second"]),
    ]);
    // the first goes first, and then the second begins the longest chain
    let costs = [1.1e12, 1e6, 1e12, 1e6];
    for (node, flops) in study.nodes.iter_mut().zip(costs) {
        let work_bytes = if flops > 1e6 { 100_000 } else { 0 };
        node.plan = Arc::new(Plan { flops, work_bytes, ..Plan::light(vec![Shape::Table]) });
    }
    let started = |budget: u64| {
        let mut found: Vec<String> = told_within(budget, &[study.clone()], 2).iter().filter_map(words).collect();
        found.pop();
        found
    };
    let expected = ["s: first", "s: of-first", "s: second", "s: of-second"];
    // what one wide step gives takes all of it, and two do not fit at once
    assert_eq!(started(20_000 * 8), expected);
    assert_eq!(started(1 << 30)[..2], ["s: first", "s: second"], "with memory for both the longest chain goes first");
}

#[test]
fn no_step_runs_in_a_rayon_pool_where_it_could_be_given_another() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step<'_>; 1] = [("own", gives("in a pool", 5), &[])];
    assert_eq!(run(folder.path(), &steps).0.ran, 1);
    let (store, graph) = (Store::open(folder.path()).unwrap(), Graph::new(&[study(&steps)]));
    let Value::Table(table) = value(&store, &graph, 0) else { panic!("no table") };
    assert_eq!(table.numbers("v").unwrap(), [Some(0.0)]);
}

#[test]
fn a_study_that_shares_a_step_that_fails_is_over_and_not_whole() {
    let mut bad = study(&[("bad", gives("error", 7), &[]), ("after", gives("1", 7), &["bad"])]);
    bad.head.study = "bad".to_owned();
    let mut shares = study(&[("same", gives("error", 7), &[]), ("well", gives("2", 7), &[])]);
    shares.head.study = "shares".to_owned();
    let mut found: Vec<String> = events(&[bad, shares, of("well", &[("one", 1.0, &[])])], 1);
    found.retain(|event| !event.contains(':'));
    found.sort();
    assert_eq!(found, ["bad false", "shares false", "well true"]);
}

#[test]
fn a_run_says_beforehand_what_it_takes() {
    let takes = |steps: &[(&str, f64, &[&str])], jobs| {
        let told = told(&[of("forecast", steps)], jobs);
        told.into_iter().find_map(|event| if let Event::Planned { takes, .. } = event { Some(takes) } else { None })
    };
    let beside = takes(&[("a", 7e6, &[]), ("b", 7e6, &[])], 2).unwrap();
    let chain = takes(&[("a", 7e6, &[]), ("b", 7e6, &["a"])], 2).unwrap();
    // a millisecond for each step, and 35 operations of a core in a nanosecond
    assert!((beside.core_s - 2.4e-3).abs() < 1e-9 && chain.core_s == beside.core_s, "{beside:?}");
    assert!((beside.about_s - 1.2e-3).abs() < 1e-9, "both at once: {beside:?}");
    assert!((chain.about_s - 2.4e-3).abs() < 1e-9, "one after the other: {chain:?}");
    let alone = takes(&[("a", 7e6, &[]), ("b", 7e6, &[])], 1).unwrap();
    assert!((alone.about_s - 2.4e-3).abs() < 1e-9 && alone.jobs == 1, "{alone:?}");
    assert!(beside.largest_step == "forecast: a" && beside.largest_step_bytes > 0, "{beside:?}");
    assert_eq!(beside.kept_bytes, 2 * (Shape::Table.memory_bytes() + (20 << 10)), "and what is beside");
    assert_eq!(beside.least_bytes, beside.kept_bytes, "tables are always kept");
    assert!(beside.free_bytes.is_none_or(|bytes| bytes > 1 << 10));
}
