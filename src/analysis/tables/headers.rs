//! The columns that table operations make of those that they are given.

use super::bins::COLUMNS;
use super::{aggregate, bins, compare_published, stack};
use crate::artifact::Cell;
use crate::step::{Column, ColumnRole, Columns, Content, Header};

/// Constants first, in the order in which they are first named, and then the columns of the tables.
pub(super) fn stacked(params: &stack::Params, tables: Option<Vec<&Header>>) -> Option<Header> {
    let mut header = Header::default();
    for (name, value) in params.rows.iter().flat_map(|row| &row.0) {
        match header.0.iter_mut().find(|column| column.name == *name) {
            Some(column) if !value.is_null() => column.content = content(value),
            Some(_) => {}
            None => header.0.push(Column::key(name, content(value))),
        }
    }
    // Where no table could be made, nothing is known of any.
    let tables = tables.filter(|tables| !tables.is_empty())?;
    Some(tables.into_iter().fold(header, Header::with))
}

const fn content(value: &Cell) -> Content {
    match value {
        Cell::Text(_) => Content::Texts,
        Cell::Bool(_) => Content::Truths,
        _ => Content::Numbers,
    }
}

/// The rows of one contender, and how far they are from the other's.
pub(super) fn difference(table: &Header) -> Header {
    table.clone().with(&Header::of(&["difference", "relative_difference"]))
}

/// The keys that are left, the mean of each column of numbers with its interval, and how many rows it is of.
pub(super) fn aggregate((params, keys): (&aggregate::Params, &Columns), table: &Header) -> Header {
    let by = keys.without(&[&params.over]);
    let mut columns: Vec<Column> = by.iter().map(|name| key_of(table, name)).collect();
    let means = table.0.iter().filter(|c| !keys.contains(&c.name) && c.content == Content::Numbers);
    for column in means {
        let end = |ending: &str, role| column.named(&format!("{}_{ending}", column.name), role);
        columns.extend([column.clone(), end("low", ColumnRole::Low), end("high", ColumnRole::High)]);
    }
    columns.push(Column { role: ColumnRole::Count, ..Column::new("samples") });
    Header(columns)
}

/// The keys that are left, columns that may be constant in every group, and those of a histogram.
pub(super) fn bins((params, keys): (&bins::Params, &Columns), table: &Header) -> Header {
    let by = keys.without(&[&params.pool]);
    let mut columns: Vec<Column> = by.iter().map(|name| key_of(table, name)).collect();
    let taken = |name: &str| {
        keys.contains(name) || name == params.column || params.mark.as_deref() == Some(name) || COLUMNS.contains(&name)
    };
    let carried = table.0.iter().filter(|column| !taken(&column.name));
    columns.extend(carried.map(|column| Column { certain: false, ..column.clone() }));
    columns.extend(Header::of(&COLUMNS).keys(&["low", "high"]).counts(&["count"]).truths(&["mark"]).0);
    Header(columns)
}

/// The keys that published rows have, and both numbers beside each other.
pub(super) fn comparison((params, keys): (&compare_published::Params, &Columns), table: &Header) -> Header {
    let given = |name: &&String| params.published.rows.iter().any(|row| row.get(name).is_some());
    let mut columns: Vec<Column> = keys.0.iter().filter(given).map(|name| key_of(table, name)).collect();
    let numbers = Header::of(&compare_published::NUMBERS).texts(&["column"]).keys(&["column"]);
    for column in numbers.truths(&["within_interval"]).0 {
        let role = match column.name.as_str() {
            "ours_low" => ColumnRole::Low,
            "ours_high" => ColumnRole::High,
            _ => column.role,
        };
        columns.push(Column { role, ..column });
    }
    Header(columns)
}

fn key_of(table: &Header, name: &str) -> Column {
    let known = table.get(name).map(|column| column.named(name, ColumnRole::Key));
    known.unwrap_or_else(|| Column::key(name, Content::Numbers))
}
