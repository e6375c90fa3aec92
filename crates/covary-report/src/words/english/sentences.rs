//! Paragraphs and points.

use covary_analysis::{
    effects::MediationType,
    hypotheses::{Basis, Reason, Verdict},
};
use covary_sem::{
    estimators::NamedEstimator,
    fit_indices::variant::IndexVariant,
    settings::{EstimatorName, MissingValues, StandardErrors, TestName},
};
use covary_study::{ConventionName, Extraction, FactorCount, OutOfScale, RotationName};

use super::{
    list, name_list,
    names::{
        basis, extraction, factor_rule, interval_kind, level, percent, resampled_from, resampled_interval, rotation,
        words,
    },
};
use crate::{
    Number, NumberKind, Text,
    words::{
        FitFigures, FitMethod, HypothesisFigures, Judgement, Sentence,
        text::{Name, Sym, text},
    },
};

/// "*p* = .023" or "*p* < .001": the relation stands in the figure where it is beyond what is printed.
pub(super) fn p_is(p: Number) -> Text {
    match p.value {
        Some(value) if value < 0.001 || (value > 0.9995 && value < 1.0) => text![Sym("p"), "\u{a0}", p],
        _ => text![Sym("p"), "\u{a0}= ", p],
    }
}

fn interval(level: f64, lower: Number, upper: Number) -> Text {
    text![words(format!("{} CI [", percent(level))), lower, ",\u{a0}", upper, "]"]
}

fn convention_name(convention: ConventionName) -> &'static str {
    match convention {
        ConventionName::Amos => "AMOS",
        ConventionName::Lavaan => "lavaan",
        ConventionName::Mplus => "Mplus",
    }
}

