//! Standardized estimates, their standard errors and R².
//!
//! A standardized value is the estimate times powers of variances, value · Π_k w_k^{e_k}, where each w_k
//! is a total variance of the model or a residual variance; the table of powers is `powers`. Standard
//! errors follow by the delta method with the full derivative: the variances move with the parameters.

use std::collections::HashMap;

use covary_numerics::{Dual, Matrix, distributions::normal_quantile};

use crate::{
    Fit, Operator, ParameterTable,
    inference::reticular::{Place, Reticular, ReticularMoments, Variances},
    syntax::Expression,
};

/// Which variables are standardized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standardization {
    /// Latent variables only (`std.lv`).
    Latent,
    /// All variables (`std.all`).
    All,
    /// All but observed exogenous variables (`std.nox`).
    NotExogenous,
}

/// A standardized estimate with its inference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StandardizedEstimate {
    /// The standardized value; `None` where a variance that it needs is not positive.
    pub estimate: Option<f64>,
    /// Its standard error; `None` where the value cannot vary, as a standardized variance of an exogenous latent.
    pub standard_error: Option<f64>,
    /// Lower limit, estimate − z · S.E.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
}

/// The share of a variable's variance that the model explains.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedVariance {
    /// The variable.
    pub variable: String,
    /// Index of the block.
    pub block: usize,
    /// 1 − residual variance / implied variance; `None` with a negative residual variance.
    pub value: Option<f64>,
}

/// A correlation of two latent variables with its inference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LatentCorrelation {
    /// The implied correlation; `None` where a variance is not positive.
    pub estimate: Option<f64>,
    /// Its standard error by the delta method; `None` where it cannot vary.
    pub standard_error: Option<f64>,
    /// Lower limit.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
}

/// Standardized values of every row, for a fit or, again and again, for its resamples.
///
/// # Source
/// Bollen (1989), Structural Equations with Latent Variables, pages 123–126, 349–350; matches lavaan 0.6-14's
/// standardizedSolution().
#[derive(Clone, Debug)]
pub struct Standardizer {
    blocks: Vec<StandardizedBlock>,
    definitions: Vec<StandardizedDefinition>,
    /// Rows of log frequencies, which have no unit to be freed from.
    frequencies: Vec<usize>,
    rows: usize,
}

#[derive(Clone, Debug)]
struct StandardizedDefinition {
    row: usize,
    expression: Expression,
    /// The names in it, each with the row that gives its value.
    names: Vec<(String, usize)>,
}

#[derive(Clone, Debug)]
struct StandardizedBlock {
    form: Reticular,
    /// Row and powers of every parameter.
    parameters: Vec<(usize, Powers)>,
}

impl Standardizer {
    /// What standardization of a completed model takes.
    pub fn new(table: &ParameterTable, standardization: Standardization) -> Self {
        let block = |block: usize| {
            let form = Reticular::new(table, block);
            let exogenous = exogenous_positions(table, block, &form);
            let powers = |place| powers(place, standardization, form.observed, &exogenous);
            let parameters = form.places.iter().map(|&(row, place)| (row, powers(place))).collect();
            StandardizedBlock { form, parameters }
        };
        let names = rows_by_name(table);
        let definition = |(row, expression): &(usize, Expression)| {
            let used = expression.names().into_iter().filter_map(|name| Some((name.to_owned(), *names.get(name)?)));
            StandardizedDefinition { row: *row, expression: expression.clone(), names: used.collect() }
        };
        Standardizer {
            blocks: (0..table.blocks.len()).map(block).collect(),
            definitions: table.definitions.iter().map(definition).collect(),
            frequencies: (0..table.rows.len()).filter(|row| table.rows[*row].op == Operator::GroupWeight).collect(),
            rows: table.rows.len(),
        }
    }

    /// The standardized value of every row, `estimates` being those of every row of the table.
    ///
    /// Definitions are evaluated anew on standardized values. `None` for constraints, and where a variance that the
    /// value needs is not positive.
    pub fn values(&self, estimates: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut values = vec![None; self.rows];
        for block in &self.blocks {
            let Some(variances) = block.form.variances(estimates) else { continue };
            for (row, powers) in &block.parameters {
                let scale = scale(powers, &variances);
                values[*row] = estimates[*row].zip(scale).map(|(estimate, scale)| estimate * scale);
            }
        }
        for &row in &self.frequencies {
            values[row] = estimates[row];
        }
        for definition in &self.definitions {
            let value = definition.expression.evaluate(&|name: &str| values[definition.row_of(name)?]);
            values[definition.row] = value.filter(|value: &f64| value.is_finite());
        }
        values
    }
}

