//! Figures: one folder per kind. A plot draws a table and computes no statistic.
//!
//! What figures share: `canvas` draws in pixels over plotters' SVG backend, `axes` turns values into places, `layout` says
//! what stands in which panel; `export` makes PDF and PNG of what is drawn. Tables are made in `analysis`.
//! Start with `scatter`, the plainest kind.
//!
//! Rules that hold for all of them, each with a test:
//! - A quantity as colour gets a ramp in its order, names get the palette (`layout/looks`); no two curves of a panel look
//!   alike, and the paper's have the colour of ours, hollow and dotted. More than eight curves become panels.
//! - Colours are variables of the page with a value for a light and one for a dark ground (`canvas/colour`).
//! - An axis has one notation and at least two numbers, none of which touches another (`axes/ticks`, `axes/frame`).
//! - Runs that ended early are arrows with a count, rows without a number are counted; nothing is left out in silence.
//! - What is claimed or published is drawn: lines with a slope (`layout/guides`), hollow points, both edges of a bulk.
//! - A figure is described in at most 300 letters, and has a small picture without words (`canvas/surface`).

mod axes;
mod canvas;
mod export;
mod heatmap;
mod histogram;
mod image_grid;
mod layout;
mod line_band;
mod scatter;
#[cfg(test)]
mod testing;
pub use axes::AxisScale;
pub use export::{to_pdf, to_png};
pub use heatmap::{Baseline, Heatmap, HeatmapParams, Mark};
pub use histogram::{Histogram, HistogramParams};
pub use image_grid::{ImageGrid, ImageGridParams, RangeOf};
pub use layout::Guide;
pub use line_band::{LineBand, LineBandParams};
pub use scatter::{Scatter, ScatterParams};
