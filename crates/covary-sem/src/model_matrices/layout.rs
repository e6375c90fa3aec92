//! Where each row of the parameter table stands in the matrices.

use std::collections::HashMap;

use covary_numerics::Matrix;

use super::{
    frequencies::{Frequency, frequencies},
    paths::Paths,
};
use crate::{Operator, ParameterTable, Row, Sample, SemError, parameter_table::Block};

/// Where the parameters of a model stand in its matrices.
#[derive(Clone, Debug)]
pub struct ModelMatrices {
    /// One layout per block of the parameter table.
    pub blocks: Vec<BlockLayout>,
    /// Number of free parameters θ (q⁺), before equality constraints.
    pub free: usize,
    /// Moments of fixed x, each a constant taken from the sample; a resample has its own.
    pub exogenous: Vec<ExogenousMoment>,
    /// Log frequencies of the groups, where they are parameters.
    pub frequencies: Vec<Frequency>,
    /// Whether means are modelled.
    pub meanstructure: bool,
}

/// A moment of observed exogenous variables that is fixed at its sample value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExogenousMoment {
    /// The row of the parameter table.
    pub row: usize,
    /// The block.
    pub block: usize,
    /// Observed variable (position in the block).
    pub variable: usize,
    /// The other one of a covariance, itself of a variance; `None` for a mean.
    pub other: Option<usize>,
}

/// The matrices of one block.
#[derive(Clone, Debug)]
pub struct BlockLayout {
    /// Observed variables, in the block's order (p).
    pub observed: Vec<String>,
    /// Latent variables (m): the model's own, then observed variables of the structural part.
    pub latent: Vec<String>,
    /// The observed variable that each latent one stands for, where it does.
    pub stands_for: Vec<Option<usize>>,
    /// Latent variables with a loading, in order (f): the columns of Λ that are kept.
    pub measured: Vec<usize>,
    /// Λ by rows: the entries of observed variable i are `loading_rows[i]..loading_rows[i + 1]`.
    pub(super) loading_rows: Vec<usize>,
    /// Columns of the entries of Λ, as positions in `measured`.
    pub(super) loading_factors: Vec<usize>,
    /// Sources of the entries of Λ.
    pub(super) loading_sources: Vec<Source>,
    /// Entries of B, of the lower triangles of Ψ and Θ, of ν and α.
    pub(super) regressions: Vec<Cell>,
    pub(super) latent_covariances: Vec<Cell>,
    pub(super) residual_covariances: Vec<Cell>,
    pub(super) observed_intercepts: Vec<Cell>,
    pub(super) latent_intercepts: Vec<Cell>,
    /// How (I − B)⁻¹ is found.
    pub(super) paths: Paths,
    /// Whether Θ is diagonal with an entry for every observed variable: the factored form may serve.
    pub(super) unique_residuals: bool,
    /// Whether means are modelled.
    pub meanstructure: bool,
    /// Whether a variable's mean belongs to the level above, where it stands too.
    pub mean_above: Vec<bool>,
}

/// A matrix of the model. Thresholds, response scales and slopes on x will be further members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatrixName {
    /// Λ, p × m.
    Loadings,
    /// B, m × m: row the outcome, column the predictor.
    Regressions,
    /// Ψ, m × m, (residual) covariances of latent variables.
    LatentCovariance,
    /// Θ, p × p, residual covariances of observed variables.
    ResidualCovariance,
    /// ν, p.
    ObservedIntercepts,
    /// α, m.
    LatentIntercepts,
}

/// An element of a matrix; of a symmetric matrix the one with row ≥ column, of a vector column 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The matrix.
    pub matrix: MatrixName,
    /// Row: an observed variable in Λ, Θ, ν, a latent one in B, Ψ, α.
    pub row: usize,
    /// Column.
    pub column: usize,
}

/// Where the value of an element comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// A free parameter, by its position in θ.
    Free(usize),
    /// A constant.
    Fixed(f64),
    /// A moment of fixed x, by its position in [`ModelMatrices::exogenous`].
    Exogenous(usize),
}

