//! Convolutional layers, patch filters, smoothing and importance maps.
//! Source of every constant and of the file: float64 runs of the reference implementation.

use crate::common::{assert_close, printed, run_step, shared};
use lofi::artifact::{self, Geometry, Labels, Origin, Points, Representation, Samples};
use lofi::experiment::PatchFilters;
use lofi::math::MathError;
use lofi::math::activation::Activation;
use lofi::math::fourier::{DecayMask, Smoother};
use lofi::math::image::convolution::ConvolutionalLayer;
use lofi::math::image::maps::Maps;
use lofi::math::image::patch::{Window, leading_directions, patch_moment};
use lofi::math::image::pooling::{Pooling, normalize_channels};
use lofi::math::linalg::{Eigen, Matrix, scale_columns};
use lofi::math::lofi::feature_stack::{FeatureStack, RowSource, Unfitted};
use lofi::math::lofi::filter::{Route, moment_filter};
use lofi::math::lofi::jacobian::importance;
use lofi::math::lofi::weighted_sum::{projection_weights, weighted_sums};
use serde_json::{Value, json};
use std::sync::Arc;

const WINDOW: Window = Window { size: 3, padding: 1 };
const LABELS: [f64; 6] = [1.0, -1.0, 1.0, 1.0, -1.0, -1.0];

// x[i, c, r, s] = sin(0.5 i + 0.8 c + 0.3 r s + 0.11 i r), all from 1
fn images() -> Maps {
    let shape = Geometry { channels: 2, height: 6, width: 6 };
    let pixel = |i: usize, at: usize| {
        let (i, c) = ((i + 1) as f64, (at / 36 + 1) as f64);
        let (r, s) = ((at % 36 / 6 + 1) as f64, (at % 6 + 1) as f64);
        (0.5 * i + 0.8 * c + 0.3 * r * s + 0.11 * i * r).sin()
    };
    Maps::new(Matrix::from_fn(6, shape.dim(), pixel), shape).unwrap()
}

// w[a, b, u, v] = cos(1.1 a + 0.7 b + 0.4 u v + 0.23 a (u + 2 v) + layer)/√P, all from 1
fn convolution(layer: f64, width: usize, activation: Activation, images: &Maps) -> ConvolutionalLayer {
    let weight = |row: usize, a: usize| {
        let (a, b) = ((a + 1) as f64, (row / 9 + 1) as f64);
        let (u, v) = ((row % 9 / 3 + 1) as f64, (row % 3 + 1) as f64);
        (1.1 * a + 0.7 * b + 0.4 * u * v + 0.23 * a * (u + 2.0 * v) + layer).cos() / (width as f64).sqrt()
    };
    let inputs = images.shape().channels;
    ConvolutionalLayer::new(Matrix::from_fn(inputs * 9, width, weight), WINDOW, activation, images.shape()).unwrap()
}

fn filter(layer: &ConvolutionalLayer, images: &Maps, keep: usize) -> Eigen {
    let moment = layer.moment(&LABELS, |range| Ok::<_, MathError>(images.images(range))).unwrap();
    leading_directions(&moment, keep).unwrap()
}

fn at(z: &Maps, i: usize, (channel, r, s): (usize, usize, usize)) -> f64 {
    z.values()[(i, (channel * z.shape().height + r) * z.shape().width + s)]
}

// Channels of the first image's top left position.
fn corner(z: &Maps) -> Vec<f64> {
    (0..z.shape().channels).map(|channel| at(z, 0, (channel, 0, 0))).collect()
}

#[test]
fn convolutional_network_of_two_layers() {
    let close = |what: &str, found: &[f64], expected: &[f64], relative: f64| {
        assert_close(what, found, expected, printed(12, relative));
    };
    let images = images();
    let part = |range| Ok::<_, MathError>(images.images(range));
    let layer = convolution(0.0, 5, Activation::Sigmoid, &images);
    let z = layer.apply(6, part).unwrap();
    close("features", &[at(&z, 0, (0, 0, 0)), at(&z, 2, (3, 4, 1))], &[0.784487679177, 0.861546323284], 1e-10);
    let first = filter(&layer, &images, 2);
    close("eigenvalues", &first.values, &[-0.0139141123733, 0.0136452312588], 1e-10);
    let direction = [0.596817887905, 0.605747051521, -0.073122621868, 0.211028681546, 0.476444011386];
    close("first direction", first.vectors.column(0).as_slice(), &direction, 1e-10);
    let h = layer.project(6, &first.vectors, part).unwrap();
    close("filtered", &corner(&h), &[0.94674424222, 0.743565612], 1e-10);
    close("maximum", &corner(&Pooling::Max.apply(&h, 2).unwrap()), &[1.08000643073, 0.743565612], 1e-10);
    let mut pooled = Pooling::Average.apply(&h, 2).unwrap();
    close("mean", &corner(&pooled), &[0.996502351863, 0.359328000911], 1e-10);
    normalize_channels(&mut pooled);
    close("normalised", &corner(&pooled), &[0.940710632125, 0.339210108481], 1e-10);
    let second = filter(&convolution(1.0, 4, Activation::Relu, &pooled), &pooled, 3);
    close("second layer", &second.values, &[0.0484242507974, -0.00874169683572, -0.00354812012568], 1e-10);
}

