//! Little's test that answers are missing completely at random, and the EM estimates it needs.

use covary_numerics::{Matrix, distributions::chi_squared_sf, linalg::Cholesky, moments::mean_and_covariance};

use super::LittleTest;

/// Little's test that answers are missing completely at random.
///
/// d² = Σ_j n_j (ȳ_j − μ̂_j)' Σ̂_j⁻¹ (ȳ_j − μ̂_j) over the patterns j of answered variables, with the
/// maximum likelihood estimates of a saturated normal model restricted to the variables that the
/// pattern answers; df = Σ_j p_j − p. Cases without any answer are left out.
///
/// `values`: variables × cases. `None` where nothing is missing, there is one pattern only, a variable
/// is never answered, or a covariance matrix has no inverse.
///
/// # Source
/// Little (1988), JASA 83, equation 5, Σ̂ with divisor N as naniar::mcar_test has it (its airquality
/// example is reproduced).
pub fn little_test(values: &[Vec<Option<f64>>]) -> Option<LittleTest> {
    let patterns = patterns(values);
    let variables = values.len();
    let is_complete = |pattern: &Pattern| pattern.answered.len() == variables;
    if patterns.len() < 2 || patterns.iter().all(is_complete) {
        return None;
    }
    let estimates = expectation_maximisation(values, &patterns)?;
    let mut chi_squared = 0.0;
    let mut answered = 0;
    for pattern in &patterns {
        let deviation: Vec<f64> =
            pattern.answered.iter().zip(&pattern.means).map(|(&j, mean)| mean - estimates.means[j]).collect();
        let factor = Cholesky::new(&estimates.covariance.select(&pattern.answered, &pattern.answered))?;
        let half = factor.forward_vector(&deviation);
        chi_squared += pattern.cases * half.iter().map(|z| z * z).sum::<f64>();
        answered += pattern.answered.len();
    }
    let df = answered.checked_sub(variables).filter(|df| *df > 0)?;
    Some(LittleTest {
        chi_squared,
        df,
        p: chi_squared_sf(chi_squared, df as f64),
        patterns: patterns.len(),
        iterations: estimates.iterations,
        converged: estimates.converged,
    })
}

/// The cases that answered the same variables: all that the normal likelihood needs of them.
struct Pattern {
    answered: Vec<usize>,
    missing: Vec<usize>,
    cases: f64,
    means: Vec<f64>,
    /// Divisor n_j.
    covariance: Matrix,
}

/// Patterns in the order in which they are met.
fn patterns(values: &[Vec<Option<f64>>]) -> Vec<Pattern> {
    let cases = values.first().map_or(0, Vec::len);
    let mut by_answered: indexmap::IndexMap<Vec<usize>, Vec<usize>> = indexmap::IndexMap::new();
    for case in 0..cases {
        let answered: Vec<usize> = (0..values.len()).filter(|&j| values[j][case].is_some()).collect();
        if !answered.is_empty() {
            by_answered.entry(answered).or_default().push(case);
        }
    }
    by_answered
        .into_iter()
        .map(|(answered, cases)| {
            // Every answer of the pattern is there, by construction.
            let answer = |i: usize, a: usize| values[answered[a]][cases[i]].unwrap_or_default();
            let (means, covariance) = mean_and_covariance(&Matrix::from_fn(cases.len(), answered.len(), answer));
            Pattern {
                missing: (0..values.len()).filter(|j| !answered.contains(j)).collect(),
                cases: cases.len() as f64,
                means,
                covariance,
                answered,
            }
        })
        .collect()
}

/// Maximum likelihood estimates of means and covariances (divisor N).
struct Estimates {
    means: Vec<f64>,
    covariance: Matrix,
    iterations: usize,
    converged: bool,
}

/// EM for the saturated normal model, on the moments of each pattern.
///
/// Starts from the means and variances of the answers there are, uncorrelated. Converged when nothing
/// changes by more than 10⁻⁹ of the standard deviations concerned.
///
/// # Source
/// Dempster, Laird and Rubin (1977); Beale and Little (1975).
fn expectation_maximisation(values: &[Vec<Option<f64>>], patterns: &[Pattern]) -> Option<Estimates> {
    const TOLERANCE: f64 = 1e-9;
    const MOST_ITERATIONS: usize = 5000;
    let (mut means, mut covariance) = starting_values(values)?;
    for iteration in 1..=MOST_ITERATIONS {
        let (next_means, next_covariance) = one_step(&means, &covariance, patterns)?;
        let change = largest_change(&means, &covariance, &next_means, &next_covariance);
        (means, covariance) = (next_means, next_covariance);
        if change <= TOLERANCE {
            return Some(Estimates { means, covariance, iterations: iteration, converged: true });
        }
    }
    Some(Estimates { means, covariance, iterations: MOST_ITERATIONS, converged: false })
}

