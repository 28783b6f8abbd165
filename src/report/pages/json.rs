//! The model as JSON, for other programs.

use crate::report::model::Report;

impl Report {
    /// The whole report; figures as SVG text, tables as their pages show them (full numbers are in the CSV files).
    ///
    /// # Errors
    /// Where a number is NaN or infinite, which stored values never are.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
