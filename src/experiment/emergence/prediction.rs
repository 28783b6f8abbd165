//! The paper's prediction of the sample sizes at which features emerge.

use crate::experiment::layers::convolution;
use crate::experiment::values::{Matrices, Sizes, eigen_flops, images, layout, matrix_bytes};
use crate::math::emergence::nested_moments::image_moments;
use crate::math::emergence::{Emergence, Moments, emergence};
use crate::math::lofi::filter::MomentFilter;
use crate::step::prelude::*;

/// `emergence-prediction`
pub struct EmergencePrediction;

/// Parameters of `emergence-prediction`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencePredictionParams {
    /// How many features to predict, from the one of largest |λ| on.
    #[serde(default = "defaults::whole::<6>")]
    #[schemars(range(min = 1, max = 100))]
    pub features: usize,
    /// Lift images by this convolution first and let every position be a sample; without it the samples are taken as
    /// they are.
    #[serde(default)]
    pub convolution: Option<convolution::Params>,
}

const HEADER: [&str; 6] = ["eigenvector", "eigenvalue", "alignment", "radius", "effective_dimension", "predicted_n"];

impl Kind for EmergencePrediction {
    type Params = EmergencePredictionParams;
    const NAME: &'static str = "emergence-prediction";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Predicts from a large sample how many samples each feature needs to emerge.",
        details: "All training samples are the proxy of the distribution. v_i are the eigenvectors of largest |λ| of \
                  C = E[y z zᵀ], ρ_i = |λ_i|; Σ_1 = E[z zᵀ] and Σ_{i+1} = (I − v_i v_iᵀ) Σ_i (I − v_i v_iᵀ); r_i is the \
                  largest eigenvalue of Σ_i, D_i = Σ_j λ_j/(λ_j + r_i) over the eigenvalues of Σ_i, and \
                  n_i = (r_i/ρ_i)² D_i. Nothing depends on the scale of z. With a convolution both moments average over \
                  images and positions, and images are lifted one at a time.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation])
            .doc("The lifted samples, or the images that `convolution` lifts.")],
        outputs: &[
            Port::new("predictions", ValueType::Table).doc(
                "For each eigenvector, from 1: eigenvalue, alignment ρ, radius r, effective dimension D, predicted_n.",
            ),
            Port::new("spectrum", ValueType::Spectrum)
                .doc("The reference eigenvectors (p × features) with their eigenvalues."),
        ],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let lifted = LiftedSizes::at(params.convolution.as_ref(), inputs)?;
        lifted.holds(params.features)?;
        let width = lifted.width;
        let solving = (params.features as f64 * 4.0 / 3.0).mul_add((width as f64).powi(3), 0.43 * eigen_flops(width));
        Ok(Plan {
            outputs: vec![Shape::Table, Shape::Spectrum { dim: width, rank: params.features }],
            work_bytes: 6 * matrix_bytes(width, width) + lifted.work_bytes,
            flops: lifted.moment_flops + solving,
        })
    }

    fn header(&self, port: &str, _: &Self::Params, _: &Headers) -> Option<Header> {
        match port {
            "predictions" => Some(Header::of(&HEADER).keys(&["eigenvector"])),
            _ => None,
        }
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let moments = moments(params, x, context)?;
        let filter = moments.filter(params.features)?;
        context.check()?;
        let found = emergence(&moments.covariance, &filter, params.features)?;
        let table = table(&filter, &found)?;
        let MomentFilter { eigenvalues: values, directions: vectors } = filter;
        let spectrum = Spectrum { values, vectors, operator: "(1/n) Zᵀ diag(y) Z".into(), origin: x.origin.clone() };
        Ok(vec![Value::Table(table), Value::Spectrum(spectrum)])
    }
}

fn moments(
    params: &EmergencePredictionParams,
    x: &Representation,
    context: &Context<'_>,
) -> Result<Moments, StepError> {
    let Some(convolution) = &params.convolution else {
        return Ok(Moments::of(Matrices::of(x).train(), &x.labels.train)?);
    };
    let input = layout(x)?;
    let image = images(&x.samples.train, input, context);
    image_moments(&convolution.layer(input)?, &x.labels.train, |i| image(i..i + 1))
}

fn table(filter: &MomentFilter, found: &[Emergence]) -> Result<Table, StepError> {
    let row = |(i, (value, e)): (usize, (&f64, &Emergence))| {
        let numbers = [*value, e.alignment, e.radius, e.effective_dimension, e.predicted_samples];
        std::iter::once((i + 1).into()).chain(numbers.map(Into::into)).collect()
    };
    let rows: Vec<_> = filter.eigenvalues.iter().zip(found).enumerate().map(row).collect();
    Ok(Table::from_rows(&HEADER, &rows)?)
}

/// Sizes of the samples whose moments are taken.
pub struct LiftedSizes {
    /// Training samples or images.
    pub train: usize,
    /// Features or channels P.
    pub width: usize,
    /// Operations of lifting each image and of its moment; none for samples that are taken as they are.
    pub image_flops: Option<f64>,
    /// Operations of both moments.
    pub moment_flops: f64,
    /// Bytes beside the moments.
    pub work_bytes: u64,
}

