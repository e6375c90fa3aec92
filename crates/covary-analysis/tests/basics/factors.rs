use covary_analysis::{
    AnalysisError,
    adequacy::adequacy,
    factors::{
        FactorSettings, MlSettings, ParallelSettings, ScoreMethod, Stopping, factor_analysis, maximum_likelihood,
        parallel_analysis,
    },
};
use covary_numerics::{Matrix, linalg::Cholesky};
use covary_study::{Extraction, FactorCount, RotationName};

use crate::support::*;

fn settings() -> FactorSettings {
    FactorSettings {
        count: FactorCount::Fixed(5),
        rotation: RotationName::None,
        parallel: ParallelSettings { replicates: 40, ..ParallelSettings::default() },
        ..FactorSettings::default()
    }
}

#[test]
fn adequacy_of_the_survey_as_psych_has_it() {
    let found = adequacy(&valid_items(), &items()).unwrap();
    let expected = reference();
    close(found.kmo.unwrap(), number(&expected["kmo"]["overall"]), 1e-11);
    for (item, msa) in found.items.iter().zip(found.msa.as_ref().unwrap()) {
        close(*msa, number(&expected["kmo"]["msa"][item]), 1e-11);
    }
    let bartlett = found.bartlett.unwrap();
    close(bartlett.chi_squared, number(&expected["bartlett"]["chisq"]), 1e-8);
    assert_eq!((bartlett.df, bartlett.p), (276, 0.0));
    // The anti-image correlation is minus the partial correlation, MSA on the diagonal.
    let image = found.anti_image_correlation.as_ref().unwrap();
    let inverse = Cholesky::new(&found.correlation_matrix.correlations).unwrap().inverse();
    close(image[(0, 1)], inverse[(0, 1)] / (inverse[(0, 0)] * inverse[(1, 1)]).sqrt(), 1e-12);
    assert_eq!(image[(3, 3)], found.msa.as_ref().unwrap()[3]);
    close(found.determinant.ln(), -bartlett.chi_squared / (232.0 - 53.0 / 6.0), 1e-9);
}

#[test]
fn principal_components_of_the_survey_as_psych_has_them() {
    let found = factor_analysis(&valid_items(), &items(), &settings()).unwrap();
    let expected = reference();
    let eigenvalues: Vec<f64> = found.initial_variance.iter().map(|row| row.total).collect();
    all_close(&eigenvalues, &numbers(&expected["eigenvalues"]), 1e-11);
    close(found.extracted_variance[4].cumulative, number(&expected["variance_explained_5"]), 1e-9);
    close(found.initial_variance[23].cumulative, 100.0, 1e-9);
    for communality in &found.communalities {
        close(communality.extraction, number(&expected["communalities"][&communality.item]), 1e-11);
        assert_eq!(communality.initial, 1.0);
    }
    // psych's signs are free; here columns have non-negative sums.
    let reference = matrix(&expected["pca_unrotated"]);
    for k in 0..5 {
        let column = reference.column(k);
        let sign = if column.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        all_close(&found.loadings.column(k), &column.iter().map(|l| sign * l).collect::<Vec<_>>(), 1e-10);
    }
    assert_eq!(found.suggested.kaiser, 4);
    // Reproduced correlations plus residuals are the correlations.
    let r = adequacy(&valid_items(), &items()).unwrap().correlation_matrix.correlations;
    close(found.reproduced[(4, 2)] + found.residuals[(4, 2)], r[(4, 2)], 1e-14);
    let large = (0..24).flat_map(|i| (0..i).map(move |j| (i, j)));
    assert_eq!(found.large_residuals, large.filter(|&(i, j)| found.residuals[(i, j)].abs() > 0.05).count());
    close(found.large_residuals_percent.unwrap(), 100.0 * found.large_residuals as f64 / 276.0, 1e-12);
}

