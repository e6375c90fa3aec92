//! Names of sections, tables, figures and columns, as users of SPSS and AMOS know them.

use covary_analysis::hypotheses::Basis;
use covary_sem::{
    comparison::invariance::Level,
    settings::{BootstrapInterval, BootstrapKind},
};
use covary_study::{Extraction, FactorCount, IntervalKind, RotationName};

use super::power;
use crate::{
    Span, Text,
    words::{
        FigureName, Phrase, SectionName, TableName, Term,
        text::{Sym, text},
    },
};

pub(super) fn section(name: SectionName) -> &'static str {
    match name {
        SectionName::Findings => "Findings",
        SectionName::Decisions => "Decisions",
        SectionName::Screening => "Data screening",
        SectionName::MissingAnswers => "Missing answers",
        SectionName::CarelessAnswers => "Careless answers and outliers",
        SectionName::Pilot => "Pre-survey",
        SectionName::Profile => "Sample profile",
        SectionName::Descriptives => "Descriptive statistics",
        SectionName::Answers => "Answers to the items",
        SectionName::Factors => "Exploratory factor analysis",
        SectionName::FactorMatrices => "Matrices of the factor analysis",
        SectionName::Reliability => "Reliability",
        SectionName::ReliabilityDetails => "Scales and items",
        SectionName::MeasurementModel => "Measurement model",
        SectionName::Validity => "Convergent and discriminant validity",
        SectionName::MethodBias => "Common method variance",
        SectionName::StructuralModel => "Structural model",
        SectionName::Fit => "Model fit",
        SectionName::AmosFit => "Model Fit Summary",
        SectionName::Estimates => "Estimates",
        SectionName::LocalFit => "Residuals and modification indices",
        SectionName::Effects => "Direct, indirect and total effects",
        SectionName::PathDifferences => "Differences between paths",
        SectionName::Hypotheses => "Hypotheses",
        SectionName::Provenance => "How to get these figures again",
        SectionName::Bootstrap => "Bootstrap",
        SectionName::ParameterTests => "Wald and score tests",
        SectionName::Comparison => "Comparison of models",
        SectionName::Invariance => "Measurement invariance",
        SectionName::Equality => "What is not equal across groups",
        SectionName::LatentMeans => "Differences of latent means",
        SectionName::Power => "Power",
        SectionName::PowerByN => "Estimates by sample size",
        SectionName::References => "References for methods and cut-offs",
    }
}

