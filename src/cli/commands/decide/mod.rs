//! `lofi register` and `lofi decide`: claims are written down before their seeds are seen, and seeds are added where they
//! decide most.
//!
//! `record` makes the record of a study from the claims that it has now, `claim` reads how each stands, `need` says how many
//! seeds an open condition needs, `offer` what the next of them cost, `choose` which go first and `pace` how
//! long they take; `table` and `family` tell how
//! it ended. Start with `command`, and with `one_study` for what one study knows.

mod choose;
mod claim;
mod command;
mod family;
mod limits;
mod need;
mod offer;
mod one_study;
mod pace;
mod record;
mod table;

pub(in crate::cli) use command::{decide, register};
pub(in crate::cli) use limits::Limits;
