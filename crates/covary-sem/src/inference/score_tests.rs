//! Score tests: what releasing equality constraints, or adding parameters, would bring, without fitting again.

use covary_numerics::{Matrix, distributions::chi_squared_sf, linalg, matrix::dot};

use super::{information, reticular::Place, score::BlockScore, wald::jacobian};
use crate::{
    Fit, Operator, ParameterTable, SemError,
    estimate::defined::{Formula, Names},
    fit::TestStatistic,
    model_matrices::Source,
    parameter_table::RowConstraint,
    syntax::{Element, parse},
};

/// An eigenvalue of an information matrix with a diagonal of ones counts as zero below this share of the largest.
const LEAST_EIGENVALUE: f64 = 1e-9;

/// Score tests of the equality constraints (lavaan's lavTestScore()).
#[derive(Clone, Debug, PartialEq)]
pub struct EqualityScoreTests {
    /// All constraints released together; its degrees of freedom are, as in lavaan, the number of constraints.
    pub total: TestStatistic,
    /// The degrees of freedom that the information supports: fewer where the released model is not identified, and then
    /// the ones to judge `total` by.
    pub identified_df: usize,
    /// Each released alone, in the table's order.
    pub single: Vec<ReleasedConstraint>,
    /// How much each free parameter would change, all constraints released together; empty where the released model is not
    /// identified, since then the changes are arbitrary.
    pub changes: Vec<ExpectedChange>,
}

/// One equality constraint released, the others kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedConstraint {
    /// The constraint.
    pub constraint: RowConstraint,
    /// Whether it holds, on one degree of freedom.
    pub test: TestStatistic,
    /// How much the parameters that it names would change.
    pub changes: Vec<ExpectedChange>,
}

/// The expected change of a free parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedChange {
    /// Row of the parameter table.
    pub row: usize,
    /// EPC: what is to be added to the estimate.
    pub change: f64,
}

/// Score tests of parameters that the model has not, or has fixed.
#[derive(Clone, Debug, PartialEq)]
pub struct AdditionScoreTests {
    /// All added together.
    pub total: TestStatistic,
    /// Each added alone.
    pub single: Vec<AddedParameter>,
    /// How much each free parameter would change, all added together.
    pub changes: Vec<ExpectedChange>,
}

/// A parameter that could be added.
#[derive(Clone, Debug, PartialEq)]
pub struct AddedParameter {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Block of the parameter table.
    pub block: usize,
    /// Whether it is at its present value, mostly 0, on one degree of freedom; `None` where the free parameters make up for it.
    pub test: Option<TestStatistic>,
    /// EPC when added alone.
    pub change: Option<f64>,
    /// EPC when all are added together.
    pub change_together: f64,
}

/// Whether equality constraints hold, by score tests.
///
/// With g the gradient of the unconstrained model at the constrained estimates: all together N g'I⁻¹g on the rank of
/// the constraints; one alone N g'K(K'IK)⁻¹K'g on 1, K the null space of the others. Expected information, whatever
/// the standard errors rest on. EPC = K(K'IK)⁻¹K'g.
///
/// Where the released model is not identified, as when latent means are free beside the intercepts, the generalized
/// inverse is taken.
///
/// `None` without equality constraints.
///
/// # Source
/// Bentler and Chou (1992), Sociological Methods & Research 21.
pub fn equality_score_tests(fit: &Fit) -> Option<EqualityScoreTests> {
    let scores = EqualityScores::new(fit)?;
    let number = scores.constraints.len();
    let everything: Vec<usize> = (0..number).collect();
    let (step, rank) = scores.step(&everything)?;
    let single = (0..number).map(|k| {
        let (step, _) = scores.step(&[k])?;
        Some(ReleasedConstraint {
            constraint: scores.constraints[k].clone(),
            test: chi_squared(scores.statistic(&step), 1),
            changes: scores.changes_of(&step, &scores.named_by(k)),
        })
    });
    let constraints = linalg::rank(&scores.jacobian);
    let free: Vec<usize> = if rank == fit.theta.len() { (0..rank).collect() } else { Vec::new() };
    Some(EqualityScoreTests {
        total: chi_squared(scores.statistic(&step), constraints),
        identified_df: (rank + constraints).saturating_sub(fit.theta.len()),
        single: single.collect::<Option<_>>()?,
        changes: scores.changes_of(&step, &free),
    })
}

