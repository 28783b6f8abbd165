//! Which submission is meant, and who looks after it.

use crate::cli::fail::Failure;
use crate::engine::{Ledger, Store};

/// Submissions of a store, the oldest first; those whose ledger cannot be read are left out.
pub(super) fn all(store: &Store) -> Result<Vec<Ledger>, Failure> {
    let mut ledgers: Vec<Ledger> = store.submissions()?.iter().filter_map(|id| Ledger::read(store, id).ok()).collect();
    ledgers.sort_by(|a, b| (a.submission.unix_s, &a.submission.id).cmp(&(b.submission.unix_s, &b.submission.id)));
    Ok(ledgers)
}

/// The submission with this id, or one that begins so; without an id the only one that is open.
pub(super) fn one(store: &Store, id: Option<&str>) -> Result<Ledger, Failure> {
    let mut found: Vec<Ledger> = match id {
        Some(id) if store.submissions()?.iter().any(|known| known == id) => return Ok(Ledger::read(store, id)?),
        Some(id) => all(store)?.into_iter().filter(|ledger| ledger.submission.id.starts_with(id)).collect(),
        None => all(store)?.into_iter().filter(|ledger| ledger.closed().is_none()).collect(),
    };
    let names = || found.iter().map(|ledger| ledger.submission.id.as_str()).collect::<Vec<_>>().join(", ");
    match (found.len(), id) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(id)) => Err(Failure::mistake(format!(
            "the store at {} has no submission {id}; `lofi status` lists them",
            store.root().display()
        ))),
        (0, None) => Err(Failure::mistake(format!(
            "no submission in the store at {} is open; `lofi submit` begins one",
            store.root().display()
        ))),
        _ => Err(Failure::mistake(format!("several submissions may be meant: {}; name one", names()))),
    }
}

/// What tells this process from others that look after submissions.
pub(super) fn this_process() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}:{}:{}", crate::cluster::host(), std::process::id(), since.as_nanos())
}
