//! Figures: one file per kind. A plot draws a table and computes no statistic.
//!
//! `style` says how everything looks, `canvas` draws in pixels over plotters' SVG backend, `scale` and `frame` lay out
//! axes; the kinds put them together.

mod axis;
mod canvas;
mod cells;
mod colour_bar;
mod colour_map;
mod font;
mod frame;
mod heading;
mod heatmap;
mod heatmap_drawing;
mod legend;
mod line_band;
mod scale;
mod series;
mod style;

pub use axis::{Axis, AxisForm};
pub use cells::{Baseline, Mark};
pub use heading::DataNote;
pub use heatmap::{Heatmap, Params as HeatmapParams};
pub use line_band::{AxisScale, LineBand, Params as LineBandParams};
