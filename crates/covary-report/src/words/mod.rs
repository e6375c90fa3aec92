//! Every sentence of a report, one file per language.
//!
//! Sections decide what is said and hand over figures and names; a language says it. [`Words`] has no method with a body and
//! every match is exhaustive, so that a language which lacks a sentence does not compile.

mod english;
mod power;
pub mod source;
pub(crate) mod text;

use covary_analysis::{
    effects::{EffectKind, MediationType},
    findings::FindingCode,
    hypotheses::{Basis, Reason, Verdict},
    screening::{Beyond, CutoffRule, ExclusionReason, Unavailable},
    validity::PairVerdict,
};
use covary_sem::{
    comparison::{DifferenceMethod, Nesting, invariance::Level},
    fit_indices::variant::IndexVariant,
    settings::{BootstrapInterval, BootstrapKind, EstimatorName, MissingValues, StandardErrors, TestName},
    warning::WarningCode,
};
use covary_study::{ConventionName, Extraction, FactorCount, Flag, IntervalKind, OutOfScale, RotationName};

pub use english::English;
pub use power::{PowerNote, PowerSentence, PowerTable, PowerTerm};

use crate::{FindingText, Labels, Number, NumberKind, Severity, Text};

/// The languages, by their tags.
pub const LANGUAGES: &[&dyn Words] = &[&English];

/// A language of reports.
pub trait Words: Sync {
    /// BCP 47 tag: `en`.
    fn language(&self) -> &'static str;
    /// Words that renderers set themselves.
    fn labels(&self) -> Labels;
    /// Heading of a section.
    fn section(&self, name: SectionName) -> Text;
    /// Caption of a table.
    fn caption(&self, name: TableName) -> Text;
    /// Caption of a figure.
    fn figure(&self, name: FigureName) -> Text;
    /// What a figure shows, for those who cannot see it.
    fn figure_description(&self, name: FigureName) -> String;
    /// Head of a column, or the name of a quantity in a row.
    fn head(&self, term: Term) -> Text;
    /// What a statistic is and by which convention, as hover text; `None` of words that need none.
    fn definition(&self, term: Term) -> Option<&'static str>;
    /// What a measure of AMOS's "Model Fit Summary" is; `None` of an unknown name.
    fn amos_definition(&self, name: &str) -> Option<&'static str>;
    /// A note below a table.
    fn note(&self, note: Note) -> Text;
    /// A line for the kind of thing that stands alone: yes, no, kept, dropped, total, ….
    fn phrase(&self, phrase: Phrase) -> Text;
    /// Names as a list: "A, B, and C".
    fn list(&self, parts: Vec<Text>) -> Text;
    /// A paragraph or point.
    fn say(&self, sentence: Sentence) -> Text;
    /// Why cases were left out.
    fn exclusion(&self, reason: ExclusionReason, rule: Option<&str>) -> Text;
    /// Name of a sign of careless answering.
    fn flag(&self, flag: Flag) -> Text;
    /// What the sign measures, as hover text.
    fn flag_definition(&self, flag: Flag) -> &'static str;
    /// The side of a cut-off that is flagged.
    fn beyond(&self, beyond: Beyond, cutoff: Number) -> Text;
    /// What a cut-off is.
    fn cutoff_rule(&self, rule: CutoffRule) -> Text;
    /// Why a sign could not be computed.
    fn unavailable(&self, reason: Unavailable) -> Text;
    /// Which variant of a fit index is shown.
    fn index_variant(&self, variant: IndexVariant) -> Text;
    /// A fit index against its cut-offs.
    fn judgement(&self, judgement: Judgement) -> Text;
    /// A verdict on a pair of constructs.
    fn pair_verdict(&self, verdict: PairVerdict) -> Text;
    /// A kind of effect.
    fn effect_kind(&self, kind: EffectKind) -> Text;
    /// A type of mediation.
    fn mediation(&self, kind: MediationType) -> Text;
    /// A decision on a hypothesis.
    fn verdict(&self, verdict: Verdict) -> Text;
    /// What a p value and limits rest on.
    fn basis(&self, basis: Basis) -> Text;
    /// A level of measurement invariance.
    fn invariance_level(&self, level: Level) -> Text;
    /// How two models stand to each other.
    fn nesting(&self, nesting: Nesting) -> Text;
    /// A program whose conventions are followed.
    fn convention(&self, convention: ConventionName) -> Text;
    /// A method of extraction.
    fn extraction(&self, extraction: Extraction) -> Text;
    /// A rotation.
    fn rotation(&self, rotation: RotationName) -> Text;
    /// A rule for the number of factors.
    fn factor_rule(&self, count: FactorCount) -> Text;
    /// A kind of bootstrap interval.
    fn interval_kind(&self, kind: IntervalKind) -> Text;
    /// Head over two limits: "95% CI".
    fn interval_head(&self, level: f64) -> Text;
    /// What a finding says.
    fn finding(&self, finding: &FindingFacts) -> FindingText;
    /// What a warning about a single fit says.
    fn warning(&self, code: WarningCode, subjects: &[String]) -> FindingText;
}

