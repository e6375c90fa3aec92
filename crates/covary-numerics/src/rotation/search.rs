//! The search for the transformation that makes a criterion smallest: gradient projection from several starts.

use rand::RngExt;

use super::{
    Member, Rotation, RotationSettings, Transformation,
    criterion::Criterion,
    grid::Grid,
    promax,
    stationarity::newton_step,
    weights::{RowWeights, weighted_loadings},
};
use crate::{
    Matrix,
    linalg::{inverse, symmetric_eigen, symmetric_square_root},
    matrix::dot,
    random,
};

/// Length of the projected gradient to which the best start is brought.
const FINE: f64 = 1e-9;
/// Iterations of the best start, in terms of those of all.
const LONGER: usize = 10;
/// Factors with an eigenvalue of Φ below this are no longer different factors.
const COLLAPSED: f64 = 1e-4;
/// Halvings of a step before it is taken that no step lowers the criterion.
const MOST_HALVINGS: usize = 40;
const MOST_NEWTON_STEPS: usize = 20;
/// Two starts end in the same minimum where their values differ by less than this part.
const SAME_MINIMUM: f64 = 1e-6;

/// The best of several starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// T with rotated = unrotated · T; columns in any order and sign.
    pub transformation: Matrix,
    /// Φ = T⁻¹T⁻¹', when oblique.
    pub factor_correlations: Option<Matrix>,
    /// Of promax the T of the varimax solution that it begins with.
    pub varimax: Option<Matrix>,
    /// The criterion there, of the weighted loadings; `None` for promax, which has none.
    pub value: Option<f64>,
    /// Iterations of the best start.
    pub iterations: usize,
    /// Whether the gradient vanished and oblique factors have not run into each other.
    pub converged: bool,
    /// Starts that were tried.
    pub starts: usize,
    /// Starts that ended in the best minimum.
    pub at_best: usize,
    /// Different values of the criterion in which starts ended: minima, the best one included.
    pub minima: usize,
}

/// Rotates `loadings` (p × m) by the best of `settings.starts` random starts and some others: none, varimax, and
/// with a target the orthogonal transformation that comes nearest to it.
///
/// Start k is drawn from the stream (seed, k). `from`: a transformation that is tried instead of all these, for
/// solutions that lie close by. `None` with fewer factors than the rotation needs, where a value is not finite, a row is
/// zero under row weights, a target is missing or of another shape, an orthogonal criterion is asked for obliquely.
pub fn optimise(
    loadings: &Matrix,
    rotation: Rotation,
    settings: &RotationSettings,
    from: Option<&Matrix>,
) -> Option<Optimum> {
    let member = rotation.member();
    if !can_rotate(loadings, member, settings) {
        return None;
    }
    if rotation == Rotation::Promax {
        return promax::optimum(loadings, settings);
    }
    let criterion = member.criterion.as_ref()?;
    let task = Task {
        loadings: &weighted_loadings(loadings, settings.row_weights),
        criterion,
        settings,
        oblique: settings.oblique.unwrap_or(member.oblique),
    };
    let m = loadings.columns();
    let starts = match from {
        // Λ = A T'⁻¹ where factors are oblique, A T where they are not.
        Some(transformation) if task.oblique => vec![unit_columns(&inverse(transformation)?.transpose())],
        Some(transformation) => vec![transformation.clone()],
        None => starts(&task, m),
    };
    task.best_of(starts)
}

/// Whether [`optimise`] can begin.
fn can_rotate(loadings: &Matrix, member: &Member, settings: &RotationSettings) -> bool {
    let (p, m) = (loadings.rows(), loadings.columns());
    let finite = loadings.values().iter().all(|value| value.is_finite());
    let zero_row = (0..p).any(|i| loadings.row(i).iter().all(|value| *value == 0.0));
    let weighted = settings.row_weights != RowWeights::None;
    let shaped = |matrix: &Option<Matrix>| matrix.as_ref().is_none_or(|t| t.rows() == p && t.columns() == m);
    let target = settings.target.is_some() || !member.needs_target;
    let allowed = member.can_be_oblique || settings.oblique != Some(true);
    m >= member.least_factors.max(2)
        && p > 0
        && finite
        && !(weighted && zero_row)
        && target
        && shaped(&settings.target)
        && shaped(&settings.target_mask)
        && allowed
}

/// The transformation by a criterion, for [`super::rotate`].
pub(super) fn transformation(
    loadings: &Matrix,
    member: &Member,
    settings: &RotationSettings,
) -> Option<Transformation> {
    let optimum = optimise(loadings, member.rotation, settings, None)?;
    Some(Transformation {
        matrix: optimum.transformation,
        factor_correlations: optimum.factor_correlations,
        iterations: optimum.iterations,
        converged: optimum.converged,
        order: member.order,
    })
}

