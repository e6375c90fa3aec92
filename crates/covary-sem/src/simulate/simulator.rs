//! Cases from a population.

use covary_data::{Column, Dataset, LabelledValue, Measure, ValueLabel, Variable};
use covary_numerics::{
    Matrix,
    linalg::Cholesky,
    moments,
    random::{self, Stream},
};

use super::{
    Population, PopulationGroup,
    categories::{self, Categories},
    distributions::{self, Generator, Shape},
    missing::{self, Mechanism},
};
use crate::SemError;

/// The stream of the sample in which rates are met: far behind those of replicates.
const CALIBRATION: u64 = u64::MAX;
/// Its cases: a rate of .2 is met within .003.
const CALIBRATION_CASES: usize = 20_000;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct SimulationSettings {
    /// Cases of each group; one figure: of every group.
    pub cases: Vec<usize>,
    /// A word of [`distributions::ALL`].
    pub distribution: String,
    /// Skewness and kurtosis.
    pub shape: Shape,
    /// How variables are cut into categories.
    pub categories: Vec<Categories>,
    /// Mechanisms of missing values, as [`missing::read`] reads them.
    pub missing: Vec<String>,
    /// Sample moments (divisor n) are exactly the population's.
    pub empirical: bool,
    /// Name of the variable that tells groups apart.
    pub group_variable: String,
    /// Seed of the random streams.
    pub seed: u64,
}

impl Default for SimulationSettings {
    fn default() -> Self {
        SimulationSettings {
            cases: vec![500],
            distribution: "normal".into(),
            shape: Shape::default(),
            categories: Vec::new(),
            missing: Vec::new(),
            empirical: false,
            group_variable: "group".into(),
            seed: 1,
        }
    }
}

/// Draws data of one population again and again.
#[derive(Debug)]
pub struct Simulator {
    groups: Vec<GroupSimulator>,
    /// All variables of all groups, in order of first occurrence.
    variables: Vec<Variable>,
    group_variable: Option<String>,
    empirical: bool,
    seed: u64,
}

#[derive(Debug)]
struct GroupSimulator {
    label: String,
    cases: usize,
    generator: Generator,
    thresholds: Vec<Vec<f64>>,
    mechanisms: Vec<Box<dyn Mechanism>>,
    /// Column of each variable.
    columns: Vec<usize>,
}

impl Simulator {
    /// A simulator of a population.
    ///
    /// # Errors
    /// [`SemError::Option`] for settings that exclude each other or cannot be met; the text names the variable or option
    /// and what would do.
    pub fn new(population: &Population, settings: &SimulationSettings) -> Result<Simulator, SemError> {
        let cases = cases_by_group(&settings.cases, population)?;
        check(population, settings, &cases)?;
        let mut names: Vec<String> = Vec::new();
        for name in population.groups.iter().flat_map(|group| &group.names) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let groups: Vec<GroupSimulator> = population
            .groups
            .iter()
            .zip(cases)
            .map(|(group, cases)| GroupSimulator::new(group, cases, settings, &names))
            .collect::<Result<_, _>>()?;
        let several = groups.len() > 1;
        if several && names.contains(&settings.group_variable) {
            return Err(SemError::Option(format!(
                "the variable that tells groups apart would be called \"{}\", which is a variable of the model: choose another \
                 name with group",
                settings.group_variable
            )));
        }
        let variables = names.iter().enumerate().map(|(k, name)| variable(name, k, &groups)).collect();
        Ok(Simulator {
            groups,
            variables,
            group_variable: several.then(|| settings.group_variable.clone()),
            empirical: settings.empirical,
            seed: settings.seed,
        })
    }

