//! Kubernetes: an Indexed Job for each array, written as a manifest for `kubectl`. Nothing is asked of a cluster.
//!
//! Manifests want Kubernetes 1.29, the first that takes retries by index without a switch.
//!
//! - A pod that the cluster takes away, and a task that ends with 75 or 85, is tried again and never counts.
//! - A task that ends in a way that would come back (a failed step, wrong input, no data, no room, no time) fails its index.
//! - One without memory, or killed, is counted: tried once more.
//!
//! Order is not said: a task whose input is not there yet ends with 75 until it is.

mod executor;
mod job;

pub use executor::Kubernetes;
