//! Answers to every item as bars that fill the width: how many chose each point of the scale.

use super::axis::{SMALL, label, line};
use crate::{
    scene::{Anchor, Paint, Role, Scene, Shape},
    text_metrics::{text_width, wrapped},
};

/// The answers to one item.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerBar {
    /// The item's name.
    pub item: String,
    /// The question, or nothing.
    pub label: String,
    /// Share of each scale point, in percent, in the order of the scale.
    pub percent: Vec<f64>,
    /// The construct it belongs to; bars of one construct stand together.
    pub construct: String,
}

const WIDTH: f64 = 640.0;
const BAR: f64 = 15.0;
const PITCH: f64 = 21.0;
const GAP: f64 = 12.0;
const LEGEND: f64 = 26.0;

/// One bar per item, all of the same scale.
///
/// `points`: names of the scale points, in order, for the legend.
pub fn answer_bars(bars: &[AnswerBar], points: &[String]) -> Scene {
    let names = bars.iter().map(|b| text_width(&b.item, 9.5)).fold(0.0, f64::max);
    let labelled = bars.iter().any(|bar| !bar.label.is_empty());
    let label_width = if labelled { 180.0 } else { 0.0 };
    let left = names + label_width + if labelled { 22.0 } else { 12.0 };
    let mut shapes = legend(points, left);
    let mut y = LEGEND;
    let mut construct: Option<&str> = None;
    for bar in bars {
        if construct.is_some_and(|before| before != bar.construct) {
            y += GAP;
        }
        construct = Some(&bar.construct);
        shapes.push(label((4.0, y + BAR * 0.72), bar.item.clone(), 9.5, Anchor::Start, Role::Ink));
        if labelled {
            let text = wrapped(&bar.label, SMALL, label_width, 1).concat();
            shapes.push(label((names + 14.0, y + BAR * 0.72), text, SMALL, Anchor::Start, Role::Muted));
        }
        shapes.extend(segments(bar, points, left, y));
        y += PITCH;
    }
    for share in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let x = left + (WIDTH - left - 8.0) * share / 100.0;
        shapes.push(line((x, y - 2.0), (x, y + 2.0), Role::Muted, 0.6, false));
        let anchor = if share == 100.0 { Anchor::End } else { Anchor::Middle };
        shapes.push(label(
            (x + if share == 100.0 { 6.0 } else { 0.0 }, y + 12.0),
            format!("{share:.0}%"),
            SMALL,
            anchor,
            Role::Muted,
        ));
    }
    Scene { width: WIDTH, height: y + 18.0, shapes }
}

fn segments(bar: &AnswerBar, points: &[String], left: f64, y: f64) -> Vec<Shape> {
    let width = WIDTH - left - 8.0;
    let steps = bar.percent.len().clamp(1, 255) as u8;
    let mut x = left;
    let mut shapes = Vec::new();
    for (k, percent) in bar.percent.iter().enumerate() {
        let own = width * percent / 100.0;
        let role = Role::Diverging(k.min(254) as u8, steps);
        let rectangle = Shape::Rectangle {
            x,
            y,
            width: own.max(0.0),
            height: BAR,
            radius: 0.0,
            paint: Paint { fill: Some(role), stroke: Some(Role::Background), width: 0.5, dashed: false },
        };
        let mut group = vec![rectangle];
        let figure = format!("{percent:.0}");
        // A figure is printed where it fits with room around it.
        if own >= text_width(&figure, 8.0) + 7.0 {
            group.push(label(
                (x + own / 2.0, y + BAR / 2.0),
                figure,
                8.0,
                Anchor::Middle,
                text_role(k, bar.percent.len()),
            ));
        }
        let point = points.get(k).cloned().unwrap_or_else(|| (k + 1).to_string());
        shapes.push(Shape::Group { title: format!("{}, {point}: {percent:.1}%", bar.item), shapes: group });
        x += own;
    }
    shapes
}

/// The ends of a diverging scale are dark, its middle light.
fn text_role(step: usize, steps: usize) -> Role {
    let middle = (steps.saturating_sub(1)) as f64 / 2.0;
    let distance = (step as f64 - middle).abs() / middle.max(0.5);
    if distance > 0.75 { Role::Background } else { Role::Ink }
}

fn legend(points: &[String], left: f64) -> Vec<Shape> {
    let steps = points.len().clamp(1, 255) as u8;
    let mut x = left;
    let mut shapes = Vec::new();
    for (k, point) in points.iter().enumerate() {
        let width = text_width(point, SMALL);
        if x + width + 30.0 > WIDTH && k > 0 {
            break;
        }
        shapes.push(Shape::Rectangle {
            x,
            y: 4.0,
            width: 9.0,
            height: 9.0,
            radius: 1.5,
            paint: Paint {
                fill: Some(Role::Diverging(k.min(254) as u8, steps)),
                stroke: None,
                width: 0.0,
                dashed: false,
            },
        });
        shapes.push(label((x + 13.0, 12.0), point.clone(), SMALL, Anchor::Start, Role::Ink));
        x += width + 28.0;
    }
    shapes
}
