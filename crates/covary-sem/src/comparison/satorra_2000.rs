//! Satorra's difference test: mean and variance of the difference from the restrictions themselves.

use covary_numerics::{Matrix, linalg};

use super::difference::{Difference, DifferenceMethod, DifferenceSettings, DifferenceTest, Restrictions};
use crate::{
    Operator, Row, SemError,
    estimators::{Estimator, lower_triangle},
    inference::{Solution, sandwich::Purpose},
    model_matrices::BilinearForm,
    settings::SaturatedAt,
};

/// (T₀ − T₁) m/t₁; scaled and shifted (T₀ − T₁)/a + m − t₁/a, a = √(t₂/m); of tests that adjust the variance, not shifted,
/// (T₀ − T₁) t₁/t₂ on t₁²/t₂ degrees of freedom.
///
/// t₁ = tr MΓ̂ and t₂ = tr (MΓ̂)², M = WΔ₁K₁P⁻¹A'(AP⁻¹A')⁻¹AP⁻¹K₁'Δ₁'W, P = K₁'I₁K₁ the information of model 1 that its standard
/// errors rest on, and A' the null space of Π': the directions in which model 1 can move and model 0 cannot. Π = (Δ₁K₁)⁺Δ₀K₀
/// from the derivatives of the moments of both (lavaan's A.method "delta"), or K₁⁺JK₀ where the parameters of model 0 are
/// those of model 1 with some fixed or held equal, J their zeros and ones ("exact"). With missing values Δ₁'WΓ̂WΔ₁ is the mean cross-product of the cases' scores; lavaan 0.6-14 fills
/// missing contributions to Γ̂ with zeros there.
///
/// # Errors
/// [`SemError::Option`] where only moments are known, and where the restrictions are not as many as the degrees of freedom say.
///
/// # Source
/// Satorra (2000), in Heijmans, Pollock and Satorra (eds), Innovations in multivariate statistical analysis, 233–247; Asparouhov and
/// Muthén (2010) for the shift.
pub(super) fn test(
    difference: Difference,
    settings: DifferenceSettings,
    adjusts_variance: bool,
) -> Result<DifferenceTest, SemError> {
    let (first, second) = traces(difference, settings.restrictions).ok_or_else(|| {
        let (from, instead) = match settings.restrictions {
            Restrictions::Derivatives => ("derivatives", "another method"),
            Restrictions::Parameters => ("parameters", "A.method delta"),
        };
        SemError::Option(format!(
            "method satorra.2000: the restrictions between the two models could not be found from their {from}; take {instead}"
        ))
    })?;
    let Difference { statistic, df, .. } = difference;
    let method = DifferenceMethod::Satorra2000;
    Ok(if settings.scaled_shifted {
        let scale = (second / df).sqrt();
        DifferenceTest::scaled(method, statistic, scale, df - first / scale, df)
    } else if adjusts_variance {
        DifferenceTest::scaled(method, statistic, second / first, 0.0, first * first / second)
    } else {
        DifferenceTest::scaled(method, statistic, first / df, 0.0, df)
    })
}

/// t₁ and t₂.
fn traces(difference: Difference, from: Restrictions) -> Option<(f64, f64)> {
    let (restricted, full) = (difference.restricted.solution()?, difference.full.solution()?);
    let basis = &full.constraints.basis;
    let information = full.constraints.reduce_information(&full.information(Purpose::StandardErrors)?);
    let projection = match from {
        Restrictions::Derivatives => projection_of_moments(&restricted, &full)?,
        Restrictions::Parameters => projection_of_parameters(difference, &restricted, &full)?,
    };
    let directions = linalg::null_space(&projection.transpose()); // A'
    if directions.columns() as f64 != difference.df {
        return None;
    }
    let meat = meat(&full)?;
    let meat = basis.transpose().times(&meat.times(basis)); // K₁'Δ₁'WΓ̂WΔ₁K₁
    let steps = linalg::solve_columns(&information, &directions)?; // P⁻¹A'
    let inner = directions.transpose().times(&steps); // AP⁻¹A'
    let product = linalg::solve_columns(&inner, &steps.transpose().times(&meat.times(&steps)))?;
    let first = product.diagonal().iter().sum();
    let second = product.values().iter().zip(product.transpose().values()).map(|(l, r)| l * r).sum();
    Some((first, second))
}

