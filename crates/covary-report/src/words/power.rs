//! What is said about power: the kinds of sentence, table and column.

use covary_sem::power::rmsea::Kind;

use crate::Number;

/// Tables of a study of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum PowerTable {
    Power,
    Fit,
    Estimates { n_total: usize },
    Search,
    TestOfFit,
}

/// Columns of these tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // `Words::definition` says what each is
pub enum PowerTerm {
    Truth,
    MeanEstimate,
    Bias,
    RelativeBias,
    SdOfEstimates,
    MeanError,
    ErrorRatio,
    Coverage,
    Power,
    MonteCarloError,
    Analytic,
    AtN(usize),
    Needed,
    Converged,
    Inadmissible,
    Rejected,
    Critical,
}

/// Notes below these tables.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum PowerNote {
    Shares { replicates: Number, largest_error: Number, alpha: Number },
    Needed { target: Number },
    DrawnLimits,
    NoTruth,
    Bars,
}

/// Paragraphs of a study of power.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum PowerSentence {
    Study {
        replicates: Number,
        df: Number,
        npar: Number,
        seed: Number,
    },
    ModelHolds,
    ModelMisses {
        misfit: Number,
        rmsea: Number,
    },
    Constants {
        constants: Vec<String>,
    },
    Assumed {
        assumed: Vec<String>,
    },
    Found {
        parameter: String,
        target: Number,
        needed: Number,
        lower: Number,
        upper: Number,
    },
    NotFound {
        parameter: String,
        target: Number,
    },
    ByApproximation {
        cases: Number,
    },
    TestOfFit {
        kind: Kind,
        nested: bool,
        df: Vec<Number>,
        h0: Vec<Number>,
        ha: Vec<Number>,
        alpha: Number,
        groups: Number,
    },
    CasesNeeded {
        target: Number,
        cases: Number,
    },
    NoCasesReach {
        target: Number,
    },
}
