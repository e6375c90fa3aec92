//! The matrices of a block as they are, and how the moments move with each parameter.

use covary_numerics::{Matrix, linalg};

use super::layout::{BlockLayout, Cell, MatrixName, ModelMatrices, Position, Source};
use crate::{Operator, fit::ImpliedMoments};

/// The matrices of one block at one θ, for inference and output. Not for the hot path.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockMatrices {
    /// Λ, p × m.
    pub loadings: Matrix,
    /// B, m × m.
    pub regressions: Matrix,
    /// Ψ, m × m.
    pub latent_residual: Matrix,
    /// Θ, p × p.
    pub residual: Matrix,
    /// ν, p; zeros without a mean structure.
    pub observed_intercepts: Vec<f64>,
    /// α, m; zeros without a mean structure.
    pub latent_intercepts: Vec<f64>,
    /// A = (I − B)⁻¹, m × m.
    pub total_effects: Matrix,
    /// V = AΨA', m × m.
    pub latent_covariance: Matrix,
    /// Aα, m.
    pub latent_mean: Vec<f64>,
    /// L = ΛA, p × m: what a unit of each latent variable's residual does to the observed variables.
    pub reach: Matrix,
    /// ΛV, p × m: covariances of observed with latent variables.
    pub observed_latent: Matrix,
    /// Σ, p × p.
    pub covariance: Matrix,
    /// μ, p; zeros without a mean structure.
    pub mean: Vec<f64>,
}

/// How the moments of one block move with one parameter, free or not.
///
/// ∂Σ/∂θ = scale · (left right' + right left'), ∂μ/∂θ = mean. `scale` is 1, or ½ for a variance.
/// An intercept has `scale` 0 (and empty sides would cost a case apart: they are zeros).
#[derive(Clone, Debug, PartialEq)]
pub struct MomentDerivative {
    /// u, p.
    pub left: Vec<f64>,
    /// v, p.
    pub right: Vec<f64>,
    /// 1, ½ (variances) or 0 (intercepts).
    pub scale: f64,
    /// ∂μ, p; zeros for variances and covariances. Means nothing without a mean structure.
    pub mean: Vec<f64>,
}

impl ModelMatrices {
    /// The matrices of `block` at θ; `exogenous` are the values of [`ModelMatrices::exogenous`].
    ///
    /// `None` when I − B is singular.
    pub fn matrices(&self, block: usize, theta: &[f64], exogenous: &[f64]) -> Option<BlockMatrices> {
        BlockMatrices::new(&self.blocks[block], theta, exogenous)
    }

    /// Derivatives of the moments of `block` with respect to every θ (q⁺ entries; `None`: θ is not in this block).
    ///
    /// A parameter that stands at several places of a block contributes one derivative for each.
    pub fn moment_derivatives(&self, block: usize, matrices: &BlockMatrices) -> Vec<Vec<MomentDerivative>> {
        let mut derivatives = vec![Vec::new(); self.free];
        for (position, source) in self.blocks[block].entries() {
            if let Source::Free(k) = source {
                derivatives[k].push(matrices.derivative_at(position));
            }
        }
        derivatives
    }

    /// Δ = ∂(μ, vech Σ)/∂θ' of `block` over all free rows, dense: means first (only with a mean
    /// structure), then the lower triangle of Σ by columns. For small models and for tests: a model
    /// of 200 variables would need 100 MB.
    pub fn delta(&self, block: usize, matrices: &BlockMatrices) -> Matrix {
        let layout = &self.blocks[block];
        let mut delta = Matrix::zeros(layout.moments(), self.free);
        for (k, derivatives) in self.moment_derivatives(block, matrices).iter().enumerate() {
            for derivative in derivatives {
                for (row, element) in derivative.vech(layout.meanstructure).into_iter().enumerate() {
                    delta[(row, k)] += element;
                }
            }
        }
        delta
    }
}

