//! What a reader must know of the data behind a figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The data that a figure's table was computed on. Plots read tables only, so this comes as a parameter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataNote {
    /// The data set's title for people.
    #[serde(default)]
    pub title: String,
    /// What the paper used, where this is something else; else empty.
    #[serde(default)]
    pub stands_in_for: String,
    /// What a reader must know of the data; else empty.
    #[serde(default)]
    pub caveat: String,
}

impl DataNote {
    /// The banner of a figure on other data than the paper's; empty where it is the paper's.
    #[must_use]
    pub fn banner(&self) -> String {
        if self.stands_in_for.is_empty() {
            return String::new();
        }
        let title = if self.title.is_empty() { "Other data" } else { &self.title };
        format!("{title} stands in for {}", self.stands_in_for)
    }

    /// Sentences for the caption.
    #[must_use]
    pub fn sentences(&self) -> String {
        let data = match (self.banner(), self.title.as_str()) {
            (banner, _) if !banner.is_empty() => format!("Data: {banner}."),
            (_, "") => String::new(),
            (_, title) => format!("Data: {title}."),
        };
        let caveat = self.caveat.trim().trim_end_matches('.');
        let mut letters = caveat.chars();
        let caveat = letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).chain(std::iter::once('.')).collect()
        });
        [data, caveat].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
