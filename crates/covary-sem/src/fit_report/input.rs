//! What the fit indices see of a fit: once by lavaan's definitions, once by AMOS's.

use covary_numerics::Matrix;

use crate::{
    Conventions, Fit,
    conventions::Likelihood,
    estimators::{Estimator, Weight},
    fit::{ImpliedMoments, TestStatistic},
    fit_indices::{
        Baseline, FitGroup, FitInput, GroupMomentPair, RobustInput, ScaledInput, SlopePair, amos::independence_test,
    },
    inference::{
        baseline::BaselineModel,
        incomplete::goodness::quadratic_forms,
        model_tests::ModelTest,
        test_statistic::{baseline, slopes_and_residuals},
    },
    parameter_table::Block,
    sample::incomplete,
    settings::{SaturatedAt, TestName},
    syntax::Operator,
};

/// The input of the indices under lavaan's names: lavaan's definitions with the likelihood of the fit.
pub(crate) fn lavaan(fit: &Fit) -> FitInput {
    let definitions = Conventions { likelihood: fit.settings.conventions.likelihood, ..Conventions::LAVAAN };
    let n = fit.cases() as f64;
    let groups = super::groups(fit) as f64;
    let least_squares = Estimator::named(fit.settings.estimator).is_least_squares();
    let by_cases = definitions.likelihood == Likelihood::Normal && !least_squares;
    if fit.sample.is_two_level() {
        return two_levels(fit, group_factor(&definitions, groups));
    }
    let keeps_x = fit.settings.baseline_keeps_x.unwrap_or(definitions.baseline_keeps_x);
    let baseline = measured(fit, &fit.baseline_tests, || baseline(&fit.table, &fit.sample, &fit.settings, keeps_x));
    FitInput {
        parameters: distinct_parameters(fit),
        objective: Some(fit.objective).filter(|objective| objective.is_finite() && fit.has_test()),
        statistic: measured(fit, &fit.tests, || fit.test).map(|test| test.statistic),
        df: fit.degrees_of_freedom as f64,
        baseline: baseline.map(|test| Baseline { statistic: test.statistic, df: test.df }),
        multiplier: if by_cases { n } else { n - groups },
        rmsea_group_factor: group_factor(&definitions, groups),
        log_likelihood: fit.log_likelihood,
        without_distribution: Estimator::named(fit.settings.estimator) == Estimator::Uls,
        scaled: scaled(fit),
        robust: robust(fit, baseline),
        groups: (0..fit.table.blocks.len()).map(|block| group_of_lavaan(fit, block)).collect(),
        levels: None,
    }
}

/// The input of AMOS's blocks: Ĉ = (N − G)/N Σ n_g F_g, S with divisor n, exogenous variables random.
///
/// Under a wishart fit S and Σ are brought from divisor n − 1 to n.
pub(super) fn amos(fit: &Fit) -> FitInput {
    if fit.sample.is_two_level() {
        // AMOS has no models of two levels.
        let groups = two_levels(fit, 1.0).groups;
        return FitInput { parameters: distinct_parameters(fit), groups, ..FitInput::default() };
    }
    let definitions = Conventions::AMOS;
    let groups = super::groups(fit) as f64;
    let by_pattern = Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml;
    // Of cases with missing values AMOS's function is the likelihood's, without N − G.
    let multiplier = fit.cases() as f64 - if by_pattern { 0.0 } else { groups };
    let moments_of_x = fit.table.rows.iter().filter(|row| row.exogenous && row.free.is_none()).count();
    let wishart = fit.settings.conventions.likelihood == Likelihood::Wishart;
    let of_block = |block: usize| {
        let n = fit.sample.blocks[block].cases as f64;
        group(fit, block, if wishart { (n - 1.0) / n } else { 1.0 }, Vec::new())
    };
    let fit_groups: Vec<FitGroup> = (0..fit.table.blocks.len()).map(of_block).collect();
    FitInput {
        parameters: distinct_parameters(fit) + moments_of_x,
        objective: Some(fit.objective).filter(|_| fit.has_test()),
        statistic: fit.test.map(|_| 2.0 * multiplier * fit.objective),
        df: fit.degrees_of_freedom as f64,
        baseline: if by_pattern {
            baseline(&fit.table, &fit.sample, &fit.settings, false)
                .map(|test| Baseline { statistic: test.statistic, df: test.df })
        } else {
            independence_test(&fit_groups, multiplier)
        },
        multiplier,
        rmsea_group_factor: group_factor(&definitions, groups),
        log_likelihood: None,
        without_distribution: Estimator::named(fit.settings.estimator) == Estimator::Uls,
        scaled: None,
        robust: None,
        groups: fit_groups,
        levels: None,
    }
}

