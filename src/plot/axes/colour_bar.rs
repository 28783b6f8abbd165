//! The bar that says which colour is which value.

use super::scale::Scale;
use crate::plot::canvas::colour_map::ColourMap;
use crate::plot::canvas::shapes::{Pen, Rect};
use crate::plot::canvas::style::{Colour, FAINT, LABEL_SIZE};
use crate::plot::canvas::surface::{Canvas, Type, shortened, text_width};
use plotters::style::text_anchor::{HPos, VPos};

/// Width of the coloured strip, pixels.
const STRIP: f64 = 14.0;
/// Between strip, tick marks and texts, pixels.
const GAP: f64 = 8.0;
/// Pixels a tick should have.
const TICK_ROOM: f64 = 45.0;
/// Strips of one colour: enough to look smooth.
const STEPS: u32 = 48;

/// Space that a bar of this height takes, pixels; the label adds to it.
#[must_use]
pub fn room(scale: &Scale, height: f64, labelled: bool) -> f64 {
    let widths = scale.ticks(height / TICK_ROOM).into_iter().map(|t| text_width(&t.label, &Type::PLAIN));
    let label = if labelled { GAP + LABEL_SIZE * 1.3 } else { 0.0 };
    STRIP + GAP + widths.fold(0.0, f64::max) + label
}

/// A bar about to be drawn.
pub struct Bar<'a> {
    /// Its values.
    pub scale: &'a Scale,
    /// Its colours.
    pub map: ColourMap,
    /// What stands beside it; empty for nothing.
    pub label: &'a str,
}

/// Draws a bar whose strip has its upper left corner here and this height.
pub fn draw(canvas: &mut Canvas, bar: &Bar<'_>, (left, top, height): (f64, f64, f64)) {
    let step = height / f64::from(STEPS);
    for i in 0..STEPS {
        let fraction = (f64::from(i) + 0.5) / f64::from(STEPS);
        let strip = Rect { left, top: top + height - f64::from(i + 1) * step, width: STRIP, height: step + 0.5 };
        let strip = if i == 0 { Rect { height: step, ..strip } } else { strip };
        canvas.rect(&strip, Colour::fixed(bar.map.colour(fraction)));
    }
    for tick in bar.scale.ticks(height / TICK_ROOM) {
        let (x, y) = (left + STRIP, top + height * (1.0 - tick.at));
        let length = if tick.label.is_empty() { 2.5 } else { 4.0 };
        canvas.line(&[(x, y), (x + length, y)], &Pen::solid(FAINT, 1.0));
        canvas.text(&tick.label, (x + GAP, y), &Type::PLAIN);
    }
    let right = left + room(bar.scale, height, true);
    let style = Type { size: LABEL_SIZE, across: HPos::Center, along: VPos::Bottom, upwards: true, ..Type::PLAIN };
    canvas.text(&shortened(bar.label, height.max(200.0), &style), (right, top + 0.5 * height), &style);
}
