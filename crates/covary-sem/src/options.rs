//! Options by lavaan's names: one list from which the command line, option files and study files are read.

use serde_json::Value;

use crate::{
    SemError, Settings,
    conventions::{Conventions, Likelihood},
    settings::{
        BootstrapInterval, BootstrapSettings, EstimatorName, Function, GroupEqual, Information, MissingValues,
        StandardErrors,
    },
};

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
    /// One or several of these words.
    Words(&'static [&'static str]),
    /// A whole number.
    Count,
    /// A number between 0 and 1.
    Proportion,
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
    set: fn(&mut Settings, &Given),
}

/// A value that was checked against its kind.
enum Given {
    Flag(bool),
    Words(Vec<String>),
    Count(u64),
    Proportion(f64),
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
    fn proportion(&self) -> f64 {
        match self {
            Given::Proportion(p) => *p,
            _ => 0.0,
        }
    }
}

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
    OptionSpec { name: "function", flag: "function", kind: OptionKind::Word(&["sem", "cfa", "growth", "lavaan"]), help: "which defaults complete the model", set: |s, v| s.function = match v.word() { "cfa" => Function::Cfa, "growth" => Function::Growth, "lavaan" => Function::Lavaan, _ => Function::Sem } },
    OptionSpec { name: "convention", flag: "convention", kind: OptionKind::Word(&["lavaan", "amos", "mplus"]), help: "whose conventions the numbers follow", set: |s, v| s.conventions = match v.word() { "amos" => Conventions::AMOS, "mplus" => Conventions::MPLUS, _ => Conventions::LAVAAN } },
    OptionSpec { name: "estimator", flag: "estimator", kind: OptionKind::Word(&["ML"]), help: "discrepancy function", set: |s, _| s.estimator = EstimatorName::Ml },
    OptionSpec { name: "likelihood", flag: "likelihood", kind: OptionKind::Word(&["normal", "wishart", "amos"]), help: "divisor of the moments and multiplier of chi-square", set: |s, v| s.conventions.likelihood = match v.word() { "wishart" => Likelihood::Wishart, "amos" => Likelihood::Amos, _ => Likelihood::Normal } },
    OptionSpec { name: "se", flag: "se", kind: OptionKind::Word(&["standard", "bootstrap", "none"]), help: "kind of standard errors", set: |s, v| s.se = Some(match v.word() { "bootstrap" => StandardErrors::Bootstrap, "none" => StandardErrors::None, _ => StandardErrors::Standard }) },
    OptionSpec { name: "test", flag: "test", kind: OptionKind::Word(&["standard"]), help: "test of the model", set: |_, _| () },
    OptionSpec { name: "information", flag: "information", kind: OptionKind::Word(&["expected", "observed"]), help: "information that standard errors come from", set: |s, v| s.information = Some(if v.word() == "observed" { Information::Observed } else { Information::Expected }) },
    OptionSpec { name: "missing", flag: "missing", kind: OptionKind::Word(&["listwise"]), help: "what is done about missing values", set: |s, _| s.missing = MissingValues::Listwise },
    OptionSpec { name: "meanstructure", flag: "meanstructure", kind: OptionKind::Flag, help: "model the means", set: |s, v| s.meanstructure = Some(v.flag()) },
    OptionSpec { name: "fixed.x", flag: "fixed-x", kind: OptionKind::Flag, help: "hold moments of observed exogenous variables at their sample values", set: |s, v| s.fixed_x = Some(v.flag()) },
    OptionSpec { name: "std.lv", flag: "std-lv", kind: OptionKind::Flag, help: "fix latent variances to 1 instead of first loadings", set: |s, v| s.std_lv = v.flag() },
    OptionSpec { name: "std.ov", flag: "std-ov", kind: OptionKind::Flag, help: "standardize observed variables first", set: |s, v| s.std_ov = v.flag() },
    OptionSpec { name: "orthogonal", flag: "orthogonal", kind: OptionKind::Flag, help: "exogenous latent variables are uncorrelated", set: |s, v| s.orthogonal = v.flag() },
    OptionSpec { name: "group", flag: "group", kind: OptionKind::Text, help: "variable that defines groups", set: |s, v| s.group = Some(v.word().to_string()) },
    OptionSpec { name: "group.label", flag: "group-label", kind: OptionKind::Texts, help: "which groups, in which order", set: |s, v| s.group_label = v.words() },
    OptionSpec { name: "group.equal", flag: "group-equal", kind: OptionKind::Words(EQUAL), help: "what is equal across groups", set: |s, v| s.group_equal = v.words().iter().filter_map(|w| group_equal(w)).collect() },
    OptionSpec { name: "group.partial", flag: "group-partial", kind: OptionKind::Texts, help: "parameters exempt from group.equal, as formulas", set: |s, v| s.group_partial = v.words() },
    OptionSpec { name: "auto.fix.first", flag: "auto-fix-first", kind: OptionKind::Flag, help: "the first loading of each factor is 1", set: |s, v| s.auto.fix_first = Some(v.flag()) },
    OptionSpec { name: "auto.fix.single", flag: "auto-fix-single", kind: OptionKind::Flag, help: "the residual variance of a single indicator is 0", set: |s, v| s.auto.fix_single = Some(v.flag()) },
    OptionSpec { name: "auto.var", flag: "auto-var", kind: OptionKind::Flag, help: "add (residual) variances", set: |s, v| s.auto.var = Some(v.flag()) },
    OptionSpec { name: "auto.cov.lv.x", flag: "auto-cov-lv-x", kind: OptionKind::Flag, help: "add covariances of exogenous latent variables", set: |s, v| s.auto.cov_lv_x = Some(v.flag()) },
    OptionSpec { name: "auto.cov.y", flag: "auto-cov-y", kind: OptionKind::Flag, help: "add residual covariances of outcomes", set: |s, v| s.auto.cov_y = Some(v.flag()) },
    OptionSpec { name: "int.ov.free", flag: "int-ov-free", kind: OptionKind::Flag, help: "intercepts of observed variables are free", set: |s, v| s.auto.int_ov_free = Some(v.flag()) },
    OptionSpec { name: "int.lv.free", flag: "int-lv-free", kind: OptionKind::Flag, help: "means of latent variables are free", set: |s, v| s.auto.int_lv_free = Some(v.flag()) },
    OptionSpec { name: "bootstrap", flag: "bootstrap", kind: OptionKind::Count, help: "number of resamples", set: |s, v| resampling(s).resamples = v.count() as usize },
    OptionSpec { name: "seed", flag: "seed", kind: OptionKind::Count, help: "seed of the random streams", set: |s, v| resampling(s).seed = v.count() },
    OptionSpec { name: "boot.ci.type", flag: "boot-ci-type", kind: OptionKind::Word(&["norm", "basic", "perc", "bca.simple", "bca"]), help: "kind of bootstrap interval (bca.simple: bias-corrected)", set: |s, v| resampling(s).interval = match v.word() { "norm" => BootstrapInterval::Normal, "basic" => BootstrapInterval::Basic, "bca.simple" => BootstrapInterval::BiasCorrected, "bca" => BootstrapInterval::Bca, _ => BootstrapInterval::Percentile } },
    OptionSpec { name: "level", flag: "level", kind: OptionKind::Proportion, help: "confidence level of intervals", set: |s, v| s.level = v.proportion() },
    OptionSpec { name: "iter.max", flag: "iter-max", kind: OptionKind::Count, help: "greatest number of iterations", set: |s, v| s.max_iterations = v.count() as usize },
];

