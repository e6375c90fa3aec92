//! Missing answers: every cluster by itself, its cases by pattern.

use std::ops::Range;

use covary_numerics::{Matrix, Scalar};

use super::{ClusterScratch, JointMoments};
use crate::kernels;

/// Clusters with missing answers at either level.
#[derive(Clone, Debug)]
pub struct IncompleteClusters {
    /// Patterns of y over all cases.
    patterns: Vec<CasePattern>,
    /// Clusters by pattern of z.
    by_between: Vec<BetweenPattern>,
    cases: f64,
}

/// Cases with the same answers of level 1.
#[derive(Clone, Debug)]
struct CasePattern {
    observed: Vec<usize>,
    cases: f64,
    /// Sums of squares and products about the means of cluster and pattern, |o| × |o|.
    products: Matrix,
}

/// Clusters with the same answers of level 2.
#[derive(Clone, Debug)]
struct BetweenPattern {
    observed: Vec<usize>,
    clusters: Vec<IncompleteCluster>,
}

#[derive(Clone, Debug)]
struct IncompleteCluster {
    /// Observed z.
    between: Vec<f64>,
    parts: Vec<ClusterPart>,
    /// Variables of level 1 that any case has answered.
    answered: Vec<usize>,
}

/// The cases of a cluster with one pattern.
#[derive(Clone, Debug)]
struct ClusterPart {
    pattern: usize,
    cases: f64,
    /// Means of the observed variables.
    mean: Vec<f64>,
}

impl IncompleteClusters {
    pub(super) fn new(rows: &Matrix, first_rows: &[usize], between: &Matrix, clusters: Range<usize>) -> Self {
        let mut new = IncompleteClusters { patterns: Vec::new(), by_between: Vec::new(), cases: 0.0 };
        for j in clusters {
            let mut by_pattern: Vec<(usize, Vec<usize>)> = Vec::new();
            for i in first_rows[j]..first_rows[j + 1] {
                let pattern = new.pattern(known(rows.row(i)));
                match by_pattern.iter_mut().find(|(other, _)| *other == pattern) {
                    Some((_, members)) => members.push(i),
                    None => by_pattern.push((pattern, vec![i])),
                }
            }
            let parts: Vec<ClusterPart> =
                by_pattern.into_iter().map(|(pattern, members)| new.part(rows, pattern, &members)).collect();
            let answered =
                (0..rows.columns()).filter(|k| parts.iter().any(|p| new.patterns[p.pattern].observed.contains(k)));
            let answered = answered.collect();
            let observed = known(between.row(j));
            let cluster =
                IncompleteCluster { between: observed.iter().map(|k| between[(j, *k)]).collect(), parts, answered };
            match new.by_between.iter_mut().find(|other| other.observed == observed) {
                Some(pattern) => pattern.clusters.push(cluster),
                None => new.by_between.push(BetweenPattern { observed, clusters: vec![cluster] }),
            }
        }
        new
    }

    fn pattern(&mut self, observed: Vec<usize>) -> usize {
        if let Some(known) = self.patterns.iter().position(|pattern| pattern.observed == observed) {
            return known;
        }
        let o = observed.len();
        self.patterns.push(CasePattern { observed, cases: 0.0, products: Matrix::zeros(o, o) });
        self.patterns.len() - 1
    }

    fn part(&mut self, rows: &Matrix, pattern: usize, members: &[usize]) -> ClusterPart {
        let of = &mut self.patterns[pattern];
        let (mean, covariance) = if of.observed.is_empty() {
            (Vec::new(), Matrix::zeros(0, 0))
        } else {
            covary_numerics::moments::mean_and_covariance(&rows.select(members, &of.observed))
        };
        let cases = members.len() as f64;
        of.products = of.products.plus(&covariance.scaled(cases));
        of.cases += cases;
        self.cases += cases;
        ClusterPart { pattern, cases, mean }
    }

    pub(super) fn mean_size(&self) -> (f64, f64) {
        let clusters: usize = self.by_between.iter().map(|pattern| pattern.clusters.len()).sum();
        (self.cases / clusters as f64, clusters as f64)
    }

