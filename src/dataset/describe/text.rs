//! A card as people write it.

use crate::dataset::cards::card::{Card, Checksum, Of, Part, Source, Task};
use std::fmt::Write as _;

/// The YAML of a card, with comments for who goes on writing it.
pub(super) fn card(card: &Card, cut: bool) -> String {
    let mut text = format!(
        "# Written by `lofi data add`. `lofi data verify {}` compares the files with it; docs/cards.md of lofi has every key.\n",
        card.name
    );
    let mut line = |key: &str, value: String| {
        let _ = writeln!(text, "{key}: {value}");
    };
    line("name", scalar(&card.name));
    line("title", scalar(&card.title));
    line("licence", scalar(&card.licence));
    line(
        "private",
        "true # without a published source; else leave this out and give `citation` and `homepage`".to_owned(),
    );
    line("format", card.format.description().name.to_owned());
    let shape = card.shape;
    line("shape", format!("{{channels: {}, height: {}, width: {}}}", shape.channels, shape.height, shape.width));
    line("mean", numbers(&card.mean));
    line("std", numbers(&card.std));
    line("classes", list(&card.classes, |name| scalar(name)));
    text.push_str(
        "# The first task is the default of every study: edit which classes are −1 and which are +1, and add others.\n",
    );
    text.push_str("tasks:\n");
    card.tasks.iter().for_each(|one| text.push_str(&task(one)));
    if cut {
        text.push_str("# No file was for testing: the last fifth of the records is.\n");
    }
    text.push_str("splits:\n");
    for (name, parts) in [("train", &card.splits.train), ("test", &card.splits.test)] {
        let _ = writeln!(text, "  {name}:");
        parts.iter().for_each(|one| text.push_str(&part(one)));
    }
    if !card.checksums.is_empty() {
        text.push_str("checksums:\n");
    }
    for (name, Checksum { sha256, of, .. }) in &card.checksums {
        let of = if *of == Of::Uncompressed { ", of: uncompressed" } else { "" };
        let _ = writeln!(text, "  {}: {{sha256: {}{of}}}", scalar(name), sha256.as_deref().unwrap_or_default());
    }
    text.push_str("sources:\n");
    for source in &card.sources {
        if let Source::Path(path) = source {
            let _ = writeln!(text, "  - path: {}", scalar(path));
        }
    }
    text
}

fn task(task: &Task) -> String {
    let mut text = format!("  - name: {}\n    title: {}\n", scalar(&task.name), scalar(&task.title));
    for (key, classes) in [("negative", &task.negative), ("positive", &task.positive), ("classes", &task.classes)] {
        if !classes.is_empty() {
            let _ = writeln!(text, "    {key}: {}", list(classes, ToString::to_string));
        }
    }
    text
}

fn part(part: &Part) -> String {
    let labels = part.labels.as_ref().map_or(String::new(), |name| format!(", labels: {}", scalar(name)));
    let records = part.records.map_or(String::new(), |[from, to]| format!(", records: [{from}, {to}]"));
    format!("    - {{file: {}{labels}{records}}}\n", scalar(&part.file))
}

fn numbers(values: &[f64]) -> String {
    list(values, |value| format!("{value:.4}"))
}

/// A list on lines of a readable length.
fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    let (mut text, mut width) = (String::from("["), 20);
    for (place, item) in items.iter().enumerate() {
        let item = one(item);
        let comma = if place == 0 { "" } else { ", " };
        if width + item.len() > 110 {
            text.push_str(comma.trim_end());
            text.push_str("\n      ");
            width = 6;
        } else {
            text.push_str(comma);
        }
        width += item.len() + 2;
        text.push_str(&item);
    }
    text + "]"
}

/// A text as it stands where every reader of YAML takes it for that text, else in quotes.
fn scalar(text: &str) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = |c: char| c.is_alphanumeric() || " _-./()−+".contains(c);
    let begins = text.chars().next().is_some_and(char::is_alphabetic) || text.starts_with("../");
    let is_plain = begins && text.chars().all(plain) && text.trim() == text;
    if is_plain && !words.contains(&text.to_lowercase().as_str()) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Source as Text, parse};

    #[test]
    fn texts_come_back_as_they_are() {
        let texts = [
            "cat",
            "0",
            "no",
            "true",
            "a: b",
            "[x]",
            "# y",
            "ankle boot",
            "é (−1)",
            " x",
            "'",
            "\"",
            "../a b",
            "~",
            "1e3",
            "$x",
        ];
        let classes: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let yaml = format!("classes: {}\n", list(&classes, |name| scalar(name)));
        let read = parse(&Text::new("x.yaml", &yaml)).unwrap().to_json();
        assert_eq!(read["classes"], serde_json::json!(texts));
    }
}
