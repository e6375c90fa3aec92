//! Rotations against SPSS's rule and other programs, and what any rotation must keep.

use covary_numerics::Matrix;
use covary_numerics::linalg::inverse;
use covary_numerics::rotation::{ALL, Rotated, Rotation, RotationSettings, rotate};
use proptest::prelude::*;

fn read(text: &str) -> Matrix {
    let rows: Vec<Vec<f64>> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').map(|value| value.trim().parse().unwrap()).collect())
        .collect();
    Matrix::from_values(rows.len(), rows[0].len(), rows.concat()).unwrap()
}

fn unrotated() -> Matrix {
    read(include_str!("data/rotation/unrotated.csv"))
}

fn largest_difference(left: &Matrix, right: &Matrix) -> f64 {
    assert_eq!((left.rows(), left.columns()), (right.rows(), right.columns()));
    left.minus(right).values().iter().fold(0.0, |most: f64, d| most.max(d.abs()))
}

const SPSS: RotationSettings = RotationSettings { kaiser: true, spss_stopping: true, kappa: 4.0, delta: 0.0 };
const OPTIMUM: RotationSettings = RotationSettings { spss_stopping: false, ..SPSS };

/// Pattern and factor correlations of `rotated`, one below the other as in the data files.
fn stacked(rotated: &Rotated) -> Matrix {
    let m = rotated.loadings.columns();
    let correlations = rotated.factor_correlations.clone().unwrap_or(Matrix::identity(m));
    let values = [rotated.loadings.values(), correlations.values()].concat();
    Matrix::from_values(rotated.loadings.rows() + m, m, values).unwrap()
}

fn check(loadings: &Matrix, rotation: Rotation, settings: RotationSettings, expected: &str, tolerance: f64) {
    let rotated = rotate(loadings, rotation, &settings).unwrap();
    assert!(rotated.converged, "{}", rotation.name());
    let difference = largest_difference(&stacked(&rotated), &read(expected));
    assert!(difference < tolerance, "{} is off by {difference:e}", rotation.name());
}

/// Loadings and sums of squares to the twelve digits in which the reference is written, and its 4 iterations.
#[test]
fn varimax_by_the_rule_of_spss() {
    let rotated = rotate(&unrotated(), Rotation::Varimax, &SPSS).unwrap();
    let difference = largest_difference(&rotated.loadings, &read(include_str!("data/rotation/varimax_spss.csv")));
    assert!(difference < 1e-11, "{difference:e}");
    assert_eq!((rotated.iterations, rotated.converged), (4, true));
    let squares = [4.622022077791, 4.113320823249, 3.471756447914, 3.203781769538, 1.389670610783];
    for (j, expected) in squares.into_iter().enumerate() {
        let computed: f64 = rotated.loadings.column(j).iter().map(|x| x * x).sum();
        assert!((computed - expected).abs() < 1e-10, "{computed} for {expected}");
    }
}

/// psych's loadings up to order and sign, to 1e-6.
#[test]
fn varimax_to_the_optimum_is_that_of_psych() {
    let rotated = rotate(&unrotated(), Rotation::Varimax, &OPTIMUM).unwrap();
    let psych = read(include_str!("data/rotation/varimax_psych.csv"));
    for j in 0..5 {
        let column = rotated.loadings.column(j);
        let nearest = (0..5)
            .flat_map(|k| [1.0, -1.0].map(|sign| psych.column(k).iter().map(|x| sign * x).collect::<Vec<f64>>()))
            .map(|other| column.iter().zip(&other).fold(0.0, |most: f64, (l, r)| most.max((l - r).abs())))
            .fold(f64::INFINITY, f64::min);
        assert!(nearest < 1e-6, "column {j}: {nearest:e}");
    }
}

/// GPArotation's searches end at gradients up to 2.4e-7, which is about as much in the loadings.
const GPAROTATION: f64 = 1e-6;

