//! What can be wrong with a remote.

use crate::engine::StoreError;

/// What can be wrong with a remote. No message holds a credential.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// An address that names no remote.
    #[error("{:?} is no remote: expected s3://BUCKET/PREFIX or file:///FOLDER", shown(.0))]
    Address(String),
    /// No credentials, or wrong or expired ones, or ones that may not do this.
    #[error(
        "{remote} refuses the credentials ({why}); set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where they are temporary, \
         AWS_SESSION_TOKEN, or AWS_PROFILE"
    )]
    Credentials {
        /// The remote.
        remote: String,
        /// What it said.
        why: String,
    },
    /// There is no such bucket or folder.
    #[error("{remote}: there is no such bucket or folder; make it, or name another by `--remote`")]
    Nowhere {
        /// The remote.
        remote: String,
    },
    /// It takes no more.
    #[error("{remote} takes no more ({why}); make room and call this again: it goes on where it stopped")]
    Full {
        /// The remote.
        remote: String,
        /// What it said.
        why: String,
    },
    /// It does not answer, or not as it should, after all tries.
    #[error("{remote} does not answer as it should ({why}); call this again: it goes on where it stopped")]
    Unreachable {
        /// The remote.
        remote: String,
        /// What happened.
        why: String,
    },
    /// It has other bytes than were sent, after all tries.
    #[error("{remote} has other bytes than were sent; call this again: it sends them anew")]
    Changed {
        /// The remote.
        remote: String,
    },
    /// The store here.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user stopped it.
    #[error("stopped; call this again: it goes on where it stopped")]
    Stopped,
}

/// An address without a name and a password that are written in it.
fn shown(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        _ => address.to_owned(),
    }
}
