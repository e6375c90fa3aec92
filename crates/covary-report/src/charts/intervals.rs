//! Effects with their intervals, one line each, on a common axis with a line at 0.

use super::axis::{SMALL, label, line, round_ticks, tick_label};
use crate::{
    scene::{Anchor, FontStyle, Paint, Role, Scene, Shape},
    text_metrics::text_width,
};

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalRow {
    /// Its name: `F1 → M → Y`.
    pub name: String,
    /// A heading that stands above it when it differs from the row before: "Indirect effects".
    pub heading: String,
    /// The estimate.
    pub estimate: f64,
    /// Lower and upper limit; `None`: only the point is drawn.
    pub interval: Option<(f64, f64)>,
}

const WIDTH: f64 = 560.0;
const PITCH: f64 = 18.0;
const HEADING: f64 = 22.0;

/// Effects and their intervals. Rows whose interval holds 0 are drawn hollow.
pub fn interval_plot(rows: &[IntervalRow], axis: &str) -> Scene {
    let widest = rows.iter().map(|row| text_width(&row.name, 9.5)).fold(60.0, f64::max);
    let left = widest.min(WIDTH * 0.45) + 26.0;
    let range = Range::of(rows);
    let x = |value: f64| left + (WIDTH - left - 16.0) * (value - range.low) / (range.high - range.low);
    let mut shapes = Vec::new();
    let mut y = 8.0;
    let mut body = Vec::new();
    let mut heading: Option<&str> = None;
    for row in rows {
        if heading != Some(row.heading.as_str()) && !row.heading.is_empty() {
            body.push(Shape::Label {
                at: (4.0, y + HEADING * 0.62),
                text: row.heading.clone(),
                size: 9.5,
                anchor: Anchor::Start,
                halo: false,
                style: FontStyle { bold: true, italic: false },
                role: Role::Ink,
                rotation: 0.0,
            });
            y += HEADING;
        }
        heading = Some(&row.heading);
        body.extend(effect(row, y + PITCH / 2.0, &x));
        y += PITCH;
    }
    let ticks = round_ticks(range.low, range.high, 6);
    for tick in &ticks {
        shapes.push(line((x(*tick), 4.0), (x(*tick), y + 4.0), Role::Faint, 0.5, false));
        shapes.push(label((x(*tick), y + 16.0), tick_label(*tick, &ticks), SMALL, Anchor::Middle, Role::Muted));
    }
    shapes.push(line((x(0.0), 4.0), (x(0.0), y + 4.0), Role::Ink, 0.9, true));
    shapes.extend(body);
    shapes.push(label(((left + WIDTH - 16.0) / 2.0, y + 32.0), axis, 9.5, Anchor::Middle, Role::Ink));
    Scene { width: WIDTH, height: y + 42.0, shapes }
}

fn effect(row: &IntervalRow, y: f64, x: &dyn Fn(f64) -> f64) -> Vec<Shape> {
    let excludes_zero = row.interval.is_some_and(|(lower, upper)| lower > 0.0 || upper < 0.0);
    let mut group = Vec::new();
    if let Some((lower, upper)) = row.interval {
        group.push(line((x(lower), y), (x(upper), y), Role::Accent, 1.6, false));
        group.extend([lower, upper].map(|end| line((x(end), y - 3.0), (x(end), y + 3.0), Role::Accent, 1.2, false)));
    }
    let fill = if excludes_zero { Role::Accent } else { Role::Background };
    group.push(Shape::Ellipse {
        center: (x(row.estimate), y),
        radii: (3.6, 3.6),
        paint: Paint { fill: Some(fill), stroke: Some(Role::Accent), width: 1.4, dashed: false },
    });
    let limits = row.interval.map_or_else(String::new, |(lower, upper)| format!(" [{lower:.3}, {upper:.3}]"));
    let title = format!("{}: {:.3}{limits}", row.name, row.estimate).replace('-', "\u{2212}");
    vec![label((14.0, y + 3.4), row.name.clone(), 9.5, Anchor::Start, Role::Ink), Shape::Group { title, shapes: group }]
}

struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// Covers 0 and everything drawn, with a margin.
    fn of(rows: &[IntervalRow]) -> Range {
        let ends = rows.iter().flat_map(|row| {
            let (lower, upper) = row.interval.unwrap_or((row.estimate, row.estimate));
            [row.estimate, lower, upper]
        });
        let (low, high) = ends.filter(|v| v.is_finite()).fold((0.0f64, 0.0f64), |(l, h), v| (l.min(v), h.max(v)));
        let margin = if high > low { (high - low) * 0.05 } else { 1.0 };
        Range { low: low - margin, high: high + margin }
    }
}