pub(super) fn say(sentence: Sentence) -> Text {
    match sentence {
        Sentence::Subtitle { valid, convention } => {
            text![Sym("N"), " = ", valid, ". Conventions of ", convention_name(convention), "."]
        }
        Sentence::NoFindings => text!["The checks that a reviewer would make found nothing to report."],
        Sentence::FindingsIntroduction => text![
            "What a careful reviewer would say about these results, the gravest first, each with the figures on which it rests."
        ],
        Sentence::DecisionSummary { supported, rejected, undecided } => decisions(&supported, &rejected, &undecided),
        Sentence::Response { distributed, returned, valid, response_rate, effective_rate } => text![
            "Of ",
            distributed,
            " questionnaires sent, ",
            returned,
            " were returned (response rate ",
            response_rate,
            "%), and ",
            valid,
            " are valid (",
            effective_rate,
            "% of those sent)."
        ],
        Sentence::Returned { returned, valid, validity_rate } => {
            text!["Of ", returned, " questionnaires returned, ", valid, " are valid (", validity_rate, "%)."]
        }
        Sentence::NoExclusions => text!["No case was left out."],
        Sentence::OutOfScale { policy } => text![
            "Answers outside the declared scale were found. ",
            match policy {
                OutOfScale::Report =>
                    "They were used as they are: correct the data, or say in the study file what is to be done.",
                OutOfScale::Missing => "They were treated as missing.",
                OutOfScale::Drop => "Their cases were left out.",
                OutOfScale::Error => "They stop the run.",
            }
        ],
        Sentence::AllInScale => text!["All answers lie within the declared scales."],
        Sentence::Missing { answers, percent, cases, complete } => text![
            answers,
            " answers are missing (",
            percent,
            "% of all answers); ",
            complete,
            " of ",
            cases,
            " cases are complete."
        ],
        Sentence::NothingMissing { cases } => text!["No answer is missing among ", cases, " cases."],
        Sentence::Little { chi_squared, df, p, rejected } => text![
            "Little's test that answers are missing completely at random: χ²(",
            df,
            ") = ",
            chi_squared,
            ", ",
            p_is(p),
            if rejected {
                "; the answers are not missing completely at random (Little, 1988)."
            } else {
                "; nothing speaks against answers missing completely at random (Little, 1988)."
            }
        ],
        Sentence::Careless => text![
            "Signs of careless answering are reported with their cut-offs; cases are dropped only where the study file says so (Curran, 2016; Meade & Craig, 2012)."
        ],
        Sentence::Reversed { items } => {
            text!["Reverse-keyed items were scored in the direction of their construct: ", name_list(&items), "."]
        }
        Sentence::Pilot { cases, drop_below, dropped } => pilot(cases, drop_below, &dropped),
        Sentence::PilotConstruct { construct, before, after } => match after {
            Some(after) => {
                text![Name(&construct), ": α = ", before, " with all items, ", after, " with those that stay"]
            }
            None => text![Name(&construct), ": α = ", before],
        },
        Sentence::ProfileVariable { variable, shares } => {
            let shares = shares.into_iter().map(|(label, share)| text![Name(&label), " (", share, "%)"]).collect();
            text![Name(&variable), ": ", list(shares), "."]
        }
        Sentence::Mardia { usual, usual_cr, amos, amos_cr, normal } => text![
            "Mardia's multivariate kurtosis, as AMOS prints it: ",
            amos,
            " (c.r. ",
            amos_cr,
            "); by the usual formula: ",
            usual,
            " (c.r. ",
            usual_cr,
            ") (Mardia, 1970). ",
            if normal {
                "A c.r. of at most 5 is taken as compatible with multivariate normality (Bentler, 2005)."
            } else {
                "A c.r. beyond 5 speaks against multivariate normality (Bentler, 2005)."
            }
        ],
        Sentence::Adequacy { kmo, judgement, chi_squared, df, p } => text![
            "KMO = ",
            kmo,
            match judgement {
                Some(Judgement::Good) => ", above .80: the items are well suited to factor analysis (Kaiser, 1974)",
                Some(Judgement::Acceptable) => ", above .60: the items are suited to factor analysis (Kaiser, 1974)",
                Some(Judgement::Poor) => ", below .60: the items are hardly suited to factor analysis (Kaiser, 1974)",
                None => "",
            },
            "; Bartlett's test of sphericity: χ²(",
            df,
            ") = ",
            chi_squared,
            ", ",
            p_is(p),
            "."
        ],
        Sentence::NoAdequacy => {
            text!["KMO and the anti-image matrices do not exist: the correlation matrix of the items has no inverse."]
        }
        Sentence::Extraction { extraction: e, rotation: r, rule, factors, items, cumulative } => text![
            "By ",
            extraction(e),
            ", ",
            factors,
            if e == Extraction::Pca { " components" } else { " factors" },
            match rule {
                FactorCount::Fixed(_) => ", as fixed in advance, were extracted from ",
                FactorCount::Kaiser | FactorCount::Parallel => " were extracted from ",
            },
            items,
            " items",
            match rule {
                FactorCount::Fixed(_) => "",
                FactorCount::Kaiser | FactorCount::Parallel => ", their number decided by ",
            },
            match rule {
                FactorCount::Fixed(_) => "",
                other => factor_rule(other),
            },
            "; they explain ",
            cumulative,
            "% of the variance. Rotation: ",
            match r {
                RotationName::None => "none",
                other => rotation(other),
            },
            "."
        ],
        Sentence::SuggestedCounts { kaiser, parallel } => text![
            "Eigenvalues greater than 1: ",
            kaiser,
            "; parallel analysis suggests ",
            parallel,
            " (Hayton et al., 2004)."
        ],
        Sentence::LargeResiduals { count, percent } => {
            text![count, " (", percent, "%) of the nonredundant residuals exceed .05 in absolute value."]
        }
        Sentence::NotConverged => {
            text!["The extraction did not meet its stopping rule: its figures must not be used."]
        }
        Sentence::Reliability { least, least_construct, greatest, greatest_construct } => text![
            "Cronbach's α lies between ",
            least,
            " (",
            Name(&least_construct),
            ") and ",
            greatest,
            " (",
            Name(&greatest_construct),
            ")."
        ],
        Sentence::MeasurementModel { cases, method, convention } => text![
            "The measurement model, in which each item measures its own construct and all constructs correlate, was fitted to ",
            cases,
            " cases by ",
            fit_method(&method),
            " under the conventions of ",
            convention_name(convention),
            "."
        ],
        Sentence::Fit(figures) => fit(figures),
        Sentence::ValidityHolds => text![
            "Discriminant validity is established for every pair of constructs: each √AVE exceeds the correlation and HTMT is below .85 (Fornell & Larcker, 1981; Henseler et al., 2015)."
        ],
        Sentence::ValidityFails { pairs } => {
            let pairs = pairs.iter().map(|(left, right)| text![Name(left), " with ", Name(right)]).collect();
            text!["Discriminant validity is not established, or doubtful, for ", list(pairs), "."]
        }
        Sentence::ConvergentHolds => {
            text!["Convergent validity: AVE is at least .50 for every construct (Fornell & Larcker, 1981)."]
        }
        Sentence::ConvergentFails { constructs } => text![
            "Convergent validity is in doubt: AVE is below .50 for ",
            name_list(&constructs),
            " (Fornell & Larcker, 1981)."
        ],
        Sentence::Harman { percent, components, suspicious } => text![
            "Harman's test: ",
            components,
            " components have eigenvalues above 1, and the first unrotated one explains ",
            percent,
            if suspicious {
                "% of the variance, more than the 50% taken as a sign of common method variance (Podsakoff et al., 2003)."
            } else {
                "% of the variance, less than the 50% taken as a sign of common method variance (Podsakoff et al., 2003)."
            }
        ],
        Sentence::HarmanLimits => text![
            "Harman's test is insensitive: passing it does not show that method variance is absent. Procedural remedies, and a marker or a measured method factor, are better evidence (Podsakoff et al., 2003)."
        ],
        Sentence::SingleFactor { chisq, df, p } => text![
            "A model in which all items load on one factor fits worse than the measurement model by Δχ²(",
            df,
            ") = ",
            chisq,
            ", ",
            p_is(p),
            "."
        ],
        Sentence::StructuralModel { cases, method } => {
            text!["The structural model was fitted to ", cases, " cases by ", fit_method(&method), "."]
        }
        Sentence::FittedModel { cases, method } => {
            text!["The model was fitted to ", cases, " cases by ", fit_method(&method), "."]
        }
        Sentence::NotesForModel { moments, parameters, df } => text![
            "Number of distinct sample moments: ",
            moments.clone(),
            ". Number of distinct parameters to be estimated: ",
            parameters.clone(),
            ". Degrees of freedom (",
            moments,
            "\u{a0}−\u{a0}",
            parameters,
            "): ",
            df,
            "."
        ],
        Sentence::MinimumAchieved { iterations, chisq, df, p } => text![
            "Minimum was achieved in ",
            iterations,
            " iterations. Chi-square = ",
            chisq,
            ", Degrees of freedom = ",
            df,
            ", Probability level: ",
            p_is(p),
            "."
        ],
        Sentence::MinimumNotAchieved { iterations } => text![
            "Minimum was NOT achieved: after ",
            iterations,
            " iterations the estimates had not settled. The figures below must not be interpreted."
        ],
        Sentence::Paths { supported } => text!["Paths that differ from 0 at the 5% level: ", list(supported), "."],
        Sentence::RSquare { variable, value } => {
            let share = value.clone().of_kind(NumberKind::Proportion);
            text!["The model explains ", share, "% of the variance of ", Name(&variable), " (R² = ", value, ")."]
        }
        Sentence::Bootstrap { resamples, used, failed, inadmissible, seed, kind, level } => text![
            words(percent(level)),
            " ",
            interval_kind(kind),
            " intervals rest on ",
            used,
            " of ",
            resamples,
            " bootstrap resamples (seed ",
            seed,
            "); ",
            failed,
            " could not be fitted and were left out, ",
            inadmissible,
            " gave an inadmissible solution and were kept."
        ],
        Sentence::BollenStine { better, worse, failed, drawn, p, share, mean, sd, seed } => text![
            "Bollen-Stine bootstrap (",
            drawn,
            " samples, seed ",
            seed,
            "): the model fit better in ",
            better,
            " bootstrap samples, it fit worse or equally well in ",
            worse,
            ", and it failed to fit in ",
            failed,
            ". Testing the null hypothesis that the model is correct, Bollen-Stine bootstrap ",
            p_is(p),
            " (AMOS: samples that fit worse or failed, and the sample itself, among all); the share among the samples that converged (lavaan) gives ",
            p_is(share),
            ". The χ² of these samples has mean ",
            mean,
            " and standard deviation ",
            sd,
            "."
        ],
        Sentence::Resamples { kind, interval, level, resamples, used, failed, inadmissible, seed } => text![
            "Standard errors, bias and ",
            words(percent(level)),
            " ",
            resampled_interval(interval),
            " intervals rest on ",
            used,
            " of ",
            resamples,
            " ",
            resampled_from(kind),
            " (seed ",
            seed,
            "); ",
            failed,
            " could not be fitted and were left out, ",
            inadmissible,
            " gave an inadmissible solution and were kept."
        ],
        Sentence::NoBootstrap => text![
            "No bootstrap was asked for: standard errors of indirect effects are by the delta method, and mediation cannot be decided by an interval."
        ],
        Sentence::StabilityIndex { index } => text![
            "The model has a loop; its stability index is ",
            index,
            " (below 1 the effects settle; Bentler & Freeman, 1983)."
        ],
        Sentence::Mediation { way, indirect, lower, upper, p, level, kind } => text![
            Name(&way),
            ": β = ",
            indirect,
            ", ",
            interval(level, lower, upper),
            ", ",
            p_is(p),
            "; ",
            mediation(kind),
            "."
        ],
        Sentence::Hypothesis(figures) => hypothesis(figures),
        Sentence::WaysLeftOut => {
            text!["Some indirect ways are too many to list and were left out; total effects include them."]
        }
        Sentence::Reproducible => text![
            "The same data, study file, seed and version give the same figures, on any number of processors. Everything shown here stands in full precision in results.json; model.lav is the model as lavaan syntax."
        ],
        Sentence::NoModificationIndices => text!["No modification index reaches the threshold."],
        Sentence::Invariance { groups, highest, partial } => {
            let mut out = text!["Groups: ", name_list(&groups), ". "];
            out.extend(match highest {
                Some(highest) => text!["The highest level that holds, with all below it: ", level(highest), "."],
                None => text!["No level could be estimated."],
            });
            if !partial.is_empty() {
                out.extend(text![" Not equal across groups by choice: ", name_list(&partial), "."]);
            }
            out
        }
        Sentence::LatentMeans { level: at, released } => {
            let mut out = text!["Latent means are compared under the ", level(at), " level"];
            if !released.is_empty() {
                out.extend(text![", with ", name_list(&released), " released"]);
            }
            out.extend(text!["."]);
            out
        }
        Sentence::Power(sentence) => super::power::say(sentence),
        Sentence::NoLatentMeans => text![
            "Latent means are not compared: without equal loadings and intercepts, of most items at least, their differences would mix with differences of measurement."
        ],
    }
}

