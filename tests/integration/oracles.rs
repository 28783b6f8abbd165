//! Input and output pairs of an independent implementation; tests/oracles/README.md says where they are from.

use crate::common::{Data, assert_close, inner_products, kernel_lofi};
use crate::project::repository;
use lofi::math::activation::Activation;
use lofi::math::emergence::emergence;
use lofi::math::kernel::{KernelState, LayerKernel, Splits, WeightScale, deep_nngp};
use lofi::math::linalg::Matrix;
use lofi::math::lofi::dual_filter::{REFERENCE_FLOOR, dual_moment_filter, projector};
use lofi::math::lofi::filter::{Route, moment_filter};
use lofi::math::lofi::moment::second_moment;
use lofi::math::lofi::random_features::RandomLayer;
use lofi::math::ridge::{Centring, Design, Ridge, RidgeFit, log_grid};
use lofi::math::statistics::metrics::{ZeroPrediction, classification_error, mean_squared_error};
use serde_json::Value;

// The files print 12 decimals.
const PRINTED: f64 = 5e-13;

// So do the files' inputs, which moves an eigenprojector by up to 8e-13 where the spectrum has no wide gap (measured by
// adding uniform noise of that size to x and W).
const PRINTED_INPUTS: f64 = 1e-12;

struct Oracle {
    name: &'static str,
    file: Value,
}

impl Oracle {
    fn all() -> Vec<Self> {
        let read = |name: &'static str| {
            let text = std::fs::read(repository().join("tests/oracles").join(name)).unwrap();
            Self { name, file: serde_json::from_slice(&text).unwrap() }
        };
        ["kernel_lofi_n48.json", "kernel_lofi_n60.json"].map(read).into()
    }

    fn input(&self, key: &str) -> &Value {
        &self.file["inputs"][key]
    }

    fn output(&self, entry: &str, key: &str) -> &Value {
        &self.file["outputs"][entry][key]
    }

    fn data(&self) -> Data {
        Data {
            x: matrix(self.input("x_train")),
            y: numbers(self.input("y_train")),
            x_test: matrix(self.input("x_test")),
            y_test: numbers(self.input("y_test")),
        }
    }

    fn lambdas(&self) -> Vec<f64> {
        numbers(self.input("lambdas"))
    }

    fn check(&self, entry: &str, key: &str, found: &[f64], tolerance: (f64, f64)) {
        let expected = self.output(entry, key);
        let expected = if expected[0].is_array() { matrix(expected).as_slice().to_vec() } else { numbers(expected) };
        assert_close(&format!("{} {entry} {key}", self.name), found, &expected, tolerance);
    }
}

// One number or a list of them.
fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(list) => list.iter().map(|v| v.as_f64().unwrap()).collect(),
        None => vec![value.as_f64().unwrap()],
    }
}

fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Matrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

fn splits<'a>(data: &'a Data, evaluation: &'a [&'a Matrix]) -> Splits<'a> {
    Splits { train: &data.x, evaluation }
}

fn relu_state(data: &Data) -> KernelState {
    LayerKernel::Relu.of_features(splits(data, &[&data.x_test]), WeightScale::AutoRescale).unwrap()
}

#[test]
fn relu_kernel_unit_rms() {
    for oracle in Oracle::all() {
        let state = relu_state(&oracle.data());
        oracle.check("relu_kernel_unit_rms", "train", state.train.as_slice(), (1e-10, PRINTED));
        oracle.check("relu_kernel_unit_rms", "cross", state.cross[0].as_slice(), (1e-10, PRINTED));
    }
}

#[test]
fn signed_moment_dual() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let keep = numbers(oracle.input("k"))[0] as usize;
        let filter = dual_moment_filter(&relu_state(&data).view(), &data.y, keep, REFERENCE_FLOOR).unwrap();
        oracle.check("signed_moment_dual", "eigenvalues", &filter.eigenvalues, (1e-10, PRINTED));
        let projector = projector(&filter.train);
        oracle.check("signed_moment_dual", "projector_train_features", projector.as_slice(), (1e-10, PRINTED));
    }
}

fn given_ridges(oracle: &Oracle, state: &KernelState, centring: Centring) -> Vec<RidgeFit> {
    let labels = oracle.data().y;
    Ridge::new(Design::Kernel(state.view()), &labels, centring).unwrap().fits(&oracle.lambdas()).unwrap()
}

fn check_scores(oracle: &Oracle, entry: &str, fits: &[RidgeFit]) {
    let labels = oracle.data().y_test;
    let mse = |f: &RidgeFit| mean_squared_error(&f.evaluation[0], &labels).unwrap().mean;
    let error = |f: &RidgeFit| classification_error(&f.evaluation[0], &labels, ZeroPrediction::IsError).unwrap().mean;
    oracle.check(entry, "test_mse", &fits.iter().map(mse).collect::<Vec<_>>(), (1e-6, 0.0));
    if oracle.output(entry, "test_error").is_array() {
        // as counts: the files have 1 − accuracy, which is another f64 than misses/n
        let misses = |error: f64| (error * labels.len() as f64).round() as usize;
        let found: Vec<usize> = fits.iter().map(|f| misses(error(f))).collect();
        let expected: Vec<usize> = numbers(oracle.output(entry, "test_error")).into_iter().map(misses).collect();
        assert_eq!(found, expected, "{} {entry}", oracle.name);
    }
}

#[test]
fn kernel_lofi_3layer_uncentred_ridge() {
    for oracle in Oracle::all() {
        let ranks: Vec<usize> = numbers(oracle.input("k")).iter().map(|&k| k as usize).collect();
        let state = kernel_lofi(&oracle.data(), &LayerKernel::Relu, &ranks);
        check_scores(&oracle, "kernel_lofi_3layer_uncentred_ridge", &given_ridges(&oracle, &state, Centring::Nothing));
    }
}

