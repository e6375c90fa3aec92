//! Maximum likelihood under multivariate normality.

use covary_numerics::Scalar;

use super::{SampleMoments, Scratch};
use crate::{
    kernels,
    model_matrices::{Dense, DenseGradient, Factored, FactoredGradient, Implied, MomentGradient},
};

/// ln |Σ| + tr(SΣ⁻¹) + δ'Σ⁻¹δ, δ = m − μ, and its gradient on the moments.
///
/// On Σ: Ω = Σ⁻¹ − Σ⁻¹(S + δδ')Σ⁻¹; on μ: −2Σ⁻¹δ.
///
/// # Source
/// Jöreskog (1969); in factors: Woodbury's identity, as in Lawley and Maxwell (1971).
#[inline(always)]
pub(super) fn evaluate<T: Scalar>(
    sample: &SampleMoments<T>,
    implied: Implied<'_, T>,
    gradient: MomentGradient<'_, T>,
    scratch: &mut Scratch<T>,
) -> T {
    for (deviation, (m, mu)) in scratch.deviation.iter_mut().zip(sample.mean.iter().zip(implied.mean())) {
        *deviation = *m - *mu;
    }
    match (implied, gradient) {
        (Implied::Factored(moments), MomentGradient::Factored(gradient)) => {
            factored(sample, moments, gradient, scratch)
        }
        (Implied::Dense(moments), MomentGradient::Dense(gradient)) => dense(sample, moments, gradient, scratch),
        // A workspace hands out both in one form.
        _ => T::from(f64::NAN),
    }
}

/// ln |S| + p. `None` unless S is positive definite.
#[inline(always)]
pub(super) fn saturated<T: Scalar>(sample: &SampleMoments<T>, scratch: &mut Scratch<T>) -> Option<T> {
    Some(scratch.log_determinant(&sample.covariance, sample.p)? + T::from(sample.p as f64))
}

/// With W = Θ⁻¹Λ, T = SW, N = W'SW, U = E + ENE and C for the i-th row of Λ:
///
/// tr(SΣ⁻¹) = Σ s_ii/θ_i − tr(EN);
/// on λ_ij: 2(C U_·j − T_i E_·j)/θ_i;  on θ_i: 1/θ_i − (s_ii + C U C' − 2 C E T_i')/θ_i²;
/// on Φ: GJ − J'NJ, J = I − EG.  Means: S + δδ' for S.
#[inline(always)]
fn factored<T: Scalar>(
    sample: &SampleMoments<T>,
    moments: &Factored<T>,
    gradient: &mut FactoredGradient<T>,
    scratch: &mut Scratch<T>,
) -> T {
    let (p, f) = (moments.p, moments.f);
    let with_means = !sample.mean.is_empty();
    let (projected, scores) = scratch.factors.split_at_mut(f);
    if with_means {
        moments.project(&scratch.deviation, projected);
    }
    // T', f × p: sums run along the rows of S.
    let by_factor = &mut scratch.by_factor;
    by_factor.fill(T::ZERO);
    for j in 0..p {
        for a in moments.rows[j]..moments.rows[j + 1] {
            let weighted = moments.loadings[a] * moments.inverse_unique[j];
            let target = &mut by_factor[moments.factors[a] * p..(moments.factors[a] + 1) * p];
            // S is symmetric: its row for its column.
            for (t, s) in target.iter_mut().zip(&sample.covariance[j * p..(j + 1) * p]) {
                *t += *s * weighted;
            }
        }
    }
    if with_means {
        for (target, projection) in by_factor.chunks_exact_mut(p).zip(projected.iter()) {
            for (t, deviation) in target.iter_mut().zip(&scratch.deviation) {
                *t += *deviation * *projection;
            }
        }
    }
    // N, f × f.
    let n = &mut scratch.by_entry;
    n.fill(T::ZERO);
    for i in 0..p {
        for a in moments.rows[i]..moments.rows[i + 1] {
            let weighted = moments.loadings[a] * moments.inverse_unique[i];
            let row = moments.factors[a] * f;
            for j in 0..f {
                n[row + j] += weighted * by_factor[j * p + i];
            }
        }
    }
    let posterior = &moments.posterior;
    // EN, then U = E + ENE.
    let (en, u) = (&mut scratch.square[..f * f], &mut scratch.other_square[..f * f]);
    kernels::product(posterior, n, f, f, f, en);
    kernels::product(en, posterior, f, f, f, u);
    let mut trace = T::ZERO;
    for j in 0..f {
        trace -= en[j * f + j];
    }
    for (own, e) in u.iter_mut().zip(posterior) {
        *own += *e;
    }
    for i in 0..p {
        let inverse = moments.inverse_unique[i];
        let mut variance = sample.covariance[i * p + i];
        if with_means {
            variance += scratch.deviation[i] * scratch.deviation[i];
        }
        trace += variance * inverse;
        let (mut quadratic, mut cross) = (T::ZERO, T::ZERO);
        for a in moments.rows[i]..moments.rows[i + 1] {
            let column = moments.factors[a];
            let mut on_u = T::ZERO;
            for b in moments.rows[i]..moments.rows[i + 1] {
                on_u += moments.loadings[b] * u[moments.factors[b] * f + column];
            }
            let mut on_e = T::ZERO;
            for (j, e) in posterior[column * f..(column + 1) * f].iter().enumerate() {
                on_e += by_factor[j * p + i] * *e;
            }
            let element = (on_u - on_e) * inverse;
            gradient.loadings[a] = element + element;
            quadratic += on_u * moments.loadings[a];
            cross += on_e * moments.loadings[a];
        }
        gradient.unique[i] = inverse - (variance + quadratic - cross - cross) * inverse * inverse;
    }
    on_factor_covariance(moments, n, en, u, &mut gradient.factor_covariance);
    if with_means {
        mean_gradient(moments, &scratch.deviation, projected, scores, &mut gradient.mean);
    }
    moments.log_determinant + trace
}