    /// With z partialled out of (Σ_B, μ), per cluster A = Σ K_i'Σ_W,oo⁻¹K_i, b = Σ K_i'Σ_W,oo⁻¹e_i, T = I + Σ_BA:
    ///
    /// Σ_i (ln|Σ_W,oo| + e_i'Σ_W,oo⁻¹e_i) + ln|T| − b'T⁻¹Σ_Bb + ln|Σ_zz| + ζ'Σ_zz⁻¹ζ, ζ = z − μ_z.
    ///
    /// With P = T⁻¹Σ_B and h = Pb, covariance matrix and mean of the between parts given the answers, and c = b − Ah:
    /// on Σ_B|z A − APA − cc', on μ_y|z −2c, on Σ_W,oo Σ_i Σ_W,oo⁻¹ − Σ_W,oo⁻¹[(e_i − h)(e_i − h)' + P]_ooΣ_W,oo⁻¹.
    ///
    /// # Source
    /// du Toit and du Toit (2008), in de Leeuw and Meijer (eds.), Handbook of Multilevel Analysis.
    pub(super) fn evaluate<T: Scalar>(
        &self,
        moments: &JointMoments<T>,
        gradient: &mut JointMoments<T>,
        scratch: &mut ClusterScratch<T>,
    ) -> Option<T> {
        let mut value = T::ZERO;
        // Σ_W,oo⁻¹ of every pattern, and what Σ_W,oo⁻¹[·]Σ_W,oo⁻¹ is taken of.
        let mut inverses = Vec::with_capacity(self.patterns.len());
        let mut spreads = Vec::with_capacity(self.patterns.len());
        for pattern in &self.patterns {
            let (log_determinant, inverse) = inverse_of(&moments.within, moments.p, &pattern.observed)?;
            value += T::from(pattern.cases) * log_determinant;
            for (inverse, product) in inverse.iter().zip(pattern.products.values()) {
                value += *inverse * T::from(*product);
            }
            inverses.push(inverse);
            spreads.push(pattern.products.values().iter().map(|v| T::from(*v)).collect::<Vec<T>>());
        }
        for between in &self.by_between {
            value += self.of_between(between, moments, gradient, &inverses, &mut spreads, scratch)?;
        }
        for ((pattern, inverse), spread) in self.patterns.iter().zip(&inverses).zip(&spreads) {
            let o = pattern.observed.len();
            let (mut half, mut whole) = (vec![T::ZERO; o * o], vec![T::ZERO; o * o]);
            kernels::product(inverse, spread, o, o, o, &mut half);
            kernels::product(&half, inverse, o, o, o, &mut whole);
            for (a, i) in pattern.observed.iter().enumerate() {
                for (b, j) in pattern.observed.iter().enumerate() {
                    gradient.within[i * moments.p + j] +=
                        T::from(pattern.cases) * inverse[a * o + b] - whole[a * o + b];
                }
            }
        }
        Some(value)
    }

    /// The clusters of one pattern of z.
    fn of_between<T: Scalar>(
        &self,
        pattern: &BetweenPattern,
        moments: &JointMoments<T>,
        gradient: &mut JointMoments<T>,
        inverses: &[Vec<T>],
        spreads: &mut [Vec<T>],
        scratch: &mut ClusterScratch<T>,
    ) -> Option<T> {
        let (p, q, r, z) = (moments.p, moments.q, moments.r(), &pattern.observed);
        let k = z.len();
        let (log_determinant, inverse_z) = inverse_of(&moments.joint, r, z)?;
        // Regression of the between parts on z, p × k, and what it leaves of Σ_B, p × p.
        let mut regression = vec![T::ZERO; p * k];
        let mut left = vec![T::ZERO; p * p];
        for i in 0..p {
            for b in 0..k {
                for a in 0..k {
                    regression[i * k + b] += moments.joint[(q + i) * r + z[a]] * inverse_z[a * k + b];
                }
            }
            for j in 0..p {
                left[i * p + j] = moments.joint[(q + i) * r + q + j];
                for a in 0..k {
                    let change = regression[i * k + a] * moments.joint[z[a] * r + q + j];
                    left[i * p + j] -= change;
                }
            }
        }
        let mut value = T::ZERO;
        let mut sums = BetweenSums::new(p, k);
        for cluster in &pattern.clusters {
            let mut deviation = Vec::with_capacity(k); // ζ
            for (value, variable) in cluster.between.iter().zip(z) {
                deviation.push(T::from(*value) - moments.mean[*variable]);
            }
            let solved: Vec<T> = (0..k).map(|a| kernels::dot(&inverse_z[a * k..(a + 1) * k], &deviation)).collect();
            let expected: Vec<T> = (0..p)
                .map(|i| moments.mean[q + i] + kernels::dot(&regression[i * k..(i + 1) * k], &deviation))
                .collect();
            value += log_determinant + kernels::dot(&solved, &deviation);
            value += self.of_cluster(cluster, &left, &expected, inverses, spreads, &mut sums, scratch, p)?;
            sums.add_between(&solved);
        }
        sums.add_to(gradient, z, &regression, &inverse_z, pattern.clusters.len() as f64);
        Some(value)
    }

