//! A value of an axis in words.

use super::number::short;
use crate::artifact::Cell;
use crate::step::roles::Axis;

impl Axis {
    /// A single value of the column as a legend or a panel names it: a text as it is, a number with the column's name.
    #[must_use]
    pub fn names(&self, value: &Cell) -> String {
        match value {
            Cell::Text(text) => text.clone(),
            Cell::Null => format!("no {}", self.in_words()),
            other => format!("{}\u{a0}=\u{a0}{}", self.name(), self.shown(other)),
        }
    }

    /// A single value as the tick of a categorical axis.
    #[must_use]
    pub fn shown(&self, value: &Cell) -> String {
        match value {
            Cell::Null => "–".to_owned(),
            Cell::Int(_) | Cell::Float(_) => short(self.number(value.as_f64().unwrap_or(0.0))),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Table;

    fn axis(json: &str) -> Result<Axis, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn both_forms_mean_the_same() {
        let short = axis(r#""test_error""#).unwrap();
        assert_eq!(short, axis(r#"{"column": "test_error"}"#).unwrap());
        let stored = serde_json::to_string(&short).unwrap();
        assert_eq!(short, axis(&stored).unwrap());
        assert!(axis(r#"{"column": "a", "lable": "b"}"#).unwrap_err().contains("unknown field `lable`"));
        assert!(axis("3").unwrap_err().contains("a column's name"));
    }

    #[test]
    fn logarithms_are_shown_as_the_numbers_that_they_are_of() {
        let steps = axis(r#"{"column": "log10_steps", "label": "Steps", "log10": true}"#).unwrap();
        assert!((steps.number(3.0) - 1000.0).abs() < 1e-9);
        assert_eq!(axis(&serde_json::to_string(&steps).unwrap()).unwrap(), steps);
        assert_eq!(serde_json::to_string(&Axis::of("n")).unwrap().matches("log10").count(), 0);
    }

    #[test]
    fn no_interval_leaves_what_the_quantity_can_be() {
        let row = |low: f64, high: f64| vec![Cell::from(low), Cell::from(high)];
        let table = Table::from_rows(&["low", "high"], &[row(-0.2, 0.5), row(0.9, 1.1)]).unwrap();
        let ends = |json: &str| axis(json).unwrap().interval(&table, Some(("low", "high"))).unwrap();
        assert_eq!(ends(r#""share""#), [Some((-0.2, 0.5)), Some((0.9, 1.1))]);
        let share = r#"{"column": "share", "at_least": 0, "at_most": 1, "scale": 100}"#;
        assert_eq!(ends(share), [Some((0.0, 50.0)), Some((90.0, 100.0))]);
    }

    #[test]
    fn labels() {
        for (column, label) in [("test_error", "Test error"), ("k1", "k₁"), ("n_train", "Training samples n"), ("", "")]
        {
            assert_eq!(Axis::of(column).label(), label);
        }
        let percent = axis(r#"{"column": "test_error", "unit": "%", "scale": 100}"#).unwrap();
        assert_eq!(percent.label(), "Test error (%)");
        assert_eq!(percent.in_words(), "test error (%)");
        assert_eq!(Axis::of("depth").names(&Cell::Int(2)), "Depth\u{a0}=\u{a0}2");
        assert_eq!(Axis::of("model").names(&"LoFi".into()), "LoFi");
    }
}
