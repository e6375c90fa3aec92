//! The whole study, on one page.

use covary_data::Dataset;
use covary_numerics::{Matrix, moments::mean_and_covariance};
use covary_sem::{
    Data, Fit, FitReport, Settings,
    inference::{
        Bootstrap,
        bootstrap::{LeaveOneOut, Resample, bootstrap, jackknife},
        intervals,
    },
    options::settings_from,
    settings::{BootstrapInterval, MissingValues},
};
use covary_study::{Claim, IntervalKind, Missing, Study};
use serde_json::{Value, json};

use crate::{
    AnalysisError, Provenance, Results,
    adequacy::adequacy,
    answers::{Answers, items_of},
    descriptives::{Descriptives, describe},
    effects::{EffectPlan, Effects, Resampling, effects},
    factors::{FactorSettings, factor_analysis},
    findings::{Evidence, review},
    hypotheses::decide,
    method_bias::{construct_vif, method_bias},
    model_text::{constructs_in_model, measurement_text, structural_text},
    pilot::pilot,
    profile::profile,
    reliability::reliability,
    screening::screen,
    validity::{Validity, htmt_matrix, validity, validity_with_intervals},
};

/// What a study is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The plan.
    pub study: &'a Study,
    /// The returned questionnaires.
    pub survey: &'a Dataset,
    /// The questionnaires of the pre-survey.
    pub pilot: Option<&'a Dataset>,
    /// Where the figures come from; copied into the results.
    pub provenance: &'a Provenance,
}

/// A step of the study, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Screening and the pre-survey.
    Screening,
    /// Profile, descriptives, factors, reliability.
    Description,
    /// The measurement model.
    MeasurementModel,
    /// The structural model.
    StructuralModel,
    /// So many resamples.
    Resampling(usize),
    /// Effects, decisions, findings.
    Conclusions,
}

/// Who is told how far the work is.
pub trait Watcher: Sync {
    /// A step begins.
    fn step(&self, step: Step);
    /// So many resamples are done; false stops resampling.
    fn resamples(&self, done: usize) -> bool;
}

/// Nobody waits.
impl Watcher for () {
    fn step(&self, _: Step) {}
    fn resamples(&self, _: usize) -> bool {
        true
    }
}

/// The whole study: from returned questionnaires to decided hypotheses and what a reviewer would say.
///
/// # Errors
/// What cannot be computed at all: an unknown variable, text or constant answers in an item, too few cases, a
/// model that cannot be read, a hypothesis about something the model does not have.
pub fn analyse(inputs: &Inputs, watcher: &dyn Watcher) -> Result<Results, AnalysisError> {
    let study = inputs.study;
    watcher.step(Step::Screening);
    let screened = screen(inputs.survey, study)?;
    let data = &screened.valid;
    let pilot = match (inputs.pilot, &study.pilot) {
        (Some(dataset), Some(plan)) => Some(pilot(dataset, &study.constructs, plan)?),
        _ => None,
    };

    watcher.step(Step::Description);
    let items = items_of(&study.constructs);
    let profile = profile(data, &study.profile)?;
    let controls = observed_model_variables(study, data);
    let descriptives = describe(data, &items, &study.constructs, &controls)?;
    let adequacy = Some(adequacy(data, &items)?);
    let factors = Some(factor_analysis(data, &items, &FactorSettings::of_study(study))?);
    let reliability = reliability(data, &study.constructs)?;
    let correlations = item_correlations(data, &items)?;

    watcher.step(Step::MeasurementModel);
    let settings = settings_of(study)?;
    let measurement = fit_text(&measurement_text(&study.constructs), data, &settings)?;
    let measurement_report = FitReport::new(&measurement);
    let validity = validity(&study.constructs, &measurement_report, &correlations, &items, study.bootstrap.level);
    let vif = construct_vif(
        &names_of(&validity),
        scores(&descriptives).as_ref(),
        latent(&measurement_report, &validity).as_ref(),
    );
    let method_bias = method_bias(data, &items, &correlations, &measurement, &settings, vif)?;

    watcher.step(Step::StructuralModel);
    let structural = structural_text(study).map(|text| fit_text(&text, data, &settings)).transpose()?;
    let conclusions = conclude(study, &measurement, structural.as_ref(), validity, watcher)?;
    let structural_model = structural.as_ref().map(FitReport::new);

    watcher.step(Step::Conclusions);
    let hypotheses = match (&structural_model, &conclusions.effects) {
        (Some(report), Some(effects)) => decide(&study.hypotheses, report, effects, study.alpha)?,
        _ => Vec::new(),
    };
    let findings = review(&Evidence {
        study,
        screening: &screened.result,
        pilot: pilot.as_ref(),
        descriptives: &descriptives,
        adequacy: adequacy.as_ref(),
        factors: factors.as_ref(),
        reliability: &reliability,
        validity: &conclusions.validity,
        method_bias: &method_bias,
        measurement: &measurement_report,
        structural: structural_model.as_ref(),
        effects: conclusions.effects.as_ref(),
        hypotheses: &hypotheses,
    });
    Ok(Results {
        schema: "covary.results/1",
        title: study.title.clone(),
        constructs: study.constructs.clone(),
        labels: labels(study, data),
        screening: screened.result,
        pilot,
        profile,
        descriptives,
        adequacy,
        factors,
        reliability,
        validity: conclusions.validity,
        method_bias,
        measurement_model: measurement_report,
        structural_model,
        model_text: structural_text(study).unwrap_or_else(|| measurement_text(&study.constructs)),
        effects: conclusions.effects,
        hypotheses,
        findings,
        provenance: inputs.provenance.clone(),
    })
}