/// `None` where a variable does not vary.
fn starting_values(values: &[Vec<Option<f64>>]) -> Option<(Vec<f64>, Matrix)> {
    let moments: Vec<_> = values
        .iter()
        .map(|variable| {
            let answers: Vec<f64> = variable.iter().copied().flatten().collect();
            covary_numerics::moments::central_moments(&answers).filter(|moments| moments.sum2 > 0.0)
        })
        .collect::<Option<_>>()?;
    let variances: Vec<f64> = moments.iter().map(|m| m.sum2 / m.n as f64).collect();
    Some((moments.iter().map(|m| m.mean).collect(), Matrix::from_diagonal(&variances)))
}

/// One E step and one M step: expected sums of deviations from the means, and of their products.
fn one_step(means: &[f64], covariance: &Matrix, patterns: &[Pattern]) -> Option<(Vec<f64>, Matrix)> {
    let p = means.len();
    let total: f64 = patterns.iter().map(|pattern| pattern.cases).sum();
    let mut sums = vec![0.0; p];
    let mut products = Matrix::zeros(p, p);
    for pattern in patterns {
        let expected = expected_moments(means, covariance, pattern)?;
        for i in 0..p {
            sums[i] += pattern.cases * expected.deviation[i];
            for j in 0..p {
                products[(i, j)] += pattern.cases * expected.product[(i, j)];
            }
        }
    }
    let shift: Vec<f64> = sums.iter().map(|sum| sum / total).collect();
    let next_means = means.iter().zip(&shift).map(|(mean, shift)| mean + shift).collect();
    let next = Matrix::from_fn(p, p, |i, j| products[(i, j)] / total - shift[i] * shift[j]);
    Some((next_means, next))
}

/// Per case of a pattern: E(x − μ) and E(x − μ)(x − μ)' given what was answered.
struct ExpectedMoments {
    deviation: Vec<f64>,
    product: Matrix,
}

fn expected_moments(means: &[f64], covariance: &Matrix, pattern: &Pattern) -> Option<ExpectedMoments> {
    let p = means.len();
    let (o, m) = (&pattern.answered, &pattern.missing);
    // B' = Σ_oo⁻¹ Σ_om: the regression of what is missing on what is answered.
    let factor = Cholesky::new(&covariance.select(o, o))?;
    let regression = factor.solve(&covariance.select(o, m)).transpose();
    let deviation: Vec<f64> = o.iter().zip(&pattern.means).map(|(&j, mean)| mean - means[j]).collect();
    let observed = Matrix::from_fn(o.len(), o.len(), |a, b| pattern.covariance[(a, b)] + deviation[a] * deviation[b]);
    let cross = regression.times(&observed);
    let residual = covariance.select(m, m).minus(&regression.times(&covariance.select(o, m)));
    let imputed = cross.times(&regression.transpose()).plus(&residual);
    let mut expected = ExpectedMoments { deviation: vec![0.0; p], product: Matrix::zeros(p, p) };
    for (a, &i) in o.iter().enumerate() {
        expected.deviation[i] = deviation[a];
        for (b, &j) in o.iter().enumerate() {
            expected.product[(i, j)] = observed[(a, b)];
        }
    }
    for ((a, &i), value) in m.iter().enumerate().zip(regression.times_vector(&deviation)) {
        expected.deviation[i] = value;
        for (b, &j) in o.iter().enumerate() {
            expected.product[(i, j)] = cross[(a, b)];
            expected.product[(j, i)] = cross[(a, b)];
        }
        for (b, &j) in m.iter().enumerate() {
            expected.product[(i, j)] = imputed[(a, b)];
        }
    }
    Some(expected)
}

/// The largest change of a mean or covariance, in standard deviations.
fn largest_change(means: &[f64], covariance: &Matrix, next_means: &[f64], next: &Matrix) -> f64 {
    let sd: Vec<f64> = next.diagonal().iter().map(|variance| variance.max(f64::MIN_POSITIVE).sqrt()).collect();
    let of_means = (0..sd.len()).map(|i| (next_means[i] - means[i]).abs() / sd[i]).fold(0.0, f64::max);
    let p = sd.len();
    (0..p * p)
        .map(|e| (e / p, e % p))
        .map(|(i, j)| (next[(i, j)] - covariance[(i, j)]).abs() / (sd[i] * sd[j]))
        .fold(of_means, f64::max)
}
