//! Power studies against normal theory, against each other, and against lavaan.
//!
//! Shares of replicates are compared within four and a half of their Monte Carlo errors; the seeds are fixed.

use covary_numerics::distributions::{chi_squared_quantile, noncentral_chi_squared_sf};
use covary_sem::{
    SemError,
    options::settings_from,
    parse,
    power::{Design, PowerAtN, PowerReport, PowerSettings, Share, Study, monte_carlo, sample_size},
    simulate::SimulationSettings,
};
use serde_json::json;

const MEDIATION: &str = "m =~ 0.8*m1 + 0.7*m2 + 0.75*m3\ny =~ 0.8*y1 + 0.7*y2 + 0.75*y3\nx =~ 0.8*x1 + 0.7*x2 + 0.75*x3\n\
                         m ~ a*x + start(0.4)*x\ny ~ b*m + start(0.35)*m + start(0.1)*x\nind := a*b\n\
                         m1 ~~ 0.36*m1\nm2 ~~ 0.51*m2\nm3 ~~ 0.44*m3\ny1 ~~ 0.36*y1\ny2 ~~ 0.51*y2\ny3 ~~ 0.44*y3\n\
                         x1 ~~ 0.36*x1\nx2 ~~ 0.51*x2\nx3 ~~ 0.44*x3";
const ANALYSED: &str = "m =~ m1 + m2 + m3\ny =~ y1 + y2 + y3\nx =~ x1 + x2 + x3\nm ~ a*x\ny ~ b*m + x\nind := a*b";

fn study(model: &str, population: Option<&str>, options: serde_json::Value) -> Study {
    let population = population.map(|text| parse(text).unwrap());
    let settings =
        settings_from(options.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value))).unwrap();
    Study::new(&Design { population: population.as_ref(), ..Design::new(&parse(model).unwrap(), &settings) }).unwrap()
}

fn plan(grid: &[&[usize]], replicates: usize) -> PowerSettings {
    PowerSettings {
        grid: grid.iter().map(|cases| cases.to_vec()).collect(),
        replicates,
        alpha: 0.05,
        target: 0.8,
        drawing: SimulationSettings::default(),
        limit_draws: None,
        seed: 3,
    }
}

fn run(study: &Study, plan: &PowerSettings) -> PowerReport {
    monte_carlo(study, plan, &|_| true).unwrap()
}

#[track_caller]
fn near(what: &str, share: Share, expected: f64, slack: f64) {
    let error = (expected * (1.0 - expected) / share.of as f64).sqrt();
    let value = share.value.unwrap();
    assert!((value - expected).abs() <= 4.5 * error + slack, "{what}: {value}, expected {expected} ± {error}");
}

fn of<'a>(study: &Study, at: &'a PowerAtN, name: &str) -> &'a covary_sem::power::ParameterAtN {
    &at.parameters[study.find(name).unwrap()]
}

/// lavaan 0.6-14 fitted to the population's moments with N = 200: Φ(z − 1.96) + Φ(−z − 1.96); 1e-6: where its search ends.
#[test]
fn power_by_approximation_is_that_of_lavaans_standard_errors() {
    let check = |study: &Study, expected: [(&str, f64, f64); 4]| {
        let report = run(study, &plan(&[&[200]], 2));
        for (name, value, power) in expected {
            let own = of(study, &report.grid[0], name);
            let truth = study.value(study.find(name).unwrap()).unwrap();
            assert!((truth - value).abs() < 1e-7, "{name}: {truth}");
            assert!((own.analytic_power.unwrap() - power).abs() < 1e-6, "{name}: {:?}", own.analytic_power);
        }
        assert_eq!((report.df, report.npar, report.misfit), (24, 21, 0.0));
    };
    check(
        &study(MEDIATION, None, json!({})),
        [
            ("a", 0.4, 0.984_562_740_9),
            ("y ~ m", 0.35, 0.951_958_130_0),
            ("y~x", 0.1, 0.171_469_904_9),
            ("ind", 0.14, 0.807_706_224_2),
        ],
    );
    // The same population analysed in another unit of the factors.
    check(
        &study(ANALYSED, Some(MEDIATION), json!({})),
        [
            ("m =~ m2", 0.875, 1.0),
            ("m ~ x", 0.4, 0.987_033_645_9),
            ("y ~ m", 0.35, 0.958_390_239_4),
            ("ind", 0.14, 0.812_890_925_2),
        ],
    );
}