    /// One cluster given z; its gradient on Σ_B|z and μ_y|z into `sums`.
    #[allow(clippy::too_many_arguments)] // one step of a long formula
    fn of_cluster<T: Scalar>(
        &self,
        cluster: &IncompleteCluster,
        left: &[T],
        expected: &[T],
        inverses: &[Vec<T>],
        spreads: &mut [Vec<T>],
        sums: &mut BetweenSums<T>,
        scratch: &mut ClusterScratch<T>,
        p: usize,
    ) -> Option<T> {
        let [precision, factor, small, posterior, room, spare] = &mut scratch.squares;
        let [pull, location, carried, _] = &mut scratch.vectors;
        let mut value = T::ZERO;
        precision[..p * p].fill(T::ZERO); // A
        pull[..p].fill(T::ZERO); // b
        for part in &cluster.parts {
            let (observed, inverse) = (&self.patterns[part.pattern].observed, &inverses[part.pattern]);
            let o = observed.len();
            let cases = T::from(part.cases);
            for (a, i) in observed.iter().enumerate() {
                let mut solved = T::ZERO;
                for (b, j) in observed.iter().enumerate() {
                    precision[i * p + j] += cases * inverse[a * o + b];
                    solved += inverse[a * o + b] * (T::from(part.mean[b]) - expected[*j]);
                }
                pull[*i] += cases * solved;
                value += cases * solved * (T::from(part.mean[a]) - expected[*i]);
            }
        }
        // A_aa = RR' over the answered variables; ln|T| = ln|I + R'Σ_BR|, P = Σ_B − Σ_BR(I + R'Σ_BR)⁻¹R'Σ_B.
        let answered = &cluster.answered;
        let n = answered.len();
        let root = &mut factor[..n * n];
        for (a, i) in answered.iter().enumerate() {
            for (b, j) in answered.iter().enumerate() {
                root[a * n + b] = precision[i * p + j];
            }
        }
        kernels::cholesky(root, n)?;
        for a in 0..n {
            root[a * n + a] = root[a * n + a].recip();
            root[a * n + a + 1..(a + 1) * n].fill(T::ZERO);
        }
        // Σ_BR, p × n.
        let reach = &mut room[..p * n];
        for i in 0..p {
            for b in 0..n {
                let mut sum = T::ZERO;
                for a in b..n {
                    sum += left[i * p + answered[a]] * root[a * n + b];
                }
                reach[i * n + b] = sum;
            }
        }
        let core = &mut small[..n * n];
        for a in 0..n {
            for b in 0..n {
                let mut sum = if a == b { T::ONE } else { T::ZERO };
                for c in a..n {
                    sum += root[c * n + a] * reach[answered[c] * n + b];
                }
                core[a * n + b] = sum;
            }
        }
        value += kernels::cholesky(core, n)?;
        let inverse = &mut factor[..n * n];
        kernels::inverse_from_cholesky(core, n, inverse);
        let weighted = &mut spare[..p * n];
        kernels::product(reach, inverse, p, n, n, weighted);
        for i in 0..p {
            for j in 0..=i {
                let element = left[i * p + j] - kernels::dot(&weighted[i * n..(i + 1) * n], &reach[j * n..(j + 1) * n]);
                posterior[i * p + j] = element;
                posterior[j * p + i] = element;
            }
        }
        for i in 0..p {
            location[i] = kernels::dot(&posterior[i * p..(i + 1) * p], &pull[..p]); // h
        }
        value -= kernels::dot(&pull[..p], &location[..p]);
        for i in 0..p {
            carried[i] = pull[i] - kernels::dot(&precision[i * p..(i + 1) * p], &location[..p]); // c
        }
        for part in &cluster.parts {
            let observed = &self.patterns[part.pattern].observed;
            let o = observed.len();
            let cases = T::from(part.cases);
            let remainder = |a: usize| T::from(part.mean[a]) - expected[observed[a]] - location[observed[a]];
            for a in 0..o {
                for b in 0..o {
                    let spread = remainder(a) * remainder(b) + posterior[observed[a] * p + observed[b]];
                    spreads[part.pattern][a * o + b] += cases * spread;
                }
            }
        }
        // AP, then A − APA − cc'.
        let (half, whole) = (&mut small[..p * p], &mut factor[..p * p]);
        kernels::product(&precision[..p * p], &posterior[..p * p], p, p, p, half);
        kernels::product(half, &precision[..p * p], p, p, p, whole);
        for i in 0..p {
            for j in 0..p {
                sums.on_left[i * p + j] += precision[i * p + j] - whole[i * p + j] - carried[i] * carried[j];
            }
        }
        for (target, c) in sums.last_on_expected.iter_mut().zip(&carried[..p]) {
            *target = -(*c + *c);
        }
        Some(value)
    }
}

