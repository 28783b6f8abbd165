//! What differs between the parameters of two runs of a step, in words short enough for a line.

use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::{Display, Formatter};

/// One value that differs between two parameter sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamChange {
    /// Where it is, from the parameters.
    pub path: Vec<String>,
    /// What it was, in short.
    pub before: String,
    /// What it is now, in short.
    pub now: String,
}

impl Display for ParamChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} → {}", self.path.join("."), self.before, self.now)
    }
}

/// What differs between two parameter sets, each with the path to it.
pub(super) fn changed_params(before: &Json, now: &Json) -> Vec<ParamChange> {
    let mut changed = Vec::new();
    differences(&[], (Some(before), Some(now)), &mut changed);
    changed
}

/// Goes down to the values that differ, so that of a large parameter only the part that changed is shown.
fn differences(path: &[String], (before, now): (Option<&Json>, Option<&Json>), changed: &mut Vec<ParamChange>) {
    if before == now {
        return;
    }
    let below = |key: &str| -> Vec<String> { path.iter().cloned().chain([key.to_owned()]).collect() };
    match (before, now) {
        (Some(Json::Object(before)), Some(Json::Object(now))) => {
            let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
            keys.into_iter().for_each(|key| differences(&below(key), (before.get(key), now.get(key)), changed));
        }
        (Some(Json::Array(before)), Some(Json::Array(now))) if before.len() == now.len() => {
            let pairs = before.iter().zip(now).enumerate();
            pairs
                .for_each(|(i, (before, now))| differences(&below(&i.to_string()), (Some(before), Some(now)), changed));
        }
        _ => {
            let (before, now) = shown(&text(before), &text(now));
            changed.push(ParamChange { path: path.to_vec(), before, now });
        }
    }
}

fn text(value: Option<&Json>) -> String {
    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

/// Characters of a value that are shown.
const SHOWN: usize = 40;
/// Characters before the first that differs.
const LEAD: usize = 8;

/// Two values in short: where they are long, the part of both around the first character that differs.
fn shown(before: &str, now: &str) -> (String, String) {
    let same = before.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    let longest = before.chars().count().max(now.chars().count());
    let start = if longest > SHOWN && same + LEAD > SHOWN / 2 { same.saturating_sub(LEAD) } else { 0 };
    let cut = |text: &str| {
        let head = if start > 0 { "…" } else { "" };
        let rest: Vec<char> = text.chars().skip(start).collect();
        if rest.len() > SHOWN {
            format!("{head}{}…", rest[..SHOWN - 1].iter().collect::<String>())
        } else {
            format!("{head}{}", rest.iter().collect::<String>())
        }
    };
    (cut(before), cut(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_a_large_parameter_only_what_changed_is_shown() {
        let data = |digest: &str, classes: [&str; 2]| json!({"data": {"card": "x".repeat(50), "digest": digest, "classes": classes}, "n": 1});
        let (a, b) = (data("5e1f", ["cat", "dog"]), data("91ab", ["cat", "cow"]));
        let changed_params =
            |a: &Json, b: &Json| changed_params(a, b).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(changed_params(&a, &b), ["data.classes.1 \"dog\" → \"cow\"", "data.digest \"5e1f\" → \"91ab\""]);
        assert_eq!(changed_params(&json!({"n": 1}), &json!({"m": [1, 2]})), ["m nothing → [1,2]", "n 1 → nothing"]);
        assert_eq!(changed_params(&json!({"n": [1]}), &json!({"n": [1, 2]})), ["n [1] → [1,2]"]);
        assert!(changed_params(&a, &a).is_empty());
    }

    #[test]
    fn long_values_are_cut_around_the_first_difference() {
        let long = |end: &str| format!("{}{end}{}", "a".repeat(60), "z".repeat(60));
        let (before, now) = shown(&long("1"), &long("2"));
        assert!(before.starts_with("…aaaaaaaa1z") && now.starts_with("…aaaaaaaa2z"), "{before} {now}");
        assert!(before.chars().count() <= SHOWN + 1 && before.ends_with('…'), "{before}");
        let (before, now) = shown(&"a".repeat(64), &"b".repeat(64));
        assert_eq!((before.chars().count(), now.chars().next()), (SHOWN, Some('b')));
        // one that goes on where the other ends
        let (before, now) = shown(&"a".repeat(50), &format!("{}b", "a".repeat(50)));
        assert_ne!(before, now);
    }
}