/// [`Standardizer::values`] for a single use.
pub fn standardized_values(
    table: &ParameterTable,
    estimates: &[Option<f64>],
    standardization: Standardization,
) -> Vec<Option<f64>> {
    Standardizer::new(table, standardization).values(estimates)
}

/// Standardized estimates of every row with standard errors and intervals at the fit's level.
pub fn standardized_solution(fit: &Fit, standardization: Standardization) -> Vec<StandardizedEstimate> {
    let standardizer = Standardizer::new(&fit.table, standardization);
    let values = standardizer.values(&fit.estimates);
    let Some(vcov) = &fit.vcov else {
        return values.iter().map(|v| StandardizedEstimate { estimate: *v, ..Default::default() }).collect();
    };
    let gradients = gradients(fit, &standardizer, &values);
    let z = normal_quantile(0.5 + fit.settings.level / 2.0);
    let estimate = |(value, gradient): (&Option<f64>, &Option<Vec<f64>>)| {
        let standard_error = gradient.as_ref().and_then(|g| delta_standard_error(g, vcov));
        let half_width = standard_error.zip(z).map(|(se, z)| z * se);
        StandardizedEstimate {
            estimate: *value,
            standard_error: value.and(standard_error),
            lower: value.zip(half_width).map(|(v, h)| v - h),
            upper: value.zip(half_width).map(|(v, h)| v + h),
        }
    };
    values.iter().zip(&gradients).map(estimate).collect()
}

/// R² of every endogenous variable of every block: observed ones in the block's order, then latent ones.
///
/// # Source
/// Bollen (1989), page 119; AMOS's squared multiple correlations.
pub fn explained_variances(table: &ParameterTable, estimates: &[Option<f64>]) -> Vec<ExplainedVariance> {
    let mut explained = Vec::new();
    for block in 0..table.blocks.len() {
        let form = Reticular::new(table, block);
        let moments = form.moments(estimates);
        for (k, variable) in form.variables.iter().enumerate().filter(|(k, _)| form.is_endogenous(*k)) {
            let value = moments.as_ref().and_then(|moments| {
                let (residual, total) = (moments.residual[(k, k)], moments.covariance[(k, k)]);
                (residual >= 0.0 && total > 0.0).then(|| 1.0 - residual / total)
            });
            explained.push(ExplainedVariance { variable: variable.clone(), block, value });
        }
    }
    explained
}

/// Correlations of a block's latent variables (m × m, by rows) with standard errors and intervals.
///
/// ρ_ij = E_ij/√(E_ii E_jj). The diagonal is 1 and does not vary.
pub fn latent_correlations(fit: &Fit, block: usize) -> Vec<Vec<LatentCorrelation>> {
    let form = Reticular::new(&fit.table, block);
    let latent = form.observed..form.variables.len();
    let Some(moments) = form.moments(&fit.estimates) else {
        return latent.clone().map(|_| vec![LatentCorrelation::default(); latent.len()]).collect();
    };
    let free = free_places(&fit.table, &form);
    let of_pair = |i: usize, j: usize| latent_correlation(fit, &moments, &free, i, j);
    latent.clone().map(|i| latent.clone().map(|j| of_pair(i, j)).collect()).collect()
}

fn latent_correlation(
    fit: &Fit,
    moments: &ReticularMoments,
    free: &[(usize, Place)],
    i: usize,
    j: usize,
) -> LatentCorrelation {
    let e = &moments.covariance;
    if e[(i, i)] <= 0.0 || e[(j, j)] <= 0.0 {
        return LatentCorrelation::default();
    }
    let correlation = if i == j { 1.0 } else { e[(i, j)] / (e[(i, i)] * e[(j, j)]).sqrt() };
    let mut gradient = vec![0.0; fit.theta.len()];
    for &(k, place) in free.iter().filter(|_| i != j) {
        let d = |a: usize, b: usize| moments.covariance_derivative(place, a, b);
        let relative = d(i, i) / e[(i, i)] + d(j, j) / e[(j, j)];
        gradient[k] += d(i, j) / (e[(i, i)] * e[(j, j)]).sqrt() - 0.5 * correlation * relative;
    }
    let standard_error = fit.vcov.as_ref().and_then(|vcov| delta_standard_error(&gradient, vcov));
    let half_width = standard_error.zip(normal_quantile(0.5 + fit.settings.level / 2.0)).map(|(se, z)| z * se);
    LatentCorrelation {
        estimate: Some(correlation),
        standard_error,
        lower: half_width.map(|h| correlation - h),
        upper: half_width.map(|h| correlation + h),
    }
}