/// Gradients on Σ_B|z and μ_y|z, summed over clusters, and their products with Σ_zz⁻¹ζ = w.
struct BetweenSums<T> {
    p: usize,
    k: usize,
    on_left: Vec<T>,
    last_on_expected: Vec<T>,
    on_expected: Vec<T>,
    /// Σ g w', p × k.
    crossed: Vec<T>,
    /// Σ ww' and Σ w.
    squares: Vec<T>,
    solved: Vec<T>,
}

impl<T: Scalar> BetweenSums<T> {
    fn new(p: usize, k: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        BetweenSums {
            p,
            k,
            on_left: zeros(p * p),
            last_on_expected: zeros(p),
            on_expected: zeros(p),
            crossed: zeros(p * k),
            squares: zeros(k * k),
            solved: zeros(k),
        }
    }

    fn add_between(&mut self, solved: &[T]) {
        let k = self.k;
        for (i, g) in self.last_on_expected.iter().enumerate() {
            self.on_expected[i] += *g;
            for (a, w) in solved.iter().enumerate() {
                self.crossed[i * k + a] += *g * *w;
            }
        }
        for (a, v) in solved.iter().enumerate() {
            self.solved[a] += *v;
            for (b, w) in solved.iter().enumerate() {
                self.squares[a * k + b] += *v * *w;
            }
        }
    }

    /// With B = Σ_yzΣ_zz⁻¹, G and g the sums: on Σ_yy G, on Σ_yz −GB + ½Σgw', on Σ_zz B'GB − ½(B'Σgw' + its transpose)
    /// + JΣ_zz⁻¹ − Σww', on μ_y g, on μ_z −B'g − 2Σw.
    fn add_to(&self, gradient: &mut JointMoments<T>, z: &[usize], regression: &[T], inverse_z: &[T], clusters: f64) {
        let (p, k, q, r) = (self.p, self.k, gradient.q, gradient.r());
        let half = T::from(0.5);
        let mut carried = vec![T::ZERO; p * k]; // GB
        kernels::product(&self.on_left, regression, p, p, k, &mut carried);
        for i in 0..p {
            gradient.mean[q + i] += self.on_expected[i];
            for j in 0..p {
                gradient.joint[(q + i) * r + q + j] += self.on_left[i * p + j];
            }
            for a in 0..k {
                let element = half * self.crossed[i * k + a] - carried[i * k + a];
                gradient.joint[(q + i) * r + z[a]] += element;
                gradient.joint[z[a] * r + q + i] += element;
            }
        }
        let along = |left: &[T], a: usize, right: &[T], b: usize| {
            let mut sum = T::ZERO;
            for i in 0..p {
                sum += left[i * k + a] * right[i * k + b];
            }
            sum
        };
        for a in 0..k {
            let mut on_mean = -(self.solved[a] + self.solved[a]);
            for i in 0..p {
                on_mean -= regression[i * k + a] * self.on_expected[i];
            }
            gradient.mean[z[a]] += on_mean;
            for b in 0..k {
                let crossed = along(regression, a, &self.crossed, b) + along(&self.crossed, a, regression, b);
                gradient.joint[z[a] * r + z[b]] += along(regression, a, &carried, b) - half * crossed
                    + T::from(clusters) * inverse_z[a * k + b]
                    - self.squares[a * k + b];
            }
        }
    }
}

/// Positions of the values that are known.
fn known(values: &[f64]) -> Vec<usize> {
    (0..values.len()).filter(|k| !values[*k].is_nan()).collect()
}

/// ln|·| and inverse of the sub-block of some variables. `None` unless positive definite.
fn inverse_of<T: Scalar>(matrix: &[T], order: usize, variables: &[usize]) -> Option<(T, Vec<T>)> {
    let n = variables.len();
    let mut factor: Vec<T> = Vec::with_capacity(n * n);
    for i in variables {
        factor.extend(variables.iter().map(|j| matrix[i * order + j]));
    }
    let log_determinant = kernels::cholesky(&mut factor, n)?;
    let mut inverse = vec![T::ZERO; n * n];
    kernels::inverse_from_cholesky(&mut factor, n, &mut inverse);
    Some((log_determinant, inverse))
}
