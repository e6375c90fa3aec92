//! Items and construct scores: location, spread, shape, correlations.

use covary_analysis::descriptives::{AnswerFrequencies, Description, Descriptives};

use super::compose::{Context, row};
use crate::{
    Block, Cell, NumberKind, Section, Table, TableRow,
    charts::{AnswerBar, answer_bars},
    place::{Place, at, number},
    words::{FigureName, Note, Phrase, SectionName, Sentence, TableName, Term},
};

pub(super) fn section(descriptives: &Place<Descriptives>, context: &Context) -> Section {
    let mut blocks =
        vec![Block::Table(statistics(descriptives, context)), Block::Table(normality(descriptives, context))];
    if let Some(mardia) = at!(descriptives.mardia).some() {
        blocks.push(context.paragraph(Sentence::Mardia {
            usual: number!(mardia.excess_kurtosis, Statistic),
            usual_cr: number!(mardia.kurtosis_cr, Statistic),
            amos: number!(mardia.amos_kurtosis, Statistic),
            amos_cr: number!(mardia.amos_cr, Statistic),
            normal: mardia.amos_cr.abs() <= 5.0,
        }));
    }
    if !descriptives.correlations.variables.is_empty() {
        blocks.push(Block::Table(correlations(descriptives, context)));
    }
    let mut section = context.section("descriptives", SectionName::Descriptives, blocks);
    let bars = answer_figures(descriptives, context);
    if !bars.is_empty() {
        section.sections.push(context.section("answers", SectionName::Answers, bars));
    }
    section
}

fn statistics(descriptives: &Place<Descriptives>, context: &Context) -> Table {
    let spss = || context.words.phrase(Phrase::SpssShape);
    let mut columns = vec![context.left(Term::Item)];
    let terms = [Term::N, Term::Minimum, Term::Maximum, Term::Mean, Term::Sd];
    columns.extend(terms.map(|term| context.decimal(term)));
    let shape = [Term::SpssSkewness, Term::SpssSkewnessError, Term::SpssKurtosis, Term::SpssKurtosisError];
    columns.extend(shape.map(|term| context.decimal(term).under(spss())));
    let figures = |d: &Place<Description>| {
        let shape = at!(d.spss).some();
        let of_shape = |pick: fn(&Place<covary_analysis::descriptives::SpssShape>) -> crate::Number| {
            shape.as_ref().map_or(crate::Number::new(None, NumberKind::Statistic, d_path(d)), pick)
        };
        vec![
            number!(d.n, Count),
            number!(d.minimum, Exact),
            number!(d.maximum, Exact),
            number!(d.mean, Statistic),
            number!(d.sd, Statistic),
            of_shape(|s| number!(s.skewness, Statistic)),
            of_shape(|s| number!(s.skewness_se, Statistic)),
            of_shape(|s| number!(s.kurtosis, Statistic)),
            of_shape(|s| number!(s.kurtosis_se, Statistic)),
        ]
    };
    let item = |d: Place<Description>| row(described(&d, context), figures(&d));
    let mut rows: Vec<TableRow> = at!(descriptives.items).each().map(item).collect();
    if !descriptives.constructs.is_empty() {
        rows.push(TableRow::Heading(context.words.head(Term::Construct)));
        // Means of several items have no scale point as smallest and largest answer.
        rows.extend(at!(descriptives.constructs).each().map(|d| {
            let mut figures = figures(&d);
            for figure in &mut figures[1..3] {
                figure.kind = NumberKind::Statistic;
            }
            row(described(&d, context), figures)
        }));
    }
    context
        .table("descriptive-statistics", TableName::DescriptiveStatistics, columns, rows)
        .with_note(context.words.note(Note::ShapeConventions))
}

/// Where a shape would stand that does not exist.
fn d_path(d: &Place<Description>) -> String {
    format!("{}/spss", d.path())
}

fn described(d: &Description, context: &Context) -> Cell {
    match (&d.label, &d.construct) {
        (Some(label), Some(_)) if *label != d.name => Cell::verbatim(format!("{}: {label}", d.name)),
        _ => context.named(&d.name),
    }
}

