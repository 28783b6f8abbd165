//! The figure `line-band`: curves with a band around each.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `params`, then `figure`: what is said of what is drawn; `drawing` puts it on the canvas.

mod beside;
mod drawing;
mod figure;
mod params;
mod styles;

pub use figure::LineBand;
pub use params::Params as LineBandParams;
