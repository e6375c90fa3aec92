//! What a diagram shows, independent of where it stands.

use covary_sem::{FitReport, Operator, fit_report::ParameterEstimate};

/// What a diagram shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathModel {
    /// Variables.
    pub nodes: Vec<Node>,
    /// Loadings of indicators, and of constructs that measure a construct of second order: from the construct.
    pub loadings: Vec<Arrow>,
    /// Regressions.
    pub paths: Vec<Arrow>,
    /// Covariances and residual covariances.
    pub covariances: Vec<Curve>,
}

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name in the model.
    pub name: String,
    /// What is written on it.
    pub label: String,
    /// Latent or observed.
    pub kind: NodeKind,
    /// Text at its upper right corner: R².
    pub corner: Option<String>,
}

/// How a variable is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// An oval.
    Latent,
    /// A rectangle.
    Observed,
}

/// A straight arrow between two nodes (positions in [`PathModel::nodes`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The cause.
    pub from: usize,
    /// The outcome.
    pub to: usize,
    /// The figure on it; empty for none.
    pub label: String,
    /// Not significant: dashed.
    pub dashed: bool,
    /// Hover text.
    pub title: String,
}

/// A two-headed curve between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// One end.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The figure on it; empty for none.
    pub label: String,
    /// Not significant: dashed.
    pub dashed: bool,
    /// Hover text.
    pub title: String,
}

/// Which figures stand on the arrows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// None: the theoretical model.
    None,
    /// Completely standardized estimates with stars.
    #[default]
    Standardized,
    /// Unstandardized estimates with stars.
    Unstandardized,
}

/// What a diagram shows beyond the structure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiagramOptions {
    /// Indicators of the constructs.
    pub indicators: bool,
    /// Residuals of the indicators, as small circles.
    pub errors: bool,
    /// Figures on the arrows.
    pub values: Values,
    /// A path with p at or above this is dashed.
    pub alpha: f64,
}

impl Default for DiagramOptions {
    fn default() -> Self {
        DiagramOptions { indicators: true, errors: false, values: Values::Standardized, alpha: 0.05 }
    }
}

/// The diagram of one group of a fitted model. `label_of` gives the words for a variable's name.
pub fn measured_model(
    report: &FitReport,
    group: usize,
    label_of: &dyn Fn(&str) -> String,
    options: &DiagramOptions,
) -> PathModel {
    let rows: Vec<&ParameterEstimate> = report.parameters.iter().filter(|p| p.group == group).collect();
    let latent: Vec<&str> = unique(rows.iter().filter(|p| p.op == Operator::Measures).map(|p| p.lhs.as_str()));
    let mut model = PathModel::default();
    for row in &rows {
        let is_latent = |name: &str| latent.contains(&name);
        let shown = match row.op {
            Operator::Measures => options.indicators || is_latent(&row.rhs),
            Operator::Regression => true,
            Operator::Covariance => row.lhs != row.rhs && row.est != Some(0.0),
            _ => false,
        };
        let ends_shown = options.indicators
            || row.op != Operator::Covariance
            || [&row.lhs, &row.rhs].iter().all(|name| model.position(name).is_some());
        if !shown || !ends_shown {
            continue;
        }
        let mut node = |name: &str| {
            let kind = if is_latent(name) { NodeKind::Latent } else { NodeKind::Observed };
            // Indicators bear their names: the wording of an item belongs in a table.
            let structural = is_latent(name) || row.op != Operator::Measures;
            model.position_or_add(name, kind, if structural { label_of(name) } else { name.to_string() })
        };
        let (left, right) = (node(&row.lhs), node(&row.rhs));
        let (label, dashed, title) = (figure(row, options), is_dashed(row, options), hover(row, label_of));
        match row.op {
            Operator::Measures => model.loadings.push(Arrow { from: left, to: right, label, dashed, title }),
            Operator::Regression => model.paths.push(Arrow { from: right, to: left, label, dashed, title }),
            _ => model.covariances.push(Curve { a: left, b: right, label, dashed, title }),
        }
    }
    model.add_r_squares(report, group, options);
    model
}

impl PathModel {
    /// Where the variable `name` stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    fn position_or_add(&mut self, name: &str, kind: NodeKind, label: String) -> usize {
        self.position(name).unwrap_or_else(|| {
            self.nodes.push(Node { name: name.to_string(), label, kind, corner: None });
            self.nodes.len() - 1
        })
    }

    /// R² of the outcomes of paths.
    fn add_r_squares(&mut self, report: &FitReport, group: usize, options: &DiagramOptions) {
        if options.values == Values::None {
            return;
        }
        let outcomes: Vec<usize> = self.paths.iter().map(|path| path.to).collect();
        for outcome in outcomes {
            let name = &self.nodes[outcome].name;
            let value = report.r2.iter().find(|r| r.group == group && r.variable == *name).and_then(|r| r.value);
            self.nodes[outcome].corner = value.map(|value| format!("R² = {}", bounded(value, 2)));
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn figure(row: &ParameterEstimate, options: &DiagramOptions) -> String {
    let value = match options.values {
        Values::None => return String::new(),
        Values::Standardized => row.std_all.map(|value| bounded(value, 2)),
        Values::Unstandardized => row.est.map(|value| format!("{value:.2}").replace('-', "\u{2212}")),
    };
    value.map_or_else(String::new, |text| text + stars(row.pvalue))
}

fn stars(p: Option<f64>) -> &'static str {
    match p {
        Some(p) if p < 0.001 => "***",
        Some(p) if p < 0.01 => "**",
        Some(p) if p < 0.05 => "*",
        _ => "",
    }
}

/// No leading zero where the figure is below 1 in absolute value.
fn bounded(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
    format!("{sign}{}", text.strip_prefix('0').unwrap_or(&text))
}

fn is_dashed(row: &ParameterEstimate, options: &DiagramOptions) -> bool {
    options.values != Values::None && row.pvalue.is_some_and(|p| p >= options.alpha)
}

fn hover(row: &ParameterEstimate, label_of: &dyn Fn(&str) -> String) -> String {
    let (left, right) = (label_of(&row.lhs), label_of(&row.rhs));
    let ends = match row.op {
        Operator::Measures => format!("{left} → {right}"),
        Operator::Regression => format!("{right} → {left}"),
        _ => format!("{left} ↔ {right}"),
    };
    let mut text = ends;
    for (name, value) in [("Estimate", row.est), ("S.E.", row.se), ("standardized", row.std_all)] {
        if let Some(value) = value {
            text += &format!(", {name} {value:.3}");
        }
    }
    if let Some(p) = row.pvalue {
        text += &if p < 0.001 { ", p < .001".to_string() } else { format!(", p = {}", bounded(p, 3)) };
    }
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_without_leading_zero() {
        let check = |value, expected: &str| assert_eq!(bounded(value, 2), expected);
        check(0.424, ".42");
        check(-0.066, "\u{2212}.07");
        check(1.04, "1.04");
        check(-1.2, "\u{2212}1.20");
        check(-0.001, ".00");
        check(0.999, "1.00");
    }
}