pub(super) fn caption(name: TableName) -> Text {
    let component = |extraction| match extraction {
        Extraction::Pca => "Component",
        Extraction::Paf | Extraction::Ml => "Factor",
    };
    match name {
        TableName::Decisions => text!["Decisions on the hypotheses"],
        TableName::CaseFlow => text!["From questionnaires sent to valid cases"],
        TableName::OutOfScale => text!["Answers outside the declared scale"],
        TableName::MissingByVariable => text!["Missing answers by variable"],
        TableName::MissingByCase => text!["Missing answers by case"],
        TableName::MissingPatterns => text!["Missing patterns"],
        TableName::CarelessFlags => text!["Signs of careless answering"],
        TableName::Farthest => text!["Observations farthest from the centroid (Mahalanobis distance)"],
        TableName::PilotItems => text!["Item analysis of the pre-survey"],
        TableName::Profile => text!["Frequencies: profile of the sample"],
        TableName::ProfileScale => text!["Profile variables measured on a scale"],
        TableName::DescriptiveStatistics => text!["Descriptive Statistics"],
        TableName::Normality => text!["Assessment of normality"],
        TableName::ConstructCorrelations => {
            text!["Means, standard deviations, reliabilities, and correlations of the construct scores"]
        }
        TableName::KmoBartlett => text!["KMO and Bartlett's Test"],
        TableName::Communalities => text!["Communalities"],
        TableName::TotalVariance => text!["Total Variance Explained"],
        TableName::UnrotatedMatrix(e) => text![component(e), " Matrix"],
        TableName::RotatedMatrix(e) => text!["Rotated ", component(e), " Matrix"],
        TableName::PatternMatrix(_) => text!["Pattern Matrix"],
        TableName::StructureMatrix(_) => text!["Structure Matrix"],
        TableName::FactorCorrelations(e) => text![component(e), " Correlation Matrix"],
        TableName::Transformation(e) => text![component(e), " Transformation Matrix"],
        TableName::ParallelAnalysis => text!["Parallel analysis: eigenvalues of the items and of random data"],
        TableName::GoodnessOfFit => text!["Goodness-of-fit Test"],
        TableName::ScoreCoefficients(e) => text![component(e), " Score Coefficient Matrix"],
        TableName::CorrelationMatrix => text!["Correlation Matrix"],
        TableName::OneTailed => text!["Correlation Matrix: Sig. (1-tailed)"],
        TableName::AntiImageCovariance => text!["Anti-image Matrices: Anti-image Covariance"],
        TableName::AntiImageCorrelation => text!["Anti-image Matrices: Anti-image Correlation"],
        TableName::Reproduced => text!["Reproduced Correlations"],
        TableName::ReproducedResiduals => text!["Reproduced Correlations: Residual"],
        TableName::Reliability => text!["Reliability Statistics"],
        TableName::ItemTotal => text!["Item Statistics and Item-Total Statistics"],
        TableName::ScaleStatistics => text!["Scale Statistics"],
        TableName::SummaryItems => text!["Summary Item Statistics"],
        TableName::InterItem => text!["Inter-Item Correlation Matrix"],
        TableName::Loadings => text!["Loadings of the measurement model (confirmatory factor analysis)"],
        TableName::Fit => text!["Model fit, with usual cut-offs and their sources"],
        TableName::ConvergentValidity => {
            text!["Convergent validity: average variance extracted and composite reliability"]
        }
        TableName::FornellLarcker => text!["Square roots of AVE (diagonal) and correlations of the latent variables"],
        TableName::Discriminant => text!["Discriminant validity of every pair of constructs"],
        TableName::SingleFactor => text!["Harman's single factor"],
        TableName::Collinearity => text!["Full-collinearity variance inflation factors"],
        TableName::AmosBlock(block) => text!["Model Fit Summary: ", block],
        TableName::Paths => text!["Structural paths"],
        TableName::RegressionWeights => text!["Regression Weights"],
        TableName::StandardizedWeights => text!["Standardized Regression Weights"],
        TableName::Covariances => text!["Covariances"],
        TableName::Correlations => text!["Correlations"],
        TableName::Variances => text!["Variances"],
        TableName::Means => text!["Means"],
        TableName::Intercepts => text!["Intercepts"],
        TableName::Defined => text!["User-defined estimands"],
        TableName::SquaredMultipleCorrelations => text!["Squared Multiple Correlations"],
        TableName::ImpliedCovariances => text!["Implied Covariances"],
        TableName::ResidualCovariances => text!["Residual Covariances"],
        TableName::StandardizedResiduals => text!["Standardized Residual Covariances"],
        TableName::ResidualCorrelations => text!["Correlation residuals"],
        TableName::ModificationCovariances => text!["Modification Indices: Covariances"],
        TableName::ModificationVariances => text!["Modification Indices: Variances"],
        TableName::ModificationWeights => text!["Modification Indices: Regression Weights"],
        TableName::Effects => text!["Direct, Indirect, and Total Effects"],
        TableName::StandardizedEffects => text!["Standardized Direct, Indirect, and Total Effects"],
        TableName::Mediation => text!["Mediation: shares of the total effect and type"],
        TableName::PathDifferences => text!["Critical Ratios for Differences between Paths"],
        TableName::HypothesisDetails => text!["Estimates that decide the hypotheses"],
        TableName::Provenance => text!["Program, data, and settings"],
        TableName::BootstrapEstimates => text!["Bootstrap: estimates"],
        TableName::BootstrapStandardized => text!["Bootstrap: standardized estimates"],
        TableName::BootstrapRSquares => text!["Bootstrap: squared multiple correlations"],
        TableName::WaldTests => text!["Wald tests of constraints"],
        TableName::ReleaseTests => text!["Score tests of releasing equality constraints"],
        TableName::AdditionTests => text!["Score tests of adding parameters"],
        TableName::ComparedModels => text!["Fit of the models"],
        TableName::ModelDifferences => text!["Each model against the one before it"],
        TableName::InvarianceLevels => text!["Fit of the levels of invariance"],
        TableName::InvarianceDifferences => text!["Each level against the one before it"],
        TableName::InvarianceCriteria => text!["Published cut-offs for changes of fit: within them?"],
        TableName::EqualityTests(level) => text!["Score tests of equal parameters: ", self::level(level), " level"],
        TableName::Releases(level) => text!["Parameters released one at a time: ", self::level(level), " level"],
        TableName::LatentMeans => text!["Differences of latent means"],
        TableName::Power(table) => power::caption(table),
    }
}