/// Δ₁'WΓ̂WΔ₁; with missing values the mean cross-product of the cases' scores.
fn meat(full: &Solution) -> Option<Matrix> {
    if full.estimator() == Estimator::Fiml {
        return full.first_order(SaturatedAt::Structured);
    }
    let at = full.settings.h1_information[0].unwrap_or(SaturatedAt::Structured);
    Some(full.meat(&full.metrics(at)?)?.0)
}

/// Π = K₁⁺JK₀: model 1's parameters as those of model 0 move them. `None` where a free parameter of model 0 is none of
/// model 1: then the one is no restriction of the other's parameters.
fn projection_of_parameters(difference: Difference, restricted: &Solution, full: &Solution) -> Option<Matrix> {
    let mut moved = Matrix::zeros(full.matrices.free, restricted.matrices.free); // J
    for row in difference.restricted.table.rows.iter() {
        let Some(own) = row.free else { continue };
        let is_same = |other: &&Row| {
            let same = (&other.lhs, other.op, &other.rhs) == (&row.lhs, row.op, &row.rhs);
            let turned = row.op == Operator::Covariance && (&other.lhs, &other.rhs) == (&row.rhs, &row.lhs);
            other.block == row.block && other.op == row.op && (same || turned)
        };
        let other = difference.full.table.rows.iter().find(is_same)?.free?;
        moved[(other, own)] = 1.0;
    }
    let basis = full.constraints.basis.transpose();
    let own = basis.times(&full.constraints.basis);
    linalg::solve_columns(&own, &basis.times(&moved.times(&restricted.constraints.basis)))
}

/// Π = (Δ₁K₁)⁺Δ₀K₀: what model 0 moves, in the parameters of model 1.
fn projection_of_moments(restricted: &Solution, full: &Solution) -> Option<Matrix> {
    let (mut own, mut crossed) = (
        Matrix::zeros(full.matrices.free, full.matrices.free),
        Matrix::zeros(full.matrices.free, restricted.matrices.free),
    );
    for block in 0..full.values.len() {
        add_products(full, restricted, block, &mut own, &mut crossed)?;
    }
    let basis = full.constraints.basis.transpose();
    let own = basis.times(&own.times(&full.constraints.basis));
    let crossed = basis.times(&crossed.times(&restricted.constraints.basis));
    linalg::solve_columns(&own, &crossed)
}

/// Adds Δ₁'Δ₁ and Δ₁'Δ₀ of a block, moment by moment, so that no Δ is held.
fn add_products(
    full: &Solution,
    restricted: &Solution,
    block: usize,
    own: &mut Matrix,
    crossed: &mut Matrix,
) -> Option<()> {
    let layouts = (&full.matrices.blocks[block], &restricted.matrices.blocks[block]);
    let forms =
        [BilinearForm::new(layouts.0, &full.values[block]), BilinearForm::new(layouts.1, &restricted.values[block])];
    // The models may order their variables differently.
    let position = |name: &String| layouts.1.observed.iter().position(|other| other == name);
    let order: Vec<usize> = layouts.0.observed.iter().map(position).collect::<Option<_>>()?;
    let p = order.len();
    let (mut rows, sizes) = ([vec![0.0; own.rows()], vec![0.0; crossed.columns()]], [own.rows(), crossed.columns()]);
    let mut add = |of: &dyn Fn(&BilinearForm, usize, &mut [f64])| {
        for (k, form) in forms.iter().enumerate() {
            rows[k].fill(0.0);
            of(form, k, &mut rows[k]);
        }
        let moved: Vec<usize> = (0..sizes[0]).filter(|i| rows[0][*i] != 0.0).collect();
        for &i in &moved {
            for &j in &moved {
                own[(i, j)] += rows[0][i] * rows[0][j];
            }
            for j in 0..sizes[1] {
                crossed[(i, j)] += rows[0][i] * rows[1][j];
            }
        }
    };
    let at = |model: usize, i: usize| if model == 0 { i } else { order[i] };
    if layouts.0.meanstructure && layouts.1.meanstructure {
        for i in 0..p {
            add(&|form, model, row| {
                form.derivatives.iter().for_each(|d| row[d.parameter] += form.mean(d, at(model, i)));
            });
        }
    }
    for (i, j) in lower_triangle(p) {
        add(&|form, model, row| {
            let (i, j) = (at(model, i), at(model, j));
            form.derivatives.iter().for_each(|d| row[d.parameter] += form.covariance(d, i.max(j), i.min(j)));
        });
    }
    Some(())
}
