//! Every effect with its uncertainty: by the delta method, and from resamples.

use covary_numerics::{Matrix, distributions::normal_two_tailed, finite_differences};
use covary_sem::{
    Fit, ParameterTable,
    fit::ImpliedMoments,
    inference::{Bootstrap, bootstrap::LeaveOneOut, evaluate::evaluate, intervals},
    settings::BootstrapInterval as IntervalName,
};
use covary_study::{IntervalKind, Relation};

use super::{
    BootstrapEstimate, BootstrapInterval, Contrast, Effect, EffectBootstrap, EffectEstimate, EffectKind, Effects,
    Mediation, Network, mediation_type, path_differences,
};

/// At most so many ways are listed per pair: a model with more has no readable table of them.
const MOST_WAYS: usize = 200;

/// Which effects a model has, and how to compute them from estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectPlan {
    networks: Vec<Network>,
    /// By network: where the standard deviation of each variable is found.
    deviations: Vec<Vec<Deviation>>,
    effects: Vec<PlannedEffect>,
    contrasts: Vec<(usize, usize)>,
    ways_left_out: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct PlannedEffect {
    kind: EffectKind,
    network: usize,
    /// Positions in the network; of total effects the two ends.
    way: Vec<usize>,
    group: usize,
}

/// Where the implied standard deviation of a variable is found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deviation {
    Latent(usize),
    Observed(usize),
}

/// Resamples of a model whose observed columns hold the values of an [`EffectPlan`].
#[derive(Clone, Copy, Debug)]
pub struct Resampling<'a> {
    /// The resamples.
    pub bootstrap: &'a Bootstrap,
    /// Refits without one case, for BCa.
    pub jackknife: Option<&'a [LeaveOneOut]>,
    /// The first column that belongs to the plan.
    pub first_column: usize,
    /// Kind of interval that decides.
    pub interval: IntervalKind,
    /// Level of the intervals.
    pub level: f64,
    /// Seed.
    pub seed: u64,
}

impl EffectPlan {
    /// Every direct, specific indirect, total indirect and total effect of every pair in every group.
    pub fn new(table: &ParameterTable) -> Self {
        let mut plan = EffectPlan {
            networks: Vec::new(),
            deviations: Vec::new(),
            effects: Vec::new(),
            contrasts: Vec::new(),
            ways_left_out: 0,
        };
        for block in 0..table.blocks.len() {
            let network = Network::new(table, block);
            if !network.paths.is_empty() {
                plan.add_network(table, network);
            }
        }
        plan
    }

    /// Adds the difference of two effects (positions in the list of effects).
    pub fn add_contrast(&mut self, left: usize, right: usize) {
        if !self.contrasts.contains(&(left, right)) {
            self.contrasts.push((left, right));
        }
    }

    /// Where the effect that a relation names stands in the list of effects of a group.
    pub fn position(&self, relation: &Relation, group: usize) -> Option<usize> {
        let (kind, way) = match relation {
            Relation::Path(from, to) => (EffectKind::Direct, vec![from, to]),
            Relation::Way(way) => (EffectKind::SpecificIndirect, way.iter().collect()),
            Relation::Covariance(..) => return None,
        };
        self.effects.iter().position(|effect| {
            let names = &self.networks[effect.network].variables;
            effect.kind == kind
                && effect.group == group
                && effect.way.iter().map(|&v| &names[v]).eq(way.iter().copied())
        })
    }

    fn add_network(&mut self, table: &ParameterTable, network: Network) {
        let block = &table.blocks[network.block];
        let find = |names: &[String], name: &String| names.iter().position(|n| n == name);
        let deviations = network.variables.iter().map(|name| {
            let latent = find(&block.latent, name).map(Deviation::Latent);
            latent.or_else(|| find(&block.observed, name).map(Deviation::Observed))
        });
        let Some(deviations) = deviations.collect::<Option<Vec<_>>>() else { return };
        self.deviations.push(deviations);
        let index = self.networks.len();
        let order = network.causes_first();
        for (from, to) in order.iter().flat_map(|&from| order.iter().map(move |&to| (from, to))) {
            if from != to && network.reaches(from, to) {
                self.add_pair(&network, index, block.group, from, to);
            }
        }
        self.networks.push(network);
    }

