//! Modification indices: what freeing one parameter, or releasing one equality, would bring.
//!
//! Two forms stand side by side. The score test allows for the other parameters, which would move too;
//! AMOS's M.I. (the form of LISREL VI) holds them where they are, and so is a lower bound of the fall in χ².

use std::collections::BTreeSet;

use covary_numerics::{Matrix, matrix::dot};
use rayon::prelude::*;

use super::{
    post_hoc_power::{DELTA, judge, standardized_target},
    reticular::{Place, Reticular},
    score::{BlockScore, FreeInformation, Scores, Sensitivity},
};
use crate::{
    Fit,
    fit_report::{AmosModificationIndex, ModificationIndex},
    parameter_table::ParameterTable,
    standardized::{Standardization, exogenous_positions, powers, scale},
    syntax::Operator,
};

/// A parameter whose own information, beyond that of the free ones, is below this share tells nothing new.
const LEAST_OWN_INFORMATION: f64 = 1e-7;
/// Candidates that one thread takes at a time.
const AT_ONCE: usize = 256;

/// Score tests of every parameter that could be freed, block by block in lavaan's order.
///
/// g = −∂(½F)/∂θ_new, v = I_nn − I_no I_oo⁻ I_on; MI = N g²/v, EPC = g/v
///
/// The expected information is used whatever the standard errors rest on, and N under every likelihood, as in
/// lavaan 0.6-14. Candidates: fixed rows, cross-loadings, residual covariances of indicators and of latent
/// variables, both directions among the variables of the structural part, and (absent from lavaan 0.6-14) residual
/// covariances of observed outcomes. A candidate that the free parameters make up for (v = 0) is left out.
///
/// `mi_amos`: (n/2)·g²/h with the parameter's own h alone, n = (N − G)·n_g/N; `None` for intercepts, for weights
/// that would make an exogenous variable endogenous or close a loop, and for moments of x, free in AMOS.
///
/// The standardized EPC of a variance is EPC over the variable's variance (lavaan prints ±1); of a covariance whose
/// residual variances are not both positive there is none.
///
/// Empty where the information matrix is singular or Σ not positive definite.
///
/// # Source
/// Sörbom (1989), Psychometrika 54; Saris, Satorra and Sörbom (1987); AMOS: Jöreskog and Sörbom (1984).
pub fn modification_indices(fit: &Fit) -> Vec<ModificationIndex> {
    if fit.sample.is_two_level() {
        return super::two_level::modification_indices(fit);
    }
    Scores::new(fit).map_or_else(Vec::new, |scores| modification_indices_with(fit, &scores))
}

