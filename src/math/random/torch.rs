//! The random numbers of PyTorch on a CPU, so that a subsample of the reference implementation is the same subsample
//! here.
//!
//! Only what the reference draws: `torch.randperm` (exact) and `torch.randn` in f32 (to 5e-7: the last bits depend on
//! the vector maths that PyTorch was built with). Numbers drawn on a GPU come from another generator.

use rand_mt::Mt;

/// `torch.Generator().manual_seed(seed)` on a CPU: MT19937 seeded with the low 32 bits.
#[derive(Debug, Clone)]
pub struct TorchGenerator {
    engine: Mt,
    // the second number of a Box–Muller pair, which PyTorch keeps for the next scalar draw
    spare_normal: Option<f64>,
}

// below this length PyTorch draws normals one by one in f64, from here on in blocks in f32
const BLOCK: usize = 16;

impl TorchGenerator {
    /// A generator of a seed; bits above the lowest 32 are dropped, as PyTorch does.
    ///
    /// Shapes: a state of 624 words of 32 bits.
    /// Source: Matsumoto and Nishimura, ACM TOMACS 8 (1998) 3, doi:10.1145/272991.272995.
    pub fn new(seed: u64) -> Self {
        Self { engine: Mt::new((seed & 0xffff_ffff) as u32), spare_normal: None }
    }

    /// `torch.randperm(n)`, exactly. Shapes: -> n. Cost: n.
    /// Source: PyTorch on a CPU, as the reference implementation draws its subsamples.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in 0..n.saturating_sub(1) {
            let step = self.engine.next_u32() as usize % (n - i);
            order.swap(i, i + step);
        }
        order
    }

    /// `torch.randn(n)` in f32: `√(−2 ln u) (cos 2πv, sin 2πv)` of pairs of uniform numbers.
    ///
    /// Shapes: -> n. Units: dimensionless. Cost: n.
    /// Source: Box and Muller, Ann. Math. Statist. 29 (1958) 610; the order of the draws is that of PyTorch on a CPU.
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        if n < BLOCK { (0..n).map(|_| self.scalar_normal() as f32).collect() } else { self.block_normals(n) }
    }

    fn block_normals(&mut self, n: usize) -> Vec<f32> {
        let mut data: Vec<f32> = (0..n).map(|_| self.uniform_f32()).collect();
        for block in data.chunks_exact_mut(BLOCK) {
            box_muller(block);
        }
        if !n.is_multiple_of(BLOCK) {
            // PyTorch redraws the last sixteen, overwriting part of a block that is already done
            let tail = &mut data[n - BLOCK..];
            tail.iter_mut().for_each(|x| *x = self.uniform_f32());
            box_muller(tail);
        }
        data
    }

    fn scalar_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        let (u1, u2) = (self.uniform_f64(), self.uniform_f64());
        let radius = (-2.0 * (-u2).ln_1p()).sqrt();
        let (sin, cos) = (2.0 * std::f64::consts::PI * u1).sin_cos();
        self.spare_normal = Some(radius * sin);
        radius * cos
    }

    fn uniform_f32(&mut self) -> f32 {
        const SCALE: f32 = 1.0 / (1 << 24) as f32;
        (self.engine.next_u32() & 0x00ff_ffff) as f32 * SCALE
    }

    fn uniform_f64(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        let (high, low) = (u64::from(self.engine.next_u32()), u64::from(self.engine.next_u32()));
        (((high << 32) | low) & ((1 << 53) - 1)) as f64 * SCALE
    }
}

// Sixteen uniforms to sixteen normals, number j with number j + 8.
fn box_muller(block: &mut [f32]) {
    let (left, right) = block.split_at_mut(BLOCK / 2);
    for (a, b) in left.iter_mut().zip(right) {
        let radius = (-2.0 * (1.0 - *a).ln()).sqrt();
        let (sin, cos) = (2.0 * std::f32::consts::PI * *b).sin_cos();
        (*a, *b) = (radius * cos, radius * sin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{Matrix, scale_rows, sym_eigen, symmetric_product_tn};

    fn assert_close(found: &[f32], expected: &[f64]) {
        for (x, y) in found.iter().zip(expected) {
            assert!((f64::from(*x) - y).abs() <= 5e-7, "{x} against {y}");
        }
    }

    // Expected numbers: PyTorch on a CPU, as the reference implementation draws them.
    #[test]
    fn permutations_are_those_of_torch() {
        let first = |n, seed| TorchGenerator::new(seed).permutation(n)[..6].to_vec();
        assert_eq!(first(50_000, 0), [36044, 49165, 37807, 11341, 6091, 16904]);
        assert_eq!(first(50_000, 1), [45845, 11799, 43880, 43701, 41303, 45348]);
        assert_eq!(first(10_000, 0), [6044, 2890, 9399, 1917, 4919, 1729]);
        assert_eq!(TorchGenerator::new(0).permutation(0), Vec::<usize>::new());
    }

    #[test]
    fn normals_are_those_of_torch() {
        let block = TorchGenerator::new(0).normals(16);
        assert_close(&block, &[-1.12583983, -1.15236020, -0.25057858, -0.43387881]);
        let scalar = TorchGenerator::new(0).normals(5);
        assert_close(&scalar, &[1.54099607, -0.29342890, -2.17878938, 0.56843126, -1.08452237]);
    }

    #[test]
    fn spare_normal_survives_between_calls() {
        let mut parts = TorchGenerator::new(0);
        let joined: Vec<f32> = [parts.normals(3), parts.normals(2)].concat();
        assert_eq!(joined, TorchGenerator::new(0).normals(5));
    }

    #[test]
    fn length_that_is_no_multiple_of_sixteen_redraws_its_tail() {
        let (even, odd) = (TorchGenerator::new(4).normals(32), TorchGenerator::new(4).normals(37));
        assert_eq!(even[..21], odd[..21]);
        assert_ne!(even[21..32], odd[21..32]);
    }

    // The reference implementation's fixed-seed eigenvalues of a signed covariance of 1000 x 200 normals, seed 9999.
    #[test]
    fn signed_covariance_of_torch_normals() {
        let mut generator = TorchGenerator::new(9999);
        let z: Vec<f64> = generator.normals(1000 * 200).into_iter().map(f64::from).collect();
        let z = Matrix::from_row_slice(1000, 200, &z);
        let labels = generator.normals(1000).into_iter().map(|v| if v > 0.0 { 1e-3 } else { -1e-3 });
        let mut signed = z.clone();
        scale_rows(&mut signed, &labels.collect::<Vec<_>>());
        let mut values = sym_eigen(&symmetric_product_tn(&z, &signed)).unwrap().values;
        values.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        for (found, expected) in values.iter().zip([0.98016465, -0.9395784, 0.91144675, -0.90372217, 0.8710196]) {
            assert!((found - expected).abs() < 3e-6, "{found} against {expected}");
        }
    }
}
