//! How an axis is laid out: evenly, by logarithm, or by logarithm on both sides of zero.

use crate::step::Problem;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// How an axis, or a colour scale, is laid out: `linear`, `log` or `{symlog: THRESHOLD}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AxisScale {
    /// Evenly.
    #[default]
    Linear,
    /// By logarithm.
    Log,
    /// By logarithm of the size on both sides of zero, evenly between minus and plus this threshold.
    Symlog(f64),
}

/// The written form of a symmetric logarithmic layout.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Symlog {
    /// Values smaller than this in size are laid out evenly, in the unit shown.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    symlog: f64,
}

impl AxisScale {
    /// What is wrong with a threshold, if anything; `at` is the parameter's name.
    #[must_use]
    pub fn problem(self, at: &str) -> Option<Problem> {
        let Self::Symlog(threshold) = self else { return None };
        let bad = !(1e-300..=1e300).contains(&threshold);
        bad.then(|| Problem::at(at, format!("a symlog threshold must be a positive number, not {threshold}")))
    }

    /// Where a value lies before the ends of the axis are known.
    #[must_use]
    pub fn inner(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.max(f64::MIN_POSITIVE).log10(),
            Self::Symlog(threshold) => {
                let size = value.abs() / threshold;
                if size <= 1.0 { value / threshold } else { value.signum() * (1.0 + size.log10()) }
            }
        }
    }
}

impl<'de> Deserialize<'de> for AxisScale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AxisScaleVisitor)
    }
}

struct AxisScaleVisitor;

impl<'de> Visitor<'de> for AxisScaleVisitor {
    type Value = AxisScale;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`linear`, `log` or `{symlog: THRESHOLD}`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<AxisScale, E> {
        match name {
            "linear" => Ok(AxisScale::Linear),
            "log" => Ok(AxisScale::Log),
            "symlog" => Err(E::custom("symlog needs the size below which it is linear: `{symlog: 0.001}`")),
            other => {
                Err(E::custom(format!("unknown layout `{other}`, expected `linear`, `log` or `{{symlog: 0.001}}`")))
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AxisScale, A::Error> {
        Symlog::deserialize(MapAccessDeserializer::new(map)).map(|form| AxisScale::Symlog(form.symlog))
    }
}

impl JsonSchema for AxisScale {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AxisScale".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let symlog = generator.subschema_for::<Symlog>();
        json_schema!({
            "description": "How an axis is laid out: `linear`, `log` or `{symlog: THRESHOLD}`.",
            "anyOf": [{"type": "string", "enum": ["linear", "log"]}, symlog]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_written_as_words() {
        let read = |json: &str| serde_json::from_str::<AxisScale>(json).map_err(|e| e.to_string());
        for json in ["\"linear\"", "\"log\"", "{\"symlog\":0.001}"] {
            assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
        }
        assert!(read("\"symlog\"").unwrap_err().contains("{symlog: 0.001}"));
        assert!(read("\"cubic\"").unwrap_err().contains("unknown layout `cubic`"));
        assert!(AxisScale::Symlog(0.0).problem("x_scale").is_some() && AxisScale::Log.problem("x_scale").is_none());
    }
}
