//! Layer kernels and deep NNGP. Source of every constant: float64 run of the reference implementation.

use crate::common::{Data, assert_close, inner_products, printed};
use lofi::math::kernel::{KernelState, LayerKernel, Splits, WeightScale, covariance_root, deep_nngp};

fn kernel(name: &str, nodes: usize) -> LayerKernel {
    LayerKernel::parse(name, nodes).unwrap().unwrap()
}

struct Row {
    q: [f64; 3],
    relu: f64,
    normalized: f64,
    sigmoid: [f64; 2], // 20 and 30 nodes
    root: [f64; 3],
}

const HALF_ROOT: f64 = 0.707106781187;

const ROWS: [Row; 6] = [
    Row {
        q: [1.3, 0.7, 0.4],
        relu: 0.265378091518942,
        normalized: 0.556383658675018,
        sigmoid: [0.267205275669689, 0.267205275722768],
        root: [1.12121725335, 0.207055236082, 0.810634399228],
    },
    Row {
        q: [1.3, 0.7, -0.4],
        relu: 0.0653780915189423,
        normalized: 0.13706972398625,
        sigmoid: [0.232794724330311, 0.232794724277232],
        root: [1.12121725335, -0.207055236082, 0.810634399228],
    },
    Row {
        q: [1.0, 1.0, 0.0],
        relu: 0.159154943091895,
        normalized: 0.318309886183791,
        sigmoid: [0.25, 0.25],
        root: [1.0, 0.0, 1.0],
    },
    Row {
        q: [1.0, 1.0, 1.0],
        relu: 0.5,
        normalized: 1.0,
        sigmoid: [0.293379035858075, 0.293379035858093],
        root: [HALF_ROOT, HALF_ROOT, HALF_ROOT],
    },
    Row {
        q: [2.0, 0.5, 1.0],
        relu: 0.5,
        normalized: 1.0,
        sigmoid: [0.291382273441669, 0.291382273409562],
        root: [1.26491106407, 0.632455532034, 0.316227766017],
    },
    Row {
        q: [0.01, 0.02, 0.005],
        relu: 0.00364298881694223,
        normalized: 0.515196419249322,
        sigmoid: [0.250310179700942, 0.250310179700942],
        root: [0.0977608773428, 0.0210430715716, 0.139847020486],
    },
];

#[test]
fn layer_kernel_values() {
    for row in &ROWS {
        let [q1, q2, q12] = row.q;
        let value = |name: &str, nodes: usize| kernel(name, nodes).value(q1, q2, q12);
        let found = [value("relu", 0), value("relu-normalized", 0), value("sigmoid", 20), value("sigmoid", 30)];
        let expected = [row.relu, row.normalized, row.sigmoid[0], row.sigmoid[1]];
        assert_close(&format!("kernels at {:?}", row.q), &found, &expected, printed(15, 2e-15));
        let (a, b, c) = covariance_root(q1, q2, q12);
        assert_close(&format!("root of {:?}", row.q), &[a, b, c], &row.root, printed(12, 1e-14));
    }
}

#[test]
fn sines_are_the_data_of_the_constants() {
    let data = Data::sines();
    let first = [data.x[(0, 0)], data.x[(0, 1)], data.x[(0, 2)]];
    assert_close("x_train row 1", &first, &[0.229527947021, -0.355253559988, -0.964941930507], (0.0, 5e-13));
    let positive = |y: &[f64]| (1..=y.len()).filter(|i| y[i - 1] > 0.0).collect::<Vec<_>>();
    assert_eq!(positive(&data.y), [7, 10, 11, 12, 13, 14, 17]);
    assert_eq!(positive(&data.y_test), [7, 10]);
}

#[test]
fn relu_gram_auto_rescaled() {
    let data = Data::sines();
    let state = LayerKernel::Relu
        .of_features(Splits { train: &data.x, evaluation: &[&data.x_test] }, WeightScale::AutoRescale)
        .unwrap();
    let sigma_w = (8.0 * 24.0 / data.x.norm_squared()).sqrt();
    assert_close("sigma_w", &[sigma_w], &[1.39282345578789], printed(15, 1e-15));
    let g = &state.train;
    let found = [g[(0, 0)], g[(0, 1)], g[(3, 7)], g.trace(), g.sum(), state.cross[0][(0, 0)], state.cross[0][(5, 3)]];
    let expected =
        [0.573231565431, 0.0127230101978, 0.128037722073, 12.0, 97.954658834, 0.0787952028018, 0.171224187447];
    assert_close("relu Gram", &found, &expected, printed(12, 1e-13));
    let smallest = lofi::math::linalg::sym_eigenvalues(g).unwrap()[0];
    assert_close("smallest eigenvalue", &[smallest], &[0.0100830523476], printed(12, 1e-13));
}

fn nngp(name: &str, nodes: usize, scale: WeightScale) -> KernelState {
    let data = Data::sines();
    let splits = Splits { train: &data.x, evaluation: &[&data.x_test] };
    deep_nngp(&kernel(name, nodes), 3, inner_products(splits), scale).unwrap()
}

#[test]
fn deep_nngp_of_three_layers() {
    let unit = WeightScale::Fixed { sigma_w: 1.0, sigma_b: 0.0 };
    let table = [
        ("relu", WeightScale::AutoRescale, [0.573231565431, 0.314191765326, 0.276968436843]),
        ("relu", unit, [0.0738716776378, 0.0404895232647, 0.0356925967029]),
        ("sigmoid", WeightScale::AutoRescale, [0.29343442439, 0.291343258327, 0.292003088778]),
        ("sigmoid", unit, [0.264721909055, 0.264550713024, 0.264603741377]),
    ];
    for (name, scale, expected) in table {
        let state = nngp(name, 20, scale);
        let found = [state.train[(0, 0)], state.train[(0, 1)], state.cross[0][(0, 0)]];
        assert_close(&format!("{name} {scale:?}"), &found, &expected, printed(12, 1e-12));
    }
}

#[test]
fn deep_nngp_is_the_explicit_recursion() {
    let data = Data::sines();
    let splits = Splits { train: &data.x, evaluation: &[&data.x_test] };
    for scale in [WeightScale::AutoRescale, WeightScale::Fixed { sigma_w: 1.3, sigma_b: 0.2 }] {
        let first = LayerKernel::Relu.of_features(splits, scale).unwrap();
        assert_eq!(deep_nngp(&LayerKernel::Relu, 1, inner_products(splits), scale).unwrap(), first);
        let third = LayerKernel::Relu.of_kernel(LayerKernel::Relu.of_kernel(first, scale), scale);
        assert_eq!(deep_nngp(&LayerKernel::Relu, 3, inner_products(splits), scale).unwrap(), third);
    }
}
