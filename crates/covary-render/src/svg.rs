//! A drawing as SVG: inside a page, with colours of the page's style sheet, or as a file of its own.

use std::fmt::Write;

use covary_report::{
    Scene,
    scene::{Anchor, FontStyle, Paint, Role, Segment, Shape},
};

use crate::colours::{Palette, variable};

pub use crate::colours::{DARK, LIGHT};

/// Faces of figures, first the one that most readers have.
pub const FIGURE_FACES: &str = "\"Helvetica Neue\", Helvetica, Arial, \"Liberation Sans\", \"PingFang SC\", \
                                \"Microsoft YaHei\", \"Noto Sans CJK SC\", sans-serif";

/// Length of an arrow head in points, at a stroke of 1; it grows with the stroke.
const ARROW_LENGTH: f64 = 6.5;
/// Half its width.
const ARROW_HALF_WIDTH: f64 = 2.6;
/// Width of the halo about a text, as a share of its size.
const HALO: f64 = 0.36;

/// Where colours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colours {
    /// Variables of the page's style sheet, so that dark mode reaches the figure.
    Page,
    /// Stated in the drawing.
    Stated(Palette),
}

/// A drawing for the inside of a page whose style sheet defines the colours; `id` is unique in the page.
///
/// `title` and `description` are read to those who cannot see it.
pub fn inline(scene: &Scene, id: &str, title: &str, description: &str) -> String {
    let mut out = String::new();
    let (width, height) = (coordinate(scene.width), coordinate(scene.height));
    let id = escaped(id);
    _ = write!(
        out,
        "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {width} {height}\" \
         style=\"max-width:{width}pt\" xmlns=\"http://www.w3.org/2000/svg\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
        escaped(title),
        escaped(description)
    );
    shapes(&mut out, &scene.shapes, Colours::Page);
    out.push_str("</svg>");
    out
}

/// A drawing as a file of its own.
pub fn standalone(scene: &Scene, title: &str, description: &str, palette: Palette) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (width, height) = (coordinate(scene.width), coordinate(scene.height));
    _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}pt\" height=\"{height}pt\" \
         viewBox=\"0 0 {width} {height}\" font-family='{FIGURE_FACES}'>\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        escaped(title),
        escaped(description),
        palette.colour(Role::Background)
    );
    shapes(&mut out, &scene.shapes, Colours::Stated(palette));
    out.push_str("\n</svg>\n");
    out
}

fn shapes(out: &mut String, shapes: &[Shape], colours: Colours) {
    for one in shapes {
        shape(out, one, colours);
    }
}

fn shape(out: &mut String, shape: &Shape, colours: Colours) {
    match shape {
        Shape::Rectangle { x, y, width, height, radius, paint } => {
            _ = write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {}/>",
                coordinate(*x),
                coordinate(*y),
                coordinate(*width),
                coordinate(*height),
                coordinate(*radius),
                paint_attributes(paint, colours)
            );
        }
        Shape::Ellipse { center, radii, paint } => {
            _ = write!(
                out,
                "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\" {}/>",
                coordinate(center.0),
                coordinate(center.1),
                coordinate(radii.0),
                coordinate(radii.1),
                paint_attributes(paint, colours)
            );
        }
        Shape::Path { start, segments, arrow_start, arrow_end, closed, paint } => {
            path(out, &Stroke { start: *start, segments, closed: *closed, paint }, [*arrow_start, *arrow_end], colours);
        }
        Shape::Label { at, text, size, anchor, halo, style, role, rotation } => {
            let label = Label { at: *at, text, size: *size, anchor: *anchor, style: *style, role: *role };
            self::label(out, &label, halo.then_some(Role::Background), *rotation, colours);
        }
        Shape::Group { title, shapes: inner } => {
            _ = write!(out, "<g><title>{}</title>", escaped(title));
            shapes(out, inner, colours);
            out.push_str("</g>");
        }
    }
}

struct Stroke<'a> {
    start: Point,
    segments: &'a [Segment],
    closed: bool,
    paint: &'a Paint,
}

type Point = (f64, f64);

