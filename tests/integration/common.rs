//! What the golden tests share: the data, the constants' layout and comparisons that name the worst entry.

use lofi::artifact::Value;
use lofi::math::kernel::{KernelState, LayerKernel, Splits, WeightScale};
use lofi::math::linalg::Matrix;
use lofi::math::lofi::dual_filter::{REFERENCE_FLOOR, dual_moment_filter};
use lofi::step::{Context, DataRef, DataSource, ErasedKind, Inputs, NoScratch, Outputs, Records, StepError};
use serde_json::Value as Json;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Asserts `|found − expected| <= relative·|expected| + absolute` entry by entry and prints the worst one.
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], (relative, absolute): (f64, f64)) {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    let excess = |i: usize| (found[i] - expected[i]).abs() / (relative * expected[i].abs() + absolute);
    let worst = (0..found.len()).max_by(|&i, &j| excess(i).total_cmp(&excess(j)));
    if let Some(i) = worst {
        let (f, e) = (found[i], expected[i]);
        assert!(excess(i) <= 1.0, "{what}: entry {i} is {f:e}, expected {e:e}, {:.3} tolerances off", excess(i));
    }
}

/// The tolerance of a number printed with `digits` significant digits (half a unit of the last one, worst mantissa) that
/// is otherwise good to `relative`.
pub fn printed(digits: i32, relative: f64) -> (f64, f64) {
    (relative + 5.0 * 10.0_f64.powi(-digits), 0.0)
}

/// A file beside the project that is not part of it, below `$LOFI_TEST_SHARED` or `../shared`; says so where it is absent.
pub fn shared(path: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("LOFI_TEST_SHARED").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let bytes = std::fs::read(folder.join(path)).ok();
    if bytes.is_none() {
        skipped(&format!("no {path} in {}", folder.display()));
    }
    bytes
}

/// Says that a test was not done, also where the output of tests that pass is kept back.
pub fn skipped(why: &str) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "skipped {name}: {why}");
}

struct NoData;

impl DataSource for NoData {
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Data { card: data.card.clone(), reason: "not in this test".into() })
    }
}

/// The outputs of a step with one input.
pub fn run_step(kind: &dyn ErasedKind, params: &Json, input: Value) -> Outputs {
    let slot = kind.about().inputs[0].name.to_owned();
    let inputs = Inputs(vec![(slot, vec![Arc::new(input)])]);
    let context = Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    kind.run(&kind.canonical(params).unwrap(), &inputs, &context).unwrap()
}

/// Inner products of samples and how many numbers each has: what deep NNGP begins with.
pub fn inner_products(splits: Splits<'_>) -> (KernelState, usize) {
    (KernelState::inner_products(splits).unwrap(), splits.train.ncols())
}

/// A small data set with training and test rows.
pub struct Data {
    pub x: Matrix,
    pub y: Vec<f64>,
    pub x_test: Matrix,
    pub y_test: Vec<f64>,
}

impl Data {
    /// `x_ij = sin(1.7 i + 0.9 j² + 0.31 i j)`, j from 1; training i = 1..24, test i = 101..110; y = +1 where
    /// `x_1 x_2 + 0.5 x_3 − 0.1 > 0`, else −1.
    pub fn sines() -> Self {
        let rows = |first: usize, count: usize| {
            Matrix::from_fn(count, 8, |i, j| {
                let (i, j) = ((first + i) as f64, (j + 1) as f64);
                (1.7 * i + 0.9 * j * j + 0.31 * i * j).sin()
            })
        };
        let labels = |x: &Matrix| {
            let signal = |i: usize| x[(i, 0)] * x[(i, 1)] + 0.5 * x[(i, 2)] - 0.1;
            (0..x.nrows()).map(|i| if signal(i) > 0.0 { 1.0 } else { -1.0 }).collect()
        };
        let (x, x_test) = (rows(1, 24), rows(101, 10));
        Self { y: labels(&x), y_test: labels(&x_test), x, x_test }
    }
}

/// Kernel LoFi: filters of the given ranks, then one more layer kernel, everything auto-rescaled.
pub fn kernel_lofi(data: &Data, kernel: &LayerKernel, ranks: &[usize]) -> KernelState {
    let (mut train, mut test) = (data.x.clone(), data.x_test.clone());
    for &keep in ranks {
        let splits = Splits { train: &train, evaluation: &[&test] };
        let state = kernel.of_features(splits, WeightScale::AutoRescale).unwrap();
        let mut filter = dual_moment_filter(&state.view(), &data.y, keep, REFERENCE_FLOOR).unwrap();
        (train, test) = (filter.train, filter.evaluation.remove(0));
    }
    kernel.of_features(Splits { train: &train, evaluation: &[&test] }, WeightScale::AutoRescale).unwrap()
}
