//! English.

mod definitions;
mod findings;
mod names;
mod notes;
mod power;
mod sentences;

use covary_analysis::{
    effects::{EffectKind, MediationType},
    hypotheses::{Basis, Verdict},
    screening::{Beyond, CutoffRule, ExclusionReason, Unavailable},
    validity::PairVerdict,
};
use covary_sem::{
    comparison::{Nesting, invariance::Level},
    fit_indices::variant::IndexVariant,
    warning::WarningCode,
};
use covary_study::{ConventionName, Extraction, FactorCount, Flag, IntervalKind, RotationName};

use super::{
    FigureName, FindingFacts, Judgement, Note, Phrase, SectionName, Sentence, TableName, Term, Words,
    text::{Name, text},
};
use crate::{FindingText, Labels, Number, Text};

/// English, in the style of the APA.
pub struct English;

impl Words for English {
    fn language(&self) -> &'static str {
        "en"
    }

    fn labels(&self) -> Labels {
        Labels {
            table: "Table",
            figure: "Figure",
            note: "Note.",
            contents: "Contents",
            section: "Section",
            serious: "Serious",
            caution: "Caution",
            remark: "Note",
            advice: "What to do:",
            findings: "Findings",
            files: "Files",
            more: "… and more in the report.",
        }
    }

    fn section(&self, name: SectionName) -> Text {
        text![names::section(name)]
    }

    fn caption(&self, name: TableName) -> Text {
        names::caption(name)
    }

    fn figure(&self, name: FigureName) -> Text {
        names::figure(name)
    }

    fn figure_description(&self, name: FigureName) -> String {
        names::figure_description(name).to_string()
    }

    fn head(&self, term: Term) -> Text {
        names::head(term)
    }

    fn definition(&self, term: Term) -> Option<&'static str> {
        definitions::definition(term)
    }

    fn amos_definition(&self, name: &str) -> Option<&'static str> {
        definitions::amos(name)
    }

    fn note(&self, note: Note) -> Text {
        notes::note(note)
    }

    fn phrase(&self, phrase: Phrase) -> Text {
        text![names::phrase(phrase)]
    }

    fn list(&self, parts: Vec<Text>) -> Text {
        list(parts)
    }

    fn say(&self, sentence: Sentence) -> Text {
        sentences::say(sentence)
    }

    fn exclusion(&self, reason: ExclusionReason, rule: Option<&str>) -> Text {
        match (reason, rule) {
            (ExclusionReason::Condition, Some(rule)) => text!["Does not meet: ", Name(rule)],
            (ExclusionReason::Condition, None) => text!["Does not meet the condition of the study"],
            (ExclusionReason::ConditionUnknown, Some(rule)) => {
                text!["Cannot be decided, an answer is missing: ", Name(rule)]
            }
            (ExclusionReason::ConditionUnknown, None) => text!["Condition cannot be decided, an answer is missing"],
            (ExclusionReason::MissingAnswers, _) => text!["Answers missing on items or model variables"],
            (ExclusionReason::NoAnswers, _) => text!["No item answered"],
            (ExclusionReason::OutOfScale, _) => text!["An answer lies outside its scale"],
            (ExclusionReason::Flag(flag), _) => text!["Sign of careless answering: ", self.flag(flag)],
        }
    }

    fn flag(&self, flag: Flag) -> Text {
        text![match flag {
            Flag::Longstring => "Longest run of identical answers (longstring)",
            Flag::Irv => "Intra-individual response variability (IRV)",
            Flag::Evenodd => "Even-odd consistency",
            Flag::Mahalanobis => "Mahalanobis distance",
            Flag::Duplicates => "Duplicates",
            Flag::Time => "Response time",
        }]
    }

    fn flag_definition(&self, flag: Flag) -> &'static str {
        match flag {
            Flag::Longstring => {
                "Greatest number of identical answers in a row, over all items in the order of the questionnaire."
            }
            Flag::Irv => {
                "Standard deviation of one person's answers over all items; very small values mean nearly the same answer throughout."
            }
            Flag::Evenodd => {
                "Correlation, over constructs, of a person's means of even and of odd items, corrected by Spearman and Brown."
            }
            Flag::Mahalanobis => {
                "Squared distance of a case from the centroid of all items, covariance matrix with divisor N as in AMOS."
            }
            Flag::Duplicates => "The same answers to all items, or the same identification, as an earlier case.",
            Flag::Time => "Time taken to answer, in the unit of the column that holds it.",
        }
    }

    fn beyond(&self, beyond: Beyond, cutoff: Number) -> Text {
        match beyond {
            Beyond::AtLeast => text!["≥\u{a0}", cutoff],
            Beyond::Below => text!["<\u{a0}", cutoff],
            Beyond::Repeated => text!["occurs again"],
        }
    }

    fn cutoff_rule(&self, rule: CutoffRule) -> Text {
        text![match rule {
            CutoffRule::HalfOfItems => "half of the items",
            CutoffRule::TwoSdBelowMean =>
                "two standard deviations below the sample's mean; no absolute cut-off is published",
            CutoffRule::Consistency30 => "a consistency of .30",
            CutoffRule::P1Below001 => "p1 of .001",
            CutoffRule::SameAsEarlier => "the same as an earlier case",
            CutoffRule::TwoSecondsPerItem => "two seconds per item",
            CutoffRule::StudyFile => "set in the study file",
        }]
    }

    fn unavailable(&self, reason: Unavailable) -> Text {
        text![match reason {
            Unavailable::FewConstructs => "not computed: it needs at least three constructs of two items",
            Unavailable::NoTimeColumn => "not computed: the study names no column with the response time",
            Unavailable::SingularCovariance => "not computed: the covariance matrix of the items has no inverse",
            Unavailable::FewAnswers => "not computed: too few items or cases",
        }]
    }

    fn index_variant(&self, variant: IndexVariant) -> Text {
        text![match variant {
            IndexVariant::Standard => "",
            IndexVariant::Scaled => "scaled",
            IndexVariant::Robust => "robust",
        }]
    }

    fn judgement(&self, judgement: Judgement) -> Text {
        text![match judgement {
            Judgement::Good => "met",
            Judgement::Acceptable => "looser one met",
            Judgement::Poor => "not met",
        }]
    }

    fn pair_verdict(&self, verdict: PairVerdict) -> Text {
        text![match verdict {
            PairVerdict::Established => "Established",
            PairVerdict::Doubtful => "Doubtful",
            PairVerdict::NotEstablished => "Not established",
            PairVerdict::Unknown => "Not known",
        }]
    }

    fn effect_kind(&self, kind: EffectKind) -> Text {
        text![match kind {
            EffectKind::Direct => "Direct",
            EffectKind::SpecificIndirect => "Specific indirect",
            EffectKind::TotalIndirect => "Total indirect",
            EffectKind::Total => "Total",
        }]
    }

    fn mediation(&self, kind: MediationType) -> Text {
        text![match kind {
            MediationType::Complementary => "Complementary mediation",
            MediationType::Competitive => "Competitive mediation",
            MediationType::IndirectOnly => "Indirect-only mediation",
            MediationType::DirectOnly => "Direct-only non-mediation",
            MediationType::None => "No-effect non-mediation",
            MediationType::Unknown => "Not decidable",
        }]
    }

    fn verdict(&self, verdict: Verdict) -> Text {
        text![match verdict {
            Verdict::Supported => "Supported",
            Verdict::NotSupported => "Not supported",
            Verdict::Undecided => "Undecided",
        }]
    }

    fn basis(&self, basis: Basis) -> Text {
        text![names::basis(basis)]
    }

    fn invariance_level(&self, level: Level) -> Text {
        text![names::level(level)]
    }

    fn nesting(&self, nesting: Nesting) -> Text {
        text![match nesting {
            Nesting::Nested => "nested",
            Nesting::Equivalent => "equivalent",
            Nesting::NotNested => "not nested",
            Nesting::Unknown => "not known",
        }]
    }

    fn convention(&self, convention: ConventionName) -> Text {
        text![match convention {
            ConventionName::Amos => "AMOS",
            ConventionName::Lavaan => "lavaan",
            ConventionName::Mplus => "Mplus",
        }]
    }

    fn extraction(&self, extraction: Extraction) -> Text {
        text![names::extraction(extraction)]
    }

    fn rotation(&self, rotation: RotationName) -> Text {
        text![names::rotation(rotation)]
    }

    fn factor_rule(&self, count: FactorCount) -> Text {
        text![names::factor_rule(count)]
    }

    fn interval_kind(&self, kind: IntervalKind) -> Text {
        text![names::interval_kind(kind)]
    }

    fn interval_head(&self, level: f64) -> Text {
        vec![crate::Span::Word(format!("{} CI", names::percent(level)))]
    }

    fn finding(&self, finding: &FindingFacts) -> FindingText {
        findings::finding(finding)
    }

    fn warning(&self, code: WarningCode, subjects: &[String]) -> FindingText {
        findings::warning(code, subjects)
    }
}

/// "A", "A and B", "A, B, and C".
fn list(parts: Vec<Text>) -> Text {
    let last = parts.len().saturating_sub(1);
    let mut out = Text::new();
    for (position, part) in parts.into_iter().enumerate() {
        let between = match position {
            0 => "",
            _ if position < last => ", ",
            1 => " and ",
            _ => ", and ",
        };
        out.extend(text![between, part]);
    }
    out
}

/// Names from the study as a list.
fn name_list(names: &[String]) -> Text {
    list(names.iter().map(|name| text![Name(name)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn lists_have_an_oxford_comma() {
        let check = |names: &[&str], expected: &str| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let words: String = name_list(&names)
                .iter()
                .map(|span| match span {
                    Span::Word(text) | Span::Verbatim(text) => text.as_str(),
                    _ => "",
                })
                .collect();
            assert_eq!(words, expected);
        };
        check(&[], "");
        check(&["A"], "A");
        check(&["A", "B"], "A and B");
        check(&["A", "B", "C"], "A, B, and C");
    }
}
