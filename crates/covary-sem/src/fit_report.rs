//! A fit as it is shown: the JSON contract `covary.fit/1`, from which every table takes its numbers.

pub(crate) mod input;
mod parameter_tests;
mod resampled;
mod rows;

use std::collections::BTreeSet;

use covary_numerics::Matrix;
pub(crate) use parameter_tests::constrained_parameter;
pub use parameter_tests::{ConstrainedParameter, ScoreTestReport, SingleScoreTest, WaldReport};
use resampled::Resampled;
pub use resampled::{ResampledEstimate, ResampledFigure};
use serde::Serialize;

use crate::{
    Fit, Warning,
    exploratory::RotationReport,
    factor_scores::{ScoreMethod, ScoreQuality, score_quality},
    fit_indices::{self, amos, variant::IndexVariant},
    inference::{
        bootstrap::BollenStine,
        model_tests::ModelTest,
        modification_indices::{amos_modification_indices, modification_indices_with},
        post_hoc_power::Decision,
        residuals::{ResidualSummary, moment_residuals_with, shown_summary},
        score::Scores,
        two_level,
    },
    settings::{
        BootstrapInterval, BootstrapKind, BootstrapSettings, EstimatorName, Information, MissingValues, StandardErrors,
    },
    standardized::{explained_variances, latent_correlations},
    syntax::Operator,
};

/// The threshold under which AMOS's tables leave a modification index out, by AMOS's default.
const AMOS_THRESHOLD: f64 = 4.0;

/// Everything `covary fit` tells, under lavaan's names.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FitReport {
    /// `covary.fit/1`
    pub schema: &'static str,
    /// Whether the search converged.
    pub converged: bool,
    /// Whether the solution is admissible: no negative variance, all covariance matrices positive definite.
    pub admissible: bool,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// Iterations.
    pub iterations: usize,
    /// Cases by group.
    pub n_obs: Vec<usize>,
    /// All cases.
    pub n_total: usize,
    /// Clusters by group; empty in models of one level.
    pub n_clusters: Vec<usize>,
    /// Confidence level of all limits.
    pub level: f64,
    /// Groups.
    pub n_groups: usize,
    /// Labels of the groups; empty with one group.
    pub group_labels: Vec<String>,
    /// Free rows, before equality constraints.
    pub npar: usize,
    /// Independent equality constraints.
    pub n_equalities: usize,
    /// What was chosen, defaults resolved.
    pub choices: Choices,
    /// The tests of the model that were asked for, the standard one first.
    pub tests: Vec<ModelTest>,
    /// The scaled ones of the baseline model.
    pub baseline_tests: Vec<ModelTest>,
    /// Every row that lavaan's parameterEstimates() shows, in its order.
    pub parameters: Vec<ParameterEstimate>,
    /// Fit measures under lavaan's names.
    pub fit: serde_json::Map<String, serde_json::Value>,
    /// AMOS's blocks under AMOS's names: default, saturated, independence.
    pub fit_amos: AmosFit,
    /// R².
    pub r2: Vec<RSquare>,
    /// Intraclass correlations; empty in models of one level.
    pub icc: Vec<IntraclassCorrelation>,
    /// Implied moments by group.
    pub implied: Vec<Implied>,
    /// Sample moments by group.
    pub sample: Vec<Implied>,
    /// Residuals by group.
    pub residuals: Vec<Residuals>,
    /// Correlations of the latent variables by group, implied.
    pub latent_correlations: Vec<LatentCorrelations>,
    /// Stability indices of models with loops, by group.
    pub stability: Vec<Stability>,
    /// How well the answers determine the latent variables (regression scores).
    pub factor_scores: Vec<ScoreQuality>,
    /// Modification indices, largest first.
    pub modification_indices: Vec<ModificationIndex>,
    /// AMOS's tables of modification indices from 4 on: by group covariances, variances, regression weights.
    pub modification_indices_amos: Vec<AmosModificationIndex>,
    /// How exploratory factors were rotated, where there are some.
    pub exploratory: Option<RotationReport>,
    /// Wald tests, where asked for.
    pub wald: Vec<WaldReport>,
    /// Score tests, where asked for: of releasing equality constraints, of adding parameters.
    pub score_tests: Vec<ScoreTestReport>,
    /// The bootstrap in figures, where asked for.
    pub bootstrap: Option<BootstrapSummary>,
    /// The Bollen-Stine test, where asked for.
    pub bollen_stine: Option<BollenStine>,
}

