//! Parameters of the kind `command`.

use super::outputs::OutputSpec;
use crate::external::columns::Ordered;
use crate::external::declared::FileFound;
use crate::step::prelude::*;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Parameters of `command`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandParams {
    /// The program and its arguments, each an entry of a list; no shell reads it. In it stand for something: `{NAME}` the
    /// parameter of that name in `with`, `{params}` the JSON file with all of them, `{flags}` alone all of them as
    /// `--name value`, `{input.NAME}` and `{output.NAME}` the file or folder of an input or an output, `{threads}` the
    /// number of threads; `{{` and `}}` are braces.
    pub run: Vec<String>,
    /// Parameters of the program by name, any values, `$name`s of the study among them.
    #[serde(default)]
    pub with: Map<String, Json>,
    /// Files of the project that the program reads, the script first of all: from the folder that holds `studies`. They
    /// lie in the working folder under the same paths, and their contents are in the key: code, configuration, data,
    /// `requirements.txt`, `uv.lock`, `pixi.lock`.
    #[serde(default)]
    pub files: Vec<String>,
    /// Variables of the environment that the program is given; their values are in the key.
    #[serde(default)]
    pub env: Vec<String>,
    /// A program that says a version, such as `[python3, --version]`; what it says is in the key.
    #[serde(default)]
    pub version: Vec<String>,
    /// As what inputs are written, by input. Default: tables and predictions `csv`, pictures `png`, all else `npy`.
    #[serde(default)]
    pub formats: BTreeMap<String, Format>,
    /// What the program gives, by name; the first is what the step's name alone stands for.
    pub outputs: Ordered<OutputSpec>,
    /// A program that must end well for the step to be run at all, such as `[python3, -c, import sklearn]`; where it does
    /// not, the step and what needs it are left out, and that is no failure. Default: none. Not in the key, like all that
    /// follows.
    #[serde(default, skip_serializing)]
    pub requires: Vec<String>,
    /// How long the program may take, such as `10 min`; then it is ended with all that it started. Default: no limit.
    #[serde(default, skip_serializing)]
    pub timeout: Option<String>,
    /// How often it is tried again where it fails. Default: 0.
    #[serde(default, skip_serializing)]
    #[schemars(range(min = 0, max = 10))]
    pub retries: u32,
    /// How many workers it keeps busy; told to it as `OMP_NUM_THREADS` and its like. Default: 1.
    #[serde(default = "one", skip_serializing)]
    #[schemars(range(min = 1, max = 1024))]
    pub threads: usize,
    /// Memory that it takes, such as `2 GB`; the run keeps room for it. Default: 64 MiB.
    #[serde(default, skip_serializing)]
    pub memory: Option<String>,
    /// When its working folder stays, to be looked at. Default: `on-failure`.
    #[serde(default, skip_serializing)]
    pub keep: KeepFolder,
    /// Runs it through `bwrap`, without network and with nothing to write but its own folder. Default: false.
    #[serde(default, skip_serializing)]
    pub sandbox: bool,
    /// What was found when the step was planned.
    #[serde(default)]
    #[schemars(skip)]
    pub found: Found,
}

const fn one() -> usize {
    1
}

/// As what a value is written for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A table as CSV.
    Csv,
    /// A table as Parquet.
    Parquet,
    /// A folder of arrays for NumPy.
    Npy,
    /// A folder of pictures.
    Png,
}

/// When the working folder of a program stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeepFolder {
    /// Where the program failed; of many the first.
    #[default]
    OnFailure,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the key takes from outside of the study.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Found {
    /// The declared files.
    pub files: Vec<FileFound>,
    /// The declared variables.
    pub environment: Vec<Variable>,
    /// What the program said of its version; nothing where none is asked for or it does not answer.
    pub version: Option<String>,
    /// The project's folder.
    #[serde(default, skip_serializing)]
    pub root: PathBuf,
}

/// A variable of the environment when its step was planned. Values may be secrets, so records hold digests.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// SHA-256 of its value; nothing where it is not set.
    pub sha256: Option<String>,
    /// Its value.
    #[serde(default, skip_serializing)]
    pub value: Option<String>,
}
