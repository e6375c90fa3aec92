//! Numbers of sections, tables and figures, in the order in which they stand.

use std::collections::HashMap;

use covary_report::{Block, Report, Section};

/// What an id stands for, with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// A section: `4.2`.
    Section(String),
    /// A table, from 1.
    Table(usize),
    /// A figure, from 1.
    Figure(usize),
}

/// Numbers of everything that can be referred to.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    by_id: HashMap<String, Numbered>,
    tables: usize,
    figures: usize,
}

impl Numbering {
    /// Numbers the parts of a report.
    pub fn new(report: &Report) -> Self {
        let mut numbering = Numbering::default();
        numbering.number_sections(&report.sections, "");
        numbering
    }

    /// What `id` stands for; `None` where the report has no such part.
    pub fn get(&self, id: &str) -> Option<&Numbered> {
        self.by_id.get(id)
    }

    /// How a reference reads: `Table 3`. The id itself where it leads nowhere.
    pub fn label(&self, id: &str, report: &Report) -> String {
        match self.get(id) {
            Some(Numbered::Section(number)) => format!("{} {number}", report.labels.section),
            Some(Numbered::Table(number)) => format!("{} {number}", report.labels.table),
            Some(Numbered::Figure(number)) => format!("{} {number}", report.labels.figure),
            None => id.to_string(),
        }
    }

    fn number_sections(&mut self, sections: &[Section], above: &str) {
        for (index, section) in sections.iter().enumerate() {
            let number = format!("{above}{}", index + 1);
            for block in &section.blocks {
                self.number_block(block);
            }
            self.number_sections(&section.sections, &format!("{number}."));
            self.by_id.insert(section.id.clone(), Numbered::Section(number));
        }
    }

    fn number_block(&mut self, block: &Block) {
        match block {
            Block::Table(table) => {
                self.tables += 1;
                self.by_id.insert(table.id.clone(), Numbered::Table(self.tables));
            }
            Block::Figure(figure) => {
                self.figures += 1;
                self.by_id.insert(figure.id.clone(), Numbered::Figure(self.figures));
            }
            Block::Paragraph(_) | Block::List(_) | Block::Finding(_) => {}
        }
    }
}
