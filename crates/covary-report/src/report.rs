//! The parts of a report.

use crate::Scene;

/// A report in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// BCP 47 tag of the language: `en`, `zh`.
    pub language: &'static str,
    /// Title.
    pub title: Text,
    /// Line below the title.
    pub subtitle: Text,
    /// Sections, in order.
    pub sections: Vec<Section>,
    /// Everything that was computed: what `results.json` holds, and where each [`Number`] points into.
    pub results: serde_json::Value,
    /// Fixed words that renderers need: "Table", "Figure", "Note.", "Contents", …
    pub labels: Labels,
}

/// Fixed words of a language that renderers set themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// "Table"
    pub table: &'static str,
    /// "Figure"
    pub figure: &'static str,
    /// "Note."
    pub note: &'static str,
    /// "Contents"
    pub contents: &'static str,
    /// "Section"
    pub section: &'static str,
    /// Word for a serious finding.
    pub serious: &'static str,
    /// Word for a finding that a reviewer will ask about.
    pub caution: &'static str,
    /// Word for a finding worth knowing.
    pub remark: &'static str,
    /// "What to do:"
    pub advice: &'static str,
    /// "Findings"
    pub findings: &'static str,
    /// "Files"
    pub files: &'static str,
    /// Said where a list goes on in the report: "… and more in the report."
    pub more: &'static str,
}

/// Running text.
pub type Text = Vec<Span>;

/// A piece of running text.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// Words of the language.
    Word(String),
    /// Text from the study: a variable's name, an item's wording. Never interpreted.
    Verbatim(String),
    /// A statistical symbol, set in italics: *p*, *M*, *SD*.
    Symbol(&'static str),
    /// A figure.
    Number(Number),
    /// A reference to a table, figure or section by its id.
    Reference(String),
    /// Emphasised words.
    Strong(Text),
}

/// A printed value at full precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The value; `None` prints as a dash.
    pub value: Option<f64>,
    /// How it is set.
    pub kind: NumberKind,
    /// JSON pointer into the report's results: `/reliability/constructs/0/alpha`. Empty where the figure is part of
    /// the plan and no result (a cut-off).
    pub path: String,
    /// Stars of significance printed behind it, 0 to 3.
    pub stars: u8,
}

/// How a figure is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A count: no decimals, thousands as the language has them.
    Count,
    /// A statistic in its own unit, with the style's decimals (two or three): mean, estimate, χ².
    Statistic,
    /// A statistic that cannot exceed 1 in absolute value: no leading zero (correlation, α, standardized loading, CFI).
    Bounded,
    /// A probability: no leading zero, three decimals, `< .001`.
    Probability,
    /// A share in percent (the value is the percentage), one decimal.
    Percent,
    /// A share as a proportion (the value is between 0 and 1), set in percent with one decimal.
    Proportion,
    /// As it was given: a cut-off, a code, a scale point; shortest form.
    Exact,
}

/// A section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Unique id, letters, digits and hyphens.
    pub id: String,
    /// Heading.
    pub heading: Text,
    /// Content.
    pub blocks: Vec<Block>,
    /// Subsections.
    pub sections: Vec<Section>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Text),
    /// A list of points.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Figure),
    /// Something to look at.
    Finding(FindingText),
}

/// A finding in words.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingText {
    /// How serious.
    pub severity: Severity,
    /// What was found.
    pub heading: Text,
    /// What it means.
    pub text: Text,
    /// What to do.
    pub advice: Text,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Changes a conclusion, or a result must not be used.
    Serious,
    /// A reviewer will ask.
    Caution,
    /// Worth knowing.
    Note,
}

/// A table, set with three lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Unique id, also its key in `results`.
    pub id: String,
    /// Caption without number.
    pub caption: Text,
    /// Columns, left to right.
    pub columns: Vec<ColumnHead>,
    /// Rows, top to bottom.
    pub rows: Vec<TableRow>,
    /// Notes below.
    pub notes: Vec<Text>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnHead {
    /// Its words.
    pub text: Text,
    /// A head that spans this and its neighbours with the same spanner.
    pub spanner: Option<Text>,
    /// Alignment of its cells.
    pub align: Align,
    /// What the statistic is and by which convention, as hover text.
    pub definition: Option<String>,
}

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Short words.
    Center,
    /// Figures, at the decimal mark.
    Decimal,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum TableRow {
    /// Cells, one per column.
    Cells(Vec<Cell>),
    /// A heading over the rows that follow.
    Heading(Text),
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Its content; empty is blank.
    pub text: Text,
    /// Indentation steps.
    pub indent: u8,
    /// Hover text of this cell, where it differs from its column's.
    pub definition: Option<String>,
    /// Set in bold: a salient loading, a decision.
    pub strong: bool,
}

/// A drawing with its caption.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Unique id.
    pub id: String,
    /// Caption without number.
    pub caption: Text,
    /// The drawing.
    pub scene: Scene,
    /// What it shows, for those who cannot see it.
    pub description: String,
    /// Notes below.
    pub notes: Vec<Text>,
}

impl Number {
    /// A figure of the results.
    pub fn new(value: Option<f64>, kind: NumberKind, path: impl Into<String>) -> Self {
        Number { value, kind, path: path.into(), stars: 0 }
    }

    /// A figure of the plan, such as a cut-off: as it was given, no place in the results.
    pub fn plan(value: f64) -> Self {
        Number::new(Some(value), NumberKind::Exact, "")
    }

    /// With stars for `p`: three below .001, two below .01, one below .05.
    pub fn with_stars(mut self, p: Option<f64>) -> Self {
        self.stars = match p {
            Some(p) if p < 0.001 => 3,
            Some(p) if p < 0.01 => 2,
            Some(p) if p < 0.05 => 1,
            _ => 0,
        };
        self
    }
}

impl Cell {
    /// A blank cell.
    pub fn blank() -> Self {
        Cell::default()
    }

    /// A cell with words.
    pub fn words(text: Text) -> Self {
        Cell { text, ..Cell::default() }
    }

    /// A cell with text from the study.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Cell::words(vec![Span::Verbatim(text.into())])
    }

    /// In bold where `strong`.
    pub fn in_bold(self, strong: bool) -> Self {
        Cell { strong, ..self }
    }
}

impl From<Number> for Cell {
    fn from(number: Number) -> Self {
        Cell::words(vec![Span::Number(number)])
    }
}

impl Number {
    /// The same figure, set another way.
    pub fn of_kind(self, kind: NumberKind) -> Self {
        Number { kind, ..self }
    }
}
