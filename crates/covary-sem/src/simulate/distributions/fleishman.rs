//! A polynomial of degree three of a standard normal variable, with given skewness and kurtosis.

use covary_numerics::linalg;

use crate::SemError;
use covary_numerics::Matrix;

/// −c + bz + cz² + dz³: mean 0, variance 1.
///
/// # Source
/// Fleishman (1978), Psychometrika 43.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fleishman {
    /// b
    pub linear: f64,
    /// c
    pub square: f64,
    /// d
    pub cube: f64,
}

/// Largest error of the three equations.
const SOLVED: f64 = 1e-12;
const MOST_STEPS: usize = 200;

impl Fleishman {
    /// z itself.
    pub const NORMAL: Fleishman = Fleishman { linear: 1.0, square: 0.0, cube: 0.0 };

    /// The value at z.
    pub fn at(&self, z: f64) -> f64 {
        -self.square + z * (self.linear + z * (self.square + z * self.cube))
    }

    /// The polynomial with this skewness and excess kurtosis; of several the one nearest to z.
    ///
    /// # Errors
    /// [`SemError::Option`] for a pair that no such polynomial has, with the least kurtosis that goes with the skewness.
    pub fn new(skewness: f64, kurtosis: f64, name: &str) -> Result<Fleishman, SemError> {
        if skewness == 0.0 && kurtosis == 0.0 {
            return Ok(Fleishman::NORMAL);
        }
        let starts = [0.0, 0.05, 0.1, 0.2, -0.05, -0.1, 0.3].into_iter().flat_map(|cube| {
            [1.0, 0.8, 0.6, 0.4, 1.2].into_iter().map(move |linear| [linear, skewness.signum() * 0.2, cube])
        });
        let found = starts.filter_map(|start| solve(start, skewness, kurtosis));
        let distance = |p: &Fleishman| (p.linear - 1.0).powi(2) + p.square.powi(2) + p.cube.powi(2);
        found.min_by(|a, b| distance(a).total_cmp(&distance(b))).ok_or_else(|| {
            let least = least_kurtosis(skewness).map_or_else(String::new, |least| {
                format!(": with skewness {skewness} it is at least {least:.3}")
            });
            SemError::Option(format!(
                "{name}: no polynomial of a normal variable (Fleishman 1978) has skewness {skewness} and excess kurtosis \
                 {kurtosis}{least}"
            ))
        })
    }
}

/// Variance − 1, skewness and kurtosis of (b, c, d).
fn moments([b, c, d]: [f64; 3]) -> [f64; 3] {
    let (bb, cc, dd, bd) = (b * b, c * c, d * d, b * d);
    [
        bb + 6.0 * bd + 2.0 * cc + 15.0 * dd - 1.0,
        2.0 * c * (bb + 24.0 * bd + 105.0 * dd + 2.0),
        24.0 * (bd + cc * (1.0 + bb + 28.0 * bd) + dd * (12.0 + 48.0 * bd + 141.0 * cc + 225.0 * dd)),
    ]
}

/// Their derivatives.
fn jacobian([b, c, d]: [f64; 3]) -> Matrix {
    let (bb, cc, dd, bd) = (b * b, c * c, d * d, b * d);
    let rows = [
        [2.0 * b + 6.0 * d, 4.0 * c, 6.0 * b + 30.0 * d],
        [4.0 * b * c + 48.0 * c * d, 2.0 * (bb + 24.0 * bd + 105.0 * dd + 2.0), 2.0 * c * (24.0 * b + 210.0 * d)],
        [
            24.0 * (d + cc * (2.0 * b + 28.0 * d) + 48.0 * dd * d),
            24.0 * (2.0 * c * (1.0 + bb + 28.0 * bd) + 282.0 * c * dd),
            24.0 * (b
                + 28.0 * b * cc
                + 2.0 * d * (12.0 + 48.0 * bd + 141.0 * cc + 225.0 * dd)
                + dd * (48.0 * b + 450.0 * d)),
        ],
    ];
    Matrix::from_fn(3, 3, |i, j| rows[i][j])
}

/// Newton's method with halved steps.
fn solve(start: [f64; 3], skewness: f64, kurtosis: f64) -> Option<Fleishman> {
    let residual = |at: [f64; 3]| {
        let [variance, third, fourth] = moments(at);
        [variance, third - skewness, fourth - kurtosis]
    };
    let size = |r: [f64; 3]| r.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let scale = 1.0 + skewness.abs() + kurtosis.abs();
    let mut at = start;
    for _ in 0..MOST_STEPS {
        let r = residual(at);
        if size(r) < SOLVED * scale {
            // b < 0 is the mirror image: the same distribution.
            let [b, c, d] = at;
            let sign = if b < 0.0 { -1.0 } else { 1.0 };
            return Some(Fleishman { linear: sign * b, square: c, cube: sign * d });
        }
        let step = linalg::solve(&jacobian(at), &r)?;
        let moved = |length: f64| [0, 1, 2].map(|k| at[k] - length * step[k]);
        let lengths = (0..30).map(|k| 0.5f64.powi(k));
        at = lengths.map(moved).find(|next| size(residual(*next)) < size(r))?;
    }
    None
}