/// Two levels: N cases, and residuals by level alone.
fn two_levels(fit: &Fit, rmsea_group_factor: f64) -> FitInput {
    let of_level = |level: usize| {
        let blocks = fit.table.blocks.iter().enumerate().filter(move |(_, block)| block.level == level);
        blocks.map(|(block, _)| group(fit, block, 1.0, Vec::new()))
    };
    FitInput {
        parameters: distinct_parameters(fit),
        objective: Some(fit.objective).filter(|objective| objective.is_finite()),
        statistic: fit.test.map(|test| test.statistic),
        df: fit.degrees_of_freedom as f64,
        baseline: fit.baseline.map(|test| Baseline { statistic: test.statistic, df: test.df }),
        multiplier: fit.cases() as f64,
        rmsea_group_factor,
        log_likelihood: fit.log_likelihood,
        without_distribution: false,
        scaled: scaled(fit),
        robust: robust(fit, fit.baseline),
        groups: of_level(1).map(|group| FitGroup { moments: None, ..group }).collect(),
        levels: Some([of_level(1).collect(), of_level(2).collect()]),
    }
}

/// The test that the measures take: the one that the settings name, else the standard one.
fn measured(fit: &Fit, tests: &[ModelTest], standard: impl FnOnce() -> Option<TestStatistic>) -> Option<TestStatistic> {
    let Some(name) = fit.settings.measured_test() else { return standard() };
    let test = tests.iter().find(|test| test.name == name)?;
    Some(TestStatistic { statistic: test.statistic, df: test.df, p_value: test.p_value })
}

/// The scaled test that the measures take: the one that the settings name, else the first.
fn scaled_test(fit: &Fit) -> Option<&ModelTest> {
    let named = fit.settings.scaled_test.filter(|name| name.is_scaled());
    fit.tests.iter().find(|test| named.map_or(test.name.is_scaled(), |name| test.name == name))
}

/// The scaled test with that of the baseline.
fn scaled(fit: &Fit) -> Option<ScaledInput> {
    let test = scaled_test(fit)?;
    let baseline = fit.baseline_tests.iter().find(|of_baseline| of_baseline.name == test.name);
    Some(ScaledInput {
        test: test.name,
        statistic: test.statistic,
        df: test.df,
        scaling_factor: test.scaling_factor,
        baseline: baseline.map(|b| (Baseline { statistic: b.statistic, df: b.df }, b.scaling_factor)),
        likelihood_scaling: test.likelihood_scaling.map(|scaling| (scaling.h1, scaling.h0)),
    })
}

/// Of the scaled test; the mean- and variance-adjusted test has no robust indices.
fn robust(fit: &Fit, baseline: Option<TestStatistic>) -> Option<RobustInput> {
    if Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml {
        return robust_by_pattern(fit);
    }
    let test = scaled_test(fit)?;
    if test.name == TestName::MeanVarAdjusted {
        return None;
    }
    let standard = measured(fit, &fit.tests, || fit.test)?;
    let of_baseline = fit.baseline_tests.iter().find(|of_baseline| of_baseline.name == test.name);
    let baseline = baseline.zip(of_baseline).and_then(|(b, scaled)| Some((b.statistic, b.df, scaled.mean_eigenvalue?)));
    Some(RobustInput {
        statistic: standard.statistic,
        df: standard.df,
        mean_eigenvalue: test.mean_eigenvalue.unwrap_or(1.0),
        interval: (test.statistic, test.scaling_factor.unwrap_or(1.0)),
        of_saturated_moments: false,
        baseline,
    })
}

/// Where values are missing: from the moments of the saturated model as if data were complete, for plain ML as well.
fn robust_by_pattern(fit: &Fit) -> Option<RobustInput> {
    let df = fit.test?.df;
    let random_x: Vec<Vec<usize>> = fit.table.blocks.iter().map(|block| random_x(fit, block)).collect();
    let of_model = fit.solution()?.components_of_fit(&random_x)?;
    let mean = |trace: f64, df: f64| if df > 0.0 { trace / df } else { 1.0 };
    let keeps_x = Conventions::LAVAAN.baseline_keeps_x;
    let model = BaselineModel::new(&fit.table, &fit.sample, &fit.settings, keeps_x);
    let of_baseline = model.and_then(|model| {
        let components = model.solution(&fit.sample, &fit.settings)?.components_of_fit(&random_x)?;
        let df = model.degrees_of_freedom() as f64;
        Some((components.statistic, df, mean(components.trace, df)))
    });
    let mean_eigenvalue = mean(of_model.trace, df);
    Some(RobustInput {
        statistic: of_model.statistic,
        df,
        mean_eigenvalue,
        interval: (of_model.statistic / mean_eigenvalue, mean_eigenvalue),
        of_saturated_moments: true,
        baseline: of_baseline,
    })
}

/// Positions of exogenous variables whose moments are free. Beside auxiliary variables none: what they covary with counts as
/// stated.
fn random_x(fit: &Fit, block: &Block) -> Vec<usize> {
    let counts = !fit.table.fixed_x && fit.table.auxiliary.is_empty();
    let is_x = |j: &usize| counts && block.exogenous.contains(&block.observed[*j]);
    (0..block.observed.len()).filter(is_x).collect()
}

fn group_factor(definitions: &Conventions, groups: f64) -> f64 {
    if definitions.rmsea_times_root_groups { groups } else { 1.0 }
}

fn distinct_parameters(fit: &Fit) -> usize {
    fit.free_rows().saturating_sub(fit.equality_rank)
}

