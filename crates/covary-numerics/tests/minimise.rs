//! The search on functions with known minima.

use covary_numerics::Matrix;
use covary_numerics::linalg::Cholesky;
use covary_numerics::minimise::{Ending, QuasiNewton, Request, Settings};

/// Runs a search; gives it with its ending and the number of evaluations.
fn search(
    f: impl Fn(&[f64]) -> Option<(f64, Vec<f64>)>,
    start: &[f64],
    metric: Option<&Matrix>,
    tolerance: f64,
) -> (QuasiNewton, Ending, usize) {
    let settings = Settings { gradient_tolerance: tolerance, max_iterations: 1000 };
    let mut search = QuasiNewton::new(start, metric, settings);
    let (ending, evaluations) = run(&mut search, &f);
    (search, ending, evaluations)
}

fn run(search: &mut QuasiNewton, f: impl Fn(&[f64]) -> Option<(f64, Vec<f64>)>) -> (Ending, usize) {
    let mut evaluations = 0;
    loop {
        let answer = match search.request() {
            Request::Done(ending) => return (ending, evaluations),
            Request::Evaluate(point) => f(point),
        };
        evaluations += 1;
        assert!(evaluations < 20_000, "the search does not end");
        match answer {
            Some((value, gradient)) => search.tell(Some(value), &gradient),
            None => search.tell(None, &vec![0.0; search.best().len()]),
        }
    }
}

fn rosenbrock(x: &[f64]) -> Option<(f64, Vec<f64>)> {
    let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
    Some((a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b]))
}

#[test]
fn rosenbrock_from_the_classical_start() {
    let (search, ending, evaluations) = search(rosenbrock, &[-1.2, 1.0], None, 1e-9);
    assert_eq!(ending, Ending::Converged);
    for x in search.best() {
        assert!((x - 1.0).abs() < 1e-9, "{x}");
    }
    // Published BFGS codes need 35 to 50 evaluations here (Moré, Garbow and Hillstrom 1981, problem 1).
    assert!(evaluations <= 60, "{evaluations} evaluations");
}

/// Σ wᵢ(xᵢ − i)², with weights over ten orders of magnitude.
fn badly_scaled(x: &[f64]) -> Option<(f64, Vec<f64>)> {
    let weight = |i: usize| 10f64.powi(i as i32 - 5);
    let value = x.iter().enumerate().map(|(i, x)| weight(i) * (x - i as f64).powi(2)).sum();
    Some((value, x.iter().enumerate().map(|(i, x)| 2.0 * weight(i) * (x - i as f64)).collect()))
}

#[test]
fn badly_scaled_quadratic() {
    let (search, ending, _) = search(badly_scaled, &[7.0; 10], None, 1e-10);
    assert_eq!(ending, Ending::Converged);
    for (i, x) in search.best().iter().enumerate() {
        // gradient = 2 · weight · error
        assert!((x - i as f64).abs() < 1e-10 / 10f64.powi(i as i32 - 5), "{i}: {x}");
    }
}

/// With the exact inverse Hessian as first metric a quadratic takes one iteration and two evaluations.
#[test]
fn the_exact_metric_solves_a_quadratic_in_one_step() {
    let inverse = Matrix::from_diagonal(&(0..10).map(|i| 0.5 * 10f64.powi(5 - i)).collect::<Vec<_>>());
    let (search, ending, evaluations) = search(badly_scaled, &[7.0; 10], Some(&inverse), 1e-7);
    assert_eq!((ending, search.iterations(), evaluations), (Ending::Converged, 1, 2));
}

/// x − ln x + …: exists for positive arguments only; from 50 the first Newton step leads far outside.
fn logarithmic(x: &[f64]) -> Option<(f64, Vec<f64>)> {
    if x.iter().any(|x| *x <= 0.0) {
        return None;
    }
    let value = x.iter().enumerate().map(|(i, x)| (i + 1) as f64 * x - x.ln()).sum();
    Some((value, x.iter().enumerate().map(|(i, x)| (i + 1) as f64 - 1.0 / x).collect()))
}

#[test]
fn function_undefined_in_part_of_the_space() {
    let newton_like = Matrix::from_diagonal(&[2500.0; 4]);
    for metric in [None, Some(&newton_like)] {
        let (search, ending, _) = search(logarithmic, &[50.0; 4], metric, 1e-9);
        assert_eq!(ending, Ending::Converged);
        for (i, x) in search.best().iter().enumerate() {
            assert!((x - 1.0 / (i + 1) as f64).abs() < 1e-8, "{i}: {x}");
        }
    }
}