/// The least excess kurtosis that a polynomial with this skewness has. `None` where none has the skewness.
///
/// Of (b, d) with c from the variance: the least over d of the kurtosis where the skewness is met.
pub fn least_kurtosis(skewness: f64) -> Option<f64> {
    let wanted = skewness.abs();
    let square = |b: f64, d: f64| {
        let cc = (1.0 - b * b - 6.0 * b * d - 15.0 * d * d) / 2.0;
        (cc >= 0.0).then(|| cc.sqrt())
    };
    let excess = |b: f64, d: f64| Some(moments([b, square(b, d)?, d])[1] - wanted);
    let kurtosis_at = |d: f64| -> Option<f64> {
        let mut least: Option<f64> = None;
        // b from where c = 0, which is where a symmetric distribution lies, inwards.
        let root = (9.0 * d * d - 15.0 * d * d + 1.0).sqrt();
        let (low, high) = (-3.0 * d - root, -3.0 * d + root);
        if !root.is_finite() {
            return None;
        }
        let points: Vec<f64> = (0..=400).map(|k| low + (high - low) * f64::from(k) / 400.0).collect();
        let mut consider = |b: f64| {
            if let Some(c) = square(b, d) {
                let kurtosis = moments([b, c, d])[2];
                least = Some(least.map_or(kurtosis, |l: f64| l.min(kurtosis)));
            }
        };
        if wanted == 0.0 {
            consider(low + 1e-15);
            consider(high - 1e-15);
        }
        for pair in points.windows(2) {
            let (Some(left), Some(right)) = (excess(pair[0], d), excess(pair[1], d)) else { continue };
            if left * right <= 0.0 {
                consider(covary_numerics::root::increasing_root(
                    |b| excess(b, d).map_or(f64::INFINITY, |e| if left < right { e } else { -e }),
                    pair[0],
                    pair[1],
                ));
            }
        }
        least
    };
    let grid: Vec<f64> = (0..=1200).map(|k| -0.41 + 0.82 * f64::from(k) / 1200.0).collect();
    let best = grid.into_iter().filter_map(|d| Some((kurtosis_at(d)?, d))).min_by(|a, b| a.0.total_cmp(&b.0))?;
    // The grid's neighbour is near enough to narrow down by halves.
    let (mut least, mut at) = best;
    let mut width = 0.82 / 1200.0;
    while width > 1e-9 {
        let better = [at - width, at + width]
            .into_iter()
            .filter_map(|d| Some((kurtosis_at(d)?, d)))
            .filter(|(kurtosis, _)| *kurtosis < least)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match better {
            Some((kurtosis, d)) => (least, at) = (kurtosis, d),
            None => width /= 2.0,
        }
    }
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(skewness: f64, kurtosis: f64, expected: [f64; 3]) {
        let found = Fleishman::new(skewness, kurtosis, "x").expect("a polynomial");
        for (own, printed) in [found.linear, found.square, found.cube].into_iter().zip(expected) {
            assert!((own - printed).abs() < 5e-6, "{skewness}, {kurtosis}: {found:?}");
        }
    }

    /// scipy 1.17's `fsolve` on Fleishman's equations, eight digits kept.
    #[test]
    fn coefficients_are_fleishmans() {
        check(1.75, 3.75, [0.929_660_52, 0.399_496_67, -0.036_466_99]);
        check(1.0, 2.0, [0.904_758_3, 0.147_210_82, 0.023_860_92]);
        check(0.0, -1.0, [1.221_009_57, 0.0, -0.080_158_37]);
        check(2.0, 7.0, [0.761_585_27, 0.260_022_6, 0.053_072_27]);
        check(-1.0, 2.0, [0.904_758_3, -0.147_210_82, 0.023_860_92]);
    }

    /// At skewness 0 the least kurtosis on the curve c = 0, found by scipy 1.17's `minimize_scalar`; elsewhere a pair just
    /// inside is reached, one just outside is not.
    #[test]
    fn the_boundary_is_where_solutions_end() {
        let least = least_kurtosis(0.0).expect("a boundary");
        assert!((least + 1.151_32).abs() < 1e-5, "{least}");
        for skewness in [0.0, 0.5, 1.0, 1.75, -1.0] {
            let least = least_kurtosis(skewness).expect("a boundary");
            assert!(Fleishman::new(skewness, least + 0.01, "x").is_ok(), "{skewness}, {least}");
            assert!(Fleishman::new(skewness, least - 0.01, "x").is_err(), "{skewness}, {least}");
        }
    }
}
