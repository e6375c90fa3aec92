//! What is studied: a population, the model that is analysed, and what the analysis ought to find.

use covary_numerics::Matrix;
use serde::Serialize;

use super::analysis_model::{analysis_model, constant};
use crate::{
    Data, Fit, Formulas, GroupMoments, Operator, ParameterTable, SemError, Settings,
    estimators::Estimator,
    fit::fit_table,
    parameter_table::{Available, complete},
    settings::{EstimatorName, Information, MissingValues, StandardErrors, TestName},
    simulate::Population,
};

/// Cases of the sample whose moments are the population's: so many that no correction for sample size is felt.
const POPULATION_CASES: f64 = 1e9;

/// A study that is repeated.
#[derive(Clone, Debug)]
pub struct Study {
    /// The population.
    pub population: Population,
    /// The analysed model; free rows start at what the analysis ought to find.
    pub table: ParameterTable,
    /// How it is analysed.
    pub settings: Settings,
    /// What the analysis ought to find.
    pub truth: Truth,
    /// Rows that are followed: free parameters and definitions.
    pub tracked: Vec<Tracked>,
    /// What the text holds constant, in words.
    pub constants: Vec<String>,
}

/// A parameter that is followed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tracked {
    /// Its row in the table.
    #[serde(skip)]
    pub row: usize,
    /// Left-hand variable, or the name of a definition.
    pub lhs: String,
    /// Operator.
    pub op: Operator,
    /// Right-hand variable; of a definition its expression.
    pub rhs: String,
    /// Group, from 1; 0 for definitions.
    pub group: usize,
    /// Its label.
    pub label: String,
}

/// The analysed model fitted to the moments of the population.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The fit.
    pub fit: Fit,
    /// The minimum of F: 0 where the model holds; λ of the test of fit is N F₀.
    pub misfit: f64,
}

impl Truth {
    /// √(F₀/df): RMSEA in the population. `None` without degrees of freedom.
    pub fn rmsea(&self) -> Option<f64> {
        let df = self.fit.degrees_of_freedom as f64;
        (df > 0.0).then(|| (self.misfit.max(0.0) * self.fit.table.blocks.len() as f64 / df).sqrt())
    }
}

/// What a study is made of.
#[derive(Clone, Copy, Debug)]
pub struct Design<'a> {
    /// The analysed model; without a population of its own it states that too.
    pub model: &'a Formulas,
    /// The population.
    pub population: Option<&'a Formulas>,
    /// How it is analysed.
    pub settings: &'a Settings,
    /// Labels of the groups, as for [`Population::new`].
    pub labels: &'a [String],
    /// The variable that tells groups apart in the data.
    pub group_variable: &'a str,
    /// Whether the population's values are standardized: see [`Population::standardized`].
    pub standardized: bool,
}

impl<'a> Design<'a> {
    /// A design without groups, its values as they stand.
    pub fn new(model: &'a Formulas, settings: &'a Settings) -> Design<'a> {
        Design { model, population: None, settings, labels: &[], group_variable: "group", standardized: false }
    }
}

impl Study {
    /// The study of a design.
    ///
    /// # Errors
    /// Those of [`Population::new`] and of a fit; [`SemError::Model`] where the analysed model has other variables than the
    /// population, or cannot be identified.
    pub fn new(design: &Design) -> Result<Study, SemError> {
        let Design { model, population, settings, .. } = *design;
        // Thresholds of a text that is the population too say how data are cut.
        let analysed_thresholds = model.elements.iter().any(|element| element.op == Operator::Threshold);
        refuse(settings, population.is_some() && analysed_thresholds)?;
        let read = if design.standardized { Population::standardized } else { Population::new };
        let of_population = match population {
            // Constraints that stand beside the analysed model are none of the population's.
            Some(text) => {
                let settings = Settings { constraints: String::new(), ..settings.clone() };
                read(text, &settings, design.labels)?
            }
            None => read(model, settings, design.labels)?,
        };
        let mut settings = settings.clone();
        let several = of_population.groups.len() > 1;
        if several && settings.group.is_none() {
            settings.group = Some(design.group_variable.to_string());
        }
        let (analysed, constants) = match population {
            Some(_) => {
                let elements = model.elements.iter().filter(|e| e.op != Operator::Threshold);
                (model.clone(), elements.filter_map(constant).collect())
            }
            None => {
                settings.std_lv = true;
                settings.auto.fix_first = settings.auto.fix_first.or(Some(false));
                analysis_model(model)
            }
        };
        let labels = of_population.groups.iter().map(|group| group.label.clone());
        let available = Available {
            variables: of_population.groups.iter().flat_map(|group| group.names.clone()).collect(),
            groups: if several { labels.collect() } else { Vec::new() },
        };
        let mut table = complete(&analysed, &available, &settings)?;
        let truth = truth(&mut table, &of_population, &settings)?;
        let tracked = tracked(&table);
        Ok(Study { population: of_population, table, settings, truth, tracked, constants })
    }

