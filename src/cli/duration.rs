//! Lengths of time on the command line, written as in `lofi.cluster.toml`.

pub(crate) use crate::cluster::duration;
