//! What a solution must meet: equality and inequality constraints of the model's text, and bounds on parameters.

use covary_numerics::Matrix;

use super::{
    EqualityConstraints,
    constraints::{LinearEquation, linear},
    defined::{Formula, Names},
};
use crate::{Operator, ParameterTable, SemError, model_matrices::formula_of, parameter_table::RowConstraint};

/// Everything that θ must meet.
///
/// Linear equalities are eliminated, θ = Kη + c; the rest is left to the search.
#[derive(Clone, Debug)]
pub struct Restrictions {
    /// The linear equalities.
    pub linear: EqualityConstraints,
    /// Nonlinear equalities, inequalities and bounds.
    pub rest: Vec<Restriction>,
}

/// A nonlinear equality c(θ) = 0, or an inequality or bound c(θ) ≥ 0.
#[derive(Clone, Debug)]
pub struct Restriction {
    /// Where it comes from.
    pub origin: Origin,
    function: Function,
}

/// Where a restriction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `==`, by its position among the table's constraints.
    Equality(usize),
    /// `<` or `>`, by its position among the table's constraints.
    Inequality(usize),
    /// The lower bound of a row.
    Lower(usize),
    /// The upper bound of a row.
    Upper(usize),
}

#[derive(Clone, Debug)]
enum Function {
    /// sign · formula
    Formula { formula: Formula, sign: f64 },
    /// sign · (θ_k − limit)
    Bound { parameter: usize, limit: f64, sign: f64 },
}

/// A constant restriction may miss by this much, relative to 1.
const CONSTANT_TOLERANCE: f64 = 1e-8;

impl Restrictions {
    /// The restrictions of a model.
    ///
    /// # Errors
    /// [`SemError::Model`] for unknown names, for constraints that contradict each other or hold parameters where a
    /// bound or inequality does not want them, and for a lower bound above the upper one.
    pub fn new(table: &ParameterTable) -> Result<Self, SemError> {
        let names = Names::new(table);
        let mut equations = Vec::new();
        let mut rest = Vec::new();
        for (k, constraint) in table.constraints.iter().enumerate() {
            let formula = names.formula(&constraint.difference).ok_or_else(|| unknown(table, constraint))?;
            let (origin, sign) = match constraint.op {
                Operator::Less => (Origin::Inequality(k), -1.0),
                Operator::Greater => (Origin::Inequality(k), 1.0),
                _ => (Origin::Equality(k), 1.0),
            };
            match linear(&formula, table.free) {
                Some(equation) if constraint.op == Operator::Equal => equations.push((k, equation)),
                _ => rest.push(Restriction { origin, function: Function::Formula { formula, sign } }),
            }
        }
        let positions: Vec<usize> = equations.iter().map(|(k, _)| *k).collect();
        let linear = EqualityConstraints::solving(table.free, equations.into_iter().map(|(_, e)| e).collect())
            .map_err(|equation| contradiction(&text_of(table, &table.constraints[positions[equation]])))?;
        rest.extend(bounds(table)?);
        let mut restrictions = Restrictions { linear, rest: Vec::new() };
        for restriction in rest {
            if restrictions.leaves_open(&restriction, table)? {
                restrictions.rest.push(restriction);
            }
        }
        Ok(restrictions)
    }

    /// Whether linear equalities are all there is.
    pub fn are_linear(&self) -> bool {
        self.rest.is_empty()
    }

    /// Values of the rest at θ, and their Jacobian with respect to η. `None` where one does not exist.
    pub(super) fn at(&self, theta: &[f64]) -> Option<(Vec<f64>, Matrix)> {
        let mut values = Vec::with_capacity(self.rest.len());
        let mut jacobian = Matrix::zeros(self.rest.len(), self.linear.reduced());
        for (i, restriction) in self.rest.iter().enumerate() {
            let (value, gradient) = restriction.gradient(theta)?;
            values.push(value);
            for (k, derivative) in gradient {
                for (j, element) in self.linear.basis.row(k).iter().enumerate() {
                    jacobian[(i, j)] += derivative * element;
                }
            }
        }
        Some((values, jacobian))
    }