fn normality(descriptives: &Place<Descriptives>, context: &Context) -> Table {
    let terms = [
        Term::Minimum,
        Term::Maximum,
        Term::AmosSkewness,
        Term::CriticalRatio,
        Term::AmosKurtosis,
        Term::CriticalRatio,
    ];
    let columns = std::iter::once(context.left(Term::Variable)).chain(terms.map(|t| context.decimal(t))).collect();
    let items = at!(descriptives.items);
    let mut rows: Vec<TableRow> = items
        .each()
        .filter_map(|d| {
            let shape = at!(d.amos).some()?;
            let figures = [
                number!(d.minimum, Statistic),
                number!(d.maximum, Statistic),
                number!(shape.skewness, Statistic),
                number!(shape.skewness_cr, Statistic),
                number!(shape.kurtosis, Statistic),
                number!(shape.kurtosis_cr, Statistic),
            ];
            Some(row(Cell::verbatim(&d.name), figures))
        })
        .collect();
    if let Some(mardia) = at!(descriptives.mardia).some() {
        let mut cells = vec![Cell::words(context.words.phrase(Phrase::Multivariate))];
        cells.extend((0..4).map(|_| Cell::blank()));
        cells.push(number!(mardia.amos_kurtosis, Statistic).into());
        cells.push(number!(mardia.amos_cr, Statistic).into());
        rows.push(TableRow::Cells(cells));
    }
    context.table("normality", TableName::Normality, columns, rows)
}

fn correlations(descriptives: &Place<Descriptives>, context: &Context) -> Table {
    let table = at!(descriptives.correlations);
    let (variables, pairs) = (at!(table.variables), at!(table.pairs));
    let mut columns = vec![context.left(Term::Construct), context.decimal(Term::Mean), context.decimal(Term::Sd)];
    columns.extend(context.matrix_columns(table.variables.iter().map(|v| v.name.clone())).into_iter().skip(1));
    let rows = variables.each().enumerate().map(|(i, variable)| {
        let mut cells = vec![
            context.named(&variable.name),
            number!(variable.mean, Statistic).into(),
            number!(variable.sd, Statistic).into(),
        ];
        let lower = pairs.element(i);
        for j in 0..table.variables.len() {
            cells.push(match lower.as_ref().and_then(|row| row.element(j)) {
                Some(pair) if j < i => {
                    let p = pair.p;
                    number!(pair.r, Bounded).with_stars(p).into()
                }
                _ if j == i && variable.alpha.is_some() => Cell {
                    definition: context.words.definition(Term::AlphaDiagonal).map(str::to_string),
                    ..Cell::from(number!(variable.alpha, Bounded)).in_bold(true)
                },
                _ => Cell::blank(),
            });
        }
        TableRow::Cells(cells)
    });
    context
        .table("construct-correlations", TableName::ConstructCorrelations, columns, rows.collect())
        .with_note(context.words.note(Note::CorrelationTable))
        .with_note(context.words.note(Note::StarsOfProbability))
}

/// One figure per answer scale, since bars of different scales share no legend.
fn answer_figures(descriptives: &Descriptives, context: &Context) -> Vec<Block> {
    let mut scales: Vec<(Vec<f64>, Vec<&AnswerFrequencies>)> = Vec::new();
    for item in descriptives.answers.iter().filter(|item| item.n > 0 && item.counts.len() > 1) {
        let points: Vec<f64> = item.counts.iter().map(|count| count.value).collect();
        match scales.iter_mut().find(|(known, _)| *known == points) {
            Some((_, items)) => items.push(item),
            None => scales.push((points, vec![item])),
        }
    }
    let figure = |(index, (_, items)): (usize, (Vec<f64>, Vec<&AnswerFrequencies>))| {
        let points: Vec<String> = items.first().map_or_else(Vec::new, |item| item.counts.iter().map(point).collect());
        let bars: Vec<AnswerBar> = items.iter().map(|item| bar(item)).collect();
        let reversed = items.iter().any(|item| item.reversed);
        let notes = if reversed { vec![context.words.note(Note::AnswersReversed)] } else { Vec::new() };
        let id = if index == 0 { "answer-bars".to_string() } else { format!("answer-bars-{}", index + 1) };
        context.figure(&id, FigureName::Answers, answer_bars(&bars, &points), notes)
    };
    scales.into_iter().enumerate().map(figure).collect()
}

fn point(count: &covary_analysis::descriptives::AnswerCount) -> String {
    match &count.label {
        Some(label) => label.clone(),
        None => format!("{}", count.value),
    }
}

fn bar(item: &AnswerFrequencies) -> AnswerBar {
    AnswerBar {
        item: item.item.clone(),
        label: item.label.clone().unwrap_or_default(),
        percent: item.counts.iter().map(|count| count.percent.unwrap_or(0.0)).collect(),
        construct: item.construct.clone().unwrap_or_default(),
    }
}
