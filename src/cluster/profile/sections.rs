//! Sections of `lofi.cluster.toml`: what each executor alone wants to know.

use super::toml_table::{Section, Value, Wrong, count, flag, line, list, table, time};
use crate::cluster::dns;
use crate::yaml::Fault;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// SLURM counts the time of a signal in 16 bits.
const EARLIEST_SIGNAL: u64 = 65_535;

/// What SLURM wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slurm {
    /// `--partition`
    pub partition: Option<String>,
    /// `--account`
    pub account: Option<String>,
    /// `--qos`
    pub qos: Option<String>,
    /// `--constraint`
    pub constraint: Option<String>,
    /// Further options of `sbatch`, each with its `-`.
    pub options: Vec<String>,
    /// How long before its end a task is told to keep what it has; zero: never.
    pub signal_before: Duration,
    /// Whether SLURM puts a task back that it took off a node.
    pub requeue: bool,
}

impl Default for Slurm {
    fn default() -> Self {
        let (partition, account, qos, constraint) = (None, None, None, None);
        let signal_before = Duration::from_secs(120);
        Self { partition, account, qos, constraint, options: Vec::new(), signal_before, requeue: true }
    }
}

impl Slurm {
    pub(super) const KEYS: &[&str] =
        &["partition", "account", "qos", "constraint", "options", "signal-before", "requeue"];

    pub(super) fn read(section: &Section) -> Result<Self, Fault> {
        let default = Self::default();
        Ok(Self {
            partition: section.get("partition", line)?,
            account: section.get("account", line)?,
            qos: section.get("qos", line)?,
            constraint: section.get("constraint", line)?,
            options: section.get("options", |value| list(value, option))?.unwrap_or_default(),
            signal_before: section
                .get("signal-before", |value| time(value, 0..=EARLIEST_SIGNAL))?
                .unwrap_or(default.signal_before),
            requeue: section.get("requeue", flag)?.unwrap_or(default.requeue),
        })
    }
}

/// An option of a program.
fn option(value: &Value) -> Result<String, Wrong> {
    let option = line(value)?;
    if option.starts_with('-') { Ok(option) } else { Err(Wrong::expected(value, "an option such as \"--gres=gpu:1\"")) }
}

/// What HyperQueue wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HyperQueue {
    /// Its program.
    pub hq: String,
    /// The folder in which its server says where it is; none: HyperQueue's own.
    pub server_dir: Option<PathBuf>,
}

impl Default for HyperQueue {
    fn default() -> Self {
        Self { hq: "hq".to_owned(), server_dir: None }
    }
}

impl HyperQueue {
    pub(super) const KEYS: &[&str] = &["hq", "server-dir"];

    pub(super) fn read(section: &Section) -> Result<Self, Fault> {
        let hq = section.get("hq", line)?.unwrap_or_else(|| Self::default().hq);
        Ok(Self { hq, server_dir: section.get("server-dir", line)?.map(PathBuf::from) })
    }
}

/// What a manifest for Kubernetes wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubernetes {
    /// The namespace; none: that of `kubectl`.
    pub namespace: Option<String>,
    /// The image with the program, which every manifest needs.
    pub image: Option<String>,
    /// The persistent volume claim that holds the store, which every manifest needs.
    pub claim: Option<String>,
    /// Where the claim is mounted, an absolute path.
    pub mount: String,
    /// The service account of the pods; none: that of the namespace, without its token.
    pub service_account: Option<String>,
    /// Labels that a node has to have.
    pub node_selector: BTreeMap<String, String>,
}

impl Default for Kubernetes {
    fn default() -> Self {
        let (namespace, image, claim, service_account) = (None, None, None, None);
        Self { namespace, image, claim, mount: "/store".to_owned(), service_account, node_selector: BTreeMap::new() }
    }
}

impl Kubernetes {
    pub(super) const KEYS: &[&str] = &["namespace", "image", "claim", "mount", "service-account", "node-selector"];

    pub(super) fn read(section: &Section) -> Result<Self, Fault> {
        Ok(Self {
            namespace: section.get("namespace", |value| named(value, dns::is_label))?,
            image: section.get("image", line)?,
            claim: section.get("claim", |value| named(value, dns::is_name))?,
            mount: section.get("mount", mount)?.unwrap_or_else(|| Self::default().mount),
            service_account: section.get("service-account", |value| named(value, dns::is_name))?,
            node_selector: section.get("node-selector", |value| table(value, dns::check_label))?.unwrap_or_default(),
        })
    }
}

/// A name of an object of Kubernetes.
fn named(value: &Value, fits: fn(&str) -> bool) -> Result<String, Wrong> {
    let name = line(value)?;
    if fits(&name) { Ok(name) } else { Err(Wrong::expected(value, "a name of lower-case letters, digits and `-`")) }
}

/// Where a volume may be mounted.
fn mount(value: &Value) -> Result<String, Wrong> {
    let path = line(value)?;
    if path.starts_with('/') && path.len() > 1 && !path.contains(':') {
        return Ok(path);
    }
    Err(Wrong::expected(value, "an absolute path without `:`, such as \"/store\""))
}

/// What this machine's own executor wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Local {
    /// Tasks at once; none: as many as there are processors.
    pub workers: Option<u32>,
}

impl Local {
    pub(super) const KEYS: &[&str] = &["workers"];

    pub(super) fn read(section: &Section) -> Result<Self, Fault> {
        Ok(Self { workers: section.get("workers", |value| count(value, 1..=4096))? })
    }
}
