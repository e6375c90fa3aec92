//! What a change of factors does to every row: weights to G⁻¹ΓG, (co)variances to G⁻¹ΨG⁻¹', intercepts to G⁻¹τ.

use covary_numerics::{Matrix, linalg::inverse};

use super::blocks::{Form, Unit};
use crate::{ParameterTable, inference::reticular::Place};

/// The change of factors in one block: G and G⁻¹ over all its variables, the identity but for rotated factors.
#[derive(Clone, Debug)]
pub(super) struct Change {
    matrix: Matrix,
    inverse: Matrix,
    /// Variables that change together, for each variable: itself alone where it does not change.
    together: Vec<Vec<usize>>,
}

impl Change {
    /// The change of a block that leaves everything as it is.
    pub(super) fn none(form: &Form) -> Change {
        let n = form.form.variables.len();
        Change {
            matrix: Matrix::identity(n),
            inverse: Matrix::identity(n),
            together: (0..n).map(|k| vec![k]).collect(),
        }
    }

    /// Adds the change of a unit's factors: loadings are multiplied by `g` (m × m). `None` where it is singular.
    pub(super) fn add(&mut self, factors: &[usize], g: &Matrix) -> Option<()> {
        let back = inverse(g)?;
        for (a, row) in factors.iter().enumerate() {
            for (b, column) in factors.iter().enumerate() {
                self.matrix[(*row, *column)] = g[(a, b)];
                self.inverse[(*row, *column)] = back[(a, b)];
            }
            self.together[*row] = factors.to_vec();
        }
        Some(())
    }

    /// The value at `place` after the change, `value` giving those before it.
    pub(super) fn value(&self, place: Place, value: &impl Fn(Place) -> f64) -> f64 {
        let (g, back) = (&self.matrix, &self.inverse);
        match place {
            Place::Weight { effect, cause } => self.over(effect, cause, |a, b| {
                back[(effect, a)] * value(Place::Weight { effect: a, cause: b }) * g[(b, cause)]
            }),
            Place::Covariance { first, second } => {
                self.over(first, second, |a, b| back[(first, a)] * value(Place::covariance(a, b)) * back[(second, b)])
            }
            Place::Intercept { of } => {
                self.together[of].iter().map(|a| back[(of, *a)] * value(Place::Intercept { of: *a })).sum()
            }
        }
    }

    /// How the places of the changed model move with the parameter at `place` of the unchanged one.
    pub(super) fn image(&self, place: Place) -> Vec<(Place, f64)> {
        let (g, back) = (&self.matrix, &self.inverse);
        let pairs = |i: usize, j: usize| {
            self.together[i].iter().flat_map(move |a| self.together[j].iter().map(move |b| (*a, *b)))
        };
        match place {
            Place::Weight { effect, cause } => pairs(effect, cause)
                .map(|(a, b)| (Place::Weight { effect: a, cause: b }, back[(a, effect)] * g[(cause, b)]))
                .collect(),
            Place::Covariance { first, second } => {
                let share = |a: usize, b: usize| {
                    let straight = back[(a, first)] * back[(b, second)];
                    if first == second { straight } else { straight + back[(a, second)] * back[(b, first)] }
                };
                let within = self.together[first] == self.together[second];
                pairs(first, second)
                    .filter(|(a, b)| !within || a <= b)
                    .map(|(a, b)| (Place::covariance(a, b), share(a, b)))
                    .collect()
            }
            Place::Intercept { of } => {
                self.together[of].iter().map(|a| (Place::Intercept { of: *a }, back[(*a, of)])).collect()
            }
        }
    }

    fn over(&self, i: usize, j: usize, term: impl Fn(usize, usize) -> f64) -> f64 {
        let pairs = self.together[i].iter().flat_map(|a| self.together[j].iter().map(move |b| (*a, *b)));
        pairs.map(|(a, b)| term(a, b)).sum()
    }
}

