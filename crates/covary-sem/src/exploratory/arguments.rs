//! `rotation` and `rotation.args`: what is asked for, checked; what has no effect is refused by name.

use covary_numerics::{
    Matrix,
    rotation::{ALL, Member, Rotation, RotationSettings, RowWeights},
};
use serde_json::Value;

use super::{FactorOrder, blocks::Unit};
use crate::{SemError, Settings, options};

/// How factors are rotated.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    pub(super) rotation: Rotation,
    pub(super) oblique: bool,
    pub(super) standardized: bool,
    pub(super) order: FactorOrder,
    pub(super) reflect: bool,
    settings: RotationSettings,
    target: Option<Value>,
    mask: Option<Value>,
    /// Geomin's ε as Mplus chooses it, unless it is given.
    epsilon_by_factors: bool,
}

/// Seed of the random starts: one for all, so that a solution is found again.
const SEED: u64 = 1;
/// lavaan's number of random starts.
const STARTS: usize = 30;

/// lavaan's and other programs' names for criteria.
const ALIASES: &[(&str, &str)] = &[
    ("crawford-ferguson", "cf"),
    ("bi-geomin", "bigeomin"),
    ("bi-quartimin", "biquartimin"),
    ("parsimax", "cf-parsimax"),
    ("direct-oblimin", "oblimin"),
    ("minimum-entropy", "entropy"),
];

/// The arguments and the criteria for which they have an effect; none: for all.
const ARGUMENTS: &[(&str, &[Rotation])] = &[
    ("orthogonal", &[]),
    ("row.weights", &[]),
    ("std.ov", &[]),
    ("geomin.epsilon", &[Rotation::Geomin, Rotation::Bigeomin]),
    ("orthomax.gamma", &[Rotation::Orthomax]),
    ("cf.gamma", &[Rotation::CrawfordFerguson]),
    ("oblimin.gamma", &[Rotation::Oblimin]),
    ("promax.kappa", &[Rotation::Promax]),
    ("target", &[Rotation::TargetStrict, Rotation::PartialTarget]),
    ("target.mask", &[Rotation::PartialTarget]),
    ("rstarts", &[]),
    ("algorithm", &[]),
    ("reflect", &[]),
    ("order.lv.by", &[]),
    ("gpa.tol", &[]),
    ("tol", &[]),
    ("max.iter", &[]),
];

impl Choices {
    /// The choices that the settings make.
    ///
    /// # Errors
    /// [`SemError::Option`] for a criterion or an argument that is not known, has no effect, or has no such value.
    pub(super) fn new(settings: &Settings) -> Result<Choices, SemError> {
        let given = &settings.rotation.arguments;
        let rotation = criterion(&settings.rotation.criterion, given)?;
        let member = rotation.member();
        let kaiser = matches!(rotation, Rotation::Varimax | Rotation::Equamax | Rotation::Promax);
        let mut choices = Choices {
            rotation,
            oblique: member.oblique,
            standardized: true,
            // The columns of a target have their place.
            order: if member.needs_target { FactorOrder::None } else { FactorOrder::Index },
            reflect: !member.needs_target,
            settings: RotationSettings {
                row_weights: if kaiser { RowWeights::Kaiser } else { RowWeights::None },
                starts: STARTS,
                seed: SEED,
                ..RotationSettings::default()
            },
            target: None,
            mask: None,
            epsilon_by_factors: settings.conventions.geomin_epsilon_by_factors,
        };
        for (name, value) in given {
            let name = options::normalised(name).to_lowercase();
            check_effect(&name, rotation)?;
            choices.set(&name, value, member)?;
        }
        choices.settings.oblique = Some(choices.oblique);
        if member.needs_target && choices.target.is_none() {
            return Err(SemError::Option(format!(
                "rotation {} needs rotation.args target: a matrix of as many rows as indicators and as many columns as \
                 factors, null where nothing is specified",
                member.name
            )));
        }
        Ok(choices)
    }

