//! Where the search begins.

use covary_numerics::{Matrix, linalg};

use crate::{
    ParameterTable, Sample,
    model_matrices::{BlockLayout, MatrixName, ModelMatrices, Position, Source},
    sample::BlockSample,
};

/// Schemes of starting values, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartingValues {
    /// Estimates without iteration: loadings by instruments (FABIN2), factor covariances from those of
    /// their indicators, regressions by least squares among the factors; factor by factor, so that
    /// second-order factors begin from the first-order ones.
    Noniterative,
    /// Loadings 1, latent variances half of the marker's, regressions and covariances 0, residual
    /// variances half of the observed.
    Plain,
    /// As `Plain`, with residual variances at 9/10 of the observed and latent variances at 1/20.
    Cautious,
}

impl StartingValues {
    /// All schemes, first to last.
    pub const ALL: [StartingValues; 3] =
        [StartingValues::Noniterative, StartingValues::Plain, StartingValues::Cautious];

    /// θ at the start; values given by the user go before the scheme's.
    pub fn theta(self, matrices: &ModelMatrices, table: &ParameterTable, sample: &Sample) -> Vec<f64> {
        let mut theta = vec![0.0; matrices.free];
        for (block, layout) in matrices.blocks.iter().enumerate() {
            let start = BlockStart::new(self, layout, &sample.to_begin_with(block));
            for (position, source) in layout.entries() {
                if let Source::Free(k) = source {
                    theta[k] = start.value(layout, position);
                }
            }
        }
        for frequency in &matrices.frequencies {
            if let Source::Free(k) = frequency.source {
                theta[k] = sample.blocks[frequency.block].weighted_cases().ln();
            }
        }
        for row in &table.rows {
            if let (Some(k), Some(start)) = (row.free, row.start) {
                theta[k] = start;
            }
        }
        theta
    }
}

/// The value brought between two bounds. Moments between clusters need not be a covariance matrix, so that bounds may be
/// no numbers or in the wrong order, which `clamp` does not bear.
fn within(value: f64, low: f64, high: f64) -> f64 {
    value.max(low).min(high)
}

/// What is known of one block: loadings, and moments of all variables of the matrices.
struct BlockStart {
    loadings: Matrix,
    regressions: Matrix,
    /// (Residual) covariances of latent variables.
    latent_residual: Matrix,
    residual_variances: Vec<f64>,
    observed_intercepts: Vec<f64>,
    latent_intercepts: Vec<f64>,
}

impl BlockStart {
    fn new(scheme: StartingValues, layout: &BlockLayout, sample: &BlockSample) -> Self {
        let known = Known::new(scheme, layout, sample);
        let (p, m) = (layout.observed.len(), layout.latent.len());
        let own_share = if scheme == StartingValues::Cautious { 0.9 } else { 0.5 };
        let mut start = BlockStart {
            loadings: known.loadings.clone(),
            regressions: known.regressions.clone(),
            latent_residual: Matrix::zeros(m, m),
            residual_variances: (0..p).map(|i| own_share * sample.covariance[(i, i)]).collect(),
            observed_intercepts: sample.mean.clone().unwrap_or_else(|| vec![0.0; p]),
            latent_intercepts: vec![0.0; m],
        };
        start.set_latent_residual(layout, &known, scheme);
        if scheme == StartingValues::Noniterative {
            start.set_residual_variances(layout, &known, sample);
        }
        start.set_latent_intercepts(layout, sample);
        start
    }

    fn value(&self, layout: &BlockLayout, position: Position) -> f64 {
        let (i, j) = (position.row, position.column);
        match position.matrix {
            MatrixName::Loadings => self.loadings[(i, j)],
            MatrixName::Regressions => self.regressions[(i, j)],
            MatrixName::LatentCovariance => self.latent_residual[(i, j)],
            MatrixName::ResidualCovariance if i == j => self.residual_variances[i],
            MatrixName::ResidualCovariance => 0.0,
            MatrixName::ObservedIntercepts if layout.meanstructure => self.observed_intercepts[i],
            MatrixName::ObservedIntercepts => 0.0,
            MatrixName::LatentIntercepts => self.latent_intercepts[i],
        }
    }