/// GJ − J'NJ with J = I − EG; `j` and `half` are overwritten.
#[inline(always)]
fn on_factor_covariance<T: Scalar>(moments: &Factored<T>, n: &[T], j: &mut [T], half: &mut [T], target: &mut [T]) {
    let f = moments.f;
    kernels::product(&moments.posterior, &moments.gram, f, f, f, j);
    for (k, element) in j.iter_mut().enumerate() {
        *element = if k % (f + 1) == 0 { T::ONE - *element } else { -*element };
    }
    // (G − J'N) J.
    half.copy_from_slice(&moments.gram);
    for i in 0..f {
        for k in 0..f {
            let factor = j[i * f + k];
            for l in 0..f {
                half[k * f + l] -= factor * n[i * f + l];
            }
        }
    }
    kernels::product(half, j, f, f, f, target);
}

/// −2Σ⁻¹δ = −2Θ⁻¹(δ − ΛEΛ'Θ⁻¹δ).
#[inline(always)]
fn mean_gradient<T: Scalar>(
    moments: &Factored<T>,
    deviation: &[T],
    projected: &[T],
    scores: &mut [T],
    target: &mut [T],
) {
    let f = moments.f;
    for (j, score) in scores.iter_mut().enumerate() {
        *score = kernels::dot(&moments.posterior[j * f..(j + 1) * f], projected);
    }
    for (i, element) in target.iter_mut().enumerate() {
        let mut remainder = deviation[i];
        for a in moments.rows[i]..moments.rows[i + 1] {
            remainder -= moments.loadings[a] * scores[moments.factors[a]];
        }
        let solved = remainder * moments.inverse_unique[i];
        *element = -(solved + solved);
    }
}

#[inline(always)]
fn dense<T: Scalar>(
    sample: &SampleMoments<T>,
    moments: &Dense<T>,
    gradient: &mut DenseGradient<T>,
    scratch: &mut Scratch<T>,
) -> T {
    let p = moments.p;
    let inverse = &moments.inverse;
    // SΣ⁻¹.
    let weighted = &mut scratch.square[..p * p];
    kernels::product(&sample.covariance, inverse, p, p, p, weighted);
    let mut value = moments.log_determinant;
    for i in 0..p {
        value += weighted[i * p + i];
    }
    // Ω: the lower triangle of Σ⁻¹ − Σ⁻¹(SΣ⁻¹), mirrored.
    let omega = &mut gradient.covariance;
    for i in 0..p {
        let row = &mut omega[i * p..i * p + i + 1];
        row.copy_from_slice(&inverse[i * p..i * p + i + 1]);
        for k in 0..p {
            let factor = inverse[i * p + k];
            for (target, w) in row.iter_mut().zip(&weighted[k * p..k * p + i + 1]) {
                *target -= factor * *w;
            }
        }
    }
    if !sample.mean.is_empty() {
        for i in 0..p {
            scratch.solved[i] = kernels::dot(&inverse[i * p..(i + 1) * p], &scratch.deviation);
        }
        value += kernels::dot(&scratch.solved, &scratch.deviation);
        for i in 0..p {
            for j in 0..=i {
                omega[i * p + j] -= scratch.solved[i] * scratch.solved[j];
            }
            gradient.mean[i] = -(scratch.solved[i] + scratch.solved[i]);
        }
    }
    for i in 0..p {
        for j in 0..i {
            omega[j * p + i] = omega[i * p + j];
        }
    }
    value
}
