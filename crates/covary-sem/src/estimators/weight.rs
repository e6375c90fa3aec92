//! Weight matrices of least squares.

use std::sync::Arc;

use covary_numerics::{Matrix, Scalar, linalg::Cholesky};

/// V of F = d'Vd, d over means (where modelled) and the lower triangle of the covariances by columns.
#[derive(Clone, Debug, PartialEq)]
pub enum Weight<T> {
    /// The identity (ULS); of ML nothing.
    None,
    /// NT(S), by its S⁻¹, p × p (GLS).
    NormalTheory(Vec<T>),
    /// A diagonal matrix (DWLS).
    Diagonal(Vec<T>),
    /// Any matrix (WLS, DLS).
    Full(Arc<Matrix>),
    /// The observed information of the saturated model: a metric of inference, no weight of an estimator.
    Observed(Arc<ObservedMetric>),
}

/// A, the observed information of the saturated model at moments (μ, Σ) other than the sample's, as an operator:
/// blocks N; δ'N-cross (N ⊗ δ'N)D; D'(N ⊗ (Q − ½N))D.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedMetric {
    /// N = Σ⁻¹, p × p.
    pub inverse: Matrix,
    /// Q = N(S + δδ')N, p × p, δ = m − μ.
    pub pull: Matrix,
    /// Nδ, p; zeros without means.
    pub shift: Vec<f64>,
}

impl ObservedMetric {
    /// From N, S + δδ' and δ.
    pub fn new(inverse: Matrix, squares: &Matrix, delta: &[f64]) -> Self {
        let pull = inverse.times(squares).times(&inverse);
        let shift = inverse.times_vector(delta);
        ObservedMetric { inverse, pull, shift }
    }

    /// Q − ½N.
    pub fn curvature(&self) -> Matrix {
        self.pull.minus(&self.inverse.scaled(0.5))
    }

    /// Ad: on means Na + NDNδ, on covariances vech of (Q − ½N)DN + Na(Nδ)' and its transpose, halved on the diagonal, with
    /// d = (a, vech D).
    fn times(&self, d: &[f64], p: usize, means: bool) -> Vec<f64> {
        let (of_means, of_covariances) = d.split_at(if means { p } else { 0 });
        let square = symmetric(of_covariances, p);
        let mut on_covariances = self.curvature().times(&square).times(&self.inverse);
        let mut product = Vec::with_capacity(d.len());
        if means {
            let own = self.inverse.times_vector(of_means);
            let crossed = self.inverse.times_vector(&square.times_vector(&self.shift));
            product.extend(own.iter().zip(&crossed).map(|(own, crossed)| own + crossed));
            for i in 0..p {
                for j in 0..p {
                    on_covariances[(i, j)] += own[i] * self.shift[j];
                }
            }
        }
        product.extend(lower_triangle(p).map(|(i, j)| half(i, j) * (on_covariances[(i, j)] + on_covariances[(j, i)])));
        product
    }
}

impl Weight<f64> {
    /// NT(S). `None` unless S is positive definite.
    pub fn normal_theory(covariance: &Matrix) -> Option<Self> {
        Some(Weight::NormalTheory(Cholesky::new(covariance)?.inverse().values().to_vec()))
    }

    /// NT(S) for GLS and DLS under normal theory, nothing for ML and ULS. `None` unless S is positive definite.
    pub fn normal_theory_or_none(estimator: super::Estimator, covariance: &Matrix) -> Option<Self> {
        match estimator {
            super::Estimator::Gls | super::Estimator::Dls => Weight::normal_theory(covariance),
            _ => Some(Weight::None),
        }
    }

    /// Γ⁻¹. `None` unless Γ is positive definite.
    pub fn inverse_of(gamma: &Matrix) -> Option<Self> {
        Some(Weight::Full(Arc::new(Cholesky::new(gamma)?.inverse())))
    }

    /// diag(Γ)⁻¹. `None` where an element is not positive.
    pub fn inverse_of_diagonal(gamma: &[f64]) -> Option<Self> {
        gamma.iter().all(|g| *g > 0.0).then(|| Weight::Diagonal(gamma.iter().map(|g| 1.0 / g).collect()))
    }

