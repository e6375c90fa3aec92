//! Least squares: d'Vd, d the differences of sample and implied moments.

use covary_numerics::Scalar;

use super::{SampleMoments, Scratch, Weight, weight::lower_triangle};
use crate::{
    kernels,
    model_matrices::{Dense, DenseGradient, Implied, MomentGradient},
};

/// d'Vd and its gradient with V held constant: −2Vd on the moments.
///
/// V: identity (ULS), NT(S) (GLS), diag(Γ̂)⁻¹ (DWLS), Γ̂⁻¹ (WLS), a mixture (DLS). Off the diagonal an element of Σ
/// stands twice in the symmetric gradient Ω, each with half of −2Vd.
///
/// # Source
/// Browne (1974, 1984); Jöreskog and Goldberger (1972); Du and Bentler (2022) for DLS.
// Not in line: only ML is worth compiling for each width of vector instructions.
#[inline(never)]
pub(super) fn evaluate<T: Scalar>(
    sample: &SampleMoments<T>,
    implied: Implied<'_, T>,
    gradient: MomentGradient<'_, T>,
    scratch: &mut Scratch<T>,
) -> T {
    match (implied, gradient) {
        (Implied::Dense(moments), MomentGradient::Dense(gradient)) => match &sample.weight {
            Weight::NormalTheory(inverse) => generalized(sample, inverse, moments, gradient, scratch),
            weight => by_moments(sample, weight, moments, gradient, scratch),
        },
        // A workspace in the form of moments hands out dense ones.
        _ => T::from(f64::NAN),
    }
}

/// ½ tr (S⁻¹D)² + δ'S⁻¹δ; Ω = −S⁻¹DS⁻¹, on μ −2S⁻¹δ.
fn generalized<T: Scalar>(
    sample: &SampleMoments<T>,
    inverse: &[T],
    moments: &Dense<T>,
    gradient: &mut DenseGradient<T>,
    scratch: &mut Scratch<T>,
) -> T {
    let p = sample.p;
    for (d, (s, sigma)) in gradient.covariance.iter_mut().zip(sample.covariance.iter().zip(&moments.covariance)) {
        *d = *s - *sigma;
    }
    let half = &mut scratch.square[..p * p];
    kernels::product(inverse, &gradient.covariance, p, p, p, half);
    let mut value = T::ZERO;
    for i in 0..p {
        for j in 0..p {
            value += half[i * p + j] * half[j * p + i];
        }
    }
    value *= T::from(0.5);
    kernels::product(half, inverse, p, p, p, &mut gradient.covariance);
    gradient.covariance.iter_mut().for_each(|element| *element = -*element);
    for i in 0..sample.mean.len() {
        scratch.deviation[i] = sample.mean[i] - moments.mean[i];
    }
    for i in 0..sample.mean.len() {
        let solved = kernels::dot(&inverse[i * p..(i + 1) * p], &scratch.deviation);
        value += solved * scratch.deviation[i];
        gradient.mean[i] = -(solved + solved);
    }
    value
}

fn by_moments<T: Scalar>(
    sample: &SampleMoments<T>,
    weight: &Weight<T>,
    moments: &Dense<T>,
    gradient: &mut DenseGradient<T>,
    scratch: &mut Scratch<T>,
) -> T {
    let p = sample.p;
    let means = sample.mean.len();
    let d = &mut scratch.differences;
    d.clear();
    d.extend(sample.mean.iter().zip(&moments.mean).map(|(m, mu)| *m - *mu));
    d.extend(lower_triangle(p).map(|(i, j)| sample.covariance[i * p + j] - moments.covariance[i * p + j]));
    let weighted = &mut scratch.weighted;
    weighted.clear();
    match weight {
        Weight::Diagonal(diagonal) => weighted.extend(diagonal.iter().zip(d.iter()).map(|(v, d)| *v * *d)),
        Weight::Full(matrix) => weighted.extend((0..d.len()).map(|row| {
            let mut sum = T::ZERO;
            for (v, d) in matrix.row(row).iter().zip(d.iter()) {
                sum += T::from(*v) * *d;
            }
            sum
        })),
        // NormalTheory has a form of its own; Observed is a metric of inference alone.
        Weight::None | Weight::NormalTheory(_) | Weight::Observed(_) => weighted.extend_from_slice(d),
    }
    let mut value = T::ZERO;
    for (d, v) in d.iter().zip(weighted.iter()) {
        value += *d * *v;
    }
    for (target, v) in gradient.mean.iter_mut().zip(weighted.iter()) {
        *target = -(*v + *v);
    }
    for ((i, j), v) in lower_triangle(p).zip(&weighted[means..]) {
        let element = if i == j { -(*v + *v) } else { -*v };
        gradient.covariance[i * p + j] = element;
        gradient.covariance[j * p + i] = element;
    }
    value
}
