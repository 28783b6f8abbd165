//! The figure `histogram`: counts over one axis.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `content`: parameters, and what is drawn of a table; `drawing` puts it on the canvas.

mod content;
mod drawing;

pub use content::{Histogram, Params as HistogramParams};