/// With many cases theory and simulation agree: power, coverage, standard errors, false alarms.
///
/// The slack of .01 is what N = 500 leaves of the asymptotic figures.
#[test]
fn simulated_power_is_that_of_theory_in_large_samples() {
    let own = study(&MEDIATION.replace("start(0.1)*x", "start(0)*x"), None, json!({}));
    let report = run(&own, &plan(&[&[500]], 2000));
    let at = &report.grid[0];
    assert!(report.by_moments && report.has_truth);
    near("converged", at.converged, 1.0, 0.001);
    near("rejected", at.fit.rejected, 0.05, 0.01);
    for (parameter, tracked) in at.parameters.iter().zip(&report.parameters) {
        near(&format!("coverage of {}", tracked.name), parameter.coverage, 0.95, 0.012);
        assert!((parameter.se_ratio.unwrap() - 1.0).abs() < 0.08, "{}: {parameter:?}", tracked.name);
        let error = parameter.mean.error.unwrap();
        assert!(parameter.bias.unwrap().abs() < 4.5 * error + 0.005, "{}: {parameter:?}", tracked.name);
    }
    near("false alarms", of(&own, at, "y ~ x").power, 0.05, 0.01);
    assert!(of(&own, at, "y ~ x").relative_bias.is_none());
    let path = of(&own, at, "y ~ m");
    near("power", path.power, path.analytic_power.unwrap(), 0.01);
    assert!((at.fit.chisq.value.unwrap() - 24.0).abs() < 1.0, "{:?}", at.fit.chisq);
}

/// A model without the direct path misses by F₀ (lavaan 0.6-14, fmin = F₀/2): the test of fit rejects as often as a noncentral χ²
/// with λ = N F₀ exceeds the critical value.
#[test]
fn a_model_that_misses_is_rejected_as_often_as_theory_says() {
    let population = MEDIATION.replace("start(0.1)*x", "start(0.3)*x");
    let own =
        study("m =~ m1 + m2 + m3\ny =~ y1 + y2 + y3\nx =~ x1 + x2 + x3\nm ~ x\ny ~ m", Some(&population), json!({}));
    let report = run(&own, &plan(&[&[600]], 2000));
    let expected = noncentral_chi_squared_sf(chi_squared_quantile(0.95, 25.0).unwrap(), 25.0, 600.0 * own.truth.misfit);
    assert!((0.2..0.9).contains(&expected), "{expected}");
    near("rejected", report.grid[0].fit.rejected, expected, 0.02);
    let small = study(
        "m =~ m1 + m2 + m3\ny =~ y1 + y2 + y3\nx =~ x1 + x2 + x3\nm ~ x\ny ~ m",
        Some(MEDIATION),
        json!({"std.lv": true}),
    );
    // 1e-9: both searches end at gradients below 1e-6.
    assert!((small.truth.misfit - 2.0 * 0.002_526_407_735_21).abs() < 1e-9, "{}", small.truth.misfit);
    assert!((small.value(small.find("m ~ x").unwrap()).unwrap() - 0.407_707_693_8).abs() < 1e-6);
    assert!((report.population_rmsea.unwrap() - (own.truth.misfit / 25.0).sqrt()).abs() < 1e-12);
}

