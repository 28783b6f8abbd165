//! The frame of a panel: from values to pixels, grid and ticks.

use super::axis_scale::AxisScale;
use super::scale::{Scale, Tick};
use crate::plot::canvas::shapes::{Pen, Point, Rect};
use crate::plot::canvas::style::{FAINT, GRID, INK};
use crate::plot::canvas::surface::{Canvas, Type, text_width};
use plotters::style::text_anchor::{HPos, VPos};

/// Two axes around a rectangle.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Where the data lie.
    pub rect: Rect,
    /// Scale from left to right.
    pub x: Scale,
    /// Scale from bottom to top.
    pub y: Scale,
    /// Whether numbers stand under the horizontal axis.
    pub x_labels: bool,
    /// Whether numbers stand beside the vertical axis.
    pub y_labels: bool,
    /// Size of the numbers, pixels.
    pub text_size: f64,
    /// How far numbers may stand out to the left and right of the frame, pixels.
    pub reach: f64,
}

/// Height of the numbers under an axis, pixels.
pub const TICK_LABELS: f64 = 27.0;
/// Between an axis and its numbers, pixels.
const GAP: f64 = 8.0;
/// Least space between two numbers on the horizontal axis, pixels.
const APART: f64 = 9.0;
/// Pixels a tick on a linear axis should have.
const TICK_ROOM: (f64, f64) = (80.0, 55.0);
/// Places of a line with a slope that are looked at.
const PARTS: i32 = 200;
/// Ticks that even a small panel should have.
const FEWEST: f64 = 2.5;