fn starts(task: &Task, m: usize) -> Vec<Matrix> {
    let (loadings, settings) = (task.loadings, task.settings);
    let mut starts = vec![Matrix::identity(m)];
    // With a target the columns have their place, and few of the random starts are near it.
    starts.extend(settings.target.as_ref().and_then(|target| nearest_orthogonal(loadings, target)));
    let kaiser =
        RotationSettings { row_weights: RowWeights::Kaiser, spss_stopping: false, ..RotationSettings::default() };
    starts.push(super::orthomax::rotate_pairwise(loadings, 1.0, &kaiser).matrix);
    starts.extend((0..settings.starts).filter_map(|k| random_orthogonal(m, settings.seed, k as u64)));
    starts
}

/// The orthogonal T for which AT is nearest to a target, what it does not specify being 0: M(M'M)^{-½}, M = A'B
/// (Schönemann 1966). `None` where M is singular.
fn nearest_orthogonal(loadings: &Matrix, target: &Matrix) -> Option<Matrix> {
    let specified =
        Matrix::from_fn(
            target.rows(),
            target.columns(),
            |i, j| {
                if target[(i, j)].is_finite() { target[(i, j)] } else { 0.0 }
            },
        );
    let products = loadings.transpose().times(&specified);
    let root = symmetric_square_root(&products.transpose().times(&products))?;
    orthonormal_columns(&products.times(&inverse(&root)?))
}

/// An orthogonal matrix from the uniform distribution: Gram-Schmidt on normal deviates.
fn random_orthogonal(m: usize, seed: u64, start: u64) -> Option<Matrix> {
    let mut stream = random::stream(seed, start);
    // Sums of twelve uniforms are normal enough for a direction.
    let values: Vec<f64> = (0..m * m).map(|_| (0..12).map(|_| stream.random::<f64>()).sum::<f64>() - 6.0).collect();
    orthonormal_columns(&Matrix::from_values(m, m, values)?)
}

/// What is rotated, and towards what.
struct Task<'a> {
    loadings: &'a Matrix,
    criterion: &'a Criterion,
    settings: &'a RotationSettings,
    oblique: bool,
}

/// The criterion at a matrix T of factors: Λ = A T'⁻¹, columns of length 1; where orthogonal Λ = A T.
#[derive(Clone)]
struct State {
    factors: Matrix,
    pattern: Matrix,
    value: f64,
    /// The gradient by T, projected on the matrices that T may be.
    projected: Matrix,
    length: f64,
}

struct Search {
    state: State,
    iterations: usize,
    converged: bool,
}

