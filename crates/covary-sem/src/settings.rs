//! Everything that can be chosen about a fit, by lavaan's names.

mod resolved;

use serde::{Deserialize, Serialize};

pub use resolved::{fixed_x, for_sample, needs_means, resolved, treatment, treatment_warning};

use crate::conventions::Conventions;

/// Choices for one fit. [`Settings::default`] is lavaan's `sem()`.
///
/// `None` leaves the choice to the function, estimator or convention.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Settings {
    /// Which defaults complete the model.
    pub function: Function,
    /// Whose numbers are followed.
    pub conventions: Conventions,
    /// Discrepancy function and its companions.
    pub estimator: EstimatorName,
    /// Constants of the estimator (`estimator.args`).
    pub estimator_args: EstimatorArguments,
    /// Kind of standard errors; `None`: as the estimator says.
    pub se: Option<StandardErrors>,
    /// Tests of the model, in the order asked for; empty: as the estimator says.
    pub tests: Vec<TestName>,
    /// Which information standard errors come from; `None`: as the estimator says.
    pub information: Option<Information>,
    /// Which information the tests come from; `None`: as for standard errors.
    pub information_of_tests: Option<Information>,
    /// Observed information: of standard errors, of tests; `None`: the Hessian, as the estimator says.
    pub observed_information: [Option<ObservedInformation>; 2],
    /// Moments at which saturated information is taken: of standard errors, of tests; `None`: as the estimator says.
    pub h1_information: [Option<SaturatedAt>; 2],
    /// The same of the cross-products of casewise scores in robust standard errors and tests (`h1.information.meat`);
    /// `None`: as for the information, where that was chosen, else the model's.
    pub h1_information_meat: [Option<SaturatedAt>; 2],
    /// The test whose statistic the fit measures take in place of the standard one.
    pub standard_test: Option<TestName>,
    /// Which statistic the scaled tests scale, or which scaled test the fit measures take.
    pub scaled_test: Option<TestName>,
    /// A constant is added to the variances (`ridge`).
    pub ridge: bool,
    /// That constant.
    pub ridge_constant: f64,
    /// Γ̂ with divisor n − 1.
    pub gamma_n_minus_one: bool,
    /// Γ̂ without bias (Browne 1974).
    pub gamma_unbiased: bool,
    /// Missing values.
    pub missing: MissingValues,
    /// Variables that help to model missing values but stand outside the model (`aux`).
    pub auxiliary: Vec<String>,
    /// Variable that defines clusters.
    pub cluster: Option<String>,
    /// Variable that holds sampling weights.
    pub sampling_weights: Option<String>,
    /// What sampling weights are rescaled to.
    pub sampling_weights_normalization: WeightNormalization,
    /// Names of the levels, where they are to be other than those of the model's `level:` blocks.
    pub level_label: Vec<String>,
    /// Means are modelled; `None`: when needed.
    pub meanstructure: Option<bool>,
    /// Moments of observed exogenous variables are fixed; `None`: by convention.
    pub fixed_x: Option<bool>,
    /// Latent variances are 1 instead of first loadings.
    pub std_lv: bool,
    /// Observed variables are standardized first.
    pub std_ov: bool,
    /// Latent variables are uncorrelated.
    pub orthogonal: bool,
    /// Exogenous latent variables are uncorrelated.
    pub orthogonal_x: bool,
    /// Residuals of endogenous latent variables are uncorrelated.
    pub orthogonal_y: bool,
    /// Loadings and intercepts identify factors by their mean (1 and 0) instead of by a marker.
    pub effect_coding: Vec<EffectCoding>,
    /// The intercept of each marker is 0 and latent means are free.
    pub marker_int_zero: bool,
    /// Group frequencies are parameters.
    pub group_w_free: bool,
    /// Moments of outcomes are modelled given x; `None`: no.
    pub conditional_x: Option<bool>,
    /// The baseline model keeps the covariances among observed exogenous variables; `None`: by convention.
    pub baseline_keeps_x: Option<bool>,
    /// With `conditional.x` the baseline model keeps the slopes of outcomes on x.
    pub baseline_keeps_slopes: bool,
    /// A model of correlations.
    pub correlation: bool,
    /// Constraints and definitions that stand beside the model text.
    pub constraints: String,
    /// Where searches start.
    pub start: StartingValues,
    /// A given covariance matrix is brought from divisor n − 1 to n; `None`: under the normal likelihood.
    pub sample_cov_rescale: Option<bool>,
    /// Bounds that are put on parameters.
    pub bounds: Bounds,
    /// Factors extracted by `function = "efa"`.
    pub nfactors: Vec<usize>,
    /// Variables that `function = "efa"` analyses; empty: all numeric ones.
    pub ov_names: Vec<String>,
    /// How exploratory factors are rotated.
    pub rotation: Rotation,
    /// Variable that defines groups.
    pub group: Option<String>,
    /// Order and choice of groups; empty: as they occur in the data.
    pub group_label: Vec<String>,
    /// What is equal across groups.
    pub group_equal: Vec<GroupEqual>,
    /// Parameters exempt from `group_equal`, as formulas: `visual=~x3`.
    pub group_partial: Vec<String>,
    /// `auto.*` and `int.*` options set by hand; `None`: as the function says.
    pub auto: Auto,
    /// Resampling; `None`: no bootstrap.
    pub bootstrap: Option<BootstrapSettings>,
    /// Constraints that are tested by Wald tests, one text for each test.
    pub wald: Vec<String>,
    /// Equality constraints are tested by score tests.
    pub score_test: bool,
    /// Parameters that are tested by score tests as if they were added, as formulas.
    pub score_test_add: Vec<String>,
    /// Confidence level of intervals.
    pub level: f64,
    /// Greatest number of iterations.
    pub max_iterations: usize,
    /// Random starting values that are tried beside the usual ones.
    pub random_starts: usize,
}

