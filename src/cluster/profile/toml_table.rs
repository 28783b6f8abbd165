//! Tables of a TOML file, read key by key; whatever is wrong is told with its place.

use super::units;
use crate::yaml::{Fault, Mark, Source, known_names};
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// What is wrong with a value: the bytes it stands in, and words.
#[derive(Debug)]
pub(super) struct Wrong {
    span: Range<usize>,
    message: String,
}

impl Wrong {
    /// A value and what is wrong with it.
    pub fn new(value: &Value, message: impl Into<String>) -> Self {
        Self { span: value.span(), message: message.into() }
    }

    /// Something else than what was expected stands there.
    pub fn expected(value: &Value, what: &str) -> Self {
        Self::new(value, format!("expected {what}, found {}", found(value)))
    }
}

/// What stands there, in the words of TOML.
fn found(value: &Value) -> String {
    match value.get_ref() {
        DeValue::String(text) => format!("the string \"{text}\""),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Keys that a table may have, and what to say of another one that is at home elsewhere.
pub(super) type Keys<'k> = (&'k [&'k str], fn(&str) -> Option<String>);

/// One table of a file.
pub(super) struct Section<'a, 'i> {
    source: &'a Source,
    table: &'a DeTable<'i>,
    /// Its name, empty at the top.
    name: &'a str,
}

impl<'a, 'i> Section<'a, 'i> {
    /// A table that has no other keys than these.
    ///
    /// # Errors
    /// At the first key that is not known.
    pub fn new(
        (source, name): (&'a Source, &'a str),
        table: &'a DeTable<'i>,
        (known, elsewhere): Keys,
    ) -> Result<Self, Fault> {
        let unknown =
            table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).min_by_key(|key| key.span().start);
        let Some(key) = unknown else {
            return Ok(Self { source, table, name });
        };
        let place = if name.is_empty() { String::new() } else { format!(" in [{name}]") };
        let fault = at(source, &key.span(), format!("unknown key `{}`{place}", key.get_ref()));
        let help = elsewhere(key.get_ref()).or_else(|| known_names(key.get_ref(), known));
        Err(fault.help(help.unwrap_or_default()))
    }

    /// The value of a key, read; none where the key is absent.
    ///
    /// # Errors
    /// With the place of the value, where it is not what the key takes.
    pub fn get<T>(&self, key: &str, read: impl Fn(&Value) -> Result<T, Wrong>) -> Result<Option<T>, Fault> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        read(value).map(Some).map_err(|wrong| at(self.source, &wrong.span, format!("`{key}`: {}", wrong.message)))
    }

    /// A table within this one.
    ///
    /// # Errors
    /// Where something else stands under its name, or it has a key that is not known.
    pub fn within<'b>(&'b self, name: &'b str, known: Keys) -> Result<Option<Section<'b, 'i>>, Fault> {
        let Some(value) = self.table.get(name) else { return Ok(None) };
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("`{name}`: {}", Wrong::expected(value, &format!("a table [{name}]")).message);
            return Err(at(self.source, &value.span(), message));
        };
        Section::new((self.source, name), table, known).map(Some)
    }

    /// A fault at the first of these keys that is here, or at the top of the file.
    pub fn fault(&self, keys: &[&str], message: String) -> Fault {
        let first = keys.iter().find_map(|key| self.table.get(*key)).map_or(0..0, Spanned::span);
        at(self.source, &first, message).help(if self.name.is_empty() {
            ""
        } else {
            "what a section does not say is taken from the top of the file"
        })
    }
}

