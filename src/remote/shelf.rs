//! What a remote can do.

use super::error::RemoteError;
use std::collections::BTreeMap;

/// A place with objects under paths. Each call is tried again by itself where that may help.
pub trait Shelf: Send + Sync {
    /// What it is called in messages; without credentials.
    fn name(&self) -> String;

    /// The bytes of an object; nothing where there is none.
    ///
    /// # Errors
    /// Where it does not answer, or refuses.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, RemoteError>;

    /// Writes an object whole or not at all, over what was there.
    ///
    /// # Errors
    /// Where it does not answer, refuses, is full, or has other bytes than were sent.
    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), RemoteError>;

    /// The size of an object; nothing where there is none.
    ///
    /// # Errors
    /// As [`Shelf::get`].
    fn size(&self, path: &str) -> Result<Option<u64>, RemoteError>;

    /// The objects right below a folder, with their sizes.
    ///
    /// # Errors
    /// As [`Shelf::get`].
    fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>, RemoteError>;
}
