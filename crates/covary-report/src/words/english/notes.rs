//! Notes below tables.

use covary_sem::{comparison::DifferenceMethod, fit_indices::variant::IndexVariant};

use super::names::{extraction, interval_kind, percent, rotation, words};
use crate::{
    Text,
    words::{
        Note,
        text::{Ref, Sym, text},
    },
};

pub(super) fn note(note: Note) -> Text {
    match note {
        Note::DecisionRule { alpha } => text![
            "A hypothesis is supported when the estimate has the stated sign and the two-tailed ",
            Sym("p"),
            " is below ",
            alpha,
            ": a single path by its C.R., an indirect effect by its bootstrap interval."
        ],
        Note::ShapeConventions => text![
            "Skewness and kurtosis as SPSS prints them (G1 and G2, corrected for bias). AMOS's figures for the same answers, from moments with divisor ",
            Sym("N"),
            ", differ slightly; they stand in ",
            Ref("normality"),
            "."
        ],
        Note::CorrelationTable => {
            text!["Scores are means of the items. Cronbach's α on the diagonal, correlations below it."]
        }
        Note::StarsOfProbability => {
            text!["* ", Sym("p"), " < .05. ** ", Sym("p"), " < .01. *** ", Sym("p"), " < .001 (two-tailed)."]
        }
        Note::ConvergentValidity => text![
            "AVE = mean squared standardized loading, at least .50; CR = composite reliability, at least .70 (Fornell & Larcker, 1981; Hair et al., 2019)."
        ],
        Note::FornellLarcker => text![
            "√AVE on the diagonal; below it correlations of the latent variables in the measurement model, not path coefficients. Each √AVE should exceed the correlations in its row and column (Fornell & Larcker, 1981)."
        ],
        Note::Discriminant { level } => text![
            "HTMT below .85, or .90 by the liberal rule, and its interval below 1 (Henseler et al., 2015); an upper limit of the correlation below .80 is unproblematic (Rönkkö & Cho, 2022). Intervals of HTMT: ",
            words(percent(level)),
            " percentile bootstrap."
        ],
        Note::SortedAndBlank { below } => {
            text!["Sorted by size; loadings below ", below, " in absolute value are left blank."]
        }
        Note::RotationMethod { extraction: e, rotation: r, iterations } => match iterations {
            Some(iterations) => text![
                "Extraction method: ",
                extraction(e),
                ". Rotation method: ",
                rotation(r),
                ". Rotation converged in ",
                iterations,
                " iterations."
            ],
            None => text!["Extraction method: ", extraction(e), ". Rotation method: ", rotation(r), "."],
        },
        Note::ExtractionMethod { extraction: e } => text!["Extraction method: ", extraction(e), "."],
        Note::ObliqueVariance => {
            text!["When factors are correlated, sums of squared loadings cannot be added to obtain a total variance."]
        }
        Note::LowerTriangle => text!["The matrix is symmetric; the lower triangle is shown."],
        Note::AntiImageDiagonal => {
            text!["Negative partial correlations; measures of sampling adequacy (MSA) on the diagonal."]
        }
        Note::ReproducedDiagonal => text!["Reproduced communalities on the diagonal."],
        Note::MahalanobisShown { shown } => text![
            "The ",
            shown,
            " farthest cases; cases are numbered as in the survey file. More of them stand in results.json."
        ],
        Note::ListCut => text!["The list is cut; all entries stand in results.json."],
        Note::ReliabilityConventions => text![
            "Limits of α by Feldt's method. ω and CR from one factor per construct by maximum likelihood; the CR of the measurement model stands with the validity of the constructs. At least .70, not above .95 (McNeish, 2018; Hair et al., 2019)."
        ],
        Note::AmosEstimates => text![
            "C.R. = Estimate / S.E.; ",
            Sym("p"),
            " two-tailed normal; *** in AMOS stands for ",
            Sym("p"),
            " < .001."
        ],
        Note::FixedParameter => text!["A dash stands where a parameter is fixed."],
        Note::CutOffsAreConventions => text![
            "Cut-offs are conventions, not laws; they were found in particular simulations and should not be applied mechanically (Marsh et al., 2004)."
        ],
        Note::VariantsOfIndices => text![
            "Value is the version to report, and the one that is judged: scaled, from the scaled test; robust, corrected so that it estimates what the index is in normal and complete data (Brosseau-Liard & Savalei, 2014). Standard is the version under normality, for comparison only."
        ],
        Note::ModificationThreshold { threshold } => {
            text!["Entries with a modification index of at least ", threshold, " by either way, largest first."]
        }
        Note::ModificationConventions => text![
            "M.I. (AMOS) holds all other parameters and is a lower bound; M.I. (score test) lets them adjust, as lavaan does. A parameter should be freed only for a reason in theory, and every one freed should be named."
        ],
        Note::StandardizedResiduals => text![
            "Residual covariance over its standard error as AMOS computes it; beyond ±2.58 a pair of items is badly reproduced."
        ],
        Note::EffectIntervals { kind, resamples, level } => text![
            words(percent(level)),
            " ",
            interval_kind(kind),
            " intervals from ",
            resamples,
            " bootstrap resamples; ",
            Sym("Z"),
            " = Estimate / bootstrap S.E.; ",
            Sym("p"),
            " is that of the interval, two-tailed."
        ],
        Note::MediationTypes => text![
            "Complementary: indirect and direct effect with the same sign; competitive: with opposite signs; indirect-only: the direct effect does not differ from 0 (Zhao et al., 2010)."
        ],
        Note::Proportion => text![
            "Shares of the total effect are unstable in small samples and undefined where direct and indirect effects differ in sign (MacKinnon et al., 1995)."
        ],
        Note::CriticalRatioForDifferences => text![
            "Difference of two unstandardized paths over its standard error; beyond ±1.96 the paths differ at the 5% level. Paths between variables of different metric should not be compared."
        ],
        Note::Vif => text!["Above 3.3: a sign of common method variance or collinearity (Kock, 2015)."],
        Note::ParallelAnalysis { replicates, percentile } => text![
            replicates,
            " random data sets of each kind; percentile: ",
            percentile,
            ". A factor is kept while its eigenvalue exceeds that of random data (Hayton et al., 2004)."
        ],
        Note::AnswersReversed => text!["Reverse-keyed items are shown as scored, in the direction of their construct."],
        Note::DiagramLegend { alpha } => text![
            "Standardized estimates. Dashed: ",
            Sym("p"),
            " ≥ ",
            alpha,
            ". R² at the upper right of outcomes. * ",
            Sym("p"),
            " < .05. ** ",
            Sym("p"),
            " < .01. *** ",
            Sym("p"),
            " < .001."
        ],
        Note::FilledInterval => text!["Hollow points: the interval holds 0."],
        Note::IndexVariant { variant } => match variant {
            IndexVariant::Standard => text!["CFI, TLI and RMSEA rest on the standard χ²."],
            IndexVariant::Robust => {
                text!["CFI, TLI and RMSEA in their robust form, for data that are not normal or incomplete."]
            }
            IndexVariant::Scaled => text!["CFI, TLI and RMSEA rest on the scaled χ²."],
        },
        Note::DifferenceTest { method } => text!["Difference test: ", difference_method(method), "."],
        Note::InvarianceVerdict => text![
            "Each level is compared with the one before, whether that one holds or not. A level holds where CFI falls by less than .01 (Cheung & Rensvold, 2002); with a significant Δχ² at the same time, look at the score tests as well: in large samples the test finds differences that do not matter, in small ones it misses some that do."
        ],
        Note::InvarianceCriteria => text![
            "Chen (2007): a level does not hold where ΔCFI and one of ΔRMSEA and ΔSRMR reach their cut-offs; stricter ones with up to 300 cases. Cheung and Rensvold (2002): ΔCFI alone. Cut-offs come from simulations and are no laws."
        ],
        Note::Releases => text![
            "In each step the least equal parameter by its score test is released in all groups, until the level holds. Such searches capitalize on chance: releases need a reason in the wording of the item, and a second sample (Byrne et al., 1989)."
        ],
        Note::Power(note) => super::power::note(note),
        Note::LatentMeans => text![
            "Difference in the unit of the marker. ",
            Sym("d"),
            " = difference over the pooled standard deviation of the latent variable (Hancock, 2001); its interval by the delta method."
        ],
    }
}

fn difference_method(method: DifferenceMethod) -> &'static str {
    match method {
        DifferenceMethod::Standard => "difference of the standard χ²",
        DifferenceMethod::SatorraBentler2001 => "scaled difference of Satorra and Bentler (2001), from standard χ²",
        DifferenceMethod::SatorraBentler2010 => "scaled difference of Satorra and Bentler (2010), from standard χ²",
        DifferenceMethod::Satorra2000 => "scaled difference of Satorra (2000), from standard χ²",
    }
}
