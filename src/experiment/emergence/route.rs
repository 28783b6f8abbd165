//! How the eigenvectors of the synthetic hierarchy's moment operator are found, and what that takes.

use crate::math::hierarchy::{Method, Work, bytes_left, formed_bytes, guarded_block, kept_bytes};
use crate::math::size::bytes;
use crate::step::prelude::*;

/// How the eigenvectors of the moment operator are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// The one with fewer operations among those that `memory_gib` allows.
    #[default]
    Auto,
    /// The p1 × p1 operator is summed once; smaller training sizes are prefixes of the sum.
    Formed,
    /// Block Krylov on the operators' products, each pass over the samples for all sizes; p1 × p1 is never formed.
    Implicit,
}

impl Route {
    /// The method on samples of this work, where so many bytes may be used to form the operator.
    pub(super) fn method(self, work: &Work, granted: u64) -> Method {
        match self {
            Self::Auto => work.cheaper(granted),
            Self::Formed => Method::Formed,
            Self::Implicit => Method::Implicit,
        }
    }

    /// The fault of an implicit search in too narrow a space, if it is one.
    pub(super) fn too_narrow(self, work: &Work) -> Option<Problem> {
        (self == Self::Implicit && !work.implicit_fits()).then(|| {
            let (keep, width) = (work.keep, work.width);
            let message = format!("a Krylov basis for {keep} eigenvectors does not fit into {width} features");
            Problem::at("route", message).help("use `formed`, which is light at this width, or `auto`")
        })
    }
}

/// Bytes of some GiB.
pub(super) fn gib(number: f64) -> u64 {
    (number * f64::from(1 << 30)) as u64
}

/// Memory of the operator: formed, or of the searches.
pub(super) fn moment_bytes(work: &Work, method: Method) -> u64 {
    match method {
        Method::Formed => formed_bytes(work.width, 1),
        Method::Implicit => searches_bytes(work),
    }
}

/// Memory of what is kept between passes within a grant: inputs, and for an implicit search features.
pub(super) fn kept_between_passes(work: &Work, method: Method, granted: u64) -> u64 {
    let largest = work.sizes.last().copied().unwrap_or(0);
    let inputs = Some(kept_bytes(largest, work.dim)).filter(|&all| all <= granted).unwrap_or(0);
    let features = kept_bytes(largest, work.width).min(bytes_left(granted, (largest, work.dim)));
    inputs + if method == Method::Implicit { features } else { 0 }
}

// For every size the basis of its search, and images, sums, parts and directions of one block.
fn searches_bytes(work: &Work) -> u64 {
    let block = guarded_block(work.keep);
    let basis = 8 * bytes(1, work.width, block * work.passes).min(bytes(1, work.width, work.width));
    work.sizes.len() as u64 * (basis + bytes(24, work.width, block))
}
