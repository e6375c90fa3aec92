//! Moments of a resample: counts over distinct rows, never rows.

use covary_numerics::Matrix;
use rand::{Rng, RngExt};

use super::BlockSample;

/// The distinct rows of one block, laid out for counting.
#[derive(Clone, Debug)]
pub(crate) struct Resampler {
    cases: usize,
    p: usize,
    /// p rounded up to whole tiles.
    stride: usize,
    /// Distinct rows less the block's mean, k × stride, zeros at the end of each.
    centred: Vec<f64>,
    mean: Vec<f64>,
    row_of_case: Vec<u32>,
    /// What each case counts; `None`: 1.
    weights: Option<Vec<f64>>,
    /// Members of each cluster, by position among the cases; `None`: cases are drawn one by one.
    clusters: Option<Vec<Vec<u32>>>,
    distinct: usize,
}

/// Room for one resample of a block.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    /// How often each distinct row was drawn; with sampling weights the sum of the weights drawn with it.
    pub counts: Vec<f64>,
    /// Cases drawn: the block's own number, but where whole clusters are drawn.
    pub cases: usize,
    /// Rows drawn at least once, one after the other, and their counts.
    drawn_rows: Vec<f64>,
    drawn_counts: Vec<f64>,
    shift: Vec<f64>,
    /// Σ count · x x', stride × stride, lower tiles.
    products: Vec<f64>,
}

impl Draw {
    /// Cases that were drawn from a distribution, each a row of its own.
    pub fn of_all(cases: usize) -> Self {
        Draw {
            counts: vec![1.0; cases],
            cases,
            drawn_rows: Vec::new(),
            drawn_counts: Vec::new(),
            shift: Vec::new(),
            products: Vec::new(),
        }
    }
}

const TILE_ROWS: usize = 4;
const TILE_COLUMNS: usize = 8;

impl Resampler {
    /// `None` for a block of given moments.
    pub fn new(block: &BlockSample) -> Option<Self> {
        let rows = block.rows.as_ref()?;
        let mean = block.mean.clone()?;
        let (distinct, p) = (rows.values.rows(), rows.values.columns());
        let stride = p.div_ceil(TILE_COLUMNS) * TILE_COLUMNS;
        let mut centred = vec![0.0; distinct * stride];
        for k in 0..distinct {
            for j in 0..p {
                centred[k * stride + j] = rows.values[(k, j)] - mean[j];
            }
        }
        let row_of_case = rows.row_of_case.iter().map(|row| u32::try_from(*row).ok()).collect::<Option<_>>()?;
        let clusters = block.clusters.as_ref().map(|clusters| {
            let mut members = vec![Vec::new(); clusters.count];
            // A sample of more than 4·10⁹ cases has no distinct rows kept.
            clusters.of_case.iter().zip(0..).for_each(|(cluster, case)| members[*cluster].push(case));
            members
        });
        let weights = block.case_weights.clone();
        Some(Resampler { cases: block.cases, p, stride, centred, mean, row_of_case, weights, clusters, distinct })
    }

    /// Room for this block's resamples.
    pub fn room(&self) -> Draw {
        Draw {
            counts: vec![0.0; self.distinct],
            cases: 0,
            drawn_rows: vec![0.0; self.distinct * self.stride],
            drawn_counts: vec![0.0; self.distinct],
            shift: vec![0.0; self.stride],
            products: vec![0.0; self.stride * self.stride],
        }
    }

    /// Draws as many cases as the block has, or as many whole clusters, with replacement. A case brings its weight along.
    #[inline(always)]
    pub fn draw(&self, stream: &mut impl Rng, draw: &mut Draw) {
        draw.counts.fill(0.0);
        if self.clusters.is_some() || self.weights.is_some() {
            return self.draw_by_design(stream, draw);
        }
        // A sample of more than 4·10⁹ cases has no distinct rows kept.
        let cases = self.cases as u32;
        for _ in 0..self.cases {
            let case = stream.random_range(0..cases) as usize;
            draw.counts[self.row_of_case[case] as usize] += 1.0;
        }
        draw.cases = self.cases;
    }

    #[inline(never)]
    fn draw_by_design(&self, stream: &mut impl Rng, draw: &mut Draw) {
        draw.cases = 0;
        let units = self.units() as u32;
        for _ in 0..units {
            self.add(stream.random_range(0..units) as usize, 1.0, draw);
        }
    }

    /// What is drawn as one: clusters, or cases.
    fn units(&self) -> usize {
        self.clusters.as_ref().map_or(self.cases, Vec::len)
    }

