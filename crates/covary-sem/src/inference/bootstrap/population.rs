//! What resamples are drawn from: the sample as it is, or its rows turned so that the model holds, wholly or almost.

use std::borrow::Cow;

use covary_numerics::{Matrix, linalg};

use crate::{
    Fit, Sample, SemError, Settings,
    estimators::Estimator,
    inference::test_statistic,
    sample::{BlockSample, DistinctRows, incomplete::weights_of_rows, saturated},
    settings::{BootstrapKind, MissingValues},
};

/// Halvings of the interval from 0 to 1, after which nothing but rounding is left.
const HALVINGS: usize = 54;

/// Turns of cases with missing values; each takes two digits off the difference or more.
const MOST_TURNS: usize = 100;
/// Largest difference of moments that is rounding, in standard deviations.
const SAME: f64 = 1e-11;

/// Whether a kind of bootstrap goes with a sample.
///
/// # Errors
/// [`SemError::Option`] that says what would do; [`SemError::Data`] where moments were given in place of cases.
pub(super) fn check(settings: &Settings, sample: &Sample, kind: BootstrapKind) -> Result<(), SemError> {
    use BootstrapKind::{BollenStine, Ordinary, Parametric, Yuan};
    let refuse = |text: String| Err(SemError::Option(text));
    let word = kind.word();
    let turned = matches!(kind, BollenStine | Yuan);
    let has = |what: fn(&BlockSample) -> bool| sample.blocks.iter().any(what);
    if sample.is_two_level() {
        return match kind {
            Ordinary => Ok(()),
            Parametric if sample.levels.iter().any(|group| group.is_incomplete()) => refuse(
                "the parametric bootstrap of two levels draws complete cases; with missing answers take bootstrap.type = \
                 \"ordinary\", which draws whole clusters"
                    .into(),
            ),
            Parametric => Ok(()),
            BollenStine | Yuan => refuse(format!(
                "the {word} bootstrap is not defined for models of two levels, whose cases cannot be turned so that the model \
                 holds within and between clusters; take bootstrap.type = \"ordinary\" (whole clusters) or \"parametric\""
            )),
        };
    }
    if kind != Ordinary && !settings.auxiliary.is_empty() {
        return refuse(format!(
            "the {word} bootstrap makes cases of the model's variables, which has nothing to say about auxiliary ones (aux): take \
             bootstrap.type = \"ordinary\""
        ));
    }
    if kind == Parametric && has(|block| block.clusters.is_some() || block.case_weights.is_some()) {
        return refuse(
            "the parametric bootstrap draws cases that are independent and count alike: with cluster or sampling.weights take \
             bootstrap.type = \"ordinary\", which draws whole clusters and keeps the weights"
                .into(),
        );
    }
    if kind != Parametric && has(|block| block.rows.is_none()) {
        return Err(SemError::Data(
            "the bootstrap needs the cases: means and covariances alone cannot be resampled. Give the data, or take \
             bootstrap.type = \"parametric\", which draws from the implied moments"
                .into(),
        ));
    }
    if kind == Yuan && Estimator::named(settings.estimator).is_least_squares() {
        return refuse(
            "the yuan bootstrap is defined by the likelihood: take estimator ML, or bootstrap.type = \"bollen.stine\" or \
             \"ordinary\" with least squares"
                .into(),
        );
    }
    if turned && sample.is_incomplete() && settings.missing == MissingValues::Pairwise {
        return refuse(format!(
            "the {word} bootstrap turns cases by their moments, and missing = \"pairwise\" has those of pairs: take missing = \
             \"listwise\" or \"ml\", or bootstrap.type = \"ordinary\""
        ));
    }
    if kind == Yuan && sample.is_incomplete() {
        return refuse(
            "the yuan bootstrap needs complete cases: take missing = \"listwise\", or with missing values \
             bootstrap.type = \"bollen.stine\" or \"ordinary\""
                .into(),
        );
    }
    if turned && !sample.is_positive_definite() {
        return Err(SemError::Data(format!(
            "the {word} bootstrap turns the cases by the inverse of the sample covariance matrix, which is not positive \
             definite: leave out what is redundant among the variables, or take bootstrap.type = \"ordinary\""
        )));
    }
    Ok(())
}

