//! Options by lavaan's names: one list from which the command line, option files and study files are read.

mod refused;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    SemError, Settings,
    conventions::{Conventions, Likelihood},
    settings::{
        BootstrapInterval, BootstrapKind, BootstrapSettings, EstimatorName, Function, GroupEqual, MissingValues,
    },
};

pub use refused::{REFUSED, refused_names};

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// `true` or `false`; on the command line its mere presence is `true`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text.
    Text,
    /// One text or several.
    Texts,
    /// One text or several, never split: formulas and constraints.
    Statements,
    /// One or several of these words.
    Words(&'static [&'static str]),
    /// A whole number.
    Count,
    /// One or several whole numbers.
    Counts,
    /// A number between 0 and 1.
    Proportion,
    /// A number of at least 0.
    Size,
    /// An object of further options.
    Object,
}

/// An option: its name, what it takes, what it does.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// lavaan's name, with dots.
    pub name: &'static str,
    /// The name on the command line, with dashes.
    pub flag: &'static str,
    /// What it takes.
    pub kind: OptionKind,
    /// What it does, in one line.
    pub help: &'static str,
    set: fn(&mut Settings, &Given) -> Result<(), SemError>,
}

/// A value that was checked against its kind.
enum Given {
    Flag(bool),
    Words(Vec<String>),
    Count(u64),
    Counts(Vec<u64>),
    Number(f64),
    Object(serde_json::Map<String, Value>),
}

impl Given {
    fn flag(&self) -> bool {
        matches!(self, Given::Flag(true))
    }
    fn word(&self) -> &str {
        match self {
            Given::Words(words) => words.first().map_or("", String::as_str),
            _ => "",
        }
    }
    fn words(&self) -> Vec<String> {
        match self {
            Given::Words(words) => words.clone(),
            _ => Vec::new(),
        }
    }
    fn count(&self) -> u64 {
        match self {
            Given::Count(n) => *n,
            _ => 0,
        }
    }
    fn counts(&self) -> Vec<usize> {
        match self {
            Given::Counts(counts) => counts.iter().map(|n| *n as usize).collect(),
            _ => Vec::new(),
        }
    }
    fn object(&self) -> serde_json::Map<String, Value> {
        match self {
            Given::Object(entries) => entries.clone(),
            _ => serde_json::Map::new(),
        }
    }
    /// The word as the value of a type that bears lavaan's names; words were checked before.
    fn choice<T: DeserializeOwned>(&self) -> Option<T> {
        choice(self.word())
    }
    fn choices<T: DeserializeOwned>(&self) -> Vec<T> {
        self.words().iter().filter_map(|word| choice(word)).collect()
    }
    /// lavaan's pairs (standard errors, tests); a single word is for both.
    fn pair<T: DeserializeOwned + Copy>(&self) -> [Option<T>; 2] {
        let words = self.words();
        let first = words.first().and_then(|word| choice(word));
        [first, words.get(1).map_or(first, |word| choice(word))]
    }
    fn number(&self) -> f64 {
        match self {
            Given::Number(number) => *number,
            _ => 0.0,
        }
    }
}

fn choice<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

const ESTIMATORS: &[&str] = &[
    "ML", "MLR", "MLM", "MLMV", "MLMVS", "MLF", "GLS", "WLS", "ULS", "ULSM", "ULSMV", "ULSMVS", "DWLS", "WLSM",
    "WLSMV", "WLSMVS", "DLS",
];

const ERRORS: &[&str] = &[
    "standard",
    "robust",
    "robust.sem",
    "robust.huber.white",
    "robust.cluster",
    "first.order",
    "two.stage",
    "robust.two.stage",
    "bootstrap",
    "none",
];

const TESTS: &[&str] = &[
    "standard",
    "satorra.bentler",
    "yuan.bentler",
    "yuan.bentler.mplus",
    "mean.var.adjusted",
    "scaled.shifted",
    "browne.residual.nt",
    "browne.residual.nt.model",
    "browne.residual.adf",
    "browne.residual.adf.model",
    "bollen.stine",
    "none",
];

/// Further names under which lavaan knows a word.
const ALIASES: &[(&str, &str, &str)] = &[
    ("missing", "fiml", "ml"),
    ("missing", "direct", "ml"),
    ("missing", "fiml.x", "ml.x"),
    ("missing", "direct.x", "ml.x"),
    ("missing", "twostage", "two.stage"),
    ("missing", "robust.twostage", "robust.two.stage"),
    ("se", "robust.mlr", "robust.huber.white"),
    ("se", "sandwich", "robust.huber.white"),
    ("se", "robust.mlm", "robust.sem"),
    ("se", "boot", "bootstrap"),
    ("test", "mplus", "yuan.bentler.mplus"),
    ("test", "yuan-bentler", "yuan.bentler"),
    ("test", "satterthwaite", "mean.var.adjusted"),
    ("test", "bootstrap", "bollen.stine"),
    ("test", "bollen-stine", "bollen.stine"),
    ("test", "scaled-shifted", "scaled.shifted"),
];

