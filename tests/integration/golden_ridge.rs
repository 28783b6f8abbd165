//! Readouts behind kernel chains, deep NNGP and finite-width networks.
//! Source of every constant: float64 run of the reference implementation.

use crate::common::{Data, assert_close, inner_products, kernel_lofi, printed};
use lofi::math::activation::Activation;
use lofi::math::kernel::{KernelState, LayerKernel, Splits, WeightScale, deep_nngp};
use lofi::math::linalg::{Matrix, canonical_signs, scale_columns};
use lofi::math::lofi::dual_filter::{REFERENCE_FLOOR, dual_moment_filter};
use lofi::math::lofi::filter::{MomentFilter, Route, moment_filter};
use lofi::math::lofi::random_features::RandomLayer;
use lofi::math::ridge::{Centring, Design, Ridge, log_grid};
use lofi::math::statistics::metrics::{ZeroPrediction, classification_error, mean_squared_error};

const LAMBDAS: [f64; 4] = [1e-3, 1e-2, 1e-1, 1.0];

fn test_mse(state: &KernelState, data: &Data, centring: Centring) -> Vec<f64> {
    let fits = Ridge::new(Design::Kernel(state.view()), &data.y, centring).unwrap().fits(&LAMBDAS).unwrap();
    fits.iter().map(|f| mean_squared_error(&f.evaluation[0], &data.y_test).unwrap().mean).collect()
}

fn test_error(state: &KernelState, data: &Data, centring: Centring) -> Vec<f64> {
    let fits = Ridge::new(Design::Kernel(state.view()), &data.y, centring).unwrap().fits(&LAMBDAS).unwrap();
    let error = |p: &[f64]| classification_error(p, &data.y_test, ZeroPrediction::IsError).unwrap().mean;
    fits.iter().map(|f| error(&f.evaluation[0])).collect()
}

struct Chain {
    kernel: &'static str,
    uncentred: [f64; 4],
    uncentred_error: [f64; 4],
    centred: [f64; 4],
    centred_error: [f64; 4],
    // alpha, leave-one-out, training and test error of the readout that centres the labels alone
    selected: [f64; 4],
}

const CHAINS: [Chain; 2] = [
    Chain {
        kernel: "relu",
        uncentred: [0.376868958642, 0.435176458334, 0.501497303322, 0.642501027644],
        uncentred_error: [0.1, 0.2, 0.2, 0.2],
        centred: [0.620422681645, 0.632528577944, 0.689570210586, 0.650680818649],
        centred_error: [0.3, 0.2, 0.3, 0.2],
        selected: [0.0190792422477, 0.624198704401, 0.315069132082, 0.410808553452],
    },
    Chain {
        kernel: "sigmoid",
        uncentred: [0.516338912889, 0.6230850771, 0.669337572875, 0.694701320363],
        uncentred_error: [0.2; 4],
        centred: [0.516262294027, 0.622822462997, 0.667120412352, 0.672943642894],
        centred_error: [0.2; 4],
        selected: [1e-6, 0.820763261425, 0.33087292808, 0.372530012171],
    },
];

#[test]
fn kernel_lofi_chain() {
    let data = Data::sines();
    for c in &CHAINS {
        let state = kernel_lofi(&data, &LayerKernel::parse(c.kernel, 30).unwrap().unwrap(), &[6, 5]);
        assert_close(c.kernel, &test_mse(&state, &data, Centring::Nothing), &c.uncentred, printed(12, 1e-6));
        assert_close(c.kernel, &test_mse(&state, &data, Centring::Full), &c.centred, printed(12, 1e-6));
        assert_eq!(test_error(&state, &data, Centring::Nothing), c.uncentred_error);
        assert_eq!(test_error(&state, &data, Centring::Full), c.centred_error);
        let ridge = Ridge::new(Design::Kernel(state.view()), &data.y, Centring::Labels).unwrap();
        let alpha = ridge.select(&log_grid(-6.0, 6.0, 500)).unwrap();
        let fit = ridge.fits(&[alpha]).unwrap().remove(0);
        let test = mean_squared_error(&fit.evaluation[0], &data.y_test).unwrap().mean;
        let found = [alpha, ridge.leave_one_out(&[alpha]).unwrap()[0], fit.train_mse, test];
        assert_close(c.kernel, &found, &c.selected, printed(12, 1e-6));
    }
}

