//! Where everything stands.
//!
//! Structural variables are placed on a convex curve: exogenous ones in a column on the left, final outcomes in a column on the
//! right, what lies between alternately above and below. Indicators (and constructs that measure a construct of second order)
//! stand outside their construct. Straight paths then run inside the curve and meet no other variable.

use super::{
    geometry::{Box, Point, distance_to_segment, leave_oval, leave_rectangle},
    model::{NodeKind, PathModel},
};
use crate::text_metrics::{text_width, wrapped};

/// Font size of labels on latent variables and structural rectangles.
pub(super) const NODE_SIZE: f64 = 10.0;
/// Font size on indicators.
pub(super) const ITEM_SIZE: f64 = 9.0;
/// Height of a line of text on a node.
pub(super) const LINE: f64 = 12.0;

const OVAL_TEXT: f64 = 84.0;
const ITEM_HEIGHT: f64 = 17.0;
const ITEM_GAP: f64 = 5.0;
/// From the edge of a construct to its indicators.
const REACH: f64 = 76.0;
/// Between the groups of two constructs.
const GROUP_GAP: f64 = 26.0;

/// Where the variables of a model stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// By node of the model.
    pub places: Vec<Place>,
    /// The variables of the structure, in the order in which they were placed.
    pub structural: Vec<usize>,
}

/// Where a variable stands and how large it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Centre.
    pub center: Point,
    /// Half width and half height.
    pub half: (f64, f64),
    /// Its shape.
    pub kind: NodeKind,
    /// On which side of the structure it stands.
    pub side: Side,
    /// Its words, line by line.
    pub lines: Vec<String>,
    /// Whether it is an indicator: set smaller.
    pub indicator: bool,
}

/// A side of the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Exogenous variables.
    Left,
    /// Final outcomes.
    Right,
    /// What lies between.
    Top,
    /// What lies between.
    Bottom,
}

impl Place {
    /// The box around it.
    pub fn bounds(&self) -> Box {
        Box::around(self.center, 2.0 * self.half.0, 2.0 * self.half.1)
    }

    /// Where the line from its centre to `to` leaves it.
    pub fn leave(&self, to: Point) -> Point {
        match self.kind {
            NodeKind::Latent => leave_oval(self.center, self.half, to),
            NodeKind::Observed => leave_rectangle(self.center, self.half, to),
        }
    }
}

impl Place {
    /// Whether a line from `a` to `b` runs through it.
    pub fn is_crossed_by(&self, a: Point, b: Point) -> bool {
        match self.kind {
            NodeKind::Observed => self.bounds().is_crossed_by(a, b),
            // Seen from the oval's centre with its axes as units, the oval is the unit circle.
            NodeKind::Latent => {
                let scaled = |p: Point| ((p.0 - self.center.0) / self.half.0, (p.1 - self.center.1) / self.half.1);
                distance_to_segment(scaled(a), scaled(b)) < 1.0
            }
        }
    }
}

impl Side {
    /// The direction away from the structure.
    pub fn outward(self) -> Point {
        match self {
            Side::Left => (-1.0, 0.0),
            Side::Right => (1.0, 0.0),
            Side::Top => (0.0, -1.0),
            Side::Bottom => (0.0, 1.0),
        }
    }

    /// Whether variables of this side stand below one another.
    fn is_column(self) -> bool {
        matches!(self, Side::Left | Side::Right)
    }
}

/// Places the variables of a model; `spread` ≥ 1 widens the room between constructs.
pub fn layout(model: &PathModel, spread: f64) -> Layout {
    let parts = Parts::new(model);
    let sides = assign_sides(model, &parts);
    let mut canvas = Canvas { model, parts: &parts, spread, places: vec![None; model.nodes.len()] };
    canvas.place_structure(&sides);
    let structural = sides.iter().map(|(node, _)| *node).collect();
    let places = canvas
        .places
        .into_iter()
        .enumerate()
        .map(|(k, place)| place.unwrap_or_else(|| sized(model, k, Side::Right, parts.is_part[k], (0.0, 0.0))));
    Layout { places: places.collect(), structural }
}

/// Which nodes measure which.
struct Parts {
    /// By node: the nodes that measure it.
    of: Vec<Vec<usize>>,
    /// Whether a node measures another.
    is_part: Vec<bool>,
}

impl Parts {
    fn new(model: &PathModel) -> Self {
        let n = model.nodes.len();
        let mut parts = Parts { of: vec![Vec::new(); n], is_part: vec![false; n] };
        for arrow in &model.loadings {
            // An indicator of two constructs stands with the first. A variable with a path of its own stands in the structure.
            let in_structure = model.paths.iter().any(|p| p.from == arrow.to || p.to == arrow.to);
            if arrow.from != arrow.to
                && !parts.is_part[arrow.to]
                && !in_structure
                && !parts.contains(arrow.to, arrow.from)
            {
                parts.is_part[arrow.to] = true;
                parts.of[arrow.from].push(arrow.to);
            }
        }
        parts
    }

