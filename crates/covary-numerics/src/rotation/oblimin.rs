//! Direct oblimin: pattern loadings whose squares overlap as little as possible.

use crate::linalg::inverse;
use crate::{Matrix, matrix::dot};

use super::{Member, Order, Rotation, RotationSettings, Transformation, kaiser::weighted_loadings, varimax};

/// Direct oblimin minimises Σ_{j<k} [Σᵢ λᵢⱼ²λᵢₖ² − δ/p Σᵢ λᵢⱼ² Σᵢ λᵢₖ²] over the pattern matrix; δ = 0 is quartimin.
///
/// Gradient projection from the unrotated and from the varimax solution, the better of the two;
/// to the optimum under either stopping rule, where SPSS's own search (one column at a time, 25
/// iterations) ends close to it. δ above 0 makes factors more oblique and has no minimum near 1:
/// then `converged` is false.
///
/// # Source
/// Jennrich and Sampson (1966), Psychometrika 31; Jennrich (2002), Psychometrika 67, for the search.
pub(super) const MEMBER: Member =
    Member { rotation: Rotation::Oblimin, name: "oblimin", oblique: true, transformation: direct_oblimin };

/// The projected gradient's length at the optimum.
const TOLERANCE: f64 = 1e-9;
const MOST_ITERATIONS: usize = 20_000;
/// Halvings of a step before it is taken that no step lowers the criterion.
const MOST_HALVINGS: usize = 40;

fn direct_oblimin(loadings: &Matrix, settings: &RotationSettings) -> Option<Transformation> {
    let weighted = weighted_loadings(loadings, settings);
    let varimax = (varimax::MEMBER.transformation)(loadings, settings)?;
    let starts = [Matrix::identity(loadings.columns()), varimax.matrix];
    let best = starts
        .into_iter()
        .filter_map(|start| project_gradient(&weighted, start, settings.delta))
        .min_by(|l, r| l.state.criterion.total_cmp(&r.state.criterion))?;
    let factors = &best.state.factors;
    Some(Transformation {
        matrix: inverse(&factors.transpose())?,
        factor_correlations: Some(correlations(factors)),
        iterations: best.iterations,
        converged: best.converged,
        order: Order::SumOfSquares,
    })
}

struct Search {
    state: State,
    iterations: usize,
    converged: bool,
}

/// The criterion at a matrix T of factors (columns of length 1): Λ = A T'⁻¹, Φ = T'T.
struct State {
    factors: Matrix,
    criterion: f64,
    /// The gradient by T, projected on columns of length 1.
    projected: Matrix,
    length: f64,
}

/// Steps against the projected gradient, each column brought back to length 1; the step length adapts.
fn project_gradient(loadings: &Matrix, start: Matrix, delta: f64) -> Option<Search> {
    let mut state = evaluate(loadings, start, delta)?;
    let mut step = 1.0;
    for iterations in 0..MOST_ITERATIONS {
        if state.length <= TOLERANCE {
            return Some(Search { state, iterations, converged: true });
        }
        step *= 2.0;
        let Some(next) = line_search(loadings, &state, &mut step, delta) else {
            // The criterion has reached its rounding; at 10⁻⁶ the loadings are right to about as much.
            let converged = state.length <= 1e-6;
            return Some(Search { state, iterations, converged });
        };
        state = next;
    }
    Some(Search { state, iterations: MOST_ITERATIONS, converged: false })
}

fn line_search(loadings: &Matrix, state: &State, step: &mut f64, delta: f64) -> Option<State> {
    let rounding = 4.0 * f64::EPSILON * state.criterion.abs();
    for _ in 0..MOST_HALVINGS {
        let moved = unit_columns(&state.factors.minus(&state.projected.scaled(*step)));
        if let Some(next) = evaluate(loadings, moved, delta) {
            let decrease = state.criterion - next.criterion;
            let promised = 0.5 * state.length * state.length * *step;
            // Where the promise is within rounding, the gradient must shrink instead.
            let at_rounding = promised <= rounding && decrease >= -rounding && next.length < state.length;
            if decrease > promised || at_rounding {
                return Some(next);
            }
        }
        *step /= 2.0;
    }
    None
}

