//! AVE, composite reliability and the verdict on each pair of constructs.

use covary_numerics::Matrix;
use covary_sem::{FitReport, Operator};
use covary_study::Construct;

use super::{ConstructValidity, Loading, PairValidity, PairVerdict, Validity, htmt::pairs, htmt_matrix};

/// HTMT of two constructs is unproblematic below this (Henseler et al., 2015, strict).
const HTMT_STRICT: f64 = 0.85;
/// HTMT speaks against distinct constructs from here on (Henseler et al., 2015, liberal).
const HTMT_LIBERAL: f64 = 0.90;

/// Convergent and discriminant validity from a fitted measurement model and the correlations of its items.
///
/// `correlations`: of all items, in the order of `items`. HTMT intervals stay empty; see
/// [`validity_with_intervals`]. With several groups the first group's solution is used.
pub fn validity(
    constructs: &[Construct],
    measurement: &FitReport,
    correlations: &Matrix,
    items: &[String],
    level: f64,
) -> Validity {
    let measured: Vec<&Construct> = constructs.iter().filter(|c| !c.items().is_empty()).collect();
    let sets: Vec<Vec<usize>> = measured.iter().map(|c| positions(c.items(), items)).collect();
    let correlation = |a: usize, b: usize| latent_correlation(measurement, &measured[a].name, &measured[b].name);
    let mut convergent: Vec<ConstructValidity> = measured.iter().map(|c| convergent(c, measurement)).collect();
    for (k, construct) in convergent.iter_mut().enumerate() {
        let others = (0..measured.len()).filter(|&other| other != k);
        construct.greatest_correlation =
            others.filter_map(|other| correlation(k, other).estimate).map(f64::abs).reduce(f64::max);
    }
    let ratios = htmt_matrix(correlations, &sets);
    let pairs = pairs(measured.len()).zip(ratios).map(|((a, b), htmt)| {
        let r = correlation(a, b);
        let fornell_larcker = smaller(convergent[a].sqrt_ave, convergent[b].sqrt_ave)
            .zip(r.estimate)
            .map(|(least, estimate)| least > estimate.abs());
        PairValidity {
            left: measured[a].name.clone(),
            right: measured[b].name.clone(),
            correlation: r.estimate,
            correlation_lower: r.lower,
            correlation_upper: r.upper,
            fornell_larcker,
            htmt,
            htmt_lower: None,
            htmt_upper: None,
            verdict: verdict(fornell_larcker, htmt, None),
        }
    });
    Validity { pairs: pairs.collect(), constructs: convergent, level }
}

/// Adds the percentile intervals of HTMT, in the order of the pairs, and decides again.
pub fn validity_with_intervals(mut validity: Validity, intervals: &[Option<(f64, f64)>]) -> Validity {
    for (pair, interval) in validity.pairs.iter_mut().zip(intervals) {
        pair.htmt_lower = interval.map(|(lower, _)| lower);
        pair.htmt_upper = interval.map(|(_, upper)| upper);
        pair.verdict = verdict(pair.fornell_larcker, pair.htmt, pair.htmt_upper);
    }
    validity
}

fn positions(wanted: &[String], items: &[String]) -> Vec<usize> {
    wanted.iter().filter_map(|name| items.iter().position(|item| item == name)).collect()
}

fn convergent(construct: &Construct, measurement: &FitReport) -> ConstructValidity {
    let loadings: Vec<Loading> = construct
        .items()
        .iter()
        .map(|item| {
            let row = measurement.parameter(&construct.name, Operator::Measures, item, 1);
            Loading { item: item.clone(), value: row.and_then(|r| r.std_all) }
        })
        .collect();
    let known: Option<Vec<f64>> = loadings.iter().map(|l| l.value).collect();
    let known = known.filter(|values| values.len() > 1);
    let ave = known.as_deref().map(average_variance_extracted);
    ConstructValidity {
        name: construct.name.clone(),
        label: construct.label.clone(),
        sqrt_ave: ave.map(f64::sqrt),
        ave,
        cr: known.as_deref().and_then(composite_reliability),
        greatest_correlation: None,
        loadings,
    }
}

