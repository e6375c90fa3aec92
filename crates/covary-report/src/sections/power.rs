//! Power: of a study repeated over sample sizes, and of tests of fit.

use covary_sem::{
    Operator,
    power::{
        Needed, Parameter, ParameterAtN, PowerAtN, PowerReport, Share, Target,
        rmsea::{FitPower, FitPowerReport},
    },
};

use super::compose::{Context, row, words_of};
use crate::{
    Block, Cell, Number, NumberKind, Section, Table, TableRow,
    charts::{PowerCurve, PowerWords, power_plot},
    place::{Place, at, number},
    words::{
        FigureName, Note, PowerNote, PowerSentence, PowerTable, PowerTerm, SectionName, Sentence, TableName, Term,
    },
};

/// Most lines of the plot: more cannot be told apart.
const MOST_CURVES: usize = 12;

/// The sections of a study of power.
pub(super) fn sections(report: &Place<PowerReport>, context: &Context) -> Vec<Section> {
    let say = |sentence| context.paragraph(Sentence::Power(sentence));
    let mut blocks = vec![say(PowerSentence::Study {
        replicates: number!(report.replicates, Count),
        df: number!(report.df, Count),
        npar: number!(report.npar, Count),
        seed: number!(report.seed, Exact),
    })];
    blocks.push(say(if report.misfit == 0.0 {
        PowerSentence::ModelHolds
    } else {
        PowerSentence::ModelMisses {
            misfit: number!(report.misfit, Statistic),
            rmsea: number!(report.population_rmsea, Bounded),
        }
    }));
    if !report.constants.is_empty() {
        blocks.push(say(PowerSentence::Constants { constants: report.constants.clone() }));
    }
    if !report.assumed.is_empty() {
        blocks.push(say(PowerSentence::Assumed { assumed: report.assumed.clone() }));
    }
    if let Some(search) = at!(report.search).some() {
        blocks.extend(search_blocks(&search, context));
    }
    if !report.grid.is_empty() {
        blocks.push(Block::Table(power_table(report, context)));
        blocks.extend(figure(report, context));
        blocks.push(Block::Table(fit_table(report, context)));
    }
    let mut sections = vec![context.section("power", SectionName::Power, blocks)];
    let by_n: Vec<Block> =
        at!(report.grid).each().map(|own| Block::Table(estimates_table(report, &own, context))).collect();
    if !by_n.is_empty() {
        sections.push(context.section("power-by-n", SectionName::PowerByN, by_n));
    }
    sections
}

fn caption(table: PowerTable) -> TableName {
    TableName::Power(table)
}

fn term(term: PowerTerm) -> Term {
    Term::Power(term)
}

fn shares_note(report: &Place<PowerReport>, context: &Context) -> crate::Text {
    let largest = (0.25 / report.replicates as f64).sqrt();
    context.words.note(Note::Power(PowerNote::Shares {
        replicates: number!(report.replicates, Count),
        // A consequence of the number of replicates, no result of its own.
        largest_error: Number::new(Some(largest), NumberKind::Bounded, ""),
        alpha: number!(report.alpha, Exact),
    }))
}

fn power_table(report: &Place<PowerReport>, context: &Context) -> Table {
    let grid: Vec<Place<PowerAtN>> = at!(report.grid).each().collect();
    let several = grid.len() > 1;
    let mut columns = vec![context.left(Term::Parameter), context.decimal(term(PowerTerm::Truth))];
    columns.extend(grid.iter().map(|own| context.decimal(term(PowerTerm::AtN(own.n_total)))));
    if several {
        columns.push(context.decimal(term(PowerTerm::Needed)));
        columns.extend(context.limits(0.95));
    }
    let parameter = |(k, own): (usize, Place<Parameter>)| {
        let mut figures = vec![number!(own.truth, Statistic)];
        figures.extend(grid.iter().filter_map(|at_n| {
            let own = at!(at_n.parameters).element(k)?;
            let power = at!(own.power);
            Some(number!(power.value, Bounded))
        }));
        if several {
            figures.extend(needed_figures(&at!(own.needed)));
        }
        row(Cell::verbatim(&own.name), figures)
    };
    let rows: Vec<TableRow> = at!(report.parameters).each().enumerate().map(parameter).collect();
    let mut table = context
        .table("power-of-parameters", caption(PowerTable::Power), columns, rows)
        .with_note(shares_note(report, context));
    if several {
        let needed = PowerNote::Needed { target: number!(report.target, Exact) };
        table = table.with_note(context.words.note(Note::Power(needed)));
    }
    if report.drawn_limits {
        table = table.with_note(context.words.note(Note::Power(PowerNote::DrawnLimits)));
    }
    if !report.has_truth {
        table = table.with_note(context.words.note(Note::Power(PowerNote::NoTruth)));
    }
    table
}

