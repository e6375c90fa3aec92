//! Fit indices that journals ask for, each with its cut-off and the source of the cut-off.

use covary_sem::{FitReport, fit_indices::variant::IndexVariant};

use super::compose::Context;
use crate::{
    Cell, Number,
    NumberKind::{self, Bounded, Count, Probability, Statistic},
    Span, Table, TableRow, Text,
    place::{Place, at},
    words::{FitFigures, FitMethod, Judgement, Note, TableName, Term, source, source::Source},
};

/// A fit index as it is reported.
struct Index {
    term: Term,
    kind: NumberKind,
    /// Name among lavaan's measures; `None`: AMOS's CMIN/DF.
    measure: Option<&'static str>,
    cutoff: Option<CutOff>,
}

/// What an index should reach.
struct CutOff {
    side: Side,
    good: f64,
    /// The looser cut-off, where there is one.
    acceptable: Option<f64>,
    sources: &'static [Source],
}

/// On which side of its cut-off an index should be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    AtMost,
    AtLeast,
}

const fn index(term: Term, kind: NumberKind, measure: &'static str) -> Index {
    Index { term, kind, measure: Some(measure), cutoff: None }
}

impl Index {
    fn variant(&self, fit: &FitReport) -> IndexVariant {
        self.measure.map_or(IndexVariant::Standard, |name| fit.reported(name))
    }

    const fn cutoff(self, side: Side, good: f64, acceptable: Option<f64>, sources: &'static [Source]) -> Self {
        Index { cutoff: Some(CutOff { side, good, acceptable, sources }), ..self }
    }
}

const INDICES: &[Index] = &[
    index(Term::ChiSquare, Statistic, "chisq"),
    index(Term::Df, Count, "df"),
    index(Term::P, Probability, "pvalue"),
    Index { term: Term::ChiSquarePerDf, kind: Statistic, measure: None, cutoff: None }.cutoff(
        Side::AtMost,
        3.0,
        Some(5.0),
        &[source::HAIR_2019, source::WEST_2012],
    ),
    index(Term::Rmsea, Bounded, "rmsea").cutoff(
        Side::AtMost,
        0.06,
        Some(0.08),
        &[source::HU_BENTLER_1999, source::BROWNE_CUDECK_1993],
    ),
    index(Term::Pclose, Probability, "rmsea.pvalue").cutoff(Side::AtLeast, 0.05, None, &[source::BROWNE_CUDECK_1993]),
    index(Term::Srmr, Bounded, "srmr").cutoff(
        Side::AtMost,
        0.08,
        Some(0.10),
        &[source::HU_BENTLER_1999, source::KLINE_2016],
    ),
    index(Term::Cfi, Bounded, "cfi").cutoff(Side::AtLeast, 0.95, Some(0.90), &[source::HU_BENTLER_1999]),
    index(Term::Tli, Bounded, "tli").cutoff(Side::AtLeast, 0.95, Some(0.90), &[source::HU_BENTLER_1999]),
    index(Term::Ifi, Bounded, "ifi").cutoff(Side::AtLeast, 0.95, Some(0.90), &[source::HU_BENTLER_1999]),
    index(Term::Nfi, Bounded, "nfi").cutoff(Side::AtLeast, 0.90, None, &[source::WEST_2012]),
    index(Term::Rfi, Bounded, "rfi"),
    index(Term::Gfi, Bounded, "gfi").cutoff(Side::AtLeast, 0.90, None, &[source::WEST_2012]),
    index(Term::Agfi, Bounded, "agfi"),
    index(Term::Rmr, Statistic, "rmr"),
    index(Term::Aic, Statistic, "aic"),
    index(Term::Bic, Statistic, "bic"),
];

/// The table of indices.
pub(super) fn table(id: &str, fit: &Place<FitReport>, context: &Context) -> Table {
    let [lower, upper] = context.limits(0.90);
    let has_variants = INDICES.iter().any(|index| index.variant(fit) != IndexVariant::Standard);
    let mut columns = vec![context.left(Term::Index), context.decimal(Term::Value)];
    if has_variants {
        columns.extend([context.left(Term::Variant), context.decimal(Term::StandardVariant)]);
    }
    columns.extend([
        lower,
        upper,
        context.left(Term::CutOffOfIndex),
        context.left(Term::Verdict).without_definition(),
        context.left(Term::Source),
    ]);
    let rows = INDICES.iter().filter_map(|index| index_row(index, fit, has_variants, context)).collect();
    let table =
        context.table(id, TableName::Fit, columns, rows).with_note(context.words.note(Note::CutOffsAreConventions));
    if has_variants { table.with_note(context.words.note(Note::VariantsOfIndices)) } else { table }
}