    /// Cases of each group.
    pub fn cases(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.cases).collect()
    }

    /// The data of a replicate: from the stream (seed, replicate), whatever was drawn before.
    pub fn draw(&self, replicate: u64) -> Dataset {
        let mut stream = random::stream(self.seed, replicate);
        let total: usize = self.groups.iter().map(|group| group.cases).sum();
        let mut columns: Vec<Vec<f64>> = self.variables.iter().map(|_| vec![f64::NAN; total]).collect();
        let mut first = 0;
        for group in &self.groups {
            group.draw(self.empirical, &mut stream, &mut columns, first);
            first += group.cases;
        }
        let mut variables = self.variables.clone();
        let mut columns: Vec<Column> = columns.into_iter().map(Column::Numeric).collect();
        if let Some(name) = &self.group_variable {
            variables.push(Variable { measure: Measure::Nominal, ..Variable::named(name.clone()) });
            columns.push(self.labels());
        }
        Dataset::new(variables, columns).expect("columns of one length under names that were checked")
    }

    /// The label of each case's group: as numbers where all are numbers.
    fn labels(&self) -> Column {
        let each = self.groups.iter().flat_map(|group| std::iter::repeat_n(&group.label, group.cases));
        match each.clone().map(|label| label.parse::<f64>().ok()).collect::<Option<Vec<f64>>>() {
            Some(numbers) => Column::Numeric(numbers),
            None => Column::Text(each.map(|label| Some(label.clone())).collect()),
        }
    }
}

/// n of each group.
///
/// # Errors
/// [`SemError::Option`] for a number of figures that is not that of the groups, and for no cases.
pub(crate) fn cases_by_group(cases: &[usize], population: &Population) -> Result<Vec<usize>, SemError> {
    let groups = population.groups.len();
    let cases = match cases {
        [one] => vec![*one; groups],
        several if several.len() == groups => several.to_vec(),
        several => {
            return Err(SemError::Option(format!(
                "{} numbers of cases for {groups} {}: give one for each group, or one for all",
                several.len(),
                if groups == 1 { "group" } else { "groups" }
            )));
        }
    };
    if cases.contains(&0) {
        return Err(SemError::Option("the number of cases must be at least 1".into()));
    }
    Ok(cases)
}

fn check(population: &Population, settings: &SimulationSettings, cases: &[usize]) -> Result<(), SemError> {
    let refuse = |text: String| Err(SemError::Option(text));
    let is_normal = settings.distribution == "normal";
    if !is_normal && !settings.categories.is_empty() {
        return refuse(
            "the shares of categories are those of a normal variable: with another distribution give thresholds in the \
             model (x1 | -0.5*t1 + 0.5*t2)"
                .into(),
        );
    }
    if !settings.empirical {
        return Ok(());
    }
    let cut =
        !settings.categories.is_empty() || population.groups.iter().any(|g| g.thresholds.iter().any(|t| !t.is_empty()));
    let other = [
        (!is_normal, "another distribution than the normal one"),
        (cut, "categories"),
        (!settings.missing.is_empty(), "missing values"),
    ];
    if let Some((_, what)) = other.iter().find(|(chosen, _)| *chosen) {
        return refuse(format!(
            "empirical sets the moments of complete continuous normal data; it does not go with {what}"
        ));
    }
    for (group, n) in population.groups.iter().zip(cases) {
        let p = group.names.len();
        if *n <= p {
            return refuse(format!("empirical needs more cases than variables: {n} cases, {p} variables"));
        }
    }
    Ok(())
}

fn variable(name: &str, column: usize, groups: &[GroupSimulator]) -> Variable {
    let thresholds = |group: &GroupSimulator| {
        let own = group.columns.iter().position(|c| *c == column)?;
        Some(group.thresholds[own].len())
    };
    let most = groups.iter().filter_map(thresholds).max().unwrap_or(0);
    if most == 0 {
        return Variable { measure: Measure::Scale, ..Variable::named(name) };
    }
    let label = |k: usize| ValueLabel { value: LabelledValue::Number(k as f64), label: format!("category {k}") };
    Variable { measure: Measure::Ordinal, value_labels: (1..=most + 1).map(label).collect(), ..Variable::named(name) }
}