    /// Σ λᵢ ∂²cᵢ/∂θ∂θ', q⁺ × q⁺.
    pub(super) fn curvature(&self, theta: &[f64], multipliers: &[f64]) -> Option<Matrix> {
        let mut sum = Matrix::zeros(theta.len(), theta.len());
        for (restriction, multiplier) in self.rest.iter().zip(multipliers).filter(|(_, m)| **m != 0.0) {
            for (k, l, second) in restriction.second_derivatives(theta)? {
                sum[(k, l)] += multiplier * second;
                if k != l {
                    sum[(l, k)] += multiplier * second;
                }
            }
        }
        Some(sum)
    }

    /// θ = Kη + c in the neighbourhood of a solution: K a basis of the null space of the Jacobian of all equalities
    /// and of the inequalities that are active there.
    ///
    /// A bound does not count: an estimate at its bound keeps its ordinary standard error, as in lavaan.
    pub fn around(&self, theta: &[f64], active: &[usize]) -> EqualityConstraints {
        let eta = self.linear.project(theta);
        let Some((_, jacobian)) = self.at(theta) else { return self.linear.clone() };
        let tangent = |i: usize| -> LinearEquation {
            let row = jacobian.row(i).to_vec();
            let constant = -row.iter().zip(&eta).map(|(a, e)| a * e).sum::<f64>();
            (row, constant)
        };
        let equalities: Vec<usize> = (0..self.rest.len()).filter(|i| self.rest[*i].is_equality()).collect();
        let inequalities = active.iter().copied().filter(|i| matches!(self.rest[*i].origin, Origin::Inequality(_)));
        let counted = equalities.len();
        let tangents = equalities.into_iter().chain(inequalities).map(tangent).collect();
        self.linear.narrowed(tangents, counted).unwrap_or_else(|| self.linear.clone())
    }

    /// A restriction as it stands in the text, or its row and bound.
    pub fn text(&self, position: usize, table: &ParameterTable) -> String {
        text_of_restriction(&self.rest[position], table)
    }

    /// The one η on which a restriction depends, linearly: its position, the value at which the restriction holds as an
    /// equation, and whether η must be at least that.
    pub(super) fn limit(&self, position: usize) -> Option<(usize, f64, bool)> {
        let restriction = self.rest.get(position).filter(|restriction| !restriction.is_equality())?;
        let (row, constant) = restriction.linear(self.linear.offset.len())?;
        let mut reduced = vec![0.0; self.linear.reduced()];
        self.linear.reduce_gradient(&row, &mut reduced);
        let mut moving = (0..reduced.len()).filter(|j| reduced[*j] != 0.0);
        let (j, None) = (moving.next()?, moving.next()) else { return None };
        let at_zero = row.iter().zip(&self.linear.offset).map(|(a, c)| a * c).sum::<f64>() + constant;
        // −0 would look like a negative variance.
        let value = -at_zero / reduced[j] + 0.0;
        value.is_finite().then_some((j, value, reduced[j] > 0.0))
    }

    /// Whether anything is left to be met once linear equalities are; an error where what is fixed does not meet it.
    fn leaves_open(&self, restriction: &Restriction, table: &ParameterTable) -> Result<bool, SemError> {
        let Some((row, constant)) = restriction.linear(table.free) else { return Ok(true) };
        let mut reduced = vec![0.0; self.linear.reduced()];
        self.linear.reduce_gradient(&row, &mut reduced);
        let size = row.iter().fold(0.0, |most: f64, a| most.max(a.abs()));
        if reduced.iter().any(|a| a.abs() > 1e-12 * size) {
            return Ok(true);
        }
        let terms = || row.iter().zip(&self.linear.offset).map(|(a, c)| a * c).chain([constant]);
        let level = terms().fold(1.0, |most: f64, term| most.max(term.abs()));
        if terms().sum::<f64>() < -CONSTANT_TOLERANCE * level {
            return Err(contradiction(&text_of_restriction(restriction, table)));
        }
        Ok(false)
    }
}

impl Restriction {
    /// Whether it is an equation.
    pub fn is_equality(&self) -> bool {
        matches!(self.origin, Origin::Equality(_))
    }

    /// Whether it is a bound on a parameter.
    pub fn is_bound(&self) -> bool {
        matches!(self.origin, Origin::Lower(_) | Origin::Upper(_))
    }

