//! Measurement invariance: the levels, their differences, what is not equal, differences of latent means.

use covary_sem::comparison::{
    Comparison,
    cutoffs::Criterion,
    invariance::{EqualityTest, InvarianceLevel, InvarianceReport, LatentMeans, Release},
};

use super::{
    comparison::{change_columns, changes, models, short_change_columns, short_changes},
    compose::{Context, row},
};
use crate::{
    Block, Cell, Section, Span, Table, TableRow, Text,
    place::{Place, at, number},
    words::{Note, Phrase, SectionName, Sentence, TableName, Term, source::Source},
};

/// The sections of a study of invariance.
pub(super) fn sections(report: &Place<InvarianceReport>, context: &Context) -> Vec<Section> {
    let levels: Vec<Place<InvarianceLevel>> = at!(report.levels).each().collect();
    let mut sections = vec![ladder(report, &levels, context)];
    let unequal: Vec<Block> = levels.iter().flat_map(|level| what_is_unequal(level, context)).collect();
    if !unequal.is_empty() {
        sections.push(context.section("equality", SectionName::Equality, unequal));
    }
    sections.push(latent_means(report, context));
    sections
}

fn ladder(report: &Place<InvarianceReport>, levels: &[Place<InvarianceLevel>], context: &Context) -> Section {
    let warnings = report.warnings.iter().chain(levels.iter().flat_map(|level| &level.model.warnings));
    let mut blocks: Vec<Block> =
        warnings.map(|warning| Block::Finding(context.words.warning(warning.code, &warning.subjects))).collect();
    blocks.push(context.paragraph(Sentence::Invariance {
        groups: report.group_labels.clone(),
        highest: report.highest,
        partial: report.group_partial.clone(),
    }));
    let fits = levels.iter().map(|level| at!(level.model)).collect();
    blocks.push(Block::Table(models("levels", TableName::InvarianceLevels, fits, context)));
    let compared: Vec<Place<InvarianceLevel>> =
        levels.iter().filter(|level| level.comparison.is_some()).cloned().collect();
    if !compared.is_empty() {
        blocks.push(Block::Table(differences(&compared, context)));
        blocks.push(Block::Table(criteria(&compared, context)));
    }
    context.section("invariance", SectionName::Invariance, blocks)
}

fn differences(levels: &[Place<InvarianceLevel>], context: &Context) -> Table {
    let mut columns = vec![context.left(Term::Level)];
    columns.extend(change_columns(context));
    columns.push(context.left(Term::Holds).without_definition());
    let rows = levels.iter().filter_map(|level| {
        let comparison = at!(level.comparison).some()?;
        let mut cells = vec![Cell::words(context.words.invariance_level(level.level))];
        cells.extend(changes(&comparison));
        cells.push(verdict(level.holds, context));
        Some(TableRow::Cells(cells))
    });
    let table = context.table("level-differences", TableName::InvarianceDifferences, columns, rows.collect());
    let test = levels.iter().find_map(|level| level.comparison.as_ref()?.test.as_ref());
    let table = table.with_note(context.words.note(Note::InvarianceVerdict));
    match test {
        Some(test) => table.with_note(context.words.note(Note::DifferenceTest { method: test.method })),
        None => table,
    }
}

fn verdict(holds: Option<bool>, context: &Context) -> Cell {
    match holds {
        Some(holds) => Cell::words(context.words.phrase(if holds { Phrase::Yes } else { Phrase::No })).in_bold(!holds),
        None => Cell::blank(),
    }
}

/// The published cut-offs, and which of them each level meets.
fn criteria(levels: &[Place<InvarianceLevel>], context: &Context) -> Table {
    let columns = vec![
        context.left(Term::Level),
        context.left(Term::Source),
        context.left(Term::CfiChange),
        context.left(Term::RmseaChange),
        context.left(Term::SrmrChange),
        context.left(Term::Holds).without_definition(),
    ];
    let rows = levels.iter().flat_map(|level| {
        let name = context.words.invariance_level(level.level);
        let criteria: Vec<Place<Criterion>> = at!(level.criteria).each().collect();
        criteria.into_iter().map(move |criterion| criterion_row(name.clone(), &criterion, context))
    });
    context
        .table("level-criteria", TableName::InvarianceCriteria, columns, rows.collect())
        .with_note(context.words.note(Note::InvarianceCriteria))
}

fn criterion_row(level: Text, criterion: &Place<Criterion>, context: &Context) -> TableRow {
    let cutoffs = criterion.cutoffs;
    let source: Source = super::super::words::source::of_rule(cutoffs.rule);
    let cell = |cutoff: Option<f64>, sign: &str, holds: Option<bool>| {
        let Some(cutoff) = cutoff else { return Cell::blank() };
        let mut text = vec![Span::Word(sign.to_string()), Span::Number(crate::Number::plan(cutoff))];
        if let Some(holds) = holds {
            text.push(Span::Word(": ".to_string()));
            text.extend(context.words.phrase(if holds { Phrase::Yes } else { Phrase::No }));
        }
        Cell::words(text)
    };
    TableRow::Cells(vec![
        Cell::words(level),
        Cell::words(vec![Span::Word(source.citation.to_string())]),
        cell(Some(cutoffs.cfi), "> ", criterion.cfi_holds),
        cell(cutoffs.rmsea, "< ", criterion.rmsea_holds),
        cell(cutoffs.srmr, "< ", criterion.srmr_holds),
        verdict(criterion.holds, context),
    ])
}

