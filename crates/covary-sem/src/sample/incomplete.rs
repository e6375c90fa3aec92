//! The sample of cases with missing values that are kept: patterns and the moments of the saturated model, or pairs.

use std::borrow::Cow;

use covary_data::Dataset;
use covary_numerics::Matrix;

use super::{
    BlockSample, Clusters, DistinctRows, FirstStage, Patterns, Sample, cases, cases::in_group, covariance_factor,
    design::Design, groups::groups, saturated,
};
use crate::{
    Operator, ParameterTable, SemError, Settings, Warning,
    estimators::{Estimator, Weight, named::NamedEstimator},
    parameter_table::Block,
    settings::{MissingValues, StandardErrors, TestName},
    warning::WarningCode,
};

/// Pairs of variables that fewer of the cases have together are named.
const LOW_COVERAGE: f64 = 0.1;

/// The sample of each block, missing values kept. `None` where no value is missing: then there is nothing to treat.
pub(super) fn take(
    dataset: &Dataset,
    table: &ParameterTable,
    settings: &Settings,
) -> Result<Option<(Sample, Vec<Warning>)>, SemError> {
    let groups = groups(dataset, settings)?;
    let design = Design::new(dataset, settings)?;
    let mut kept = Vec::new();
    let mut left_out = LeftOut::default();
    for (k, block) in table.blocks.iter().enumerate() {
        let members = (0..dataset.cases()).filter(|&case| groups.of_case[case] == Some(block.group - 1));
        let columns = cases::columns(dataset, &with_first_stage(block, settings))?;
        let x = if settings.missing == MissingValues::MlX { Vec::new() } else { fixed_x(table, k) };
        let own: Vec<usize> =
            members.filter(|&case| design.knows(case) && left_out.keeps(&columns, &x, case)).collect();
        kept.push((columns, own));
    }
    let is_gap = |(columns, own): &(Vec<Vec<Option<f64>>>, Vec<usize>)| {
        columns.iter().any(|column| own.iter().any(|&case| column[case].is_none()))
    };
    if !kept.iter().any(is_gap) {
        return Ok(None);
    }
    refuse_pairwise(settings)?;
    let mut warnings = left_out.warnings(dataset.cases());
    warnings.extend(scaling_of_baseline(settings));
    let factors = design.factors(kept.iter().map(|(_, own)| own.as_slice()), settings);
    let mut blocks = Vec::new();
    for (k, ((block, (columns, own)), factor)) in table.blocks.iter().zip(kept).zip(factors).enumerate() {
        let (case_weights, clusters) = (design.weights_of(&own, factor), design.clusters_of(&own));
        let (sample, notes) = block_sample(block, &columns, own, case_weights, clusters, settings)?;
        warnings.extend(notes);
        if settings.missing == MissingValues::MlX {
            warnings.extend(missing_x(table, k, &sample));
        }
        blocks.push(sample);
    }
    Ok(Some((Sample { blocks, levels: Vec::new() }, warnings)))
}

/// A block with the auxiliary variables that take part in the first of two stages alone.
fn with_first_stage<'a>(block: &'a Block, settings: &Settings) -> Cow<'a, Block> {
    let staged = matches!(settings.missing, MissingValues::TwoStage | MissingValues::RobustTwoStage);
    if !staged || settings.auxiliary.is_empty() {
        return Cow::Borrowed(block);
    }
    let observed = block.observed.iter().chain(&settings.auxiliary).cloned().collect();
    Cow::Owned(Block { observed, ..block.clone() })
}

/// Variables of a block whose variance is fixed at the sample's.
pub(crate) fn fixed_x(table: &ParameterTable, block: usize) -> Vec<usize> {
    let is_x = |name: &String| {
        table.rows.iter().any(|row| {
            row.block == block
                && row.group > 0
                && row.exogenous
                && row.op == Operator::Covariance
                && row.lhs == *name
                && row.rhs == *name
        })
    };
    let observed = &table.blocks[block].observed;
    (0..observed.len()).filter(|&j| is_x(&observed[j])).collect()
}

/// Cases that cannot be kept.
#[derive(Default)]
struct LeftOut {
    empty: usize,
    without_x: usize,
}

impl LeftOut {
    fn keeps(&mut self, columns: &[Vec<Option<f64>>], x: &[usize], case: usize) -> bool {
        if columns.iter().all(|column| column[case].is_none()) {
            self.empty += 1;
            return false;
        }
        if x.iter().any(|&j| columns[j][case].is_none()) {
            self.without_x += 1;
            return false;
        }
        true
    }