/// psych::fa, fm = "pa", iterated to a change of 1e-14 in the sum of communalities.
#[test]
fn principal_axes_of_the_survey_as_psych_has_them() {
    let converged = FactorSettings { extraction: Extraction::Paf, stopping: Stopping::Converged, ..settings() };
    let found = factor_analysis(&valid_items(), &items(), &converged).unwrap();
    let r = from_r();
    let extraction: Vec<f64> = found.communalities.iter().map(|c| c.extraction).collect();
    let initial: Vec<f64> = found.communalities.iter().map(|c| c.initial).collect();
    all_close(&initial, &numbers(&r["smc"]), 1e-11);
    // Both stop when communalities settle, ours at 1e-10 a step; convergence is linear, hence the margin.
    all_close(&extraction, &numbers(&r["paf5"]["communalities"]), 1e-8);
    matrix_close(&found.loadings, &matrix(&r["paf5"]["loadings"]), 1e-7);
    assert!(found.converged);
    let spss = FactorSettings { stopping: Stopping::Spss, ..converged };
    let stopped = factor_analysis(&valid_items(), &items(), &spss).unwrap();
    assert!(stopped.iterations.unwrap() <= 25 && stopped.iterations < found.iterations);
}

/// R's factanal, control = list(opt = list(factr = 10)).
#[test]
fn maximum_likelihood_of_the_survey_as_r_has_it() {
    let ml = FactorSettings { extraction: Extraction::Ml, ..settings() };
    let found = factor_analysis(&valid_items(), &items(), &ml).unwrap();
    let expected = &from_r()["ml5"];
    let uniquenesses: Vec<f64> = found.communalities.iter().map(|c| 1.0 - c.extraction).collect();
    // factanal's search ends by the objective, which leaves its uniquenesses right to about 1e-6.
    all_close(&uniquenesses, &numbers(&expected["uniquenesses"]), 1e-5);
    matrix_close(&found.loadings, &matrix(&expected["loadings"]), 1e-5);
    let fit = found.goodness_of_fit.unwrap();
    close(fit.chi_squared, number(&expected["statistic"]), 1e-6);
    assert_eq!(fit.df as f64, number(&expected["df"]));
    close(fit.p.unwrap(), number(&expected["p"]), 1e-7);
    assert!(found.converged && found.heywood.is_empty());
}

#[test]
fn maximum_likelihood_of_the_ability_data_as_r_has_it() {
    let r = from_r();
    let covariance = matrix(&r["ability"]["cov"]);
    let correlations = covariance.to_correlation().unwrap();
    let two = maximum_likelihood(&correlations, 2, &MlSettings::default()).unwrap();
    all_close(&two.uniquenesses, &numbers(&r["ability"]["uniquenesses"]), 1e-5);
    matrix_close(&two.loadings, &matrix(&r["ability"]["loadings"]), 1e-5);
    let multiplier = number(&r["ability"]["n"]) - 1.0 - 17.0 / 6.0 - 4.0 / 3.0;
    close(multiplier * two.discrepancy, number(&r["ability"]["statistic"]), 1e-6);
    let one = maximum_likelihood(&correlations, 1, &MlSettings::default()).unwrap();
    all_close(&one.uniquenesses, &numbers(&r["ability1"]["uniquenesses"]), 1e-5);
    assert!(one.converged && two.converged);
}

/// At the optimum the discrepancy is stationary: the diagonal of R − Σ̂ vanishes.
#[test]
fn maximum_likelihood_reproduces_the_diagonal() {
    let r = adequacy(&valid_items(), &items()).unwrap().correlation_matrix.correlations;
    for factors in 1..=6 {
        let found = maximum_likelihood(&r, factors, &MlSettings::default()).unwrap();
        assert!(found.converged, "{factors}");
        let common = found.loadings.times(&found.loadings.transpose());
        for j in (0..24).filter(|j| !found.at_bound[*j]) {
            close(common[(j, j)] + found.uniquenesses[j], 1.0, 1e-7);
        }
    }
}

/// Three items with correlations that force a communality beyond 1: .9 · .9 / .5 = 1.62.
#[test]
fn a_heywood_case_is_a_value() {
    let r = Matrix::from_values(3, 3, vec![1.0, 0.9, 0.9, 0.9, 1.0, 0.7, 0.9, 0.7, 1.0]).unwrap();
    let found = maximum_likelihood(&r, 1, &MlSettings::default()).unwrap();
    assert_eq!(found.at_bound, [true, false, false]);
    assert!(found.converged);
    close(found.uniquenesses[0], 0.005, 1e-12);
}