#[test]
fn patch_moment_of_each_channel() {
    let expected = [
        [-0.117215042552, 0.101411910177, -0.0677389122146, 0.0632250266066],
        [0.0970567513432, -0.0656401316639, 0.0652433906984, -0.0505444525443],
    ];
    for (channel, expected) in expected.iter().enumerate() {
        let moment = patch_moment(&images().channel(channel), WINDOW, &LABELS).unwrap();
        let found = leading_directions(&moment, 4).unwrap().values;
        assert_close(&format!("channel {channel}"), &found, expected, printed(12, 1e-10));
    }
}

#[test]
fn decay_mask_and_smoothing() {
    let mask = DecayMask::new(0.3, 2.0).unwrap();
    let (small, large) = (mask.half_plane(7, 7), mask.half_plane(32, 32));
    let found = [small[(0, 0)], small[(0, 1)], small[(3, 3)], small[(4, 2)], large[(16, 16)], large[(1, 1)]];
    let expected = [1.0, 0.45889698231, 0.109622164033, 0.13547007276, 0.0887342880186, 0.759688373602];
    assert_close("mask", &found, &expected, printed(12, 1e-10));
    let mut delta = Matrix::zeros(7, 7);
    delta[(3, 3)] = 1.0;
    let smooth = Smoother::new(mask, 7, 7).apply(&delta).unwrap();
    let expected = [0.232459446033, 0.058287661323, 0.0074293827144, 1.0];
    let found = [smooth[(3, 3)], smooth[(3, 4)], smooth[(0, 0)], smooth.sum()];
    assert_close("smoothed point", &found, &expected, printed(12, 1e-10));
}

// W_jk = √2 sin(2.1 j + 0.37 k² + 0.77 j k), x_ij = sin(1.7 i + 0.9 j² + 0.31 i j), v ∝ cos k, all from 1
#[test]
fn importance_and_weighted_mean_of_one_layer() {
    let from_one = |i: usize, j: usize| ((i + 1) as f64, (j + 1) as f64);
    let x = Matrix::from_fn(12, 9, |i, j| {
        let (i, j) = from_one(i, j);
        (1.7 * i + 0.9 * j * j + 0.31 * i * j).sin()
    });
    let weights = Matrix::from_fn(9, 40, |j, k| {
        let (j, k) = from_one(j, k);
        2.0_f64.sqrt() * (2.1 * j + 0.37 * k * k + 0.77 * j * k).sin()
    });
    let v = Matrix::from_fn(40, 1, |k, _| ((k + 1) as f64).cos()).normalize();
    let rows = |r: std::ops::Range<usize>| Ok::<_, lofi::math::MathError>(x.rows(r.start, r.len()).into_owned());
    let inputs = RowSource { count: 12, rows: &rows };
    let layer = Unfitted { weights, activation: Activation::Sigmoid, directions: v.clone(), single: false };
    let (stack, projected) = FeatureStack::fit(inputs, vec![layer]).unwrap();
    let expected = [
        0.00418539858742,
        0.00993807998218,
        0.0192506190312,
        0.011311240023,
        0.00611336473586,
        0.0271611220236,
        0.00792423769877,
        0.0275338710636,
        0.0190024242906,
    ];
    let found = importance(&stack, 0, &v, inputs).unwrap();
    assert_close("importance", found.as_slice(), &expected, printed(12, 1e-10));
    let expected = [
        -0.120944168291,
        0.712619610544,
        0.638014317847,
        0.0861861599398,
        0.0241814104873,
        0.464522389631,
        0.745330739714,
        -0.466704173584,
        0.248982878305,
    ];
    let mean = weighted_sums(inputs, &projection_weights(&projected[0].projections)).unwrap();
    assert_close("weighted mean", mean.as_slice(), &expected, printed(12, 1e-10));
    let signal = |i: usize| x[(i, 0)] * x[(i, 1)] + 0.5 * x[(i, 2)] - 0.1;
    let labels: Vec<f64> = (0..12).map(|i| if signal(i) > 0.0 { 1.0 } else { -1.0 }).collect();
    let expected = [-0.0961963627288, 0.0114269638063, -0.00785771990786];
    let z = stack.representation(&x, 0).unwrap();
    let found = moment_filter(&z, &labels, 3, Route::Primal).unwrap().eigenvalues;
    assert_close("eigenvalues", &found, &expected, printed(12, 1e-10));
}

