//! A drawing: shapes at places, in points, y downwards; roles instead of colours.

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Shapes, the first lowest.
    pub shapes: Vec<Shape>,
}

/// A shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle.
    Rectangle {
        /// Left edge.
        x: f64,
        /// Upper edge.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
        /// Corner radius.
        radius: f64,
        /// How it looks.
        paint: Paint,
    },
    /// An ellipse.
    Ellipse {
        /// Centre.
        center: (f64, f64),
        /// Half axes.
        radii: (f64, f64),
        /// How it looks.
        paint: Paint,
    },
    /// A line or a chain of cubic curves.
    Path {
        /// First point.
        start: (f64, f64),
        /// What follows.
        segments: Vec<Segment>,
        /// Arrow head at the first point.
        arrow_start: bool,
        /// Arrow head at the last point.
        arrow_end: bool,
        /// Closed and filled, or a stroke only.
        closed: bool,
        /// How it looks.
        paint: Paint,
    },
    /// Text.
    Label {
        /// Anchor.
        at: (f64, f64),
        /// The words.
        text: String,
        /// Font size in points.
        size: f64,
        /// Which part of the text stands at the anchor.
        anchor: Anchor,
        /// Drawn over a halo of the background.
        halo: bool,
        /// Italic, bold.
        style: FontStyle,
        /// Role of its colour.
        role: Role,
        /// Rotation in degrees, clockwise, about the anchor.
        rotation: f64,
    },
    /// Shapes that share a hover text.
    Group {
        /// The hover text.
        title: String,
        /// The shapes.
        shapes: Vec<Shape>,
    },
}

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// A straight line to a point.
    Line((f64, f64)),
    /// A cubic curve: two control points and the end.
    Curve((f64, f64), (f64, f64), (f64, f64)),
}

/// Which part of a text stands at its anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end, on the base line.
    Start,
    /// Its centre, both ways.
    Middle,
    /// Its right end, on the base line.
    End,
}

/// Font style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FontStyle {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
}

/// How a shape looks: roles that a renderer turns into colours, light or dark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    /// Fill; `None`: empty.
    pub fill: Option<Role>,
    /// Stroke; `None`: without.
    pub stroke: Option<Role>,
    /// Stroke width in points.
    pub width: f64,
    /// Dashed.
    pub dashed: bool,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Text and main lines.
    Ink,
    /// Secondary text and lines.
    Muted,
    /// Hairlines, grids.
    Faint,
    /// The page.
    Background,
    /// Nodes of latent variables.
    Latent,
    /// Nodes of observed variables.
    Observed,
    /// What matters.
    Accent,
    /// A second series.
    Accent2,
    /// Step k (0 to n−1) of a diverging scale of n steps (answers from disagree to agree).
    Diverging(u8, u8),
}
