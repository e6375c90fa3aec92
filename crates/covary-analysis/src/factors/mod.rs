//! Exploratory factor analysis, table by table as SPSS's FACTOR shows it.

pub mod extraction;
mod parallel;
mod scores;

use covary_data::Dataset;
use covary_numerics::{
    Matrix,
    distributions::chi_squared_sf,
    linalg::symmetric_eigen,
    rotation::{Rotated, Rotation, RotationSettings, rotate},
};
use covary_study::{Extraction, FactorCount, RotationName, Study};
use serde::Serialize;

pub use self::{
    extraction::{Extracted, MlSettings, MlSolution, extract, maximum_likelihood},
    parallel::{ParallelSettings, parallel_analysis},
    scores::{ScoreBasis, factor_scores},
};
use crate::{
    AnalysisError,
    adequacy::correlation_matrix,
    answers::{Answers, CompleteCases},
};

/// An exploratory factor analysis.
///
/// Matrices have one row per item, in the order of `items`, and one column per factor.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FactorAnalysis {
    /// Complete cases.
    pub cases: usize,
    /// The items.
    pub items: Vec<String>,
    /// How factors were extracted.
    pub extraction: Extraction,
    /// How they were rotated.
    pub rotation: RotationName,
    /// How their number was decided.
    pub count: FactorCount,
    /// How many factors there are.
    pub factors: usize,
    /// How many each rule would take.
    pub suggested: SuggestedCounts,
    /// Communality of each item.
    pub communalities: Vec<Communality>,
    /// Eigenvalues of the correlation matrix, all of them: the scree.
    pub initial_variance: Vec<ExplainedVariance>,
    /// Sums of squared loadings after extraction.
    pub extracted_variance: Vec<ExplainedVariance>,
    /// Sums of squared loadings after rotation; percentages exist only when factors are uncorrelated.
    pub rotated_variance: Option<Vec<RotatedVariance>>,
    /// Component or factor matrix, unrotated.
    pub loadings: Matrix,
    /// Rotated solution. `None` with one factor or without rotation.
    pub rotated: Option<Rotated>,
    /// Rows of the (rotated) matrix as SPSS's "sorted by size" orders them.
    pub sorted: Vec<SortedItem>,
    /// Loadings below this in absolute value are left blank in print.
    pub blank_below: f64,
    /// Correlations as the factors reproduce them; communalities on the diagonal.
    pub reproduced: Matrix,
    /// Observed minus reproduced correlations; the diagonal 0.
    pub residuals: Matrix,
    /// Pairs of items whose residual exceeds .05 in absolute value.
    pub large_residuals: usize,
    /// The same as a share of all pairs, 0 to 100. `None` with one item.
    pub large_residuals_percent: Option<f64>,
    /// Iterations of the extraction; `None` of principal components.
    pub iterations: Option<usize>,
    /// Whether the extraction met its stopping rule.
    pub converged: bool,
    /// Items whose communality reached or passed 1 (Heywood case).
    pub heywood: Vec<String>,
    /// Goodness of fit of a maximum likelihood extraction.
    pub goodness_of_fit: Option<GoodnessOfFit>,
    /// Parallel analysis.
    pub parallel: ParallelAnalysis,
    /// Factor scores, where asked for.
    pub scores: Option<FactorScores>,
}

/// How many factors each rule would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SuggestedCounts {
    /// Eigenvalues greater than 1.
    pub kaiser: usize,
    /// Leading eigenvalues above the 95th percentile of random data.
    pub parallel: usize,
}

/// How much of an item's variance the factors share.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Communality {
    /// The item.
    pub item: String,
    /// Before extraction: 1 for components, else the squared multiple correlation.
    pub initial: f64,
    /// After extraction: the sum of its squared loadings.
    pub extraction: f64,
}

/// A row of "Total Variance Explained".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ExplainedVariance {
    /// Eigenvalue or sum of squared loadings.
    pub total: f64,
    /// Of the number of items, 0 to 100.
    pub percent: f64,
    /// Percent up to this row.
    pub cumulative: f64,
}

/// Variance of one rotated factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RotatedVariance {
    /// Sum of squared loadings (of structure coefficients when oblique).
    pub total: f64,
    /// Of the number of items, 0 to 100; `None` when oblique: correlated factors share variance.
    pub percent: Option<f64>,
    /// Percent up to this row.
    pub cumulative: Option<f64>,
}

