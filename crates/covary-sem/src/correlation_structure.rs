//! Models of correlations (`correlation = TRUE`): the variances of observed variables are no data, and no parameters.
//!
//! With P(θ) the model's correlation matrix and D free scales the covariance matrix is DPD. Where the model leaves the scale of
//! every observed variable free, this is the model of covariances in other parameters: it is fitted to the correlations, where
//! D̂ = 1 or is made so, and the errors of the estimates follow from those of the covariance model by the delta method. Taking D for known
//! instead, as lavaan 0.6-14 does, makes them too small.

use covary_numerics::{Matrix, linalg::symmetric_pseudo_inverse, matrix::dot};

use crate::{
    Fit, ParameterTable, Row, Sample, SemError, Settings,
    estimate::defined::RowEstimates,
    estimators::{Estimator, lower_triangle},
    inference::{Solution, standard_errors},
    parameter_table::Available,
    sample::BlockSample,
    settings::{Function, MissingValues, StandardErrors, TestName},
    syntax::{Formulas, Operator},
};

/// A direction counts as one of the model's where less than this share of it points elsewhere; rounding leaves 1e-20.
const LEAST_SHARE_ELSEWHERE: f64 = 1e-10;

/// Implied variances this near to 1 are 1.
const UNIT_TOLERANCE: f64 = 1e-9;

/// An eigenvalue of Δ'Δ below this share of the largest counts as 0.
const LEAST_EIGENVALUE: f64 = 1e-12;

/// A variance below this share of what it was counts as 0.
const ROUNDING: f64 = 1e-12;

/// The completed model of covariances that stands for one of correlations.
///
/// # Errors
/// As for completing the model; [`SemError::Option`] for what does not go with correlations.
pub(crate) fn complete(
    model: &Formulas,
    available: &Available,
    settings: &Settings,
) -> Result<ParameterTable, SemError> {
    check(model, settings)?;
    // What the text may not say is told from the model as it was meant.
    crate::parameter_table::complete(model, available, &Settings { meanstructure: Some(false), ..settings.clone() })?;
    let of_covariances =
        Settings { correlation: false, fixed_x: Some(false), meanstructure: Some(false), ..settings.clone() };
    let table = crate::parameter_table::complete(model, available, &of_covariances)?;
    if table.meanstructure {
        return refuse("it has no means: leave intercepts and what is equal of them out of the model");
    }
    if !table.exploratory.is_empty() {
        return refuse(
            "exploratory factors are rotated in standardized form already: fit covariances and read std.all",
        );
    }
    Ok(table)
}

fn check(model: &Formulas, settings: &Settings) -> Result<(), SemError> {
    if Estimator::named(settings.estimator) != Estimator::Ml {
        return refuse("it goes with maximum likelihood (ML, MLR, MLM and the like)");
    }
    if settings.missing != MissingValues::Listwise {
        return refuse("it needs complete data: take missing = \"listwise\"");
    }
    if settings.meanstructure == Some(true) || settings.function == Function::Growth {
        return refuse("it has no means: leave the mean structure out");
    }
    if !model.levels.is_empty() || settings.cluster.is_some() {
        return refuse("it goes neither with levels nor with clusters");
    }
    let resampled = settings.bootstrap.is_some() || settings.tests.contains(&TestName::BollenStine);
    if resampled || settings.se == Some(StandardErrors::Bootstrap) {
        return refuse("the bootstrap does not go with it; bootstrap the model of covariances and read std.all");
    }
    if settings.conditional_x == Some(true) || settings.std_ov {
        return refuse("it goes neither with conditional.x nor with std.ov");
    }
    Ok(())
}

fn refuse<T>(text: &str) -> Result<T, SemError> {
    Err(SemError::Option(format!("option correlation: {text}")))
}

/// The fit of a model of correlations: of the model of covariances to a sample in the units in which all implied variances
/// are 1.
///
/// `fit` takes a sample of correlations first. There D̂ = 1 where the model reproduces the variances; else the sample is
/// brought into the implied units, in which the same model has the same χ². Log-likelihoods stay those of the correlations.
///
/// # Errors
/// Those of `fit`; [`SemError::Model`] where the model ties the scales of observed variables.
pub(crate) fn fit_correlations(
    mut sample: Sample,
    fit: &dyn Fn(Sample) -> Result<Fit, SemError>,
) -> Result<Fit, SemError> {
    let mut found = fit(sample.clone())?;
    let variances: Vec<Vec<f64>> = found.implied.iter().map(|implied| implied.covariance.diagonal()).collect();
    let far = |variance: &f64| (variance - 1.0).abs() > UNIT_TOLERANCE;
    if found.converged() && variances.iter().flatten().any(far) {
        if let Some(name) = found.solution().and_then(|solution| Scales::new(&solution)?.tied) {
            return Err(ties_scales(&name));
        }
        for (block, variances) in sample.blocks.iter_mut().zip(&variances) {
            block.standardise(variances);
        }
        let log_likelihood = found.log_likelihood;
        found = fit(sample)?;
        found.log_likelihood = log_likelihood;
    }
    found.take_correlation_errors()?;
    Ok(found)
}

fn ties_scales(name: &str) -> SemError {
    SemError::Model(format!(
        "option correlation: the model ties the scale of {name} to that of other variables (equal or fixed parameters, or \
         parameters equal across groups), so that its correlations cannot be fitted apart from variances. Leave these \
         constraints out, or fit the model of covariances and test the standardized parameters in definitions (:=)"
    ))
}