/// The choices of the study's models: its convention, then what `[model]` says.
///
/// # Errors
/// An option that is unknown, or not built yet, named; missing answers that screening would not leave to the model.
pub fn settings_of(study: &Study) -> Result<Settings, AnalysisError> {
    let convention = json!(match study.convention {
        covary_study::ConventionName::Amos => "amos",
        covary_study::ConventionName::Lavaan => "lavaan",
        covary_study::ConventionName::Mplus => "mplus",
    });
    let level = json!(study.bootstrap.level);
    let own: [(&str, &Value); 2] = [("convention", &convention), ("level", &level)];
    let stated = study.model.iter().flat_map(|model| model.options.iter().map(|(name, value)| (name.as_str(), value)));
    let mut settings = settings_from(own.into_iter().chain(stated))?;
    match (study.screening.missing, settings.missing) {
        (Missing::Fiml, MissingValues::Listwise) => settings.missing = MissingValues::Ml,
        (Missing::Listwise, missing) if missing != MissingValues::Listwise => {
            let text = "model.missing has nothing to work on: screening.missing = \"listwise\" leaves out every case \
                        with a missing answer; write screening.missing = \"fiml\"";
            return Err(AnalysisError::Request(text.to_string()));
        }
        _ => {}
    }
    Ok(settings)
}

fn fit_text(text: &str, data: &Dataset, settings: &Settings) -> Result<Fit, AnalysisError> {
    Ok(covary_sem::fit(&covary_sem::parse(text)?, &Data::Cases(data), settings)?)
}

struct Conclusions {
    validity: Validity,
    effects: Option<Effects>,
}

/// Effects and HTMT intervals, from the same resamples where one model holds all items.
fn conclude(
    study: &Study,
    measurement: &Fit,
    structural: Option<&Fit>,
    validity: Validity,
    watcher: &dyn Watcher,
) -> Result<Conclusions, AnalysisError> {
    let resamples = study.bootstrap.resamples;
    let everything_inside = structural.is_some() && constructs_in_model(study).len() == study.constructs.len();
    let mut plan = structural.map(|fit| EffectPlan::new(&fit.table));
    if let (Some(plan), Some(fit)) = (&mut plan, structural) {
        plan_contrasts(study, plan, fit);
    }
    let base = if everything_inside { structural.unwrap_or(measurement) } else { measurement };
    let htmt = HtmtObserver::new(study, base);
    if resamples == 0 {
        let effects = structural.zip(plan.as_ref()).map(|(fit, plan)| effects(fit, plan, None, study.alpha));
        return Ok(Conclusions { validity, effects });
    }
    watcher.step(Step::Resampling(resamples));
    let resample = |fit: &Fit, observe: &(dyn Fn(&Resample) -> Vec<Option<f64>> + Sync)| {
        bootstrap(fit, resamples, study.bootstrap.seed, observe, &|done| watcher.resamples(done))
    };
    match structural.zip(plan.as_ref()) {
        Some((fit, plan)) if fit.converged() => {
            let observe = |resample: &Resample| {
                let mut values = plan.values(resample.estimates, resample.implied);
                if everything_inside {
                    values.extend(htmt.values(resample));
                }
                values
            };
            let resampled = resample(fit, &observe)?;
            let left_out = (study.bootstrap.interval == IntervalKind::Bca || jackknife_is_cheap(fit))
                .then(|| jackknife(fit, &observe))
                .transpose()?;
            let validity = if everything_inside {
                htmt.complete(validity, &resampled, plan.width(), study.bootstrap.level)
            } else {
                let own = resample(measurement, &|r: &Resample| htmt.values(r))?;
                htmt.complete(validity, &own, 0, study.bootstrap.level)
            };
            let effects = effects(fit, plan, Some(&resampling(study, &resampled, left_out.as_deref())), study.alpha);
            Ok(Conclusions { validity, effects: Some(effects) })
        }
        other => {
            let own = if measurement.converged() {
                Some(resample(measurement, &|r: &Resample| htmt.values(r))?)
            } else {
                None
            };
            let validity = match &own {
                Some(own) => htmt.complete(validity, own, 0, study.bootstrap.level),
                None => validity,
            };
            Ok(Conclusions { validity, effects: other.map(|(fit, plan)| effects(fit, plan, None, study.alpha)) })
        }
    }
}

/// Leaving out one case at a time costs as many fits as there are distinct rows: next to thousands of resamples nothing.
fn jackknife_is_cheap(fit: &Fit) -> bool {
    let rows: usize = fit.sample.blocks.iter().filter_map(|b| b.rows.as_ref()).map(|rows| rows.counts.len()).sum();
    rows <= 2000
}

