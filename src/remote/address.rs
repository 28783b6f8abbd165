//! Which remote an address names.

use super::bucket::Bucket;
use super::error::RemoteError;
use super::folder::Folder;
use super::shelf::Shelf;
use std::sync::Arc;

/// Opens a remote: `s3://BUCKET/PREFIX`, where `AWS_ENDPOINT_URL` names a server of its own, or `file:///FOLDER`. Asks it
/// nothing yet.
///
/// # Errors
/// Where the address names none, or the credentials' file cannot be read.
pub fn open(address: &str) -> Result<Arc<dyn Shelf>, RemoteError> {
    let wrong = || RemoteError::Address(address.to_owned());
    if let Some(folder) = address.strip_prefix("file://") {
        let is_whole = folder.starts_with('/');
        return is_whole.then(|| Arc::new(Folder { root: folder.into() }) as Arc<dyn Shelf>).ok_or_else(wrong);
    }
    let rest = address.strip_prefix("s3://").ok_or_else(wrong)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let fine =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c)) && !text.contains("..");
    if bucket.is_empty() || !fine(bucket) || !fine(prefix) || prefix.contains("//") {
        return Err(wrong());
    }
    Ok(Arc::new(Bucket::open(bucket, prefix.trim_matches('/'))?))
}
