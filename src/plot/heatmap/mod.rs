//! The figure `heatmap`: a value over two axes as colours.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `params`, then `figure`: what is said of what is drawn; `drawing` puts it on the canvas.

mod cells;
mod drawing;
mod figure;
mod params;

pub use figure::Heatmap;
pub use params::{Baseline, Mark, Params as HeatmapParams};
