use super::*;
use crate::cluster::executor::Share;
use crate::cluster::local::{spool, tend};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Instant;

const FOLDER: &str = "LOFI_TESTS_TEND_LOCAL";

/// No test: the program that supervisors of tests are.
#[test]
fn a_supervisor_of_tests() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        tend::tend(Path::new(&folder)).unwrap();
    }
}

struct Place {
    folder: tempfile::TempDir,
    local: Local,
}

impl Place {
    fn new(workers: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = profile::Local { workers: Some(workers) };
        let mut local = Local::new(options, Common::default(), &folder.path().join("spool"));
        let program = std::env::current_exe().unwrap().display().to_string();
        let (_, module) = module_path!().split_once("::").unwrap();
        let text = format!("{FOLDER}=$1 exec \"$0\" --exact {module}::a_supervisor_of_tests");
        local.supervisor = Some(["sh", "-c", &text, &program].map(str::to_owned).to_vec());
        Self { folder, local }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn job(&self, name: &str, tasks: std::ops::Range<u32>, script: &str) -> ArrayJob {
        ArrayJob {
            name: name.into(),
            tasks: tasks.collect(),
            share: Share { memory_bytes: 1 << 30, seconds: 600, cpus: 1 },
            command: ["sh", "-c", script, "sh"].map(str::to_owned).to_vec(),
            environment: Vec::new(),
            folder: self.folder.path().to_owned(),
            logs: self.folder.path().to_owned(),
            after: Vec::new(),
            at_once: None,
        }
    }

    fn submit(&self, job: &ArrayJob) {
        assert_eq!(self.local.submit(job), Ok(Sent::Queued(job.name.clone())));
    }

    fn states(&self, name: &str) -> Vec<QueueState> {
        self.local.queue(&[name.to_owned()]).unwrap().into_iter().map(|queued| queued.state).collect()
    }

    /// Waits until all tasks of a job ended, and tells how.
    fn endings(&self, name: &str) -> Vec<Ending> {
        within(|| {
            let ended = |state: &QueueState| if let QueueState::Ended(ending) = state { Some(*ending) } else { None };
            let states = self.states(name);
            let over: Vec<Ending> = states.iter().filter_map(ended).collect();
            (!states.is_empty() && over.len() == states.len()).then_some(over)
        })
    }

    fn lines(&self, name: &str) -> Vec<String> {
        fs::read_to_string(self.path(name)).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn supervisor(&self) -> Option<i32> {
        fs::read_to_string(self.local.spool.0.join("lock")).ok()?.split(' ').next()?.parse().ok()
    }

    fn kill_supervisor(&self) {
        let pid = within(|| self.local.spool.is_tended().unwrap().then(|| self.supervisor())?);
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        within(|| (!self.local.spool.is_tended().unwrap()).then_some(()));
    }
}

impl Drop for Place {
    /// No supervisor is left, nor a task.
    fn drop(&mut self) {
        let names = self.local.spool.names("job").unwrap_or_default();
        let _ = self.local.cancel(&names.into_iter().map(|name| (name, None)).collect::<Vec<_>>());
        let start = Instant::now();
        while self.local.spool.is_tended().unwrap_or(false) && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn within<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come about");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn tasks_run_with_their_index_environment_and_log_and_the_job_goes() {
    let mut place = Place::new(2);
    place.local.common.prologue = "A=\"$A$task\"".into();
    place.local.common.environment = [("A".to_owned(), "from the profile".to_owned())].into();
    let mut job = place.job("lofi-a-0", 3..5, "echo $A \"$1\"; echo two >&2; exit 1");
    job.environment = vec![("A".into(), "it's ".into())];
    place.submit(&job);
    let mode =
        |path: &Path| std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777;
    if let Ok(true) = place.local.spool.file("lofi-a-0", "job").try_exists() {
        assert_eq!(mode(&place.local.spool.file("lofi-a-0", "job")), 0o600);
    }
    assert_eq!(place.endings("lofi-a-0"), [Ending::Plain; 2]);
    assert_eq!(place.lines("lofi-a-0-4.log"), ["it's 4 4", "two"]);
    within(|| (!place.local.spool.file("lofi-a-0", "job").exists()).then_some(()));
    assert!(matches!(place.local.submit(&job), Err(SendError::Unclear(said)) if said.contains("was here before")));
    assert!(matches!(place.local.submit(&place.job("../x", 0..1, "")), Err(SendError::Refused(_))));
}

#[test]
fn what_is_written_runs_the_same() {
    let mut place = Place::new(3);
    place.local.common.pass = vec!["HOME".into()];
    place.local.common.prologue = "B=\"$task\"; export B".into();
    let mut job = place.job("lofi-w-0", 7..9, "echo \"$A $B\" $1");
    job.environment = vec![("A".into(), "'a\" $x".into())];
    job.after = vec!["lofi-w-x".into()];
    let text = place.local.written(&job);
    assert!(text.contains("after lofi-w-x") && text.contains("at most 3 processors"), "{text}");
    assert!(!text.contains("export HOME"));
    assert!(Command::new("sh").args(["-c", &text]).status().unwrap().success());
    assert_eq!(place.lines("lofi-w-0-8.log"), ["'a\" $x 8 8"]);
}

#[test]
fn a_job_waits_for_those_before_it() {
    let place = Place::new(4);
    let say = |text: &str| format!("sleep 0.$1; echo {text} >>order");
    let held = format!("while ! [ -e go ]; do sleep 0.01; done; {}", say("first"));
    place.submit(&place.job("first", 1..4, &held));
    let mut second = place.job("second", 0..2, &say("second"));
    second.after = vec!["first".into()];
    let mut third = place.job("third", 0..1, &say("third"));
    third.after = vec!["second".into(), "first".into()];
    place.submit(&second);
    place.submit(&third);
    assert_eq!(place.states("third"), [QueueState::Waiting("for other jobs".into())]);
    fs::write(place.path("go"), "").unwrap();
    place.endings("third");
    assert_eq!(place.lines("order"), ["first", "first", "first", "second", "second", "third"]);
}

/// The most tasks that ran at once, by lines of begins and ends.
fn most(lines: &[String]) -> usize {
    let (mut now, mut most) = (0, 0_usize);
    for line in lines {
        now = if line == "begin" { now + 1 } else { now - 1 };
        most = most.max(now);
    }
    most
}

#[test]
fn no_more_tasks_run_at_once_than_there_are_workers_over_all_jobs() {
    let place = Place::new(3);
    let script = "echo begin >>seen; sleep 0.02; echo end >>seen";
    let mut wide = place.job("wide", 0..3, script);
    wide.share.cpus = 100;
    place.submit(&place.job("one", 0..20, script));
    place.submit(&wide);
    place.submit(&place.job("two", 0..20, script));
    for name in ["one", "two", "wide"] {
        place.endings(name);
    }
    let lines = place.lines("seen");
    assert_eq!(lines.len(), 86);
    assert!((2..=3).contains(&most(&lines)), "{}", most(&lines));
    let mut bounded = place.job("bounded", 0..10, "echo begin >>few; sleep 0.02; echo end >>few");
    bounded.at_once = Some(1);
    place.submit(&bounded);
    place.endings("bounded");
    assert_eq!(most(&place.lines("few")), 1);
}

#[test]
fn what_is_taken_back_ends_and_the_rest_runs() {
    let place = Place::new(2);
    place.submit(&place.job("a", 0..4, "trap 'echo asked; exit 85' TERM; echo $1 >>ran; sleep 60 & wait"));
    within(|| (place.lines("ran").len() == 2).then_some(()));
    let running = QueueState::Running(host());
    let waiting = QueueState::Waiting("for a processor".into());
    // Its lines come after what a task does first.
    within(|| {
        (place.states("a") == [running.clone(), running.clone(), waiting.clone(), waiting.clone()]).then_some(())
    });
    place.local.cancel(&[("a".into(), Some(vec![0, 2]))]).unwrap();
    within(|| (place.lines("ran").len() == 3).then_some(()));
    assert_eq!(place.lines("ran")[2], "3");
    assert_eq!(place.lines("a-0.log"), ["asked"]);
    place.local.cancel(&[("a".into(), None), ("unknown".into(), None)]).unwrap();
    assert_eq!(place.endings("a"), [Ending::Cancelled; 4]);
}

#[test]
fn one_that_takes_too_long_is_killed_and_one_that_goes_on_starts_again() {
    let place = Place::new(2);
    let mut long = place.job("long", 0..1, "sleep 60");
    long.share.seconds = 1;
    place.submit(&long);
    place.submit(&place.job("again", 0..1, "if [ -e kept ]; then echo done; else sleep 1.1; : >kept; exit 85; fi"));
    place.submit(&place.job("idle", 0..1, "echo idle; exit 85"));
    assert_eq!(place.endings("long"), [Ending::Time]);
    assert_eq!(place.endings("again"), [Ending::Plain]);
    assert_eq!(place.lines("again-0.log"), ["done"]);
    assert_eq!(place.endings("idle"), [Ending::Plain]);
    assert_eq!(place.lines("idle-0.log"), ["idle"]);
    let mut nowhere = place.job("nowhere", 0..1, "");
    nowhere.folder = place.path("nowhere");
    place.submit(&nowhere);
    assert_eq!(place.endings("nowhere"), [Ending::Never]);
}

#[test]
fn a_killed_supervisor_is_followed_by_another_and_no_task_runs_twice() {
    let place = Place::new(2);
    place.submit(&place.job("a", 0..4, "echo $1 >>ran; while ! [ -e go ]; do sleep 0.02; done; echo $1 >>over"));
    within(|| (place.lines("ran").len() == 2).then_some(()));
    // The lines of their begin may come after what they do.
    within(|| (place.local.spool.states("a").unwrap().len() == 2).then_some(()));
    place.kill_supervisor();
    let running = QueueState::Running(host());
    assert_eq!(place.states("a")[..2], [running.clone(), running], "they go on");
    let job = place.local.spool.file("a", "job");
    fs::File::open(&job).unwrap().set_modified(SystemTime::now() - 2 * STARTS_WITHIN).unwrap();
    assert_eq!(place.states("a").len(), 4, "another sees to the rest");
    place.submit(&place.job("b", 0..1, "echo b >>over"));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(place.lines("ran").len(), 2, "the workers are those of before");
    fs::write(place.path("go"), "").unwrap();
    assert_eq!((place.endings("a"), place.endings("b")), (vec![Ending::Plain; 4], vec![Ending::Plain]));
    let mut over = place.lines("over");
    over.sort();
    assert_eq!(over, ["0", "1", "2", "3", "b"]);
}

#[test]
fn what_died_with_its_supervisor_is_begun_anew_and_a_torn_line_spoils_nothing() {
    let place = Place::new(1);
    let mut job = place.local.job(&place.job("a", 0..3, "echo $1"));
    job.tasks = vec![0, 1, 2];
    place.local.spool.put(&job).unwrap();
    let dead = spool::Process { pid: std::process::id(), began: Some(1) };
    place.local.spool.note("a", 0, &State::Running(dead)).unwrap();
    place.local.spool.note("a", 2, &State::Ended(spool::Over::Plain, Some(0))).unwrap();
    let mut file = OpenOptions::new().append(true).open(place.local.spool.file("a", "state")).unwrap();
    io::Write::write_all(&mut file, b"\n[1, {\"run").unwrap();
    fs::write(place.local.spool.file("odd", "job"), "{").unwrap();
    tend::supervise(&place.local.spool).unwrap();
    assert_eq!(place.endings("a"), [Ending::Plain; 3]);
    assert_eq!((place.lines("a-0.log"), place.lines("a-1.log")), (vec!["0".into()], vec!["1".into()]));
    assert!(!place.path("a-2.log").exists());
    assert!(place.local.spool.file("odd", "damaged").exists());
}

#[test]
fn of_supervisors_that_race_one_works_and_no_job_is_lost() {
    let place = Place::new(1);
    for round in 0..5 {
        let names: Vec<String> = (0..4).map(|job| format!("r{round}-{job}")).collect();
        std::thread::scope(|scope| {
            for name in &names {
                scope.spawn(|| place.submit(&place.job(name, 0..2, "echo begin >>seen; echo end >>seen")));
            }
        });
        // Sometimes while the last one ends, sometimes after.
        names.iter().for_each(|name| assert_eq!(place.endings(name), [Ending::Plain; 2]));
    }
    let lines = place.lines("seen");
    assert_eq!((lines.len(), most(&lines)), (80, 1));
}

#[test]
fn tasks_of_another_host_are_asked_for_there() {
    let place = Place::new(1);
    let mut other = place.local.clone();
    other.spool = Spool(place.path("spool").join("other-host"));
    other.supervisor = Some(vec!["true".into()]);
    other.submit(&place.job("far", 0..2, "")).unwrap();
    let said = place.local.queue(&["far".into()]).unwrap_err().to_string();
    assert_eq!(said, "the tasks of far run on other-host: ask there");
    place.local.cancel(&[("far".into(), None)]).unwrap();
    assert_eq!(other.known("far").unwrap().unwrap()[1].state, QueueState::Ended(Ending::Cancelled));
    assert_eq!(place.local.queue(&["never".into()]), Ok(Vec::new()));
}