impl BlockLayout {
    /// Every element that is not structurally zero, with the source of its value.
    pub fn entries(&self) -> Vec<(Position, Source)> {
        let at = |matrix, cells: &[Cell]| -> Vec<(Position, Source)> {
            let entry = |cell: &Cell| (Position { matrix, row: cell.row, column: cell.column }, cell.source);
            cells.iter().map(entry).collect()
        };
        let loading = |i: usize| {
            (self.loading_rows[i]..self.loading_rows[i + 1]).map(move |a| {
                let column = self.measured[self.loading_factors[a]];
                (Position { matrix: MatrixName::Loadings, row: i, column }, self.loading_sources[a])
            })
        };
        let mut entries: Vec<(Position, Source)> = (0..self.observed.len()).flat_map(loading).collect();
        entries.extend(at(MatrixName::Regressions, &self.regressions));
        entries.extend(at(MatrixName::LatentCovariance, &self.latent_covariances));
        entries.extend(at(MatrixName::ResidualCovariance, &self.residual_covariances));
        if self.meanstructure {
            entries.extend(at(MatrixName::ObservedIntercepts, &self.observed_intercepts));
            entries.extend(at(MatrixName::LatentIntercepts, &self.latent_intercepts));
        }
        entries
    }
}

impl BlockMatrices {
    fn new(layout: &BlockLayout, theta: &[f64], exogenous: &[f64]) -> Option<Self> {
        let (p, m) = (layout.observed.len(), layout.latent.len());
        let (mut loadings, mut regressions) = (Matrix::zeros(p, m), Matrix::zeros(m, m));
        let (mut latent_residual, mut residual) = (Matrix::zeros(m, m), Matrix::zeros(p, p));
        let (mut observed_intercepts, mut latent_intercepts) = (vec![0.0; p], vec![0.0; m]);
        for (position, source) in layout.entries() {
            let value = source.value(theta, exogenous);
            let (i, j) = (position.row, position.column);
            match position.matrix {
                MatrixName::Loadings => loadings[(i, j)] = value,
                MatrixName::Regressions => regressions[(i, j)] = value,
                MatrixName::LatentCovariance => set_both(&mut latent_residual, i, j, value),
                MatrixName::ResidualCovariance => set_both(&mut residual, i, j, value),
                MatrixName::ObservedIntercepts => observed_intercepts[i] = value,
                MatrixName::LatentIntercepts => latent_intercepts[i] = value,
            }
        }
        let total_effects = linalg::inverse(&Matrix::identity(m).minus(&regressions))?;
        let latent_covariance = total_effects.times(&latent_residual).times(&total_effects.transpose());
        let latent_mean = total_effects.times_vector(&latent_intercepts);
        let observed_latent = loadings.times(&latent_covariance);
        let mean = loadings.times_vector(&latent_mean).iter().zip(&observed_intercepts).map(|(l, n)| l + n).collect();
        Some(BlockMatrices {
            reach: loadings.times(&total_effects),
            covariance: observed_latent.times(&loadings.transpose()).plus(&residual),
            loadings,
            regressions,
            latent_residual,
            residual,
            observed_intercepts,
            latent_intercepts,
            total_effects,
            latent_covariance,
            latent_mean,
            observed_latent,
            mean,
        })
    }

    /// The derivative of the moments with respect to the element at `position`, whether free, fixed or absent.
    ///
    /// With L = ΛA, V = AΨA' and {uv} = uv' + vu': λ_ij {e_i, (ΛV)_·j} and mean e_i (Aα)_j; β_ij {L_·i, (ΛV)_·j}
    /// and mean L_·i (Aα)_j; ψ_ij {L_·i, L_·j}; θ_ij {e_i, e_j} (half on the diagonal); ν_i e_i; α_j L_·j.
    pub fn derivative_at(&self, position: Position) -> MomentDerivative {
        let (i, j) = (position.row, position.column);
        let p = self.covariance.rows();
        let zeros = || vec![0.0; p];
        let half_if_variance = if i == j { 0.5 } else { 1.0 };
        match position.matrix {
            MatrixName::Loadings => self.path(unit(p, i), self.observed_latent.column(j), self.latent_mean[j]),
            MatrixName::Regressions => {
                self.path(self.reach.column(i), self.observed_latent.column(j), self.latent_mean[j])
            }
            MatrixName::LatentCovariance => MomentDerivative {
                left: self.reach.column(i),
                right: self.reach.column(j),
                scale: half_if_variance,
                mean: zeros(),
            },
            MatrixName::ResidualCovariance => {
                MomentDerivative { left: unit(p, i), right: unit(p, j), scale: half_if_variance, mean: zeros() }
            }
            MatrixName::ObservedIntercepts => {
                MomentDerivative { left: zeros(), right: zeros(), scale: 0.0, mean: unit(p, i) }
            }
            MatrixName::LatentIntercepts => {
                MomentDerivative { left: zeros(), right: zeros(), scale: 0.0, mean: self.reach.column(i) }
            }
        }
    }

