//! Figures: one file per kind. A plot draws a table and computes no statistic.
//!
//! `style` says how everything looks, `canvas` draws in pixels over plotters' SVG backend, `scale` and `frame` lay out
//! axes; the kinds put them together.

mod axis;
mod canvas;
mod font;
mod frame;
mod heading;
mod legend;
mod line_band;
mod scale;
mod series;
mod style;

pub use axis::{Axis, AxisForm};
pub use heading::DataNote;
pub use line_band::{AxisScale, LineBand, Params as LineBandParams};
pub use series::{Published, PublishedCurve};
