//! A figure's data as files of their own.

use crate::report::model::{FigureReport, StudyReport};
use serde_json::{Map, Value as Json, json};

impl StudyReport {
    /// What a figure is drawn from, as CSV; nothing where that is no table of the study.
    #[must_use]
    pub fn figure_csv(&self, figure: &FigureReport) -> Option<&str> {
        figure.making.csv.first().and_then(|href| self.beside(href))
    }

    /// A figure with its data and how it came about, as JSON: one object.
    ///
    /// # Errors
    /// Where serde cannot.
    pub fn figure_json(&self, figure: &FigureReport) -> Result<String, serde_json::Error> {
        let tables: Vec<Json> = figure.making.csv.iter().filter_map(|href| rows(self.beside(href)?)).collect();
        let object = json!({
            "study": self.name,
            "profile": self.profile,
            "settings": self.settings,
            "figure": figure.name,
            "caption": figure.caption,
            "alt": figure.alt,
            "making": figure.making,
            "tables": tables,
        });
        serde_json::to_string_pretty(&object).map(|text| text + "\n")
    }

    /// A file beside the page.
    fn beside(&self, href: &str) -> Option<&str> {
        let folder = self.page.rfind('/').map_or("", |at| &self.page[..=at]);
        let path = format!("{folder}{href}");
        self.files.iter().find(|file| file.path == path).map(|file| file.content.as_str())
    }
}

/// Rows as objects; numbers and truth values as such, empty cells as null.
fn rows(csv: &str) -> Option<Json> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
    let cell = |text: &str| match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => json!(whole),
        (_, Ok(real)) if real.is_finite() => json!(real),
        _ if text.is_empty() => Json::Null,
        _ if ["true", "false"].contains(&text) => json!(text == "true"),
        _ => json!(text),
    };
    let row = |record: &csv::StringRecord| names.iter().cloned().zip(record.iter().map(cell)).collect::<Map<_, _>>();
    Some(reader.records().filter_map(Result::ok).map(|record| Json::Object(row(&record))).collect())
}
