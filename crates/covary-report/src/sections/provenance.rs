//! How the figures came about.

use covary_analysis::Results;

use super::compose::Context;
use crate::{
    Block, Cell, Section, TableRow,
    place::{Place, at, number},
    words::{Phrase, SectionName, Sentence, TableName, Term},
};

pub(super) fn section(results: &Place<Results>, context: &Context) -> Section {
    let provenance = at!(results.provenance);
    let words = context.words;
    let line = |phrase: Phrase, value: Cell| TableRow::Cells(vec![Cell::words(words.phrase(phrase)), value]);
    let mut rows = vec![
        line(Phrase::Program, Cell::verbatim(format!("{} {}", provenance.program, provenance.version))),
        line(Phrase::ConventionUsed, Cell::words(words.convention(provenance.convention))),
        line(Phrase::DataFile, Cell::verbatim(&provenance.data_file)),
        line(Phrase::DataHash, Cell::verbatim(&provenance.data_sha256)),
        line(Phrase::StudyHash, Cell::verbatim(&provenance.study_sha256)),
        line(Phrase::Resamples, number!(provenance.resamples, Count).into()),
        line(Phrase::Interval, Cell::words(words.interval_kind(provenance.settings.bootstrap.interval))),
        line(Phrase::Seed, number!(provenance.seed, Exact).into()),
    ];
    rows.extend(provenance.import_notes.iter().map(|note| line(Phrase::ImportNote, Cell::verbatim(note))));
    let columns = vec![context.left(Term::Setting), context.left(Term::Value)];
    let table = context.table("provenance-table", TableName::Provenance, columns, rows);
    let blocks = vec![context.paragraph(Sentence::Reproducible), Block::Table(table)];
    context.section("provenance", SectionName::Provenance, blocks)
}
