//! Corners of markers.

use super::shapes::Point;
use super::style::Marker;
use std::f64::consts::TAU;

/// Corners of a marker. All shapes cover about the area of a disc of this radius.
#[must_use]
pub fn outline(marker: Marker, at: Point, radius: f64) -> Vec<Point> {
    let (corners, turn, inner, size) = match marker {
        Marker::Disc => (24, 0.0, 1.0, 1.0),
        Marker::Square => (4, 0.125, 1.0, 1.25),
        Marker::Triangle => (3, 0.25, 1.0, 1.45),
        Marker::Diamond => (4, 0.0, 1.0, 1.3),
        Marker::Wedge => (3, 0.75, 1.0, 1.45),
        Marker::Pentagon => (5, 0.25, 1.0, 1.15),
        Marker::Star => (10, 0.25, 0.45, 1.55),
        Marker::Cross => return turned(&CROSS, at, 0.36 * radius),
        Marker::Arrow => return turned(&ARROW, at, 0.5 * radius),
    };
    let corner = |i: i32| {
        let reach = radius * size * if i % 2 == 1 { inner } else { 1.0 };
        let angle = TAU * (turn + f64::from(i) / f64::from(corners));
        (at.0 + reach * libm::cos(angle), at.1 - reach * libm::sin(angle))
    };
    (0..corners).map(corner).collect()
}

/// A cross, from the left over its top.
const CROSS: [Point; 12] = [
    (-3.6, 1.2),
    (-1.2, 1.2),
    (-1.2, 3.6),
    (1.2, 3.6),
    (1.2, 1.2),
    (3.6, 1.2),
    (3.6, -1.2),
    (1.2, -1.2),
    (1.2, -3.6),
    (-1.2, -3.6),
    (-1.2, -1.2),
    (-3.6, -1.2),
];

/// An arrow that stands on its point and goes up.
const ARROW: [Point; 7] = [(-0.7, 0.0), (-0.7, 2.4), (-2.0, 2.4), (0.0, 5.2), (2.0, 2.4), (0.7, 2.4), (0.7, 0.0)];

fn turned(shape: &[Point], at: Point, size: f64) -> Vec<Point> {
    shape.iter().map(|&(x, y)| (at.0 + size * x, at.1 - size * y)).collect()
}
