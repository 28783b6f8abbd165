//! Where things lie in a remote.

/// The folder of descriptions.
pub(super) const RESULTS: &str = "results";
/// The folder of values.
pub(super) const VALUES: &str = "values";

/// The path of a result's description.
pub(super) fn result(key: &str) -> String {
    format!("{RESULTS}/{}/{key}.json", shard(key))
}

/// The path of a file's bytes.
pub(super) fn value(sha256: &str) -> String {
    format!("{VALUES}/{}/{sha256}", shard(sha256))
}

/// The path of the record of a run.
pub(super) fn record(study: &str, variant: &str) -> String {
    format!("runs/{study}/{variant}.json")
}

/// The folder of those with the same first digits.
pub(super) fn shard(name: &str) -> &str {
    name.get(..2).unwrap_or(name)
}
