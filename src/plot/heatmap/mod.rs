//! The figure `heatmap`: a value over two axes as colours.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `content`: parameters, and what is drawn of a table; `drawing` puts it on the canvas.

mod cells;
mod content;
mod drawing;

pub use cells::{Baseline, Mark};
pub use content::{Heatmap, Params as HeatmapParams};
