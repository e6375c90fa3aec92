//! What a careful reviewer would say, before anything else.

use covary_analysis::{
    Results,
    findings::{Finding, Severity},
};

use super::compose::Context;
use crate::{
    Block, Number, NumberKind, Section,
    place::{Place, at},
    words::{FindingFacts, SectionName, Sentence},
};

pub(super) fn section(results: &Place<Results>, context: &Context) -> Section {
    let findings = at!(results.findings);
    let lead = if findings.is_empty() { Sentence::NoFindings } else { Sentence::FindingsIntroduction };
    let mut blocks = vec![context.paragraph(lead)];
    blocks.extend(findings.each().map(|finding| block(&finding, context)));
    context.section("findings", SectionName::Findings, blocks)
}

fn block(finding: &Place<Finding>, context: &Context) -> Block {
    let figures = at!(finding.figures);
    let figure = |name: &str, kind: NumberKind| match figures.each().find(|figure| figure.name == name) {
        Some(figure) => crate::place::number!(figure.value, Exact).of_kind(kind),
        None => Number::new(None, kind, ""),
    };
    let name_of = |name: &str| context.names.long(name);
    Block::Finding(context.words.finding(&FindingFacts {
        code: finding.code,
        severity: severity(finding.severity),
        subjects: &finding.subjects,
        name_of: &name_of,
        figure: &figure,
    }))
}

fn severity(severity: Severity) -> crate::Severity {
    match severity {
        Severity::Serious => crate::Severity::Serious,
        Severity::Caution => crate::Severity::Caution,
        Severity::Note => crate::Severity::Note,
    }
}