/// 20,000 replicates of plain normal data and of permuted answers in R. The mean of 4,000 here has
/// standard error below .1/√4000 = .0016, that of R below .0007; percentiles about twice that.
#[test]
fn parallel_analysis_has_the_distribution_of_plain_random_data() {
    let expected: serde_json::Value = serde_json::from_str(include_str!("../data/parallel_r.json")).unwrap();
    let cases = covary_analysis::answers::Answers::read(&valid_items(), &items(), "").unwrap().complete().values;
    let eigenvalues = numbers(&reference()["eigenvalues"]);
    let settings = ParallelSettings { replicates: 4000, ..ParallelSettings::default() };
    let found = parallel_analysis(&cases, &eigenvalues, &settings);
    all_close(&found.normal_mean, &numbers(&expected["normal_mean"]), 4.0 * 0.0017);
    all_close(&found.permuted_mean, &numbers(&expected["permuted_mean"]), 4.0 * 0.0017);
    all_close(&found.normal_percentile, &numbers(&expected["normal_p95"]), 4.0 * 0.0040);
    all_close(&found.permuted_percentile, &numbers(&expected["permuted_p95"]), 4.0 * 0.0040);
    // Eigenvalues 11.2, 2.32, 1.447, …: the third lies just below 1.51, the percentile.
    assert_eq!((found.factors, found.factors_permuted), (2, 2));
}

#[test]
fn parallel_analysis_is_the_same_on_any_number_of_threads() {
    let cases = covary_analysis::answers::Answers::read(&valid_items(), &items(), "").unwrap().complete().values;
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            parallel_analysis(&cases, &[1.0; 24], &ParallelSettings { replicates: 50, ..Default::default() })
        })
    };
    assert_eq!(on(1), on(2));
    let other = ParallelSettings { replicates: 50, seed: 2, ..Default::default() };
    assert_ne!(on(1).normal_mean, parallel_analysis(&cases, &[1.0; 24], &other).normal_mean);
}

#[test]
fn scores_as_r_has_them() {
    let scored = |method| {
        let settings = FactorSettings { extraction: Extraction::Ml, scores: Some(method), ..settings() };
        factor_analysis(&valid_items(), &items(), &settings).unwrap().scores.unwrap()
    };
    let r = from_r();
    let first3 = |scores: &Matrix| scores.select(&[0, 1, 2], &[0, 1, 2, 3, 4]);
    // As exact as factanal's uniquenesses, enlarged by 1/ψ.
    matrix_close(&first3(&scored(ScoreMethod::Regression).scores), &matrix(&r["ml5_scores_first3"]), 5e-5);
    matrix_close(&first3(&scored(ScoreMethod::Bartlett).scores), &matrix(&r["ml5_bartlett_first3"]), 5e-5);
    // Anderson and Rubin's are uncorrelated with variance 1, by their definition.
    matrix_close(&scored(ScoreMethod::AndersonRubin).covariance, &Matrix::identity(5), 1e-9);
    // Component scores have variance 1 and the covariances of the coefficients' formula.
    let components = FactorSettings { scores: Some(ScoreMethod::Regression), ..settings() };
    let found = factor_analysis(&valid_items(), &items(), &components).unwrap().scores.unwrap();
    matrix_close(&found.covariance, &Matrix::identity(5), 1e-9);
    let mean: f64 = found.scores.column(0).iter().sum::<f64>() / 233.0;
    close(mean, 0.0, 1e-12);
}

#[test]
fn varimax_as_spss_stops_it() {
    let found =
        factor_analysis(&valid_items(), &items(), &FactorSettings { rotation: RotationName::Varimax, ..settings() })
            .unwrap();
    let expected = &reference()["pca_varimax_spss"];
    let rotated = found.rotated.as_ref().unwrap();
    assert_eq!(rotated.iterations as f64, number(&expected["iterations"]));
    matrix_close(&rotated.loadings, &matrix(&expected["loadings"]), 1e-9);
    let variance = found.rotated_variance.as_ref().unwrap();
    all_close(&variance.iter().map(|row| row.total).collect::<Vec<_>>(), &numbers(&expected["ss"]), 1e-9);
    // Rotation shares out the extracted variance.
    close(variance[4].cumulative.unwrap(), found.extracted_variance[4].cumulative, 1e-9);
    matrix_close(&found.loadings.times(&rotated.transformation), &rotated.loadings, 1e-12);
    // Sorted by size: factors in order, loadings descending within each.
    let keys: Vec<(usize, f64)> =
        found.sorted.iter().map(|s| (s.factor, -rotated.loadings[(s.item, s.factor)].abs())).collect();
    assert!(keys.is_sorted_by(|a, b| a.0 < b.0 || (a.0 == b.0 && a.1 <= b.1)));
}