pub(crate) fn modification_indices_with(fit: &Fit, scores: &Scores) -> Vec<ModificationIndex> {
    let mut indices = Vec::new();
    for (block, score) in scores.blocks.iter().enumerate() {
        let exogenous = exogenous_positions(&fit.table, block, &score.form);
        let amos = AmosRules::new(fit, score);
        let variances = score.moments.variances();
        let index = |(candidate, found): (Candidate, Option<(f64, f64)>)| {
            let (g, v) = found?;
            let epc = g / v;
            // A predicted x is exogenous no longer.
            let exogenous: Vec<usize> = exogenous.iter().copied().filter(|x| !candidate.predicts(*x)).collect();
            let standardized = |standardization| {
                let powers = powers(candidate.place, standardization, score.form.observed, &exogenous);
                Some(epc * scale(&powers, &variances)?)
            };
            let mi = fit.cases() as f64 * g * g / v;
            let sepc_all = standardized(Standardization::All);
            let unit = match candidate.place {
                // Of residuals, too: the size that matters is a share of the variables' variances.
                Place::Covariance { first, second } => positive_root(variances.total[first] * variances.total[second]),
                _ => sepc_all.map(|sepc| (epc / sepc).abs()),
            };
            let target = unit.map(|unit| standardized_target(candidate.op) * unit);
            let (plain, to_target) = (judge(mi, epc, DELTA), target.and_then(|target| judge(mi, epc, target)));
            let of_amos = amos.index(candidate.place).filter(|_| !candidate.fixed_x);
            Some(ModificationIndex {
                lhs: candidate.lhs,
                op: candidate.op,
                rhs: candidate.rhs,
                group: fit.table.blocks[block].group,
                level: fit.table.blocks[block].level,
                mi,
                epc,
                sepc_lv: standardized(Standardization::Latent),
                sepc_all,
                sepc_nox: standardized(Standardization::NotExogenous),
                ncp: plain.map(|judged| judged.noncentrality),
                power: plain.map(|judged| judged.power),
                decision: plain.map(|judged| judged.decision),
                target: to_target.and(target),
                target_power: to_target.map(|judged| judged.power),
                target_decision: to_target.map(|judged| judged.decision),
                mi_amos: of_amos.map(|(mi, _)| mi),
                par_change: of_amos.map(|(_, change)| change),
            })
        };
        let mut candidates = candidates(&fit.table, block, &score.form);
        candidates.retain(|candidate| !is_auxiliary(fit, &candidate.lhs) && !is_auxiliary(fit, &candidate.rhs));
        let places: Vec<Place> = candidates.iter().map(|candidate| candidate.place).collect();
        let found = scores_and_information(score, &places, &scores.information);
        let both = candidates.into_par_iter().zip(found).with_min_len(AT_ONCE);
        indices.extend(both.filter_map(index).collect::<Vec<_>>());
    }
    indices
}

/// AMOS's own tables of modification indices of at least `threshold` (AMOS's default is 4): for each group
/// covariances, then variances, then regression weights, among all variables of the model.
///
/// MI = (n/2)·g²/h, Par Change = g/h, with g = tr[Σ⁻¹(S − Σ)Σ⁻¹Σ'] and h = tr[Σ⁻¹Σ'Σ⁻¹Σ'], Σ' = ∂Σ/∂θ,
/// n = (N − G)·n_g/N
///
/// Unlike lavaan's list this one has paths between indicators. Covariances are those of exogenous variables
/// and residuals. No path is listed that would make an exogenous variable endogenous or close a loop.
///
/// # Source
/// AMOS user's guide, example 6; Jöreskog and Sörbom (1984), LISREL VI.
pub fn amos_modification_indices(fit: &Fit, threshold: f64) -> Vec<AmosModificationIndex> {
    let Some(blocks) = BlockScore::all(fit) else { return Vec::new() };
    let mut indices = Vec::new();
    for (block, score) in blocks.iter().enumerate() {
        let rules = AmosRules::new(fit, score);
        let names = &score.form.variables;
        for place in amos_candidates(fit, score) {
            let Some((mi, par_change)) = rules.index(place).filter(|(mi, _)| *mi >= threshold) else { continue };
            let (lhs, op, rhs) = match place {
                Place::Weight { effect, cause } if cause >= score.form.observed && effect < score.form.observed => {
                    (cause, Operator::Measures, effect)
                }
                Place::Weight { effect, cause } => (effect, Operator::Regression, cause),
                Place::Covariance { first, second } => (first, Operator::Covariance, second),
                Place::Intercept { .. } => continue,
            };
            if is_auxiliary(fit, &names[lhs]) || is_auxiliary(fit, &names[rhs]) {
                continue;
            }
            let group = fit.table.blocks[block].group;
            indices.push(AmosModificationIndex {
                lhs: names[lhs].clone(),
                op,
                rhs: names[rhs].clone(),
                group,
                mi,
                par_change,
            });
        }
    }
    indices
}

fn is_auxiliary(fit: &Fit, name: &String) -> bool {
    fit.table.auxiliary.contains(name)
}

fn positive_root(square: f64) -> Option<f64> {
    (square > 0.0).then(|| square.sqrt())
}

