//! How the layers of a network are listed: one by one, or some of them several times.

use crate::math::network::Layer;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::EnumAccessDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, IntoDeserializer, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// An entry of a list of layers.
#[derive(Debug, Clone, PartialEq)]
pub enum ListedLayer {
    /// A layer.
    One(Layer),
    /// Some layers several times.
    Repeat(RepeatedLayers),
}

/// Layers that come several times, each time with weights of their own.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepeatedLayers {
    /// How often.
    #[schemars(range(min = 0, max = 1000))]
    pub times: usize,
    /// The layers of one round.
    #[schemars(length(min = 1))]
    pub layers: Vec<Layer>,
}

/// The layers one by one. A list written with `repeat` is the same network as one written out, with the same key.
///
/// # Errors
/// Those of the entries.
pub fn written_out<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Layer>, D::Error> {
    let listed = Vec::<ListedLayer>::deserialize(deserializer)?;
    Ok(listed.into_iter().flat_map(ListedLayer::layers).collect())
}

impl ListedLayer {
    fn layers(self) -> Vec<Layer> {
        match self {
            Self::One(layer) => vec![layer],
            // no list is longer than a network can be, whatever is asked for
            Self::Repeat(RepeatedLayers { times, layers }) => layers.repeat(times.min(1000)),
        }
    }
}

const REPEAT: &str = "repeat";

/// What an entry may be, as a message lists it: the names of [`Layer`] and `repeat`.
const ENTRIES: &[&str] = &[
    "dense",
    "convolution",
    "circular-convolution",
    "activation",
    "pooling",
    "channel-norm",
    "global-average",
    REPEAT,
];

impl<'de> Deserialize<'de> for ListedLayer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("ListedLayer", ENTRIES, EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = ListedLayer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enum ListedLayer")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, entry: A) -> Result<ListedLayer, A::Error> {
        let (name, content): (String, _) = entry.variant()?;
        if name == REPEAT {
            return content.newtype_variant().map(ListedLayer::Repeat);
        }
        if !ENTRIES.contains(&name.as_str()) {
            return Err(A::Error::unknown_variant(&name, ENTRIES));
        }
        Layer::deserialize(EnumAccessDeserializer::new(Named { name, content })).map(ListedLayer::One)
    }
}

/// An entry whose name has been read.
struct Named<A> {
    name: String,
    content: A,
}

impl<'de, A: VariantAccess<'de>> EnumAccess<'de> for Named<A> {
    type Error = A::Error;
    type Variant = A;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, A), A::Error> {
        Ok((seed.deserialize(self.name.into_deserializer())?, self.content))
    }
}

impl JsonSchema for ListedLayer {
    fn schema_name() -> Cow<'static, str> {
        "ListedLayer".into()
    }

    // The alternatives of a layer, and one more.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Layer::json_schema(generator);
        let repeated = json_schema!({
            "type": "object",
            "properties": {REPEAT: generator.subschema_for::<RepeatedLayers>()},
            "required": [REPEAT],
            "additionalProperties": false,
            "description": "Some layers several times."
        });
        if let Some(alternatives) = schema.get_mut("oneOf").and_then(|found| found.as_array_mut()) {
            alternatives.push(repeated.into());
        }
        schema.insert("description".to_owned(), "An entry of a list of layers.".into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::TrainNetwork;
    use crate::experiment::testing::Check;
    use serde_json::{Value as Json, json};

    fn canonical(layers: &Json) -> Json {
        let params = json!({"layers": layers, "learning_rate": 0.1, "batch": 1, "steps": 1, "seed": 0});
        Check::of(&TrainNetwork).canonical(&params).unwrap()["layers"].clone()
    }

    #[test]
    fn repeated_layers_are_the_layers_written_out() {
        let dense = json!({"dense": {"width": 4, "bias": false}});
        let relu = json!({"activation": "relu"});
        let circular = json!({"circular-convolution": {"width": 2, "pooling": 0.5, "bias": true}});
        let whole = json!([dense, relu, dense, relu, circular]);
        let short = json!([{"repeat": {"times": 2, "layers": [{"dense": {"width": 4}}, relu]}}, circular]);
        assert_eq!(canonical(&short), whole);
        assert_eq!(canonical(&whole), whole);
        let every = json!([
            {"convolution": {"width": 1, "window": 1, "padding": 0, "bias": false}}, "channel-norm", "global-average",
            {"pooling": {"pooling": "max", "size": 1}}
        ]);
        assert_eq!(canonical(&every), every);
        assert_eq!(canonical(&json!([{"repeat": {"times": 0, "layers": [relu]}}, dense])), json!([dense]));
    }

    // What a message lists is what there is.
    #[test]
    fn an_entry_is_a_layer_or_a_repetition() {
        let schema = schemars::schema_for!(super::ListedLayer).to_value();
        let name = |alternative: &Json| match alternative.get("properties").and_then(Json::as_object) {
            Some(properties) => properties.keys().next().cloned(),
            None => alternative["const"].as_str().map(ToOwned::to_owned),
        };
        let names: Vec<String> = schema["oneOf"].as_array().unwrap().iter().filter_map(name).collect();
        assert_eq!(names, super::ENTRIES);
        let faults = Check::of(&TrainNetwork)
            .canonical(&json!({"layers": ["dens"], "learning_rate": 0.1, "batch": 1, "steps": 1, "seed": 0}))
            .unwrap_err();
        assert!(faults[0].message.contains("unknown variant `dens`") && faults[0].message.contains("`repeat`"));
        assert_eq!(faults[0].path, ["layers", "0"]);
    }

    #[test]
    fn faults_in_a_repeated_layer_are_found() {
        let params = json!({
            "layers": [{"repeat": {"times": 2, "layers": [{"dense": {"wide": 4}}]}}],
            "learning_rate": 0.1, "batch": 1, "steps": 1, "seed": 0
        });
        let faults = Check::of(&TrainNetwork).canonical(&params).unwrap_err();
        assert_eq!(faults[0].unknown_key.as_deref(), Some("wide"));
    }
}