    /// Exogenous: their own covariances. Endogenous: what their predictors leave, at least a tenth; covariances 0.
    fn set_latent_residual(&mut self, layout: &BlockLayout, known: &Known, scheme: StartingValues) {
        let m = layout.latent.len();
        let outcome = |j: usize| known.outcomes[j];
        for j in 0..m {
            for k in 0..=j {
                let both_exogenous = !outcome(j) && !outcome(k);
                let observed_pair = layout.stands_for[j].is_some() && layout.stands_for[k].is_some();
                let keep = both_exogenous && (scheme == StartingValues::Noniterative || observed_pair);
                let value = match (j == k, keep) {
                    (true, _) if outcome(j) => known.residual_variance(j),
                    (true, _) => known.covariance[(known.latent(j), known.latent(j))],
                    (false, true) => known.covariance[(known.latent(j), known.latent(k))],
                    (false, false) => 0.0,
                };
                self.latent_residual[(j, k)] = value;
                self.latent_residual[(k, j)] = value;
            }
        }
    }

    /// s_ii less what the factors explain, between a twentieth and all of it.
    fn set_residual_variances(&mut self, layout: &BlockLayout, known: &Known, sample: &BlockSample) {
        for i in 0..layout.observed.len() {
            let mut explained = 0.0;
            for j in 0..layout.latent.len() {
                for k in 0..layout.latent.len() {
                    let covariance = known.covariance[(known.latent(j), known.latent(k))];
                    explained += self.loadings[(i, j)] * covariance * self.loadings[(i, k)];
                }
            }
            let variance = sample.covariance[(i, i)];
            self.residual_variances[i] = within(variance - explained, 0.05 * variance.abs(), 0.95 * variance.abs());
        }
    }

    /// α = μ − Bμ, μ the means of observed variables and those that intercepts which are not free leave to factors.
    fn set_latent_intercepts(&mut self, layout: &BlockLayout, sample: &BlockSample) {
        let Some(means) = &sample.mean else { return };
        let mut of_latent: Vec<f64> =
            layout.stands_for.iter().map(|observed| observed.map_or(0.0, |i| means[i])).collect();
        for (j, mean) in self.factor_means(layout, means) {
            of_latent[j] = mean;
        }
        let factors = || (0..of_latent.len()).filter(|&j| layout.stands_for[j].is_none());
        for i in 0..layout.observed.len() {
            let explained: f64 = factors().map(|j| self.loadings[(i, j)] * of_latent[j]).sum();
            self.observed_intercepts[i] -= explained;
        }
        for j in 0..of_latent.len() {
            let predicted: f64 = (0..of_latent.len()).map(|k| self.regressions[(j, k)] * of_latent[k]).sum();
            self.latent_intercepts[j] = of_latent[j] - predicted;
        }
    }

    /// Means of the factors with a free intercept: least squares of the means of indicators without one on their
    /// loadings.
    fn factor_means(&self, layout: &BlockLayout, means: &[f64]) -> Vec<(usize, f64)> {
        let free: Vec<Position> = layout
            .entries()
            .into_iter()
            .filter(|(_, source)| matches!(source, Source::Free(_)))
            .map(|(place, _)| place)
            .collect();
        let is_free =
            |matrix: MatrixName, row: usize| free.iter().any(|place| (place.matrix, place.row) == (matrix, row));
        let rows: Vec<usize> =
            (0..layout.observed.len()).filter(|&i| !is_free(MatrixName::ObservedIntercepts, i)).collect();
        let loads = |j: usize| rows.iter().any(|&i| self.loadings[(i, j)] != 0.0);
        let factors: Vec<usize> = (0..layout.latent.len())
            .filter(|&j| layout.stands_for[j].is_none() && is_free(MatrixName::LatentIntercepts, j) && loads(j))
            .collect();
        if factors.is_empty() {
            return Vec::new();
        }
        let product = |a: usize, b: usize| rows.iter().map(|&i| self.loadings[(i, a)] * self.loadings[(i, b)]).sum();
        let normal = Matrix::from_fn(factors.len(), factors.len(), |a, b| product(factors[a], factors[b]));
        let right: Vec<f64> =
            factors.iter().map(|&j| rows.iter().map(|&i| self.loadings[(i, j)] * means[i]).sum()).collect();
        factors.into_iter().zip(linalg::solve(&normal, &right).unwrap_or_default()).collect()
    }
}

