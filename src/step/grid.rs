//! A list of real numbers, written out or as an evenly spaced range.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// One number, a list, `{log10: {from: -6, to: 6, points: 500}}` or `{linear: {from, to, points}}`.
///
/// It is stored, and enters keys, as the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Grid(pub Vec<f64>);

/// Longer lists are written as the range that they are, if they are one.
const WRITTEN_OUT: usize = 6;

impl Grid {
    /// As a study would have it: a long list that a range defines, to the last bit, as that range.
    #[must_use]
    pub fn written(&self) -> String {
        let values = &self.0;
        let list = || format!("[{}]", values.iter().map(|v| number(*v)).collect::<Vec<_>>().join(", "));
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return list() };
        if values.len() <= WRITTEN_OUT {
            return list();
        }
        let tenth = |v: f64| (v.log10() * 1e6).round() / 1e6;
        let log10 = Range { from: tenth(*first), to: tenth(*last), points: values.len() };
        let linear = Range { from: *first, to: *last, points: values.len() };
        let shown = |scale: &str, r: &Range| {
            format!("{{{scale}: {{from: {}, to: {}, points: {}}}}}", number(r.from), number(r.to), r.points)
        };
        match () {
            () if powers(&log10) == *values => shown("log10", &log10),
            () if linear.values() == *values => shown("linear", &linear),
            () => list(),
        }
    }
}

fn number(v: f64) -> String {
    serde_json::json!(v).to_string().trim_end_matches(".0").to_owned()
}

fn powers(exponents: &Range) -> Vec<f64> {
    exponents.values().into_iter().map(|v| 10f64.powf(v)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: f64,
    to: f64,
    points: usize,
}

impl Range {
    /// Evenly spaced, both ends included, as `numpy.linspace`.
    fn values(&self) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "indices of a grid are far below 2^53")]
        let at = |i: usize| self.from + (self.to - self.from) * i as f64 / (self.points.max(2) - 1) as f64;
        (0..self.points).map(|i| if i + 1 == self.points && i > 0 { self.to } else { at(i) }).collect()
    }
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GridVisitor)
    }
}

/// Nobody draws more, and memory holds it.
const MOST_POINTS: usize = 1_000_000;

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
        if values.is_empty() { Err(de::Error::invalid_length(0, &"at least one number")) } else { Ok(Grid(values)) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Grid, A::Error> {
        let Some(scale) = map.next_key::<String>()? else {
            return Err(de::Error::missing_field("log10"));
        };
        if !matches!(scale.as_str(), "log10" | "linear") {
            return Err(de::Error::unknown_field(&scale, &["log10", "linear"]));
        }
        let range: Range = map.next_value()?;
        if range.points > MOST_POINTS {
            return Err(de::Error::custom(format!("points is {}: a grid has at most {MOST_POINTS}", range.points)));
        }
        if range.points == 0 {
            return Err(de::Error::custom("points is 0: a grid needs at least one point"));
        }
        if let Some(second) = map.next_key::<String>()? {
            return Err(de::Error::custom(format!("`{second}` beside `{scale}`: give one range only")));
        }
        Ok(Grid(if scale == "log10" { powers(&range) } else { range.values() }))
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
                "points": {"type": "integer", "minimum": 1, "maximum": MOST_POINTS}
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
        for written in [
            "{log10: {from: -6, to: 6, points: 500}}",
            "{log10: {from: -2.5, to: 1, points: 8}}",
            "{linear: {from: 0, to: 1, points: 11}}",
            "[1, 2.5]",
        ] {
            let node = serde_saphyr::from_str::<serde_json::Value>(written).unwrap();
            assert_eq!(serde_json::from_value::<Grid>(node).unwrap().written(), written);
        }
        let mut odd = grid(r#"{"log10": {"from": -1, "to": 1, "points": 9}}"#).unwrap();
        odd.0[4] = 1.5;
        assert!(odd.written().starts_with("[0.1, "), "{}", odd.written());
    }

    #[test]
    fn faults_are_refused() {
        for (json, part) in [
            ("[]", "at least one number"),
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
            let grid = Grid(values);
            let stored = serde_json::to_value(&grid).unwrap();
            proptest::prop_assert_eq!(serde_json::from_value::<Grid>(stored).unwrap(), grid);
        }
    }
}
