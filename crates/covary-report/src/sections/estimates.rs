//! Estimates, scalar by scalar, under AMOS's names.

use covary_sem::{FitReport, Operator, fit_report::ParameterEstimate};

use super::compose::{Context, row};
use crate::{
    Block, Cell, Number, NumberKind, Span, Table, TableRow, Text,
    place::{Place, at, number},
    words::{Note, TableName, Term},
};

/// Which rows a table takes.
type Chosen = fn(&ParameterEstimate) -> bool;

/// The structural paths: what a paper's path table holds. `None` without any.
pub(super) fn paths(id: &str, fit: &Place<FitReport>, context: &Context) -> Option<Table> {
    let [lower, upper] = context.limits(fit.level);
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::Estimate),
        context.decimal(Term::Standardized),
        context.decimal(Term::StandardError),
        context.decimal(Term::CriticalRatio),
        context.decimal(Term::P),
        lower,
        upper,
    ];
    let rows = grouped(
        fit,
        context,
        |p| p.op == Operator::Regression,
        |p| {
            let name = format!("{} → {}", context.names.long(&p.rhs), context.names.long(&p.lhs));
            let figures = [
                number!(p.est, Statistic),
                number!(p.std_all as "std.all", Bounded).with_stars(p.pvalue),
                number!(p.se, Statistic),
                number!(p.z, Statistic),
                number!(p.pvalue, Probability),
                number!(p.ci_lower as "ci.lower", Statistic),
                number!(p.ci_upper as "ci.upper", Statistic),
            ];
            row(Cell::verbatim(name), figures)
        },
    );
    let stars = context.words.note(Note::StarsOfProbability);
    (!rows.is_empty()).then(|| context.table(id, TableName::Paths, columns, rows).with_note(stars))
}

/// The loadings of a measurement model, by construct.
pub(super) fn loadings(id: &str, fit: &Place<FitReport>, context: &Context) -> Table {
    let [lower, upper] = context.limits(fit.level);
    let columns = vec![
        context.left(Term::Item),
        context.decimal(Term::Estimate),
        context.decimal(Term::StandardError),
        context.decimal(Term::CriticalRatio),
        context.decimal(Term::P),
        context.decimal(Term::Standardized),
        lower,
        upper,
    ];
    let mut construct = String::new();
    let mut rows = Vec::new();
    for group in groups(fit) {
        rows.extend(group_heading(fit, group, context));
        construct.clear();
        for p in at!(fit.parameters).each().filter(|p| p.op == Operator::Measures && p.group == group) {
            if p.lhs != construct {
                construct.clone_from(&p.lhs);
                rows.push(TableRow::Heading(vec![Span::Verbatim(context.names.long(&p.lhs))]));
            }
            let figures = [
                number!(p.est, Statistic),
                number!(p.se, Statistic),
                number!(p.z, Statistic),
                number!(p.pvalue, Probability),
                number!(p.std_all as "std.all", Bounded),
                number!(p.std_all_ci_lower as "std.all.ci.lower", Bounded),
                number!(p.std_all_ci_upper as "std.all.ci.upper", Bounded),
            ];
            rows.push(row(context.item(&p.rhs), figures));
        }
    }
    context.table(id, TableName::Loadings, columns, rows).with_note(context.words.note(Note::FixedParameter))
}

/// All tables of AMOS's "Estimates: Scalars" that have rows.
pub(super) fn scalars(prefix: &str, fit: &Place<FitReport>, context: &Context) -> Vec<Block> {
    let is_variance: Chosen = |p| p.op == Operator::Covariance && p.lhs == p.rhs;
    let is_covariance: Chosen = |p| p.op == Operator::Covariance && p.lhs != p.rhs;
    let is_weight: Chosen = |p| matches!(p.op, Operator::Measures | Operator::Regression);
    let is_mean: Chosen = |p| p.op == Operator::Intercept;
    let is_defined: Chosen = |p| p.op == Operator::Define;
    let id = |name: &str| format!("{prefix}{name}");
    let mut tables = vec![
        estimates(&id("regression-weights"), TableName::RegressionWeights, fit, is_weight, context),
        standardized(&id("standardized-weights"), TableName::StandardizedWeights, fit, is_weight, context),
        estimates(&id("covariances"), TableName::Covariances, fit, is_covariance, context),
        standardized(&id("correlations"), TableName::Correlations, fit, is_covariance, context),
        estimates(&id("variances"), TableName::Variances, fit, is_variance, context),
        estimates(&id("intercepts"), TableName::Intercepts, fit, is_mean, context),
        estimates(&id("defined"), TableName::Defined, fit, is_defined, context),
    ];
    tables.insert(5, r_squares(&id("squared-multiple-correlations"), fit, context));
    tables.into_iter().flatten().map(Block::Table).collect()
}

