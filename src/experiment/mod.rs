//! Experiment kinds: samples, layers, filters, readouts, training, and what is read off them.
//!
//! Each file holds parameters, sizes and a `run` that calls `math`; nothing here computes. Tables and claims are in
//! `analysis`, figures in `plot`.
//! Start with `layers/random_features`; `values` is how representations are taken and made.

mod emergence;
mod error;
mod filters;
mod latent;
mod layers;
mod pictures;
mod readout;
mod samples;
#[cfg(test)]
mod testing;
mod training;
mod values;

pub use emergence::{
    EmergenceOverlap, EmergencePrediction, EmergenceThreshold, SyntheticFeatureEmergence, SyntheticHierarchy,
    SyntheticMomentSpectrum,
};
pub use filters::{
    ConvolutionalFilter, LeadingFeatures, PatchFilters, ProjectedMomentFilter, RandomFeatureFilter, SignedMomentFilter,
    SpectrumTable,
};
pub use latent::{ActivationSingularValues, LatentDirections, LatentPhase, NetworkJacobian, NetworkSingularValues};
pub use layers::{
    ChannelNorm, Convolution, DeepNngp, LayerKernel, LayerKernelShares, Pooling, RandomFeatures, SphereProjection,
    WideGram,
};
pub use pictures::{
    ActivationMaps, EigenvectorImages, FeatureAverages, FeatureMaximiser, InputImportance, PictureAgreement,
    SampleImportance,
};
pub use readout::{EffectiveDimension, RidgeReadout, Score};
pub use samples::{
    FallingBall, ImageTransform, ImageTwins, PatternShapes, RadialLabels, SphericalHarmonicSamples, SplitSamples,
    SyntheticHierarchySamples, WaveImages,
};
pub use training::{
    FeatureAlignment, LayerGradientShares, LeastObjective, LofiNetwork, NetworkFeatures, NetworkScore, PhaseRecovery,
    PruneNetwork, StepsToLevel, TrainNetwork,
};
