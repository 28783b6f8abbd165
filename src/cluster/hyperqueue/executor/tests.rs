use super::*;
use crate::cluster::executor::Share;
use std::fs;
use std::path::Path;

fn job(folder: &Path) -> ArrayJob {
    ArrayJob {
        name: "lofi-abc-0".into(),
        tasks: vec![3, 4, 9],
        share: Share { memory_bytes: (3 << 30) + 1, seconds: 3600, cpus: 2 },
        command: ["sh", "-c", "echo $A \"$@\"; exit 75", "x", "it's \"$x\"\n\\"].map(String::from).to_vec(),
        environment: vec![("A".into(), "\u{7f}b".into())],
        folder: folder.to_owned(),
        logs: folder.to_owned(),
        after: Vec::new(),
        at_once: None,
    }
}

/// An executor whose `hq` is this shell text; it does not stand for the real program, whose answers are taken from its
/// documentation.
fn executor(folder: &Path, hq: &str) -> HyperQueue {
    let path = folder.join("hq");
    let text = format!("#!/bin/sh\necho \"$*\" >>{}/asked\n{hq}\n", folder.display());
    // Written by a shell: a program that this process holds open for writing, in whatever child, does not start.
    let write = "printf %s \"$1\" >\"$2\" && chmod 755 \"$2\"";
    let written = Command::new("sh").args(["-c", write, "sh", &text]).arg(&path).status().unwrap();
    assert!(written.success());
    let options = profile::HyperQueue { hq: path.display().to_string(), server_dir: Some("/x".into()) };
    HyperQueue::new(options, Common::default())
}

#[test]
fn the_job_file_is_toml_and_its_command_runs_the_task() {
    let folder = tempfile::tempdir().unwrap();
    let mut executor = executor(folder.path(), "");
    executor.common.prologue = "A=\"$A!\"".to_owned();
    executor.common.pass = vec!["SECRET".into()];
    let text = executor.file(&job(folder.path()), |_| Some("key".into()));
    let file = toml::de::DeTable::parse(&text).unwrap();
    let array = file.get_ref().get("array").unwrap().get_ref();
    assert_eq!(array["ids"].get_ref().as_str(), Some("3,4,9"));
    let request = &array["request"].get_ref()[0].get_ref()["resources"];
    assert_eq!(request.get_ref()["mem"].get_ref().as_integer().unwrap().as_str(), "3073", "rounded up");
    let words = array["command"].get_ref().as_array().unwrap().iter();
    let words: Vec<&str> = words.map(|word| word.get_ref().as_str().unwrap()).collect();
    let env = array["env"].get_ref().as_table().unwrap();
    let env = env.iter().map(|(name, value)| (name.get_ref().to_string(), value.get_ref().as_str().unwrap()));
    let run = Command::new(words[0]).args(&words[1..]).envs(env).env("HQ_TASK_ID", "9").output().unwrap();
    assert_eq!(run.status.code(), Some(75), "{run:?}");
    // The prologue sets A for the command, which has it in its environment.
    assert_eq!(fs::read_to_string(folder.path().join("lofi-abc-0-9.log")).unwrap(), "\u{7f}b! it's \"$x\"\n\\ 9\n");
    assert!(text.contains("\"SECRET\" = \"key\"") && !executor.written(&job(folder.path())).contains("\"key\""));
}

#[test]
fn a_job_is_sent_and_its_file_goes() {
    let folder = tempfile::tempdir().unwrap();
    let sent = executor(folder.path(), "cp \"$7\" \"$(dirname \"$0\")/copy\"; echo '{\"id\": 17}'");
    assert_eq!(sent.submit(&job(folder.path())), Ok(Sent::Queued("17".into())));
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    assert!(asked.starts_with("--server-dir /x --output-mode json job submit-file "), "{asked}");
    assert_eq!(fs::read_to_string(folder.path().join("copy")).unwrap(), sent.written(&job(folder.path())));
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["asked", "copy", "hq"]);
}

#[test]
fn an_answer_that_is_none_is_unclear() {
    let folder = tempfile::tempdir().unwrap();
    for (hq, words) in [
        ("echo '{\"error\": \"no server\"}'; exit 1", "no server"),
        ("echo gone >&2; exit 1", "gone"),
        ("echo '{\"job\": 1}'", "another form"),
        ("kill -9 $$", "signal"),
    ] {
        let executor = executor(folder.path(), hq);
        let Err(SendError::Unclear(said)) = executor.submit(&job(folder.path())) else { panic!("{hq}") };
        assert!(said.contains(words), "{said}");
        assert!(executor.queue(&["a".into()]).is_err());
    }
    let mut absent = executor(folder.path(), "");
    absent.options.hq = "/nowhere/hq".into();
    let said = absent.queue(&[]).unwrap_err().to_string();
    assert!(said.contains("set `hq` under [hyperqueue] in lofi.cluster.toml"), "{said}");
    assert!(matches!(absent.submit(&job(folder.path())), Err(SendError::Later(_))), "it surely was not sent");
}

#[test]
fn the_queue_is_read_task_by_task() {
    let folder = tempfile::tempdir().unwrap();
    let hq = "case \"$*\" in
*'job list --all') echo '[{\"id\": 1, \"name\": \"other\"}, {\"id\": 2, \"name\": \"a\", \"task_count\": 7}]';;
*'task list 2') echo '{\"2\": [{\"id\": 0, \"state\": \"waiting\"}, {\"id\": 1, \"state\": \"running\", \"worker\": 5},
{\"id\": 2, \"state\": \"finished\"}, {\"id\": 3, \"state\": \"failed\", \"error\": \"Time limit reached\"},
{\"id\": 4, \"state\": \"failed\", \"error\": \"Program terminated with exit code 3.\"}, {\"id\": 5, \"state\": \"canceled\"},
{\"id\": 6, \"state\": \"unheard of\"}]}';;
*) exit 1;; esac";
    let found = executor(folder.path(), hq).queue(&["a".into(), "absent".into()]).unwrap();
    assert!(found.iter().all(|queued| queued.name == "a" && queued.job == "2"));
    let states: Vec<_> = found.into_iter().map(|queued| (queued.task.unwrap(), queued.state)).collect();
    let ended = QueueState::Ended;
    let expected = [
        (0, QueueState::Waiting("for a worker".into())),
        (1, QueueState::Running("worker 5".into())),
        (2, ended(Ending::Plain)),
        (3, ended(Ending::Time)),
        (4, ended(Ending::Plain)),
        (5, ended(Ending::Cancelled)),
    ];
    assert_eq!(states, expected);
}

#[test]
fn whole_jobs_are_taken_back_and_single_tasks_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let executor = executor(folder.path(), "");
    let said = executor.cancel(&[("2".into(), Some(vec![1])), ("3".into(), None)]).unwrap_err().to_string();
    assert!(said.contains("single tasks of job 2"), "{said}");
    assert_eq!(executor.cancel(&[("4".into(), None)]), Ok(()));
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(
        asked,
        "--server-dir /x --output-mode json job cancel 3\n--server-dir /x --output-mode json job cancel 4\n"
    );
}
