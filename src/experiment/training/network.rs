//! Between networks as values of steps and the networks of `math`.

use crate::artifact::{Geometry, HiddenLayers, Network, Points, Shape};
use crate::math::MathError;
use crate::math::linalg::Matrix;
use crate::math::network::{
    self, Architecture, Layer, NUMBERS_AT_ONCE, Parametrisation, Source, Workspace, rows_at_once,
};
use crate::math::size::times;
use crate::step::StepError;

/// The layers of a network with their sizes.
pub fn architecture(layers: &[Layer], input: Geometry, tangent_kernel: bool) -> Result<Architecture, MathError> {
    let scaling = if tangent_kernel { Parametrisation::TangentKernel } else { Parametrisation::Standard };
    Architecture::new(input, layers, scaling)
}

/// Those of a network that is a value.
pub fn architecture_of(network: &Network) -> Result<Architecture, MathError> {
    architecture(&network.layers, network.input, network.tangent_kernel_scaling)
}

/// The layout of a network's input: that of the images, or d channels of one position.
pub fn input_of(geometry: Option<Geometry>, dim: usize) -> Geometry {
    geometry.unwrap_or(Geometry { channels: dim, height: 1, width: 1 })
}

/// The layout that features carry: none for those of one position.
pub fn layout_of_maps(layout: Geometry) -> Option<Geometry> {
    (layout.height * layout.width > 1).then_some(layout)
}

/// The shape of a network with so many checkpoints; nothing for more hidden layers than a shape can name.
pub fn shape(architecture: &Architecture, checkpoints: usize) -> Option<Shape> {
    let hidden = HiddenLayers::of(&architecture.hidden_shapes())?;
    Some(Shape::Network { parameters: architecture.parameters(), checkpoints, hidden })
}

/// A network at one of its checkpoints.
pub fn at_checkpoint(network: &Network, index: usize) -> Result<network::Network<f32>, StepError> {
    let checkpoint = network.checkpoints.get(index);
    let parameters = checkpoint.ok_or_else(|| StepError::Bug(format!("no checkpoint {index}")))?.parameters.clone();
    Ok(network::Network::new(architecture_of(network)?, parameters)?)
}

/// Points and their labels as the source of a network's batches.
pub struct PointSource<'a> {
    rows: usize,
    storage: Storage<'a>,
    targets: Targets<'a>,
}

