//! What findings and warnings say, and what to do.

use covary_analysis::findings::FindingCode;
use covary_sem::warning::WarningCode;

use super::{name_list, names::words, sentences::p_is};
use crate::{
    FindingText,
    NumberKind::{Bounded, Count, Exact, Percent, Probability, Statistic},
    Severity, Text,
    words::{
        FindingFacts,
        text::{Name, Sym, text},
    },
};

/// A finding's words before its severity is known.
struct Said {
    heading: Text,
    text: Text,
    advice: Text,
}

pub(super) fn finding(facts: &FindingFacts) -> FindingText {
    let Said { heading, text, advice } = said(facts);
    FindingText { severity: facts.severity, heading, text, advice }
}

fn said(facts: &FindingFacts) -> Said {
    let figure = facts.figure;
    let has = |name: &str| figure(name, Exact).value.is_some();
    let subject = |index: usize| facts.subjects.get(index).map(|s| (facts.name_of)(s)).unwrap_or_default();
    let raw = |index: usize| facts.subjects.get(index).map(String::as_str).unwrap_or_default();
    let model = || text![model_name(raw(0))];
    match facts.code {
        FindingCode::NotConverged => Said {
            heading: text!["The ", model(), " did not converge"],
            text: text![
                "The search for estimates ended before they had settled. No figure of this model may be interpreted."
            ],
            advice: text![
                "Check the model for a mistake, look for items with very different variances or nearly no variance, simplify the model, or collect more cases."
            ],
        },
        FindingCode::NotIdentified => Said {
            heading: text!["The ", model(), " is not identified"],
            text: text![
                "The data cannot determine all parameters: some could take other values with the same fit. ",
                concerned(&facts.subjects[facts.subjects.len().min(1)..])
            ],
            advice: text![
                "Give each latent variable at least three items, or constrain parameters; check that no path is stated twice."
            ],
        },
        FindingCode::NegativeVariance => Said {
            heading: text!["Negative variance (Heywood case) in the ", model()],
            text: text![
                "A variance cannot be negative: the solution is inadmissible. ",
                concerned(&facts.subjects[facts.subjects.len().min(1)..])
            ],
            advice: text![
                "Look at the items of the construct: a loading near 1, few items, or a small sample are the usual causes. If the interval of the variance holds 0, it may be fixed at a small positive value, and that must be said."
            ],
        },
        FindingCode::NotPositiveDefinite => Said {
            heading: text!["A covariance matrix of the ", model(), " is not positive definite"],
            text: text![
                "A correlation of latent variables reaches 1 or the matrix is otherwise impossible; the solution is inadmissible. ",
                concerned(&facts.subjects[facts.subjects.len().min(1)..])
            ],
            advice: text![
                "Look at the correlations of the latent variables: constructs that cannot be told apart should be joined or modelled as one of second order."
            ],
        },
        FindingCode::DiscriminantValidity => {
            let mut said = Text::new();
            if has("htmt") {
                said.extend(text!["HTMT = ", figure("htmt", Bounded)]);
                if has("htmt_upper") {
                    said.extend(text![" (upper limit ", figure("htmt_upper", Bounded), ")"]);
                }
                said.extend(text!["; "]);
            }
            said.extend(text![
                "the latent variables correlate ", figure("correlation", Bounded), ", the smaller √AVE is ",
                figure("sqrt_ave", Bounded),
                ". HTMT should be below .85 and √AVE above the correlation (Henseler et al., 2015; Fornell & Larcker, 1981)."
            ]);
            let verdict = if facts.severity == Severity::Serious { " is not established" } else { " is doubtful" };
            Said {
                heading: text!["Discriminant validity of ", Name(&subject(0)), " and ", Name(&subject(1)), verdict],
                text: said,
                advice: text![
                    "Say so. Compare with a model in which the two are one construct, look for items worded alike, and do not interpret their separate paths to the same outcome without this caution."
                ],
            }
        }
        FindingCode::ConvergentValidity => Said {
            heading: text!["AVE of ", Name(&subject(0)), " is below .50"],
            text: text![
                "AVE = ",
                figure("ave", Bounded),
                ", CR = ",
                figure("cr", Bounded),
                ": less than half of the items' variance is the construct's (Fornell & Larcker, 1981)."
            ],
            advice: text![
                "Look at the items with the smallest loadings. With CR above .60 convergent validity may still be argued for."
            ],
        },
        FindingCode::LowReliability => Said {
            heading: text!["Reliability of ", Name(&subject(0)), " is below .70"],
            text: text![
                "α = ",
                figure("alpha", Bounded),
                ", ω = ",
                figure("omega", Bounded),
                ", CR = ",
                figure("cr", Bounded),
                " (cut-off .70; McNeish, 2018; Hair et al., 2019)."
            ],
            advice: text![
                "Look at the item-total statistics for an item that does not belong, or that is keyed the other way."
            ],
        },
        FindingCode::RedundantItems => Said {
            heading: text!["Items of ", Name(&subject(0)), " may be redundant"],
            text: text![
                "α = ",
                figure("alpha", Bounded),
                ", CR = ",
                figure("cr", Bounded),
                ": above .95 items often say the same in other words (Hair et al., 2019)."
            ],
            advice: text!["Read the items side by side."],
        },
        FindingCode::AlphaIfDeleted => Said {
            heading: text!["α of ", Name(&subject(1)), " would be higher without ", Name(&subject(0))],
            text: text![
                "α = ",
                figure("alpha", Bounded),
                ", without the item ",
                figure("alpha_if_deleted", Bounded),
                "."
            ],
            advice: text!["Drop the item only if its content may be missed; a gain in α alone is no reason."],
        },
        FindingCode::WeakLoading => Said {
            heading: text![Name(&subject(0)), " loads weakly on ", Name(&subject(1))],
            text: text!["Standardized loading ", figure("loading", Bounded), ", below .50 (Hair et al., 2019)."],
            advice: text!["Check wording and keying; consider leaving the item out, and say so."],
        },
        FindingCode::CrossLoading => Said {
            heading: text![Name(&subject(0)), " does not load clearly on the factor of its construct"],
            text: text![
                "Loadings ",
                figure("first", Bounded),
                " on factor ",
                figure("first_factor", Count),
                " and ",
                figure("second", Bounded),
                " on factor ",
                figure("second_factor", Count),
                ": the first should lead by .20, on the factor of the other items of its construct (Hair et al., 2019)."
            ],
            advice: text!["Report the cross-loading; do not describe the factor structure as clean."],
        },
        FindingCode::FactorCount => Said {
            heading: text!["The number of factors is not beyond doubt"],
            text: text![
                "Taken: ",
                figure("factors", Count),
                "; by parallel analysis: ",
                figure("parallel", Count),
                "; by eigenvalues greater than 1: ",
                figure("kaiser", Count),
                "; constructs planned: ",
                figure("constructs", Count),
                " (Hayton et al., 2004; Fabrigar et al., 1999)."
            ],
            advice: text![
                "Report all of these counts, and why this number was taken. Fewer factors than constructs often means that two constructs are hard to tell apart."
            ],
        },
        FindingCode::Adequacy if has("msa") => Said {
            heading: text!["Sampling adequacy of ", Name(&subject(0)), " is low"],
            text: text!["MSA = ", figure("msa", Bounded), ", below .50 (Kaiser, 1974)."],
            advice: text!["Leave the item out of the factor analysis, and say so."],
        },
        FindingCode::Adequacy => Said {
            heading: text!["The items are hardly suited to factor analysis"],
            text: text![
                "KMO = ",
                figure("kmo", Bounded),
                " (at least .60; Kaiser, 1974); Bartlett's test: ",
                p_is(figure("bartlett_p", Probability)),
                "."
            ],
            advice: text!["Do not rest conclusions on the factor analysis; collect more cases or revise the items."],
        },
        FindingCode::IntervalChangesDecision => Said {
            heading: text!["The decision on ", Name(raw(0)), " depends on the kind of interval"],
            text: text![
                Name(raw(1)),
                ": the ",
                basis_name(raw(2)),
                " interval [",
                figure("lower", Statistic),
                ", ",
                figure("upper", Statistic),
                "], ",
                p_is(figure("p", Probability)),
                ", decides; otherwise decided by: ",
                basis_list(&facts.subjects[facts.subjects.len().min(3)..]),
                "."
            ],
            advice: text![
                "Report both intervals. Where false positives matter, the percentile interval is preferred (Tibbe & Montoya, 2022)."
            ],
        },
        FindingCode::BootstrapDisagrees => Said {
            heading: text!["Bootstrap and C.R. disagree on ", Name(raw(0))],
            text: text![
                Name(raw(1)),
                ": by its C.R. ",
                p_is(figure("p", Probability)),
                "; otherwise decided by: ",
                basis_list(&facts.subjects[facts.subjects.len().min(3)..]),
                "."
            ],
            advice: text!["Report both. The bootstrap does not assume a normal distribution of the estimate."],
        },
        FindingCode::Resamples => Said {
            heading: text!["Some bootstrap resamples did not give a proper solution"],
            text: text![
                "Of ",
                figure("resamples", Count),
                " resamples, ",
                figure("failed", Count),
                " could not be fitted and were left out, ",
                figure("inadmissible", Count),
                " gave an inadmissible solution and were kept."
            ],
            advice: text![
                "Report these counts. Many of them mean that the model is at the edge of what the data support."
            ],
        },
        FindingCode::Collinearity => Said {
            heading: text!["Collinear predictors of ", Name(&subject(1))],
            text: text![
                "VIF of ",
                Name(&subject(0)),
                " = ",
                figure("vif", Statistic),
                ", above 5 (Hair et al., 2019): its path and its standard error are unstable."
            ],
            advice: text!["Interpret the predictors together; consider a construct of second order."],
        },
        FindingCode::HighRSquare => Said {
            heading: text!["Nearly all variance of ", Name(&subject(0)), " is explained"],
            text: text![
                "R² = ",
                figure("r_square", Bounded),
                ": above .90 predictors and outcome may not be distinct."
            ],
            advice: text![
                "Look at the discriminant validity of the outcome and its predictors before praising the R²."
            ],
        },
        FindingCode::NonNormalItems => Said {
            heading: text![Name(&subject(0)), " is far from normal"],
            text: text![
                "Skewness ",
                figure("skewness", Statistic),
                ", kurtosis ",
                figure("kurtosis", Statistic),
                " (|skewness| > 2 or |kurtosis| > 7; West et al., 1995)."
            ],
            advice: text!["Rest conclusions on the bootstrap or on robust standard errors."],
        },
        FindingCode::MultivariateNonNormality => Said {
            heading: text!["The items are not multivariate normal"],
            text: text![
                "Mardia's kurtosis ",
                figure("kurtosis", Statistic),
                ", c.r. ",
                figure("cr", Statistic),
                ", beyond 5 (Bentler, 2005)."
            ],
            advice: text![
                "χ² tends to be too large and standard errors too small: rest conclusions on the bootstrap or on a robust estimator, and say so."
            ],
        },
        FindingCode::OrdinalItems => Said {
            heading: text!["Items with few or skewed answers were treated as continuous"],
            text: text![
                figure("count", Count),
                " of ",
                figure("items", Count),
                " items: ",
                name_list(facts.subjects),
                " (Rhemtulla et al., 2012)."
            ],
            advice: text![
                "With fewer than five categories, or skewed ones, an estimator for ordinal answers (WLSMV) is advised; compare its results."
            ],
        },
        FindingCode::PoorFit => Said {
            heading: text![Name(&raw(1).to_uppercase()), " of the ", model(), " is beyond its usual cut-off"],
            text: text![
                Name(&raw(1).to_uppercase()),
                " = ",
                figure("value", Bounded),
                "; cut-off ",
                figure("cutoff", Exact),
                " (Hu & Bentler, 1999; Browne & Cudeck, 1993)."
            ],
            advice: text![
                "Look at residuals and modification indices for the place of the misfit. Free nothing without a reason in theory."
            ],
        },
        FindingCode::LocalMisfit => Said {
            heading: text!["Some correlations are badly reproduced by the ", model()],
            text: text![
                figure("count", Count),
                " residual correlations exceed .10 in absolute value; the largest, ",
                figure("value", Bounded),
                ", is that of ",
                Name(raw(1)),
                " with ",
                Name(raw(2)),
                " (Kline, 2016)."
            ],
            advice: text!["Report them. Good global indices do not rule out local misfit."],
        },
        FindingCode::MisleadingIndex => misleading(facts),
        FindingCode::SampleSize => Said {
            heading: text!["The sample is small for the ", model()],
            text: text![
                Sym("N"),
                " = ",
                figure("n", Count),
                ", ",
                figure("npar", Count),
                " free parameters: ",
                figure("ratio", Statistic),
                " cases per parameter (at least 5, better 10, and 100 cases; Bentler & Chou, 1987; Kline, 2016)."
            ],
            advice: text!["Justify the sample by power for the paths that matter; a ratio alone justifies nothing."],
        },
        FindingCode::LowPower => Said {
            heading: text![Name(raw(0)), " may have been missed for want of power"],
            text: text![
                Name(raw(1)),
                ": β = ",
                figure("standardized", Bounded),
                ", ",
                p_is(figure("p", Probability)),
                ". A study like this finds a standardized effect of ",
                figure("detectable", Bounded),
                " with a probability of ",
                figure("power", Exact),
                "."
            ],
            advice: text![
                "Do not read \"not supported\" as \"no effect\". Power at the effect found says no more than p does (Hoenig & Heisey, 2001)."
            ],
        },
        FindingCode::MethodBias if raw(0) == "harman" => Said {
            heading: text!["One component explains more than half of the items' variance"],
            text: text!["First unrotated component: ", figure("percent", Percent), "% (Podsakoff et al., 2003)."],
            advice: text![
                "Discuss common method variance; a marker variable or a method factor is better evidence than this test."
            ],
        },
        FindingCode::MethodBias => Said {
            heading: text!["Full-collinearity VIF of ", Name(&subject(1)), " is above 3.3"],
            text: text![
                "VIF = ",
                figure("vif", Statistic),
                " (Kock, 2015): a sign of common method variance, or of constructs that overlap."
            ],
            advice: text!["Discuss common method variance and discriminant validity together."],
        },
        FindingCode::IntervalKind if matches!(raw(0), "percentile") => few_resamples(facts),
        FindingCode::IntervalKind => Said {
            heading: text!["Bias-corrected intervals are liberal"],
            text: text![
                "They find indirect effects that are not there more often than their level says, in small samples above all (Fritz et al., 2012; Tibbe & Montoya, 2022)."
            ],
            advice: text!["Report the percentile interval too; where false positives matter, decide by it."],
        },
        FindingCode::ExogenousUncorrelated => Said {
            heading: text![Name(&subject(0)), " and ", Name(&subject(1)), " are held uncorrelated by the model"],
            text: text![
                "In the data they correlate ",
                figure("correlation", Bounded),
                "; holding them uncorrelated distorts paths and fit."
            ],
            advice: text!["Add their covariance to the model: ", Name(&format!("{} ~~ {}", raw(0), raw(1))), "."],
        },
        FindingCode::MissingData => Said {
            heading: text!["Cases were incomplete"],
            text: {
                let mut said = text![
                    figure("cases", Count),
                    " cases (",
                    figure("percent", Percent),
                    "%) miss answers on items or model variables"
                ];
                if has("little_p") {
                    said.extend(text!["; Little's test: ", p_is(figure("little_p", Probability))]);
                }
                said.extend(text![" (Schafer & Graham, 2002; Little, 1988)."]);
                said
            },
            advice: text![
                "Say how many and why. Full information maximum likelihood uses all answers and assumes less than leaving cases out."
            ],
        },
        FindingCode::OutOfScale => Said {
            heading: text!["Answers outside the declared scale"],
            text: text![
                figure("count", Count),
                " answers; the first is ",
                figure("value", Exact),
                " for ",
                Name(&subject(0)),
                " in case ",
                figure("case", Count),
                "."
            ],
            advice: text![
                "Correct the data, or set out_of_scale in the study file to missing or drop. Until then every figure about these items is wrong."
            ],
        },
        FindingCode::CarelessAnswers => Said {
            heading: text!["Signs of careless answering: ", flag_name(raw(0))],
            text: text![
                figure("count", Count),
                " cases (",
                figure("percent", Percent),
                "%) are flagged and were kept (Curran, 2016; Meade & Craig, 2012)."
            ],
            advice: text!["Repeat the analysis without them and report whether a conclusion changes."],
        },
        FindingCode::SameSample => Said {
            heading: text!["Exploratory and confirmatory analysis rest on the same cases"],
            text: text![
                "Both used the same ",
                figure("n", Count),
                " cases: the confirmatory fit is then no independent confirmation (Fabrigar et al., 1999)."
            ],
            advice: text!["Say so, or split the sample."],
        },
        FindingCode::CrossSectional => Said {
            heading: text!["Directions are assumed, not shown"],
            text: text![
                "In one survey causes and outcomes are measured at once; other directions would fit as well, and mediation estimated from such data can be biased (Maxwell & Cole, 2007)."
            ],
            advice: text!["Avoid causal language, and name the alternatives."],
        },
        FindingCode::ConstructNotInModel => Said {
            heading: text!["Constructs that take no part in the structural model"],
            text: text![name_list(facts.subjects), "."],
            advice: text!["Say why they were measured, or add their paths."],
        },
        FindingCode::ProportionMisleads => Said {
            heading: text!["Shares of the total effect mislead here"],
            text: {
                let mut said = text![
                    Sym("N"),
                    " = ",
                    figure("n", Count),
                    ", and the share is unstable below 500 cases (MacKinnon et al., 1995)."
                ];
                if !facts.subjects.is_empty() {
                    said.extend(text![" It is undefined for ", name_list(facts.subjects), "."]);
                }
                said
            },
            advice: text!["Report the indirect effect with its interval instead."],
        },
        FindingCode::Unstable => Said {
            heading: text!["The model has a loop that does not settle"],
            text: text![
                "Stability index ",
                figure("index", Statistic),
                ", not below 1: its effects are meaningless (Bentler & Freeman, 1983)."
            ],
            advice: text!["Reconsider the loop."],
        },
        FindingCode::PilotDropped => Said {
            heading: text!["The pre-survey drops ", Name(&subject(0)), " of ", Name(&subject(1))],
            text: text![
                "Loading ",
                figure("loading", Bounded),
                ", below ",
                figure("cutoff", Exact),
                "; α of the construct ",
                figure("alpha_before", Bounded),
                " before and ",
                figure("alpha_after", Bounded),
                " after."
            ],
            advice: if facts.severity == Severity::Caution {
                text!["The main survey still uses the item: drop it there, or say why it stays."]
            } else {
                Text::new()
            },
        },
    }
}