/// A path and its arrow heads. The stroke ends inside the head, so that its square end does not show at the tip.
fn path(out: &mut String, stroke: &Stroke, [arrow_start, arrow_end]: [bool; 2], colours: Colours) {
    let mut start = stroke.start;
    let mut segments = stroke.segments.to_vec();
    let mut heads = Vec::new();
    let scale = stroke.paint.width.max(0.8).sqrt();
    if arrow_end && let Some((tip, direction)) = end_of(start, &segments) {
        heads.push(arrow_head(tip, direction, scale));
        if let Some(last) = segments.last_mut() {
            shorten(last, direction, 0.7 * ARROW_LENGTH * scale);
        }
    }
    if arrow_start && let Some((tip, direction)) = start_of(start, &segments) {
        heads.push(arrow_head(tip, direction, scale));
        start = moved(start, direction, -0.7 * ARROW_LENGTH * scale);
    }
    let mut d = format!("M{} {}", coordinate(start.0), coordinate(start.1));
    for segment in &segments {
        match segment {
            Segment::Line(to) => _ = write!(d, "L{} {}", coordinate(to.0), coordinate(to.1)),
            Segment::Curve(a, b, to) => {
                let c = [a.0, a.1, b.0, b.1, to.0, to.1].map(coordinate);
                _ = write!(d, "C{} {} {} {} {} {}", c[0], c[1], c[2], c[3], c[4], c[5]);
            }
        }
    }
    if stroke.closed {
        d.push('Z');
    }
    _ = write!(out, "<path d=\"{d}\" {}/>", paint_attributes(stroke.paint, colours));
    for head in heads {
        let role = stroke.paint.stroke.unwrap_or(Role::Ink);
        _ = write!(out, "<path d=\"{head}\" {}/>", colour_attribute("fill", role, colours));
    }
}

/// The last point and the direction in which the path arrives there.
fn end_of(start: Point, segments: &[Segment]) -> Option<(Point, Point)> {
    let (last, before) = segments.split_last()?;
    let from = before.last().map_or(start, end_point);
    let (tip, candidates) = match last {
        Segment::Line(to) => (*to, vec![from]),
        Segment::Curve(a, b, to) => (*to, vec![*b, *a, from]),
    };
    Some((tip, candidates.into_iter().find_map(|c| unit(c, tip))?))
}

/// The first point and the direction that points out of the path there.
fn start_of(start: Point, segments: &[Segment]) -> Option<(Point, Point)> {
    let candidates = match segments.first()? {
        Segment::Line(to) => vec![*to],
        Segment::Curve(a, b, to) => vec![*a, *b, *to],
    };
    Some((start, candidates.into_iter().find_map(|c| unit(c, start))?))
}

fn end_point(segment: &Segment) -> Point {
    match segment {
        Segment::Line(to) | Segment::Curve(_, _, to) => *to,
    }
}

/// The unit vector from `from` to `to`; `None` where they coincide.
fn unit(from: Point, to: Point) -> Option<Point> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    (length > 1e-9).then(|| (dx / length, dy / length))
}

fn moved(point: Point, direction: Point, by: f64) -> Point {
    (point.0 + by * direction.0, point.1 + by * direction.1)
}

fn shorten(segment: &mut Segment, direction: Point, by: f64) {
    match segment {
        Segment::Line(to) | Segment::Curve(_, _, to) => *to = moved(*to, direction, -by),
    }
}

fn arrow_head(tip: Point, direction: Point, scale: f64) -> String {
    let normal = (-direction.1, direction.0);
    let back = moved(tip, direction, -ARROW_LENGTH * scale);
    let left = moved(back, normal, ARROW_HALF_WIDTH * scale);
    let notch = moved(tip, direction, -0.78 * ARROW_LENGTH * scale);
    let right = moved(back, normal, -ARROW_HALF_WIDTH * scale);
    let c = [tip.0, tip.1, left.0, left.1, notch.0, notch.1, right.0, right.1].map(coordinate);
    format!("M{} {}L{} {}L{} {}L{} {}Z", c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7])
}

struct Label<'a> {
    at: Point,
    text: &'a str,
    size: f64,
    anchor: Anchor,
    style: FontStyle,
    role: Role,
}

