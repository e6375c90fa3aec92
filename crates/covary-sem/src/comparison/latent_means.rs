//! Differences of latent means between groups.

use covary_numerics::distributions::{normal_quantile, normal_two_tailed};
use serde::Serialize;

use crate::{
    Fit,
    inference::reticular::{Place, Reticular, ReticularMoments},
    standardized::{delta_standard_error, free_places},
};

/// The difference of a latent variable's means in two groups.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct LatentMeanDifference {
    /// The latent variable.
    pub factor: String,
    /// The group whose mean is subtracted.
    pub reference: String,
    /// The other group.
    pub group: String,
    /// Mean in `group` − mean in `reference`, in the unit of the marker.
    pub difference: f64,
    /// Standard error, by the delta method; `None` without a covariance matrix of the estimates, and where the difference is fixed.
    pub se: Option<f64>,
    /// difference/S.E.
    pub z: Option<f64>,
    /// Two-tailed p.
    pub pvalue: Option<f64>,
    /// Lower limit.
    #[serde(rename = "ci.lower")]
    pub ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(rename = "ci.upper")]
    pub ci_upper: Option<f64>,
    /// Standardized difference, like Cohen's d: over the pooled standard deviation of the latent variable. `None` where a
    /// variance is not positive.
    pub d: Option<f64>,
    /// Its standard error, by the delta method.
    #[serde(rename = "d.se")]
    pub d_se: Option<f64>,
    /// Lower limit of d.
    #[serde(rename = "d.ci.lower")]
    pub d_ci_lower: Option<f64>,
    /// Upper limit of d.
    #[serde(rename = "d.ci.upper")]
    pub d_ci_upper: Option<f64>,
}

/// Differences of the latent means between every two groups, for every latent variable that both have.
///
/// d = (κ_h − κ_g)/√((n_g φ_g + n_h φ_h)/(n_g + n_h)), κ the implied means and φ the implied variances.
///
/// They mean something only where loadings and intercepts are equal, of most indicators at least.
///
/// # Source
/// Hancock (2001), Psychometrika 66, 373–388.
pub fn latent_mean_differences(fit: &Fit) -> Vec<LatentMeanDifference> {
    let groups: Option<Vec<Group>> = (0..fit.table.blocks.len()).map(|block| Group::new(fit, block)).collect();
    let groups = groups.unwrap_or_default();
    let mut differences = Vec::new();
    for (k, reference) in groups.iter().enumerate() {
        let level = fit.table.blocks[reference.block].level;
        for group in groups[k + 1..].iter().filter(|group| fit.table.blocks[group.block].level == level) {
            let factors = fit.table.blocks[reference.block].latent.iter();
            differences.extend(factors.filter_map(|factor| difference(fit, factor, reference, group)));
        }
    }
    differences
}

/// One group's moments of all variables, and where its free parameters stand.
struct Group {
    block: usize,
    form: Reticular,
    moments: ReticularMoments,
}

/// A figure and its derivatives with respect to θ.
struct Derived {
    value: f64,
    gradient: Vec<f64>,
}

impl Group {
    fn new(fit: &Fit, block: usize) -> Option<Self> {
        let form = Reticular::new(&fit.table, block);
        Some(Group { block, moments: form.moments(&fit.estimates)?, form })
    }

    fn mean(&self, fit: &Fit, factor: usize) -> Derived {
        self.derived(fit, self.moments.mean[factor], |place| self.moments.mean_derivative(place, factor))
    }

    fn variance(&self, fit: &Fit, factor: usize) -> Derived {
        let value = self.moments.covariance[(factor, factor)];
        self.derived(fit, value, |place| self.moments.covariance_derivative(place, factor, factor))
    }

    fn derived(&self, fit: &Fit, value: f64, derivative: impl Fn(Place) -> f64) -> Derived {
        let mut gradient = vec![0.0; fit.theta.len()];
        for (k, place) in free_places(&fit.table, &self.form) {
            gradient[k] += derivative(place);
        }
        Derived { value, gradient }
    }
}

fn difference(fit: &Fit, factor: &str, reference: &Group, group: &Group) -> Option<LatentMeanDifference> {
    let (at, other) = (reference.form.position(factor)?, group.form.position(factor)?);
    let (low, high) = (reference.mean(fit, at), group.mean(fit, other));
    let difference =
        Derived { value: high.value - low.value, gradient: combined(&high.gradient, 1.0, &low.gradient, -1.0) };
    let label = |group: &Group| fit.table.blocks[group.block].group_label.clone();
    let se = standard_error(fit, &difference);
    let z = se.map(|se| difference.value / se);
    let (ci_lower, ci_upper) = limits(fit, difference.value, se);
    let effect = standardized(fit, &difference, [(reference, at), (group, other)]);
    let d_se = effect.as_ref().and_then(|effect| standard_error(fit, effect));
    let (d_ci_lower, d_ci_upper) = effect.as_ref().map_or((None, None), |effect| limits(fit, effect.value, d_se));
    Some(LatentMeanDifference {
        factor: factor.to_string(),
        reference: label(reference),
        group: label(group),
        difference: difference.value,
        se,
        z,
        pvalue: z.map(normal_two_tailed),
        ci_lower,
        ci_upper,
        d: effect.map(|effect| effect.value),
        d_se,
        d_ci_lower,
        d_ci_upper,
    })
}

/// The difference over the pooled standard deviation.
fn standardized(fit: &Fit, difference: &Derived, groups: [(&Group, usize); 2]) -> Option<Derived> {
    let cases = groups.map(|(group, _)| fit.sample.blocks[group.block].cases as f64);
    let total = cases[0] + cases[1];
    let variances = groups.map(|(group, factor)| group.variance(fit, factor));
    if variances.iter().any(|variance| variance.value.is_nan() || variance.value <= 0.0) {
        return None;
    }
    let shares = cases.map(|n| n / total);
    let pooled = shares[0] * variances[0].value + shares[1] * variances[1].value;
    let of_pooled = combined(&variances[0].gradient, shares[0], &variances[1].gradient, shares[1]);
    let sd = pooled.sqrt();
    let value = difference.value / sd;
    // ∂(m/√v) = ∂m/√v − m ∂v/(2 v√v)
    Some(Derived { value, gradient: combined(&difference.gradient, 1.0 / sd, &of_pooled, -0.5 * value / pooled) })
}

fn combined(left: &[f64], by: f64, right: &[f64], times: f64) -> Vec<f64> {
    left.iter().zip(right).map(|(l, r)| by * l + times * r).collect()
}

fn standard_error(fit: &Fit, derived: &Derived) -> Option<f64> {
    delta_standard_error(&derived.gradient, fit.vcov.as_ref()?)
}

fn limits(fit: &Fit, value: f64, se: Option<f64>) -> (Option<f64>, Option<f64>) {
    let half = se.zip(normal_quantile(0.5 + fit.settings.level / 2.0)).map(|(se, z)| se * z);
    (half.map(|half| value - half), half.map(|half| value + half))
}
