//! Plain text: one screen of what matters, or everything.

mod table;
mod wrap;

use covary_report::{Block, FindingText, Report, Section, Severity, Table};
use unicode_width::UnicodeWidthStr;

use crate::{RenderError, Style, numbering::Numbering, plain};

/// The id of the section whose findings the summary shows.
const FINDINGS: &str = "findings";
/// The id of the table of decisions that the summary shows.
const DECISIONS: &str = "hypotheses";
/// Findings beyond this many are left to the report.
const MOST_FINDINGS: usize = 6;
/// Width of a text file.
const FILE_WIDTH: usize = 100;

/// Where text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether it shows colours.
    pub colour: Colour,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences of ANSI terminals.
    Ansi,
    /// None.
    #[default]
    Plain,
}

/// A file that was written: what it is, and where.
pub struct WrittenFile<'a> {
    /// The word for its format.
    pub format: &'a str,
    /// Its path, as shown.
    pub path: &'a str,
}

/// What every part needs to know.
#[derive(Clone, Copy)]
struct Sheet<'a> {
    report: &'a Report,
    style: &'a Style,
    numbering: &'a Numbering,
    screen: Screen,
}

/// The whole report as plain text, 100 columns wide.
pub fn render(report: &Report, style: &Style) -> Result<Vec<u8>, RenderError> {
    let screen = Screen { width: FILE_WIDTH, colour: Colour::Plain };
    Ok(everything(report, style, screen).into_bytes())
}

/// The whole report: every sentence and table.
pub fn everything(report: &Report, style: &Style, screen: Screen) -> String {
    let numbering = Numbering::new(report);
    let sheet = Sheet { report, style, numbering: &numbering, screen };
    let mut out = sheet.title();
    for section in &report.sections {
        sheet.section(section, 0, &mut out);
    }
    out
}

/// One screen: the gravest findings, the decisions, and where the files are.
pub fn summary(report: &Report, style: &Style, screen: Screen, files: &[WrittenFile]) -> String {
    let numbering = Numbering::new(report);
    let sheet = Sheet { report, style, numbering: &numbering, screen };
    let mut out = sheet.title();
    if let Some(section) = find_section(&report.sections, FINDINGS) {
        sheet.short_findings(section, &mut out);
    }
    if let Some(table) = find_table(&report.sections, DECISIONS) {
        out.push('\n');
        sheet.table(table, &mut out);
    }
    sheet.files(files, &mut out);
    out
}

impl Sheet<'_> {
    fn title(self) -> String {
        let title = self.plain(&self.report.title);
        let subtitle = self.plain(&self.report.subtitle);
        let mut out = format!("{}\n", self.bold(&wrap::wrapped(&title, self.screen.width, "")));
        if !subtitle.is_empty() {
            out.push_str(&wrap::wrapped(&subtitle, self.screen.width, ""));
            out.push('\n');
        }
        out
    }

    fn section(self, section: &Section, depth: usize, out: &mut String) {
        let heading = self.plain(&section.heading);
        out.push('\n');
        out.push_str(&self.bold(&heading));
        out.push('\n');
        if depth == 0 {
            out.push_str(&"=".repeat(heading.width().min(self.screen.width)));
            out.push('\n');
        }
        for block in &section.blocks {
            out.push('\n');
            self.block(block, out);
        }
        for inner in &section.sections {
            self.section(inner, depth + 1, out);
        }
    }

    fn block(self, block: &Block, out: &mut String) {
        match block {
            Block::Paragraph(text) => self.paragraph(&self.plain(text), "", out),
            Block::List(points) => {
                for point in points {
                    self.paragraph(&format!("- {}", self.plain(point)), "  ", out);
                }
            }
            Block::Table(table) => self.table(table, out),
            Block::Figure(figure) => {
                let label = self.numbering.label(&figure.id, self.report);
                let caption = self.plain(&figure.caption);
                self.paragraph(&format!("[{label}. {caption}] {}", figure.description), "  ", out);
            }
            Block::Finding(finding) => {
                self.finding_heading(finding, out);
                for text in [&finding.text, &finding.advice] {
                    if !text.is_empty() {
                        self.paragraph(&format!("  {}", self.plain(text)), "  ", out);
                    }
                }
            }
        }
    }

    fn short_findings(self, section: &Section, out: &mut String) {
        let mut findings: Vec<&FindingText> = Vec::new();
        for block in &section.blocks {
            if let Block::Finding(finding) = block {
                findings.push(finding);
            }
        }
        if findings.is_empty() {
            return;
        }
        findings.sort_by_key(|finding| finding.severity);
        out.push_str(&format!("\n{}\n", self.bold(self.report.labels.findings)));
        for finding in findings.iter().take(MOST_FINDINGS) {
            self.finding_heading(finding, out);
        }
        if findings.len() > MOST_FINDINGS {
            self.paragraph(&format!("  {}", self.report.labels.more), "  ", out);
        }
    }

    fn finding_heading(self, finding: &FindingText, out: &mut String) {
        let (mark, colour) = match finding.severity {
            Severity::Serious => ("✗", "31"),
            Severity::Caution => ("!", "33"),
            Severity::Note => ("·", "36"),
        };
        let text = wrap::wrapped(&format!("{mark} {}", self.plain(&finding.heading)), self.screen.width, "  ");
        out.push_str(&text.replacen(mark, &self.coloured(mark, colour), 1));
        out.push('\n');
    }

    fn table(self, table: &Table, out: &mut String) {
        let label = self.numbering.label(&table.id, self.report);
        let caption = format!("{label}. {}", self.plain(&table.caption));
        out.push_str(&self.bold(&wrap::wrapped(&caption, self.screen.width, "  ")));
        out.push('\n');
        out.push_str(&table::table(table, self));
        for (position, note) in table.notes.iter().enumerate() {
            let lead = if position == 0 { format!("{} ", self.report.labels.note) } else { String::new() };
            self.paragraph(&format!("{lead}{}", self.plain(note)), "", out);
        }
    }

    fn files(self, files: &[WrittenFile], out: &mut String) {
        if files.is_empty() {
            return;
        }
        out.push_str(&format!("\n{}\n", self.bold(self.report.labels.files)));
        let widest = files.iter().map(|file| file.format.width()).max().unwrap_or(0);
        for file in files {
            let gap = " ".repeat(widest - file.format.width() + 2);
            out.push_str(&format!("  {}{gap}{}\n", file.format, file.path));
        }
    }

    fn paragraph(self, text: &str, hanging: &str, out: &mut String) {
        out.push_str(&wrap::wrapped(text, self.screen.width, hanging));
        out.push('\n');
    }

    fn plain(self, text: &[covary_report::Span]) -> String {
        without_controls(&plain::text(text, self.style, self.numbering, self.report))
    }

    fn bold(self, text: &str) -> String {
        self.coloured(text, "1")
    }

    fn coloured(self, text: &str, code: &str) -> String {
        match self.screen.colour {
            Colour::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Colour::Plain => text.to_string(),
        }
    }
}

/// Labels come from files: an escape sequence in one must not reach the terminal.
fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn find_section<'a>(sections: &'a [Section], id: &str) -> Option<&'a Section> {
    sections.iter().find_map(
        |section| {
            if section.id == id { Some(section) } else { find_section(&section.sections, id) }
        },
    )
}

fn find_table<'a>(sections: &'a [Section], id: &str) -> Option<&'a Table> {
    sections.iter().find_map(|section| {
        let here = section.blocks.iter().find_map(|block| match block {
            Block::Table(table) if table.id == id => Some(table),
            _ => None,
        });
        here.or_else(|| find_table(&section.sections, id))
    })
}
