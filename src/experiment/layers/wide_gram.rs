//! The Gram matrices of a random layer too wide to hold.

use crate::experiment::values::{LIFTED_FLOPS, Matrices, Sizes, kernel, matrix_bytes};
use crate::math::activation::Activation;
use crate::math::lofi::wide_gram::{WideLayer, wide_gram};
use crate::math::precision::Precision;
use crate::step::prelude::*;

/// `wide-gram`
pub struct WideGram;

/// Parameters of `wide-gram`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WideGramParams {
    /// Width P: number of features that are summed over.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub width: usize,
    /// The nonlinearity σ. `relu-normalized` needs all features at once.
    #[serde(default)]
    pub activation: Activation,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    pub seed: u64,
    /// Features held at a time. The result depends on it through rounding alone.
    #[serde(default = "defaults::whole::<1024>")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub columns_at_once: usize,
    /// In which precision samples are lifted, and a block's features are multiplied; sums over blocks are in double.
    /// Layers of less than 4n features, whose Gram matrices are ill conditioned, are computed in double in any case.
    #[serde(default)]
    pub precision: Precision,
}

// Operations to draw a normal deviate.
const NORMAL_FLOPS: f64 = 60.0;

impl WideGramParams {
    const fn layer(&self) -> WideLayer {
        let Self { width, activation, layer, seed, precision, .. } = *self;
        WideLayer { seed, layer, width, activation, precision }
    }

    // rows of `relu-normalized` are divided by their norm over all features
    fn held(&self) -> usize {
        if self.activation == Activation::ReluNormalized { self.width } else { self.columns_at_once.min(self.width) }
    }
}