/// What a finding rests on, for its words.
pub struct FindingFacts<'a> {
    /// The kind.
    pub code: FindingCode,
    /// How serious.
    pub severity: Severity,
    /// What it concerns, as the analysis names it.
    pub subjects: &'a [String],
    /// A name with its label.
    pub name_of: &'a dyn Fn(&str) -> String,
    /// The figure of this name, set as this kind.
    pub figure: &'a dyn Fn(&str, NumberKind) -> Number,
}

/// Sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum SectionName {
    Findings,
    Decisions,
    Screening,
    MissingAnswers,
    CarelessAnswers,
    Pilot,
    Profile,
    Descriptives,
    Answers,
    Factors,
    FactorMatrices,
    Reliability,
    ReliabilityDetails,
    MeasurementModel,
    Validity,
    MethodBias,
    StructuralModel,
    Fit,
    AmosFit,
    Estimates,
    LocalFit,
    Effects,
    PathDifferences,
    Hypotheses,
    Provenance,
    Bootstrap,
    ParameterTests,
    Comparison,
    Invariance,
    Equality,
    LatentMeans,
    Power,
    PowerByN,
    References,
}

/// Tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum TableName {
    Decisions,
    CaseFlow,
    OutOfScale,
    MissingByVariable,
    MissingByCase,
    MissingPatterns,
    CarelessFlags,
    Farthest,
    PilotItems,
    Profile,
    ProfileScale,
    DescriptiveStatistics,
    Normality,
    ConstructCorrelations,
    KmoBartlett,
    Communalities,
    TotalVariance,
    UnrotatedMatrix(Extraction),
    RotatedMatrix(Extraction),
    PatternMatrix(Extraction),
    StructureMatrix(Extraction),
    FactorCorrelations(Extraction),
    Transformation(Extraction),
    ParallelAnalysis,
    GoodnessOfFit,
    ScoreCoefficients(Extraction),
    CorrelationMatrix,
    OneTailed,
    AntiImageCovariance,
    AntiImageCorrelation,
    Reproduced,
    ReproducedResiduals,
    Reliability,
    ItemTotal,
    ScaleStatistics,
    SummaryItems,
    InterItem,
    Loadings,
    Fit,
    ConvergentValidity,
    FornellLarcker,
    Discriminant,
    SingleFactor,
    Collinearity,
    AmosBlock(&'static str),
    Paths,
    RegressionWeights,
    StandardizedWeights,
    Covariances,
    Correlations,
    Variances,
    Means,
    Intercepts,
    Defined,
    SquaredMultipleCorrelations,
    ImpliedCovariances,
    ResidualCovariances,
    StandardizedResiduals,
    ResidualCorrelations,
    ModificationCovariances,
    ModificationVariances,
    ModificationWeights,
    Effects,
    StandardizedEffects,
    Mediation,
    PathDifferences,
    HypothesisDetails,
    Provenance,
    BootstrapEstimates,
    BootstrapStandardized,
    BootstrapRSquares,
    WaldTests,
    ReleaseTests,
    AdditionTests,
    ComparedModels,
    ModelDifferences,
    InvarianceLevels,
    InvarianceDifferences,
    InvarianceCriteria,
    EqualityTests(Level),
    Releases(Level),
    LatentMeans,
    Power(PowerTable),
}

/// Figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum FigureName {
    Answers,
    Scree(Extraction),
    MeasurementModel,
    StructuralModel,
    Effects,
    Power,
}

/// Statistics, and what else heads a column or names a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // `Words::definition` says what each is
pub enum Term {
    Blank,
    Step,
    Cases,
    Remaining,
    Item,
    Wording,
    Construct,
    Variable,
    Case,
    Answer,
    Scale,
    Missing,
    MissingVariables,
    Sign,
    CutOff,
    Rule,
    Source,
    FlaggedCases,
    Treatment,
    MahalanobisSquared,
    P1,
    P2,
    Decision,
    Frequency,
    Percent,
    ValidPercent,
    CumulativePercent,
    N,
    Minimum,
    Maximum,
    Mean,
    Median,
    Sd,
    Variance,
    SpssSkewness,
    SpssSkewnessError,
    SpssKurtosis,
    SpssKurtosisError,
    AmosSkewness,
    AmosKurtosis,
    CriticalRatio,
    AlphaDiagonal,
    Kmo,
    BartlettChiSquare,
    Df,
    P,
    Determinant,
    Msa,
    InitialCommunality,
    ExtractedCommunality,
    Component,
    Factor,
    Eigenvalue,
    PercentOfVariance,
    RandomMean,
    RandomPercentile,
    PermutedMean,
    PermutedPercentile,
    Loading,
    ChiSquare,
    Alpha,
    StandardizedAlpha,
    Omega,
    CompositeReliability,
    Items,
    CorrectedItemTotal,
    ScaleMeanIfDeleted,
    ScaleVarianceIfDeleted,
    SquaredMultipleCorrelation,
    AlphaIfDeleted,
    Range,
    Ratio,
    Lower,
    Upper,
    Estimate,
    StandardError,
    Standardized,
    ParameterLabel,
    Path,
    Group,
    Ave,
    SqrtAve,
    GreatestCorrelation,
    LatentCorrelation,
    FornellLarcker,
    Htmt,
    Verdict,
    Statistic,
    Value,
    FirstComponent,
    VifScores,
    VifLatent,
    Index,
    CutOffOfIndex,
    Variant,
    StandardVariant,
    ChiSquarePerDf,
    Rmsea,
    Pclose,
    Srmr,
    Cfi,
    Tli,
    Ifi,
    Nfi,
    Rfi,
    Gfi,
    Agfi,
    Rmr,
    Aic,
    Bic,
    Model,
    RSquare,
    AmosModificationIndex,
    ParChange,
    ScoreModificationIndex,
    Epc,
    StandardizedEpc,
    Effect,
    BootstrapError,
    ErrorOfError,
    BootstrapMean,
    ErrorOfBias,
    BootstrapZ,
    BootstrapP,
    Bias,
    SobelError,
    Indirect,
    Direct,
    Total,
    ProportionMediated,
    MediationType,
    Difference,
    Hypothesis,
    Claim,
    Basis,
    Setting,
    ScaledChiSquare,
    ComparedWith,
    Nesting,
    ChiSquareDifference,
    DfDifference,
    RmseaOfDifference,
    CfiChange,
    RmseaChange,
    SrmrChange,
    AicChange,
    BicChange,
    Level,
    Holds,
    Parameter,
    ScoreTest,
    ExpectedValues,
    Released,
    Groups,
    CohensD,
    Constraint,
    WaldTest,
    Power(PowerTerm),
}

