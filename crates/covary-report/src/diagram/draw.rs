//! A placed model as a drawing.

use super::{
    geometry::{Box, Point, on_curve},
    labels::{FIGURE_SIZE, Line, Placed, around, place_labels},
    layout::{ITEM_SIZE, LINE, Layout, NODE_SIZE, Place, layout},
    model::{Arrow, Curve, DiagramOptions, NodeKind, PathModel},
};
use crate::{
    scene::{Anchor, FontStyle, Paint, Role, Scene, Segment, Shape},
    text_metrics::text_width,
};

const MARGIN: f64 = 12.0;
/// Room is widened at most so often before figures may touch.
const ATTEMPTS: u32 = 7;

/// Draws a model. Room is widened until no figure covers anything.
pub fn path_diagram(model: &PathModel, options: &DiagramOptions) -> Scene {
    let mut best: Option<Drawing> = None;
    for attempt in 0..ATTEMPTS {
        let drawing = Drawing::new(model, options, 1.0 + 0.18 * f64::from(attempt));
        let conflicts = drawing.conflicts(model);
        if best.as_ref().is_none_or(|best| conflicts < best.conflicts(model)) {
            best = Some(drawing);
        }
        if conflicts == 0 {
            break;
        }
    }
    best.map_or(Scene { width: 0.0, height: 0.0, shapes: Vec::new() }, |drawing| drawing.scene(model, options))
}

/// Everything placed, not yet drawn.
pub(super) struct Drawing {
    layout: Layout,
    /// Loadings, paths, covariances, in this order.
    lines: Vec<Line>,
    curves: Vec<[Point; 4]>,
    labels: Vec<Option<Placed>>,
}

impl Drawing {
    pub(super) fn new(model: &PathModel, options: &DiagramOptions, spread: f64) -> Self {
        let layout = layout(model, spread);
        let curves: Vec<[Point; 4]> =
            model.covariances.iter().enumerate().map(|(k, c)| curve(&layout, model, k, c)).collect();
        let loadings = model.loadings.iter().map(|arrow| arrow_line(&layout, arrow, around(0.55, 0.3, 0.72)));
        let paths = model.paths.iter().map(|arrow| {
            let line = arrow_line(&layout, arrow, around(0.42, 0.12, 0.88));
            let reciprocal = model.paths.iter().any(|other| other.from == arrow.to && other.to == arrow.from);
            if reciprocal { beside_its_twin(line) } else { line }
        });
        let arcs = model.covariances.iter().zip(&curves).map(|(c, curve)| curve_line(c, curve));
        let lines: Vec<Line> = loadings.chain(paths).chain(arcs).collect();
        let mut obstacles: Vec<Box> = layout.places.iter().map(Place::bounds).collect();
        obstacles.extend((0..model.nodes.len()).filter_map(|k| corner_box(model, &layout, k)));
        if options.errors {
            obstacles
                .extend(layout.places.iter().filter(|p| p.indicator).map(|p| Box::around(error_center(p), 15.0, 15.0)));
        }
        let labels = place_labels(&lines, &obstacles);
        Drawing { layout, lines, curves, labels }
    }

    /// How many things a figure covers, variables counted tenfold; arrows that run through a variable tenfold; boxes of
    /// variables that overlap a hundredfold.
    pub(super) fn conflicts(&self, model: &PathModel) -> usize {
        let labels: usize = self.labels.iter().flatten().map(|label| label.conflicts).sum();
        let places = &self.layout.places;
        let overlapping = (0..places.len())
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .filter(|&(i, j)| places[i].bounds().overlaps(&places[j].bounds()))
            .count();
        let straight = model.loadings.iter().chain(&model.paths);
        let through: usize = straight.zip(&self.lines).map(|(arrow, line)| self.met_on_the_way(arrow, line)).sum();
        labels + 10 * through + 100 * overlapping
    }

    /// Variables, other than its ends, that an arrow runs through.
    fn met_on_the_way(&self, arrow: &Arrow, line: &Line) -> usize {
        let foreign = |k: usize| k != arrow.from && k != arrow.to;
        let places = self.layout.places.iter().enumerate().filter(|(k, _)| foreign(*k));
        places.filter(|(_, place)| place.is_crossed_by(line.points[0], line.points[1])).count()
    }

