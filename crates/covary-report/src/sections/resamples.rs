//! What resamples say about a fit: the Bollen-Stine test, and every estimate with bootstrap error, bias and interval.

use covary_sem::{
    FitReport, Operator,
    fit_report::{ParameterEstimate, ResampledFigure},
};

use super::{
    compose::{Context, row},
    estimates::{amos_name, group_heading, grouped, groups},
};
use crate::{
    Block, Cell, ColumnHead, Number,
    NumberKind::{self, Bounded, Statistic},
    Section, Table, TableRow,
    place::{Place, at, number},
    words::{SectionName, Sentence, TableName, Term},
};

/// `None` where nothing was resampled.
pub(super) fn section(prefix: &str, model: &Place<FitReport>, context: &Context) -> Option<Section> {
    let mut blocks = Vec::new();
    if let Some(test) = at!(model.bollen_stine).some() {
        blocks.push(context.paragraph(Sentence::BollenStine {
            better: number!(test.better, Count),
            worse: number!(test.worse, Count),
            failed: number!(test.failed, Count),
            drawn: number!(test.drawn, Count),
            p: number!(test.pvalue_amos as "pvalue.amos", Probability),
            share: number!(test.pvalue, Probability),
            mean: number!(test.mean, Statistic),
            sd: number!(test.sd, Statistic),
            seed: number!(test.seed, Exact),
        }));
    }
    if let Some(summary) = at!(model.bootstrap).some() {
        blocks.push(context.paragraph(Sentence::Resamples {
            kind: summary.kind,
            interval: summary.interval,
            level: model.level,
            resamples: number!(summary.drawn, Count),
            used: number!(summary.used, Count),
            failed: number!(summary.failed, Count),
            inadmissible: number!(summary.inadmissible, Count),
            seed: number!(summary.seed, Exact),
        }));
        blocks.extend(tables(prefix, model, context).into_iter().map(Block::Table));
    }
    let id = format!("{prefix}bootstrap");
    (!blocks.is_empty()).then(|| context.section(&id, SectionName::Bootstrap, blocks))
}

fn tables(prefix: &str, model: &Place<FitReport>, context: &Context) -> Vec<Table> {
    let [estimates, standardized, r_squares] = ["estimates", "standardized", "r-squares"];
    let id = |name: &str| format!("{prefix}bootstrap-{name}");
    let of_estimates = grouped(
        model,
        context,
        |p| p.boot.is_some_and(|boot| boot.est.is_some()),
        |p| resampled_row(Cell::verbatim(name(&p)), number!(p.est, Statistic), unstandardized(&p), Statistic),
    );
    let of_standardized = grouped(
        model,
        context,
        |p| p.boot.is_some_and(|boot| boot.std_all.is_some()),
        |p| {
            let estimate = number!(p.std_all as "std.all", Bounded);
            resampled_row(Cell::verbatim(name(&p)), estimate, completely_standardized(&p), Bounded)
        },
    );
    let mut of_r_squares = Vec::new();
    for group in groups(model) {
        let own = at!(model.r2).each().filter(|r| r.group == group && r.boot.is_some());
        let rows: Vec<TableRow> = own
            .map(|r| {
                let figure = at!(r.boot).some();
                resampled_row(context.named(&r.variable), number!(r.value, Bounded), figure, Bounded)
            })
            .collect();
        of_r_squares.extend(group_heading(model, group, context).filter(|_| !rows.is_empty()));
        of_r_squares.extend(rows);
    }
    [
        (estimates, TableName::BootstrapEstimates, Term::Estimate, of_estimates),
        (standardized, TableName::BootstrapStandardized, Term::Standardized, of_standardized),
        (r_squares, TableName::BootstrapRSquares, Term::RSquare, of_r_squares),
    ]
    .into_iter()
    .filter(|(.., rows)| !rows.is_empty())
    .map(|(name, table, head, rows)| context.table(&id(name), table, columns(head, model.level, context), rows))
    .collect()
}

/// A parameter as AMOS writes it; a mean or intercept by its variable, told from the variance by its formula.
fn name(p: &ParameterEstimate) -> String {
    if p.op == Operator::Intercept { format!("{} ~ 1", p.lhs) } else { amos_name(p) }
}

fn unstandardized<'a>(p: &Place<'a, ParameterEstimate>) -> Option<Place<'a, ResampledFigure>> {
    let boot = at!(p.boot).some()?;
    at!(boot.est).some()
}

fn completely_standardized<'a>(p: &Place<'a, ParameterEstimate>) -> Option<Place<'a, ResampledFigure>> {
    let boot = at!(p.boot).some()?;
    at!(boot.std_all as "std.all").some()
}

/// AMOS's columns of "Bootstrap standard errors" and "Bootstrap confidence".
fn columns(estimate: Term, level: f64, context: &Context) -> Vec<ColumnHead> {
    let [lower, upper] = context.limits(level);
    vec![
        context.left(Term::Path),
        context.decimal(estimate),
        context.decimal(Term::BootstrapError),
        context.decimal(Term::ErrorOfError),
        context.decimal(Term::BootstrapMean),
        context.decimal(Term::Bias),
        context.decimal(Term::ErrorOfBias),
        lower,
        upper,
        context.decimal(Term::BootstrapP),
    ]
}

fn resampled_row(name: Cell, estimate: Number, figure: Option<Place<ResampledFigure>>, kind: NumberKind) -> TableRow {
    let Some(figure) = figure else { return row(name, [estimate]) };
    let figures = [
        estimate,
        number!(figure.se, Statistic).of_kind(kind),
        number!(figure.se_se as "se.se", Statistic).of_kind(kind),
        number!(figure.mean, Statistic).of_kind(kind),
        number!(figure.bias, Statistic).of_kind(kind),
        number!(figure.bias_se as "bias.se", Statistic).of_kind(kind),
        number!(figure.ci_lower as "ci.lower", Statistic).of_kind(kind),
        number!(figure.ci_upper as "ci.upper", Statistic).of_kind(kind),
        number!(figure.pvalue, Probability),
    ];
    row(name, figures)
}
