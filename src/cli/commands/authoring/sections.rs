//! The order of the sections of a study or card.

use crate::yaml::{self, Source};

/// Sections of studies, in the order in which they are read.
const STUDY: [&str; 18] = [
    "study",
    "title",
    "paper",
    "question",
    "extend",
    "notes",
    "deviations",
    "tolerances",
    "looks",
    "data",
    "constants",
    "profiles",
    "sweep",
    "steps",
    "tables",
    "figures",
    "claims",
    "published",
];

/// Keys of cards.
const CARD: [&str; 17] = [
    "name",
    "title",
    "licence",
    "private",
    "citation",
    "homepage",
    "represents",
    "caveat",
    "format",
    "shape",
    "mean",
    "std",
    "classes",
    "tasks",
    "splits",
    "checksums",
    "sources",
];

/// A section with the comments right above it.
struct Section<'a> {
    key: String,
    lines: Vec<&'a str>,
    /// Whether a blank line stood before it.
    apart: bool,
}

/// The text with its sections in order; as it is where they are, or where it is no study and no card. Comments right above a
/// section go with it, those at the head of the file stay there.
pub(super) fn ordered(text: &str) -> String {
    let Ok(root) = yaml::parse(&Source::new("", text)) else { return text.to_owned() };
    let keys: Vec<&str> = root.entries().iter().map(|entry| entry.key.as_str()).collect();
    let order: &[&str] = if keys.contains(&"format") && keys.contains(&"splits") { &CARD } else { &STUDY };
    let place = |key: &str| order.iter().position(|known| *known == key).unwrap_or(order.len());
    if keys.is_empty() || keys.is_sorted_by_key(|key| place(key)) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = root.entries().iter().map(|entry| entry.mark.line - 1).collect();
    // flow mappings and files without line breaks have no sections
    if starts.windows(2).any(|pair| pair[0] >= pair[1]) || root.entries().iter().any(|entry| entry.mark.column != 1) {
        return text.to_owned();
    }
    let (head, mut sections) = taken_apart(&lines, (&keys, &starts));
    sections.sort_by_key(|section| place(&section.key));
    let mut out = head;
    for section in sections {
        if section.apart && !out.is_empty() {
            out.push("");
        }
        out.extend(section.lines);
    }
    out.join("\n") + "\n"
}

/// The lines before the first section, and the sections.
fn taken_apart<'a>(lines: &[&'a str], (keys, starts): (&[&str], &[usize])) -> (Vec<&'a str>, Vec<Section<'a>>) {
    let is_comment = |line: &str| line.starts_with('#');
    // for each section its first line of comments; those above the first section are of the file
    let begins = |at: usize| match starts[at] {
        start if at == 0 => start,
        start => start - lines[starts[at - 1]..start].iter().rev().take_while(|line| is_comment(line)).count(),
    };
    let section = |at: usize| {
        let end = if at + 1 < starts.len() { begins(at + 1) } else { lines.len() };
        let mut own = lines[begins(at)..end].to_vec();
        while own.last().is_some_and(|line| line.trim().is_empty()) {
            own.pop();
        }
        let apart = begins(at) > 0 && lines[begins(at) - 1].trim().is_empty();
        Section { key: keys[at].to_owned(), lines: own, apart }
    };
    (lines[..starts[0]].to_vec(), (0..starts.len()).map(section).collect())
}

#[cfg(test)]
mod tests {
    use super::ordered;

    #[test]
    fn sections_go_with_their_comments() {
        let text =
            "# head\ntitle: A\nstudy: a\n\n# why these\nsteps:\n  x: 1\n\n# all of them\nsweep: {n: [1]}\nother: 1\n";
        let expected =
            "# head\nstudy: a\ntitle: A\n\n# all of them\nsweep: {n: [1]}\n\n# why these\nsteps:\n  x: 1\nother: 1\n";
        assert_eq!(ordered(text), expected);
        assert_eq!(ordered(expected), expected);
    }

    #[test]
    fn a_text_in_a_block_is_no_section() {
        let text = "title: A\nnotes: >\n  # no comment\n  steps: x\nstudy: a\n";
        assert_eq!(ordered(text), "study: a\ntitle: A\nnotes: >\n  # no comment\n  steps: x\n");
    }
}
