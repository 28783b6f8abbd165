//! Why a machine cannot run a program: it is not here, or not what it needs.

use super::params::{CommandParams, Found, Variable};
use crate::external::declared::FileFound;
use crate::external::process::{said, sandbox};
use crate::step::hex;
use crate::step::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Why the step cannot run here; nothing where it can.
pub(super) fn gate(params: &CommandParams) -> Option<String> {
    let program = params.run.first()?;
    let is_here = if program.contains('/') {
        params.files.iter().any(|file| plain(file) == plain(program)) || said::is_program(Path::new(program))
    } else {
        program.contains('{') || said::found(program).is_some()
    };
    if !is_here {
        return Some(format!("the program `{program}` is not on this machine"));
    }
    let asked = || if params.requires.is_empty() { None } else { said::answer(&params.requires).err() };
    let shut_in = || if params.sandbox { sandbox::gate() } else { None };
    asked().or_else(shut_in)
}

fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Declared files, variables and versions as they are now, for the parameter `found`.
pub(super) fn found(params: &CommandParams, root: &Path) -> Result<serde_json::Value, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for (place, name) in params.files.iter().enumerate() {
        match FileFound::at(name, (root, &format!("files.{place}"))) {
            Ok(file) => files.push(file.to_json()),
            Err(problem) => problems.push(problem),
        }
    }
    Problem::refuse(problems)?;
    let environment: Vec<_> = params.env.iter().map(|name| variable(name)).collect();
    let version = if params.version.is_empty() { None } else { said::answer(&params.version).ok() };
    let here = std::env::current_dir().unwrap_or_default();
    let root = std::fs::canonicalize(here.join(root)).unwrap_or(here);
    Ok(serde_json::json!({"files": files, "environment": environment, "version": version, "root": root}))
}

fn variable(name: &str) -> serde_json::Value {
    let value = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let sha256 = value.as_ref().map(|value| hex(&Sha256::digest(value)));
    serde_json::json!({"name": name, "sha256": sha256, "value": value})
}

impl Found {
    /// The variables with the values that they had.
    pub fn variables(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.environment.iter().filter_map(|Variable { name, value, .. }| Some((name.clone(), value.clone()?)))
    }
}
