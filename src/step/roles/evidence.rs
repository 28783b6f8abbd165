//! The columns of a claim's evidence, which claims make and reports read by their roles.

use crate::step::header::{Column, ColumnRole, Content, Header};

/// The columns after those that name a condition: its estimate with the interval, the standard deviation of one
/// sample, the samples behind it, how far the estimate is on the wrong side of the bar (below 0 on
/// the claimed one), the e-value for the claimed side, how it ended.
#[must_use]
pub fn evidence() -> Header {
    let estimate = Column::new("estimate");
    Header(vec![
        estimate.clone(),
        estimate.beside("low", ColumnRole::Low),
        estimate.beside("high", ColumnRole::High),
        estimate.beside("spread", ColumnRole::Spread),
        Column { role: ColumnRole::Samples, ..Column::new("samples") },
        Column::new("excess"),
        Column::new("e_value"),
        Column { role: ColumnRole::Verdict, content: Content::Texts, ..Column::new("outcome") },
    ])
}