/// Why there are no BCa intervals of parametric resamples.
pub(super) fn no_acceleration() -> SemError {
    SemError::Option(
        "BCa intervals take their acceleration from refits without one case, and the parametric bootstrap draws from no cases: \
         take boot.ci.type = \"bca.simple\" (bias-corrected) or \"perc\" with it, or bootstrap.type = \"ordinary\""
            .into(),
    )
}

/// The rows of each block that the Bollen-Stine or Yuan bootstrap draws from.
///
/// z = S_a^½ S^{−½}(y − ȳ) + μ_a with symmetric roots, so that the rows have the moments μ_a and S_a exactly.
/// Bollen-Stine: the implied moments. Yuan: those of the mixture of share a of the sample's distribution with one that has
/// the implied moments, S_a = aS + (1 − a)Σ̂ + a(1 − a)δδ', μ_a = μ̂ + aδ, δ = ȳ − μ̂: the estimates fit it as well as they fit
/// the sample, and a is such that the χ² of the model there is T − df, the estimated noncentrality (a = 0 where T ≤ df).
///
/// A case with missing values is turned by the moments of the variables that it has, S and ȳ being those of the saturated
/// model, and again until the saturated moments of the turned cases are the implied ones.
///
/// # Errors
/// As [`bootstrap_of_kind`](super::bootstrap_of_kind).
///
/// # Source
/// Bollen and Stine (1992), Sociological Methods & Research 21; Beran and Srivastava (1985). Yuan, Hayashi and Yanagihara
/// (2007), Multivariate Behavioral Research 42, there for covariances alone. Savalei and Yuan (2009), Multivariate Behavioral
/// Research 44, on model-based bootstraps with missing values.
pub fn transformed_rows(fit: &Fit, kind: BootstrapKind) -> Result<Vec<DistinctRows>, SemError> {
    check(&fit.settings, &fit.sample, kind)?;
    Ok(population(fit, kind)?.into_owned().blocks.into_iter().filter_map(|block| block.rows).collect())
}

/// The sample to be drawn from.
pub(super) fn population(fit: &Fit, kind: BootstrapKind) -> Result<Cow<'_, Sample>, SemError> {
    let share = match kind {
        BootstrapKind::Ordinary | BootstrapKind::Parametric => return Ok(Cow::Borrowed(&fit.sample)),
        BootstrapKind::BollenStine => 0.0,
        BootstrapKind::Yuan => share_of_sample(fit).ok_or_else(|| singular(kind))?,
    };
    let block = |block: usize| turned(fit, block, share).ok_or_else(|| singular(kind));
    let blocks = (0..fit.sample.blocks.len()).map(block).collect::<Result<_, _>>()?;
    Ok(Cow::Owned(Sample { blocks, levels: Vec::new() }))
}

fn singular(kind: BootstrapKind) -> SemError {
    SemError::Data(format!(
        "the {} bootstrap needs implied and sample covariance matrices that are positive definite: these are not; take \
         bootstrap.type = \"ordinary\"",
        kind.word()
    ))
}

/// Moments of a block.
struct Moments {
    covariance: Matrix,
    mean: Vec<f64>,
}

impl Moments {
    /// Whether they are the others but for rounding.
    fn are(&self, others: &Moments) -> bool {
        let p = self.mean.len();
        let unit = |i: usize| others.covariance[(i, i)].sqrt();
        let same = |own: f64, other: f64, unit: f64| (own - other).abs() <= SAME * unit;
        (0..p).all(|i| {
            same(self.mean[i], others.mean[i], unit(i))
                && (0..=i).all(|j| same(self.covariance[(i, j)], others.covariance[(i, j)], unit(i) * unit(j)))
        })
    }
}

/// The mixture of share a of the sample's distribution with the implied one.
fn mixture(fit: &Fit, block: usize, share: f64) -> Option<Moments> {
    let (own, implied) = (&fit.sample.blocks[block], fit.implied.get(block)?);
    let mean = own.mean.as_ref()?;
    let model = implied.mean.as_ref().unwrap_or(mean);
    let delta: Vec<f64> = mean.iter().zip(model).map(|(m, mu)| m - mu).collect();
    let (s, sigma) = (&own.covariance, &implied.covariance);
    let element = |i: usize, j: usize| {
        share * s[(i, j)] + (1.0 - share) * sigma[(i, j)] + share * (1.0 - share) * delta[i] * delta[j]
    };
    Some(Moments {
        covariance: Matrix::from_fn(s.rows(), s.rows(), element),
        mean: model.iter().zip(&delta).map(|(mu, delta)| mu + share * delta).collect(),
    })
}

