//! Places on the canvas, and how lines are drawn.

use super::colour::Colour;

/// A place on the canvas, pixels from the upper left corner.
pub type Point = (f64, f64);

/// An upright rectangle, pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Whether two rectangles have more than an edge in common.
    #[must_use]
    pub const fn meets(&self, other: &Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }

    /// Right edge.
    #[must_use]
    pub const fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Lower edge.
    #[must_use]
    pub const fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    /// Colour.
    pub colour: Colour,
    /// Width, pixels.
    pub width: f64,
    /// Strokes and gaps, pixels; empty for a solid line.
    pub dash: &'static [f64],
}

impl Pen {
    /// A solid line.
    #[must_use]
    pub const fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dash: &[] }
    }
}
