//! Population values of a model, and the moments that they imply.

use std::collections::HashMap;

use covary_numerics::Matrix;

use super::definiteness;
use crate::{
    Formulas, Operator, ParameterTable, Row, SemError, Settings,
    estimate::defined::{Names, RowEstimates},
    model_matrices::{ModelMatrices, formula_of},
    parameter_table::{Available, complete},
    settings::Auto,
    syntax::{Element, Fixing},
};

/// A value that must hold at the population may miss by this much: decimals in a text.
const ROUNDED: f64 = 1e-6;

/// A model whose parameters have values.
#[derive(Clone, Debug)]
pub struct Population {
    /// The model; free rows are those whose value is no constant of the text.
    pub table: ParameterTable,
    /// The value of every row, definitions included; `None` for constraints.
    pub values: Vec<Option<f64>>,
    /// One entry per group.
    pub groups: Vec<PopulationGroup>,
    /// Values of rows that the text states without one: `f =~ x3 = 1`.
    pub assumed: Vec<String>,
}

/// The moments of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationGroup {
    /// Its label; empty with one group.
    pub label: String,
    /// Observed variables, in the model's order.
    pub names: Vec<String>,
    /// Σ, p × p; of ordered variables that of the continuous variables behind them.
    pub covariance: Matrix,
    /// μ, p.
    pub mean: Vec<f64>,
    /// Thresholds of each variable, ascending, in the unit of the variable behind it; empty: continuous.
    pub thresholds: Vec<Vec<f64>>,
}

impl Population {
    /// Reads the values of a model text as lavaan's `simulateData()` does.
    ///
    /// A value is a fixed one (`0.8*x1`) or a starting value (`start(0.8)*x1`). Without one, loadings and variances are 1
    /// and everything else 0; what the text states without a value is named in `assumed`. Latent variables have variance 1,
    /// no marker is added, observed exogenous variables are random, means are 0 unless stated. Parameters with one label
    /// share the value that one of them has. `x1 | -1*t1 + 0*t2` cuts a variable into categories.
    ///
    /// `labels`: those of the groups where the text does not name them; empty: as many groups as `c(…)` has elements. Of
    /// `settings`, the function, `orthogonal*`, `constraints` and `group.label` count.
    ///
    /// # Errors
    /// [`SemError::Model`] where the text is no model, a constraint does not hold at the values, a variance is negative,
    /// or a covariance matrix is not positive definite; the text says which variables make it so.
    pub fn new(formulas: &Formulas, settings: &Settings, labels: &[String]) -> Result<Population, SemError> {
        Population::read(formulas, settings, labels, false)
    }

    /// The same with (residual) variances that the text does not state such that every variable has variance 1: values are
    /// then standardized ones, as with `simulateData(standardized = TRUE)`.
    ///
    /// # Errors
    /// As [`new`](Self::new); also where paths form a loop, and where a variable is explained to more than its variance of 1.
    pub fn standardized(formulas: &Formulas, settings: &Settings, labels: &[String]) -> Result<Population, SemError> {
        Population::read(formulas, settings, labels, true)
    }

    fn read(
        formulas: &Formulas,
        settings: &Settings,
        labels: &[String],
        standardized: bool,
    ) -> Result<Population, SemError> {
        refuse(formulas)?;
        let continuous = Formulas {
            elements: formulas.elements.iter().filter(|e| e.op != Operator::Threshold).cloned().collect(),
            ..formulas.clone()
        };
        let groups = if formulas.groups.is_empty() { labels.to_vec() } else { formulas.groups.clone() };
        let available = Available { variables: Vec::new(), groups: if groups.len() > 1 { groups } else { Vec::new() } };
        let table = complete(&continuous, &available, &as_population(settings))?;
        let Values { mut theta, unstated, assumed } = values(&table, standardized)?;
        let matrices = ModelMatrices::new(&table)?;
        if standardized {
            standardize(&table, &matrices, &unstated, &mut theta)?;
        }
        let values = RowEstimates::new(&table).at(&theta);
        check_constraints(&table, &theta)?;
        let mut groups = Vec::new();
        for (k, (layout, block)) in matrices.blocks.iter().zip(&table.blocks).enumerate() {
            let matrices = matrices.matrices(k, &theta, &[]).ok_or_else(|| {
                SemError::Model("the paths of the population form a loop without an end: I − B is singular".into())
            })?;
            definiteness::check(layout, &matrices, &block.group_label)?;
            groups.push(PopulationGroup {
                label: block.group_label.clone(),
                names: block.observed.clone(),
                thresholds: thresholds(formulas, &block.observed, k, table.blocks.len())?,
                covariance: matrices.covariance,
                mean: matrices.mean,
            });
        }
        Ok(Population { table, values, groups, assumed })
    }
}

