//! Verdicts on claims: one file per kind, and what they share.
//!
//! Intervals and tests are computed in `math/statistics`; how a study writes a claim is in `study`.
//! Start with `bound`; `replicates` makes samples of rows, `judge` says
//! at how many seeds they are looked at, `estimate` makes an interval, `threshold` is what is claimed, `decide` the verdict.

mod bound;
mod collapse;
mod decide;
mod estimate;
mod grid_points;
mod interior_optimum;
mod judge;
mod lattice;
mod monotone;
mod outlier_count;
mod paired_difference;
mod rank_correlation;
mod ratio;
mod replicates;
mod share_of_runs;
mod slope;
mod threshold;
mod threshold_location;

pub use bound::Bound;
pub use collapse::Collapse;
pub use decide::{Condition, Openness, Test};
pub use estimate::Estimate;
pub use interior_optimum::InteriorOptimum;
pub use monotone::Monotone;
pub use outlier_count::OutlierCount;
pub use paired_difference::PairedDifference;
pub use rank_correlation::RankCorrelation;
pub use ratio::Ratio;
pub use share_of_runs::ShareOfRuns;
pub use slope::Slope;
pub use threshold::Bar;
pub use threshold_location::ThresholdLocation;
