//! Between the values of steps and the numbers of `math`.

use crate::artifact::{Labels, Origin, Points};
use crate::math::error::MathError;
use crate::math::image::maps::{Geometry, Maps};
use crate::math::kernel::pixels::PixelRows;
use crate::math::kernel::{KernelState, KernelView, Splits};
use crate::math::linalg::Matrix;
use crate::math::precision::Precision;
use crate::math::size;
use crate::step::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The value at a slot that takes a representation or a kernel.
pub enum Layer<'a> {
    /// Samples as vectors.
    Vectors(&'a Representation),
    /// Samples as inner products.
    Products(&'a Kernel),
}

impl<'a> Layer<'a> {
    /// Reads a slot.
    pub fn at(inputs: &'a Inputs, slot: &str) -> Result<Self, StepError> {
        match inputs.value(slot)? {
            Value::Representation(r) => Ok(Self::Vectors(r)),
            Value::Kernel(k) => Ok(Self::Products(k)),
            other => Err(StepError::Bug(format!("slot `{slot}` holds a {}", other.value_type().name()))),
        }
    }

    pub fn labels(&self) -> &'a Arc<Labels> {
        match self {
            Self::Vectors(r) => &r.labels,
            Self::Products(k) => &k.labels,
        }
    }

    pub fn origin(&self) -> &'a Origin {
        match self {
            Self::Vectors(r) => &r.origin,
            Self::Products(k) => &k.origin,
        }
    }
}

/// The points as a matrix, copied only where they are stored as pixels or in single precision.
pub fn matrix(points: &Points) -> Cow<'_, Matrix> {
    match points {
        Points::Real(matrix) => Cow::Borrowed(matrix),
        Points::Single(_) | Points::Pixels { .. } => Cow::Owned(points.to_matrix()),
    }
}

/// The three splits of a representation as matrices; evaluation is validation, then test.
pub struct Matrices<'a> {
    train: Cow<'a, Matrix>,
    validation: Cow<'a, Matrix>,
    test: Cow<'a, Matrix>,
}

impl<'a> Matrices<'a> {
    pub fn of(r: &'a Representation) -> Self {
        let [train, validation, test] = r.splits().map(|(_, points)| matrix(points));
        Self { train, validation, test }
    }

    /// Calls `f` with the borrowed splits.
    pub fn with<T>(&self, f: impl FnOnce(Splits<'_>) -> T) -> T {
        f(Splits { train: &self.train, evaluation: &[&self.validation, &self.test] })
    }

    pub fn train(&self) -> &Matrix {
        &self.train
    }
}

/// Inner products of the samples with the training samples, of their first features where some are kept; those of bytes
/// by whole numbers.
pub fn inner_products(r: &Representation, keep: Option<usize>) -> Result<KernelState, MathError> {
    match r.splits().map(|(_, points)| pixel_rows(points)) {
        [Some(train), Some(validation), Some(test)] if keep.is_none() => {
            KernelState::of_pixels(train, &[validation, test])
        }
        _ => Matrices::of(r).with(|splits| KernelState::of_leading(splits, keep.unwrap_or(splits.train.ncols()))),
    }
}

fn pixel_rows(points: &Points) -> Option<PixelRows<'_>> {
    match points {
        Points::Pixels { bytes, geometry, mean, std } => {
            Some(PixelRows { bytes, area: geometry.height * geometry.width, mean, std })
        }
        Points::Real(_) | Points::Single(_) => None,
    }
}

/// A stored kernel, borrowed; evaluation is validation, then test.
pub fn view(kernel: &Kernel) -> KernelView<'_> {
    KernelView { train: &kernel.train, cross: vec![&kernel.validation, &kernel.test] }
}

/// A stored kernel, copied, to compute the next one in its place.
pub fn state(kernel: &Kernel) -> KernelState {
    KernelState {
        train: kernel.train.clone(),
        cross: vec![kernel.validation.clone(), kernel.test.clone()],
        diagonals: vec![kernel.validation_diagonal.clone(), kernel.test_diagonal.clone()],
    }
}

/// A computed kernel as a value; its evaluation splits are validation, then test.
pub fn kernel(state: KernelState, labels: &Arc<Labels>, origin: &Origin) -> Result<Kernel, StepError> {
    let KernelState { train, cross, diagonals } = state;
    let [validation, test] = pair(cross)?;
    let [validation_diagonal, test_diagonal] = pair(diagonals)?;
    let (labels, origin) = (Arc::clone(labels), origin.clone());
    Ok(Kernel { train, validation, test, validation_diagonal, test_diagonal, labels, origin })
}

/// Validation and test of a list over the evaluation splits.
pub fn pair<T>(list: Vec<T>) -> Result<[T; 2], StepError> {
    <[T; 2]>::try_from(list).map_err(|list| StepError::Bug(format!("{} evaluation splits in place of 2", list.len())))
}