/// Covariances of observed and latent variables, as far as they are known; observed first.
struct Known {
    p: usize,
    covariance: Matrix,
    loadings: Matrix,
    regressions: Matrix,
    outcomes: Vec<bool>,
}

/// An indicator of a factor: its place among all variables, and its loading where that is fixed.
struct Indicator {
    place: usize,
    fixed: Option<f64>,
    position: Position,
}

impl Known {
    fn new(scheme: StartingValues, layout: &BlockLayout, sample: &BlockSample) -> Self {
        let (p, m) = (layout.observed.len(), layout.latent.len());
        let mut covariance = Matrix::zeros(p + m, p + m);
        for i in 0..p {
            for j in 0..p {
                covariance[(i, j)] = sample.covariance[(i, j)];
            }
        }
        let mut known = Known {
            p,
            covariance,
            loadings: Matrix::zeros(p, m),
            regressions: Matrix::zeros(m, m),
            outcomes: vec![false; m],
        };
        let entries = layout.entries();
        for (position, source) in &entries {
            known.take_fixed(*position, *source);
        }
        known.place_factors(scheme, layout, &entries);
        if scheme == StartingValues::Noniterative {
            known.regress(&entries);
        }
        known
    }

    /// Where latent variable j stands among all variables.
    fn latent(&self, j: usize) -> usize {
        self.p + j
    }

    fn take_fixed(&mut self, position: Position, source: Source) {
        if position.matrix == MatrixName::Regressions {
            self.outcomes[position.row] = true;
        }
        if let Source::Fixed(value) = source {
            match position.matrix {
                MatrixName::Loadings => self.loadings[(position.row, position.column)] = value,
                MatrixName::Regressions => self.regressions[(position.row, position.column)] = value,
                _ => {}
            }
        }
    }

    /// Factors one after the other, each once the variables that indicate it are known.
    fn place_factors(&mut self, scheme: StartingValues, layout: &BlockLayout, entries: &[(Position, Source)]) {
        let m = layout.latent.len();
        let mut placed = vec![false; m];
        for j in 0..m {
            if let Some(i) = layout.stands_for[j] {
                self.copy_variable(i, self.latent(j), &placed);
                placed[j] = true;
            }
        }
        while let Some(j) = self.next_factor(layout, entries, &placed) {
            let indicators = self.indicators(layout, entries, j);
            self.place_factor(scheme, entries, j, &indicators, &placed);
            placed[j] = true;
        }
    }

    fn copy_variable(&mut self, from: usize, to: usize, placed: &[bool]) {
        for z in self.known_places(placed) {
            let value = self.covariance[(from, z)];
            self.covariance[(to, z)] = value;
            self.covariance[(z, to)] = value;
        }
        self.covariance[(to, to)] = self.covariance[(from, from)];
    }

    fn known_places(&self, placed: &[bool]) -> Vec<usize> {
        (0..self.p).chain((0..placed.len()).filter(|j| placed[*j]).map(|j| self.p + j)).collect()
    }

    /// The first factor whose indicators are all known; failing that, the first that is left.
    fn next_factor(&self, layout: &BlockLayout, entries: &[(Position, Source)], placed: &[bool]) -> Option<usize> {
        let left = || (0..placed.len()).filter(|j| !placed[*j]);
        let ready = |j: &usize| {
            let indicators = self.indicators(layout, entries, *j);
            !indicators.is_empty() && indicators.iter().all(|i| i.place < self.p || placed[i.place - self.p])
        };
        left().find(ready).or_else(|| left().next())
    }

