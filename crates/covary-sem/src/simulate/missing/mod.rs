//! Missing values by mechanism: one mechanism per file, and one list, [`ALL`].

mod at_random;
mod completely_at_random;
mod not_at_random;
mod planned;

use covary_numerics::{
    distributions::{normal_cdf, normal_quantile},
    random::Stream,
    root,
};

use crate::SemError;

/// A kind of mechanism.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its word, before the first colon.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it is.
    pub help: &'static str,
    read: fn(&[&str], &Reading) -> ReadMechanism,
}

/// A mechanism, or why its text is none.
type ReadMechanism = Result<Box<dyn Mechanism>, SemError>;

/// Every kind.
pub const ALL: &[Kind] = &[
    Kind {
        name: "mcar",
        form: "mcar:RATE[:A,B,…]",
        help: "completely at random: each value with probability RATE",
        read: completely_at_random::read,
    },
    Kind {
        name: "mar",
        form: "mar:RATE:CAUSE[:A,B,…]",
        help: "at random: the more likely, the larger the observed CAUSE, which is complete",
        read: at_random::read,
    },
    Kind {
        name: "mnar",
        form: "mnar:RATE[:A,B,…]",
        help: "not at random: the more likely, the larger the value itself",
        read: not_at_random::read,
    },
    Kind {
        name: "planned",
        form: "planned:A,B/C,D/…",
        help: "by design: each case lacks one of the sets, drawn with equal probability",
        read: planned::read,
    },
];

/// Which values of a case are missing.
pub trait Mechanism: Send + Sync + std::fmt::Debug {
    /// Marks what is missing in a case whose values are all known; what is marked already stays.
    fn mark(&self, values: &[f64], missing: &mut [bool], stream: &mut Stream);
}

/// What a mechanism is read against.
pub struct Reading<'a> {
    /// The variables.
    pub names: &'a [String],
    /// Whether the values have a normal distribution with these means and variances.
    pub normal: Option<Vec<(f64, f64)>>,
    /// A large sample of the population before anything is missing, by case: what rates are met in.
    pub sample: &'a [Vec<f64>],
}

/// Reads `mcar:0.1` and the like.
///
/// # Errors
/// [`SemError::Option`] for an unknown word, variable or rate, with what there is.
pub fn read(text: &str, reading: &Reading) -> Result<Box<dyn Mechanism>, SemError> {
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let kind = ALL.iter().find(|kind| kind.name.eq_ignore_ascii_case(parts[0])).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|kind| kind.form).collect();
        SemError::Option(format!("missing \"{text}\": expected is one of {}", known.join(", ")))
    })?;
    (kind.read)(&parts[1..], reading)
        .map_err(|error| SemError::Option(format!("missing \"{text}\": {error} (form: {})", kind.form)))
}

/// A probability below 1.
fn rate(text: Option<&&str>) -> Result<f64, SemError> {
    let value = text.and_then(|text| text.parse::<f64>().ok()).filter(|rate| (0.0..1.0).contains(rate));
    value.ok_or_else(|| SemError::Option("a rate from 0 to below 1 is expected".into()))
}

/// The variables that are named, or all.
fn variables(text: Option<&&str>, reading: &Reading) -> Result<Vec<usize>, SemError> {
    match text {
        None => Ok((0..reading.names.len()).collect()),
        Some(list) => list.split(',').map(|name| position(name.trim(), reading)).collect(),
    }
}

fn position(name: &str, reading: &Reading) -> Result<usize, SemError> {
    let found = reading.names.iter().position(|known| known == name);
    found.ok_or_else(|| unknown_variable("it names", name, reading.names))
}

pub(super) fn unknown_variable(what: &str, name: &str, names: &[String]) -> SemError {
    SemError::Option(format!(
        "{what} \"{name}\", which is no observed variable of the model; these are {}",
        names.join(", ")
    ))
}

fn no_more(parts: &[&str], most: usize) -> Result<(), SemError> {
    match parts.get(most) {
        Some(part) => Err(SemError::Option(format!("\"{part}\" is one part too many"))),
        None => Ok(()),
    }
}

/// Missing with probability Φ(a + z), z the value in standard deviations from its mean: a probit of slope 1.
#[derive(Clone, Debug)]
struct Probit {
    mean: f64,
    deviation: f64,
    intercept: f64,
}

impl Probit {
    /// The probit by which a share `rate` of the values of a variable is missing.
    ///
    /// Of a normal variable a = √2 Φ⁻¹(rate); else a meets the rate in the sample.
    fn with_rate(rate: f64, variable: usize, reading: &Reading) -> Result<Probit, SemError> {
        if let Some(moments) = &reading.normal {
            let (mean, variance) = moments[variable];
            let intercept = normal_quantile(rate).map_or(f64::NEG_INFINITY, |z| std::f64::consts::SQRT_2 * z);
            return Ok(Probit { mean, deviation: variance.sqrt(), intercept });
        }
        let values: Vec<f64> = reading.sample.iter().map(|case| case[variable]).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        if deviation.is_nan() || deviation <= 0.0 {
            return Err(SemError::Option(format!("{} does not vary", reading.names[variable])));
        }
        let mut probit = Probit { mean, deviation, intercept: f64::NEG_INFINITY };
        if rate > 0.0 {
            let at = |a: f64| values.iter().map(|v| normal_cdf(a + (v - mean) / deviation)).sum::<f64>() / n - rate;
            probit.intercept = root::increasing_root(at, -50.0, 50.0);
        }
        Ok(probit)
    }

    fn probability(&self, value: f64) -> f64 {
        normal_cdf(self.intercept + (value - self.mean) / self.deviation)
    }
}