/// Drawing moments and drawing cases are the same in law; the independent generators of normal variables force the latter.
#[test]
fn moments_and_cases_tell_the_same() {
    let own = study(MEDIATION, None, json!({}));
    let moments = run(&own, &plan(&[&[150]], 1500));
    let mut by_cases = plan(&[&[150]], 1500);
    by_cases.drawing.distribution = "independent".into();
    let cases = run(&own, &by_cases);
    assert!(moments.by_moments && !cases.by_moments);
    let alike = |what: &str, a: Share, b: Share| {
        let error = (a.error.unwrap().powi(2) + b.error.unwrap().powi(2)).sqrt();
        assert!((a.value.unwrap() - b.value.unwrap()).abs() <= 4.5 * error + 1e-3, "{what}: {a:?}, {b:?}");
    };
    let (a, b) = (&moments.grid[0], &cases.grid[0]);
    alike("rejected", a.fit.rejected, b.fit.rejected);
    for (k, parameter) in moments.parameters.iter().enumerate() {
        alike(&parameter.name, a.parameters[k].power, b.parameters[k].power);
        alike(&parameter.name, a.parameters[k].coverage, b.parameters[k].coverage);
        let (mean, other) = (a.parameters[k].mean, b.parameters[k].mean);
        let error = mean.error.unwrap().hypot(other.error.unwrap());
        assert!((mean.value.unwrap() - other.value.unwrap()).abs() < 4.5 * error, "{}", parameter.name);
    }
    for (a, b) in [(a.fit.cfi, b.fit.cfi), (a.fit.rmsea, b.fit.rmsea), (a.fit.srmr, b.fit.srmr), (a.fit.tli, b.fit.tli)]
    {
        let error = a.error.unwrap().hypot(b.error.unwrap());
        assert!((a.value.unwrap() - b.value.unwrap()).abs() < 4.5 * error, "{a:?}, {b:?}");
    }
}

#[test]
fn a_study_is_the_same_on_any_number_of_threads_and_in_any_grid() {
    let own = study(MEDIATION, None, json!({}));
    let shown = |threads: usize, grid: &[&[usize]]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let report = pool.install(|| run(&own, &plan(grid, 100)));
        serde_json::to_string(&report.grid.last().unwrap()).unwrap()
    };
    let one = shown(1, &[&[120]]);
    assert_eq!(one, shown(2, &[&[120]]));
    assert_eq!(one, shown(2, &[&[80], &[120]]));
    assert_ne!(one, shown(1, &[&[121]]));
}

/// Two groups, constants, missing values under FIML, robust tests, Monte Carlo limits.
#[test]
fn studies_of_other_kinds_run_and_are_right() {
    let groups = "f =~ 1*x1 + 0.8*x2 + 0.7*x3 + 0.75*x4\nf ~ c(0, 0.5)*1\nf ~~ c(0.8, 0.9)*f\nx1 ~~ 0.4*x1\nx2 ~~ 0.4*x2\n\
                  x3 ~~ 0.4*x3\nx4 ~~ 0.4*x4";
    let own = study(groups, None, json!({"group.equal": ["loadings", "intercepts"]}));
    // A constant that differs between groups is one vector of the text: the mean of group 2 is free.
    assert!(own.constants.iter().any(|text| text.contains("f =~ x1 = 1")), "{:?}", own.constants);
    let report = run(&own, &plan(&[&[200, 300]], 400));
    let mean = of(&own, &report.grid[0], "f ~ 1 (group 2)");
    near("mean difference", mean.coverage, 0.95, 0.01);
    near("power of the mean difference", mean.power, mean.analytic_power.unwrap(), 0.02);
    assert_eq!(report.grid[0].n_obs, [200, 300]);

    let mut missing = plan(&[&[300]], 150);
    missing.drawing.missing = vec!["mar:0.3:x1:y1,y2,y3".into()];
    let own = study(MEDIATION, None, json!({"missing": "ml"}));
    let report = run(&own, &missing);
    assert!(!report.by_moments);
    for (parameter, tracked) in report.grid[0].parameters.iter().zip(&report.parameters) {
        near(&format!("coverage of {} under FIML", tracked.name), parameter.coverage, 0.95, 0.02);
        assert!(parameter.analytic_power.is_none());
    }
    let mut skewed = plan(&[&[300]], 100);
    skewed.drawing.distribution = "vale-maurelli".into();
    skewed.drawing.shape.kurtosis = vec![4.0];
    let robust = run(&study(MEDIATION, None, json!({"estimator": "MLM"})), &skewed);
    let plain = run(&study(MEDIATION, None, json!({})), &skewed);
    let rejected = |report: &PowerReport| report.grid[0].fit.rejected.value.unwrap();
    assert!(rejected(&robust) <= rejected(&plain), "{} {}", rejected(&robust), rejected(&plain));

    let own = study(MEDIATION, None, json!({}));
    let mut drawn = plan(&[&[150]], 400);
    drawn.limit_draws = Some(500);
    let (drawn, delta) = (run(&own, &drawn), run(&own, &plan(&[&[150]], 400)));
    let (drawn, delta) = (of(&own, &drawn.grid[0], "ind"), of(&own, &delta.grid[0], "ind"));
    // The product of two normal variables is skewed: limits that know it find more.
    assert!(drawn.power.value > delta.power.value, "{:?} {:?}", drawn.power, delta.power);
    near("coverage of drawn limits", drawn.coverage, 0.95, 0.015);
}

