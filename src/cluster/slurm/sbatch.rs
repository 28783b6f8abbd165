//! What `sbatch` is told, and what its answer means.

use crate::cluster::executor::{ArrayJob, SendError};
use crate::cluster::profile;
use crate::cluster::task_script::runs;
use std::process::Output;

/// Bytes of the unit in which SLURM counts memory.
const MIB: u64 = 1 << 20;
/// The longest argument that is given to a program, bytes: the kernel takes 128 KiB.
pub(super) const LONGEST: usize = 100_000;

/// What nobody knows the end of: looked for before all else.
const UNCLEAR: [&str; 5] =
    ["unable to contact slurm controller", "timed out", "connection", "communication", "zero bytes were transmitted"];

/// Words with which SLURM refuses what it would refuse again.
const REFUSALS: [&str; 22] = [
    "invalid job array specification",
    "invalid partition",
    "memory specification can not be satisfied",
    "requested node configuration is not available",
    "more processors requested than permitted",
    "node count specification invalid",
    "invalid feature specification",
    "invalid generic resource",
    "invalid trackable resource",
    "requested time limit is invalid",
    "invalid account",
    "invalid qos",
    "invalid wckey",
    "invalid license",
    "invalid reservation",
    "requested reservation is invalid",
    "user's group not permitted to use this partition",
    "access/permission denied",
    "job dependency problem",
    "does not look like a batch script",
    "unable to open file",
    "unrecognized option",
];

/// Limits on what one user has in the queue, which pass.
const PASSING: [&str; 4] =
    ["job violates accounting/qos policy", "qosmaxsubmitjobperuserlimit", "assocmaxsubmitjoblimit", "maxsubmitjob"];

/// Tasks as SLURM writes them, `0-5,7,9-11`.
pub(super) fn list(tasks: &[u32]) -> String {
    let range = |(first, count): (u32, u32)| match count {
        1 => first.to_string(),
        _ => format!("{first}-{}", first + (count - 1)),
    };
    runs(tasks).into_iter().map(range).collect::<Vec<_>>().join(",")
}

/// The options. Those of the profile come first, so that what is relied upon holds: of two the last one does.
pub(super) fn arguments(options: &profile::Slurm, job: &ArrayJob) -> Vec<String> {
    let mut all = vec!["--parsable".to_owned()];
    all.extend(options.options.iter().cloned());
    let named = [
        ("partition", &options.partition),
        ("account", &options.account),
        ("qos", &options.qos),
        ("constraint", &options.constraint),
    ];
    all.extend(named.into_iter().filter_map(|(name, value)| Some(format!("--{name}={}", value.as_ref()?))));
    let at_once = job.at_once.map(|most| format!("%{most}")).unwrap_or_default();
    // In the name of a log `%` begins what SLURM fills in.
    let logs = job.logs.display().to_string().replace('%', "%%");
    all.extend([
        format!("--job-name={}", job.name),
        format!("--array={}{at_once}", list(&job.tasks)),
        format!("--output={logs}/{}-%a.log", job.name),
        "--open-mode=append".to_owned(),
        // Zero would be all memory of a node, and no bound of time.
        format!("--mem={}M", job.share.memory_bytes.div_ceil(MIB).max(1)),
        format!("--cpus-per-task={}", job.share.cpus),
        "--ntasks=1".to_owned(),
        format!("--time={}", job.share.seconds.div_ceil(60).max(1)),
    ]);
    let signal = options.signal_before.as_secs();
    if signal > 0 && signal < job.share.seconds {
        all.push(format!("--signal=B:USR1@{signal}"));
    }
    all.push(if options.requeue { "--requeue" } else { "--no-requeue" }.to_owned());
    all.push("--export=NONE".to_owned());
    if !job.after.is_empty() {
        // Whatever came of them: one that failed says by its exit code what is to be done.
        all.push(format!("--dependency=afterany:{}", job.after.join(":")));
    }
    all.push(format!("--chdir={}", job.folder.display()));
    all
}

/// Whether a job can be told to `sbatch` at all.
///
/// # Errors
/// Refused, with what to do.
pub(super) fn check(job: &ArrayJob, arguments: &[String]) -> Result<(), SendError> {
    if job.logs.display().to_string().contains('\\') {
        let why = "SLURM fills in no number of a task where a path has a `\\`: expected a folder of logs without";
        return Err(SendError::Refused(format!("{}: {why}", job.logs.display())));
    }
    match arguments.iter().find(|argument| argument.len() > LONGEST) {
        None => Ok(()),
        Some(long) => Err(SendError::Refused(format!(
            "`{}…` has {} bytes, and an option may have {LONGEST}: set a smaller `largest-array` in {}",
            long.chars().take(20).collect::<String>(),
            long.len(),
            profile::PROFILE_FILE
        ))),
    }
}

/// What a program complains of, on one line.
pub(super) fn words(answer: &Output) -> String {
    let said = String::from_utf8_lossy(&answer.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    format!("{} ({})", lines.join("; "), answer.status)
}

/// The id on the last line that has one: a cluster's own `sbatch` may greet before. A federation puts `;cluster` behind.
fn id(said: &str) -> Option<&str> {
    let mut ids = said.lines().filter_map(|line| line.trim().split(';').next());
    ids.rfind(|id| !id.is_empty() && id.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The id of the job that `sbatch` sent.
///
/// # Errors
/// Refused only where SLURM's words say so: a job may be queued although `sbatch` says that it failed.
pub(super) fn sent(answer: &Output) -> Result<String, SendError> {
    if answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stdout);
        let unread = || SendError::Unclear(format!("sbatch: expected the id of a job, found `{}`", said.trim()));
        return id(&said).map(str::to_owned).ok_or_else(unread);
    }
    let words = words(answer);
    let has = |known: &[&str]| known.iter().any(|known| words.to_lowercase().contains(known));
    // 255: an option that it does not know or cannot read, before it asks anybody.
    Err(if has(&UNCLEAR) {
        SendError::Unclear(words)
    } else if has(&PASSING) {
        SendError::Later(words)
    } else if answer.status.code() == Some(255) || has(&REFUSALS) {
        SendError::Refused(words)
    } else {
        SendError::Unclear(words)
    })
}
