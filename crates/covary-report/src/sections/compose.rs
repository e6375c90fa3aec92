//! Parts of sections: columns with their definitions, tables, paragraphs.

use crate::{
    Align, Block, Cell, ColumnHead, Figure, Number, Scene, Section, Span, Table, TableRow, Text,
    words::{FigureName, SectionName, Sentence, TableName, Term, Words},
};

/// What sections need besides results: a language and the names of variables.
pub(crate) struct Context<'a> {
    pub(crate) words: &'a dyn Words,
    pub(crate) names: Names<'a>,
}

/// Labels of items and constructs.
pub(crate) struct Names<'a> {
    labels: &'a [(String, String)],
}

impl<'a> Names<'a> {
    pub(crate) fn new(labels: &'a [(String, String)]) -> Self {
        Names { labels }
    }

    /// The label of `name`, where there is one that says more than the name.
    pub(crate) fn label(&self, name: &str) -> Option<&'a str> {
        self.labels.iter().find(|(known, label)| known == name && label != name).map(|(_, label)| label.as_str())
    }

    /// `Cluster enterprises (F1)`, or the name alone.
    pub(crate) fn long(&self, name: &str) -> String {
        self.label(name).map_or_else(|| name.to_string(), |label| format!("{label} ({name})"))
    }
}

impl Context<'_> {
    /// A column of text.
    pub(crate) fn left(&self, term: Term) -> ColumnHead {
        self.column(term, Align::Left)
    }

    /// A column of figures.
    pub(crate) fn decimal(&self, term: Term) -> ColumnHead {
        self.column(term, Align::Decimal)
    }

    /// A column of short words.
    pub(crate) fn center(&self, term: Term) -> ColumnHead {
        self.column(term, Align::Center)
    }

    fn column(&self, term: Term, align: Align) -> ColumnHead {
        let definition = self.words.definition(term).map(str::to_string);
        ColumnHead { text: self.words.head(term), spanner: None, align, definition }
    }

    /// Two columns of limits under "95% CI".
    pub(crate) fn limits(&self, level: f64) -> [ColumnHead; 2] {
        let head = self.words.interval_head(level);
        [self.decimal(Term::Lower).under(head.clone()), self.decimal(Term::Upper).under(head)]
    }

    /// A cell that names a statistic, with its definition.
    pub(crate) fn term(&self, term: Term) -> Cell {
        Cell { definition: self.words.definition(term).map(str::to_string), ..Cell::words(self.words.head(term)) }
    }

    /// An item with its wording, the name first as in SPSS.
    pub(crate) fn item(&self, name: &str) -> Cell {
        Cell::verbatim(self.names.label(name).map_or_else(|| name.to_string(), |label| format!("{name}: {label}")))
    }

    /// A name with its label.
    pub(crate) fn named(&self, name: &str) -> Cell {
        Cell::verbatim(self.names.long(name))
    }

    pub(crate) fn table(&self, id: &str, name: TableName, columns: Vec<ColumnHead>, rows: Vec<TableRow>) -> Table {
        Table { id: id.to_string(), caption: self.words.caption(name), columns, rows, notes: Vec::new() }
    }

    pub(crate) fn paragraph(&self, sentence: Sentence) -> Block {
        Block::Paragraph(self.words.say(sentence))
    }

    pub(crate) fn section(&self, id: &str, name: SectionName, blocks: Vec<Block>) -> Section {
        Section { id: id.to_string(), heading: self.words.section(name), blocks, sections: Vec::new() }
    }

    pub(crate) fn figure(&self, id: &str, name: FigureName, scene: Scene, notes: Vec<Text>) -> Block {
        Block::Figure(Figure {
            id: id.to_string(),
            caption: self.words.figure(name),
            scene,
            description: self.words.figure_description(name),
            notes,
        })
    }

    /// A matrix as a table: rows and columns named alike or by factors.
    pub(crate) fn matrix_columns(&self, heads: impl IntoIterator<Item = String>) -> Vec<ColumnHead> {
        let first = self.left(Term::Blank);
        let named = |name| ColumnHead {
            text: vec![Span::Verbatim(name)],
            spanner: None,
            align: Align::Decimal,
            definition: None,
        };
        std::iter::once(first).chain(heads.into_iter().map(named)).collect()
    }

    /// The lower triangle of a symmetric matrix, diagonal included.
    pub(crate) fn triangle(
        &self,
        id: &str,
        name: TableName,
        variables: &[String],
        cell: impl Fn(usize, usize) -> Cell,
    ) -> Table {
        let columns = self.matrix_columns(variables.iter().cloned());
        let row = |i: usize| {
            let figures = (0..variables.len()).map(|j| if j <= i { cell(i, j) } else { Cell::blank() });
            TableRow::Cells(std::iter::once(Cell::verbatim(&variables[i])).chain(figures).collect())
        };
        self.table(id, name, columns, (0..variables.len()).map(row).collect())
    }
}

impl ColumnHead {
    /// The column under a head that spans it and its neighbours.
    pub(crate) fn under(self, spanner: Text) -> Self {
        ColumnHead { spanner: Some(spanner), ..self }
    }

    /// The column under other words.
    pub(crate) fn renamed(self, text: Text) -> Self {
        ColumnHead { text, ..self }
    }

    /// The column without a hover text, where its words mean something else here.
    pub(crate) fn without_definition(self) -> Self {
        ColumnHead { definition: None, ..self }
    }
}

impl Table {
    pub(crate) fn with_note(mut self, note: Text) -> Self {
        self.notes.push(note);
        self
    }
}

/// A row of figures after its name.
pub(crate) fn row(name: Cell, figures: impl IntoIterator<Item = Number>) -> TableRow {
    TableRow::Cells(std::iter::once(name).chain(figures.into_iter().map(Cell::from)).collect())
}

/// The words of a text, for drawings.
pub(crate) fn words_of(text: &Text) -> String {
    let word = |span: &Span| match span {
        Span::Word(text) | Span::Verbatim(text) => text.clone(),
        Span::Symbol(symbol) => symbol.to_string(),
        Span::Strong(inner) => words_of(inner),
        Span::Number(_) | Span::Reference(_) => String::new(),
    };
    text.iter().map(word).collect()
}
