use super::*;
use crate::cluster::executor::Share;
use serde_json::Value as Json;

fn job() -> ArrayJob {
    ArrayJob {
        name: "lofi-abc-0".into(),
        tasks: vec![3, 4, 9],
        share: Share { memory_bytes: 3 << 30, seconds: 3600, cpus: 2 },
        command: ["lofi", "exec-step", "it's $(HOME) $x"].map(String::from).to_vec(),
        environment: vec![("LOFI_STORE".into(), "/store/lofi".into()), ("TWICE".into(), "job".into())],
        folder: "/store/project".into(),
        logs: "/store/logs".into(),
        after: vec!["17".into()],
        at_once: None,
    }
}

fn executor(folder: &Path) -> Kubernetes {
    let (image, claim) = (Some("registry.example/lofi:1".to_owned()), Some("lofi-store".to_owned()));
    let options = profile::Kubernetes { image, claim, ..profile::Kubernetes::default() };
    Kubernetes::new(folder.to_owned(), options, Common::default())
}

fn manifest(executor: &Kubernetes, job: &ArrayJob) -> Json {
    serde_json::from_str(&executor.written(job)).unwrap()
}

fn container(manifest: &Json) -> &Json {
    &manifest["spec"]["template"]["spec"]["containers"][0]
}

/// What Kubernetes makes of `$$`; nothing else in a manifest of ours may be replaced.
fn expanded(text: &Json) -> String {
    let text = text.as_str().unwrap();
    assert_eq!(text.replace("$$", "").matches('$').count(), 0, "{text}");
    text.replace("$$", "$")
}

#[test]
fn what_the_schema_lets_pass_is_right() {
    let manifest = manifest(&executor(Path::new("x")), &job());
    let (spec, pod) = (&manifest["spec"], &manifest["spec"]["template"]["spec"]);
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!((&spec["completionMode"], &spec["podReplacementPolicy"]), (&"Indexed".into(), &"Failed".into()));
    let rules = spec["podFailurePolicy"]["rules"].as_array().unwrap();
    let mut of = BTreeMap::new();
    for rule in rules {
        // One sort of condition a rule.
        assert!(rule["onExitCodes"].is_null() != rule["onPodConditions"].is_null(), "{rule}");
        let Some(codes) = rule["onExitCodes"]["values"].as_array() else { continue };
        assert_eq!(rule["onExitCodes"]["containerName"], container(&manifest)["name"]);
        assert_eq!(rule["onExitCodes"]["operator"], "In");
        let codes: Vec<_> = codes.iter().map(|code| code.as_u64().unwrap()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b) && codes[0] > 0, "{codes:?}");
        for code in codes {
            assert_eq!(of.insert(code, rule["action"].as_str().unwrap()), None, "{code} is in two rules");
        }
    }
    let condition =
        serde_json::json!({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]});
    assert_eq!(rules[0], condition, "the first rule that fits holds");
    let codes = |action: &str| of.iter().filter(|(_, of)| **of == action).map(|(code, _)| *code).collect::<Vec<_>>();
    assert_eq!(codes("Ignore"), [75, 85]);
    assert_eq!(codes("FailIndex"), [1, 2, 3, 4, 87]);
    assert_eq!(codes("Count"), [86, 137]);
    assert_eq!(of.len(), 9);
    // FailIndex and maxFailedIndexes want it.
    assert!(spec["backoffLimitPerIndex"].is_u64());
    assert!(spec["activeDeadlineSeconds"].as_i64().unwrap() > 2 * 3600);
    assert_eq!(pod["terminationGracePeriodSeconds"], 120);
    assert_eq!(
        (&spec["completions"], &spec["parallelism"], &spec["maxFailedIndexes"]),
        (&3.into(), &3.into(), &3.into())
    );
}

#[test]
fn a_pod_has_the_share_of_its_task() {
    let manifest = manifest(&executor(Path::new("x")), &job());
    let resources = &container(&manifest)["resources"];
    assert_eq!(resources["requests"], serde_json::json!({"cpu": "2", "memory": "3221225472"}));
    assert_eq!(resources["limits"], serde_json::json!({"memory": "3221225472"}));
    assert_eq!(manifest["spec"]["template"]["spec"]["activeDeadlineSeconds"], 3600);
}

#[test]
fn the_command_comes_through_the_shell_and_kubernetes_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut executor = executor(folder.path());
    executor.options.mount = folder.path().display().to_string();
    executor.common.prologue = "PAID=$((40 + 2)) && export PAID".to_owned();
    let mut job = ArrayJob { logs: folder.path().join("it's logs"), folder: folder.path().to_owned(), ..job() };
    std::fs::create_dir(&job.logs).unwrap();
    job.command = ["sh", "-c", "echo $PAID \"$@\"; exit 75", "x", "it's $(HOME) $x $$"].map(String::from).to_vec();
    let manifest = manifest(&executor, &job);
    let of = container(&manifest);
    let words = |key: &str| of[key].as_array().unwrap().iter().map(expanded).collect::<Vec<_>>();
    let all = [words("command"), words("args")].concat();
    let mut command = std::process::Command::new(&all[0]);
    let run = command.args(&all[1..]).env("JOB_COMPLETION_INDEX", "2").output().unwrap();
    assert_eq!(run.status.code(), Some(75), "{run:?}");
    let log = std::fs::read_to_string(job.logs.join("lofi-abc-0-9.log")).unwrap();
    assert_eq!(log, "42 it's $(HOME) $x $$ 9\n");
    assert_eq!(of["workingDir"], folder.path().display().to_string());
}

