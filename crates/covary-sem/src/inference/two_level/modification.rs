//! Modification indices of models of two levels.

use covary_numerics::Matrix;

use super::information::information_between;
use crate::{
    Fit,
    estimators::two_level::{ClusterScratch, JointMoments},
    fit_report::ModificationIndex,
    inference::{
        modification_indices::{Candidate, candidates},
        reticular::{Place, Reticular, ReticularMoments},
        standard_errors,
    },
    model_matrices::{BilinearDerivative, BilinearForm, BlockMatrices},
    sample::clusters::ClusterSample,
    standardized::{Standardization, exogenous_positions, free_places, powers, scale},
};

/// A parameter whose own information, beyond that of the free ones, is below this share tells nothing new.
const LEAST_OWN_INFORMATION: f64 = 1e-7;

/// Score tests of every parameter that could be freed, block by block in lavaan's order.
///
/// g = ∂ log-likelihood/∂θ_new, v = I_nn − I_no I_oo⁻ I_on in total expected information; MI = g²/v, EPC = g/v.
/// Candidates as in models of one level, but for paths towards x and moments of x, which stay out where x is fixed.
/// Empty where the information is singular, and with missing answers, for which there is no expected information.
pub fn modification_indices(fit: &Fit) -> Vec<ModificationIndex> {
    if fit.sample.levels.iter().any(|group| group.is_incomplete()) {
        return Vec::new();
    }
    of_candidates(fit).unwrap_or_default()
}

/// One block in reticular form.
struct Level {
    block: usize,
    form: Reticular,
    moments: ReticularMoments,
    candidates: Vec<Candidate>,
    /// Position of the first candidate behind the free parameters.
    first: usize,
}

fn of_candidates(fit: &Fit) -> Option<Vec<ModificationIndex>> {
    let solution = fit.solution()?;
    let mut levels = Vec::new();
    let mut parameters = fit.theta.len();
    for block in 0..fit.table.blocks.len() {
        let level = Level::new(fit, block, parameters)?;
        parameters += level.candidates.len();
        levels.push(level);
    }
    let mut information = Matrix::zeros(parameters, parameters);
    let mut scores = vec![0.0; parameters];
    for group in &fit.sample.levels {
        let pair = [&levels[group.layout.within], &levels[group.layout.between]];
        let values = [group.layout.within, group.layout.between].map(|block| &solution.values[block]);
        let forms = pair.map(|level| level.bilinear(fit));
        information = information.plus(&information_between(&forms, values, group, parameters)?);
        add_scores(&mut scores, &forms, values, group)?;
    }
    let q = fit.theta.len();
    let free = Matrix::from_fn(q, q, |i, j| information[(i, j)]);
    let inverse = standard_errors::vcov(&free, &fit.constraints, 1.0).ok()?;
    let index = |level: &Level, k: usize| {
        let position = level.first + k;
        let with_free: Vec<f64> = (0..q).map(|l| information[(position, l)]).collect();
        let explained: f64 = with_free.iter().zip(inverse.times_vector(&with_free)).map(|(l, r)| l * r).sum();
        let own = information[(position, position)];
        let left = own - explained;
        (left > LEAST_OWN_INFORMATION * own).then(|| level.index(fit, k, scores[position], left))
    };
    let of_level = |level: &Level| (0..level.candidates.len()).filter_map(|k| index(level, k)).collect::<Vec<_>>();
    Some(levels.iter().flat_map(of_level).collect())
}

impl Level {
    fn new(fit: &Fit, block: usize, first: usize) -> Option<Self> {
        let form = Reticular::new(&fit.table, block);
        let moments = form.moments(&fit.estimates)?;
        let fixed: Vec<usize> =
            if fit.table.fixed_x { exogenous_positions(&fit.table, block, &form) } else { Vec::new() };
        let mut candidates = candidates(&fit.table, block, &form);
        candidates.retain(|candidate| !candidate.fixed_x && !fixed.iter().any(|x| candidate.predicts(*x)));
        // y = within + between has one mean, which is at level 2.
        let mean_above = &fit.matrices.blocks[block].mean_above;
        candidates.retain(|candidate| match candidate.place {
            Place::Intercept { of } => !mean_above.get(of).copied().unwrap_or(false),
            _ => true,
        });
        Some(Level { block, form, moments, candidates, first })
    }