/// A row of the sorted matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SortedItem {
    /// Position of the item.
    pub item: usize,
    /// The factor, from 0, on which it loads most.
    pub factor: usize,
}

/// Goodness-of-fit test of a maximum likelihood extraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GoodnessOfFit {
    /// χ², with Bartlett's correction.
    pub chi_squared: f64,
    /// Degrees of freedom, ((p − m)² − (p + m))/2.
    pub df: usize,
    /// P(χ²_df > statistic). `None` without degrees of freedom.
    pub p: Option<f64>,
}

/// Eigenvalues of random data beside those of the items.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ParallelAnalysis {
    /// Random data sets of each kind.
    pub replicates: usize,
    /// Seed of the random streams.
    pub seed: u64,
    /// Percentile of `*_percentile`: 95.
    pub percentile: f64,
    /// Mean eigenvalues of uncorrelated normal variables, in order.
    pub normal_mean: Vec<f64>,
    /// Percentile of their eigenvalues: the rule.
    pub normal_percentile: Vec<f64>,
    /// Mean eigenvalues of the data with each item's answers permuted.
    pub permuted_mean: Vec<f64>,
    /// Percentile of their eigenvalues.
    pub permuted_percentile: Vec<f64>,
    /// Factors by the percentile of normal variables.
    pub factors: usize,
    /// Factors by the percentile of permuted answers.
    pub factors_permuted: usize,
}

/// How factor scores are computed, in SPSS's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreMethod {
    /// Regression (Thurstone): least squared distance to the factor.
    #[default]
    Regression,
    /// Bartlett: least weighted uniqueness.
    Bartlett,
    /// Anderson–Rubin: uncorrelated, variance 1.
    AndersonRubin,
}

/// Factor scores.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FactorScores {
    /// How they were computed.
    pub method: ScoreMethod,
    /// Factor score coefficient matrix, items × factors: scores = standardised answers · coefficients.
    pub coefficients: Matrix,
    /// Covariances of the scores, factors × factors.
    pub covariance: Matrix,
    /// Positions (from 0) in the dataset of the cases scored.
    pub case_positions: Vec<usize>,
    /// Scores, cases × factors.
    pub scores: Matrix,
}

/// What to extract, how to rotate, and when to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorSettings {
    /// How factors are extracted (default principal components).
    pub extraction: Extraction,
    /// How they are rotated (default varimax with Kaiser normalisation).
    pub rotation: RotationName,
    /// How many (default: eigenvalues greater than 1).
    pub count: FactorCount,
    /// When principal axes and rotation stop (default as SPSS).
    pub stopping: Stopping,
    /// Loadings below this are left blank in print (default .40).
    pub blank_below: f64,
    /// How scores are computed (default: none are).
    pub scores: Option<ScoreMethod>,
    /// Parallel analysis.
    pub parallel: ParallelSettings,
}

/// When iterations stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stopping {
    /// By SPSS's rules, so that its printed figures come out.
    #[default]
    Spss,
    /// At the optimum.
    Converged,
}

impl Default for FactorSettings {
    fn default() -> Self {
        FactorSettings {
            extraction: Extraction::Pca,
            rotation: RotationName::Varimax,
            count: FactorCount::Kaiser,
            stopping: Stopping::Spss,
            blank_below: 0.4,
            scores: None,
            parallel: ParallelSettings::default(),
        }
    }
}

impl FactorSettings {
    /// The settings of a study.
    pub fn of_study(study: &Study) -> Self {
        let plan = &study.factors;
        FactorSettings {
            extraction: plan.extraction,
            rotation: plan.rotation,
            count: plan.count,
            stopping: if plan.spss_stopping { Stopping::Spss } else { Stopping::Converged },
            blank_below: plan.blank_below,
            scores: plan.scores.then_some(ScoreMethod::Regression),
            parallel: ParallelSettings { seed: study.bootstrap.seed, ..ParallelSettings::default() },
        }
    }
}