#[test]
fn standard_error_of_the_test_error() {
    let data = Data::sines();
    let state = kernel_lofi(&data, &LayerKernel::Relu, &[6, 5]);
    let fits = Ridge::new(Design::Kernel(state.view()), &data.y, Centring::Nothing).unwrap().fits(&LAMBDAS).unwrap();
    let found: Vec<f64> =
        fits.iter().map(|f| mean_squared_error(&f.evaluation[0], &data.y_test).unwrap().standard_error).collect();
    let expected = [0.122987160383, 0.151419338054, 0.150437212167, 0.172507862906];
    assert_close("standard error", &found, &expected, printed(12, 1e-6));
}

#[test]
fn deep_nngp_readouts() {
    let data = Data::sines();
    let unit = WeightScale::Fixed { sigma_w: 1.0, sigma_b: 0.0 };
    let uncentred = [
        ("relu", WeightScale::AutoRescale, [0.744751623723, 0.746698402923, 0.740687291753, 0.73131418145]),
        ("relu", unit, [0.746307048112, 0.743541247049, 0.727657136492, 0.824570660886]),
        ("sigmoid", WeightScale::AutoRescale, [0.882681951447, 0.689515077314, 0.676712070752, 0.695413049458]),
        ("sigmoid", unit, [0.686754002968, 0.674754351616, 0.676104193934, 0.69761303385]),
    ];
    let centred = [
        ("relu", WeightScale::AutoRescale, [0.8453733108, 0.831234673955, 0.74146763388, 0.671535975201]),
        ("relu", unit, [0.834739195281, 0.755813070429, 0.673025605314, 0.672298062322]),
    ];
    let splits = Splits { train: &data.x, evaluation: &[&data.x_test] };
    for (rows, centring) in [(&uncentred[..], Centring::Nothing), (&centred[..], Centring::Full)] {
        for (name, scale, expected) in rows {
            let kernel = LayerKernel::parse(name, 20).unwrap().unwrap();
            let state = deep_nngp(&kernel, 3, inner_products(splits), *scale).unwrap();
            assert_close(&format!("{name} {scale:?}"), &test_mse(&state, &data, centring), expected, printed(12, 1e-6));
        }
    }
}

// W_jk = √2 sin(2.1 j + 0.37 k² + 0.77 j k + 1.3 layer), j and k from 1
fn weights(layer: usize, rows: usize) -> Matrix {
    Matrix::from_fn(rows, 40, |j, k| {
        let (j, k) = ((j + 1) as f64, (k + 1) as f64);
        2.0_f64.sqrt() * (2.1 * j + 0.37 * k * k + 0.77 * j * k + 1.3 * layer as f64).sin()
    })
}

// A three-layer network of width 40: two layers filtered to rank 3, the last one not.
struct Network {
    scales: Vec<f64>,
    filters: Vec<MomentFilter>,
    train: Matrix,
    test: Matrix,
}

// How the 3 directions of a layer and their signs are fixed.
#[derive(Clone, Copy, PartialEq)]
enum Signs {
    Directions,
    Features,
}

