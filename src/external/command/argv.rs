//! Arguments with placeholders.

use super::params::CommandParams;
use serde_json::Value as Json;

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What stands between braces.
    Name(String),
}

/// The parts of an argument.
fn pieces(argument: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = argument;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
            continue;
        }
        let end = if brace == "{" { after.find('}') } else { None };
        let Some(end) = end else { return Err("a brace stands alone; write `{{` and `}}` for braces".to_owned()) };
        pieces.push(Piece::Text(std::mem::take(&mut text)));
        pieces.push(Piece::Name(after[..end].to_owned()));
        rest = &after[end + 1..];
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    Ok(pieces)
}

/// The name of the file with all parameters, in the working folder.
pub(super) const PARAMS_FILE: &str = "params.json";

/// What placeholders stand for.
pub(super) struct Names<'a> {
    pub params: &'a CommandParams,
    /// Inputs with their paths.
    pub inputs: &'a [(String, String)],
}

impl Names<'_> {
    /// The program and its arguments.
    ///
    /// # Errors
    /// The first argument that cannot be made, by its place, and why.
    pub fn argv(&self) -> Result<Vec<String>, (usize, String)> {
        let mut argv = Vec::new();
        for (place, argument) in self.params.run.iter().enumerate() {
            let pieces = pieces(argument).map_err(|why| (place, why))?;
            match pieces.as_slice() {
                [Piece::Name(name)] if name == "flags" => argv.extend(self.flags()),
                pieces => argv.push(self.joined(pieces).map_err(|why| (place, why))?),
            }
        }
        Ok(argv)
    }

    fn joined(&self, pieces: &[Piece]) -> Result<String, String> {
        let one = |piece: &Piece| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Name(name) => self.value(name),
        };
        pieces.iter().map(one).collect()
    }

    fn value(&self, name: &str) -> Result<String, String> {
        let unknown = |what: &str, known: Vec<&str>| {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(format!("`{{{name}}}` stands for nothing: there is no {what}; there are: {known}"))
        };
        if let Some(input) = name.strip_prefix("input.") {
            let known = self.inputs.iter().find(|(slot, _)| slot == input);
            let names = || self.inputs.iter().map(|(slot, _)| slot.as_str()).collect();
            return known.map_or_else(|| unknown("such input", names()), |(_, path)| Ok(path.clone()));
        }
        if let Some(output) = name.strip_prefix("output.") {
            let outputs = &self.params.outputs;
            return match outputs.get(output) {
                Some(spec) => Ok(spec.path(output)),
                None => unknown("such output", outputs.names()),
            };
        }
        match (name, self.params.with.get(name)) {
            (_, Some(value)) => Ok(text(value)),
            ("params", _) => Ok(PARAMS_FILE.to_owned()),
            ("threads", _) => Ok(self.params.threads.to_string()),
            ("flags", _) => Err("`{flags}` is an argument of its own: let nothing stand beside it".to_owned()),
            _ => unknown("such parameter in `with`", self.params.with.keys().map(String::as_str).collect()),
        }
    }

    /// All parameters as `--name value`; what is true as `--name`, what is false or nothing not at all, a list as several
    /// values.
    fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        for (name, value) in &self.params.with {
            let flag = format!("--{name}");
            match value {
                Json::Null | Json::Bool(false) => {}
                Json::Bool(true) => flags.push(flag),
                Json::Array(items) => flags.extend([flag].into_iter().chain(items.iter().map(text))),
                value => flags.extend([flag, text(value)]),
            }
        }
        flags
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn argv(run: &[&str]) -> Result<Vec<String>, (usize, String)> {
        let params = json!({
            "run": run, "with": {"alpha": 0.1, "name": "a b", "fast": true, "slow": false, "sizes": [1, 2]},
            "outputs": {"scores": {"type": "table"}, "maps": {"type": "pictures", "file": "m"}}
        });
        let params: CommandParams = serde_json::from_value(params).unwrap();
        let inputs = [("x".to_owned(), "inputs/x.csv".to_owned())];
        Names { params: &params, inputs: &inputs }.argv()
    }

    #[test]
    fn placeholders_stand_for_values_and_paths() {
        let found =
            argv(&["fit", "--a={alpha}", "{name}", "{input.x}", "{output.scores}", "{output.maps}", "{params}"]);
        let wanted = ["fit", "--a=0.1", "a b", "inputs/x.csv", "outputs/scores.csv", "m", "params.json"];
        assert_eq!(found.unwrap(), wanted);
        let found = argv(&["fit", "{flags}", "{threads}", "{{}}"]).unwrap();
        assert_eq!(found, ["fit", "--alpha", "0.1", "--name", "a b", "--fast", "--sizes", "1", "2", "1", "{}"]);
    }

    #[test]
    fn what_stands_for_nothing_is_told_with_what_there_is() {
        let (place, why) = argv(&["fit", "{input.y}"]).unwrap_err();
        assert_eq!((place, why.as_str()), (1, "`{input.y}` stands for nothing: there is no such input; there are: x"));
        assert!(argv(&["{beta}"]).unwrap_err().1.contains("alpha, name"));
        assert!(argv(&["{output.table}"]).unwrap_err().1.contains("scores, maps"));
        assert!(argv(&["a{flags}"]).unwrap_err().1.contains("of its own"));
        for open in ["{", "}", "a}b", "{alpha"] {
            assert!(argv(&[open]).unwrap_err().1.contains("brace"), "{open}");
        }
    }
}
