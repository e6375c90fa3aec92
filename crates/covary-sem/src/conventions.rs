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
}

impl Conventions {
    /// lavaan 0.6-14.
    pub const LAVAAN: Self = Conventions {
        likelihood: Likelihood::Normal,
        fixed_x: true,
        rmsea_times_root_groups: true,
        means_with_groups: true,
        baseline_keeps_x: true,
    };
    /// AMOS.
    pub const AMOS: Self = Conventions {
        likelihood: Likelihood::Amos,
        fixed_x: false,
        rmsea_times_root_groups: false,
        means_with_groups: false,
        baseline_keeps_x: false,
    };
    /// Mplus.
    pub const MPLUS: Self = Conventions::LAVAAN;
}

impl Default for Conventions {
    fn default() -> Self {
        Conventions::LAVAAN
    }
}
