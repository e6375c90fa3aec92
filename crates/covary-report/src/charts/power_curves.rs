//! Power by sample size: one line per parameter.

use super::axis::{SMALL, label, line, round_ticks, tick_label};
use crate::{
    scene::{Anchor, FontStyle, Paint, Role, Scene, Segment, Shape},
    text_metrics::text_width,
};

/// The power of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerCurve {
    /// Its name.
    pub name: String,
    /// (N, power, Monte Carlo error), in ascending N.
    pub points: Vec<(f64, f64, f64)>,
}

/// Words of the plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerWords {
    /// "Cases"
    pub cases: String,
    /// "Power"
    pub power: String,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 46.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;
/// Least distance of two names at the right.
const PITCH: f64 = 11.0;

/// Power from 0 to 1 over N, with a dashed line at `target`.
///
/// Names stand at the right ends of their lines, moved apart where they would meet. Curves without points are left out.
pub fn power_plot(curves: &[PowerCurve], target: f64, words: &PowerWords) -> Scene {
    let curves: Vec<&PowerCurve> = curves.iter().filter(|curve| !curve.points.is_empty()).collect();
    let widest = curves.iter().map(|curve| text_width(&curve.name, SMALL)).fold(20.0, f64::max);
    let right = widest.min(WIDTH * 0.35) + 22.0;
    let cases = || curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.0));
    let (low, high) = cases().fold((f64::INFINITY, 0.0f64), |(low, high), n| (low.min(n), high.max(n)));
    let (low, high) = if low < high { (low, high) } else { (high - 1.0, high + 1.0) };
    let x = |n: f64| LEFT + 10.0 + (WIDTH - right - LEFT - 20.0) * (n - low) / (high - low);
    let y = |power: f64| HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * power.clamp(0.0, 1.0);
    let mut shapes = Vec::new();
    let ticks = round_ticks(0.0, 1.0, 5);
    for tick in &ticks {
        shapes.push(line((LEFT, y(*tick)), (WIDTH - right, y(*tick)), Role::Faint, 0.5, false));
        shapes.push(label(
            (LEFT - 6.0, y(*tick) + SMALL * 0.35),
            tick_label(*tick, &ticks),
            SMALL,
            Anchor::End,
            Role::Muted,
        ));
    }
    let ticks = round_ticks(low, high, 7);
    for tick in &ticks {
        shapes.push(line((x(*tick), HEIGHT - BOTTOM), (x(*tick), HEIGHT - BOTTOM + 4.0), Role::Ink, 0.8, false));
        shapes.push(label(
            (x(*tick), HEIGHT - BOTTOM + 15.0),
            tick_label(*tick, &ticks),
            SMALL,
            Anchor::Middle,
            Role::Muted,
        ));
    }
    shapes.push(line((LEFT, HEIGHT - BOTTOM), (WIDTH - right, HEIGHT - BOTTOM), Role::Ink, 0.8, false));
    shapes.push(line((LEFT, y(target)), (WIDTH - right, y(target)), Role::Muted, 0.9, true));
    for (k, curve) in curves.iter().enumerate() {
        shapes.extend(drawn(curve, role(k), &x, &y));
    }
    shapes.extend(names(&curves, WIDTH - right + 8.0, &y));
    shapes.push(label(
        ((WIDTH - right + LEFT) / 2.0, HEIGHT - 8.0),
        words.cases.clone(),
        9.5,
        Anchor::Middle,
        Role::Ink,
    ));
    shapes.push(Shape::Label {
        at: (12.0, (HEIGHT - BOTTOM + TOP) / 2.0),
        text: words.power.clone(),
        size: 9.5,
        anchor: Anchor::Middle,
        halo: false,
        style: FontStyle::default(),
        role: Role::Ink,
        rotation: -90.0,
    });
    Scene { width: WIDTH, height: HEIGHT, shapes }
}

/// Neighbouring lines differ; names tell them apart in any case.
fn role(k: usize) -> Role {
    [Role::Accent, Role::Accent2, Role::Ink, Role::Muted][k % 4]
}

fn drawn(curve: &PowerCurve, role: Role, x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let at = |point: &(f64, f64, f64)| (x(point.0), y(point.1));
    if let Some((first, rest)) = curve.points.split_first() {
        shapes.push(Shape::Path {
            start: at(first),
            segments: rest.iter().map(|point| Segment::Line(at(point))).collect(),
            arrow_start: false,
            arrow_end: false,
            closed: false,
            paint: Paint { fill: None, stroke: Some(role), width: 1.4, dashed: false },
        });
    }
    for point in &curve.points {
        let (cases, power, error) = *point;
        let dot = Shape::Ellipse {
            center: at(point),
            radii: (2.6, 2.6),
            paint: Paint { fill: Some(role), stroke: Some(Role::Background), width: 0.7, dashed: false },
        };
        let bar = line((x(cases), y(power - 2.0 * error)), (x(cases), y(power + 2.0 * error)), role, 0.9, false);
        shapes.push(Shape::Group { title: format!("{}: {cases}, {power:.3}", curve.name), shapes: vec![bar, dot] });
    }
    shapes
}

/// Names in the order of the lines' ends, none nearer to the next than a line of text.
fn names(curves: &[&PowerCurve], x: f64, y: &dyn Fn(f64) -> f64) -> Vec<Shape> {
    let end = |curve: &PowerCurve| curve.points.last().map_or(0.0, |point| point.1);
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by(|a, b| end(curves[*b]).total_cmp(&end(curves[*a])));
    let mut places: Vec<f64> = Vec::new();
    for k in &order {
        let wanted = y(end(curves[*k])) + SMALL * 0.35;
        places.push(places.last().map_or(wanted.max(TOP + SMALL), |last: &f64| wanted.max(last + PITCH)));
    }
    // What ran over the foot moves up again.
    let mut floor = HEIGHT - BOTTOM;
    for place in places.iter_mut().rev() {
        *place = place.min(floor);
        floor = *place - PITCH;
    }
    let name = |(k, place): (&usize, &f64)| label((x, *place), curves[*k].name.clone(), SMALL, Anchor::Start, role(*k));
    order.iter().zip(&places).map(name).collect()
}