/// What the outputs are to be.
enum Targets<'a> {
    Labels(&'a [f64]),
    /// 1 for the class that the label counts, 0 for the others.
    Classes(&'a [f64]),
    Points(Box<PointSource<'a>>),
}

enum Storage<'a> {
    /// Column-major, n x d.
    Numbers(Vec<f32>),
    /// Bytes of images and what each value stands for in each channel.
    Bytes { bytes: &'a [u8], tables: Vec<[f32; 256]>, geometry: Geometry },
}

impl<'a> PointSource<'a> {
    /// Pixels stay bytes; numbers are rounded to single precision once.
    pub fn new(points: &'a Points, labels: &'a [f64]) -> Self {
        let storage = match points {
            Points::Real(matrix) => Storage::Numbers(matrix.iter().map(|&x| single(x)).collect()),
            Points::Single(matrix) => Storage::Numbers(matrix.as_slice().to_vec()),
            Points::Pixels { bytes, geometry, mean, std } => {
                let table = |(&mean, &std): (&f64, &f64)| {
                    std::array::from_fn(|byte| single((byte as f64 / 255.0 - mean) / std))
                };
                Storage::Bytes { bytes, tables: mean.iter().zip(std).map(table).collect(), geometry: *geometry }
            }
        };
        Self { rows: points.rows(), storage, targets: Targets::Labels(labels) }
    }

    /// The labels count classes from 0, and each class has an output of its own.
    pub fn of_classes(self) -> Self {
        let targets = match self.targets {
            Targets::Labels(labels) => Targets::Classes(labels),
            other => other,
        };
        Self { targets, ..self }
    }

    /// The outputs are to be other points, one for each of these.
    pub fn towards(self, targets: &'a Points) -> Self {
        Self { targets: Targets::Points(Box::new(PointSource::new(targets, &[]))), ..self }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "networks are trained in single precision")]
fn single(x: f64) -> f32 {
    x as f32
}

impl Source<f32> for PointSource<'_> {
    fn count(&self) -> usize {
        self.rows
    }

    fn inputs(&self, rows: &[usize], into: &mut [f32]) {
        match &self.storage {
            Storage::Numbers(values) => {
                let columns = values.chunks_exact(self.rows.max(1));
                for (column, into) in columns.zip(into.chunks_exact_mut(rows.len().max(1))) {
                    into.iter_mut().zip(rows).for_each(|(x, &row)| *x = column[row]);
                }
            }
            Storage::Bytes { bytes, tables, geometry } => expand(bytes, tables, *geometry, (rows, into)),
        }
    }

    fn targets(&self, rows: &[usize], into: &mut [f32]) {
        match &self.targets {
            Targets::Labels(labels) => into.iter_mut().zip(rows).for_each(|(y, &row)| *y = single(labels[row])),
            Targets::Classes(labels) => {
                for (column, class) in into.chunks_exact_mut(rows.len().max(1)).zip(0_u32..) {
                    let is = |row: usize| f32::from(u8::from(labels[row] == f64::from(class)));
                    column.iter_mut().zip(rows).for_each(|(y, &row)| *y = is(row));
                }
            }
            Targets::Points(points) => points.inputs(rows, into),
        }
    }
}

// A few pixels of every image, then the next few: both the bytes read and the columns written stay in the cache.
fn expand(bytes: &[u8], tables: &[[f32; 256]], geometry: Geometry, (rows, into): (&[usize], &mut [f32])) {
    const PIXELS_AT_ONCE: usize = 16;
    let (dim, area) = (geometry.dim(), geometry.height * geometry.width);
    for start in (0..dim).step_by(PIXELS_AT_ONCE) {
        let pixels = start..(start + PIXELS_AT_ONCE).min(dim);
        for (i, &row) in rows.iter().enumerate() {
            let image = &bytes[row * dim..(row + 1) * dim];
            for pixel in pixels.clone() {
                into[pixel * rows.len() + i] = tables[pixel / area][usize::from(image[pixel])];
            }
        }
    }
}

// Samples that pass through a network at a time.
const ROWS_AT_ONCE: usize = 256;

/// Memory of [`features`] beside its result, bytes: values and gradients of the samples that pass through at a time. `layers`
/// are the numbers that a sample has in the input and in each hidden layer.
pub fn pass_bytes(layers: impl Iterator<Item = usize>) -> u64 {
    // an activation keeps its own copy of a layer
    let numbers = 2 * layers.sum::<usize>();
    8 * times(ROWS_AT_ONCE, numbers).min(NUMBERS_AT_ONCE.max(numbers)) as u64
}

/// What the first `number` layers give for the first `count` samples of a source. Shapes: -> n x d.
pub fn features(network: &network::Network<f32>, number: usize, (source, count): (&PointSource<'_>, usize)) -> Matrix {
    let most = rows_at_once(network.architecture(), ROWS_AT_ONCE);
    let dim = network.architecture().layers()[..number].last().map_or(network.architecture().input(), |p| p.output);
    let rows: Vec<usize> = (0..count.min(source.count())).collect();
    let mut space = Workspace::new(network.architecture(), most.min(rows.len()));
    let mut out = Matrix::zeros(rows.len(), dim.dim());
    for part in rows.chunks(most) {
        source.inputs(part, space.input(part.len()));
        network.forward_to(&mut space, number);
        let columns = space.values(number).chunks_exact(part.len());
        for (mut into, column) in out.column_iter_mut().zip(columns) {
            let into = into.rows_mut(part[0], part.len()).into_iter();
            into.zip(column).for_each(|(into, &x)| *into = f64::from(x));
        }
    }
    out
}

#[cfg(test)]
pub fn shape_of(network: &Network) -> Shape {
    let architecture = architecture_of(network).unwrap();
    let parameters = architecture.parameters();
    assert!(network.checkpoints.iter().all(|c| c.parameters.len() == parameters));
    shape(&architecture, network.checkpoints.len()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{pixels, representation};

    #[test]
    fn pixels_and_numbers_give_the_same_batch() {
        let images = pixels(9, 0, 0);
        let numbers = representation(&images);
        let labels = &images.labels.train;
        let rows = [7, 0, 0, 3];
        let batch = |points: &Points| {
            let source = PointSource::new(points, labels);
            let (mut x, mut y) = (vec![0.0; 4 * points.dim()], vec![0.0; 4]);
            source.inputs(&rows, &mut x);
            source.targets(&rows, &mut y);
            (source.count(), x, y)
        };
        let (count, x, y) = batch(&images.samples.train);
        assert_eq!((count, x.clone(), y.clone()), batch(&numbers.samples.train));
        let expected = images.samples.train.to_matrix();
        assert!((0..4 * 12).all(|i| x[i] == expected[(rows[i % 4], i / 4)] as f32));
        assert!((0..4).all(|i| f64::from(y[i]) == labels[rows[i]]));
    }
}