/// g and v of each candidate, weighted by w_g. `None` where v is nothing but rounding.
///
/// Candidates are taken some hundred at a time, the same whatever the number of threads: I_no I_oo⁻ of them is one product of
/// matrices.
fn scores_and_information(
    score: &BlockScore,
    places: &[Place],
    information: &FreeInformation,
) -> Vec<Option<(f64, f64)>> {
    let of_some = |places: &[Place]| {
        let sensitivities: Vec<Sensitivity> = places.iter().map(|place| score.sensitivity(*place)).collect();
        let mut with_free = Matrix::zeros(places.len(), information.inverse.rows()); // I_no
        for (i, sensitivity) in sensitivities.iter().enumerate() {
            for (k, element) in &sensitivity.with_free {
                with_free[(i, *k)] += element;
            }
        }
        let regressed = with_free.times(&information.inverse); // I_no I_oo⁻
        let of_one = |(i, sensitivity): (usize, Sensitivity)| {
            let v = sensitivity.own - dot(regressed.row(i), with_free.row(i));
            (v > LEAST_OWN_INFORMATION * sensitivity.own).then_some((sensitivity.gradient, v))
        };
        sensitivities.into_iter().enumerate().map(of_one).collect::<Vec<_>>()
    };
    places.par_chunks(AT_ONCE).flat_map_iter(of_some).collect()
}

/// A parameter that could be freed.
pub(super) struct Candidate {
    pub lhs: String,
    pub op: Operator,
    pub rhs: String,
    pub place: Place,
    /// A moment of exogenous x.
    pub fixed_x: bool,
}

impl Candidate {
    pub fn predicts(&self, variable: usize) -> bool {
        matches!(self.place, Place::Weight { effect, .. } if effect == variable)
    }
}

pub(super) fn candidates(table: &ParameterTable, block: usize, form: &Reticular) -> Vec<Candidate> {
    let mut list: Vec<Candidate> = Vec::new();
    for &(k, place) in &form.places {
        let row = &table.rows[k];
        if row.free.is_none() {
            let (lhs, rhs) = (row.lhs.clone(), row.rhs.clone());
            list.push(Candidate { lhs, op: row.op, rhs, place, fixed_x: row.exogenous });
        }
    }
    let mut taken: BTreeSet<Place> = form.places.iter().map(|(_, place)| *place).collect();
    for (lhs, op, rhs) in absent_parameters(table, block, form) {
        let (lhs, rhs) = (form.variables[lhs].clone(), form.variables[rhs].clone());
        let Some(place) = form.place(&lhs, op, &rhs) else { continue };
        if taken.insert(place) {
            list.push(Candidate { lhs, op, rhs, place, fixed_x: false });
        }
    }
    list
}

/// What the model could have but has not, in lavaan's order: (lhs, operator, rhs).
fn absent_parameters(table: &ParameterTable, block: usize, form: &Reticular) -> Vec<(usize, Operator, usize)> {
    let roles = Roles::new(table, block, form);
    let mut absent = Vec::new();
    for &latent in &roles.latent {
        absent.extend(roles.indicators.iter().map(|&indicator| (latent, Operator::Measures, indicator)));
    }
    let mut pairs = |variables: &[usize]| {
        for (k, &first) in variables.iter().enumerate() {
            absent.extend(variables[k + 1..].iter().map(|&second| (first, Operator::Covariance, second)));
        }
    };
    pairs(&roles.indicators);
    pairs(&roles.latent);
    pairs(&roles.observed_outcomes);
    for &outcome in &roles.structural {
        let others = roles.structural.iter().filter(|&&predictor| predictor != outcome);
        absent.extend(others.map(|&predictor| (outcome, Operator::Regression, predictor)));
    }
    absent
}

/// Who is what in a block, by position.
struct Roles {
    latent: Vec<usize>,
    /// Observed indicators, in the order of the observed variables.
    indicators: Vec<usize>,
    /// Observed variables with a path towards them, indicators included.
    observed_outcomes: Vec<usize>,
    /// Variables of `~` formulas: outcomes, then those that only predict.
    structural: Vec<usize>,
}

