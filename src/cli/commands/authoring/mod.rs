//! Commands that write what people go on writing: projects, studies, cards.

mod add;
mod fill;
mod fmt;
mod init;
mod new;
mod sections;
mod study_text;
mod tidy;
mod whole;

pub(in crate::cli) use add::{Add, add};
pub(in crate::cli) use fmt::{Fmt, fmt};
pub(in crate::cli) use init::{Init, init};
pub(in crate::cli) use new::{New, new};