/// What no population is made of.
fn refuse(formulas: &Formulas) -> Result<(), SemError> {
    if !formulas.levels.is_empty() {
        return Err(SemError::Option(
            "populations of two levels (level: blocks) are not built; nothing was simulated".into(),
        ));
    }
    for element in &formulas.elements {
        let text = match element.op {
            Operator::Scale => "response scales (~*~) are not built: give thresholds in the unit of the variable",
            Operator::GroupWeight => "group frequencies are no part of a population: give the cases of each group",
            _ if element.lhs.contains(':') || element.rhs.contains(':') => {
                "the product of two variables follows from them and cannot have values of its own"
            }
            _ => continue,
        };
        return Err(SemError::Option(format!("\"{}\": {text}; nothing was simulated", element.shown())));
    }
    Ok(())
}

/// The settings under which a population is completed.
fn as_population(settings: &Settings) -> Settings {
    Settings {
        function: settings.function,
        orthogonal: settings.orthogonal,
        orthogonal_x: settings.orthogonal_x,
        orthogonal_y: settings.orthogonal_y,
        constraints: settings.constraints.clone(),
        // Latent variances are values like others: 1 where the text does not say otherwise.
        std_lv: false,
        fixed_x: Some(false),
        meanstructure: Some(true),
        auto: Auto { fix_first: Some(false), fix_single: Some(false), efa: Some(false), ..Auto::default() },
        ..Settings::default()
    }
}

/// θ of the population.
struct Values {
    theta: Vec<f64>,
    /// Rows of variances without a value in the text.
    unstated: Vec<usize>,
    /// What was assumed and might have been meant otherwise: all but means, and variances of what nothing predicts.
    assumed: Vec<String>,
}

fn values(table: &ParameterTable, standardized: bool) -> Result<Values, SemError> {
    let mut by_label: HashMap<&str, f64> = HashMap::new();
    for row in table.rows.iter().filter(|row| row.is_parameter() && !row.label.is_empty()) {
        if let Some(value) = row.fixed.or(row.start) {
            by_label.entry(row.label.as_str()).or_insert(value);
        }
    }
    let is_predicted = |name: &str| {
        table.rows.iter().any(|row| match row.op {
            Operator::Measures => row.rhs == name,
            Operator::Regression => row.lhs == name,
            _ => false,
        })
    };
    let mut values = Values { theta: vec![0.0; table.free], unstated: Vec::new(), assumed: Vec::new() };
    for (index, row) in table.rows.iter().enumerate() {
        let Some(k) = row.free else { continue };
        let known = row.start.or_else(|| by_label.get(row.label.as_str()).copied());
        values.theta[k] = known.unwrap_or_else(|| usual(row));
        let is_variance = row.op == Operator::Covariance && row.lhs == row.rhs;
        if known.is_none() && is_variance {
            values.unstated.push(index);
        }
        let expected = match row.op {
            Operator::Intercept => true,
            _ if is_variance => standardized || !is_predicted(&row.lhs),
            _ => false,
        };
        if known.is_none() && (row.user || !expected) && !(is_variance && standardized) {
            let group = if row.group > 1 { format!(" (group {})", row.group) } else { String::new() };
            values.assumed.push(format!("{} = {}{group}", formula_of(row), usual(row)));
        }
        if !values.theta[k].is_finite() {
            return Err(SemError::Model(format!("the value of \"{}\" is not finite", formula_of(row))));
        }
    }
    Ok(values)
}

