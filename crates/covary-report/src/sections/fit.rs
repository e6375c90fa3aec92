//! Fit indices that journals ask for, each with its cut-off and the source of the cut-off.

use covary_sem::FitReport;

use super::compose::Context;
use crate::{
    Cell, Number,
    NumberKind::{self, Bounded, Count, Probability, Statistic},
    Span, Table, TableRow, Text,
    place::{Place, at},
    words::{FitFigures, Judgement, Note, TableName, Term, source, source::Source},
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
    let columns = vec![
        context.left(Term::Index),
        context.decimal(Term::Value),
        lower,
        upper,
        context.left(Term::CutOffOfIndex),
        context.left(Term::Verdict).without_definition(),
        context.left(Term::Source),
    ];
    let rows = INDICES.iter().filter_map(|index| index_row(index, fit, context)).collect();
    context.table(id, TableName::Fit, columns, rows).with_note(context.words.note(Note::CutOffsAreConventions))
}

/// `None` of an index that the fit does not have.
fn index_row(index: &Index, fit: &Place<FitReport>, context: &Context) -> Option<TableRow> {
    let number = match index.measure {
        Some(name) => fit.measure(name, index.kind),
        None => {
            let amos = at!(fit.fit_amos);
            at!(amos.default).entry("CMIN/DF", index.kind)
        }
    };
    let value = number.value?;
    let [lower, upper] = match index.measure {
        Some("rmsea") => ["rmsea.ci.lower", "rmsea.ci.upper"].map(|name| fit.measure(name, Bounded).into()),
        _ => [Cell::blank(), Cell::blank()],
    };
    let (cutoff, verdict, sources) = match &index.cutoff {
        Some(cutoff) => (
            Cell::words(cutoff.words()),
            Cell::words(context.words.judgement(cutoff.judge(value))),
            Cell::words(citations(cutoff.sources)),
        ),
        None => Default::default(),
    };
    Some(TableRow::Cells(vec![context.term(index.term), number.into(), lower, upper, cutoff, verdict, sources]))
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

/// The figures of a sentence on fit.
pub(super) fn figures(fit: &Place<FitReport>) -> FitFigures {
    FitFigures {
        chisq: fit.measure("chisq", Statistic),
        df: fit.measure("df", Count),
        p: fit.measure("pvalue", Probability),
        cfi: fit.measure("cfi", Bounded),
        tli: fit.measure("tli", Bounded),
        rmsea: fit.measure("rmsea", Bounded),
        rmsea_lower: fit.measure("rmsea.ci.lower", Bounded),
        rmsea_upper: fit.measure("rmsea.ci.upper", Bounded),
        srmr: fit.measure("srmr", Bounded),
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
