//! Commands that write what people go on writing: projects, studies, cards.

mod add;
mod init;
mod whole;

pub(in crate::cli) use add::{Add, add};
pub(in crate::cli) use init::{Init, init};
