use super::*;
use crate::artifact::{Cell, Table, Value};
use crate::engine::{Entry, Machine, StepRecord};

fn key(letter: char) -> String {
    letter.to_string().repeat(64)
}

/// A result of some seconds with as many rows; results of the same rows have the same bytes.
fn put(store: &Store, letter: char, (seconds, rows, inputs): (f64, i64, &[char])) {
    let entry = Entry {
        key: key(letter),
        kind: "fake".to_owned(),
        code: String::new(),
        params: serde_json::json!({}),
        inputs: vec![("x".to_owned(), inputs.iter().map(|&input| (key(input), 0)).collect())],
        origin: None,
        elapsed_s: seconds,
        finished_unix_s: 1_000_000,
        outputs: BTreeMap::new(),
    };
    let rows: Vec<Vec<Cell>> = (0..rows).map(|row| vec![Cell::Int(row)]).collect();
    let table = Value::Table(Table::from_rows(&["v"], &rows).unwrap());
    store.publish(entry, &[("t", &table)]).unwrap();
}

fn keys(letters: &str) -> BTreeSet<String> {
    letters.chars().map(key).collect()
}

fn left(store: &Store) -> String {
    store.inventory().unwrap().results.iter().map(|held| held.key.chars().next().unwrap()).collect()
}

fn all() -> Keep {
    Keep::default()
}

fn under(bytes: u64) -> Keep {
    Keep { bytes: Some(bytes), ..Keep::default() }
}

#[test]
fn what_no_study_reaches_goes_and_what_is_pinned_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    "abcd".chars().for_each(|letter| put(&store, letter, (1.0, 10, &[])));
    store.change_pins(|pins| drop(pins.pins.insert("study@quick".to_owned(), keys("c")))).unwrap();
    store.save_scratch(&key('a'), b"reached").unwrap();
    store.save_scratch(&key('e'), b"not reached").unwrap();
    let dry = store.collect(&keys("a"), Keep { dry_run: true, ..all() }).unwrap();
    assert_eq!(left(&store), "abcd", "a dry run changes nothing");
    assert_eq!(store.scratch(&key('e')), Some(b"not reached".to_vec()));
    let before = store.inventory().unwrap().bytes();
    let collected = store.collect(&keys("a"), all()).unwrap();
    assert_eq!((left(&store).as_str(), collected.dropped.len(), collected.pinned, collected.states), ("ac", 2, 1, 1));
    assert_eq!(collected, dry);
    assert_eq!(store.inventory().unwrap().bytes(), before - collected.freed_bytes);
    assert_eq!(collected.left_bytes, before - collected.freed_bytes);
    assert_eq!((store.scratch(&key('a')), store.scratch(&key('e'))), (Some(b"reached".to_vec()), None));
    assert!(store.verify().unwrap().damaged.is_empty());
}

/// What would go where studies reach `a`, `b` and `c`, in order.
fn order(store: &Store, keep: Keep) -> String {
    let dropped = store.collect(&keys("abc"), Keep { dry_run: true, ..keep }).unwrap().dropped;
    dropped.iter().map(|(held, _)| held.key.chars().next().unwrap()).collect()
}

#[test]
fn under_a_bound_cheap_and_large_goes_first_and_what_is_reached_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    put(&store, 'a', (100.0, 10, &[]));
    put(&store, 'b', (0.1, 2000, &[]));
    put(&store, 'c', (0.1, 10, &[]));
    put(&store, 'd', (9999.0, 10, &[]));
    assert_eq!(order(&store, under(1)), "dbca", "not reached, then by cost for its size");
    assert_eq!(order(&store, Keep { all_reached: true, ..under(1) }), "d");
    let bytes = store.inventory().unwrap().bytes();
    assert_eq!(order(&store, under(bytes)), "");
    assert_eq!(order(&store, under(bytes - 1)), "d");
    // one that was used just now is worth more than one that has not been for fifty years
    store.announce(std::iter::once(key('b').as_str())).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(order(&store, under(1)), "dcab");
}

#[test]
fn what_a_living_run_uses_stays_whatever_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let (run, gc) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
    "abc".chars().for_each(|letter| put(&run, letter, (1.0, 10, &[])));
    run.announce([key('a'), key('f')].iter().map(String::as_str)).unwrap();
    run.save_scratch(&key('f'), b"half-way").unwrap();
    let collected = gc.collect(&BTreeSet::new(), under(0)).unwrap();
    assert_eq!((left(&gc).as_str(), collected.in_use, collected.states), ("a", 1, 0));
    drop(run);
    let gc = Store::open(folder.path()).unwrap();
    assert_eq!(gc.collect(&BTreeSet::new(), under(0)).unwrap().in_use, 0);
    assert_eq!(left(&gc), "");
    assert!(gc.all_uses().unwrap().is_empty(), "lists that speak of nothing go too");
}