    fn set(&mut self, name: &str, value: &Value, member: &Member) -> Result<(), SemError> {
        let settings = &mut self.settings;
        match name {
            "orthogonal" => {
                self.oblique = !flag(name, value)?;
                check_obliqueness(self.oblique, member)?;
            }
            "row.weights" => {
                settings.row_weights = match word(name, value)?.to_lowercase().as_str() {
                    "none" => RowWeights::None,
                    "kaiser" => RowWeights::Kaiser,
                    "cm" | "cureton-mulaik" => RowWeights::CuretonMulaik,
                    "default" => settings.row_weights,
                    _ => return Err(wrong(name, value, "none, kaiser or cm")),
                }
            }
            "std.ov" => self.standardized = flag(name, value)?,
            "geomin.epsilon" => {
                settings.geomin_epsilon = number(name, value)
                    .ok()
                    .filter(|e| *e > 0.0)
                    .ok_or_else(|| wrong(name, value, "a number above 0"))?;
                self.epsilon_by_factors = false;
            }
            "orthomax.gamma" => settings.orthomax_gamma = number(name, value)?,
            "cf.gamma" => {
                let within = |kappa: &f64| (0.0..=1.0).contains(kappa);
                settings.cf_kappa = number(name, value)
                    .ok()
                    .filter(within)
                    .ok_or_else(|| wrong(name, value, "a number from 0 to 1"))?;
            }
            "oblimin.gamma" => settings.delta = number(name, value)?,
            "promax.kappa" => {
                settings.kappa = number(name, value)
                    .ok()
                    .filter(|k| *k > 0.0)
                    .ok_or_else(|| wrong(name, value, "a number above 0"))?;
            }
            "target" => self.target = Some(value.clone()),
            "target.mask" => self.mask = Some(value.clone()),
            "rstarts" => settings.starts = count(name, value)?,
            "algorithm" => {
                let pairwise = matches!(
                    member.rotation,
                    Rotation::Varimax | Rotation::Quartimax | Rotation::Equamax | Rotation::Orthomax
                );
                match word(name, value)?.to_lowercase().as_str() {
                    "gpa" => {}
                    "promax" if member.rotation == Rotation::Promax => {}
                    // Turning pairs until none gains is one of the starts of these criteria in any case.
                    "pairwise" if pairwise => {}
                    _ => return Err(wrong(name, value, "gpa, or pairwise with varimax, quartimax, equamax, orthomax")),
                }
            }
            "reflect" => self.reflect = flag(name, value)?,
            "order.lv.by" => {
                self.order = match word(name, value)?.to_lowercase().as_str() {
                    "index" => FactorOrder::Index,
                    "sumofsquares" => FactorOrder::SumOfSquares,
                    "none" => FactorOrder::None,
                    _ => return Err(wrong(name, value, "index, sumofsquares or none")),
                }
            }
            "gpa.tol" | "tol" => {
                settings.tolerance = number(name, value)
                    .ok()
                    .filter(|t| *t > 0.0)
                    .ok_or_else(|| wrong(name, value, "a number above 0"))?;
            }
            "max.iter" => settings.most_iterations = count(name, value)?.max(1),
            _ => {}
        }
        Ok(())
    }

    /// The settings for a unit: its own target, ε for its number of factors.
    ///
    /// # Errors
    /// [`SemError::Option`] for a target of another shape, naming what was expected.
    pub(super) fn for_unit(&self, unit: &Unit) -> Result<RotationSettings, SemError> {
        let (p, m) = (unit.items.len(), unit.factors.len());
        let matrix = |name: &str, value: &Option<Value>| match value {
            Some(value) => matrix(name, of_unit(value, &unit.name), unit).map(Some),
            None => Ok(None),
        };
        // One factor has nothing to be rotated to.
        let (target, target_mask) = match m {
            1 => (None, None),
            _ => (matrix("target", &self.target)?, matrix("target.mask", &self.mask)?),
        };
        let by_factors = match m {
            0..=2 => 0.0001,
            3 => 0.001,
            _ => 0.01,
        };
        let geomin_epsilon = if self.epsilon_by_factors { by_factors } else { self.settings.geomin_epsilon };
        let least = self.rotation.member().least_factors;
        if m > 1 && m < least {
            return Err(SemError::Option(format!(
                "rotation {} needs {least} factors or more; exploratory block \"{}\" has {m} for {p} indicators",
                self.rotation.name(),
                unit.name
            )));
        }
        Ok(RotationSettings { target, target_mask, geomin_epsilon, ..self.settings.clone() })
    }
}