    fn scene(&self, model: &PathModel, options: &DiagramOptions) -> Scene {
        let mut shapes = Vec::new();
        let (n, m) = (model.loadings.len(), model.paths.len());
        for (k, arrow) in model.loadings.iter().chain(&model.paths).enumerate() {
            let width = if k < n { 0.8 } else { 1.3 };
            shapes.push(self.arrow_shape(arrow, &self.lines[k], width));
        }
        for (k, covariance) in model.covariances.iter().enumerate() {
            shapes.push(self.curve_shape(covariance, &self.curves[k]));
        }
        if options.errors {
            shapes.extend(
                self.layout.places.iter().filter(|p| p.indicator).enumerate().flat_map(|(k, p)| error_shapes(k, p)),
            );
        }
        for (node, place) in model.nodes.iter().zip(&self.layout.places) {
            shapes.extend(node_shapes(node.kind, place));
        }
        shapes.extend((0..model.nodes.len()).filter_map(|k| corner_shape(model, &self.layout, k)));
        for (k, label) in self.labels.iter().enumerate() {
            if let Some(placed) = label {
                shapes.push(figure(&self.lines[k].label, placed.at, k >= n && k < n + m));
            }
        }
        framed(shapes, self.bounds(model, options))
    }

    /// The box around everything.
    fn bounds(&self, model: &PathModel, options: &DiagramOptions) -> Box {
        let places = self.layout.places.iter().map(|p| {
            if options.errors && p.indicator {
                p.bounds().union(&Box::around(error_center(p), 15.0, 15.0))
            } else {
                p.bounds()
            }
        });
        let corners = (0..model.nodes.len()).filter_map(|k| corner_box(model, &self.layout, k));
        let labels = self.labels.iter().flatten().map(|label| label.bounds);
        let lines = self.lines.iter().flat_map(|line| line.points.iter().map(|p| Box::around(*p, 2.0, 2.0)));
        places.chain(corners).chain(labels).chain(lines).reduce(|a, b| a.union(&b)).unwrap_or(Box::around(
            (0.0, 0.0),
            1.0,
            1.0,
        ))
    }

    fn arrow_shape(&self, arrow: &Arrow, line: &Line, width: f64) -> Shape {
        let path = Shape::Path {
            start: line.points[0],
            segments: vec![Segment::Line(line.points[1])],
            arrow_start: false,
            arrow_end: true,
            closed: false,
            paint: Paint { fill: None, stroke: Some(Role::Ink), width, dashed: arrow.dashed },
        };
        Shape::Group { title: arrow.title.clone(), shapes: vec![path] }
    }

    fn curve_shape(&self, covariance: &Curve, curve: &[Point; 4]) -> Shape {
        let path = Shape::Path {
            start: curve[0],
            segments: vec![Segment::Curve(curve[1], curve[2], curve[3])],
            arrow_start: true,
            arrow_end: true,
            closed: false,
            paint: Paint { fill: None, stroke: Some(Role::Muted), width: 0.9, dashed: covariance.dashed },
        };
        Shape::Group { title: covariance.title.clone(), shapes: vec![path] }
    }
}

fn arrow_line(layout: &Layout, arrow: &Arrow, candidates: Vec<f64>) -> Line {
    let (from, to) = (&layout.places[arrow.from], &layout.places[arrow.to]);
    // An indicator receives its arrow at the middle of the edge that faces the construct.
    let end = if to.indicator { facing_edge(to) } else { to.leave(from.center) };
    Line { points: vec![from.leave(end), end], label: arrow.label.clone(), candidates }
}

/// Two paths between the same variables run side by side, each to the right of its direction.
fn beside_its_twin(mut line: Line) -> Line {
    let (a, b) = (line.points[0], line.points[1]);
    let length = (b.0 - a.0).hypot(b.1 - a.1).max(1.0);
    let by = (-(b.1 - a.1) / length * 8.0, (b.0 - a.0) / length * 8.0);
    for point in &mut line.points {
        *point = (point.0 + by.0, point.1 + by.1);
    }
    line
}

fn facing_edge(place: &Place) -> Point {
    let outward = place.side.outward();
    (place.center.0 - outward.0 * place.half.0, place.center.1 - outward.1 * place.half.1)
}

fn outer_edge(place: &Place) -> Point {
    let outward = place.side.outward();
    (place.center.0 + outward.0 * place.half.0, place.center.1 + outward.1 * place.half.1)
}

