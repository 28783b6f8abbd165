//! The columns of a comparison with published numbers, which one step makes and reports read by their roles.

use crate::step::header::{Column, ColumnRole, Content, Header};

/// The columns after the keys: the quantity that a row is of, ours with its interval, the paper's, and what is between
/// them.
#[must_use]
pub fn comparison() -> Header {
    let ours = Column::new("ours");
    let quantity = Column { role: ColumnRole::Quantity, content: Content::Texts, ..Column::new("column") };
    let within = ColumnRole::Verdict;
    Header(vec![
        quantity,
        ours.clone(),
        ours.beside("ours_low", ColumnRole::Low),
        ours.beside("ours_high", ColumnRole::High),
        ours.beside("published", ColumnRole::Published),
        ours.beside("deviation", ColumnRole::Deviation),
        Column { unit: "share", ..ours.beside("relative_deviation", ColumnRole::RelativeDeviation) },
        Column { content: Content::Truths, ..ours.beside("within_interval", within) },
    ])
}