    fn warnings(&self, cases: usize) -> Vec<Warning> {
        let warning = |number: usize, text: String| {
            (number > 0).then(|| Warning { code: WarningCode::CasesLeftOut, subjects: vec![number.to_string()], text })
        };
        let empty = warning(
            self.empty,
            format!(
                "{} of {cases} cases were left out because they have no value on any variable of the model",
                self.empty
            ),
        );
        let without_x = warning(
            self.without_x,
            format!(
                "{} of {cases} cases were left out because an exogenous variable is missing in them: its moments are \
                 fixed, so that missing = \"ml\" does not model it. To keep these cases take missing = \"ml.x\" or \
                 fixed.x = FALSE",
                self.without_x
            ),
        );
        empty.into_iter().chain(without_x).collect()
    }
}

/// Pairwise moments have no Γ̂: what rests on it is refused.
fn refuse_pairwise(settings: &Settings) -> Result<(), SemError> {
    use StandardErrors::{Bootstrap, None as NoErrors, Standard};
    if settings.missing != MissingValues::Pairwise {
        return Ok(());
    }
    let named = NamedEstimator::of(settings.estimator);
    if !matches!(named.discrepancy, Estimator::Ml | Estimator::Gls | Estimator::Uls) {
        return Err(SemError::Option(format!(
            "estimator {} needs complete cases for its weight matrix: with gaps take missing = \"listwise\", or ML, GLS or ULS \
             with \"pairwise\"",
            named.word
        )));
    }
    // The bootstrap speaks for itself.
    let plain = |test: &TestName| matches!(test, TestName::Standard | TestName::BollenStine | TestName::None);
    let scaled = settings.tests.iter().any(|test| !plain(test));
    if scaled || !matches!(settings.se, Some(Standard | Bootstrap | NoErrors) | None) {
        return Err(SemError::Option(
            "robust standard errors and tests need cases, not the moments of pairs: take missing = \"ml\" with MLR, \
             \"robust.two.stage\", or the bootstrap"
                .into(),
        ));
    }
    Ok(())
}

/// With two stages the baseline's scaling factor of lavaan 0.6-14 is told to be what it is.
fn scaling_of_baseline(settings: &Settings) -> Option<Warning> {
    let staged = matches!(settings.missing, MissingValues::TwoStage | MissingValues::RobustTwoStage)
        && settings.auxiliary.is_empty();
    (staged && settings.conventions.two_stage_baseline_fills_gaps).then(|| Warning {
        code: WarningCode::OptionNote,
        subjects: vec!["cfi.scaled".into(), "tli.scaled".into(), "cfi.robust".into(), "tli.robust".into()],
        text: "the baseline's scaling factor follows lavaan 0.6-14, which fills gaps with means there; lavaan 0.7 corrects it. \
               CFI and TLI, scaled and robust, are slightly too high; the chi-square of the model and RMSEA are not affected. \
               Convention mplus has the corrected figures"
            .into(),
    })
}

fn block_sample(
    block: &Block,
    columns: &[Vec<Option<f64>>],
    kept: Vec<usize>,
    case_weights: Option<Vec<f64>>,
    clusters: Option<Clusters>,
    settings: &Settings,
) -> Result<(BlockSample, Vec<Warning>), SemError> {
    let (n, p) = (kept.len(), columns.len());
    if n < 2 {
        return Err(SemError::Data(format!(
            "{n} case{} with values{}: at least two are needed",
            if n == 1 { "" } else { "s" },
            in_group(block)
        )));
    }
    let mut values = Matrix::zeros(n, p);
    for (i, &case) in kept.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            // One NaN for all gaps, and no −0: rows compare by bits.
            values[(i, j)] = column[case].map_or(f64::NAN, |value| value + 0.0);
        }
    }
    let modelled = block.observed.len();
    let block = &with_first_stage(block, settings);
    check_variation(&values, block)?;
    if settings.std_ov {
        standardise(&mut values);
    }
    let rows = cases::distinct_rows(&values);
    let weights = weights_of_rows(&rows, case_weights.as_deref());
    let patterns = Patterns::new(&rows, &weights);
    let mut warnings: Vec<Warning> = low_coverage(&patterns, block).into_iter().collect();
    let mut first_stage = None;
    let (mean, covariance) = if settings.missing == MissingValues::Pairwise {
        check_pairs(&patterns, block)?;
        let all: Vec<usize> = (0..p).collect();
        let covariance = pairwise_of(&rows, &weights, &all).ok_or_else(|| no_saturated_moments(block))?;
        let mean = patterns.by_variable().iter().map(|variable| variable.mean).collect();
        (mean, covariance.scaled(covariance_factor(settings, n)))
    } else {
        let moments = saturated::saturated(&patterns).ok_or_else(|| no_saturated_moments(block))?;
        warnings.extend(no_saturated_optimum(moments.converged, block));
        if modelled < p {
            first_stage = Some(FirstStage { rows: rows.clone(), patterns: patterns.clone(), moments: moments.clone() });
        }
        let own: Vec<usize> = (0..modelled).collect();
        (moments.mean[..modelled].to_vec(), moments.covariance.select(&own, &own))
    };
    let (rows, patterns) = match first_stage {
        Some(_) => {
            let rows = rows.of_first(modelled);
            let patterns = Patterns::new(&rows, &weights);
            (rows, patterns)
        }
        None => (rows, patterns),
    };
    let sample = BlockSample {
        cases: n,
        covariance,
        mean: Some(mean),
        weight: Weight::None,
        rows: Some(rows),
        patterns: Some(patterns),
        case_positions: kept,
        case_weights,
        clusters,
        first_stage,
    };
    Ok((sample, warnings))
}

