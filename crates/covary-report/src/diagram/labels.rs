//! Places for the figures on arrows, so that none covers another figure, a variable or a foreign arrow.

use super::geometry::{Box, Point};
use crate::text_metrics::text_width;

/// Font size of figures on arrows.
pub(super) const FIGURE_SIZE: f64 = 8.5;
/// Height of a figure.
const HEIGHT: f64 = 9.5;

/// A line with a figure to be placed on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The line, as a chain of points.
    pub points: Vec<Point>,
    /// The figure.
    pub label: String,
    /// Where along the line it may stand, best first (0 to 1).
    pub candidates: Vec<f64>,
}

/// A placed figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// Its centre.
    pub at: Point,
    /// Its box.
    pub bounds: Box,
    /// How much it is in the way of others; 0: nothing.
    pub conflicts: usize,
}

/// Places every figure, in the order of the lines. Lines without a figure give `None`.
pub(super) fn place_labels(lines: &[Line], obstacles: &[Box]) -> Vec<Option<Placed>> {
    let mut taken: Vec<Box> = Vec::new();
    let mut placed: Vec<Option<Placed>> = vec![None; lines.len()];
    // The shortest lines have the fewest places: they choose first.
    let mut order: Vec<usize> = (0..lines.len()).filter(|&k| !lines[k].label.is_empty()).collect();
    order.sort_by(|&a, &b| length(&lines[a]).total_cmp(&length(&lines[b])).then(a.cmp(&b)));
    let reaches: Vec<Option<Box>> = lines.iter().map(|line| Box::spanning(&line.points)).collect();
    for k in order {
        let mut best: Option<Placed> = None;
        for &t in &lines[k].candidates {
            let next = candidate(lines, &reaches, k, t, obstacles, &taken);
            if best.is_none_or(|best| next.conflicts < best.conflicts) {
                best = Some(next);
            }
            if next.conflicts == 0 {
                break;
            }
        }
        if let Some(best) = best {
            taken.push(best.bounds);
            placed[k] = Some(best);
        }
    }
    placed
}

fn candidate(lines: &[Line], reaches: &[Option<Box>], k: usize, t: f64, obstacles: &[Box], taken: &[Box]) -> Placed {
    let at = along(&lines[k].points, t);
    let bounds = Box::around(at, text_width(&lines[k].label, FIGURE_SIZE) + 3.0, HEIGHT);
    let on_boxes = obstacles.iter().chain(taken).filter(|other| other.overlaps(&bounds)).count();
    // Of hundreds of lines few come near: the box of a line is asked before its pieces.
    let vicinity = bounds.grown(1.0);
    let is_near = |other: usize| reaches[other].is_some_and(|reach| reach.overlaps(&vicinity));
    let others = lines.iter().enumerate().filter(|(other, _)| *other != k && is_near(*other));
    let crossed = others.filter(|(_, line)| line.points.windows(2).any(|s| bounds.is_crossed_by(s[0], s[1]))).count();
    Placed { at, bounds, conflicts: 10 * on_boxes + crossed }
}

fn length(line: &Line) -> f64 {
    line.points.windows(2).map(|s| (s[1].0 - s[0].0).hypot(s[1].1 - s[0].1)).sum()
}

/// The point at share `t` of a chain's length.
fn along(points: &[Point], t: f64) -> Point {
    let total: f64 = points.windows(2).map(|s| (s[1].0 - s[0].0).hypot(s[1].1 - s[0].1)).sum();
    let mut left = t * total;
    for s in points.windows(2) {
        let own = (s[1].0 - s[0].0).hypot(s[1].1 - s[0].1);
        if left <= own && own > 0.0 {
            return super::geometry::between(s[0], s[1], left / own);
        }
        left -= own;
    }
    points.last().copied().unwrap_or((0.0, 0.0))
}

/// Places along a line from `first` on, alternately to both sides, within `low` to `high`.
pub(super) fn around(first: f64, low: f64, high: f64) -> Vec<f64> {
    let mut places = vec![first];
    for step in 1..=20 {
        let distance = 0.025 * f64::from(step);
        places.extend([first - distance, first + distance].into_iter().filter(|t| (low..=high).contains(t)));
    }
    places
}