/// An element that is not structurally zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub row: usize,
    pub column: usize,
    pub source: Source,
}

impl ModelMatrices {
    /// The layout of a completed model.
    ///
    /// # Errors
    /// [`SemError::Model`] for a row that has no place in the matrices.
    pub fn new(table: &ParameterTable) -> Result<Self, SemError> {
        let mut exogenous = Vec::new();
        let blocks = (0..table.blocks.len())
            .map(|block| BlockLayout::new(table, block, &mut exogenous))
            .collect::<Result<_, _>>()?;
        Ok(ModelMatrices {
            blocks,
            free: table.free,
            exogenous,
            frequencies: frequencies(table),
            meanstructure: table.meanstructure,
        })
    }

    /// The moments of fixed x in a sample, in the order of [`ModelMatrices::exogenous`].
    pub fn exogenous_values(&self, sample: &Sample) -> Vec<f64> {
        let value = |moment: &ExogenousMoment| {
            let block = &sample.blocks[moment.block];
            match moment.other {
                Some(other) => block.covariance[(moment.variable, other)],
                // Means that are not known are not modelled either.
                None => block.mean.as_ref().map_or(0.0, |mean| mean[moment.variable]),
            }
        };
        self.exogenous.iter().map(value).collect()
    }
}

impl BlockLayout {
    fn new(table: &ParameterTable, block: usize, exogenous: &mut Vec<ExogenousMoment>) -> Result<Self, SemError> {
        let variables = &table.blocks[block];
        let rows: Vec<(usize, &Row)> =
            table.rows.iter().enumerate().filter(|(_, row)| row.group > 0 && row.block == block).collect();
        let (latent, stands_for) = latent_variables(variables, &rows);
        let mut layout = BlockLayout {
            observed: variables.observed.clone(),
            latent,
            stands_for,
            measured: Vec::new(),
            loading_rows: Vec::new(),
            loading_factors: Vec::new(),
            loading_sources: Vec::new(),
            regressions: Vec::new(),
            latent_covariances: Vec::new(),
            residual_covariances: Vec::new(),
            observed_intercepts: Vec::new(),
            latent_intercepts: Vec::new(),
            paths: Paths::None,
            unique_residuals: false,
            meanstructure: table.meanstructure,
            mean_above: mean_above(table, block),
        };
        let mut loadings: Vec<Cell> = layout.unit_loadings();
        for (index, row) in rows.into_iter().filter(|(_, row)| row.op != Operator::GroupWeight) {
            let position = layout.position(row.op, &row.lhs, &row.rhs).ok_or_else(|| no_place(row))?;
            let source = layout.source(row, index, block, exogenous)?;
            let cells = match position.matrix {
                MatrixName::Loadings => &mut loadings,
                MatrixName::Regressions => &mut layout.regressions,
                MatrixName::LatentCovariance => &mut layout.latent_covariances,
                MatrixName::ResidualCovariance => &mut layout.residual_covariances,
                MatrixName::ObservedIntercepts => &mut layout.observed_intercepts,
                MatrixName::LatentIntercepts => &mut layout.latent_intercepts,
            };
            if source != Source::Fixed(0.0) {
                cells.push(Cell { row: position.row, column: position.column, source });
            }
        }
        layout.place_loadings(loadings);
        let edges: Vec<(usize, usize)> = layout.regressions.iter().map(|cell| (cell.row, cell.column)).collect();
        layout.paths = Paths::new(layout.latent.len(), &edges);
        layout.unique_residuals = layout.has_unique_residuals();
        Ok(layout)
    }

