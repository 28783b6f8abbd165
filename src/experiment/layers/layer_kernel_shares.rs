//! How much each layer of a wide network learns of each degree.

use crate::math::MathError;
use crate::math::kernel::dual_activation::DualActivation;
use crate::math::kernel::layerwise::{DegreeShares, degree_shares};
use crate::math::kernel::zonal::ZonalRule;
use crate::step::prelude::*;

/// `layer-kernel-shares`
pub struct LayerKernelShares;

/// An activation with a dual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DualActivationName {
    /// √2 max(z, 0).
    Relu,
    /// The error function, scaled.
    Erf,
    /// Coefficients in the orthonormal Hermite polynomials h_0, h_1, …, scaled.
    Polynomial(#[schemars(length(min = 1), inner(range(min = -1e6, max = 1e6)))] Vec<f64>),
}

/// Parameters of `layer-kernel-shares`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Dimension d of the inputs, which lie on S^{d−1}.
    #[schemars(range(min = 2, max = 10_000))]
    pub dim: usize,
    /// Hidden layers L; there are L + 1 weight matrices.
    #[schemars(range(min = 1, max = 1000))]
    pub depth: usize,
    /// `relu`, `erf`, or `polynomial: [a_0, a_1, …]` by its coefficients in the orthonormal Hermite polynomials.
    pub activation: DualActivationName,
    /// Degrees k of the spherical harmonics.
    #[schemars(length(min = 1), inner(range(min = 0, max = 10_000)))]
    pub degrees: Vec<usize>,
    /// Nodes of the quadrature.
    #[serde(default = "defaults::whole::<3000>")]
    #[schemars(range(min = 2, max = 50_000))]
    pub quadrature_nodes: usize,
}

impl Params {
    fn dual(&self) -> Result<DualActivation, MathError> {
        match &self.activation {
            DualActivationName::Relu => Ok(DualActivation::Relu),
            DualActivationName::Erf => Ok(DualActivation::Erf),
            DualActivationName::Polynomial(coefficients) => DualActivation::polynomial(coefficients),
        }
    }
}

const HEADER: [&str; 4] = ["layer", "degree", "eigenvalue", "share"];

impl Kind for LayerKernelShares {
    type Params = Params;
    const NAME: &'static str = "layer-kernel-shares";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The share of each layer in the tangent kernel of a wide network, by degree of the spherical harmonics.",
        details: "Fully connected, tangent-kernel parametrisation, inputs on the unit sphere, E σ² = 1, no biases. Weight \
                  matrix l contributes Θ^(l) = Σ^(l−1) Π_{h≥l} σ̂'(Σ^(h−1)) to the tangent kernel, and its share on degree k \
                  is μ_k(Θ^(l))/Σ_m μ_k(Θ^(m)) with Funk–Hecke eigenvalues μ_k, by Gauss–Legendre quadrature in the angle. \
                  A degree that the kernel does not see has no share: even ones of an odd activation, those beyond a \
                  polynomial's. Eigenvalues below the rounding of the quadrature are 0.",
        cites: &["dandi-jacot-2021", "jacot-2018", "atkinson-han-2012"],
        inputs: &[],
        outputs: &[Port::new("table", ValueType::Table)
            .doc("A row for each degree and layer: layer (from 1), degree, eigenvalue, share.")],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        params.dual().map_err(|error| vec![Problem::at("activation", error.to_string())])?;
        let (nodes, degrees) = (params.quadrature_nodes as f64, params.degrees.iter().sum::<usize>() as f64);
        let layers = (params.depth + 1) as f64;
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: 8 * (params.depth as u64 + 4) * params.quadrature_nodes as u64,
            // nodes by Newton's method, a recurrence over all degrees at each step: 9 ns for each pair of nodes
            flops: 400.0 * nodes * nodes + nodes * (100.0 * layers + 6.0 * degrees),
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).keys(&["layer", "degree"]).shares(&["share"]))
    }

    fn run(&self, params: &Params, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let rule = ZonalRule::new(params.dim, params.quadrature_nodes)?;
        let found = degree_shares(&params.dual()?, params.depth, (&rule, &params.degrees))?;
        let rows: Vec<Vec<Cell>> = found.iter().flat_map(rows).collect();
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

fn rows(found: &DegreeShares) -> Vec<Vec<Cell>> {
    let row = |(i, &eigenvalue): (usize, &f64)| -> Vec<Cell> {
        let share = found.shares.as_ref().map(|shares| shares[i]);
        vec![(i + 1).into(), found.degree.into(), Cell::Float(eigenvalue), share.into()]
    };
    found.eigenvalues.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::{Value as Json, json};

    fn table(params: &Json) -> Table {
        match Check::of(&LayerKernelShares).run(params, vec![]).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    fn known(table: &Table, name: &str) -> Vec<f64> {
        table.numbers(name).unwrap().into_iter().flatten().collect()
    }

    // μ_0 and μ_1 of one ReLU layer on the circle, in closed form: 2/π² and 4/π², both 1/4.
    #[test]
    fn one_layer_on_the_circle() {
        let found = table(&json!({"dim": 2, "depth": 1, "activation": "relu", "degrees": [0, 1]}));
        assert_eq!(known(&found, "layer"), [1.0, 2.0, 1.0, 2.0]);
        assert_eq!(known(&found, "degree"), [0.0, 0.0, 1.0, 1.0]);
        let expected = [1.0 / 3.0, 2.0 / 3.0, 0.5, 0.5];
        assert!(known(&found, "share").iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-11), "{found:?}");
    }

    #[test]
    fn only_the_shape_of_a_polynomial_counts_and_unseen_degrees_have_no_share() {
        let of = |coefficients: Json| {
            let activation = json!({"polynomial": coefficients});
            table(&json!({"dim": 5, "depth": 3, "activation": activation, "degrees": [1, 2, 3]}))
        };
        let (once, twice) = (known(&of(json!([0.0, 1.0, 0.0, 0.5])), "share"), of(json!([0.0, 2.0, 0.0, -1.0])));
        assert_eq!(once.len(), 8, "degree 2 is not seen");
        assert!(once.iter().zip(known(&twice, "share")).all(|(a, b)| (a - b).abs() < 1e-13));
        assert_eq!(twice.numbers("share").unwrap()[4..8], [None; 4]);
        let linear = known(&of(json!([0.0, 1.0])), "share");
        assert_eq!(linear, [0.25; 4], "all layers of a linear network learn alike");
    }

    #[test]
    fn an_activation_that_is_zero_is_refused() {
        let params = json!({"dim": 5, "depth": 3, "activation": {"polynomial": [0.0]}, "degrees": [1]});
        assert_eq!(Check::of(&LayerKernelShares).refuse(&params, vec![])[0].at.as_deref(), Some("activation"));
        let none = json!({"dim": 5, "depth": 3, "activation": "tanh", "degrees": [1]});
        assert!(Check::of(&LayerKernelShares).canonical(&none).is_err());
    }
}