    fn add_pair(&mut self, network: &Network, index: usize, group: usize, from: usize, to: usize) {
        let mut add = |kind, way| self.effects.push(PlannedEffect { kind, network: index, way, group });
        if network.path(from, to).is_some() {
            add(EffectKind::Direct, vec![from, to]);
        }
        let ways = network.ways(from, to, MOST_WAYS);
        if !ways.ways.is_empty() {
            for way in &ways.ways {
                add(EffectKind::SpecificIndirect, way.clone());
            }
            add(EffectKind::TotalIndirect, vec![from, to]);
        }
        add(EffectKind::Total, vec![from, to]);
        self.ways_left_out += usize::from(ways.cut);
    }

    /// How many values [`values`](Self::values) gives.
    pub fn width(&self) -> usize {
        2 * (self.effects.len() + self.contrasts.len())
    }

    /// The unstandardized effects, the standardized effects, then contrasts of both, from the estimates of all rows and the implied
    /// moments of all blocks. `None` where a variance is not positive or (I − B) has no inverse.
    pub fn values(&self, estimates: &[Option<f64>], implied: &[ImpliedMoments]) -> Vec<Option<f64>> {
        let direct: Vec<Option<Matrix>> = self.networks.iter().map(|n| n.direct_effects(estimates)).collect();
        let total: Vec<Option<Matrix>> = direct.iter().map(|b| Network::total_effects(b.as_ref()?)).collect();
        let raw: Vec<Option<f64>> = self
            .effects
            .iter()
            .map(|effect| effect_value(effect, direct[effect.network].as_ref()?, total[effect.network].as_ref()?))
            .collect();
        let standardized: Vec<Option<f64>> = self
            .effects
            .iter()
            .zip(&raw)
            .map(|(effect, value)| {
                let (from, to) = (effect.way[0], effect.way[effect.way.len() - 1]);
                Some(
                    (*value)? * self.deviation(effect.network, from, implied)?
                        / self.deviation(effect.network, to, implied)?,
                )
            })
            .collect();
        let difference = |values: &[Option<f64>]| {
            self.contrasts.iter().map(|&(l, r)| Some(values[l]? - values[r]?)).collect::<Vec<Option<f64>>>()
        };
        let contrasts = [difference(&raw), difference(&standardized)].concat();
        [raw, standardized, contrasts].concat()
    }

    fn deviation(&self, network: usize, variable: usize, implied: &[ImpliedMoments]) -> Option<f64> {
        let moments = implied.get(self.networks[network].block)?;
        let variance = match self.deviations[network][variable] {
            Deviation::Latent(i) => moments.latent_covariance[(i, i)],
            Deviation::Observed(i) => moments.covariance[(i, i)],
        };
        (variance > 0.0).then(|| variance.sqrt())
    }
}

fn effect_value(effect: &PlannedEffect, direct: &Matrix, total: &Matrix) -> Option<f64> {
    let (from, to) = (effect.way[0], effect.way[effect.way.len() - 1]);
    let value = match effect.kind {
        EffectKind::Direct | EffectKind::SpecificIndirect => {
            effect.way.windows(2).map(|pair| direct[(pair[1], pair[0])]).product()
        }
        EffectKind::TotalIndirect => total[(to, from)] - direct[(to, from)],
        EffectKind::Total => total[(to, from)],
    };
    Some(value).filter(|v: &f64| v.is_finite())
}