fn misleading(facts: &FindingFacts) -> Said {
    let figure = facts.figure;
    match facts.subjects.get(1).map(String::as_str) {
        Some("rmsea") => Said {
            heading: text!["RMSEA is unreliable with so few degrees of freedom"],
            text: text![
                Sym("df"),
                " = ",
                figure("df", Count),
                ", ",
                Sym("N"),
                " = ",
                figure("n", Count),
                ": RMSEA is then often large for models that hold (Kenny et al., 2015)."
            ],
            advice: text!["Judge by χ², residuals and SRMR."],
        },
        Some("cfi") => Said {
            heading: text!["CFI and TLI are uninformative here"],
            text: text![
                "The independence model already has RMSEA = ",
                figure("baseline_rmsea", Bounded),
                "; below .158 incremental indices cannot be high (Kenny et al., 2015)."
            ],
            advice: text!["The items correlate little. Judge by RMSEA, SRMR and residuals."],
        },
        _ => Said {
            heading: text!["GFI, AGFI, NFI and χ²/df depend on the sample size"],
            text: text![
                Sym("N"),
                " = ",
                figure("n", Count),
                ". They are printed because AMOS users look for them, but are no longer recommended (West et al., 2012; Marsh et al., 2004)."
            ],
            advice: text!["Rest the judgement on RMSEA with its interval, SRMR, CFI and TLI."],
        },
    }
}

