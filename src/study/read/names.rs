//! Which names entries may have: those of tables, figures, claims and profiles become names of files and anchors, those of
//! steps stand before a dot, all of them are shown.

use super::raw::{Item, RawStudy};
use crate::artifact::steers;
use crate::yaml::{Entry, Fault, Node};

/// Longest name, in bytes: with a study's endings it is still a file name everywhere.
const LONGEST: usize = 100;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Names that mean something else where constants and axes are set.
const TAKEN: [&str; 1] = ["data"];

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It becomes a file or an anchor.
    File,
    /// It stands in references and columns.
    Word,
    /// It is only shown.
    Label,
}

/// Every name of a study that cannot be one, at its place.
pub(super) fn faults(study: &RawStudy) -> Vec<Fault> {
    let files = [
        ("table", &study.tables),
        ("figure", &study.figures),
        ("claim", &study.claims),
        ("profile", &study.profiles),
        ("published number", &study.published),
    ];
    let words = [("step", &study.steps), ("constant", &study.constants), ("axis", &study.sweep)];
    let mut faults = Vec::new();
    for (what, items) in files {
        faults.extend(items.iter().filter_map(|item| fault(item, (what, Use::File))));
        faults.extend(alike(what, items));
    }
    for (what, items) in words {
        faults.extend(items.iter().filter_map(|item| fault(item, (what, Use::Word))));
    }
    faults.extend(beside(&study.tables));
    faults.extend(taken(study));
    faults
}

fn fault(item: &Item, (what, used): (&str, Use)) -> Option<Fault> {
    let plus = what == "profile" && item.name.contains('+');
    let article = if what == "axis" { "an" } else { "a" };
    let why = if plus { Some("`+` lays one profile over another".to_owned()) } else { wrong(&item.name, used) };
    let fault = item
        .fault(item.mark, format!("`{}` cannot be the name of {article} {what}: {}", on_one_line(&item.name), why?));
    Some(fault.help(match used {
        Use::File => "it becomes the name of a file: take letters, digits, spaces, `-` and `_`",
        Use::Word | Use::Label => "take letters, digits, `-` and `_`",
    }))
}

/// A name in a sentence.
fn on_one_line(name: &str) -> String {
    name.replace('\n', "\\n")
}

/// Whether a character leaves no mark, so that two names would look the same.
const fn unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{3164}')
}

/// Why a text cannot be a name for a use.
fn wrong(name: &str, used: Use) -> Option<String> {
    if name.trim().is_empty() {
        return Some("it is empty".to_owned());
    }
    if let Some(c) = name.chars().find(|c| steers(*c) || unseen(*c)) {
        return Some(format!("it holds the invisible character U+{:04X}", u32::from(c)));
    }
    if used == Use::Label {
        return None;
    }
    if name.trim() != name {
        return Some("it begins or ends with a space".to_owned());
    }
    if name.len() > LONGEST {
        return Some(format!("it is longer than {LONGEST} bytes"));
    }
    let kept = if used == Use::File { "./\\:*?\"<>|$" } else { "./\\$" };
    if let Some(c) = name.chars().find(|c| kept.contains(*c)) {
        return Some(format!("it holds `{c}`"));
    }
    let lower = name.to_lowercase();
    let device = DEVICES.iter().any(|device| {
        lower.strip_prefix(device).is_some_and(|rest| {
            let numbered = matches!(*device, "com" | "lpt");
            if numbered { matches!(rest.as_bytes(), [b'1'..=b'9']) } else { rest.is_empty() }
        })
    });
    (used == Use::File && device).then(|| "some systems keep it for a device".to_owned())
}

/// Why a text cannot be the name of a study, or a part of one between slashes.
pub(crate) fn wrong_study_part(part: &str) -> Option<String> {
    wrong(part, Use::File)
}

