//! Points of a grid of axes, with the numbers of every replicate.

use crate::analysis::pairs::{Keyed, keyed, same};
use crate::analysis::rows::groups_among;
use crate::artifact::{Cell, Table};
use crate::step::{Condition, Filter, StepError};

/// A point of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its values on the axes.
    pub place: Vec<Cell>,
    /// By what points are chosen, one number a replicate.
    pub criterion: Vec<f64>,
    /// What is compared, one number a replicate, in the same order.
    pub values: Vec<f64>,
}

/// The points that some rows hold, in ascending order so that the order of rows does not matter, and how many others
/// lack a replicate that some point has. Rows without a place on an axis or without numbers are no part of the grid.
///
/// # Errors
/// Where a column is missing, an axis holds texts, or several rows hold one replicate of one point.
pub fn points(
    table: &Table,
    rows: &[usize],
    (along, on, [criterion, value]): (&[String], &[String], [&str; 2]),
) -> Result<(Vec<Point>, usize), StepError> {
    let mut found: Vec<(Vec<Cell>, [Keyed; 2])> = Vec::new();
    for (place, of_point) in groups_among(table, rows, along)? {
        if place.iter().any(Cell::is_null) {
            continue;
        }
        if let Some(text) = place.iter().find(|v| v.as_f64().is_none()) {
            let reason = format!("{text} has no place on an axis of numbers");
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        let number = |column| keyed(table, &of_point, (column, on));
        found.push((place, [number(criterion)?, number(value)?]));
    }
    found.sort_by(|a, b| order(&a.0, &b.0));
    let mut replicates: Vec<Vec<Cell>> = found.iter().flat_map(|(_, [_, of])| of).map(|(key, _)| key.clone()).collect();
    replicates.sort_by(|a, b| order(a, b));
    replicates.dedup_by(|a, b| same(a, b));
    let all = found.len();
    let numbers = |of: &Keyed| replicates.iter().map(|key| of.partner(key)).collect::<Option<Vec<f64>>>();
    let whole = found.into_iter().filter_map(|(place, [criterion, values])| {
        Some(Point { place, criterion: numbers(&criterion)?, values: numbers(&values)? })
    });
    let points: Vec<Point> = whole.collect();
    let dropped = all - points.len();
    Ok((points, dropped))
}

fn order(a: &[Cell], b: &[Cell]) -> std::cmp::Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// The points beyond which, on every axis and with the other axes equal, the grid goes on in both directions.
#[must_use]
pub fn interior(grid: &[Point]) -> Vec<usize> {
    let goes_on = |point: &Point, axis: usize, less: bool| {
        grid.iter().any(|other| {
            let level = |at: usize| other.place[at].total_cmp(&point.place[at]);
            let beyond = if less { level(axis).is_lt() } else { level(axis).is_gt() };
            beyond && (0..point.place.len()).all(|at| at == axis || level(at).is_eq())
        })
    };
    let inside =
        |point: &Point| (0..point.place.len()).all(|axis| goes_on(point, axis, true) && goes_on(point, axis, false));
    (0..grid.len()).filter(|&i| inside(&grid[i])).collect()
}

/// The points that meet conditions on the axes, where `min` and `max` stand for an axis's least and greatest value.
#[must_use]
pub fn at_edges(grid: &[Point], along: &[String], filter: &Filter) -> Vec<usize> {
    let meets = |point: &Point| {
        filter.0.iter().all(|(name, condition)| {
            let Some(axis) = along.iter().position(|n| n == name) else { return false };
            let of_axis = grid.iter().map(|p| &p.place[axis]);
            let edge = match condition {
                Condition::Is(Cell::Text(text)) if text == "max" => of_axis.max_by(|a, b| a.total_cmp(b)),
                Condition::Is(Cell::Text(text)) if text == "min" => of_axis.min_by(|a, b| a.total_cmp(b)),
                other => return other.accepts(&point.place[axis]),
            };
            edge.is_some_and(|edge| same(std::slice::from_ref(edge), std::slice::from_ref(&point.place[axis])))
        })
    };
    (0..grid.len()).filter(|&i| meets(&grid[i])).collect()
}

/// Of some points the one of least `sign` · mean criterion over all replicates but one, the first of equals.
#[must_use]
pub fn best(grid: &[Point], among: &[usize], (sign, left): (f64, Option<usize>)) -> Option<usize> {
    let cost = |i: usize| {
        let kept = grid[i].criterion.iter().enumerate().filter(|(replicate, _)| Some(*replicate) != left);
        sign * kept.map(|(_, v)| v).sum::<f64>()
    };
    among.iter().copied().min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(places: &[[i64; 2]]) -> Vec<Point> {
        let point = |place: &[i64; 2]| Point {
            place: place.map(Cell::Int).to_vec(),
            criterion: vec![place[0] as f64, 1.0],
            values: vec![0.0, 0.0],
        };
        places.iter().map(point).collect()
    }

    fn square() -> Vec<Point> {
        grid(&[1, 2, 3].map(|a| [1, 2, 3].map(|b| [a, b])).concat())
    }

    #[test]
    fn the_interior_of_a_square_and_of_a_square_without_a_corner() {
        assert_eq!(interior(&square()), [4]);
        // rows of a triangle k2 ≤ k1: nothing has neighbours on all four sides but (3, 2)
        let triangle = grid(&[[1, 1], [2, 1], [2, 2], [3, 1], [3, 2], [3, 3], [4, 1], [4, 2], [4, 3], [4, 4]]);
        assert_eq!(interior(&triangle), [4], "on the line k2 = 2 from 2 to 4, on the line k1 = 3 from 1 to 3");
        assert!(interior(&grid(&[[1, 1], [1, 2], [1, 3]])).is_empty(), "an axis of one value");
    }

    #[test]
    fn edges_by_name() {
        let along = ["a".to_owned(), "b".to_owned()];
        let at = |json: &str| at_edges(&square(), &along, &serde_json::from_str(json).unwrap());
        assert_eq!(at(r#"{"a": "max", "b": "max"}"#), [8]);
        assert_eq!(at(r#"{"a": "min", "b": {"at_least": 2}}"#), [1, 2]);
        assert_eq!(at(r#"{"c": 1}"#), Vec::<usize>::new());
    }

    #[test]
    fn the_best_without_one_replicate() {
        let grid = square();
        let all: Vec<usize> = (0..9).collect();
        assert_eq!(best(&grid, &all, (1.0, None)), Some(0));
        assert_eq!(best(&grid, &all, (-1.0, None)), Some(6), "the first of equals");
        assert_eq!(best(&grid, &all, (1.0, Some(0))), Some(0), "without the first replicate all are equal");
        assert_eq!(best(&grid, &[], (1.0, None)), None);
    }
}
