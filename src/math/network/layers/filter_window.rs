//! Circular convolutions whose filters are smaller than the map: which Fourier transforms such filters have.

use super::layer::{CircularConvolutionLayer, Layer, Placed};
use crate::math::fourier::torus::Torus;
use crate::math::linalg::{Matrix, product, product_tn};
use crate::math::network::scalar::Scalar;
use std::collections::BTreeSet;
use std::ops::Range;

/// The filters of a layer that are 0 beyond a window around their centre.
#[derive(Debug, Clone)]
pub struct FilterWindow {
    weights: Range<usize>,
    channels: (usize, usize),
    /// Columns of the basis that each frequency has, in the order of the weights.
    columns: Vec<Range<usize>>,
    /// HW x (positions of the window), orthonormal columns: the coefficients, as weights hold them, of a filter that is 1 at one
    /// position.
    allowed: Matrix,
}

impl FilterWindow {
    /// Of a circular convolution with a window; nothing for another layer, and where the window covers the map.
    ///
    /// Shapes: -> HW x k². Units: dimensionless. Cost: (HW)³ for the waves.
    pub fn of(placed: &Placed) -> Option<Self> {
        let Layer::CircularConvolution(CircularConvolutionLayer { window: Some(side), .. }) = placed.layer else {
            return None;
        };
        let (height, width) = (placed.input.height, placed.input.width);
        let around = |size: usize| -> BTreeSet<usize> {
            (0..side.min(size)).map(|i| (i + size - (side.min(size) - 1) / 2) % size).collect()
        };
        let columns = around(width);
        let inside: Vec<usize> =
            around(height).into_iter().flat_map(|row| columns.iter().map(move |column| row * width + column)).collect();
        if inside.len() == height * width {
            return None;
        }
        let torus = Torus::new(height, width);
        let basis = torus.basis();
        // Ŵ(ω) is a sum of exp(−iω·t): minus the sine
        let mut signs = vec![1.0; height * width];
        torus.waves().iter().filter(|wave| !wave.is_alone()).for_each(|wave| signs[wave.columns.end - 1] = -1.0);
        Some(Self {
            weights: placed.weights.clone(),
            channels: (placed.input.channels, placed.output.channels),
            columns: torus.waves().iter().map(|wave| wave.columns.clone()).collect(),
            allowed: Matrix::from_fn(height * width, inside.len(), |j, t| signs[j] * basis[(inside[t], j)]),
        })
    }

    /// Replaces filters by the nearest ones that are 0 beyond the window.
    ///
    /// Formula: `A Aᵀ` times the coefficients of each pair of channels, A the allowed ones.
    /// Shapes: all parameters of the network, of which the layer's weights change. Units: dimensionless. Cost: 4 HW k² C C'.
    /// Source: an orthogonal projection; the waves are orthonormal, so it is the nearest in the squared norm.
    pub fn restrict<T: Scalar>(&self, parameters: &mut [T]) {
        let (from, to) = self.channels;
        let weights = &mut parameters[self.weights.clone()];
        let places = self.places();
        let coefficients =
            Matrix::from_fn(places.len(), from * to, |column, pair| weights[places[column](pair)].to_f64());
        let nearest = product(&self.allowed, &product_tn(&self.allowed, &coefficients));
        for (column, place) in places.iter().enumerate() {
            for pair in 0..from * to {
                weights[place(pair)] = T::of(nearest[(column, pair)]);
            }
        }
    }

    // For each column of the basis where the weight of a pair of channels stands, pairs counted input channel first.
    fn places(&self) -> Vec<impl Fn(usize) -> usize> {
        let (from, to) = self.channels;
        let of_wave = |wave: &Range<usize>| {
            let (start, numbers) = (wave.start * from * to, wave.len());
            (0..numbers)
                .map(move |part| move |pair: usize| start + (pair / from) * numbers * from + part * from + pair % from)
        };
        self.columns.iter().flat_map(of_wave).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::maps::Geometry;
    use crate::math::network::{Architecture, Initialisation, Network, Parametrisation, Workspace, initial_parameters};

    const SIZE: (usize, usize) = (5, 6);

    fn network(window: Option<usize>) -> Network<f64> {
        let layer = CircularConvolutionLayer { width: 3, pooling: 0.0, bias: false, window };
        let input = Geometry { channels: 2, height: SIZE.0, width: SIZE.1 };
        let architecture =
            Architecture::new(input, &[Layer::CircularConvolution(layer)], Parametrisation::Standard).unwrap();
        let parameters = initial_parameters(&architecture, Initialisation::He, 3);
        Network::new(architecture, parameters).unwrap()
    }

    // What a single bright pixel of channel 1 at the origin gives: the filters.
    fn filters(net: &Network<f64>) -> Vec<f64> {
        let mut space = Workspace::new(net.architecture(), 1);
        let input = space.input(1);
        input.fill(0.0);
        input[SIZE.0 * SIZE.1] = 1.0;
        net.forward(&mut space);
        space.output().0.to_vec()
    }

    #[test]
    fn filters_keep_what_is_inside_and_lose_the_rest() {
        let mut net = network(Some(3));
        let before = filters(&net);
        let window = FilterWindow::of(&net.architecture().layers()[0]).unwrap();
        window.restrict(net.parameters_mut());
        let after = filters(&net);
        let near = |at: usize, size: usize| at <= 1 || at == size - 1;
        for (place, (before, after)) in before.iter().zip(&after).enumerate() {
            let (row, column) = (place / SIZE.1 % SIZE.0, place % SIZE.1);
            let expected = if near(row, SIZE.0) && near(column, SIZE.1) { *before } else { 0.0 };
            assert!((after - expected).abs() < 1e-13, "{row} {column}");
        }
        assert!(before.iter().filter(|x| x.abs() > 1e-3).count() > 80 && after.iter().any(|x| x.abs() > 0.1));
    }

    #[test]
    fn a_window_as_large_as_the_map_is_none() {
        let layer = |window| FilterWindow::of(&network(window).architecture().layers()[0]).is_some();
        assert_eq!([Some(6), Some(7), None, Some(5), Some(1)].map(layer), [false, false, false, true, true]);
    }
}