    /// The place of a parameter, free or not. `None` where its variables or operator have none.
    ///
    /// `lhs` and `rhs` as in the parameter table: `f =~ x`, `y ~ x`, `a ~~ b`, `a ~1`.
    pub fn position(&self, op: Operator, lhs: &str, rhs: &str) -> Option<Position> {
        let (left, right) = (self.latent_position(lhs), self.latent_position(rhs));
        let (left_observed, right_observed) = (self.observed_position(lhs), self.observed_position(rhs));
        let at = |matrix, row, column| Some(Position { matrix, row, column });
        match op {
            // An indicator that stands in the structural part, or a latent one, is reached by a path.
            Operator::Measures => match right {
                Some(indicator) => at(MatrixName::Regressions, indicator, left?),
                None => at(MatrixName::Loadings, right_observed?, left?),
            },
            // A composite is a latent variable without residual, regressed on its indicators.
            Operator::Regression | Operator::Composite => at(MatrixName::Regressions, left?, right?),
            Operator::Covariance => match (left, right) {
                (Some(a), Some(b)) => at(MatrixName::LatentCovariance, a.max(b), a.min(b)),
                (None, None) => {
                    let (a, b) = (left_observed?, right_observed?);
                    at(MatrixName::ResidualCovariance, a.max(b), a.min(b))
                }
                _ => None,
            },
            Operator::Intercept => match left {
                Some(latent) => at(MatrixName::LatentIntercepts, latent, 0),
                None => at(MatrixName::ObservedIntercepts, left_observed?, 0),
            },
            _ => None,
        }
    }

    /// Where `name` stands among the latent variables (observed ones of the structural part included).
    pub fn latent_position(&self, name: &str) -> Option<usize> {
        self.latent.iter().position(|variable| variable == name)
    }

    /// Where `name` stands among the observed variables.
    pub fn observed_position(&self, name: &str) -> Option<usize> {
        self.observed.iter().position(|variable| variable == name)
    }

    /// Θ at θ, p × p. `None` where it is diagonal, as its variances are rows of the table.
    pub(crate) fn residual_covariances(&self, theta: &[f64], exogenous: &[f64]) -> Option<Matrix> {
        if self.residual_covariances.iter().all(|cell| cell.row == cell.column) {
            return None;
        }
        let p = self.observed.len();
        let mut residual = Matrix::zeros(p, p);
        for cell in &self.residual_covariances {
            let value = cell.source.value(theta, exogenous);
            residual[(cell.row, cell.column)] = value;
            residual[(cell.column, cell.row)] = value;
        }
        Some(residual)
    }

    /// Whether the paths among latent variables form a loop.
    pub fn has_loops(&self) -> bool {
        self.paths == Paths::Loops
    }

    /// Number of moments: variances and covariances, and means where they are modelled.
    pub fn moments(&self) -> usize {
        let p = self.observed.len();
        p * (p + 1) / 2 + if self.meanstructure { p } else { 0 }
    }

    fn unit_loadings(&self) -> Vec<Cell> {
        let unit = |(column, observed): (usize, &Option<usize>)| {
            observed.map(|row| Cell { row, column, source: Source::Fixed(1.0) })
        };
        self.stands_for.iter().enumerate().filter_map(unit).collect()
    }

    fn source(
        &self,
        row: &Row,
        index: usize,
        block: usize,
        exogenous: &mut Vec<ExogenousMoment>,
    ) -> Result<Source, SemError> {
        if let Some(k) = row.free {
            return Ok(Source::Free(k));
        }
        if row.exogenous {
            let variable = self.observed_position(&row.lhs).ok_or_else(|| no_place(row))?;
            let other = match row.op {
                Operator::Intercept => None,
                _ => Some(self.observed_position(&row.rhs).ok_or_else(|| no_place(row))?),
            };
            exogenous.push(ExogenousMoment { row: index, block, variable, other });
            return Ok(Source::Exogenous(exogenous.len() - 1));
        }
        let unknown = || SemError::Model(format!("\"{}\" is neither free nor has a value", formula_of(row)));
        row.fixed.map(Source::Fixed).ok_or_else(unknown)
    }

