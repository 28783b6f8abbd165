//! How good a network is along its training, on samples that it need not have been trained on.

use super::network::{PointSource, at_checkpoint, features};
use super::network_features::check_input;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::statistics::metrics::{Estimate, ZeroPrediction, classification_error, mean_squared_error};
use crate::step::prelude::*;

/// `network-score`
pub struct NetworkScore;

/// `network-score` has no parameters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

const HEADER: [&str; 6] =
    ["step", "test_error", "test_error_standard_error", "test_accuracy", "test_mse", "mean_output"];

impl Kind for NetworkScore {
    type Params = Params;
    const NAME: &'static str = "network-score";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Scores every checkpoint of a network on the test samples.",
        details: "The samples need not be those of the training: a network that was trained on one representation of \
                  images can be scored on another. An output of exactly 0 counts as +1, as in training.",
        cites: &["ricci-2026"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("Samples of the layout that the network takes; the test split is scored."),
            Slot::one("network", &[ValueType::Network]).doc("A network with one output, at its checkpoints."),
        ],
        outputs: &[Port::new("trajectory", ValueType::Table).doc(
            "A row a checkpoint: share of wrong signs with its standard error, accuracy = 1 − error, mean squared \
             error, mean output.",
        )],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(Shape::Network { parameters, checkpoints, .. }) = inputs.get("network") else {
            return Err(vec![Problem::at("network", "expected a network")]);
        };
        if sizes.test == 0 {
            return Err(vec![Problem::at("x", "there are no test samples").help("set `n_test` of the data step")]);
        }
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: 8 * parameters as u64 + matrix_bytes(sizes.test, sizes.dim.unwrap_or(0)) / 2,
            flops: 2.0 * sizes.test as f64 * parameters as f64 * checkpoints as f64,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(
            Header::of(&HEADER)
                .keys(&["step"])
                .spreads(&["test_error_standard_error"])
                .shares(&["test_error", "test_error_standard_error", "test_accuracy"])
                .less_is_better(&["test_error", "test_mse"])
                .more_is_better(&["test_accuracy"]),
        )
    }

    fn run(&self, _: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, network) = (inputs.one::<Representation>("x")?, inputs.one::<Network>("network")?);
        check_input(x, network)?;
        let labels = &x.labels.test;
        let source = PointSource::new(&x.samples.test, labels);
        let mut rows = Vec::with_capacity(network.checkpoints.len());
        for (index, checkpoint) in network.checkpoints.iter().enumerate() {
            context.check()?;
            let trained = at_checkpoint(network, index)?;
            let last = trained.architecture().layers().len();
            let outputs = features(&trained, last, (&source, usize::MAX));
            if outputs.ncols() != 1 {
                let reason = format!("it gives {} numbers, expected 1", outputs.ncols());
                return Err(StepError::Input { slot: "network".to_owned(), reason });
            }
            rows.push(row(checkpoint.step, outputs.as_slice(), labels)?);
        }
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

fn row(step: usize, outputs: &[f64], labels: &[f64]) -> Result<Vec<Cell>, StepError> {
    let Estimate { mean: error, standard_error } = classification_error(outputs, labels, ZeroPrediction::IsPositive)?;
    let squared = mean_squared_error(outputs, labels)?.mean;
    let mean = outputs.iter().sum::<f64>() / outputs.len() as f64;
    Ok(vec![step.into(), error.into(), standard_error.into(), (1.0 - error).into(), squared.into(), mean.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::TrainNetwork;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::json;

    fn trained() -> Vec<Value> {
        let params = json!({
            "layers": [
                {"convolution": {"width": 3, "window": 2}}, {"activation": "relu"}, {"dense": {"width": 1, "bias": true}}
            ],
            "learning_rate": 0.1, "batch": 5, "steps": 20, "checkpoints": [0, 7], "evaluate_at": [0, 7], "seed": 1
        });
        Check::of(&TrainNetwork).run(&params, vec![("x", Value::Representation(pixels(12, 2, 30)))])
    }

    fn score(test: usize, network: &Value) -> Table {
        let inputs = vec![("x", Value::Representation(pixels(12, 2, test))), ("network", network.clone())];
        match Check::of(&NetworkScore).run(&json!({}), inputs).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn on_its_own_test_samples_a_network_scores_as_in_training() {
        let outputs = trained();
        let Value::Table(trajectory) = &outputs[0] else { panic!("a table") };
        let found = score(30, &outputs[2]);
        assert_eq!(found.numbers("step").unwrap(), [Some(0.0), Some(7.0), Some(20.0)]);
        assert_eq!(found.numbers("test_error").unwrap(), trajectory.numbers("test_error").unwrap());
        let (mse, loss) = (found.numbers("test_mse").unwrap(), trajectory.numbers("test_loss").unwrap());
        assert!(mse.iter().zip(&loss).all(|(a, b)| (a.unwrap() - b.unwrap()).abs() < 1e-6));
    }

    #[test]
    fn accuracy_and_error_add_to_one_and_single_samples_average() {
        let network = trained().remove(2);
        let found = score(30, &network);
        let column = |name: &str| found.numbers(name).unwrap().into_iter().flatten().collect::<Vec<f64>>();
        assert!(column("test_error").iter().zip(column("test_accuracy")).all(|(e, a)| (e + a - 1.0).abs() < 1e-15));
        let standard = |e: f64| (e * (1.0 - e) / 30.0).sqrt();
        let pairs = column("test_error").into_iter().zip(column("test_error_standard_error"));
        assert!(pairs.into_iter().all(|(e, s)| (standard(e) - s).abs() < 1e-12));
    }

    #[test]
    fn samples_of_another_layout_or_none_are_refused() {
        let network = trained().remove(2);
        let inputs = |x| vec![("x", Value::Representation(x)), ("network", network.clone())];
        let none = Check::of(&NetworkScore).refuse(&json!({}), inputs(pixels(3, 0, 0)));
        assert_eq!(none[0].message, "there are no test samples");
        let images = pixels(3, 0, 2);
        let flat = images.with_features(
            images.samples.train.to_matrix(),
            images.samples.validation.to_matrix(),
            images.samples.test.to_matrix(),
        );
        let error = Check::of(&NetworkScore).fail(&json!({}), inputs(flat)).to_string();
        assert!(error.contains("samples are 12 x 1 x 1, the network takes 2 x 2 x 3"), "{error}");
    }
}