/// The gradient and information of a fit's free parameters, and its equality constraints.
pub(crate) struct EqualityScores<'a> {
    fit: &'a Fit,
    /// The equality constraints, in the table's order.
    pub constraints: Vec<&'a RowConstraint>,
    formulas: Vec<Formula>,
    gradient: Vec<f64>,
    information: Matrix,
    jacobian: Matrix,
}

impl<'a> EqualityScores<'a> {
    /// `None` without equality constraints, and where the estimates have no moments.
    pub fn new(fit: &'a Fit) -> Option<Self> {
        let constraints: Vec<&RowConstraint> =
            fit.table.constraints.iter().filter(|c| c.op == Operator::Equal).collect();
        if constraints.is_empty() {
            return None;
        }
        let names = Names::new(&fit.table);
        let formulas: Vec<Formula> =
            constraints.iter().map(|constraint| names.formula(&constraint.difference)).collect::<Option<_>>()?;
        Some(EqualityScores {
            fit,
            gradient: free_gradient(fit, &BlockScore::all(fit)?),
            information: information::expected_of(fit)?,
            jacobian: jacobian(&formulas, &fit.theta)?,
            formulas,
            constraints,
        })
    }

    /// Several constraints released together, the others kept: χ² on what they restrict beyond the others.
    pub fn test(&self, released: &[usize]) -> Option<(TestStatistic, Vec<ExpectedChange>)> {
        let (step, _) = self.step(released)?;
        let kept = self.kept(released);
        let df = linalg::rank(&self.jacobian).saturating_sub(linalg::rank(&kept));
        let mut named: Vec<usize> = released.iter().flat_map(|&k| self.named_by(k)).collect();
        named.sort_unstable();
        named.dedup();
        Some((chi_squared(self.statistic(&step), df), self.changes_of(&step, &named)))
    }

    /// K(K'IK)⁻¹K'g, K the null space of the constraints that are kept, and the rank of K'IK.
    fn step(&self, released: &[usize]) -> Option<(Vec<f64>, usize)> {
        let (inverse, rank) = pseudo_inverse(&self.information, &linalg::null_space(&self.kept(released)))?;
        Some((inverse.times_vector(&self.gradient), rank))
    }

    fn kept(&self, released: &[usize]) -> Matrix {
        let kept: Vec<usize> = (0..self.constraints.len()).filter(|k| !released.contains(k)).collect();
        let columns: Vec<usize> = (0..self.jacobian.columns()).collect();
        self.jacobian.select(&kept, &columns)
    }

    /// N g'(step).
    fn statistic(&self, step: &[f64]) -> f64 {
        self.fit.cases() as f64 * dot(&self.gradient, step)
    }

    /// Positions in θ that a constraint names.
    fn named_by(&self, constraint: usize) -> Vec<usize> {
        self.formulas[constraint].parameters()
    }

    fn changes_of(&self, step: &[f64], parameters: &[usize]) -> Vec<ExpectedChange> {
        changes_of(&self.fit.table, step, parameters)
    }
}

/// Whether parameters that the model has not, or has fixed, would be wanted, by score tests.
///
/// The model's own equality constraints stay. All together N g'I⁻¹g over the free and the added parameters; one alone
/// is its modification index.
///
/// # Errors
/// [`SemError::Option`] for text that names no parameter that could be added.
pub fn addition_score_tests(fit: &Fit) -> Result<Option<AdditionScoreTests>, SemError> {
    let additions = additions(&fit.table, &fit.settings.score_test_add)?;
    Ok(of_additions(fit, &additions))
}

/// Refuses parameters that cannot be added, before anything is estimated.
///
/// # Errors
/// [`SemError::Option`] for text that names no parameter, one that is free already, or one of unknown variables.
pub fn check(table: &ParameterTable, texts: &[String]) -> Result<(), SemError> {
    additions(table, texts).map(|_| ())
}

