//! A report with one of everything that a renderer meets; its figures are arbitrary.

use covary_report::{
    Align, Block, Cell, ColumnHead, Figure, FindingText, Labels, Number, NumberKind, Report, Scene, Section, Severity,
    Span, Table, TableRow, Text,
    scene::{Anchor, FontStyle, Paint, Role, Segment, Shape},
};

pub fn report() -> Report {
    Report {
        language: "en",
        title: word("Cross-border e-commerce <of> the hardware cluster"),
        subtitle: vec![
            Span::Symbol("N"),
            Span::Word(" = ".into()),
            figure(233.0, NumberKind::Count),
            Span::Word("; conventions of AMOS".into()),
        ],
        sections: vec![
            Section {
                id: "findings".into(),
                heading: word("Findings"),
                blocks: vec![
                    Block::Paragraph(word(TEXT)),
                    finding(Severity::Serious, "Discriminant validity of F2 and Y is not established"),
                    finding(Severity::Caution, "Multivariate normality does not hold"),
                    finding(Severity::Note, "Directions are assumed, not shown"),
                ],
                sections: vec![section("decisions", "Decisions", vec![Block::Table(decisions())])],
            },
            section(
                "estimates",
                "Structural model",
                vec![
                    Block::Paragraph(vec![
                        Span::Word("All paths are in ".into()),
                        Span::Reference("paths".into()),
                        Span::Word("; see ".into()),
                        Span::Reference("diagram".into()),
                        Span::Word(" and ".into()),
                        Span::Reference("decisions".into()),
                        Span::Word(".".into()),
                    ]),
                    Block::Table(paths()),
                    Block::Figure(diagram()),
                    Block::List(vec![word("First point."), word("Second point.")]),
                ],
            ),
            section("matrices", "Matrices", vec![Block::Table(matrix())]),
        ],
        results: serde_json::json!({"schema": "covary.results/1", "sample": [0.1, null]}),
        labels: Labels {
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
        },
    }
}

const TEXT: &str = "The measurement model was estimated by maximum likelihood. Estimates converged in few iterations and the \
    solution is admissible: no variance is negative and all matrices are positive definite. What follows is what a careful \
    reviewer would say about the study, the gravest first, each with the figures on which it rests.";

fn finding(severity: Severity, heading: &str) -> Block {
    Block::Finding(FindingText {
        severity,
        heading: word(heading),
        text: vec![
            Span::Word("The heterotrait-monotrait ratio is ".into()),
            figure(0.8789, NumberKind::Bounded),
            Span::Word(", 95% CI [".into()),
            figure(0.8201, NumberKind::Bounded),
            Span::Word(", ".into()),
            figure(0.9312, NumberKind::Bounded),
            Span::Word("], above the cut-off of ".into()),
            figure(0.85, NumberKind::Exact),
            Span::Word(" (Henseler, Ringle, & Sarstedt, 2015).".into()),
        ],
        advice: word("Say so, and compare with a model in which the two constructs are one."),
    })
}

fn decisions() -> Table {
    let rows = [
        ("H1", "F1 -> Y > 0", 0.094, 0.058, false),
        ("H2", "F2 -> Y > 0", 0.392, 0.0, true),
        ("H4", "F1 -> M -> Y", 0.051, 0.007, true),
    ];
    Table {
        id: "hypotheses".into(),
        caption: word("Decisions on the hypotheses"),
        columns: vec![
            head("Hypothesis", Align::Left),
            head("Claim", Align::Left),
            head("β", Align::Decimal),
            head("p", Align::Decimal),
            head("Decision", Align::Left),
        ],
        rows: rows
            .iter()
            .map(|(name, rule, beta, p, supported)| {
                let decision = if *supported { "Supported" } else { "Not supported" };
                TableRow::Cells(vec![
                    verbatim(name),
                    verbatim(rule),
                    number(*beta, NumberKind::Bounded, 0),
                    number(*p, NumberKind::Probability, 0),
                    Cell { text: word(decision), strong: *supported, ..Cell::default() },
                ])
            })
            .collect(),
        notes: vec![word("A path is decided by its C.R., an indirect effect by its bootstrap interval.")],
    }
}

