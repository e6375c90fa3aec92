//! Points, boxes and lines.

/// A point, in points of 1/72 inch; y downwards.
pub type Point = (f64, f64);

/// An upright box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Box {
    /// Left, top, right, bottom.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Box {
    /// The box of this size around a point.
    pub fn around(center: Point, width: f64, height: f64) -> Self {
        Box {
            left: center.0 - width / 2.0,
            right: center.0 + width / 2.0,
            top: center.1 - height / 2.0,
            bottom: center.1 + height / 2.0,
        }
    }

    /// The least box around points. `None` without points.
    pub fn spanning(points: &[Point]) -> Option<Self> {
        points.iter().map(|point| Box::around(*point, 0.0, 0.0)).reduce(|all, next| all.union(&next))
    }

    /// Whether two boxes share an area.
    pub fn overlaps(&self, other: &Box) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// The box that is larger by `margin` on every side.
    pub fn grown(&self, margin: f64) -> Self {
        Box {
            left: self.left - margin,
            right: self.right + margin,
            top: self.top - margin,
            bottom: self.bottom + margin,
        }
    }

    /// The least box around both.
    pub fn union(&self, other: &Box) -> Self {
        Box {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether a line from `a` to `b` runs through the box (Liang and Barsky, 1984).
    pub fn is_crossed_by(&self, a: Point, b: Point) -> bool {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        for (p, q) in [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)] {
            if p == 0.0 {
                if q < 0.0 {
                    return false;
                }
            } else if p < 0.0 {
                enter = enter.max(q / p);
            } else {
                leave = leave.min(q / p);
            }
        }
        enter < leave
    }
}

/// The point at `t` (0 to 1) between two points.
pub fn between(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// How far the origin is from the straight line between `a` and `b`.
pub fn distance_to_segment(a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { (-(a.0 * dx + a.1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let nearest = between(a, b, t);
    nearest.0.hypot(nearest.1)
}

/// The point at `t` of a cubic curve.
pub fn on_curve(curve: &[Point; 4], t: f64) -> Point {
    let weights = [(1.0 - t).powi(3), 3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t), t.powi(3)];
    curve.iter().zip(weights).fold((0.0, 0.0), |sum, (p, w)| (sum.0 + w * p.0, sum.1 + w * p.1))
}

/// Where the line from the centre of an oval towards `to` leaves it.
pub fn leave_oval(center: Point, radii: (f64, f64), to: Point) -> Point {
    let (dx, dy) = (to.0 - center.0, to.1 - center.1);
    let length = ((dx / radii.0).powi(2) + (dy / radii.1).powi(2)).sqrt();
    if length == 0.0 { center } else { (center.0 + dx / length, center.1 + dy / length) }
}

/// Where the line from the centre of a rectangle towards `to` leaves it.
pub fn leave_rectangle(center: Point, half: (f64, f64), to: Point) -> Point {
    let (dx, dy) = (to.0 - center.0, to.1 - center.1);
    let length = (dx.abs() / half.0).max(dy.abs() / half.1);
    if length == 0.0 { center } else { (center.0 + dx / length, center.1 + dy / length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_crosses_a_box_or_not() {
        let b = Box::around((0.0, 0.0), 2.0, 2.0);
        assert!(b.is_crossed_by((-5.0, 0.0), (5.0, 0.5)));
        assert!(!b.is_crossed_by((-5.0, 2.0), (5.0, 2.0)));
        assert!(b.is_crossed_by((0.0, 0.0), (0.1, 0.1)));
        assert!(!b.is_crossed_by((2.0, 2.0), (3.0, 3.0)));
    }

    #[test]
    fn lines_leave_shapes_at_their_edge() {
        let p = leave_oval((0.0, 0.0), (30.0, 20.0), (100.0, 0.0));
        assert!((p.0 - 30.0).abs() < 1e-12 && p.1.abs() < 1e-12);
        let p = leave_rectangle((0.0, 0.0), (30.0, 10.0), (10.0, 10.0));
        assert_eq!(p, (10.0, 10.0));
    }
}
