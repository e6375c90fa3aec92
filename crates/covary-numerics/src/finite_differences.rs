//! Derivatives by differences, for tests and as a fallback.

use crate::Matrix;

/// The gradient of `f` at `x` by central differences with Richardson extrapolation.
///
/// For each variable the difference quotient is taken at steps h, h/2, h/4, …, with h = .01·max(|x|, 1),
/// and extrapolated to 0; of the extrapolations the one that differs least from its neighbours is taken.
/// Good to about 10⁻¹¹ of the largest derivative for a smooth function computed to full precision.
/// Steps at which `f` is not finite, beyond the edge of its domain, are left out; NaN where none remain.
///
/// # Source
/// Ridders (1982), Advances in Engineering Software 4.
pub fn gradient(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    jacobian(|x| vec![f(x)], x).values().to_vec()
}

/// The Jacobian (outputs × inputs) of `f` at `x` by central differences with Richardson extrapolation.
///
/// As [`gradient`], each output on its own. Hessian: the Jacobian of a gradient.
pub fn jacobian(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Matrix {
    let columns: Vec<Vec<f64>> = (0..x.len()).map(|j| partial_derivatives(&f, x, j)).collect();
    // Without inputs there is still a number of outputs.
    let outputs = columns.first().map_or_else(|| f(x).len(), Vec::len);
    Matrix::from_fn(outputs, x.len(), |i, j| columns[j][i])
}

/// Steps halved so often.
const LEVELS: usize = 10;

/// All outputs differentiated by input `j`.
fn partial_derivatives(f: &impl Fn(&[f64]) -> Vec<f64>, x: &[f64], j: usize) -> Vec<f64> {
    let mut moved = x.to_vec();
    let first_step = 0.01 * x[j].abs().max(1.0);
    let quotients: Vec<Vec<f64>> = (0..LEVELS)
        .map(|level| {
            let step = first_step / f64::from(1u32 << level);
            let (above, below) = (x[j] + step, x[j] - step);
            moved[j] = above;
            let right = f(&moved);
            moved[j] = below;
            let left = f(&moved);
            // The step as it came out after rounding.
            right.iter().zip(&left).map(|(r, l)| (r - l) / (above - below)).collect()
        })
        .collect();
    (0..quotients[0].len())
        .map(|output| extrapolate(quotients.iter().map(|at_step| at_step[output]).filter(|d| d.is_finite())))
        .collect()
}

/// Neville's tableau of difference quotients at halved steps, whose errors are even powers of the step.
fn extrapolate(quotients: impl Iterator<Item = f64>) -> f64 {
    let mut row: Vec<f64> = Vec::with_capacity(LEVELS);
    let mut best = (f64::INFINITY, f64::NAN);
    for quotient in quotients {
        let mut next = vec![quotient];
        let mut power = 1.0;
        for (k, coarser) in row.iter().enumerate() {
            power *= 4.0;
            let finer = next[k];
            let extrapolated = finer + (finer - coarser) / (power - 1.0);
            let error = (extrapolated - finer).abs().max((extrapolated - coarser).abs());
            if error <= best.0 {
                best = (error, extrapolated);
            }
            next.push(extrapolated);
        }
        if best.1.is_nan() {
            best.1 = quotient;
        }
        row = next;
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradient_of_a_smooth_function() {
        // f = x² y + e^z sin y
        let f = |v: &[f64]| v[0] * v[0] * v[1] + v[2].exp() * v[1].sin();
        for x in [[1.5f64, -2.0, 0.3], [0.0, 0.0, 0.0], [1e3, 1e-3, -5.0]] {
            let exact = [2.0 * x[0] * x[1], x[0] * x[0] + x[2].exp() * x[1].cos(), x[2].exp() * x[1].sin()];
            for (computed, exact) in gradient(f, &x).iter().zip(exact) {
                assert!((computed - exact).abs() < 1e-10 * exact.abs().max(1.0), "{computed} for {exact}");
            }
        }
    }

    #[test]
    fn jacobian_has_a_row_for_each_output() {
        let matrix = jacobian(|v| vec![v[0] * v[1], v[1].powi(3), v[0].ln()], &[2.0, 3.0]);
        let exact = [3.0, 2.0, 0.0, 27.0, 0.5, 0.0];
        assert_eq!((matrix.rows(), matrix.columns()), (3, 2));
        for (computed, exact) in matrix.values().iter().zip(exact) {
            assert!((computed - exact).abs() < 1e-10, "{computed} for {exact}");
        }
    }

    #[test]
    fn near_the_edge_of_the_domain_only_steps_within_count() {
        let computed = gradient(|v| v[0].ln(), &[1e-3])[0];
        assert!((computed / 1e3 - 1.0).abs() < 1e-8, "{computed}");
        assert!(gradient(|_| f64::NAN, &[1.0])[0].is_nan());
    }
}