    /// Derivatives of the block's moments: of the free parameters, then of the candidates.
    fn bilinear(&self, fit: &Fit) -> BilinearForm {
        let (p, m) = (self.form.observed, self.form.variables.len());
        let vectors = Matrix::from_fn(p, 2 * m, |i, k| {
            if k < m { self.moments.total_effects[(i, k)] } else { self.moments.covariance[(i, k - m)] }
        });
        let derivative = |parameter: usize, place: Place| {
            let (left, right, scale, mean_factor) = match place {
                Place::Covariance { first, second } => (first, second, if first == second { 0.5 } else { 1.0 }, 0.0),
                Place::Weight { effect, cause } => (effect, m + cause, 1.0, self.moments.mean[cause]),
                Place::Intercept { of } => (of, of, 0.0, 1.0),
            };
            BilinearDerivative { parameter, left, right, scale, mean: left, mean_factor }
        };
        let free = free_places(&fit.table, &self.form);
        let free = free.into_iter().map(|(k, place)| derivative(k, place));
        let new = self.candidates.iter().enumerate().map(|(k, new)| derivative(self.first + k, new.place));
        BilinearForm { vectors, derivatives: free.chain(new).collect(), means: true }
    }

    fn index(&self, fit: &Fit, k: usize, score: f64, information: f64) -> ModificationIndex {
        let candidate = &self.candidates[k];
        let epc = score / information;
        let exogenous = exogenous_positions(&fit.table, self.block, &self.form);
        let exogenous: Vec<usize> = exogenous.into_iter().filter(|x| !candidate.predicts(*x)).collect();
        let variances = self.moments.variances();
        let standardized = |standardization| {
            let powers = powers(candidate.place, standardization, self.form.observed, &exogenous);
            Some(epc * scale(&powers, &variances)?)
        };
        let block = &fit.table.blocks[self.block];
        ModificationIndex {
            lhs: candidate.lhs.clone(),
            op: candidate.op,
            rhs: candidate.rhs.clone(),
            group: block.group,
            level: block.level,
            mi: score * score / information,
            epc,
            sepc_lv: standardized(Standardization::Latent),
            sepc_all: standardized(Standardization::All),
            sepc_nox: standardized(Standardization::NotExogenous),
            ncp: None,
            power: None,
            decision: None,
            target: None,
            target_power: None,
            target_decision: None,
            mi_amos: None,
            par_change: None,
        }
    }
}

/// ∂ log-likelihood of a group for every derivative: −½ dF, dF = tr(G dΣ) + g'dμ.
fn add_scores(
    scores: &mut [f64],
    forms: &[BilinearForm; 2],
    values: [&BlockMatrices; 2],
    group: &ClusterSample,
) -> Option<()> {
    let layout = &group.layout;
    let moments = joint_moments(group, values);
    let mut gradient = moments.clone();
    group.statistics.evaluate(&moments, &mut gradient, &mut ClusterScratch::new(moments.r()))?;
    let (p, q, r) = (moments.p, moments.q, moments.r());
    let within = Matrix::from_fn(p, p, |i, j| gradient.within[i * p + j]);
    let above = layout.joint_above();
    let size = above.iter().flatten().count();
    let mut between = Matrix::zeros(size, size);
    let mut mean_between = vec![0.0; size];
    for a in 0..r {
        let Some(i) = above[a] else { continue };
        mean_between[i] = gradient.mean[a];
        for (b, j) in above.iter().enumerate().filter_map(|(b, j)| Some((b, (*j)?))) {
            between[(i, j)] = gradient.joint[a * r + b];
        }
    }
    for ((form, on_covariance), on_mean) in
        forms.iter().zip([within, between]).zip([&gradient.mean[q..], &mean_between])
    {
        let gram = form.gram(&on_covariance);
        let along = form.products(on_mean);
        for d in &form.derivatives {
            scores[d.parameter] -= d.scale * gram[(d.left, d.right)] + 0.5 * d.mean_factor * along[d.mean];
        }
    }
    Some(())
}

/// The joint moments that two blocks imply.
fn joint_moments(group: &ClusterSample, values: [&BlockMatrices; 2]) -> JointMoments<f64> {
    let (q, above) = (group.layout.q(), group.layout.joint_above());
    let mut moments = JointMoments::zeros(group.layout.p(), q);
    let r = moments.r();
    moments.within.copy_from_slice(values[0].covariance.values());
    for a in 0..r {
        moments.mean[a] = above[a].map_or(0.0, |i| values[1].mean[i]);
        if a >= q {
            moments.mean[a] += values[0].mean[a - q];
        }
        for b in 0..r {
            if let (Some(i), Some(j)) = (above[a], above[b]) {
                moments.joint[a * r + b] = values[1].covariance[(i, j)];
            }
        }
    }
    moments
}