fn group(fit: &Fit, block: usize, factor: f64, fixed_x: Vec<usize>) -> FitGroup {
    let sample = &fit.sample.blocks[block];
    let least_squares = Estimator::named(fit.settings.estimator).is_least_squares();
    let by_pattern = Estimator::of(&fit.settings, &fit.sample) == Estimator::Fiml;
    // Normal theory at the implied moments needs no matrix of the order of the moments.
    let metric = match fit.settings.h1_information[0] {
        _ if least_squares => Some(sample.weight.clone()),
        Some(SaturatedAt::Unstructured) if !by_pattern => Weight::normal_theory(&sample.covariance),
        _ => None,
    };
    let own: Vec<usize> = (0..fit.table.modelled(block)).collect();
    let scaled = |matrix: &Matrix| {
        let matrix = matrix.select(&own, &own);
        if factor == 1.0 { matrix } else { matrix.scaled(factor) }
    };
    let means = |mean: &Option<Vec<f64>>| mean.as_ref().map(|mean| mean[..own.len()].to_vec());
    let pair = |implied: &ImpliedMoments| GroupMomentPair {
        sample: scaled(&sample.covariance),
        implied: scaled(&implied.covariance),
        means: means(&sample.mean).zip(means(&implied.mean)).filter(|_| fit.table.meanstructure),
        fixed_x,
        metric: metric.clone(),
        of_available_cases: implied.mean.as_ref().filter(|_| by_pattern).and_then(|mean| {
            let covariance = implied.covariance.select(&own, &own);
            quadratic_forms(sample, mean, &covariance, &incomplete::fixed_x(&fit.table, block))
        }),
        given_x: None,
        frequencies: frequency(fit, block),
    };
    FitGroup {
        cases: sample.cases,
        weight: sample.case_weights.as_ref().map(|weights| weights.iter().sum()),
        variables: own.len(),
        means: fit.table.meanstructure,
        moments: fit.implied.get(block).map(pair),
    }
}

/// Cases of a group and those that the model expects, where frequencies are parameters.
fn frequency(fit: &Fit, block: usize) -> Option<(f64, f64)> {
    let own = fit.matrices.frequencies.iter().find(|own| own.block == block)?;
    Some((fit.sample.blocks[block].weighted_cases(), own.expected(&fit.theta)))
}

fn group_of_lavaan(fit: &Fit, block: usize) -> FitGroup {
    let x = fixed_x(fit, block);
    let all = group(fit, block, 1.0, x.clone());
    if fit.settings.conditional_x != Some(true) || x.is_empty() {
        return all;
    }
    let moments = all.moments.as_ref().and_then(|pair| given_x(pair, &x));
    FitGroup { variables: all.variables - x.len(), moments, ..all }
}

/// The moments of outcomes given x: residual covariances, intercepts, slopes. `None` where those of x are singular.
fn given_x(pair: &GroupMomentPair, x: &[usize]) -> Option<GroupMomentPair> {
    let y: Vec<usize> = (0..pair.sample.rows()).filter(|i| !x.contains(i)).collect();
    let (sample_slopes, sample) = slopes_and_residuals(&pair.sample, x)?;
    let (implied_slopes, implied) = slopes_and_residuals(&pair.implied, x)?;
    let (sample_means, implied_means) = pair.means.as_ref()?;
    let intercepts = |slopes: &Matrix, means: &[f64]| {
        let explained = |i: usize| x.iter().enumerate().map(|(j, &k)| slopes[(i, j)] * means[k]).sum::<f64>();
        y.iter().map(|&i| means[i] - explained(i)).collect::<Vec<f64>>()
    };
    let with_one = |k: usize| if k == 0 { 1.0 } else { sample_means[x[k - 1]] };
    let covariance = |i: usize, j: usize| if i * j == 0 { 0.0 } else { pair.sample[(x[i - 1], x[j - 1])] };
    let order: Vec<usize> = (0..x.len()).collect();
    Some(GroupMomentPair {
        means: Some((intercepts(&sample_slopes, sample_means), intercepts(&implied_slopes, implied_means))),
        sample: sample.select(&y, &y),
        implied: implied.select(&y, &y),
        fixed_x: Vec::new(),
        metric: None,
        of_available_cases: None,
        frequencies: pair.frequencies,
        given_x: Some(SlopePair {
            sample: sample_slopes.select(&y, &order),
            implied: implied_slopes.select(&y, &order),
            moments_of_x: Matrix::from_fn(x.len() + 1, x.len() + 1, |i, j| {
                covariance(i, j) + with_one(i) * with_one(j)
            }),
        }),
    })
}

/// Positions of the variables whose variance is fixed at the sample's.
fn fixed_x(fit: &Fit, block: usize) -> Vec<usize> {
    let is_variance = |name: &str| {
        fit.table.rows.iter().any(|row| {
            row.block == block && row.exogenous && row.op == Operator::Covariance && row.lhs == name && row.rhs == name
        })
    };
    let observed = fit.table.blocks[block].observed.iter().enumerate();
    observed.filter(|(_, name)| is_variance(name)).map(|(k, _)| k).collect()
}
