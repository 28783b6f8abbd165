//! `picture-agreement`: how alike two sets of pictures are.

use crate::artifact::Picture;
use crate::math::statistics::spearman;
use crate::step::prelude::*;

/// `picture-agreement`
pub struct PictureAgreement;

/// Parameters of `picture-agreement`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

const SLOTS: [Slot; 2] = [
    Slot::one("a", &[ValueType::Pictures]).doc("Pictures."),
    Slot::one("b", &[ValueType::Pictures]).doc("Pictures with the same places."),
];

const HEADER: [&str; 3] = ["row", "column", "correlation"];

impl Kind for PictureAgreement {
    type Params = Params;
    const NAME: &'static str = "picture-agreement";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Compares the pictures at the same place of two grids.",
        details: "Spearman's rank correlation over pixels, for every row and column that both grids have: 1 where both \
                  order the pixels alike, whatever their scale.",
        cites: &[],
        inputs: &SLOTS,
        outputs: &[Port::new("table", ValueType::Table).doc("Columns `row`, `column`, `correlation`.")],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let numbers = inputs.get("a").map_or(0, Shape::memory_bytes) as f64;
        Ok(Plan { flops: 20.0 * numbers, ..Plan::light(vec![Shape::Table]) })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(Header::of(&HEADER).keys(&["row", "column"]).texts(&["row", "column"]).more_is_better(&["correlation"]))
    }

    fn run(&self, _: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let (a, b) = (inputs.one::<Pictures>("a")?, inputs.one::<Pictures>("b")?);
        let mut rows = Vec::new();
        for picture in &a.pictures {
            let same_place = |other: &&Picture| other.row == picture.row && other.column == picture.column;
            if let Some(other) = b.pictures.iter().find(same_place) {
                let correlation = spearman(&picture.values, &other.values)?;
                rows.push(vec![picture.row.as_str().into(), picture.column.as_str().into(), Cell::Float(correlation)]);
            }
        }
        if rows.is_empty() {
            let reason = "no picture has a place that one of `a` has; compare pictures of the same kind".to_owned();
            return Err(StepError::Input { slot: "b".to_owned(), reason });
        }
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Geometry, Origin, PictureScale, Pictures};
    use crate::experiment::testing::Check;
    use serde_json::json;

    fn pictures(list: &[(&str, [f64; 4])]) -> Value {
        let picture = |(column, values): &(&str, [f64; 4])| Picture {
            row: "mean".into(),
            column: (*column).into(),
            note: String::new(),
            scale: PictureScale::Magnitude,
            geometry: Geometry { channels: 1, height: 2, width: 2 },
            values: values.to_vec(),
        };
        Value::Pictures(Pictures { pictures: list.iter().map(picture).collect(), origin: Origin::default() })
    }

    #[test]
    fn places_that_both_have_are_compared_by_rank() {
        let a = pictures(&[("layer 1", [1.0, 2.0, 3.0, 4.0]), ("layer 2", [1.0, 2.0, 3.0, 4.0]), ("input", [0.0; 4])]);
        let b = pictures(&[("layer 2", [8.0, 4.0, 2.0, 1.0]), ("layer 1", [0.1, 0.2, 0.3, 9.0])]);
        let made = Check::of(&PictureAgreement).run(&json!({}), vec![("a", a.clone()), ("b", b)]).remove(0);
        let Value::Table(table) = made else { panic!("a table") };
        let found = table.numbers("correlation").unwrap();
        assert!(found.iter().zip([1.0, -1.0]).all(|(f, e)| (f.unwrap() - e).abs() < 1e-15) && found.len() == 2);
        let other = pictures(&[("elsewhere", [0.0, 1.0, 2.0, 3.0])]);
        let error = Check::of(&PictureAgreement).fail(&json!({}), vec![("a", a), ("b", other)]).to_string();
        assert!(error.contains("input `b`"), "{error}");
    }
}