impl GroupSimulator {
    fn new(
        group: &PopulationGroup,
        cases: usize,
        settings: &SimulationSettings,
        names: &[String],
    ) -> Result<GroupSimulator, SemError> {
        let family =
            distributions::ALL.iter().find(|family| family.name == settings.distribution).ok_or_else(|| {
                let known: Vec<&str> = distributions::ALL.iter().map(|family| family.name).collect();
                SemError::Option(format!(
                    "distribution \"{}\": expected is one of {}",
                    settings.distribution,
                    known.join(", ")
                ))
            })?;
        let position = |name: &String| names.iter().position(|known| known == name).unwrap_or(0);
        let mut simulator = GroupSimulator {
            label: group.label.clone(),
            cases,
            generator: (family.build)(group, &settings.shape)?,
            thresholds: categories::thresholds(group, &settings.categories)?,
            mechanisms: Vec::new(),
            columns: group.names.iter().map(position).collect(),
        };
        let normal = settings.distribution == "normal" && simulator.thresholds.iter().all(Vec::is_empty);
        let calibration = if settings.missing.is_empty() || normal {
            Vec::new()
        } else {
            simulator.calibration_sample(settings.seed)
        };
        let reading = missing::Reading {
            names: &group.names,
            normal: normal.then(|| group.mean.iter().copied().zip(group.covariance.diagonal()).collect()),
            sample: &calibration,
        };
        simulator.mechanisms =
            settings.missing.iter().map(|text| missing::read(text, &reading)).collect::<Result<_, _>>()?;
        Ok(simulator)
    }

    fn calibration_sample(&self, seed: u64) -> Vec<Vec<f64>> {
        let p = self.columns.len();
        let mut stream = random::stream(seed, CALIBRATION);
        let mut room = vec![0.0; p];
        let mut case = || {
            let mut values = vec![0.0; p];
            self.generator.case(&mut stream, &mut room, &mut values);
            self.cut(&mut values);
            values
        };
        (0..CALIBRATION_CASES).map(|_| case()).collect()
    }

    fn draw(&self, empirical: bool, stream: &mut Stream, columns: &mut [Vec<f64>], first: usize) {
        let p = self.columns.len();
        let exact = if empirical { self.exact(stream) } else { None };
        let (mut values, mut room, mut missing) = (vec![0.0; p], vec![0.0; p], vec![false; p]);
        for case in 0..self.cases {
            match &exact {
                Some(z) => {
                    values.copy_from_slice(z.row(case));
                    self.generator.transform(&mut room, &mut values);
                }
                None => self.generator.case(stream, &mut room, &mut values),
            }
            self.cut(&mut values);
            missing.fill(false);
            for mechanism in &self.mechanisms {
                mechanism.mark(&values, &mut missing, stream);
            }
            for (k, column) in self.columns.iter().enumerate() {
                columns[*column][first + case] = if missing[k] { f64::NAN } else { values[k] };
            }
        }
    }

    fn cut(&self, values: &mut [f64]) {
        for (value, thresholds) in values.iter_mut().zip(&self.thresholds) {
            if !thresholds.is_empty() {
                *value = categories::category(*value, thresholds);
            }
        }
    }

    /// Normal values with means exactly 0 and the identity as covariance matrix (divisor n), n × p.
    fn exact(&self, stream: &mut Stream) -> Option<Matrix> {
        use rand_distr::{Distribution, StandardNormal};
        let p = self.columns.len();
        let drawn: Vec<f64> = (0..self.cases * p).map(|_| StandardNormal.sample(stream)).collect();
        let mut z = Matrix::from_values(self.cases, p, drawn)?;
        // Twice, because the first time leaves rounding in proportion to the condition of the sample.
        for _ in 0..2 {
            let (mean, covariance) = moments::mean_and_covariance(&z);
            let factor = Cholesky::new(&covariance)?;
            for case in 0..self.cases {
                let centred: Vec<f64> = z.row(case).iter().zip(&mean).map(|(value, mean)| value - mean).collect();
                z.row_mut(case).copy_from_slice(&factor.forward_vector(&centred));
            }
        }
        Some(z)
    }
}
