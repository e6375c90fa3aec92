//! Path diagrams by the conventions of structural equation modelling.
//!
//! Latent variables are ovals, observed ones rectangles; exogenous variables stand left, outcomes right, mediators above and below;
//! indicators stand outside, away from the structure. All structural variables stand on a convex curve, so that no straight
//! path between two of them can run through a third or through its indicators.
//!
//! [`PathModel`] says what is drawn, [`layout`] where, [`path_diagram`] turns both into a [`Scene`](crate::Scene).

mod draw;
mod geometry;
mod labels;
mod layout;
mod model;

pub use draw::path_diagram;
pub use layout::{Layout, layout};
pub use model::{Arrow, Curve, DiagramOptions, Node, NodeKind, PathModel, Values, measured_model};

#[cfg(test)]
mod tests;
