//! Words of a study of power.

use covary_sem::power::rmsea::Kind;

use super::list;
use crate::{
    Number, Text,
    words::{
        PowerNote, PowerSentence, PowerTable, PowerTerm,
        text::{Name, Sym, text},
    },
};

pub(super) fn caption(table: PowerTable) -> Text {
    match table {
        PowerTable::Power => text!["Power of each parameter"],
        PowerTable::Fit => text!["Convergence and fit"],
        PowerTable::Estimates { n_total } => {
            text!["Estimates, standard errors and intervals at ", Sym("N"), " = ", Number::plan(n_total as f64)]
        }
        PowerTable::Search => text!["Sample sizes tried in the search"],
        PowerTable::TestOfFit => text!["Power of the test of fit"],
    }
}

pub(super) fn head(term: PowerTerm) -> Text {
    match term {
        PowerTerm::Truth => text!["Population"],
        PowerTerm::MeanEstimate => text![Sym("M")],
        PowerTerm::Bias => text!["Bias"],
        PowerTerm::RelativeBias => text!["Rel. bias"],
        PowerTerm::SdOfEstimates => text![Sym("SD")],
        PowerTerm::MeanError => text!["S.E."],
        PowerTerm::ErrorRatio => text!["S.E./", Sym("SD")],
        PowerTerm::Coverage => text!["Coverage, %"],
        PowerTerm::Power => text!["Power"],
        PowerTerm::MonteCarloError => text!["± MC"],
        PowerTerm::Analytic => text!["Approx."],
        PowerTerm::AtN(cases) => text![Sym("N"), " = ", Number::plan(cases as f64)],
        PowerTerm::Needed => text![Sym("N"), " needed"],
        PowerTerm::Converged => text!["Converged, %"],
        PowerTerm::Inadmissible => text!["Inadmissible, %"],
        PowerTerm::Rejected => text!["χ² rejects, %"],
        PowerTerm::Critical => text!["Critical χ²"],
    }
}

pub(super) fn definition(term: PowerTerm) -> Option<&'static str> {
    Some(match term {
        PowerTerm::Truth => "What the analysed model would estimate from the whole population.",
        PowerTerm::MeanEstimate => "Mean of the estimates over the samples.",
        PowerTerm::Bias => "Mean estimate minus the population's value.",
        PowerTerm::RelativeBias => "Bias as a share of the population's value.",
        PowerTerm::SdOfEstimates => "Standard deviation of the estimates over the samples: the true standard error.",
        PowerTerm::MeanError => "Mean of the standard errors over the samples.",
        PowerTerm::ErrorRatio => {
            "Mean standard error over the standard deviation of the estimates: 1 where standard errors are right."
        }
        PowerTerm::Coverage => "Share of samples whose interval holds the population's value.",
        PowerTerm::Power | PowerTerm::AtN(_) => {
            "Share of samples in which the parameter differs from 0 significantly, two-sided; where it is 0 in the population, the rate of false alarms."
        }
        PowerTerm::MonteCarloError => {
            "Standard error of the share that comes from the number of samples: √(p(1 − p)/R)."
        }
        PowerTerm::Analytic => {
            "Power by the normal approximation with the standard error at the population's values (Satorra & Saris, 1985)."
        }
        PowerTerm::Needed => {
            "Cases that reach the wanted power, by a probit line in √N through the sample sizes of the table."
        }
        PowerTerm::Converged => {
            "Share of samples in which the search converged and all parameters could be estimated; all other figures are of these."
        }
        PowerTerm::Inadmissible => "Share of these with a negative variance or an impossible covariance matrix.",
        PowerTerm::Rejected => {
            "Share of samples whose test of the model is significant: false alarms where the model holds in the population."
        }
        PowerTerm::Critical => "The statistic beyond which the null hypothesis is rejected.",
    })
}

