//! Predicted against measured sample sizes of features.

use crate::math::lofi::subsample::first_crossing;
use crate::step::prelude::*;

/// `emergence-threshold`
pub struct EmergenceThreshold;

/// Parameters of `emergence-threshold`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergenceThresholdParams {
    /// The mean squared overlap at which a feature counts as there.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.001, max = 0.999))]
    pub level: f64,
}

const MEASURED: [&str; 3] = ["measured_n", "measured_n_any_place", "measured_over_predicted"];

impl Kind for EmergenceThreshold {
    type Params = EmergenceThresholdParams;
    const NAME: &'static str = "emergence-threshold";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Lays the predicted sample size of each feature beside the measured one.",
        details: "measured_n is where the mean squared overlap first reaches the level, linear in log n between sizes; \
                  null where the smallest subsample is already there or the largest is not. \
                  measured_n_any_place is the same of squared_overlap_any_place. measured_over_predicted = measured_n/predicted_n says how far the scale is off, whatever the order.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("predictions", &[ValueType::Table]).doc("The table of `emergence-prediction`."),
            Slot::one("overlaps", &[ValueType::Table]).doc("The table of `emergence-overlap` on the same directions."),
        ],
        outputs: &[
            Port::new("thresholds", ValueType::Table)
                .doc("The predictions with measured_n, measured_n_any_place and measured_over_predicted."),
            Port::new("curves", ValueType::Table)
                .doc("The overlaps with their eigenvector's predicted_n in every row, for figures."),
        ],
    };

    fn plan(&self, _: &Self::Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table, Shape::Table]))
    }

    fn header(&self, port: &str, _: &Self::Params, inputs: &Headers) -> Option<Header> {
        match port {
            "thresholds" => Some(inputs.one("predictions")?.clone().with(&Header::of(&MEASURED))),
            "curves" => Some(inputs.one("overlaps")?.clone().with(&Header::of(&["predicted_n"]))),
            _ => None,
        }
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (predictions, overlaps) = (inputs.one::<Table>("predictions")?, inputs.one::<Table>("overlaps")?);
        let (keys, predicted) = (predictions.column("eigenvector")?, predictions.numbers("predicted_n")?);
        let of = |column: &str| -> Result<Vec<Option<f64>>, StepError> {
            keys.iter().map(|key| measured(overlaps, (key, column), params.level)).collect()
        };
        let (measured, any) = (of("squared_overlap")?, of("squared_overlap_any_place")?);
        let ratio = |(m, p): (&Option<f64>, &Option<f64>)| Cell::from(m.zip(*p).map(|(m, p)| m / p));
        let ratios = measured.iter().zip(&predicted).map(ratio).collect();
        let thresholds = with_columns(
            predictions,
            vec![
                ("measured_n".to_owned(), measured.iter().copied().map(Cell::from).collect()),
                ("measured_n_any_place".to_owned(), any.into_iter().map(Cell::from).collect()),
                ("measured_over_predicted".to_owned(), ratios),
            ],
        )?;
        let predicted_of =
            |key: &Cell| keys.iter().position(|k| k.total_cmp(key).is_eq()).and_then(|place| predicted[place]);
        let beside = overlaps.column("eigenvector")?.iter().map(|key| Cell::from(predicted_of(key))).collect();
        let curves = with_columns(overlaps, vec![("predicted_n".to_owned(), beside)])?;
        Ok(vec![Value::Table(thresholds), Value::Table(curves)])
    }
}

fn measured(overlaps: &Table, (eigenvector, column): (&Cell, &str), level: f64) -> Result<Option<f64>, StepError> {
    let keys = overlaps.column("eigenvector")?;
    let (sizes, values) = (overlaps.numbers("n_train")?, overlaps.numbers(column)?);
    let rows = (0..keys.len()).filter(|&row| keys[row].total_cmp(eigenvector).is_eq());
    let mut points: Vec<(f64, f64)> = rows.filter_map(|row| sizes[row].zip(values[row])).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(first_crossing(&points, level)?)
}

fn with_columns(table: &Table, more: Vec<(String, Vec<Cell>)>) -> Result<Table, StepError> {
    let own = table.names().into_iter().map(|name| Ok((name.clone(), table.column(&name)?)));
    let columns = own.collect::<Result<Vec<_>, StepError>>()?;
    Ok(Table::new(columns.into_iter().chain(more).collect())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::json;

    fn tables() -> (Table, Table) {
        let predictions = [(1, 20.0), (2, 40.0), (3, 80.0)];
        let rows: Vec<Vec<Cell>> = predictions.iter().map(|&(i, n)| vec![Cell::Int(i), Cell::Float(n)]).collect();
        let predictions = Table::from_rows(&["eigenvector", "predicted_n"], &rows).unwrap();
        // the first is there from the start, the second at 100·√10, the third never
        let curves = [(1, [0.6, 0.8, 0.9]), (2, [0.1, 0.3, 0.7]), (3, [0.0, 0.1, 0.2])];
        let point = |i: i64| move |(n, o): (i64, f64)| vec![Cell::Int(i), n.into(), o.into(), (o + 0.25).into()];
        let rows: Vec<Vec<Cell>> =
            curves.into_iter().flat_map(|(i, curve)| [10, 100, 1000].into_iter().zip(curve).map(point(i))).collect();
        let header = ["eigenvector", "n_train", "squared_overlap", "squared_overlap_any_place"];
        (predictions, Table::from_rows(&header, &rows).unwrap())
    }

    #[test]
    fn thresholds_by_hand() {
        let (predictions, overlaps) = tables();
        let inputs = vec![("predictions", Value::Table(predictions)), ("overlaps", Value::Table(overlaps))];
        let outputs = Check::of(&EmergenceThreshold).run(&json!({}), inputs);
        let [Value::Table(thresholds), Value::Table(curves)] = &outputs[..] else { panic!("two tables") };
        let measured = thresholds.numbers("measured_n").unwrap();
        assert_eq!((measured[0], measured[2]), (None, None));
        assert!((measured[1].unwrap() - 10_f64.powf(2.5)).abs() < 1e-9);
        // 0.35, 0.55, 0.95
        let any = thresholds.numbers("measured_n_any_place").unwrap();
        assert!((any[1].unwrap() - 10_f64.powf(1.75)).abs() < 1e-9 && any[2].is_none());
        let ratio = thresholds.numbers("measured_over_predicted").unwrap();
        assert!((ratio[1].unwrap() - 10_f64.powf(2.5) / 40.0).abs() < 1e-10 && ratio[0].is_none());
        let beside = curves.numbers("predicted_n").unwrap();
        assert_eq!((beside[0], beside[5], curves.height()), (Some(20.0), Some(40.0), 9));
    }
}
