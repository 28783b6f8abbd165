//! The figure `line-band`: curves with a band around each.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `content`: parameters, and what is drawn of a table; `drawing` puts it on the canvas.

mod content;
mod drawing;

pub use content::{LineBand, Params as LineBandParams};