impl Settings {
    /// Whether outcomes are regressed on x in the baseline model.
    pub(crate) fn baseline_given_x(&self) -> bool {
        self.conditional_x == Some(true) && self.baseline_keeps_slopes
    }
}

/// Which defaults complete a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// `sem()`
    #[default]
    Sem,
    /// `cfa()`
    Cfa,
    /// `growth()`
    Growth,
    /// `lavaan()`: nothing is added.
    Lavaan,
    /// `efa()`: exploratory factors of the variables of the data.
    Efa,
}

/// Estimators: a discrepancy function with the standard errors and the test that come with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum EstimatorName {
    /// Maximum likelihood.
    #[default]
    Ml,
    /// ML, Huber-White standard errors, the test of Yuan and Bentler in Mplus's form.
    Mlr,
    /// ML, robust standard errors, the test of Satorra and Bentler.
    Mlm,
    /// ML, robust standard errors, the scaled and shifted test.
    Mlmv,
    /// ML, robust standard errors, the mean- and variance-adjusted test.
    Mlmvs,
    /// ML, standard errors from the first derivatives of the cases.
    Mlf,
    /// Generalized least squares.
    Gls,
    /// Weighted least squares with the full weight matrix (ADF).
    Wls,
    /// Unweighted least squares.
    Uls,
    /// ULS, robust standard errors, the test of Satorra and Bentler.
    Ulsm,
    /// ULS, robust standard errors, the scaled and shifted test.
    Ulsmv,
    /// ULS, robust standard errors, the mean- and variance-adjusted test.
    Ulsmvs,
    /// Weighted least squares with the diagonal of the weight matrix.
    Dwls,
    /// DWLS, robust standard errors, the test of Satorra and Bentler.
    Wlsm,
    /// DWLS, robust standard errors, the scaled and shifted test.
    Wlsmv,
    /// DWLS, robust standard errors, the mean- and variance-adjusted test.
    Wlsmvs,
    /// Distributionally weighted least squares (Du and Bentler 2022).
    Dls,
}