// Bytes of a record: the class, then three channels of 32 x 32 pixels.
const RECORD: usize = 1 + 3 * 1024;

// One channel of records, bytes x/255 standardised by the channel's usual mean and standard deviation.
fn cifar10(records: &[&[u8]], channel: usize) -> Maps {
    let (mean, deviation) = [(0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616)][channel];
    let pixel = |i: usize, s: usize| (f64::from(records[i][1 + channel * 1024 + s]) / 255.0 - mean) / deviation;
    let shape = Geometry { channels: 1, height: 32, width: 32 };
    Maps::new(Matrix::from_fn(records.len(), 1024, pixel), shape).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

// One column for each row of the file.
fn columns(value: &Value) -> Matrix {
    let rows: Vec<f64> = value.as_array().unwrap().iter().flat_map(numbers).collect();
    Matrix::from_column_slice(9, 9, &rows)
}

// The records as a step receives them.
fn cifar10_images(records: &[&[u8]], labels: Vec<f64>) -> Representation {
    let geometry = Geometry { channels: 3, height: 32, width: 32 };
    let points = |bytes: Vec<u8>| Points::Pixels {
        bytes,
        geometry,
        mean: vec![0.4914, 0.4822, 0.4465],
        std: vec![0.2470, 0.2435, 0.2616],
    };
    let pixels = records.iter().flat_map(|record| record[1..].iter().copied()).collect();
    Representation {
        samples: Samples { train: points(pixels), validation: points(vec![]), test: points(vec![]) },
        labels: Arc::new(Labels { train: labels, ..Labels::default() }),
        geometry: Some(geometry),
        origin: Origin::default(),
    }
}

#[test]
fn cifar10_patch_filters() {
    let Some((oracle, data)) =
        shared("oracles/cifar10_patch_filters_3x3.json").zip(shared("data/cifar10/cifar10_train_first4000.bin"))
    else {
        return;
    };
    let oracle: Value = serde_json::from_slice(&oracle).unwrap();
    let range: Vec<usize> = numbers(&oracle["data"]["records"]).into_iter().map(|x| x as usize).collect();
    let records: Vec<&[u8]> = data.chunks_exact(RECORD).take(range[1]).skip(range[0]).collect();
    // aeroplane, car, ship and lorry against the animals
    let label = |record: &&[u8]| if matches!(record[0], 0 | 1 | 8 | 9) { 1.0 } else { -1.0 };
    let labels: Vec<f64> = records.iter().map(label).collect();
    let images = artifact::Value::Representation(cifar10_images(&records, labels.clone()));
    let outputs = run_step(&PatchFilters, &json!({"window": 3, "padding": 1, "keep": 9}), images);
    let [artifact::Value::Pictures(pictures), artifact::Value::Table(table)] = &outputs[..] else {
        panic!("pictures and a table")
    };
    let eigenvalues: Vec<f64> = table.numbers("eigenvalue").unwrap().into_iter().flatten().collect();
    for (channel, name) in ["R", "G", "B"].into_iter().enumerate() {
        let expected = &oracle["channels"][name];
        let moment = patch_moment(&cifar10(&records, channel), WINDOW, &labels).unwrap();
        // the file prints 14 decimals of the operator
        let operator = columns(&expected["operator"]);
        assert_close(&format!("{name} operator"), moment.as_slice(), operator.as_slice(), (1e-10, 5e-15));
        let values = &eigenvalues[9 * channel..9 * (channel + 1)];
        assert_close(&format!("{name} eigenvalues"), values, &numbers(&expected["eigenvalues"]), (1e-10, 0.0));
        let own = pictures.pictures.iter().filter(|p| p.column == ["red", "green", "blue"][channel]);
        let found = Matrix::from_iterator(9, 9, own.flat_map(|p| p.values.iter().copied()));
        let mut vectors = columns(&expected["eigenvectors_as_rows_sign_free"]);
        // by the overlap: odd filters have pairs of entries of equal magnitude, where a canonical sign is left to rounding
        let signs: Vec<f64> = (0..9).map(|k| vectors.column(k).dot(&found.column(k)).signum()).collect();
        scale_columns(&mut vectors, &signs);
        assert_close(&format!("{name} eigenvectors"), found.as_slice(), vectors.as_slice(), (0.0, 1e-8));
    }
}
