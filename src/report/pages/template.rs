//! Templates, compiled in and free of logic, and what fills them.

use super::escape::{code, fenced, html, markdown, prose};
use super::math::{math, plain};
use crate::report::ReportError;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// Templates by name; `.html` and `.md` decide how texts are escaped.
const TEMPLATES: [(&str, &str); 24] = [
    ("comparison.html", include_str!("templates/comparison.html")),
    ("comparison.md", include_str!("templates/comparison.md")),
    ("progress.html", include_str!("templates/progress.html")),
    ("progress.md", include_str!("templates/progress.md")),
    ("verdicts.svg", include_str!("templates/verdicts.svg")),
    ("summary.md", include_str!("templates/summary.md")),
    ("bar.html", include_str!("templates/bar.html")),
    ("head.html", include_str!("templates/head.html")),
    ("index.html", include_str!("templates/index.html")),
    ("index_body.html", include_str!("templates/index_body.html")),
    ("scale.html", include_str!("templates/scale.html")),
    ("scale.md", include_str!("templates/scale.md")),
    ("scale_body.html", include_str!("templates/scale_body.html")),
    ("single.html", include_str!("templates/single.html")),
    ("study.html", include_str!("templates/study.html")),
    ("study_body.html", include_str!("templates/study_body.html")),
    ("table.html", include_str!("templates/table.html")),
    ("making.html", include_str!("templates/making.html")),
    ("making.md", include_str!("templates/making.md")),
    ("data_table.html", include_str!("templates/data_table.html")),
    ("index.md", include_str!("templates/index.md")),
    ("study.md", include_str!("templates/study.md")),
    ("table.md", include_str!("templates/table.md")),
    ("data_table.md", include_str!("templates/data_table.md")),
];
/// The style of all pages.
pub(super) const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = include_str!("templates/index.js");
/// The script of the pages of studies.
pub(super) const FIGURE_SCRIPT: &str = include_str!("templates/report.js");
const MARKDOWN: AutoEscape = AutoEscape::Custom(Cow::Borrowed("markdown"));

/// Renders pages.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Compiles the templates.
    pub fn new() -> Result<Self, Error> {
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
        environment.set_syntax(syntax.build()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let markdown = |name: &str| name.ends_with(".md");
        environment.set_auto_escape_callback(move |name| if markdown(name) { MARKDOWN } else { AutoEscape::Html });
        environment.set_formatter(write_escaped);
        environment.add_filter("prose", |state: &State<'_, '_>, text: &str| {
            Value::from_safe_string(prose(text, *state.auto_escape() == MARKDOWN))
        });
        environment.add_filter("math", |state: &State<'_, '_>, text: &str| {
            Value::from_safe_string(math(text, *state.auto_escape() == MARKDOWN))
        });
        environment.add_filter("plain", |text: &str| plain(text));
        environment.add_filter("code", |text: &str| Value::from_safe_string(code(text)));
        environment.add_filter("fenced", |text: &str| Value::from_safe_string(fenced(text)));
        environment.add_filter("page_link", |state: &State<'_, '_>, page: &str, anchor: &str| {
            let single = state.lookup("single").is_some_and(|single| single.is_true());
            page_link((page, anchor), single)
        });
        // in a file of all pages anchors begin with their page, and nothing lies beside
        environment.add_global("beside", false);
        environment.add_global("single", false);
        environment.add_global("prefix", "");
        environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
        environment.add_global("figure_script", Value::from_safe_string(FIGURE_SCRIPT.to_owned()));
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        Ok(Self { environment })
    }

    /// Fills a template with a model.
    pub fn render(&self, name: &str, model: &impl Serialize) -> Result<String, Error> {
        self.render_with(name, model, Map::new())
    }

    /// The same with more variables, which count before those of the model.
    pub fn render_with(&self, name: &str, model: &impl Serialize, more: Map<String, Json>) -> Result<String, Error> {
        let mut json = serde_json::to_value(model).unwrap_or_default();
        if let Json::Object(map) = &mut json {
            map.extend(more);
        }
        self.environment.get_template(name)?.render(Value::from(Serde(json)))
    }
}

/// Fills one template with a model.
pub(in crate::report) fn render_template(name: &str, model: &impl Serialize) -> Result<String, ReportError> {
    Ok(Templates::new()?.render(name, model)?)
}

/// What the anchors of a page begin with where all pages are in one file; the whole of it is the page's own.
pub(super) fn prefix(page: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("{}--", page.chars().map(plain).collect::<String>())
}

fn page_link((page, anchor): (&str, &str), single: bool) -> String {
    match (single, anchor) {
        (true, anchor) => format!("#{}{anchor}", prefix(page)),
        (false, "") => format!("{page}.html"),
        (false, anchor) => format!("{page}.html#{anchor}"),
    }
}

fn write_escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = if value.is_none() { String::new() } else { value.to_string() };
    let text = match (value.is_safe(), *state.auto_escape() == MARKDOWN) {
        (true, _) => text,
        (_, true) => markdown(&text),
        _ => html(&text),
    };
    out.write_str(&text).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_model_lacks_is_an_error() {
        let mut templates = Templates::new().unwrap();
        templates.environment.add_template("bad.html", "{{ titel }}").unwrap();
        assert!(templates.render("bad.html", &serde_json::json!({"title": "x"})).is_err());
    }
}
