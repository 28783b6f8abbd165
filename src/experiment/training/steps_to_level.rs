//! After how many steps a column of a trajectory first reaches a level.

use crate::math::statistics::curve::{Crossing, first_crossing};
use crate::step::prelude::*;

/// `steps-to-level`
pub struct StepsToLevel;

/// From which side a level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// From above, as an error does.
    #[default]
    Falling,
    /// From below, as an accuracy does.
    Rising,
}

/// Parameters of `steps-to-level`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The column that reaches the level.
    #[serde(default = "test_error")]
    #[schemars(extend("format" = "column"))]
    pub column: String,
    /// The level, in the column's unit.
    #[schemars(range(min = -1e15, max = 1e15))]
    pub level: f64,
    /// From which side.
    #[serde(default)]
    pub direction: Side,
}

fn test_error() -> String {
    "test_error".to_owned()
}

const HEADER: [&str; 4] = ["steps_needed", "reached", "steps", "log10_steps"];

impl Kind for StepsToLevel {
    type Params = Params;
    const NAME: &'static str = "steps-to-level";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The steps of training after which a column first reaches a level.",
        details: "Straight lines between the recorded steps. A trajectory that begins beyond the level needs as many \
                  steps as its first row has; one that never reaches it is censored: `steps_needed` is null, and \
                  `steps` the last step recorded, less than what it needs.",
        cites: &["ricci-2026"],
        inputs: &[Slot::one("trajectory", &[ValueType::Table])
            .doc("A table with a column `step`, as of `train-network` or `network-score`.")],
        outputs: &[Port::new("steps", ValueType::Table).doc(
            "One row: `steps_needed`, null where the level is not reached; `reached`, 1 or 0; `steps`, and its \
             logarithm (of at least 1).",
        )],
    };

    fn plan(&self, _: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).less_is_better(&HEADER))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (steps, values) = curve(inputs.one::<Table>("trajectory")?, &params.column)?;
        let rising = params.direction == Side::Rising;
        let needed = match first_crossing((&steps, &values), params.level, rising) {
            Crossing::At(step) => Some(step),
            Crossing::Before => steps.first().copied(),
            Crossing::Never => None,
        };
        let last = steps.last().copied().unwrap_or(0.0);
        let at_least = needed.unwrap_or(last);
        let row = vec![
            Cell::from(needed),
            f64::from(u8::from(needed.is_some())).into(),
            at_least.into(),
            at_least.max(1.0).log10().into(),
        ];
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &[row])?)])
    }
}

// Steps, ascending, and values, without the rows that lack one.
fn curve(table: &Table, column: &str) -> Result<(Vec<f64>, Vec<f64>), StepError> {
    let (steps, values) = (table.numbers("step")?, table.numbers(column)?);
    let mut points: Vec<(f64, f64)> = steps.into_iter().zip(values).filter_map(|(s, v)| s.zip(v)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    if points.is_empty() {
        let reason = format!("there is no number in `step` and `{column}`");
        return Err(StepError::Input { slot: "trajectory".to_owned(), reason });
    }
    Ok(points.into_iter().unzip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::{Value as Json, json};

    fn found(extra: &Json, rows: &[(usize, Option<f64>)]) -> [Option<f64>; 4] {
        let mut params = json!({"level": 0.2});
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let rows: Vec<Vec<Cell>> = rows.iter().map(|&(step, v)| vec![step.into(), Cell::from(v)]).collect();
        let table = Table::from_rows(&["step", "test_error"], &rows).unwrap();
        match Check::of(&StepsToLevel).run(&params, vec![("trajectory", Value::Table(table))]).remove(0) {
            Value::Table(table) => HEADER.map(|name| table.numbers(name).unwrap()[0]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_between_rows_cross_the_level() {
        let falling = [(0, Some(0.5)), (10, Some(0.3)), (30, Some(0.1)), (40, Some(0.25))];
        let [needed, reached, steps, log] = found(&json!({}), &falling);
        assert!((needed.unwrap() - 20.0).abs() < 1e-12 && (log.unwrap() - 20.0_f64.log10()).abs() < 1e-12);
        assert_eq!((reached, steps), (Some(1.0), needed));
        let rising: Vec<(usize, Option<f64>)> = falling.iter().map(|&(s, v)| (s, v.map(|v| 1.0 - v))).collect();
        let mirrored = found(&json!({"level": 0.8, "direction": "rising"}), &rising);
        assert!((mirrored[0].unwrap() - needed.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn what_is_never_reached_is_censored_and_what_was_there_is_at_the_start() {
        let never = found(&json!({}), &[(0, Some(0.5)), (40, None), (20, Some(0.3))]);
        assert_eq!(never, [None, Some(0.0), Some(20.0), Some(20.0_f64.log10())]);
        let before = found(&json!({}), &[(0, Some(0.1)), (20, Some(0.3))]);
        assert_eq!(before, [Some(0.0), Some(1.0), Some(0.0), Some(0.0)]);
    }

    #[test]
    fn a_column_without_numbers_is_refused() {
        let table = Table::from_rows(&["step", "test_error"], &[vec![Cell::Int(0), Cell::Null]]).unwrap();
        let error = Check::of(&StepsToLevel).fail(&json!({"level": 0.2}), vec![("trajectory", Value::Table(table))]);
        assert!(error.to_string().contains("no number in `step` and `test_error`"), "{error}");
    }
}
