//! Moments of convolutional features in single precision: products of a block in single, sums over blocks in double.

use super::Moments;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::maps::Maps;
use crate::math::image::single::SingleChain;
use crate::math::linalg::{Matrix, SingleMatrix, mirror_lower, set_symmetric_product_tn_single};

/// The label-weighted and the plain moment over all positions of all images, as
/// [`super::nested_moments::image_moments`].
///
/// Images of one label are lifted together, so that each needs one symmetric product: for labels ±1
/// `C = M₊ − M₋`, `Σ = M₊ + M₋`, M± the sums over a class divided by all positions.
/// Shapes: `image(i)` gives image i, n labels -> P x P twice. Cost: nS (2Ck²P + P²) in single precision, 2P² for each
/// label; memory 28P² bytes and a block. Error: about 1e-6 of the largest entry.
/// Source: arXiv 2605.13612, for a convolutional layer C averages over positions.
///
/// # Errors
/// [`MathError::Range`] for no images; those of [`SingleChain::apply`]; whatever `image` returns.
pub fn image_moments_single<E: From<MathError>>(
    chain: &mut SingleChain,
    labels: &[f64],
    mut image: impl FnMut(usize) -> Result<Maps, E>,
) -> Result<Moments, E> {
    let positions = (labels.len() * chain.output().positions()) as f64;
    check_range(positions > 0.0, "number of positions", positions, "at least 1")?;
    let width = chain.output().channels;
    let mut sums = Moments { signed: Matrix::zeros(width, width), covariance: Matrix::zeros(width, width) };
    let mut part = SingleMatrix::zeros(width, width);
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[a].total_cmp(&labels[b]));
    for class in order.chunk_by(|&a, &b| labels[a].total_cmp(&labels[b]).is_eq()) {
        let mut of_class = Matrix::zeros(width, width);
        for block in class.chunks(chain.images_at_once()) {
            let images = block.iter().map(|&i| image(i)).collect::<Result<Vec<_>, E>>()?;
            let z = chain.apply(&together(&images)?)?;
            set_symmetric_product_tn_single(&mut part, z, z);
            add_lower(&mut of_class, &part);
        }
        of_class /= positions;
        sums.signed.iter_mut().zip(&of_class).for_each(|(s, m)| *s += labels[class[0]] * m);
        sums.covariance += of_class;
    }
    mirror_lower(&mut sums.signed);
    mirror_lower(&mut sums.covariance);
    Ok(sums)
}

fn together(images: &[Maps]) -> Result<Maps, MathError> {
    check_size("images of a block", images.len(), images.len().max(1))?;
    Maps::stacked(images, images[0].shape())
}

fn add_lower(sum: &mut Matrix, part: &SingleMatrix) {
    for (j, (mut column, added)) in sum.column_iter_mut().zip(part.column_iter()).enumerate() {
        column.iter_mut().zip(added.iter()).skip(j).for_each(|(s, v)| *s += f64::from(*v));
    }
}

#[cfg(test)]
mod tests {
    use super::super::nested_moments::image_moments;
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::image::convolution::{ConvolutionalLayer, draw_weights};
    use crate::math::image::maps::Geometry;
    use crate::math::image::patch::Window;
    use crate::math::random::Stream;

    const SHAPE: Geometry = Geometry { channels: 2, height: 6, width: 5 };

    #[test]
    fn moments_are_those_of_double_precision_whatever_the_labels() {
        let images = Maps::new(Stream::new(7, "test-images", 0).normal_columns(70, 0, SHAPE.dim()), SHAPE).unwrap();
        let window = Window { size: 3, padding: 1 };
        let layer = ConvolutionalLayer::new(draw_weights(1, 2, 18, 20), window, Activation::Relu, SHAPE).unwrap();
        let signs: Vec<f64> = (0..70).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        let numbers: Vec<f64> = (0..70).map(|i| (f64::from(i)).sin()).collect();
        for labels in [signs, numbers, vec![1.0; 70]] {
            let image = |i: usize| Ok::<_, MathError>(images.images(i..i + 1));
            let expected = image_moments(&layer, &labels, image).unwrap();
            let found = image_moments_single(&mut SingleChain::new(None, &layer).unwrap(), &labels, image).unwrap();
            let scale = expected.covariance.amax();
            assert!((&found.signed - &expected.signed).amax() < 1e-6 * scale);
            assert!((&found.covariance - &expected.covariance).amax() < 1e-6 * scale);
            assert_eq!(found.signed, found.signed.transpose());
        }
        let none = |_: usize| Err(MathError::NoConvergence { what: "no image" });
        let mut chain = SingleChain::new(None, &layer).unwrap();
        assert!(image_moments_single(&mut chain, &[], none).is_err());
        assert!(image_moments_single(&mut chain, &[1.0], none).is_err());
    }
}
