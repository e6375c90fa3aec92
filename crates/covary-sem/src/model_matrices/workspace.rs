//! One block's matrices at one θ, in memory that is allocated once.

use covary_numerics::Scalar;

use super::{
    implied::{Dense, DenseGradient, Factored, FactoredGradient, Implied, MomentGradient},
    layout::{BlockLayout, Cell, Source},
};
use crate::kernels;

/// In which form an estimator takes implied moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Factored where that serves, else dense.
    #[default]
    Any,
    /// Dense, with Σ⁻¹ and ln |Σ|.
    Dense,
    /// Dense, Σ and μ alone: Σ need not be positive definite.
    Moments,
}

/// The matrices of one block over any [`Scalar`], its implied moments and the way back to θ.
#[derive(Clone, Debug)]
pub struct Workspace<T> {
    regressions: Vec<T>,
    /// A, m × m.
    total_effects: Vec<T>,
    /// Ψ and V = AΨA', m × m.
    latent_residual: Vec<T>,
    latent_covariance: Vec<T>,
    /// α and Aα, m; empty without a mean structure.
    latent_intercepts: Vec<T>,
    latent_mean: Vec<T>,
    factored: Factored<T>,
    dense: Dense<T>,
    factored_gradient: FactoredGradient<T>,
    dense_gradient: DenseGradient<T>,
    is_factored: bool,
    form: Form,
    half: Vec<T>,
    on_latent: Vec<T>,
    on_latent_residual: Vec<T>,
    on_paths: Vec<T>,
    on_latent_mean: Vec<T>,
    on_latent_intercepts: Vec<T>,
    by_factor: Vec<T>,
    pivots: Vec<usize>,
}

impl<T: Scalar> Workspace<T> {
    /// Room for one block.
    pub fn new(layout: &BlockLayout) -> Self {
        let (p, m, f) = (layout.observed.len(), layout.latent.len(), layout.measured.len());
        let (p_means, m_means) = if layout.meanstructure { (p, m) } else { (0, 0) };
        let factored = Factored::new(p, f, &layout.loading_rows, &layout.loading_factors, p_means);
        let dense = Dense::new(p, p_means);
        let zeros = |n: usize| vec![T::ZERO; n];
        let mut total_effects = zeros(m * m);
        for j in 0..m {
            total_effects[j * m + j] = T::ONE;
        }
        Workspace {
            regressions: zeros(layout.regressions.len()),
            total_effects,
            latent_residual: zeros(m * m),
            latent_covariance: zeros(m * m),
            latent_intercepts: zeros(m_means),
            latent_mean: zeros(m_means),
            factored_gradient: FactoredGradient::new(&factored),
            dense_gradient: DenseGradient::new(&dense),
            factored,
            dense,
            is_factored: false,
            form: Form::Any,
            half: zeros(m * m),
            on_latent: zeros(m * m),
            on_latent_residual: zeros(m * m),
            on_paths: zeros(m * m),
            on_latent_mean: zeros(m_means),
            on_latent_intercepts: zeros(m_means),
            by_factor: zeros(p * f),
            pivots: vec![0; m],
        }
    }

    /// The same, in a form that is asked for.
    pub fn in_form(layout: &BlockLayout, form: Form) -> Self {
        Workspace { form, ..Workspace::new(layout) }
    }

    /// Sets the matrices to θ and finds the implied moments, their inverse and determinant.
    ///
    /// `None` where they do not exist: I − B singular, or Σ not positive definite.
    #[inline(always)]
    pub fn evaluate(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) -> Option<()> {
        self.set_latent_moments(layout, theta, exogenous)?;
        for (value, source) in self.factored.loadings.iter_mut().zip(&layout.loading_sources) {
            *value = source.value(theta, exogenous);
        }
        self.set_means(layout, theta, exogenous);
        self.is_factored = layout.unique_residuals && self.form == Form::Any && {
            self.set_factored(layout, theta, exogenous);
            self.factored.factorise().is_some()
        };
        if !self.is_factored {
            self.set_dense(layout, theta, exogenous);
            if self.form != Form::Moments {
                self.dense.factorise()?;
            }
        }
        Some(())
    }