/// What was chosen about a fit, under lavaan's names.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Choices {
    /// The estimator.
    pub estimator: EstimatorName,
    /// Standard errors.
    pub se: Option<StandardErrors>,
    /// Information of the standard errors.
    pub information: Option<Information>,
    /// Missing values.
    pub missing: MissingValues,
    /// Auxiliary variables.
    pub aux: Vec<String>,
    /// The variable that defines clusters.
    pub cluster: Option<String>,
    /// The variable that holds sampling weights.
    pub sampling_weights: Option<String>,
}

/// One row of the estimates.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ParameterEstimate {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1; 0 for definitions and constraints.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Label.
    pub label: String,
    /// Number among the free parameters, from 1; 0 when not free.
    pub free: usize,
    /// Estimate.
    pub est: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// est/se (AMOS's C.R.).
    pub z: Option<f64>,
    /// Two-tailed p.
    pub pvalue: Option<f64>,
    /// Lower limit.
    #[serde(rename = "ci.lower")]
    pub ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(rename = "ci.upper")]
    pub ci_upper: Option<f64>,
    /// Fraction of missing information; null with complete data.
    pub fmi: Option<f64>,
    /// Standardized on the latent variables.
    #[serde(rename = "std.lv")]
    pub std_lv: Option<f64>,
    /// Completely standardized.
    #[serde(rename = "std.all")]
    pub std_all: Option<f64>,
    /// Its standard error, by the delta method.
    #[serde(rename = "std.all.se")]
    pub std_all_se: Option<f64>,
    /// Lower limit of std.all.
    #[serde(rename = "std.all.ci.lower")]
    pub std_all_ci_lower: Option<f64>,
    /// Upper limit of std.all.
    #[serde(rename = "std.all.ci.upper")]
    pub std_all_ci_upper: Option<f64>,
    /// Standardized, observed exogenous variables left in their metric.
    #[serde(rename = "std.nox")]
    pub std_nox: Option<f64>,
    /// What the resamples say about these figures; null without a bootstrap.
    pub boot: Option<ResampledEstimate>,
}

/// The share of a variable's variance that the model explains.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RSquare {
    /// The variable.
    pub variable: String,
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// 1 − residual variance / implied variance.
    pub value: Option<f64>,
    /// What the resamples say about it; null without a bootstrap.
    pub boot: Option<ResampledFigure>,
}

/// The share of a variable's variance that lies between clusters.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct IntraclassCorrelation {
    /// The variable, one of level 1.
    pub variable: String,
    /// Group, from 1.
    pub group: usize,
    /// σ_B/(σ_B + σ_W) of the saturated model; `None` where the variance between clusters is estimated to be negative.
    pub value: Option<f64>,
}

/// Moments of one group.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Implied {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Covariances.
    pub cov: Matrix,
    /// Means, with a mean structure.
    pub mean: Option<Vec<f64>>,
    /// Variables.
    pub names: Vec<String>,
}

/// Residuals of one group, in the order of `names`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Residuals {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Variables.
    pub names: Vec<String>,
    /// Covariance residuals s − σ.
    pub raw: Matrix,
    /// Correlation residuals (Bollen): r − ρ; `None` where a variance is not positive.
    pub cor: Option<Matrix>,
    /// (s − σ)/√(s_ii s_jj) (lavaan's `cor.bentler`); `None` where a variance is not positive.
    #[serde(rename = "cor.bentler")]
    pub cor_bentler: Option<Matrix>,
    /// Residuals over the standard errors of the sample moments (lavaan's `normalized`).
    pub normalized: Vec<Vec<Option<f64>>>,
    /// Residuals over their asymptotic standard errors (lavaan's `standardized`); a null where that is 0.
    pub standardized: Vec<Vec<Option<f64>>>,
    /// AMOS's standardized residual covariances, σ implied.
    pub amos_standardized: Vec<Vec<Option<f64>>>,
    /// Mean residuals m − μ, with a mean structure.
    pub mean: Option<Vec<f64>>,
    /// Mean residuals over their asymptotic standard errors.
    #[serde(rename = "mean.standardized")]
    pub mean_standardized: Option<Vec<Option<f64>>>,
    /// SRMR with its inference (lavResiduals()); null where residuals rest on more than expected information under normal theory
    /// and with more than forty variables.
    pub summary: Option<ResidualSummary>,
}

/// Correlations of latent variables in one group.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct LatentCorrelations {
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Latent variables.
    pub names: Vec<String>,
    /// Their implied correlations; `None` where a variance is not positive.
    pub cor: Option<Matrix>,
    /// Standard errors of the correlations, by the delta method; a null where a correlation cannot vary.
    pub se: Vec<Vec<Option<f64>>>,
    /// Lower limits.
    #[serde(rename = "ci.lower")]
    pub ci_lower: Vec<Vec<Option<f64>>>,
    /// Upper limits.
    #[serde(rename = "ci.upper")]
    pub ci_upper: Vec<Vec<Option<f64>>>,
}

