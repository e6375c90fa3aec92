//! Full-collinearity variance inflation.

use covary_numerics::{Matrix, linalg};

use super::ConstructVif;

/// VIF of every variable on all others: the diagonal of R⁻¹.
///
/// `correlations`: k × k. `None` with fewer than two variables or where R has no inverse.
///
/// # Source
/// Kock (2015) for its use with constructs; the identity VIF_j = r^jj is in any text on regression.
pub fn vif_from_correlations(correlations: &Matrix) -> Option<Vec<f64>> {
    if correlations.rows() < 2 {
        return None;
    }
    Some(linalg::Cholesky::new(correlations)?.inverse().diagonal())
}

/// VIF of every construct, from the correlations of scores and from those of the latent variables.
pub fn construct_vif(names: &[String], scores: Option<&Matrix>, latent: Option<&Matrix>) -> Vec<ConstructVif> {
    let from = |correlations: Option<&Matrix>| correlations.and_then(vif_from_correlations);
    let (scores, latent) = (from(scores), from(latent));
    let at = |vif: &Option<Vec<f64>>, k: usize| vif.as_ref().and_then(|v| v.get(k)).copied();
    let vif = |(k, name): (usize, &String)| ConstructVif {
        name: name.clone(),
        scores: at(&scores, k),
        latent: at(&latent, k),
    };
    names.iter().enumerate().map(vif).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_variables_give_one_over_one_minus_r_squared() {
        let r = Matrix::from_fn(2, 2, |i, j| if i == j { 1.0 } else { 0.6 });
        let vif = vif_from_correlations(&r).unwrap();
        assert!(vif.iter().all(|v| (v - 1.0 / 0.64).abs() < 1e-12));
    }
}