/// At the N that is found the power is the wanted one, in other samples.
#[test]
fn the_sample_size_found_has_the_wanted_power() {
    let own = study(MEDIATION, None, json!({}));
    let parameter = own.find("ind").unwrap();
    let found = sample_size::sample_size(&own, parameter, &[1.0], &plan(&[], 400), &|_| true).unwrap();
    let needed = found.needed.unwrap();
    assert!(needed.lower < needed.n_total && needed.n_total <= needed.upper, "{needed:?}");
    let other = PowerSettings { seed: 77, ..plan(&[&[needed.n_total]], 2000) };
    near("power", of(&own, &run(&own, &other).grid[0], "ind").power, 0.8, 0.03);
    // Φ((z.₉₇₅ + z.₈)² V/δ²) of lavaan's S.E. at N = 200: (2.8016/2.8294)² · 200 = 196.1
    assert_eq!(found.analytic, Some(197));
    assert_eq!(sample_size::split(101, &[1.0, 1.0]).iter().sum::<usize>(), 101);
    assert_eq!(sample_size::split(100, &[1.0, 3.0]), [25, 75]);
}

#[test]
fn what_cannot_be_studied_is_refused_with_its_reason() {
    let refused = |model: &str, population: Option<&str>, options: serde_json::Value, expected: &[&str]| {
        let population = population.map(|text| parse(text).unwrap());
        let settings =
            settings_from(options.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value))).unwrap();
        let model = parse(model).unwrap();
        let study = Study::new(&Design { population: population.as_ref(), ..Design::new(&model, &settings) });
        let text = study.map(|_| ()).unwrap_err().to_string();
        for word in expected {
            assert!(text.contains(word), "\"{word}\" in: {text}");
        }
    };
    refused(MEDIATION, None, json!({"cluster": "class"}), &["cluster", "power studies"]);
    let cut = format!("{ANALYSED}\nm1 | t1");
    refused(&cut, Some(MEDIATION), json!({}), &["ordered outcomes"]);
    refused(MEDIATION, None, json!({"aux": "q"}), &["aux", "power studies"]);
    refused("f =~ q1 + q2 + q3", Some(MEDIATION), json!({}), &["q1"]);
    refused("f =~ 0.8*a + 0.7*b", None, json!({}), &["not identified", "f =~ a"]);
    let own = study(MEDIATION, None, json!({}));
    assert!(own.find("c").unwrap_err().to_string().contains("y ~ m"));
    let message = |plan: PowerSettings| monte_carlo(&own, &plan, &|_| true).unwrap_err();
    let text = |error: SemError| error.to_string();
    assert!(text(message(plan(&[&[100]], 1))).contains("at least two"));
    assert!(text(message(PowerSettings { alpha: 1.0, ..plan(&[&[100]], 10) })).contains("alpha"));
    let zero = study(&MEDIATION.replace("start(0.1)*x", "start(0)*x"), None, json!({}));
    let parameter = zero.find("y ~ x").unwrap();
    let error = sample_size::sample_size(&zero, parameter, &[1.0], &plan(&[], 10), &|_| true).unwrap_err();
    assert!(error.to_string().contains("is 0 in the population"), "{error}");
    // Fewer cases than variables: nothing to analyse, and nothing that looks like it.
    let report = monte_carlo(&own, &plan(&[&[8]], 20), &|_| true);
    if let Ok(report) = report {
        let used = report.grid[0].inadmissible.of;
        assert!(
            report.grid[0].parameters.iter().all(|parameter| parameter.power.of <= used),
            "{:?}",
            report.grid[0].converged
        );
    }
}
