//! Settings in short: a list by its ends and length, seeds by their number.

use crate::artifact::number;
use crate::step::Grid;
use crate::step::roles::SEED;
use crate::study::Given;
use serde_json::Value as Json;

/// Longer lists are told by their ends, or by their first values.
const LISTED: usize = 3;
/// Longer lists are cut even where they must be told apart.
const TOLD_APART: usize = 16;
/// Letters of a value at most.
const LONGEST: usize = 44;
/// Letters of a number that is no whole one at most, before it is rounded.
const DIGITS: usize = 8;
/// Below, powers of ten are written.
const SMALL: f64 = 1e-4;

/// The same setting in several profiles, nothing where a profile does not have it. Values that differ are told apart.
pub(in crate::report) fn row(name: &str, given: &[Option<&Given>], added_seeds: &[u64]) -> Vec<String> {
    let written = |listed: usize| -> Vec<String> {
        let one = |(given, added): (&Option<&Given>, &u64)| given.map(|given| short(name, given, (*added, listed)));
        given.iter().zip(added_seeds).map(|cell| one(cell).unwrap_or_default()).collect()
    };
    let cells = written(LISTED);
    let hides = |i: usize, j: usize| given[i] != given[j] && cells[i] == cells[j];
    let hidden = (0..given.len()).any(|i| (0..i).any(|j| hides(i, j)));
    if hidden { written(TOLD_APART) } else { cells }
}

fn short(name: &str, given: &Given, (added, listed): (u64, usize)) -> String {
    match given {
        Given::Axis(values) if name == SEED && added > 0 => format!("{} + {added} added", values.len()),
        Given::Axis(values) if name == SEED => values.len().to_string(),
        Given::Axis(values) => list(values, listed),
        Given::Constant(value) => one(value, listed),
    }
}

fn one(value: &Json, listed: usize) -> String {
    match value {
        Json::Array(values) => list(values, listed),
        Json::Object(entries) => match serde_json::from_value::<Grid>(value.clone()) {
            Ok(grid) => list(&grid.0.into_iter().map(Json::from).collect::<Vec<_>>(), listed),
            Err(_) => {
                let parts: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key} {}", one(value, listed))).collect();
                cut(parts.join(", "))
            }
        },
        Json::Number(value) => value.as_f64().map_or_else(|| value.to_string(), in_digits),
        Json::String(text) => cut(text.clone()),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::Null => "–".to_owned(),
    }
}

/// "500, 1000", "500 … 45 000 (7)", "ReLU, tanh, sign, … (5)".
fn list(values: &[Json], listed: usize) -> String {
    let mut distinct: Vec<&Json> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    let words = |values: &[&Json]| values.iter().map(|value| inner(value)).collect::<Vec<_>>().join(", ");
    let count = distinct.len();
    if count <= listed {
        return words(&distinct);
    }
    let numbers: Option<Vec<f64>> = distinct.iter().map(|value| value.as_f64()).collect();
    match numbers {
        Some(numbers) => {
            let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            format!("{} … {} ({count})", in_digits(least), in_digits(most))
        }
        None => format!("{}, … ({count})", words(&distinct[..listed.min(LISTED)])),
    }
}

/// A value of a list; what is a list itself stands in brackets.
fn inner(value: &Json) -> String {
    match value {
        Json::Array(values) => cut(format!("[{}]", values.iter().map(inner).collect::<Vec<_>>().join(", "))),
        Json::Object(_) => cut(format!("{{{}}}", one(value, LISTED))),
        _ => one(value, LISTED),
    }
}

fn in_digits(value: f64) -> String {
    let exact = number::exact(value);
    if value.fract() == 0.0 && value.abs() < 1e12 {
        number::decimal(value, 0)
    } else if value.abs() < SMALL {
        number::scientific(value)
    } else if exact.len() <= DIGITS {
        exact.replace('-', "−")
    } else {
        number::short(value)
    }
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn axis(values: Json) -> Given {
        Given::Axis(values.as_array().unwrap().clone())
    }

    fn alone(name: &str, given: &Given) -> String {
        row(name, &[Some(given)], &[0]).remove(0)
    }

    #[test]
    fn lists_are_told_by_their_ends_and_seeds_by_their_number() {
        assert_eq!(alone("n", &axis(json!([500, 1000, 45_000]))), "500, 1000, 45\u{2009}000");
        assert_eq!(alone("n", &axis(json!([45_000, 1000, 2000, 500]))), "500 … 45\u{2009}000 (4)");
        assert_eq!(alone("n", &axis(json!([2, 2, 5]))), "2, 5", "zipped axes say a value several times");
        assert_eq!(alone("f", &axis(json!(["relu", "tanh", "sign", "erf"]))), "relu, tanh, sign, … (4)");
        assert_eq!(alone("seed", &axis(json!([7, 8, 9]))), "3");
        assert_eq!(row("seed", &[Some(&axis(json!([0, 1]))), None], &[9, 0]), ["2 + 9 added", ""]);
    }

    #[test]
    fn constants_are_short() {
        let constant = |value: Json| alone("c", &Given::Constant(value));
        assert_eq!([constant(json!(20_000)), constant(json!(-0.0005))], ["20\u{2009}000", "−0.0005"]);
        assert_eq!([constant(json!(1e-7)), constant(json!(0.123_456_789))], ["10⁻⁷", "0.123"]);
        assert_eq!(constant(json!({"log10": {"from": -3, "to": 3, "points": 7}})), "0.001 … 1000 (7)");
        assert_eq!(constant(json!({"directions": 600, "checked": false})), "directions 600, checked no");
        assert_eq!([constant(json!(null)), constant(json!(true)), constant(json!("all"))], ["–", "yes", "all"]);
        assert_eq!(constant(json!([[1, 2], [3]])), "[1, 2], [3]");
        assert_eq!(constant(json!("x".repeat(60))).chars().count(), LONGEST);
    }

    #[test]
    fn lists_that_differ_between_their_ends_are_told_apart() {
        let [few, many] = [json!([1, 2, 3, 9]), json!([1, 4, 5, 9])].map(axis);
        assert_eq!(row("n", &[Some(&few), Some(&many)], &[0, 0]), ["1, 2, 3, 9", "1, 4, 5, 9"]);
        assert_eq!(row("n", &[Some(&few), Some(&few)], &[0, 0]), ["1 … 9 (4)", "1 … 9 (4)"]);
    }
}