fn curve_line(covariance: &Curve, curve: &[Point; 4]) -> Line {
    let points = (0..=24).map(|k| on_curve(curve, f64::from(k) / 24.0)).collect();
    Line { points, label: covariance.label.clone(), candidates: around(0.5, 0.1, 0.9) }
}

/// A curve between two variables: on the outer side of a column or row, bulging more the further apart they stand; between
/// variables of different sides across the structure, bent.
fn curve(layout: &Layout, model: &PathModel, k: usize, covariance: &Curve) -> [Point; 4] {
    let (a, b) = (&layout.places[covariance.a], &layout.places[covariance.b]);
    if a.side == b.side && a.indicator == b.indicator {
        return beside(layout, model, covariance, a, b);
    }
    let (dx, dy) = (b.center.0 - a.center.0, b.center.1 - a.center.1);
    let bend = 0.22 + 0.05 * (k % 3) as f64;
    let control = |share: f64| (a.center.0 + dx * share - dy * bend, a.center.1 + dy * share + dx * bend);
    let (first, second) = (control(0.3), control(0.7));
    [a.leave(first), first, second, b.leave(second)]
}

fn beside(layout: &Layout, model: &PathModel, covariance: &Curve, a: &Place, b: &Place) -> [Point; 4] {
    // Constructs of a measurement model have free room on their inner side, where no path runs.
    let inner = model.paths.is_empty() && !a.indicator;
    let direction = if inner { -1.0 } else { 1.0 };
    let outward = (a.side.outward().0 * direction, a.side.outward().1 * direction);
    let between = layout
        .structural
        .iter()
        .filter(|&&node| node != covariance.a && node != covariance.b && is_between(&layout.places[node], a, b))
        .count();
    let distance = (b.center.0 - a.center.0).hypot(b.center.1 - a.center.1);
    let bulge = if a.indicator { 10.0 + 0.22 * distance } else { 26.0 + 24.0 * between as f64 + 0.04 * distance };
    let end = |place: &Place, toward: &Place| {
        if place.indicator {
            return outer_edge(place);
        }
        let (dx, dy) = (toward.center.0 - place.center.0, toward.center.1 - place.center.1);
        let length = dx.hypot(dy).max(1.0);
        let aim = (outward.0 * 0.9 + 0.5 * dx / length, outward.1 * 0.9 + 0.5 * dy / length);
        place.leave((place.center.0 + aim.0 * 100.0, place.center.1 + aim.1 * 100.0))
    };
    let (start, stop) = (end(a, b), end(b, a));
    let bulged = |p: Point| (p.0 + outward.0 * bulge * 4.0 / 3.0, p.1 + outward.1 * bulge * 4.0 / 3.0);
    let (first, second) = (bulged(start), bulged(stop));
    [start, first, second, stop]
}

fn is_between(place: &Place, a: &Place, b: &Place) -> bool {
    let within = |v: f64, p: f64, q: f64| v > p.min(q) && v < p.max(q);
    place.side == a.side
        && (within(place.center.0, a.center.0, b.center.0) || within(place.center.1, a.center.1, b.center.1))
}

fn node_shapes(kind: NodeKind, place: &Place) -> Vec<Shape> {
    let role = match kind {
        NodeKind::Latent => Role::Latent,
        NodeKind::Observed => Role::Observed,
    };
    let paint = Paint {
        fill: Some(role),
        stroke: Some(Role::Ink),
        width: if place.indicator { 0.8 } else { 1.1 },
        dashed: false,
    };
    let outline = match kind {
        NodeKind::Latent => Shape::Ellipse { center: place.center, radii: place.half, paint },
        NodeKind::Observed => {
            let bounds = place.bounds();
            Shape::Rectangle {
                x: bounds.left,
                y: bounds.top,
                width: 2.0 * place.half.0,
                height: 2.0 * place.half.1,
                radius: 1.5,
                paint,
            }
        }
    };
    let size = if place.indicator { ITEM_SIZE } else { NODE_SIZE };
    let first = place.center.1 - LINE * (place.lines.len() as f64 - 1.0) / 2.0;
    let lines = place.lines.iter().enumerate().map(|(k, line)| Shape::Label {
        at: (place.center.0, first + LINE * k as f64),
        text: line.clone(),
        size,
        anchor: Anchor::Middle,
        halo: false,
        style: FontStyle::default(),
        role: Role::Ink,
        rotation: 0.0,
    });
    std::iter::once(outline).chain(lines).collect()
}