/// A parameter to be added: its formula and its block.
type Addition = (Element, usize);

fn additions(table: &ParameterTable, texts: &[String]) -> Result<Vec<Addition>, SemError> {
    let refuse = |reason: String| SemError::Option(format!("score.test.add: {reason}"));
    let mut additions = Vec::new();
    for text in texts {
        let formulas = parse(text).map_err(|error| refuse(error.to_string()))?;
        if formulas.elements.is_empty() || !formulas.constraints.is_empty() || !formulas.definitions.is_empty() {
            return Err(refuse(format!("\"{text}\" names no parameter; write one such as f =~ x9 or x1 ~~ x2")));
        }
        for element in formulas.elements {
            for block in 0..table.blocks.len() {
                addable(table, &element, block).map_err(refuse)?;
                additions.push((element.clone(), block));
            }
        }
    }
    Ok(additions)
}

/// Why a parameter cannot be added to a block.
fn addable(table: &ParameterTable, element: &Element, block: usize) -> Result<(), String> {
    let variables = &table.blocks[block];
    let shown = element.shown();
    let sides = [&element.lhs, &element.rhs].into_iter().filter(|name| !name.is_empty());
    for name in sides {
        if !variables.observed.contains(name) && !variables.latent.contains(name) {
            return Err(format!("\"{shown}\": the model has no variable \"{name}\""));
        }
    }
    let outcome = match element.op {
        Operator::Measures => &element.rhs,
        Operator::Regression | Operator::Covariance => &element.lhs,
        Operator::Intercept if table.meanstructure => &element.lhs,
        Operator::Intercept => return Err(format!("\"{shown}\": the model has no means; give meanstructure")),
        op => return Err(format!("\"{shown}\": parameters of {op} cannot be added")),
    };
    let is_x = |name: &String| table.fixed_x && variables.exogenous.contains(name);
    if is_x(outcome) && (element.op != Operator::Covariance || is_x(&element.rhs)) {
        return Err(format!("\"{shown}\": {outcome} is fixed at its sample moments; fixed.x = FALSE makes it random"));
    }
    let row = table.find(block, &element.lhs, element.op, &element.rhs).map(|row| &table.rows[row]);
    match row {
        Some(row) if row.free.is_some() => Err(format!("\"{shown}\" is free in the model already")),
        _ => Ok(()),
    }
}

fn of_additions(fit: &Fit, additions: &[Addition]) -> Option<AdditionScoreTests> {
    if additions.is_empty() {
        return None;
    }
    let extended = Extended::new(fit, additions)?;
    let together: Vec<usize> = (0..additions.len()).collect();
    let (step, rank) = extended.step(&together)?;
    let q = fit.theta.len();
    let alone = |k: usize| {
        let (step, rank) = extended.step(&[k])?;
        (rank > fit.constraints.reduced()).then(|| (chi_squared(extended.statistic(&step), 1), step[q + k]))
    };
    let single = additions.iter().enumerate().map(|(k, (element, block))| {
        let alone = alone(k);
        AddedParameter {
            lhs: element.lhs.clone(),
            op: element.op,
            rhs: element.rhs.clone(),
            block: *block,
            test: alone.map(|(test, _)| test),
            change: alone.map(|(_, change)| change),
            change_together: step[q + k],
        }
    });
    Some(AdditionScoreTests {
        total: chi_squared(extended.statistic(&step), rank.saturating_sub(fit.constraints.reduced())),
        single: single.collect(),
        changes: changes_of(&fit.table, &step[..q], &(0..q).collect::<Vec<_>>()),
    })
}

/// Gradient and information of the free parameters followed by the added ones.
struct Extended<'a> {
    fit: &'a Fit,
    gradient: Vec<f64>,
    information: Matrix,
}

