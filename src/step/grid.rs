//! A list of real numbers, written out or as an evenly spaced range.

use super::decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// One number, a list, `{log10: {from: -6, to: 6, points: 500}}` or `{linear: {from, to, points}}`.
///
/// It is stored, and enters keys, as the range where one gives a long list to the last bit, however it was written; else as
/// the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid(pub Vec<f64>);

/// Longer lists are written as the range that they are, if they are one.
const WRITTEN_OUT: usize = 6;

impl Grid {
    /// As a study would have it: a long list that a range defines, to the last bit, as that range.
    #[must_use]
    pub fn written(&self) -> String {
        match self.range() {
            Some((scale, Range { from, to, points })) => {
                let end = |number: &Number| number.as_f64().map_or_else(String::new, self::number);
                format!("{{{scale}: {{from: {}, to: {}, points: {points}}}}}", end(&from), end(&to))
            }
            None => format!("[{}]", self.0.iter().map(|v| number(*v)).collect::<Vec<_>>().join(", ")),
        }
    }

    /// The range that gives a long list, to the last bit, and its scale.
    fn range(&self) -> Option<(&'static str, Range)> {
        let values = &self.0;
        let (first, last) = (*values.first()?, *values.last()?);
        if values.len() <= WRITTEN_OUT {
            return None;
        }
        let between = |from: f64, to: f64| {
            let (from, to) = (Number::from_f64(from)?, Number::from_f64(to)?);
            Some(Range { from, to, points: values.len() })
        };
        let rounded = |v: f64| (v.log10() * 1e6).round() / 1e6;
        let powers = between(rounded(first), rounded(last)).filter(|range| range.powers() == *values);
        let even = || between(first, last).filter(|range| range.values() == *values).map(|range| ("linear", range));
        powers.map(|range| ("log10", range)).or_else(even)
    }
}

impl Serialize for Grid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.range() {
            Some((scale, range)) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(scale, &range)?;
                map.end()
            }
            None => self.0.serialize(serializer),
        }
    }
}

fn number(v: f64) -> String {
    serde_json::json!(v).to_string().trim_end_matches(".0").to_owned()
}

/// Most numbers in a grid: more are no list that anybody looks at, and would fill the memory before they are refused.
pub const MAX_POINTS: usize = 1_000_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: Number,
    to: Number,
    points: usize,
}

impl Range {
    fn checked(&self) -> Result<(), String> {
        match self.points {
            0 => Err("points is 0: a grid needs at least one point".to_owned()),
            points if points > MAX_POINTS => Err(format!("points is {points}: a grid has at most {MAX_POINTS}")),
            1 if self.from.as_f64() != self.to.as_f64() => {
                Err(format!("one point cannot lie at both ends, {} and {}: give two or more", self.from, self.to))
            }
            _ => Ok(()),
        }
    }

    /// Evenly spaced, both ends included, as `numpy.linspace`; a point that is a decimal number is exactly that.
    fn values(&self) -> Vec<f64> {
        let ends = [&self.from, &self.to].map(|end| end.as_f64().unwrap_or(f64::NAN));
        #[expect(clippy::cast_precision_loss, reason = "indices of a grid are far below 2^53")]
        let at = |i: usize| ends[0] + (ends[1] - ends[0]) * i as f64 / (self.points.max(2) - 1) as f64;
        let value = |i: usize| decimal::point((&self.from, &self.to), i, self.points).unwrap_or_else(|| at(i));
        (0..self.points).map(|i| if i + 1 == self.points && i > 0 { ends[1] } else { value(i) }).collect()
    }

    /// Powers of ten with these exponents.
    fn powers(&self) -> Vec<f64> {
        self.values().into_iter().map(power).collect()
    }
}

/// 10^exponent; for a whole exponent the nearest number, which a power computed in floating point may miss.
fn power(exponent: f64) -> f64 {
    let whole = exponent.fract() == 0.0 && exponent.abs() < 400.0;
    let written = whole.then(|| format!("1e{exponent}").parse().ok()).flatten();
    written.unwrap_or_else(|| 10f64.powf(exponent))
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GridVisitor)
    }
}

struct GridVisitor;

impl<'de> Visitor<'de> for GridVisitor {
    type Value = Grid;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, a list of numbers, or {log10: {from, to, points}}, or {linear: {from, to, points}}")
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Grid, E> {
        Ok(Grid(vec![v]))
    }