    /// Observed indicators where there are any, else the latent variables it points to.
    ///
    /// An indicator that also stands in the structural part is reached by a path like an outcome: it counts where its
    /// weight is fixed, as a marker's is, or where there are not two others.
    fn indicators(&self, layout: &BlockLayout, entries: &[(Position, Source)], j: usize) -> Vec<Indicator> {
        let of = |matrix: MatrixName, shift: usize, wanted: &dyn Fn(usize, &Source) -> bool| -> Vec<Indicator> {
            entries
                .iter()
                .filter(|(position, _)| position.matrix == matrix && position.column == j)
                .filter(|(position, source)| wanted(position.row, source))
                .map(|(position, source)| Indicator {
                    place: shift + position.row,
                    fixed: if let Source::Fixed(value) = source { Some(*value) } else { None },
                    position: *position,
                })
                .collect()
        };
        let is_observed = |row: usize| layout.stands_for[row].is_some();
        let is_marker = |source: &Source| matches!(source, Source::Fixed(value) if *value != 0.0);
        let mut observed = of(MatrixName::Loadings, 0, &|_, _| true);
        observed.extend(of(MatrixName::Regressions, self.p, &|row, source| is_observed(row) && is_marker(source)));
        if observed.len() < 2 {
            observed.extend(of(MatrixName::Regressions, self.p, &|row, source| is_observed(row) && !is_marker(source)));
        }
        if observed.is_empty() { of(MatrixName::Regressions, self.p, &|row, _| !is_observed(row)) } else { observed }
    }

    /// Loadings, variance and covariances of one factor.
    fn place_factor(
        &mut self,
        scheme: StartingValues,
        entries: &[(Position, Source)],
        j: usize,
        indicators: &[Indicator],
        placed: &[bool],
    ) {
        let fixed_variance = entries.iter().find_map(|(position, source)| match source {
            Source::Fixed(value)
                if *position == (Position { matrix: MatrixName::LatentCovariance, row: j, column: j }) =>
            {
                Some(*value)
            }
            _ => None,
        });
        let (relative, variance) = match scheme {
            StartingValues::Noniterative => self.one_factor(indicators),
            StartingValues::Plain => self.plain_factor(indicators, 0.5),
            StartingValues::Cautious => self.plain_factor(indicators, 0.05),
        };
        // With a fixed variance and no fixed loading the unit is that of the variance.
        let marker = indicators.iter().position(|i| i.fixed.is_some_and(|value| value != 0.0));
        let unit = match (marker, fixed_variance) {
            (None, Some(fixed)) if fixed > 0.0 => (variance / fixed).sqrt(),
            (Some(k), _) => indicators[k].fixed.unwrap_or(1.0) / relative[k],
            _ => 1.0,
        };
        let mut loadings = Vec::new();
        for (indicator, loading) in indicators.iter().zip(&relative) {
            let value = indicator.fixed.unwrap_or(loading * unit);
            let (row, column) = (indicator.position.row, indicator.position.column);
            match indicator.position.matrix {
                MatrixName::Loadings => self.loadings[(row, column)] = value,
                _ => self.regressions[(row, column)] = value,
            }
            loadings.push(value);
        }
        let to = self.latent(j);
        self.covariance[(to, to)] = fixed_variance.unwrap_or(variance / (unit * unit));
        for z in self.known_places(placed) {
            let value = self.covariance_with(indicators, &loadings, z, self.covariance[(to, to)]);
            self.covariance[(to, z)] = value;
            self.covariance[(z, to)] = value;
        }
    }

    /// Loadings relative to the marker by instruments (FABIN2), the variance in the marker's unit by least squares.
    ///
    /// Hägglund (1982). Falls back to plain values where the marker has next to no covariances.
    fn one_factor(&self, indicators: &[Indicator]) -> (Vec<f64>, f64) {
        if indicators.len() < 3 {
            return self.plain_factor(indicators, 0.5);
        }
        let s = |a: usize, b: usize| self.covariance[(indicators[a].place, indicators[b].place)];
        let k = indicators.len();
        let marker = indicators.iter().position(|i| i.fixed.is_some_and(|value| value != 0.0)).unwrap_or(0);
        let mut loadings = vec![1.0; k];
        for a in (0..k).filter(|a| *a != marker) {
            let (mut cross, mut square) = (0.0, 0.0);
            for r in (0..k).filter(|r| *r != marker && *r != a) {
                cross += s(marker, r) * s(a, r);
                square += s(marker, r) * s(marker, r);
            }
            let limit = 10.0 * (s(a, a) / s(marker, marker)).sqrt();
            loadings[a] = if square > 0.0 { within(cross / square, -limit, limit) } else { limit / 10.0 };
        }
        let (mut cross, mut square) = (0.0, 0.0);
        for a in 0..k {
            for b in 0..a {
                cross += loadings[a] * loadings[b] * s(a, b);
                square += (loadings[a] * loadings[b]).powi(2);
            }
        }
        let variance = s(marker, marker);
        if !(square > 0.0 && cross > 0.0) || loadings.iter().any(|loading| !loading.is_finite()) {
            return self.plain_factor(indicators, 0.5);
        }
        (loadings, within(cross / square, 0.05 * variance.abs(), 0.95 * variance.abs()))
    }