/// Changes variances that the text does not state until the variances of their variables are 1.
///
/// A variance changes the variances of what its variable predicts alone, so that without loops each round settles the next
/// generation of variables.
fn standardize(
    table: &ParameterTable,
    matrices: &ModelMatrices,
    unstated: &[usize],
    theta: &mut [f64],
) -> Result<(), SemError> {
    let rounds = table.blocks.iter().map(|block| block.observed.len() + block.latent.len()).max().unwrap_or(0) + 1;
    for _ in 0..rounds {
        let mut largest: f64 = 0.0;
        for (block, layout) in matrices.blocks.iter().enumerate() {
            let Some(own) = matrices.matrices(block, theta, &[]) else { break };
            for &row in unstated.iter().filter(|row| table.rows[**row].block == block) {
                let row = &table.rows[row];
                let total = match (layout.latent_position(&row.lhs), layout.observed_position(&row.lhs)) {
                    (Some(j), _) => own.latent_covariance[(j, j)],
                    (None, Some(i)) => own.covariance[(i, i)],
                    (None, None) => continue,
                };
                if let Some(k) = row.free {
                    theta[k] += 1.0 - total;
                    largest = largest.max((1.0 - total).abs());
                }
            }
        }
        if largest < 1e-12 {
            return Ok(());
        }
    }
    Err(SemError::Model(
        "variables cannot be standardized where paths form a loop: state their (residual) variances".into(),
    ))
}

/// What simulateData() takes without a value.
fn usual(row: &Row) -> f64 {
    let is_variance = row.op == Operator::Covariance && row.lhs == row.rhs;
    if row.op == Operator::Measures || is_variance { 1.0 } else { 0.0 }
}

fn check_constraints(table: &ParameterTable, theta: &[f64]) -> Result<(), SemError> {
    let names = Names::new(table);
    for constraint in &table.constraints {
        let row = &table.rows[constraint.row];
        let difference = names.formula(&constraint.difference).and_then(|formula| formula.evaluate(&|k| theta[k]));
        let holds = difference.is_some_and(|d| match constraint.op {
            Operator::Less => d < ROUNDED,
            Operator::Greater => d > -ROUNDED,
            _ => d.abs() < ROUNDED,
        });
        if !holds {
            let at = |plabel: &str| table.rows.iter().find(|row| row.plabel == plabel).map(formula_of);
            let shown = |side: &str| at(side).unwrap_or_else(|| side.to_string());
            return Err(SemError::Model(format!(
                "\"{} {} {}\" does not hold at the population's values (left less right is {}): give values that meet it",
                shown(&row.lhs),
                constraint.op,
                shown(&row.rhs),
                difference.map_or_else(|| "no number".to_string(), |d| format!("{d:.6}"))
            )));
        }
    }
    Ok(())
}

/// The thresholds of each variable of a group.
fn thresholds(
    formulas: &Formulas,
    observed: &[String],
    group: usize,
    groups: usize,
) -> Result<Vec<Vec<f64>>, SemError> {
    let mut found: Vec<Vec<(usize, f64)>> = vec![Vec::new(); observed.len()];
    let own = |element: &&Element| {
        element.op == Operator::Threshold && element.group.is_none_or(|block| block == group || groups == 1)
    };
    for element in formulas.elements.iter().filter(own) {
        let variable = observed.iter().position(|name| *name == element.lhs).ok_or_else(|| {
            SemError::Model(format!("\"{}\": {} is no observed variable of the model", element.shown(), element.lhs))
        })?;
        let value = threshold_value(element, group).ok_or_else(|| {
            SemError::Model(format!(
                "\"{0}\" has no value: write {1} | -0.5*{2}",
                element.shown(),
                element.lhs,
                element.rhs
            ))
        })?;
        let number = element.rhs.trim_start_matches('t').parse().unwrap_or(found[variable].len() + 1);
        found[variable].push((number, value));
    }
    let ascending = |(variable, mut cuts): (usize, Vec<(usize, f64)>)| {
        cuts.sort_by_key(|(number, _)| *number);
        let values: Vec<f64> = cuts.into_iter().map(|(_, value)| value).collect();
        if values.windows(2).any(|pair| pair[0] >= pair[1]) {
            let name = &observed[variable];
            return Err(SemError::Model(format!("the thresholds of {name} do not ascend: {values:?}")));
        }
        Ok(values)
    };
    found.into_iter().enumerate().map(ascending).collect()
}

fn threshold_value(element: &Element, group: usize) -> Option<f64> {
    fn of_group<V: Copy>(values: &[V], group: usize) -> Option<V> {
        values.get(if values.len() == 1 { 0 } else { group }).copied()
    }
    let fixed = of_group(&element.modifiers.fixed, group).and_then(|fixing| match fixing {
        Fixing::Value(value) => Some(value),
        Fixing::Free => None,
    });
    fixed.or(of_group(&element.modifiers.start, group).flatten())
}
