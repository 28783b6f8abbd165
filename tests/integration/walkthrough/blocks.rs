//! The command blocks of a Markdown file, with what is said of them in comments before.

/// A fenced block of commands.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence.
    pub line: usize,
    /// The folder that it is run in, of the document's own; `repository` for a copy of this project.
    pub folder: String,
    /// Why no test runs it; empty where one does.
    pub not_run: String,
    /// Commands with the lines of output that are shown of them.
    pub commands: Vec<(String, Vec<String>)>,
}

/// What a fence is followed by where people type what stands in it.
const SHELLS: [&str; 4] = ["sh", "console", "bash", "shell"];
/// What lines of commands begin with where a fence says nothing.
const TYPED: [&str; 3] = ["$ ", "lofi ", "make "];

/// The blocks of a text, in order. `<!-- in: FOLDER -->` holds from there on, `<!-- not run: WHY -->` for the next block.
pub fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut folder, mut not_run) = (Vec::new(), String::new(), String::new());
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if let Some(said) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            match said.split_once(": ") {
                Some(("in", name)) => name.clone_into(&mut folder),
                Some(("not run", why)) => why.clone_into(&mut not_run),
                _ => {}
            }
            continue;
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
        let typed = |line: &&str| TYPED.iter().any(|start| line.starts_with(start));
        let is_shell = SHELLS.contains(&info) || info.is_empty() && body.iter().any(typed);
        if is_shell {
            let not_run = std::mem::take(&mut not_run);
            found.push(Block { line: number + 1, folder: folder.clone(), not_run, commands: commands(&body) });
        }
    }
    found
}

/// Lines behind `$ ` with what follows as their output; without any the whole is one script.
fn commands(body: &[&str]) -> Vec<(String, Vec<String>)> {
    if !body.iter().any(|line| line.starts_with("$ ")) {
        return vec![(body.join("\n"), Vec::new())];
    }
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut open: Option<&str> = None;
    for line in body {
        if let Some(end) = open {
            if let Some((command, _)) = found.last_mut() {
                *command = format!("{command}\n{line}");
            }
            open = open.filter(|_| *line != end);
        } else if let Some(command) = line.strip_prefix("$ ") {
            open = command.split_once("<<'").and_then(|(_, rest)| rest.split('\'').next());
            found.push((command.to_owned(), Vec::new()));
        } else if let Some((_, shown)) = found.last_mut() {
            shown.push((*line).to_owned());
        }
    }
    found
}

/// What is wrong with an output beside the lines shown of it: each occurs, in order, with any numbers. `…` stands for any
/// lines, or for anything within one.
pub fn differs(shown: &[String], output: &str) -> Option<String> {
    let mut lines = output.lines().map(plain);
    for wanted in shown.iter().filter(|line| line.trim() != "…") {
        let parts: Vec<String> = wanted.split('…').map(|part| plain(part).trim().to_owned()).collect();
        if !lines.by_ref().any(|line| holds(&line, &parts)) {
            return Some(format!("no line `{wanted}` (any numbers), where it is shown, in:\n{output}"));
        }
    }
    None
}

fn holds(line: &str, parts: &[String]) -> bool {
    let mut rest = line;
    parts.iter().all(|part| match rest.find(part.as_str()) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// A line with every number as `#` and single blanks.
fn plain(line: &str) -> String {
    let mut text = String::new();
    for c in line.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        let within = |text: &str| text.ends_with('#') && (c == '#' || matches!(c, '.' | '\u{2009}'));
        match c {
            c if c.is_whitespace() && text.ends_with(' ') => {}
            c if c.is_whitespace() && c != '\u{2009}' => text.push(' '),
            _ if within(&text) => {}
            c => text.push(c),
        }
    }
    text
}

#[test]
fn blocks_are_found_with_what_is_said_of_them() {
    let text = "a\n<!-- in: x -->\n```console\n$ cat > f <<'END'\n$ no command\nEND\n$ lofi run\n3 steps (0.1 s)\n…\n```\n\
                <!-- not run: slow -->\n```\nlofi decide\n```\n```yaml\na: 1\n```\n";
    let found = blocks(text);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].commands[0].0, "cat > f <<'END'\n$ no command\nEND");
    assert_eq!(found[0].commands[1], ("lofi run".to_owned(), vec!["3 steps (0.1 s)".to_owned(), "…".to_owned()]));
    assert_eq!((found[0].folder.as_str(), found[0].line, found[1].not_run.as_str()), ("x", 3, "slow"));
}

#[test]
fn outputs_are_compared_loosely() {
    let shown = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let output = "start\n245 steps ran (3.71 s)\nheld  A is less: 0.94\nend\n";
    assert_eq!(differs(&shown(&["12 steps ran (0.1 s)", "…", "held … less: 1"]), output), None);
    assert!(differs(&shown(&["end", "start"]), output).is_some(), "in order");
    assert!(differs(&shown(&["245 steps failed"]), output).is_some());
}