    /// Adds a unit `times` times, or takes it away.
    fn add(&self, unit: usize, times: f64, draw: &mut Draw) {
        let mut add_case = |case: usize| {
            draw.counts[self.row_of_case[case] as usize] += times * self.weight(case);
            draw.cases = draw.cases.saturating_add_signed(times as isize);
        };
        match &self.clusters {
            Some(clusters) => clusters[unit].iter().for_each(|case| add_case(*case as usize)),
            None => add_case(unit),
        }
    }

    fn weight(&self, case: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[case])
    }

    /// The units whose leaving out gives different refits, each with the number of units like it: distinct rows by one of
    /// their cases, or with sampling weights every case, or every cluster.
    pub fn deletions(&self) -> Vec<(usize, f64)> {
        if self.clusters.is_some() || self.weights.is_some() {
            return (0..self.units()).map(|unit| (unit, 1.0)).collect();
        }
        let mut first_of_row: Vec<Option<(usize, f64)>> = vec![None; self.distinct];
        for (case, row) in self.row_of_case.iter().enumerate() {
            first_of_row[*row as usize].get_or_insert((case, 0.0)).1 += 1.0;
        }
        first_of_row.into_iter().flatten().collect()
    }

    /// Counts of the sample without one unit.
    pub fn leave_one_out(&self, unit: usize, draw: &mut Draw) {
        self.all(draw);
        self.add(unit, -1.0, draw);
        // What is left of a weight that went out again is rounding.
        draw.counts.iter_mut().filter(|count| count.abs() < 1e-9).for_each(|count| *count = 0.0);
    }

    /// Counts of the sample itself.
    pub fn all(&self, draw: &mut Draw) {
        draw.counts.fill(0.0);
        for (case, row) in self.row_of_case.iter().enumerate() {
            draw.counts[*row as usize] += self.weight(case);
        }
        draw.cases = self.cases;
    }

    /// Mean and covariance matrix (divisor: sum of the counts) of the counts.
    #[inline(always)]
    pub fn moments(&self, draw: &mut Draw, covariance: &mut Matrix, mean: &mut [f64]) {
        let (p, stride) = (self.p, self.stride);
        let drawn = self.gather(draw);
        tiled_products(&draw.drawn_rows, &draw.drawn_counts[..drawn], stride, &mut draw.products);
        let n: f64 = draw.drawn_counts[..drawn].iter().sum();
        draw.shift.fill(0.0);
        for (row, count) in draw.drawn_rows.chunks_exact(stride).zip(&draw.drawn_counts[..drawn]) {
            for (shift, value) in draw.shift.iter_mut().zip(row) {
                *shift += count * value;
            }
        }
        draw.shift.iter_mut().for_each(|shift| *shift /= n);
        let target = covariance.values_mut();
        for i in 0..p {
            for j in 0..=i {
                let element = draw.products[i * stride + j] / n - draw.shift[i] * draw.shift[j];
                target[i * p + j] = element;
                target[j * p + i] = element;
            }
            mean[i] = self.mean[i] + draw.shift[i];
        }
    }

    /// Rows drawn at least once, packed. How many.
    #[inline(always)]
    fn gather(&self, draw: &mut Draw) -> usize {
        let stride = self.stride;
        let mut drawn = 0;
        for (k, count) in draw.counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            draw.drawn_rows[drawn * stride..(drawn + 1) * stride]
                .copy_from_slice(&self.centred[k * stride..(k + 1) * stride]);
            draw.drawn_counts[drawn] = *count;
            drawn += 1;
        }
        drawn
    }
}

