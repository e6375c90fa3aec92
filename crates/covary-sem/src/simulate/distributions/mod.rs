//! Distributions with given moments: one family per file, and one list, [`ALL`].
//!
//! Every family is a pipeline of one form: independent standard normal values z, mixed; each then through a polynomial of
//! degree three; mixed again; and the mean.

pub mod fleishman;
mod independent_generators;
mod normal;
mod vale_maurelli;

use covary_numerics::{Matrix, random::Stream};
use rand_distr::{Distribution, StandardNormal};

pub use fleishman::Fleishman;

use super::PopulationGroup;
use crate::SemError;

/// A family of distributions.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its word on the command line.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// The generator of a group.
    pub build: fn(&PopulationGroup, &Shape) -> Result<Generator, SemError>,
}

/// Every family.
pub const ALL: &[Family] = &[
    Family { name: "normal", help: "multivariate normal", build: normal::generator },
    Family {
        name: "vale-maurelli",
        help: "polynomials of correlated normal variables (Vale and Maurelli 1983)",
        build: vale_maurelli::generator,
    },
    Family {
        name: "independent",
        help: "linear combinations of independent generators (Foldnes and Olsson 2016)",
        build: independent_generators::generator,
    },
];

/// Skewness and excess kurtosis of the variables: one figure for all, one for each, or none (0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// γ₁.
    pub skewness: Vec<f64>,
    /// γ₂, excess: 0 for the normal distribution.
    pub kurtosis: Vec<f64>,
}

impl Shape {
    /// Whether it is that of the normal distribution.
    pub fn is_normal(&self) -> bool {
        self.skewness.iter().chain(&self.kurtosis).all(|value| *value == 0.0)
    }

    /// (γ₁, γ₂) of each of the variables.
    ///
    /// # Errors
    /// [`SemError::Option`] for another number of figures, and for pairs that no distribution has.
    pub(super) fn of(&self, names: &[String]) -> Result<Vec<(f64, f64)>, SemError> {
        let each = |values: &[f64], what: &str| match values.len() {
            0 => Ok(vec![0.0; names.len()]),
            1 => Ok(vec![values[0]; names.len()]),
            n if n == names.len() => Ok(values.to_vec()),
            n => Err(SemError::Option(format!(
                "{what} has {n} figures: give one for all variables, or one for each of the {} in the order {}",
                names.len(),
                names.join(", ")
            ))),
        };
        let pairs: Vec<(f64, f64)> =
            each(&self.skewness, "skewness")?.into_iter().zip(each(&self.kurtosis, "kurtosis")?).collect();
        for ((skewness, kurtosis), name) in pairs.iter().zip(names) {
            if !(skewness.is_finite() && kurtosis.is_finite()) {
                return Err(SemError::Option(format!("skewness and kurtosis of {name} must be numbers")));
            }
            let least = skewness * skewness - 2.0;
            if *kurtosis < least {
                return Err(SemError::Option(format!(
                    "{name}: no distribution with skewness {skewness} has an excess kurtosis of {kurtosis}; it is at least \
                     skewness² − 2 = {least:.4}"
                )));
            }
        }
        Ok(pairs)
    }
}

/// y = μ + second · g(first · z), g a polynomial for each variable, z independent standard normal.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    /// Lower triangular, p × p; `None`: the identity.
    pub first: Option<Matrix>,
    /// One per variable; empty: the identity.
    pub polynomials: Vec<Fleishman>,
    /// p × p; `None`: the identity.
    pub second: Option<Matrix>,
    /// μ, p.
    pub mean: Vec<f64>,
}

impl Generator {
    /// One case into `values`; `room` holds p figures.
    pub fn case(&self, stream: &mut Stream, room: &mut [f64], values: &mut [f64]) {
        for z in values.iter_mut() {
            *z = StandardNormal.sample(stream);
        }
        self.transform(room, values);
    }

    /// Independent standard normal values → a case.
    pub fn transform(&self, room: &mut [f64], values: &mut [f64]) {
        mix(self.first.as_ref(), room, values);
        for (value, polynomial) in values.iter_mut().zip(&self.polynomials) {
            *value = polynomial.at(*value);
        }
        mix(self.second.as_ref(), room, values);
        for (value, mean) in values.iter_mut().zip(&self.mean) {
            *value += mean;
        }
    }
}

fn mix(matrix: Option<&Matrix>, room: &mut [f64], values: &mut [f64]) {
    let Some(matrix) = matrix else { return };
    room.copy_from_slice(values);
    for (i, value) in values.iter_mut().enumerate() {
        *value = matrix.row(i).iter().zip(room.iter()).map(|(a, z)| a * z).sum();
    }
}