/// A variance of the model that standardization divides by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Variance {
    /// E_ii, the total variance of a variable.
    Total(usize),
    /// Ψ_ii, its residual variance; of an exogenous variable its variance.
    Residual(usize),
}

/// Powers w_k^{e_k}, to be multiplied.
pub(crate) type Powers = Vec<(Variance, f64)>;

/// The powers w_k^{e_k} that turn a parameter at `place` into its standardized value.
///
/// | parameter | std.all |
/// |---|---|
/// | weight of x on y | √(E_xx/E_yy) |
/// | variance of a | 1/E_aa |
/// | covariance of a and b | 1/√(Ψ_aa Ψ_bb) |
/// | intercept of a | 1/√E_aa |
///
/// A variable that is left in its metric has no powers.
pub(crate) fn powers(place: Place, standardization: Standardization, observed: usize, exogenous: &[usize]) -> Powers {
    let kept = |variable: usize| match standardization {
        Standardization::Latent => variable < observed,
        Standardization::All => false,
        Standardization::NotExogenous => exogenous.contains(&variable),
    };
    let powers = match place {
        Place::Weight { effect, cause } => vec![(Variance::Total(cause), 0.5), (Variance::Total(effect), -0.5)],
        Place::Covariance { first, second } if first == second => vec![(Variance::Total(first), -1.0)],
        Place::Covariance { first, second } => {
            vec![(Variance::Residual(first), -0.5), (Variance::Residual(second), -0.5)]
        }
        Place::Intercept { of } => vec![(Variance::Total(of), -0.5)],
    };
    powers.into_iter().filter(|(variance, _)| !kept(variance.variable())).collect()
}

/// Π_k w_k^{e_k}. `None` where a variance is not positive.
pub(crate) fn scale(powers: &[(Variance, f64)], variances: &Variances) -> Option<f64> {
    powers.iter().try_fold(1.0, |product, (variance, power)| {
        let w = variance.value(variances);
        let factor = match *power {
            0.5 => w.sqrt(),
            -0.5 => 1.0 / w.sqrt(),
            power => w.powf(power),
        };
        (w > 0.0).then_some(product * factor)
    })
}

/// Positions of the block's observed exogenous variables in its reticular form.
pub(crate) fn exogenous_positions(table: &ParameterTable, block: usize, form: &Reticular) -> Vec<usize> {
    table.blocks[block].exogenous.iter().filter_map(|name| form.position(name)).collect()
}

/// The free parameters of a block: (position in θ, place).
pub(crate) fn free_places(table: &ParameterTable, form: &Reticular) -> Vec<(usize, Place)> {
    form.places.iter().filter_map(|&(row, place)| Some((table.rows[row].free?, place))).collect()
}

/// √(g' V g). `None` where the gradient vanishes or the variance is not positive.
pub(crate) fn delta_standard_error(gradient: &[f64], vcov: &Matrix) -> Option<f64> {
    let moving: Vec<usize> = (0..gradient.len()).filter(|k| gradient[*k] != 0.0).collect();
    let mut variance = 0.0;
    let mut largest = 0.0f64;
    for &k in &moving {
        for &l in &moving {
            let term = gradient[k] * vcov[(k, l)] * gradient[l];
            variance += term;
            largest = largest.max(term.abs());
        }
    }
    // What is constant by construction cancels up to rounding.
    (variance.is_finite() && variance > 1e-13 * largest).then(|| variance.sqrt())
}

impl Variance {
    fn variable(self) -> usize {
        match self {
            Variance::Total(variable) | Variance::Residual(variable) => variable,
        }
    }

    fn value(self, variances: &Variances) -> f64 {
        match self {
            Variance::Total(i) => variances.total[i],
            Variance::Residual(i) => variances.residual[i],
        }
    }

    fn derivative(self, place: Place, moments: &ReticularMoments) -> f64 {
        match self {
            Variance::Total(i) => moments.covariance_derivative(place, i, i),
            Variance::Residual(i) => f64::from(place == Place::Covariance { first: i, second: i }),
        }
    }
}

