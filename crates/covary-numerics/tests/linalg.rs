//! Decompositions on matrices whose answers are known, and the identities that define them.

use covary_numerics::Matrix;
use covary_numerics::linalg::*;
use proptest::prelude::*;

fn matrix<const N: usize>(rows: &[[f64; N]]) -> Matrix {
    Matrix::from_values(rows.len(), N, rows.concat()).unwrap()
}

fn largest_difference(left: &Matrix, right: &Matrix) -> f64 {
    assert_eq!((left.rows(), left.columns()), (right.rows(), right.columns()));
    left.minus(right).values().iter().fold(0.0, |most: f64, d| most.max(d.abs()))
}

fn hilbert(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
}

/// Whole numbers, whose sums are exact in any order; one product for faer, one of a sparse factor for the plain loop.
#[test]
fn large_products_are_exact_on_whole_numbers() {
    let (n, inner, m) = (300, 280, 260);
    let left = |i: usize, k: usize| ((3 * i + 5 * k) % 11) as i64 - 5;
    let right = |k: usize, j: usize| ((7 * k + 2 * j + k * j) % 13) as i64 - 6;
    for keep in [1, 9] {
        let left = |i: usize, k: usize| if (i + k).is_multiple_of(keep) { left(i, k) } else { 0 };
        let product = Matrix::from_fn(n, inner, |i, k| left(i, k) as f64)
            .times(&Matrix::from_fn(inner, m, |k, j| right(k, j) as f64));
        let expected = Matrix::from_fn(n, m, |i, j| (0..inner).map(|k| left(i, k) * right(k, j)).sum::<i64>() as f64);
        assert_eq!(product, expected);
    }
}

#[test]
fn cholesky_of_whole_numbers_is_exact() {
    let a = matrix(&[[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]]);
    let factor = Cholesky::new(&a).unwrap();
    assert_eq!(factor.lower, matrix(&[[2.0, 0.0, 0.0], [6.0, 1.0, 0.0], [-8.0, 5.0, 3.0]]));
    assert!((factor.log_determinant() - 36f64.ln()).abs() < 1e-14);
    // The inverse in ninths, by cofactors.
    let inverse = matrix(&[[1777.0, -488.0, 76.0], [-488.0, 136.0, -20.0], [76.0, -20.0, 4.0]]).scaled(1.0 / 36.0);
    assert!(largest_difference(&factor.inverse(), &inverse) < 1e-11);
    assert_eq!(factor.solve_vector(&[0.0, 6.0, 39.0]), [1.0, 1.0, 1.0]);
}

/// |H₈| of the Hilbert matrix is Π (k!)⁴/((2k)!(2k+1)!), k = 0 to 7; its condition 1.5·10¹⁰ leaves five to six digits.
#[test]
fn log_determinant_of_an_ill_conditioned_matrix() {
    let exact: f64 = -(0..8u32)
        .map(|k| {
            (1..=2 * k).chain(1..=2 * k + 1).map(|x| f64::from(x).ln()).sum::<f64>()
                - 4.0 * (1..=k).map(|x| f64::from(x).ln()).sum::<f64>()
        })
        .sum::<f64>();
    let computed = Cholesky::new(&hilbert(8)).unwrap().log_determinant();
    assert!((computed - exact).abs() < 1e-5, "{computed} for {exact}");
}

/// Orders on both sides of where the algorithm changes: the tridiagonal matrix with 2.5 and −1 is well conditioned.
#[test]
fn large_orders_are_factored_as_small_ones() {
    for n in [63, 64, 65, 130] {
        let a = Matrix::from_fn(n, n, |i, j| {
            if i == j {
                2.5
            } else if i.abs_diff(j) == 1 {
                -1.0
            } else {
                0.0
            }
        });
        let factor = Cholesky::new(&a).unwrap();
        assert!(largest_difference(&factor.lower.times(&factor.lower.transpose()), &a) < 1e-14);
        assert!(largest_difference(&a.times(&factor.inverse()), &Matrix::identity(n)) < 1e-13);
        assert_eq!(factor.inverse(), factor.inverse().transpose());
        // |A| by its recurrence: roots 2 and ½ of x² − 2.5x + 1 give (2^(n+1) − ½^(n+1)) / 1.5.
        let exact = (n + 1) as f64 * 2f64.ln() - 1.5f64.ln();
        assert!((factor.log_determinant() - exact).abs() < 1e-12);
        let singular = Matrix::from_fn(n, n, |i, j| 1.0 + f64::from(i == j && i > 0 && i < n - 1));
        assert!(Cholesky::new(&singular).is_none());
    }
}

