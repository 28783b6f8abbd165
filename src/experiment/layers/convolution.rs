//! A convolutional random lift.

use super::pooling::MAPS;
use super::weights::{Draw, Weights};
use crate::artifact::Points;
use crate::experiment::values::{Sizes, images, layout, matrix_bytes, planned_layout};
use crate::math::activation::Activation;
use crate::math::image::convolution::ConvolutionalLayer;
use crate::math::image::maps::{Geometry, bounded_blocks};
use crate::math::image::patch::Window;
use crate::math::size::times;
use crate::step::prelude::*;

/// `convolution`
pub struct Convolution;

/// Parameters of `convolution`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Width P: number of output channels.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Rows and columns of the window.
    #[schemars(range(min = 1, max = 1000))]
    pub window: usize,
    /// Rows and columns of zeros on every side.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub padding: usize,
    /// The nonlinearity σ.
    #[serde(default)]
    pub activation: Activation,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    pub seed: u64,
    /// Where the weights come from.
    #[serde(default)]
    pub weights: Weights,
    /// Only for `reference` weights, whose layers share one generator: for each earlier layer how many weights it drew.
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub drawn_before: Vec<usize>,
}

/// Sizes of a lift that is planned.
pub struct Planned {
    pub sizes: Sizes,
    /// Layout of the lifted images.
    pub output: Geometry,
    /// C k².
    pub patch: usize,
    /// P.
    pub width: usize,
}

impl Planned {
    /// Positions of some images.
    pub fn positions(&self, images: usize) -> f64 {
        images as f64 * self.output.positions() as f64
    }

    /// Operations for the lift of one position.
    pub fn lift_flops(&self) -> f64 {
        2.0 * self.patch as f64 * self.width as f64
    }

    /// Memory of the weights and of the largest block.
    pub fn work_bytes(&self) -> u64 {
        let entries = times(self.output.positions(), self.patch + 2 * self.width);
        let block = bounded_blocks(self.sizes.samples(), entries).next().map_or(1, |range| range.len());
        matrix_bytes(self.patch, self.width) + matrix_bytes(block, entries)
    }
}

impl Params {
    const fn window(&self) -> Window {
        Window { size: self.window, padding: self.padding }
    }

    fn draw(&self) -> Draw<'_> {
        let Self { weights, seed, layer, .. } = *self;
        Draw { weights, seed, layer, drawn_before: &self.drawn_before }
    }

    /// Sizes of the lift of the images at slot `x`, refused where the window does not fit.
    pub fn plan(&self, inputs: &Shapes) -> Result<Planned, Vec<Problem>> {
        self.plan_on(planned_layout(inputs, "x")?, Sizes::at(inputs, "x"))
    }

    /// Sizes of the lift of images of a layout, refused where the window does not fit.
    pub fn plan_on(&self, input: Geometry, sizes: Sizes) -> Result<Planned, Vec<Problem>> {
        self.draw().check()?;
        let output = self.window().output(input, self.width).map_err(|error| {
            let help = format!("the images there are {} x {} pixels", input.height, input.width);
            vec![Problem::at("window", error.to_string()).help(help)]
        })?;
        let patch = times(input.channels, self.window().area());
        Ok(Planned { sizes, output, patch, width: self.width })
    }

    /// The layer on images of a layout.
    pub fn layer(&self, input: Geometry) -> Result<ConvolutionalLayer, StepError> {
        let weights = self.draw().convolution(input.channels * self.window().area(), self.width);
        Ok(ConvolutionalLayer::new(weights, self.window(), self.activation, input)?)
    }
}

