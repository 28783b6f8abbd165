//! One value of a table.

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::cmp::Ordering;

/// One value of a table, or of a sweep axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing: the row has no such column.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    Float(f64),
    /// A text.
    Text(String),
}

impl Cell {
    /// The number, whole or real.
    #[must_use]
    pub const fn as_f64(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "counts in tables are far below 2^53")]
            Self::Int(v) => Some(*v as f64),
            Self::Float(v) => Some(*v),
            _ => None,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing stands here.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A total order: nothing, then truth values, numbers, texts. Equal by it is what equal means for values of tables
    /// and sweeps: 1 = 1.0 and 0.0 = −0.0, and whole numbers are compared as such, however large.
    #[must_use]
    pub fn total_cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => {
                if a == b {
                    Ordering::Equal
                } else {
                    a.total_cmp(b)
                }
            }
            (Self::Int(a), Self::Float(b)) => whole_to_real(*a, *b),
            (Self::Float(a), Self::Int(b)) => whole_to_real(*b, *a).reverse(),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Whether this value, as a study or a published table writes it, means a value of a table: an equal one, or the text
    /// that it is written as. Labels are texts, so `where: {model: 10}` means the label `10`.
    #[must_use]
    pub fn means(&self, value: &Self) -> bool {
        match (self, value) {
            (Self::Int(_) | Self::Float(_), Self::Text(text)) => {
                Self::number(text).is_some_and(|number| number.total_cmp(self).is_eq())
            }
            (Self::Bool(truth), Self::Text(text)) => *text == truth.to_string(),
            _ => self.total_cmp(value).is_eq(),
        }
    }

    /// The number that a text is, as YAML and CSV write numbers; nothing where it is none, or not finite.
    #[must_use]
    pub fn number(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let whole = text.parse().ok().map(Self::Int);
        whole.or_else(|| text.parse().ok().filter(|v: &f64| v.is_finite()).map(Self::Float))
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::Float(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

/// A whole number beside a real one, without rounding either.
#[expect(clippy::cast_possible_truncation, reason = "within the whole numbers, where truncating is exact")]
fn whole_to_real(whole: i64, real: f64) -> Ordering {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if real.is_nan() {
        return if real.is_sign_negative() { Ordering::Greater } else { Ordering::Less };
    }
    if real >= END {
        return Ordering::Less;
    }
    if real < -END {
        return Ordering::Greater;
    }
    whole.cmp(&(real as i64)).then_with(|| 0.0_f64.partial_cmp(&real.fract()).unwrap_or(Ordering::Equal))
}

impl schemars::JsonSchema for Cell {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cell".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["string", "number", "boolean", "null"]})
    }
}

impl std::fmt::Display for Cell {
    /// Numbers in the shortest form that reads back to the same value; nothing as an empty text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::Float(v) => write!(f, "{v:?}"),
            Self::Text(v) => f.write_str(v),
        }
    }
}

impl From<f64> for Cell {
    fn from(v: f64) -> Self {
        Self::Float(v)
    }
}
impl From<Option<f64>> for Cell {
    fn from(v: Option<f64>) -> Self {
        v.map_or(Self::Null, Self::Float)
    }
}
impl From<i64> for Cell {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<usize> for Cell {
    fn from(v: usize) -> Self {
        i64::try_from(v).map_or(Self::Null, Self::Int)
    }
}
impl From<bool> for Cell {
    fn from(v: bool) -> Self {
        Self::Bool(v)
    }
}
impl From<&str> for Cell {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}
impl From<String> for Cell {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl Visitor<'_> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a single value: a number, a text, true, false or null")
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(v))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Cell, E> {
        Ok(Cell::Int(v))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Cell, E> {
        i64::try_from(v).map(Cell::Int).map_err(|_| E::custom(format!("the whole number {v} is too large")))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Cell, E> {
        Ok(Cell::Float(v))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Cell, E> {
        Ok(Cell::Text(v.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(a: &Cell, b: &Cell) -> Ordering {
        assert_eq!(a.total_cmp(b), b.total_cmp(a).reverse(), "{a} {b}");
        a.total_cmp(b)
    }

    #[test]
    fn whole_numbers_are_compared_as_whole_numbers() {
        let large = 9_007_199_254_740_992; // 2^53
        assert_eq!(order(&Cell::Int(large), &Cell::Int(large + 1)), Ordering::Less);
        assert_eq!(order(&Cell::Int(large + 1), &Cell::Float(9_007_199_254_740_992.0)), Ordering::Greater);
        assert_eq!(order(&Cell::Int(i64::MAX), &Cell::Float(9_223_372_036_854_775_808.0)), Ordering::Less);
        assert_eq!(order(&Cell::Int(i64::MIN), &Cell::Float(-9_223_372_036_854_775_808.0)), Ordering::Equal);
        assert_eq!(order(&Cell::Int(i64::MIN), &Cell::Float(f64::NEG_INFINITY)), Ordering::Greater);
    }

    #[test]
    fn equal_numbers_are_equal_however_written() {
        assert_eq!(order(&Cell::Int(1), &Cell::Float(1.0)), Ordering::Equal);
        assert_eq!(order(&Cell::Float(0.0), &Cell::Float(-0.0)), Ordering::Equal);
        assert_eq!(order(&Cell::Int(0), &Cell::Float(-0.0)), Ordering::Equal);
        assert_eq!(order(&Cell::Int(0), &Cell::Float(-5e-324)), Ordering::Greater);
        assert_eq!(order(&Cell::Int(3), &Cell::Float(3.5)), Ordering::Less);
    }

    #[test]
    fn a_number_means_the_label_that_it_is_written_as() {
        let label = |text: &str| Cell::Text(text.to_owned());
        for (written, text) in
            [(Cell::Int(10), "10"), (Cell::Float(1.0), "1.0"), (Cell::Float(10.0), "1e1"), (Cell::Bool(true), "true")]
        {
            assert!(written.means(&label(text)), "{written} {text}");
        }
        for (written, text) in
            [(Cell::Int(10), "11"), (Cell::Float(f64::NAN), "nan"), (Cell::Null, ""), (Cell::Int(10), "10 x")]
        {
            assert!(!written.means(&label(text)), "{written} {text}");
        }
        assert!(!label("10").means(&Cell::Int(10)));
        assert!(Cell::Int(10).means(&Cell::Float(10.0)));
    }

    #[test]
    fn a_list_is_no_single_value() {
        let error = serde_json::from_str::<Cell>("[1]").unwrap_err().to_string();
        assert!(error.contains("expected a single value"), "{error}");
    }

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            any::<i64>().prop_map(Cell::Int),
            any::<f64>().prop_map(Cell::Float),
            (-3i64..3).prop_map(Cell::Int),
            (-6i64..6).prop_map(|v| Cell::Float(v as f64 / 2.0)),
            Just(Cell::Null),
            any::<bool>().prop_map(Cell::Bool),
            "[a-c0-2]{0,2}".prop_map(Cell::Text),
        ]
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in cell(), b in cell(), c in cell()) {
            prop_assert_eq!(a.total_cmp(&b), b.total_cmp(&a).reverse());
            let mut three = [a, b, c];
            three.sort_by(Cell::total_cmp);
            prop_assert!(three[0].total_cmp(&three[1]).is_le() && three[1].total_cmp(&three[2]).is_le());
            prop_assert!(three[0].total_cmp(&three[2]).is_le());
        }
    }
}
