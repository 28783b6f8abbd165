//! Decisions in a world that goes wrong in every way that it can.

use super::*;
use crate::engine::{ArrayLine, LedgerLine};

/// Numbers between 0 and 1 that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

fn submission(arrays: &[(u32, Vec<usize>)]) -> Submission {
    let line = |(tasks, after): &(u32, Vec<usize>)| ArrayLine {
        tasks: *tasks,
        memory_bytes: 1 << 30,
        seconds: 600,
        cpus: 1,
        expected_s: 1.0,
        after: after.clone(),
    };
    Submission {
        id: "a1".to_owned(),
        executor: "slurm".to_owned(),
        profile: "quick".to_owned(),
        studies: Vec::new(),
        descriptions: String::new(),
        unix_s: 0,
        host: String::new(),
        folder: "/".into(),
        arrays: arrays.iter().map(line).collect(),
    }
}

/// A submission of which all is known.
struct World {
    submission: Submission,
    lines: Vec<LedgerLine>,
    tasks: Tasks,
    tally: Tally,
    patience: Patience,
    keeps_order: bool,
}

impl World {
    /// Two arrays: `tasks` tasks, and as many that need one of these each.
    fn new(tasks: u32) -> Self {
        let first = (0..tasks).map(|_| Vec::new()).collect();
        let second = (0..tasks).map(|task| vec![(0, task)]).collect();
        Self {
            submission: submission(&[(tasks, vec![]), (tasks, vec![0])]),
            lines: Vec::new(),
            tasks: Tasks::of_tests(&[first, second]),
            tally: Tally::default(),
            patience: Patience::default(),
            keeps_order: true,
        }
    }

    fn jobs(&self) -> Jobs {
        Jobs::of(&self.submission, &self.lines)
    }

    fn decide(&mut self, queue: &[Queued], log_says: Option<Cause>) -> Vec<Deed> {
        let sight = Sight {
            submission: &self.submission,
            tasks: &self.tasks,
            jobs: &self.jobs(),
            tally: &self.tally,
            queue,
            time_most_s: 1000,
            keeps_order: self.keeps_order,
            log_says: &|_, _| log_says,
        };
        decide(&sight, &mut self.patience)
    }

    /// Writes down that tasks were sent, under a name that it returns.
    fn sending(&mut self, (array, tasks): (usize, &[u32]), share: Share) -> String {
        let name = self.jobs().free_name("a1", array);
        let (tasks, Share { memory_bytes, seconds, .. }) = (Some(tasks.to_vec()), share);
        self.lines.push(LedgerLine::Sending { name: name.clone(), array, tasks, memory_bytes, seconds });
        name
    }

    fn sent(&mut self, of: (usize, &[u32]), share: Share) -> String {
        let name = self.sending(of, share);
        self.lines.push(LedgerLine::Sent { name: name.clone(), job: name.clone() });
        name
    }
}

const SHARE: Share = Share { memory_bytes: 1 << 30, seconds: 600, cpus: 1 };

fn queued(name: &str, task: u32, state: QueueState) -> Queued {
    Queued { name: name.to_owned(), job: name.to_owned(), task: Some(task), state }
}

#[test]
fn what_was_never_sent_is_sent_once_and_after_what_it_needs() {
    let mut world = World::new(2);
    let deeds = world.decide(&[], None);
    let send = |array| Deed::Send { array, tasks: vec![0, 1], share: SHARE, first: true };
    assert_eq!(deeds, [send(0), send(1)]);
    world.sent((0, &[0, 1]), SHARE);
    // Somebody died while the second was sent: it may be queued.
    let name = world.sending((1, &[0, 1]), SHARE);
    let queue = [
        queued("lofi-a1-0", 0, QueueState::Waiting(String::new())),
        queued("lofi-a1-0", 1, QueueState::Running(String::new())),
    ];
    assert_eq!(world.decide(&queue, None), []);
    let found = [queued(&name, 0, QueueState::Waiting(String::new()))];
    assert_eq!(
        world.decide(&[queue.as_slice(), &found].concat(), None),
        [Deed::Found { name: name.clone(), job: name.clone() }]
    );
    assert_eq!(world.decide(&queue, None), []);
    assert_eq!(world.decide(&queue, None), [Deed::Lost { name: name.clone() }]);
    world.lines.push(LedgerLine::Lost { name });
    assert_eq!(world.decide(&queue, None), [send(1)]);
    assert_eq!(world.jobs().free_name("a1", 1), "lofi-a1-1-r1");
}

#[test]
fn where_no_order_is_kept_an_array_is_sent_when_those_before_it_are_over() {
    let mut world = World { keeps_order: false, ..World::new(2) };
    let send = |array| Deed::Send { array, tasks: vec![0, 1], share: SHARE, first: true };
    assert_eq!(world.decide(&[], None), [send(0)]);
    let name = world.sent((0, &[0, 1]), SHARE);
    let runs = [0, 1].map(|task| queued(&name, task, QueueState::Running(String::new())));
    world.tasks.set((0, 0), true, None);
    assert_eq!(world.decide(&runs, None), []);
    world.tasks.set((0, 1), true, None);
    assert_eq!(world.decide(&runs, None), [send(1)]);
}

