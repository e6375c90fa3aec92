//! Exploratory factor analysis, table by table as SPSS's FACTOR shows it.

use covary_analysis::{adequacy::Adequacy, factors::FactorAnalysis};
use covary_numerics::{Matrix, rotation::Rotated};
use covary_study::Extraction;

use super::{
    adequacy,
    compose::{Context, row},
};
use crate::{
    Block, Cell, Number, NumberKind,
    NumberKind::{Bounded, Percent, Statistic},
    Section, Table, TableRow,
    charts::{ScreeWords, scree_plot},
    place::{Place, at, number},
    words::{FigureName, Note, Phrase, SectionName, Sentence, TableName, Term},
};

/// `None` where neither was computed.
pub(super) fn section(
    adequacy: Option<Place<Adequacy>>,
    factors: Option<Place<FactorAnalysis>>,
    context: &Context,
) -> Option<Section> {
    let mut blocks = adequacy.as_ref().map(|a| adequacy::blocks(a, context)).unwrap_or_default();
    let mut matrices = adequacy.as_ref().map(|a| adequacy::matrices(a, context)).unwrap_or_default();
    if let Some(factors) = &factors {
        blocks.extend(solution(factors, adequacy.as_ref(), context));
        matrices.extend(reproduced(factors, context));
    }
    if blocks.is_empty() {
        return None;
    }
    let mut section = context.section("factors", SectionName::Factors, blocks);
    section.sections.push(context.section("factor-matrices", SectionName::FactorMatrices, matrices));
    Some(section)
}

fn solution(factors: &Place<FactorAnalysis>, adequacy: Option<&Place<Adequacy>>, context: &Context) -> Vec<Block> {
    let mut blocks = vec![context.paragraph(extraction(factors))];
    if !factors.converged {
        blocks.push(context.paragraph(Sentence::NotConverged));
    }
    let suggested = at!(factors.suggested);
    blocks.push(context.paragraph(Sentence::SuggestedCounts {
        kaiser: number!(suggested.kaiser, Count),
        parallel: number!(suggested.parallel, Count),
    }));
    blocks.push(scree(factors, context));
    blocks.push(Block::Table(communalities(factors, adequacy, context)));
    blocks.push(Block::Table(total_variance(factors, context)));
    blocks.push(Block::Table(unrotated(factors, context)));
    blocks.extend(
        at!(factors.rotated).some().map(|rotated| rotated_tables(factors, &rotated, context)).unwrap_or_default(),
    );
    blocks.extend(goodness_of_fit(factors, context));
    blocks.push(Block::Table(parallel(factors, context)));
    blocks.push(context.paragraph(Sentence::LargeResiduals {
        count: number!(factors.large_residuals, Count),
        percent: number!(factors.large_residuals_percent, Percent),
    }));
    blocks
}

fn extraction(factors: &Place<FactorAnalysis>) -> Sentence {
    let last = factors.factors.checked_sub(1);
    let variance = at!(factors.extracted_variance);
    let cumulative = match last.and_then(|last| variance.element(last)) {
        Some(variance) => number!(variance.cumulative, Percent),
        None => Number::new(None, Percent, ""),
    };
    Sentence::Extraction {
        extraction: factors.extraction,
        rotation: factors.rotation,
        rule: factors.count,
        factors: number!(factors.factors, Count),
        items: Number::plan(factors.items.len() as f64),
        cumulative,
    }
}

fn scree(factors: &FactorAnalysis, context: &Context) -> Block {
    let text = |text: crate::Text| -> String { super::compose::words_of(&text) };
    let term = if factors.extraction == Extraction::Pca { Term::Component } else { Term::Factor };
    let words = ScreeWords {
        eigenvalue: text(context.words.phrase(Phrase::ScreeEigenvalue)),
        number: text(context.words.head(term)),
        observed: text(context.words.phrase(Phrase::ScreeObserved)),
        random: text(context.words.phrase(Phrase::ScreeRandom)),
        one: text(context.words.phrase(Phrase::ScreeOne)),
    };
    let eigenvalues: Vec<f64> = factors.initial_variance.iter().map(|v| v.total).collect();
    let scene = scree_plot(&eigenvalues, &factors.parallel.normal_percentile, &words);
    context.figure("scree", FigureName::Scree(factors.extraction), scene, Vec::new())
}

fn communalities(factors: &Place<FactorAnalysis>, adequacy: Option<&Place<Adequacy>>, context: &Context) -> Table {
    let msa = adequacy.and_then(|adequacy| at!(adequacy.msa).some());
    let mut columns = vec![
        context.left(Term::Item),
        context.decimal(Term::InitialCommunality),
        context.decimal(Term::ExtractedCommunality),
    ];
    if msa.is_some() {
        columns.push(context.decimal(Term::Msa));
    }
    let rows = at!(factors.communalities).each().enumerate().map(|(i, communality)| {
        let mut figures = vec![number!(communality.initial, Bounded), number!(communality.extraction, Bounded)];
        figures.extend(msa.as_ref().and_then(|msa| msa.element(i)).map(|msa| msa.number(Bounded)));
        row(context.item(&communality.item), figures)
    });
    context
        .table("communalities", TableName::Communalities, columns, rows.collect())
        .with_note(context.words.note(Note::ExtractionMethod { extraction: factors.extraction }))
}