impl LiftedSizes {
    /// Reads the shape at slot `x`.
    ///
    /// # Errors
    /// Samples that cannot be lifted so.
    pub fn at(convolution: Option<&convolution::Params>, inputs: &Shapes) -> Result<Self, Vec<Problem>> {
        let shape = inputs.get("x");
        let Sizes { train, dim, .. } = Sizes::at(inputs, "x");
        if let Some(convolution) = convolution {
            let planned = convolution.plan(inputs).map_err(within_convolution)?;
            let width = planned.width as f64;
            let flops = planned.positions(1) * (planned.lift_flops() + width.powi(2));
            let work_bytes = planned.work_bytes();
            let moment_flops = train as f64 * flops;
            return Ok(Self { train, width: planned.width, image_flops: Some(flops), moment_flops, work_bytes });
        }
        let width = dim.unwrap_or(0);
        let is_bytes = matches!(shape, Some(Shape::Representation { number_bytes: 1, .. }));
        let work_bytes = if is_bytes { matrix_bytes(train, width) } else { 0 };
        let moment_flops = 2.0 * train as f64 * (width as f64).powi(2);
        Ok(Self { train, width, image_flops: None, moment_flops, work_bytes })
    }

    /// Refuses more directions than there are.
    ///
    /// # Errors
    /// More features than the width.
    pub fn holds(&self, features: usize) -> Result<(), Vec<Problem>> {
        if features <= self.width {
            return Ok(());
        }
        let message = format!("cannot predict {features} features of {} dimensions", self.width);
        Err(vec![Problem::at("features", message).help("lower `features` or widen the layer")])
    }
}

// A fault of the convolution's own parameters lies below `convolution`.
fn within_convolution(problems: Vec<Problem>) -> Vec<Problem> {
    let nested = |mut problem: Problem| {
        problem.at = problem.at.map(|at| if at == "x" { at } else { format!("convolution.{at}") });
        problem
    };
    problems.into_iter().map(nested).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Geometry, Points};
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::experiment::{Convolution, RandomFeatures, SignedMomentFilter};
    use serde_json::{Value as Json, json};

    fn predicted(params: &Json, x: Representation) -> (Table, Spectrum) {
        let mut outputs =
            Check::of(&EmergencePrediction).run(params, vec![("x", Value::Representation(x))]).into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(Value::Table(t)), Some(Value::Spectrum(s))) => (t, s),
            _ => panic!("a table and a spectrum"),
        }
    }

    #[test]
    fn prediction_is_the_formula_on_the_filter_of_the_same_samples() {
        let x = Value::Representation(pixels(30, 2, 2));
        let lifted = Check::of(&RandomFeatures).run(&json!({"width": 20, "seed": 1}), vec![("x", x)]).remove(0);
        let Value::Representation(z) = &lifted else { panic!("features") };
        let (table, spectrum) = predicted(&json!({"features": 4}), z.clone());
        let filter = Check::of(&SignedMomentFilter).run(&json!({"keep": 4}), vec![("x", lifted.clone())]).remove(1);
        let Value::Spectrum(filter) = filter else { panic!("a spectrum") };
        assert!((&spectrum.vectors - &filter.vectors).amax() < 1e-8);
        let column = |name: &str| table.numbers(name).unwrap().into_iter().flatten().collect::<Vec<f64>>();
        let (r, rho, d) = (column("radius"), column("alignment"), column("effective_dimension"));
        for (i, n) in column("predicted_n").into_iter().enumerate() {
            assert!((rho[i] - filter.values[i].abs()).abs() < 1e-13 && rho[i] == spectrum.values[i].abs());
            assert!((n - (r[i] / rho[i]).powi(2) * d[i]).abs() < 1e-9 * n);
        }
        assert_eq!(column("eigenvector"), [1.0, 2.0, 3.0, 4.0]);
    }

    // 2 x 2 pixels of three channels.
    fn square_images() -> Representation {
        let mut images = pixels(30, 0, 2);
        let square = Geometry { height: 2, width: 2, channels: 3 };
        for points in [&mut images.samples.train, &mut images.samples.validation, &mut images.samples.test] {
            if let Points::Pixels { geometry, mean, std, .. } = points {
                *geometry = square;
                (*mean, *std) = (vec![0.5, 0.4, 0.3], vec![0.25, 0.3, 0.2]);
            }
        }
        images.geometry = Some(square);
        images
    }

    // A window of the whole image without padding has one position: the lifted images are plain features.
    #[test]
    fn a_window_of_the_whole_image_is_a_layer_of_features() {
        let images = square_images();
        let convolution = json!({"width": 14, "window": 2, "seed": 3});
        let (table, _) = predicted(&json!({"features": 3, "convolution": convolution}), images.clone());
        let x = Value::Representation(images);
        let lifted = Check::of(&Convolution).run(&convolution, vec![("x", x)]).remove(0);
        let Value::Representation(lifted) = lifted else { panic!("features") };
        assert_eq!(lifted.samples.train.dim(), 14);
        let (direct, _) = predicted(&json!({"features": 3}), Representation { geometry: None, ..lifted });
        for name in ["predicted_n", "effective_dimension"] {
            let (a, b) = (table.numbers(name).unwrap(), direct.numbers(name).unwrap());
            assert!(a.iter().zip(&b).all(|(a, b)| (a.unwrap() / b.unwrap() - 1.0).abs() < 1e-9), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let refuse = |params: Json, x: Representation| {
            Check::of(&EmergencePrediction).refuse(&params, vec![("x", Value::Representation(x))]).remove(0)
        };
        let found = refuse(json!({"features": 13}), pixels(5, 0, 1));
        assert_eq!(found.message, "cannot predict 13 features of 12 dimensions");
        let convolution = |window: usize| json!({"convolution": {"width": 8, "window": window, "seed": 0}});
        let vectors = refuse(convolution(2), representation(&pixels(5, 0, 1)));
        assert!(vectors.message.contains("expected images"), "{}", vectors.message);
        assert_eq!(refuse(convolution(3), pixels(5, 0, 1)).at.as_deref(), Some("convolution.window"));
    }
}