#[test]
fn what_is_not_positive_definite_has_no_factor() {
    assert!(Cholesky::new(&matrix(&[[1.0, 2.0], [2.0, 1.0]])).is_none());
    assert!(Cholesky::new(&matrix(&[[1.0, 1.0], [1.0, 1.0]])).is_none());
    assert!(Cholesky::new(&matrix(&[[f64::NAN]])).is_none());
    assert!(Cholesky::new(&matrix(&[[0.0]])).is_none());
    assert!(Cholesky::new(&Matrix::zeros(2, 3)).is_none());
    // A sum score beside its items: singular, though rounding could leave a tiny pivot.
    let items = Matrix::from_fn(4, 3, |i, j| if i < 3 { f64::from(i == j) + 0.1 } else { 1.3 });
    assert!(Cholesky::new(&items.times(&items.transpose())).is_none());
}

#[test]
fn eigenvalues_and_vectors_of_a_symmetric_matrix() {
    // Tridiagonal 2, −1: eigenvalues 2 − 2 cos(kπ/(n+1)).
    let n = 6;
    let a = Matrix::from_fn(n, n, |i, j| {
        if i == j {
            2.0
        } else if i.abs_diff(j) == 1 {
            -1.0
        } else {
            0.0
        }
    });
    let eigen = symmetric_eigen(&a).unwrap();
    for (k, value) in eigen.values.iter().enumerate() {
        let exact = 2.0 - 2.0 * (((n - k) as f64) * std::f64::consts::PI / (n + 1) as f64).cos();
        assert!((value - exact).abs() < 1e-14, "{value} for {exact}");
        let vector = eigen.vectors.column(k);
        let largest =
            vector.iter().copied().fold(0.0, |most: f64, v| if v.abs() > most.abs() + 1e-9 { v } else { most });
        assert!(largest > 0.0, "the largest component is positive");
    }
    assert!(symmetric_eigen(&matrix(&[[f64::INFINITY]])).is_none());
    assert!(symmetric_eigen(&Matrix::zeros(0, 0)).unwrap().values.is_empty());
}

#[test]
fn moduli_of_complex_eigenvalues() {
    // A turn and stretch by 2 has eigenvalues ±2i; beside it .5.
    let moduli = eigenvalue_moduli(&matrix(&[[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.5]])).unwrap();
    for (computed, exact) in moduli.iter().zip([2.0, 2.0, 0.5]) {
        assert!((computed - exact).abs() < 1e-14, "{moduli:?}");
    }
}

#[test]
fn general_systems() {
    let a = matrix(&[[0.0, 2.0], [1.0, 1.0]]);
    assert_eq!(solve(&a, &[2.0, 3.0]).unwrap(), [2.0, 1.0]);
    assert_eq!(inverse(&a).unwrap(), matrix(&[[-0.5, 1.0], [0.5, 0.0]]));
    assert!(inverse(&matrix(&[[1.0, 2.0], [2.0, 4.0]])).is_none());
    assert!(inverse(&Matrix::zeros(3, 3)).is_none());
    assert!(solve(&a, &[1.0]).is_none());
    // Units of 10¹⁰ and 10⁻¹⁰ beside each other are no singularity.
    let scaled = matrix(&[[1e20, 1.0], [1.0, 2e-20]]);
    let product = scaled.times(&inverse(&scaled).unwrap());
    assert!((product[(0, 0)] - 1.0).abs() < 1e-14 && (product[(1, 1)] - 1.0).abs() < 1e-14);
}

