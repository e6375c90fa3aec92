//! `function = "efa"`: exploratory factor analysis of the variables of the data, for one or several numbers of factors.

use covary_data::Column;
use covary_numerics::linalg::symmetric_eigen;
use serde::Serialize;

use crate::{
    Data, Fit, FitReport, Formulas, Operator, SemError, Settings,
    syntax::{Element, Modifiers},
};

/// Name of the block, as in lavaan's efa().
const BLOCK: &str = "efa";

/// Exploratory factor analyses with different numbers of factors.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct EfaReport {
    /// `covary.efa/1`
    pub schema: &'static str,
    /// The variables.
    pub variables: Vec<String>,
    /// Eigenvalues of their correlation matrix, largest first, by group.
    pub eigenvalues: Vec<Vec<f64>>,
    /// Fit of each number of factors.
    pub fits: Vec<FitsOverview>,
    /// The solutions, in the order of `fits`.
    pub solutions: Vec<FitReport>,
}

/// Fit of one number of factors; what does not exist is null.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FitsOverview {
    /// Number of factors.
    pub nfactors: usize,
    /// Whether estimation and rotation converged.
    pub converged: bool,
    /// Whether the solution is admissible.
    pub admissible: bool,
    /// Figures under lavaan's names: npar, chisq, df, pvalue, cfi, tli, rmsea, srmr, aic, bic.
    #[serde(flatten)]
    pub figures: EfaOverview,
}

/// The figures by which numbers of factors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EfaOverview {
    /// Free parameters.
    pub npar: Option<f64>,
    /// χ²
    pub chisq: Option<f64>,
    /// Its degrees of freedom.
    pub df: Option<f64>,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// Comparative fit index.
    pub cfi: Option<f64>,
    /// Tucker-Lewis index.
    pub tli: Option<f64>,
    /// Root mean square error of approximation.
    pub rmsea: Option<f64>,
    /// Standardized root mean square residual.
    pub srmr: Option<f64>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
    /// Bayesian criterion.
    pub bic: Option<f64>,
}

/// Fits each number of factors in `settings.nfactors` to the variables in `settings.ov_names`, or to all numeric
/// variables that have no other part in the settings.
///
/// # Errors
/// [`SemError`] without a number of factors, with fewer variables than factors, or as [`fit`](crate::fit()).
pub fn efa(data: &Data, settings: &Settings) -> Result<Vec<Fit>, SemError> {
    if settings.nfactors.is_empty() {
        return Err(SemError::Option(
            "function efa needs nfactors: one number of factors, or several to be compared (1,2,3)".into(),
        ));
    }
    let variables = variables(data, settings)?;
    settings.nfactors.iter().map(|number| one(data, settings, &variables, *number)).collect()
}

/// `function = "efa"` where a single fit is asked for.
///
/// # Errors
/// [`SemError::Option`] with a model beside it, or with several numbers of factors; as [`efa`].
pub(crate) fn only_efa(model: &Formulas, data: &Data, settings: &Settings) -> Result<Fit, SemError> {
    if !model.elements.is_empty() {
        return Err(SemError::Option(
            "function efa takes no model: it analyses the variables in ov.names, or all of the data. Exploratory blocks \
             within a model are written efa(\"block\")*f1 + efa(\"block\")*f2 =~ …"
                .into(),
        ));
    }
    if settings.nfactors.len() > 1 {
        return Err(SemError::Option(
            "one fit was asked for, but nfactors has several numbers of factors; fit them one by one".into(),
        ));
    }
    efa(data, settings)?.pop().ok_or_else(|| SemError::Option("function efa needs nfactors".into()))
}

fn one(data: &Data, settings: &Settings, variables: &[String], number: usize) -> Result<Fit, SemError> {
    if number == 0 || number > variables.len() {
        return Err(SemError::Option(format!(
            "nfactors = {number} for {} variables: give a number from 1 to {}",
            variables.len(),
            variables.len()
        )));
    }
    // The model stands in place of a text: nothing else is asked for.
    let function = crate::settings::Function::Cfa;
    crate::fit(&model(variables, number), data, &Settings { function, ..settings.clone() })
}

