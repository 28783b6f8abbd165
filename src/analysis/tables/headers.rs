//! What the columns of table operations have in common.

use crate::step::{Column, ColumnRole, Content, Header};

pub(super) fn key_of(table: &Header, name: &str) -> Column {
    let known = table.get(name).map(|column| column.named(name, ColumnRole::Key));
    known.unwrap_or_else(|| Column::key(name, Content::Numbers))
}
