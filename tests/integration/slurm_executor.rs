//! The executor of SLURM against a SLURM of one node, which lives as long as one test: this binary starts it round itself.

use crate::common::skipped;
use crate::project::repository;
use lofi::cluster::profile::{self, Profile};
use lofi::cluster::{ArrayJob, Ending, Executor, QueueState, Queued, SendError, Sent, Share, Slurm};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The folder of the test, given to the process inside.
const INSIDE: &str = "LOFI_TEST_INSIDE_SLURM";

#[test]
fn an_array_goes_through_a_real_slurm_whatever_befalls_it() {
    if let Some(folder) = std::env::var_os(INSIDE) {
        return Cluster(folder.into()).all();
    }
    let folder = tempfile::Builder::new().prefix("lofi-slurm-").tempdir_in("/tmp").unwrap();
    let name = std::thread::current().name().unwrap().to_owned();
    let run = Command::new(repository().join("tests/cluster/slurm.sh"))
        .arg(folder.path().join("slurm"))
        .arg(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture"])
        .envs([(INSIDE, folder.path().to_str().unwrap()), ("SLURM_TEST_CPUS", "4")])
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    match run.status.code() {
        Some(77) => skipped(said.trim()),
        code => assert!(code == Some(0) && said.contains("1 passed"), "{said}\n{:?}", run.status),
    }
}

/// What runs inside, in its folder.
struct Cluster(PathBuf);

impl Cluster {
    fn all(&self) {
        let signalled = self.send_signalled();
        self.runs_in_order();
        self.takes_back();
        self.puts_back_what_ended_with_85();
        self.refuses();
        self.was_signalled(&signalled);
        self.is_found_after_no_answer();
    }

    fn slurm(options: profile::Slurm) -> Slurm {
        let mut common = Profile::default().common("slurm");
        common.largest_array = 5000;
        Slurm::new(options, common)
    }

    /// Each task runs this shell text, in which it is `$1`.
    fn job(&self, name: &str, tasks: Vec<u32>, text: &str) -> ArrayJob {
        ArrayJob {
            name: name.into(),
            tasks,
            share: Share { memory_bytes: 100 << 20, seconds: 600, cpus: 1 },
            command: ["bash", "-c", text, "task"].map(String::from).to_vec(),
            environment: vec![("LOFI_WORD".into(), "it's \"$x\"".into())],
            folder: self.0.clone(),
            logs: self.0.clone(),
            after: Vec::new(),
            at_once: None,
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }

    fn runs_in_order(&self) {
        let slurm = Self::slurm(profile::Slurm::default());
        assert_eq!(slurm.most_tasks(), 1001);
        let mut first = self.job("lofi-a-0", vec![0, 1, 2, 7], "sleep 1; echo \"$LOFI_WORD\" $1; touch a-$1; exit $1");
        first.at_once = Some(2);
        let id = sent(&slurm, &first);
        let mut second = self.job("lofi-a-1", vec![5], "ls a-* | wc -l");
        second.after = vec![id.clone()];
        sent(&slurm, &second);
        let names = ["lofi-a-0".to_owned(), "lofi-a-1".to_owned(), "lofi-absent-0".to_owned()];
        let waits = |queued: &Queued| queued.state == QueueState::Waiting("Dependency".into());
        until(&slurm, &names[1..], |found| found.len() == 1 && waits(&found[0]));
        let found = until(&slurm, &names, |found| found.iter().all(|queued| queued.state == ENDED));
        let mut tasks: Vec<_> = found.iter().map(|queued| (queued.name.as_str(), queued.task.unwrap())).collect();
        tasks.sort_unstable();
        assert_eq!(tasks, [("lofi-a-0", 0), ("lofi-a-0", 1), ("lofi-a-0", 2), ("lofi-a-0", 7), ("lofi-a-1", 5)]);
        assert!(found.iter().all(|queued| queued.name != "lofi-a-0" || queued.job == id));
        assert_eq!(self.read("lofi-a-0-7.log"), "it's \"$x\" 7\n");
        // It ran after all of them, although three of those failed.
        assert_eq!(self.read("lofi-a-1-5.log").trim(), "4");
    }

    fn takes_back(&self) {
        let slurm = Self::slurm(profile::Slurm::default());
        // Where SLURM ends it, the command says that it is to be put back: that must not undo the wish of whoever cancels.
        let text = "trap 'exit 85' TERM; touch c-$1; while :; do sleep 0.1; done";
        let mut job = self.job("lofi-c-0", vec![0, 1, 2, 3, 4], text);
        job.at_once = Some(1);
        let id = sent(&slurm, &job);
        let names = [job.name];
        until(&slurm, &names, |found| found.iter().any(|queued| matches!(queued.state, QueueState::Running(_))));
        self.wait_for("c-0");
        slurm.cancel(&[(id.clone(), Some(vec![2, 3])), ("99999".into(), None)]).unwrap();
        let left = |found: &[Queued]| {
            let waits = |queued: &&Queued| matches!(queued.state, QueueState::Waiting(_));
            let mut tasks: Vec<_> = found.iter().filter(waits).map(|queued| queued.task).collect();
            tasks.sort_unstable();
            tasks == [Some(1), Some(4)]
        };
        until(&slurm, &names, left);
        slurm.cancel(&[(id.clone(), None)]).unwrap();
        let cancelled = |queued: &Queued| queued.state == QueueState::Ended(Ending::Cancelled);
        until(&slurm, &names, |found| found.iter().all(cancelled));
        std::thread::sleep(Duration::from_secs(3));
        until(&slurm, &names, |found| found.iter().all(cancelled));
        slurm.cancel(&[(id, None)]).unwrap();
    }

    fn puts_back_what_ended_with_85(&self) {
        let slurm = Self::slurm(profile::Slurm::default());
        let job = self.job("lofi-e-0", vec![3], "echo run $1; if [ -e e ]; then exit 0; fi; touch e; exit 85");
        sent(&slurm, &job);
        self.wait_for_text("lofi-e-0-3.log", |text| text.matches("run 3\n").count() == 2);
        until(&slurm, &[job.name], |found| found.iter().all(|queued| queued.state == ENDED));
    }

    fn refuses(&self) {
        let job = self.job("lofi-f-0", vec![0], "true");
        let options = profile::Slurm { partition: Some("nonesuch".into()), ..profile::Slurm::default() };
        refused(&Self::slurm(options), &job, "partition");
        let slurm = Self::slurm(profile::Slurm { constraint: Some("gpu".into()), ..profile::Slurm::default() });
        refused(&slurm, &job, "feature");
        let plain = Self::slurm(profile::Slurm::default());
        let mut large = job.clone();
        large.share.memory_bytes = 1 << 40;
        refused(&plain, &large, "Memory");
        let mut beyond = job.clone();
        beyond.tasks = vec![1001];
        refused(&plain, &beyond, "array");
        refused(
            &Self::slurm(profile::Slurm { options: vec!["--nonesuch".into()], ..Default::default() }),
            &job,
            "option",
        );
        // SLURM may keep what it refused as failed, which is not what was sent.
        assert_eq!(plain.queue(&[job.name]), Ok(Vec::new()));
    }

    /// A task that is told before its time is over, as soon as SLURM looks at its time.
    fn send_signalled(&self) -> ArrayJob {
        let text = "if [ -e told ]; then echo again; exit 0; fi; trap 'touch told; exit 85' USR1; \
                    while :; do sleep 0.1; done";
        let mut job = self.job("lofi-g-0", vec![0], text);
        job.share.seconds = 120;
        let signal_before = Duration::from_secs(119);
        sent(&Self::slurm(profile::Slurm { signal_before, ..profile::Slurm::default() }), &job);
        job
    }

    fn was_signalled(&self, job: &ArrayJob) {
        self.wait_for("told");
        self.wait_for_text("lofi-g-0-0.log", |text| text.ends_with("again\n"));
        let slurm = Self::slurm(profile::Slurm::default());
        until(&slurm, std::slice::from_ref(&job.name), |found| found.iter().all(|queued| queued.state == ENDED));
    }

    fn is_found_after_no_answer(&self) {
        let slurm = Self::slurm(profile::Slurm::default());
        run("slurm-kill", &["slurmctld", "STOP"]);
        let job = self.job("lofi-h-0", vec![0, 1], "true");
        let answer = slurm.submit(&job);
        assert!(matches!(answer, Err(SendError::Unclear(_))), "{answer:?}");
        assert!(slurm.queue(&["lofi-h-0".into()]).is_err());
        assert!(slurm.cancel(&[("1".into(), None)]).is_err());
        run("slurm-kill", &["slurmctld", "CONT"]);
        until(&slurm, &["lofi-h-0".into()], |found| found.len() == 2);
        until(&slurm, &["lofi-h-0".into()], |found| found.iter().all(|queued| queued.state == ENDED));
        run("slurm-kill", &["slurmctld"]);
        let answer = slurm.submit(&self.job("lofi-h-1", vec![0], "true"));
        assert!(matches!(answer, Err(SendError::Unclear(_))), "{answer:?}");
        assert!(slurm.queue(&["lofi-h-1".into()]).is_err());
        run("slurm-start", &["slurmctld"]);
        assert_eq!(slurm.queue(&["lofi-h-1".into()]), Ok(Vec::new()), "nobody heard of it");
    }

    fn wait_for(&self, name: &str) {
        let start = Instant::now();
        while !self.0.join(name).exists() {
            assert!(start.elapsed() < PATIENCE, "no {name}");
            std::thread::sleep(PAUSE);
        }
    }

    fn wait_for_text(&self, name: &str, fits: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !fits(&self.read(name)) {
            assert!(start.elapsed() < PATIENCE, "{name}: {}", self.read(name));
            std::thread::sleep(PAUSE);
        }
    }
}

const ENDED: QueueState = QueueState::Ended(Ending::Plain);
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(100);

fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success(), "{program} {arguments:?}");
}

fn sent(slurm: &Slurm, job: &ArrayJob) -> String {
    match slurm.submit(job) {
        Ok(Sent::Queued(id)) => id,
        other => panic!("{}: {other:?}", job.name),
    }
}

fn refused(slurm: &Slurm, job: &ArrayJob, word: &str) {
    let answer = slurm.submit(job);
    assert!(matches!(&answer, Err(SendError::Refused(said)) if said.contains(word)), "{word}: {answer:?}");
}

/// Asks until something is queued that fits.
fn until(slurm: &dyn Executor, names: &[String], fits: impl Fn(&[Queued]) -> bool) -> Vec<Queued> {
    let start = Instant::now();
    loop {
        let answer = slurm.queue(names);
        match &answer {
            Ok(found) if !found.is_empty() && fits(found) => return answer.unwrap(),
            _ => assert!(start.elapsed() < PATIENCE, "{names:?}: {answer:?}"),
        }
        std::thread::sleep(PAUSE);
    }
}