impl Kind for WideGram {
    type Params = WideGramParams;
    const NAME: &'static str = "wide-gram";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The inner products of a random layer of any width, its features never held as a whole.",
        details: "G = ZZᵀ with Z the features that `random-features` gives for the same seed and layer, z = σ(hᵀW/c)/√P, \
                  summed over blocks of columns of W. Memory grows with the samples and not with the width; as the width \
                  grows, G tends to the rescaled `layer-kernel`, at the rate of P^{-1/2}.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation])
            .doc("The samples to lift: pixels or the features of the layer before.")],
        outputs: &[Port::new("kernel", ValueType::Kernel)
            .doc("Gram matrices on the training samples and from them to the others.")],
    };

    fn plan(&self, params: &WideGramParams, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let (dim, n, all) = (sizes.dim.unwrap_or(0), sizes.train, sizes.samples());
        let products = n as f64 * (2 * all - n) as f64;
        let speed = if params.layer().in_single(n) { 2.0 } else { 1.0 };
        Ok(Plan {
            outputs: vec![sizes.kernel()],
            work_bytes: matrix_bytes(all, dim) + matrix_bytes(dim + 2 * all, params.held()) + matrix_bytes(n, all),
            // products in single precision are made in half the time
            flops: params.width as f64
                * (all as f64 * (2.0 * dim as f64 / speed + LIFTED_FLOPS)
                    + products / speed
                    + NORMAL_FLOPS * dim as f64),
        })
    }

    fn weights(&self, params: &Self::Params) -> Option<WeightStream> {
        Some(WeightStream { purpose: "dense", seed: params.seed, layer: params.layer, told_by: "layer" })
    }

    fn run(&self, params: &WideGramParams, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let proceed = || context.check();
        let summed =
            Matrices::of(x).with(|splits| wide_gram(splits, params.layer(), params.columns_at_once, proceed))?;
        Ok(vec![Value::Kernel(kernel(summed, &x.labels, &x.origin)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Kernel, Representation};
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::experiment::{LayerKernel, RandomFeatures};
    use crate::math::linalg::Matrix;
    use serde_json::{Value as Json, json};

    fn gram(params: &Json, x: Representation) -> Kernel {
        match Check::of(&WideGram).run(params, vec![("x", Value::Representation(x))]).remove(0) {
            Value::Kernel(kernel) => kernel,
            _ => panic!("a kernel"),
        }
    }

    #[test]
    fn it_is_the_inner_products_of_the_features_whatever_the_block() {
        let lifted = Check::of(&RandomFeatures)
            .run(&json!({"width": 30, "seed": 4, "layer": 2}), vec![("x", Value::Representation(pixels(9, 4, 5)))]);
        let [Value::Representation(z)] = &lifted[..] else { panic!("one representation") };
        let [train, validation, test] = z.splits().map(|(_, points)| points.to_matrix());
        for at_once in [1, 7, 30, 500] {
            let params = json!({"width": 30, "seed": 4, "layer": 2, "columns_at_once": at_once});
            let found = gram(&params, pixels(9, 4, 5));
            let close = |a: &Matrix, b: Matrix| (a - b).amax() < 1e-13;
            assert!(close(&found.train, &train * train.transpose()));
            assert!(close(&found.validation, &train * validation.transpose()));
            assert!(close(&found.test, &train * test.transpose()));
            let diagonal = test.row_iter().map(|row| row.norm_squared());
            assert!(diagonal.zip(&found.test_diagonal).all(|(a, b)| (a - b).abs() < 1e-13));
        }
    }

    #[test]
    fn wide_layers_in_single_precision_are_those_in_double_rounded() {
        for (width, least) in [(30, 0.0), (40, 1e-12)] {
            let of =
                |precision: &str| gram(&json!({"width": width, "seed": 4, "precision": precision}), pixels(9, 4, 5));
            let (single, double) = (of("single"), of("double"));
            let distance = (&single.train - &double.train).amax().max((&single.test - &double.test).amax());
            assert!(distance >= least && distance < 1e-6 * double.train.amax(), "{width}: {distance}");
            assert!(width > 30 || single == double, "few features on nine samples are computed in double");
        }
    }

    #[test]
    fn splits_may_be_empty_and_labels_travel() {
        let found = gram(&json!({"width": 10, "seed": 0}), representation(&pixels(6, 0, 0)));
        assert_eq!((found.validation.shape(), found.test.shape()), ((6, 0), (6, 0)));
        assert_eq!((found.labels.train.len(), found.origin.card.as_str()), (6, "tiny"));
    }

    #[test]
    fn its_limit_is_the_layer_kernel() {
        let x = || Value::Representation(pixels(8, 0, 3));
        let limit = match Check::of(&LayerKernel).run(&json!({}), vec![("x", x())]).remove(0) {
            Value::Kernel(kernel) => kernel,
            _ => panic!("a kernel"),
        };
        let gap = |width: usize| {
            let mean =
                |seed: u64| (gram(&json!({"width": width, "seed": seed}), pixels(8, 0, 3)).test - &limit.test).norm();
            (0..8).map(mean).sum::<f64>() / 8.0
        };
        let slope = (gap(12_800) / gap(200)).ln() / 64f64.ln();
        assert!((slope + 0.5).abs() < 0.12, "slope {slope}");
    }

    #[test]
    fn memory_is_that_of_a_block_and_not_of_the_width() {
        let shapes = Shapes(vec![("x".into(), vec![Sizes { train: 100, test: 50, ..Sizes::default() }.features(20)])]);
        let plan = |width: usize, activation: &str| {
            let params = json!({"width": width, "seed": 0, "activation": activation});
            Kind::plan(&WideGram, &serde_json::from_value(params).unwrap(), &shapes).unwrap()
        };
        let (narrow, wide) = (plan(2000, "relu"), plan(200_000, "relu"));
        assert_eq!(narrow.work_bytes, wide.work_bytes);
        assert!((wide.flops / narrow.flops - 100.0).abs() < 1e-9);
        assert!(plan(200_000, "relu-normalized").work_bytes > 100 * wide.work_bytes);
    }
}