    fn place_loadings(&mut self, mut loadings: Vec<Cell>) {
        loadings.sort_by_key(|cell| (cell.row, cell.column));
        self.measured = (0..self.latent.len()).filter(|j| loadings.iter().any(|cell| cell.column == *j)).collect();
        let factor_of: HashMap<usize, usize> = self.measured.iter().enumerate().map(|(f, j)| (*j, f)).collect();
        self.loading_rows = (0..=self.observed.len()).map(|i| loadings.partition_point(|cell| cell.row < i)).collect();
        self.loading_factors = loadings.iter().map(|cell| factor_of[&cell.column]).collect();
        self.loading_sources = loadings.iter().map(|cell| cell.source).collect();
    }

    /// Θ diagonal and an entry for every variable; whether they are positive is seen at each θ.
    fn has_unique_residuals(&self) -> bool {
        let diagonal = self.residual_covariances.iter().all(|cell| cell.row == cell.column);
        let every = (0..self.observed.len())
            .all(|i| self.residual_covariances.iter().any(|cell| cell.row == i && cell.column == i));
        diagonal && every && self.measured.len() < self.observed.len()
    }
}

/// Which variables of a block stand at the level above too: y = within + between parts has one mean.
fn mean_above(table: &ParameterTable, block: usize) -> Vec<bool> {
    let own = &table.blocks[block];
    let above = table.blocks.iter().find(|other| other.group == own.group && other.level == own.level + 1);
    own.observed.iter().map(|name| above.is_some_and(|block| block.observed.contains(name))).collect()
}

/// The latent variables of the matrices: the model's own, then observed ones of the structural part.
fn latent_variables(block: &Block, rows: &[(usize, &Row)]) -> (Vec<String>, Vec<Option<usize>>) {
    let structural = |name: &String| {
        let is_path = |row: &Row| matches!(row.op, Operator::Regression | Operator::Composite);
        let names = |row: &Row| is_path(row) && (row.lhs == *name || row.rhs == *name);
        // A covariance of an observed with a latent variable needs both in Ψ.
        let mixed = |row: &Row| {
            row.op == Operator::Covariance
                && ((row.lhs == *name && block.latent.contains(&row.rhs))
                    || (row.rhs == *name && block.latent.contains(&row.lhs)))
        };
        rows.iter().any(|(_, row)| names(row) || mixed(row)) || block.exogenous.contains(name)
    };
    let mut latent = block.latent.clone();
    let mut stands_for = vec![None; latent.len()];
    let mut chosen: Vec<bool> = block.observed.iter().map(structural).collect();
    close_over_covariances(&mut chosen, block, rows);
    for (i, name) in block.observed.iter().enumerate().filter(|(i, _)| chosen[*i]) {
        latent.push(name.clone());
        stands_for.push(Some(i));
    }
    (latent, stands_for)
}

/// A covariance needs both its variables in one matrix: what covaries with one of Ψ moves to Ψ.
fn close_over_covariances(chosen: &mut [bool], block: &Block, rows: &[(usize, &Row)]) {
    let position = |name: &str| block.observed.iter().position(|variable| variable == name);
    let pairs: Vec<(usize, usize)> = rows
        .iter()
        .filter(|(_, row)| row.op == Operator::Covariance)
        .filter_map(|(_, row)| Some((position(&row.lhs)?, position(&row.rhs)?)))
        .collect();
    loop {
        let before = chosen.iter().filter(|c| **c).count();
        for &(a, b) in &pairs {
            let either = chosen[a] || chosen[b];
            (chosen[a], chosen[b]) = (either, either);
        }
        if chosen.iter().filter(|c| **c).count() == before {
            return;
        }
    }
}

/// A row as its formula: `f =~ x1`, `x1 ~ 1`.
pub(crate) fn formula_of(row: &Row) -> String {
    match row.op {
        Operator::Intercept => format!("{} ~ 1", row.lhs),
        op => format!("{} {op} {}", row.lhs, row.rhs),
    }
}

fn no_place(row: &Row) -> SemError {
    SemError::Model(format!("\"{}\" has no place in a model estimated by maximum likelihood", formula_of(row)))
}