    /// Whether `node` stands, directly or through others, outside `outer`.
    fn contains(&self, outer: usize, node: usize) -> bool {
        outer == node || self.of[outer].iter().any(|&part| self.contains(part, node))
    }
}

/// The structural variables with their sides, in the order of placing.
fn assign_sides(model: &PathModel, parts: &Parts) -> Vec<(usize, Side)> {
    let structural: Vec<usize> = (0..model.nodes.len()).filter(|&k| !parts.is_part[k]).collect();
    let ranks = ranks(model, &structural);
    let deepest = structural.iter().map(|&k| ranks[k]).max().unwrap_or(0);
    let mut above = false;
    let mut sides: Vec<(usize, Side)> = Vec::new();
    for rank in 0..=deepest {
        for &node in structural.iter().filter(|&&k| ranks[k] == rank) {
            let is_source = !model.paths.iter().any(|p| p.to == node);
            let side = if is_source || deepest == 0 {
                Side::Left
            } else if rank == deepest {
                Side::Right
            } else {
                above = !above;
                if above { Side::Top } else { Side::Bottom }
            };
            sides.push((node, side));
        }
    }
    sides
}

/// Length of the longest way that leads to each node; paths that would close a loop are passed over.
fn ranks(model: &PathModel, structural: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0usize; model.nodes.len()];
    let forward: Vec<(usize, usize)> = without_loops(model, structural);
    for _ in 0..structural.len() {
        for &(from, to) in &forward {
            ranks[to] = ranks[to].max(ranks[from] + 1);
        }
    }
    ranks
}

/// Paths in the model's order, each left out if it would close a loop with those before it.
fn without_loops(model: &PathModel, structural: &[usize]) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for path in model.paths.iter().filter(|p| structural.contains(&p.from) && structural.contains(&p.to)) {
        if !reaches(&kept, path.to, path.from) {
            kept.push((path.from, path.to));
        }
    }
    kept
}

fn reaches(paths: &[(usize, usize)], from: usize, to: usize) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(&at) = seen.get(next) {
        if at == to {
            return true;
        }
        for &(_, target) in paths.iter().filter(|(source, _)| *source == at) {
            if !seen.contains(&target) {
                seen.push(target);
            }
        }
        next += 1;
    }
    false
}

struct Canvas<'a> {
    model: &'a PathModel,
    parts: &'a Parts,
    spread: f64,
    places: Vec<Option<Place>>,
}