impl Roles {
    fn new(table: &ParameterTable, block: usize, form: &Reticular) -> Self {
        let (mut measured, mut outcomes, mut predictors) = (BTreeSet::new(), Vec::new(), Vec::new());
        for row in table.rows.iter().filter(|row| row.block == block) {
            let (Some(lhs), Some(rhs)) = (form.position(&row.lhs), form.position(&row.rhs)) else { continue };
            match row.op {
                Operator::Measures => {
                    measured.insert(rhs);
                }
                Operator::Regression => {
                    push_new(&mut outcomes, lhs);
                    push_new(&mut predictors, rhs);
                }
                _ => {}
            }
        }
        let mut structural = outcomes;
        predictors.into_iter().for_each(|predictor| push_new(&mut structural, predictor));
        Roles {
            latent: (form.observed..form.variables.len()).collect(),
            indicators: (0..form.observed).filter(|k| measured.contains(k)).collect(),
            observed_outcomes: (0..form.observed).filter(|k| form.is_endogenous(*k)).collect(),
            structural,
        }
    }
}

fn push_new(list: &mut Vec<usize>, variable: usize) {
    if !list.contains(&variable) {
        list.push(variable);
    }
}

/// Everything that AMOS would test: covariances, variances, weights that are not in the model or fixed.
fn amos_candidates(fit: &Fit, score: &BlockScore) -> Vec<Place> {
    let (form, residual) = (&score.form, &score.moments.residual);
    let m = form.variables.len();
    let in_model: BTreeSet<Place> = form
        .places
        .iter()
        .filter(|(row, _)| fit.estimates[*row] != Some(0.0) || fit.table.rows[*row].free.is_some())
        .map(|(_, place)| *place)
        .collect();
    let fixed_variance = |place: &Place| {
        let row = form.places.iter().find(|(_, other)| other == place).map(|(row, _)| &fit.table.rows[*row]);
        row.is_some_and(|row| row.free.is_none() && !row.exogenous)
    };
    // A residual whose variance is fixed at 0 is none.
    let exists = |variable: &usize| residual[(*variable, *variable)] != 0.0;
    let varying: Vec<usize> = (0..m).filter(exists).collect();
    let pairs =
        varying.iter().flat_map(|&a| varying.iter().filter(move |b| **b > a).map(move |&b| Place::covariance(a, b)));
    let variances = (0..m).map(|a| Place::covariance(a, a)).filter(fixed_variance);
    let paths = (0..m).flat_map(|effect| (0..m).map(move |cause| Place::Weight { effect, cause }));
    let absent = |place: &Place| !in_model.contains(place);
    pairs.filter(absent).chain(variances).chain(paths.filter(absent)).collect()
}

/// AMOS's form of the index and what AMOS does not list.
struct AmosRules<'a> {
    score: &'a BlockScore,
    /// n of the group.
    multiplier: f64,
    reaches: Vec<Vec<bool>>,
    endogenous: Vec<bool>,
}

impl<'a> AmosRules<'a> {
    fn new(fit: &Fit, score: &'a BlockScore) -> Self {
        let groups = fit.table.blocks.iter().map(|block| block.group).collect::<BTreeSet<_>>().len();
        AmosRules {
            score,
            multiplier: (fit.cases() - groups.min(fit.cases())) as f64 * score.weight,
            reaches: score.form.reaches(),
            endogenous: (0..score.form.variables.len()).map(|k| score.form.is_endogenous(k)).collect(),
        }
    }

    /// (M.I., Par Change). `None` where AMOS gives none.
    fn index(&self, place: Place) -> Option<(f64, f64)> {
        if !self.is_listed(place) {
            return None;
        }
        let (g, h) = (self.score.gradient(place), self.score.information(place, place));
        (h > 0.0).then(|| (self.multiplier * g * g / h, g / h))
    }

    fn is_listed(&self, place: Place) -> bool {
        match place {
            Place::Weight { effect, cause } => self.endogenous[effect] && !self.reaches[cause][effect],
            Place::Covariance { .. } => true,
            Place::Intercept { .. } => false,
        }
    }
}
