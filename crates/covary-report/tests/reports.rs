//! What holds for every report of a study.

mod study;

use std::collections::BTreeSet;

use covary_report::{
    Block, Number, NumberKind, Report, Section, Span, Table, TableRow, Text,
    sections::{
        comparison_document, fit_power_document, fit_report_document, invariance_document, power_document, study_report,
    },
    words::LANGUAGES,
};
use covary_sem::{
    Data, FitReport, Settings,
    comparison::{
        DifferenceSettings, compare,
        invariance::{InvarianceSettings, invariance},
    },
    fit, parse,
    power::{
        Design, PowerSettings, Study, monte_carlo,
        rmsea::{FitPowerReport, FitTest},
        sample_size::sample_size,
    },
    settings::EstimatorName,
    simulate::SimulationSettings,
};
use serde_json::Value;

const STUDIES: &[&str] = &["yongkang", "loyalty-chain", "abilities"];

#[test]
fn every_report_is_sound() {
    for name in STUDIES {
        let results = study::results(name);
        for words in LANGUAGES {
            let report = study_report(&results, *words);
            check_numbers(name, &report, 1000);
            check_ids(name, &report);
            check_tables(name, &report);
            check_percentages(name, &report);
        }
    }
}

/// Reports of comparisons, of invariance, and of a fit with Wald and score tests.
#[test]
fn reports_of_models_against_each_other_are_sound() {
    let data = study::data("../../tests/data/holzinger_swineford_1939.csv");
    let data = Data::Cases(&data);
    let three = parse("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9").unwrap();
    let one = parse("g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9").unwrap();
    let other = parse("g =~ x1 + x2 + x3").unwrap();
    let robust = Settings { estimator: EstimatorName::Mlr, ..Settings::default() };
    let fits = [("three", &three), ("one", &one), ("other", &other)]
        .map(|(name, model)| (name.to_string(), fit(model, &data, &robust).unwrap()));
    let comparison = compare(&fits, DifferenceSettings::default());
    let groups = Settings { group: Some("school".into()), ..Settings::default() };
    let plain = parse("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6").unwrap();
    let ladder = invariance(&plain, &data, &groups, &InvarianceSettings::default()).unwrap();
    let asked = Settings {
        wald: vec!["a == b".into()],
        score_test: true,
        score_test_add: vec!["visual =~ x9".into()],
        ..groups.clone()
    };
    let tested = FitReport::new(
        &fit(&parse("visual =~ x1 + c(a,b)*x2 + c(q,q)*x3\nspeed =~ x7 + x8 + x9").unwrap(), &data, &asked).unwrap(),
    );
    for words in LANGUAGES {
        let reports = [
            ("comparison", comparison_document(&comparison, "", *words), 40),
            ("invariance", invariance_document(&ladder, "", *words), 150),
            ("tests", fit_report_document(&tested, "", *words), 400),
        ];
        for (name, report, least) in &reports {
            check_numbers(name, report, *least);
            check_ids(name, report);
            check_tables(name, report);
            check_percentages(name, report);
        }
        let mut tables = Vec::new();
        for_each_section(&reports[2].1.sections, &mut |section| {
            tables.extend(section.blocks.iter().filter_map(|block| match block {
                Block::Table(table) => Some(table.id.clone()),
                _ => None,
            }));
        });
        for id in ["wald", "score-release", "score-add"] {
            assert!(tables.iter().any(|known| known == id), "{id} among {tables:?}");
        }
    }
}