    /// The implied moments, as set by the last [`evaluate`](Self::evaluate).
    #[inline(always)]
    pub fn implied(&self) -> Implied<'_, T> {
        if self.is_factored { Implied::Factored(&self.factored) } else { Implied::Dense(&self.dense) }
    }

    /// The implied moments, and room for a gradient on them.
    #[inline(always)]
    pub fn implied_and_gradient(&mut self) -> (Implied<'_, T>, MomentGradient<'_, T>) {
        if self.is_factored {
            (Implied::Factored(&self.factored), MomentGradient::Factored(&mut self.factored_gradient))
        } else {
            (Implied::Dense(&self.dense), MomentGradient::Dense(&mut self.dense_gradient))
        }
    }

    /// V = AΨA', the covariance matrix of the latent variables (m × m), as set by the last evaluation.
    pub fn latent_covariance(&self) -> &[T] {
        &self.latent_covariance
    }

    /// Σ (p × p) and μ at θ without their inverse; with V they are what a fit shows. `None` when I − B is singular.
    pub fn moments(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) -> Option<(&[T], &[T])> {
        self.set_latent_moments(layout, theta, exogenous)?;
        for (value, source) in self.factored.loadings.iter_mut().zip(&layout.loading_sources) {
            *value = source.value(theta, exogenous);
        }
        self.set_means(layout, theta, exogenous);
        self.set_dense(layout, theta, exogenous);
        Some((&self.dense.covariance, &self.dense.mean))
    }

    /// Adds `weight` times the gradient with respect to θ to `gradient`, from the gradient on moments.
    ///
    /// With X = ΩΛ and Q = Λ'X: on Λ 2XV, on Ψ A'QA, on B 2A'QV + (A'Λ'g)(Aα)', on Θ Ω, on ν g,
    /// on α A'Λ'g, on Λ also g(Aα)', where Ω and g are the gradients on Σ and μ.
    #[inline(always)]
    pub fn chain(&mut self, layout: &BlockLayout, weight: T, gradient: &mut [T]) {
        if self.is_factored {
            self.spread_factored_gradient(layout)
        } else {
            self.spread_dense_gradient(layout)
        }
        let m = layout.latent.len();
        let paths = &layout.paths;
        paths.transposed_sandwich(
            m,
            &self.total_effects,
            &self.on_latent,
            &mut self.half,
            &mut self.on_latent_residual,
        );
        if !layout.regressions.is_empty() {
            // A'QV = (A'QA) Ψ A' = (A'Q) V; the former spares a product but not the latter's clarity.
            paths.transposed_times(m, m, &self.total_effects, &self.on_latent, &mut self.half);
            kernels::product(&self.half, &self.latent_covariance, m, m, m, &mut self.on_paths);
        }
        if layout.meanstructure {
            paths.transposed_times(m, 1, &self.total_effects, &self.on_latent_mean, &mut self.on_latent_intercepts);
        }
        self.collect(layout, weight, gradient);
    }

    #[inline(always)]
    fn set_latent_moments(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) -> Option<()> {
        let m = layout.latent.len();
        for (value, cell) in self.regressions.iter_mut().zip(&layout.regressions) {
            *value = cell.source.value(theta, exogenous);
        }
        layout.paths.total_effects(
            m,
            &layout.regressions,
            &self.regressions,
            &mut self.pivots,
            &mut self.total_effects,
        )?;
        for cell in &layout.latent_covariances {
            let value = cell.source.value(theta, exogenous);
            self.latent_residual[cell.row * m + cell.column] = value;
            self.latent_residual[cell.column * m + cell.row] = value;
        }
        layout.paths.sandwich(
            m,
            &self.total_effects,
            &self.latent_residual,
            &mut self.half,
            &mut self.latent_covariance,
        );
        Some(())
    }

    #[inline(always)]
    fn set_means(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) {
        if !layout.meanstructure {
            return;
        }
        let m = layout.latent.len();
        for cell in &layout.latent_intercepts {
            self.latent_intercepts[cell.row] = cell.source.value(theta, exogenous);
        }
        layout.paths.times_vector(m, &self.total_effects, &self.latent_intercepts, &mut self.latent_mean);
        let mean = &mut self.factored.mean;
        mean.fill(T::ZERO);
        for cell in &layout.observed_intercepts {
            mean[cell.row] = cell.source.value(theta, exogenous);
        }
        for (i, value) in mean.iter_mut().enumerate() {
            for a in layout.loading_rows[i]..layout.loading_rows[i + 1] {
                *value += self.factored.loadings[a] * self.latent_mean[layout.measured[layout.loading_factors[a]]];
            }
        }
    }

    #[inline(always)]
    fn set_factored(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) {
        let (m, f) = (layout.latent.len(), layout.measured.len());
        for (a, &row) in layout.measured.iter().enumerate() {
            for (b, &column) in layout.measured.iter().enumerate() {
                self.factored.factor_covariance[a * f + b] = self.latent_covariance[row * m + column];
            }
        }
        for cell in &layout.residual_covariances {
            self.factored.unique[cell.row] = cell.source.value(theta, exogenous);
        }
    }

    #[inline(always)]
    fn set_dense(&mut self, layout: &BlockLayout, theta: &[T], exogenous: &[T]) {
        let (p, m, f) = (layout.observed.len(), layout.latent.len(), layout.measured.len());
        self.dense.mean.copy_from_slice(&self.factored.mean);
        // ΛV, p × f.
        self.by_factor.fill(T::ZERO);
        for i in 0..p {
            for a in layout.loading_rows[i]..layout.loading_rows[i + 1] {
                let (loading, row) = (self.factored.loadings[a], layout.measured[layout.loading_factors[a]]);
                for (b, &column) in layout.measured.iter().enumerate() {
                    self.by_factor[i * f + b] += loading * self.latent_covariance[row * m + column];
                }
            }
        }
        for i in 0..p {
            for j in 0..=i {
                let mut element = T::ZERO;
                for a in layout.loading_rows[j]..layout.loading_rows[j + 1] {
                    element += self.by_factor[i * f + layout.loading_factors[a]] * self.factored.loadings[a];
                }
                self.dense.covariance[i * p + j] = element;
                self.dense.covariance[j * p + i] = element;
            }
        }
        for cell in &layout.residual_covariances {
            let value = cell.source.value(theta, exogenous);
            self.dense.covariance[cell.row * p + cell.column] += value;
            if cell.row != cell.column {
                self.dense.covariance[cell.column * p + cell.row] += value;
            }
        }
    }

    /// Q, embedded in m × m, and Λ'g.
    #[inline(always)]
    fn spread_factored_gradient(&mut self, layout: &BlockLayout) {
        let (m, f) = (layout.latent.len(), layout.measured.len());
        for (a, &row) in layout.measured.iter().enumerate() {
            for (b, &column) in layout.measured.iter().enumerate() {
                self.on_latent[row * m + column] = self.factored_gradient.factor_covariance[a * f + b];
            }
        }
        spread_mean_gradient(layout, &self.factored.loadings, &self.factored_gradient.mean, &mut self.on_latent_mean);
    }

    /// X = ΩΛ, Q = Λ'X and Λ'g.
    #[inline(always)]
    fn spread_dense_gradient(&mut self, layout: &BlockLayout) {
        let (p, m, f) = (layout.observed.len(), layout.latent.len(), layout.measured.len());
        let x = &mut self.by_factor;
        x.fill(T::ZERO);
        for j in 0..p {
            for a in layout.loading_rows[j]..layout.loading_rows[j + 1] {
                let (loading, factor) = (self.factored.loadings[a], layout.loading_factors[a]);
                for i in 0..p {
                    x[i * f + factor] += self.dense_gradient.covariance[i * p + j] * loading;
                }
            }
        }
        for &row in &layout.measured {
            for &column in &layout.measured {
                self.on_latent[row * m + column] = T::ZERO;
            }
        }
        for i in 0..p {
            for a in layout.loading_rows[i]..layout.loading_rows[i + 1] {
                let (loading, row) = (self.factored.loadings[a], layout.measured[layout.loading_factors[a]]);
                for (b, &column) in layout.measured.iter().enumerate() {
                    self.on_latent[row * m + column] += loading * x[i * f + b];
                }
            }
        }
        spread_mean_gradient(layout, &self.factored.loadings, &self.dense_gradient.mean, &mut self.on_latent_mean);
    }

    #[inline(always)]
    fn collect(&self, layout: &BlockLayout, weight: T, gradient: &mut [T]) {
        let (p, m) = (layout.observed.len(), layout.latent.len());
        let twice = weight + weight;
        for i in 0..p {
            for a in layout.loading_rows[i]..layout.loading_rows[i + 1] {
                if let Source::Free(k) = layout.loading_sources[a] {
                    gradient[k] += weight * self.on_loading(layout, i, a);
                }
            }
        }
        add(&layout.regressions, gradient, |cell| {
            let mut element = twice * self.on_paths[cell.row * m + cell.column];
            if layout.meanstructure {
                element += weight * self.on_latent_intercepts[cell.row] * self.latent_mean[cell.column];
            }
            element
        });
        add(&layout.latent_covariances, gradient, |cell| {
            let element = self.on_latent_residual[cell.row * m + cell.column];
            if cell.row == cell.column { weight * element } else { twice * element }
        });
        add(&layout.residual_covariances, gradient, |cell| match (self.is_factored, cell.row == cell.column) {
            (true, _) => weight * self.factored_gradient.unique[cell.row],
            (false, true) => weight * self.dense_gradient.covariance[cell.row * p + cell.column],
            (false, false) => twice * self.dense_gradient.covariance[cell.row * p + cell.column],
        });
        if layout.meanstructure {
            let on_mean = if self.is_factored { &self.factored_gradient.mean } else { &self.dense_gradient.mean };
            add(&layout.observed_intercepts, gradient, |cell| weight * on_mean[cell.row]);
            add(&layout.latent_intercepts, gradient, |cell| weight * self.on_latent_intercepts[cell.row]);
        }
    }

    #[inline(always)]
    fn on_loading(&self, layout: &BlockLayout, i: usize, a: usize) -> T {
        let (m, f) = (layout.latent.len(), layout.measured.len());
        let factor = layout.loading_factors[a];
        let on_mean = if self.is_factored { &self.factored_gradient.mean } else { &self.dense_gradient.mean };
        let mut element = T::ZERO;
        if self.is_factored {
            element = self.factored_gradient.loadings[a];
        } else {
            for (b, &row) in layout.measured.iter().enumerate() {
                element += self.by_factor[i * f + b] * self.latent_covariance[row * m + layout.measured[factor]];
            }
            element += element;
        }
        if layout.meanstructure {
            element += on_mean[i] * self.latent_mean[layout.measured[factor]];
        }
        element
    }
}

#[inline(always)]
fn add<T: Scalar>(cells: &[Cell], gradient: &mut [T], element: impl Fn(&Cell) -> T) {
    for cell in cells {
        if let Source::Free(k) = cell.source {
            gradient[k] += element(cell);
        }
    }
}

#[inline(always)]
fn spread_mean_gradient<T: Scalar>(layout: &BlockLayout, loadings: &[T], on_mean: &[T], target: &mut [T]) {
    target.fill(T::ZERO);
    for (i, value) in on_mean.iter().enumerate() {
        for a in layout.loading_rows[i]..layout.loading_rows[i + 1] {
            target[layout.measured[layout.loading_factors[a]]] += loadings[a] * *value;
        }
    }
}