/// Score tests of what a level makes equal, and what releasing changes.
fn what_is_unequal(level: &Place<InvarianceLevel>, context: &Context) -> Vec<Block> {
    let mut blocks = Vec::new();
    let tests: Vec<Place<EqualityTest>> = at!(level.score_tests).each().collect();
    let word = level.level.word();
    if !tests.is_empty() {
        let columns = vec![
            context.left(Term::Parameter),
            context.decimal(Term::ScoreTest),
            context.decimal(Term::Df),
            context.decimal(Term::P),
            context.left(Term::ExpectedValues),
        ];
        let rows = tests.iter().map(|test| equality_row(test)).collect();
        let id = format!("{word}-equality");
        blocks.push(Block::Table(context.table(&id, TableName::EqualityTests(level.level), columns, rows)));
    }
    let releases: Vec<Place<Release>> = at!(level.releases).each().collect();
    if !releases.is_empty() {
        blocks.push(Block::Table(release_table(level, &releases, context)));
    }
    blocks
}

fn equality_row(test: &Place<EqualityTest>) -> TableRow {
    let mut values = Text::new();
    for (k, group) in at!(test.groups).each().enumerate() {
        if k > 0 {
            values.push(Span::Word("; ".to_string()));
        }
        values.push(Span::Number(number!(group.epv, Statistic)));
    }
    TableRow::Cells(vec![
        Cell::verbatim(&test.parameter),
        number!(test.stat, Statistic).into(),
        number!(test.df, Count).into(),
        number!(test.pvalue, Probability).into(),
        Cell::words(values),
    ])
}

fn release_table(level: &Place<InvarianceLevel>, releases: &[Place<Release>], context: &Context) -> Table {
    let mut columns = vec![context.left(Term::Released), context.decimal(Term::ChiSquare), context.decimal(Term::Df)];
    columns.extend([context.decimal(Term::Cfi), context.decimal(Term::Rmsea)]);
    columns.extend(short_change_columns(context));
    columns.push(context.left(Term::Holds).without_definition());
    let rows = releases.iter().map(|release| {
        let model = at!(release.model);
        let mut cells: Vec<Cell> = vec![
            Cell::verbatim(&release.parameter),
            number!(model.chisq, Statistic).into(),
            number!(model.df, Count).into(),
            number!(model.cfi, Bounded).into(),
            number!(model.rmsea, Bounded).into(),
        ];
        let comparison: Option<Place<Comparison>> = at!(release.comparison).some();
        cells.extend(comparison.map_or_else(|| vec![Cell::blank(); 6], |comparison| short_changes(&comparison)));
        cells.push(verdict(release.holds, context));
        TableRow::Cells(cells)
    });
    let id = format!("{}-releases", level.level.word());
    context
        .table(&id, TableName::Releases(level.level), columns, rows.collect())
        .with_note(context.words.note(Note::Releases))
}

fn latent_means(report: &Place<InvarianceReport>, context: &Context) -> Section {
    let mut blocks = Vec::new();
    match at!(report.latent_means).some() {
        Some(means) => {
            let (level, released) = (means.level, means.released.clone());
            blocks.push(context.paragraph(Sentence::LatentMeans { level, released }));
            blocks.push(Block::Table(means_table(&means, context)));
        }
        None => blocks.push(context.paragraph(Sentence::NoLatentMeans)),
    }
    context.section("latent-means", SectionName::LatentMeans, blocks)
}

fn means_table(means: &Place<LatentMeans>, context: &Context) -> Table {
    let [lower, upper] = context.limits(means.confidence);
    let [d_lower, d_upper] = context.limits(means.confidence);
    let columns = vec![
        context.left(Term::Construct),
        context.left(Term::Groups),
        context.decimal(Term::Difference),
        context.decimal(Term::StandardError),
        context.decimal(Term::P),
        lower,
        upper,
        context.decimal(Term::CohensD),
        d_lower,
        d_upper,
    ];
    let rows = at!(means.differences).each().map(|mean| {
        let TableRow::Cells(mut cells) = row(
            context.named(&mean.factor),
            [
                number!(mean.difference, Statistic),
                number!(mean.se, Statistic),
                number!(mean.pvalue, Probability),
                number!(mean.ci_lower as "ci.lower", Statistic),
                number!(mean.ci_upper as "ci.upper", Statistic),
                number!(mean.d, Statistic),
                number!(mean.d_ci_lower as "d.ci.lower", Statistic),
                number!(mean.d_ci_upper as "d.ci.upper", Statistic),
            ],
        ) else {
            return TableRow::Cells(Vec::new());
        };
        cells.insert(1, Cell::verbatim(format!("{} − {}", mean.group, mean.reference)));
        TableRow::Cells(cells)
    });
    context
        .table("latent-mean-differences", TableName::LatentMeans, columns, rows.collect())
        .with_note(context.words.note(Note::LatentMeans))
}
