//! Leading directions of random subsamples against reference directions, by the cheapest way for the samples.

use super::lifted::LiftedLayers;
use crate::artifact::Representation;
use crate::experiment::values::{Matrices, matrix_bytes};
use crate::math::emergence::nested_moments::{NestedMoments, image_moment};
use crate::math::emergence::projection::projection_basis;
use crate::math::emergence::single_moments::image_moments_single;
use crate::math::image::single::SingleChain;
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{
    Eigen, Matrix, SingleMatrix, product_into_single, product_tn, set_symmetric_product_tn_single, single,
};
use crate::math::lofi::subsample::{
    NestedSamples, SampleRoute, leading_directions, squared_overlaps, squared_overlaps_at_any_place,
};
use crate::step::prelude::*;

/// Overlaps of one repeat: for each size one for each direction, with that of the same place and of any place.
pub type OfRepeat = Vec<Vec<[f64; 2]>>;

// Moments of subsamples held at a time: as many repeats share one pass over the images as fit.
const HELD_BYTES: u64 = 1 << 30;

/// How many images the space is made of that moments are projected on.
pub const BASIS_IMAGES: usize = 256;

/// How many repeats share one pass over the images where moments are held in full.
pub fn repeats_at_once(sizes: usize, width: usize) -> usize {
    let one = moment_bytes(width) * sizes as u64;
    usize::try_from(HELD_BYTES / one.max(1)).unwrap_or(usize::MAX).max(1)
}

/// Bytes of the lower half of a moment.
pub const fn moment_bytes(width: usize) -> u64 {
    matrix_bytes(NestedMoments::entries(width), 1)
}

/// Random subsamples, and what their directions are compared with.
pub struct Subsamples<'a> {
    /// Sizes, ascending.
    pub sizes: &'a [usize],
    /// Number of nested series.
    pub repeats: usize,
    pub seed: u64,
    /// The reference directions, P × K.
    pub reference: Matrix,
    pub context: &'a Context<'a>,
}