/// A report never shows the figures of normal theory as those of a robust estimator: the sentence and the table take the scaled
/// χ² and the robust indices, and say so; nothing is said of variants where there is but one.
#[test]
fn a_robust_estimator_is_reported_by_its_own_figures() {
    let data = study::data("../../tests/data/holzinger_swineford_1939.csv");
    let model = parse("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9").unwrap();
    let document = |estimator| {
        let settings = Settings { estimator, ..Settings::default() };
        let report = FitReport::new(&fit(&model, &Data::Cases(&data), &settings).unwrap());
        fit_report_document(&report, "", LANGUAGES[0])
    };
    let shown = |report: &Report, suffix: &str| {
        let mut places = BTreeSet::new();
        for_each_text(report, &mut |_, text| {
            for_each_number(text, &mut |number| {
                places.insert(number.path.clone());
            });
        });
        ["/fit/chisq", "/fit/pvalue", "/fit/cfi", "/fit/tli", "/fit/rmsea", "/fit/rmsea.ci.lower"]
            .map(|measure| places.contains(&format!("{measure}{suffix}")))
    };
    let said = |report: &Report| {
        let mut words = String::new();
        for_each_text(report, &mut |_, text| {
            for span in text {
                if let Span::Word(word) = span {
                    words += word;
                }
            }
        });
        words
    };
    let (robust, normal) = (document(EstimatorName::Mlr), document(EstimatorName::Ml));
    assert_eq!(shown(&robust, ".scaled")[..2], [true, true]);
    assert_eq!(shown(&robust, ".robust")[2..], [true; 4]);
    assert_eq!((shown(&normal, ".scaled"), shown(&normal, ".robust")), ([false; 6], [false; 6]));
    for words in ["(MLR)", "the scaled test of Yuan and Bentler", "robust CFI", "scaled χ²"] {
        assert!(said(&robust).contains(words), "{words}");
        assert!(!said(&normal).contains(words), "{words}");
    }
}

/// Every figure stands in the results, at the place that it names, with the same value.
/// Reports of power, by simulation and of tests of fit.
#[test]
fn reports_of_power_are_sound() {
    let model =
        parse("f =~ 0.8*a + 0.7*b + 0.6*c + d\nh =~ 1*u + 0.7*v + 0.8*w\nh ~ p*f + start(0.3)*f\nq := p^2").unwrap();
    let settings = Settings::default();
    let study = Study::new(&Design::new(&model, &settings)).unwrap();
    let plan = PowerSettings {
        grid: vec![vec![100], vec![200], vec![300]],
        replicates: 60,
        alpha: 0.05,
        target: 0.8,
        drawing: SimulationSettings::default(),
        limit_draws: Some(200),
        seed: 1,
    };
    let mut power = monte_carlo(&study, &plan, &|_| true).unwrap();
    power.search = Some(sample_size(&study, study.find("p").unwrap(), &[1.0], &plan, &|_| true).unwrap());
    let test = FitTest::of_nested([22.0, 20.0], [0.0, 0.0], [0.06, 0.05], 0.05, 1).unwrap();
    let shown = [vec![22.0, 20.0], vec![0.0, 0.0], vec![0.06, 0.05]];
    let of_fit = FitPowerReport::new(&test, shown, &[100, 200], Some(0.8)).unwrap();
    for words in LANGUAGES {
        for (name, report, least) in
            [("power", power_document(&power, "", *words), 500), ("fit", fit_power_document(&of_fit, "", *words), 15)]
        {
            check_numbers(name, &report, least);
            check_ids(name, &report);
            check_tables(name, &report);
            check_percentages(name, &report);
        }
    }
}

fn check_numbers(name: &str, report: &Report, least: usize) {
    let mut count = 0;
    for_each_text(report, &mut |place, text| {
        for_each_number(text, &mut |number| {
            if number.path.is_empty() {
                return;
            }
            count += 1;
            let found = report.results.pointer(&number.path);
            let found = found.unwrap_or_else(|| panic!("{name}, {place}: nothing stands at {}", number.path));
            let same = match (found, number.value) {
                (Value::Null, None) => true,
                (Value::Number(found), Some(value)) => found.as_f64() == Some(value),
                _ => false,
            };
            assert!(same, "{name}, {place}: {} holds {found}, the report shows {:?}", number.path, number.value);
        });
    });
    assert!(count > least, "{name}: only {count} figures");
}

fn check_ids(name: &str, report: &Report) {
    let mut ids = BTreeSet::new();
    for_each_section(&report.sections, &mut |section| {
        let blocks = section.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(&table.id),
            Block::Figure(figure) => Some(&figure.id),
            _ => None,
        });
        for id in blocks.chain([&section.id]) {
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name}: {id}");
            assert!(ids.insert(id.clone()), "{name}: the id {id} stands twice");
        }
    });
    for_each_text(report, &mut |place, text| {
        for span in text {
            if let Span::Reference(id) = span {
                assert!(ids.contains(id), "{name}, {place}: no part has the id {id}");
            }
        }
    });
}

fn check_tables(name: &str, report: &Report) {
    for_each_section(&report.sections, &mut |section| {
        for block in &section.blocks {
            if let Block::Table(table) = block {
                check_table(name, table);
            }
        }
    });
}