    /// The same over another scalar.
    pub fn over<T: Scalar>(&self) -> Weight<T> {
        let constants = |values: &[f64]| values.iter().map(|value| T::from(*value)).collect();
        match self {
            Weight::None => Weight::None,
            Weight::NormalTheory(inverse) => Weight::NormalTheory(constants(inverse)),
            Weight::Diagonal(diagonal) => Weight::Diagonal(constants(diagonal)),
            Weight::Full(matrix) => Weight::Full(Arc::clone(matrix)),
            Weight::Observed(metric) => Weight::Observed(Arc::clone(metric)),
        }
    }

    /// Vd of a vector of moments; p variables, `means` of them first where they are modelled.
    pub fn times(&self, d: &[f64], p: usize, means: bool) -> Vec<f64> {
        match self {
            Weight::None => d.to_vec(),
            Weight::Diagonal(diagonal) => diagonal.iter().zip(d).map(|(v, d)| v * d).collect(),
            Weight::Full(matrix) => matrix.times_vector(d),
            Weight::NormalTheory(inverse) => normal_theory_times(inverse, d, p, means),
            Weight::Observed(metric) => metric.times(d, p, means),
        }
    }

    /// V times every column.
    pub fn times_columns(&self, columns: &Matrix, p: usize, means: bool) -> Matrix {
        match self {
            Weight::Full(matrix) => matrix.times(columns),
            other => columns.map_columns(|column| other.times(column, p, means)),
        }
    }

    /// V as a matrix of order `moments`; for small models and tests.
    pub fn matrix(&self, p: usize, means: bool) -> Matrix {
        let moments = p * (p + 1) / 2 + if means { p } else { 0 };
        if let Weight::Full(matrix) = self {
            return (**matrix).clone();
        }
        let mut unit = vec![0.0; moments];
        let mut matrix = Matrix::zeros(moments, moments);
        for k in 0..moments {
            unit[k] = 1.0;
            for (row, element) in self.times(&unit, p, means).into_iter().enumerate() {
                matrix[(row, k)] = element;
            }
            unit[k] = 0.0;
        }
        matrix
    }
}

/// NT(S)d: S⁻¹δ for means, and for covariances vech of S⁻¹DS⁻¹, halved on the diagonal.
fn normal_theory_times(inverse: &[f64], d: &[f64], p: usize, means: bool) -> Vec<f64> {
    let inverse = Matrix::from_fn(p, p, |i, j| inverse[i * p + j]);
    let mut product = if means { inverse.times_vector(&d[..p]) } else { Vec::new() };
    let of_covariances = &d[product.len()..];
    let weighted = inverse.times(&symmetric(of_covariances, p)).times(&inverse);
    product.extend(lower_triangle(p).map(|(i, j)| half(i, j) * weighted[(i, j)]));
    product
}

/// The symmetric matrix of a lower triangle by columns.
pub(crate) fn symmetric(lower: &[f64], p: usize) -> Matrix {
    let mut square = Matrix::zeros(p, p);
    for ((i, j), value) in lower_triangle(p).zip(lower) {
        square[(i, j)] = *value;
        square[(j, i)] = *value;
    }
    square
}

/// ½ for a variance, which stands once where a covariance stands twice.
pub(crate) fn half(i: usize, j: usize) -> f64 {
    if i == j { 0.5 } else { 1.0 }
}

/// (row, column) of the lower triangle by columns.
pub(crate) fn lower_triangle(p: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..p).flat_map(move |j| (j..p).map(move |i| (i, j)))
}

/// Γ_NT(S): S for means, s_ac s_bd + s_ad s_bc for covariances; means first where they are modelled.
pub(crate) fn normal_theory_gamma(covariance: &Matrix, means: bool) -> Matrix {
    let p = covariance.rows();
    let offset = if means { p } else { 0 };
    let pairs: Vec<(usize, usize)> = lower_triangle(p).collect();
    Matrix::from_fn(offset + pairs.len(), offset + pairs.len(), |row, column| match (row < offset, column < offset) {
        (true, true) => covariance[(row, column)],
        (false, false) => {
            let ((a, b), (c, d)) = (pairs[row - offset], pairs[column - offset]);
            covariance[(a, c)] * covariance[(b, d)] + covariance[(a, d)] * covariance[(b, c)]
        }
        _ => 0.0,
    })
}
