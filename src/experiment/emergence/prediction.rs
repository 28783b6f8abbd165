//! The paper's prediction of the sample sizes at which features emerge.

use super::lifted::{FILTER, Lift, LiftedLayers, LiftedSizes};
use crate::experiment::layers::convolution;
use crate::experiment::values::{Matrices, Sizes, eigen_flops, matrix_bytes, top_eigen_flops};
use crate::math::emergence::nested_moments::image_moments;
use crate::math::emergence::single_moments::image_moments_single;
use crate::math::emergence::{Emergence, Moments, emergence};
use crate::math::lofi::filter::MomentFilter;
use crate::math::precision::Precision;
use crate::step::prelude::*;

/// `emergence-prediction`
pub struct EmergencePrediction;

/// Which samples alignments are measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlignedOn {
    /// Those that the eigenvectors are of: ρ_i = |λ_i|. Of few samples it is too large, as each direction is fitted to their noise.
    #[default]
    Training,
    /// The validation samples: ρ_i = E[y (v_i·z)²] with the sign of λ_i. 0 where that is not positive, and then no n is predicted.
    Validation,
}

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
    /// The convolution that the filter at slot `filter` stands behind, where `convolution` lifts its channels.
    #[serde(default)]
    pub below: Option<convolution::Params>,
    /// Eigenpairs that `spectrum` holds, at least `features`, by default as many.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub pairs: Option<usize>,
    /// Only with a convolution: lifts and their moments in `single` precision, summed over images in double.
    #[serde(default)]
    pub precision: Precision,
    /// Samples that the alignments ρ are measured on; `validation` only without a convolution.
    #[serde(default)]
    pub alignment_on: AlignedOn,
}

impl EmergencePredictionParams {
    fn lift(&self) -> Lift<'_> {
        Lift { convolution: self.convolution.as_ref(), below: self.below.as_ref(), precision: self.precision }
    }

    fn pairs(&self) -> usize {
        self.pairs.unwrap_or(self.features)
    }

    fn impossible(&self, width: usize, validation: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.alignment_on == AlignedOn::Validation && (validation == 0 || self.convolution.is_some()) {
            let message = "alignments are measured on validation samples of a layer of features";
            let help = "set `n_validation` of the data step, and leave `convolution` out";
            problems.push(Problem::at("alignment_on", message).help(help));
        }
        if self.features > width {
            let message = format!("cannot predict {} features of {width} dimensions", self.features);
            problems.push(Problem::at("features", message).help("lower `features` or widen the layer"));
        }
        if !(self.features..=width.max(self.features)).contains(&self.pairs()) {
            let message = format!("{} eigenpairs of {width} dimensions, {} features", self.pairs(), self.features);
            problems.push(Problem::at("pairs", message).help("take `features` to the width"));
        }
        problems
    }
}

// Operations of the eigenvalues alone, over n³: 4/3, half of them at the speed of memory.
const SPECTRUM_FLOPS: f64 = 3.5;

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
                  images and positions, and images are lifted a few at a time; with `below` they are lifted and filtered \
                  once before, so that maps between the layers are never in memory. Where the samples are few, not the distribution, \
                  `alignment_on: validation` measures ρ_i on samples that the eigenvectors have not seen: features that are noise \
                  then need more samples than there are, or have no predicted_n.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("The lifted samples, or the images that `convolution` lifts."),
            FILTER,
        ],
        outputs: &[
            Port::new("predictions", ValueType::Table).doc(
                "For each eigenvector, from 1: eigenvalue, alignment ρ, radius r, effective dimension D, predicted_n.",
            ),
            Port::new("spectrum", ValueType::Spectrum)
                .doc("The reference eigenvectors (p × pairs) with their eigenvalues."),
        ],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let lifted = LiftedSizes::at(&params.lift(), inputs)?;
        Problem::refuse(params.impossible(lifted.width, Sizes::at(inputs, "x").validation))?;
        let width = lifted.width;
        let spectra = params.features as f64 * SPECTRUM_FLOPS * (width as f64).powi(3);
        let solving = spectra + 0.43 * eigen_flops(width);
        let more = if params.pairs() > params.features { top_eigen_flops(width, params.pairs()) } else { 0.0 };
        Ok(Plan {
            outputs: vec![Shape::Table, Shape::Spectrum { dim: width, rank: params.pairs() }],
            work_bytes: 6 * matrix_bytes(width, width) + lifted.work_bytes,
            flops: lifted.moment_flops + solving + more,
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
        let moments = moments(params, (x, inputs.optional::<Spectrum>(FILTER.name)?), context)?;
        let filter = moments.filter(params.pairs())?;
        context.check()?;
        let mut found = emergence(&moments.covariance, &filter, params.features)?;
        if params.alignment_on == AlignedOn::Validation {
            let alignments = filter.alignments(&x.samples.validation.to_matrix(), &x.labels.validation)?;
            found.iter_mut().zip(alignments).for_each(|(feature, rho)| *feature = feature.aligned(rho));
        }
        let table = table(&filter, &found)?;
        let MomentFilter { eigenvalues: values, directions: vectors } = filter;
        let spectrum = Spectrum { values, vectors, operator: "(1/n) Zᵀ diag(y) Z".into(), origin: x.origin.clone() };
        Ok(vec![Value::Table(table), Value::Spectrum(spectrum)])
    }
}