/// The share a at which the model's χ² is T − df. `None` where a covariance matrix is not positive definite.
fn share_of_sample(fit: &Fit) -> Option<f64> {
    let test = fit.test?;
    let target = test.statistic - test.df;
    if target <= 0.0 {
        return Some(0.0);
    }
    let statistic = |share: f64| -> Option<f64> {
        let discrepancies: Option<Vec<f64>> =
            (0..fit.sample.blocks.len()).map(|block| discrepancy(fit, block, share)).collect();
        Some(test_statistic::chi_squared(&discrepancies?, &fit.sample, &fit.settings))
    };
    // It grows with the share, from 0 to T.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if statistic(middle)? < target { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// tr(Σ̂⁻¹S_a) − ln|Σ̂⁻¹S_a| − p + (μ_a − μ̂)'Σ̂⁻¹(μ_a − μ̂).
fn discrepancy(fit: &Fit, block: usize, share: f64) -> Option<f64> {
    let moments = mixture(fit, block, share)?;
    let implied = &fit.implied[block];
    let model = linalg::Cholesky::new(&implied.covariance)?;
    let own = linalg::Cholesky::new(&moments.covariance)?;
    let product = model.solve(&moments.covariance);
    let trace: f64 = product.diagonal().iter().sum();
    let mean = implied.mean.as_ref().unwrap_or(&moments.mean);
    let delta: Vec<f64> = moments.mean.iter().zip(mean).map(|(m, mu)| m - mu).collect();
    let distance: f64 = model.solve_vector(&delta).iter().zip(&delta).map(|(l, r)| l * r).sum();
    Some(trace - own.log_determinant() + model.log_determinant() - product.rows() as f64 + distance)
}

/// A block with its rows turned to the moments of the mixture.
fn turned(fit: &Fit, block: usize, share: f64) -> Option<BlockSample> {
    let own = &fit.sample.blocks[block];
    let (rows, mean) = (own.rows.as_ref()?, own.mean.as_ref()?);
    let target = mixture(fit, block, share)?;
    let p = mean.len();
    let Some(patterns) = &own.patterns else {
        let all: Vec<usize> = (0..p).collect();
        let members: Vec<usize> = (0..rows.values.rows()).collect();
        let mut values = rows.values.clone();
        turn(&mut values, &members, &all, (&own.covariance, mean), &target)?;
        return Some(with_rows(own, values, target));
    };
    let mut patterns = patterns.clone();
    let mut turned = DistinctRows { values: rows.values.clone(), ..rows.clone() };
    let weights = weights_of_rows(rows, own.case_weights.as_deref());
    let mut moments = Moments { covariance: own.covariance.clone(), mean: mean.clone() };
    for _ in 0..MOST_TURNS {
        for pattern in &patterns.list {
            let from = (&moments.covariance, moments.mean.as_slice());
            turn(&mut turned.values, &pattern.rows, &pattern.observed, from, &target)?;
        }
        patterns.recount(&turned, &weights);
        let saturated = saturated::saturated(&patterns)?;
        moments = Moments { covariance: saturated.covariance, mean: saturated.mean };
        if moments.are(&target) {
            let block = with_rows(own, turned.values, moments);
            return Some(BlockSample { patterns: Some(patterns), ..block });
        }
    }
    None
}

fn with_rows(own: &BlockSample, values: Matrix, moments: Moments) -> BlockSample {
    let rows = own.rows.as_ref().map(|rows| DistinctRows { values, ..rows.clone() });
    BlockSample { rows, covariance: moments.covariance, mean: Some(moments.mean), ..own.clone() }
}

/// Turns the variables `observed` of some rows from one pair of moments to another.
fn turn(
    values: &mut Matrix,
    rows: &[usize],
    observed: &[usize],
    (covariance, mean): (&Matrix, &[f64]),
    target: &Moments,
) -> Option<()> {
    let root = linalg::symmetric_square_root(&target.covariance.select(observed, observed))?;
    let own = linalg::symmetric_square_root(&covariance.select(observed, observed))?;
    let transformation = root.times(&linalg::inverse(&own)?);
    for &row in rows {
        let deviation: Vec<f64> = observed.iter().map(|&j| values[(row, j)] - mean[j]).collect();
        for (&j, moved) in observed.iter().zip(transformation.times_vector(&deviation)) {
            values[(row, j)] = moved + target.mean[j];
        }
    }
    Some(())
}