/// Notes below tables.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum Note {
    DecisionRule { alpha: Number },
    ShapeConventions,
    CorrelationTable,
    StarsOfProbability,
    ConvergentValidity,
    FornellLarcker,
    Discriminant { level: f64 },
    SortedAndBlank { below: Number },
    RotationMethod { extraction: Extraction, rotation: RotationName, iterations: Option<Number> },
    ExtractionMethod { extraction: Extraction },
    ObliqueVariance,
    LowerTriangle,
    AntiImageDiagonal,
    ReproducedDiagonal,
    MahalanobisShown { shown: Number },
    ListCut,
    ReliabilityConventions,
    AmosEstimates,
    FixedParameter,
    CutOffsAreConventions,
    VariantsOfIndices,
    ModificationThreshold { threshold: Number },
    ModificationConventions,
    StandardizedResiduals,
    EffectIntervals { kind: IntervalKind, resamples: Number, level: f64 },
    MediationTypes,
    Proportion,
    CriticalRatioForDifferences,
    Vif,
    ParallelAnalysis { replicates: Number, percentile: Number },
    AnswersReversed,
    DiagramLegend { alpha: Number },
    FilledInterval,
    IndexVariant { variant: IndexVariant },
    DifferenceTest { method: DifferenceMethod },
    InvarianceVerdict,
    InvarianceCriteria,
    Releases,
    LatentMeans,
    Power(PowerNote),
}

/// Short things that stand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Phrase {
    Distributed,
    Returned,
    Valid,
    SystemMissing,
    Total,
    Kept,
    Dropped,
    Stays,
    Multivariate,
    Yes,
    No,
    Complete,
    InitialEigenvalues,
    ExtractionSums,
    RotationSums,
    NormalData,
    PermutedData,
    SpssShape,
    AmosShape,
    ItemMeans,
    ItemVariances,
    InterItemCovariances,
    InterItemCorrelations,
    DefaultModel,
    SaturatedModel,
    IndependenceModel,
    NoLabel,
    Comparison,
    ScreeEigenvalue,
    ScreeObserved,
    ScreeRandom,
    ScreeOne,
    StandardizedEffect,
    Loadings,
    Measurement,
    Structural,
    Program,
    Seed,
    Resamples,
    DataFile,
    DataHash,
    StudyHash,
    ConventionUsed,
    Estimator,
    ImportNote,
    Interval,
    MultiGroup,
    AllTogether,
}

/// What a judgement of a value against a cut-off comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Meets the stricter cut-off.
    Good,
    /// Meets the looser one.
    Acceptable,
    /// Meets neither.
    Poor,
}

/// How a model was fitted.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub struct FitMethod {
    pub estimator: EstimatorName,
    pub se: Option<StandardErrors>,
    pub scaled_test: Option<TestName>,
    pub missing: MissingValues,
    pub cluster: Option<String>,
    pub weights: Option<String>,
}

/// The fit of a model in figures.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub struct FitFigures {
    pub of_test: IndexVariant,
    pub of_indices: IndexVariant,
    pub chisq: Number,
    pub df: Number,
    pub p: Number,
    pub cfi: Number,
    pub tli: Number,
    pub rmsea: Number,
    pub rmsea_lower: Number,
    pub rmsea_upper: Number,
    pub srmr: Number,
}