    /// The derivative of the moments with respect to any parameter between any two variables, observed or latent.
    ///
    /// Also for parameters that the matrices have no place for, such as a path between two indicators or a
    /// covariance of an indicator's residual with a latent one: every variable has a total effect on the
    /// observed ones (T) and covariances with them (E), and a path y ← x moves Σ by {T_y, E_x}, a covariance
    /// by {T_a, T_b}, an intercept μ by T_a. `None` for unknown variables and operators without moments.
    pub fn derivative(&self, layout: &BlockLayout, op: Operator, lhs: &str, rhs: &str) -> Option<MomentDerivative> {
        let p = self.covariance.rows();
        match op {
            Operator::Measures => Some(self.path(
                self.total_effect_of(layout, rhs)?,
                self.covariances_with(layout, lhs)?,
                self.mean_of(layout, lhs)?,
            )),
            Operator::Regression => self.derivative(layout, Operator::Measures, rhs, lhs),
            Operator::Covariance => Some(MomentDerivative {
                left: self.total_effect_of(layout, lhs)?,
                right: self.total_effect_of(layout, rhs)?,
                scale: if lhs == rhs { 0.5 } else { 1.0 },
                mean: vec![0.0; p],
            }),
            Operator::Intercept => Some(MomentDerivative {
                left: vec![0.0; p],
                right: vec![0.0; p],
                scale: 0.0,
                mean: self.total_effect_of(layout, lhs)?,
            }),
            _ => None,
        }
    }

    /// What a unit of the variable's residual does to the observed variables, p. `None` for an unknown name.
    pub fn total_effect_of(&self, layout: &BlockLayout, name: &str) -> Option<Vec<f64>> {
        match layout.latent_position(name) {
            Some(j) => Some(self.reach.column(j)),
            None => Some(unit(self.covariance.rows(), layout.observed_position(name)?)),
        }
    }

    /// Covariances of the observed variables with `name`, p. `None` for an unknown name.
    pub fn covariances_with(&self, layout: &BlockLayout, name: &str) -> Option<Vec<f64>> {
        match layout.latent_position(name) {
            Some(j) => Some(self.observed_latent.column(j)),
            None => Some(self.covariance.column(layout.observed_position(name)?)),
        }
    }

    /// The implied mean of `name`. `None` for an unknown name.
    pub fn mean_of(&self, layout: &BlockLayout, name: &str) -> Option<f64> {
        match layout.latent_position(name) {
            Some(j) => Some(self.latent_mean[j]),
            None => Some(self.mean[layout.observed_position(name)?]),
        }
    }

    /// The moments as they stand in a fit: observed, and of the model's own latent variables.
    pub fn implied(&self, layout: &BlockLayout) -> ImpliedMoments {
        let own: Vec<usize> = (0..layout.latent.len()).filter(|j| layout.stands_for[*j].is_none()).collect();
        ImpliedMoments {
            covariance: self.covariance.clone(),
            mean: layout.meanstructure.then(|| self.mean.clone()),
            latent_covariance: self.latent_covariance.select(&own, &own),
        }
    }

    fn path(&self, outcome: Vec<f64>, predictor: Vec<f64>, predictor_mean: f64) -> MomentDerivative {
        let mean = outcome.iter().map(|reach| reach * predictor_mean).collect();
        MomentDerivative { left: outcome, right: predictor, scale: 1.0, mean }
    }
}

impl MomentDerivative {
    /// ∂σ_ij.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        self.scale * (self.left[i] * self.right[j] + self.right[i] * self.left[j])
    }

    /// ∂(μ, vech Σ): means first where asked for, then the lower triangle by columns.
    pub fn vech(&self, means: bool) -> Vec<f64> {
        let p = self.left.len();
        let mut elements = if means { self.mean.clone() } else { Vec::new() };
        elements.extend((0..p).flat_map(|j| (j..p).map(move |i| (i, j))).map(|(i, j)| self.covariance(i, j)));
        elements
    }
}

fn unit(n: usize, i: usize) -> Vec<f64> {
    let mut vector = vec![0.0; n];
    vector[i] = 1.0;
    vector
}

fn set_both(matrix: &mut Matrix, i: usize, j: usize, value: f64) {
    matrix[(i, j)] = value;
    matrix[(j, i)] = value;
}
