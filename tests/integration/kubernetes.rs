//! Manifests against the published schemas of Kubernetes.

use crate::common::skipped;
use lofi::cluster::{ArrayJob, Executor, Kubernetes, Profile, Share};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

/// The first version that takes such manifests, one later, and the newest that the validator knows.
const VERSIONS: [&str; 3] = ["1.29", "1.33", "1.37"];

/// What the validator says of a text; none where it is not on this machine.
fn validated(version: &str, manifest: &str) -> Option<Result<(), String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.json");
    std::fs::write(&path, manifest).unwrap();
    let run = Command::new("kubernetes-validate").args(["-k", version, "--strict"]).arg(&path).output();
    if run.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return None;
    }
    let run = run.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    Some(if run.status.success() { Ok(()) } else { Err(said) })
}

/// A manifest that has every field which the executor writes.
fn manifest() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lofi.cluster.toml");
    let text = "pass = [\"AWS_PROFILE\"]\nenvironment = { A = \"1\" }\nprologue = \"echo $HOME\"\n[kubernetes]\n\
                namespace = \"research\"\nimage = \"registry.example/lofi:1\"\nclaim = \"lofi-store\"\n\
                service-account = \"lofi\"\nnode-selector = { \"kubernetes.io/arch\" = \"amd64\" }\n";
    std::fs::write(&path, text).unwrap();
    let profile = Profile::read(&path).unwrap();
    let common = profile.common("kubernetes");
    let executor = Kubernetes::new(folder.path().to_owned(), profile.kubernetes, common);
    let share = Share { memory_bytes: 2 << 30, seconds: 3600, cpus: 2 };
    let job = ArrayJob {
        name: "lofi-abc-0".into(),
        tasks: (0..500).map(|i| 2 * i).collect(),
        share,
        command: vec!["lofi".into(), "exec-step".into()],
        environment: vec![("B".into(), "2".into())],
        folder: Path::new("/store/project").into(),
        logs: Path::new("/store/logs").into(),
        after: Vec::new(),
        at_once: Some(100),
    };
    executor.written(&job)
}

#[test]
fn manifests_fit_the_published_schemas() {
    let manifest = manifest();
    for version in VERSIONS {
        match validated(version, &manifest) {
            None => return skipped("no kubernetes-validate here (pip install kubernetes-validate)"),
            Some(answer) => assert_eq!(answer, Ok(()), "Kubernetes {version}"),
        }
    }
}

#[test]
fn a_misspelt_field_and_a_wrong_type_are_found() {
    let manifest = manifest();
    for (right, wrong, said) in [
        ("\"parallelism\":", "\"paralellism\":", "paralellism"),
        ("\"restartPolicy\":", "\"restartPolice\":", "restartPolice"),
        ("\"completions\": 500", "\"completions\": \"all\"", "completions"),
    ] {
        let mutant = manifest.replace(right, wrong);
        assert_ne!(mutant, manifest, "{right} is not in the manifest");
        for version in VERSIONS {
            match validated(version, &mutant) {
                None => return skipped("no kubernetes-validate here (pip install kubernetes-validate)"),
                Some(answer) => {
                    let refusal = answer.expect_err(wrong);
                    assert!(refusal.contains(said), "{version}: {refusal}");
                }
            }
        }
    }
}
