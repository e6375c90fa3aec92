//! Factor scores: the latent variables of each case, as far as its answers tell.

use std::collections::HashMap;

use covary_data::Dataset;
use covary_numerics::{
    Matrix,
    linalg::{self, Cholesky},
};
use serde::{Deserialize, Serialize};

use crate::{
    Fit, SemError,
    inference::reticular::{Place, Reticular, ReticularMoments},
};

/// How factors are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScoreMethod {
    /// The mean of the factors given the answers (Thurstone): least mean squared error, drawn towards the mean.
    #[default]
    Regression,
    /// The factors under which the answers are most likely (Bartlett): unbiased given the factors, more variable.
    Bartlett,
}

/// The scores of all cases that were used.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorScores {
    /// The method.
    pub method: ScoreMethod,
    /// One entry per block.
    pub blocks: Vec<BlockFactorScores>,
}

/// The scores of one group's cases.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockFactorScores {
    /// Group, from 1.
    pub group: usize,
    /// Latent variables.
    pub factors: Vec<String>,
    /// Positions of the cases in the dataset, from 0.
    pub cases: Vec<usize>,
    /// Scores by case and factor; `None` where a case has no answer that tells of the factor.
    pub scores: Vec<Vec<Option<f64>>>,
    /// Standard errors of the scores, given the parameters; `None` also where the error variance is negative, as of a factor with
    /// a negative variance.
    pub standard_errors: Vec<Vec<Option<f64>>>,
}

/// How well a factor is known from complete answers.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ScoreQuality {
    /// The factor.
    pub factor: String,
    /// Group, from 1.
    pub group: usize,
    /// ρ, the correlation of the scores with the factor.
    pub determinacy: Option<f64>,
    /// ρ², the share of the scores' variance that is the factor's.
    pub reliability: Option<f64>,
    /// 2ρ² − 1, the least correlation between two equally good scores; below 0.5 they hardly measure the same.
    pub minimum_correlation: Option<f64>,
    /// Standard error of the scores, given the parameters.
    pub se: Option<f64>,
}

/// The scores of the cases that a model was fitted to; a case with missing answers is scored from those that it has.
///
/// With μ and Σ of the answers that a case has: regression E(η) + Cov(η, y)Σ⁻¹(y − μ), error Var(η) − Cov(η, y)Σ⁻¹Cov(y, η).
/// Bartlett E(η) + (L'M⁻¹L)⁻¹L'M⁻¹(y − μ), error (L'M⁻¹L)⁻¹, L the effects on the answers of the factors held
/// fixed and M the variance that is left then: Λ and Θ, in the plain case. Without a mean structure μ is the sample mean.
///
/// A factor of higher order has no answers of its own. Bartlett's method scores it with the factors below it as errors
/// (lavaan 0.6-14 gives 0).
///
/// `data` must be what the model was fitted to.
///
/// # Errors
/// [`SemError::Option`] where moments were given in place of cases, for models of two levels, and where the implied
/// covariance matrix is not positive definite.
///
/// # Source
/// Thurstone (1935); Bartlett (1937). lavaan 0.6-14, lavPredict().
pub fn factor_scores(fit: &Fit, data: &Dataset, method: ScoreMethod) -> Result<FactorScores, SemError> {
    let refuse = |text: &str| Err(SemError::Option(format!("factor scores: {text}")));
    if fit.sample.blocks.iter().any(|block| block.case_positions.is_empty()) {
        return refuse("the model was fitted to moments; scores need the cases");
    }
    if fit.table.blocks.iter().any(|block| block.level > 1) {
        return refuse("they are not built for models of two levels");
    }
    if fit.settings.correlation {
        return refuse("the model was fitted to correlations; fit it to covariances for scores");
    }
    if fit.table.blocks.iter().all(|block| block.latent.is_empty()) {
        return refuse("the model has no latent variable");
    }
    let blocks = (0..fit.table.blocks.len()).map(|block| of_block(fit, data, block, method));
    Ok(FactorScores { method, blocks: blocks.collect::<Result<_, _>>()? })
}

