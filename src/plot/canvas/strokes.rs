//! Corners of markers and strokes of dashed lines.

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
    };
    let corner = |i: i32| {
        let reach = radius * size * if i % 2 == 1 { inner } else { 1.0 };
        let angle = TAU * (turn + f64::from(i) / f64::from(corners));
        (at.0 + reach * libm::cos(angle), at.1 - reach * libm::sin(angle))
    };
    (0..corners).map(corner).collect()
}

/// A line cut into the strokes of a dash pattern.
#[must_use]
pub fn strokes(points: &[Point], dash: &[f64]) -> Vec<Vec<Point>> {
    if dash.is_empty() || dash.iter().any(|&length| length <= 0.0) {
        return vec![points.to_vec()];
    }
    let mut pattern = dash.iter().copied().cycle();
    let (mut left, mut drawing) = (pattern.next().unwrap_or(1.0), true);
    let mut done: Vec<Vec<Point>> = points.first().map(|&p| vec![p]).into_iter().collect();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let here = (from.0 + (to.0 - from.0) * gone / length, from.1 + (to.1 - from.1) * gone / length);
            match done.last_mut() {
                Some(stroke) if drawing => stroke.push(here),
                _ => done.push(vec![here]),
            }
            drawing = !drawing;
            left = pattern.next().unwrap_or(1.0);
        }
        left -= length - gone;
        if let Some(stroke) = done.last_mut().filter(|_| drawing) {
            stroke.push(to);
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_bent_line() {
        let cut = strokes(&[(0.0, 0.0), (6.0, 0.0), (6.0, 6.0)], &[4.0, 2.0]);
        assert_eq!(cut, vec![vec![(0.0, 0.0), (4.0, 0.0)], vec![(6.0, 0.0), (6.0, 4.0)]]);
    }
}