fn check_table(name: &str, table: &Table) {
    assert!(!table.rows.is_empty(), "{name}: table {} has no rows", table.id);
    for row in &table.rows {
        if let TableRow::Cells(cells) = row {
            assert_eq!(cells.len(), table.columns.len(), "{name}: table {}", table.id);
        }
    }
}

/// A figure that is set as one that cannot exceed 1 does not, but for inadmissible estimates of standardized values.
fn check_percentages(name: &str, report: &Report) {
    for_each_text(report, &mut |place, text| {
        for_each_number(text, &mut |number| {
            let Some(value) = number.value else { return };
            let fits = match number.kind {
                NumberKind::Bounded => value.abs() < 1.6,
                NumberKind::Probability | NumberKind::Proportion => (0.0..=1.0).contains(&value),
                NumberKind::Percent => (0.0..=100.0 + 1e-9).contains(&value),
                NumberKind::Count => value >= 0.0 && value.fract() == 0.0,
                NumberKind::Statistic | NumberKind::Exact => true,
            };
            assert!(fits, "{name}, {place}: {value} as {:?} ({})", number.kind, number.path);
        });
    });
}

#[test]
fn tables_bear_the_names_that_users_of_spss_and_amos_know() {
    let results = study::results("yongkang");
    let report = study_report(&results, LANGUAGES[0]);
    let mut captions = BTreeSet::new();
    for_each_section(&report.sections, &mut |section| {
        for block in &section.blocks {
            if let Block::Table(table) = block {
                captions.insert(plain(&table.caption));
            }
        }
    });
    for caption in [
        "Descriptive Statistics",
        "Assessment of normality",
        "Observations farthest from the centroid (Mahalanobis distance)",
        "KMO and Bartlett's Test",
        "Communalities",
        "Total Variance Explained",
        "Component Matrix",
        "Rotated Component Matrix",
        "Component Transformation Matrix",
        "Reproduced Correlations",
        "Correlation Matrix",
        "Anti-image Matrices: Anti-image Correlation",
        "Reliability Statistics",
        "Item Statistics and Item-Total Statistics",
        "Scale Statistics",
        "Regression Weights",
        "Standardized Regression Weights",
        "Covariances",
        "Correlations",
        "Variances",
        "Squared Multiple Correlations",
        "Standardized Residual Covariances",
        "Modification Indices: Covariances",
        "Model Fit Summary: CMIN",
        "Model Fit Summary: Baseline Comparisons",
        "Model Fit Summary: HOELTER",
        "Direct, Indirect, and Total Effects",
        "Standardized Direct, Indirect, and Total Effects",
        "Critical Ratios for Differences between Paths",
    ] {
        assert!(captions.contains(caption), "no table is called {caption}; there are {captions:#?}");
    }
}

fn plain(text: &Text) -> String {
    let word = |span: &Span| match span {
        Span::Word(text) | Span::Verbatim(text) => text.clone(),
        Span::Symbol(symbol) => symbol.to_string(),
        Span::Strong(inner) => plain(inner),
        Span::Number(_) | Span::Reference(_) => String::new(),
    };
    text.iter().map(word).collect()
}

fn for_each_section(sections: &[Section], act: &mut dyn FnMut(&Section)) {
    for section in sections {
        act(section);
        for_each_section(&section.sections, act);
    }
}

fn for_each_text(report: &Report, act: &mut dyn FnMut(&str, &Text)) {
    act("subtitle", &report.subtitle);
    for_each_section(&report.sections, &mut |section| {
        let place = section.id.as_str();
        act(place, &section.heading);
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => act(place, text),
                Block::List(points) => points.iter().for_each(|point| act(place, point)),
                Block::Finding(f) => [&f.heading, &f.text, &f.advice].into_iter().for_each(|text| act(place, text)),
                Block::Figure(figure) => figure.notes.iter().chain([&figure.caption]).for_each(|text| act(place, text)),
                Block::Table(table) => {
                    let place = table.id.as_str();
                    act(place, &table.caption);
                    table.notes.iter().for_each(|note| act(place, note));
                    for row in &table.rows {
                        match row {
                            TableRow::Heading(text) => act(place, text),
                            TableRow::Cells(cells) => cells.iter().for_each(|cell| act(place, &cell.text)),
                        }
                    }
                }
            }
        }
    });
}

fn for_each_number(text: &Text, act: &mut dyn FnMut(&Number)) {
    for span in text {
        match span {
            Span::Number(number) => act(number),
            Span::Strong(inner) => for_each_number(inner, act),
            _ => {}
        }
    }
}