impl Canvas<'_> {
    fn place_structure(&mut self, sides: &[(usize, Side)]) {
        let on = |side: Side| sides.iter().filter(|(_, s)| *s == side).map(|(node, _)| *node).collect::<Vec<usize>>();
        let (left, right, top, bottom) = (on(Side::Left), on(Side::Right), on(Side::Top), on(Side::Bottom));
        let inner = 190.0 * self.spread;
        let row = self.row_breadth(&top, Side::Top).max(self.row_breadth(&bottom, Side::Bottom));
        let edge = |nodes: &[usize]| nodes.iter().map(|&k| self.own_half(k).0).fold(0.0, f64::max);
        let width = if row > 0.0 {
            row + 2.0 * (edge(&left) + edge(&right)) / 2.0 + 120.0 * self.spread
        } else {
            inner + edge(&left) + edge(&right)
        };
        let left_centers = self.place_column(&left, Side::Left, 0.0);
        let right_centers = self.place_column(&right, Side::Right, width);
        // The straight line over the columns' uppermost variables bounds every path between them.
        let bound = |pick: fn(f64, f64) -> f64, centers: &[f64]| centers.iter().copied().reduce(pick).unwrap_or(0.0);
        let upper = (bound(f64::min, &left_centers), bound(f64::min, &right_centers));
        let lower = (bound(f64::max, &left_centers), bound(f64::max, &right_centers));
        self.place_row(&top, Side::Top, width, upper);
        self.place_row(&bottom, Side::Bottom, width, lower);
    }

    /// Puts variables in a column centred on y = 0; returns their y.
    fn place_column(&mut self, nodes: &[usize], side: Side, x: f64) -> Vec<f64> {
        let gap = GROUP_GAP * self.spread;
        let total: f64 =
            nodes.iter().map(|&k| self.breadth(k, side)).sum::<f64>() + gap * nodes.len().saturating_sub(1) as f64;
        let mut y = -total / 2.0;
        let mut centers = Vec::new();
        for &node in nodes {
            let breadth = self.breadth(node, side);
            self.place(node, side, (x, y + breadth / 2.0));
            centers.push(y + breadth / 2.0);
            y += breadth + gap;
        }
        centers
    }

    /// Puts variables in an arch above or below the lines between the columns.
    fn place_row(&mut self, nodes: &[usize], side: Side, width: f64, bound: (f64, f64)) {
        let total = self.row_breadth(nodes, side);
        let mut x = (width - total) / 2.0;
        let away = side.outward().1;
        for &node in nodes {
            let breadth = self.breadth(node, side);
            let center = x + breadth / 2.0;
            let share = center / width;
            let line = bound.0 + (bound.1 - bound.0) * share;
            // A parabola over the row: a path between two of its variables passes below those between them.
            let height = 34.0 * nodes.len() as f64 * (1.0 + 4.0 * (self.spread - 1.0));
            let arch = if nodes.len() > 2 { height * (1.0 - (2.0 * share - 1.0).powi(2)) } else { 0.0 };
            let y = line + away * (self.own_half(node).1 + 74.0 * self.spread + arch);
            self.place(node, side, (center, y));
            x += breadth + GROUP_GAP * self.spread;
        }
    }

    fn row_breadth(&self, nodes: &[usize], side: Side) -> f64 {
        let gaps = GROUP_GAP * self.spread * nodes.len().saturating_sub(1) as f64;
        nodes.iter().map(|&k| self.breadth(k, side)).sum::<f64>() + gaps
    }

    /// Puts a variable at `center` and what measures it outside.
    fn place(&mut self, node: usize, side: Side, center: Point) {
        self.places[node] =
            Some(sized(self.model, node, side, self.parts.is_part[node] && self.parts.of[node].is_empty(), center));
        let parts = self.parts.of[node].clone();
        let gap = self.part_gap(&parts);
        let total: f64 = parts.iter().map(|&part| self.breadth(part, side)).sum::<f64>()
            + gap * parts.len().saturating_sub(1) as f64;
        let deepest = parts.iter().map(|&part| self.along(part, side)).fold(0.0, f64::max);
        let distance = self.along(node, side) + REACH + deepest;
        let outward = side.outward();
        let mut at = -total / 2.0;
        for &part in &parts {
            let breadth = self.breadth(part, side);
            let offset = at + breadth / 2.0;
            let place = if side.is_column() {
                (center.0 + outward.0 * distance, center.1 + offset)
            } else {
                (center.0 + offset, center.1 + outward.1 * distance)
            };
            self.place(part, side, place);
            at += breadth + gap;
        }
    }

    fn part_gap(&self, parts: &[usize]) -> f64 {
        // Constructs that measure a construct keep the distance of constructs.
        if parts.iter().any(|&part| !self.parts.of[part].is_empty()) { GROUP_GAP * self.spread } else { ITEM_GAP }
    }

    /// Room that a variable and all that measures it need across its side's direction.
    fn breadth(&self, node: usize, side: Side) -> f64 {
        let half = self.own_half(node);
        let own = 2.0 * if side.is_column() { half.1 } else { half.0 };
        let parts = &self.parts.of[node];
        let gap = self.part_gap(parts);
        let all = parts.iter().map(|&part| self.breadth(part, side)).sum::<f64>()
            + gap * parts.len().saturating_sub(1) as f64;
        own.max(all)
    }

    /// Half of a variable's own size along its side's direction.
    fn along(&self, node: usize, side: Side) -> f64 {
        let half = self.own_half(node);
        if side.is_column() { half.0 } else { half.1 }
    }

    fn own_half(&self, node: usize) -> (f64, f64) {
        let indicator = self.parts.is_part[node] && self.parts.of[node].is_empty();
        sized(self.model, node, Side::Left, indicator, (0.0, 0.0)).half
    }
}

/// A place with the size that the node's words need.
fn sized(model: &PathModel, node: usize, side: Side, indicator: bool, center: Point) -> Place {
    let node = &model.nodes[node];
    let (size, widest) = if indicator { (ITEM_SIZE, 70.0) } else { (NODE_SIZE, OVAL_TEXT) };
    let lines = wrapped(&node.label, size, widest, if indicator { 1 } else { 3 });
    let text = lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max);
    let half = match (node.kind, indicator) {
        (NodeKind::Observed, true) => ((text / 2.0 + 7.0).max(17.0), ITEM_HEIGHT / 2.0),
        (NodeKind::Observed, false) => ((text / 2.0 + 9.0).max(28.0), LINE * lines.len() as f64 / 2.0 + 7.0),
        // The corners of the text must lie inside the oval.
        (NodeKind::Latent, _) => {
            ((text / 2.0 * 1.32 + 6.0).max(34.0), (LINE * lines.len() as f64 / 2.0 * 1.32 + 7.0).max(21.0))
        }
    };
    Place { center, half, kind: node.kind, side, lines, indicator }
}
