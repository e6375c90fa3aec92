//! Maximum likelihood factor analysis.

use covary_numerics::{
    Matrix,
    linalg::{Cholesky, SymmetricEigen, symmetric_eigen},
};

use super::with_positive_sums;

/// When the search for the uniquenesses stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MlSettings {
    /// No uniqueness falls below this (default .005): a factor that explains an item wholly is a
    /// Heywood case, not a solution.
    pub lowest_uniqueness: f64,
    /// Converged when no free derivative exceeds this (default 10⁻⁹).
    pub tolerance: f64,
    /// Give up after so many Newton steps (default 500).
    pub max_iterations: usize,
}

impl Default for MlSettings {
    fn default() -> Self {
        MlSettings { lowest_uniqueness: 0.005, tolerance: 1e-9, max_iterations: 500 }
    }
}

/// A maximum likelihood solution.
#[derive(Clone, Debug, PartialEq)]
pub struct MlSolution {
    /// Loadings, p × m; Λ'Ψ⁻¹Λ is diagonal, its largest element first; columns have non-negative sums.
    pub loadings: Matrix,
    /// Uniquenesses ψ.
    pub uniquenesses: Vec<f64>,
    /// Whether each uniqueness ended at its lower bound (Heywood case).
    pub at_bound: Vec<bool>,
    /// ln|Σ| + tr(RΣ⁻¹) − ln|R| − p at the solution.
    pub discrepancy: f64,
    /// Newton steps.
    pub iterations: usize,
    /// Whether the derivatives vanished.
    pub converged: bool,
}

/// Fits `factors` factors to a correlation matrix, p × p, by maximum likelihood.
///
/// With γ₁ ≥ … ≥ γ_p and ω_k the eigenvalues and eigenvectors of Ψ^−½ R Ψ^−½, the discrepancy given Ψ is
/// f = Σ_{k>m} (γ_k − ln γ_k − 1); it is minimised over θ = ln ψ by Newton's method with exact second
/// derivatives, uniquenesses held above their bound by projection. Λ = Ψ^½ Ω_m (Γ_m − I)^½.
///
/// `None` with as many factors as items or more, or where R has no inverse.
///
/// # Source
/// Jöreskog (1967); second derivatives after Clarke (1970). Same optimum as R's factanal.
pub fn maximum_likelihood(correlations: &Matrix, factors: usize, settings: &MlSettings) -> Option<MlSolution> {
    let p = correlations.rows();
    if factors == 0 || factors >= p {
        return None;
    }
    let problem = Problem { correlations, factors, bound: settings.lowest_uniqueness.ln() };
    let mut point = problem.start()?;
    let mut iterations = 0;
    let converged = loop {
        let gradient = point.gradient();
        let free: Vec<usize> = (0..p).filter(|&i| point.theta[i] > problem.bound || gradient[i] < 0.0).collect();
        let steepest = largest(&gradient, &free);
        if steepest <= settings.tolerance {
            break true;
        }
        let step = newton_step(&point, &gradient, &free).filter(|_| iterations < settings.max_iterations);
        match step.and_then(|direction| problem.search(&point, &gradient, &free, &direction)) {
            Some(next) => point = next,
            // The last digits of the discrepancy cannot tell points apart that are closer than √ε.
            None => break steepest <= 1e-6,
        }
        iterations += 1;
    };
    let uniquenesses: Vec<f64> = point.theta.iter().map(|t| t.exp()).collect();
    Some(MlSolution {
        loadings: point.loadings(&uniquenesses),
        at_bound: point.theta.iter().map(|t| *t <= problem.bound).collect(),
        uniquenesses,
        discrepancy: point.value,
        iterations,
        converged,
    })
}

/// What is minimised: the discrepancy as a function of θ = ln ψ, each at least `bound`.
struct Problem<'a> {
    correlations: &'a Matrix,
    factors: usize,
    bound: f64,
}