fn total_variance(factors: &Place<FactorAnalysis>, context: &Context) -> Table {
    let term = if factors.extraction == Extraction::Pca { Term::Component } else { Term::Factor };
    let mut columns = vec![context.left(term)];
    let three = [Term::Eigenvalue, Term::PercentOfVariance, Term::CumulativePercent];
    for phrase in [Phrase::InitialEigenvalues, Phrase::ExtractionSums] {
        columns.extend(three.map(|term| context.decimal(term).under(context.words.phrase(phrase))));
    }
    let rotated = at!(factors.rotated_variance).some();
    let oblique = factors.rotated_variance.iter().flatten().any(|v| v.percent.is_none());
    if rotated.is_some() {
        let terms = if oblique { &three[..1] } else { &three[..] };
        let sums = || context.words.phrase(Phrase::RotationSums);
        columns.extend(terms.iter().map(|&term| context.decimal(term).under(sums())));
    }
    let width = columns.len();
    let extracted = at!(factors.extracted_variance);
    let rows = at!(factors.initial_variance).each().enumerate().map(|(i, initial)| {
        let mut cells: Vec<Cell> = vec![
            Cell::words(vec![crate::Span::Number(Number::plan((i + 1) as f64))]),
            number!(initial.total, Statistic).into(),
            number!(initial.percent, Percent).of_kind(Statistic).into(),
            number!(initial.cumulative, Percent).of_kind(Statistic).into(),
        ];
        if let Some(v) = extracted.element(i) {
            cells.push(number!(v.total, Statistic).into());
            cells.push(number!(v.percent, Statistic).into());
            cells.push(number!(v.cumulative, Statistic).into());
        }
        if let Some(v) = rotated.as_ref().and_then(|rotated| rotated.element(i)) {
            cells.push(number!(v.total, Statistic).into());
            if !oblique {
                cells.push(number!(v.percent, Statistic).into());
                cells.push(number!(v.cumulative, Statistic).into());
            }
        }
        cells.resize(width, Cell::blank());
        TableRow::Cells(cells)
    });
    let mut table = context
        .table("total-variance", TableName::TotalVariance, columns, rows.collect())
        .with_note(context.words.note(Note::ExtractionMethod { extraction: factors.extraction }));
    if oblique {
        table = table.with_note(context.words.note(Note::ObliqueVariance));
    }
    table
}

/// Rows by position in `sorted`, small values blank.
fn loading_table(
    id: &str,
    name: TableName,
    factors: &Place<FactorAnalysis>,
    matrix: &Place<Matrix>,
    context: &Context,
) -> Table {
    let columns = factor_columns(matrix.columns(), context);
    let order = factors.sorted.iter().map(|sorted| sorted.item);
    let rows = order.map(|i| {
        let cells = (0..matrix.columns()).map(|j| {
            let salient = matrix[(i, j)].abs() >= factors.blank_below;
            if salient { matrix.cell(i, j, Bounded).into() } else { Cell::blank() }
        });
        TableRow::Cells(std::iter::once(context.item(&factors.items[i])).chain(cells).collect())
    });
    let below = number!(factors.blank_below, Exact);
    context.table(id, name, columns, rows.collect()).with_note(context.words.note(Note::SortedAndBlank { below }))
}

fn factor_columns(count: usize, context: &Context) -> Vec<crate::ColumnHead> {
    context.matrix_columns((1..=count).map(|k| k.to_string()))
}

/// The unrotated matrix, every value shown; it is the solution where nothing was rotated.
fn unrotated(factors: &Place<FactorAnalysis>, context: &Context) -> Table {
    let loadings = at!(factors.loadings);
    let columns = factor_columns(loadings.columns(), context);
    let rows = (0..loadings.rows())
        .map(|i| row(context.item(&factors.items[i]), (0..loadings.columns()).map(|j| loadings.cell(i, j, Bounded))));
    context
        .table("component-matrix", TableName::UnrotatedMatrix(factors.extraction), columns, rows.collect())
        .with_note(context.words.note(Note::ExtractionMethod { extraction: factors.extraction }))
}

