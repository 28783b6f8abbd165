//! Errors of predictions.

use crate::artifact::Evaluated;
use crate::math::statistics::metrics::{Estimate, ZeroPrediction, classification_error, mean_squared_error};
use crate::step::prelude::*;

/// `score`
pub struct Score;

/// Parameters of `score`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Which class a prediction of exactly zero belongs to.
    #[serde(default)]
    pub zero_counts_as: ZeroPrediction,
}

const HEADER: [&str; 13] = [
    "lambda",
    "leave_one_out_mse",
    "train_mse",
    "train_error",
    "validation_mse",
    "validation_error",
    "test_mse",
    "test_mse_standard_error",
    "test_error",
    "test_error_standard_error",
    "n_train",
    "n_validation",
    "n_test",
];

impl Kind for Score {
    type Params = Params;
    const NAME: &'static str = "score";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Mean squared and classification errors of predictions, with standard errors on the test samples.",
        details: "mse = mean (ŷ − y)², its standard error sd/√n with the sd divided by n; error = share of labels that \
                  the sign misses, as a fraction, its standard error √(e(1 − e)/n). Columns of a split without samples \
                  are empty.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("predictions", &[ValueType::Predictions]).doc("What readouts predict.")],
        outputs: &[Port::new("score", ValueType::Table).doc("A row for each readout.")],
    };

    fn plan(&self, _: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(
            Header::of(&HEADER)
                .keys(&["lambda"])
                .spreads(&["test_mse_standard_error", "test_error_standard_error"])
                .counts(&["n_train", "n_validation", "n_test"])
                .shares(&["train_error", "validation_error", "test_error", "test_error_standard_error"])
                .less_is_better(&["leave_one_out_mse", "train_mse", "train_error", "validation_mse"])
                .less_is_better(&["validation_error", "test_mse", "test_error"]),
        )
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let predictions = inputs.one::<Predictions>("predictions")?;
        let rows = (0..predictions.readouts.len())
            .map(|i| row(predictions, i, params.zero_counts_as))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

fn row(predictions: &Predictions, i: usize, zero: ZeroPrediction) -> Result<Vec<Cell>, StepError> {
    let Predictions { readouts, train, validation, test, .. } = predictions;
    let (train_mse, train_error) = errors(train, i, zero)?;
    let (validation_mse, validation_error) = errors(validation, i, zero)?;
    let (test_mse, test_error) = errors(test, i, zero)?;
    let mean = |e: Option<Estimate>| Cell::from(e.map(|e| e.mean));
    let standard_error = |e: Option<Estimate>| Cell::from(e.map(|e| e.standard_error));
    Ok(vec![
        readouts[i].lambda.into(),
        readouts[i].leave_one_out_mse.into(),
        mean(train_mse),
        mean(train_error),
        mean(validation_mse),
        mean(validation_error),
        mean(test_mse),
        standard_error(test_mse),
        mean(test_error),
        standard_error(test_error),
        train.labels.len().into(),
        validation.labels.len().into(),
        test.labels.len().into(),
    ])
}

type Errors = (Option<Estimate>, Option<Estimate>);

fn errors(split: &Evaluated, i: usize, zero: ZeroPrediction) -> Result<Errors, StepError> {
    if split.labels.is_empty() {
        return Ok((None, None));
    }
    let predicted: Vec<f64> = split.predicted.column(i).iter().copied().collect();
    let mse = mean_squared_error(&predicted, &split.labels)?;
    Ok((Some(mse), Some(classification_error(&predicted, &split.labels, zero)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Origin, Readout};
    use crate::experiment::testing::Check;
    use crate::math::linalg::Matrix;
    use serde_json::{Value as Json, json};

    fn score(params: &Json) -> Table {
        let split = |labels: &[f64], predicted: &[f64]| Evaluated {
            labels: labels.to_vec(),
            predicted: Matrix::from_column_slice(labels.len(), predicted.len() / labels.len().max(1), predicted),
        };
        let readout = |lambda| Readout { lambda, leave_one_out_mse: None };
        let predictions = Predictions {
            readouts: vec![readout(Some(0.5)), readout(None)],
            train: split(&[1.0, -1.0], &[0.5, -0.5, 1.0, 1.0]),
            validation: Evaluated { labels: vec![], predicted: Matrix::zeros(0, 2) },
            test: split(&[1.0, -1.0, 1.0, 1.0], &[0.0, 0.0, 1.0, 2.0, 1.0, -1.0, 1.0, 1.0]),
            origin: Origin::default(),
        };
        let outputs = Check::of(&Score).run(params, vec![("predictions", Value::Predictions(predictions))]);
        let [Value::Table(table)] = &outputs[..] else { panic!("one table") };
        table.clone()
    }

    #[test]
    fn errors_by_hand_for_each_readout() {
        let table = score(&json!({}));
        let numbers = |name: &str| table.numbers(name).unwrap();
        assert_eq!(numbers("lambda"), [Some(0.5), None]);
        assert_eq!(numbers("train_mse"), [Some(0.25), Some(2.0)]);
        assert_eq!(numbers("train_error"), [Some(0.0), Some(0.5)]);
        // squares 1, 1, 0, 1 of the first readout: mean 3/4, variance 3/16
        assert_eq!(numbers("test_mse"), [Some(0.75), Some(0.0)]);
        assert_eq!(numbers("test_mse_standard_error")[0], Some((3.0_f64 / 64.0).sqrt()));
        assert_eq!(numbers("test_error"), [Some(0.25), Some(0.0)]);
        assert_eq!(numbers("n_test"), [Some(4.0), Some(4.0)]);
    }

    #[test]
    fn zero_may_count_as_an_error_and_empty_splits_are_empty() {
        let table = score(&json!({"zero_counts_as": "error"}));
        assert_eq!(table.numbers("test_error").unwrap(), [Some(0.5), Some(0.0)]);
        assert_eq!(table.column("validation_mse").unwrap(), [Cell::Null, Cell::Null]);
    }
}
