//! The works that the report cites, found in its own words.

use crate::{
    Block, Section, Span, TableRow, Text,
    words::{SectionName, Words, source},
};

/// `None` where nothing is cited.
pub(super) fn section(sections: &[Section], words: &dyn Words) -> Option<Section> {
    let mut all = String::new();
    sections.iter().for_each(|section| collect_section(section, &mut all));
    // "Zhao et al. (2010)" and "Zhao et al., 2010" cite the same work.
    let cited = |citation: &str| {
        let narrative = citation.rsplit_once(", ").map(|(authors, year)| format!("{authors} ({year})"));
        all.contains(citation) || narrative.is_some_and(|narrative| all.contains(&narrative))
    };
    let entries: Vec<Text> = source::ALL
        .iter()
        .filter(|source| cited(source.citation))
        .map(|source| vec![Span::Word(source.reference.to_string())])
        .collect();
    let section = Section {
        id: "references".to_string(),
        heading: words.section(SectionName::References),
        blocks: vec![Block::List(entries.clone())],
        sections: Vec::new(),
    };
    (!entries.is_empty()).then_some(section)
}

fn collect_section(section: &Section, all: &mut String) {
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) => collect_text(text, all),
            Block::List(points) => points.iter().for_each(|point| collect_text(point, all)),
            Block::Finding(finding) => {
                [&finding.heading, &finding.text, &finding.advice].into_iter().for_each(|text| collect_text(text, all));
            }
            Block::Figure(figure) => figure.notes.iter().for_each(|note| collect_text(note, all)),
            Block::Table(table) => {
                table
                    .columns
                    .iter()
                    .filter_map(|column| column.definition.as_ref())
                    .for_each(|text| all.push_str(text));
                for row in &table.rows {
                    let TableRow::Cells(cells) = row else { continue };
                    for cell in cells {
                        collect_text(&cell.text, all);
                        cell.definition.iter().for_each(|text| all.push_str(text));
                    }
                }
                table.notes.iter().for_each(|note| collect_text(note, all));
            }
        }
        all.push('\n');
    }
    section.sections.iter().for_each(|inner| collect_section(inner, all));
}

fn collect_text(text: &Text, all: &mut String) {
    for span in text {
        match span {
            Span::Word(words) => all.push_str(words),
            Span::Strong(inner) => collect_text(inner, all),
            // Text of the study cites nothing, and a figure stands between words.
            Span::Verbatim(_) | Span::Symbol(_) | Span::Number(_) | Span::Reference(_) => all.push(' '),
        }
    }
}