/// Every effect of a fitted model with delta-method standard errors and, with resamples, bootstrap intervals.
///
/// `alpha` decides the type of each mediation.
pub fn effects(fit: &Fit, plan: &EffectPlan, resampling: Option<&Resampling>, alpha: f64) -> Effects {
    let values = plan.values(&fit.estimates, &fit.implied);
    let errors = delta_errors(fit, plan, &values);
    let estimate = |k: usize| effect_estimate(values[k], errors[k], resampling.and_then(|r| r.summary(k, values[k])));
    let n = plan.effects.len();
    let mut list: Vec<Effect> = (0..n).map(|k| described(plan, k, estimate(k), estimate(n + k))).collect();
    for k in 0..n {
        list[k].proportion = proportion(&list, k);
    }
    let m = plan.contrasts.len();
    let contrasts = plan.contrasts.iter().enumerate().map(|(k, &(left, right))| Contrast {
        left,
        right,
        unstandardized: estimate(2 * n + k),
        standardized: estimate(2 * n + m + k),
    });
    Effects {
        mediations: mediations(&list, alpha),
        contrasts: contrasts.collect(),
        differences: path_differences(fit),
        stability_index: stability(fit, plan),
        bootstrap: resampling.map(|r| r.account()),
        ways_left_out: plan.ways_left_out,
        effects: list,
    }
}

fn described(plan: &EffectPlan, k: usize, unstandardized: EffectEstimate, standardized: EffectEstimate) -> Effect {
    let planned = &plan.effects[k];
    let names = &plan.networks[planned.network].variables;
    let way: Vec<String> = planned.way.iter().map(|&v| names[v].clone()).collect();
    Effect {
        kind: planned.kind,
        from: way[0].clone(),
        to: way[way.len() - 1].clone(),
        way,
        group: planned.group,
        unstandardized,
        standardized,
        proportion: None,
    }
}

fn effect_estimate(estimate: Option<f64>, se: Option<f64>, bootstrap: Option<BootstrapEstimate>) -> EffectEstimate {
    let z = estimate.zip(se).map(|(e, se)| e / se);
    EffectEstimate { estimate, se, z, p: z.map(normal_two_tailed), bootstrap }
}

/// Standard errors √diag(J V J'), J the derivative of all values with respect to the free parameters.
///
/// J by differences with Richardson extrapolation: standard deviations depend on every parameter, and
/// the differences agree with the exact derivative to ten digits.
fn delta_errors(fit: &Fit, plan: &EffectPlan, values: &[Option<f64>]) -> Vec<Option<f64>> {
    let Some(vcov) = &fit.vcov else { return vec![None; values.len()] };
    let at = |theta: &[f64]| -> Vec<f64> {
        match evaluate(fit, theta) {
            Some((estimates, implied)) => {
                plan.values(&estimates, &implied).into_iter().map(|v| v.unwrap_or(f64::NAN)).collect()
            }
            None => vec![f64::NAN; plan.width()],
        }
    };
    let jacobian = finite_differences::jacobian(at, &fit.theta);
    (0..values.len())
        .map(|k| {
            let row = jacobian.row(k);
            let variance = covary_numerics::matrix::dot(row, &vcov.times_vector(row));
            (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
        })
        .collect()
}

impl Resampling<'_> {
    fn account(&self) -> EffectBootstrap {
        EffectBootstrap {
            resamples: self.bootstrap.drawn,
            used: self.bootstrap.theta.rows(),
            failed: self.bootstrap.failed.len(),
            inadmissible: self.bootstrap.inadmissible.len(),
            seed: self.seed,
            level: self.level,
            interval: self.interval,
        }
    }

    /// What the resamples say about value `k`. `None` where fewer than half of them have it, or it does not vary.
    fn summary(&self, k: usize, estimate: Option<f64>) -> Option<BootstrapEstimate> {
        let estimate = estimate?;
        let column = self.bootstrap.observed.column(self.first_column + k);
        let values: Vec<f64> = column.into_iter().filter(|v| v.is_finite()).collect();
        if values.len() < 2 || values.len() < self.bootstrap.drawn / 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let se = intervals::standard_error(&values)?;
        if se <= 1e-12 * estimate.abs() {
            return None;
        }
        let acceleration = self.jackknife.and_then(|refits| {
            let column = self.first_column + k;
            let left_out: Vec<(f64, f64)> =
                refits.iter().filter_map(|refit| Some((refit.weight, (*refit.observed.get(column)?)?))).collect();
            intervals::acceleration(&left_out)
        });
        let of = |kind| BootstrapInterval::of(kind, estimate, &values, acceleration, self.level);
        let percentile = of(IntervalName::Percentile);
        let bias_corrected = of(IntervalName::BiasCorrected);
        let bca = acceleration.map_or_else(BootstrapInterval::default, |_| of(IntervalName::Bca));
        let chosen = match self.interval {
            IntervalKind::Percentile => percentile,
            IntervalKind::BiasCorrected => bias_corrected,
            IntervalKind::Bca => bca,
        };
        Some(BootstrapEstimate {
            se,
            bias: mean - estimate,
            z: Some(estimate / se),
            lower: chosen.lower,
            upper: chosen.upper,
            p: chosen.p,
            percentile,
            bias_corrected,
            bca,
        })
    }
}