/// `efa("efa")*f1 + … =~ x1 + …`
fn model(variables: &[String], number: usize) -> Formulas {
    let taken = |prefix: &str| (1..=number).any(|k| variables.contains(&format!("{prefix}{k}")));
    let prefix =
        ["f", "factor", "efa_factor"].into_iter().find(|prefix| !taken(prefix)).unwrap_or("exploratory_factor_");
    let element = |factor: usize, variable: &String| Element {
        lhs: format!("{prefix}{factor}"),
        op: Operator::Measures,
        rhs: variable.clone(),
        modifiers: Modifiers::default(),
        efa: Some(BLOCK.into()),
        group: None,
        level: None,
        span: 0..0,
    };
    let elements = (1..=number).flat_map(|factor| variables.iter().map(move |variable| element(factor, variable)));
    Formulas { elements: elements.collect(), ..Formulas::default() }
}

fn variables(data: &Data, settings: &Settings) -> Result<Vec<String>, SemError> {
    let known: Vec<String> = match data {
        Data::Cases(dataset) => dataset.variables().iter().map(|variable| variable.name.clone()).collect(),
        Data::Moments(groups) => groups.first().map(|group| group.names.clone()).unwrap_or_default(),
    };
    if !settings.ov_names.is_empty() {
        return match settings.ov_names.iter().find(|name| !known.contains(name)) {
            Some(unknown) => {
                let near = crate::options::nearest(unknown, known.iter().map(String::as_str));
                let help = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                Err(SemError::Data(format!("ov.names: the data have no variable \"{unknown}\"{help}")))
            }
            None => Ok(settings.ov_names.clone()),
        };
    }
    let elsewhere: Vec<&String> = [&settings.group, &settings.cluster, &settings.sampling_weights]
        .into_iter()
        .flatten()
        .chain(&settings.auxiliary)
        .collect();
    let numeric = |name: &&String| match data {
        Data::Cases(dataset) => {
            dataset.position(name).is_some_and(|index| matches!(dataset.column(index), Column::Numeric(_)))
        }
        Data::Moments(_) => true,
    };
    let chosen: Vec<String> = known.iter().filter(numeric).filter(|name| !elsewhere.contains(name)).cloned().collect();
    if chosen.is_empty() {
        return Err(SemError::Data("the data have no numeric variables to analyse; name some with ov.names".into()));
    }
    Ok(chosen)
}

impl EfaReport {
    /// The report of fits with different numbers of factors.
    pub fn new(fits: &[Fit]) -> EfaReport {
        let solutions: Vec<FitReport> = fits.iter().map(FitReport::new).collect();
        let number = |fit: &Fit| fit.table.exploratory.first().map_or(0, |block| block.factors.len());
        EfaReport {
            schema: "covary.efa/1",
            variables: fits
                .first()
                .map(|fit| fit.table.blocks[0].observed[..fit.table.modelled(0)].to_vec())
                .unwrap_or_default(),
            eigenvalues: fits.first().map(eigenvalues).unwrap_or_default(),
            fits: fits.iter().zip(&solutions).map(|(fit, report)| overview(number(fit), fit, report)).collect(),
            solutions,
        }
    }
}

fn overview(nfactors: usize, fit: &Fit, report: &FitReport) -> FitsOverview {
    let figure = |name: &str| report.measure(name);
    let rotated = fit.exploratory.as_ref().is_some_and(|solution| solution.units.iter().all(|unit| unit.converged));
    FitsOverview {
        nfactors,
        converged: fit.converged() && rotated,
        admissible: fit.admissible(),
        figures: EfaOverview {
            npar: figure("npar"),
            chisq: figure("chisq"),
            df: figure("df"),
            pvalue: figure("pvalue"),
            cfi: figure("cfi"),
            tli: figure("tli"),
            rmsea: figure("rmsea"),
            srmr: figure("srmr"),
            aic: figure("aic"),
            bic: figure("bic"),
        },
    }
}

fn eigenvalues(fit: &Fit) -> Vec<Vec<f64>> {
    let of_block = |block: &crate::sample::BlockSample| {
        let mut values = symmetric_eigen(&block.covariance.to_correlation()?)?.values;
        values.sort_by(|a, b| b.total_cmp(a));
        Some(values)
    };
    fit.sample.blocks.iter().map(|block| of_block(block).unwrap_or_default()).collect()
}
