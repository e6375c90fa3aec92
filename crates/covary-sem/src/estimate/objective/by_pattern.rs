//! Second derivatives of full-information ML without a factorisation for every parameter.

use covary_numerics::{Dual, Matrix, Scalar};

use super::{Objective, workspaces};
use crate::{
    inference::incomplete::information::{At, add_expected, add_observed},
    model_matrices::{BilinearForm, BlockMatrices, Form, Implied, MomentGradient},
};

impl Objective<'_, f64> {
    /// Σ w_g Σ_r n_r/n Δ'K_r'NT(Σ_oo)K_rΔ.
    pub(super) fn expected_by_pattern(&self, values: &[BlockMatrices], weights: &[f64]) -> Option<Matrix> {
        let q = self.matrices.free;
        let mut information = Matrix::zeros(q, q);
        for (block, values) in values.iter().enumerate() {
            let form = BilinearForm::new(&self.matrices.blocks[block], values);
            let patterns = &self.samples[block].patterns;
            add_expected(&mut information, &form, patterns, &values.covariance, weights[block])?;
        }
        Some(information)
    }

    /// The Hessian of f: with σ the moments of all blocks,
    ///
    /// ∂²f/∂θ∂θ' = Δ' ∂²f/∂σ∂σ' Δ + Σ_m ∂f/∂σ_m ∂²σ_m/∂θ∂θ'.
    ///
    /// The first part is a look-up in inner products for each pattern; the second the gradient of tr ΩΣ(θ) + g'μ(θ) over
    /// dual numbers, Ω and g held constant, which needs no factorisation.
    pub(super) fn hessian_by_pattern(&self, theta: &[f64]) -> Option<Matrix> {
        let q = theta.len();
        let mut here = self.clone();
        here.evaluate(theta, &mut vec![0.0; q])?;
        let mut hessian = Matrix::zeros(q, q);
        for (block, layout) in self.matrices.blocks.iter().enumerate() {
            let values = self.matrices.matrices(block, theta, &self.exogenous)?;
            let form = BilinearForm::new(layout, &values);
            let at = At { mean: &values.mean, covariance: &values.covariance };
            let weight = 2.0 * self.half_weights[block];
            add_observed(&mut hessian, &form, &self.samples[block].patterns, at, weight)?;
        }
        self.matrices.add_frequencies(&mut hessian, self.cases, |own| own.expected(theta));
        let curvature = here.curvature(theta)?;
        // Symmetric but for rounding.
        Some(Matrix::from_fn(q, q, |i, j| hessian[(i, j)] + 0.5 * (curvature[(i, j)] + curvature[(j, i)])))
    }

    /// Σ_m ∂f/∂σ_m ∂²σ_m/∂θ∂θ' with the gradient on moments that the last evaluation left.
    fn curvature(&mut self, theta: &[f64]) -> Option<Matrix> {
        let q = theta.len();
        let mut curvature = Matrix::zeros(q, q);
        let mut dual = workspaces::<Dual>(self.matrices, Form::Moments);
        let exogenous: Vec<Dual> = self.exogenous.iter().map(|value| Dual::from(*value)).collect();
        let mut point: Vec<Dual> = theta.iter().map(|value| Dual::from(*value)).collect();
        let mut gradient = vec![Dual::ZERO; q];
        for k in 0..q {
            point[k] = Dual::variable(theta[k]);
            gradient.fill(Dual::ZERO);
            for (block, layout) in self.matrices.blocks.iter().enumerate() {
                dual[block].evaluate(layout, &point, &exogenous)?;
                let (_, here) = self.workspaces[block].implied_and_gradient();
                if let (MomentGradient::Dense(here), (Implied::Dense(_), MomentGradient::Dense(target))) =
                    (here, dual[block].implied_and_gradient())
                {
                    set_constants(&mut target.covariance, &here.covariance);
                    set_constants(&mut target.mean, &here.mean);
                }
                dual[block].chain(layout, Dual::from(self.half_weights[block]), &mut gradient);
            }
            point[k] = Dual::from(theta[k]);
            for (l, element) in gradient.iter().enumerate() {
                curvature[(l, k)] = element.derivative;
            }
        }
        Some(curvature)
    }
}

fn set_constants(target: &mut [Dual], values: &[f64]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target = Dual::from(*value);
    }
}
