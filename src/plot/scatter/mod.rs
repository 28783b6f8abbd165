//! The figure `scatter`: points.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `params`, then `figure`: what is said of what is drawn; `drawing` puts it on the canvas.

mod drawing;
mod figure;
mod params;

pub use figure::Scatter;
pub use params::Params as ScatterParams;
