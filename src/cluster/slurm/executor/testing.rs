//! What the tests of this folder share.

use crate::cluster::executor::{ArrayJob, Share};
use crate::cluster::profile::Common;
use std::path::Path;
use std::process::Command;

pub(super) fn common() -> Common {
    Common::default()
}

pub(super) fn job(folder: &Path) -> ArrayJob {
    ArrayJob {
        name: "lofi-abc-0".into(),
        tasks: vec![0, 1, 2, 3, 4, 5, 7, 9, 10, 11],
        share: Share { memory_bytes: (3 << 30) + 1, seconds: 3601, cpus: 2 },
        command: ["lofi", "exec-task", "a b"].map(String::from).to_vec(),
        environment: vec![("A".into(), "b'\n".into())],
        folder: folder.to_owned(),
        logs: folder.to_owned(),
        after: Vec::new(),
        at_once: None,
    }
}

/// Makes a program of shell text. Written by a shell: one that this process holds open for writing, in whatever child, does
/// not start.
pub(super) fn program(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$2\" && chmod 755 \"$2\"";
    assert!(Command::new("sh").args(["-c", write, "sh", text]).arg(&path).status().unwrap().success());
}