#[test]
fn correlated_factors_have_structure_and_no_percentages() {
    for rotation in [RotationName::Promax, RotationName::Oblimin] {
        let oblique = FactorSettings { rotation, extraction: Extraction::Paf, ..settings() };
        let found = factor_analysis(&valid_items(), &items(), &oblique).unwrap();
        let rotated = found.rotated.as_ref().unwrap();
        let (structure, phi) = (rotated.structure.as_ref().unwrap(), rotated.factor_correlations.as_ref().unwrap());
        matrix_close(&rotated.loadings.times(phi), structure, 1e-12);
        // ΛΦΛ' reproduces what the unrotated factors reproduce.
        matrix_close(&structure.times(&rotated.loadings.transpose()), &found.reproduced, 1e-10);
        let first = found.rotated_variance.as_ref().unwrap()[0];
        close(first.total, structure.column(0).iter().map(|s| s * s).sum(), 1e-12);
        assert_eq!((first.percent, first.cumulative), (None, None));
    }
}

/// Cases in another order change nothing; items in another order change rows; a reversed item changes the
/// sign of its row.
#[test]
fn order_and_direction_of_items_change_rows_only() {
    let ml = FactorSettings { extraction: Extraction::Ml, ..settings() };
    let data = valid_items();
    let plain = factor_analysis(&data, &items(), &ml).unwrap();
    let reordered = factor_analysis(&in_another_order(&data), &items(), &ml).unwrap();
    matrix_close(&reordered.loadings, &plain.loadings, 1e-8);
    let mut turned = items();
    turned.reverse();
    let turned = factor_analysis(&data, &turned, &ml).unwrap();
    let order: Vec<usize> = (0..24).rev().collect();
    matrix_close(&turned.loadings.select(&order, &[0, 1, 2, 3, 4]), &plain.loadings, 1e-8);
    let reversed = factor_analysis(&with_changed(&data, "T21", |x| 6.0 - x), &items(), &ml).unwrap();
    for k in 0..5 {
        close(reversed.loadings[(5, k)].abs(), plain.loadings[(5, k)].abs(), 1e-8);
        close(reversed.communalities[k].extraction, plain.communalities[k].extraction, 1e-8);
    }
    close(reversed.goodness_of_fit.unwrap().chi_squared, plain.goodness_of_fit.unwrap().chi_squared, 1e-8);
}

#[test]
fn what_cannot_be_done_is_said() {
    let check = |data: &covary_data::Dataset, names: &[&str], settings: &FactorSettings, expected: &str| {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let error = factor_analysis(data, &names, settings).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let data = valid_items();
    check(&data, &["T11", "T1_4"], &settings(), "the nearest name there is \"T1");
    check(&data, &["T11"], &settings(), "at least two items");
    check(&data, &["T11", "T12", "T13"], &settings(), "5 factors cannot be extracted from 3 items");
    let ml = FactorSettings { extraction: Extraction::Ml, count: FactorCount::Fixed(2), ..settings() };
    check(&data, &["T11", "T12", "T13", "T14"], &ml, "it gives 1 to 1");
    let constant = with_changed(&data, "T12", |_| 3.0);
    check(&constant, &["T11", "T12"], &settings(), "\"T12\" is constant: all 233 valid cases answered 3");
    check(&data.select_cases(&[0, 1]), &["T11", "T12"], &settings(), "at least 3 complete cases, there are 2");
    let copied =
        data.clone().with_numbers(covary_data::Variable::named("T11copy"), data.numbers("T11").unwrap()).unwrap();
    let ml = FactorSettings { extraction: Extraction::Ml, count: FactorCount::Fixed(1), ..settings() };
    check(&copied, &["T11", "T11copy", "T12", "T13"], &ml, "has no inverse");
    let found = adequacy(&copied, &["T11", "T11copy", "T12"].map(String::from)).unwrap();
    assert_eq!((found.kmo, found.determinant), (None, 0.0));
    let unknown = adequacy(&data, &["zzz".to_string(), "T11".to_string()]).unwrap_err();
    assert!(matches!(unknown, AnalysisError::UnknownVariable { nearest: None, .. }));
}