/// Paragraphs and points.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum Sentence {
    Subtitle {
        valid: Number,
        convention: ConventionName,
    },
    NoFindings,
    FindingsIntroduction,
    DecisionSummary {
        supported: Vec<String>,
        rejected: Vec<String>,
        undecided: Vec<String>,
    },
    Response {
        distributed: Number,
        returned: Number,
        valid: Number,
        response_rate: Number,
        effective_rate: Number,
    },
    Returned {
        returned: Number,
        valid: Number,
        validity_rate: Number,
    },
    NoExclusions,
    OutOfScale {
        policy: OutOfScale,
    },
    AllInScale,
    Missing {
        answers: Number,
        percent: Number,
        cases: Number,
        complete: Number,
    },
    NothingMissing {
        cases: Number,
    },
    Little {
        chi_squared: Number,
        df: Number,
        p: Number,
        rejected: bool,
    },
    Careless,
    Reversed {
        items: Vec<String>,
    },
    Pilot {
        cases: Number,
        drop_below: Number,
        dropped: Vec<String>,
    },
    PilotConstruct {
        construct: String,
        before: Number,
        after: Option<Number>,
    },
    ProfileVariable {
        variable: String,
        shares: Vec<(String, Number)>,
    },
    Mardia {
        usual: Number,
        usual_cr: Number,
        amos: Number,
        amos_cr: Number,
        normal: bool,
    },
    Adequacy {
        kmo: Number,
        judgement: Option<Judgement>,
        chi_squared: Number,
        df: Number,
        p: Number,
    },
    NoAdequacy,
    Extraction {
        extraction: Extraction,
        rotation: RotationName,
        rule: FactorCount,
        factors: Number,
        items: Number,
        cumulative: Number,
    },
    SuggestedCounts {
        kaiser: Number,
        parallel: Number,
    },
    LargeResiduals {
        count: Number,
        percent: Number,
    },
    NotConverged,
    Reliability {
        least: Number,
        least_construct: String,
        greatest: Number,
        greatest_construct: String,
    },
    MeasurementModel {
        cases: Number,
        method: FitMethod,
        convention: ConventionName,
    },
    Fit(FitFigures),
    ValidityHolds,
    ValidityFails {
        pairs: Vec<(String, String)>,
    },
    ConvergentHolds,
    ConvergentFails {
        constructs: Vec<String>,
    },
    Harman {
        percent: Number,
        components: Number,
        suspicious: bool,
    },
    HarmanLimits,
    SingleFactor {
        chisq: Number,
        df: Number,
        p: Number,
    },
    StructuralModel {
        cases: Number,
        method: FitMethod,
    },
    FittedModel {
        cases: Number,
        method: FitMethod,
    },
    NotesForModel {
        moments: Number,
        parameters: Number,
        df: Number,
    },
    MinimumAchieved {
        iterations: Number,
        chisq: Number,
        df: Number,
        p: Number,
    },
    MinimumNotAchieved {
        iterations: Number,
    },
    Paths {
        supported: Vec<Text>,
    },
    RSquare {
        variable: String,
        value: Number,
    },
    Bootstrap {
        resamples: Number,
        used: Number,
        failed: Number,
        inadmissible: Number,
        seed: Number,
        kind: IntervalKind,
        level: f64,
    },
    NoBootstrap,
    BollenStine {
        better: Number,
        worse: Number,
        failed: Number,
        drawn: Number,
        p: Number,
        share: Number,
        mean: Number,
        sd: Number,
        seed: Number,
    },
    Resamples {
        kind: BootstrapKind,
        interval: BootstrapInterval,
        level: f64,
        resamples: Number,
        used: Number,
        failed: Number,
        inadmissible: Number,
        seed: Number,
    },
    StabilityIndex {
        index: Number,
    },
    Mediation {
        way: String,
        indirect: Number,
        lower: Number,
        upper: Number,
        p: Number,
        level: f64,
        kind: MediationType,
    },
    Hypothesis(HypothesisFigures),
    WaysLeftOut,
    Reproducible,
    NoModificationIndices,
    Invariance {
        groups: Vec<String>,
        highest: Option<Level>,
        partial: Vec<String>,
    },
    LatentMeans {
        level: Level,
        released: Vec<String>,
    },
    NoLatentMeans,
    Power(PowerSentence),
}

/// What decided a hypothesis.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub struct HypothesisFigures {
    pub name: String,
    pub rule: String,
    pub text: Option<String>,
    pub group: Option<Number>,
    pub estimate: Number,
    pub standardized: Number,
    pub z: Number,
    pub p: Number,
    pub lower: Number,
    pub upper: Number,
    pub level: f64,
    pub basis: Basis,
    pub verdict: Verdict,
    pub reason: Reason,
    pub mediation: Option<MediationType>,
    pub contested_by: Vec<Basis>,
}