fn resampling<'a>(study: &Study, resampled: &'a Bootstrap, left_out: Option<&'a [LeaveOneOut]>) -> Resampling<'a> {
    Resampling {
        bootstrap: resampled,
        jackknife: left_out,
        first_column: 0,
        interval: study.bootstrap.interval,
        level: study.bootstrap.level,
        seed: study.bootstrap.seed,
    }
}

/// Hypotheses that compare two effects need their difference in every resample.
fn plan_contrasts(study: &Study, plan: &mut EffectPlan, fit: &Fit) {
    for hypothesis in &study.hypotheses {
        if let Claim::Comparison { left, right, .. } = &hypothesis.claim {
            for group in 1..=fit.table.blocks.len() {
                if let (Some(l), Some(r)) = (plan.position(left, group), plan.position(right, group)) {
                    plan.add_contrast(l, r);
                }
            }
        }
    }
}

/// HTMT of every pair of constructs in a resample.
struct HtmtObserver {
    /// Positions in the first block's observed variables.
    sets: Vec<Vec<usize>>,
}

impl HtmtObserver {
    fn new(study: &Study, fit: &Fit) -> Self {
        let observed = &fit.table.blocks[0].observed;
        let position = |item: &String| observed.iter().position(|name| name == item);
        let measured = study.constructs.iter().filter(|c| !c.items().is_empty());
        HtmtObserver { sets: measured.map(|c| c.items().iter().filter_map(position).collect()).collect() }
    }

    fn values(&self, resample: &Resample) -> Vec<Option<f64>> {
        match resample.moments.first().and_then(|(covariance, _)| covariance.to_correlation()) {
            Some(correlations) => htmt_matrix(&correlations, &self.sets),
            None => vec![None; self.sets.len() * self.sets.len().saturating_sub(1) / 2],
        }
    }

    /// Percentile intervals, whatever kind the effects have: HTMT's sampling distribution is what its authors take quantiles of.
    fn complete(&self, validity: Validity, resampled: &Bootstrap, first: usize, level: f64) -> Validity {
        let intervals: Vec<Option<(f64, f64)>> = (0..validity.pairs.len())
            .map(|pair| {
                let values: Vec<f64> =
                    resampled.observed.column(first + pair).into_iter().filter(|v| v.is_finite()).collect();
                let limits = intervals::interval(BootstrapInterval::Percentile, 0.0, &values, None, level)?;
                Some((limits.lower, limits.upper))
            })
            .collect();
        validity_with_intervals(validity, &intervals)
    }
}

fn item_correlations(data: &Dataset, items: &[String]) -> Result<Matrix, AnalysisError> {
    let complete = Answers::read(data, items, "the constructs")?.complete();
    let (_, covariance) = mean_and_covariance(&complete.values);
    covariance
        .to_correlation()
        .ok_or_else(|| AnalysisError::Request("an item does not vary among the valid cases".to_string()))
}

/// Observed variables of the structural model that are no items, in order of first mention in the paths.
fn observed_model_variables(study: &Study, data: &Dataset) -> Vec<String> {
    let Some(model) = &study.model else { return Vec::new() };
    let Ok(formulas) = covary_sem::parse(&model.paths) else { return Vec::new() };
    let is_item = |name: &String| study.constructs.iter().any(|c| c.items().contains(name) || c.name == *name);
    let mut names: Vec<String> = Vec::new();
    for name in formulas.elements.iter().flat_map(|e| [&e.lhs, &e.rhs]) {
        if !names.contains(name) && !is_item(name) && data.position(name).is_some() {
            names.push(name.clone());
        }
    }
    names
}

fn names_of(validity: &Validity) -> Vec<String> {
    validity.constructs.iter().map(|c| c.name.clone()).collect()
}

/// Correlations of construct scores. `None` where one does not exist.
fn scores(descriptives: &Descriptives) -> Option<Matrix> {
    let names: Vec<&String> = descriptives.constructs.iter().map(|c| &c.name).collect();
    let n = names.len();
    let mut correlations = Matrix::identity(n);
    for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let r = descriptives.correlations.between(names[i], names[j])?;
        correlations[(i, j)] = r;
        correlations[(j, i)] = r;
    }
    Some(correlations)
}

fn latent(report: &FitReport, validity: &Validity) -> Option<Matrix> {
    let block = report.latent_correlations.first()?;
    let position = |name: &String| block.names.iter().position(|n| n == name);
    let positions: Vec<usize> = validity.constructs.iter().map(|c| position(&c.name)).collect::<Option<_>>()?;
    Some(block.cor.as_ref()?.select(&positions, &positions))
}

fn labels(study: &Study, data: &Dataset) -> Vec<(String, String)> {
    let of_constructs = study.constructs.iter().map(|c| (c.name.clone(), c.label.clone()));
    let of_variables = data.variables().iter().filter_map(|v| Some((v.name.clone(), v.label.clone()?)));
    of_constructs.chain(of_variables).collect()
}