/// Average variance extracted: the mean of the squared standardized loadings.
///
/// # Source
/// Fornell and Larcker (1981).
pub fn average_variance_extracted(loadings: &[f64]) -> f64 {
    loadings.iter().map(|l| l * l).sum::<f64>() / loadings.len() as f64
}

/// Composite reliability: (Σλ)² / ((Σλ)² + Σ(1 − λ²)) of standardized loadings.
///
/// `None` where an item's λ² exceeds 1 so far that the denominator is not positive.
///
/// # Source
/// Fornell and Larcker (1981).
pub fn composite_reliability(loadings: &[f64]) -> Option<f64> {
    let common = loadings.iter().sum::<f64>().powi(2);
    let unique: f64 = loadings.iter().map(|l| 1.0 - l * l).sum();
    (common + unique > 0.0).then(|| common / (common + unique))
}

struct LatentCorrelation {
    estimate: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

/// The correlation of two latent variables in the measurement model, with its interval where it is a parameter.
///
/// A construct of second order leaves its first-order constructs without covariance parameters of
/// their own: their implied correlation is taken, without an interval.
fn latent_correlation(measurement: &FitReport, a: &str, b: &str) -> LatentCorrelation {
    let row = measurement
        .parameter(a, Operator::Covariance, b, 1)
        .or_else(|| measurement.parameter(b, Operator::Covariance, a, 1));
    let implied = measurement.latent_correlations.first().and_then(|block| {
        let position = |name: &str| block.names.iter().position(|n| n == name);
        Some(block.cor.as_ref()?[(position(a)?, position(b)?)])
    });
    // A residual covariance is not the covariance of the constructs: its std.all differs from the implied correlation.
    let row = row.filter(|r| matches!((r.std_all, implied), (Some(x), Some(y)) if (x - y).abs() < 1e-6));
    LatentCorrelation {
        estimate: implied,
        lower: row.and_then(|r| r.std_all_ci_lower),
        upper: row.and_then(|r| r.std_all_ci_upper),
    }
}

fn smaller(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a?.min(b?))
}

fn verdict(fornell_larcker: Option<bool>, htmt: Option<f64>, htmt_upper: Option<f64>) -> PairVerdict {
    let reaches_one = htmt_upper.is_some_and(|upper| upper >= 1.0);
    match (fornell_larcker, htmt) {
        (None, None) => PairVerdict::Unknown,
        (_, Some(ratio)) if ratio >= HTMT_LIBERAL || reaches_one => PairVerdict::NotEstablished,
        (Some(false), Some(ratio)) if ratio >= HTMT_STRICT => PairVerdict::NotEstablished,
        (Some(false), None) => PairVerdict::NotEstablished,
        (Some(false), Some(_)) => PairVerdict::Doubtful,
        (_, Some(ratio)) if ratio >= HTMT_STRICT => PairVerdict::Doubtful,
        _ => PairVerdict::Established,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        use PairVerdict::*;
        let check = |fornell_larcker, htmt, upper, expected| {
            assert_eq!(verdict(fornell_larcker, htmt, upper), expected, "{fornell_larcker:?} {htmt:?} {upper:?}");
        };
        check(Some(true), Some(0.5), None, Established);
        check(Some(true), Some(0.85), None, Doubtful);
        check(Some(false), Some(0.5), None, Doubtful);
        check(Some(false), Some(0.86), None, NotEstablished);
        check(Some(true), Some(0.9), None, NotEstablished);
        check(Some(true), Some(0.5), Some(1.0), NotEstablished);
        check(None, None, None, Unknown);
        check(Some(true), None, None, Established);
        check(None, Some(0.5), None, Established);
    }

    #[test]
    fn ave_and_cr_of_equal_loadings() {
        // λ = .8 four times: AVE .64; CR = 10.24 / (10.24 + 1.44) = .87671…
        assert!((average_variance_extracted(&[0.8; 4]) - 0.64).abs() < 1e-15);
        assert!((composite_reliability(&[0.8; 4]).unwrap() - 10.24 / 11.68).abs() < 1e-15);
    }
}
