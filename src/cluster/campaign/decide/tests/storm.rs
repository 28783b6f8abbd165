//! A world that goes wrong in every way that it can.

use super::super::*;
use super::world::{World, queued};
use crate::engine::LedgerLine;

/// Numbers between 0 and 1 that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }
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
                    Deed::GiveUp { array, tasks, reason } => {
                        given_up += tasks.len();
                        tasks.iter().for_each(|task| world.tasks.set((array, *task), false, Some(Cause::Step)));
                        world.lines.push(LedgerLine::GivenUp { array, tasks, reason });
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