#[test]
fn optima_are_those_of_gparotation() {
    let a = unrotated();
    let raw = RotationSettings { kaiser: false, ..OPTIMUM };
    let minus = RotationSettings { delta: -0.5, ..OPTIMUM };
    check(&a, Rotation::Varimax, OPTIMUM, include_str!("data/rotation/varimax.csv"), GPAROTATION);
    check(&a, Rotation::Quartimax, OPTIMUM, include_str!("data/rotation/quartimax.csv"), GPAROTATION);
    check(&a, Rotation::Quartimax, raw, include_str!("data/rotation/quartimax_raw.csv"), GPAROTATION);
    check(&a, Rotation::Equamax, OPTIMUM, include_str!("data/rotation/equamax.csv"), GPAROTATION);
    check(&a, Rotation::Oblimin, OPTIMUM, include_str!("data/rotation/oblimin_0.csv"), GPAROTATION);
    check(&a, Rotation::Oblimin, minus, include_str!("data/rotation/oblimin_minus.csv"), GPAROTATION);
}

/// At an optimum of the orthomax family Λ'G is symmetric, G = λ³ − γ/p λ Σλ² by columns.
#[test]
fn orthogonal_optima_are_stationary() {
    let a = unrotated();
    let (p, m) = (24, 5);
    let raw = RotationSettings { kaiser: false, ..OPTIMUM };
    for (rotation, gamma) in [(Rotation::Varimax, 1.0), (Rotation::Quartimax, 0.0), (Rotation::Equamax, 2.5)] {
        let loadings = rotate(&a, rotation, &raw).unwrap().loadings;
        let gradient = Matrix::from_fn(p, m, |i, j| {
            let squares: f64 = loadings.column(j).iter().map(|x| x * x).sum();
            loadings[(i, j)].powi(3) - gamma / p as f64 * loadings[(i, j)] * squares
        });
        let products = loadings.transpose().times(&gradient);
        let asymmetry = largest_difference(&products, &products.transpose());
        assert!(asymmetry < 1e-11, "{}: {asymmetry:e}", rotation.name());
    }
}

/// Both start from GPArotation's varimax, so the tolerance is that above.
#[test]
fn promax_is_that_of_r_where_communalities_are_one_and_of_spss_elsewhere() {
    let a = unrotated();
    let lengths: Vec<f64> = (0..24).map(|i| a.row(i).iter().map(|x| x * x).sum::<f64>().sqrt()).collect();
    let unit = Matrix::from_fn(24, 5, |i, j| a[(i, j)] / lengths[i]);
    check(&unit, Rotation::Promax, OPTIMUM, include_str!("data/rotation/promax_unit_communalities.csv"), GPAROTATION);
    check(&a, Rotation::Promax, OPTIMUM, include_str!("data/rotation/promax_spss.csv"), GPAROTATION);
}

#[test]
fn what_cannot_be_rotated_gives_none() {
    let mut loadings = unrotated();
    assert!(rotate(&loadings.select(&[0, 1, 2], &[0]), Rotation::Varimax, &SPSS).is_none());
    for j in 0..5 {
        loadings[(3, j)] = 0.0;
    }
    assert!(rotate(&loadings, Rotation::Varimax, &SPSS).is_none());
    assert!(rotate(&loadings, Rotation::Varimax, &RotationSettings { kaiser: false, ..SPSS }).is_some());
    loadings[(3, 0)] = f64::NAN;
    assert!(rotate(&loadings, Rotation::Oblimin, &OPTIMUM).is_none());
}

#[test]
fn every_rotation_is_listed_once_under_its_name() {
    use Rotation::{Equamax, None, Oblimin, Promax, Quartimax, Varimax};
    for rotation in [None, Varimax, Quartimax, Equamax, Promax, Oblimin] {
        // A new variant must be added to this test, and through it to the list.
        match rotation {
            None | Varimax | Quartimax | Equamax | Promax | Oblimin => {}
        }
        assert_eq!(ALL.iter().filter(|member| member.rotation == rotation).count(), 1);
        assert_eq!(Rotation::from_name(rotation.name()), Some(rotation));
        assert_eq!(rotation.is_oblique(), matches!(rotation, Promax | Oblimin));
    }
    assert_eq!(Rotation::from_name("Varimax"), Some(Varimax));
    assert_eq!(Rotation::from_name("varimin"), Option::None);
}

