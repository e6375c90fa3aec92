//! Every derivative against finite differences, in both forms of the implied moments and over every scalar.

use covary_numerics::{Lanes, Matrix, Scalar, finite_differences};
use covary_sem::{
    Sample,
    estimate::{EqualityConstraints, Objective, StartingValues, objective},
    estimators::{Estimator, Weight},
    inference::information,
    model_matrices::ModelMatrices,
    sample::Data,
};

use crate::common::{self, Case, cases};

/// A model, its sample, and a point near the start at which nothing is special.
struct Setting {
    name: String,
    matrices: ModelMatrices,
    sample: Sample,
    constraints: EqualityConstraints,
    theta: Vec<f64>,
}

fn settings() -> Vec<Setting> {
    cases().iter().map(setting).collect()
}

fn setting(case: &Case) -> Setting {
    let table = case.table();
    let dataset = case.dataset();
    let (sample, _) = Sample::take(&Data::Cases(&dataset), &table, &case.settings()).unwrap();
    let matrices = ModelMatrices::new(&table).unwrap();
    let start = StartingValues::Noniterative.theta(&matrices, &table, &sample);
    let theta = start.iter().enumerate().map(|(k, t)| t * (1.0 + 0.02 * ((k % 5) as f64 - 2.0)) + 0.001).collect();
    let constraints = EqualityConstraints::new(&table).unwrap();
    Setting { name: case.name.clone(), matrices, sample, constraints, theta }
}

fn largest_difference(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| (l - r).abs() / r.abs().max(1.0)).fold(0.0, f64::max)
}

/// 1e-7: what Richardson's extrapolation leaves at values near 10.
#[test]
fn gradients_are_the_derivatives_of_the_objective_in_both_forms() {
    for estimator in Estimator::ALL {
        for s in settings() {
            let mut own = Objective::<f64>::new(&s.matrices, estimator, &s.sample).unwrap();
            let mut dense = Objective::<f64>::new(&s.matrices, estimator, &s.sample).unwrap().in_dense_form();
            let (mut gradient, mut dense_gradient) = (vec![0.0; s.theta.len()], vec![0.0; s.theta.len()]);
            let value = own.evaluate(&s.theta, &mut gradient).unwrap();
            let dense_value = dense.evaluate(&s.theta, &mut dense_gradient).unwrap();
            assert!((value - dense_value).abs() < 1e-11, "{}: {value} factored, {dense_value} dense", s.name);
            assert!(largest_difference(&gradient, &dense_gradient) < 1e-10, "{}: forms differ", s.name);
            let scratch = std::cell::RefCell::new((own, vec![0.0; s.theta.len()]));
            let f = |theta: &[f64]| {
                let (objective, room) = &mut *scratch.borrow_mut();
                objective.evaluate(theta, room).unwrap()
            };
            let numeric = finite_differences::gradient(f, &s.theta);
            let difference = largest_difference(&gradient, &numeric);
            assert!(difference < 1e-7, "{}: gradient off by {difference}", s.name);
        }
    }
}

/// A model whose factored form serves must use it, or the speed is a promise only.
#[test]
fn models_with_unique_residuals_are_factored() {
    for (name, factored) in [("hs_three", true), ("yongkang", true), ("pd_democracy", false), ("hs_path", false)] {
        let s = setting(&common::case(name));
        let mut objective = Objective::<f64>::new(&s.matrices, Estimator::Ml, &s.sample).unwrap();
        objective.evaluate(&s.theta, &mut vec![0.0; s.theta.len()]).unwrap();
        let is_factored = matches!(objective.workspace(0).implied(), covary_sem::model_matrices::Implied::Factored(_));
        assert_eq!(is_factored, factored, "{name}");
    }
}

#[test]
fn lanes_give_what_each_lane_gives_alone() {
    for s in settings() {
        let q = s.theta.len();
        let points: [Vec<f64>; 4] =
            std::array::from_fn(|lane| s.theta.iter().map(|t| t * (1.0 + 0.003 * lane as f64)).collect());
        let mut lanes = Objective::<Lanes<4>>::new(&s.matrices, Estimator::Ml, &s.sample).unwrap();
        let point: Vec<Lanes<4>> = (0..q).map(|k| Lanes(std::array::from_fn(|lane| points[lane][k]))).collect();
        let mut gradient = vec![Lanes::ZERO; q];
        let value = lanes.evaluate(&point, &mut gradient).unwrap();
        for (lane, point) in points.iter().enumerate() {
            let mut alone = Objective::<f64>::new(&s.matrices, Estimator::Ml, &s.sample).unwrap();
            let mut own = vec![0.0; q];
            assert_eq!(alone.evaluate(point, &mut own), Some(value.0[lane]), "{}", s.name);
            assert!((0..q).all(|k| own[k] == gradient[k].0[lane]), "{}: gradient of lane {lane}", s.name);
        }
    }
}

#[test]
fn the_hessian_is_the_derivative_of_the_gradient() {
    for s in settings() {
        let own = Objective::<f64>::new(&s.matrices, Estimator::Ml, &s.sample).unwrap();
        let hessian = own.hessian(&s.theta).unwrap();
        let scratch = std::cell::RefCell::new(own);
        let gradient = |theta: &[f64]| {
            let mut gradient = vec![0.0; theta.len()];
            scratch.borrow_mut().evaluate(theta, &mut gradient).unwrap();
            gradient
        };
        let numeric = finite_differences::jacobian(gradient, &s.theta);
        let difference = largest_difference(hessian.values(), numeric.values());
        assert!(difference < 1e-6, "{}: Hessian off by {difference}", s.name);
    }
}

