//! Axes: what a study says of one, its scale, ticks and numbers, the frame that it stands on.
//!
//! Panels and legends are in `layout`.
//! Start with `axis`; `scale` turns values into places.

mod axis;
pub(super) mod axis_scale;
pub(super) mod colour_bar;
pub(super) mod frame;
pub(super) mod number;
pub(super) mod scale;
mod ticks;

pub use axis_scale::AxisScale;