/// What any member of the family must keep, whatever its criterion.
fn check_invariants(loadings: &Matrix, settings: &RotationSettings) {
    for member in &ALL {
        let name = member.name;
        let Some(rotated) = rotate(loadings, member.rotation, settings) else {
            panic!("{name} gives nothing");
        };
        let m = loadings.columns();
        let (pattern, t) = (&rotated.loadings, &rotated.transformation);
        let correlations = rotated.factor_correlations.clone().unwrap_or(Matrix::identity(m));
        assert_eq!(rotated.factor_correlations.is_some(), member.oblique);
        // Rounding of T, which for correlated factors is ill-conditioned.
        let tolerance = 1e-8;
        assert!(largest_difference(&loadings.times(t), pattern) < tolerance, "{name}: rotated = unrotated T");
        let reproduced = pattern.times(&correlations).times(&pattern.transpose());
        let original = loadings.times(&loadings.transpose());
        assert!(largest_difference(&reproduced, &original) < tolerance, "{name}: communalities");
        let structure = rotated.structure.clone().unwrap_or(pattern.clone());
        assert!(largest_difference(&structure, &pattern.times(&correlations)) < tolerance, "{name}: structure");
        let inverted = inverse(t).unwrap();
        let products = inverted.times(&inverted.transpose());
        assert!(largest_difference(&products, &correlations) < tolerance, "{name}: correlations of T");
        let sums: Vec<f64> = (0..m).map(|j| pattern.column(j).iter().sum()).collect();
        assert!(sums.iter().all(|sum| *sum >= -1e-12), "{name}: reflected");
        let squares: Vec<f64> = (0..m).map(|j| pattern.column(j).iter().map(|x| x * x).sum()).collect();
        let ordered = squares.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12);
        assert!(ordered || member.rotation == Rotation::Promax, "{name}: ordered");
    }
}

#[test]
fn invariants_on_the_survey() {
    check_invariants(&unrotated(), &SPSS);
    check_invariants(&unrotated(), &RotationSettings { kaiser: false, ..OPTIMUM });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Loadings with some structure and noise: every member keeps communalities and its own identities.
    #[test]
    fn invariants_hold_for_any_loadings(m in 2usize..5, noise in prop::collection::vec(-0.25f64..0.25, 64)) {
        let p = 4 * m;
        let loadings = Matrix::from_fn(p, m, |i, j| {
            let main = if i % m == j { 0.7 } else { 0.0 };
            main + noise[(i * m + j) % 64]
        });
        check_invariants(&loadings, &SPSS);
    }

    /// The optimum does not depend on an orthogonal transformation of what is rotated.
    #[test]
    fn the_optimum_forgets_where_it_started(angle in 0.0f64..6.3, noise in prop::collection::vec(-0.1f64..0.1, 16)) {
        let loadings = Matrix::from_fn(8, 2, |i, j| {
            let main = if i % 2 == j { 0.6 + 0.05 * j as f64 } else { 0.0 };
            main + noise[2 * i + j]
        });
        let (sine, cosine) = angle.sin_cos();
        let turn = Matrix::from_values(2, 2, vec![cosine, -sine, sine, cosine]).unwrap();
        let turned = loadings.times(&turn);
        for rotation in [Rotation::Varimax, Rotation::Quartimax, Rotation::Equamax, Rotation::Promax, Rotation::Oblimin] {
            let left = rotate(&loadings, rotation, &OPTIMUM).unwrap();
            let right = rotate(&turned, rotation, &OPTIMUM).unwrap();
            // Two optima reached from two sides, each to 1e-9 in the gradient.
            prop_assert!(largest_difference(&left.loadings, &right.loadings) < 1e-6, "{}", rotation.name());
        }
    }
}
