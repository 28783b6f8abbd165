//! The figure `image-grid`: pictures in rows and columns.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `params`, then `figure`: what is said of what is drawn; `drawing` puts it on the canvas.

mod drawing;
mod figure;
mod images;
mod params;
mod shown;

pub use figure::ImageGrid;
pub use params::{Params as ImageGridParams, RangeOf};