/// `None` where T is singular.
fn evaluate(loadings: &Matrix, factors: Matrix, delta: f64) -> Option<State> {
    let inverted = inverse(&factors)?; // T⁻¹
    let pattern = loadings.times(&inverted.transpose());
    let (criterion, by_pattern) = oblimin(&pattern, delta);
    let by_factors = pattern.transpose().times(&by_pattern).times(&inverted).transpose().scaled(-1.0);
    let m = factors.columns();
    let along: Vec<f64> = (0..m).map(|j| dot(&factors.column(j), &by_factors.column(j))).collect();
    let projected = Matrix::from_fn(m, m, |i, j| by_factors[(i, j)] - factors[(i, j)] * along[j]);
    let length = dot(projected.values(), projected.values()).sqrt();
    (criterion.is_finite() && length.is_finite()).then_some(State { factors, criterion, projected, length })
}

/// ¼ Σ Λ²∘((I − δ/p 11')Λ²(11' − I)) and its gradient Λ∘((I − δ/p 11')Λ²(11' − I)).
fn oblimin(pattern: &Matrix, delta: f64) -> (f64, Matrix) {
    let (p, m) = (pattern.rows(), pattern.columns());
    let squares = Matrix::from_fn(p, m, |i, j| pattern[(i, j)] * pattern[(i, j)]);
    // Squares on the other factors.
    let others = Matrix::from_fn(p, m, |i, j| squares.row(i).iter().sum::<f64>() - squares[(i, j)]);
    let shares: Vec<f64> = (0..m).map(|j| delta / p as f64 * others.column(j).iter().sum::<f64>()).collect();
    let overlap = Matrix::from_fn(p, m, |i, j| others[(i, j)] - shares[j]);
    let gradient = Matrix::from_fn(p, m, |i, j| pattern[(i, j)] * overlap[(i, j)]);
    (0.25 * dot(squares.values(), overlap.values()), gradient)
}

fn unit_columns(factors: &Matrix) -> Matrix {
    let lengths: Vec<f64> = (0..factors.columns())
        .map(|j| {
            let column = factors.column(j);
            dot(&column, &column).sqrt()
        })
        .collect();
    Matrix::from_fn(factors.rows(), factors.columns(), |i, j| factors[(i, j)] / lengths[j])
}

/// Φ = T'T, with 1 on its diagonal exactly.
fn correlations(factors: &Matrix) -> Matrix {
    let products = factors.transpose().times(factors);
    Matrix::from_fn(products.rows(), products.columns(), |i, j| if i == j { 1.0 } else { products[(i, j)] })
}

#[cfg(test)]
mod tests {
    use super::{evaluate, oblimin};
    use crate::{Matrix, finite_differences};

    #[test]
    fn gradients_agree_with_finite_differences() {
        let loadings = Matrix::from_fn(7, 3, |i, j| ((i * 3 + j * 5) as f64 * 0.7).sin());
        for delta in [-2.0, 0.0, 0.5] {
            let f = |values: &[f64]| oblimin(&Matrix::from_values(7, 3, values.to_vec()).unwrap(), delta).0;
            let differences = finite_differences::gradient(f, loadings.values());
            for (exact, difference) in oblimin(&loadings, delta).1.values().iter().zip(differences) {
                assert!((exact - difference).abs() < 1e-9, "{exact} {difference}");
            }
        }
    }

    /// Along a curve on which columns keep length 1 the criterion changes by the projected gradient.
    #[test]
    fn the_projected_gradient_is_the_derivative_on_unit_columns() {
        let loadings = Matrix::from_fn(7, 2, |i, j| ((i * 3 + j * 5) as f64 * 0.7).sin());
        let at = |t: f64| Matrix::from_values(2, 2, vec![t.cos(), (2.0 * t).sin(), t.sin(), (2.0 * t).cos()]).unwrap();
        let t: f64 = 0.3;
        let f = |x: &[f64]| evaluate(&loadings, at(x[0]), 0.0).unwrap().criterion;
        let velocity = [-t.sin(), 2.0 * (2.0 * t).cos(), t.cos(), -2.0 * (2.0 * t).sin()];
        let projected = evaluate(&loadings, at(t), 0.0).unwrap().projected;
        let exact: f64 = projected.values().iter().zip(velocity).map(|(g, v)| g * v).sum();
        assert!((exact - finite_differences::gradient(f, &[t])[0]).abs() < 1e-9);
    }
}