#[test]
fn deep_nngp_3layer_uncentred_and_centred_ridge() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let state =
            deep_nngp(&LayerKernel::Relu, 3, inner_products(splits(&data, &[&data.x_test])), WeightScale::AutoRescale)
                .unwrap();
        check_scores(&oracle, "deep_nngp_3layer_uncentred_ridge", &given_ridges(&oracle, &state, Centring::Nothing));
        check_scores(&oracle, "deep_nngp_3layer_centred_ridge", &given_ridges(&oracle, &state, Centring::Full));
    }
}

#[test]
fn kernel_ridge_loo() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let state = relu_state(&data);
        let alphas = log_grid(-6.0, 6.0, 25);
        oracle.check("kernel_ridge_loo", "alphas", &alphas, (1e-15, PRINTED));
        let ridge = Ridge::new(Design::Kernel(state.view()), &data.y, Centring::Labels).unwrap();
        let curve = ridge.leave_one_out(&alphas).unwrap();
        oracle.check("kernel_ridge_loo", "loo_mse_curve", &curve, (1e-10, PRINTED));
        let chosen = ridge.select(&alphas).unwrap();
        oracle.check("kernel_ridge_loo", "chosen_alpha", &[chosen], (1e-15, 0.0));
        let fit = ridge.fits(&[chosen]).unwrap().remove(0);
        oracle.check("kernel_ridge_loo", "bias", &[fit.intercept], (1e-15, 1e-16));
        oracle.check("kernel_ridge_loo", "dual_coef", &fit.dual.unwrap(), (1e-10, PRINTED));
    }
}

#[test]
fn nngp_with_given_variances() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        for (entry, kernel) in [
            ("nngp_relu_sw1.3_sb0.2", "relu"),
            ("nngp_relu_normalized_sw1.3_sb0.2", "relu-normalized"),
            ("nngp_sigmoid_sw1.3_sb0.2", "sigmoid"),
        ] {
            let kernel = LayerKernel::parse(kernel, 20).unwrap().unwrap();
            let scale = WeightScale::Fixed { sigma_w: 1.3, sigma_b: 0.2 };
            let state = kernel.of_features(splits(&data, &[&data.x_test]), scale).unwrap();
            let corner = |m: &Matrix| m.view((0, 0), (8, 8)).iter().copied().collect::<Vec<_>>();
            oracle.check(entry, "train_first8", &corner(&state.train), (1e-10, PRINTED));
            oracle.check(entry, "cross_first8", &corner(&state.cross[0]), (1e-10, PRINTED));
        }
    }
}

// The lift of the training and test rows by the given weights, and its scale.
fn lifted(oracle: &Oracle, data: &Data) -> (Matrix, Matrix, f64) {
    let weights = matrix(oracle.output("signed_covariance_primal", "W"));
    let layer = RandomLayer::fit(&data.x, weights, Activation::Relu).unwrap();
    (layer.apply(&data.x).unwrap(), layer.apply(&data.x_test).unwrap(), layer.scale)
}

#[test]
fn signed_covariance_primal() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let (z, _, scale) = lifted(&oracle, &data);
        oracle.check("signed_covariance_primal", "c", &[scale], (1e-10, 0.0));
        for route in [Route::Primal, Route::Dual] {
            let filter = moment_filter(&z, &data.y, 10, route).unwrap();
            oracle.check("signed_covariance_primal", "eigenvalues", &filter.eigenvalues, (1e-10, PRINTED));
            let projector = projector(&filter.directions);
            let tolerance = (1e-10, PRINTED + PRINTED_INPUTS);
            oracle.check("signed_covariance_primal", "projector_top10", projector.as_slice(), tolerance);
        }
    }
}

#[test]
fn emergence_thresholds() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let (z, _, _) = lifted(&oracle, &data);
        let filter = moment_filter(&z, &data.y, 6, Route::Primal).unwrap();
        let found = emergence(&second_moment(&z), &filter, 6).unwrap();
        let column = |of: &dyn Fn(usize) -> f64| (0..6).map(of).collect::<Vec<f64>>();
        oracle.check("emergence", "r", &column(&|k| found[k].radius), (1e-10, 0.0));
        oracle.check("emergence", "rho", &column(&|k| found[k].alignment), (1e-10, 0.0));
        oracle.check("emergence", "effective_dimension", &column(&|k| found[k].effective_dimension), (1e-10, 0.0));
        oracle.check("emergence", "predicted_n", &column(&|k| found[k].predicted_samples), (1e-10, 0.0));
    }
}

#[test]
fn ridge_cv_primal() {
    for oracle in Oracle::all() {
        let data = oracle.data();
        let (z, z_test, _) = lifted(&oracle, &data);
        let design = Design::Features(Splits { train: &z, evaluation: &[&z_test] });
        let ridge = Ridge::new(design, &data.y, Centring::Full).unwrap();
        let chosen = ridge.select(&log_grid(-6.0, 6.0, 50)).unwrap();
        oracle.check("ridge_cv_primal", "chosen_alpha", &[chosen], (1e-15, 0.0));
        let fit = ridge.fits(&[chosen]).unwrap().remove(0);
        oracle.check("ridge_cv_primal", "coef", &fit.weights.unwrap(), (1e-10, PRINTED));
        oracle.check("ridge_cv_primal", "intercept", &[fit.intercept], (1e-10, PRINTED));
        oracle.check("ridge_cv_primal", "test_prediction", &fit.evaluation[0], (1e-10, PRINTED));
    }
}