/// Exploratory factor analysis of the cases of `dataset` that answered all `items`.
///
/// # Errors
/// An unknown or text variable, a constant item, too few cases or items, more factors than the method allows.
pub fn factor_analysis(
    dataset: &Dataset,
    items: &[String],
    settings: &FactorSettings,
) -> Result<FactorAnalysis, AnalysisError> {
    let complete = Answers::read(dataset, items, "the factor analysis")?.complete();
    let correlations = correlation_matrix(&complete, items)?;
    let eigenvalues = symmetric_eigen(&correlations).ok_or_else(|| singular(settings))?.values;
    let parallel = parallel_analysis(&complete.values, &eigenvalues, &settings.parallel);
    let suggested = SuggestedCounts { kaiser: kaiser_count(&eigenvalues), parallel: parallel.factors };
    let factors = factor_count(settings, suggested, items.len())?;
    let extracted =
        extract(&correlations, settings.extraction, factors, settings.stopping).ok_or_else(|| singular(settings))?;
    let rotated = rotated(&extracted.loadings, settings);
    let reproduced = extracted.loadings.times(&extracted.loadings.transpose());
    let residuals = residuals(&correlations, &reproduced);
    let large_residuals = large_residuals(&residuals);
    let pairs = items.len() * (items.len() - 1) / 2;
    let shown = rotated.as_ref().map_or(&extracted.loadings, |rotated| &rotated.loadings);
    Ok(FactorAnalysis {
        cases: complete.cases(),
        items: items.to_vec(),
        extraction: settings.extraction,
        rotation: settings.rotation,
        count: settings.count,
        factors,
        suggested,
        communalities: communalities(items, &extracted),
        initial_variance: explained(&eigenvalues, items.len()),
        extracted_variance: explained(&column_squares(&extracted.loadings), items.len()),
        rotated_variance: rotated.as_ref().map(|rotated| rotated_variance(rotated, items.len())),
        sorted: sorted_by_size(shown),
        blank_below: settings.blank_below,
        large_residuals,
        large_residuals_percent: (pairs > 0).then(|| 100.0 * large_residuals as f64 / pairs as f64),
        iterations: extracted.iterations,
        converged: extracted.converged,
        heywood: items.iter().zip(&extracted.heywood).filter(|(_, h)| **h).map(|(item, _)| item.clone()).collect(),
        goodness_of_fit: extracted.discrepancy.map(|f| goodness_of_fit(f, complete.cases(), items.len(), factors)),
        parallel,
        scores: scores(&complete, &correlations, &extracted, rotated.as_ref(), settings),
        loadings: extracted.loadings,
        rotated,
        reproduced,
        residuals,
    })
}

fn singular(settings: &FactorSettings) -> AnalysisError {
    let what = match settings.extraction {
        Extraction::Pca => "principal components",
        Extraction::Paf => "principal axis factoring",
        Extraction::Ml => "maximum likelihood factor analysis",
    };
    AnalysisError::Singular {
        what: what.to_string(),
        help: "leave out items that are sums of others, or collect more cases than there are items".to_string(),
    }
}

/// Eigenvalues greater than 1.
fn kaiser_count(eigenvalues: &[f64]) -> usize {
    eigenvalues.iter().filter(|value| **value > 1.0).count()
}

/// The number of factors by the rule of the study, at least 1.
fn factor_count(settings: &FactorSettings, suggested: SuggestedCounts, items: usize) -> Result<usize, AnalysisError> {
    let factors = match settings.count {
        FactorCount::Kaiser => suggested.kaiser.max(1),
        FactorCount::Parallel => suggested.parallel.max(1),
        FactorCount::Fixed(factors) => factors,
    };
    let most = match settings.extraction {
        Extraction::Pca => items,
        Extraction::Paf => items - 1,
        Extraction::Ml => (1..items).take_while(|m| likelihood_df(items, *m).is_some()).last().unwrap_or(0),
    };
    if factors == 0 || factors > most {
        return Err(AnalysisError::Request(format!(
            "{factors} factors cannot be extracted from {items} items by this method; it gives 1 to {most}"
        )));
    }
    Ok(factors)
}

/// ((p − m)² − (p + m))/2, `None` below 0.
fn likelihood_df(items: usize, factors: usize) -> Option<usize> {
    let free = (items - factors).pow(2);
    Some(free.checked_sub(items + factors)? / 2)
}

/// χ² = (N − 1 − (2p + 5)/6 − 2m/3) f.
fn goodness_of_fit(discrepancy: f64, cases: usize, items: usize, factors: usize) -> GoodnessOfFit {
    let multiplier = cases as f64 - 1.0 - (2.0 * items as f64 + 5.0) / 6.0 - 2.0 * factors as f64 / 3.0;
    let df = likelihood_df(items, factors).unwrap_or(0);
    let chi_squared = multiplier * discrepancy;
    GoodnessOfFit { chi_squared, df, p: (df > 0).then(|| chi_squared_sf(chi_squared, df as f64)) }
}

