//! The least loss that an answer which is the same for all samples has.

use super::loss::Loss;
use super::trainer::Source;

/// The least mean loss of a constant answer on the first `count` samples of a source, nothing where there are none.
///
/// Formula: `Σ_k Var y_k` for [`Loss::Square`], whose constant is the mean; the entropy of the classes' shares for the other
/// two, `−Σ_k p_k log p_k`.
/// Shapes: n samples of K targets -> one number. Units: those of the loss. Cost: one pass over the targets.
/// Source: the mean is the least-squares constant, and shares of classes the maximum-likelihood one; Hastie, Tibshirani and
/// Friedman, The Elements of Statistical Learning (2009), sections 2.4 and 9.2.3, doi:10.1007/978-0-387-84858-7.
pub fn constant_loss(loss: Loss, source: &dyn Source<f32>, (count, outputs): (usize, usize)) -> Option<f64> {
    const ROWS_AT_ONCE: usize = 256;
    let count = count.min(source.count());
    let rows: Vec<usize> = (0..count).collect();
    let (mut sums, mut squares) = (vec![0.0; outputs], vec![0.0; outputs]);
    let mut targets = vec![0.0; ROWS_AT_ONCE.min(count) * outputs];
    for part in rows.chunks(ROWS_AT_ONCE) {
        let targets = &mut targets[..part.len() * outputs];
        source.targets(part, targets);
        for (k, column) in targets.chunks_exact(part.len()).enumerate() {
            sums[k] += column.iter().map(|&y| f64::from(y)).sum::<f64>();
            squares[k] += column.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>();
        }
    }
    let n = count as f64;
    let information = |share: f64| if share > 0.0 { -share * share.ln() } else { 0.0 };
    let least = match loss {
        Loss::Square => sums.iter().zip(&squares).map(|(sum, square)| square / n - (sum / n).powi(2)).sum(),
        Loss::CrossEntropy => sums.iter().map(|sum| information(sum / n)).sum(),
        // labels are ±1
        Loss::Logistic => {
            let positive = f64::midpoint(1.0, sums[0] / n);
            information(positive) + information(1.0 - positive)
        }
    };
    (count > 0).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Targets(Vec<Vec<f32>>);

    impl Source<f32> for Targets {
        fn count(&self) -> usize {
            self.0[0].len()
        }

        fn inputs(&self, _: &[usize], _: &mut [f32]) {}

        fn targets(&self, rows: &[usize], into: &mut [f32]) {
            for (column, into) in self.0.iter().zip(into.chunks_exact_mut(rows.len())) {
                into.iter_mut().zip(rows).for_each(|(y, &row)| *y = column[row]);
            }
        }
    }

    // Law: no constant has less, and the derivative along each of its numbers changes sign there.
    #[test]
    fn no_constant_has_less() {
        let signs: Vec<f32> = (0..700).map(|i| if i % 7 < 2 { 1.0 } else { -1.0 }).collect();
        let numbers: Vec<f32> = (0..700).map(|i| ((i * i) % 11) as f32).collect();
        let ones: Vec<f32> = signs.iter().map(|&y| f32::from(u8::from(y > 0.0))).collect();
        let zeros: Vec<f32> = ones.iter().map(|y| 1.0 - y).collect();
        let cases = [
            (Loss::Square, vec![numbers.clone(), signs.clone()]),
            (Loss::Logistic, vec![signs]),
            (Loss::CrossEntropy, vec![ones, zeros]),
        ];
        for (loss, columns) in cases {
            let (outputs, targets) = (columns.len(), columns.concat());
            let least = constant_loss(loss, &Targets(columns), (700, outputs)).unwrap();
            let of = |first: f64| {
                let at = |second: f64| {
                    let answer = [vec![first; 700], vec![second; 700]].concat();
                    let targets: Vec<f64> = targets.iter().map(|&y| f64::from(y)).collect();
                    loss.sum(&answer[..700 * outputs], &targets, 700) / 700.0
                };
                (-60..=60).map(|i| at(f64::from(i) / 20.0)).fold(f64::INFINITY, f64::min)
            };
            let searched = (-60..=160).map(|i| of(f64::from(i) / 20.0)).fold(f64::INFINITY, f64::min);
            assert!(searched >= least - 1e-12 && searched < least + 2e-3, "{loss:?}: {searched} {least}");
        }
    }

    #[test]
    fn of_the_first_samples_alone() {
        let source = Targets(vec![vec![1.0, 3.0, 100.0]]);
        assert_eq!(constant_loss(Loss::Square, &source, (2, 1)), Some(1.0));
        assert_eq!(constant_loss(Loss::Square, &Targets(vec![vec![]]), (2, 1)), None);
    }
}