fn network(data: &Data, activation: Activation, signs: Signs) -> Network {
    let (mut train, mut test) = (data.x.clone(), data.x_test.clone());
    let (mut scales, mut filters) = (Vec::new(), Vec::new());
    for layer in 0..3 {
        let lift = RandomLayer::fit(&train, weights(layer, train.ncols()), activation).unwrap();
        scales.push(lift.scale);
        (train, test) = (lift.apply(&train).unwrap(), lift.apply(&test).unwrap());
        if layer < 2 {
            let mut filter = moment_filter(&train, &data.y, 3, Route::Primal).unwrap();
            if signs == Signs::Features {
                let by_features = canonical_signs(&filter.apply(&train));
                scale_columns(&mut filter.directions, &by_features);
            }
            (train, test) = (filter.apply(&train), filter.apply(&test));
            filters.push(filter);
        }
    }
    Network { scales, filters, train, test }
}

struct Finite {
    activation: &'static str,
    scales: [f64; 2],
    eigenvalues: [[f64; 3]; 2],
    // alpha, then as far as given: leave-one-out, training and test mean squared error, intercept
    readout: &'static [f64],
}

const FINITE: [Finite; 11] = [
    Finite {
        activation: "relu",
        scales: [0.489285839106, 0.631363709921],
        eigenvalues: [
            [-0.100548854114, -0.0414189671832, -0.030794338094],
            [-0.19721526013, -0.0563812325271, -0.037198727987],
        ],
        readout: &[0.04890787094, 0.763717873345, 0.544038291799, 0.791852215283, 0.6800261402],
    },
    Finite {
        activation: "sigmoid",
        scales: [0.512424792589, 0.510218840903],
        eigenvalues: [
            [-0.109584366091, -0.00743510114195, -0.00505703560079],
            [-0.107405413897, -0.00112654233306, -0.000838292905466],
        ],
        readout: &[1e6, 0.899810964355, 0.826388888825, 0.673611110732, -0.4166666645],
    },
    Finite {
        activation: "erf",
        scales: [0.481943433976, 0.65337095797],
        eigenvalues: [
            [-0.0843236790046, -0.0556209354782, -0.0483096651367],
            [-0.154902278607, -0.0861351833569, -0.0710952276175],
        ],
        readout: &[1e6, 0.899811386999, 0.82638871483, 0.673610916271, -0.416666624],
    },
    Finite {
        activation: "tanh",
        scales: [0.445173351962, 0.607166470957],
        eigenvalues: [
            [-0.071406111715, -0.0474764030788, -0.0410688429343],
            [-0.13251641993, -0.07648301623, -0.0632152274233],
        ],
        readout: &[1e6],
    },
    Finite {
        activation: "gelu",
        scales: [0.414964773118, 0.579888072474],
        eigenvalues: [
            [-0.06971210211, -0.0408024709262, -0.0310590183705],
            [-0.174572713099, -0.0678882613394, -0.0469667321499],
        ],
        readout: &[0.737454909, 0.759082249707, 0.62690342679, 0.735224304066, -0.01774394761],
    },
    Finite {
        activation: "relu-normalized",
        scales: [0.111266440305, 0.153027452388],
        eigenvalues: [
            [-0.00469759027399, -0.00235509852167, -0.0018737105588],
            [-0.00590236931113, -0.00278668111812, -0.00165547963329],
        ],
        readout: &[0.001970557802, 0.741770252367, 0.529363333521, 0.546566219518, -3.122891901],
    },
    Finite {
        activation: "rbf",
        scales: [0.593019383417, 0.735828008377],
        eigenvalues: [
            [-0.142330063596, -0.0923699928617, -0.0695724624418],
            [-0.190576094629, -0.106018001516, -0.104618024907],
        ],
        readout: &[1.282969798, 0.778111424943, 0.518040912923, 0.547470576887, -0.816325616],
    },
    Finite {
        activation: "step",
        scales: [0.557270091447, 0.618830681953],
        eigenvalues: [
            [-0.121360991505, -0.0396480552241, -0.0283648846989],
            [-0.134098319314, -0.0201152073399, -0.0140592039086],
        ],
        readout: &[0.01805148879, 0.664523819863, 0.377250121194, 0.902417825016, -2.351392971],
    },
    Finite {
        activation: "capped-relu",
        scales: [0.372578555213, 0.459548631316],
        eigenvalues: [
            [-0.0552005392069, -0.0222990498036, -0.0149191970197],
            [-0.0842338372565, -0.0174638967791, -0.0112856227917],
        ],
        readout: &[0.01159119619, 0.768321354547, 0.47917077918, 0.698746477658, -0.2656972543],
    },
    Finite {
        activation: "poly2",
        scales: [1.19689608234, 1.8716184817],
        eigenvalues: [
            [-0.484346192133, -0.248599944035, -0.15824926977],
            [-1.62132450965, -0.81861095187, -0.350794263201],
        ],
        readout: &[30.12714071, 0.866629629718, 0.762140544755, 0.669550966784, -0.285852474],
    },
    Finite {
        activation: "poly3",
        scales: [1.99969997795, 5.65147919641],
        eigenvalues: [
            [-1.4322832465, -0.904959378549, 0.710801366654],
            [-27.779388951, 0.80193395817, -0.647861388884],
        ],
        readout: &[1e6],
    },
];

