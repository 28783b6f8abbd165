//! Times of products and eigenproblems on one thread: `kernels [NAME…]` prints a line `NAME SIZE SECONDS FLOPS` for
//! each kernel at each of its sizes.
//!
//! `benches/kernels.py` runs it in alternation with NumPy and SciPy. Times are CPU-seconds where the system tells them
//! (Linux), else wall time; the least of some repetitions counts, as everything but the kernel only adds.

use lofi::math::MathError;
use lofi::math::linalg::eigen::top_eigen_by_magnitude;
use lofi::math::linalg::{
    Matrix, SingleMatrix, gram, product, product_single, scale_columns, set_symmetric_product_tn_single, single,
    sym_eigen, sym_eigenvalues, symmetric_product_tn,
};
use lofi::math::random::Stream;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// What is timed.
type Work = Box<dyn Fn() -> Result<(), MathError>>;

/// A kernel: its name, its sizes, and what makes the work at a size, with the operations that its rate is counted in.
struct Kernel {
    name: &'static str,
    sizes: &'static [usize],
    make: fn(usize) -> (Work, f64),
}

const PAIRS: usize = 100;
const INPUTS: usize = 3072;

const KERNELS: &[Kernel] = &[
    Kernel { name: "product-f32", sizes: &[500, 1000, 2000], make: square_single },
    Kernel { name: "product-f64", sizes: &[500, 1000, 2000], make: square },
    Kernel { name: "lift-f32", sizes: &[1000, 2000], make: lift },
    Kernel { name: "rank-k-f32", sizes: &[1000, 2000], make: rank_k_single },
    Kernel { name: "rank-k-f64", sizes: &[1000, 2000], make: rank_k },
    Kernel { name: "top-100", sizes: &[2000, 3000, 4000, 5000], make: top },
    Kernel { name: "eigenpairs", sizes: &[1000, 2000, 3000], make: eigenpairs },
    Kernel { name: "eigenvalues", sizes: &[1000, 2000, 3000], make: eigenvalues },
];

fn normals(rows: usize, columns: usize) -> Matrix {
    Stream::new(0, "bench-kernels", 0).normal_columns(rows, 0, columns)
}

fn single_normals(rows: usize, columns: usize) -> SingleMatrix {
    single(&normals(rows, columns))
}

/// `(1/m) Zᵀ Y Z` of m = 2n samples, whose features fall as a power and whose labels know the first of them.
fn moment(n: usize) -> Matrix {
    let mut z = normals(2 * n, n);
    let decay: Vec<f64> = (0..n).map(|j| (1.0 + j as f64).powf(-0.6)).collect();
    scale_columns(&mut z, &decay);
    let mut weighted = z.clone();
    for i in 0..z.nrows() {
        let label = (z[(i, 0)].powi(2) - 1.0 + 0.5 * z[(i, 1)]).signum() / z.nrows() as f64;
        weighted.row_mut(i).iter_mut().for_each(|v| *v *= label);
    }
    symmetric_product_tn(&z, &weighted)
}

fn square_single(n: usize) -> (Work, f64) {
    let (a, b) = (single_normals(n, n), single_normals(n, n));
    (Box::new(move || keep(product_single(&a, &b))), 2.0 * cube(n))
}

fn square(n: usize) -> (Work, f64) {
    let (a, b) = (normals(n, n), normals(n, n));
    (Box::new(move || keep(product(&a, &b))), 2.0 * cube(n))
}

// n images onto 2000 features
fn lift(n: usize) -> (Work, f64) {
    let (x, weights) = (single_normals(n, INPUTS), single_normals(INPUTS, 2000));
    (Box::new(move || keep(product_single(&x, &weights))), 2.0 * (n * INPUTS) as f64 * 2000.0)
}

// Aᵀ A of 2n x n
fn rank_k_single(n: usize) -> (Work, f64) {
    let a = single_normals(2 * n, n);
    let work = move || {
        let mut out = SingleMatrix::zeros(n, n);
        set_symmetric_product_tn_single(&mut out, &a, &a);
        keep(out)
    };
    (Box::new(work), 2.0 * cube(n))
}

fn rank_k(n: usize) -> (Work, f64) {
    let a = normals(n, 2 * n);
    (Box::new(move || keep(gram(&a))), 2.0 * cube(n))
}

fn top(n: usize) -> (Work, f64) {
    let a = moment(n);
    (Box::new(move || top_eigen_by_magnitude(&a, PAIRS).and_then(keep)), 2.0 * (n * n * PAIRS) as f64)
}

fn eigenpairs(n: usize) -> (Work, f64) {
    let a = moment(n);
    (Box::new(move || sym_eigen(&a).and_then(keep)), 9.0 * cube(n))
}

fn eigenvalues(n: usize) -> (Work, f64) {
    let a = moment(n);
    (Box::new(move || sym_eigenvalues(&a).and_then(keep)), 4.0 / 3.0 * cube(n))
}

fn cube(n: usize) -> f64 {
    (n as f64).powi(3)
}

// What nobody reads is not computed.
fn keep<T>(value: T) -> Result<(), MathError> {
    black_box(value);
    Ok(())
}

/// Seconds that the process has had a processor, or has been there.
fn cpu_seconds(start: Instant) -> f64 {
    let counted = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = counted.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |n| n * 1e-9)
}

/// The least time of a repetition; short ones are timed several at once, as the system counts in milliseconds.
fn least_seconds(work: &Work) -> Result<f64, MathError> {
    const LEAST: f64 = 0.4;
    let start = Instant::now();
    let timed = |times: usize| {
        let begin = cpu_seconds(start);
        (0..times).try_for_each(|_| work())?;
        Ok::<f64, MathError>((cpu_seconds(start) - begin) / times as f64)
    };
    let first = timed(1)?;
    let together = (LEAST / first.max(1e-3)).ceil() as usize;
    let first = if first < LEAST { f64::INFINITY } else { first };
    (0..3).try_fold(first, |least, _| Ok(least.min(timed(together)?)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    for kernel in KERNELS.iter().filter(|k| wanted.is_empty() || wanted.iter().any(|w| w == k.name)) {
        for &size in kernel.sizes {
            let (work, flops) = (kernel.make)(size);
            println!("{} {size} {:.6} {flops:.0}", kernel.name, least_seconds(&work)?);
        }
    }
    Ok(())
}
