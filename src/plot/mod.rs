//! Figures: one folder per kind. A plot draws a table and computes no statistic.
//!
//! What figures share: `canvas` draws in pixels over plotters' SVG backend, `axes` turns values into places, `layout` says
//! what stands in which panel. Tables are made in `analysis`.
//! Start with `scatter`, the plainest kind.

mod axes;
mod canvas;
mod heatmap;
mod histogram;
mod image_grid;
mod layout;
mod line_band;
mod scatter;
#[cfg(test)]
mod testing;
pub use axes::AxisScale;
pub use heatmap::{Baseline, Heatmap, HeatmapParams, Mark};
pub use histogram::{Histogram, HistogramParams};
pub use image_grid::{ImageGrid, ImageGridParams, RangeOf};
pub use layout::Guide;
pub use line_band::{LineBand, LineBandParams};
pub use scatter::{Scatter, ScatterParams};