impl Subsamples<'_> {
    fn draw(&self, count: usize, repeat: usize) -> Result<NestedSamples, StepError> {
        Ok(NestedSamples::draw(count, self.sizes, (self.seed, repeat as u64))?)
    }

    /// Of samples that are taken as they are.
    pub fn of_samples(&self, x: &Representation) -> Result<Vec<OfRepeat>, StepError> {
        let matrices = Matrices::of(x);
        let (z, labels) = (matrices.train(), &x.labels.train);
        let one = |samples: &NestedSamples, place: usize| {
            self.context.check()?;
            let members = samples.members(place);
            let chosen: Vec<f64> = members.iter().map(|&i| labels[i]).collect();
            let rows = z.select_rows(members);
            compared(&self.reference, &leading_directions(&rows, &chosen, self.reference.ncols(), SampleRoute::Auto)?)
        };
        let repeat = |repeat: usize| {
            let samples = self.draw(z.nrows(), repeat)?;
            (0..self.sizes.len()).map(|place| one(&samples, place)).collect()
        };
        (0..self.repeats).map(repeat).collect()
    }

    /// Of the positions of images, in double precision and with moments as they are.
    pub fn of_positions(&self, layers: &LiftedLayers, x: &Representation) -> Result<Vec<OfRepeat>, StepError> {
        let (labels, images) = (&x.labels.train, &x.samples.train);
        let repeats: Vec<usize> = (0..self.repeats).collect();
        let mut overlaps = Vec::with_capacity(self.repeats);
        for together in repeats.chunks(repeats_at_once(self.sizes.len(), self.reference.nrows())) {
            let mut moments = self.empty(together, labels.len(), self.reference.nrows())?;
            for (i, &label) in labels.iter().enumerate() {
                if moments.iter().any(|m| m.needs(i)) {
                    let moment = image_moment(&layers.top, &layers.channels(images, i, self.context)?)?;
                    moments.iter_mut().try_for_each(|m| m.add(i, label, &moment))?;
                }
            }
            for one in moments {
                overlaps.push(self.solved(one, &self.reference)?);
            }
        }
        Ok(overlaps)
    }

    /// Of the positions of images in single precision, moments projected on some directions: all repeats share one lift
    /// of every image.
    pub fn projected(
        &self,
        layers: &LiftedLayers,
        x: &Representation,
        directions: usize,
    ) -> Result<Vec<OfRepeat>, StepError> {
        let mut chain = layers.single()?;
        let basis = self.basis((&mut chain, layers), x, directions)?;
        let repeats: Vec<usize> = (0..self.repeats).collect();
        let mut moments = self.empty(&repeats, x.samples.train.rows(), directions)?;
        let (thin, mut inside) = (single(&basis), SingleMatrix::zeros(0, 0));
        self.gather((&mut chain, layers), x, &mut moments, |z, part| {
            product_into_single(&mut inside, z, &thin);
            set_symmetric_product_tn_single(part, &inside, &inside);
        })?;
        let inner = product_tn(&basis, &self.reference);
        moments.into_iter().map(|one| self.solved(one, &inner)).collect()
    }

    /// Of the positions of images in single precision, of the first repeat alone and with moments as they are: what a
    /// projection is checked against.
    pub fn first_unprojected(&self, layers: &LiftedLayers, x: &Representation) -> Result<OfRepeat, StepError> {
        let mut chain = layers.single()?;
        let mut moments = self.empty(&[0], x.samples.train.rows(), self.reference.nrows())?;
        self.gather((&mut chain, layers), x, &mut moments, |z, part| set_symmetric_product_tn_single(part, z, z))?;
        self.solved(moments.remove(0), &self.reference)
    }

    fn empty(&self, repeats: &[usize], count: usize, width: usize) -> Result<Vec<NestedMoments>, StepError> {
        repeats.iter().map(|&repeat| Ok(NestedMoments::new(&self.draw(count, repeat)?, count, width))).collect()
    }

    // The directions that lifted positions vary along most, by images from all over the sample.
    fn basis(
        &self,
        (chain, layers): (&mut SingleChain, &LiftedLayers),
        x: &Representation,
        directions: usize,
    ) -> Result<Matrix, StepError> {
        let images = &x.samples.train;
        let count = images.rows().min(BASIS_IMAGES);
        let moments = image_moments_single(chain, &vec![1.0; count], |i| {
            layers.image(images, i * images.rows() / count, self.context)
        })?;
        Ok(projection_basis(&moments.covariance, &self.reference, directions)?)
    }

    // Adds the moment of every image that is needed, which `moment` writes from the lifted positions.
    fn gather(
        &self,
        (chain, layers): (&mut SingleChain, &LiftedLayers),
        x: &Representation,
        sums: &mut [NestedMoments],
        mut moment: impl FnMut(&SingleMatrix, &mut SingleMatrix),
    ) -> Result<(), StepError> {
        let width = sums.first().map_or(0, NestedMoments::width);
        let mut part = SingleMatrix::zeros(width, width);
        let positions = chain.output().positions() as f64;
        for (i, &label) in x.labels.train.iter().enumerate() {
            if sums.iter().any(|m| m.needs(i)) {
                moment(chain.apply(&layers.image(&x.samples.train, i, self.context)?)?, &mut part);
                sums.iter_mut().try_for_each(|m| m.add_single(i, label / positions, &part))?;
            }
        }
        Ok(())
    }

    fn solved(&self, moments: NestedMoments, reference: &Matrix) -> Result<OfRepeat, StepError> {
        let one = |moment: Matrix| {
            self.context.check()?;
            compared(reference, &top_eigen_by_magnitude(&moment, reference.ncols())?)
        };
        moments.finish().map(one).collect()
    }
}

fn compared(reference: &Matrix, found: &Eigen) -> Result<Vec<[f64; 2]>, StepError> {
    let same = squared_overlaps(reference, found)?;
    let any = squared_overlaps_at_any_place(reference, found)?;
    Ok(same.into_iter().zip(any).map(|(same, any)| [same, any]).collect())
}
