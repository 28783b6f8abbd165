//! How the steps of a submission stand, from the store alone, and with that its tasks.

use crate::engine::{Cause, Described, Ledger, Store, StoreError};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All its results are in the store.
    Done,
    /// Nothing of it that is left can be done: why.
    Failed(String),
    /// It needs what another task of the submission is to compute.
    Waits,
    /// It can run; why it did not come to its end before, if that is known.
    Ready(Option<Cause>),
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open(Option<Cause>),
    Done,
    Failed(String),
}

#[derive(Debug)]
struct Step {
    described: Described,
    /// Steps of the submission that compute what it needs.
    needs: Vec<usize>,
    /// Its task.
    task: (usize, u32),
    state: State,
}

/// The tasks of a submission.
#[derive(Debug)]
pub struct Tasks {
    /// In the order of arrays and tasks: each step needs only ones before it.
    steps: Vec<Step>,
    /// By array and task: steps.
    tasks: Vec<Vec<Vec<usize>>>,
}

impl Tasks {
    /// The tasks of a submission, of which nothing is known yet.
    ///
    /// # Errors
    /// Where the store cannot be read, or a description is missing or damaged.
    pub fn read(store: &Store, ledger: &Ledger) -> Result<Self, StoreError> {
        let submission = &ledger.submission;
        let mut descriptions = store.descriptions(Some(&submission.descriptions))?;
        let mut get = |key: &str| {
            let missing = || StoreError::Damaged {
                path: store.submission_folder(&submission.id),
                reason: format!("step {key} is not described"),
            };
            descriptions.get(key)?.ok_or_else(missing)
        };
        let (mut steps, mut tasks, mut place) = (Vec::new(), Vec::new(), HashMap::new());
        for array in 0..submission.arrays.len() {
            let mut of_array = Vec::new();
            for (task, keys) in (0..).zip(store.tasks(&submission.id, array)?) {
                let mut of_task = Vec::new();
                for key in keys {
                    place.insert(key.clone(), steps.len());
                    of_task.push(steps.len());
                    let (needs, state) = (Vec::new(), State::Open(None));
                    steps.push(Step { described: get(&key)?, needs, task: (array, task), state });
                }
                of_array.push(of_task);
            }
            tasks.push(of_array);
        }
        // Through steps that no store keeps, which are computed beside.
        let mut between: HashMap<String, Vec<String>> = HashMap::new();
        for step in &mut steps {
            let (mut needs, mut seen) = (BTreeSet::new(), HashSet::new());
            let inputs = |step: &Described| -> Vec<String> {
                step.inputs.iter().flat_map(|(_, wires)| wires).map(|(key, _)| key.clone()).collect()
            };
            let mut stack = inputs(&step.described);
            while let Some(key) = stack.pop() {
                if let Some(need) = place.get(&key) {
                    needs.insert(*need);
                } else if seen.insert(key.clone()) {
                    if !between.contains_key(&key) {
                        // What is stored already has no inputs that are described.
                        let described = descriptions.get(&key)?;
                        between.insert(
                            key.clone(),
                            described.filter(|step| !step.kept).map(|s| inputs(&s)).unwrap_or_default(),
                        );
                    }
                    stack.extend(between.get(&key).into_iter().flatten().cloned());
                }
            }
            step.needs = needs.into_iter().collect();
        }
        Ok(Self { steps, tasks })
    }