#[test]
fn a_start_where_nothing_exists_ends_at_once() {
    let (search, ending, evaluations) = search(|_| None, &[1.0], None, 1e-9);
    assert_eq!((ending, evaluations), (Ending::NoProgress, 1));
    assert_eq!(search.best(), [1.0]);
}

/// The value is rounded to 1e-9, so that steps below 3e-5 do not change it; the gradient stays exact.
#[test]
fn goes_on_by_the_gradient_where_the_value_is_rounding() {
    let offset = 1e6;
    let f = |x: &[f64]| rosenbrock(x).map(|(value, gradient)| (value + offset, gradient));
    let (search, ending, _) = search(f, &[-1.2, 1.0], None, 1e-10);
    assert_eq!(ending, Ending::Converged);
    assert!(search.best().iter().all(|x| (x - 1.0).abs() < 1e-9), "{:?}", search.best());
}

/// With a tolerance below what the gradient can reach, the end is `NoProgress` at the minimum.
#[test]
fn a_tolerance_below_rounding_ends_without_progress_at_the_minimum() {
    let f = |x: &[f64]| {
        let gradient: Vec<f64> = x.iter().map(|x| 2e3 * (x - 1.0 / 3.0) + 1e-9 * (1e9 * x).sin()).collect();
        Some((x.iter().map(|x| 1e3 * (x - 1.0 / 3.0).powi(2)).sum(), gradient))
    };
    let (search, ending, evaluations) = search(f, &[5.0, -3.0], None, 0.0);
    assert!(matches!(ending, Ending::NoProgress | Ending::Converged));
    assert!(evaluations < 200, "{evaluations}");
    assert!(search.best().iter().all(|x| (x - 1.0 / 3.0).abs() < 1e-11), "{:?}", search.best());
}

/// −cos x − cos y starts on a hilltop's flank, where the curvature is negative.
#[test]
fn negative_curvature_at_the_start() {
    let f = |x: &[f64]| Some((x.iter().map(|x| -x.cos()).sum(), x.iter().map(|x| x.sin()).collect()));
    let (search, ending, _) = search(f, &[3.0, 2.5], None, 1e-9);
    assert_eq!(ending, Ending::Converged);
    assert!((search.best_value() + 2.0).abs() < 1e-12);
}

#[test]
fn unbounded_below_ends() {
    let (_, ending, _) = search(|x| Some((-x[0], vec![-1.0])), &[0.0], None, 1e-9);
    assert_ne!(ending, Ending::Converged);
}

#[test]
fn a_metric_that_is_not_positive_definite_is_left() {
    let metric = Matrix::from_diagonal(&[-1.0, 1.0]);
    let (_, ending, _) = search(rosenbrock, &[-1.2, 1.0], Some(&metric), 1e-9);
    assert_eq!(ending, Ending::Converged);
}

#[test]
fn the_iteration_limit_holds() {
    let settings = Settings { gradient_tolerance: 1e-9, max_iterations: 5 };
    let mut search = QuasiNewton::new(&[-1.2, 1.0], None, settings);
    let (ending, _) = run(&mut search, rosenbrock);
    assert_eq!((ending, search.iterations()), (Ending::IterationLimit, 5));
}

/// A search begun anew takes the same steps as a new one.
#[test]
fn restart_equals_new() {
    let settings = Settings { gradient_tolerance: 1e-9, max_iterations: 500 };
    let mut reused = QuasiNewton::new(&[4.0, -3.0], None, settings);
    run(&mut reused, rosenbrock);
    reused.restart(&[-1.2, 1.0]);
    run(&mut reused, rosenbrock);
    let mut fresh = QuasiNewton::new(&[-1.2, 1.0], None, settings);
    run(&mut fresh, rosenbrock);
    assert_eq!((reused.best(), reused.iterations()), (fresh.best(), fresh.iterations()));
}

/// Correlations of six items under one factor, disturbed by up to `size` so that residuals do not vanish.
fn disturbed_correlations(size: f64) -> Matrix {
    let population = [0.8, 0.7, 0.9, 0.6, 0.75, 0.5];
    Matrix::from_fn(6, 6, |i, j| {
        let disturbance = size * (((i + 1) * (j + 1) * 7 % 11) as f64 / 11.0 - 0.5);
        if i == j { 1.0 } else { population[i] * population[j] + disturbance }
    })
}