fn label(out: &mut String, label: &Label, halo: Option<Role>, rotation: f64, colours: Colours) {
    // Centred text is moved down by a third of its size instead of `dominant-baseline`, which editors read differently.
    let (anchor, down) = match label.anchor {
        Anchor::Start => ("start", 0.0),
        Anchor::Middle => ("middle", 0.34 * label.size),
        Anchor::End => ("end", 0.0),
    };
    _ = write!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\"",
        coordinate(label.at.0),
        coordinate(label.at.1 + down),
        coordinate(label.size)
    );
    if rotation != 0.0 {
        let [angle, x, y] = [rotation, label.at.0, label.at.1].map(coordinate);
        _ = write!(out, " transform=\"rotate({angle} {x} {y})\"");
    }
    if label.style.bold {
        out.push_str(" font-weight=\"600\"");
    }
    if label.style.italic {
        out.push_str(" font-style=\"italic\"");
    }
    _ = write!(out, " {}", colour_attribute("fill", label.role, colours));
    if let Some(role) = halo {
        _ = write!(
            out,
            " {} stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            colour_attribute("stroke", role, colours),
            coordinate(HALO * label.size)
        );
    }
    _ = write!(out, ">{}</text>", escaped(label.text));
}

fn paint_attributes(paint: &Paint, colours: Colours) -> String {
    let mut attributes = match paint.fill {
        Some(role) => colour_attribute("fill", role, colours),
        None => "fill=\"none\"".to_string(),
    };
    if let Some(role) = paint.stroke {
        _ = write!(
            attributes,
            " {} stroke-width=\"{}\"",
            colour_attribute("stroke", role, colours),
            coordinate(paint.width)
        );
    }
    if paint.dashed {
        let (dash, gap) = (coordinate(4.0 * paint.width.max(1.0)), coordinate(3.0 * paint.width.max(1.0)));
        _ = write!(attributes, " stroke-dasharray=\"{dash} {gap}\"");
    }
    attributes
}

fn colour_attribute(attribute: &str, role: Role, colours: Colours) -> String {
    match colours {
        Colours::Page => format!("{attribute}=\"var(--{})\"", variable(role)),
        Colours::Stated(palette) => format!("{attribute}=\"{}\"", palette.colour(role)),
    }
}

/// A coordinate with at most two decimals, which is finer than any screen or printer shows.
fn coordinate(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_string();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// Text for the inside of elements and attributes; characters that XML forbids are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || c == '\u{7f}' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arrow_end: bool) -> Scene {
        let paint = Paint { fill: None, stroke: Some(Role::Ink), width: 1.0, dashed: true };
        let shape = Shape::Path {
            start: (0.0, 5.0),
            segments: vec![Segment::Line((20.0, 5.0))],
            arrow_start: false,
            arrow_end,
            closed: false,
            paint,
        };
        Scene { width: 20.0, height: 10.0, shapes: vec![shape] }
    }

    #[test]
    fn an_arrow_head_ends_where_the_path_ends() {
        let drawing = standalone(&line(true), "a", "b", LIGHT);
        assert!(drawing.contains("M20 5L13.5 7.6L14.93 5L13.5 2.4Z"), "{drawing}");
        assert!(drawing.contains("stroke-dasharray=\"4 3\""));
        assert!(!standalone(&line(false), "a", "b", LIGHT).contains("Z\""));
    }

    #[test]
    fn a_path_without_length_has_no_head() {
        assert_eq!(end_of((1.0, 1.0), &[Segment::Line((1.0, 1.0))]), None);
        assert_eq!(end_of((1.0, 1.0), &[]), None);
    }

    #[test]
    fn colours_come_from_the_page_or_are_stated() {
        assert!(inline(&line(true), "f", "a", "b").contains("stroke=\"var(--c-ink)\""));
        assert!(standalone(&line(true), "a", "b", LIGHT).contains("stroke=\"#1c1b19\""));
    }

    #[test]
    fn text_is_escaped() {
        let label = Shape::Label {
            at: (0.0, 0.0),
            text: "</text><script>\u{1}&\"'".to_string(),
            size: 10.0,
            anchor: Anchor::Middle,
            halo: true,
            style: FontStyle::default(),
            role: Role::Ink,
            rotation: 90.0,
        };
        let scene =
            Scene { width: 1.0, height: 1.0, shapes: vec![Shape::Group { title: "<&>".into(), shapes: vec![label] }] };
        let drawing = inline(&scene, "f", "<t>", "d");
        assert!(drawing.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;&#39;</text>"), "{drawing}");
        assert!(drawing.contains("<title>&lt;&amp;&gt;</title>"));
        assert!(!drawing.contains("<script>"));
    }

    #[test]
    fn coordinates_are_short() {
        let check = |value: f64, expected: &str| assert_eq!(coordinate(value), expected);
        check(1.0, "1");
        check(0.333333, "0.33");
        check(-0.001, "0");
        check(100.0, "100");
        check(f64::NAN, "0");
    }
}