/// How well complete answers determine the factors of every group. Empty where Σ is not positive definite, and of two
/// levels, where the answers of a whole cluster bear on each factor.
///
/// ρ = Cov(η, η̂)/(s_η s_η̂): for regression scores √(Cov(η, y)Σ⁻¹Cov(y, η)/Var(η)).
///
/// # Source
/// Grice (2001), Psychological Methods 6, 430–450; Guttman (1955) for the minimum correlation.
pub fn score_quality(fit: &Fit, method: ScoreMethod) -> Vec<ScoreQuality> {
    if fit.sample.is_two_level() {
        return Vec::new();
    }
    let of_block = |block: usize| {
        let scorer = Scorer::new(fit, block)?;
        let all: Vec<usize> = (0..fit.table.modelled(block)).collect();
        let weights = scorer.weights(&all, method)?;
        let factors = scorer.factors.iter().enumerate();
        let quality = factors.map(|(k, factor)| {
            let determinacy = scorer.determinacy(&weights, k, *factor);
            let reliability = determinacy.map(|rho| rho * rho);
            ScoreQuality {
                factor: scorer.form.variables[*factor].clone(),
                group: fit.table.blocks[block].group,
                determinacy,
                reliability,
                minimum_correlation: reliability.map(|square| 2.0 * square - 1.0),
                se: weights.standard_errors[k],
            }
        });
        Some(quality.collect::<Vec<_>>())
    };
    (0..fit.table.blocks.len()).filter_map(of_block).flatten().collect()
}

fn of_block(fit: &Fit, data: &Dataset, block: usize, method: ScoreMethod) -> Result<BlockFactorScores, SemError> {
    let scorer = Scorer::new(fit, block).ok_or_else(no_moments)?;
    let cases = fit.sample.blocks[block].case_positions.clone();
    let answers = answers(fit, data, block)?;
    let centre = scorer.mean(fit, block)?;
    let mut known: HashMap<Vec<usize>, Weights> = HashMap::new();
    let (mut scores, mut standard_errors) = (Vec::new(), Vec::new());
    for &case in &cases {
        let seen: Vec<usize> = (0..answers.len()).filter(|i| answers[*i][case].is_some()).collect();
        if !known.contains_key(&seen) {
            known.insert(seen.clone(), scorer.weights(&seen, method).ok_or_else(no_moments)?);
        }
        let weights = &known[&seen];
        let deviations: Vec<f64> = seen.iter().filter_map(|&i| Some(answers[i][case]? - centre[i])).collect();
        let score = |(k, factor): (usize, &usize)| {
            if !weights.told[k] {
                return None;
            }
            let own: f64 = weights.of_answers.row(k).iter().zip(&deviations).map(|(w, d)| w * d).sum();
            Some(scorer.factor_mean(fit, block, *factor) + own)
        };
        scores.push(scorer.factors.iter().enumerate().map(score).collect());
        standard_errors.push(weights.standard_errors.clone());
    }
    let factors = scorer.factors.iter().map(|factor| scorer.form.variables[*factor].clone()).collect();
    Ok(BlockFactorScores { group: fit.table.blocks[block].group, factors, cases, scores, standard_errors })
}

fn no_moments() -> SemError {
    SemError::Option("factor scores: the implied covariance matrix is not positive definite".into())
}

/// The columns of a block's observed variables, standardized where the fit standardized them.
fn answers(fit: &Fit, data: &Dataset, block: usize) -> Result<Vec<Vec<Option<f64>>>, SemError> {
    let used = &fit.sample.blocks[block].case_positions;
    let column = |name: &String| {
        let numbers = data.numbers(name).map_err(|error| SemError::Data(error.to_string()))?;
        if used.iter().any(|case| *case >= numbers.len()) {
            return Err(SemError::Data("factor scores: the data are not those that the model was fitted to".into()));
        }
        Ok(if fit.settings.std_ov { standardized(&numbers, used) } else { numbers })
    };
    fit.table.blocks[block].observed[..fit.table.modelled(block)].iter().map(column).collect()
}

