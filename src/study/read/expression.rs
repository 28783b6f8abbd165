//! `$(...)`: a value that is computed from constants and axes, such as `$([k, n_train // 2] | min)`.
//!
//! The language is that of the templates' expressions: arithmetic, `//` for whole quotients, `a if b else c`, lists, and
//! the filters `min`, `max`, `round`, `int`, `abs`.

use crate::yaml::Node;
use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The expression in `$(...)`.
pub(super) fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("$(")?.strip_suffix(')')
}

/// The names in an expression; none where it cannot be read, which [`evaluated`] tells.
pub(super) fn names(expression: &str) -> BTreeSet<String> {
    let environment = Environment::new();
    let compiled = environment.compile_expression(expression);
    compiled.map(|compiled| compiled.undeclared_variables(false).into_iter().collect()).unwrap_or_default()
}

/// What is wrong with an expression.
pub(super) enum Wrong {
    /// A name that stands for nothing.
    Name(String),
    /// It cannot be read, or computed with these values.
    Expression(String),
}

/// The value of an expression: a number, a text, a truth value or a list of these.
pub(super) fn evaluated<'a>(expression: &str, value: impl Fn(&str) -> Option<&'a Node>) -> Result<Json, Wrong> {
    let environment = Environment::new();
    let wrong = |e: &minijinja::Error| {
        Wrong::Expression(e.detail().map_or_else(|| e.kind().to_string(), |detail| format!("{}: {detail}", e.kind())))
    };
    let compiled = environment.compile_expression(expression).map_err(|e| wrong(&e))?;
    let mut known = serde_json::Map::new();
    for name in names(expression) {
        let node = value(&name).ok_or_else(|| Wrong::Name(name.clone()))?;
        known.insert(name, node.to_json());
    }
    let result = compiled.eval(minijinja::Value::from(Serde(known))).map_err(|e| wrong(&e))?;
    match serde_json::to_value(&result) {
        Ok(Json::Null) | Err(_) => Err(Wrong::Expression("it has no value".to_owned())),
        Ok(value) if result.is_undefined() => Err(Wrong::Expression(format!("it has no value, {value}"))),
        Ok(value) => Ok(value),
    }
}

/// An expression with names replaced by what `replacement` says of them.
pub(super) fn renamed(expression: &str, replacement: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = expression;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(first) = rest.chars().next() {
        let len = match first {
            // texts are no names
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            c if is_part(c) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(len);
        let is_member = text.trim_end().ends_with(['.', '|']);
        let new = (!is_member && is_part(first)).then(|| replacement(word)).flatten();
        text.push_str(new.as_deref().unwrap_or(word));
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Mark, Tree};
    use serde_json::json;

    fn value(expression: &str) -> Result<Json, String> {
        let node = |tree| Node::new(Mark::default(), tree);
        let known = [("n", node(Tree::Int(500))), ("k", node(Tree::Int(400))), ("rate", node(Tree::Float(0.1)))];
        evaluated(expression, |name| known.iter().find(|(known, _)| *known == name).map(|(_, node)| node)).map_err(
            |wrong| match wrong {
                Wrong::Name(name) => format!("no {name}"),
                Wrong::Expression(why) => why,
            },
        )
    }

    #[test]
    fn shares_and_the_lesser_of_two_are_whole_where_they_are() {
        assert_eq!(value("n // 3"), Ok(json!(166)));
        assert_eq!(value("[k, n // 2] | min"), Ok(json!(250)));
        assert_eq!(value("k if k < n else n - 1"), Ok(json!(400)));
        assert_eq!(value("(rate * n) | int"), Ok(json!(50)));
        assert_eq!(value("2 * rate"), Ok(json!(0.2)));
        assert_eq!(value("[1, k]"), Ok(json!([1, 400])));
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(value("m // 2"), Err("no m".to_owned()));
        assert!(value("n //").unwrap_err().contains("syntax error"));
        assert!(value("n // 0").is_err());
        assert!(value("'a' - 1").is_err());
    }

    #[test]
    fn names_are_replaced_and_texts_are_not() {
        let new = |name: &str| (name == "k").then(|| "63".to_owned());
        assert_eq!(renamed("[k, kk, n.k] | k + \"k\" + k", new), "[63, kk, n.k] | k + \"k\" + 63");
        assert_eq!(names("[k, n // 2] | min"), BTreeSet::from(["k".to_owned(), "n".to_owned()]));
    }
}
