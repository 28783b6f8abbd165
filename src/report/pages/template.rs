//! Templates, compiled in and free of logic, and what fills them.

use crate::artifact::{one_line, printable};
use crate::report::ReportError;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Templates by name; `.html` and `.md` decide how texts are escaped.
const TEMPLATES: [(&str, &str); 19] = [
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
    ("single.html", include_str!("templates/single.html")),
    ("study.html", include_str!("templates/study.html")),
    ("study_body.html", include_str!("templates/study_body.html")),
    ("table.html", include_str!("templates/table.html")),
    ("data_table.html", include_str!("templates/data_table.html")),
    ("index.md", include_str!("templates/index.md")),
    ("study.md", include_str!("templates/study.md")),
    ("table.md", include_str!("templates/table.md")),
    ("data_table.md", include_str!("templates/data_table.md")),
];
const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = include_str!("templates/index.js");
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
        environment.add_filter("page_link", |state: &State<'_, '_>, page: &str, anchor: &str| {
            let single = state.lookup("single").is_some_and(|single| single.is_true());
            page_link((page, anchor), single)
        });
        // in a file of all pages anchors begin with their page, and nothing lies beside
        environment.add_global("single", false);
        environment.add_global("prefix", "");
        environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
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
        self.environment.get_template(name)?.render(value(json))
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

/// minijinja's own conversion is a feature of the crate that this project leaves out.
fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(v) => Value::from(v),
        Json::Number(v) => match v.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(v.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(v) => Value::from(v),
        Json::Array(list) => Value::from(list.into_iter().map(value).collect::<Vec<_>>()),
        Json::Object(map) => Value::from(map.into_iter().map(|(k, v)| (k, value(v))).collect::<BTreeMap<_, _>>()),
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

/// A sentence in which backticks set off code.
fn prose(text: &str, in_markdown: bool) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let piece = |(i, part): (usize, &&str)| match (closed && i % 2 == 1 && !part.is_empty(), in_markdown) {
        (true, false) => format!("<code>{}</code>", html(part)),
        (true, true) => format!("`{}`", one_line(part).replace('|', "\\|")),
        (false, false) => html(part),
        // Only the very start of a text can be taken for a heading or a list.
        (false, true) if i == 0 => keep_ends(part, &markdown(part)),
        (false, true) => keep_ends(part, markdown(&format!("x {part}")).strip_prefix("x").unwrap_or_default()),
    };
    let joint = if closed {
        ""
    } else if in_markdown {
        "\\`"
    } else {
        "`"
    };
    parts.iter().enumerate().map(piece).collect::<Vec<_>>().join(joint)
}

/// The blanks at both ends of a text around its escaped form, which has lost them.
fn keep_ends(text: &str, escaped: &str) -> String {
    let blank = |is: bool| if is { " " } else { "" };
    let escaped = escaped.trim();
    if escaped.is_empty() {
        return blank(!text.is_empty()).to_owned();
    }
    format!("{}{escaped}{}", blank(text.starts_with(char::is_whitespace)), blank(text.ends_with(char::is_whitespace)))
}

/// Text inside HTML, in elements and in quoted attributes; also valid in XML. Nothing in it steers the reader's screen.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text inside one line of Markdown, also of a pipe table: shown as it is, on one line.
fn markdown(text: &str) -> String {
    let text = printable(text);
    let letters: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let word = |i: usize| letters.get(i).is_some_and(|c| c.is_alphanumeric());
    let links = may_link(&letters);
    // A mark that a blank or its like follows begins a list, a heading or a rule.
    let begins = |letter: char| letters.get(1).is_none_or(|next| *next == ' ' || *next == letter);
    let mut out = String::with_capacity(text.len());
    for (i, &letter) in letters.iter().enumerate() {
        match letter {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // An underscore inside a word marks no emphasis.
            '_' if i > 0 && word(i - 1) && word(i + 1) => out.push('_'),
            '[' | ']' if !links => out.push(letter),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', letter]),
            '#' | '+' | '-' | '=' if i == 0 && begins(letter) => out.extend(['\\', letter]),
            '>' if i == 0 => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

/// Whether brackets of this text could be read as a link, or as the end of one around it.
fn may_link(letters: &[char]) -> bool {
    let depths = letters.iter().scan(0i32, |depth, letter| {
        *depth += i32::from(*letter == '[') - i32::from(*letter == ']');
        Some(*depth)
    });
    let unbalanced = depths.clone().any(|depth| depth < 0) || depths.last().is_some_and(|depth| depth != 0);
    unbalanced || letters.windows(2).any(|pair| pair[0] == ']' && matches!(pair[1], '(' | '[' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_for_their_format() {
        assert_eq!(html("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
        assert_eq!(html("a\u{9b}31m\u{7}\u{2066}\nb"), "a\u{fffd}31m␇\u{fffd}\nb");
        for (text, escaped) in [
            ("a|b\n c", "a\\|b c"),
            ("# n_train *x* _y_", "\\# n_train \\*x\\* \\_y\\_"),
            ("<b> & [1](x)", "&lt;b> &amp; \\[1\\](x)"),
            ("[1, 2] and +1.16", "[1, 2] and +1.16"),
            ("a ] b", "a \\] b"),
            ("+1.16", "+1.16"),
            ("+ 1", "\\+ 1"),
            ("> x", "&gt; x"),
            ("a\u{1b}[1m\u{202e}b\nc", "a␛\\[1m\u{fffd}b c"),
        ] {
            assert_eq!(markdown(text), escaped);
        }
    }

    #[test]
    fn backticks_set_off_code() {
        for (text, in_html, in_markdown) in [
            ("run `a<b` now", "run <code>a&lt;b</code> now", "run `a<b` now"),
            ("`x|y`", "<code>x|y</code>", "`x\\|y`"),
            ("one ` alone <", "one ` alone &lt;", "one \\` alone &lt;"),
            ("- `x` - xylophone", "- <code>x</code> - xylophone", "\\- `x` - xylophone"),
        ] {
            assert_eq!(prose(text, false), in_html);
            assert_eq!(prose(text, true), in_markdown);
        }
    }

    #[test]
    fn a_name_that_the_model_lacks_is_an_error() {
        let mut templates = Templates::new().unwrap();
        templates.environment.add_template("bad.html", "{{ titel }}").unwrap();
        assert!(templates.render("bad.html", &serde_json::json!({"title": "x"})).is_err());
    }
}