/// What each distinct row weighs: its cases, or the sum of their sampling weights.
pub(crate) fn weights_of_rows(rows: &DistinctRows, case_weights: Option<&[f64]>) -> Vec<f64> {
    let Some(case_weights) = case_weights else { return rows.counts.clone() };
    let mut weights = vec![0.0; rows.counts.len()];
    for (weight, &row) in case_weights.iter().zip(&rows.row_of_case) {
        weights[row] += weight;
    }
    weights
}

fn no_saturated_moments(block: &Block) -> SemError {
    SemError::Data(format!("the cases with missing values have no saturated moments{}", in_group(block)))
}

/// An error that names a variable without values or without variance.
fn check_variation(values: &Matrix, block: &Block) -> Result<(), SemError> {
    for (j, name) in block.observed.iter().enumerate() {
        let mut available = (0..values.rows()).map(|i| values[(i, j)]).filter(|value| !value.is_nan());
        let Some(first) = available.next() else {
            return Err(SemError::Data(format!("variable \"{name}\" has no value in any case{}", in_group(block))));
        };
        if available.all(|value| value == first) {
            return Err(SemError::Data(format!(
                "variable \"{name}\" is constant{} (always {first}): it has no variance to be explained; leave it out",
                in_group(block)
            )));
        }
    }
    Ok(())
}

/// Mean 0 and variance 1 (divisor: cases with a value − 1), each variable by its available cases.
fn standardise(values: &mut Matrix) {
    for j in 0..values.columns() {
        let available: Vec<f64> = values.column(j).into_iter().filter(|value| !value.is_nan()).collect();
        let n = available.len() as f64;
        let mean = available.iter().sum::<f64>() / n;
        let variance = available.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        for i in 0..values.rows() {
            values[(i, j)] = (values[(i, j)] - mean) / variance.sqrt();
        }
    }
}

/// An error that names a pair which fewer than two cases have.
fn check_pairs(patterns: &Patterns, block: &Block) -> Result<(), SemError> {
    let coverage = patterns.coverage();
    let pairs = (0..patterns.variables).flat_map(|i| (0..i).map(move |j| (j, i)));
    let together = |i: usize, j: usize| (coverage[(i, j)] * patterns.cases).round();
    match pairs.into_iter().find(|&(j, i)| together(i, j) < 2.0) {
        None => Ok(()),
        Some((j, i)) => Err(SemError::Data(format!(
            "\"{}\" and \"{}\" are observed together in {} case{}{}: pairwise moments need two at least",
            block.observed[j],
            block.observed[i],
            together(i, j),
            if together(i, j) == 1.0 { "" } else { "s" },
            in_group(block)
        ))),
    }
}

/// Covariances of some of the variables, divisor n in the sense that complete data give those of divisor n: of each pair
/// from the cases that have both, about these cases' means, divisor their number − 1, times (n − 1)/n. `counts`: what each
/// distinct row weighs.
///
/// `None` where a pair has fewer than two cases.
pub(crate) fn pairwise_of(rows: &DistinctRows, counts: &[f64], variables: &[usize]) -> Option<Matrix> {
    let n: f64 = counts.iter().sum();
    let mut covariance = Matrix::zeros(variables.len(), variables.len());
    for (a, &i) in variables.iter().enumerate() {
        for (b, &j) in variables[..=a].iter().enumerate() {
            let both: Vec<(f64, f64, f64)> = (0..rows.values.rows())
                .map(|row| (counts[row], rows.values[(row, i)], rows.values[(row, j)]))
                .filter(|(_, x, y)| !x.is_nan() && !y.is_nan())
                .collect();
            let cases: f64 = both.iter().map(|(count, ..)| count).sum();
            if cases < 2.0 {
                return None;
            }
            let of_x = both.iter().map(|(count, x, _)| count * x).sum::<f64>() / cases;
            let of_y = both.iter().map(|(count, _, y)| count * y).sum::<f64>() / cases;
            let products: f64 = both.iter().map(|(count, x, y)| count * (x - of_x) * (y - of_y)).sum();
            covariance[(a, b)] = products / (cases - 1.0) * (n - 1.0) / n;
            covariance[(b, a)] = covariance[(a, b)];
        }
    }
    Some(covariance)
}