/// Whether effects along a loop settle.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Stability {
    /// Group, from 1.
    pub group: usize,
    /// The largest modulus of an eigenvalue of B (AMOS's stability index); effects settle below 1.
    pub index: f64,
}

/// What freeing one parameter would bring.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ModificationIndex {
    /// Left-hand variable.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1.
    pub group: usize,
    /// Level, from 1.
    pub level: usize,
    /// Score test: the expected fall of χ².
    pub mi: f64,
    /// Expected parameter change.
    pub epc: f64,
    /// EPC, standardized on the latent variables.
    #[serde(rename = "sepc.lv")]
    pub sepc_lv: Option<f64>,
    /// EPC, completely standardized.
    #[serde(rename = "sepc.all")]
    pub sepc_all: Option<f64>,
    /// EPC, standardized, observed exogenous variables left in their metric.
    #[serde(rename = "sepc.nox")]
    pub sepc_nox: Option<f64>,
    /// Noncentrality of the index for a misspecification of .1 in the unit of the EPC (lavaan's `delta`).
    pub ncp: Option<f64>,
    /// Its power at the .05 level.
    pub power: Option<f64>,
    /// What index and power say: `i` inconclusive, `nm` not misspecified, `m` misspecified, `epc:m` and `epc:nm` by the EPC.
    pub decision: Option<Decision>,
    /// The misspecification that matters, in the unit of the EPC: in standard deviations of the variables .4 of loadings, .2 of
    /// intercepts, else .1.
    pub target: Option<f64>,
    /// Power of the index for it.
    #[serde(rename = "target.power")]
    pub target_power: Option<f64>,
    /// What index and power say about it (Saris, Satorra and van der Veld 2009).
    #[serde(rename = "target.decision")]
    pub target_decision: Option<Decision>,
    /// AMOS's M.I. (LISREL's form, other parameters held).
    pub mi_amos: Option<f64>,
    /// AMOS's Par Change.
    pub par_change: Option<f64>,
}

/// One line of AMOS's tables of modification indices.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AmosModificationIndex {
    /// Left-hand variable; in a covariance it stands for its residual where it has one.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable.
    pub rhs: String,
    /// Group, from 1.
    pub group: usize,
    /// M.I.
    pub mi: f64,
    /// Par Change.
    pub par_change: f64,
}

/// AMOS's fit blocks for three models, under AMOS's names (`CMIN`, `DF`, `RMSEA`, …).
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct AmosFit {
    /// The model.
    pub default: serde_json::Map<String, serde_json::Value>,
    /// The saturated model.
    pub saturated: serde_json::Map<String, serde_json::Value>,
    /// The independence model.
    pub independence: serde_json::Map<String, serde_json::Value>,
}

/// How the resampling went.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct BootstrapSummary {
    /// Resamples drawn.
    pub drawn: usize,
    /// Used.
    pub used: usize,
    /// Did not converge.
    pub failed: usize,
    /// Converged to an inadmissible solution.
    pub inadmissible: usize,
    /// Seed.
    pub seed: u64,
    /// Kind of interval.
    pub interval: BootstrapInterval,
    /// Where the resamples came from.
    #[serde(rename = "type")]
    pub kind: BootstrapKind,
}

