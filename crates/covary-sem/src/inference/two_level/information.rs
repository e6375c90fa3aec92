//! Expected information of two levels.

use covary_numerics::{Matrix, linalg::Cholesky};

use crate::{
    inference::information::add_normal_theory,
    model_matrices::{BilinearDerivative, BilinearForm, BlockMatrices, ModelMatrices},
    sample::clusters::{ClusterSample, LevelLayout},
};

/// Expected information of θ per case, q⁺ × q⁺.
///
/// Σ_j [(n_j − 1) Δ_W'NT(Σ_W)Δ_W + Δ_j'NT(C_j)Δ_j]/N, C_j the covariance matrix of the cluster's (z_j, ȳ_j) and Δ_j the
/// derivatives of C_j and of its mean: those of level 1 enter with 1/n_j. Clusters with missing answers count with their
/// mean size.
///
/// `values`: the matrices of every block. `None` where Σ_W or a C_j is not positive definite.
pub fn expected<'a>(
    matrices: &ModelMatrices,
    values: &[BlockMatrices],
    groups: impl Iterator<Item = &'a ClusterSample>,
) -> Option<Matrix> {
    let mut information = Matrix::zeros(matrices.free, matrices.free);
    let mut cases = 0.0;
    for group in groups {
        let layout = &group.layout;
        let forms = [layout.within, layout.between].map(|b| BilinearForm::new(&matrices.blocks[b], &values[b]));
        add_group(&mut information, &forms, [&values[layout.within], &values[layout.between]], group)?;
        cases += group.cases as f64;
    }
    Some(information.scaled(1.0 / cases))
}

/// Expected information of all cases of one group about any derivatives of its moments, in the numbering of
/// `forms`, of level 1 and level 2.
pub(super) fn information_between(
    forms: &[BilinearForm; 2],
    values: [&BlockMatrices; 2],
    group: &ClusterSample,
    parameters: usize,
) -> Option<Matrix> {
    let mut information = Matrix::zeros(parameters, parameters);
    add_group(&mut information, forms, values, group)?;
    Some(information)
}

fn add_group(
    information: &mut Matrix,
    forms: &[BilinearForm; 2],
    values: [&BlockMatrices; 2],
    group: &ClusterSample,
) -> Option<()> {
    let within = BilinearForm { means: false, ..forms[0].clone() };
    let inverse = Cholesky::new(&values[0].covariance)?.inverse();
    add_normal_theory(information, &within, &inverse, (group.cases - group.clusters) as f64);
    let (q, above) = (group.layout.q(), group.layout.joint_above());
    let r = above.len();
    for (size, count) in group.statistics.sizes() {
        let of_within = |a: usize, b: usize| {
            if a >= q && b >= q { values[0].covariance[(a - q, b - q)] / size } else { 0.0 }
        };
        let of_between = |a: usize, b: usize| match (above[a], above[b]) {
            (Some(i), Some(j)) => values[1].covariance[(i, j)],
            _ => 0.0,
        };
        let covariance = Matrix::from_fn(r, r, |a, b| of_within(a, b) + of_between(a, b));
        let form = joint_form(forms, &group.layout, size);
        add_normal_theory(information, &form, &Cholesky::new(&covariance)?.inverse(), count);
    }
    Some(())
}

/// How the moments of (z, ȳ) of a cluster of `size` cases move.
fn joint_form(forms: &[BilinearForm; 2], layout: &LevelLayout, size: f64) -> BilinearForm {
    let (q, above) = (layout.q(), layout.joint_above());
    let (r, first) = (above.len(), forms[0].vectors.columns());
    let vectors = Matrix::from_fn(r, first + forms[1].vectors.columns(), |a, k| {
        if k < first {
            if a >= q { forms[0].vectors[(a - q, k)] } else { 0.0 }
        } else {
            above[a].map_or(0.0, |i| forms[1].vectors[(i, k - first)])
        }
    });
    let of_within = forms[0].derivatives.iter().map(|d| BilinearDerivative { scale: d.scale / size, ..*d });
    let of_between = forms[1].derivatives.iter().map(|d| BilinearDerivative {
        left: first + d.left,
        right: first + d.right,
        mean: first + d.mean,
        ..*d
    });
    BilinearForm { vectors, derivatives: of_within.chain(of_between).collect(), means: true }
}