pub(super) fn figure(name: FigureName) -> Text {
    text![match name {
        FigureName::Answers => "Answers to each item, in percent of the valid cases",
        FigureName::Scree(_) => "Scree Plot, with the eigenvalues of random data",
        FigureName::MeasurementModel => "Measurement model, standardized estimates",
        FigureName::StructuralModel => "Structural model, standardized estimates",
        FigureName::Effects => "Standardized effects with their intervals",
        FigureName::Power => "Power by sample size",
    }]
}

pub(super) fn figure_description(name: FigureName) -> &'static str {
    match name {
        FigureName::Answers => "One bar per item, divided into the shares of the scale points from lowest to highest.",
        FigureName::Scree(_) => {
            "A falling line of the eigenvalues of the items' correlation matrix, and the line of the eigenvalues of random \
             data, which it crosses where further factors explain no more than chance."
        }
        FigureName::MeasurementModel => {
            "A path diagram: ovals are constructs, rectangles items, arrows loadings, curves correlations of the constructs. \
             All figures stand in the table of loadings."
        }
        FigureName::StructuralModel => {
            "A path diagram: ovals are constructs, rectangles observed variables, arrows loadings and paths, curves \
             covariances, R squared at the upper right of outcomes. All figures stand in the tables of estimates."
        }
        FigureName::Power => {
            "One rising line per parameter: the share of samples in which it is significant, by the number of cases, with \
             bars of two Monte Carlo errors and a dashed line at the wanted power. All figures stand in the table of power."
        }
        FigureName::Effects => {
            "One line per effect: its standardized estimate as a point and its interval as a bar, with a vertical line at zero."
        }
    }
}

pub(super) fn head(term: Term) -> Text {
    match term {
        Term::N => text![Sym("N")],
        Term::Mean => text![Sym("M")],
        Term::Median => text![Sym("Mdn")],
        Term::Sd => text![Sym("SD")],
        Term::P => text![Sym("p")],
        Term::Df => text![Sym("df")],
        Term::BootstrapZ => text![Sym("Z")],
        Term::BootstrapP => text![Sym("p")],
        Term::RSquare => text![Sym("R"), "²"],
        Term::MahalanobisSquared => text!["Mahalanobis ", Sym("d"), "²"],
        Term::ChiSquarePerDf => text!["χ²/", Sym("df")],
        Term::DfDifference => text!["Δ", Sym("df")],
        Term::CohensD => text![Sym("d")],
        Term::Power(term) => power::head(term),
        Term::BartlettChiSquare => text!["Bartlett's test of sphericity: approx. χ²"],
        other => text![plain_head(other)],
    }
}