/// `None` of an index that the fit does not have. What is judged is the variant to be reported; χ²/df, which exists in no
/// other than the standard one, is left out beside a scaled χ².
fn index_row(index: &Index, fit: &Place<FitReport>, has_variants: bool, context: &Context) -> Option<TableRow> {
    let variant = index.variant(fit);
    let number = match index.measure {
        Some(name) => fit.measure(&variant.of(name), index.kind),
        None if fit.reported("chisq") != IndexVariant::Standard => return None,
        None => {
            let amos = at!(fit.fit_amos);
            at!(amos.default).entry("CMIN/DF", index.kind)
        }
    };
    let value = number.value?;
    let limits = match index.measure {
        Some("rmsea") => {
            ["rmsea.ci.lower", "rmsea.ci.upper"].map(|name| fit.measure(&variant.of(name), Bounded).into())
        }
        _ => [Cell::blank(), Cell::blank()],
    };
    let mut cells = vec![context.term(index.term), number.into()];
    if has_variants {
        let standard = index.measure.filter(|_| variant != IndexVariant::Standard);
        let standard = standard.map_or_else(Cell::blank, |name| fit.measure(name, index.kind).into());
        cells.extend([Cell::words(context.words.index_variant(variant)), standard]);
    }
    cells.extend(limits);
    let (cutoff, verdict, sources) = match &index.cutoff {
        Some(cutoff) => (
            Cell::words(cutoff.words()),
            Cell::words(context.words.judgement(cutoff.judge(value))),
            Cell::words(citations(cutoff.sources)),
        ),
        None => Default::default(),
    };
    cells.extend([cutoff, verdict, sources]);
    Some(TableRow::Cells(cells))
}

impl CutOff {
    /// `≤ .06 (.08)`
    fn words(&self) -> Text {
        let sign = match self.side {
            Side::AtMost => "≤ ",
            Side::AtLeast => "≥ ",
        };
        let mut words = vec![Span::Word(sign.to_string()), Span::Number(Number::plan(self.good))];
        if let Some(acceptable) = self.acceptable {
            words.push(Span::Word(" (".to_string()));
            words.push(Span::Number(Number::plan(acceptable)));
            words.push(Span::Word(")".to_string()));
        }
        words
    }

    fn judge(&self, value: f64) -> Judgement {
        let meets = |cutoff: f64| match self.side {
            Side::AtMost => value <= cutoff,
            Side::AtLeast => value >= cutoff,
        };
        if meets(self.good) {
            Judgement::Good
        } else if self.acceptable.is_some_and(meets) {
            Judgement::Acceptable
        } else {
            Judgement::Poor
        }
    }
}

fn citations(sources: &[Source]) -> Text {
    let joined: Vec<&str> = sources.iter().map(|source| source.citation).collect();
    vec![Span::Word(joined.join("; "))]
}

/// The figures of a sentence on fit, each in the version to be reported.
pub(super) fn figures(fit: &Place<FitReport>) -> FitFigures {
    let (of_test, of_indices) = (fit.reported("chisq"), fit.reported("rmsea"));
    let index = |name: &str| fit.measure(&of_indices.of(name), Bounded);
    FitFigures {
        of_test,
        of_indices,
        chisq: fit.measure(&of_test.of("chisq"), Statistic),
        df: fit.measure(&of_test.of("df"), Count),
        p: fit.measure(&of_test.of("pvalue"), Probability),
        cfi: index("cfi"),
        tli: index("tli"),
        rmsea: index("rmsea"),
        rmsea_lower: index("rmsea.ci.lower"),
        rmsea_upper: index("rmsea.ci.upper"),
        srmr: fit.measure("srmr", Bounded),
    }
}

/// How a model was fitted.
pub(super) fn method(fit: &FitReport) -> FitMethod {
    let choices = &fit.choices;
    FitMethod {
        estimator: choices.estimator,
        se: choices.se,
        scaled_test: fit.tests.iter().map(|test| test.name).find(|name| name.is_scaled()),
        missing: choices.missing,
        cluster: choices.cluster.clone(),
        weights: choices.sampling_weights.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_judged_by_both_cutoffs() {
        let check = |side, value, expected| {
            let (good, acceptable) = if side == Side::AtMost { (0.06, 0.08) } else { (0.95, 0.90) };
            let cutoff = CutOff { side, good, acceptable: Some(acceptable), sources: &[] };
            assert_eq!(cutoff.judge(value), expected, "{value}");
        };
        check(Side::AtMost, 0.06, Judgement::Good);
        check(Side::AtMost, 0.061, Judgement::Acceptable);
        check(Side::AtMost, 0.081, Judgement::Poor);
        check(Side::AtLeast, 0.95, Judgement::Good);
        check(Side::AtLeast, 0.90, Judgement::Acceptable);
        check(Side::AtLeast, 0.899, Judgement::Poor);
    }
}
