//! Points of a grid of axes, with the numbers of every replicate.

use crate::analysis::pairs::{Keyed, Pairing, same};
use crate::analysis::rows::{Group, Grouping};
use crate::artifact::{ByMeaning, Cell, Table};
use crate::step::{Condition, Filter, StepError};
use std::collections::BTreeMap;

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

/// The grid of one group of rows.
pub struct PointGrid {
    /// What the rows share.
    pub place: Vec<Cell>,
    /// Its points, in ascending order so that the order of rows does not matter.
    pub points: Vec<Point>,
    /// How many others lack a replicate that some point has.
    pub dropped: usize,
}

/// The grid of each group of rows. Rows without a place on an axis or without numbers are no part of it.
///
/// # Errors
/// Where a column is missing, an axis holds texts, or several rows hold one replicate of one point.
pub fn grids(
    table: &Table,
    groups: Vec<Group>,
    (along, on, [criterion, value]): (&[String], &[String], [&str; 2]),
) -> Result<Vec<PointGrid>, StepError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let of_points = Grouping::read(table, along)?;
    let numbers = [Pairing::read(table, (criterion, on))?, Pairing::read(table, (value, on))?];
    let grid = |(place, rows): Group| {
        let (points, dropped) = points(of_points.among(&rows), &numbers)?;
        Ok(PointGrid { place, points, dropped })
    };
    groups.into_iter().map(grid).collect()
}

fn points(groups: Vec<Group>, [criterion, value]: &[Pairing<'_>; 2]) -> Result<(Vec<Point>, usize), StepError> {
    let mut found: Vec<(Vec<Cell>, [Keyed; 2])> = Vec::new();
    for (place, of_point) in groups {
        if place.iter().any(Cell::is_null) {
            continue;
        }
        if let Some(text) = place.iter().find(|v| v.as_f64().is_none()) {
            let reason = format!("{text} has no place on an axis of numbers");
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        found.push((place, [criterion.keyed(&of_point)?, value.keyed(&of_point)?]));
    }
    found.sort_by(|a, b| order(&a.0, &b.0));
    let mut replicates: Vec<Vec<Cell>> = found.iter().flat_map(|(_, [_, of])| of).map(|(key, _)| key.clone()).collect();
    replicates.sort_by(|a, b| order(a, b));
    replicates.dedup_by(|a, b| same(a, b));
    let all = found.len();
    let numbers = |of: &Keyed| {
        let whole = of.len() >= replicates.len();
        whole.then(|| replicates.iter().map(|key| of.partner(key)).collect::<Option<Vec<f64>>>())?
    };
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
    let axes = grid.first().map_or(0, |point| point.place.len());
    let lines: Vec<BTreeMap<ByMeaning, [&Cell; 2]>> = (0..axes).map(|axis| ends(grid, axis)).collect();
    let inside = |point: &Point| {
        lines.iter().enumerate().all(|(axis, lines)| {
            let [least, greatest] = lines[&others(point, axis)];
            least.total_cmp(&point.place[axis]).is_lt() && greatest.total_cmp(&point.place[axis]).is_gt()
        })
    };
    (0..grid.len()).filter(|&i| inside(&grid[i])).collect()
}

/// The least and the greatest value on an axis of the points that are equal on all others.
fn ends(grid: &[Point], axis: usize) -> BTreeMap<ByMeaning, [&Cell; 2]> {
    let mut found = BTreeMap::new();
    for point in grid {
        let own = &point.place[axis];
        let [least, greatest] = found.entry(others(point, axis)).or_insert([own, own]);
        if own.total_cmp(least).is_lt() {
            *least = own;
        }
        if own.total_cmp(greatest).is_gt() {
            *greatest = own;
        }
    }
    found
}

/// A point's values on all axes but one.
fn others(point: &Point, axis: usize) -> ByMeaning {
    let values = point.place.iter().enumerate().filter(|(at, _)| *at != axis);
    ByMeaning(values.map(|(_, value)| value.clone()).collect())
}

/// The points that meet conditions on the axes, where `min` and `max` stand for an axis's least and greatest value.
#[must_use]
pub fn at_edges(grid: &[Point], along: &[String], filter: &Filter) -> Vec<usize> {
    let mut met: Vec<usize> = (0..grid.len()).collect();
    for (name, condition) in &filter.0 {
        let Some(axis) = along.iter().position(|n| n == name) else { return Vec::new() };
        let of_axis = grid.iter().map(|p| &p.place[axis]);
        let edge = match condition {
            Condition::Is(Cell::Text(text)) if text == "max" => of_axis.max_by(|a, b| a.total_cmp(b)),
            Condition::Is(Cell::Text(text)) if text == "min" => of_axis.min_by(|a, b| a.total_cmp(b)),
            _ => None,
        };
        let meets = |value: &Cell| edge.map_or_else(|| condition.accepts(value), |edge| edge.total_cmp(value).is_eq());
        met.retain(|&i| meets(&grid[i].place[axis]));
    }
    met
}

/// Of some points the one of least `sign` · mean criterion over all replicates but one, the first of equals.
#[must_use]
pub fn best(grid: &[Point], among: &[usize], (sign, left): (f64, Option<usize>)) -> Option<usize> {
    let cost = |i: usize| {
        let kept = grid[i].criterion.iter().enumerate().filter(|(replicate, _)| Some(*replicate) != left);
        sign * kept.map(|(_, v)| v).sum::<f64>()
    };
    among.iter().map(|&i| (i, cost(i))).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
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

    proptest::proptest! {
        #[test]
        fn the_interior_is_that_of_a_plain_search(places in proptest::collection::vec((0..5_i64, 0..4_i64), 0..25)) {
            let grid = grid(&places.iter().map(|&(a, b)| [a, b]).collect::<Vec<_>>());
            let number = |i: usize, axis: usize| grid[i].place[axis].as_f64().unwrap();
            let goes_on = |i: usize, axis: usize, sign: f64| {
                (0..grid.len()).any(|j| {
                    sign * number(j, axis) > sign * number(i, axis) && number(j, 1 - axis) == number(i, 1 - axis)
                })
            };
            let inside = |&i: &usize| [0, 1].iter().all(|&axis| goes_on(i, axis, 1.0) && goes_on(i, axis, -1.0));
            proptest::prop_assert_eq!(interior(&grid), (0..grid.len()).filter(inside).collect::<Vec<_>>());
        }
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