fn moments(
    params: &EmergencePredictionParams,
    (x, filter): (&Representation, Option<&Spectrum>),
    context: &Context<'_>,
) -> Result<Moments, StepError> {
    let (labels, images) = (&x.labels.train, &x.samples.train);
    let Some(layers) = LiftedLayers::read(&params.lift(), x, filter)? else {
        return Ok(Moments::of(Matrices::of(x).train(), labels)?);
    };
    match params.precision {
        Precision::Single => image_moments_single(&mut layers.single()?, labels, |i| layers.image(images, i, context)),
        Precision::Double => image_moments(&layers.top, labels, |i| layers.channels(images, i, context)),
    }
}

fn table(filter: &MomentFilter, found: &[Emergence]) -> Result<Table, StepError> {
    let row = |(i, (value, e)): (usize, (&f64, &Emergence))| {
        let predicted = Some(e.predicted_samples).filter(|n| n.is_finite());
        let numbers = [*value, e.alignment, e.radius, e.effective_dimension];
        std::iter::once((i + 1).into()).chain(numbers.map(Into::into)).chain([predicted.into()]).collect()
    };
    let rows: Vec<_> = filter.eigenvalues.iter().zip(found).enumerate().map(row).collect();
    Ok(Table::from_rows(&HEADER, &rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Geometry, Points};
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::experiment::{Convolution, ConvolutionalFilter, RandomFeatures, SignedMomentFilter};
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

    // The same samples as validation give the same alignments; others give those of the directions on them, or none.
    #[test]
    fn alignments_are_those_of_the_validation_samples() {
        let mut x = representation(&pixels(30, 20, 2));
        let params = json!({"features": 6, "alignment_on": "validation"});
        let (found, spectrum) = predicted(&params, x.clone());
        let z = x.samples.validation.to_matrix() * &spectrum.vectors;
        let (rho, n) = (found.numbers("alignment").unwrap(), found.numbers("predicted_n").unwrap());
        for k in 0..6 {
            let mean = (0..20).map(|i| x.labels.validation[i] * z[(i, k)].powi(2)).sum::<f64>() / 20.0;
            let expected = (mean * spectrum.values[k].signum()).max(0.0);
            assert!((rho[k].unwrap() - expected).abs() < 1e-12, "{k}: {:?} {expected}", rho[k]);
            assert_eq!(n[k].is_some(), expected > 0.0);
        }
        x.samples.validation = x.samples.train.clone();
        let mut labels = (*x.labels).clone();
        labels.validation = labels.train.clone();
        x.labels = labels.into();
        let ((own, _), (seen, _)) = (predicted(&params, x.clone()), predicted(&json!({"features": 6}), x));
        let (a, b) = (own.numbers("predicted_n").unwrap(), seen.numbers("predicted_n").unwrap());
        assert!(a.iter().zip(&b).all(|(a, b)| (a.unwrap() / b.unwrap() - 1.0).abs() < 1e-9), "{a:?} {b:?}");
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

    // A filter of the first layer, and the second layer on it: on maps that are stored, and on the images.
    #[test]
    fn a_layer_behind_a_filter_is_that_of_its_maps_in_either_precision() {
        let images = pixels(30, 0, 2);
        let lift = |layer: u64| json!({"width": 9, "window": 2, "padding": 1, "seed": 3, "layer": layer});
        let mut filter = lift(0);
        filter["keep"] = json!(4);
        let x = || vec![("x", Value::Representation(images.clone()))];
        let Value::Representation(maps) = Check::of(&ConvolutionalFilter).run(&filter, x()).remove(0) else { panic!() };
        let (stored, _) = predicted(&json!({"features": 3, "convolution": lift(1)}), maps);
        let (_, first) = predicted(&json!({"features": 2, "pairs": 4, "convolution": lift(0)}), images.clone());
        assert_eq!(first.values.len(), 4);
        for (precision, tolerance) in [("double", 1e-9), ("single", 2e-4)] {
            let params = json!({"features": 3, "convolution": lift(1), "below": lift(0), "precision": precision});
            let mut inputs = x();
            inputs.push(("filter", Value::Spectrum(first.clone())));
            let outputs = Check::of(&EmergencePrediction).run(&params, inputs);
            let Value::Table(table) = &outputs[0] else { panic!("a table") };
            for name in ["eigenvalue", "effective_dimension", "predicted_n"] {
                let (a, b) = (table.numbers(name).unwrap(), stored.numbers(name).unwrap());
                assert!(
                    a.iter().zip(&b).all(|(a, b)| (a.unwrap() / b.unwrap() - 1.0).abs() < tolerance),
                    "{precision} {name}: {a:?} {b:?}"
                );
            }
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
        let pairs = json!({"features": 3, "pairs": 2});
        assert_eq!(refuse(pairs, pixels(5, 0, 1)).at.as_deref(), Some("pairs"));
        let one = json!({"width": 8, "window": 1, "seed": 0});
        let found = refuse(json!({"convolution": one, "below": one}), pixels(5, 0, 1));
        assert_eq!(found.at.as_deref(), Some("below"), "{}", found.message);
        assert_eq!(refuse(json!({"below": one}), pixels(5, 0, 1)).at.as_deref(), Some("below"));
        let held_out = json!({"features": 3, "alignment_on": "validation"});
        assert_eq!(refuse(held_out, pixels(5, 0, 1)).at.as_deref(), Some("alignment_on"));
        assert_eq!(refuse(json!({"precision": "single"}), pixels(5, 0, 1)).at.as_deref(), Some("precision"));
    }
}