/// Constants of estimators, by lavaan's `estimator.args`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EstimatorArguments {
    /// `dls.a`: the share of normal theory in the weight matrix.
    pub dls_a: f64,
    /// `dls.GammaNT = "model"`: normal theory at the implied moments; else at the sample's.
    pub dls_gamma_of_model: bool,
    /// `dls.FtimesNminus1`: n − 1 in place of n in the objective.
    pub dls_f_times_n_minus_1: bool,
}

impl Default for EstimatorArguments {
    fn default() -> Self {
        EstimatorArguments { dls_a: 1.0, dls_gamma_of_model: true, dls_f_times_n_minus_1: false }
    }
}

/// Kinds of standard errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum StandardErrors {
    /// From the information matrix.
    #[serde(rename = "standard")]
    Standard,
    /// Robust in the way that fits estimator and missing values.
    #[serde(rename = "robust")]
    Robust,
    /// Sandwich with Γ̂ of complete data.
    #[serde(rename = "robust.sem")]
    RobustSem,
    /// Sandwich of the information with the cross-products of casewise scores.
    #[serde(rename = "robust.huber.white")]
    RobustHuberWhite,
    /// The same with scores summed over clusters.
    #[serde(rename = "robust.cluster")]
    RobustCluster,
    /// From the cross-products of casewise scores alone.
    #[serde(rename = "first.order")]
    FirstOrder,
    /// Two stages: ML on the moments of the saturated model.
    #[serde(rename = "two.stage")]
    TwoStage,
    /// The same, robust against non-normality.
    #[serde(rename = "robust.two.stage")]
    RobustTwoStage,
    /// Standard deviations over resamples.
    #[serde(rename = "bootstrap")]
    Bootstrap,
    /// None.
    #[serde(rename = "none")]
    None,
}

/// Tests of a model against the saturated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum TestName {
    /// The statistic that the estimator minimises.
    #[serde(rename = "standard")]
    Standard,
    /// Satorra and Bentler's mean-scaled statistic.
    #[serde(rename = "satorra.bentler")]
    SatorraBentler,
    /// Yuan and Bentler's statistic.
    #[serde(rename = "yuan.bentler")]
    YuanBentler,
    /// Yuan and Bentler's statistic as Mplus computes it.
    #[serde(rename = "yuan.bentler.mplus")]
    YuanBentlerMplus,
    /// Satterthwaite's mean- and variance-adjusted statistic.
    #[serde(rename = "mean.var.adjusted")]
    MeanVarAdjusted,
    /// Asparouhov and Muthén's scaled and shifted statistic.
    #[serde(rename = "scaled.shifted")]
    ScaledShifted,
    /// Browne's residual-based statistic under normal theory at the sample moments.
    #[serde(rename = "browne.residual.nt")]
    BrowneResidualNt,
    /// The same at the implied moments.
    #[serde(rename = "browne.residual.nt.model")]
    BrowneResidualNtModel,
    /// Browne's residual-based statistic, distribution-free.
    #[serde(rename = "browne.residual.adf")]
    BrowneResidualAdf,
    /// The same, fourth moments about the implied ones.
    #[serde(rename = "browne.residual.adf.model")]
    BrowneResidualAdfModel,
    /// Bollen and Stine's bootstrap.
    #[serde(rename = "bollen.stine")]
    BollenStine,
    /// None.
    #[serde(rename = "none")]
    None,
}

/// Kinds of information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Information {
    /// Expected (Fisher).
    #[serde(rename = "expected")]
    Expected,
    /// Observed.
    #[serde(rename = "observed")]
    Observed,
    /// Cross-products of casewise first derivatives.
    #[serde(rename = "first.order")]
    FirstOrder,
}

