//! How far a value may move: by the role of its column, or by what the study says of it.

use super::sheet::{Column, ColumnType, Sheet};
use crate::artifact::Cell;
use crate::study::{SampleCount, Tolerance};

/// Allowed relative change of a real number of which the study says nothing: the same seeds give the same numbers, so
/// this is for the rounding of another processor, and far below anything that matters.
pub(super) const RELATIVE: f64 = 1e-6;

/// The same as a share of the column's largest number, where numbers near zero are what cancellation left over.
const FLOOR: f64 = 1e-8;

/// What a column's values may do.
pub(super) struct Rule<'a> {
    /// The study's own tolerance.
    own: Option<&'a Tolerance>,
    /// How many samples one value is a share of, where errors are counted in samples.
    samples: Vec<f64>,
    /// What rounding leaves of a number near zero.
    floor: f64,
    /// Whether the column has numbers of both signs.
    signed: bool,
}

impl<'a> Rule<'a> {
    /// The rule of a column of the new results, for which the study may have a tolerance. Its scale is taken from these, so that nothing that stands in the baseline
    /// can widen what is allowed of it.
    pub fn of(column: &Column, sheet: &Sheet, own: Option<&'a Tolerance>) -> Self {
        let numbers = || column.cells.iter().filter_map(Cell::as_f64).filter(|v| v.is_finite());
        let signed = numbers().any(|v| v < 0.0) && numbers().any(|v| v > 0.0);
        let floor = FLOOR * numbers().fold(0.0, |largest: f64, v| largest.max(v.abs()));
        Self { own, samples: own.map(|own| samples(own, sheet)).unwrap_or_default(), floor, signed }
    }

    /// The column by whose ties values of this one may change places.
    pub fn tied_by(&self) -> Option<&'a str> {
        self.own?.tied_by.as_deref()
    }

    /// How far a number may move away from another.
    pub fn allowed(&self, old: f64, new: f64, row: usize) -> f64 {
        if let Some(own) = self.own.filter(|own| own.moves()) {
            let samples = self.samples.get(row).copied().unwrap_or(0.0);
            return own.absolute.max(own.relative * old.abs()).max(samples);
        }
        // a number beside nothing has no relative precision
        let near_zero = self.signed || old == 0.0 || new == 0.0;
        (RELATIVE * old.abs()).max(if near_zero { self.floor } else { 0.0 })
    }

    /// How many times what is allowed a value moved; infinite where values must be equal and are not. The row is that of
    /// the new results.
    pub fn severity(&self, old: &Cell, new: &Cell, row: usize) -> f64 {
        let exact = !self.own.is_some_and(Tolerance::moves);
        match (old, new) {
            (Cell::Int(a), Cell::Int(b)) if exact => return if a == b { 0.0 } else { f64::INFINITY },
            (Cell::Null, Cell::Null) => return 0.0,
            (Cell::Text(a), Cell::Text(b)) => return if a == b { 0.0 } else { f64::INFINITY },
            (Cell::Bool(a), Cell::Bool(b)) => return if a == b { 0.0 } else { f64::INFINITY },
            _ => {}
        }
        let (Some(a), Some(b)) = (old.as_f64(), new.as_f64()) else { return f64::INFINITY };
        #[expect(clippy::float_cmp, reason = "what is equal needs no tolerance")]
        if a == b {
            return 0.0;
        }
        let moved = (b - a).abs();
        let allowed = self.allowed(a, b, row);
        if moved.is_finite() && allowed > 0.0 { moved / allowed } else { f64::INFINITY }
    }
}

/// The share of the samples that may be told otherwise, in each row.
fn samples(own: &Tolerance, sheet: &Sheet) -> Vec<f64> {
    let Some(samples) = &own.samples else { return Vec::new() };
    // shares are quotients themselves: one of 50 samples is 0.02 up to rounding
    let share = |n: Option<f64>| n.filter(|&n| n > 0.0).map_or(0.0, |n| samples.count / n * (1.0 + 1e-9));
    match &samples.of {
        SampleCount::Number(n) => vec![share(Some(*n)); sheet.height()],
        SampleCount::Name(name) => sheet.position(name).map_or_else(Vec::new, |index| {
            sheet.columns[index].cells.iter().map(|cell| share(cell.as_f64())).collect()
        }),
    }
}

