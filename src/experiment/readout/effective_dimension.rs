//! How many directions a spectrum amounts to.

use crate::math::emergence::dimension::{magnitude_share, participation_ratio, relative_effective_dimension};
use crate::step::prelude::*;

/// `effective-dimension`
pub struct EffectiveDimension;

/// Parameters of `effective-dimension`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectiveDimensionParams {
    /// Count the first so many eigenvalues, as if the filter had kept so many; by default all that it kept.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub keep: Option<usize>,
    /// r as a fraction of the largest |λ|: directions far above it count one, those far below nothing.
    #[serde(default = "defaults::decimal::<1, 2>")]
    #[schemars(range(min = 1e-12, max = 1.0))]
    pub radius: f64,
}

const HEADER: [&str; 5] =
    ["kept", "effective_dimension", "participation_ratio", "magnitude_share", "smallest_magnitude"];

impl Kind for EffectiveDimension {
    type Params = EffectiveDimensionParams;
    const NAME: &'static str = "effective-dimension";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "How many directions a filter's spectrum amounts to.",
        details: "Over the first `keep` eigenvalues, by descending |λ|: effective dimension Σ |λ|/(|λ| + r) with \
                  r = radius · max |λ|; participation ratio (Σ|λ|)²/Σλ²; magnitude_share, their Σ|λ| over that of all \
                  that the filter kept; smallest_magnitude, the last |λ| over the first. All are the same for a \
                  multiple of the spectrum.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("spectrum", &[ValueType::Spectrum]).doc("A filter's eigenvalues.")],
        outputs: &[Port::new("dimension", ValueType::Table)
            .doc("One row: kept, effective_dimension, participation_ratio, magnitude_share, smallest_magnitude.")],
    };

    fn plan(&self, params: &EffectiveDimensionParams, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        match (params.keep, inputs.get("spectrum")) {
            (Some(keep), Some(Shape::Spectrum { rank, .. })) if keep > rank => {
                let message = format!("keep is {keep}, but the filter kept only {rank} eigenvalues");
                Err(vec![Problem::at("keep", message).help(format!("keep at most {rank}"))])
            }
            _ => Ok(Plan::light(vec![Shape::Table])),
        }
    }

    fn header(&self, _: &str, _: &EffectiveDimensionParams, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).counts(&["kept"]).shares(&["magnitude_share"]))
    }

    fn run(&self, params: &EffectiveDimensionParams, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Table(row(params, inputs.one::<Spectrum>("spectrum")?)?)])
    }
}

fn row(params: &EffectiveDimensionParams, spectrum: &Spectrum) -> Result<Table, StepError> {
    let keep = params.keep.unwrap_or(spectrum.values.len());
    let kept = &spectrum.values[..keep.min(spectrum.values.len())];
    let first = kept.first().map_or(0.0, |v| v.abs());
    let last = kept.last().map_or(0.0, |v| v.abs());
    let row = vec![
        keep.into(),
        relative_effective_dimension(kept, params.radius)?.into(),
        participation_ratio(kept)?.into(),
        magnitude_share(kept, &spectrum.values)?.into(),
        (last / first).into(),
    ];
    Ok(Table::from_rows(&HEADER, &[row])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Origin;
    use crate::experiment::testing::Check;
    use crate::math::linalg::Matrix;
    use serde_json::{Value as Json, json};

    fn spectrum(values: &[f64]) -> Value {
        Value::Spectrum(Spectrum {
            values: values.to_vec(),
            vectors: Matrix::zeros(7, values.len()),
            operator: "C".into(),
            origin: Origin::default(),
        })
    }

    fn dimension(params: &Json, values: &[f64]) -> Vec<f64> {
        let outputs = Check::of(&EffectiveDimension).run(params, vec![("spectrum", spectrum(values))]);
        let [Value::Table(table)] = &outputs[..] else { panic!("one table") };
        HEADER.iter().map(|name| table.numbers(name).unwrap()[0].unwrap()).collect()
    }

    #[test]
    fn the_row_by_hand() {
        // r = 0.5 · 4: 4/6 + 2/4 + 2/4; (4 + 2 + 2)²/(16 + 4 + 4)
        let found = dimension(&json!({"radius": 0.5}), &[-4.0, 2.0, -2.0]);
        for (a, b) in found.iter().zip([3.0, 2.0 / 3.0 + 1.0, 64.0 / 24.0, 1.0, 0.5]) {
            assert!((a - b).abs() < 1e-14, "{found:?}");
        }
        let leading = dimension(&json!({"radius": 0.5, "keep": 1}), &[-4.0, 2.0, -2.0]);
        assert_eq!(leading, [1.0, 2.0 / 3.0, 1.0, 0.5, 1.0]);
    }

    #[test]
    fn the_first_so_many_are_what_a_filter_that_kept_them_has() {
        let values = [3.0, -1.0, 0.5, 0.25];
        let (part, whole) = (dimension(&json!({"keep": 2}), &values), dimension(&json!({}), &values[..2]));
        assert_eq!((&part[..3], part[4]), (&whole[..3], whole[4]));
    }

    #[test]
    fn more_than_the_filter_kept_is_refused() {
        let problems = Check::of(&EffectiveDimension).refuse(&json!({"keep": 4}), vec![("spectrum", spectrum(&[1.0]))]);
        assert_eq!(problems[0].at.as_deref(), Some("keep"));
    }
}
