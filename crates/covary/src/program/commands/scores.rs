//! Factor scores as a data file, of `covary fit … --scores FILE`.

use covary_data::{Dataset, Variable};
use covary_sem::{
    Fit,
    factor_scores::{BlockFactorScores, ScoreMethod, factor_scores},
};

use crate::program::{
    arguments::{FitArguments, ScoreMethodName},
    failure::Failure,
    files,
};

/// Name of the variable that counts the cases of the data, where the data themselves are not written.
const CASE: &str = "case";

/// Whether scores can be written as the command line asks: found out before anything is computed.
pub fn check(task: &FitArguments) -> Result<(), Failure> {
    let Some(path) = &task.scores else { return Ok(()) };
    let probe = Dataset::new(vec![Variable::named(CASE)], vec![covary_data::Column::Numeric(vec![1.0])]);
    covary_import::export(&path.display().to_string(), &probe.map_err(Failure::new)?).map_err(Failure::new)?;
    Ok(())
}

/// Writes the scores where they are asked for.
pub fn write(task: &FitArguments, fit: &Fit, data: &Dataset, quiet: bool) -> Result<(), Failure> {
    let Some(path) = &task.scores else { return Ok(()) };
    let method = match task.scores_method {
        ScoreMethodName::Regression => ScoreMethod::Regression,
        ScoreMethodName::Bartlett => ScoreMethod::Bartlett,
    };
    let scores = factor_scores(fit, data, method)?;
    let mut written = if task.append_data { data.clone() } else { cases_and_groups(data, fit)? };
    for column in columns(&scores.blocks, data.cases()) {
        let name = free_name(&written, &column.name);
        let label = Some(column.label).filter(|label| !label.is_empty());
        let variable = Variable { label, ..Variable::named(name) };
        written = written.with_numbers(variable, column.values).map_err(Failure::new)?;
    }
    let name = path.display().to_string();
    let bytes = covary_import::export(&name, &written).map_err(Failure::new)?;
    if !quiet {
        for loss in covary_import::losses(&name, &written).map_err(Failure::new)? {
            eprintln!("covary: note: {name}: {}", loss.text());
        }
    }
    files::write_all(&[(path.clone(), bytes)])
}

/// The number of each case in the data, and its group.
fn cases_and_groups(data: &Dataset, fit: &Fit) -> Result<Dataset, Failure> {
    let numbers = (1..=data.cases()).map(|case| case as f64).collect();
    let mut written =
        Dataset::new(vec![Variable::named(CASE)], vec![covary_data::Column::Numeric(numbers)]).map_err(Failure::new)?;
    if let Some(group) = &fit.settings.group
        && let (Some(variable), Some(position)) = (data.variable(group), data.position(group))
    {
        let mut variables = written.variables().to_vec();
        variables.push(variable.clone());
        let columns = vec![written.column(0).clone(), data.column(position).clone()];
        written = Dataset::new(variables, columns).map_err(Failure::new)?;
    }
    Ok(written)
}

/// A column of scores or of their standard errors.
struct ScoreColumn {
    name: String,
    label: String,
    values: Vec<Option<f64>>,
}

/// Scores of all factors, then their standard errors; a case that was not used has none.
fn columns(blocks: &[BlockFactorScores], cases: usize) -> Vec<ScoreColumn> {
    let mut factors: Vec<&String> = Vec::new();
    for factor in blocks.iter().flat_map(|block| &block.factors) {
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    let column = |factor: &str, of: fn(&BlockFactorScores) -> &Vec<Vec<Option<f64>>>| {
        let mut values = vec![None; cases];
        for block in blocks {
            let Some(k) = block.factors.iter().position(|known| known == factor) else { continue };
            for (case, scores) in block.cases.iter().zip(of(block)) {
                values[*case] = scores[k];
            }
        }
        values
    };
    let scores = factors.iter().map(|factor| ScoreColumn {
        name: (*factor).clone(),
        label: format!("Factor score of {factor}"),
        values: column(factor, |block| &block.scores),
    });
    let errors = factors.iter().map(|factor| ScoreColumn {
        name: format!("{factor}_se"),
        label: format!("Standard error of the factor score of {factor}"),
        values: column(factor, |block| &block.standard_errors),
    });
    scores.chain(errors).collect()
}

/// The name, or with a number behind it where the data have it already.
fn free_name(data: &Dataset, name: &str) -> String {
    let taken = |name: &str| data.position(name).is_some();
    if !taken(name) {
        return name.to_string();
    }
    (1..).map(|k| format!("{name}_score{k}")).find(|candidate| !taken(candidate)).unwrap_or_else(|| name.to_string())
}
