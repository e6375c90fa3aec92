//! Power as a function of N: Φ⁻¹(power) = a + b√N.
//!
//! Of a z test with noncentrality δ√N this is exact but for the far tail: power = Φ(δ√N − z_α/2).

use covary_numerics::distributions::{normal_cdf, normal_pdf, normal_quantile};

/// Successes of trials at a sample size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// N.
    pub cases: f64,
    /// Replicates in which the test was significant.
    pub significant: f64,
    /// Replicates.
    pub replicates: f64,
}

/// a, b and their covariance matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbitLine {
    /// a
    pub intercept: f64,
    /// b, per √case.
    pub slope: f64,
    /// var a, cov(a, b), var b.
    pub covariance: [f64; 3],
}

const MOST_STEPS: usize = 100;
/// Fitted shares nearer to 0 or 1 have no weight to speak of.
const EDGE: f64 = 1e-10;

impl ProbitLine {
    /// The maximum-likelihood line through points, by Fisher scoring.
    ///
    /// `None` with fewer than two sample sizes, where power does not rise with N, and where no share lies between 0 and 1.
    ///
    /// # Source
    /// Finney (1971), Probit Analysis.
    pub fn through(points: &[Point]) -> Option<ProbitLine> {
        let informative = points.iter().filter(|p| p.replicates > 0.0).count();
        let partial = points.iter().any(|p| p.significant > 0.0 && p.significant < p.replicates);
        if informative < 2 || !partial {
            return None;
        }
        let (mut intercept, mut slope) = start(points)?;
        for _ in 0..MOST_STEPS {
            // Σ w (1, x)'(1, x) and Σ w r (1, x).
            let (mut information, mut score) = ([0.0; 3], [0.0; 2]);
            for point in points {
                let x = point.cases.sqrt();
                let eta = intercept + slope * x;
                let p = normal_cdf(eta).clamp(EDGE, 1.0 - EDGE);
                let density = normal_pdf(eta);
                let weight = point.replicates * density * density / (p * (1.0 - p));
                let residual = (point.significant - point.replicates * p) * density / (p * (1.0 - p));
                information[0] += weight;
                information[1] += weight * x;
                information[2] += weight * x * x;
                score[0] += residual;
                score[1] += residual * x;
            }
            let determinant = information[0] * information[2] - information[1] * information[1];
            if determinant.is_nan() || determinant <= 1e-12 * information[0] * information[2] {
                return None;
            }
            let covariance =
                [information[2] / determinant, -information[1] / determinant, information[0] / determinant];
            let step = [
                covariance[0] * score[0] + covariance[1] * score[1],
                covariance[1] * score[0] + covariance[2] * score[1],
            ];
            intercept += step[0];
            slope += step[1];
            if !(intercept.is_finite() && slope.is_finite()) {
                return None;
            }
            if step[0].abs() < 1e-10 * (1.0 + intercept.abs()) && step[1].abs() < 1e-10 * (1.0 + slope.abs()) {
                return (slope > 0.0).then_some(ProbitLine { intercept, slope, covariance });
            }
        }
        None
    }

    /// N at which the line reaches a power, and the limits of its 95% interval (delta method on √N).
    ///
    /// `None` where the line is below the power with more than 10⁸ cases, or above it with none.
    pub fn cases_for(&self, power: f64) -> Option<(f64, [f64; 2])> {
        let x = (normal_quantile(power)? - self.intercept) / self.slope;
        if !(x > 0.0 && x < 1e4) {
            return None;
        }
        let [aa, ab, bb] = self.covariance;
        let error = ((aa + 2.0 * x * ab + x * x * bb) / (self.slope * self.slope)).sqrt();
        let half = normal_quantile(0.975)? * error;
        Some((x * x, [(x - half).max(0.0).powi(2), (x + half).powi(2)]))
    }
}

/// The straight line through the empirical probits.
fn start(points: &[Point]) -> Option<(f64, f64)> {
    let z = |p: &Point| Some((p.cases.sqrt(), normal_quantile((p.significant + 0.5) / (p.replicates + 1.0))?));
    let pairs: Vec<(f64, f64)> = points.iter().filter(|p| p.replicates > 0.0).filter_map(z).collect();
    let n = pairs.len() as f64;
    let (x, y) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let xx: f64 = pairs.iter().map(|p| (p.0 - x).powi(2)).sum();
    let xy: f64 = pairs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    (xx > 0.0).then(|| (y - xy / xx * x, xy / xx))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.2.2, glm(cbind(s, 1000 - s) ~ sqrt(n), binomial("probit")): coefficients, vcov; 1e-6.
    #[test]
    fn the_line_is_that_of_glm() {
        let points: Vec<Point> = [(100.0, 381.0), (150.0, 560.0), (200.0, 702.0), (300.0, 868.0)]
            .map(|(cases, significant)| Point { cases, significant, replicates: 1000.0 })
            .to_vec();
        let line = ProbitLine::through(&points).expect("a line");
        let expected =
            [-2.239_188_182_061, 0.194_689_101_169, 0.012_541_483_719_6, -9.290_167_683_7e-4, 7.138_089_091_96e-5];
        let own = [line.intercept, line.slope, line.covariance[0], line.covariance[1], line.covariance[2]];
        for (own, expected) in own.iter().zip(expected) {
            assert!((own - expected).abs() < 1e-6 * expected.abs().max(1e-3), "{own}, {expected}");
        }
        let (n, [low, high]) = line.cases_for(0.8).expect("an N");
        assert!(low < n && n < high && (240.0..260.0).contains(&n), "{n}: {low}, {high}");
    }

    #[test]
    fn lines_that_do_not_exist() {
        let point = |cases, significant| Point { cases, significant, replicates: 100.0 };
        assert_eq!(ProbitLine::through(&[]), None);
        assert_eq!(ProbitLine::through(&[point(100.0, 50.0)]), None);
        assert_eq!(ProbitLine::through(&[point(100.0, 100.0), point(200.0, 100.0)]), None);
        assert_eq!(ProbitLine::through(&[point(100.0, 60.0), point(200.0, 40.0)]), None);
        assert_eq!(ProbitLine::through(&[point(100.0, 60.0), point(100.0, 62.0)]), None);
    }
}
