//! The objects of a manifest, as the API `batch/v1` of Kubernetes spells them.

use crate::cluster::executor::Share;
use crate::cluster::profile;
use serde::Serialize;
use std::collections::BTreeMap;

/// Pods of an index that may fail in a counted way before the index fails.
const RETRIES: u32 = 1;
/// How long a task that is told to end may keep what it has, seconds.
const GRACE_S: u64 = 120;
/// Kept for reading when it is over, seconds: a week.
const KEPT_S: u64 = 7 * 86_400;
/// What a job may wait for room and inputs beside its work, seconds: a week. What never counts as a failure has no
/// other end.
const PATIENCE_S: u64 = 7 * 86_400;
/// The name of the one container.
const CONTAINER: &str = "step";
/// The name of the one volume.
const VOLUME: &str = "store";

/// What a job does, and how much of it.
pub(super) struct Work<'a> {
    pub name: &'a str,
    pub tasks: u32,
    pub at_once: u32,
    pub share: Share,
}

impl Work<'_> {
    /// The longest time that all tasks take with all their retries, and patience.
    fn deadline_s(&self) -> u64 {
        let rounds = u64::from(self.tasks.div_ceil(self.at_once)) * u64::from(RETRIES + 1);
        // The API counts seconds of a job in signed 64 bits.
        rounds.saturating_mul(self.share.seconds + GRACE_S).saturating_add(PATIENCE_S).min(i64::MAX.unsigned_abs())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: JobSpec,
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    labels: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobSpec {
    completion_mode: &'static str,
    completions: u32,
    parallelism: u32,
    backoff_limit_per_index: u32,
    max_failed_indexes: u32,
    active_deadline_seconds: u64,
    ttl_seconds_after_finished: u64,
    pod_replacement_policy: &'static str,
    pod_failure_policy: FailurePolicy,
    template: Template,
}

#[derive(Serialize)]
struct FailurePolicy {
    rules: Vec<Rule>,
}

/// A rule of the one or of the other sort; the API refuses both at once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_exit_codes: Option<ExitCodes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_pod_conditions: Option<[Condition; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExitCodes {
    container_name: &'static str,
    operator: &'static str,
    /// In increasing order, none twice, and no 0: so the API wants them.
    values: &'static [u8],
}

#[derive(Serialize)]
struct Condition {
    #[serde(rename = "type")]
    of: &'static str,
    status: &'static str,
}

impl Rule {
    const fn of_codes(action: &'static str, values: &'static [u8]) -> Self {
        let codes = ExitCodes { container_name: CONTAINER, operator: "In", values };
        Self { action, on_exit_codes: Some(codes), on_pod_conditions: None }
    }
}

/// The first rule that fits holds.
fn rules() -> Vec<Rule> {
    let taken_away = Some([Condition { of: "DisruptionTarget", status: "True" }]);
    vec![
        Rule { action: "Ignore", on_exit_codes: None, on_pod_conditions: taken_away },
        Rule::of_codes("Ignore", &[75, 85]),
        Rule::of_codes("FailIndex", &[1, 2, 3, 4, 87]),
        Rule::of_codes("Count", &[86, 137]),
    ]
}

#[derive(Serialize)]
struct Template {
    metadata: Metadata,
    spec: PodSpec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodSpec {
    restart_policy: &'static str,
    termination_grace_period_seconds: u64,
    active_deadline_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    automount_service_account_token: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    node_selector: BTreeMap<String, String>,
    containers: [Container; 1],
    volumes: [Volume; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    name: &'static str,
    image: String,
    command: Vec<String>,
    args: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_dir: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<EnvVar>,
    resources: Resources,
    volume_mounts: [Mount; 1],
}

impl Container {
    /// A container that has a share.
    pub fn new(image: String, mount: &str, share: Share) -> Self {
        let memory = share.memory_bytes.to_string();
        let requests = BTreeMap::from([("cpu", share.cpus.to_string()), ("memory", memory.clone())]);
        Self {
            name: CONTAINER,
            image,
            command: Vec::new(),
            args: Vec::new(),
            working_dir: None,
            env: Vec::new(),
            // No limit of processors: what a node has left does no harm, a share that is cut off does.
            resources: Resources { requests, limits: BTreeMap::from([("memory", memory)]) },
            volume_mounts: [Mount { name: VOLUME, mount_path: mount.to_owned() }],
        }
    }

    /// The same that runs a script with arguments, in a folder.
    pub fn runs(mut self, (script, arguments): (String, &[String]), folder: Option<String>) -> Self {
        self.command = vec!["sh".into(), "-c".into(), literal(&script), "lofi".into()];
        self.args = arguments.iter().map(|argument| literal(argument)).collect();
        self.working_dir = folder;
        self
    }

    /// The same with variables.
    pub fn with(mut self, env: Vec<EnvVar>) -> Self {
        self.env = env;
        self
    }
}

/// A text that Kubernetes hands over as it is: it would replace `$(NAME)`, and takes `$$` for `$`.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

#[derive(Serialize)]
struct Resources {
    requests: BTreeMap<&'static str, String>,
    limits: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnvVar {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<ValueFrom>,
}

impl EnvVar {
    pub fn value(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: Some(literal(value)), value_from: None }
    }

    pub fn secret(name: &str, key: SecretKey) -> Self {
        Self { name: name.to_owned(), value: None, value_from: Some(ValueFrom { secret_key_ref: key }) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ValueFrom {
    secret_key_ref: SecretKey,
}

/// A value within a secret.
#[derive(Serialize)]
pub(super) struct SecretKey {
    pub name: String,
    pub key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mount {
    name: &'static str,
    mount_path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Volume {
    name: &'static str,
    persistent_volume_claim: Claim,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claim {
    claim_name: String,
}

impl Job {
    /// A job of pods with one container and the store.
    pub fn new(work: &Work, container: Container, (options, claim): (&profile::Kubernetes, String)) -> Self {
        let labels = BTreeMap::from([("app.kubernetes.io/managed-by", "lofi")]);
        let pod = PodSpec {
            // The only policy that goes with rules for failures.
            restart_policy: "Never",
            termination_grace_period_seconds: GRACE_S,
            active_deadline_seconds: work.share.seconds.max(1),
            // A task asks nothing of the cluster, so it gets no token unless an account is given.
            automount_service_account_token: options.service_account.is_none().then_some(false),
            service_account_name: options.service_account.clone(),
            node_selector: options.node_selector.clone(),
            containers: [container],
            volumes: [Volume { name: VOLUME, persistent_volume_claim: Claim { claim_name: claim } }],
        };
        let template =
            Template { metadata: Metadata { name: None, namespace: None, labels: labels.clone() }, spec: pod };
        let metadata = Metadata { name: Some(work.name.to_owned()), namespace: options.namespace.clone(), labels };
        let spec = JobSpec {
            completion_mode: "Indexed",
            completions: work.tasks,
            parallelism: work.at_once,
            backoff_limit_per_index: RETRIES,
            // Tasks do not need each other: no failure ends those that are left.
            max_failed_indexes: work.tasks,
            active_deadline_seconds: work.deadline_s(),
            ttl_seconds_after_finished: KEPT_S,
            // No second pod of an index while the first still writes.
            pod_replacement_policy: "Failed",
            pod_failure_policy: FailurePolicy { rules: rules() },
            template,
        };
        Self { api_version: "batch/v1", kind: "Job", metadata, spec }
    }
}