const EQUAL: &[&str] = &[
    "loadings",
    "intercepts",
    "means",
    "regressions",
    "residuals",
    "residual.covariances",
    "lv.variances",
    "lv.covariances",
    "none",
];

/// All options. One line each.
#[rustfmt::skip]
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec { name: "function", flag: "function", kind: OptionKind::Word(&["sem", "cfa", "growth", "lavaan", "efa"]), help: "which defaults complete the model", set: |s, v| { s.function = match v.word() { "cfa" => Function::Cfa, "growth" => Function::Growth, "lavaan" => Function::Lavaan, "efa" => Function::Efa, _ => Function::Sem }; Ok(()) } },
    OptionSpec { name: "convention", flag: "convention", kind: OptionKind::Word(&["lavaan", "amos", "mplus"]), help: "whose conventions the numbers follow", set: |s, v| { s.conventions = match v.word() { "amos" => Conventions::AMOS, "mplus" => Conventions::MPLUS, _ => Conventions::LAVAAN }; Ok(()) } },
    OptionSpec { name: "estimator", flag: "estimator", kind: OptionKind::Word(ESTIMATORS), help: "discrepancy function, with the standard errors and the test that come with it", set: |s, v| { s.estimator = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "estimator.args", flag: "estimator-args", kind: OptionKind::Object, help: "constants of the estimator: dls.a, dls.GammaNT, dls.FtimesNminus1", set: |s, v| estimator_arguments(s, &v.object()) },
    OptionSpec { name: "likelihood", flag: "likelihood", kind: OptionKind::Word(&["normal", "wishart", "amos"]), help: "divisor of the moments and multiplier of chi-square", set: |s, v| { s.conventions.likelihood = match v.word() { "wishart" => Likelihood::Wishart, "amos" => Likelihood::Amos, _ => Likelihood::Normal }; Ok(()) } },
    OptionSpec { name: "se", flag: "se", kind: OptionKind::Word(ERRORS), help: "kind of standard errors", set: |s, v| { s.se = v.choice(); Ok(()) } },
    OptionSpec { name: "test", flag: "test", kind: OptionKind::Words(TESTS), help: "tests of the model", set: |s, v| { s.tests = v.choices(); Ok(()) } },
    OptionSpec { name: "information", flag: "information", kind: OptionKind::Words(&["expected", "observed", "first.order"]), help: "information that standard errors (and, if a second is given, tests) come from", set: |s, v| { [s.information, s.information_of_tests] = v.pair(); Ok(()) } },
    OptionSpec { name: "observed.information", flag: "observed-information", kind: OptionKind::Words(&["hessian", "h1"]), help: "what observed information is", set: |s, v| { s.observed_information = v.pair(); Ok(()) } },
    OptionSpec { name: "h1.information", flag: "h1-information", kind: OptionKind::Words(&["structured", "unstructured"]), help: "moments at which saturated information is taken", set: |s, v| { s.h1_information = v.pair(); Ok(()) } },
    OptionSpec { name: "information.meat", flag: "information-meat", kind: OptionKind::Words(&["first.order"]), help: "information between the bread of robust standard errors", set: |_, _| Ok(()) },
    OptionSpec { name: "h1.information.meat", flag: "h1-information-meat", kind: OptionKind::Words(&["structured", "unstructured"]), help: "moments at which cross-products of scores are taken; as h1.information", set: |s, v| { s.h1_information_meat = v.pair(); Ok(()) } },
    OptionSpec { name: "standard.test", flag: "standard-test", kind: OptionKind::Word(TESTS), help: "test that fit measures take in place of the standard one", set: |s, v| { s.standard_test = v.choice(); Ok(()) } },
    OptionSpec { name: "scaled.test", flag: "scaled-test", kind: OptionKind::Word(TESTS), help: "statistic that scaled tests scale, or scaled test that fit measures take", set: |s, v| { s.scaled_test = v.choice(); Ok(()) } },
    OptionSpec { name: "ridge", flag: "ridge", kind: OptionKind::Flag, help: "add a constant to the variances (ridge.constant)", set: |s, v| { s.ridge = v.flag(); Ok(()) } },
    OptionSpec { name: "ridge.constant", flag: "ridge-constant", kind: OptionKind::Size, help: "what ridge adds, 1e-5 if not given", set: |s, v| { s.ridge_constant = v.number(); Ok(()) } },
    OptionSpec { name: "gamma.n.minus.one", flag: "gamma-n-minus-one", kind: OptionKind::Flag, help: "divisor n - 1 in the covariance matrix of the moments", set: |s, v| { s.gamma_n_minus_one = v.flag(); Ok(()) } },
    OptionSpec { name: "gamma.unbiased", flag: "gamma-unbiased", kind: OptionKind::Flag, help: "unbiased covariance matrix of the moments", set: |s, v| { s.gamma_unbiased = v.flag(); Ok(()) } },
    OptionSpec { name: "missing", flag: "missing", kind: OptionKind::Word(&["listwise", "ml", "ml.x", "two.stage", "robust.two.stage", "pairwise"]), help: "what is done about missing values (fiml is ml)", set: |s, v| { s.missing = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "aux", flag: "aux", kind: OptionKind::Texts, help: "auxiliary variables for missing values", set: |s, v| { s.auxiliary = v.words(); Ok(()) } },
    OptionSpec { name: "cluster", flag: "cluster", kind: OptionKind::Text, help: "variable that defines clusters", set: |s, v| { s.cluster = Some(v.word().to_string()); Ok(()) } },
    OptionSpec { name: "level.label", flag: "level-label", kind: OptionKind::Texts, help: "names of the levels", set: |s, v| { s.level_label = v.words(); Ok(()) } },
    OptionSpec { name: "sampling.weights", flag: "sampling-weights", kind: OptionKind::Text, help: "variable that holds sampling weights", set: |s, v| { s.sampling_weights = Some(v.word().to_string()); Ok(()) } },
    OptionSpec { name: "sampling.weights.normalization", flag: "sampling-weights-normalization", kind: OptionKind::Word(&["total", "group", "none"]), help: "what the sum of the weights is brought to", set: |s, v| { s.sampling_weights_normalization = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "meanstructure", flag: "meanstructure", kind: OptionKind::Flag, help: "model the means", set: |s, v| { s.meanstructure = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "fixed.x", flag: "fixed-x", kind: OptionKind::Flag, help: "hold moments of observed exogenous variables at their sample values", set: |s, v| { s.fixed_x = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "std.lv", flag: "std-lv", kind: OptionKind::Flag, help: "fix latent variances to 1 instead of first loadings", set: |s, v| { s.std_lv = v.flag(); Ok(()) } },
    OptionSpec { name: "std.ov", flag: "std-ov", kind: OptionKind::Flag, help: "standardize observed variables first", set: |s, v| { s.std_ov = v.flag(); Ok(()) } },
    OptionSpec { name: "orthogonal", flag: "orthogonal", kind: OptionKind::Flag, help: "latent variables are uncorrelated", set: |s, v| { s.orthogonal = v.flag(); Ok(()) } },
    OptionSpec { name: "orthogonal.x", flag: "orthogonal-x", kind: OptionKind::Flag, help: "exogenous latent variables are uncorrelated", set: |s, v| { s.orthogonal_x = v.flag(); Ok(()) } },
    OptionSpec { name: "orthogonal.y", flag: "orthogonal-y", kind: OptionKind::Flag, help: "residuals of endogenous latent variables are uncorrelated", set: |s, v| { s.orthogonal_y = v.flag(); Ok(()) } },
    OptionSpec { name: "effect.coding", flag: "effect-coding", kind: OptionKind::Words(&["loadings", "intercepts"]), help: "identify factors by the mean of loadings or intercepts", set: |s, v| { s.effect_coding = v.choices(); Ok(()) } },
    OptionSpec { name: "marker.int.zero", flag: "marker-int-zero", kind: OptionKind::Flag, help: "intercepts of markers are 0, latent means free", set: |s, v| { s.marker_int_zero = v.flag(); Ok(()) } },
    OptionSpec { name: "group.w.free", flag: "group-w-free", kind: OptionKind::Flag, help: "group frequencies are parameters", set: |s, v| { s.group_w_free = v.flag(); Ok(()) } },
    OptionSpec { name: "conditional.x", flag: "conditional-x", kind: OptionKind::Flag, help: "model outcomes given observed exogenous variables", set: |s, v| { s.conditional_x = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "mimic", flag: "mimic", kind: OptionKind::Word(&["lavaan", "Mplus", "EQS", "LISREL", "lm", "regression"]), help: "defaults as lavaan's imitation of another program sets them", set: |s, v| { mimic(s, v.word()); Ok(()) } },
    OptionSpec { name: "model.type", flag: "model-type", kind: OptionKind::Word(&["sem", "cfa", "growth", "lavaan", "path"]), help: "what the model is called; growth models means", set: |s, v| { if v.word() == "growth" { s.meanstructure.get_or_insert(true); } Ok(()) } },
    OptionSpec { name: "constraints", flag: "constraints", kind: OptionKind::Text, help: "constraints and definitions beside the model text", set: |s, v| { s.constraints = v.word().to_string(); Ok(()) } },
    OptionSpec { name: "ceq.simple", flag: "ceq-simple", kind: OptionKind::Flag, help: "lavaan's other way to hold parameters equal; the results are the same", set: |_, _| Ok(()) },
    OptionSpec { name: "composites", flag: "composites", kind: OptionKind::Flag, help: "false: composites (<~) are latent variables without residual", set: |_, v| if v.flag() { Err(SemError::Option("option composites: only false is built, composites as lavaan 0.6-14 fits them".into())) } else { Ok(()) } },
    OptionSpec { name: "start", flag: "start", kind: OptionKind::Word(&["default", "simple", "Mplus"]), help: "where the search starts", set: |s, v| { s.start = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "sample.cov.rescale", flag: "sample-cov-rescale", kind: OptionKind::Flag, help: "bring a given covariance matrix from divisor n - 1 to n", set: |s, v| { s.sample_cov_rescale = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "baseline.conditional.x.free.slopes", flag: "baseline-conditional-x-free-slopes", kind: OptionKind::Flag, help: "with conditional.x the baseline model keeps the slopes on x", set: |s, v| { s.baseline_keeps_slopes = v.flag(); Ok(()) } },
    OptionSpec { name: "baseline.fixed.x.free.cov", flag: "baseline-fixed-x-free-cov", kind: OptionKind::Flag, help: "the baseline model keeps the covariances among observed exogenous variables", set: |s, v| { s.baseline_keeps_x = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "correlation", flag: "correlation", kind: OptionKind::Flag, help: "model the correlations", set: |s, v| { s.correlation = v.flag(); Ok(()) } },
    OptionSpec { name: "bounds", flag: "bounds", kind: OptionKind::Word(&["none", "standard", "wide", "wide.zerovar", "pos.var", "pos.ov.var", "pos.lv.var"]), help: "bounds on parameters", set: |s, v| { s.bounds = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "nfactors", flag: "nfactors", kind: OptionKind::Counts, help: "number of exploratory factors (efa)", set: |s, v| { s.nfactors = v.counts(); Ok(()) } },
    OptionSpec { name: "ov.names", flag: "ov-names", kind: OptionKind::Texts, help: "variables of an exploratory factor analysis (efa)", set: |s, v| { s.ov_names = v.words(); Ok(()) } },
    OptionSpec { name: "rotation", flag: "rotation", kind: OptionKind::Text, help: "rotation of exploratory factors", set: |s, v| { s.rotation.criterion = v.word().to_string(); Ok(()) } },
    OptionSpec { name: "rotation.args", flag: "rotation-args", kind: OptionKind::Object, help: "constants of the rotation", set: |s, v| { s.rotation.arguments.extend(v.object()); Ok(()) } },
    OptionSpec { name: "orthogonal.efa", flag: "orthogonal-efa", kind: OptionKind::Flag, help: "exploratory factors are uncorrelated", set: |s, v| { s.rotation.arguments.insert("orthogonal".into(), Value::from(v.flag())); Ok(()) } },
    OptionSpec { name: "rotation.se", flag: "rotation-se", kind: OptionKind::Word(&["bordered", "delta"]), help: "how standard errors of rotated estimates are found", set: |s, v| { s.rotation.standard_errors = v.word().to_string(); Ok(()) } },
    OptionSpec { name: "group", flag: "group", kind: OptionKind::Text, help: "variable that defines groups", set: |s, v| { s.group = Some(v.word().to_string()); Ok(()) } },
    OptionSpec { name: "group.label", flag: "group-label", kind: OptionKind::Texts, help: "which groups, in which order", set: |s, v| { s.group_label = v.words(); Ok(()) } },
    OptionSpec { name: "group.equal", flag: "group-equal", kind: OptionKind::Words(EQUAL), help: "what is equal across groups", set: |s, v| { s.group_equal = v.words().iter().filter_map(|w| group_equal(w)).collect(); Ok(()) } },
    OptionSpec { name: "group.partial", flag: "group-partial", kind: OptionKind::Texts, help: "parameters exempt from group.equal, as formulas", set: |s, v| { s.group_partial = v.words(); Ok(()) } },
    OptionSpec { name: "auto.fix.first", flag: "auto-fix-first", kind: OptionKind::Flag, help: "the first loading of each factor is 1", set: |s, v| { s.auto.fix_first = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.fix.single", flag: "auto-fix-single", kind: OptionKind::Flag, help: "the residual variance of a single indicator is 0", set: |s, v| { s.auto.fix_single = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.var", flag: "auto-var", kind: OptionKind::Flag, help: "add (residual) variances", set: |s, v| { s.auto.var = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.cov.lv.x", flag: "auto-cov-lv-x", kind: OptionKind::Flag, help: "add covariances of exogenous latent variables", set: |s, v| { s.auto.cov_lv_x = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.cov.y", flag: "auto-cov-y", kind: OptionKind::Flag, help: "add residual covariances of outcomes", set: |s, v| { s.auto.cov_y = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.cov.x", flag: "auto-cov-x", kind: OptionKind::Flag, help: "random observed exogenous variables covary", set: |s, v| { s.auto.cov_x = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "auto.efa", flag: "auto-efa", kind: OptionKind::Flag, help: "identify and rotate exploratory blocks", set: |s, v| { s.auto.efa = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "int.ov.free", flag: "int-ov-free", kind: OptionKind::Flag, help: "intercepts of observed variables are free", set: |s, v| { s.auto.int_ov_free = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "int.lv.free", flag: "int-lv-free", kind: OptionKind::Flag, help: "means of latent variables are free", set: |s, v| { s.auto.int_lv_free = Some(v.flag()); Ok(()) } },
    OptionSpec { name: "bootstrap", flag: "bootstrap", kind: OptionKind::Count, help: "number of resamples", set: |s, v| { resampling(s).resamples = v.count() as usize; Ok(()) } },
    OptionSpec { name: "seed", flag: "seed", kind: OptionKind::Count, help: "seed of the random streams", set: |s, v| { resampling(s).seed = v.count(); Ok(()) } },
    OptionSpec { name: "boot.ci.type", flag: "boot-ci-type", kind: OptionKind::Word(&["norm", "basic", "perc", "bca.simple", "bca"]), help: "kind of bootstrap interval (bca.simple: bias-corrected)", set: |s, v| { resampling(s).interval = match v.word() { "norm" => BootstrapInterval::Normal, "basic" => BootstrapInterval::Basic, "bca.simple" => BootstrapInterval::BiasCorrected, "bca" => BootstrapInterval::Bca, _ => BootstrapInterval::Percentile }; Ok(()) } },
    OptionSpec { name: "bootstrap.type", flag: "bootstrap-type", kind: OptionKind::Word(&["ordinary", "parametric", "bollen.stine", "yuan"]), help: "where resamples come from", set: |s, v| { resampling(s).kind = v.choice().unwrap_or_default(); Ok(()) } },
    OptionSpec { name: "wald", flag: "wald", kind: OptionKind::Statements, help: "constraints to test by a Wald test, such as \"a == b; c == 0\"; repeated: one test each", set: |s, v| { s.wald = v.words(); Ok(()) } },
    OptionSpec { name: "score.test", flag: "score-test", kind: OptionKind::Flag, help: "score tests of releasing each equality constraint", set: |s, v| { s.score_test = v.flag(); Ok(()) } },
    OptionSpec { name: "score.test.add", flag: "score-test-add", kind: OptionKind::Statements, help: "score tests of adding these parameters, such as \"f =~ x9; x1 ~~ x2\"", set: |s, v| { s.score_test_add = v.words(); Ok(()) } },
    OptionSpec { name: "level", flag: "level", kind: OptionKind::Proportion, help: "confidence level of intervals", set: |s, v| { s.level = v.number(); Ok(()) } },
    OptionSpec { name: "iter.max", flag: "iter-max", kind: OptionKind::Count, help: "greatest number of iterations", set: |s, v| { s.max_iterations = v.count() as usize; Ok(()) } },
    OptionSpec { name: "optim.method", flag: "optim-method", kind: OptionKind::Word(&["nlminb", "nlminb0", "nlminb1", "nlminb2", "BFGS", "L-BFGS-B", "GN"]), help: "lavaan's choice of a search; there is one here, which ends at the same estimates", set: |_, _| Ok(()) },
    OptionSpec { name: "optim.attempts", flag: "optim-attempts", kind: OptionKind::Count, help: "lavaan's number of attempts; here a search goes on until it ends", set: |_, _| Ok(()) },
    OptionSpec { name: "optim.dx.tol", flag: "optim-dx-tol", kind: OptionKind::Size, help: "lavaan's tolerance of gradients; here estimates are right to rounding", set: |_, _| Ok(()) },
    OptionSpec { name: "em.h1.tol", flag: "em-h1-tol", kind: OptionKind::Size, help: "lavaan's tolerance of the saturated model; here it is right to rounding", set: |_, _| Ok(()) },
    OptionSpec { name: "em.h1.iter.max", flag: "em-h1-iter-max", kind: OptionKind::Count, help: "lavaan's steps to the saturated model; here it is right to rounding", set: |_, _| Ok(()) },
    OptionSpec { name: "em.h1.acceleration", flag: "em-h1-acceleration", kind: OptionKind::Text, help: "lavaan's way to the saturated model; here EM is always accelerated", set: |_, _| Ok(()) },
    OptionSpec { name: "representation", flag: "representation", kind: OptionKind::Word(&["LISREL", "RAM"]), help: "lavaan's form of the matrices; the results are the same", set: |_, _| Ok(()) },
    OptionSpec { name: "rstarts", flag: "rstarts", kind: OptionKind::Count, help: "random starting values tried beside the usual ones", set: |s, v| { s.random_starts = v.count() as usize; Ok(()) } },
];

/// lavaan's options and words that are known but not built yet: refused by name, never ignored.
pub const NOT_BUILT: &[&str] =
    &["ordered", "parameterization", "zero.add", "zero.keep.margins", "auto.th", "auto.delta", "control"];

/// Sets one option by its name (dots, dashes or underscores).
///
/// # Errors
/// [`SemError::Option`], naming the option, what it takes and the nearest known name or word.
pub fn set_option(settings: &mut Settings, name: &str, value: &Value) -> Result<(), SemError> {
    let name = normalised(name);
    if name == "control" {
        return set_control(settings, value);
    }
    let Some(spec) = OPTIONS.iter().find(|spec| spec.name == name) else { return Err(unknown(&name)) };
    if value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("default")) {
        // lavaan's word for what is not chosen.
        return Ok(());
    }
    let given = check(spec, value)?;
    (spec.set)(settings, &given)
}

/// What lavaan's `mimic` brings; every choice given beside it takes precedence.
fn mimic(settings: &mut Settings, program: &str) {
    match program {
        "Mplus" => {
            settings.meanstructure = Some(true);
            settings.missing = MissingValues::Ml;
            settings.group_equal = vec![GroupEqual::Loadings, GroupEqual::Intercepts];
        }
        "EQS" | "LISREL" => {
            settings.fixed_x = Some(false);
            settings.conventions.likelihood = Likelihood::Wishart;
            settings.baseline_keeps_x = Some(false);
        }
        "lm" | "regression" => {
            settings.fixed_x = Some(false);
            settings.baseline_keeps_x = Some(false);
        }
        _ => {}
    }
}

/// lavaan's `estimator.args = list(dls.a = …)`.
fn estimator_arguments(settings: &mut Settings, entries: &serde_json::Map<String, Value>) -> Result<(), SemError> {
    let wrong = |key: &str, expected: &str| {
        Err(SemError::Option(format!("option estimator.args: {key} takes {expected}, not {}", entries[key])))
    };
    for (key, value) in entries {
        let arguments = &mut settings.estimator_args;
        match normalised(key).as_str() {
            "dls.a" => match as_number(value).filter(|a| (0.0..=1.0).contains(a)) {
                Some(a) => arguments.dls_a = a,
                None => return wrong(key, "a number from 0 to 1"),
            },
            "dls.GammaNT" => match value.as_str() {
                Some("model") => arguments.dls_gamma_of_model = true,
                Some("sample") => arguments.dls_gamma_of_model = false,
                _ => return wrong(key, "model or sample"),
            },
            "dls.FtimesNminus1" => match as_flag(value) {
                Some(flag) => arguments.dls_f_times_n_minus_1 = flag,
                None => return wrong(key, "true or false"),
            },
            _ => {
                return Err(SemError::Option(format!(
                    "option estimator.args: \"{key}\" is not known; it takes dls.a, dls.GammaNT, dls.FtimesNminus1"
                )));
            }
        }
    }
    Ok(())
}

/// Settings from a list of options; `convention` and `mimic` first, so that they never override what else is given.
pub fn settings_from<'a>(options: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Settings, SemError> {
    let mut options: Vec<(&str, &Value)> = options.into_iter().collect();
    options.sort_by_key(|(name, _)| match normalised(name).as_str() {
        "convention" => 0,
        "mimic" => 1,
        _ => 2,
    });
    let mut settings = Settings::default();
    let given = |option: &str| options.iter().any(|(name, _)| normalised(name) == option);
    let missing_by_mimic = given("mimic") && !given("missing");
    for (name, value) in options {
        set_option(&mut settings, name, value)?;
    }
    if missing_by_mimic && !matches!(settings.estimator, EstimatorName::Ml | EstimatorName::Mlr) {
        settings.missing = MissingValues::Listwise;
    }
    Ok(settings)
}

/// An option's name with lavaan's dots.
pub fn normalised(name: &str) -> String {
    name.trim_start_matches("--").replace(['-', '_'], ".")
}

/// lavaan's `control = list(iter.max = …)`.
fn set_control(settings: &mut Settings, value: &Value) -> Result<(), SemError> {
    let Value::Object(entries) = value else {
        return Err(SemError::Option("option control takes an object such as {\"iter.max\": 500}".to_string()));
    };
    for (key, value) in entries {
        match normalised(key).as_str() {
            "iter.max" => set_option(settings, "iter.max", value)?,
            // Searches end at rounding.
            "eval.max" | "abs.tol" | "rel.tol" | "x.tol" | "xf.tol" | "step.min" | "step.max" | "trace" => {}
            _ => {
                return Err(SemError::Option(format!(
                    "option control: \"{key}\" is not known; it takes iter.max, and without any bearing nlminb's eval.max, \
                     abs.tol, rel.tol, x.tol, xf.tol, step.min, step.max, trace"
                )));
            }
        }
    }
    Ok(())
}

fn unknown(name: &str) -> SemError {
    if NOT_BUILT.contains(&name) {
        return SemError::Option(format!("option {name} is not built yet; it is refused rather than ignored"));
    }
    if let Some(instead) = refused::instead_of(name) {
        return SemError::Option(format!("option {name} is not taken: {instead}"));
    }
    let known = OPTIONS.iter().map(|spec| spec.name).chain(refused_names());
    SemError::Option(match nearest(name, known) {
        Some(nearest) => format!("unknown option \"{name}\"; did you mean {nearest}?"),
        None => format!("unknown option \"{name}\""),
    })
}

fn check(spec: &OptionSpec, value: &Value) -> Result<Given, SemError> {
    let wrong = |expected: String| SemError::Option(format!("option {} takes {expected}, not {value}", spec.name));
    match spec.kind {
        OptionKind::Flag => as_flag(value).map(Given::Flag).ok_or_else(|| wrong("true or false".to_string())),
        OptionKind::Count => as_count(value).map(Given::Count).ok_or_else(|| wrong("a whole number".to_string())),
        OptionKind::Counts => as_texts(value)
            .and_then(|texts| texts.iter().map(|text| as_count(&Value::from(text.as_str()))).collect())
            .map(Given::Counts)
            .ok_or_else(|| wrong("a whole number or a list of them".to_string())),
        OptionKind::Object => match value {
            Value::Object(entries) => Ok(Given::Object(entries.clone())),
            Value::Array(entries) if entries.is_empty() => Ok(Given::Object(serde_json::Map::new())),
            Value::String(text) => match serde_json::from_str(text) {
                Ok(Value::Object(entries)) => Ok(Given::Object(entries)),
                _ => Err(wrong("a JSON object such as {\"name\": 1}".to_string())),
            },
            _ => Err(wrong("an object such as {\"name\": 1}".to_string())),
        },
        OptionKind::Proportion => as_number(value)
            .filter(|p| *p > 0.0 && *p < 1.0)
            .map(Given::Number)
            .ok_or_else(|| wrong("a number between 0 and 1".to_string())),
        OptionKind::Size => as_number(value)
            .filter(|size| *size >= 0.0 && size.is_finite())
            .map(Given::Number)
            .ok_or_else(|| wrong("a number of at least 0".to_string())),
        OptionKind::Text => match as_texts(value).filter(|texts| texts.len() == 1) {
            Some(texts) => Ok(Given::Words(texts)),
            None => Err(wrong("one text".to_string())),
        },
        OptionKind::Texts | OptionKind::Statements => {
            as_texts(value).map(Given::Words).ok_or_else(|| wrong("a text or a list of texts".to_string()))
        }
        OptionKind::Word(words) => {
            let texts = as_texts(value).ok_or_else(|| wrong(one_of(words)))?;
            match texts.as_slice() {
                [text] => Ok(Given::Words(vec![known_word(spec, words, text)?])),
                // lavaan's pairs (S.E., test): only equal ones make sense here.
                [first, rest @ ..] if rest.iter().all(|text| text == first) => {
                    Ok(Given::Words(vec![known_word(spec, words, first)?]))
                }
                _ => Err(wrong(one_of(words))),
            }
        }
        // lavaan's `effect.coding = TRUE` means all there is.
        OptionKind::Words(words) if spec.name == "effect.coding" && as_flag(value).is_some() => {
            let all = if as_flag(value) == Some(true) { words } else { &[] };
            Ok(Given::Words(all.iter().map(|word| (*word).to_string()).collect()))
        }
        OptionKind::Words(words) => {
            let texts = as_texts(value).ok_or_else(|| wrong(one_of(words)))?;
            Ok(Given::Words(texts.iter().map(|text| known_word(spec, words, text)).collect::<Result<_, _>>()?))
        }
    }
}

fn known_word(spec: &OptionSpec, words: &[&str], text: &str) -> Result<String, SemError> {
    let same = |word: &str, other: &str| normalised(word).eq_ignore_ascii_case(&normalised(other));
    let alias = ALIASES.iter().find(|(option, alias, _)| *option == spec.name && same(alias, text));
    let text = alias.map_or(text, |(_, _, word)| *word);
    if let Some(word) = words.iter().find(|word| same(word, text)) {
        return Ok((*word).to_string());
    }
    let help = match nearest(text, words.iter().copied()) {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => String::new(),
    };
    Err(SemError::Option(format!(
        "option {}: \"{text}\" is not known or not built yet; it takes {}{help}",
        spec.name,
        one_of(words)
    )))
}

fn one_of(words: &[&str]) -> String {
    match words {
        [only] => format!("only {only}"),
        _ => words.join(", "),
    }
}

pub(crate) fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "t" => Some(true),
            "false" | "no" | "f" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn as_count(value: &Value) -> Option<u64> {
    as_number(value).filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 9e15).map(|n| n as u64)
}

pub(crate) fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn as_texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Array(values) => {
            values.iter().map(|v| as_texts(v).filter(|t| t.len() == 1)).collect::<Option<Vec<_>>>().map(|t| t.concat())
        }
        _ => None,
    }
}

fn group_equal(word: &str) -> Option<GroupEqual> {
    Some(match word {
        "loadings" => GroupEqual::Loadings,
        "intercepts" => GroupEqual::Intercepts,
        "means" => GroupEqual::Means,
        "regressions" => GroupEqual::Regressions,
        "residuals" => GroupEqual::Residuals,
        "residual.covariances" => GroupEqual::ResidualCovariances,
        "lv.variances" => GroupEqual::LvVariances,
        "lv.covariances" => GroupEqual::LvCovariances,
        _ => return None,
    })
}

/// lavaan's default number of resamples is 1,000.
fn resampling(settings: &mut Settings) -> &mut BootstrapSettings {
    settings.bootstrap.get_or_insert(BootstrapSettings {
        resamples: 1000,
        seed: 1,
        interval: BootstrapInterval::Percentile,
        kind: BootstrapKind::Ordinary,
    })
}

pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|word| (strsim::jaro_winkler(&name.to_lowercase(), &word.to_lowercase()), word))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn options_of_every_kind() {
        let options = json!({
            "estimator": "ml", "std.lv": true, "meanstructure": "TRUE", "group": "school",
            "group.equal": ["loadings", "intercepts"], "group_partial": "x3 ~ 1", "bootstrap": 500, "level": 0.9, "likelihood": "amos",
        });
        let entries = options.as_object().unwrap();
        let settings = settings_from(entries.iter().map(|(k, v)| (k.as_str(), v))).unwrap();
        assert!(settings.std_lv && settings.meanstructure == Some(true));
        assert_eq!(settings.group_equal, [GroupEqual::Loadings, GroupEqual::Intercepts]);
        assert_eq!(settings.group_partial, ["x3 ~ 1"]);
        assert_eq!(settings.bootstrap.unwrap().resamples, 500);
        assert_eq!(settings.conventions.likelihood, Likelihood::Amos);
    }

    #[test]
    fn refusals_name_what_is_known() {
        let check = |name: &str, value: Value, expected: &str| {
            let message = set_option(&mut Settings::default(), name, &value).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        };
        check("estimater", json!("ML"), "did you mean estimator?");
        check("estimator", json!("WLSNV"), "did you mean WLSMV?");
        check("ordered", json!(true), "not built yet");
        check("std.lv", json!(3), "true or false");
        check("bootstrap", json!(-1), "whole number");
        check("group.equal", json!(["loading"]), "did you mean loadings?");
        check("level", json!(95), "between 0 and 1");
    }

    #[test]
    fn a_convention_never_overrides_what_else_is_given() {
        let (wishart, amos) = (json!("wishart"), json!("amos"));
        let settings = settings_from([("likelihood", &wishart), ("convention", &amos)]).unwrap();
        assert_eq!(settings.conventions.likelihood, Likelihood::Wishart);
    }

    #[test]
    fn flags_are_names_with_dashes() {
        for option in OPTIONS {
            assert_eq!(option.flag, option.name.replace('.', "-"));
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = OPTIONS.iter().map(|o| o.name).chain(refused_names()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
