//! Names of parameters and what is defined over them (`:=`).

use std::collections::{BTreeSet, HashMap};

use covary_numerics::{Dual, HyperDual, Scalar};

use crate::{
    Operator, ParameterTable,
    model_matrices::ModelMatrices,
    syntax::{Expression, expression::Function},
};

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

    /// Whether a name stands for a parameter or a definition.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Labels and names of definitions, in alphabetical order.
    pub(crate) fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> =
            self.places.keys().map(String::as_str).filter(|name| !name.starts_with(".p")).collect();
        labels.sort_unstable();
        labels
    }

    /// An expression over parameters, with the definitions that it rests on. `None` where a name is unknown.
    pub(crate) fn formula(&self, expression: &Expression) -> Option<Formula> {
        let needed = self.needed(expression)?;
        let step_of = |definition: usize| needed.binary_search(&definition).ok();
        let step = |expression: &Expression| {
            let names = expression.names().into_iter().map(|name| {
                let place = match *self.places.get(name)? {
                    Place::Definition(k) => Place::Definition(step_of(k)?),
                    place => place,
                };
                Some((name.to_string(), place))
            });
            Some(Step { names: names.collect::<Option<_>>()?, expression: expression.clone() })
        };
        let steps = needed.iter().map(|k| step(&self.definitions[*k])).chain([step(expression)]);
        Some(Formula { steps: steps.collect::<Option<_>>()? })
    }

    /// The definitions that an expression rests on, directly or through others, each after those it uses.
    fn needed(&self, expression: &Expression) -> Option<Vec<usize>> {
        let mut needed = vec![false; self.definitions.len()];
        let mut pending = vec![expression];
        while let Some(expression) = pending.pop() {
            for name in expression.names() {
                if let Place::Definition(k) = *self.places.get(name)?
                    && !std::mem::replace(&mut needed[k], true)
                {
                    pending.push(&self.definitions[k]);
                }
            }
        }
        Some((0..needed.len()).filter(|k| needed[*k]).collect())
    }
}

/// An expression over parameters; definitions that it rests on are evaluated once each, before it.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    steps: Vec<Step>,
}

/// An expression and where its names get their values; [`Place::Definition`] is the position of an earlier step.
#[derive(Clone, Debug)]
struct Step {
    expression: Expression,
    /// The few names it uses; a scan of them is faster than a hash.
    names: Vec<(String, Place)>,
}

impl Step {
    fn evaluate<T: Scalar>(&self, parameter: &dyn Fn(usize) -> T, earlier: &dyn Fn(usize) -> Option<T>) -> Option<T> {
        self.expression.evaluate(&|name| match self.names.iter().find(|(known, _)| known == name)?.1 {
            Place::Free(k) => Some(parameter(k)),
            Place::Fixed(value) => Some(T::from(value)),
            Place::Definition(k) => earlier(k),
        })
    }
}

impl Formula {
    /// The free parameters that it depends on, ascending.
    pub(crate) fn parameters(&self) -> Vec<usize> {
        let free = |(_, place): &(String, Place)| if let Place::Free(k) = *place { Some(k) } else { None };
        let parameters: BTreeSet<usize> = self.steps.iter().flat_map(|step| &step.names).filter_map(free).collect();
        parameters.into_iter().collect()
    }

    /// Whether it has an absolute value, at whose kink derivatives jump.
    pub(crate) fn has_kinks(&self) -> bool {
        self.steps.iter().any(|step| has_kinks(&step.expression))
    }

    /// Its value, the parameters given by a function.
    pub(crate) fn evaluate<T: Scalar>(&self, parameter: &dyn Fn(usize) -> T) -> Option<T> {
        let mut values: Vec<T> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let value = step.evaluate(parameter, &|k| values.get(k).copied())?;
            values.push(value);
        }
        values.pop()
    }

    /// Value and gradient at θ, the gradient by parameter. `None` where either is not finite.
    pub(crate) fn gradient(&self, theta: &[f64]) -> Option<(f64, Vec<(usize, f64)>)> {
        let value = self.evaluate(&|k| theta[k])?;
        let mut gradient = Vec::new();
        for k in self.parameters() {
            let at = |j: usize| if j == k { Dual::variable(theta[j]) } else { Dual::from(theta[j]) };
            gradient.push((k, self.evaluate(&at)?.derivative));
        }
        let finite = value.is_finite() && gradient.iter().all(|(_, derivative)| derivative.is_finite());
        finite.then_some((value, gradient))
    }

    /// The second derivatives at θ that are not 0, lower triangle: (k, l, ∂²/∂θ_k∂θ_l).
    pub(crate) fn second_derivatives(&self, theta: &[f64]) -> Option<Vec<(usize, usize, f64)>> {
        let parameters = self.parameters();
        let mut found = Vec::new();
        for (i, &k) in parameters.iter().enumerate() {
            for &l in &parameters[..=i] {
                let mixed = self.evaluate(&|j| HyperDual::variable(theta[j], j == k, j == l))?.mixed;
                if mixed != 0.0 {
                    found.push((k, l, mixed));
                }
            }
        }
        found.iter().all(|(_, _, mixed)| mixed.is_finite()).then_some(found)
    }
}