#[test]
fn finite_width_network() {
    let data = Data::sines();
    for case in &FINITE {
        let network = network(&data, Activation::parse(case.activation).unwrap(), Signs::Directions);
        let what = case.activation;
        assert_close(what, &network.scales[..1], &[2.03071474205], printed(12, 1e-12));
        assert_close(what, &network.scales[1..], &case.scales, printed(12, 1e-11));
        for (filter, expected) in network.filters.iter().zip(&case.eigenvalues) {
            assert_close(what, &filter.eigenvalues, expected, printed(11, 1e-11));
        }
        let splits = Splits { train: &network.train, evaluation: &[&network.test] };
        let ridge = Ridge::new(Design::Features(splits), &data.y, Centring::Full).unwrap();
        let alpha = ridge.select(&log_grid(-6.0, 6.0, 500)).unwrap();
        let fit = ridge.fits(&[alpha]).unwrap().remove(0);
        let test = mean_squared_error(&fit.evaluation[0], &data.y_test).unwrap().mean;
        let found = [alpha, ridge.leave_one_out(&[alpha]).unwrap()[0], fit.train_mse, test, fit.intercept];
        assert_close(what, &found[..case.readout.len()], case.readout, printed(10, 1e-8));
    }
}

// The readout without intercept, signs fixed on the features; features and function space.
#[test]
fn finite_width_network_at_given_ridges_primal_and_dual() {
    let data = Data::sines();
    let network = network(&data, Activation::Relu, Signs::Features);
    let state = KernelState::inner_products(Splits { train: &network.train, evaluation: &[&network.test] }).unwrap();
    let primal = [1.01181744476, 0.689181785909, 0.650991542227, 0.70000631843];
    assert_close("primal", &test_mse(&state, &data, Centring::Nothing), &primal, printed(12, 1e-9));
    let dual = [1.01181746431, 0.689181782747, 0.650991533454, 0.700006315874];
    assert_close("dual", &test_mse(&dual_network(&data), &data, Centring::Nothing), &dual, printed(12, 1e-9));
}

fn dual_network(data: &Data) -> KernelState {
    let (mut train, mut test) = (data.x.clone(), data.x_test.clone());
    for layer in 0..3 {
        let lift = RandomLayer::fit(&train, weights(layer, train.ncols()), Activation::Relu).unwrap();
        let (z, z_test) = (lift.apply(&train).unwrap(), lift.apply(&test).unwrap());
        let state = KernelState::inner_products(Splits { train: &z, evaluation: &[&z_test] }).unwrap();
        if layer == 2 {
            return state;
        }
        let mut filter = dual_moment_filter(&state.view(), &data.y, 3, REFERENCE_FLOOR).unwrap();
        (train, test) = (filter.train, filter.evaluation.remove(0));
    }
    unreachable!("the last layer returns")
}