/// What observed information is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObservedInformation {
    /// Second derivatives of the objective.
    Hessian,
    /// The observed information of the saturated model between first derivatives of the moments.
    H1,
}

/// The moments at which the information of the saturated model is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SaturatedAt {
    /// Those that the model implies.
    Structured,
    /// Those of the sample.
    Unstructured,
}

/// What is done about missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum MissingValues {
    /// Cases with a missing value on a variable of the model are left out.
    #[default]
    #[serde(rename = "listwise")]
    Listwise,
    /// Full-information maximum likelihood.
    #[serde(rename = "ml")]
    Ml,
    /// The same, cases with missing fixed x kept.
    #[serde(rename = "ml.x")]
    MlX,
    /// Two stages.
    #[serde(rename = "two.stage")]
    TwoStage,
    /// Two stages, robust against non-normality.
    #[serde(rename = "robust.two.stage")]
    RobustTwoStage,
    /// Moments of each pair from the cases that have both.
    #[serde(rename = "pairwise")]
    Pairwise,
}

/// What sampling weights are rescaled to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeightNormalization {
    /// Their sum over all groups is N.
    #[default]
    Total,
    /// Their sum in each group is n_g.
    Group,
    /// Nothing.
    None,
}

/// What effect coding identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EffectCoding {
    /// Loadings of a factor average 1.
    Loadings,
    /// Intercepts of a factor's indicators sum to 0.
    Intercepts,
}

/// Where searches start, for parameters without a starting value of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum StartingValues {
    /// Values taken from the sample moments.
    #[default]
    #[serde(rename = "default")]
    Default,
    /// Loadings and variances 1, everything else 0.
    #[serde(rename = "simple")]
    Simple,
}

/// Sets of bounds on parameters (De Jonckere and Rosseel 2022).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Bounds {
    /// None but the user's.
    #[default]
    #[serde(rename = "none")]
    None,
    /// Variances of observed and latent variables, loadings, within what the data allow.
    #[serde(rename = "standard")]
    Standard,
    /// The same, a little wider.
    #[serde(rename = "wide")]
    Wide,
    /// Wide, variances at least 0.
    #[serde(rename = "wide.zerovar")]
    WideZeroVar,
    /// Variances at least 0.
    #[serde(rename = "pos.var")]
    PosVar,
    /// Residual variances of observed variables at least 0.
    #[serde(rename = "pos.ov.var")]
    PosOvVar,
    /// Variances of latent variables at least 0.
    #[serde(rename = "pos.lv.var")]
    PosLvVar,
}

/// How exploratory factors are rotated, by lavaan's `rotation` and `rotation.args`.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Rotation {
    /// Name of the criterion.
    pub criterion: String,
    /// `rotation.args`.
    pub arguments: serde_json::Map<String, serde_json::Value>,
    /// `rotation.se`.
    pub standard_errors: String,
}

impl Default for Rotation {
    fn default() -> Self {
        Rotation { criterion: "geomin".into(), arguments: serde_json::Map::new(), standard_errors: "bordered".into() }
    }
}

/// What can be equal across groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupEqual {
    /// Factor loadings.
    Loadings,
    /// Intercepts of observed variables.
    Intercepts,
    /// Means and intercepts of latent variables.
    Means,
    /// Thresholds of ordered variables.
    Thresholds,
    /// Regression weights.
    Regressions,
    /// Residual variances of observed variables.
    Residuals,
    /// Residual covariances of observed variables.
    ResidualCovariances,
    /// (Residual) variances of latent variables.
    LvVariances,
    /// (Residual) covariances of latent variables.
    LvCovariances,
}