/// Mean 0 and variance 1 (divisor n − 1) over the used cases.
fn standardized(numbers: &[Option<f64>], used: &[usize]) -> Vec<Option<f64>> {
    let values: Vec<f64> = used.iter().filter_map(|&case| numbers[case]).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    numbers.iter().map(|number| number.map(|value| (value - mean) / sd)).collect()
}

/// What the scores of one group come from.
struct Scorer {
    form: Reticular,
    moments: ReticularMoments,
    /// Positions of the latent variables.
    factors: Vec<usize>,
    /// Factors with effects on observed variables of their own, and those above them.
    orders: [Vec<usize>; 2],
    /// Weights between all variables, Γ.
    paths: Matrix,
}

/// How scores of one set of answers are made.
struct Weights {
    /// Factors × answers.
    of_answers: Matrix,
    /// Whether the answers tell anything, by factor.
    told: Vec<bool>,
    /// By factor; `None` where the error variance is negative.
    standard_errors: Vec<Option<f64>>,
}

impl Scorer {
    /// `None` where I − Γ is singular.
    fn new(fit: &Fit, block: usize) -> Option<Self> {
        let form = Reticular::new(&fit.table, block);
        let moments = form.moments(&fit.estimates)?;
        let m = form.variables.len();
        let mut paths = Matrix::zeros(m, m);
        for &(row, place) in &form.places {
            if let Place::Weight { effect, cause } = place {
                paths[(effect, cause)] = fit.estimates[row].unwrap_or(0.0);
            }
        }
        let factors: Vec<usize> = (form.observed..m).collect();
        let direct = |factor: &usize| (0..form.observed).any(|i| paths[(i, *factor)] != 0.0);
        let (first, higher) = factors.iter().copied().partition(direct);
        Some(Scorer { form, moments, factors, orders: [first, higher], paths })
    }

    /// μ: implied, or the sample's where means are not modelled.
    fn mean(&self, fit: &Fit, block: usize) -> Result<Vec<f64>, SemError> {
        if fit.table.meanstructure {
            return Ok(self.moments.mean[..self.form.observed].to_vec());
        }
        let mean = fit.sample.blocks[block].mean.clone();
        mean.ok_or_else(|| SemError::Option("factor scores: the sample has no means".into()))
    }

    /// E(η): implied. Where means are not modelled the intercepts are 0 and observed exogenous variables have the sample's means,
    /// as in lavaan.
    fn factor_mean(&self, fit: &Fit, block: usize, factor: usize) -> f64 {
        let mean = fit.sample.blocks[block].mean.as_deref();
        let Some(mean) = mean.filter(|_| !fit.table.meanstructure) else { return self.moments.mean[factor] };
        let positions = fit.table.blocks[block].exogenous.iter().filter_map(|name| self.form.position(name));
        positions.map(|x| self.moments.total_effects[(factor, x)] * mean.get(x).copied().unwrap_or(0.0)).sum()
    }

    /// The weights of the answers in `seen`, positions of observed variables. `None` where Σ is not positive definite.
    fn weights(&self, seen: &[usize], method: ScoreMethod) -> Option<Weights> {
        match method {
            ScoreMethod::Regression => self.regression(seen),
            ScoreMethod::Bartlett => self.bartlett(seen),
        }
    }