impl Frame {
    /// The pixel of a pair of values.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> Point {
        let across = self.rect.left + self.x.fraction(x) * self.rect.width;
        (across, self.rect.bottom() - self.y.fraction(y) * self.rect.height)
    }

    /// A line of a slope through the middle of some points, from the first to the last of some places across; a power law
    /// where both axes are logarithmic, a straight line where both are linear, nothing otherwise or without two places.
    #[must_use]
    pub fn slope(&self, slope: f64, points: &[(f64, f64)], across: &[f64]) -> Vec<Point> {
        let log = self.x.layout() == AxisScale::Log;
        if self.x.layout() != self.y.layout() || !(log || self.x.layout() == AxisScale::Linear) {
            return Vec::new();
        }
        let inner = |v: f64| if log { v.log10() } else { v };
        let outer = |v: f64| if log { 10f64.powf(v) } else { v };
        #[expect(clippy::cast_precision_loss, reason = "a few points")]
        let count = points.len() as f64;
        let middle = |pick: fn(&(f64, f64)) -> f64| points.iter().map(|p| inner(pick(p))).sum::<f64>() / count;
        let (x, y) = (middle(|p| p.0), middle(|p| p.1));
        let low = across.iter().map(|&x| inner(x)).fold(f64::INFINITY, f64::min);
        let high = across.iter().map(|&x| inner(x)).fold(f64::NEG_INFINITY, f64::max);
        if low >= high || points.is_empty() {
            return Vec::new();
        }
        let at = |i: i32| low + (high - low) * f64::from(i) / f64::from(PARTS);
        let values = (0..=PARTS).map(|i| (outer(at(i)), outer(y + slope * (at(i) - x))));
        // what leaves the panel is cut off
        let shown = values.filter(|&(_, y)| (1e-9..1.0 - 1e-9).contains(&self.y.fraction(y)));
        let places: Vec<Point> = shown.map(|(x, y)| self.at(x, y)).collect();
        places.first().zip(places.last()).map_or_else(Vec::new, |(&from, &to)| vec![from, to])
    }

    /// The slope of least squares through some points, of the quantities or of their logarithms as the axes have them.
    #[must_use]
    pub fn fitted(&self, points: &[(f64, f64)]) -> Option<f64> {
        let inner = |v: f64, scale: &Scale| if scale.layout() == AxisScale::Log { v.log10() } else { v };
        let points: Vec<(f64, f64)> = points.iter().map(|p| (inner(p.0, &self.x), inner(p.1, &self.y))).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few points")]
        let count = points.len() as f64;
        let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let spread: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
        let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
        slope.is_finite().then_some(slope)
    }

    fn text(&self) -> Type {
        Type { size: self.text_size, ..Type::PLAIN }
    }

    /// Its place and axes for a script: left, top, width and height in pixels, then what [`Scale::told`] says of each axis.
    #[must_use]
    pub fn told(&self) -> String {
        let Rect { left, top, width, height } = self.rect;
        format!("{left:.1} {top:.1} {width:.1} {height:.1} {} {}", self.x.told(), self.y.told())
    }

    /// Ticks with the places of their labels, which stay near the frame.
    fn x_ticks(&self) -> Vec<(Tick, f64)> {
        let width = self.rect.width;
        let half = |t: &Tick| 0.5 * text_width(&t.label, &self.text());
        let place = |t: &Tick| {
            let (low, high) = (half(t) - self.reach, width + self.reach - half(t));
            if low < high { (t.at * width).clamp(low, high) } else { t.at * width }
        };
        let wanted = (width / TICK_ROOM.0).max(FEWEST);
        let extent = |t: &Tick| 2.0 * half(t) + APART;
        let usual = self.x.ticks(wanted);
        let first = |ticks: &[Tick]| ticks.iter().filter(|t| t.rank == 0 && !t.label.is_empty()).count();
        let all = first(&usual);
        let mut ticks = thinned(usual, place, extent);
        if first(&ticks) < all
            && let Some(powers) = self.x.power_ticks(wanted)
        {
            ticks = thinned(powers, place, extent);
        }
        if matches!(self.x.layout(), AxisScale::Symlog(_)) {
            in_pairs(&mut ticks);
        }
        let placed = |tick: Tick| {
            let at = place(&tick);
            (tick, at)
        };
        ticks.into_iter().map(placed).collect()
    }

    fn y_ticks(&self) -> Vec<Tick> {
        let height = self.rect.height;
        thinned(self.y.ticks(y_wanted(height)), |t| t.at * height, |_| self.text_size * 1.5)
    }

    /// Draws grid and ticks; the data come over it.
    pub fn draw(&self, canvas: &mut Canvas) {
        let Rect { left, top, .. } = self.rect;
        let (right, bottom) = (self.rect.right(), self.rect.bottom());
        let (grid, tick) = (Pen::solid(GRID, 1.0), Pen::solid(FAINT, 1.0));
        for (mark, place) in self.x_ticks() {
            let x = left + mark.at * self.rect.width;
            let length = if mark.label.is_empty() { 3.0 } else { 5.0 };
            if !mark.label.is_empty() {
                canvas.line(&[(x, top), (x, bottom)], &grid);
            }
            canvas.line(&[(x, bottom), (x, bottom + length)], &tick);
            if self.x_labels {
                let under = Type { across: HPos::Center, along: VPos::Top, ..self.text() };
                canvas.text(&mark.label, (left + place, bottom + GAP), &under);
            }
        }
        for mark in self.y_ticks() {
            let y = bottom - mark.at * self.rect.height;
            let length = if mark.label.is_empty() { 3.0 } else { 5.0 };
            if !mark.label.is_empty() {
                canvas.line(&[(left, y), (right, y)], &grid);
            }
            canvas.line(&[(left - length, y), (left, y)], &tick);
            if self.y_labels {
                canvas.text(&mark.label, (left - GAP, y), &Type { across: HPos::Right, ..self.text() });
            }
        }
        self.draw_axes(canvas);
    }

    /// Draws the two axes alone.
    pub fn draw_axes(&self, canvas: &mut Canvas) {
        let (left, bottom) = (self.rect.left, self.rect.bottom());
        canvas.line(&[(left, self.rect.top), (left, bottom), (self.rect.right(), bottom)], &Pen::solid(INK, 1.2));
    }
}

fn y_wanted(height: f64) -> f64 {
    (height / TICK_ROOM.1).max(FEWEST)
}

/// Space that the numbers of a vertical axis of this height take, pixels.
#[must_use]
pub fn y_room(scale: &Scale, height: f64, size: f64) -> f64 {
    let style = Type { size, ..Type::PLAIN };
    // a taller axis may have finer numbers
    let heights = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0].map(|times| times * height);
    let widths = heights.into_iter().flat_map(|h| scale.ticks(y_wanted(h))).map(|t| text_width(&t.label, &style));
    widths.fold(0.0, f64::max) + GAP
}

/// How far the widest number of a horizontal axis may stand out of its frame, pixels.
#[must_use]
pub fn x_reach(scale: &Scale, size: f64) -> f64 {
    let style = Type { size, ..Type::PLAIN };
    let widths = scale.ticks(FEWEST).into_iter().map(|t| text_width(&t.label, &style));
    0.5 * widths.fold(0.0, f64::max) + 2.0
}