fn plain_head(term: Term) -> &'static str {
    match term {
        Term::Blank => "",
        Term::Step => "Step",
        Term::Cases => "Cases",
        Term::Remaining => "Remaining",
        Term::Item => "Item",
        Term::Wording => "Wording",
        Term::Construct => "Construct",
        Term::Variable => "Variable",
        Term::Case => "Case",
        Term::Answer => "Answer",
        Term::Scale => "Scale",
        Term::Missing => "Missing",
        Term::MissingVariables => "Missing variables",
        Term::Sign => "Sign",
        Term::CutOff => "Cut-off",
        Term::Rule => "Rule",
        Term::Source => "Source",
        Term::FlaggedCases => "Flagged cases",
        Term::Treatment => "Treatment",
        Term::P1 => "p1",
        Term::P2 => "p2",
        Term::Decision => "Decision",
        Term::Frequency => "Frequency",
        Term::Percent => "Percent",
        Term::ValidPercent => "Valid Percent",
        Term::CumulativePercent => "Cumulative Percent",
        Term::Minimum => "Min",
        Term::Maximum => "Max",
        Term::Variance => "Variance",
        Term::SpssSkewness | Term::AmosSkewness => "Skewness",
        Term::SpssSkewnessError | Term::SpssKurtosisError => "S.E.",
        Term::SpssKurtosis | Term::AmosKurtosis => "Kurtosis",
        Term::CriticalRatio => "C.R.",
        Term::AlphaDiagonal => "α",
        Term::Kmo => "Kaiser–Meyer–Olkin measure of sampling adequacy",
        Term::Determinant => "Determinant of the correlation matrix",
        Term::Msa => "MSA",
        Term::InitialCommunality => "Initial",
        Term::ExtractedCommunality => "Extraction",
        Term::Component => "Component",
        Term::Factor => "Factor",
        Term::Eigenvalue => "Total",
        Term::PercentOfVariance => "% of Variance",
        Term::RandomMean | Term::PermutedMean => "Mean",
        Term::RandomPercentile | Term::PermutedPercentile => "95th percentile",
        Term::Loading => "Loading",
        Term::ChiSquare => "χ²",
        Term::Alpha => "Cronbach's α",
        Term::StandardizedAlpha => "α standardized",
        Term::Omega => "ω",
        Term::CompositeReliability => "CR",
        Term::Items => "Items",
        Term::CorrectedItemTotal => "Corrected item-total correlation",
        Term::ScaleMeanIfDeleted => "Scale mean if deleted",
        Term::ScaleVarianceIfDeleted => "Scale variance if deleted",
        Term::SquaredMultipleCorrelation => "Squared multiple correlation",
        Term::AlphaIfDeleted => "α if deleted",
        Term::Range => "Range",
        Term::Ratio => "Max / Min",
        Term::Lower => "Lower",
        Term::Upper => "Upper",
        Term::Estimate => "Estimate",
        Term::StandardError => "S.E.",
        Term::Standardized => "Standardized",
        Term::ParameterLabel => "Label",
        Term::Path => "Path",
        Term::Group => "Group",
        Term::Ave => "AVE",
        Term::SqrtAve => "√AVE",
        Term::GreatestCorrelation => "Greatest |r|",
        Term::LatentCorrelation => "Correlation",
        Term::FornellLarcker => "√AVE > |r|",
        Term::Htmt => "HTMT",
        Term::Verdict => "Verdict",
        Term::Statistic => "Statistic",
        Term::Value => "Value",
        Term::FirstComponent => "First unrotated component, % of variance",
        Term::VifScores => "VIF of scores",
        Term::VifLatent => "VIF of latent variables",
        Term::Index => "Index",
        Term::CutOffOfIndex => "Cut-off",
        Term::Variant => "Variant",
        Term::StandardVariant => "Standard",
        Term::Rmsea => "RMSEA",
        Term::Pclose => "PCLOSE",
        Term::Srmr => "SRMR",
        Term::Cfi => "CFI",
        Term::Tli => "TLI",
        Term::Ifi => "IFI",
        Term::Nfi => "NFI",
        Term::Rfi => "RFI",
        Term::Gfi => "GFI",
        Term::Agfi => "AGFI",
        Term::Rmr => "RMR",
        Term::Aic => "AIC",
        Term::Bic => "BIC",
        Term::Model => "Model",
        Term::AmosModificationIndex => "M.I. (AMOS)",
        Term::ParChange => "Par Change",
        Term::ScoreModificationIndex => "M.I. (score test)",
        Term::Epc => "EPC",
        Term::StandardizedEpc => "Standardized EPC",
        Term::Effect => "Effect",
        Term::BootstrapError => "S.E.",
        Term::ErrorOfError => "SE-SE",
        Term::BootstrapMean => "Mean",
        Term::ErrorOfBias => "SE-Bias",
        Term::Bias => "Bias",
        Term::SobelError => "S.E. (delta)",
        Term::Indirect => "Indirect",
        Term::Direct => "Direct",
        Term::Total => "Total",
        Term::ProportionMediated => "Indirect share, %",
        Term::MediationType => "Type",
        Term::Difference => "Difference",
        Term::Hypothesis => "Hypothesis",
        Term::Claim => "Claim",
        Term::Basis => "Decided by",
        Term::Setting => "Setting",
        Term::ScaledChiSquare => "χ² (scaled)",
        Term::ComparedWith => "Against",
        Term::Nesting => "Nested",
        Term::ChiSquareDifference => "Δχ²",
        Term::RmseaOfDifference => "RMSEA_D",
        Term::CfiChange => "ΔCFI",
        Term::RmseaChange => "ΔRMSEA",
        Term::SrmrChange => "ΔSRMR",
        Term::AicChange => "ΔAIC",
        Term::BicChange => "ΔBIC",
        Term::Level => "Level",
        Term::Holds => "Holds",
        Term::Parameter => "Parameter",
        Term::ScoreTest => "χ² (score test)",
        Term::ExpectedValues => "Expected values by group",
        Term::Released => "Released",
        Term::Groups => "Groups",
        Term::Constraint => "Constraint",
        Term::WaldTest => "χ² (Wald)",
        // Set with symbols by `head`.
        Term::N
        | Term::Mean
        | Term::Median
        | Term::Sd
        | Term::P
        | Term::Df
        | Term::DfDifference
        | Term::CohensD
        | Term::BootstrapZ
        | Term::BootstrapP
        | Term::RSquare
        | Term::MahalanobisSquared
        | Term::ChiSquarePerDf
        | Term::Power(_)
        | Term::BartlettChiSquare => "",
    }
}