fn corner_box(model: &PathModel, layout: &Layout, node: usize) -> Option<Box> {
    let text = model.nodes[node].corner.as_ref()?;
    let place = &layout.places[node];
    let width = text_width(text, FIGURE_SIZE);
    let at = (place.center.0 + place.half.0 * 0.72 + width / 2.0, place.center.1 - place.half.1 * 0.86 - 4.0);
    Some(Box::around(at, width, 10.0))
}

fn corner_shape(model: &PathModel, layout: &Layout, node: usize) -> Option<Shape> {
    let bounds = corner_box(model, layout, node)?;
    let at = ((bounds.left + bounds.right) / 2.0, (bounds.top + bounds.bottom) / 2.0);
    Some(Shape::Label {
        at,
        text: model.nodes[node].corner.clone()?,
        size: FIGURE_SIZE,
        anchor: Anchor::Middle,
        halo: true,
        style: FontStyle::default(),
        role: Role::Accent,
        rotation: 0.0,
    })
}

fn figure(text: &str, at: Point, strong: bool) -> Shape {
    Shape::Label {
        at,
        text: text.to_string(),
        size: FIGURE_SIZE,
        anchor: Anchor::Middle,
        halo: true,
        style: FontStyle { bold: strong, italic: false },
        role: Role::Ink,
        rotation: 0.0,
    }
}

fn error_center(place: &Place) -> Point {
    let (edge, outward) = (outer_edge(place), place.side.outward());
    (edge.0 + outward.0 * 22.0, edge.1 + outward.1 * 22.0)
}

fn error_shapes(k: usize, place: &Place) -> Vec<Shape> {
    let (center, edge) = (error_center(place), outer_edge(place));
    let outward = place.side.outward();
    let circle = Shape::Ellipse {
        center,
        radii: (7.5, 7.5),
        paint: Paint { fill: Some(Role::Background), stroke: Some(Role::Muted), width: 0.8, dashed: false },
    };
    let arrow = Shape::Path {
        start: (center.0 - outward.0 * 7.5, center.1 - outward.1 * 7.5),
        segments: vec![Segment::Line(edge)],
        arrow_start: false,
        arrow_end: true,
        closed: false,
        paint: Paint { fill: None, stroke: Some(Role::Muted), width: 0.7, dashed: false },
    };
    let label = Shape::Label {
        at: center,
        text: format!("e{}", k + 1),
        size: 7.0,
        anchor: Anchor::Middle,
        halo: false,
        style: FontStyle::default(),
        role: Role::Muted,
        rotation: 0.0,
    };
    vec![circle, arrow, label]
}

/// Moves everything so that the drawing starts at the margin.
fn framed(shapes: Vec<Shape>, bounds: Box) -> Scene {
    let by = (MARGIN - bounds.left, MARGIN - bounds.top);
    Scene {
        width: bounds.right - bounds.left + 2.0 * MARGIN,
        height: bounds.bottom - bounds.top + 2.0 * MARGIN,
        shapes: shapes.into_iter().map(|shape| moved(shape, by)).collect(),
    }
}

fn moved(shape: Shape, by: Point) -> Shape {
    let m = |p: Point| (p.0 + by.0, p.1 + by.1);
    match shape {
        Shape::Rectangle { x, y, width, height, radius, paint } => {
            Shape::Rectangle { x: x + by.0, y: y + by.1, width, height, radius, paint }
        }
        Shape::Ellipse { center, radii, paint } => Shape::Ellipse { center: m(center), radii, paint },
        Shape::Path { start, segments, arrow_start, arrow_end, closed, paint } => Shape::Path {
            start: m(start),
            segments: segments
                .into_iter()
                .map(|segment| match segment {
                    Segment::Line(p) => Segment::Line(m(p)),
                    Segment::Curve(a, b, c) => Segment::Curve(m(a), m(b), m(c)),
                })
                .collect(),
            arrow_start,
            arrow_end,
            closed,
            paint,
        },
        Shape::Label { at, text, size, anchor, halo, style, role, rotation } => {
            Shape::Label { at: m(at), text, size, anchor, halo, style, role, rotation }
        }
        Shape::Group { title, shapes } => {
            Shape::Group { title, shapes: shapes.into_iter().map(|shape| moved(shape, by)).collect() }
        }
    }
}
