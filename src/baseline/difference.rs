//! One thing that is not as it was.

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The table, or `claims` or `data`.
    pub table: String,
    /// The column; empty where a row or the whole table differs.
    pub column: String,
    /// The row in words: the columns that tell it apart.
    pub row: String,
    /// The baseline's value.
    pub was: String,
    /// The new value.
    pub is: String,
    /// How many times what is allowed it moved; infinite where it must be equal.
    pub severity: f64,
}

impl Difference {
    pub(super) fn new(table: &str, (was, is): (impl Into<String>, impl Into<String>)) -> Self {
        Self {
            table: table.to_owned(),
            column: String::new(),
            row: String::new(),
            was: was.into(),
            is: is.into(),
            severity: f64::INFINITY,
        }
    }
}