impl Task<'_> {
    fn best_of(&self, starts: Vec<Matrix>) -> Option<Optimum> {
        let (tolerance, most) = (self.settings.tolerance, self.settings.most_iterations);
        let found: Vec<Search> = starts.into_iter().filter_map(|start| self.descend(start, tolerance, most)).collect();
        let mut values: Vec<f64> = found.iter().map(|search| search.state.value).collect();
        let number = values.len();
        let best = found.into_iter().min_by(|l, r| l.state.value.total_cmp(&r.state.value))?;
        let coarse = best.iterations;
        let best = self.bring_home(best)?;
        values.sort_by(f64::total_cmp);
        let apart = |l: f64, r: f64| (r - l).abs() > SAME_MINIMUM * l.abs().max(1e-3);
        let least = values.first().copied()?;
        let factors = &best.state.factors;
        Some(Optimum {
            transformation: if self.oblique { inverse(&factors.transpose())? } else { factors.clone() },
            factor_correlations: self.oblique.then(|| correlations(factors)),
            varimax: None,
            value: Some(best.state.value),
            iterations: coarse + best.iterations,
            converged: best.converged && !(self.oblique && has_collapsed(factors)),
            starts: number,
            at_best: values.iter().filter(|value| !apart(least, **value)).count(),
            minima: 1 + values.windows(2).filter(|pair| apart(pair[0], pair[1])).count(),
        })
    }

    /// Gradient projection to the end, then Newton's method, which leaves rounding alone.
    fn bring_home(&self, coarse: Search) -> Option<Search> {
        let mut search = self.descend(coarse.state.factors, FINE, LONGER * self.settings.most_iterations)?;
        for _ in 0..MOST_NEWTON_STEPS {
            let phi = self.oblique.then(|| correlations(&search.state.factors));
            let Some(step) = newton_step(self.criterion, self.settings, &search.state.pattern, phi.as_ref()) else {
                break;
            };
            let m = step.rows();
            let moved = Matrix::identity(m).plus(&step);
            let factors = if self.oblique {
                // Λ(I + X) = A T'⁻¹(I + X).
                inverse(&moved).map(|back| unit_columns(&back.times(&search.state.factors.transpose()).transpose()))
            } else {
                orthonormal_columns(&search.state.factors.times(&moved))
            };
            let Some(next) = factors.and_then(|factors| self.evaluate(factors)) else { break };
            let rounding = 1e-9 * (1.0 + search.state.value.abs());
            if next.length >= 0.5 * search.state.length || next.value > search.state.value + rounding {
                break;
            }
            search.state = next;
        }
        search.converged |= search.state.length <= FINE;
        Some(search)
    }

    /// Steps against the projected gradient, each brought back to what T may be; the step length adapts.
    fn descend(&self, start: Matrix, tolerance: f64, most_iterations: usize) -> Option<Search> {
        let mut state = self.evaluate(start)?;
        let mut step = 1.0;
        for iterations in 0..most_iterations {
            if state.length <= tolerance {
                return Some(Search { state, iterations, converged: true });
            }
            step *= 2.0;
            let Some(next) = self.line_search(&state, &mut step) else {
                // The criterion has reached its rounding; at 10⁻⁶ the loadings are right to about as much.
                let converged = state.length <= 1e-6;
                return Some(Search { state, iterations, converged });
            };
            state = next;
        }
        Some(Search { state, iterations: most_iterations, converged: false })
    }

    fn line_search(&self, state: &State, step: &mut f64) -> Option<State> {
        let rounding = 4.0 * f64::EPSILON * state.value.abs();
        for _ in 0..MOST_HALVINGS {
            let moved = state.factors.minus(&state.projected.scaled(*step));
            let moved = if self.oblique { Some(unit_columns(&moved)) } else { orthonormal_columns(&moved) };
            if let Some(next) = moved.and_then(|moved| self.evaluate(moved)) {
                let decrease = state.value - next.value;
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

    /// `None` where T is singular or the criterion not finite.
    fn evaluate(&self, factors: Matrix) -> Option<State> {
        let state = if self.oblique { self.evaluate_oblique(factors)? } else { self.evaluate_orthogonal(factors) };
        state.value.is_finite().then_some(state)
    }

    fn evaluate_oblique(&self, factors: Matrix) -> Option<State> {
        let inverted = inverse(&factors)?; // T⁻¹
        let pattern = self.loadings.times(&inverted.transpose());
        let (value, by_pattern) = self.criterion_at(&pattern);
        let by_factors = pattern.transpose().times(&by_pattern).times(&inverted).transpose().scaled(-1.0);
        let along: Vec<f64> = (0..factors.columns()).map(|j| dot(&factors.column(j), &by_factors.column(j))).collect();
        let projected =
            Matrix::from_fn(factors.rows(), factors.columns(), |i, j| by_factors[(i, j)] - factors[(i, j)] * along[j]);
        Some(State { length: length(&projected), factors, pattern, value, projected })
    }

    fn evaluate_orthogonal(&self, factors: Matrix) -> State {
        let pattern = self.loadings.times(&factors);
        let (value, by_pattern) = self.criterion_at(&pattern);
        let by_factors = self.loadings.transpose().times(&by_pattern);
        let products = factors.transpose().times(&by_factors);
        let symmetric = products.plus(&products.transpose()).scaled(0.5);
        let projected = by_factors.minus(&factors.times(&symmetric));
        State { length: length(&projected), factors, pattern, value, projected }
    }

    fn criterion_at(&self, pattern: &Matrix) -> (f64, Matrix) {
        let evaluation = self.criterion.evaluate(&Grid::constant(pattern), self.settings);
        (evaluation.value, evaluation.gradient.matrix())
    }
}

/// Whether oblique factors have run into each other: the smallest eigenvalue of Φ is next to nothing.
fn has_collapsed(factors: &Matrix) -> bool {
    let least = symmetric_eigen(&correlations(factors)).and_then(|eigen| eigen.values.into_iter().reduce(f64::min));
    least.is_none_or(|least| least < COLLAPSED)
}

fn length(matrix: &Matrix) -> f64 {
    dot(matrix.values(), matrix.values()).sqrt()
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

/// Columns made orthonormal one after the other (modified Gram-Schmidt). `None` where they depend on each other.
fn orthonormal_columns(matrix: &Matrix) -> Option<Matrix> {
    let m = matrix.columns();
    let mut columns: Vec<Vec<f64>> = (0..m).map(|j| matrix.column(j)).collect();
    for j in 0..m {
        let (before, after) = columns.split_at_mut(j);
        let column = &mut after[0];
        // Twice is enough (Giraud and Langou 2002).
        for _ in 0..2 {
            for other in before.iter() {
                let share = dot(column, other);
                column.iter_mut().zip(other).for_each(|(own, other)| *own -= share * other);
            }
        }
        let length = dot(column, column).sqrt();
        if length.is_nan() || length <= 1e-12 {
            return None;
        }
        column.iter_mut().for_each(|value| *value /= length);
    }
    Some(Matrix::from_fn(matrix.rows(), m, |i, j| columns[j][i]))
}

/// Φ = T'T, with 1 on its diagonal exactly.
pub(super) fn correlations(factors: &Matrix) -> Matrix {
    let products = factors.transpose().times(factors);
    Matrix::from_fn(products.rows(), products.columns(), |i, j| if i == j { 1.0 } else { products[(i, j)] })
}