    /// The tracked parameter of this name: a label, the name of a definition, or a formula such as `y ~ x`.
    ///
    /// # Errors
    /// [`SemError::Option`] with the names that there are.
    pub fn find(&self, name: &str) -> Result<usize, SemError> {
        let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let wanted = plain(name);
        let is_it = |own: &Tracked| {
            plain(&own.name()) == wanted || own.label == wanted || own.lhs == wanted && own.op == Operator::Define
        };
        let swapped =
            |own: &Tracked| own.op == Operator::Covariance && plain(&format!("{}~~{}", own.rhs, own.lhs)) == wanted;
        let found = self.tracked.iter().position(is_it).or_else(|| self.tracked.iter().position(swapped));
        found.ok_or_else(|| {
            let known: Vec<String> = self.tracked.iter().map(Tracked::name).collect();
            SemError::Option(format!("parameter \"{name}\": the model has {}", known.join(", ")))
        })
    }

    /// The truth of a tracked parameter.
    pub fn value(&self, parameter: usize) -> Option<f64> {
        self.truth.fit.estimates[self.tracked[parameter].row]
    }
}

impl Tracked {
    /// The name of a definition, else the formula, with the group where it is not the first.
    pub fn name(&self) -> String {
        let group = if self.group > 1 { format!(" (group {})", self.group) } else { String::new() };
        match self.op {
            Operator::Define => self.lhs.clone(),
            Operator::Intercept => format!("{} ~ 1{group}", self.lhs),
            op => format!("{} {op} {}{group}", self.lhs, self.rhs),
        }
    }
}

fn refuse(settings: &Settings, with_thresholds: bool) -> Result<(), SemError> {
    let unfit = [
        (
            with_thresholds,
            "the analysis of ordered outcomes (without ordered and thresholds categories are analysed as numbers)",
        ),
        (!settings.auxiliary.is_empty(), "aux"),
        (settings.group_w_free, "group.w.free"),
        (settings.cluster.is_some(), "cluster"),
        (settings.sampling_weights.is_some(), "sampling.weights"),
        (settings.function == crate::settings::Function::Efa, "function = \"efa\""),
        (!settings.wald.is_empty(), "wald"),
        (settings.std_ov, "std.ov"),
    ];
    match unfit.iter().find(|(chosen, _)| *chosen) {
        Some((_, what)) => {
            Err(SemError::Option(format!("{what} is not built for power studies; nothing was simulated")))
        }
        None => Ok(()),
    }
}

fn tracked(table: &ParameterTable) -> Vec<Tracked> {
    let followed = |row: &crate::Row| row.op == Operator::Define || (row.free.is_some() && row.is_parameter());
    let rows = table.rows.iter().enumerate().filter(|(_, row)| followed(row));
    rows.map(|(k, row)| Tracked {
        row: k,
        lhs: row.lhs.clone(),
        op: row.op,
        rhs: row.rhs.clone(),
        group: row.group,
        label: row.label.clone(),
    })
    .collect()
}

/// Fits the model to the population's moments, beginning at the population's values where it has them, and makes what is
/// found the starting values of the table.
///
/// The discrepancy is that of the estimator where moments define it (ML, GLS, ULS), else ML: where the model holds, all find
/// the same.
fn truth(table: &mut ParameterTable, population: &Population, settings: &Settings) -> Result<Truth, SemError> {
    let start = table.clone();
    for row in table.rows.iter_mut().filter(|row| row.free.is_some()) {
        let own = population.table.find(row.block, &row.lhs, row.op, &row.rhs).and_then(|k| population.values[k]);
        row.start = own.or(row.start);
    }
    let estimator = match Estimator::named(settings.estimator) {
        Estimator::Gls => EstimatorName::Gls,
        Estimator::Uls => EstimatorName::Uls,
        _ => EstimatorName::Ml,
    };
    let settings = Settings {
        estimator,
        se: Some(StandardErrors::Standard),
        tests: vec![TestName::Standard],
        information: Some(Information::Expected),
        missing: MissingValues::Listwise,
        sample_cov_rescale: Some(false),
        bootstrap: None,
        ..settings.clone()
    };
    let moments = |group: &crate::simulate::PopulationGroup| GroupMoments {
        label: group.label.clone(),
        cases: POPULATION_CASES as usize,
        names: group.names.clone(),
        covariance: group.covariance.clone(),
        mean: Some(group.mean.clone()),
    };
    let data = Data::Moments(population.groups.iter().map(moments).collect());
    let mut fit = fit_table(table.clone(), &data, &settings)?;
    if !fit.converged() {
        // The population's values need not lie in the metric of the analysed model.
        fit = fit_table(start, &data, &settings)?;
    }
    if !fit.converged() || fit.vcov.is_none() {
        let reasons: Vec<String> = fit.warnings.iter().map(|warning| warning.text.clone()).collect();
        return Err(SemError::Model(format!(
            "the analysed model cannot be fitted to the moments of the population itself: {}",
            reasons.join("; ")
        )));
    }
    for row in &mut table.rows {
        if let Some(k) = row.free {
            row.start = Some(fit.theta[k]);
        }
    }
    let misfit = 2.0 * fit.objective;
    Ok(Truth { misfit: if misfit < 1e-10 { 0.0 } else { misfit }, fit })
}

/// The covariance matrix of the estimates with one case, by expected information at the truth, cases shared by the groups in
/// these proportions: that with N cases is an Nth of it.
pub(super) fn covariance_per_case(study: &Study, shares: &[f64]) -> Option<Matrix> {
    let fit = &study.truth.fit;
    let objective =
        crate::estimate::Objective::<f64>::new(&fit.matrices, Estimator::of(&fit.settings, &fit.sample), &fit.sample)?;
    let information = objective.information(&fit.theta, shares)?;
    crate::inference::standard_errors::vcov(&information, &fit.constraints, 1.0).ok()
}