fn rotated_tables(factors: &Place<FactorAnalysis>, rotated: &Place<Rotated>, context: &Context) -> Vec<Block> {
    let extraction = factors.extraction;
    let oblique = rotated.structure.is_some();
    let iterations = Some(number!(rotated.iterations, Count));
    let method = context.words.note(Note::RotationMethod { extraction, rotation: factors.rotation, iterations });
    let name = if oblique { TableName::PatternMatrix(extraction) } else { TableName::RotatedMatrix(extraction) };
    let loadings = at!(rotated.loadings);
    let mut tables = vec![loading_table("rotated-matrix", name, factors, &loadings, context).with_note(method)];
    if let Some(structure) = at!(rotated.structure).some() {
        tables.push(loading_table(
            "structure-matrix",
            TableName::StructureMatrix(extraction),
            factors,
            &structure,
            context,
        ));
    }
    if let Some(correlations) = at!(rotated.factor_correlations).some() {
        tables.push(square(
            "factor-correlations",
            TableName::FactorCorrelations(extraction),
            &correlations,
            Bounded,
            context,
        ));
    }
    if !oblique {
        let transformation = at!(rotated.transformation);
        tables.push(square(
            "transformation-matrix",
            TableName::Transformation(extraction),
            &transformation,
            Bounded,
            context,
        ));
    }
    tables.into_iter().map(Block::Table).collect()
}

/// A matrix of factors by factors.
fn square(id: &str, name: TableName, matrix: &Place<Matrix>, kind: NumberKind, context: &Context) -> Table {
    let columns = factor_columns(matrix.columns(), context);
    let rows = (0..matrix.rows())
        .map(|i| row(Cell::verbatim((i + 1).to_string()), (0..matrix.columns()).map(|j| matrix.cell(i, j, kind))));
    context.table(id, name, columns, rows.collect())
}

/// `None` but for a maximum likelihood extraction.
fn goodness_of_fit(factors: &Place<FactorAnalysis>, context: &Context) -> Option<Block> {
    let fit = at!(factors.goodness_of_fit).some()?;
    let columns = vec![context.decimal(Term::ChiSquare), context.decimal(Term::Df), context.decimal(Term::P)];
    let cells = vec![
        number!(fit.chi_squared, Statistic).into(),
        number!(fit.df, Count).into(),
        number!(fit.p, Probability).into(),
    ];
    Some(Block::Table(context.table(
        "goodness-of-fit",
        TableName::GoodnessOfFit,
        columns,
        vec![TableRow::Cells(cells)],
    )))
}

fn parallel(factors: &Place<FactorAnalysis>, context: &Context) -> Table {
    let parallel = at!(factors.parallel);
    let normal = || context.words.phrase(Phrase::NormalData);
    let permuted = || context.words.phrase(Phrase::PermutedData);
    let term = if factors.extraction == Extraction::Pca { Term::Component } else { Term::Factor };
    let columns = vec![
        context.left(term),
        context.decimal(Term::Eigenvalue),
        context.decimal(Term::RandomMean).under(normal()),
        context.decimal(Term::RandomPercentile).under(normal()),
        context.decimal(Term::PermutedMean).under(permuted()),
        context.decimal(Term::PermutedPercentile).under(permuted()),
    ];
    let random = [
        at!(parallel.normal_mean),
        at!(parallel.normal_percentile),
        at!(parallel.permuted_mean),
        at!(parallel.permuted_percentile),
    ];
    let rows = at!(factors.initial_variance).each().enumerate().map(|(i, variance)| {
        let mut cells: Vec<Cell> = vec![
            Cell::words(vec![crate::Span::Number(Number::plan((i + 1) as f64))]),
            number!(variance.total, Statistic).into(),
        ];
        cells.extend(
            random.iter().map(|list| list.element(i).map_or_else(Cell::blank, |value| value.number(Statistic).into())),
        );
        TableRow::Cells(cells)
    });
    let note = Note::ParallelAnalysis {
        replicates: number!(parallel.replicates, Count),
        percentile: number!(parallel.percentile, Exact),
    };
    context
        .table("parallel-analysis", TableName::ParallelAnalysis, columns, rows.collect())
        .with_note(context.words.note(note))
}

/// Reproduced correlations, residuals, and score coefficients.
fn reproduced(factors: &Place<FactorAnalysis>, context: &Context) -> Vec<Block> {
    let items = &factors.items;
    let (reproduced, residuals) = (at!(factors.reproduced), at!(factors.residuals));
    let mut tables = vec![
        context
            .triangle("reproduced", TableName::Reproduced, items, |i, j| {
                Cell::from(reproduced.cell(i, j, Bounded)).in_bold(i == j)
            })
            .with_note(context.words.note(Note::ReproducedDiagonal)),
        context.triangle("reproduced-residuals", TableName::ReproducedResiduals, items, |i, j| {
            if i == j { Cell::blank() } else { residuals.cell(i, j, Bounded).into() }
        }),
    ];
    if let Some(scores) = at!(factors.scores).some() {
        let coefficients = at!(scores.coefficients);
        let columns = factor_columns(coefficients.columns(), context);
        let rows = (0..coefficients.rows()).map(|i| {
            row(context.item(&items[i]), (0..coefficients.columns()).map(|j| coefficients.cell(i, j, Bounded)))
        });
        tables.push(context.table(
            "score-coefficients",
            TableName::ScoreCoefficients(factors.extraction),
            columns,
            rows.collect(),
        ));
    }
    tables.into_iter().map(Block::Table).collect()
}