impl Problem<'_> {
    /// ψ_j = (1 − m/2p) / r^jj, Jöreskog's start.
    fn start(&self) -> Option<Point> {
        let inverse = Cholesky::new(self.correlations)?.inverse();
        let share = 1.0 - 0.5 * self.factors as f64 / self.correlations.rows() as f64;
        self.at(inverse.diagonal().iter().map(|r| (share / r).ln().max(self.bound)).collect())
    }

    /// `None` where Ψ^−½ R Ψ^−½ is not positive definite to working precision.
    fn at(&self, theta: Vec<f64>) -> Option<Point> {
        let p = theta.len();
        let scale: Vec<f64> = theta.iter().map(|t| (-0.5 * t).exp()).collect();
        let scaled = Matrix::from_fn(p, p, |i, j| self.correlations[(i, j)] * scale[i] * scale[j]);
        let eigen = symmetric_eigen(&scaled)?;
        if eigen.values[p - 1] <= 0.0 {
            return None;
        }
        let value = eigen.values[self.factors..].iter().map(|gamma| gamma - gamma.ln() - 1.0).sum();
        Some(Point { theta, eigen, factors: self.factors, value })
    }

    /// Halves the step until the discrepancy falls enough; close to the optimum, where rounding hides the
    /// fall, until the derivatives do. `None` where neither happens.
    fn search(&self, from: &Point, gradient: &[f64], free: &[usize], direction: &[f64]) -> Option<Point> {
        let mut length = 1.0;
        for _ in 0..40 {
            let mut theta = from.theta.clone();
            for (&i, d) in free.iter().zip(direction) {
                theta[i] = (from.theta[i] + length * d).max(self.bound);
            }
            let expected: f64 =
                gradient.iter().zip(&theta).zip(&from.theta).map(|((g, new), old)| g * (new - old)).sum();
            if let Some(next) = self.at(theta)
                && expected < 0.0
            {
                let rounding = 1e-13 * (1.0 + from.value.abs());
                let settles = || largest(&next.gradient(), free) < largest(gradient, free);
                if next.value <= from.value + 1e-4 * expected || (next.value <= from.value + rounding && settles()) {
                    return Some(next);
                }
            }
            length /= 2.0;
        }
        None
    }
}

/// The discrepancy at some uniquenesses, with what its derivatives need.
struct Point {
    theta: Vec<f64>,
    eigen: SymmetricEigen,
    factors: usize,
    value: f64,
}

impl Point {
    /// ∂f/∂θ_i = Σ_{k>m} (1 − γ_k) ω_ik².
    fn gradient(&self) -> Vec<f64> {
        let (gamma, omega) = (&self.eigen.values, &self.eigen.vectors);
        let of_item = |i: usize| (self.factors..gamma.len()).map(|k| (1.0 - gamma[k]) * omega[(i, k)].powi(2)).sum();
        (0..gamma.len()).map(of_item).collect()
    }

    /// ∂²f/∂θ_i∂θ_j = ½ Σ_{k,l>m} (γ_k + γ_l) w_kl − Σ_{k>m} Σ_{l≤m} (1 − γ_k)(γ_k + γ_l)/(γ_k − γ_l) w_kl,
    /// w_kl = ω_ik ω_jk ω_il ω_jl.
    fn hessian(&self, free: &[usize]) -> Matrix {
        let (gamma, omega) = (&self.eigen.values, &self.eigen.vectors);
        let p = gamma.len();
        Matrix::from_fn(free.len(), free.len(), |a, b| {
            let product: Vec<f64> = (0..p).map(|k| omega[(free[a], k)] * omega[(free[b], k)]).collect();
            let mut sum = 0.0;
            for k in self.factors..p {
                for l in self.factors..p {
                    sum += 0.5 * (gamma[k] + gamma[l]) * product[k] * product[l];
                }
                for l in 0..self.factors {
                    let weight = (1.0 - gamma[k]) * (gamma[k] + gamma[l]) / (gamma[k] - gamma[l]);
                    sum -= weight * product[k] * product[l];
                }
            }
            sum
        })
    }

    /// (Σ_{k>m} ω_ik ω_jk)²: the expected second derivatives, never negative definite.
    fn expected_hessian(&self, free: &[usize]) -> Matrix {
        let omega = &self.eigen.vectors;
        Matrix::from_fn(free.len(), free.len(), |a, b| {
            let sum: f64 = (self.factors..omega.columns()).map(|k| omega[(free[a], k)] * omega[(free[b], k)]).sum();
            sum * sum
        })
    }

    fn loadings(&self, uniquenesses: &[f64]) -> Matrix {
        let excess: Vec<f64> = self.eigen.values[..self.factors].iter().map(|g| (g - 1.0).max(0.0).sqrt()).collect();
        with_positive_sums(&Matrix::from_fn(uniquenesses.len(), self.factors, |i, k| {
            uniquenesses[i].sqrt() * self.eigen.vectors[(i, k)] * excess[k]
        }))
    }
}

/// The largest absolute value among the free elements.
fn largest(gradient: &[f64], free: &[usize]) -> f64 {
    free.iter().map(|&i| gradient[i].abs()).fold(0.0, f64::max)
}

/// −H⁻¹g over the free elements; by the expected second derivatives where the exact ones are not
/// positive definite, far from the solution.
fn newton_step(point: &Point, gradient: &[f64], free: &[usize]) -> Option<Vec<f64>> {
    let descent: Vec<f64> = free.iter().map(|&i| -gradient[i]).collect();
    let solve = |hessian: Matrix| Some(Cholesky::new(&hessian)?.solve_vector(&descent));
    solve(point.hessian(free)).or_else(|| {
        let mut expected = point.expected_hessian(free);
        for i in 0..free.len() {
            expected[(i, i)] += 1e-6;
        }
        solve(expected)
    })
}
