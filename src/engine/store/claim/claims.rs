//! The steps of one run that are claimed: whose claim grows is at work.

use super::file::{Claim, Claimed, Found, claim, held, take_over};
use crate::engine::store::entries::Store;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_secs(2);
/// Longer than a busy machine may leave a living process without a turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than another machine may be shown an old length: NFS keeps attributes for up to 60 s.
const FAR_PATIENCE: Duration = Duration::from_secs(90);

/// The steps of one run that are claimed, here and elsewhere.
pub(in crate::engine) struct Claims {
    mine: HashMap<usize, Claim>,
    /// Length of the claim when it was seen to grow, and when that was by this process's own clock.
    theirs: HashMap<usize, (u64, Instant)>,
    waiting: BTreeSet<usize>,
    beaten: Instant,
}

impl Default for Claims {
    fn default() -> Self {
        Self { mine: HashMap::new(), theirs: HashMap::new(), waiting: BTreeSet::new(), beaten: Instant::now() }
    }
}

impl Claims {
    /// Claims a step; false where another process is at it: then the step waits.
    pub fn take(&mut self, store: &Store, (node, key): (usize, &str)) -> bool {
        let mut claimed = claim(store, key);
        if let Claimed::Elsewhere(found) = &claimed
            && !self.shows_life(node, found)
        {
            claimed = take_over(store, key);
        }
        let here = match claimed {
            Claimed::Here(claim) => {
                self.theirs.remove(&node);
                self.mine.extend(claim.map(|claim| (node, claim)));
                true
            }
            Claimed::Elsewhere(found) => !self.shows_life(node, &found),
        };
        if here {
            self.waiting.remove(&node);
        } else {
            self.waiting.insert(node);
        }
        here
    }

    /// Whether another process is at a step.
    pub fn held_elsewhere(&mut self, store: &Store, (node, key): (usize, &str)) -> bool {
        match held(store, key) {
            Some(found) => self.shows_life(node, &found),
            None => {
                self.theirs.remove(&node);
                false
            }
        }
    }

    /// Whether the claim of another process has grown not long ago.
    fn shows_life(&mut self, node: usize, found: &Found) -> bool {
        let (seen, since) = self.theirs.entry(node).or_insert_with(|| (found.bytes, Instant::now()));
        if *seen != found.bytes {
            (*seen, *since) = (found.bytes, Instant::now());
        }
        since.elapsed() <= if found.near { PATIENCE } else { FAR_PATIENCE }
    }

    /// A step waits for what others are at.
    pub fn wait(&mut self, node: usize) {
        self.waiting.insert(node);
    }

    /// A step is done, or not to be done.
    pub fn give_back(&mut self, node: usize) {
        self.mine.remove(&node);
        self.theirs.remove(&node);
        self.waiting.remove(&node);
    }

    /// The steps that wait for others.
    pub fn waiting(&self) -> BTreeSet<usize> {
        self.waiting.clone()
    }

    /// Shows that this process lives: by its claims to those that wait for them, by its folder to those that clear.
    pub fn beat(&mut self, store: &Store) {
        if self.beaten.elapsed() > BEAT {
            self.beaten = Instant::now();
            self.mine.values().for_each(Claim::beat);
            store.beat();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::place;
    use super::*;
    use crate::engine::store::testing;

    #[test]
    fn a_step_is_claimed_by_one_run_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (7, "abc")));
        assert!(two.take(&store, (8, "abd")));
        assert_eq!(two.waiting(), BTreeSet::from([7]));
        Store::open(folder.path()).unwrap();
        assert!(!two.take(&store, (7, "abc")), "another run cleared a claim that is held");
        one.give_back(0);
        assert!(two.take(&store, (7, "abc")));
        assert_eq!(two.waiting(), BTreeSet::new());
        drop((one, two));
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_claim_that_nobody_shows_to_be_alive_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        let long_ago = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (0, "abc")));
        two.theirs.get_mut(&0).unwrap().1 = long_ago;
        one.beaten = long_ago;
        one.beat(&store);
        assert!(!two.take(&store, (0, "abc")), "it has grown");
        two.theirs.get_mut(&0).unwrap().1 = long_ago;
        assert!(two.take(&store, (0, "abc")));
        drop(one);
        assert!(place(&store, "abc").exists(), "the claim that was taken over is another's");
        assert!(!Claims::default().take(&store, (0, "abc")));
    }

    #[test]
    fn where_locks_are_refused_growth_alone_tells() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let _refused = testing::refuse_locks();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (0, "abc")), "without locks every process would compute everything");
        assert!(two.held_elsewhere(&store, (0, "abc")));
        std::mem::forget(one);
        two.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(two.take(&store, (0, "abc")), "its owner has ended");
        let mut three = Claims::default();
        assert!(!three.take(&store, (0, "abc")), "it has a new owner");
        two.give_back(0);
        assert!(three.take(&store, (0, "abc")));
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 1);
    }

    #[test]
    fn a_claim_of_another_machine_is_waited_for_though_its_lock_seems_free() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut there = Claims::default();
        {
            let _other = testing::on_another_boot();
            assert!(there.take(&store, (0, "abc")));
        }
        // A file system that keeps locks to each machine.
        there.mine[&0].file.unlock().unwrap();
        let mut here = Claims::default();
        assert!(!here.take(&store, (0, "abc")));
        drop(Store::open(folder.path()).unwrap());
        here.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(!here.take(&store, (0, "abc")), "what another machine is shown may be old");
        here.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * FAR_PATIENCE).unwrap();
        assert!(here.take(&store, (0, "abc")));
    }

    #[test]
    fn the_claim_of_a_process_that_has_ended_here_is_taken_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut one = Claims::default();
        assert!(one.take(&store, (0, "abc")));
        one.mine[&0].file.unlock().unwrap();
        let mut two = Claims::default();
        assert!(!two.held_elsewhere(&store, (0, "abc")));
        assert!(two.take(&store, (0, "abc")));
    }

    #[test]
    fn whatever_lies_there_instead_hinders_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir_all(folder.path().join("tmp/abc.claim")).unwrap();
        assert!(Claims::default().take(&store, (0, "abc")));
    }
}