#[test]
fn ranks_and_null_spaces() {
    let constraints = matrix(&[[1.0, -1.0, 0.0, 0.0], [0.0, 1.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0]]);
    assert_eq!(rank(&constraints), 2);
    let basis = null_space(&constraints);
    assert_eq!((basis.rows(), basis.columns()), (4, 2));
    assert!(largest_difference(&basis.transpose().times(&basis), &Matrix::identity(2)) < 1e-14);
    assert!(constraints.times(&basis).values().iter().all(|v| v.abs() < 1e-14));
    assert_eq!(null_space(&Matrix::zeros(0, 3)), Matrix::identity(3));
    assert_eq!(null_space(&Matrix::identity(3)).columns(), 0);
    assert_eq!((rank(&Matrix::zeros(2, 2)), rank(&Matrix::zeros(0, 4))), (0, 0));
    // More rows than columns, one column the sum of the others.
    let tall = Matrix::from_fn(7, 3, |i, j| {
        let x = [i as f64, (i * i) as f64];
        if j < 2 { x[j] } else { x[0] + x[1] }
    });
    assert_eq!((rank(&tall), null_space(&tall).columns()), (2, 1));
}

#[test]
fn symmetric_roots_and_pseudo_inverses() {
    let a = matrix(&[[33.0, 24.0], [24.0, 57.0]]);
    let root = symmetric_square_root(&a).unwrap();
    assert!(largest_difference(&root.times(&root), &a) < 1e-13);
    assert!(symmetric_square_root(&matrix(&[[1.0, 2.0], [2.0, 1.0]])).is_none());
    let singular = matrix(&[[1.0, 1.0], [1.0, 1.0]]);
    assert!(largest_difference(&symmetric_square_root(&singular).unwrap(), &singular.scaled(0.5f64.sqrt())) < 1e-14);
    assert!(largest_difference(&symmetric_pseudo_inverse(&singular, 1e-12).unwrap(), &singular.scaled(0.25)) < 1e-14);
}

proptest! {
    /// A = BB' + .1 I: every decomposition gives back what it took apart.
    #[test]
    fn decompositions_rebuild(n in 1usize..12, values in prop::collection::vec(-1.0f64..1.0, 144)) {
        let b = Matrix::from_fn(n, n, |i, j| values[i * 12 + j]);
        let a = b.times(&b.transpose()).plus(&Matrix::identity(n).scaled(0.1));
        let identity = Matrix::identity(n);
        // Condition at most about 10³.
        let tolerance = 1e-11;
        let factor = Cholesky::new(&a).unwrap();
        prop_assert!(largest_difference(&factor.lower.times(&factor.lower.transpose()), &a) < tolerance);
        prop_assert!(largest_difference(&a.times(&factor.inverse()), &identity) < tolerance);
        prop_assert!(largest_difference(&a.times(&factor.solve(&b)), &b) < tolerance);
        prop_assert!(largest_difference(&factor.lower.times(&factor.forward(&b)), &b) < tolerance);
        let column = factor.solve_vector(&b.column(0));
        prop_assert!(a.times_vector(&column).iter().zip(b.column(0)).all(|(l, r)| (l - r).abs() < tolerance));
        let eigen = symmetric_eigen(&a).unwrap();
        prop_assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
        let rebuilt = eigen.vectors.times(&Matrix::from_diagonal(&eigen.values)).times(&eigen.vectors.transpose());
        prop_assert!(largest_difference(&rebuilt, &a) < tolerance);
        let log_determinant: f64 = eigen.values.iter().map(|value| value.ln()).sum();
        prop_assert!((factor.log_determinant() - log_determinant).abs() < tolerance);
        prop_assert!(largest_difference(&inverse(&a).unwrap(), &factor.inverse()) < tolerance);
        prop_assert_eq!(rank(&a), n);
        let moduli = eigenvalue_moduli(&a).unwrap();
        prop_assert!(moduli.iter().zip(&eigen.values).all(|(l, r)| (l - r).abs() < tolerance));
    }

    /// The columns of a null space and the rows of the matrix together span everything.
    #[test]
    fn rank_and_nullity_add_up(m in 1usize..6, n in 1usize..6, values in prop::collection::vec(-2i32..3, 25)) {
        let a = Matrix::from_fn(m, n, |i, j| f64::from(values[i * 5 + j]));
        let basis = null_space(&a);
        prop_assert_eq!(rank(&a) + basis.columns(), n);
        prop_assert!(a.times(&basis).values().iter().all(|v| v.abs() < 1e-13));
    }
}