fn rotated(loadings: &Matrix, settings: &FactorSettings) -> Option<Rotated> {
    let rotation = match settings.rotation {
        RotationName::None => return None,
        RotationName::Varimax => Rotation::Varimax,
        RotationName::Quartimax => Rotation::Quartimax,
        RotationName::Equamax => Rotation::Equamax,
        RotationName::Promax => Rotation::Promax,
        RotationName::Oblimin => Rotation::Oblimin,
    };
    let rotation_settings =
        RotationSettings { spss_stopping: settings.stopping == Stopping::Spss, ..RotationSettings::default() };
    if loadings.columns() < 2 {
        return None;
    }
    rotate(loadings, rotation, &rotation_settings)
}

fn communalities(items: &[String], extracted: &Extracted) -> Vec<Communality> {
    let pairs = extracted.initial.iter().zip(&extracted.communalities);
    items
        .iter()
        .zip(pairs)
        .map(|(item, (initial, extraction))| Communality {
            item: item.clone(),
            initial: *initial,
            extraction: *extraction,
        })
        .collect()
}

fn explained(totals: &[f64], items: usize) -> Vec<ExplainedVariance> {
    let mut cumulative = 0.0;
    let row = |total: &f64| {
        let percent = 100.0 * total / items as f64;
        cumulative += percent;
        ExplainedVariance { total: *total, percent, cumulative }
    };
    totals.iter().map(row).collect()
}

fn rotated_variance(rotated: &Rotated, items: usize) -> Vec<RotatedVariance> {
    match &rotated.structure {
        Some(structure) => column_squares(structure)
            .into_iter()
            .map(|total| RotatedVariance { total, percent: None, cumulative: None })
            .collect(),
        None => explained(&column_squares(&rotated.loadings), items)
            .into_iter()
            .map(|row| RotatedVariance {
                total: row.total,
                percent: Some(row.percent),
                cumulative: Some(row.cumulative),
            })
            .collect(),
    }
}

fn column_squares(loadings: &Matrix) -> Vec<f64> {
    (0..loadings.columns()).map(|k| loadings.column(k).iter().map(|l| l * l).sum()).collect()
}

/// Items by the factor on which they load most, within it by the size of that loading.
fn sorted_by_size(loadings: &Matrix) -> Vec<SortedItem> {
    let size = |item: &SortedItem| loadings[(item.item, item.factor)].abs();
    let mut sorted: Vec<SortedItem> = (0..loadings.rows())
        .map(|item| {
            // Of equal loadings the first factor's.
            let largest = (1..loadings.columns())
                .fold(0, |best, k| if loadings[(item, k)].abs() > loadings[(item, best)].abs() { k } else { best });
            SortedItem { item, factor: largest }
        })
        .collect();
    sorted.sort_by(|left, right| left.factor.cmp(&right.factor).then(size(right).total_cmp(&size(left))));
    sorted
}

fn residuals(correlations: &Matrix, reproduced: &Matrix) -> Matrix {
    let p = correlations.rows();
    Matrix::from_fn(p, p, |i, j| if i == j { 0.0 } else { correlations[(i, j)] - reproduced[(i, j)] })
}

/// Pairs whose residual exceeds .05, as SPSS counts them.
fn large_residuals(residuals: &Matrix) -> usize {
    (0..residuals.rows()).map(|i| (0..i).filter(|&j| residuals[(i, j)].abs() > 0.05).count()).sum()
}

fn scores(
    complete: &CompleteCases,
    correlations: &Matrix,
    extracted: &Extracted,
    rotated: Option<&Rotated>,
    settings: &FactorSettings,
) -> Option<FactorScores> {
    let pattern = rotated.map_or(&extracted.loadings, |rotated| &rotated.loadings);
    let structure = rotated.and_then(|rotated| rotated.structure.as_ref()).unwrap_or(pattern);
    let uniquenesses: Vec<f64> = extracted.communalities.iter().map(|h| 1.0 - h).collect();
    let has_uniquenesses = settings.extraction != Extraction::Pca;
    let basis = ScoreBasis {
        correlations,
        pattern,
        structure,
        uniquenesses: has_uniquenesses.then_some(uniquenesses.as_slice()),
    };
    factor_scores(&basis, settings.scores?, complete, &complete.moments()?)
}