fn decisions(supported: &[String], rejected: &[String], undecided: &[String]) -> Text {
    let mut out = Text::new();
    let parts = [(supported, " supported. "), (rejected, " not supported. "), (undecided, " not decided. ")];
    for (names, verdict) in parts {
        if !names.is_empty() {
            let verb = if names.len() == 1 { " is" } else { " are" };
            out.extend(text![name_list(names), verb, verdict]);
        }
    }
    out
}

fn pilot(cases: Number, drop_below: Number, dropped: &[String]) -> Text {
    let lead = text![
        "In the pre-survey of ",
        cases,
        " questionnaires, an item is dropped when its loading is below ",
        drop_below,
        " in absolute value. "
    ];
    match dropped {
        [] => text![lead, "No item was dropped."],
        [one] => text![lead, "Dropped: ", Name(one), "."],
        many => text![lead, "Dropped: ", name_list(many), "."],
    }
}

/// `maximum likelihood with robust (Huber-White) standard errors and the scaled test of Yuan and Bentler (MLR)`
fn fit_method(method: &FitMethod) -> Text {
    use EstimatorName::{
        Dls, Dwls, Gls, Ml, Mlf, Mlm, Mlmv, Mlmvs, Mlr, Uls, Ulsm, Ulsmv, Ulsmvs, Wls, Wlsm, Wlsmv, Wlsmvs,
    };
    let discrepancy = match (method.estimator, method.missing) {
        (Ml | Mlr | Mlm | Mlmv | Mlmvs | Mlf, MissingValues::Ml | MissingValues::MlX) => {
            "full information maximum likelihood"
        }
        (Ml | Mlr | Mlm | Mlmv | Mlmvs | Mlf, MissingValues::TwoStage | MissingValues::RobustTwoStage) => {
            "maximum likelihood on moments estimated with the missing answers"
        }
        (Ml | Mlr | Mlm | Mlmv | Mlmvs | Mlf, _) => "maximum likelihood",
        (Gls, _) => "generalized least squares",
        (Uls | Ulsm | Ulsmv | Ulsmvs, _) => "unweighted least squares",
        (Wls, _) => "weighted least squares (ADF)",
        (Dwls | Wlsm | Wlsmv | Wlsmvs, _) => "diagonally weighted least squares",
        (Dls, _) => "distributionally weighted least squares",
    };
    let errors = match (method.se, &method.cluster) {
        (Some(StandardErrors::RobustCluster), Some(cluster)) => {
            Some(text!["standard errors that allow for the clusters of ", Name(cluster)])
        }
        (Some(StandardErrors::RobustHuberWhite), _) => Some(text!["robust (Huber-White) standard errors"]),
        (Some(StandardErrors::RobustSem | StandardErrors::RobustTwoStage), _) => Some(text!["robust standard errors"]),
        (Some(StandardErrors::FirstOrder), _) => Some(text!["standard errors from first derivatives"]),
        (Some(StandardErrors::Bootstrap), _) => Some(text!["bootstrap standard errors"]),
        _ => None,
    };
    let test = method.scaled_test.map(|test| match test {
        TestName::SatorraBentler => text!["the scaled test of Satorra and Bentler"],
        TestName::YuanBentler | TestName::YuanBentlerMplus => text!["the scaled test of Yuan and Bentler"],
        TestName::MeanVarAdjusted => text!["the mean- and variance-adjusted test"],
        _ => text!["the scaled and shifted test"],
    });
    let with: Vec<Text> = errors.into_iter().chain(test).collect();
    let with = if with.is_empty() { text![] } else { text![" with ", list(with)] };
    let word = NamedEstimator::of(method.estimator).word;
    let named = match method.estimator {
        Ml | Gls | Uls | Wls | Dwls | Dls => text![],
        _ => text![" (", word, ")"],
    };
    let weights =
        method.weights.as_ref().map_or_else(|| text![], |weights| text![", each case weighted by ", Name(weights)]);
    text![discrepancy, with, named, weights]
}

