//! One infinitely wide layer.

use crate::experiment::values::{Layer, Sizes, inner_products, kernel, state};
use crate::math::kernel::{LayerKernel as Formula, WeightScale};
use crate::math::quadrature::GaussHermite;
use crate::step::prelude::*;

/// `layer-kernel`
pub struct LayerKernel;

/// The nonlinearity of an infinitely wide layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KernelName {
    /// Arc-cosine kernel of degree 1.
    #[default]
    Relu,
    /// The cosine of `relu`: unit diagonal.
    ReluNormalized,
    /// Logistic function, by Gauss–Hermite quadrature.
    Sigmoid,
    /// Error function, in closed form.
    Erf,
}

/// A layer kernel and its variances.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The nonlinearity.
    #[serde(default)]
    pub kernel: KernelName,
    /// Take σ_w such that the mean of σ_w²⟨h, h⟩/d over the training samples is 1, and σ_b = 0: the limit of
    /// `random-features`. `sigma_w` and `sigma_b` are not used then.
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
    /// Of vectors, the first features that enter, all by default: as `leading-features` before it, without a copy. Not for
    /// a kernel.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub keep: Option<usize>,
    /// Quadrature nodes along each of two axes; only `sigmoid` uses them.
    #[serde(default = "defaults::whole::<30>")]
    #[schemars(range(min = 2, max = 200))]
    pub quadrature_nodes: usize,
}

impl Params {
    pub fn formula(&self) -> Result<Formula, StepError> {
        Ok(match self.kernel {
            KernelName::Relu => Formula::Relu,
            KernelName::ReluNormalized => Formula::ReluNormalized,
            KernelName::Sigmoid => Formula::Sigmoid(GaussHermite::new(self.quadrature_nodes)?),
            KernelName::Erf => Formula::Erf,
        })
    }

    pub const fn scale(&self) -> WeightScale {
        if self.rescale {
            WeightScale::AutoRescale
        } else {
            WeightScale::Fixed { sigma_w: self.sigma_w, sigma_b: self.sigma_b }
        }
    }

    fn impossible(&self, sizes: Sizes) -> Option<Problem> {
        let keep = self.keep?;
        match sizes.dim {
            None => {
                Some(Problem::at("keep", "a kernel has no features to keep").help("leave `keep` out, or wire vectors"))
            }
            Some(dim) if keep > dim => {
                let message = format!("keep is {keep}, but there are only {dim} features");
                Some(Problem::at("keep", message).help(format!("keep at most {dim}")))
            }
            Some(_) => None,
        }
    }

    /// Operations for one value of the kernel: the quadrature, or an arc sine of the library, or the polynomial of the arc
    /// cosine with the passes over the kernel, 4 ns.
    pub fn value_flops(&self) -> f64 {
        match self.kernel {
            KernelName::Sigmoid => 8.0 * (self.quadrature_nodes as f64).powi(2),
            KernelName::Erf => 1100.0,
            KernelName::Relu | KernelName::ReluNormalized => 300.0,
        }
    }
}

impl Kind for LayerKernel {
    type Params = Params;
    const NAME: &'static str = "layer-kernel";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The kernel of one infinitely wide random layer.",
        details: "k(a, b) = E[σ(u)σ(v)] with (u, v) normal of covariances q = σ_w²⟨a, b⟩/d + σ_b², or \
                  q = σ_w²K + σ_b² on top of a kernel.",
        cites: &["neural-lofi", "cho-saul-2009", "williams-1998"],
        inputs: &[Slot::one("x", &[ValueType::Representation, ValueType::Kernel])
            .doc("The samples, as vectors or as the kernel of the layer before.")],
        outputs: &[Port::new("kernel", ValueType::Kernel)
            .doc("Gram matrices on the training samples and from them to the others.")],
    };

    fn cites(&self, params: &Params) -> Vec<&'static str> {
        let formula = match params.kernel {
            KernelName::Relu | KernelName::ReluNormalized => Some("cho-saul-2009"),
            KernelName::Erf => Some("williams-1998"),
            KernelName::Sigmoid => None,
        };
        std::iter::once("neural-lofi").chain(formula).collect()
    }

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        Problem::refuse(params.impossible(sizes).into_iter().collect())?;
        Ok(plan_kernel(Sizes { dim: params.keep.or(sizes.dim), ..sizes }, params.value_flops()))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (formula, scale) = (params.formula()?, params.scale());
        let x = Layer::at(inputs, "x")?;
        let computed = match &x {
            Layer::Vectors(r) => {
                let dimension = params.keep.unwrap_or(r.samples.train.dim());
                formula.of_products(inner_products(r, params.keep)?, dimension, scale)
            }
            Layer::Products(k) => formula.of_kernel(state(k), scale),
        };
        Ok(vec![Value::Kernel(kernel(computed, x.labels(), x.origin())?)])
    }
}