#[test]
fn only_what_is_missing_is_sent_again_and_alone() {
    let mut world = World::new(3);
    let name = world.sent((0, &[0, 1, 2]), SHARE);
    world.sent((1, &[0, 1, 2]), SHARE);
    let waits = |task| queued("lofi-a1-1", task, QueueState::Waiting("Dependency".to_owned()));
    world.tasks.set((0, 0), true, None);
    world.tasks.set((0, 1), false, Some(Cause::Step));
    // Task 0 is done, 1 failed for good, 2 vanished.
    let queue = [queued(&name, 0, QueueState::Ended(Ending::Plain)), waits(0), waits(1), waits(2)];
    for _ in 1..ABSENT_LOOKS {
        let deeds = world.decide(&queue, None);
        assert!(!deeds.iter().any(|deed| matches!(deed, Deed::Send { .. })), "{deeds:?}");
    }
    let deeds = world.decide(&queue, None);
    assert!(deeds.contains(&Deed::Send { array: 0, tasks: vec![2], share: SHARE, first: false }), "{deeds:?}");
}

#[test]
fn memory_and_time_are_raised_once_each_and_then_it_is_reported() {
    for (cause, share) in
        [(Cause::Memory, Share { memory_bytes: 2 << 30, ..SHARE }), (Cause::Time, Share { seconds: 1000, ..SHARE })]
    {
        for from_log in [false, true] {
            let mut world = World::new(1);
            let name = world.sent((0, &[0]), SHARE);
            world.sent((1, &[0]), SHARE);
            world.tasks.set((0, 0), false, (!from_log).then_some(cause));
            let says = from_log.then_some(cause);
            let over = |name: &str| {
                [
                    queued(name, 0, QueueState::Ended(Ending::Plain)),
                    queued("lofi-a1-1", 0, QueueState::Waiting(String::new())),
                ]
            };
            assert_eq!(world.decide(&over(&name), says), []);
            assert_eq!(
                world.decide(&over(&name), says),
                [Deed::Send { array: 0, tasks: vec![0], share, first: false }]
            );
            let again = world.sent((0, &[0]), share);
            let alive = [over(&name).as_slice(), &[queued(&again, 0, QueueState::Running(String::new()))]].concat();
            for _ in 0..5 {
                assert_eq!(world.decide(&alive, says), []);
            }
            world.decide(&over(&again), says);
            let deeds = world.decide(&over(&again), says);
            assert!(matches!(deeds.as_slice(), [Deed::GiveUp { array: 0, task: 0, .. }]), "{deeds:?}");
        }
    }
}

#[test]
fn what_waits_in_vain_is_cancelled_with_the_reason() {
    let mut world = World::new(1);
    world.sent((0, &[0]), SHARE);
    let name = world.sent((1, &[0]), SHARE);
    world.tasks.set((0, 0), false, Some(Cause::Step));
    world.tasks.set((1, 0), false, Some(Cause::Data));
    let deeds = world.decide(&[queued(&name, 0, QueueState::Waiting("Dependency".to_owned()))], None);
    assert_eq!(deeds, [Deed::Cancel { job: name, tasks: vec![0], reason: "no".to_owned() }]);
}