    /// The parameter that alone it depends on, linearly; and the value at which it holds as an equation.
    pub(super) fn single(&self, parameters: usize) -> Option<(usize, f64)> {
        match &self.function {
            Function::Bound { parameter, limit, .. } => Some((*parameter, *limit)),
            Function::Formula { formula, .. } => {
                let [parameter] = formula.parameters()[..] else { return None };
                let (gradient, constant) = linear(formula, parameters)?;
                // −0 would look like a negative variance.
                Some((parameter, -constant / gradient[parameter] + 0.0)).filter(|(_, value)| value.is_finite())
            }
        }
    }

    fn gradient(&self, theta: &[f64]) -> Option<(f64, Vec<(usize, f64)>)> {
        match &self.function {
            Function::Bound { parameter, limit, sign } => {
                Some((sign * (theta[*parameter] - limit), vec![(*parameter, *sign)]))
            }
            Function::Formula { formula, sign } => {
                let (value, mut gradient) = formula.gradient(theta)?;
                gradient.iter_mut().for_each(|(_, derivative)| *derivative *= sign);
                Some((sign * value, gradient))
            }
        }
    }

    fn second_derivatives(&self, theta: &[f64]) -> Option<Vec<(usize, usize, f64)>> {
        match &self.function {
            Function::Bound { .. } => Some(Vec::new()),
            Function::Formula { formula, sign } => {
                let mut found = formula.second_derivatives(theta)?;
                found.iter_mut().for_each(|(_, _, second)| *second *= sign);
                Some(found)
            }
        }
    }

    fn linear(&self, parameters: usize) -> Option<LinearEquation> {
        match &self.function {
            Function::Bound { parameter, limit, sign } => {
                let mut row = vec![0.0; parameters];
                row[*parameter] = *sign;
                Some((row, -sign * limit))
            }
            Function::Formula { formula, sign } => {
                let (row, constant) = linear(formula, parameters)?;
                Some((row.iter().map(|a| sign * a).collect(), sign * constant))
            }
        }
    }
}

/// The finite bounds on free parameters.
fn bounds(table: &ParameterTable) -> Result<Vec<Restriction>, SemError> {
    let mut restrictions = Vec::new();
    for (k, row) in table.rows.iter().enumerate() {
        let Some(parameter) = row.free else { continue };
        if let (Some(lower), Some(upper)) = (row.lower, row.upper)
            && lower > upper
        {
            let formula = formula_of(row);
            return Err(SemError::Model(format!(
                "\"{formula}\": the lower bound {lower} is above the upper bound {upper}"
            )));
        }
        for (origin, limit, sign) in [(Origin::Lower(k), row.lower, 1.0), (Origin::Upper(k), row.upper, -1.0)] {
            if let Some(limit) = limit.filter(|limit| limit.is_finite()) {
                restrictions.push(Restriction { origin, function: Function::Bound { parameter, limit, sign } });
            }
        }
    }
    Ok(restrictions)
}

fn text_of_restriction(restriction: &Restriction, table: &ParameterTable) -> String {
    match restriction.origin {
        Origin::Equality(k) | Origin::Inequality(k) => text_of(table, &table.constraints[k]),
        Origin::Lower(row) => format!("{} > {}", formula_of(&table.rows[row]), rounded(table.rows[row].lower)),
        Origin::Upper(row) => format!("{} < {}", formula_of(&table.rows[row]), rounded(table.rows[row].upper)),
    }
}

/// A bound to six digits: those that the data set have more than anyone reads.
fn rounded(bound: Option<f64>) -> f64 {
    let bound = bound.unwrap_or(0.0);
    format!("{bound:.5e}").parse().unwrap_or(bound)
}

/// A constraint as its row states it.
fn text_of(table: &ParameterTable, constraint: &RowConstraint) -> String {
    let row = &table.rows[constraint.row];
    format!("{} {} {}", row.lhs, row.op, row.rhs)
}

fn unknown(table: &ParameterTable, constraint: &RowConstraint) -> SemError {
    let text = text_of(table, constraint);
    SemError::Model(format!("the constraint \"{text}\" names a parameter that the model lacks"))
}

fn contradiction(text: &str) -> SemError {
    SemError::Model(format!("the constraint \"{text}\" contradicts the others or cannot be met"))
}
