//! Figures: one file per kind. A plot draws a table and computes no statistic.
//!
//! `style` says how everything looks, `canvas` draws in pixels over plotters' SVG backend, `scale` and `frame` lay out
//! axes, `facets` says what stands in which panel, `panels` where it lies, `chart` puts panels, labels and legend of the
//! kinds with numeric axes together.

mod axis;
mod axis_scale;
mod canvas;
mod cells;
mod chart;
mod colour_bar;
mod colour_map;
mod facets;
mod font;
mod frame;
mod guides;
mod heading;
mod heatmap;
mod heatmap_drawing;
mod histogram;
mod histogram_drawing;
mod image_grid;
mod image_grid_drawing;
mod images;
mod legend;
mod line_band;
mod line_band_drawing;
mod number;
mod panels;
mod png;
mod scale;
mod scatter;
mod scatter_drawing;
mod series;
mod strokes;
mod style;
#[cfg(test)]
mod testing;

pub use axis::{Axis, AxisForm};
pub use axis_scale::AxisScale;
pub use cells::{Baseline, Mark};
pub use facets::{Facets, Share};
pub use guides::Guide;
pub use heading::DataNote;
pub use heatmap::{Heatmap, Params as HeatmapParams};
pub use histogram::{Histogram, Params as HistogramParams};
pub use image_grid::{ImageGrid, Params as ImageGridParams, RangeOf};
pub use line_band::{LineBand, Params as LineBandParams};
pub use scatter::{Params as ScatterParams, Scatter};
