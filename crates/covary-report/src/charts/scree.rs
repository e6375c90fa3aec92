//! The scree plot, with the eigenvalues that random data would give.

use super::axis::{SMALL, label, line, round_ticks, tick_label};
use crate::scene::{Anchor, FontStyle, Paint, Role, Scene, Segment, Shape};

/// Words of a scree plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeWords {
    /// "Eigenvalue"
    pub eigenvalue: String,
    /// "Component number" or "Factor number"
    pub number: String,
    /// "Observed data"
    pub observed: String,
    /// "Random data, 95th percentile"
    pub random: String,
    /// "Eigenvalue 1"
    pub one: String,
}

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 40.0;

/// Eigenvalues in order, beside those of random data.
///
/// `random` may be shorter or empty. An empty `eigenvalues` gives an empty drawing.
pub fn scree_plot(eigenvalues: &[f64], random: &[f64], words: &ScreeWords) -> Scene {
    let highest = eigenvalues.iter().chain(random).copied().fold(1.0, f64::max);
    let ticks = round_ticks(0.0, highest * 1.05, 6);
    let top = ticks.last().copied().unwrap_or(1.0).max(highest * 1.05);
    let plot = Plot { n: eigenvalues.len().max(2), top };
    let mut shapes = Vec::new();
    for tick in &ticks {
        let y = plot.y(*tick);
        shapes.push(line((LEFT, y), (WIDTH - RIGHT, y), Role::Faint, 0.5, false));
        shapes.push(label((LEFT - 6.0, y + SMALL * 0.35), tick_label(*tick, &ticks), SMALL, Anchor::End, Role::Muted));
    }
    let every = 1 + eigenvalues.len() / 26;
    for k in (0..eigenvalues.len()).step_by(every) {
        let at = (plot.x(k), HEIGHT - BOTTOM + 14.0);
        shapes.push(label(at, (k + 1).to_string(), SMALL, Anchor::Middle, Role::Muted));
    }
    shapes.push(line((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM), Role::Ink, 0.8, false));
    shapes.push(line((LEFT, plot.y(1.0)), (WIDTH - RIGHT, plot.y(1.0)), Role::Muted, 0.8, true));
    shapes.extend(series(&plot, random, Role::Accent2, true));
    shapes.extend(series(&plot, eigenvalues, Role::Accent, false));
    shapes.extend(eigenvalues.iter().enumerate().map(|(k, value)| dot(&plot, k, *value)));
    shapes.push(label((WIDTH / 2.0 + LEFT / 2.0, HEIGHT - 8.0), words.number.clone(), 9.5, Anchor::Middle, Role::Ink));
    shapes.push(Shape::Label {
        at: (12.0, HEIGHT / 2.0 - 12.0),
        text: words.eigenvalue.clone(),
        size: 9.5,
        anchor: Anchor::Middle,
        halo: false,
        style: FontStyle::default(),
        role: Role::Ink,
        rotation: -90.0,
    });
    shapes.extend(legend(words, !random.is_empty()));
    Scene { width: WIDTH, height: HEIGHT, shapes }
}

struct Plot {
    n: usize,
    top: f64,
}

impl Plot {
    fn x(&self, k: usize) -> f64 {
        LEFT + 14.0 + (WIDTH - RIGHT - LEFT - 28.0) * k as f64 / (self.n - 1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / self.top
    }
}

fn series(plot: &Plot, values: &[f64], role: Role, dashed: bool) -> Option<Shape> {
    let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(k, value)| (plot.x(k), plot.y(*value))).collect();
    let (start, rest) = points.split_first()?;
    Some(Shape::Path {
        start: *start,
        segments: rest.iter().map(|point| Segment::Line(*point)).collect(),
        arrow_start: false,
        arrow_end: false,
        closed: false,
        paint: Paint { fill: None, stroke: Some(role), width: 1.4, dashed },
    })
}

fn dot(plot: &Plot, k: usize, value: f64) -> Shape {
    Shape::Group {
        title: format!("{}: {value:.3}", k + 1),
        shapes: vec![Shape::Ellipse {
            center: (plot.x(k), plot.y(value)),
            radii: (3.0, 3.0),
            paint: Paint { fill: Some(Role::Accent), stroke: Some(Role::Background), width: 0.8, dashed: false },
        }],
    }
}

fn legend(words: &ScreeWords, random: bool) -> Vec<Shape> {
    let mut entries = vec![(&words.observed, Role::Accent, false)];
    if random {
        entries.push((&words.random, Role::Accent2, true));
    }
    entries.push((&words.one, Role::Muted, true));
    let widest = entries.iter().map(|(text, ..)| crate::text_metrics::text_width(text, SMALL)).fold(0.0, f64::max);
    let x = WIDTH - RIGHT - widest - 32.0;
    let mut shapes = Vec::new();
    for (k, (text, role, dashed)) in entries.into_iter().enumerate() {
        let y = TOP + 10.0 + 14.0 * k as f64;
        shapes.push(line((x, y), (x + 22.0, y), role, 1.4, dashed));
        shapes.push(label((x + 28.0, y + SMALL * 0.35), text.clone(), SMALL, Anchor::Start, Role::Ink));
    }
    shapes
}