    #[expect(clippy::cast_precision_loss, reason = "whole numbers in studies are far below 2^53")]
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Grid, E> {
        Ok(Grid(vec![v as f64]))
    }

    #[expect(clippy::cast_precision_loss, reason = "whole numbers in studies are far below 2^53")]
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Grid, E> {
        Ok(Grid(vec![v as f64]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Grid, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        if values.is_empty() {
            return Err(de::Error::invalid_length(0, &"at least one number"));
        }
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        // −0 and 0 are one number
        match sorted.windows(2).find(|pair| pair[0] + 0.0 == pair[1] + 0.0) {
            Some(pair) => Err(de::Error::custom(format!("{} stands twice: give each number once", pair[1] + 0.0))),
            None => Ok(Grid(values)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Grid, A::Error> {
        let Some(scale) = map.next_key::<String>()? else {
            return Err(de::Error::missing_field("log10"));
        };
        if !matches!(scale.as_str(), "log10" | "linear") {
            return Err(de::Error::unknown_field(&scale, &["log10", "linear"]));
        }
        let range: Range = map.next_value()?;
        range.checked().map_err(de::Error::custom)?;
        if let Some(second) = map.next_key::<String>()? {
            return Err(de::Error::custom(format!("`{second}` beside `{scale}`: give one range only")));
        }
        let log = scale == "log10";
        let values = if log { range.powers() } else { range.values() };
        match values.iter().find(|v| !v.is_finite() || (log && **v == 0.0)) {
            None => Ok(Grid(values)),
            Some(v) => {
                let why = if *v == 0.0 { "too small" } else { "too large" };
                let base = if log { "10 to the power of " } else { "" };
                Err(de::Error::custom(format!("{base}{} … {} is {why} for a number", range.from, range.to)))
            }
        }
    }
}

impl JsonSchema for Grid {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Grid".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let range = serde_json::json!({
            "type": "object",
            "properties": {
                "from": {"type": "number"},
                "to": {"type": "number"},
                "points": {"type": "integer", "minimum": 1, "maximum": MAX_POINTS}
            },
            "required": ["from", "to", "points"],
            "additionalProperties": false
        });
        json_schema!({
            "description": "One number, a list, or an evenly spaced range (of exponents for `log10`).",
            "anyOf": [
                {"type": "number"},
                {"type": "array", "items": {"type": "number"}, "minItems": 1},
                {"type": "object", "properties": {"log10": range}, "required": ["log10"], "additionalProperties": false},
                {"type": "object", "properties": {"linear": range}, "required": ["linear"], "additionalProperties": false}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(json: &str) -> Result<Grid, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(grid("3").unwrap().0, [3.0]);
        assert_eq!(grid("[1, 2.5]").unwrap().0, [1.0, 2.5]);
        assert_eq!(grid(r#"{"linear": {"from": 0, "to": 1, "points": 3}}"#).unwrap().0, [0.0, 0.5, 1.0]);
        let log = grid(r#"{"log10": {"from": -6, "to": 6, "points": 500}}"#).unwrap().0;
        assert_eq!((log.len(), log[0], log[499]), (500, 1e-6, 1e6));
    }

    #[test]
    fn a_long_grid_is_written_as_its_range_only_where_it_is_that_range() {
        for (json, written) in [
            (r#"{"log10": {"from": -6, "to": 6, "points": 500}}"#, "{log10: {from: -6, to: 6, points: 500}}"),
            (r#"{"log10": {"from": -2.5, "to": 1, "points": 8}}"#, "{log10: {from: -2.5, to: 1, points: 8}}"),
            (r#"{"linear": {"from": 0, "to": 1, "points": 11}}"#, "{linear: {from: 0, to: 1, points: 11}}"),
            ("[1, 2.5]", "[1, 2.5]"),
        ] {
            assert_eq!(grid(json).unwrap().written(), written);
        }
        let mut odd = grid(r#"{"log10": {"from": -1, "to": 1, "points": 9}}"#).unwrap();
        odd.0[4] = 1.5;
        assert!(odd.written().starts_with("[0.1, "), "{}", odd.written());
    }

    #[test]
    fn points_that_are_decimals_are_exactly_those() {
        let linear = grid(r#"{"linear": {"from": 0.1, "to": 0.5, "points": 5}}"#).unwrap().0;
        assert_eq!(linear, [0.1, 0.2, 0.3, 0.4, 0.5]);
        let log = grid(r#"{"log10": {"from": -30, "to": 30, "points": 61}}"#).unwrap().0;
        for (value, exponent) in log.iter().zip(-30..) {
            assert_eq!(value.to_bits(), format!("1e{exponent}").parse::<f64>().unwrap().to_bits(), "1e{exponent}");
        }
    }

    // What grids of the committed studies were before points were counted in decimals; their results are filed under them.
    #[test]
    fn grids_of_the_studies_are_what_they_were() {
        for (from, to, points) in
            [(-6.0, 6.0, 500), (-6.0, 6.0, 100), (-5.0, 0.0, 20), (-2.0, 1.5, 29), (-2.0, 1.0, 25), (-1.0, 1.0, 5)]
        {
            let range = serde_json::json!({"log10": {"from": from, "to": to, "points": points}});
            let values = serde_json::from_value::<Grid>(range).unwrap().0;
            for (index, value) in values.iter().enumerate() {
                let exponent = from + (to - from) * index as f64 / (points - 1) as f64;
                assert_eq!(value.to_bits(), 10f64.powf(exponent).to_bits(), "{from} {to} {points} {index}");
            }
        }
    }

    #[test]
    fn faults_are_refused() {
        for (json, part) in [
            (r#"{"log10": {"from": 0, "to": 1, "points": 1000000000000}}"#, "at most 1000000"),
            (r#"{"linear": {"from": 0, "to": 1, "points": 1}}"#, "both ends"),
            (r#"{"log10": {"from": 0, "to": 1e308, "points": 3}}"#, "too large"),
            (r#"{"log10": {"from": -1e308, "to": 0, "points": 3}}"#, "too small"),
            ("[]", "at least one number"),
            ("[1, 3, 1.0]", "1 stands twice"),
            ("[-0.0, 0]", "0 stands twice"),
            (r#"{"log": {}}"#, "unknown field `log`"),
            (r#"{"log10": {"from": 0, "to": 1, "points": 0}}"#, "points is 0"),
            (r#"{"linear": {"from": 0, "to": 1, "points": 1000000000000}}"#, "at most 1000000"),
            (r#""x""#, "a list of numbers"),
        ] {
            let error = grid(json).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_range_has_its_points_in_order_between_its_ends(from in -6.0..6.0f64, length in 0.01..6.0f64, points in 2usize..60) {
            let to = from + length;
            let range = serde_json::json!({"from": from, "to": to, "points": points});
            let read = |scale: &str| serde_json::from_value::<Grid>(serde_json::json!({scale: range})).unwrap().0;
            let (linear, log) = (read("linear"), read("log10"));
            proptest::prop_assert_eq!((linear.len(), log.len()), (points, points));
            proptest::prop_assert_eq!((linear[0], linear[points - 1]), (from, to));
            proptest::prop_assert_eq!((log[0], log[points - 1]), (10f64.powf(from), 10f64.powf(to)));
            proptest::prop_assert!(linear.is_sorted_by(|a, b| a < b) && log.is_sorted_by(|a, b| a < b));
            let step = length / (points - 1) as f64;
            let even = linear.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() < 1e-12);
            proptest::prop_assert!(even);
        }

        #[test]
        fn what_is_stored_reads_as_itself(values in proptest::collection::vec(-1e9..1e9f64, 1..20)) {
            let mut values = values;
            values.sort_by(f64::total_cmp);
            values.dedup();
            let grid = Grid(values);
            let stored = serde_json::to_value(&grid).unwrap();
            proptest::prop_assert_eq!(serde_json::from_value::<Grid>(stored).unwrap(), grid);
        }

        #[test]
        fn a_range_is_stored_as_three_numbers_that_give_the_same_bits(
            from in -60i32..60, length in 1i32..120, points in 7usize..600,
        ) {
            let (from, to) = (f64::from(from) / 10.0, f64::from(from + length) / 10.0);
            for scale in ["log10", "linear"] {
                let grid: Grid = serde_json::from_value(serde_json::json!({scale: {"from": from, "to": to, "points": points}})).unwrap();
                let stored = serde_json::to_value(&grid).unwrap();
                proptest::prop_assert!(stored.is_object(), "{stored}");
                let bits = |grid: &Grid| grid.0.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                proptest::prop_assert_eq!(bits(&serde_json::from_value::<Grid>(stored).unwrap()), bits(&grid));
            }
        }
    }
}