impl FitReport {
    /// The report of a fit.
    pub fn new(fit: &Fit) -> FitReport {
        let scores = Scores::new(fit);
        let resampled = Resampled::new(fit);
        // Implied moments are absent only where not even the estimates make any.
        let blocks = 0..fit.implied.len();
        FitReport {
            schema: "covary.fit/1",
            converged: fit.converged(),
            admissible: fit.admissible(),
            warnings: fit.warnings.clone(),
            iterations: fit.iterations,
            n_obs: cases_by_group(fit),
            n_total: fit.cases(),
            n_clusters: fit.sample.levels.iter().map(|group| group.clusters).collect(),
            level: fit.settings.level,
            n_groups: groups(fit),
            group_labels: group_labels(fit),
            npar: fit.free_rows(),
            n_equalities: fit.equality_rank,
            choices: Choices {
                estimator: fit.settings.estimator,
                se: fit.settings.se,
                information: fit.settings.information,
                missing: fit.settings.missing,
                aux: fit.settings.auxiliary.clone(),
                cluster: fit.settings.cluster.clone(),
                sampling_weights: fit.settings.sampling_weights.clone(),
            },
            tests: fit.tests.clone(),
            baseline_tests: fit.baseline_tests.clone(),
            parameters: rows::parameters(fit, resampled.as_ref()),
            fit: measures(fit),
            fit_amos: amos::blocks(&input::amos(fit)),
            r2: explained(fit, resampled.as_ref()),
            icc: intraclass_correlations(fit),
            implied: blocks.clone().map(|block| implied_moments(fit, block)).collect(),
            sample: blocks.clone().map(|block| sample_moments(fit, block)).collect(),
            residuals: blocks.clone().map(|block| residuals(fit, block, scores.as_ref())).collect(),
            stability: blocks.clone().filter_map(|block| stability(fit, block)).collect(),
            latent_correlations: blocks.map(|block| correlations_of_latents(fit, block)).collect(),
            factor_scores: score_quality(fit, ScoreMethod::Regression),
            modification_indices: largest_first(fit, scores.as_ref()),
            modification_indices_amos: amos_modification_indices(fit, AMOS_THRESHOLD),
            exploratory: RotationReport::new(fit),
            wald: parameter_tests::wald(fit),
            score_tests: parameter_tests::score_tests(fit),
            bootstrap: bootstrap_summary(fit),
            bollen_stine: fit.bollen_stine.clone(),
        }
    }

    /// The row of a parameter. `group` from 1, 0 for a definition, whose `rhs` need not be given.
    pub fn parameter(&self, lhs: &str, op: Operator, rhs: &str, group: usize) -> Option<&ParameterEstimate> {
        let same = |row: &&ParameterEstimate| {
            let straight = row.lhs == lhs && (row.rhs == rhs || op == Operator::Define);
            let turned = op == Operator::Covariance && row.lhs == rhs && row.rhs == lhs;
            row.op == op && row.group == group && (straight || turned)
        };
        self.parameters.iter().find(same)
    }

    /// A fit measure by lavaan's name. `None` where it does not exist.
    pub fn measure(&self, name: &str) -> Option<f64> {
        self.fit.get(name)?.as_f64()
    }

    /// The variant of a measure that is to be reported.
    pub fn reported(&self, name: &str) -> IndexVariant {
        IndexVariant::reported(&self.fit, name)
    }

    /// A figure of AMOS's block of the default model by AMOS's name. `None` where it does not exist.
    pub fn amos_measure(&self, name: &str) -> Option<f64> {
        self.fit_amos.default.get(name)?.as_f64()
    }
}

fn cases_by_group(fit: &Fit) -> Vec<usize> {
    let blocks = fit.table.blocks.iter().zip(&fit.sample.blocks).filter(|(block, _)| block.level <= 1);
    blocks.map(|(_, sample)| sample.cases).collect()
}

fn intraclass_correlations(fit: &Fit) -> Vec<IntraclassCorrelation> {
    let of_group = |group: &std::sync::Arc<crate::sample::clusters::ClusterSample>| {
        let block = &fit.table.blocks[group.layout.within];
        let values = group.intraclass_correlations();
        let entry = |(variable, value): (&String, Option<f64>)| IntraclassCorrelation {
            variable: variable.clone(),
            group: block.group,
            value,
        };
        block.observed.iter().zip(values).map(entry).collect::<Vec<_>>()
    };
    fit.sample.levels.iter().flat_map(of_group).collect()
}

/// All fit measures under lavaan's names.
pub(crate) fn measures(fit: &Fit) -> serde_json::Map<String, serde_json::Value> {
    fit_indices::measures(fit_indices::ALL, &input::lavaan(fit))
}

pub(crate) fn groups(fit: &Fit) -> usize {
    fit.table.blocks.iter().map(|block| block.group).collect::<BTreeSet<_>>().len()
}

fn group_labels(fit: &Fit) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for block in fit.table.blocks.iter().filter(|block| block.level <= 1) {
        labels.push(block.group_label.clone());
    }
    if labels.iter().all(String::is_empty) { Vec::new() } else { labels }
}

fn explained(fit: &Fit, resampled: Option<&Resampled>) -> Vec<RSquare> {
    let of_variable = |(k, r2): (usize, crate::standardized::ExplainedVariance)| RSquare {
        variable: r2.variable,
        group: fit.table.blocks[r2.block].group,
        level: fit.table.blocks[r2.block].level,
        value: r2.value,
        boot: resampled.and_then(|resampled| resampled.r_square(k)),
    };
    explained_variances(&fit.table, &fit.estimates).into_iter().enumerate().map(of_variable).collect()
}