fn needed_figures(needed: &Place<Option<Needed>>) -> [Number; 3] {
    match needed.some() {
        Some(needed) => [number!(needed.n_total, Count), number!(needed.lower, Count), number!(needed.upper, Count)],
        None => [0; 3].map(|_| Number::new(None, NumberKind::Count, needed.path())),
    }
}

/// The lines of definitions and regressions, or of covariances, or of loadings: what hypotheses are about.
fn figure(report: &Place<PowerReport>, context: &Context) -> Option<Block> {
    if report.grid.len() < 2 {
        return None;
    }
    let chosen = |operators: &[Operator]| -> Vec<usize> {
        let wanted = |own: &Parameter| {
            operators.contains(&own.tracked.op)
                && own.tracked.lhs != own.tracked.rhs
                && own.truth.is_none_or(|truth| truth != 0.0)
        };
        (0..report.parameters.len()).filter(|k| wanted(&report.parameters[*k])).collect()
    };
    let groups: [&[Operator]; 3] = [
        &[Operator::Define, Operator::Regression],
        &[Operator::Covariance],
        &[Operator::Measures, Operator::Intercept],
    ];
    let mut parameters = groups.into_iter().map(chosen).find(|found| !found.is_empty())?;
    // Where there are too many, those that need the most cases.
    let last = |k: &usize| report.grid.last().and_then(|own| own.parameters[*k].power.value).unwrap_or(0.0);
    parameters.sort_by(|a, b| last(a).total_cmp(&last(b)));
    parameters.truncate(MOST_CURVES);
    parameters.sort_unstable();
    let curve = |k: &usize| {
        let point = |own: &PowerAtN| {
            let Share { value, error, .. } = own.parameters[*k].power;
            Some((own.n_total as f64, value?, error?))
        };
        let mut points: Vec<(f64, f64, f64)> = report.grid.iter().filter_map(point).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        PowerCurve { name: report.parameters[*k].name.clone(), points }
    };
    let curves: Vec<PowerCurve> = parameters.iter().map(curve).collect();
    let head = |term| words_of(&context.words.head(term));
    let words = PowerWords { cases: head(Term::Cases), power: head(term(PowerTerm::Power)) };
    let scene = power_plot(&curves, report.target, &words);
    Some(context.figure(
        "power-curves",
        FigureName::Power,
        scene,
        vec![context.words.note(Note::Power(PowerNote::Bars))],
    ))
}

fn fit_table(report: &Place<PowerReport>, context: &Context) -> Table {
    let mut columns = vec![context.decimal(Term::N).without_definition()];
    let terms = [
        term(PowerTerm::Converged),
        term(PowerTerm::Inadmissible),
        Term::ChiSquare,
        term(PowerTerm::Rejected),
        term(PowerTerm::MonteCarloError),
        Term::Cfi,
        Term::Tli,
        Term::Rmsea,
        Term::Srmr,
    ];
    columns.extend(terms.map(|term| context.decimal(term)));
    let of_n = |own: Place<PowerAtN>| {
        let (converged, inadmissible, fit) = (at!(own.converged), at!(own.inadmissible), at!(own.fit));
        let (rejected, chisq) = (at!(fit.rejected), at!(fit.chisq));
        let (cfi, tli, rmsea, srmr) = (at!(fit.cfi), at!(fit.tli), at!(fit.rmsea), at!(fit.srmr));
        let figures = [
            number!(converged.value, Proportion),
            number!(inadmissible.value, Proportion),
            number!(chisq.value, Statistic),
            number!(rejected.value, Proportion),
            number!(rejected.error, Proportion),
            number!(cfi.value, Bounded),
            number!(tli.value, Bounded),
            number!(rmsea.value, Bounded),
            number!(srmr.value, Bounded),
        ];
        row(number!(own.n_total, Count).into(), figures)
    };
    let rows = at!(report.grid).each().map(of_n).collect();
    context.table("power-fit", caption(PowerTable::Fit), columns, rows).with_note(shares_note(report, context))
}