impl Kind for Convolution {
    type Params = Params;
    const NAME: &'static str = "convolution";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Lifts images by a frozen random convolution, and keeps every channel.",
        details: "z = σ(conv(h, W)), cross-correlation with zero padding, stride 1, no bias, W i.i.d. N(0, 1)/√P: \
                  neither the input's scale nor a further 1/√P. The stream of W is keyed by (seed, layer). \
                  `relu-normalized` normalises each position over its channels. The whole lift is in memory; \
                  `convolutional-filter` lifts and filters without that.",
        cites: &["neural-lofi"],
        inputs: &[MAPS],
        outputs: &[Port::new("features", ValueType::Representation).doc("Feature maps of P channels.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let planned = params.plan(inputs)?;
        Ok(Plan {
            outputs: vec![planned.sizes.maps(planned.output)],
            work_bytes: planned.work_bytes(),
            flops: planned.positions(planned.sizes.samples()) * planned.lift_flops(),
        })
    }

    fn weights(&self, params: &Params) -> Option<WeightStream> {
        Some(params.draw().stream("convolution"))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let input = layout(x)?;
        let layer = params.layer(input)?;
        let lift = |points: &Points| layer.apply(points.rows(), images(points, input, context));
        let samples = &x.samples;
        let maps = [lift(&samples.train)?, lift(&samples.validation)?, lift(&samples.test)?];
        Ok(vec![Value::Representation(x.with_maps(layer.output(), maps.map(|m| m.flatten())))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Representation;
    use crate::experiment::RandomFeatures;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::{Value as Json, json};

    fn lifted(params: &Json, x: &Representation) -> Representation {
        match Check::of(&Convolution).run(params, vec![("x", Value::Representation(x.clone()))]).remove(0) {
            Value::Representation(r) => r,
            _ => panic!("a representation"),
        }
    }

    #[test]
    fn pixels_and_maps_give_the_same_maps() {
        let images = pixels(6, 2, 3);
        let [train, validation, test] = images.splits().map(|(_, points)| points.to_matrix());
        let maps = images.with_maps(images.geometry.unwrap(), [train, validation, test]);
        let params = json!({"width": 5, "window": 2, "padding": 1, "seed": 3, "activation": "tanh"});
        let z = lifted(&params, &images);
        assert_eq!(z, lifted(&params, &maps));
        assert_eq!(z.geometry, Some(Geometry { channels: 5, height: 3, width: 4 }));
        assert_eq!((&z.labels, &z.origin), (&images.labels, &images.origin));
    }

    // A 1 x 1 window on 1 x 1 images with the reference's numbers in both orders: the same layer as a dense one.
    #[test]
    fn one_pixel_is_a_dense_layer() {
        let images = pixels(6, 2, 3);
        let [train, validation, test] = images.splits().map(|(_, points)| points.to_matrix());
        let flat = images.with_maps(Geometry { channels: 12, height: 1, width: 1 }, [train, validation, test]);
        let params = json!({"width": 1, "window": 1, "seed": 3, "weights": "reference"});
        let dense = json!({"width": 1, "seed": 3, "weights": "reference", "normalise": "none"});
        let outputs =
            Check::of(&RandomFeatures).run(&dense, vec![("x", Value::Representation(representation(&images)))]);
        let [Value::Representation(expected)] = &outputs[..] else { panic!("a representation") };
        let z = lifted(&params, &flat).samples.test.to_matrix();
        assert!((z - expected.samples.test.to_matrix()).amax() < 1e-14);
    }

    #[test]
    fn what_cannot_be_convolved_is_refused() {
        let images = pixels(3, 0, 1);
        let refuse = |params: Json, x: &Representation| {
            Check::of(&Convolution).refuse(&params, vec![("x", Value::Representation(x.clone()))])[0].at.clone()
        };
        let params = json!({"width": 5, "window": 3, "seed": 0});
        assert_eq!(refuse(params.clone(), &images).as_deref(), Some("window"));
        assert_eq!(refuse(params, &representation(&images)).as_deref(), Some("x"));
        let params = json!({"width": 5, "window": 1, "seed": 0, "drawn_before": [4]});
        assert_eq!(refuse(params, &images).as_deref(), Some("drawn_before"));
    }
}
