//! The bucket itself.

use super::client::Connector;
use super::credentials;
use super::said::refused;
use crate::remote::error::RemoteError;
use crate::remote::shelf::Shelf;
use crate::step::hex;
use bytes::Bytes;
use md5::{Digest, Md5};
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path;
use object_store::{BackoffConfig, Error, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Waits between tries: doubled from a tenth of a second, 6 s in all.
const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2.0 },
    max_retries: 6,
    retry_timeout: Duration::from_secs(120),
};
/// How often an object is sent of which the server has other bytes.
const TRIES: usize = 3;

/// A bucket, or a folder of one.
pub(in crate::remote) struct Bucket {
    name: String,
    prefix: String,
    s3: AmazonS3,
}

thread_local! {
    /// What the waits between tries need. A request blocks its thread, so no two share one.
    static RUNTIME: Option<Runtime> = Builder::new_current_thread().enable_time().build().ok();
}

impl Bucket {
    /// Opens it; asks nothing yet.
    ///
    /// # Errors
    /// Where the profile of the environment is not in the credentials' file, or what the environment says makes no client.
    pub fn open(bucket: &str, prefix: &str) -> Result<Self, RemoteError> {
        let name = format!("s3://{bucket}{}{prefix}", if prefix.is_empty() { "" } else { "/" });
        let no_credentials = |why| RemoteError::Credentials { remote: name.clone(), why };
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_http_connector(Connector)
            .with_allow_http(true)
            .with_retry(RETRY);
        for (field, value) in credentials::of_file().map_err(no_credentials)? {
            builder = match field.as_str() {
                "aws_access_key_id" => builder.with_access_key_id(value),
                "aws_secret_access_key" => builder.with_secret_access_key(value),
                "aws_session_token" => builder.with_token(value),
                _ => builder,
            };
        }
        let s3 = builder.build().map_err(|e| refused(name.clone(), &e))?;
        Ok(Self { name, prefix: prefix.to_owned(), s3 })
    }

    fn path(&self, path: &str) -> Path {
        if self.prefix.is_empty() { Path::from(path) } else { Path::from(format!("{}/{path}", self.prefix)) }
    }

    /// Runs a request to its end; nothing where there is no such object.
    fn ask<T>(&self, request: impl Future<Output = object_store::Result<T>>) -> Result<Option<T>, RemoteError> {
        let no_runtime =
            || RemoteError::Unreachable { remote: self.name.clone(), why: "no clock for waits".to_owned() };
        let answer = RUNTIME.with(|runtime| runtime.as_ref().map(|runtime| runtime.block_on(request)));
        match answer.ok_or_else(no_runtime)? {
            Ok(answer) => Ok(Some(answer)),
            Err(error) => match (&error, refused(self.name.clone(), &error)) {
                (_, nowhere @ RemoteError::Nowhere { .. }) => Err(nowhere),
                (Error::NotFound { .. }, _) => Ok(None),
                (_, other) => Err(other),
            },
        }
    }

    /// Whether the server has what was sent. The tag of an object is the MD5 of its bytes unless it is encrypted with a key
    /// of the server: then it is read back.
    fn has(&self, path: &str, bytes: &Bytes, tag: Option<&str>) -> Result<bool, RemoteError> {
        let tag = tag.unwrap_or_default().trim_matches('"');
        Ok(tag == hex(&Md5::digest(bytes)) || self.get(path)?.as_deref() == Some(&bytes[..]))
    }
}

impl Shelf for Bucket {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, RemoteError> {
        let path = self.path(path);
        let bytes = self.ask(async { self.s3.get(&path).await?.bytes().await })?;
        Ok(bytes.map(Vec::from))
    }

    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), RemoteError> {
        let (bytes, full) = (Bytes::from(bytes), self.path(path));
        for _ in 0..TRIES {
            let put = self.ask(self.s3.put(&full, PutPayload::from(bytes.clone())))?;
            let nowhere = || RemoteError::Nowhere { remote: self.name() };
            if self.has(path, &bytes, put.ok_or_else(nowhere)?.e_tag.as_deref())? {
                return Ok(());
            }
        }
        Err(RemoteError::Changed { remote: self.name() })
    }

    fn size(&self, path: &str) -> Result<Option<u64>, RemoteError> {
        let path = self.path(path);
        Ok(self.ask(self.s3.head(&path))?.map(|found| found.size))
    }

    fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>, RemoteError> {
        let folder = self.path(folder);
        let found = self.ask(self.s3.list_with_delimiter(Some(&folder)))?;
        let objects = found.into_iter().flat_map(|found| found.objects);
        Ok(objects.filter_map(|o| Some((o.location.filename()?.to_owned(), o.size))).collect())
    }
}