fn fit(figures: FitFigures) -> Text {
    let FitFigures { of_test, of_indices, chisq, df, p, cfi, tli, rmsea, rmsea_lower, rmsea_upper, srmr } = figures;
    let [of_test, of_indices] = [of_test, of_indices].map(|variant| match variant {
        IndexVariant::Standard => "",
        IndexVariant::Scaled => "scaled ",
        IndexVariant::Robust => "robust ",
    });
    text![
        of_test,
        "χ²(",
        df,
        ") = ",
        chisq,
        ", ",
        p_is(p),
        "; ",
        of_indices,
        "CFI = ",
        cfi,
        ", ",
        of_indices,
        "TLI = ",
        tli,
        ", ",
        of_indices,
        "RMSEA = ",
        rmsea,
        ", 90% CI [",
        rmsea_lower,
        ",\u{a0}",
        rmsea_upper,
        "], SRMR = ",
        srmr,
        "."
    ]
}

fn mediation(kind: MediationType) -> &'static str {
    match kind {
        MediationType::Complementary => {
            "complementary mediation: the direct effect differs from 0 too, with the same sign"
        }
        MediationType::Competitive => "competitive mediation: the direct effect differs from 0 with the opposite sign",
        MediationType::IndirectOnly => "indirect-only mediation: the direct effect does not differ from 0",
        MediationType::DirectOnly => "no mediation: only the direct effect differs from 0",
        MediationType::None => "no mediation: neither effect differs from 0",
        MediationType::Unknown => "the type cannot be decided, since no interval exists",
    }
}