pub(super) fn phrase(phrase: Phrase) -> &'static str {
    match phrase {
        Phrase::Distributed => "Questionnaires sent",
        Phrase::Returned => "Questionnaires returned",
        Phrase::Valid => "Valid cases",
        Phrase::SystemMissing => "No answer",
        Phrase::Total => "Total",
        Phrase::Kept => "reported, kept",
        Phrase::Dropped => "dropped",
        Phrase::Stays => "stays",
        Phrase::Multivariate => "Multivariate",
        Phrase::Yes => "yes",
        Phrase::No => "no",
        Phrase::Complete => "none (complete)",
        Phrase::InitialEigenvalues => "Initial Eigenvalues",
        Phrase::ExtractionSums => "Extraction Sums of Squared Loadings",
        Phrase::RotationSums => "Rotation Sums of Squared Loadings",
        Phrase::NormalData => "Random normal data",
        Phrase::PermutedData => "Permuted answers",
        Phrase::SpssShape => "Shape as in SPSS",
        Phrase::AmosShape => "Shape as in AMOS",
        Phrase::ItemMeans => "Item Means",
        Phrase::ItemVariances => "Item Variances",
        Phrase::InterItemCovariances => "Inter-Item Covariances",
        Phrase::InterItemCorrelations => "Inter-Item Correlations",
        Phrase::DefaultModel => "Default model",
        Phrase::SaturatedModel => "Saturated model",
        Phrase::IndependenceModel => "Independence model",
        Phrase::NoLabel => "",
        Phrase::Comparison => "difference",
        Phrase::ScreeEigenvalue => "Eigenvalue",
        Phrase::ScreeObserved => "Items",
        Phrase::ScreeRandom => "Random data, 95th percentile",
        Phrase::ScreeOne => "Eigenvalue 1",
        Phrase::StandardizedEffect => "Standardized effect",
        Phrase::Loadings => "Loadings",
        Phrase::Measurement => "Measurement model",
        Phrase::Structural => "Structural model",
        Phrase::Program => "Program",
        Phrase::Seed => "Seed of random numbers",
        Phrase::Resamples => "Bootstrap resamples",
        Phrase::DataFile => "Data file",
        Phrase::DataHash => "SHA-256 of the data file",
        Phrase::StudyHash => "SHA-256 of the study file",
        Phrase::ConventionUsed => "Conventions followed",
        Phrase::Estimator => "Estimator",
        Phrase::ImportNote => "Note on the import",
        Phrase::Interval => "Bootstrap interval",
        Phrase::MultiGroup => "Group",
        Phrase::AllTogether => "All together",
    }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Configural => "configural",
        Level::Metric => "metric",
        Level::Scalar => "scalar",
        Level::Strict => "strict",
        Level::Variances => "latent variances",
        Level::Covariances => "latent covariances",
        Level::Means => "latent means",
    }
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Normal => "C.R. (normal)",
        Basis::Percentile => "percentile bootstrap",
        Basis::BiasCorrected => "bias-corrected bootstrap",
        Basis::Bca => "BCa bootstrap",
        Basis::None => "nothing computable",
    }
}

