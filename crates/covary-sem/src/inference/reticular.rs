//! The model in reticular form, in which a path between any two variables has its derivative at hand.
//!
//! All variables of a block, observed and latent, stand in one list v with v = τ + Γv + e, Cov(e) = Ψ; a
//! loading is a path like any other. With T = (I − Γ)⁻¹, E = TΨT' and ξ = Tτ the covariances and means of
//! all variables, every parameter, whether in the model or not, moves them by
//!
//! | parameter | ∂E | ∂ξ |
//! |---|---|---|
//! | covariance of a and b | T_a T_b' + T_b T_a' (a = b: once) | 0 |
//! | weight of x on y | T_y E_x' + E_x T_y' | T_y ξ_x |
//! | intercept of a | 0 | T_a |
//!
//! Estimation works on Λ, B, Ψ, Θ ([`crate::model_matrices`]), which is faster. What comes after it
//! (standardization, modification indices, AMOS's paths from indicator to indicator) asks about paths that
//! have no place there, so it uses this form.
//!
//! # Source
//! McArdle and McDonald (1984), British Journal of Mathematical and Statistical Psychology 37.

use std::collections::HashMap;

use covary_numerics::{Matrix, linalg};

use crate::{ParameterTable, syntax::Operator};

/// The variables of one block and where its rows stand among them.
#[derive(Clone, Debug)]
pub struct Reticular {
    /// Observed variables in the block's order, then latent ones.
    pub variables: Vec<String>,
    /// Number of observed variables (p).
    pub observed: usize,
    /// The rows of the parameter table that have a place: (row, place).
    pub places: Vec<(usize, Place)>,
    positions: HashMap<String, usize>,
    /// Variables, causes before their effects; `None` with a loop.
    order: Option<Vec<usize>>,
    /// Rows of weights by effect: (cause, row).
    causes: Vec<Vec<(usize, usize)>>,
}

/// What a parameter is in reticular form; variables by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A path from `cause` to `effect`: loading, regression weight, composite weight.
    Weight {
        /// The variable that the arrow points to.
        effect: usize,
        /// The variable that it comes from.
        cause: usize,
    },
    /// A (residual) variance, or covariance with `first` < `second`.
    Covariance {
        /// One variable.
        first: usize,
        /// The other one, or itself.
        second: usize,
    },
    /// An intercept or mean.
    Intercept {
        /// The variable.
        of: usize,
    },
}

/// Moments of all variables of a block at given estimates.
#[derive(Clone, Debug)]
pub struct ReticularMoments {
    /// T = (I − Γ)⁻¹: total effects, ones on the diagonal.
    pub total_effects: Matrix,
    /// Ψ, (residual) covariances.
    pub residual: Matrix,
    /// E = TΨT', covariances.
    pub covariance: Matrix,
    /// ξ = Tτ, means; zeros without a mean structure.
    pub mean: Vec<f64>,
}

/// Variances of all variables of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Variances {
    /// E_ii
    pub total: Vec<f64>,
    /// Ψ_ii, of an exogenous variable its variance.
    pub residual: Vec<f64>,
}

impl Reticular {
    /// The reticular form of one block of a completed model.
    pub fn new(table: &ParameterTable, block: usize) -> Self {
        let names = &table.blocks[block];
        let variables: Vec<String> = names.observed.iter().chain(&names.latent).cloned().collect();
        let positions = variables.iter().enumerate().map(|(k, name)| (name.clone(), k)).collect();
        let mut form = Reticular {
            causes: vec![Vec::new(); variables.len()],
            variables,
            observed: names.observed.len(),
            places: Vec::new(),
            positions,
            order: None,
        };
        for (k, row) in table.rows.iter().enumerate().filter(|(_, row)| row.block == block) {
            let Some(place) = form.place(&row.lhs, row.op, &row.rhs) else { continue };
            form.places.push((k, place));
            if let Place::Weight { effect, cause } = place {
                form.causes[effect].push((cause, k));
            }
        }
        form.order = form.causes_first();
        form
    }

    /// Position of a variable.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// Where a parameter stands, in the model or not. `None` for other operators and unknown variables.
    pub fn place(&self, lhs: &str, op: Operator, rhs: &str) -> Option<Place> {
        let of = self.position(lhs)?;
        match op {
            Operator::Measures => Some(Place::Weight { effect: self.position(rhs)?, cause: of }),
            Operator::Regression | Operator::Composite => {
                Some(Place::Weight { effect: of, cause: self.position(rhs)? })
            }
            Operator::Covariance => Some(Place::covariance(of, self.position(rhs)?)),
            Operator::Intercept => Some(Place::Intercept { of }),
            _ => None,
        }
    }

    /// Moments of all variables, `estimates` being those of every row of the table.
    ///
    /// `None` when I − Γ is singular.
    pub fn moments(&self, estimates: &[Option<f64>]) -> Option<ReticularMoments> {
        let m = self.variables.len();
        let total_effects = self.total_effects(estimates)?;
        let mut residual = Matrix::zeros(m, m);
        let mut half = Matrix::zeros(m, m); // TΨ
        let mut intercepts = vec![0.0; m];
        for &(row, place) in &self.places {
            let value = estimates[row].unwrap_or(0.0);
            match place {
                Place::Covariance { first, second } => {
                    residual[(first, second)] = value;
                    residual[(second, first)] = value;
                    for i in 0..m {
                        half[(i, second)] += total_effects[(i, first)] * value;
                        if first != second {
                            half[(i, first)] += total_effects[(i, second)] * value;
                        }
                    }
                }
                Place::Intercept { of } => intercepts[of] = value,
                Place::Weight { .. } => {}
            }
        }
        let covariance = half.times(&total_effects.transpose());
        let mean = total_effects.times_vector(&intercepts);
        Some(ReticularMoments { total_effects, residual, covariance, mean })
    }