pub(super) fn note(note: PowerNote) -> Text {
    match note {
        PowerNote::Shares { replicates, largest_error, alpha } => text![
            replicates,
            " samples of each size; the Monte Carlo error of a share is at most ",
            largest_error,
            ". Two-sided tests at ",
            alpha,
            "."
        ],
        PowerNote::Needed { target } => text![
            Sym("N"),
            " needed: for power ",
            target,
            ", with its 95% interval; a dash where it lies outside the sample sizes that were tried."
        ],
        PowerNote::DrawnLimits => text![
            "Defined parameters are judged by Monte Carlo limits, drawn from the normal distribution of the estimates (MacKinnon et al., 2004)."
        ],
        PowerNote::NoTruth => text![
            "Variables are cut into categories, so that estimates are in another unit than the population's values: bias and coverage have no meaning."
        ],
        PowerNote::Bars => text!["Bars: two Monte Carlo errors to each side."],
    }
}

pub(super) fn say(sentence: PowerSentence) -> Text {
    let names = |all: &[String]| list(all.iter().map(|one| text![Name(one)]).collect());
    match sentence {
        PowerSentence::Study { replicates, df, npar, seed } => text![
            replicates,
            " samples of each size were drawn from the population and analysed (",
            npar,
            " free parameters, ",
            Sym("df"),
            " = ",
            df,
            "; seed ",
            seed,
            ")."
        ],
        PowerSentence::ModelHolds => text!["The analysed model holds in the population."],
        PowerSentence::ModelMisses { misfit, rmsea } => text![
            "The analysed model does not hold in the population: the minimum of the discrepancy is ",
            misfit,
            ", RMSEA ",
            rmsea,
            ". Values of the population are those that the model would find in it."
        ],
        PowerSentence::Constants { constants } => {
            text!["Held constant in the analysis, as the text says: ", names(&constants), "."]
        }
        PowerSentence::Assumed { assumed } => {
            text!["The text gives no value, and these were assumed: ", names(&assumed), "."]
        }
        PowerSentence::Found { parameter, target, needed, lower, upper } => text![
            "Power ",
            target,
            " for ",
            Name(&parameter),
            " needs ",
            Sym("N"),
            " = ",
            needed,
            " (95% CI [",
            lower,
            ",\u{a0}",
            upper,
            "])."
        ],
        PowerSentence::NotFound { parameter, target } => {
            text!["No sample size that was tried leads to power ", target, " for ", Name(&parameter), "."]
        }
        PowerSentence::ByApproximation { cases } => {
            text!["By the normal approximation at the population's values (Satorra & Saris, 1985) it is ", cases, "."]
        }
        PowerSentence::TestOfFit { kind, nested, df, h0, ha, alpha, groups } => text![
            what_is_tested(kind, nested),
            " (",
            if nested { "MacCallum et al., 2006" } else { "MacCallum et al., 1996" },
            "): RMSEA ",
            numbers(h0),
            " under the null hypothesis, ",
            numbers(ha),
            " under the alternative; ",
            Sym("df"),
            " = ",
            numbers(df),
            ", level ",
            alpha,
            ", groups: ",
            groups,
            "."
        ],
        PowerSentence::CasesNeeded { target, cases } => {
            text!["Power ", target, " is reached with ", Sym("N"), " = ", cases, "."]
        }
        PowerSentence::NoCasesReach { target } => {
            text!["No number of cases up to 100 million reaches power ", target, "."]
        }
    }
}

fn what_is_tested(kind: Kind, nested: bool) -> &'static str {
    match (nested, kind) {
        (true, Kind::ExactFit) => "Test of no difference in fit between nested models",
        (true, _) => "Test of a small difference in fit between nested models",
        (false, Kind::ExactFit) => "Test of exact fit",
        (false, Kind::CloseFit) => "Test of close fit",
        (false, Kind::NotCloseFit) => "Test of fit that is not close",
    }
}

fn numbers(all: Vec<Number>) -> Text {
    list(all.into_iter().map(|one| text![one]).collect())
}
