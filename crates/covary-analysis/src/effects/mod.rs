//! Direct, indirect and total effects for every pair, found from the model without labels or `:=`.

mod differences;
mod estimate;
mod mediation;
mod network;

pub use differences::path_differences;
pub use estimate::{EffectPlan, Resampling, effects};
pub use mediation::mediation_type;
pub use network::Network;
use serde::Serialize;

/// All effects of a structural model.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Effects {
    /// Every effect: by group, cause, outcome; direct, specific indirect, total indirect, total.
    pub effects: Vec<Effect>,
    /// Mediations: one per specific indirect effect.
    pub mediations: Vec<Mediation>,
    /// Differences of two effects that hypotheses ask for, in their order.
    pub contrasts: Vec<Contrast>,
    /// Pairs of structural paths and the critical ratio of their difference.
    pub differences: Vec<PathDifference>,
    /// Largest modulus of the eigenvalues of B by group; effects of a model with loops exist only below 1.
    pub stability_index: Vec<Option<f64>>,
    /// How the intervals were made; `None` without a bootstrap.
    pub bootstrap: Option<EffectBootstrap>,
    /// Ways longer than can be listed were left out: how many. 0 in any usual model.
    pub ways_left_out: usize,
}

/// How intervals of effects were made.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EffectBootstrap {
    /// Resamples asked for.
    pub resamples: usize,
    /// Resamples used.
    pub used: usize,
    /// Resamples that could not be fitted; left out.
    pub failed: usize,
    /// Resamples with an inadmissible solution; kept.
    pub inadmissible: usize,
    /// Seed.
    pub seed: u64,
    /// Level of the intervals.
    pub level: f64,
    /// The kind that decides: `percentile`, `bias-corrected`, `bca`.
    pub interval: covary_study::IntervalKind,
}

/// What kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A single path.
    Direct,
    /// Along one way through at least one other variable.
    SpecificIndirect,
    /// Over all ways but the direct one.
    TotalIndirect,
    /// Over all ways.
    Total,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Effect {
    /// What kind.
    pub kind: EffectKind,
    /// The cause.
    pub from: String,
    /// The outcome.
    pub to: String,
    /// The variables along the way, both ends included; of total effects only the ends.
    pub way: Vec<String>,
    /// Group, from 1.
    pub group: usize,
    /// In the metric of the variables.
    pub unstandardized: EffectEstimate,
    /// In standard deviations of cause and outcome.
    pub standardized: EffectEstimate,
    /// Share of the total effect; `None` where direct and indirect effects differ in sign or the total is 0.
    pub proportion: Option<f64>,
}

/// An effect with its uncertainty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EffectEstimate {
    /// The estimate.
    pub estimate: Option<f64>,
    /// Standard error by the delta method (of one indirect effect over two paths: Sobel's).
    pub se: Option<f64>,
    /// estimate / se.
    pub z: Option<f64>,
    /// Two-tailed normal p.
    pub p: Option<f64>,
    /// From the resamples.
    pub bootstrap: Option<BootstrapEstimate>,
}

/// What the resamples say about one value.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BootstrapEstimate {
    /// Standard deviation over the resamples.
    pub se: f64,
    /// Mean of the resamples less the estimate.
    pub bias: f64,
    /// estimate / se.
    pub z: Option<f64>,
    /// Lower limit of the interval that decides.
    pub lower: Option<f64>,
    /// Upper limit of the interval that decides.
    pub upper: Option<f64>,
    /// Two-tailed p of the interval that decides: the smallest α whose interval excludes 0; at least 1/B.
    pub p: Option<f64>,
    /// Percentile interval.
    pub percentile: BootstrapInterval,
    /// Bias-corrected interval.
    pub bias_corrected: BootstrapInterval,
    /// Bias-corrected and accelerated interval; limits `None` where the jackknife was not computed.
    pub bca: BootstrapInterval,
}

/// A confidence interval with the p value that belongs to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BootstrapInterval {
    /// Lower limit.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// Two-tailed p.
    pub p: Option<f64>,
}

/// The difference of two effects.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Contrast {
    /// Index of the left effect in [`Effects::effects`].
    pub left: usize,
    /// Index of the right effect.
    pub right: usize,
    /// Difference of the unstandardized effects.
    pub unstandardized: EffectEstimate,
    /// Difference of the standardized effects.
    pub standardized: EffectEstimate,
}

/// One mediation: a specific indirect effect with its direct effect.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Mediation {
    /// The variables along the way.
    pub way: Vec<String>,
    /// Group, from 1.
    pub group: usize,
    /// Index of the indirect effect in [`Effects::effects`].
    pub indirect: usize,
    /// Index of the direct effect; `None` where the model has no such path.
    pub direct: Option<usize>,
    /// Index of the total effect.
    pub total: Option<usize>,
    /// Indirect share of the total effect; `None` where signs differ.
    pub proportion: Option<f64>,
    /// Type after Zhao, Lynch and Chen (2010).
    pub kind: MediationType,
}

/// Types of mediation after Zhao, Lynch and Chen (2010).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediationType {
    /// Both effects, same sign.
    Complementary,
    /// Both effects, opposite signs.
    Competitive,
    /// The indirect effect alone.
    IndirectOnly,
    /// The direct effect alone.
    DirectOnly,
    /// Neither.
    None,
    /// Not decidable: no interval exists.
    Unknown,
}

/// The difference of two structural paths.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PathDifference {
    /// First path: cause, outcome.
    pub left: (String, String),
    /// Second path: cause, outcome.
    pub right: (String, String),
    /// Group of the first path.
    pub left_group: usize,
    /// Group of the second path.
    pub right_group: usize,
    /// left − right.
    pub difference: f64,
    /// √(v_ll + v_rr − 2 v_lr).
    pub se: Option<f64>,
    /// difference / se: AMOS's critical ratio for differences.
    pub z: Option<f64>,
    /// Two-tailed normal p.
    pub p: Option<f64>,
}
