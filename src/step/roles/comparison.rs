//! The columns of a comparison with published numbers, which one step makes and reports read by their roles.

use crate::step::header::{Column, ColumnRole, Content, Header};

/// A published number that lies beside several values of ours.
pub const COMPARED: &str = "compared";
/// A published number that lies beside one value of ours, or beside equal ones: only the error of digitising is allowed for.
pub const NO_SPREAD: &str = "no-spread";
/// A published number without one of ours, of which the study does not say why.
pub const UNEXPLAINED: &str = "unexplained";

/// The columns after the keys: the quantity that a row is of, ours with the interval in which the paper's is to be
/// expected, the paper's, what is between them, how the row ended ([`COMPARED`], [`NO_SPREAD`], the word of a
/// [`Reason`](crate::step::Reason) or [`UNEXPLAINED`]), and the reason in words.
#[must_use]
pub fn comparison() -> Header {
    let ours = Column::new("ours");
    let quantity = Column { role: ColumnRole::Quantity, content: Content::Texts, ..Column::new("column") };
    let within = ColumnRole::Verdict;
    let text = |name, role| Column { role, content: Content::Texts, ..Column::new(name) };
    Header(vec![
        quantity,
        ours.clone(),
        ours.beside("ours_low", ColumnRole::Low),
        ours.beside("ours_high", ColumnRole::High),
        ours.beside("published", ColumnRole::Published),
        ours.beside("deviation", ColumnRole::Deviation),
        Column { unit: "share", ..ours.beside("relative_deviation", ColumnRole::RelativeDeviation) },
        Column { content: Content::Truths, ..ours.beside("within_interval", within) },
        text("status", ColumnRole::Status),
        text("because", ColumnRole::Remark),
    ])
}
