//! One self-contained page: works offline, prints, light and dark.

mod table;
mod text;

use std::collections::BTreeSet;

use covary_report::{
    Block, Figure, FindingText, Report, Section, Severity,
    scene::{Paint, Role, Shape},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    RenderError, Style,
    colours::{DARK, LIGHT, Palette, ROLES, variable},
    numbering::{Numbered, Numbering},
    svg,
};

const STYLE_SHEET: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing is loaded from anywhere, whatever the study's labels hold.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// A report whose figures scale down to this many points before their box scrolls.
const LEAST_FIGURE_POINTS: f64 = 480.0;

/// What every part of the page needs to know.
#[derive(Clone, Copy)]
struct Page<'a> {
    report: &'a Report,
    style: &'a Style,
    numbering: &'a Numbering,
}

/// A report as one HTML file.
pub fn render(report: &Report, style: &Style) -> Result<Vec<u8>, RenderError> {
    let numbering = Numbering::new(report);
    let page = Page { report, style, numbering: &numbering };
    Ok(page.document().into_string().into_bytes())
}

impl<'a> Page<'a> {
    fn document(self) -> Markup {
        let report = self.report;
        html! {
            (DOCTYPE)
            html lang=(report.language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                    meta name="generator" content="covary";
                    title { (text::plain(&report.title, self)) }
                    style { (PreEscaped(style_sheet(report))) }
                }
                body {
                    header.masthead {
                        h1 { (text::inline(&report.title, self)) }
                        p.subtitle { (text::inline(&report.subtitle, self)) }
                    }
                    div.page {
                        (self.contents())
                        main { @for section in &report.sections { (self.section(section, 2)) } }
                    }
                    div #tip role="tooltip" hidden {}
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    fn contents(self) -> Markup {
        html! {
            nav.contents aria-label=(self.report.labels.contents) {
                // A check box opens the list on small screens without a script; on wide ones it is always open.
                input #contents-open type="checkbox";
                label for="contents-open" { (self.report.labels.contents) }
                ol { @for section in &self.report.sections { (self.contents_entry(section)) } }
            }
        }
    }

    fn contents_entry(self, section: &Section) -> Markup {
        html! {
            li {
                a href={ "#" (section.id) } {
                    span.place { (self.section_number(&section.id)) } " " (text::inline(&section.heading, self))
                }
                @if !section.sections.is_empty() {
                    ol { @for inner in &section.sections { (self.contents_entry(inner)) } }
                }
            }
        }
    }

    fn section_number(self, id: &str) -> &'a str {
        match self.numbering.get(id) {
            Some(Numbered::Section(number)) => number,
            _ => "",
        }
    }

    fn section(self, section: &Section, level: usize) -> Markup {
        let heading = html! {
            span.place { (self.section_number(&section.id)) } " " (text::inline(&section.heading, self))
        };
        html! {
            section id=(section.id) class={ "level" (level) } {
                @match level {
                    2 => h2 { (heading) },
                    3 => h3 { (heading) },
                    _ => h4 { (heading) },
                }
                @for block in &section.blocks { (self.block(block)) }
                @for inner in &section.sections { (self.section(inner, level + 1)) }
            }
        }
    }

    fn block(self, block: &Block) -> Markup {
        match block {
            Block::Paragraph(spans) => html! { p { (text::inline(spans, self)) } },
            Block::List(points) => html! { ul { @for point in points { li { (text::inline(point, self)) } } } },
            Block::Table(table) => table::table(table, self),
            Block::Figure(figure) => self.figure(figure),
            Block::Finding(finding) => self.finding(finding),
        }
    }

    fn figure(self, figure: &Figure) -> Markup {
        let caption = text::plain(&figure.caption, self);
        let drawing = svg::inline(&figure.scene, &figure.id, &caption, &figure.description);
        let least = figure.scene.width.min(LEAST_FIGURE_POINTS).round();
        html! {
            figure.drawing id=(figure.id) {
                div.scroll { div.canvas style={ "min-width:" (least) "pt" } { (PreEscaped(drawing)) } }
                figcaption {
                    span.label { (self.numbering.label(&figure.id, self.report)) } " "
                    span.title { (text::inline(&figure.caption, self)) }
                }
                (self.notes(&figure.notes))
            }
        }
    }

    fn notes(self, notes: &[covary_report::Text]) -> Markup {
        html! {
            @if !notes.is_empty() {
                div.notes {
                    @for (position, note) in notes.iter().enumerate() {
                        p {
                            @if position == 0 { em { (self.report.labels.note) } " " }
                            (text::inline(note, self))
                        }
                    }
                }
            }
        }
    }

    fn finding(self, finding: &FindingText) -> Markup {
        let labels = &self.report.labels;
        let (class, word) = match finding.severity {
            Severity::Serious => ("serious", labels.serious),
            Severity::Caution => ("caution", labels.caution),
            Severity::Note => ("remark", labels.remark),
        };
        html! {
            div class={ "finding " (class) } {
                p.heading { span.severity { (word) } " " (text::inline(&finding.heading, self)) }
                @if !finding.text.is_empty() { p { (text::inline(&finding.text, self)) } }
                @if !finding.advice.is_empty() {
                    p { span.advice { (labels.advice) } " " (text::inline(&finding.advice, self)) }
                }
            }
        }
    }
}

/// The style sheet with the colours of figures, those of scales only as far as they occur.
fn style_sheet(report: &Report) -> String {
    let mut scales = BTreeSet::new();
    report.sections.iter().for_each(|section| scales_in_section(section, &mut scales));
    let steps = scales.iter().flat_map(|&steps| (0..steps).map(move |step| Role::Diverging(step, steps)));
    let roles: Vec<Role> = ROLES.into_iter().chain(steps).collect();
    let variables = |palette: &Palette| -> String {
        roles.iter().map(|&role| format!("--{}:{};", variable(role), palette.colour(role))).collect()
    };
    format!(
        ":root{{{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n{STYLE_SHEET}",
        variables(&LIGHT),
        variables(&DARK)
    )
}

fn scales_in_section(section: &Section, scales: &mut BTreeSet<u8>) {
    for block in &section.blocks {
        if let Block::Figure(figure) = block {
            scales_in_shapes(&figure.scene.shapes, scales);
        }
    }
    section.sections.iter().for_each(|inner| scales_in_section(inner, scales));
}

fn scales_in_shapes(shapes: &[Shape], scales: &mut BTreeSet<u8>) {
    for shape in shapes {
        let roles = match shape {
            Shape::Rectangle { paint: Paint { fill, stroke, .. }, .. }
            | Shape::Ellipse { paint: Paint { fill, stroke, .. }, .. }
            | Shape::Path { paint: Paint { fill, stroke, .. }, .. } => [*fill, *stroke],
            Shape::Label { role, .. } => [Some(*role), None],
            Shape::Group { shapes, .. } => {
                scales_in_shapes(shapes, scales);
                [None, None]
            }
        };
        scales.extend(roles.into_iter().flatten().filter_map(|role| match role {
            Role::Diverging(_, steps) => Some(steps),
            _ => None,
        }));
    }
}