    /// Variances of all variables alone: what standardization needs, at a fraction of the work of [`moments`](Self::moments).
    ///
    /// `None` when I − Γ is singular.
    pub fn variances(&self, estimates: &[Option<f64>]) -> Option<Variances> {
        let m = self.variables.len();
        let t = self.total_effects(estimates)?;
        let mut variances = Variances { total: vec![0.0; m], residual: vec![0.0; m] };
        for &(row, place) in &self.places {
            let Place::Covariance { first, second } = place else { continue };
            let value = estimates[row].unwrap_or(0.0);
            let twice = if first == second { 1.0 } else { 2.0 };
            for (i, total) in variances.total.iter_mut().enumerate() {
                *total += twice * value * t[(i, first)] * t[(i, second)];
            }
            if first == second {
                variances.residual[first] = value;
            }
        }
        Some(variances)
    }

    /// T = (I − Γ)⁻¹: by substitution, T's row y is e_y + Σ_x γ_yx · row x; with loops by elimination.
    fn total_effects(&self, estimates: &[Option<f64>]) -> Option<Matrix> {
        let m = self.variables.len();
        let mut total = Matrix::identity(m);
        let Some(order) = &self.order else {
            for (effect, causes) in self.causes.iter().enumerate() {
                for &(cause, row) in causes {
                    total[(effect, cause)] -= estimates[row].unwrap_or(0.0);
                }
            }
            return linalg::inverse(&total);
        };
        for &effect in order {
            for &(cause, row) in &self.causes[effect] {
                let weight = estimates[row].unwrap_or(0.0);
                for k in 0..m {
                    let through = weight * total[(cause, k)];
                    total[(effect, k)] += through;
                }
            }
        }
        Some(total)
    }

    /// Whether some path leads to the variable.
    pub fn is_endogenous(&self, variable: usize) -> bool {
        !self.causes[variable].is_empty()
    }

    /// Element (i, j): whether a way along the paths leads from j to i; every variable reaches itself.
    pub fn reaches(&self) -> Vec<Vec<bool>> {
        let m = self.variables.len();
        let mut reaches: Vec<Vec<bool>> = (0..m).map(|i| (0..m).map(|j| i == j).collect()).collect();
        for (effect, cause) in self.edges() {
            reaches[effect][cause] = true;
        }
        for k in 0..m {
            let onwards = reaches[k].clone();
            for row in reaches.iter_mut().filter(|row| row[k]) {
                for (own, other) in row.iter_mut().zip(&onwards) {
                    *own |= other;
                }
            }
        }
        reaches
    }

    fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.causes
            .iter()
            .enumerate()
            .flat_map(|(effect, causes)| causes.iter().map(move |(cause, _)| (effect, *cause)))
    }

    /// The variables, causes before their effects. `None` with a loop.
    fn causes_first(&self) -> Option<Vec<usize>> {
        let m = self.variables.len();
        let mut causes_left = vec![0usize; m];
        let mut effects: Vec<Vec<usize>> = vec![Vec::new(); m];
        for (effect, cause) in self.edges() {
            causes_left[effect] += 1;
            effects[cause].push(effect);
        }
        let mut order: Vec<usize> = (0..m).filter(|k| causes_left[*k] == 0).collect();
        let mut next = 0;
        while let Some(&cause) = order.get(next) {
            for &effect in &effects[cause] {
                causes_left[effect] -= 1;
                if causes_left[effect] == 0 {
                    order.push(effect);
                }
            }
            next += 1;
        }
        (order.len() == m).then_some(order)
    }
}

impl Place {
    /// The covariance of two variables, in either order.
    pub fn covariance(a: usize, b: usize) -> Self {
        Place::Covariance { first: a.min(b), second: a.max(b) }
    }
}

impl ReticularMoments {
    /// The variances among the moments.
    pub fn variances(&self) -> Variances {
        Variances { total: self.covariance.diagonal(), residual: self.residual.diagonal() }
    }

    /// ∂E_ij for a unit of the parameter at `place`.
    pub fn covariance_derivative(&self, place: Place, i: usize, j: usize) -> f64 {
        let (t, e) = (&self.total_effects, &self.covariance);
        match place {
            Place::Covariance { first, second } if first == second => t[(i, first)] * t[(j, first)],
            Place::Covariance { first, second } => t[(i, first)] * t[(j, second)] + t[(i, second)] * t[(j, first)],
            Place::Weight { effect, cause } => t[(i, effect)] * e[(j, cause)] + e[(i, cause)] * t[(j, effect)],
            Place::Intercept { .. } => 0.0,
        }
    }

    /// ∂ξ_i for a unit of the parameter at `place`.
    pub fn mean_derivative(&self, place: Place, i: usize) -> f64 {
        match place {
            Place::Covariance { .. } => 0.0,
            Place::Weight { effect, cause } => self.total_effects[(i, effect)] * self.mean[cause],
            Place::Intercept { of } => self.total_effects[(i, of)],
        }
    }
}