/// Whether values of two types can be compared one by one.
pub(super) fn comparable(old: ColumnType, new: ColumnType) -> bool {
    old == new || old.is_number() && new.is_number()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Samples;

    fn column(name: &str, cells: Vec<Cell>) -> Column {
        let kind = if matches!(cells[0], Cell::Int(_)) { ColumnType::Whole } else { ColumnType::Real };
        Column { name: name.into(), kind, cells }
    }

    fn reals(values: &[f64]) -> Column {
        column("v", values.iter().map(|&v| Cell::Float(v)).collect())
    }

    fn severity(column: &Column, own: Option<Tolerance>, (old, new): (f64, f64)) -> f64 {
        Rule::of(column, &Sheet::default(), own.as_ref()).severity(&Cell::Float(old), &Cell::Float(new), 0)
    }

    #[test]
    fn a_small_number_beside_a_large_one_is_guarded() {
        let spread = reals(&[1e12, 1e-6]);
        assert!(severity(&spread, None, (1e-6, 1.05e-6)) > 1.0);
        assert!(severity(&spread, None, (1e-6, 1e-6 * (1.0 + 1e-9))) < 1.0);
        // of both signs: what is left of a cancellation has the rounding of what was cancelled
        let signed = reals(&[1.0, -0.5, 1e-12]);
        assert!(severity(&signed, None, (1e-12, 3e-12)) < 1.0);
        assert!(severity(&signed, None, (1e-6, 1.05e-6)) > 1.0);
        assert!(severity(&spread, None, (0.0, 1e-9)) < 1.0);
        assert!(severity(&reals(&[1.0, 0.0]), None, (0.0, 1e-7)) > 1.0);
    }

    #[test]
    fn what_is_no_number_is_infinitely_far_from_one() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for own in [None, Some(Tolerance { absolute: 1e9, relative: 1e9, ..Tolerance::default() })] {
                assert_eq!(severity(&reals(&[1.0]), own.clone(), (odd, 1.0)), f64::INFINITY);
                assert_eq!(severity(&reals(&[1.0]), own.clone(), (1.0, odd)), f64::INFINITY);
                let both = severity(&reals(&[1.0]), own, (odd, odd));
                assert_eq!(both, if odd.is_nan() { f64::INFINITY } else { 0.0 });
            }
        }
        let (rule, one) = (column("v", vec![Cell::Float(1.0)]), Cell::Float(1.0));
        let rule = Rule::of(&rule, &Sheet::default(), None);
        for odd in [Cell::Null, Cell::Text("x".into()), Cell::Bool(true)] {
            assert_eq!(rule.severity(&odd, &one, 0), f64::INFINITY);
            assert_eq!(rule.severity(&one, &odd, 0), f64::INFINITY);
        }
        assert_eq!(rule.severity(&Cell::Null, &Cell::Null, 0), 0.0);
    }

    #[test]
    fn whole_numbers_are_exact_unless_the_study_says_otherwise() {
        let counts = column("v", vec![Cell::Int(1_000_000_007)]);
        let of = |own: Option<Tolerance>, by: i64| {
            let big = (1 << 60) + 1;
            Rule::of(&counts, &Sheet::default(), own.as_ref()).severity(&Cell::Int(big), &Cell::Int(big + by), 0)
        };
        assert_eq!((of(None, 0), of(None, 1)), (0.0, f64::INFINITY));
        assert!(of(Some(Tolerance { absolute: 1000.0, ..Tolerance::default() }), 512) <= 1.0);
    }

    #[test]
    fn a_tolerance_in_samples_is_a_share_of_the_row_or_of_a_number() {
        let sheet = Sheet { columns: vec![column("n", vec![Cell::Int(50), Cell::Int(1000)]), reals(&[0.5, 0.5])] };
        let flips = |of: SampleCount, row: usize| {
            let own = Tolerance { samples: Some(Samples { count: 1.0, of }), ..Tolerance::default() };
            Rule::of(&sheet.columns[1], &sheet, Some(&own)).severity(&Cell::Float(0.5), &Cell::Float(0.52), row)
        };
        let by_column = || SampleCount::Name("n".into());
        assert!((flips(by_column(), 0) - 1.0).abs() < 1e-6 && (flips(by_column(), 1) - 20.0).abs() < 1e-6);
        assert!((flips(SampleCount::Number(100.0), 1) - 2.0).abs() < 1e-6);
        assert_eq!(flips(SampleCount::Name("none".into()), 0), f64::INFINITY);
    }
}
