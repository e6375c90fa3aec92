//! Quadratic programmes: known solutions, and the conditions that make a minimum.

use covary_numerics::{
    Matrix,
    matrix::dot,
    quadratic_programme::{LinearRestriction, Solution, solve},
};
use proptest::prelude::*;

fn restriction(gradient: &[f64], value: f64, is_equality: bool) -> LinearRestriction {
    LinearRestriction { gradient: gradient.to_vec(), value, is_equality }
}

#[track_caller]
fn near(own: &[f64], expected: &[f64]) {
    assert!(own.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{own:?} for {expected:?}");
}

#[test]
fn of_two_variables_by_hand() {
    // ½(x² + y²) under x + 2y ≥ 5 and x ≥ 0: the foot of the perpendicular, (1, 2), λ = 1.
    let found = solve(
        &Matrix::identity(2),
        &[0.0, 0.0],
        &[restriction(&[1.0, 2.0], -5.0, false), restriction(&[1.0, 0.0], 0.0, false)],
    )
    .unwrap();
    near(&found.step, &[1.0, 2.0]);
    near(&found.multipliers, &[1.0, 0.0]);
    // With y ≤ 1 besides: (3, 1), λ₁ = 3, λ₂ = 5 from (x, y) = λ₁(1, 2) + λ₂(0, −1).
    let found = solve(
        &Matrix::identity(2),
        &[0.0, 0.0],
        &[restriction(&[1.0, 2.0], -5.0, false), restriction(&[0.0, -1.0], 1.0, false)],
    )
    .unwrap();
    near(&found.step, &[3.0, 1.0]);
    near(&found.multipliers, &[3.0, 5.0]);
}

#[test]
fn restrictions_that_depend_on_each_other() {
    let twice = [restriction(&[1.0, 1.0], -2.0, true), restriction(&[2.0, 2.0], -4.0, true)];
    near(&solve(&Matrix::identity(2), &[0.0, 0.0], &twice).unwrap().step, &[1.0, 1.0]);
    let three = [1.0, 2.0, 0.5].map(|a| restriction(&[a, 0.0], -a, false));
    let found = solve(&Matrix::identity(2), &[0.0, 0.0], &three).unwrap();
    near(&found.step, &[1.0, 0.0]);
    near(&[found.multipliers[0] + 2.0 * found.multipliers[1] + 0.5 * found.multipliers[2]], &[1.0]);
    let both_ways = [restriction(&[1.0, 0.0], -1.0, false), restriction(&[-1.0, 0.0], 1.0, false)];
    near(&solve(&Matrix::identity(2), &[0.0, 0.0], &both_ways).unwrap().step, &[1.0, 0.0]);
}

#[test]
fn what_cannot_be_met() {
    let contradicting = [restriction(&[1.0, 0.0], -1.0, false), restriction(&[-1.0, 0.0], 0.5, false)];
    assert_eq!(solve(&Matrix::identity(2), &[0.0, 0.0], &contradicting), None);
    let equations = [restriction(&[1.0, 1.0], -1.0, true), restriction(&[1.0, 1.0], -2.0, true)];
    assert_eq!(solve(&Matrix::identity(2), &[0.0, 0.0], &equations), None);
    assert_eq!(solve(&Matrix::from_diagonal(&[1.0, -1.0]), &[0.0, 0.0], &[]), None);
}

/// Largest violation of the conditions of a minimum.
fn violation(hessian: &Matrix, gradient: &[f64], restrictions: &[LinearRestriction], found: &Solution) -> f64 {
    let mut worst = 0.0f64;
    let mut residual: Vec<f64> = hessian.times_vector(&found.step).iter().zip(gradient).map(|(h, g)| h + g).collect();
    for (restriction, multiplier) in restrictions.iter().zip(&found.multipliers) {
        residual.iter_mut().zip(&restriction.gradient).for_each(|(r, a)| *r -= multiplier * a);
        let slack = dot(&restriction.gradient, &found.step) + restriction.value;
        worst = worst.max(if restriction.is_equality {
            slack.abs()
        } else {
            (-slack).max(-multiplier).max((slack * multiplier).abs())
        });
    }
    residual.iter().fold(worst, |most, r| most.max(r.abs()))
}

proptest! {
    /// Random programmes around a point that meets all restrictions.
    #[test]
    fn the_conditions_of_a_minimum_hold(
        (n, equalities, inequalities) in (1usize..8, 0usize..4, 0usize..12),
        numbers in prop::collection::vec(-1.0f64..1.0, 400),
        repeated in prop::bool::ANY,
    ) {
        let mut numbers = numbers.into_iter().cycle();
        let mut draw = move || numbers.next().unwrap();
        let root = Matrix::from_values(n, n, (0..n * n).map(|_| draw()).collect()).unwrap();
        let hessian = root.times(&root.transpose()).plus(&Matrix::identity(n).scaled(0.1));
        let gradient: Vec<f64> = (0..n).map(|_| 5.0 * draw()).collect();
        let inside: Vec<f64> = (0..n).map(|_| draw()).collect();
        let mut restrictions: Vec<LinearRestriction> = Vec::new();
        for k in 0..equalities.min(n) + inequalities {
            let is_equality = k < equalities.min(n);
            let a: Vec<f64> = (0..n).map(|_| draw()).collect();
            let room = if is_equality { 0.0 } else { draw().abs() * 0.3 };
            restrictions.push(restriction(&a, room - dot(&a, &inside), is_equality));
        }
        if repeated {
            restrictions.extend(restrictions.clone());
        }
        let found = solve(&hessian, &gradient, &restrictions).expect("a point meets all");
        // H has a condition number of up to 1e3 here.
        let violation = violation(&hessian, &gradient, &restrictions, &found);
        prop_assert!(violation < 1e-9, "{violation}");
    }
}