fn low_coverage(patterns: &Patterns, block: &Block) -> Option<Warning> {
    let coverage = patterns.coverage();
    let p = patterns.variables;
    let pairs = (0..p).flat_map(|i| (0..i).map(move |j| (j, i)));
    let low: Vec<(usize, usize)> = pairs.filter(|&(j, i)| coverage[(i, j)] < LOW_COVERAGE).collect();
    let &(worst_j, worst_i) = low.iter().min_by(|a, b| coverage[(a.1, a.0)].total_cmp(&coverage[(b.1, b.0)]))?;
    let share = coverage[(worst_i, worst_j)];
    let together = if share == 0.0 {
        "never observed together".to_string()
    } else {
        format!("observed together in {:.1}% of the cases only", 100.0 * share)
    };
    Some(Warning {
        code: WarningCode::LowCoverage,
        subjects: low.iter().map(|&(j, i)| format!("{} ~~ {}", block.observed[j], block.observed[i])).collect(),
        text: format!(
            "{} and {} are {together}{}: the data say little about their covariance, and tests against the saturated \
             model rest on it",
            block.observed[worst_j],
            block.observed[worst_i],
            in_group(block)
        ),
    })
}

fn no_saturated_optimum(converged: bool, block: &Block) -> Option<Warning> {
    (!converged).then(|| Warning {
        code: WarningCode::NotConverged,
        subjects: Vec::new(),
        text: format!(
            "the moments of the saturated model were not found{}: too much is missing for the number of variables. Tests \
             and fit measures are unreliable",
            in_group(block)
        ),
    })
}

/// With incomplete fixed x the log-likelihoods of lavaan 0.6-14 are none.
fn missing_x(table: &ParameterTable, block: usize, sample: &BlockSample) -> Option<Warning> {
    let coverage = sample.patterns.as_ref()?.coverage();
    let observed = &table.blocks[block].observed;
    let incomplete = |j: &usize| coverage[(*j, *j)] < 1.0 - 1e-12;
    let names: Vec<String> =
        fixed_x(table, block).into_iter().filter(incomplete).map(|j| observed[j].clone()).collect();
    (!names.is_empty()).then(|| Warning {
        code: WarningCode::OptionNote,
        text: format!(
            "missing = \"ml.x\" fixes the moments of {} at the joint estimates of the saturated model{}. What is \
             subtracted from the log-likelihoods for them follows lavaan 0.6-14 and differs between model and saturated \
             model: logl, AIC and BIC compare models with the same exogenous variables only; the chi-square is not affected",
            names.join(", "),
            in_group(&table.blocks[block])
        ),
        subjects: names,
    })
}

impl DistinctRows {
    /// The first variables of all rows, which may then repeat each other.
    fn of_first(&self, variables: usize) -> DistinctRows {
        let values = Matrix::from_fn(self.values.rows(), variables, |i, j| self.values[(i, j)]);
        DistinctRows { values, ..self.clone() }
    }
}

impl BlockSample {
    /// Rows and patterns whose moments a resample takes: those of the first of two stages, where there is one.
    pub(crate) fn resampled(&self) -> Option<(&DistinctRows, &Patterns)> {
        match &self.first_stage {
            Some(first) => Some((&first.rows, &first.patterns)),
            None => self.rows.as_ref().zip(self.patterns.as_ref()),
        }
    }

    /// What each distinct row weighs: its cases, or the sum of their sampling weights. `None` when moments were given.
    pub fn row_weights(&self) -> Option<Vec<f64>> {
        Some(weights_of_rows(self.rows.as_ref()?, self.case_weights.as_deref()))
    }

    /// Distinct rows where no value is missing. `None` when moments were given, and with gaps.
    pub fn complete_rows(&self) -> Option<&DistinctRows> {
        self.rows.as_ref().filter(|_| self.patterns.is_none())
    }
}