/// A fault at a byte of a file.
pub(super) fn at(source: &Source, span: &Range<usize>, message: String) -> Fault {
    let before = &source.text[..source.text.floor_char_boundary(span.start)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let mark = Mark { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 };
    source.fault(mark, message)
}

/// Any text of at least one character.
pub(super) fn text(value: &Value) -> Result<String, Wrong> {
    let text = value.get_ref().as_str().ok_or_else(|| Wrong::expected(value, "a string in quotes"))?;
    if text.contains('\0') {
        Err(Wrong::new(value, "a NUL is in it, which no shell takes"))
    } else {
        Ok(text.to_owned())
    }
}

/// A text of one line, without blanks around it.
pub(super) fn line(value: &Value) -> Result<String, Wrong> {
    let line = text(value)?;
    if line.is_empty() || line.trim() != line || line.contains(char::is_control) {
        return Err(Wrong::expected(value, "a string of one line that is not empty and has no blanks around it"));
    }
    Ok(line)
}

/// A list of what `read` reads.
pub(super) fn list<T>(value: &Value, read: impl Fn(&Value) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let items = value.get_ref().as_array().ok_or_else(|| Wrong::expected(value, "a list such as [\"a\", \"b\"]"))?;
    items.iter().map(read).collect()
}

/// A list of lines.
pub(super) fn lines(value: &Value) -> Result<Vec<String>, Wrong> {
    list(value, line)
}

/// A table of texts; `check` says what is wrong with a key, or with its value.
pub(super) fn table(
    value: &Value,
    check: impl Fn(&str, &str) -> Result<(), String>,
) -> Result<BTreeMap<String, String>, Wrong> {
    let rows =
        value.get_ref().as_table().ok_or_else(|| Wrong::expected(value, "a table such as { NAME = \"value\" }"))?;
    let read = |(key, value): (&Spanned<_>, &Value)| {
        let (key, text): (&toml::de::DeString, _) = (key.get_ref(), text(value)?);
        check(key, &text).map_err(|why| Wrong::new(value, why))?;
        Ok((key.to_string(), text))
    };
    rows.iter().map(read).collect()
}

/// Why a name is none of a variable.
fn variable(name: &str) -> Result<(), String> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(format!("`{name}` is no name of a variable: expected letters, digits and `_`, and no digit first"))
}

/// Variables with their values.
pub(super) fn variables(value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    table(value, |name, _| variable(name))
}

/// A list of names of variables.
pub(super) fn variable_names(value: &Value) -> Result<Vec<String>, Wrong> {
    list(value, |item| {
        let name = line(item)?;
        variable(&name).map(|()| name).map_err(|why| Wrong::new(item, why))
    })
}

/// A length of time in whole seconds, within a range of them.
pub(super) fn time(value: &Value, seconds: RangeInclusive<u64>) -> Result<Duration, Wrong> {
    let expected = || Wrong::expected(value, "a length of time in quotes, such as \"90s\", \"30m\" or \"1h30m\"");
    let time = units::duration(value.get_ref().as_str().ok_or_else(expected)?).map_err(|why| Wrong::new(value, why))?;
    let whole = time.subsec_nanos() == 0;
    if whole && seconds.contains(&time.as_secs()) {
        return Ok(time);
    }
    let (least, most) = seconds.into_inner();
    Err(Wrong::expected(value, &format!("whole seconds, from {least}s to {most}s")))
}

/// A size of memory in bytes.
pub(super) fn size(value: &Value) -> Result<u64, Wrong> {
    let expected = || Wrong::expected(value, "a size in quotes, such as \"2GiB\" or \"500MB\"");
    units::bytes(value.get_ref().as_str().ok_or_else(expected)?).map_err(|why| Wrong::new(value, why))
}

/// A whole number within a range.
pub(super) fn count(value: &Value, range: RangeInclusive<u32>) -> Result<u32, Wrong> {
    let number = value.get_ref().as_integer();
    let number = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| Wrong::expected(value, &format!("a whole number from {} to {}", range.start(), range.end())))
}

/// A factor that nothing gets less by.
pub(super) fn factor(value: &Value) -> Result<f64, Wrong> {
    let number = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    };
    number
        .filter(|number| (1.0..=100.0).contains(number))
        .ok_or_else(|| Wrong::expected(value, "a number from 1 to 100"))
}

/// Yes or no.
pub(super) fn flag(value: &Value) -> Result<bool, Wrong> {
    value.get_ref().as_bool().ok_or_else(|| Wrong::expected(value, "true or false"))
}