impl BootstrapInterval {
    fn of(kind: IntervalName, estimate: f64, values: &[f64], acceleration: Option<f64>, level: f64) -> Self {
        let limits = intervals::interval(kind, estimate, values, acceleration, level);
        BootstrapInterval {
            lower: limits.map(|l| l.lower),
            upper: limits.map(|l| l.upper),
            p: intervals::two_tailed_p(kind, estimate, values, acceleration),
        }
    }
}

/// Share of the total effect: defined where direct and total indirect effect have the same sign.
///
/// With opposite signs shares fall outside 0 to 1 and mislead (Preacher and Kelley, 2011; Wen and Fan, 2015).
fn proportion(list: &[Effect], k: usize) -> Option<f64> {
    let effect = &list[k];
    let of = |kind| {
        list.iter()
            .find(|e| e.kind == kind && e.group == effect.group && e.from == effect.from && e.to == effect.to)
            .and_then(|e| e.unstandardized.estimate)
    };
    let (value, total) = (effect.unstandardized.estimate?, of(EffectKind::Total)?);
    let direct = of(EffectKind::Direct).unwrap_or(0.0);
    let indirect = of(EffectKind::TotalIndirect).unwrap_or(0.0);
    let parts_agree = direct * indirect >= 0.0 && value * total > 0.0 && value.abs() <= total.abs() * (1.0 + 1e-12);
    parts_agree.then(|| value / total)
}

fn mediations(list: &[Effect], alpha: f64) -> Vec<Mediation> {
    let position = |kind, like: &Effect| {
        list.iter().position(|e| e.kind == kind && e.group == like.group && e.from == like.from && e.to == like.to)
    };
    list.iter()
        .enumerate()
        .filter(|(_, effect)| effect.kind == EffectKind::SpecificIndirect)
        .map(|(indirect, effect)| {
            let direct = position(EffectKind::Direct, effect);
            Mediation {
                way: effect.way.clone(),
                group: effect.group,
                indirect,
                direct,
                total: position(EffectKind::Total, effect),
                proportion: effect.proportion,
                kind: mediation_type(differs(effect, alpha), direct.map(|d| differs(&list[d], alpha))),
            }
        })
        .collect()
}

/// The estimate and whether it differs from 0: by the deciding interval for both effects, so that they are judged alike; by
/// z without resamples.
fn differs(effect: &Effect, alpha: f64) -> Option<(f64, bool)> {
    let estimate = &effect.unstandardized;
    let p = estimate.bootstrap.as_ref().map_or(estimate.p, |b| b.p);
    Some((estimate.estimate?, p? < alpha))
}

fn stability(fit: &Fit, plan: &EffectPlan) -> Vec<Option<f64>> {
    plan.networks.iter().map(|n| Network::stability_index(&n.direct_effects(&fit.estimates)?)).collect()
}