/// A kernel on the samples, at a cost for each of its values.
pub fn plan_kernel(sizes: Sizes, value_flops: f64) -> Plan {
    let values = sizes.train as f64 * sizes.samples() as f64;
    let dim = sizes.dim.unwrap_or(0);
    Plan {
        outputs: vec![sizes.kernel()],
        work_bytes: crate::experiment::values::matrix_bytes(sizes.samples(), dim),
        // two operations for each number, half of them spared on the training samples, pixels in half the time
        flops: values * 1.2_f64.mul_add(dim as f64, value_flops),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Kernel;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::{Value as Json, json};

    fn layer(params: &Json, x: Value) -> Kernel {
        match Check::of(&LayerKernel).run(params, vec![("x", x)]).remove(0) {
            Value::Kernel(k) => k,
            _ => panic!("a kernel"),
        }
    }

    #[test]
    fn rescaled_relu_has_mean_diagonal_one_half_at_every_depth() {
        let first = layer(&json!({}), Value::Representation(pixels(8, 3, 4)));
        assert!((first.train.trace() / 8.0 - 0.5).abs() < 1e-12);
        let second = layer(&json!({}), Value::Kernel(first.clone()));
        assert!((second.train.trace() / 8.0 - 0.5).abs() < 1e-12);
        assert_eq!((second.labels, second.origin), (first.labels, first.origin));
    }

    #[test]
    fn first_features_alone_enter_where_some_are_kept() {
        use crate::experiment::LeadingFeatures;
        let x = || Value::Representation(crate::experiment::testing::representation(&pixels(8, 3, 4)));
        let narrow = Check::of(&LeadingFeatures).run(&json!({"keep": 4}), vec![("x", x())]).remove(0);
        assert_eq!(layer(&json!({"keep": 4}), x()), layer(&json!({}), narrow));
        // of bytes, too
        let bytes = layer(&json!({"keep": 4}), Value::Representation(pixels(8, 3, 4)));
        assert!((bytes.test - layer(&json!({"keep": 4}), x()).test).amax() < 1e-14);
        let refused = |x: Value| Check::of(&LayerKernel).refuse(&json!({"keep": 13}), vec![("x", x)]).remove(0);
        assert_eq!(refused(x()).message, "keep is 13, but there are only 12 features");
        let kernel = Value::Kernel(layer(&json!({}), x()));
        assert_eq!(refused(kernel).message, "a kernel has no features to keep");
    }

    #[test]
    fn variances_count_only_where_not_rescaled() {
        let x = || Value::Representation(pixels(6, 0, 2));
        let wide = json!({"kernel": "sigmoid", "sigma_w": 2.0, "quadrature_nodes": 20});
        assert_eq!(layer(&wide, x()), layer(&json!({"kernel": "sigmoid", "quadrature_nodes": 20}), x()));
        let constant = layer(&json!({"kernel": "sigmoid", "rescale": false, "sigma_w": 0.0}), x());
        assert!(constant.train.iter().all(|v| (v - 0.25).abs() < 1e-14));
    }
}
