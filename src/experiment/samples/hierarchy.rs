//! What the kinds of the synthetic hierarchy share: training sizes, streams of inputs, labels.

use crate::math::hierarchy::{StreamedInputs, Teacher, training_size};
use crate::step::prelude::*;

/// Which labels the estimator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabelMean {
    /// y = tanh h2, whose mean is not 0.
    #[default]
    AsDefined,
    /// y less its mean, estimated on 100 000 samples of their own.
    Centred,
}

impl LabelMean {
    /// The teacher of a seed with these labels.
    pub(in crate::experiment) fn teacher(self, seed: u64, dim: usize) -> Teacher {
        let teacher = Teacher::draw(seed, dim);
        match self {
            Self::AsDefined => teacher,
            Self::Centred => teacher.centred(&StreamedInputs::new(seed, CENTRING, dim)),
        }
    }
}

/// Numbers of the streams of inputs.
pub(in crate::experiment) const TRAIN: u64 = 0;
pub(in crate::experiment) const TEST: u64 = 1;
pub(super) const VALIDATION: u64 = 2;
const CENTRING: u64 = 3;

/// The fault of a layer that is too narrow for the d1 = ⌊√d⌋ eigenvectors, if it is.
pub(in crate::experiment) fn too_narrow(dim: usize, width: usize) -> Option<Problem> {
    let keep = dim.isqrt();
    let problem = || Problem::at("width", format!("{width} features have no {keep} eigenvectors"));
    (width < keep).then(|| problem().help("widen the layer to at least ⌊√d⌋"))
}

/// The training sizes of some α; a problem where they are no increasing numbers of samples.
pub(in crate::experiment) fn sizes(dim: usize, alpha: &Grid) -> Result<Vec<usize>, Problem> {
    const MOST: f64 = 1e11;
    let sizes: Vec<usize> = alpha.0.iter().map(|&a| training_size(dim, a)).collect();
    let last = alpha.0.last().copied().unwrap_or(0.0);
    if !(alpha.0.iter().all(|a| a.is_finite()) && (dim as f64).powf(last) <= MOST) {
        let message = format!("d^{last} at d = {dim} is no number of samples that can be drawn");
        return Err(Problem::at("alpha", message).help("α lies between 1 and 4 as a rule"));
    }
    if sizes.first().is_none_or(|&n| n < 2) || sizes.windows(2).any(|w| w[0] >= w[1]) {
        let message = format!("the training sizes must increase, from 2 on, and d = {dim} makes them {sizes:?}");
        return Err(Problem::at("alpha", message).help("write increasing powers that differ in n"));
    }
    Ok(sizes)
}
