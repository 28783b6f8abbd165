//! A spectrum as a table.

use crate::math::statistics::separation::separation;
use crate::step::prelude::*;

/// `spectrum-table`
pub struct SpectrumTable;

/// Parameters of `spectrum-table`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Eigenvalues that are looked at one by one; the others are the bulk.
    #[schemars(range(min = 1, max = 100_000))]
    pub leading: usize,
}

const SEPARATION: [&str; 5] = ["weakest", "next", "gap", "bulk_width", "distance"];

const HEADER: [&str; 5] = ["index", "eigenvalue", "magnitude", "share", "leading"];

impl Kind for SpectrumTable {
    type Params = Params;
    const NAME: &'static str = "spectrum-table";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "A spectrum as a table, and how far its leading eigenvalues stand out of the bulk.",
        details: "The bulk is every eigenvalue that the spectrum holds but the leading ones by magnitude; a filter that \
                  holds few pairs has a bulk of few. weakest is the smallest leading magnitude, next the largest of the \
                  bulk, gap = weakest/next, bulk_width the bulk's standard deviation, and distance that of the nearest leading \
                  eigenvalue from the bulk's mean in units of bulk_width.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("spectrum", &[ValueType::Spectrum]).doc("Eigenvalues by descending magnitude.")],
        outputs: &[
            Port::new("table", ValueType::Table).doc(
                "A row for each eigenvalue: index (from 1), eigenvalue, magnitude, share of the sum of all \
                 magnitudes, leading.",
            ),
            Port::new("separation", ValueType::Table).doc("One row: weakest, next, gap, bulk_width, distance."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        match inputs.get("spectrum") {
            Some(Shape::Spectrum { rank, .. }) if rank < params.leading + 2 => {
                let message = format!("{} leading eigenvalues of {rank} leave no bulk", params.leading);
                let help = "lower `leading`, or let the filter give more pairs (`pairs` or `keep`)";
                Err(vec![Problem::at("leading", message).help(help)])
            }
            _ => Ok(Plan::light(vec![Shape::Table, Shape::Table])),
        }
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "table" => Some(Header::of(&HEADER).keys(&["index"]).shares(&["share"]).truths(&["leading"])),
            "separation" => Some(Header::of(&SEPARATION)),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let spectrum = inputs.one::<Spectrum>("spectrum")?;
        let found = separation(&spectrum.values, params.leading)?;
        let total: f64 = spectrum.values.iter().map(|v| v.abs()).sum();
        let row = |(i, &value): (usize, &f64)| -> Vec<Cell> {
            let magnitude = value.abs();
            let leading = i < params.leading;
            let share = magnitude / total;
            vec![(i + 1).into(), value.into(), magnitude.into(), share.into(), leading.into()]
        };
        let rows: Vec<Vec<Cell>> = spectrum.values.iter().enumerate().map(row).collect();
        let numbers = [found.weakest, found.next, found.gap, found.bulk_width, found.distance];
        let one = Table::from_rows(&SEPARATION, &[numbers.map(Cell::from).to_vec()])?;
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?), Value::Table(one)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Origin, Spectrum};
    use crate::experiment::testing::Check;
    use crate::math::linalg::Matrix;
    use serde_json::json;

    fn spectrum(values: &[f64]) -> Value {
        let vectors = Matrix::identity(9, values.len());
        Value::Spectrum(Spectrum { values: values.to_vec(), vectors, operator: "C".into(), origin: Origin::default() })
    }

    #[test]
    fn rows_by_hand() {
        let x = spectrum(&[-8.0, 6.0, 3.0, -1.0, 1.0, 1.0]);
        let outputs = Check::of(&SpectrumTable).run(&json!({"leading": 2}), vec![("spectrum", x)]);
        let [Value::Table(table), Value::Table(one)] = &outputs[..] else { panic!("two tables") };
        let numbers = |t: &Table, c: &str| t.numbers(c).unwrap().into_iter().flatten().collect::<Vec<f64>>();
        assert_eq!(numbers(table, "index"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(numbers(table, "eigenvalue")[..3], [-8.0, 6.0, 3.0]);
        assert_eq!(numbers(table, "share")[..2], [0.4, 0.3]);
        let leading = table.column("leading").unwrap();
        assert_eq!(leading[..3], [true.into(), true.into(), Cell::Bool(false)]);
        assert_eq!((numbers(one, "next")[0], numbers(one, "gap")[0]), (3.0, 2.0));
        assert!((numbers(one, "distance")[0] - 5.0 / (8.0_f64 / 3.0).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_spectrum_without_bulk_is_refused() {
        let x = spectrum(&[3.0, 2.0, 1.0]);
        let problems = Check::of(&SpectrumTable).refuse(&json!({"leading": 2}), vec![("spectrum", x)]);
        assert_eq!(problems[0].message, "2 leading eigenvalues of 3 leave no bulk");
    }
}