/// lavaan's options and words that are known but not built yet: refused by name, never ignored.
pub const NOT_BUILT: &[&str] = &[
    "ordered",
    "parameterization",
    "cluster",
    "sampling.weights",
    "sampling.weights.normalization",
    "effect.coding",
    "conditional.x",
    "rotation",
    "rotation.args",
    "rotation.se",
    "nfactors",
    "bounds",
    "rstarts",
    "correlation",
    "mimic",
    "estimator.args",
    "h1.information",
    "observed.information",
    "gamma.n.minus.one",
    "gamma.unbiased",
    "marker.int.zero",
    "group.w.free",
    "zero.add",
    "zero.keep.margins",
    "auto.th",
    "auto.delta",
    "auto.efa",
    "orthogonal.x",
    "orthogonal.y",
    "orthogonal.efa",
    "ceq.simple",
    "composites",
    "aux",
    "wald",
    "score.test",
    "start",
    "baseline.conditional.x.free.slopes",
    "level.label",
    "sample.cov.rescale",
    "scaled.test",
    "standard.test",
    "information.meat",
    "h1.information.meat",
    "ridge",
    "control",
    "optim.method",
    "em.h1.tol",
    "link",
    "representation",
    "model.type",
    "constraints",
    "sample.mean",
    "sample.cov",
];

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
    let given = check(spec, value)?;
    (spec.set)(settings, &given);
    Ok(())
}