/// Names that are one file where capital and small letters are the same.
fn alike(what: &str, items: &[Item]) -> Vec<Fault> {
    let same = |a: &Item, b: &Item| a.name.to_lowercase() == b.name.to_lowercase();
    let twin = |(index, item): (usize, &Item)| {
        let first = items[..index].iter().find(|before| same(before, item))?;
        let message = format!("the {what}s `{}` and `{}` differ only in capital letters", first.name, item.name);
        Some(item.fault(item.mark, message).help("some systems take them for one file: rename one of the two"))
    };
    items.iter().enumerate().filter_map(twin).collect()
}

/// Tables with the name of a file that another one has beside its own: its rows, or its comparison.
fn beside(tables: &[Item]) -> Vec<Fault> {
    let fault = |item: &Item| {
        let lower = item.name.to_lowercase();
        let (ending, what) = [("-rows", "the rows"), ("-published", "the published numbers")]
            .into_iter()
            .find(|(ending, _)| lower.ends_with(ending))?;
        let first = tables.iter().find(|other| format!("{}{ending}", other.name.to_lowercase()) == lower)?;
        let message =
            format!("a table `{}` beside `{}`: {what} of that one are kept under this name", item.name, first.name);
        Some(item.fault(item.mark, message).help("rename one of the two"))
    };
    tables.iter().filter_map(fault).collect()
}

/// Labels of a table that cannot be shown, and the column that holds them.
pub(in crate::study) fn labels(table: &Item, (entries, column): (&[Entry], Option<&Node>)) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for entry in entries {
        faults.extend(wrong(&entry.key, Use::Label).map(|why| {
            table
                .fault(entry.mark, format!("`{}` cannot be a label: {why}", on_one_line(&entry.key)))
                .help("a label is any text that can be read")
        }));
    }
    let why = column.and_then(Node::text).and_then(|text| wrong(text, Use::Label));
    let column = column.zip(why);
    faults.extend(column.map(|(node, why)| table.at(node, format!("this cannot be the name of a column: {why}"))));
    faults
}

fn taken(study: &RawStudy) -> Vec<Fault> {
    let source = |item: &Item, mark, name: &str| {
        let fault = item
            .fault(mark, format!("`{name}` cannot be the name of a constant or an axis: it means something else here"));
        fault.help("profiles and `--set` choose the cards by `data`")
    };
    let own = study.constants.iter().chain(&study.sweep).filter(|item| TAKEN.contains(&item.name.as_str()));
    let mut faults: Vec<Fault> = own.map(|item| source(item, item.mark, &item.name)).collect();
    for item in &study.sweep {
        for entry in item.node.get("zip").map(crate::yaml::Node::entries).unwrap_or_default() {
            if TAKEN.contains(&entry.key.as_str()) || entry.key == "exclude" {
                faults.push(source(item, entry.mark, &entry.key));
            } else if let Some(why) = wrong(&entry.key, Use::Word) {
                faults.push(
                    item.fault(
                        entry.mark,
                        format!("`{}` cannot be the name of an axis: {why}", on_one_line(&entry.key)),
                    ),
                );
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere() {
        let long = "x".repeat(LONGEST + 1);
        for name in [
            "",
            " ",
            ".",
            "..",
            "../x",
            "/x",
            "a/b",
            "a\\b",
            "v1.0",
            ".x",
            "a:b",
            "a\nb",
            "a\0b",
            "nul",
            "COM1",
            " a",
            "a ",
            "$x",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{ad}b",
            "a*",
            &long,
        ] {
            assert!(wrong(name, Use::File).is_some(), "{name:?}");
        }
        for name in ["error", "error-vs-n", "a b", "é", "Größe_2", "console", "com10", "10", "true"] {
            assert_eq!(wrong(name, Use::File), None, "{name:?}");
        }
    }

    #[test]
    fn labels_are_any_readable_text() {
        for name in ["LoFi (k = 1.5)", "../x", "10", "<b>", "λ → ∞"] {
            assert_eq!(wrong(name, Use::Label), None, "{name:?}");
        }
        assert!(wrong("\u{1b}[31m", Use::Label).is_some() && wrong("", Use::Label).is_some());
    }
}
