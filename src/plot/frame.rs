//! The frame of a panel: from values to pixels, grid, ticks and axis labels.

use super::canvas::{Canvas, Pen, Point, Rect, Type, shortened, text_width};
use super::scale::{Scale, Tick};
use super::style::{FAINT, GRID, INK, LABEL_SIZE, TEXT_SIZE};
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
}

/// Labels of both axes, with units.
#[derive(Debug, Clone)]
pub struct Labels {
    /// Under the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
}

/// Height of the tick labels and the label under an axis, pixels.
pub const UNDER: f64 = 52.0;
/// Width of the label beside an axis, pixels.
const BESIDE: f64 = 26.0;
/// Between an axis and its tick labels, pixels.
const GAP: f64 = 8.0;
/// Least space between two tick labels on the horizontal axis, pixels.
const APART: f64 = 9.0;
/// Pixels a tick on a linear axis should have.
const TICK_ROOM: (f64, f64) = (80.0, 55.0);

impl Frame {
    /// The pixel of a pair of values.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> Point {
        let across = self.rect.left + self.x.fraction(x) * self.rect.width;
        (across, self.rect.bottom() - self.y.fraction(y) * self.rect.height)
    }

    fn x_ticks(&self) -> Vec<Tick> {
        let extent = |t: &Tick| text_width(&t.label, &Type::PLAIN) + APART;
        thinned(self.x.ticks(self.rect.width / TICK_ROOM.0), self.rect.width, extent)
    }

    fn y_ticks(&self) -> Vec<Tick> {
        thinned(self.y.ticks(self.rect.height / TICK_ROOM.1), self.rect.height, |_| TEXT_SIZE * 1.5)
    }

    /// Draws grid and ticks; the data come over it.
    pub fn draw(&self, canvas: &mut Canvas<'_>, labels: &Labels) {
        let Rect { left, top, .. } = self.rect;
        let (right, bottom) = (self.rect.right(), self.rect.bottom());
        let (grid, tick) = (Pen::solid(GRID, 1.0), Pen::solid(FAINT, 1.0));
        let under = Type { across: HPos::Center, along: VPos::Top, ..Type::PLAIN };
        let beside = Type { across: HPos::Right, ..Type::PLAIN };
        for mark in self.x_ticks() {
            let x = left + mark.at * self.rect.width;
            let length = if mark.label.is_empty() { 3.0 } else { 5.0 };
            if !mark.label.is_empty() {
                canvas.line(&[(x, top), (x, bottom)], &grid);
            }
            canvas.line(&[(x, bottom), (x, bottom + length)], &tick);
            canvas.text(&mark.label, (x, bottom + GAP), &under);
        }
        for mark in self.y_ticks() {
            let y = bottom - mark.at * self.rect.height;
            let length = if mark.label.is_empty() { 3.0 } else { 5.0 };
            if !mark.label.is_empty() {
                canvas.line(&[(left, y), (right, y)], &grid);
            }
            canvas.line(&[(left - length, y), (left, y)], &tick);
            canvas.text(&mark.label, (left - GAP, y), &beside);
        }
        self.draw_edges(canvas, labels);
    }

    fn draw_edges(&self, canvas: &mut Canvas<'_>, labels: &Labels) {
        let Rect { left, top, height, .. } = self.rect;
        let bottom = self.rect.bottom();
        canvas.line(&[(left, top), (left, bottom), (self.rect.right(), bottom)], &Pen::solid(INK, 1.2));
        draw_labels(canvas, labels, &self.rect, left - y_room(&self.y, height) + BESIDE);
    }
}

/// Writes both axis labels; `edge` is the right end of the vertical one.
pub fn draw_labels(canvas: &mut Canvas<'_>, labels: &Labels, rect: &Rect, edge: f64) {
    let style = Type { size: LABEL_SIZE, across: HPos::Center, ..Type::PLAIN };
    let middle = (rect.left + 0.5 * rect.width, rect.top + 0.5 * rect.height);
    let below = Type { along: VPos::Bottom, ..style };
    canvas.text(&shortened(&labels.x, rect.width.max(300.0), &style), (middle.0, rect.bottom() + UNDER - 4.0), &below);
    let upwards = Type { upwards: true, along: VPos::Bottom, ..style };
    canvas.text(&shortened(&labels.y, rect.height.max(200.0), &style), (edge - 5.0, middle.1), &upwards);
}

/// Space that a vertical axis of this height takes to the left of its frame, pixels.
#[must_use]
pub fn y_room(scale: &Scale, height: f64) -> f64 {
    let widths = scale.ticks(height / TICK_ROOM.1).into_iter().map(|t| text_width(&t.label, &Type::PLAIN));
    BESIDE + widths.fold(0.0, f64::max) + GAP
}

/// Takes labels away until none touches another: those of the highest rank first, then from the left.
fn thinned(mut ticks: Vec<Tick>, length: f64, extent: impl Fn(&Tick) -> f64) -> Vec<Tick> {
    let mut order: Vec<usize> = (0..ticks.len()).filter(|&i| !ticks[i].label.is_empty()).collect();
    order.sort_by_key(|&i| ticks[i].rank);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for index in order {
        let (at, half) = (ticks[index].at * length, 0.5 * extent(&ticks[index]));
        let free = taken.iter().all(|&(from, to)| at + half <= from || at - half >= to);
        if free {
            taken.push((at - half, at + half));
        } else {
            ticks[index].label.clear();
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scale::Fit;

    #[test]
    fn touching_labels_go_and_powers_of_ten_stay() {
        let scale = Scale::over(&[100.0, 50_000.0], true, Fit::Padded).unwrap();
        let kept = thinned(scale.ticks(8.0), 200.0, |t| text_width(&t.label, &Type::PLAIN) + APART);
        let kept: Vec<String> = kept.into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect();
        assert!(kept.contains(&"100".to_owned()) && kept.contains(&"10⁴".to_owned()), "{kept:?}");
        assert!(kept.len() < 9);
    }
}