/// Takes labels away until none touches another: those of the highest rank first, then from the left.
fn thinned(mut ticks: Vec<Tick>, place: impl Fn(&Tick) -> f64, extent: impl Fn(&Tick) -> f64) -> Vec<Tick> {
    let mut order: Vec<usize> = (0..ticks.len()).filter(|&i| !ticks[i].label.is_empty()).collect();
    order.sort_by_key(|&i| ticks[i].rank);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for index in order {
        let (at, half) = (place(&ticks[index]), 0.5 * extent(&ticks[index]));
        let free = taken.iter().all(|&(from, to)| at + half <= from || at - half >= to);
        if free {
            taken.push((at - half, at + half));
        } else {
            ticks[index].label.clear();
        }
    }
    ticks
}

/// Takes away labels of an axis that is alike on both sides of zero where their mirror image has none, as far as the other
/// side is shown at all.
fn in_pairs(ticks: &mut [Tick]) {
    let Some(zero) = ticks.iter().find(|tick| tick.label == "0").map(|tick| tick.at) else { return };
    let named: Vec<f64> = ticks.iter().filter(|tick| !tick.label.is_empty()).map(|tick| tick.at).collect();
    for tick in ticks.iter_mut() {
        let mirror = 2.0 * zero - tick.at;
        let shown = (0.0..=1.0).contains(&mirror);
        if shown && !named.iter().any(|at| (at - mirror).abs() < 1e-6) {
            tick.label.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::axes::scale::Fit;

    #[test]
    fn a_slope_goes_through_the_middle_of_the_points_and_keeps_its_exponent() {
        let log = |values: &[f64]| Scale::over(values, AxisScale::Log, Fit::Tight).unwrap();
        let rect = Rect { left: 0.0, top: 0.0, width: 200.0, height: 100.0 };
        let (x, y) = (log(&[1.0, 100.0]), log(&[1.0, 10_000.0]));
        let frame = Frame { rect, x, y, x_labels: true, y_labels: true, text_size: 12.0, reach: 0.0 };
        let ends = [1.0, 100.0];
        let line = frame.slope(1.0, &[(1.0, 10.0), (100.0, 1000.0)], &ends);
        for (found, wanted) in line.iter().zip([frame.at(1.0, 10.0), frame.at(100.0, 1000.0)]) {
            assert!((found.0 - wanted.0).hypot(found.1 - wanted.1) < 1e-6, "{line:?}");
        }
        let power = frame.fitted(&[(1.0, 10.0), (10.0, 1000.0), (100.0, 1e5)]).unwrap();
        assert!((power - 2.0).abs() < 1e-12, "{power}");
        assert_eq!(frame.fitted(&[(1.0, 10.0)]), None, "one place has no slope");
        let steep = frame.slope(4.0, &[(1.0, 10.0), (100.0, 1000.0)], &ends);
        assert!(steep.iter().all(|p| (0.0..=100.0).contains(&p.1)) && steep[1].0 - steep[0].0 < 110.0, "{steep:?}");
        let anchored = frame.slope(1.0, &[(1.0, 10.0)], &ends);
        assert_eq!(anchored.len(), 2, "one point and two places make a line");
        assert!(frame.slope(1.0, &[(1.0, 10.0)], &[1.0]).is_empty());
    }

    #[test]
    fn labels_on_both_sides_of_zero_come_in_pairs() {
        let tick = |at: f64, label: &str| Tick { at, label: label.to_owned(), rank: 0 };
        let mut ticks = vec![tick(0.1, "−10"), tick(0.3, ""), tick(0.5, "0"), tick(0.7, "1"), tick(0.9, "10")];
        in_pairs(&mut ticks);
        assert_eq!(ticks.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["−10", "", "0", "", "10"]);
        let mut lopsided = vec![tick(0.1, "−1"), tick(0.2, "0"), tick(0.9, "10")];
        in_pairs(&mut lopsided);
        assert_eq!(lopsided[2].label, "10", "its mirror image lies outside");
    }

    #[test]
    fn touching_labels_go_and_powers_of_ten_stay() {
        let scale = Scale::over(&[100.0, 50_000.0], AxisScale::Log, Fit::Padded).unwrap();
        let kept = thinned(scale.ticks(8.0), |t| 200.0 * t.at, |t| text_width(&t.label, &Type::PLAIN) + APART);
        let kept: Vec<String> = kept.into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect();
        assert!(kept.contains(&"100".to_owned()) && kept.contains(&"10\u{2009}000".to_owned()), "{kept:?}");
        assert!(kept.len() < 9);
    }
}
