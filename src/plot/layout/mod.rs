//! Panels, headings, legends and guides: what stands where in a figure.
//!
//! Axes of one panel are in `axes`; each kind of figure draws inside of a panel itself.
//! Start with `facets`: what stands in which panel; `chart` puts a figure with numeric axes together.

pub(super) mod chart;
pub(super) mod facets;
pub(super) mod guides;
pub(super) mod heading;
pub(super) mod legend;
pub(super) mod looks;
pub(super) mod panels;
pub(super) mod series;

pub use guides::Guide;
