//! Lists of plain values in lines, as many as fit.

/// The text with every list that stands one value a line filled into lines of some columns.
pub(super) fn filled(text: &str, width: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        match list_at(&lines[at..]) {
            Some((items, indent)) => {
                out.push(lines[at].to_owned());
                out.extend(in_lines(&items, &" ".repeat(indent), width));
                at += items.len() + 1;
            }
            None => {
                out.push(lines[at].to_owned());
                at += 1;
            }
        }
    }
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// The values between a line that ends with `[` and one that begins with `]`, where each is a plain one on a line.
fn list_at<'a>(lines: &[&'a str]) -> Option<(Vec<&'a str>, usize)> {
    let first = lines.first().filter(|line| line.trim_end() == "[" || opens(line))?;
    let indent_of = |line: &str| line.len() - line.trim_start().len();
    let end = lines.iter().skip(1).position(|line| line.trim_start().starts_with(']'))? + 1;
    let items: Vec<&str> = lines[1..end].iter().map(|line| line.trim()).collect();
    let (last, before) = items.split_last()?;
    let plain =
        |item: &str| !item.is_empty() && item.chars().all(|c| !"{}[]#\"'|>&*!".contains(c)) && !item.contains(": ");
    let good =
        before.iter().all(|item| item.strip_suffix(',').is_some_and(&plain)) && plain(last) && !last.ends_with(',');
    let indents: Vec<usize> = lines[1..end].iter().map(|line| indent_of(line)).collect();
    let even = indents.windows(2).all(|pair| pair[0] == pair[1]) && indents[0] > indent_of(first);
    (good && even).then_some((items, indents[0]))
}

/// `key: [`, `- [`, or `[` alone; not within a comment or a text.
fn opens(line: &str) -> bool {
    let bare = line.trim();
    let before = bare.strip_suffix('[').map(str::trim_end);
    before.is_some_and(|before| {
        before.is_empty() || !before.contains(['#', '"', '\'']) && (before.ends_with(':') || before.ends_with('-'))
    })
}

fn in_lines(items: &[&str], indent: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let room = |line: &String| line.chars().count() + 1 + item.chars().count() <= width;
        match lines.last_mut().filter(|line| room(line)) {
            Some(line) => {
                line.push(' ');
                line.push_str(item);
            }
            None => lines.push(format!("{indent}{item}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn plain_values_share_lines_and_nothing_else_does() {
        let text = "a:\n  [\n    one,\n    two,\n    three\n  ]\nb: [\n    1, # why\n    2\n  ]\n";
        let expected = "a:\n  [\n    one, two,\n    three\n  ]\nb: [\n    1, # why\n    2\n  ]\n";
        assert_eq!(filled(text, 14), expected);
        let block = "notes: |\n  an open [\n  x,\n  y\n  ]\n";
        assert_eq!(filled(block, 80), block);
    }
}
