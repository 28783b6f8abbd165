//! A bucket of an S3-compatible server. `object_store` and its runtime are named here and nowhere else.

mod client;
mod credentials;
mod s3;
mod said;

pub(super) use s3::Bucket;