/// Σ count · x x' by tiles that stay in registers; tiles wholly above the diagonal are left out.
#[inline(always)]
fn tiled_products(rows: &[f64], counts: &[f64], stride: usize, products: &mut [f64]) {
    for i in (0..stride).step_by(TILE_ROWS) {
        for j in (0..i + TILE_ROWS).step_by(TILE_COLUMNS) {
            let mut tile = [[0.0; TILE_COLUMNS]; TILE_ROWS];
            for (row, count) in rows.chunks_exact(stride).zip(counts) {
                let (Some(left), Some(right)) =
                    (row[i..].first_chunk::<TILE_ROWS>(), row[j..].first_chunk::<TILE_COLUMNS>())
                else {
                    continue;
                };
                for (sums, l) in tile.iter_mut().zip(left) {
                    let weighted = count * l;
                    for (sum, r) in sums.iter_mut().zip(right) {
                        *sum += weighted * r;
                    }
                }
            }
            for (a, sums) in tile.iter().enumerate() {
                products[(i + a) * stride + j..(i + a) * stride + j + TILE_COLUMNS].copy_from_slice(sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use covary_numerics::{moments, random};

    use super::*;
    use crate::sample::DistinctRows;

    fn block(p: usize) -> (BlockSample, Matrix) {
        let cases = Matrix::from_fn(40, p, |i, j| ((i * i + 3 * i * j + j) % 5) as f64 + 1.0);
        let (mean, covariance) = moments::mean_and_covariance(&cases);
        let rows = DistinctRows { values: cases.clone(), counts: vec![1.0; 40], row_of_case: (0..40).collect() };
        let sample = BlockSample {
            cases: 40,
            covariance,
            mean: Some(mean),
            weight: crate::estimators::Weight::None,
            rows: Some(rows),
            patterns: None,
            case_positions: (0..40).collect(),
            case_weights: None,
            clusters: None,
            first_stage: None,
        };
        (sample, cases)
    }

    /// Counts give what the drawn cases themselves give; 1e-12 is rounding of two orders of summation.
    #[test]
    fn moments_of_counts_are_those_of_the_cases() {
        for p in [1, 3, 8, 11] {
            let (sample, cases) = block(p);
            let resampler = Resampler::new(&sample).unwrap();
            let mut draw = resampler.room();
            resampler.draw(&mut random::stream(5, 3), &mut draw);
            assert_eq!(draw.cases, 40);
            let drawn: Vec<usize> =
                draw.counts.iter().enumerate().flat_map(|(k, count)| vec![k; *count as usize]).collect();
            assert_eq!(drawn.len(), 40);
            let columns: Vec<usize> = (0..p).collect();
            let (expected_mean, expected) = moments::mean_and_covariance(&cases.select(&drawn, &columns));
            let (mut covariance, mut mean) = (Matrix::zeros(p, p), vec![0.0; p]);
            resampler.moments(&mut draw, &mut covariance, &mut mean);
            for (own, other) in covariance.values().iter().zip(expected.values()) {
                assert!((own - other).abs() < 1e-12, "{own} against {other}");
            }
            for (own, other) in mean.iter().zip(&expected_mean) {
                assert!((own - other).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn leaving_one_out_takes_one_case_away() {
        let (sample, _) = block(2);
        let resampler = Resampler::new(&sample).unwrap();
        let mut draw = resampler.room();
        resampler.leave_one_out(7, &mut draw);
        assert_eq!((draw.counts.iter().sum::<f64>(), draw.cases), (39.0, 39));
        assert_eq!(draw.counts[7], 0.0);
    }

    /// Clusters of one case are drawn as cases are: the same numbers of the stream, the same counts.
    #[test]
    fn clusters_of_one_case_are_cases() {
        let (mut sample, _) = block(2);
        let plain = Resampler::new(&sample).unwrap();
        sample.clusters = Some(crate::sample::Clusters { of_case: (0..40).collect(), count: 40 });
        let clustered = Resampler::new(&sample).unwrap();
        let (mut one, mut other) = (plain.room(), clustered.room());
        for replicate in 0..20 {
            plain.draw(&mut random::stream(1, replicate), &mut one);
            clustered.draw(&mut random::stream(1, replicate), &mut other);
            assert_eq!((&one.counts, one.cases), (&other.counts, other.cases));
        }
    }

    /// Clusters of 4, 8 and 28 cases come whole, with the weights of their cases.
    #[test]
    fn clusters_come_whole_and_cases_with_their_weights() {
        let (mut sample, _) = block(2);
        let of_case: Vec<usize> = (0..40).map(|case| usize::from(case >= 4) + usize::from(case >= 12)).collect();
        sample.clusters = Some(crate::sample::Clusters { of_case: of_case.clone(), count: 3 });
        let weights: Vec<f64> = (0..40).map(|case| 0.5 + case as f64 / 40.0).collect();
        sample.case_weights = Some(weights.clone());
        let resampler = Resampler::new(&sample).unwrap();
        let mut draw = resampler.room();
        for replicate in 0..20 {
            resampler.draw(&mut random::stream(3, replicate), &mut draw);
            let times: Vec<f64> = [0, 4, 12].iter().map(|case| draw.counts[*case] / weights[*case]).collect();
            assert!((times.iter().sum::<f64>() - 3.0).abs() < 1e-12);
            for case in 0..40 {
                assert!((draw.counts[case] - times[of_case[case]] * weights[case]).abs() < 1e-12);
            }
            assert_eq!(draw.cases, (4.0 * times[0] + 8.0 * times[1] + 28.0 * times[2]).round() as usize);
        }
        resampler.leave_one_out(1, &mut draw);
        assert_eq!((draw.cases, draw.counts[4], draw.counts[3]), (32, 0.0, weights[3]));
        assert_eq!(resampler.deletions().len(), 3);
    }
}