#[test]
fn having_a_result_again_costs_what_comes_before_it_and_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let unkept = |letter: char, seconds: f64, inputs: &[char]| {
        let entry = Entry { outputs: BTreeMap::new(), ..store.entry(&key('a')).unwrap().unwrap() };
        let inputs = vec![("x".to_owned(), inputs.iter().map(|&input| (key(input), 0)).collect())];
        store.publish(Entry { key: key(letter), elapsed_s: seconds, inputs, ..entry }, &[]).unwrap();
    };
    put(&store, 'a', (1.0, 1, &[]));
    unkept('b', 10.0, &['a']);
    unkept('c', 100.0, &['b', 'b', 'e']);
    put(&store, 'd', (1000.0, 2, &['c', 'b', 'a']));
    assert_eq!(store.again_s(&key('d')).unwrap(), Some(1120.0));
    assert_eq!(store.again_s(&key('c')).unwrap(), Some(110.0));
    assert_eq!(store.again_s(&key('e')).unwrap(), None);
    let held = store.inventory().unwrap().results;
    let costs: Vec<f64> = held.iter().map(|held| held.cost_s).collect();
    assert_eq!(costs, [1.0, 10.0, 110.0, 1120.0]);
}

#[test]
fn the_content_index_leads_to_what_is_left_or_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    // `a` and `b` have the same bytes, as one whose input came out as before has; `c` has others.
    put(&store, 'a', (1.0, 3, &[]));
    put(&store, 'b', (1.0, 3, &['e']));
    put(&store, 'c', (1.0, 4, &[]));
    store.remember_content(&key('1'), &key('a')).unwrap();
    store.remember_content(&key('2'), &key('c')).unwrap();
    store.collect(&keys("b"), all()).unwrap();
    assert_eq!(left(&store), "b");
    assert_eq!(store.same_content(&key('1')), Some(key('b')));
    assert_eq!(store.same_content(&key('2')), None);
    assert!(store.verify().unwrap().damaged.is_empty());
}

#[test]
fn damage_goes_and_what_lies_behind_a_link_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    "abc".chars().for_each(|letter| put(&store, letter, (1.0, 10, &[])));
    std::fs::write(store.place("objects", &key('a')).join("entry.json"), "x").unwrap();
    let (shard, elsewhere) = (store.root().join("objects/bb"), folder.path().join("elsewhere"));
    std::fs::rename(&shard, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &shard).unwrap();
    let collected = store.collect(&BTreeSet::new(), all()).unwrap();
    assert_eq!((left(&store).as_str(), collected.linked), ("b", 1));
}

#[test]
fn what_steps_took_stays_known_of_results_that_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    put(&store, 'a', (7.5, 10, &[]));
    put(&store, 'b', (2.0, 10, &['a']));
    let step = |letter: char| StepRecord {
        name: format!("s: {letter}"),
        kind: "fake".to_owned(),
        key: key(letter),
        code: String::new(),
        params: serde_json::json!({}),
        gone_s: None,
    };
    let record = RunRecord {
        study: "paper/study".to_owned(),
        profile: "quick".to_owned(),
        finished_unix_s: 7,
        elapsed_s: 9.5,
        ran: 2,
        cached: 0,
        machine: Machine::this(),
        commit: String::new(),
        steps: vec![step('a'), step('b'), step('c')],
    };
    record.write(&store).unwrap();
    let read = || RunRecord::named(&store, ("paper/study", "quick")).unwrap().unwrap();
    store.collect(&keys("b"), Keep { dry_run: true, ..all() }).unwrap();
    assert_eq!(read(), record, "a dry run changes nothing");
    store.collect(&keys("b"), all()).unwrap();
    let (a, known) = (key('a'), read());
    assert_eq!((left(&store).as_str(), known.gone()), ("b", [(a.as_str(), 7.5)].into()));
    // the steps of a newer run: what it does not compute again stays known, what is not its own is forgotten
    let newer = known.carried_over(vec![step('a'), step('d')]);
    assert_eq!(newer.iter().map(|step| step.gone_s).collect::<Vec<_>>(), [Some(7.5), None]);
}