/// Estimate, S.E., C.R., P, Label. `None` without rows.
fn estimates(id: &str, name: TableName, fit: &Place<FitReport>, chosen: Chosen, context: &Context) -> Option<Table> {
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::Estimate),
        context.decimal(Term::StandardError),
        context.decimal(Term::CriticalRatio),
        context.decimal(Term::P),
        context.left(Term::ParameterLabel),
    ];
    let rows = grouped(fit, context, chosen, |p| {
        TableRow::Cells(vec![
            Cell::verbatim(amos_name(&p)),
            number!(p.est, Statistic).into(),
            number!(p.se, Statistic).into(),
            number!(p.z, Statistic).into(),
            number!(p.pvalue, Probability).into(),
            Cell::verbatim(&p.label),
        ])
    });
    let note = context.words.note(Note::AmosEstimates);
    (!rows.is_empty()).then(|| context.table(id, name, columns, rows).with_note(note))
}

/// The completely standardized estimates with their limits. `None` without rows.
fn standardized(id: &str, name: TableName, fit: &Place<FitReport>, chosen: Chosen, context: &Context) -> Option<Table> {
    let [lower, upper] = context.limits(fit.level);
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::Standardized),
        context.decimal(Term::StandardError).without_definition(),
        lower,
        upper,
    ];
    let rows = grouped(fit, context, chosen, |p| {
        let figures = [
            number!(p.std_all as "std.all", Bounded),
            number!(p.std_all_se as "std.all.se", Bounded),
            number!(p.std_all_ci_lower as "std.all.ci.lower", Bounded),
            number!(p.std_all_ci_upper as "std.all.ci.upper", Bounded),
        ];
        row(Cell::verbatim(amos_name(&p)), figures)
    });
    (!rows.is_empty()).then(|| context.table(id, name, columns, rows))
}

/// R² of every dependent variable. `None` without any.
fn r_squares(id: &str, fit: &Place<FitReport>, context: &Context) -> Option<Table> {
    let mut rows = Vec::new();
    for group in groups(fit) {
        rows.extend(group_heading(fit, group, context));
        let of_group = at!(fit.r2).each().filter(|r| r.group == group);
        rows.extend(of_group.map(|r| row(context.named(&r.variable), [number!(r.value, Bounded)])));
    }
    let columns = vec![context.left(Term::Variable), context.decimal(Term::RSquare)];
    let any = !fit.r2.is_empty();
    any.then(|| context.table(id, TableName::SquaredMultipleCorrelations, columns, rows))
}

/// As AMOS writes a parameter: `M ← F1`, `F1 ↔ F2`, a variance by its variable.
pub(super) fn amos_name(p: &ParameterEstimate) -> String {
    match p.op {
        Operator::Measures => format!("{} ← {}", p.rhs, p.lhs),
        Operator::Regression => format!("{} ← {}", p.lhs, p.rhs),
        Operator::Covariance if p.lhs != p.rhs => format!("{} ↔ {}", p.lhs, p.rhs),
        _ => p.lhs.clone(),
    }
}

/// Rows of the chosen parameters, under the name of their group where there are several.
pub(super) fn grouped(
    fit: &Place<FitReport>,
    context: &Context,
    chosen: impl Fn(&ParameterEstimate) -> bool,
    to_row: impl Fn(Place<ParameterEstimate>) -> TableRow,
) -> Vec<TableRow> {
    let parameters = at!(fit.parameters);
    let mut rows = Vec::new();
    // Definitions stand in group 0.
    for group in 0..=fit.n_groups {
        let of_group: Vec<TableRow> =
            parameters.each().filter(|p| p.group == group && chosen(p)).map(&to_row).collect();
        if !of_group.is_empty() && group > 0 {
            rows.extend(group_heading(fit, group, context));
        }
        rows.extend(of_group);
    }
    rows
}

/// The groups, from 1.
pub(super) fn groups(fit: &FitReport) -> std::ops::RangeInclusive<usize> {
    1..=fit.n_groups.max(1)
}

/// A heading with the group's label; `None` with one group.
pub(super) fn group_heading(fit: &FitReport, group: usize, context: &Context) -> Option<TableRow> {
    (fit.n_groups > 1).then(|| TableRow::Heading(group_name(fit, group, context)))
}

/// "Group: girls"
pub(super) fn group_name(fit: &FitReport, group: usize, context: &Context) -> Text {
    let label = fit.group_labels.get(group - 1).cloned().unwrap_or_else(|| group.to_string());
    let mut words = context.words.head(Term::Group);
    words.extend([Span::Word(": ".to_string()), Span::Verbatim(label)]);
    words
}

/// A figure that does not exist.
pub(super) fn absent(kind: NumberKind) -> Number {
    Number::new(None, kind, "")
}

/// R² of the outcomes of paths, for sentences: (variable, figure).
pub(super) fn outcomes(fit: &Place<FitReport>) -> Vec<(String, Number)> {
    let is_outcome = |name: &str| fit.parameters.iter().any(|p| p.op == Operator::Regression && p.lhs == name);
    let r2 = at!(fit.r2).each().filter(|r| r.group == 1 && is_outcome(&r.variable));
    r2.map(|r| (r.variable.clone(), number!(r.value, Bounded))).collect()
}