/// Δ against differences of the moments; the moments of the workspace against those of the plain matrices.
#[test]
fn moment_derivatives_are_the_derivatives_of_the_moments() {
    for s in settings() {
        let exogenous = s.matrices.exogenous_values(&s.sample);
        for block in 0..s.matrices.blocks.len() {
            let means = s.matrices.meanstructure;
            let moments = |theta: &[f64]| {
                let matrices = s.matrices.matrices(block, theta, &exogenous).unwrap();
                let p = matrices.covariance.rows();
                let mut moments = if means { matrices.mean.clone() } else { Vec::new() };
                moments
                    .extend((0..p).flat_map(|j| (j..p).map(move |i| (i, j))).map(|(i, j)| matrices.covariance[(i, j)]));
                moments
            };
            let matrices = s.matrices.matrices(block, &s.theta, &exogenous).unwrap();
            let delta = s.matrices.delta(block, &matrices);
            let numeric = finite_differences::jacobian(moments, &s.theta);
            let difference = largest_difference(delta.values(), numeric.values());
            assert!(difference < 1e-8, "{}: Δ off by {difference}", s.name);
        }
    }
}

/// With the sample at the model's own moments, the Hessian of ML is the expected information.
#[test]
fn expected_information_is_the_hessian_where_the_model_holds() {
    for s in settings() {
        let exogenous = s.matrices.exogenous_values(&s.sample);
        let mut sample = s.sample.clone();
        for (block, target) in sample.blocks.iter_mut().enumerate() {
            let matrices = s.matrices.matrices(block, &s.theta, &exogenous).unwrap();
            target.covariance = matrices.covariance;
            target.mean = Some(matrices.mean);
        }
        let weights = objective::weights(&sample);
        let values: Vec<_> = (0..s.matrices.blocks.len())
            .map(|block| s.matrices.matrices(block, &s.theta, &exogenous).unwrap())
            .collect();
        let metrics: Vec<_> = values.iter().map(|values| Weight::normal_theory(&values.covariance).unwrap()).collect();
        let expected = information::in_metric(&s.matrices, &values, &weights, &metrics);
        let hessian = Objective::<f64>::new(&s.matrices, Estimator::Ml, &sample).unwrap().hessian(&s.theta).unwrap();
        let scale = expected.diagonal().iter().fold(1.0, |most: f64, v| most.max(*v));
        let difference = largest_difference(hessian.values(), expected.values()) / scale;
        assert!(difference < 1e-10, "{}: information off by {difference}", s.name);
        check_between(&s, &expected, &weights, &exogenous);
    }
}

/// The pairwise form that modification indices use adds up to the same matrix.
fn check_between(s: &Setting, expected: &Matrix, weights: &[f64], exogenous: &[f64]) {
    let q = s.theta.len();
    let mut sum = Matrix::zeros(q, q);
    for (block, weight) in weights.iter().enumerate() {
        let matrices = s.matrices.matrices(block, &s.theta, exogenous).unwrap();
        let inverse = covary_numerics::linalg::inverse(&matrices.covariance).unwrap();
        let derivatives = s.matrices.moment_derivatives(block, &matrices);
        for k in 0..q {
            for l in 0..q {
                for (a, b) in derivatives[k].iter().flat_map(|a| derivatives[l].iter().map(move |b| (a, b))) {
                    sum[(k, l)] += weight * information::between(&inverse, a, b, s.matrices.meanstructure);
                }
            }
        }
    }
    let scale = expected.diagonal().iter().fold(1.0, |most: f64, v| most.max(*v));
    assert!(largest_difference(sum.values(), expected.values()) / scale < 1e-11, "{}: pairwise information", s.name);
}

#[test]
fn constraints_hold_and_their_basis_is_a_null_space() {
    for s in settings() {
        let eta = s.constraints.project(&s.theta);
        let mut theta = vec![0.0; s.theta.len()];
        s.constraints.expand(&eta, &mut theta);
        let again = s.constraints.project(&theta);
        assert!(largest_difference(&again, &eta) < 1e-12, "{}", s.name);
        assert_eq!(s.constraints.reduced() + s.constraints.rank, s.theta.len(), "{}", s.name);
        // The gradient with respect to η is K'g.
        let objective = std::cell::RefCell::new(Objective::<f64>::new(&s.matrices, Estimator::Ml, &s.sample).unwrap());
        let f = |eta: &[f64]| {
            let mut theta = vec![0.0; s.theta.len()];
            s.constraints.expand(eta, &mut theta);
            objective.borrow_mut().evaluate(&theta, &mut vec![0.0; s.theta.len()]).unwrap()
        };
        let numeric = finite_differences::gradient(f, &eta);
        let (mut gradient, mut reduced) = (vec![0.0; s.theta.len()], vec![0.0; eta.len()]);
        objective.borrow_mut().evaluate(&theta, &mut gradient).unwrap();
        s.constraints.reduce_gradient(&gradient, &mut reduced);
        assert!(largest_difference(&reduced, &numeric) < 1e-7, "{}", s.name);
    }
}