fn paths() -> Table {
    let spanned = |text: &str| ColumnHead { spanner: Some(word("95% CI")), ..head(text, Align::Decimal) };
    let row = |name: &str, estimate: f64, beta: Option<f64>, p: f64, stars: u8| {
        TableRow::Cells(vec![
            Cell { indent: 1, ..verbatim(name) },
            number(estimate, NumberKind::Statistic, 0),
            Cell {
                text: vec![Span::Number(Number {
                    value: beta,
                    kind: NumberKind::Bounded,
                    path: "/sample/0".into(),
                    stars,
                })],
                ..Cell::default()
            },
            number(estimate / 0.07, NumberKind::Statistic, 0),
            number(p, NumberKind::Probability, 0),
            number(estimate - 0.137, NumberKind::Statistic, 0),
            number(estimate + 0.137, NumberKind::Statistic, 0),
        ])
    };
    Table {
        id: "paths".into(),
        caption: word("Regression Weights"),
        columns: vec![
            head("Path", Align::Left),
            ColumnHead {
                definition: Some("Unstandardized estimate by maximum likelihood.".into()),
                ..head("Estimate", Align::Decimal)
            },
            head("Standardized", Align::Decimal),
            ColumnHead { definition: Some("Critical ratio: estimate / S.E.".into()), ..head("C.R.", Align::Decimal) },
            ColumnHead { text: vec![Span::Symbol("p")], ..head("", Align::Decimal) },
            spanned("Lower"),
            spanned("Upper"),
        ],
        rows: vec![
            TableRow::Heading(word("Outcome: transformation and upgrading")),
            row("F1 → M", 0.161, Some(0.157), 0.018, 1),
            row("F2 → M", -12.394, Some(-0.374), 0.0001, 3),
            TableRow::Heading(word("Outcome: cross-border e-commerce")),
            row("F1 → Y", 0.083, None, 0.058, 0),
            row("M → Y", 0.275, Some(0.321), 0.0, 3),
        ],
        notes: vec![
            vec![Span::Symbol("N"), Span::Word(" = 233. Standard errors from the expected information matrix.".into())],
            vec![
                Span::Word("* ".into()),
                Span::Symbol("p"),
                Span::Word(" < .05. *** ".into()),
                Span::Symbol("p"),
                Span::Word(" < .001.".into()),
            ],
        ],
    }
}

fn matrix() -> Table {
    let names: Vec<String> = (1..=24).map(|i| format!("T{i}")).collect();
    let mut columns = vec![head("", Align::Left)];
    columns.extend(names.iter().map(|name| head(name, Align::Decimal)));
    let rows = (0..24)
        .map(|i| {
            let mut cells = vec![verbatim(&names[i])];
            cells.extend((0..24).map(|j| {
                if j > i { Cell::default() } else { number(1.0 / (1.0 + (i - j) as f64), NumberKind::Bounded, 0) }
            }));
            TableRow::Cells(cells)
        })
        .collect();
    Table { id: "correlations".into(), caption: word("Correlation Matrix"), columns, rows, notes: Vec::new() }
}

fn diagram() -> Figure {
    let line = |width, dashed| Paint { fill: None, stroke: Some(Role::Ink), width, dashed };
    let oval = |x: f64, y: f64| Shape::Ellipse {
        center: (x, y),
        radii: (42.0, 24.0),
        paint: Paint { fill: Some(Role::Latent), stroke: Some(Role::Ink), width: 1.0, dashed: false },
    };
    let label = |x: f64, y: f64, text: &str, role: Role, halo: bool| Shape::Label {
        at: (x, y),
        text: text.into(),
        size: 10.0,
        anchor: Anchor::Middle,
        halo,
        style: FontStyle { bold: false, italic: false },
        role,
        rotation: 0.0,
    };
    let path = |start, segments, arrow_start, dashed| Shape::Path {
        start,
        segments,
        arrow_start,
        arrow_end: true,
        closed: false,
        paint: line(1.1, dashed),
    };
    let mut shapes = vec![
        oval(80.0, 60.0),
        oval(80.0, 160.0),
        oval(360.0, 110.0),
        label(80.0, 60.0, "F1", Role::Ink, false),
        label(80.0, 160.0, "F2", Role::Ink, false),
        label(360.0, 110.0, "产业集群 Y", Role::Ink, false),
        path((122.0, 62.0), vec![Segment::Line((319.0, 104.0))], false, true),
        path((122.0, 158.0), vec![Segment::Line((319.0, 116.0))], false, false),
        path((40.0, 67.0), vec![Segment::Curve((0.0, 90.0), (0.0, 130.0), (40.0, 153.0))], true, false),
        label(215.0, 80.0, ".094", Role::Muted, true),
        label(215.0, 140.0, ".392***", Role::Accent, true),
    ];
    for step in 0..5 {
        shapes.push(Shape::Rectangle {
            x: 150.0 + 40.0 * f64::from(step),
            y: 190.0,
            width: 38.0,
            height: 14.0,
            radius: 1.0,
            paint: Paint { fill: Some(Role::Diverging(step, 5)), stroke: None, width: 0.0, dashed: false },
        });
    }
    Figure {
        id: "diagram".into(),
        caption: word("Standardized estimates"),
        scene: Scene { width: 420.0, height: 215.0, shapes },
        description: "F1 and F2 covary; both lead to Y.".into(),
        notes: vec![word("Dashed: not significant.")],
    }
}

fn section(id: &str, heading: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.into(), heading: word(heading), blocks, sections: Vec::new() }
}

fn head(text: &str, align: Align) -> ColumnHead {
    ColumnHead { text: word(text), spanner: None, align, definition: None }
}

fn word(text: &str) -> Text {
    vec![Span::Word(text.into())]
}

fn verbatim(text: &str) -> Cell {
    Cell { text: vec![Span::Verbatim(text.into())], ..Cell::default() }
}

fn figure(value: f64, kind: NumberKind) -> Span {
    Span::Number(Number { value: Some(value), kind, path: "/sample/0".into(), stars: 0 })
}

fn number(value: f64, kind: NumberKind, stars: u8) -> Cell {
    let number = Number { value: Some(value), kind, path: "/sample/0".into(), stars };
    Cell { text: vec![Span::Number(number)], ..Cell::default() }
}
