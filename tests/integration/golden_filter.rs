//! The filter in function space and its chain. Source of every constant: float64 run of the reference implementation.

use crate::common::{Data, assert_close, inner_products, kernel_lofi, printed};
use lofi::math::kernel::{LayerKernel, Splits, WeightScale, deep_nngp};
use lofi::math::lofi::dual_filter::{REFERENCE_FLOOR, dual_moment_filter, projector};

#[test]
fn signed_moment_dual_of_the_relu_gram() {
    let data = Data::sines();
    let state =
        LayerKernel::Relu.of_features(Splits { train: &data.x, evaluation: &[] }, WeightScale::AutoRescale).unwrap();
    let filter = dual_moment_filter(&state.view(), &data.y, 6, REFERENCE_FLOOR).unwrap();
    let expected = [-2.04221841973, -1.30499195647, 0.701511621148, -0.678353660438, -0.629961520502, -0.475174031969];
    assert_close("eigenvalues", &filter.eigenvalues, &expected, printed(12, 1e-12));
    let norms: Vec<f64> = filter.train.column_iter().map(|c| c.norm_squared()).collect();
    let expected = [3.49492349339, 1.35987138111, 1.02518703361, 0.795159123646, 0.752963054972, 0.591172359544];
    assert_close("column norms of F", &norms, &expected, printed(12, 1e-11));
    let f = projector(&filter.train);
    let expected = [0.431409969384, -0.0418514818804, 0.115278845695];
    assert_close("F Fᵀ", &[f[(0, 0)], f[(0, 1)], f[(3, 7)]], &expected, printed(12, 1e-11));
}

// Keeping every direction changes nothing on the training rows: the chain is deep NNGP there.
#[test]
fn keeping_everything_is_deep_nngp_on_the_training_rows() {
    let data = Data::sines();
    let chain = kernel_lofi(&data, &LayerKernel::Relu, &[24, 24]);
    let splits = Splits { train: &data.x, evaluation: &[] };
    let nngp = deep_nngp(&LayerKernel::Relu, 3, inner_products(splits), WeightScale::AutoRescale).unwrap();
    assert!((chain.train - nngp.train).amax() < 1e-12);
}