#[test]
fn what_lies_outside_of_the_volume_is_not_named() {
    let job = ArrayJob { folder: "/home/me/project".into(), logs: "/home/me/logs".into(), ..job() };
    let text = executor(Path::new("x")).written(&job);
    assert!(!text.contains("/home/me") && !text.contains("workingDir"), "{text}");
}

#[test]
fn variables_of_the_job_hold_and_passed_ones_stay_secret() {
    let mut executor = executor(Path::new("x"));
    executor.common.environment = BTreeMap::from([("TWICE".into(), "profile".into()), ("PRICE".into(), "$5".into())]);
    executor.common.pass = vec!["PATH".into()];
    executor.common.modules = vec!["gcc/13 x".into()];
    let manifest = manifest(&executor, &job());
    let expected = serde_json::json!([
        {"name": "LOFI_STORE", "value": "/store/lofi"},
        {"name": "PATH", "valueFrom": {"secretKeyRef": {"name": "lofi", "key": "PATH"}}},
        {"name": "PRICE", "value": "$$5"},
        {"name": "TWICE", "value": "job"},
    ]);
    assert_eq!(container(&manifest)["env"], expected);
    assert!(expanded(&container(&manifest)["command"][2]).contains("\nmodule load 'gcc/13 x' || exit 2\n"));
}

#[test]
fn options_of_the_profile_are_in_the_manifest() {
    let mut executor = executor(Path::new("x"));
    let pod = |manifest: &Json| manifest["spec"]["template"]["spec"].clone();
    let plain = manifest(&executor, &job());
    assert_eq!(pod(&plain)["automountServiceAccountToken"], false);
    assert!(plain["metadata"]["namespace"].is_null() && pod(&plain)["nodeSelector"].is_null());
    executor.options.namespace = Some("research".into());
    executor.options.service_account = Some("runner".into());
    executor.options.node_selector = BTreeMap::from([("disk".into(), "ssd".into())]);
    executor.common.at_once = Some(2);
    let set = manifest(&executor, &job());
    assert_eq!((&set["metadata"]["namespace"], &set["spec"]["parallelism"]), (&"research".into(), &2.into()));
    assert_eq!(
        (&pod(&set)["serviceAccountName"], &pod(&set)["nodeSelector"]["disk"]),
        (&"runner".into(), &"ssd".into())
    );
    assert!(pod(&set)["automountServiceAccountToken"].is_null());
    assert_eq!(pod(&set)["volumes"][0]["persistentVolumeClaim"]["claimName"], "lofi-store");
    assert_eq!(container(&set)["volumeMounts"][0]["mountPath"], "/store");
    let fewer = manifest(&executor, &ArrayJob { at_once: Some(1), ..job() });
    assert_eq!(fewer["spec"]["parallelism"], 1);
}

#[test]
fn a_manifest_is_written_whole_or_refused_with_what_to_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/lofi-abc-0.json");
    let executor = executor(&folder.path().join("new"));
    assert_eq!(executor.submit(&job()), Ok(Sent::Written(vec![path.clone()])));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), executor.written(&job()));
    assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    let refused = |executor: &Kubernetes, job: &ArrayJob, why: &str| {
        let Err(SendError::Refused(text)) = executor.submit(job) else { panic!("{why}") };
        assert!(text.contains(why), "{text}");
    };
    let bare = Kubernetes { options: profile::Kubernetes::default(), ..executor.clone() };
    refused(&bare, &job(), "`image` is not set: put it under [kubernetes] in lofi.cluster.toml");
    assert_eq!(bare.written(&job()), "`image` is not set: put it under [kubernetes] in lofi.cluster.toml");
    let file = Kubernetes { folder: path.join("below a file"), ..executor.clone() };
    refused(&file, &job(), "cannot be written to");
    refused(&executor, &ArrayJob { tasks: Vec::new(), ..job() }, "0 tasks: expected 1 to 1000");
    refused(&executor, &ArrayJob { tasks: (0..1001).collect(), ..job() }, "1001 tasks");
    refused(&executor, &ArrayJob { name: "Lofi-1".into(), ..job() }, "is no name of a job");
    // 61 characters and `-2` are 63, the longest label; with `-10` they are one more.
    let longest = ArrayJob { name: "x".repeat(61), ..job() };
    let ten = ArrayJob { tasks: (0..10).collect(), ..longest.clone() };
    assert!(executor.submit(&ten).is_ok());
    refused(&executor, &ArrayJob { tasks: (0..11).collect(), ..longest }, "63 at most with its index");
}

#[test]
fn who_asks_is_told_the_command() {
    let mut executor = executor(Path::new("x"));
    let queue = executor.queue(&["a".into(), "b".into()]).unwrap_err().to_string();
    assert!(queue.contains("`kubectl get jobs a b`"), "{queue}");
    executor.options.namespace = Some("research".into());
    let cancel = executor.cancel(&[("a".into(), None)]).unwrap_err().to_string();
    assert!(cancel.contains("`kubectl --namespace research delete jobs a` takes them back"), "{cancel}");
    let some = executor.cancel(&[("a".into(), Some(vec![1]))]).unwrap_err().to_string();
    assert!(some.contains("all tasks of each"), "{some}");
}