fn has_kinks(expression: &Expression) -> bool {
    match expression {
        Expression::Number(_) | Expression::Name(_) => false,
        Expression::Negate(inner) => has_kinks(inner),
        Expression::Binary(left, _, right) => has_kinks(left) || has_kinks(right),
        Expression::Call(function, inner) => *function == Function::Abs || has_kinks(inner),
    }
}

/// The definitions of a model, their names resolved once.
#[derive(Clone, Debug)]
pub struct DefinedParameters {
    rows: Vec<usize>,
    definitions: Vec<Step>,
}

impl DefinedParameters {
    /// The definitions of a completed model, moments of fixed x filled in.
    pub fn new(table: &ParameterTable) -> Self {
        let names = Names::new(table);
        let step = |(_, expression): &(usize, Expression)| Step {
            names: expression
                .names()
                .into_iter()
                .filter_map(|name| Some((name.to_string(), *names.places.get(name)?)))
                .collect(),
            expression: expression.clone(),
        };
        DefinedParameters {
            rows: table.definitions.iter().map(|(row, _)| *row).collect(),
            definitions: table.definitions.iter().map(step).collect(),
        }
    }

    /// Writes the value of each definition at θ to its row; `None` where it does not exist.
    pub fn write_values(&self, theta: &[f64], estimates: &mut [Option<f64>]) {
        for (row, definition) in self.rows.iter().zip(&self.definitions) {
            let value = definition.evaluate(&|k| theta[k], &|k| estimates[self.rows[k]]);
            estimates[*row] = value.filter(|value| value.is_finite());
        }
    }

    /// The row and gradient (q⁺) of each definition at θ; `None` where it does not exist.
    ///
    /// By the chain rule from one definition to the next, so that long chains cost no more than their length.
    pub fn gradients(&self, theta: &[f64]) -> Vec<(usize, Option<Vec<f64>>)> {
        let mut known: Vec<Option<(f64, Vec<f64>)>> = Vec::with_capacity(self.definitions.len());
        for definition in &self.definitions {
            let next = definition.chain(theta, &known);
            known.push(next);
        }
        self.rows.iter().copied().zip(known.into_iter().map(|known| known.map(|(_, gradient)| gradient))).collect()
    }
}

impl Step {
    /// Value and gradient from those of earlier steps. `None` where either does not exist.
    fn chain(&self, theta: &[f64], earlier: &[Option<(f64, Vec<f64>)>]) -> Option<(f64, Vec<f64>)> {
        let value = self.evaluate(&|k| theta[k], &|k| Some(earlier.get(k)?.as_ref()?.0))?;
        let mut gradient = vec![0.0; theta.len()];
        for (n, (_, place)) in self.names.iter().enumerate() {
            // Two names of one parameter (a label and a `.pK.` name) are one variable.
            if matches!(place, Place::Fixed(_)) || self.names[..n].iter().any(|(_, other)| other == place) {
                continue;
            }
            let derivative = self.partial(*place, theta, earlier)?;
            match *place {
                Place::Free(k) => gradient[k] += derivative,
                Place::Fixed(_) => {}
                Place::Definition(k) => {
                    let (_, inner) = earlier.get(k)?.as_ref()?;
                    gradient.iter_mut().zip(inner).for_each(|(total, part)| *total += derivative * part);
                }
            }
        }
        (value.is_finite() && gradient.iter().all(|element| element.is_finite())).then_some((value, gradient))
    }

    /// The derivative of this step with respect to one of its names, the others held.
    fn partial(&self, of: Place, theta: &[f64], earlier: &[Option<(f64, Vec<f64>)>]) -> Option<f64> {
        let dual = |place: Place, value: f64| if place == of { Dual::variable(value) } else { Dual::from(value) };
        let parameter = |k: usize| dual(Place::Free(k), theta[k]);
        let definition = |k: usize| Some(dual(Place::Definition(k), earlier.get(k)?.as_ref()?.0));
        Some(self.evaluate(&parameter, &definition)?.derivative)
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
