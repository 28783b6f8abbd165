//! Decisions, each for one thing that happens; `storm` has all of them happen at once.

mod storm;
mod world;

use super::*;
use crate::engine::LedgerLine;
use world::{SHARE, World, queued};

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
            assert!(matches!(deeds.as_slice(), [Deed::GiveUp { array: 0, .. }]), "{deeds:?}");
        }
    }
}

#[test]
fn what_nobody_is_to_compute_and_what_cannot_be_computed_there_is_not_waited_for_without_end() {
    for (exit, words) in [(75, "neither in the store nor on its way"), (MISTAKE, "exit code 2")] {
        let mut world = World::new(1);
        let mut name = world.sent((0, &[0]), SHARE);
        world.sent((1, &[0]), SHARE);
        let mut sends = 1;
        let why = (0..1000).find_map(|_| {
            let over = [
                queued(&name, 0, QueueState::Ended(Ending::Plain)),
                queued("lofi-a1-1", 0, QueueState::Waiting(String::new())),
            ];
            match world.decide_alone(&over).into_iter().next() {
                Some(Deed::GiveUp { reason, .. }) => Some(reason),
                Some(Deed::Send { .. }) => {
                    name = world.sent((0, &[0]), SHARE);
                    sends += 1;
                    None
                }
                _ => {
                    let exits = world.tally.exits.entry((0, 0)).or_default();
                    if exits.len() < sends {
                        exits.push(exit);
                    }
                    None
                }
            }
        });
        assert!(why.as_deref().is_some_and(|why| why.contains(words)), "{why:?}");
        assert!(sends <= EARLY, "{sends}");
    }
}

#[test]
fn what_was_never_in_the_queue_is_not_sent_without_end() {
    let mut world = World::new(1);
    for _ in 0..TRIES {
        let name = world.sending((0, &[0]), SHARE);
        world.lines.push(LedgerLine::Lost { name });
        let later = world.sending((0, &[0]), SHARE);
        world.lines.push(LedgerLine::Later { name: later });
    }
    let deeds = world.decide(&[], None);
    assert!(matches!(&deeds[0], Deed::GiveUp { array: 0, tasks, .. } if *tasks == [0]), "{deeds:?}");
}

#[test]
fn what_is_done_does_not_stay_in_the_queue_where_others_wait_for_it() {
    let mut world = World::new(2);
    let name = world.sent((0, &[0, 1]), SHARE);
    world.sent((1, &[0, 1]), SHARE);
    world.tasks.set((0, 0), true, None);
    world.tasks.set((0, 1), true, None);
    let held = QueueState::Stuck("launch failed requeued held".to_owned());
    let waits = |task| queued("lofi-a1-1", task, QueueState::Waiting("Dependency".to_owned()));
    let queue = [queued(&name, 0, held), queued(&name, 1, QueueState::Running("n".to_owned())), waits(0), waits(1)];
    let deeds = world.decide(&queue, None);
    assert!(
        matches!(deeds.as_slice(), [Deed::Cancel { job, tasks, .. }] if *job == name && *tasks == [0]),
        "{deeds:?}"
    );
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
