//! The figure `image-grid`: pictures in rows and columns.
//!
//! Axes, panels and colours that figures share are in `axes`, `layout` and `canvas`.
//! Start with `content`: parameters, and what is drawn of a table; `drawing` puts it on the canvas.

mod content;
mod drawing;
mod images;

pub use content::{ImageGrid, Params as ImageGridParams, RangeOf};
