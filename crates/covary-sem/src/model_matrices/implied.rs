//! Implied moments as an operator, factored or dense, and gradients on moments in the same forms.

use covary_numerics::Scalar;

use crate::kernels;

/// The moments that a block's parameters imply, in the form that was chosen at this θ.
#[derive(Clone, Copy, Debug)]
pub enum Implied<'a, T> {
    /// Σ = ΛΦΛ' + Θ with Θ diagonal and positive, Φ positive definite.
    Factored(&'a Factored<T>),
    /// Σ as it is.
    Dense(&'a Dense<T>),
}

/// A gradient on moments, in the form of the moments it belongs to.
#[derive(Debug)]
pub enum MomentGradient<'a, T> {
    /// With respect to Λ, Φ, Θ and μ.
    Factored(&'a mut FactoredGradient<T>),
    /// With respect to Σ and μ.
    Dense(&'a mut DenseGradient<T>),
}

/// Σ = ΛΦΛ' + Θ through its factors (Woodbury's identity).
///
/// With G = Λ'Θ⁻¹Λ and E = (Φ⁻¹ + G)⁻¹ (the posterior covariance matrix of the factors):
/// Σ⁻¹ = Θ⁻¹ − Θ⁻¹ΛEΛ'Θ⁻¹,  |Σ| = |Θ| |Φ| / |E|.
#[derive(Clone, Debug)]
pub struct Factored<T> {
    /// Number of observed variables, p.
    pub p: usize,
    /// Number of factors, f.
    pub f: usize,
    /// Λ by rows: the entries of variable i are `rows[i]..rows[i + 1]`.
    pub rows: Vec<usize>,
    /// Factor of each entry of Λ.
    pub factors: Vec<usize>,
    /// Value of each entry of Λ.
    pub loadings: Vec<T>,
    /// Φ, f × f.
    pub factor_covariance: Vec<T>,
    /// The diagonal of Θ, p.
    pub unique: Vec<T>,
    /// μ, p; empty without a mean structure.
    pub mean: Vec<T>,
    /// 1/θᵢ.
    pub inverse_unique: Vec<T>,
    /// E, f × f.
    pub posterior: Vec<T>,
    /// G, f × f.
    pub gram: Vec<T>,
    /// ln |Σ|.
    pub log_determinant: T,
    scratch: Vec<T>,
}

/// Σ and its inverse.
#[derive(Clone, Debug)]
pub struct Dense<T> {
    /// Number of observed variables, p.
    pub p: usize,
    /// Σ, p × p.
    pub covariance: Vec<T>,
    /// μ, p; empty without a mean structure.
    pub mean: Vec<T>,
    /// Σ⁻¹, p × p.
    pub inverse: Vec<T>,
    /// ln |Σ|.
    pub log_determinant: T,
    scratch: Vec<T>,
}

/// ∂F/∂ of the factored moments; Σ follows by the chain rule through ΛΦΛ' + Θ.
#[derive(Clone, Debug)]
pub struct FactoredGradient<T> {
    /// With respect to each entry of Λ.
    pub loadings: Vec<T>,
    /// With respect to Φ as a full symmetric matrix: dF = tr(Q dΦ); f × f.
    pub factor_covariance: Vec<T>,
    /// With respect to θᵢ.
    pub unique: Vec<T>,
    /// With respect to μ; empty without a mean structure.
    pub mean: Vec<T>,
}

/// ∂F/∂ of the dense moments.
#[derive(Clone, Debug)]
pub struct DenseGradient<T> {
    /// With respect to Σ as a full symmetric matrix: dF = tr(Ω dΣ); p × p.
    pub covariance: Vec<T>,
    /// With respect to μ; empty without a mean structure.
    pub mean: Vec<T>,
}

impl<T: Scalar> Factored<T> {
    pub(super) fn new(p: usize, f: usize, rows: &[usize], factors: &[usize], means: usize) -> Self {
        Factored {
            p,
            f,
            rows: rows.to_vec(),
            factors: factors.to_vec(),
            loadings: vec![T::ZERO; factors.len()],
            factor_covariance: vec![T::ZERO; f * f],
            unique: vec![T::ZERO; p],
            mean: vec![T::ZERO; means],
            inverse_unique: vec![T::ZERO; p],
            posterior: vec![T::ZERO; f * f],
            gram: vec![T::ZERO; f * f],
            log_determinant: T::ZERO,
            scratch: vec![T::ZERO; f * f],
        }
    }

    /// E, G and ln |Σ|. `None` where this form does not serve: a θᵢ or Φ is not positive (definite).
    #[inline(always)]
    pub(super) fn factorise(&mut self) -> Option<()> {
        let f = self.f;
        if self.unique.iter().any(|unique| !is_positive(*unique)) {
            return None;
        }
        for (inverse, unique) in self.inverse_unique.iter_mut().zip(&self.unique) {
            *inverse = unique.recip();
        }
        self.set_gram();
        let log_unique = kernels::sum_of_logarithms(&self.unique);
        // E = (Φ⁻¹ + G)⁻¹, which stays positive definite whatever Λ is.
        self.scratch.copy_from_slice(&self.factor_covariance);
        let log_phi = kernels::cholesky(&mut self.scratch, f)?;
        kernels::inverse_from_cholesky(&mut self.scratch, f, &mut self.posterior);
        for (own, gram) in self.posterior.iter_mut().zip(&self.gram) {
            *own += *gram;
        }
        self.scratch.copy_from_slice(&self.posterior);
        let log_precision = kernels::cholesky(&mut self.scratch, f)?;
        kernels::inverse_from_cholesky(&mut self.scratch, f, &mut self.posterior);
        self.log_determinant = log_unique + log_phi + log_precision;
        Some(())
    }

    #[inline(always)]
    fn set_gram(&mut self) {
        let f = self.f;
        self.gram.fill(T::ZERO);
        for i in 0..self.p {
            for a in self.rows[i]..self.rows[i + 1] {
                let weighted = self.loadings[a] * self.inverse_unique[i];
                for b in self.rows[i]..self.rows[i + 1] {
                    self.gram[self.factors[a] * f + self.factors[b]] += weighted * self.loadings[b];
                }
            }
        }
    }

    /// `target` = Λ'Θ⁻¹x, f.
    #[inline(always)]
    pub fn project(&self, x: &[T], target: &mut [T]) {
        target.fill(T::ZERO);
        for (i, value) in x.iter().enumerate() {
            let weighted = *value * self.inverse_unique[i];
            for a in self.rows[i]..self.rows[i + 1] {
                target[self.factors[a]] += self.loadings[a] * weighted;
            }
        }
    }
}

impl<T: Scalar> Dense<T> {
    pub(super) fn new(p: usize, means: usize) -> Self {
        Dense {
            p,
            covariance: vec![T::ZERO; p * p],
            mean: vec![T::ZERO; means],
            inverse: vec![T::ZERO; p * p],
            log_determinant: T::ZERO,
            scratch: vec![T::ZERO; p * p],
        }
    }

    /// Σ⁻¹ and ln |Σ|. `None` unless Σ is positive definite.
    #[inline(always)]
    pub(super) fn factorise(&mut self) -> Option<()> {
        self.scratch.copy_from_slice(&self.covariance);
        self.log_determinant = kernels::cholesky(&mut self.scratch, self.p)?;
        kernels::inverse_from_cholesky(&mut self.scratch, self.p, &mut self.inverse);
        Some(())
    }
}

impl<T: Scalar> Implied<'_, T> {
    /// ln |Σ|.
    pub fn log_determinant(&self) -> T {
        match self {
            Implied::Factored(moments) => moments.log_determinant,
            Implied::Dense(moments) => moments.log_determinant,
        }
    }

    /// μ, p; empty without a mean structure.
    pub fn mean(&self) -> &[T] {
        match self {
            Implied::Factored(moments) => &moments.mean,
            Implied::Dense(moments) => &moments.mean,
        }
    }

    /// `target` = Σ⁻¹x; `factors` has room for f numbers (any length when dense).
    pub fn solve(&self, x: &[T], factors: &mut [T], target: &mut [T]) {
        match self {
            Implied::Factored(m) => {
                let (projected, scores) = factors.split_at_mut(m.f);
                m.project(x, projected);
                for (j, score) in scores.iter_mut().enumerate() {
                    *score = kernels::dot(&m.posterior[j * m.f..(j + 1) * m.f], projected);
                }
                for i in 0..m.p {
                    let mut remainder = x[i];
                    for a in m.rows[i]..m.rows[i + 1] {
                        remainder -= m.loadings[a] * scores[m.factors[a]];
                    }
                    target[i] = remainder * m.inverse_unique[i];
                }
            }
            Implied::Dense(m) => {
                for (i, element) in target.iter_mut().enumerate() {
                    *element = kernels::dot(&m.inverse[i * m.p..(i + 1) * m.p], x);
                }
            }
        }
    }

    /// σ_ij: the sub-block of any set of variables, element by element.
    pub fn covariance(&self, i: usize, j: usize) -> T {
        match self {
            Implied::Factored(m) => {
                let mut sum = if i == j { m.unique[i] } else { T::ZERO };
                for a in m.rows[i]..m.rows[i + 1] {
                    for b in m.rows[j]..m.rows[j + 1] {
                        sum += m.loadings[a] * m.factor_covariance[m.factors[a] * m.f + m.factors[b]] * m.loadings[b];
                    }
                }
                sum
            }
            Implied::Dense(m) => m.covariance[i * m.p + j],
        }
    }
}

#[inline(always)]
fn is_positive<T: Scalar>(number: T) -> bool {
    number.value() > 0.0
}

impl<T: Scalar> FactoredGradient<T> {
    pub(super) fn new(moments: &Factored<T>) -> Self {
        FactoredGradient {
            loadings: vec![T::ZERO; moments.loadings.len()],
            factor_covariance: vec![T::ZERO; moments.f * moments.f],
            unique: vec![T::ZERO; moments.p],
            mean: vec![T::ZERO; moments.mean.len()],
        }
    }
}

impl<T: Scalar> DenseGradient<T> {
    pub(super) fn new(moments: &Dense<T>) -> Self {
        DenseGradient { covariance: vec![T::ZERO; moments.p * moments.p], mean: vec![T::ZERO; moments.mean.len()] }
    }
}
