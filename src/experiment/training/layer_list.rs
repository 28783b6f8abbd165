//! How the layers of a network are listed: one by one, or some of them several times.

use crate::artifact::{
    CircularConvolutionLayer, ConvolutionLayer, DenseLayer, NetworkActivation, NetworkLayer, PoolingLayer,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// An entry of a list of layers.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ListedLayer {
    /// Fully connected, on all numbers of a sample; maps are flattened channel-major.
    Dense(DenseLayer),
    /// Cross-correlation with zero padding, stride 1.
    Convolution(ConvolutionLayer),
    /// Convolution on the torus with filters as large as the map, then a fixed circular pooling.
    CircularConvolution(CircularConvolutionLayer),
    /// A function of each number.
    Activation(NetworkActivation),
    /// Windows side by side; a remainder at the right and bottom is dropped.
    Pooling(PoolingLayer),
    /// Each position divided by its norm over channels.
    ChannelNorm,
    /// The mean of each channel over all positions.
    GlobalAverage,
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
    pub layers: Vec<NetworkLayer>,
}

/// The layers one by one. A list written with `repeat` is the same network as one written out, with the same key.
///
/// # Errors
/// Those of the entries.
pub fn written_out<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NetworkLayer>, D::Error> {
    let listed = Vec::<ListedLayer>::deserialize(deserializer)?;
    Ok(listed.into_iter().flat_map(ListedLayer::layers).collect())
}

impl ListedLayer {
    fn layers(self) -> Vec<NetworkLayer> {
        match self {
            Self::Dense(layer) => vec![NetworkLayer::Dense(layer)],
            Self::Convolution(layer) => vec![NetworkLayer::Convolution(layer)],
            Self::CircularConvolution(layer) => vec![NetworkLayer::CircularConvolution(layer)],
            Self::Activation(layer) => vec![NetworkLayer::Activation(layer)],
            Self::Pooling(layer) => vec![NetworkLayer::Pooling(layer)],
            Self::ChannelNorm => vec![NetworkLayer::ChannelNorm],
            Self::GlobalAverage => vec![NetworkLayer::GlobalAverage],
            // no list is longer than a network can be, whatever is asked for
            Self::Repeat(RepeatedLayers { times, layers }) => layers.repeat(times.min(1000)),
        }
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