impl<'a> Extended<'a> {
    fn new(fit: &'a Fit, additions: &[Addition]) -> Option<Self> {
        let blocks = BlockScore::all(fit)?;
        let of_fit = information::expected_of(fit)?;
        let place = |(element, block): &Addition| {
            Some((*block, blocks[*block].form.place(&element.lhs, element.op, &element.rhs)?))
        };
        let places: Vec<(usize, Place)> = additions.iter().map(place).collect::<Option<_>>()?;
        let (q, m) = (fit.theta.len(), additions.len());
        let free = |i: usize, j: usize| if i < q && j < q { of_fit[(i, j)] } else { 0.0 };
        let mut information = Matrix::from_fn(q + m, q + m, free);
        let mut gradient = free_gradient(fit, &blocks);
        for (k, &(block, place)) in places.iter().enumerate() {
            let sensitivity = blocks[block].sensitivity(place);
            gradient.push(sensitivity.gradient);
            for (free, element) in sensitivity.with_free {
                information[(q + k, free)] += element;
                information[(free, q + k)] += element;
            }
            for (other, &(_, with)) in places.iter().enumerate().filter(|(_, (of, _))| *of == block) {
                information[(q + k, q + other)] = blocks[block].between(place, with);
            }
        }
        Some(Extended { fit, gradient, information })
    }

    /// The step that the score suggests when some of the parameters are added; 0 for those that are not.
    fn step(&self, added: &[usize]) -> Option<(Vec<f64>, usize)> {
        let basis = &self.fit.constraints.basis;
        let (q, reduced) = (basis.rows(), basis.columns());
        let mut extended = Matrix::zeros(self.gradient.len(), reduced + added.len());
        for i in 0..q {
            for j in 0..reduced {
                extended[(i, j)] = basis[(i, j)];
            }
        }
        for (column, k) in added.iter().enumerate() {
            extended[(q + k, reduced + column)] = 1.0;
        }
        let (inverse, rank) = pseudo_inverse(&self.information, &extended)?;
        Some((inverse.times_vector(&self.gradient), rank))
    }

    fn statistic(&self, step: &[f64]) -> f64 {
        self.fit.cases() as f64 * dot(&self.gradient, step)
    }
}

/// −∂f/∂θ at the estimates, without the constraints.
fn free_gradient(fit: &Fit, blocks: &[BlockScore]) -> Vec<f64> {
    let mut gradient = vec![0.0; fit.theta.len()];
    for block in blocks {
        for &(k, place) in &block.free {
            gradient[k] += block.weight * block.gradient(place);
        }
    }
    for frequency in &fit.matrices.frequencies {
        if let Source::Free(k) = frequency.source {
            let excess = fit.sample.blocks[frequency.block].weighted_cases() - frequency.expected(&fit.theta);
            gradient[k] += excess / fit.cases() as f64;
        }
    }
    gradient
}

fn changes_of(table: &ParameterTable, step: &[f64], parameters: &[usize]) -> Vec<ExpectedChange> {
    let rows = table.rows.iter().enumerate().filter_map(|(row, r)| Some((row, r.free?)));
    rows.filter(|(_, k)| parameters.contains(k)).map(|(row, k)| ExpectedChange { row, change: step[k] }).collect()
}

fn chi_squared(statistic: f64, df: usize) -> TestStatistic {
    let p_value = (df > 0).then(|| chi_squared_sf(statistic, df as f64));
    TestStatistic { statistic, df: df as f64, p_value }
}

/// K(K'IK)⁺K' and the rank of K'IK, whose rows are first brought to a diagonal of ones.
fn pseudo_inverse(information: &Matrix, basis: &Matrix) -> Option<(Matrix, usize)> {
    let reduced = basis.transpose().times(&information.times(basis));
    let scale: Vec<f64> = reduced.diagonal().iter().map(|v| if *v > 0.0 { 1.0 / v.sqrt() } else { 1.0 }).collect();
    let q = scale.len();
    let scaled = Matrix::from_fn(q, q, |i, j| reduced[(i, j)] * scale[i] * scale[j]);
    let inverse = linalg::symmetric_pseudo_inverse(&scaled, LEAST_EIGENVALUE)?;
    let rank = linalg::symmetric_eigen(&scaled)?.values.iter().filter(|v| **v > LEAST_EIGENVALUE * q as f64).count();
    let inverse = Matrix::from_fn(q, q, |i, j| inverse[(i, j)] * scale[i] * scale[j]);
    Some((basis.times(&inverse).times(&basis.transpose()), rank))
}