fn estimates_table(report: &Place<PowerReport>, own: &Place<PowerAtN>, context: &Context) -> Table {
    let analytic = own.parameters.iter().any(|parameter| parameter.analytic_power.is_some());
    let mut columns = vec![context.left(Term::Parameter)];
    let terms = [
        PowerTerm::Truth,
        PowerTerm::MeanEstimate,
        PowerTerm::RelativeBias,
        PowerTerm::SdOfEstimates,
        PowerTerm::MeanError,
        PowerTerm::ErrorRatio,
        PowerTerm::Coverage,
        PowerTerm::Power,
        PowerTerm::MonteCarloError,
    ];
    let terms = terms.into_iter().chain(analytic.then_some(PowerTerm::Analytic));
    columns.extend(terms.map(|one| context.decimal(term(one))));
    let parameters = at!(own.parameters).each().zip(at!(report.parameters).each());
    let one = |(at_n, parameter): (Place<ParameterAtN>, Place<Parameter>)| {
        let (mean, coverage, power) = (at!(at_n.mean), at!(at_n.coverage), at!(at_n.power));
        let mut figures = vec![
            number!(parameter.truth, Statistic),
            number!(mean.value, Statistic),
            number!(at_n.relative_bias, Statistic),
            number!(at_n.sd, Statistic),
            number!(at_n.mean_se, Statistic),
            number!(at_n.se_ratio, Statistic),
            number!(coverage.value, Proportion),
            number!(power.value, Bounded),
            number!(power.error, Bounded),
        ];
        if analytic {
            figures.push(number!(at_n.analytic_power, Bounded));
        }
        row(Cell::verbatim(&parameter.name), figures)
    };
    let name = PowerTable::Estimates { n_total: own.n_total };
    context.table(&format!("estimates-{}", own.n_total), caption(name), columns, parameters.map(one).collect())
}

fn search_blocks(search: &Place<Target>, context: &Context) -> Vec<Block> {
    let parameter = search.parameter.clone();
    let target = number!(search.power, Exact);
    let sentence = match at!(search.needed).some() {
        Some(needed) => PowerSentence::Found {
            parameter,
            target,
            needed: number!(needed.n_total, Count),
            lower: number!(needed.lower, Count),
            upper: number!(needed.upper, Count),
        },
        None => PowerSentence::NotFound { parameter, target },
    };
    let mut blocks = vec![context.paragraph(Sentence::Power(sentence))];
    if search.analytic.is_some() {
        let cases = number!(search.analytic, Count);
        blocks.push(context.paragraph(Sentence::Power(PowerSentence::ByApproximation { cases })));
    }
    let columns = vec![
        context.decimal(Term::N).without_definition(),
        context.decimal(term(PowerTerm::Power)),
        context.decimal(term(PowerTerm::MonteCarloError)),
    ];
    let rows = at!(search.tried).each().map(|tried| {
        let power = at!(tried.power);
        row(number!(tried.n_total, Count).into(), [number!(power.value, Bounded), number!(power.error, Bounded)])
    });
    blocks.push(Block::Table(context.table("power-search", caption(PowerTable::Search), columns, rows.collect())));
    blocks
}

/// The power of a test of fit.
pub(super) fn of_fit(report: &Place<FitPowerReport>, context: &Context) -> Section {
    let numbers = |place: Place<Vec<f64>>, kind: NumberKind| place.each().map(|one| one.number(kind)).collect();
    let mut blocks = vec![context.paragraph(Sentence::Power(PowerSentence::TestOfFit {
        kind: report.kind,
        nested: report.df.len() > 1,
        df: numbers(at!(report.df), NumberKind::Exact),
        h0: numbers(at!(report.h0), NumberKind::Exact),
        ha: numbers(at!(report.ha), NumberKind::Exact),
        alpha: number!(report.alpha, Exact),
        groups: number!(report.groups, Count),
    }))];
    if report.target.is_some() {
        let (target, cases) = (number!(report.target, Exact), number!(report.cases_needed, Count));
        blocks.push(context.paragraph(Sentence::Power(match report.cases_needed {
            Some(_) => PowerSentence::CasesNeeded { target, cases },
            None => PowerSentence::NoCasesReach { target },
        })));
    }
    if !report.powers.is_empty() {
        let columns = vec![
            context.decimal(Term::N).without_definition(),
            context.decimal(term(PowerTerm::Critical)),
            context.decimal(term(PowerTerm::Power)).without_definition(),
        ];
        let of_n = |own: Place<FitPower>| {
            row(number!(own.n_total, Count).into(), [number!(own.critical, Statistic), number!(own.power, Bounded)])
        };
        let rows = at!(report.powers).each().map(of_n).collect();
        blocks.push(Block::Table(context.table("power-of-fit", caption(PowerTable::TestOfFit), columns, rows)));
    }
    context.section("power", SectionName::Power, blocks)
}
