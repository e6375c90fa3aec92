//! Signs of common method variance.

mod harman;
mod vif;

pub use harman::method_bias;
use serde::Serialize;
pub use vif::{construct_vif, vif_from_correlations};

/// Signs of common method variance: Harman's single factor and full-collinearity VIF.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MethodBias {
    /// Share of variance, in percent, of the first unrotated component of all items (Harman's test; > 50: suspicious).
    pub first_component_percent: Option<f64>,
    /// Components with an eigenvalue above 1.
    pub components_above_one: Option<usize>,
    /// Fit of a model in which all items load on one factor.
    pub single_factor: Option<SingleFactor>,
    /// Full-collinearity VIF of every construct (Kock, 2015; > 3.3: suspicious).
    pub vif: Vec<ConstructVif>,
}

/// Fit of the single-factor model.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SingleFactor {
    /// Whether it converged.
    pub converged: bool,
    /// χ²; with a robust estimator the scaled one, and the robust versions of the indices.
    pub chisq: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// CFI.
    pub cfi: Option<f64>,
    /// RMSEA.
    pub rmsea: Option<f64>,
    /// SRMR.
    pub srmr: Option<f64>,
    /// χ² less that of the measurement model; scaled by the method that goes with the estimator.
    pub chisq_difference: Option<f64>,
    /// Difference of degrees of freedom.
    pub df_difference: Option<f64>,
    /// p of the difference.
    pub difference_p: Option<f64>,
}

/// Full-collinearity VIF of one construct: 1/(1 − R²) of it on all others.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ConstructVif {
    /// Name of the construct.
    pub name: String,
    /// From scores (means of items).
    pub scores: Option<f64>,
    /// From the correlations of the latent variables.
    pub latent: Option<f64>,
}