/// Settings of the fits that this search is made for.
const FIT: Settings = Settings { gradient_tolerance: 1e-8, max_iterations: 100 };

fn inverse_information(theta: &[f64]) -> Matrix {
    Cholesky::new(&factor_information(theta)).unwrap().inverse()
}

/// From a start far off, with the information renewed after the first two iterations: Fisher scoring
/// alone takes seven iterations to this gradient, the metric of the start alone fourteen to sixteen.
#[test]
fn a_factor_model_from_a_cold_start_begins_with_scoring() {
    let sample = disturbed_correlations(0.05);
    for (loading, variance) in [(0.5, 0.5), (0.7, 0.5), (1.0, 0.5), (0.7, 0.7)] {
        let start = [[loading; 6], [variance; 6]].concat();
        let mut search = QuasiNewton::new(&start, Some(&inverse_information(&start)), FIT);
        let mut renewals = 0;
        let ending = loop {
            if renewals < 2 && search.iterations() > renewals {
                renewals = search.iterations();
                search.renew_metric(&inverse_information(search.best()));
            }
            let answer = match search.request() {
                Request::Done(ending) => break ending,
                Request::Evaluate(point) => factor_discrepancy(point, &sample),
            };
            let (value, gradient) = answer.map_or((None, vec![0.0; 12]), |(value, gradient)| (Some(value), gradient));
            search.tell(value, &gradient);
        };
        assert_eq!(ending, Ending::Converged);
        assert!(search.iterations() <= 7, "{} iterations from {loading}, {variance}", search.iterations());
    }
}

/// A resample starts at the full-sample estimate with the information there as shared first metric.
#[test]
fn a_factor_model_from_a_warm_start_takes_few_iterations() {
    let sample = disturbed_correlations(0.05);
    let start = [[0.7; 6], [0.5; 6]].concat();
    let (full, _, _) = search(|theta| factor_discrepancy(theta, &sample), &start, None, 1e-8);
    let metric = inverse_information(full.best());
    for size in [-0.1, -0.05, 0.0, 0.1, 0.15] {
        let resample = disturbed_correlations(size);
        let mut search = QuasiNewton::new(full.best(), Some(&metric), FIT);
        let (ending, evaluations) = run(&mut search, |theta| factor_discrepancy(theta, &resample));
        assert_eq!(ending, Ending::Converged);
        assert!(search.iterations() <= 12 && evaluations <= 15, "{} iterations at {size}", search.iterations());
    }
}

/// Σ = λλ' + Θ, θ = (λ, diag Θ).
fn implied(theta: &[f64]) -> Matrix {
    let p = theta.len() / 2;
    Matrix::from_fn(p, p, |i, j| theta[i] * theta[j] + if i == j { theta[p + i] } else { 0.0 })
}

/// F = ½(ln|Σ| + tr Σ⁻¹S) and its gradient.
fn factor_discrepancy(theta: &[f64], sample: &Matrix) -> Option<(f64, Vec<f64>)> {
    let p = theta.len() / 2;
    let factor = Cholesky::new(&implied(theta))?;
    let inverse = factor.inverse();
    let weighted = inverse.times(sample);
    let residual = inverse.minus(&weighted.times(&inverse)); // Σ⁻¹(Σ − S)Σ⁻¹
    let value = 0.5 * (factor.log_determinant() + weighted.diagonal().iter().sum::<f64>());
    let loadings = residual.times_vector(&theta[..p]);
    let variances = residual.diagonal().into_iter().map(|r| 0.5 * r);
    Some((value, loadings.into_iter().chain(variances).collect()))
}

/// Expected information ½ tr Σ⁻¹Σ̇ᵢΣ⁻¹Σ̇ⱼ.
fn factor_information(theta: &[f64]) -> Matrix {
    let q = theta.len();
    let p = q / 2;
    let inverse = Cholesky::new(&implied(theta)).unwrap().inverse();
    let products: Vec<Matrix> = (0..q)
        .map(|k| {
            let derivative = Matrix::from_fn(p, p, |i, j| match k {
                _ if k < p => theta[j] * f64::from(i == k) + theta[i] * f64::from(j == k),
                _ => f64::from(i == j && i == k - p),
            });
            inverse.times(&derivative)
        })
        .collect();
    Matrix::from_fn(q, q, |k, l| 0.5 * products[k].times(&products[l]).diagonal().iter().sum::<f64>())
}