impl BlockSample {
    /// Correlations in place of covariances.
    pub(crate) fn standardise_by_own(&mut self) {
        self.standardise(&self.covariance.diagonal());
        for i in 0..self.covariance.rows() {
            self.covariance[(i, i)] = 1.0;
        }
    }

    /// Covariances and cases in units in which these variances are 1, means 0.
    fn standardise(&mut self, variances: &[f64]) {
        let p = variances.len();
        let units: Vec<f64> = variances.iter().map(|variance| variance.sqrt()).collect();
        self.covariance = Matrix::from_fn(p, p, |i, j| self.covariance[(i, j)] / (units[i] * units[j]));
        if let (Some(rows), Some(mean)) = (&mut self.rows, &self.mean) {
            for (k, value) in rows.values.values_mut().iter_mut().enumerate() {
                *value = (*value - mean[k % p]) / units[k % p];
            }
        }
        self.mean = self.mean.as_ref().map(|mean| vec![0.0; mean.len()]);
    }
}

impl Fit {
    /// Errors of the estimates of a model of correlations in place of those of its model of covariances.
    ///
    /// A change of θ is one along DPD, X d ln D, and one that keeps the variances at 1. With H = ∂ diag Σ/∂θ' and HX = 2I the
    /// latter is (I − ½XH)dθ.
    ///
    /// # Errors
    /// [`SemError::Model`] where the model ties the scales of observed variables.
    fn take_correlation_errors(&mut self) -> Result<(), SemError> {
        if !self.converged() {
            return Ok(());
        }
        let Some(scales) = self.solution().and_then(|solution| Scales::new(&solution)) else { return Ok(()) };
        if let Some(name) = scales.tied {
            return Err(ties_scales(&name));
        }
        let Some(vcov) = &self.vcov else { return Ok(()) };
        let q = self.theta.len();
        let along = scales.directions.times(&scales.variances).scaled(-0.5);
        let projection = Matrix::from_fn(q, q, |k, l| along[(k, l)] + f64::from(k == l));
        let mut of_correlations = projection.times(vcov).times(&projection.transpose());
        // What the variances determine alone is constant, but for rounding.
        let constant = |k: &usize| of_correlations[(*k, *k)] < ROUNDING * vcov[(*k, *k)];
        for k in (0..q).filter(constant).collect::<Vec<_>>() {
            for l in 0..q {
                (of_correlations[(k, l)], of_correlations[(l, k)]) = (0.0, 0.0);
            }
        }
        let rows = RowEstimates::new(&self.table);
        self.standard_errors =
            standard_errors::standard_errors(&self.table, &of_correlations, rows.defined(), &self.theta);
        self.vcov = Some(of_correlations);
        Ok(())
    }

    /// Whether a row is a variance of an observed variable that the others determine, and so no parameter of correlations.
    pub(crate) fn is_determined(&self, row: &Row) -> bool {
        self.settings.correlation
            && row.op == Operator::Covariance
            && row.lhs == row.rhs
            && self.table.blocks[row.block].observed.contains(&row.lhs)
    }

    /// Number of scales that a model of correlations leaves free, and does not count among its parameters.
    pub(crate) fn free_scales(&self) -> usize {
        let observed = self.table.blocks.iter().map(|block| block.observed.len()).sum();
        if self.settings.correlation { observed } else { 0 }
    }
}

/// The scales of the observed variables among the parameters of a model of covariances.
struct Scales {
    /// X, q × p: the change of θ that multiplies a variable.
    directions: Matrix,
    /// H, p × q: the derivatives of the variances.
    variances: Matrix,
    /// A variable whose scale the model does not leave free.
    tied: Option<String>,
}

impl Scales {
    /// X by least squares, ∂vech(DΣD)/∂ ln d_i = ΔK·y. `None` where an element is not finite.
    fn new(solution: &Solution) -> Option<Self> {
        let basis = &solution.constraints.basis;
        let blocks = || solution.values.iter().enumerate();
        let deltas: Vec<Matrix> = blocks().map(|(block, values)| solution.matrices.delta(block, values)).collect();
        let reduced: Vec<Matrix> = deltas.iter().map(|delta| delta.times(basis)).collect();
        let q = basis.columns();
        let gram = reduced.iter().fold(Matrix::zeros(q, q), |sum, delta| sum.plus(&delta.transpose().times(delta)));
        let inverse = symmetric_pseudo_inverse(&gram, LEAST_EIGENVALUE)?;
        let (mut directions, mut variances, mut tied) = (Vec::new(), Vec::new(), None);
        for (block, values) in blocks() {
            let sigma = &values.covariance;
            for (i, name) in solution.matrices.blocks[block].observed.iter().enumerate() {
                let of_pair = |(j, k): (usize, usize)| (f64::from(j == i) + f64::from(k == i)) * sigma[(j, k)];
                let change: Vec<f64> = lower_triangle(sigma.rows()).map(of_pair).collect();
                let within = reduced[block].transpose().times_vector(&change);
                let step = inverse.times_vector(&within);
                let (all, own) = (dot(&change, &change), dot(&within, &step));
                if all - own > LEAST_SHARE_ELSEWHERE * all {
                    tied.get_or_insert(name.clone());
                }
                directions.push(basis.times_vector(&step));
                let row = lower_triangle(sigma.rows()).position(|pair| pair == (i, i))?;
                variances.push(deltas[block].row(row).to_vec());
            }
        }
        let p = directions.len();
        Some(Scales {
            directions: Matrix::from_fn(basis.rows(), p, |k, i| directions[i][k]),
            variances: Matrix::from_fn(p, basis.rows(), |i, k| variances[i][k]),
            tied,
        })
    }
}