/// Derivatives of every standardized value with respect to θ.
fn gradients(fit: &Fit, standardizer: &Standardizer, values: &[Option<f64>]) -> Vec<Option<Vec<f64>>> {
    let mut gradients: Vec<Option<Vec<f64>>> = vec![None; values.len()];
    for block in &standardizer.blocks {
        let Some(moments) = block.form.moments(&fit.estimates) else { continue };
        let variances = moments.variances();
        let free = free_places(&fit.table, &block.form);
        for (row, powers) in &block.parameters {
            let (Some(value), Some(scale)) = (values[*row], scale(powers, &variances)) else { continue };
            let mut gradient = vec![0.0; fit.theta.len()];
            for &(k, other) in &free {
                let relative =
                    |(w, power): &(Variance, f64)| power * w.derivative(other, &moments) / w.value(&variances);
                gradient[k] += value * powers.iter().map(relative).sum::<f64>();
            }
            if let Some(own) = fit.table.rows[*row].free {
                gradient[own] += scale;
            }
            gradients[*row] = Some(gradient);
        }
    }
    for &row in &standardizer.frequencies {
        let mut gradient = vec![0.0; fit.theta.len()];
        if let Some(own) = fit.table.rows[row].free {
            gradient[own] = 1.0;
        }
        gradients[row] = Some(gradient);
    }
    for definition in &standardizer.definitions {
        gradients[definition.row] = definition.gradient(values, &gradients, fit.theta.len());
    }
    gradients
}

impl StandardizedDefinition {
    /// The chain rule over the names. `None` where a value or derivative does not exist.
    fn gradient(&self, values: &[Option<f64>], gradients: &[Option<Vec<f64>>], parameters: usize) -> Option<Vec<f64>> {
        let mut gradient = vec![0.0; parameters];
        for (name, row) in &self.names {
            let derivative = self.expression.evaluate(&|other: &str| {
                let value = values[self.row_of(other)?]?;
                Some(if other == name { Dual::variable(value) } else { Dual::from(value) })
            })?;
            for (total, part) in gradient.iter_mut().zip(gradients[*row].as_ref()?) {
                *total += derivative.derivative * part;
            }
        }
        gradient.iter().all(|element| element.is_finite()).then_some(gradient)
    }

    fn row_of(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, row)| *row)
    }
}

/// Labels, `.pK.` names and definitions, each with the row that gives its value: the first that bears it.
fn rows_by_name(table: &ParameterTable) -> HashMap<&str, usize> {
    let mut rows = HashMap::new();
    for (k, row) in table.rows.iter().enumerate() {
        for name in [row.label.as_str(), row.plabel.as_str()].into_iter().filter(|name| !name.is_empty()) {
            rows.entry(name).or_insert(k);
        }
    }
    for (k, _) in &table.definitions {
        rows.insert(table.rows[*k].lhs.as_str(), *k);
    }
    rows
}

#[cfg(test)]
mod tests {
    use covary_numerics::finite_differences;

    use super::*;
    use crate::{Data, GroupMoments, Settings, estimate::defined::RowEstimates, parse};

    #[test]
    fn gradients_are_those_of_differences() {
        let correlation = |i: usize, j: usize| if i == j { 1.0 } else { 0.5 - 0.05 * i.abs_diff(j) as f64 };
        let moments = GroupMoments {
            label: String::new(),
            cases: 150,
            names: ["a", "b", "d", "e", "h", "x"].map(String::from).to_vec(),
            covariance: Matrix::from_fn(6, 6, |i, j| correlation(i, j) * (1.0 + i as f64) * (1.0 + j as f64)),
            mean: Some(vec![1.0, 2.0, 3.0, 0.5, 1.5, 4.0]),
        };
        let model = "f =~ a + l*b\ng =~ d + e + h\ng ~ p*f + q*x\nf ~ r*x\na ~~ d\nind := r*p\nratio := ind/(q + l)";
        let settings = Settings { meanstructure: Some(true), ..Settings::default() };
        let fit = crate::fit(&parse(model).expect("a model"), &Data::Moments(vec![moments]), &settings).expect("a fit");
        let rows = RowEstimates::new(&fit.table);
        for standardization in [Standardization::Latent, Standardization::All, Standardization::NotExogenous] {
            let standardizer = Standardizer::new(&fit.table, standardization);
            let values = standardizer.values(&fit.estimates);
            let numbers = |theta: &[f64]| -> Vec<f64> {
                standardizer.values(&rows.at(theta)).iter().map(|value| value.unwrap_or(0.0)).collect()
            };
            let numeric = finite_differences::jacobian(numbers, &fit.theta);
            for (row, gradient) in gradients(&fit, &standardizer, &values).iter().enumerate() {
                for (k, exact) in gradient.iter().flatten().enumerate() {
                    // Richardson's differences are good to about 1e-9 here.
                    let difference = (exact - numeric[(row, k)]).abs();
                    assert!(
                        difference < 1e-6 * exact.abs().max(1.0),
                        "row {row}, θ {k}: {exact} against {}",
                        numeric[(row, k)]
                    );
                }
            }
        }
    }
}
