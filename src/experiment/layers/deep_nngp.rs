//! A whole network of infinitely wide layers, nothing filtered.

use super::layer_kernel::{KernelName, Params as LayerParams, plan_kernel};
use crate::experiment::values::{Sizes, inner_products, kernel};
use crate::math::kernel::deep_nngp;
use crate::step::prelude::*;

/// `deep-nngp`
pub struct DeepNngp;

/// Parameters of `deep-nngp`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Number of layers L; 1 is `layer-kernel`.
    #[schemars(range(min = 1, max = 1000))]
    pub depth: usize,
    /// The nonlinearity.
    #[serde(default)]
    pub kernel: KernelName,
    /// As in `layer-kernel`, at every layer.
    #[serde(default = "defaults::yes")]
    pub rescale: bool,
    /// Standard deviation of the weights times √d, where not rescaled.
    #[serde(default = "defaults::decimal::<1, 0>")]
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub sigma_w: f64,
    /// Standard deviation of the biases, where not rescaled.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub sigma_b: f64,
    /// Quadrature nodes along each of two axes; only `sigmoid` uses them.
    #[serde(default = "defaults::whole::<30>")]
    #[schemars(range(min = 2, max = 200))]
    pub quadrature_nodes: usize,
}

impl Params {
    const fn layer(&self) -> LayerParams {
        let Self { kernel, rescale, sigma_w, sigma_b, quadrature_nodes, .. } = *self;
        LayerParams { kernel, rescale, sigma_w, sigma_b, keep: None, quadrature_nodes }
    }
}

impl Kind for DeepNngp {
    type Params = Params;
    const NAME: &'static str = "deep-nngp";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The kernel of a deep network of infinitely wide random layers: the baseline that filters nothing.",
        details: "K_0 is the layer kernel of the samples, K_l that of σ_w²K_{l−1} + σ_b².",
        cites: &["neural-lofi", "lee-2018"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("The samples.")],
        outputs: &[Port::new("kernel", ValueType::Kernel)
            .doc("Gram matrices on the training samples and from them to the others.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(plan_kernel(Sizes::at(inputs, "x"), params.depth as f64 * params.layer().value_flops()))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let layer = params.layer();
        let (formula, scale) = (layer.formula()?, layer.scale());
        let products = (inner_products(x, None)?, x.samples.train.dim());
        let computed = deep_nngp(&formula, params.depth, products, scale)?;
        Ok(vec![Value::Kernel(kernel(computed, &x.labels, &x.origin)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::LayerKernel;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::json;

    #[test]
    fn depth_is_so_many_layer_kernels() {
        let x = || Value::Representation(pixels(7, 2, 3));
        let mut stacked = x();
        for depth in 1..4 {
            stacked = Check::of(&LayerKernel).run(&json!({"kernel": "erf"}), vec![("x", stacked)]).remove(0);
            let deep = Check::of(&DeepNngp).run(&json!({"kernel": "erf", "depth": depth}), vec![("x", x())]).remove(0);
            assert_eq!(deep, stacked);
        }
    }

    #[test]
    fn no_layers_is_out_of_range() {
        assert!(Check::of(&DeepNngp).canonical(&json!({"depth": 0})).is_err());
    }
}