/// Settings from a list of options; `convention` first, so that it never overrides what else is given.
pub fn settings_from<'a>(options: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Settings, SemError> {
    let mut options: Vec<(&str, &Value)> = options.into_iter().collect();
    options.sort_by_key(|(name, _)| normalised(name) != "convention");
    let mut settings = Settings::default();
    for (name, value) in options {
        set_option(&mut settings, name, value)?;
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
        if normalised(key) != "iter.max" {
            return Err(SemError::Option(format!("option control: \"{key}\" is not known; it takes iter.max")));
        }
        set_option(settings, "iter.max", value)?;
    }
    Ok(())
}

fn unknown(name: &str) -> SemError {
    if NOT_BUILT.contains(&name) {
        return SemError::Option(format!("option {name} is not built yet; it is refused rather than ignored"));
    }
    let known = OPTIONS.iter().map(|spec| spec.name).chain(NOT_BUILT.iter().copied());
    SemError::Option(match nearest(name, known) {
        Some(nearest) => format!("unknown option \"{name}\"; did you mean {nearest}?"),
        None => format!("unknown option \"{name}\""),
    })
}

fn check(spec: &OptionSpec, value: &Value) -> Result<Given, SemError> {
    let wrong = |expected: String| SemError::Option(format!("option {} takes {expected}, not {value}", spec.name));
    match spec.kind {
        OptionKind::Flag => as_flag(value).map(Given::Flag).ok_or_else(|| wrong("true or false".to_string())),
        OptionKind::Count => as_number(value)
            .filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 9e15)
            .map(|n| Given::Count(n as u64))
            .ok_or_else(|| wrong("a whole number".to_string())),
        OptionKind::Proportion => as_number(value)
            .filter(|p| *p > 0.0 && *p < 1.0)
            .map(Given::Proportion)
            .ok_or_else(|| wrong("a number between 0 and 1".to_string())),
        OptionKind::Text => match as_texts(value).filter(|texts| texts.len() == 1) {
            Some(texts) => Ok(Given::Words(texts)),
            None => Err(wrong("one text".to_string())),
        },
        OptionKind::Texts => {
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
        OptionKind::Words(words) => {
            let texts = as_texts(value).ok_or_else(|| wrong(one_of(words)))?;
            Ok(Given::Words(texts.iter().map(|text| known_word(spec, words, text)).collect::<Result<_, _>>()?))
        }
    }
}

fn known_word(spec: &OptionSpec, words: &[&str], text: &str) -> Result<String, SemError> {
    if let Some(word) = words.iter().find(|word| normalised(word).eq_ignore_ascii_case(&normalised(text))) {
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

fn as_flag(value: &Value) -> Option<bool> {
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

fn as_number(value: &Value) -> Option<f64> {
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
    })
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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
        check("estimator", json!("WLSMV"), "only ML");
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
        let mut names: Vec<&str> =
            OPTIONS.iter().map(|o| o.name).chain(NOT_BUILT.iter().copied()).filter(|n| *n != "control").collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
