//! (I − B)⁻¹: nothing to do without paths, by substitution when recursive, by elimination with loops.

use covary_numerics::Scalar;

use super::layout::{Cell, Source};
use crate::kernels;

/// The shape of B, which decides how A = (I − B)⁻¹ is found and where it is zero.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Paths {
    /// B = 0, A = I.
    None,
    /// No loops: causes before effects in `order`; A has ones on its diagonal and `effects` off it.
    Recursive {
        /// Latent variables, causes first.
        order: Vec<usize>,
        /// (effect, cause) for every pair joined by some way along the paths.
        effects: Vec<(usize, usize)>,
    },
    /// Loops: A is full.
    Loops,
}

impl Paths {
    /// The shape of a B of order `m` with paths (effect, cause) at `edges`.
    pub(super) fn new(m: usize, edges: &[(usize, usize)]) -> Self {
        if edges.is_empty() {
            return Paths::None;
        }
        let Some(order) = causes_first(m, edges) else {
            return Paths::Loops;
        };
        let mut reaches = vec![vec![false; m]; m];
        for &effect in &order {
            for &(_, cause) in edges.iter().filter(|(e, _)| *e == effect) {
                let through = reaches[cause].clone();
                for (own, other) in reaches[effect].iter_mut().zip(through) {
                    *own |= other;
                }
                reaches[effect][cause] = true;
            }
        }
        let effects = order.iter().flat_map(|&i| (0..m).map(move |k| (i, k))).filter(|&(i, k)| reaches[i][k]).collect();
        Paths::Recursive { order, effects }
    }

    /// A = (I − B)⁻¹, m × m. `None` when I − B is singular.
    #[inline(always)]
    pub(super) fn total_effects<T: Scalar>(
        &self,
        m: usize,
        regressions: &[Cell],
        values: &[T],
        pivots: &mut [usize],
        a: &mut [T],
    ) -> Option<()> {
        match self {
            Paths::None => {}
            Paths::Recursive { order, effects } => {
                for &(i, k) in effects {
                    a[i * m + k] = T::ZERO;
                }
                for &i in order {
                    for (cell, value) in regressions.iter().zip(values).filter(|(cell, _)| cell.row == i) {
                        let cause = cell.column;
                        for k in 0..m {
                            let through = *value * a[cause * m + k];
                            a[i * m + k] += through;
                        }
                    }
                }
            }
            Paths::Loops => {
                for (k, element) in a.iter_mut().enumerate() {
                    *element = if k % (m + 1) == 0 { T::ONE } else { T::ZERO };
                }
                for (cell, value) in regressions.iter().zip(values) {
                    a[cell.row * m + cell.column] -= *value;
                }
                kernels::invert_in_place(a, m, pivots)?;
            }
        }
        Some(())
    }

    /// `target` = A X A', X symmetric, m × m; `half` has room for m × m.
    #[inline(always)]
    pub(super) fn sandwich<T: Scalar>(&self, m: usize, a: &[T], x: &[T], half: &mut [T], target: &mut [T]) {
        match self {
            Paths::None => target.copy_from_slice(x),
            Paths::Recursive { effects, .. } => {
                half.copy_from_slice(x);
                for &(i, k) in effects {
                    let effect = a[i * m + k];
                    for j in 0..m {
                        half[i * m + j] += effect * x[k * m + j];
                    }
                }
                target.copy_from_slice(half);
                for &(i, k) in effects {
                    let effect = a[i * m + k];
                    for j in 0..m {
                        target[j * m + i] += half[j * m + k] * effect;
                    }
                }
            }
            Paths::Loops => {
                kernels::product(a, x, m, m, m, half);
                for i in 0..m {
                    for j in 0..m {
                        target[i * m + j] = kernels::dot(&half[i * m..(i + 1) * m], &a[j * m..(j + 1) * m]);
                    }
                }
            }
        }
    }

    /// `target` = A' X, X m × n.
    #[inline(always)]
    pub(super) fn transposed_times<T: Scalar>(&self, m: usize, n: usize, a: &[T], x: &[T], target: &mut [T]) {
        match self {
            Paths::None => target.copy_from_slice(x),
            Paths::Recursive { effects, .. } => {
                target.copy_from_slice(x);
                for &(i, k) in effects {
                    let effect = a[i * m + k];
                    for j in 0..n {
                        target[k * n + j] += effect * x[i * n + j];
                    }
                }
            }
            Paths::Loops => {
                target.fill(T::ZERO);
                for i in 0..m {
                    for k in 0..m {
                        for j in 0..n {
                            target[k * n + j] += a[i * m + k] * x[i * n + j];
                        }
                    }
                }
            }
        }
    }

    /// `target` = A' X A, X symmetric, m × m; `half` has room for m × m.
    #[inline(always)]
    pub(super) fn transposed_sandwich<T: Scalar>(&self, m: usize, a: &[T], x: &[T], half: &mut [T], target: &mut [T]) {
        self.transposed_times(m, m, a, x, half);
        match self {
            Paths::None => target.copy_from_slice(half),
            Paths::Recursive { effects, .. } => {
                target.copy_from_slice(half);
                for &(i, k) in effects {
                    let effect = a[i * m + k];
                    for j in 0..m {
                        target[j * m + k] += half[j * m + i] * effect;
                    }
                }
            }
            Paths::Loops => kernels::product(half, a, m, m, m, target),
        }
    }

    /// `target` = A v.
    #[inline(always)]
    pub(super) fn times_vector<T: Scalar>(&self, m: usize, a: &[T], v: &[T], target: &mut [T]) {
        match self {
            Paths::None => target.copy_from_slice(v),
            Paths::Recursive { effects, .. } => {
                target.copy_from_slice(v);
                for &(i, k) in effects {
                    target[i] += a[i * m + k] * v[k];
                }
            }
            Paths::Loops => {
                for i in 0..m {
                    target[i] = kernels::dot(&a[i * m..(i + 1) * m], v);
                }
            }
        }
    }
}

/// The latent variables with causes before their effects. `None` with a loop.
fn causes_first(m: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = Vec::with_capacity(m);
    while order.len() < m {
        let ready =
            |i: &usize| !order.contains(i) && edges.iter().all(|(effect, cause)| effect != i || order.contains(cause));
        let next = (0..m).find(ready)?;
        order.push(next);
    }
    Some(order)
}

impl Source {
    /// The value of an element at θ and the moments of fixed x.
    #[inline(always)]
    pub(super) fn value<T: Scalar>(self, theta: &[T], exogenous: &[T]) -> T {
        match self {
            Source::Free(k) => theta[k],
            Source::Fixed(value) => T::from(value),
            Source::Exogenous(k) => exogenous[k],
        }
    }
}