fn implied_moments(fit: &Fit, block: usize) -> Implied {
    let moments = &fit.implied[block];
    modelled_moments(fit, block, &moments.covariance, moments.mean.as_deref())
}

fn sample_moments(fit: &Fit, block: usize) -> Implied {
    let moments = &fit.sample.blocks[block];
    let correlations = moments.covariance.to_correlation().filter(|_| fit.settings.correlation);
    modelled_moments(fit, block, &correlations.unwrap_or(moments.covariance.clone()), moments.mean.as_deref())
}

/// Moments of the variables that the model speaks of.
fn modelled_moments(fit: &Fit, block: usize, covariance: &Matrix, mean: Option<&[f64]>) -> Implied {
    let own: Vec<usize> = (0..fit.table.modelled(block)).collect();
    Implied {
        group: fit.table.blocks[block].group,
        level: fit.table.blocks[block].level,
        cov: covariance.select(&own, &own),
        mean: mean.map(|mean| mean[..own.len()].to_vec()),
        names: fit.table.blocks[block].observed[..own.len()].to_vec(),
    }
}

fn residuals(fit: &Fit, block: usize, scores: Option<&Scores>) -> Residuals {
    let modelled = fit.table.modelled(block);
    let of_block = moment_residuals_with(fit, block, scores).of_first(modelled);
    Residuals {
        group: fit.table.blocks[block].group,
        level: fit.table.blocks[block].level,
        names: fit.table.blocks[block].observed[..modelled].to_vec(),
        cor_bentler: over_sample_deviations(&of_block.raw, &fit.sample.blocks[block].covariance),
        // The variances of a model of correlations are no data.
        raw: of_block.correlation.clone().filter(|_| fit.settings.correlation).unwrap_or(of_block.raw),
        cor: of_block.correlation,
        normalized: of_block.normalized,
        standardized: of_block.standardized,
        amos_standardized: of_block.amos_standardized,
        mean: of_block.mean_raw,
        mean_standardized: of_block.mean_standardized,
        summary: shown_summary(fit, block),
    }
}

/// The residuals of the first variables over the deviations of the sample. `None` where a variance is not positive.
fn over_sample_deviations(raw: &Matrix, sample: &Matrix) -> Option<Matrix> {
    let deviations: Vec<f64> = sample.diagonal().iter().map(|v| (*v > 0.0).then(|| v.sqrt())).collect::<Option<_>>()?;
    Some(Matrix::from_fn(raw.rows(), raw.rows(), |i, j| raw[(i, j)] / (deviations[i] * deviations[j])))
}

fn stability(fit: &Fit, block: usize) -> Option<Stability> {
    Some(Stability { group: fit.table.blocks[block].group, index: fit.stability_index(block)? })
}

fn correlations_of_latents(fit: &Fit, block: usize) -> LatentCorrelations {
    let correlations = latent_correlations(fit, block);
    let m = correlations.len();
    let values: Option<Vec<f64>> = correlations.iter().flatten().map(|correlation| correlation.estimate).collect();
    let table = |value: fn(&crate::standardized::LatentCorrelation) -> Option<f64>| {
        correlations.iter().map(|row| row.iter().map(value).collect()).collect()
    };
    LatentCorrelations {
        group: fit.table.blocks[block].group,
        level: fit.table.blocks[block].level,
        names: fit.table.blocks[block].latent.clone(),
        cor: values.and_then(|values| Matrix::from_values(m, m, values)),
        se: table(|correlation| correlation.standard_error),
        ci_lower: table(|correlation| correlation.lower),
        ci_upper: table(|correlation| correlation.upper),
    }
}

/// Modification indices by falling size; equal ones keep lavaan's order.
fn largest_first(fit: &Fit, scores: Option<&Scores>) -> Vec<ModificationIndex> {
    let mut indices = match scores {
        Some(scores) => modification_indices_with(fit, scores),
        None if fit.sample.is_two_level() => two_level::modification_indices(fit),
        None => Vec::new(),
    };
    indices.sort_by(|l, r| r.mi.total_cmp(&l.mi));
    indices
}

fn bootstrap_summary(fit: &Fit) -> Option<BootstrapSummary> {
    let bootstrap = fit.bootstrap.as_ref()?;
    let BootstrapSettings { seed, interval, kind, .. } = fit.settings.bootstrap?;
    Some(BootstrapSummary {
        drawn: bootstrap.drawn,
        used: bootstrap.theta.rows(),
        failed: bootstrap.failed.len(),
        inadmissible: bootstrap.inadmissible.len(),
        seed,
        interval,
        kind,
    })
}