fn few_resamples(facts: &FindingFacts) -> Said {
    Said {
        heading: text!["Few bootstrap resamples"],
        text: text![(facts.figure)("resamples", Count), " resamples leave the limits uncertain."],
        advice: text!["Use at least 5,000."],
    }
}

/// "Concerned: A and B."
fn concerned(subjects: &[String]) -> Text {
    if subjects.is_empty() { Text::new() } else { text!["Concerned: ", name_list(subjects), "."] }
}

fn model_name(code: &str) -> &'static str {
    match code {
        "structural_model" => "structural model",
        _ => "measurement model",
    }
}

fn basis_name(code: &str) -> &'static str {
    match code {
        "normal" => "C.R. (normal)",
        "percentile" => "percentile bootstrap",
        "bias-corrected" => "bias-corrected bootstrap",
        "bca" => "BCa bootstrap",
        _ => "no",
    }
}

fn basis_list(codes: &[String]) -> Text {
    super::list(codes.iter().map(|code| text![basis_name(code)]).collect())
}

fn flag_name(code: &str) -> &'static str {
    match code {
        "longstring" => "longest run of identical answers",
        "irv" => "intra-individual response variability",
        "evenodd" => "even-odd consistency",
        "mahalanobis" => "Mahalanobis distance",
        "duplicates" => "duplicates",
        _ => "response time",
    }
}

