//! What figures are drawn on: lines, texts and colours in pixels, as SVG.
//!
//! Where things lie is decided in `layout` and `axes`.
//! Start with `surface`; `style` says how everything looks.

pub(super) mod colour;
pub(super) mod colour_map;
pub(super) mod font;
mod path;
pub(super) mod png;
pub(super) mod shapes;
mod strokes;
pub(super) mod style;
pub(super) mod surface;
mod svg;
mod text;
