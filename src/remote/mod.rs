//! Results that are shared through a bucket or a folder: what is there is taken over, what is here is sent.
//!
//! ```text
//! REMOTE/results/ab/<key>.json     the description of a result, sealed; written after its values
//! REMOTE/values/ab/<SHA-256>       the bytes of a file of results
//! REMOTE/runs/<study>/<variant>.json   the record of a run
//! ```
//!
//! Values lie under their hashes, so two that write at once write the same, and what is there need not be sent again.
//! Nothing is ever deleted there. Start with `shelf`, what a remote can do; `pull` and `push` know no more of one.

mod address;
mod bucket;
mod crew;
mod error;
mod folder;
mod layout;
mod pull;
mod push;
mod refused;
mod shelf;

pub use address::open;
pub use crew::{Moved, Watch};
pub use error::RemoteError;
pub use pull::{Pulled, bytes_of, fetch, find, missing_of, pull, pull_records};
pub use push::{Pushed, Sending, push, push_records};
pub use shelf::Shelf;