pub(super) fn warning(code: WarningCode, subjects: &[String]) -> FindingText {
    let (severity, heading, advice) = match code {
        WarningCode::NotConverged => (
            Severity::Serious,
            "The model did not converge",
            "No figure may be interpreted. Check the model, look for variables of very different variance, or simplify.",
        ),
        WarningCode::NotIdentified => (
            Severity::Serious,
            "The model is not identified",
            "The data cannot determine all parameters; constrain some, or give latent variables more indicators.",
        ),
        WarningCode::NegativeVariance => (
            Severity::Serious,
            "A variance is negative (Heywood case)",
            "The solution is inadmissible; look at the items with loadings near 1.",
        ),
        WarningCode::LatentNotPositiveDefinite => (
            Severity::Serious,
            "The covariance matrix of the latent variables is not positive definite",
            "Look for latent variables whose correlation reaches 1; they cannot be told apart.",
        ),
        WarningCode::ResidualNotPositiveDefinite => (
            Severity::Serious,
            "The residual covariance matrix is not positive definite",
            "Look at residual covariances that are too large for their variances.",
        ),
        WarningCode::SampleNotPositiveDefinite => (
            Severity::Serious,
            "The sample covariance matrix is not positive definite",
            "A variable is a sum of others, or there are fewer cases than variables.",
        ),
        WarningCode::ImpliedNotPositiveDefinite => (
            Severity::Serious,
            "The implied covariance matrix is not positive definite",
            "Check fixed values and starting values.",
        ),
        WarningCode::FewCases => {
            (Severity::Caution, "There are few cases for this model", "Simplify, or collect more cases.")
        }
        WarningCode::VariancesDiffer => (
            Severity::Caution,
            "Variances differ greatly in size",
            "Rescale variables to similar units, so that the search is well conditioned.",
        ),
        WarningCode::CasesLeftOut => (
            Severity::Note,
            "Cases with missing values were left out",
            "Full information maximum likelihood would use them.",
        ),
        WarningCode::LowCoverage => (
            Severity::Caution,
            "Some variables were hardly ever observed together",
            "Their covariance rests on few cases; look at the estimates that depend on it.",
        ),
        WarningCode::Unstable => {
            (Severity::Serious, "The model has a loop that does not settle", "Reconsider the loop.")
        }
        WarningCode::NegativeDegreesOfFreedom => {
            (Severity::Serious, "There are more parameters than moments", "Fix or remove parameters.")
        }
        WarningCode::ModelsNotComparable => (
            Severity::Serious,
            "Two models do not describe the same data",
            "Fit both to the same cases and variables, by the same method; only then can χ², AIC and BIC be compared.",
        ),
        WarningCode::ModelsNotNested => (
            Severity::Serious,
            "A model is not nested in the one it is compared with",
            "A χ² difference test does not apply. Compare AIC and BIC, or state the restrictions within one model.",
        ),
        WarningCode::ModelsEquivalent => (
            Severity::Caution,
            "Two models are equivalent",
            "They fit equally well whatever the data: theory, not fit, must decide between them.",
        ),
        WarningCode::DifferenceTestUndefined => (
            Severity::Caution,
            "A difference test does not exist",
            "Try another method of comparison, such as satorra.2000.",
        ),
        WarningCode::ResamplesFailed => {
            (Severity::Caution, "Some bootstrap resamples did not give a proper solution", "Report how many.")
        }
        WarningCode::AtBound => (
            Severity::Caution,
            "An estimate lies at its bound, or an inequality constraint holds as an equation",
            "Its test is not a standard one; look at what happens without the bound.",
        ),
        WarningCode::WeakMarker => (
            Severity::Caution,
            "A latent variable takes its unit from an indicator that hardly measures it",
            "Fix the loading of a stronger indicator instead; fit and standardized estimates stay as they are.",
        ),
        WarningCode::OptionNote => (Severity::Note, "An option has an effect that may not be expected", ""),
    };
    let advice = if advice.is_empty() { Text::new() } else { words(advice.to_string()) };
    FindingText { severity, heading: text![heading], text: concerned(subjects), advice }
}