    fn regression(&self, seen: &[usize]) -> Option<Weights> {
        let shared = self.moments.covariance.select(seen, &self.factors); // Cov(y, η)
        let factor = Cholesky::new(&self.moments.covariance.select(seen, seen))?;
        let of_answers = factor.solve(&shared).transpose();
        let explained = of_answers.times(&shared);
        let told: Vec<bool> =
            (0..self.factors.len()).map(|k| shared.column(k).iter().any(|covariance| *covariance != 0.0)).collect();
        let error = |(k, j): (usize, &usize)| {
            let own = self.moments.covariance[(*j, *j)];
            // Rounding may leave less than nothing of a factor that is known exactly.
            (told[k] && own > 0.0).then(|| (own - explained[(k, k)]).max(0.0).sqrt())
        };
        let standard_errors = self.factors.iter().enumerate().map(error).collect();
        Some(Weights { told, standard_errors, of_answers })
    }

    fn bartlett(&self, seen: &[usize]) -> Option<Weights> {
        let mut weights = Weights {
            of_answers: Matrix::zeros(self.factors.len(), seen.len()),
            told: vec![false; self.factors.len()],
            standard_errors: vec![None; self.factors.len()],
        };
        for held in &self.orders {
            let (effects, error) = self.held_fixed(held, seen)?;
            let told: Vec<usize> =
                (0..held.len()).filter(|k| (0..seen.len()).any(|i| effects[(i, *k)] != 0.0)).collect();
            if told.is_empty() {
                continue;
            }
            let rows: Vec<usize> = (0..seen.len()).collect();
            let effects = effects.select(&rows, &told); // L
            // L'M⁻¹ and L'(M + LL')⁻¹ give the same scores; the latter exists where an answer has no error, too.
            let factor = Cholesky::new(&error.plus(&effects.times(&effects.transpose())))?;
            let half = factor.solve(&effects).transpose();
            let Some(gram) = Cholesky::new(&half.times(&effects)) else { continue };
            let own = gram.solve(&half);
            let errors = own.times(&error).times(&own.transpose());
            for (k, &position) in told.iter().enumerate() {
                let Some(target) = self.factors.iter().position(|factor| *factor == held[position]) else { continue };
                for i in 0..seen.len() {
                    weights.of_answers[(target, i)] = own[(k, i)];
                }
                weights.told[target] = true;
                weights.standard_errors[target] = (errors[(k, k)] >= 0.0).then(|| errors[(k, k)].sqrt());
            }
        }
        Some(weights)
    }

    /// The effects of some factors on the answers when these factors are held fixed, and the covariance matrix of what else
    /// moves the answers.
    fn held_fixed(&self, held: &[usize], seen: &[usize]) -> Option<(Matrix, Matrix)> {
        let m = self.form.variables.len();
        let is_held = |k: usize| held.contains(&k);
        let open = Matrix::from_fn(m, m, |i, j| {
            let path = if is_held(i) { 0.0 } else { self.paths[(i, j)] };
            if i == j { 1.0 - path } else { -path }
        });
        let total = linalg::inverse(&open)?;
        let all: Vec<usize> = (0..m).collect();
        let rest =
            Matrix::from_fn(m, m, |i, j| if is_held(i) || is_held(j) { 0.0 } else { self.moments.residual[(i, j)] });
        let of_answers = total.select(seen, &all);
        Some((total.select(seen, held), of_answers.times(&rest).times(&of_answers.transpose())))
    }

    /// Correlation of a factor with its score from complete answers.
    fn determinacy(&self, weights: &Weights, k: usize, factor: usize) -> Option<f64> {
        if !weights.told[k] {
            return None;
        }
        let own = weights.of_answers.row(k);
        let p = own.len();
        let of_score = |column: usize| (0..p).map(|i| own[i] * self.moments.covariance[(i, column)]).sum::<f64>();
        let shared = of_score(factor);
        let variance: f64 = (0..p).map(|i| own[i] * of_score(i)).sum();
        let rho = shared / (variance * self.moments.covariance[(factor, factor)]).sqrt();
        // Beyond 1 by rounding only, where a factor is known exactly.
        rho.is_finite().then(|| rho.min(1.0))
    }
}