    /// Looks into the store, at all steps but those of tasks that wait in the queue: nothing can have become of them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn look(
        &mut self,
        store: &Store,
        waiting: &HashSet<(usize, u32)>,
        given_up: &HashMap<(usize, u32), String>,
    ) -> Result<(), StoreError> {
        for number in 0..self.steps.len() {
            let step = &self.steps[number];
            if step.state == State::Done {
                continue;
            }
            let looks = !waiting.contains(&step.task);
            let state = if looks && step.described.is_stored(store) {
                State::Done
            } else if let Some(failed) =
                step.needs.iter().find(|need| matches!(self.steps[**need].state, State::Failed(_)))
            {
                State::Failed(format!("it needs `{}`, which failed", self.steps[*failed].described.name))
            } else if let Some(why) = given_up.get(&step.task) {
                State::Failed(why.clone())
            } else if looks {
                match store.failure(&step.described.key)? {
                    // What it needs did not fail, or no longer.
                    Some(mark) if mark.cause == Cause::Input => State::Open(None),
                    Some(mark) if mark.cause.stays() => State::Failed(mark.error),
                    mark => State::Open(mark.map(|mark| mark.cause)),
                }
            } else {
                State::Open(None)
            };
            self.steps[number].state = state;
        }
        Ok(())
    }

    /// Array and number of each task.
    pub fn all(&self) -> impl Iterator<Item = (usize, u32)> {
        self.tasks.iter().enumerate().flat_map(|(array, tasks)| (0..).zip(tasks).map(move |(task, _)| (array, task)))
    }

    /// How a task stands.
    #[must_use]
    pub fn standing(&self, (array, task): (usize, u32)) -> Standing {
        let (mut failed, mut ready, mut waits, mut cause) = (None, false, false, None);
        for step in self.steps_of((array, task)) {
            match &step.state {
                State::Done => {}
                State::Failed(why) => failed = failed.or(Some(why)),
                State::Open(why) => {
                    cause = cause.or(*why);
                    let elsewhere = |need: &&usize| {
                        let need = &self.steps[**need];
                        need.task != (array, task) && need.state != State::Done
                    };
                    if step.needs.iter().any(|need| elsewhere(&need)) { waits = true } else { ready = true }
                }
            }
        }
        match failed {
            _ if ready => Standing::Ready(cause),
            _ if waits => Standing::Waits,
            Some(why) => Standing::Failed(why.clone()),
            None => Standing::Done,
        }
    }

    /// Steps of a task that failed by themselves, not because of others.
    pub fn failures(&self, task: (usize, u32)) -> impl Iterator<Item = &Described> {
        let failed = |step: &&Step| matches!(step.state, State::Failed(_));
        let own = |step: &&Step| !step.needs.iter().any(|need| matches!(self.steps[*need].state, State::Failed(_)));
        self.steps_of(task).filter(failed).filter(own).map(|step| &step.described)
    }

    /// Number of steps, and of those that are done.
    #[must_use]
    pub fn steps(&self) -> (usize, usize) {
        (self.steps.len(), self.steps.iter().filter(|step| step.state == State::Done).count())
    }

    /// Tasks of one step each, by array: what each needs, by array and task.
    #[cfg(test)]
    pub(super) fn of_tests(arrays: &[Vec<Vec<(usize, u32)>>]) -> Self {
        let (mut steps, mut tasks, mut place) = (Vec::new(), Vec::new(), HashMap::new());
        for (array, of_array) in arrays.iter().enumerate() {
            let mut numbers = Vec::new();
            for (task, needs) in (0_u32..).zip(of_array) {
                place.insert((array, task), steps.len());
                numbers.push(vec![steps.len()]);
                let name = format!("{array}/{task}");
                let described = Described {
                    key: name.clone(),
                    name,
                    study: String::new(),
                    place: String::new(),
                    kind: String::new(),
                    code: String::new(),
                    params: serde_json::Value::Null,
                    inputs: Vec::new(),
                    ports: Vec::new(),
                    needed: BTreeSet::new(),
                    kept: true,
                    outputs: Vec::new(),
                    work_bytes: 0,
                    flops: 0.0,
                };
                let needs = needs.iter().map(|need| place[need]).collect();
                steps.push(Step { described, needs, task: (array, task), state: State::Open(None) });
            }
            tasks.push(numbers);
        }
        Self { steps, tasks }
    }

    /// Sets how the step of a task stands: its result is there, or why it is not.
    #[cfg(test)]
    pub(super) fn set(&mut self, (array, task): (usize, u32), done: bool, mark: Option<Cause>) {
        let number = self.tasks[array][task as usize][0];
        self.steps[number].state = match mark {
            _ if done => State::Done,
            Some(cause) if cause.stays() => State::Failed("no".to_owned()),
            mark => State::Open(mark),
        };
    }

    fn steps_of(&self, (array, task): (usize, u32)) -> impl Iterator<Item = &Step> {
        let steps = self.tasks.get(array).and_then(|tasks| tasks.get(task as usize));
        steps.into_iter().flatten().map(|number| &self.steps[*number])
    }
}