/// Sizes of the input of a layer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    /// Numbers in a sample; none for a kernel.
    pub dim: Option<usize>,
}

impl Sizes {
    /// Reads the shape at a slot; zeros where nothing fitting is wired, which the study layer refuses.
    pub fn at(shapes: &Shapes, slot: &str) -> Self {
        match shapes.get(slot) {
            Some(Shape::Representation { train, validation, test, dim, .. }) => {
                Self { train, validation, test, dim: Some(dim) }
            }
            Some(Shape::Kernel { train, validation, test }) => Self { train, validation, test, dim: None },
            _ => Self::default(),
        }
    }

    /// Samples over all splits.
    pub const fn samples(self) -> usize {
        self.train + self.validation + self.test
    }

    /// Features of another dimension on the same samples.
    pub const fn features(self, dim: usize) -> Shape {
        self.features_in(Precision::Double, dim)
    }

    /// Features in a chosen precision.
    pub const fn features_in(self, precision: Precision, dim: usize) -> Shape {
        let Self { train, validation, test, .. } = self;
        let number_bytes = precision.bytes();
        Shape::Representation { train, validation, test, dim, geometry: None, number_bytes }
    }

    /// A kernel on the same samples.
    pub const fn kernel(self) -> Shape {
        Shape::Kernel { train: self.train, validation: self.validation, test: self.test }
    }
}

impl Sizes {
    /// Feature maps on the same samples.
    pub fn maps(self, shape: Geometry) -> Shape {
        let Self { train, validation, test, .. } = self;
        let geometry = Some(shape);
        Shape::Representation { train, validation, test, dim: shape.dim(), geometry, number_bytes: 8 }
    }
}

/// The layout of the images or maps at a slot, refused where the samples there are no images.
pub fn planned_layout(shapes: &Shapes, slot: &str) -> Result<Geometry, Vec<Problem>> {
    match shapes.get(slot) {
        Some(Shape::Representation { geometry: Some(geometry), .. }) => Ok(geometry),
        _ => {
            let problem = Problem::at(slot, "these samples are plain vectors; expected images or feature maps");
            Err(vec![
                problem.help("wire pixels, or a kind that keeps the layout: a convolution, pooling, channel-norm"),
            ])
        }
    }
}

/// The layout of the images or maps of a representation.
pub fn layout(x: &Representation) -> Result<Geometry, StepError> {
    x.geometry.ok_or_else(|| StepError::Bug("samples without an image layout".into()))
}

/// Some of a split's images, ending early where the user asked to stop.
pub fn images<'a>(
    points: &'a Points,
    shape: Geometry,
    context: &'a Context<'_>,
) -> impl Fn(Range<usize>) -> Result<Maps, StepError> + 'a {
    move |range| {
        context.check()?;
        Ok(Maps::new(points.block(range.start, range.end), shape)?)
    }
}

/// The fault of a grid of ridge penalties, if one of them is none.
pub fn no_penalty(at: &str, lambda: &Grid) -> Option<Problem> {
    let bad = lambda.0.iter().find(|l| !(l.is_finite() && **l > 0.0))?;
    Some(Problem::at(at, format!("{bad} is no ridge penalty: it must be a number above 0")))
}

/// Bytes of a matrix.
pub const fn matrix_bytes(rows: usize, columns: usize) -> u64 {
    size::bytes(8, rows, columns)
}

/// Floating-point operations of a full symmetric eigenproblem: 4/3 n³ to tridiagonal form, 4/3 n³ to divide and conquer,
/// 2 n³ to carry the vectors back.
pub fn eigen_flops(n: usize) -> f64 {
    14.0 / 3.0 * (n as f64).powi(3)
}

/// Floating-point operations of the k leading pairs: blocks of a Krylov space, or the full problem where it is less.
///
/// About 15 products with a vector a pair, 2n² each; the basis costs little beside them. Up to n = 600 the full problem.
pub fn top_eigen_flops(n: usize, k: usize) -> f64 {
    let krylov = 30.0 * (n as f64).powi(2) * (k + 2) as f64;
    if n > 600 { krylov.min(eigen_flops(n)) } else { eigen_flops(n) }
}

/// Time of the passes that make a number of a lift beside its product (scale, activation, norm, copy to its place), in
/// floating-point operations: passes over 8 bytes that memory bounds, 4 ns in all.
pub const LIFTED_FLOPS: f64 = 150.0;

/// The same of a number of maps that is taken apart and put together in another layout, 11 ns.
pub const MOVED_FLOPS: f64 = 400.0;

/// Time of an operation in single precision, in operations of double: measured 0.3 to 0.45.
pub const SINGLE_FLOPS: f64 = Precision::Single.flops();