/// The table after rotation: all loadings of the units are free, and their covariances where they may correlate.
pub(super) fn rotated_table(table: &ParameterTable, forms: &[Form], units: &[Unit], oblique: bool) -> ParameterTable {
    let mut rotated = table.clone();
    for unit in units {
        for &block in &unit.blocks {
            let form = &forms[block];
            let factors = form.positions(&unit.factors);
            for (row, place) in &form.form.places {
                let freed = match *place {
                    Place::Weight { effect, cause } => {
                        factors.contains(&cause) && unit.items.contains(&form.form.variables[effect])
                    }
                    Place::Covariance { first, second } => {
                        oblique && first != second && factors.contains(&first) && factors.contains(&second)
                    }
                    Place::Intercept { .. } => false,
                };
                if freed {
                    rotated.rows[*row].fixed = None;
                    // The number is given below.
                    rotated.rows[*row].free = Some(0);
                }
            }
        }
    }
    let mut free = 0..;
    for row in rotated.rows.iter_mut().filter(|row| row.free.is_some()) {
        row.free = free.next();
    }
    rotated.free = rotated.rows.iter().filter(|row| row.free.is_some()).count();
    rotated
}

/// Estimates of every row after rotation, `estimates` being those before it; definitions are left as they are.
pub(super) fn rotated_estimates(forms: &[Form], changes: &[Change], estimates: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut rotated = estimates.to_vec();
    for (form, change) in forms.iter().zip(changes) {
        let value = |place: Place| form.rows.get(&place).and_then(|row| estimates[*row]).unwrap_or(0.0);
        for (row, place) in &form.form.places {
            rotated[*row] = Some(change.value(*place, &value));
        }
    }
    rotated
}

/// How the free rows after rotation move with those before it while the change of factors stays: q₁ × q₀.
pub(super) fn fixed_change(
    before: &ParameterTable,
    after: &ParameterTable,
    forms: &[Form],
    changes: &[Change],
) -> Matrix {
    let mut jacobian = Matrix::zeros(after.free, before.free);
    for (form, change) in forms.iter().zip(changes) {
        for (row, place) in &form.form.places {
            let Some(column) = before.rows[*row].free else { continue };
            for (image, share) in change.image(*place) {
                let target = form.rows.get(&image).and_then(|row| after.rows[*row].free);
                if let Some(target) = target {
                    jacobian[(target, column)] += share;
                }
            }
        }
    }
    jacobian
}

/// How the free rows after rotation move when a unit's factors change once more by I + X, X = e_a e_b': q₁.
pub(super) fn turn(
    after: &ParameterTable,
    forms: &[Form],
    unit: &Unit,
    estimates: &[Option<f64>],
    (a, b): (usize, usize),
) -> Vec<f64> {
    let mut moved = vec![0.0; after.free];
    for &block in &unit.blocks {
        let form = &forms[block];
        let factors = form.positions(&unit.factors);
        let (a, b) = (factors[a], factors[b]);
        let value = |place: Place| form.rows.get(&place).and_then(|row| estimates[*row]).unwrap_or(0.0);
        for (row, place) in &form.form.places {
            let Some(free) = after.rows[*row].free else { continue };
            let change = match *place {
                // dΓ = ΓX − XΓ
                Place::Weight { effect, cause } => {
                    let to = if cause == b { value(Place::Weight { effect, cause: a }) } else { 0.0 };
                    let from = if effect == a { value(Place::Weight { effect: b, cause }) } else { 0.0 };
                    to - from
                }
                // dΨ = −XΨ − ΨX'
                Place::Covariance { first, second } => {
                    let left = if first == a { value(Place::covariance(b, second)) } else { 0.0 };
                    let right = if second == a { value(Place::covariance(first, b)) } else { 0.0 };
                    -left - right
                }
                // dτ = −Xτ
                Place::Intercept { of } if of == a => -value(Place::Intercept { of: b }),
                Place::Intercept { .. } => 0.0,
            };
            moved[free] += change;
        }
    }
    moved
}