    /// Loadings by the sizes of the indicators, with the signs of their covariances with the first.
    fn plain_factor(&self, indicators: &[Indicator], share: f64) -> (Vec<f64>, f64) {
        let Some(first) = indicators.first() else { return (Vec::new(), 1.0) };
        let marker = indicators.iter().find(|i| i.fixed.is_some_and(|value| value != 0.0)).unwrap_or(first);
        let variance = self.covariance[(marker.place, marker.place)];
        let loading = |indicator: &Indicator| {
            let size = (self.covariance[(indicator.place, indicator.place)] / variance).sqrt();
            let sign = if self.covariance[(indicator.place, marker.place)] < 0.0 { -1.0 } else { 1.0 };
            if size.is_finite() && size > 0.0 { sign * size } else { 1.0 }
        };
        (indicators.iter().map(loading).collect(), if variance > 0.0 { share * variance } else { 1.0 })
    }

    /// cov(factor, z) by least squares over the indicators other than z; short of a perfect correlation.
    fn covariance_with(&self, indicators: &[Indicator], loadings: &[f64], z: usize, variance: f64) -> f64 {
        let (mut cross, mut square, mut own) = (0.0, 0.0, None);
        for (indicator, loading) in indicators.iter().zip(loadings) {
            if indicator.place == z {
                own = Some(loading * variance);
            } else {
                cross += loading * self.covariance[(indicator.place, z)];
                square += loading * loading;
            }
        }
        let limit = 0.95 * (variance * self.covariance[(z, z)]).max(0.0).sqrt();
        let estimate = own.unwrap_or(if square > 0.0 { cross / square } else { 0.0 });
        if z < self.p { estimate } else { within(estimate, -limit, limit) }
    }

    /// Regressions by least squares from the covariances; 0 where the predictors are collinear.
    fn regress(&mut self, entries: &[(Position, Source)]) {
        for outcome in 0..self.outcomes.len() {
            let of_outcome = |(position, source): &&(Position, Source)| {
                position.matrix == MatrixName::Regressions
                    && position.row == outcome
                    && matches!(source, Source::Free(_))
            };
            let predictors: Vec<usize> =
                entries.iter().filter(of_outcome).map(|(position, _)| position.column).collect();
            // Loadings on second-order factors are known by now; what is left are regressions.
            let left: Vec<usize> = predictors.into_iter().filter(|j| self.regressions[(outcome, *j)] == 0.0).collect();
            let places: Vec<usize> = left.iter().map(|j| self.latent(*j)).collect();
            let among = self.covariance.select(&places, &places);
            let with: Vec<f64> = places.iter().map(|j| self.covariance[(*j, self.latent(outcome))]).collect();
            if let Some(factor) = linalg::Cholesky::new(&among) {
                for (j, weight) in left.iter().zip(factor.solve_vector(&with)) {
                    self.regressions[(outcome, *j)] = weight;
                }
            }
        }
    }

    /// What predictors leave of the variance of latent variable j, at least a tenth of it.
    fn residual_variance(&self, j: usize) -> f64 {
        let variance = self.covariance[(self.latent(j), self.latent(j))];
        let explained: f64 = (0..self.outcomes.len())
            .map(|k| self.regressions[(j, k)] * self.covariance[(self.latent(j), self.latent(k))])
            .sum();
        within(variance - explained, 0.1 * variance.abs(), variance.abs())
    }
}
