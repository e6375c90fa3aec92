//! Where AMOS, lavaan and Mplus differ, as one struct; no other file asks which program is followed.

use serde::Serialize;

/// Which likelihood the moments, the χ² multiplier and the covariance matrix of estimates follow.
///
/// | | S | χ² | S.E. divisor |
/// |---|---|---|---|
/// | normal | n | Σ n_g F_g | N |
/// | wishart | n − 1 | Σ (n_g − 1) F_g | N − G |
/// | amos | n | (N − G)/N · Σ n_g F_g | N − G |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// lavaan's default.
    #[default]
    Normal,
    /// `likelihood = "wishart"`.
    Wishart,
    /// AMOS.
    Amos,
}

/// The choices in which the programs differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Conventions {
    /// The likelihood.
    pub likelihood: Likelihood,
    /// Whether observed exogenous variables are fixed by default.
    pub fixed_x: bool,
    /// Whether RMSEA is multiplied by √G with several groups.
    pub rmsea_times_root_groups: bool,
    /// Whether several groups bring means into the model by default.
    pub means_with_groups: bool,
    /// Whether the baseline model keeps the covariances among observed exogenous variables.
    pub baseline_keeps_x: bool,
    /// Whether standard errors of obliquely rotated estimates leave the factor correlations out of the metric in which
    /// loadings are rotated, as lavaan 0.6-14 prints them. Without, they are those of the rotation that was made
    /// (Jennrich 1973), as in Mplus; `rotation.se = "delta"` gives them under any convention.
    pub rotation_errors_without_correlations: bool,
    /// Whether geomin's ε follows the number of factors (.0001 with two, .001 with three, .01 with more, as in Mplus);
    /// else .001.
    pub geomin_epsilon_by_factors: bool,
    /// Whether robust fit indices of cases with missing values leave the moments of random exogenous variables out of the
    /// metric, as lavaan does: the same model with these moments written out then has other indices.
    pub robust_fit_without_random_x: bool,
    /// Whether with missing = "two.stage" the baseline's scaling factor is that of gaps filled with means, as in lavaan
    /// 0.6-14 (corrected in 0.7); CFI and TLI, scaled and robust, follow.
    pub two_stage_baseline_fills_gaps: bool,
}

impl Conventions {
    /// lavaan 0.6-14.
    pub const LAVAAN: Self = Conventions {
        likelihood: Likelihood::Normal,
        fixed_x: true,
        rmsea_times_root_groups: true,
        means_with_groups: true,
        baseline_keeps_x: true,
        rotation_errors_without_correlations: true,
        geomin_epsilon_by_factors: false,
        robust_fit_without_random_x: true,
        two_stage_baseline_fills_gaps: true,
    };
    /// AMOS.
    pub const AMOS: Self = Conventions {
        likelihood: Likelihood::Amos,
        fixed_x: false,
        rmsea_times_root_groups: false,
        means_with_groups: false,
        baseline_keeps_x: false,
        rotation_errors_without_correlations: false,
        geomin_epsilon_by_factors: false,
        robust_fit_without_random_x: false,
        two_stage_baseline_fills_gaps: false,
    };
    /// Mplus.
    pub const MPLUS: Self = Conventions {
        rotation_errors_without_correlations: false,
        geomin_epsilon_by_factors: true,
        robust_fit_without_random_x: false,
        two_stage_baseline_fills_gaps: false,
        ..Conventions::LAVAAN
    };
}

impl Default for Conventions {
    fn default() -> Self {
        Conventions::LAVAAN
    }
}