fn hypothesis(h: HypothesisFigures) -> Text {
    let mut out = strong(&h.name);
    if let Some(group) = h.group {
        out.extend(text![" (group ", group, ")"]);
    }
    match &h.text {
        Some(wording) => out.extend(text![", ", Name(wording), " (", Name(&h.rule), "): "]),
        None => out.extend(text![", ", Name(&h.rule), ": "]),
    }
    out.extend(text![verdict(h.verdict), ". "]);
    if h.verdict == Verdict::Undecided {
        return text![out, "The model gives no usable estimate or no standard error."];
    }
    out.extend(text![
        "Estimate ",
        h.estimate,
        ", standardized ",
        h.standardized,
        ", ",
        interval(h.level, h.lower, h.upper),
        ", ",
        p_is(h.p),
        " (",
        basis(h.basis),
        "). ",
        reason(h.reason)
    ]);
    if let Some(kind) = h.mediation {
        out.extend(text![" Type: ", mediation(kind), "."]);
    }
    if !h.contested_by.is_empty() {
        let others = h.contested_by.iter().map(|other: &Basis| text![basis(*other)]).collect();
        out.extend(text![" Decided otherwise by: ", list(others), "."]);
    }
    out
}

fn strong(name: &str) -> Text {
    vec![crate::Span::Strong(text![Name(name)])]
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::NotSupported => "not supported",
        Verdict::Undecided => "not decided",
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::SignAndSignificant => "The estimate has the stated sign and differs from 0.",
        Reason::Significant => "The estimate differs from 0.",
        Reason::NotSignificant => "The estimate does not differ from 0 at the level of the study.",
        Reason::OppositeSign => "The estimate differs from 0, but with the other sign.",
        Reason::OppositeSignNotSignificant => "The estimate has the other sign and does not differ from 0.",
        Reason::NoDifferenceFound => {
            "No difference was found. That is absence of evidence for a difference, not evidence of its absence."
        }
        Reason::DifferenceFound => "A difference was found, where the hypothesis says there is none.",
        Reason::NoEstimate => "There is no estimate or no standard error.",
    }
}