/// What is added to the rows that the text states; `None`: as the function says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Auto {
    /// The first loading of each factor is 1.
    pub fix_first: Option<bool>,
    /// The residual variance of a single indicator is 0.
    pub fix_single: Option<bool>,
    /// (Residual) variances.
    pub var: Option<bool>,
    /// Covariances of exogenous latent variables.
    pub cov_lv_x: Option<bool>,
    /// Residual covariances of outcomes.
    pub cov_y: Option<bool>,
    /// Exploratory blocks are rotated and identified.
    pub efa: Option<bool>,
    /// Random observed exogenous variables covary.
    pub cov_x: Option<bool>,
    /// Intercepts of observed variables are free.
    pub int_ov_free: Option<bool>,
    /// Means of latent variables are free.
    pub int_lv_free: Option<bool>,
}

/// Resampling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BootstrapSettings {
    /// Number of resamples.
    pub resamples: usize,
    /// Seed of the random streams.
    pub seed: u64,
    /// Kind of interval.
    pub interval: BootstrapInterval,
    /// Where resamples come from.
    pub kind: BootstrapKind,
}

/// Where resamples come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum BootstrapKind {
    /// The cases.
    #[default]
    #[serde(rename = "ordinary")]
    Ordinary,
    /// A normal distribution with the implied moments.
    #[serde(rename = "parametric")]
    Parametric,
    /// The cases, turned so that the model holds exactly.
    #[serde(rename = "bollen.stine")]
    BollenStine,
    /// The cases, turned so that the model misses as in the population (Yuan, Hayashi and Yanagihara 2007).
    #[serde(rename = "yuan")]
    Yuan,
}

impl BootstrapKind {
    /// lavaan's name.
    pub fn word(self) -> &'static str {
        match self {
            BootstrapKind::Ordinary => "ordinary",
            BootstrapKind::Parametric => "parametric",
            BootstrapKind::BollenStine => "bollen.stine",
            BootstrapKind::Yuan => "yuan",
        }
    }
}

/// Kinds of bootstrap interval, by lavaan's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BootstrapInterval {
    /// Estimate ± z · S.E.
    Normal,
    /// Reflected quantiles.
    Basic,
    /// Quantiles.
    #[default]
    Percentile,
    /// Bias-corrected quantiles (`bca.simple`, AMOS's BC).
    BiasCorrected,
    /// Bias-corrected and accelerated.
    Bca,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            function: Function::Sem,
            conventions: Conventions::LAVAAN,
            estimator: EstimatorName::Ml,
            estimator_args: EstimatorArguments::default(),
            se: None,
            tests: Vec::new(),
            information: None,
            information_of_tests: None,
            observed_information: [None; 2],
            h1_information: [None; 2],
            h1_information_meat: [None; 2],
            standard_test: None,
            scaled_test: None,
            ridge: false,
            ridge_constant: 1e-5,
            gamma_n_minus_one: false,
            gamma_unbiased: false,
            missing: MissingValues::Listwise,
            auxiliary: Vec::new(),
            cluster: None,
            sampling_weights: None,
            sampling_weights_normalization: WeightNormalization::Total,
            level_label: Vec::new(),
            meanstructure: None,
            fixed_x: None,
            std_lv: false,
            std_ov: false,
            orthogonal: false,
            orthogonal_x: false,
            orthogonal_y: false,
            effect_coding: Vec::new(),
            marker_int_zero: false,
            group_w_free: false,
            conditional_x: None,
            baseline_keeps_x: None,
            baseline_keeps_slopes: true,
            correlation: false,
            constraints: String::new(),
            start: StartingValues::Default,
            sample_cov_rescale: None,
            bounds: Bounds::None,
            nfactors: Vec::new(),
            ov_names: Vec::new(),
            rotation: Rotation::default(),
            group: None,
            group_label: Vec::new(),
            group_equal: Vec::new(),
            group_partial: Vec::new(),
            auto: Auto::default(),
            bootstrap: None,
            wald: Vec::new(),
            score_test: false,
            score_test_add: Vec::new(),
            level: 0.95,
            max_iterations: 1000,
            random_starts: 0,
        }
    }
}
