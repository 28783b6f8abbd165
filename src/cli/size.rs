//! Sizes of memory on the command line, written as in `lofi.cluster.toml`.

pub(crate) use crate::cluster::bytes;
