//! Tests of products and decompositions.

use super::*;
use crate::math::MathError;

fn wave(rows: usize, cols: usize) -> Matrix {
    Matrix::from_fn(rows, cols, |i, j| ((1.3 * i as f64 + 0.7) * (j as f64 + 1.1) + (i * j) as f64).sin())
}

#[test]
fn products_agree_with_the_schoolbook_sum() {
    let (a, b) = (wave(7, 5), wave(5, 9));
    let direct = Matrix::from_fn(7, 9, |i, j| (0..5).map(|k| a[(i, k)] * b[(k, j)]).sum());
    assert!((product(&a, &b) - &direct).amax() < 1e-14);
    assert!((product_tn(&a.transpose(), &b) - &direct).amax() < 1e-14);
    assert!((product_nt(&a, &b.transpose()) - &direct).amax() < 1e-14);
}

#[test]
fn memory_is_used_again() {
    let (a, b) = (wave(7, 5), wave(5, 9));
    let mut out = Matrix::from_element(7, 9, f64::NAN);
    let place = out.as_slice().as_ptr();
    product_into(&mut out, &a, &b);
    assert_eq!((&out, out.as_slice().as_ptr()), (&product(&a, &b), place));
    let narrow = reshaped(out, 21, 3);
    assert_eq!((narrow.as_slice().as_ptr(), narrow[(20, 0)]), (place, product(&a, &b)[(6, 2)]));
    product_into(&mut Matrix::zeros(0, 0), &a, &b);
}

#[test]
fn single_precision_is_right_to_its_own_digits() {
    let (a, b) = (wave(70, 40), wave(40, 30));
    assert!((double(&product_single(&single(&a), &single(&b))) - product(&a, &b)).amax() < 2e-5);
    assert!((double(&product_tn_single(&single(&a), &single(&a))) - product_tn(&a, &a)).amax() < 2e-5);
    assert!((double(&product_nt_single(&single(&a), &single(&a))) - gram(&a)).amax() < 2e-5);
    let mut written = SingleMatrix::from_element(70, 30, 9.0);
    product_into_single(&mut written, &single(&a), &single(&b));
    assert_eq!(written, product_single(&single(&a), &single(&b)));
    let mut half = SingleMatrix::from_element(40, 40, 9.0);
    set_symmetric_product_tn_single(&mut half, &single(&a), &single(&a));
    let mut mirrored = double(&half);
    mirror_lower(&mut mirrored);
    assert!((mirrored - product_tn(&a, &a)).amax() < 2e-5, "what was there before is gone");
}

#[test]
fn symmetric_products_are_symmetric_and_right() {
    for (rows, cols) in [(6, 3), (90, 70), (1, 4)] {
        let a = wave(rows, cols);
        let g = gram(&a);
        assert_eq!(g, g.transpose());
        assert!((&g - product_nt(&a, &a)).amax() < 1e-12);
        let s = symmetric_product_tn(&a, &a);
        assert_eq!(s, s.transpose());
        assert!((&s - product_tn(&a, &a)).amax() < 1e-12);
    }
}

#[test]
fn eigenpairs_rebuild_the_matrix_in_ascending_order() {
    for n in [1, 2, 30, 150] {
        let a = gram(&wave(n, n + 3));
        let eigen = sym_eigen(&a).unwrap();
        assert!(eigen.values.windows(2).all(|w| w[0] <= w[1]));
        let mut scaled = eigen.vectors.clone();
        scale_columns(&mut scaled, &eigen.values);
        assert!((product_nt(&scaled, &eigen.vectors) - &a).amax() < 1e-11 * a.amax());
        assert!((product_tn(&eigen.vectors, &eigen.vectors) - Matrix::identity(n, n)).amax() < 1e-12);
        let only = sym_eigenvalues(&a).unwrap();
        let worst = only.iter().zip(&eigen.values).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-11 * a.amax());
    }
}

#[test]
fn cholesky_solves_and_refuses() {
    let mut a = gram(&wave(40, 40));
    a += Matrix::identity(40, 40);
    let b = wave(40, 3);
    assert!((product(&a, &cholesky_solve(&a, &b).unwrap()) - &b).amax() < 1e-10);
    let indefinite = Matrix::from_diagonal(&Vector::from_vec(vec![1.0, -1.0]));
    let refused = cholesky_solve(&indefinite, &wave(2, 1));
    assert!(matches!(refused, Err(MathError::NotPositiveDefinite { index: 1 })), "{refused:?}");
}

#[test]
fn non_finite_input_is_an_error_not_a_hang() {
    let mut a = Matrix::identity(3, 3);
    a[(1, 1)] = f64::NAN;
    assert!(matches!(sym_eigen(&a), Err(MathError::NonFinite { .. })));
    assert!(matches!(sym_eigen(&Matrix::zeros(2, 3)), Err(MathError::Shape { .. })));
}

#[test]
fn basis_is_orthonormal_even_for_deficient_input() {
    let a = wave(50, 4);
    let q = orthonormal_basis(&a);
    assert!((product_tn(&q, &q) - Matrix::identity(4, 4)).amax() < 1e-13);
    assert!((product(&q, &product_tn(&q, &a)) - &a).amax() < 1e-12);
    let q = orthonormal_basis(&Matrix::zeros(6, 3));
    assert!((product_tn(&q, &q) - Matrix::identity(3, 3)).amax() < 1e-13);
}

#[test]
fn signs_follow_the_first_largest_entry() {
    let a = Matrix::from_columns(&[
        Vector::from_vec(vec![0.1, -0.9, 0.2]),
        Vector::from_vec(vec![0.5, -0.5, 0.1]),
        Vector::from_vec(vec![-0.5, 0.5, 0.1]),
    ]);
    assert_eq!(canonical_signs(&a), vec![-1.0, 1.0, -1.0]);
}

#[test]
fn products_of_blocks_agree_with_those_of_matrices_in_both_precisions() {
    let (a, b) = (wave(7, 5), wave(7, 4));
    let expected = product_tn(&a, &b);
    let mut out = vec![1.0; 6 * 4];
    let factors = (Block::dense(a.as_slice(), 7, 5).transposed(), Block::dense(b.as_slice(), 7, 4));
    f64::multiply(BlockMut::new(&mut out, (5, 4), 6), Onto::Add, 0.5, factors);
    let [a, b] = [&a, &b].map(|m| m.iter().map(|&x| x as f32).collect::<Vec<_>>());
    let mut single = vec![7.0_f32; 6 * 4];
    let factors = (Block::dense(&a, 7, 5).transposed(), Block::dense(&b, 7, 4));
    f32::multiply(BlockMut::new(&mut single, (5, 4), 6), Onto::Replace, 2.0, factors);
    for (i, j) in (0..20).map(|e| (e % 5, e / 5)) {
        assert!((out[6 * j + i] - 1.0 - 0.5 * expected[(i, j)]).abs() < 1e-14);
        assert!((f64::from(single[6 * j + i]) - 2.0 * expected[(i, j)]).abs() < 1e-5);
    }
    // what lies between the columns is left alone
    assert!((0..4).all(|j| out[6 * j + 5] == 1.0 && single[6 * j + 5] == 7.0));
}