#[test]
fn what_somebody_cancelled_and_what_ends_for_no_reason_is_given_up() {
    let mut world = World::new(1);
    let name = world.sent((0, &[0]), SHARE);
    world.sent((1, &[0]), SHARE);
    let mut queue = vec![queued("lofi-a1-1", 0, QueueState::Waiting(String::new()))];
    queue.push(queued(&name, 0, QueueState::Ended(Ending::Cancelled)));
    world.decide(&queue, None);
    assert!(matches!(world.decide(&queue, None).as_slice(), [Deed::GiveUp { .. }]));
    let mut sends = 1;
    let mut name = name;
    for _ in 0..100 {
        let queue = [queue[0].clone(), queued(&name, 0, QueueState::Ended(Ending::Plain))];
        match world.decide(&queue, None).as_slice() {
            [] => {}
            [Deed::Send { .. }] => {
                name = world.sent((0, &[0]), SHARE);
                sends += 1;
            }
            [Deed::GiveUp { .. }] => {
                assert_eq!(sends, TRIES);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("it is sent for ever");
}

/// How a task of the scheduler stands.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Waits,
    Runs,
    Over(Ending),
    Forgotten,
}

/// What a scheduler does with one task in a while.
fn step(dice: &mut Dice, world: &mut World, (array, task): (usize, u32), phase: Phase) -> Phase {
    let exit = |world: &mut World, code| world.tally.exits.entry((array, task)).or_default().push(code);
    match phase {
        Phase::Waits if dice.roll() < 0.5 => Phase::Runs,
        Phase::Runs => {
            let roll = dice.roll();
            if roll < 0.4 && world.tasks.standing((array, task)) == Standing::Waits {
                exit(world, 75);
                Phase::Over(Ending::Plain)
            } else if roll < 0.4 {
                world.tasks.set((array, task), true, None);
                exit(world, 0);
                Phase::Over(Ending::Plain)
            } else if roll < 0.5 {
                exit(world, 85);
                Phase::Over(Ending::Plain)
            } else if roll < 0.53 {
                Phase::Over(Ending::Node)
            } else if roll < 0.56 {
                Phase::Forgotten
            } else if roll < 0.6 && dice.roll() < 0.3 {
                world.tasks.set((array, task), false, Some(Cause::Memory));
                exit(world, 86);
                Phase::Over(Ending::Plain)
            } else {
                Phase::Runs
            }
        }
        Phase::Over(_) if dice.roll() < 0.2 => Phase::Forgotten,
        other => other,
    }
}

#[test]
fn all_is_done_or_given_up_whatever_the_scheduler_does_and_nothing_is_sent_that_is_alive() {
    let (mut doubles, mut given_up) = (0, 0);
    for seed in 0..200 {
        let (mut dice, mut world) = (Dice(seed), World::new(4));
        // What the scheduler has, by job and task.
        let mut has: BTreeMap<(String, usize, u32), Phase> = BTreeMap::new();
        let mut over = false;
        for _ in 0..3000 {
            let keys: Vec<_> = has.keys().cloned().collect();
            for key in keys {
                let phase = step(&mut dice, &mut world, (key.1, key.2), has[&key]);
                has.insert(key, phase);
            }
            if dice.roll() < 0.3 {
                continue; // no answer
            }
            let state = |phase: &Phase| match phase {
                Phase::Waits => Some(QueueState::Waiting("Priority".to_owned())),
                Phase::Runs => Some(QueueState::Running("n".to_owned())),
                Phase::Over(ending) => Some(QueueState::Ended(*ending)),
                Phase::Forgotten => None,
            };
            let queue: Vec<Queued> =
                has.iter().filter_map(|((name, _, task), phase)| Some(queued(name, *task, state(phase)?))).collect();
            let jobs = world.jobs();
            for deed in world.decide(&queue, None) {
                match deed {
                    Deed::Found { name, job } => world.lines.push(LedgerLine::Sent { name, job }),
                    Deed::Lost { name } => world.lines.push(LedgerLine::Lost { name }),
                    Deed::GiveUp { array, task, reason } => {
                        given_up += 1;
                        world.lines.push(LedgerLine::GivenUp { array, task, reason });
                        world.tasks.set((array, task), false, Some(Cause::Step));
                    }
                    Deed::Cancel { job, tasks, .. } => {
                        has.retain(|(name, _, task), _| *name != job || !tasks.contains(task))
                    }
                    Deed::Send { array, tasks, share, first } => {
                        for task in &tasks {
                            let alive = |phase: &Phase| matches!(phase, Phase::Waits | Phase::Runs);
                            let known =
                                |name: &str| jobs.all.iter().any(|job| job.name == name && job.fate != Fate::Lost);
                            let twice = has
                                .iter()
                                .any(|((name, a, t), phase)| (*a, t) == (array, task) && alive(phase) && known(name));
                            assert!(!twice, "seed {seed}: task {task} of array {array} is alive");
                            assert!(first || world.tasks.standing((array, *task)) != Standing::Done);
                            doubles += usize::from(has.keys().any(|(_, a, t)| (*a, t) == (array, task)));
                        }
                        if first && array == 1 && world.jobs().of_array(0).any(|job| job.fate == Fate::Unclear) {
                            continue;
                        }
                        let name = world.sending((array, &tasks), share);
                        let answered = dice.roll() < 0.8;
                        if answered || dice.roll() < 0.5 {
                            has.extend(tasks.iter().map(|task| ((name.clone(), array, *task), Phase::Waits)));
                        }
                        if answered {
                            world.lines.push(LedgerLine::Sent { name: name.clone(), job: name });
                        }
                    }
                }
            }
            let is_over = |place| matches!(world.tasks.standing(place), Standing::Done | Standing::Failed(_));
            over = world.tasks.all().all(is_over)
                || world
                    .tasks
                    .all()
                    .all(|(array, task)| is_over((array, task)) || world.jobs().given_up.contains_key(&(0, task)));
            if over {
                break;
            }
        }
        assert!(over, "seed {seed} does not end");
    }
    assert!(doubles > 0, "nothing was ever sent again");
    assert!(given_up < 200, "{given_up} of 1600 tasks were given up");
}