fn criterion(name: &str, given: &serde_json::Map<String, Value>) -> Result<Rotation, SemError> {
    let plain = name.trim().to_lowercase().replace(['_', ' '], "-");
    if plain == "target" {
        // lavaan 0.6-14's target is the complete one; with holes or a mask it can only be the partial one.
        let holes = given.iter().any(|(name, value)| match options::normalised(name).to_lowercase().as_str() {
            "target.mask" => true,
            "target" => has_null(value),
            _ => false,
        });
        return Ok(if holes { Rotation::PartialTarget } else { Rotation::TargetStrict });
    }
    let plain = ALIASES.iter().find(|(alias, _)| *alias == plain).map_or(plain.as_str(), |(_, name)| name);
    let plain = if plain == "target-strict" { "target.strict" } else { plain };
    Rotation::from_name(plain).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|member| member.name).collect();
        let near = options::nearest(plain, names.iter().copied());
        let help = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        SemError::Option(format!("rotation \"{name}\" is not known; there are {}{help}", names.join(", ")))
    })
}

fn check_effect(name: &str, rotation: Rotation) -> Result<(), SemError> {
    let Some((_, criteria)) = ARGUMENTS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = ARGUMENTS.iter().map(|(name, _)| *name).collect();
        let near = options::nearest(name, names.iter().copied());
        let help = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(SemError::Option(format!(
            "option rotation.args: \"{name}\" is not known; it takes {}{help}",
            names.join(", ")
        )));
    };
    if !criteria.is_empty() && !criteria.contains(&rotation) {
        let names: Vec<&str> = criteria.iter().map(|criterion| criterion.name()).collect();
        return Err(SemError::Option(format!(
            "option rotation.args: {name} has no effect on rotation {}; it belongs to {}",
            rotation.name(),
            names.join(", ")
        )));
    }
    Ok(())
}

fn check_obliqueness(oblique: bool, member: &Member) -> Result<(), SemError> {
    if oblique && !member.can_be_oblique && member.rotation != Rotation::None {
        return Err(SemError::Option(format!(
            "rotation {} is orthogonal: with oblique factors its criterion makes them collapse into one. Its oblique \
             relatives are oblimin, geomin, cf-quartimax, cf-varimax, cf-equamax",
            member.name
        )));
    }
    if !oblique && member.rotation == Rotation::Promax {
        return Err(SemError::Option("rotation promax is oblique; its orthogonal form is varimax".into()));
    }
    Ok(())
}

/// The value for one unit: an object has one for each name.
fn of_unit<'a>(value: &'a Value, name: &str) -> &'a Value {
    match value {
        Value::Object(entries) => entries.get(name).unwrap_or(value),
        _ => value,
    }
}

/// A matrix by rows, `null` where it has no number.
fn matrix(name: &str, value: &Value, unit: &Unit) -> Result<Matrix, SemError> {
    let (p, m) = (unit.items.len(), unit.factors.len());
    let expected = || {
        SemError::Option(format!(
            "option rotation.args: {name} for exploratory block \"{}\" is a list of {p} rows ({}) of {m} numbers ({}), \
             null where nothing is specified; or an object with such a list for each block",
            unit.name,
            unit.items.join(", "),
            unit.factors.join(", ")
        ))
    };
    let rows = value.as_array().filter(|rows| rows.len() == p).ok_or_else(expected)?;
    let mut values = Vec::new();
    for row in rows {
        let row = row.as_array().filter(|row| row.len() == m).ok_or_else(expected)?;
        for element in row {
            values.push(match element {
                Value::Null => f64::NAN,
                Value::Bool(flag) => f64::from(*flag),
                other => other.as_f64().ok_or_else(expected)?,
            });
        }
    }
    Matrix::from_values(p, m, values).ok_or_else(expected)
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(entries) => entries.values().any(has_null),
        _ => false,
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, SemError> {
    options::as_flag(value).ok_or_else(|| wrong(name, value, "true or false"))
}

fn number(name: &str, value: &Value) -> Result<f64, SemError> {
    options::as_number(value).filter(|n| n.is_finite()).ok_or_else(|| wrong(name, value, "a number"))
}

fn count(name: &str, value: &Value) -> Result<usize, SemError> {
    let whole = options::as_number(value).filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 1e6);
    whole.map(|n| n as usize).ok_or_else(|| wrong(name, value, "a whole number"))
}

fn word<'a>(name: &str, value: &'a Value) -> Result<&'a str, SemError> {
    value.as_str().ok_or_else(|| wrong(name, value, "a word"))
}

fn wrong(name: &str, value: &Value, expected: &str) -> SemError {
    SemError::Option(format!("option rotation.args: {name} takes {expected}, not {value}"))
}
