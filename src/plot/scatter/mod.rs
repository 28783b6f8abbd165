//! The figure `scatter`: points.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `content`: parameters, and what is drawn of a table; `drawing` puts it on the canvas.

mod content;
mod drawing;

pub use content::{Params as ScatterParams, Scatter};