pub(super) fn interval_kind(kind: IntervalKind) -> &'static str {
    match kind {
        IntervalKind::Percentile => "percentile",
        IntervalKind::BiasCorrected => "bias-corrected",
        IntervalKind::Bca => "bias-corrected and accelerated (BCa)",
    }
}

pub(super) fn resampled_interval(kind: BootstrapInterval) -> &'static str {
    match kind {
        BootstrapInterval::Normal => "normal",
        BootstrapInterval::Basic => "basic",
        BootstrapInterval::Percentile => interval_kind(IntervalKind::Percentile),
        BootstrapInterval::BiasCorrected => interval_kind(IntervalKind::BiasCorrected),
        BootstrapInterval::Bca => interval_kind(IntervalKind::Bca),
    }
}

/// What the resamples are made of.
pub(super) fn resampled_from(kind: BootstrapKind) -> &'static str {
    match kind {
        BootstrapKind::Ordinary => "bootstrap resamples of the cases",
        BootstrapKind::Parametric => "parametric resamples (normal data with the implied moments)",
        BootstrapKind::BollenStine => "Bollen-Stine resamples (cases transformed so that the model holds)",
        BootstrapKind::Yuan => "Yuan resamples (cases transformed so that the model misses as in the population)",
    }
}

pub(super) fn extraction(extraction: Extraction) -> &'static str {
    match extraction {
        Extraction::Pca => "principal component analysis",
        Extraction::Paf => "principal axis factoring",
        Extraction::Ml => "maximum likelihood",
    }
}

pub(super) fn rotation(rotation: RotationName) -> &'static str {
    match rotation {
        RotationName::None => "no rotation",
        RotationName::Varimax => "varimax with Kaiser normalization",
        RotationName::Quartimax => "quartimax with Kaiser normalization",
        RotationName::Equamax => "equamax with Kaiser normalization",
        RotationName::Promax => "promax with Kaiser normalization",
        RotationName::Oblimin => "direct oblimin with Kaiser normalization",
    }
}

pub(super) fn factor_rule(count: FactorCount) -> &'static str {
    match count {
        FactorCount::Kaiser => "eigenvalues greater than 1",
        FactorCount::Parallel => "parallel analysis",
        FactorCount::Fixed(_) => "a number fixed in advance",
    }
}

/// A confidence level in percent: `95%`, `99.9%`.
pub(super) fn percent(level: f64) -> String {
    // Rounded to four decimals, so that .999 does not read 99.9000000000001.
    format!("{}%", (level * 1e6).round() / 1e4)
}

/// Words from a text made at run time.
pub(super) fn words(text: String) -> Text {
    vec![Span::Word(text)]
}
