use super::*;
use crate::math::hierarchy::features::StreamedInputs;
use crate::math::ridge::log_grid;

fn calm() -> Result<(), MathError> {
    Ok(())
}

// ---- against NumPy 2.4.6: the same formulas in f64, numpy.linalg.eigh, solve and qr, on deterministic numbers; the entry of
// largest magnitude of an eigenvector is positive ----

fn wave((rows, columns): (usize, usize), a: f64, b: f64) -> Matrix {
    let angle = |i: f64, j: f64| (1.3 * i + a) * (j + 1.1) + b * i * j + 0.37 * i * i;
    Matrix::from_fn(rows, columns, |i, j| 2.0_f64.sqrt() * angle(i as f64, j as f64).sin())
}

fn symmetric(size: usize, k: f64) -> Matrix {
    let m = wave((size, size), 0.2 + k, 0.71);
    (&m + m.transpose()).normalize()
}

fn with_unit_columns(mut weights: Matrix) -> Matrix {
    weights.column_iter_mut().for_each(|mut c| c /= c.norm());
    weights
}

#[test]
fn curve_is_that_of_an_independent_program() {
    let first = (0..3).map(|k| symmetric(9, f64::from(k))).collect();
    let teacher = Teacher::new(first, symmetric(3, 7.0)).unwrap();
    let (train, test) = (wave((500, 9), 0.7, 1.0), wave((200, 9), 0.31, 1.7));
    let layer = CentredLayer::new(&with_unit_columns(wave((9, 40), 0.9, 0.53)));
    let second = CentredLayer::new(&with_unit_columns(wave((3, 24), 0.4, 0.83)));
    assert!((teacher.of(&train).labels[2] + 0.30293187).abs() > 1e-3, "sample 1, not 2, has this label");
    assert!((teacher.of(&train).labels[1] + 0.30293187).abs() < 1e-8);
    let estimator = Estimator {
        teacher: &teacher,
        first: &layer,
        second: &second,
        degree: 5,
        lambdas: &[0.5],
        method: Method::Formed,
        tolerance: 1e-5,
        passes: 40,
    };
    let curve = Curve { train: &train, sizes: &[150, 500], test: &test, bytes_kept: 0, interrupt: &calm };
    let points = estimator.curve(&curve).unwrap();
    let expected = [
        (150, 0.3138468148054571, 0.6965234351680308, 0.16930993711634568),
        (500, 0.3099348244469261, 0.7347908506884989, 0.17319637688359116),
    ];
    for (point, (n, overlap_h1, overlap_h2, mse)) in points.iter().zip(expected) {
        assert_eq!((point.n_train, point.lambda), (n, 0.5));
        let found = [point.overlap_h1 - overlap_h1, point.overlap_h2 - overlap_h2, point.test_mse.mean - mse];
        assert!(found.iter().all(|difference| difference.abs() < 2e-5), "n = {n}: {found:?}");
    }
}

// ---- laws ----

struct Setting {
    teacher: Teacher,
    first: CentredLayer,
    second: CentredLayer,
    lambdas: Vec<f64>,
}

fn setting(dim: usize, width: usize) -> Setting {
    let teacher = Teacher::draw(3, dim);
    let second = CentredLayer::draw((3, 1), teacher.features(), 64);
    Setting { first: CentredLayer::draw((3, 0), dim, width), second, teacher, lambdas: log_grid(-4.0, 4.0, 9) }
}

fn points(setting: &Setting, method: Method, sizes: &[usize], bytes_kept: u64) -> Vec<Point> {
    let Setting { teacher, first, second, lambdas } = setting;
    let estimator = Estimator { teacher, first, second, degree: 5, lambdas, method, tolerance: 1e-5, passes: 40 };
    let dim = 12;
    let train = StreamedInputs::new(3, 0, dim);
    let test = StreamedInputs::new(3, 1, dim).rows(0..500);
    estimator.curve(&Curve { train: &train, sizes, test: &test, bytes_kept, interrupt: &calm }).unwrap()
}

#[test]
fn methods_agree_and_keeping_changes_nothing() {
    let setting = setting(12, 160);
    let sizes = [300, 3000];
    let kept = points(&setting, Method::Implicit, &sizes, u64::MAX);
    assert_eq!(kept, points(&setting, Method::Implicit, &sizes, 0));
    for (a, b) in kept.iter().zip(points(&setting, Method::Formed, &sizes, 0)) {
        assert!((a.overlap_h1 - b.overlap_h1).abs() < 1e-3 && (a.overlap_h2 - b.overlap_h2).abs() < 1e-3);
        assert!((a.test_mse.mean / b.test_mse.mean - 1.0).abs() < 1e-3);
    }
}

#[test]
fn a_point_does_not_depend_on_the_larger_sizes() {
    let setting = setting(12, 160);
    for method in [Method::Implicit, Method::Formed] {
        let alone = points(&setting, method, &[700], 0);
        let among = points(&setting, method, &[300, 700, 1500], 0);
        assert!((alone[0].overlap_h1 - among[1].overlap_h1).abs() < 1e-4);
        assert!((alone[0].test_mse.mean / among[1].test_mse.mean - 1.0).abs() < 1e-3);
    }
}

#[test]
fn many_samples_recover_the_hierarchy_and_few_do_not() {
    let setting = setting(12, 160);
    let found = points(&setting, Method::Formed, &[20, 40_000], 0);
    // at a width of d² and a dimension this small the limit of many samples is far below 1 as well
    assert!(found[0].overlap_h1 < 0.1 && found[1].overlap_h1 > 0.25, "{found:?}");
    assert!(found[1].overlap_h2 > found[0].overlap_h2 && found[1].relative_mse < 0.85);
    assert!(found[0].relative_mse > 0.95);
}

#[test]
fn sizes_must_increase() {
    let Setting { teacher, first, second, lambdas } = setting(12, 30);
    let estimator = Estimator {
        teacher: &teacher,
        first: &first,
        second: &second,
        degree: 5,
        lambdas: &lambdas,
        method: Method::Formed,
        tolerance: 1e-3,
        passes: 40,
    };
    let train = StreamedInputs::new(3, 0, 12);
    let test = train.rows(0..10);
    for sizes in [&[][..], &[1][..], &[30, 30][..]] {
        assert!(
            estimator.curve(&Curve { train: &train, sizes, test: &test, bytes_kept: 0, interrupt: &calm }).is_err()
        );
    }
}
