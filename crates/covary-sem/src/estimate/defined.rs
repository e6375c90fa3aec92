//! Names of parameters and what is defined over them (`:=`).

use std::collections::HashMap;

use covary_numerics::{Dual, Scalar};

use crate::{Operator, ParameterTable, model_matrices::ModelMatrices, syntax::Expression};

/// Where the value of a name comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Free(usize),
    Fixed(f64),
    Definition(usize),
}

/// The parameters that labels, `.pK.` names and definitions stand for.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    places: HashMap<String, Place>,
    definitions: Vec<Expression>,
}

impl Names {
    pub(crate) fn new(table: &ParameterTable) -> Self {
        let mut places = HashMap::new();
        for row in table.rows.iter().filter(|row| row.group > 0) {
            let place = row.free.map(Place::Free).or(row.fixed.map(Place::Fixed));
            for name in [&row.label, &row.plabel] {
                if let (Some(place), false) = (place, name.is_empty()) {
                    // The first of the rows that share a label stands for all: they are equal.
                    places.entry(name.clone()).or_insert(place);
                }
            }
        }
        for (k, (row, _)) in table.definitions.iter().enumerate() {
            places.insert(table.rows[*row].lhs.clone(), Place::Definition(k));
        }
        Names { places, definitions: table.definitions.iter().map(|(_, expression)| expression.clone()).collect() }
    }

    /// An expression's value at θ. `None` where a name is unknown.
    pub(crate) fn evaluate<T: Scalar>(&self, expression: &Expression, theta: &[T]) -> Option<T> {
        expression.evaluate(&|name| match self.places.get(name)? {
            Place::Free(k) => Some(theta[*k]),
            Place::Fixed(value) => Some(T::from(*value)),
            Place::Definition(k) => self.evaluate(&self.definitions[*k], theta),
        })
    }
}

/// The definitions of a model, their names resolved once.
#[derive(Clone, Debug)]
pub struct DefinedParameters {
    definitions: Vec<Defined>,
}

#[derive(Clone, Debug)]
struct Defined {
    row: usize,
    expression: Expression,
    /// The few names it uses; a scan of them is faster than a hash.
    names: Vec<(String, Place)>,
}

impl DefinedParameters {
    /// The definitions of a completed model, moments of fixed x filled in.
    pub fn new(table: &ParameterTable) -> Self {
        let names = Names::new(table);
        let defined = |(row, expression): &(usize, Expression)| Defined {
            row: *row,
            names: expression
                .names()
                .into_iter()
                .filter_map(|name| Some((name.to_string(), *names.places.get(name)?)))
                .collect(),
            expression: expression.clone(),
        };
        DefinedParameters { definitions: table.definitions.iter().map(defined).collect() }
    }

    /// Writes the value of each definition at θ to its row; `None` where it does not exist.
    pub fn write_values(&self, theta: &[f64], estimates: &mut [Option<f64>]) {
        for definition in &self.definitions {
            let value = definition.expression.evaluate(&|name| match definition.place(name)? {
                Place::Free(k) => Some(theta[k]),
                Place::Fixed(value) => Some(value),
                Place::Definition(k) => estimates[self.definitions[k].row],
            });
            estimates[definition.row] = value.filter(|value| value.is_finite());
        }
    }

    /// The row and gradient (q⁺) of each definition at θ; `None` where it does not exist.
    pub fn gradients(&self, theta: &[f64]) -> Vec<(usize, Option<Vec<f64>>)> {
        let mut point: Vec<Dual> = theta.iter().map(|value| Dual::from(*value)).collect();
        let mut gradients: Vec<(usize, Option<Vec<f64>>)> =
            self.definitions.iter().map(|definition| (definition.row, Some(vec![0.0; theta.len()]))).collect();
        for k in 0..theta.len() {
            point[k] = Dual::variable(theta[k]);
            for (d, (_, gradient)) in gradients.iter_mut().enumerate() {
                let derivative = self.value(d, &point).map(|value| value.derivative).filter(|v| v.is_finite());
                match (gradient.as_mut(), derivative) {
                    (Some(gradient), Some(derivative)) => gradient[k] = derivative,
                    _ => *gradient = None,
                }
            }
            point[k] = Dual::from(theta[k]);
        }
        gradients
    }

    fn value<T: Scalar>(&self, d: usize, theta: &[T]) -> Option<T> {
        let definition = &self.definitions[d];
        definition.expression.evaluate(&|name| match definition.place(name)? {
            Place::Free(k) => Some(theta[k]),
            Place::Fixed(value) => Some(T::from(value)),
            Place::Definition(k) => self.value(k, theta),
        })
    }
}

impl Defined {
    fn place(&self, name: &str) -> Option<Place> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, place)| *place)
    }
}

/// Which rows stand for estimates, and how to write them: free, fixed and defined.
#[derive(Clone, Debug)]
pub struct RowEstimates {
    free: Vec<(usize, usize)>,
    template: Vec<Option<f64>>,
    defined: DefinedParameters,
}

impl RowEstimates {
    /// The rows of a completed model, moments of fixed x filled in.
    pub fn new(table: &ParameterTable) -> Self {
        let constraint = |op| matches!(op, Operator::Equal | Operator::Less | Operator::Greater);
        RowEstimates {
            free: table.rows.iter().enumerate().filter_map(|(row, r)| Some((row, r.free?))).collect(),
            template: table.rows.iter().map(|row| row.fixed.filter(|_| !constraint(row.op))).collect(),
            defined: DefinedParameters::new(table),
        }
    }

    /// The estimate of every row at θ; `None` for constraints and for what does not exist.
    pub fn at(&self, theta: &[f64]) -> Vec<Option<f64>> {
        let mut estimates = self.template.clone();
        self.write(theta, &mut estimates);
        estimates
    }

    /// The same into `estimates`, which must come from [`at`](Self::at): fixed rows stay as they are.
    pub fn write(&self, theta: &[f64], estimates: &mut [Option<f64>]) {
        for &(row, k) in &self.free {
            estimates[row] = Some(theta[k]);
        }
        self.defined.write_values(theta, estimates);
    }

    /// Writes the moments of fixed x, which are a resample's own.
    pub(crate) fn write_exogenous(&self, matrices: &ModelMatrices, values: &[f64], estimates: &mut [Option<f64>]) {
        for (moment, value) in matrices.exogenous.iter().zip(values) {
            estimates[moment.row] = Some(*value);
        }
    }

    /// The definitions.
    pub fn defined(&self) -> &DefinedParameters {
        &self.defined
    }
}
