//! The sample of a model of two levels: cases in clusters, and the statistics that its likelihood needs.
//!
//! Level 1 (within clusters) has p variables y; level 2 (between clusters) has those of them that also vary between
//! clusters, and q variables z that vary between clusters alone. Joint vectors of a cluster are (z, y), r = q + p.

use std::{collections::HashMap, ops::Range, sync::Arc};

use covary_data::{Column, Dataset};
use covary_numerics::Matrix;

use super::{BlockSample, Sample, cases, definiteness, groups::groups, level_moments};
use crate::{
    ParameterTable, SemError, Settings, Warning,
    estimators::{
        Weight,
        two_level::{ClusterScratch, ClusterStatistics, JointMoments},
    },
    parameter_table::Block,
    settings::MissingValues,
    warning::WarningCode,
};

/// ln 2π.
const LN_2_PI: f64 = 1.837_877_066_409_345_5;
/// An intraclass correlation from which on a variable modelled within clusters alone is worth a warning.
const WORTH_A_SECOND_LEVEL: f64 = 0.05;

/// Where the variables of one group stand in its two blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelLayout {
    /// Block of level 1.
    pub within: usize,
    /// Block of level 2.
    pub between: usize,
    /// For each variable of level 1 its position at level 2; `None`: it varies within clusters alone.
    pub above: Vec<Option<usize>>,
    /// Positions at level 2 of the variables that vary between clusters alone.
    pub between_only: Vec<usize>,
}

impl LevelLayout {
    fn new(table: &ParameterTable, within: usize) -> Self {
        let (lower, upper) = (&table.blocks[within], &table.blocks[within + 1]);
        let position = |name: &String| upper.observed.iter().position(|other| other == name);
        LevelLayout {
            within,
            between: within + 1,
            above: lower.observed.iter().map(position).collect(),
            between_only: (0..upper.observed.len()).filter(|k| !lower.observed.contains(&upper.observed[*k])).collect(),
        }
    }

    /// Number of variables of level 1, p.
    pub fn p(&self) -> usize {
        self.above.len()
    }

    /// Number of variables that vary between clusters alone, q.
    pub fn q(&self) -> usize {
        self.between_only.len()
    }

    /// For each joint variable its position at level 2.
    pub fn joint_above(&self) -> Vec<Option<usize>> {
        self.between_only.iter().map(|k| Some(*k)).chain(self.above.iter().copied()).collect()
    }
}

/// One group of a sample in clusters.
#[derive(Clone, Debug)]
pub struct ClusterSample {
    /// Where its variables stand.
    pub layout: LevelLayout,
    /// Cases, N.
    pub cases: usize,
    /// Clusters, J.
    pub clusters: usize,
    /// Statistics of all clusters together.
    pub statistics: ClusterStatistics,
    /// Maximum likelihood moments without a model: Σ_W and the joint matrix of (z, between part of y), means.
    pub saturated: JointMoments<f64>,
    /// −2 log-likelihood there, without N ln 2π-terms and N ln-terms that no parameter moves.
    pub saturated_value: f64,
    /// y by case, clusters one after the other, N × p; NaN where an answer is missing.
    rows: Matrix,
    /// The first row of each cluster, and N.
    first_rows: Vec<usize>,
    /// z by cluster, J × q; NaN where it is missing.
    between: Matrix,
    /// Variables of x in the joint order.
    exogenous: Vec<usize>,
}

impl ClusterSample {
    /// The statistics of a single cluster.
    pub fn cluster(&self, j: usize) -> ClusterStatistics {
        ClusterStatistics::incomplete(&self.rows, &self.first_rows, &self.between, j..j + 1)
    }

    /// Positions of x in the joint order (z, y).
    pub fn exogenous(&self) -> &[usize] {
        &self.exogenous
    }

    /// −2 log-likelihood of those x that stand at one level alone, at their saturated moments, terms in ln 2π included: N
    /// or J times (p ln 2π + ln|S_x| + p); with missing values what they have. 0 without such x.
    ///
    /// Of an x at both levels the parts are latent, and a model of their moments cannot be conditioned on: its likelihood
    /// stays, as in lavaan and Mplus.
    pub fn value_of_exogenous(&self) -> Option<f64> {
        let q = self.layout.q();
        let at_one = |k: &&usize| **k < q || self.layout.above[**k - q].is_none();
        let at_one_level: Vec<usize> = self.exogenous.iter().filter(at_one).copied().collect();
        let (z, y): (Vec<usize>, Vec<usize>) = at_one_level.iter().copied().partition(|k| *k < q);
        let y: Vec<usize> = y.iter().map(|k| k - q).collect();
        let all_rows: Vec<usize> = (0..self.rows.rows()).collect();
        let all_clusters: Vec<usize> = (0..self.clusters).collect();
        let (rows, between) = (self.rows.select(&all_rows, &y), self.between.select(&all_clusters, &z));
        let statistics = ClusterStatistics::incomplete(&rows, &self.first_rows, &between, 0..self.clusters);
        let moments = self.saturated.select(&at_one_level);
        let (mut gradient, mut scratch) = (moments.clone(), ClusterScratch::new(moments.r()));
        let value = statistics.evaluate(&moments, &mut gradient, &mut scratch)?;
        Some(value + (answers(&rows) + answers(&between)) * LN_2_PI)
    }

    /// The part of −2 log-likelihood that no parameter moves: ln 2π for each answer, of z once a cluster.
    pub fn constant(&self) -> f64 {
        (answers(&self.rows) + answers(&self.between)) * LN_2_PI
    }

    /// The sample in which each cluster stands as often as `chosen` names it. `None` where that has no saturated moments.
    pub(crate) fn of_clusters(&self, chosen: &[usize]) -> Option<ClusterSample> {
        let members = |j: &usize| self.first_rows[*j]..self.first_rows[*j + 1];
        let positions: Vec<usize> = chosen.iter().flat_map(members).collect();
        let mut first_rows = vec![0];
        chosen.iter().for_each(|j| first_rows.push(first_rows[first_rows.len() - 1] + members(j).len()));
        let all: Vec<usize> = (0..self.layout.p()).collect();
        let above: Vec<usize> = (0..self.layout.q()).collect();
        self.rebuilt(self.rows.select(&positions, &all), first_rows, self.between.select(chosen, &above))
    }

    /// The sample with other values of the same cases: y by case and z by cluster.
    pub(crate) fn with_values(&self, rows: Matrix, between: Matrix) -> Option<ClusterSample> {
        self.rebuilt(rows, self.first_rows.clone(), between)
    }

    /// Cases of each cluster.
    pub(crate) fn cluster_sizes(&self) -> impl Iterator<Item = usize> + '_ {
        self.first_rows.windows(2).map(|pair| pair[1] - pair[0])
    }

    fn rebuilt(&self, rows: Matrix, first_rows: Vec<usize>, between: Matrix) -> Option<ClusterSample> {
        let clusters = between.rows();
        let statistics = if self.is_incomplete() {
            ClusterStatistics::incomplete(&rows, &first_rows, &between, 0..clusters)
        } else {
            ClusterStatistics::complete(&rows, &first_rows, &between)
        };
        let mut sample = ClusterSample {
            layout: self.layout.clone(),
            cases: rows.rows(),
            clusters,
            statistics,
            saturated: self.saturated.clone(),
            saturated_value: f64::NAN,
            rows,
            first_rows,
            between,
            exogenous: self.exogenous.clone(),
        };
        let inside = level_moments::is_covariance_matrix(&self.saturated, &self.layout);
        let start = if inside { self.saturated.clone() } else { sample.rough_moments() };
        let found = level_moments::saturated(&sample, start)?;
        (sample.saturated, sample.saturated_value) = (found.moments, found.value);
        Some(sample)
    }

    /// Whether answers are missing.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.statistics, ClusterStatistics::Incomplete(_))
    }
}

fn answers(values: &Matrix) -> f64 {
    values.values().iter().filter(|value| !value.is_nan()).count() as f64
}

/// The sample of every group in clusters, and what to look at.
///
/// # Errors
/// [`SemError::Data`] for a cluster variable or variable that is unknown, for variables that stand at the wrong level,
/// for clusters of a single case each and for fewer clusters than variables between them.
pub(super) fn take(
    dataset: &Dataset,
    table: &ParameterTable,
    settings: &Settings,
) -> Result<(Sample, Vec<Warning>), SemError> {
    let name = settings.cluster.as_ref().ok_or_else(no_cluster)?;
    let cluster_of_case = clusters_of_cases(dataset, name)?;
    let groups = groups(dataset, settings)?;
    let mut sample = Sample { blocks: Vec::new(), levels: Vec::new() };
    let mut warnings = Vec::new();
    let mut left_out = 0;
    for within in (0..table.blocks.len()).filter(|block| table.blocks[*block].level == 1) {
        let (lower, upper) = (&table.blocks[within], &table.blocks[within + 1]);
        let members = (0..dataset.cases()).filter(|case| groups.of_case[*case] == Some(lower.group - 1));
        let members: Vec<usize> = members.collect();
        let layout = LevelLayout::new(table, within);
        let columns = cases::columns(dataset, lower)?;
        let columns_above = cases::columns(dataset, upper)?;
        let used = usable(&members, &cluster_of_case, &columns, &columns_above, table, within, settings);
        left_out += members.len() - used.len();
        let taken = Taken::new(&used, &cluster_of_case, &columns, &columns_above, &layout, upper, name)?;
        taken.check(lower, upper, name)?;
        let group = taken.sample(layout, table, settings)?;
        warnings.extend(group.worth_a_second_level(lower));
        let [first, second] = group.blocks(taken.case_positions);
        definiteness::check(&first, lower, true)?;
        warnings.extend(definiteness::variances_that_differ(&first, lower));
        sample.blocks.extend([first, second]);
        sample.levels.push(Arc::new(group));
    }
    warnings.extend(cases_left_out(left_out, dataset.cases(), &settings.missing));
    Ok((sample, warnings))
}

/// The error of a two-level model that comes with moments instead of cases.
pub(super) fn needs_cases() -> SemError {
    SemError::Data(
        "a model of two levels needs the cases: it cannot be fitted to means and covariances that are given".into(),
    )
}

fn no_cluster() -> SemError {
    SemError::Option("a model with level: blocks needs the variable that defines clusters: give cluster".into())
}

/// The number of the cluster of every case, in the order in which clusters first occur, and their names.
struct Clusters {
    of_case: Vec<Option<usize>>,
    names: Vec<String>,
}

fn clusters_of_cases(dataset: &Dataset, name: &str) -> Result<Clusters, SemError> {
    let index = dataset.position(name).ok_or_else(|| cases::unknown_variable(dataset, name))?;
    let label_of_case: Vec<Option<String>> = match dataset.column(index) {
        Column::Numeric(_) => {
            let numbers = dataset.numbers(name).map_err(|error| SemError::Data(error.to_string()))?;
            numbers.iter().map(|number| number.map(|value| value.to_string())).collect()
        }
        Column::Text(_) => (0..dataset.cases()).map(|case| dataset.text(index, case).map(str::to_string)).collect(),
    };
    let mut number_of: HashMap<String, usize> = HashMap::new();
    let mut names = Vec::new();
    let mut number = |label: String| {
        *number_of.entry(label.clone()).or_insert_with(|| {
            names.push(label);
            names.len() - 1
        })
    };
    let of_case = label_of_case.into_iter().map(|label| label.map(&mut number)).collect();
    Ok(Clusters { of_case, names })
}

/// Cases that count: in a cluster, and complete; with missing values modelled, with an answer at level 1 and all fixed x.
fn usable(
    members: &[usize],
    clusters: &Clusters,
    columns: &[Vec<Option<f64>>],
    columns_above: &[Vec<Option<f64>>],
    table: &ParameterTable,
    within: usize,
    settings: &Settings,
) -> Vec<usize> {
    let known = |column: &Vec<Option<f64>>, case: usize| column[case].is_some_and(|value| !value.is_nan());
    let is_x = |block: &Block, k: usize| table.fixed_x && block.exogenous.contains(&block.observed[k]);
    let counts = |case: usize| match settings.missing {
        MissingValues::Ml | MissingValues::MlX => {
            let has_x = |columns: &[Vec<Option<f64>>], block: &Block| {
                (0..columns.len()).all(|k| !is_x(block, k) || known(&columns[k], case))
            };
            let keeps_x = settings.missing == MissingValues::MlX
                || (has_x(columns, &table.blocks[within]) && has_x(columns_above, &table.blocks[within + 1]));
            keeps_x && columns.iter().any(|column| known(column, case))
        }
        _ => columns.iter().chain(columns_above).all(|column| known(column, case)),
    };
    members.iter().copied().filter(|case| clusters.of_case[*case].is_some() && counts(*case)).collect()
}

/// Values of a group, clusters one after the other.
struct Taken {
    rows: Matrix,
    first_rows: Vec<usize>,
    between: Matrix,
    case_positions: Vec<usize>,
}

impl Taken {
    fn new(
        used: &[usize],
        clusters: &Clusters,
        columns: &[Vec<Option<f64>>],
        columns_above: &[Vec<Option<f64>>],
        layout: &LevelLayout,
        upper: &Block,
        cluster_variable: &str,
    ) -> Result<Self, SemError> {
        let number = |case: &usize| clusters.of_case[*case].unwrap_or(usize::MAX);
        let mut case_positions = used.to_vec();
        // Stable: cases keep their order within a cluster.
        case_positions.sort_by_key(number);
        let mut first_rows: Vec<usize> = (0..case_positions.len())
            .filter(|k| *k == 0 || number(&case_positions[*k]) != number(&case_positions[k - 1]))
            .collect();
        let count = first_rows.len();
        first_rows.push(case_positions.len());
        let value = |column: &Vec<Option<f64>>, case: usize| column[case].unwrap_or(f64::NAN);
        let rows = Matrix::from_fn(case_positions.len(), columns.len(), |i, k| value(&columns[k], case_positions[i]));
        let mut between = Matrix::from_fn(count, layout.q(), |_, _| f64::NAN);
        for j in 0..count {
            let members = &case_positions[first_rows[j]..first_rows[j + 1]];
            for (k, above) in layout.between_only.iter().enumerate() {
                let mut known = members.iter().map(|case| value(&columns_above[*above], *case)).filter(|v| !v.is_nan());
                let Some(first) = known.next() else { continue };
                if let Some(other) = known.find(|other| *other != first) {
                    let variable = &upper.observed[*above];
                    let cluster = clusters.names.get(number(&members[0])).map_or("", String::as_str);
                    return Err(SemError::Data(format!(
                        "\"{variable}\" stands at level 2 alone but varies within clusters ({first} and {other} where \
                         {cluster_variable} is {cluster}): give its cluster means, or let it stand at level 1 too"
                    )));
                }
                between[(j, k)] = first;
            }
        }
        Ok(Taken { rows, first_rows, between, case_positions })
    }

    fn clusters(&self) -> usize {
        self.between.rows()
    }

    fn members(&self, j: usize) -> Range<usize> {
        self.first_rows[j]..self.first_rows[j + 1]
    }

    /// Whether the data can tell within from between.
    fn check(&self, lower: &Block, upper: &Block, cluster_variable: &str) -> Result<(), SemError> {
        let (cases, clusters) = (self.rows.rows(), self.clusters());
        let in_group = cases::in_group(lower);
        let wrong = |text: String| Err(SemError::Data(text));
        if cases < 2 {
            return wrong(format!("{cases} usable cases{in_group}: a model of two levels needs clusters of cases"));
        }
        if clusters == cases {
            return wrong(format!(
                "every cluster has a single case{in_group}: \"{cluster_variable}\" has a value of its own for each of \
                 the {cases} cases, so that nothing can be told about differences within clusters"
            ));
        }
        if clusters <= upper.observed.len() {
            return wrong(format!(
                "{clusters} clusters are too few for {} variables at level 2{in_group}: there must be more clusters \
                 than variables, and many more for standard errors to be trusted",
                upper.observed.len()
            ));
        }
        for (k, name) in lower.observed.iter().enumerate() {
            if !(0..clusters).any(|j| self.varies_within(j, k)) {
                return wrong(format!(
                    "\"{name}\" does not vary within clusters{in_group}: it belongs at level 2 alone"
                ));
            }
        }
        for k in 0..self.between.columns() {
            let mut known = (0..clusters).map(|j| self.between[(j, k)]).filter(|v| !v.is_nan());
            let first = known.next();
            if known.all(|value| Some(value) == first) {
                let name = upper.observed.iter().filter(|name| !lower.observed.contains(name)).nth(k);
                return wrong(format!(
                    "\"{}\" is the same in every cluster{in_group}: it has no variance to be explained; leave it out",
                    name.map_or("", String::as_str)
                ));
            }
        }
        Ok(())
    }

    fn varies_within(&self, j: usize, k: usize) -> bool {
        let mut known = self.members(j).map(|i| self.rows[(i, k)]).filter(|v| !v.is_nan());
        let first = known.next();
        known.any(|value| Some(value) != first)
    }

    /// The sample with its saturated moments.
    fn sample(
        &self,
        layout: LevelLayout,
        table: &ParameterTable,
        settings: &Settings,
    ) -> Result<ClusterSample, SemError> {
        let incomplete = matches!(settings.missing, MissingValues::Ml | MissingValues::MlX);
        let has_gaps = self.rows.values().iter().chain(self.between.values()).any(|value| value.is_nan());
        let all = 0..self.clusters();
        let statistics = if incomplete && has_gaps {
            ClusterStatistics::incomplete(&self.rows, &self.first_rows, &self.between, all)
        } else {
            ClusterStatistics::complete(&self.rows, &self.first_rows, &self.between)
        };
        let (lower, upper) = (&table.blocks[layout.within], &table.blocks[layout.between]);
        let z = layout.between_only.iter().map(|k| upper.exogenous.contains(&upper.observed[*k]));
        let is_x: Vec<bool> = z.chain(lower.observed.iter().map(|name| lower.exogenous.contains(name))).collect();
        let mut sample = ClusterSample {
            cases: self.rows.rows(),
            clusters: self.clusters(),
            saturated: JointMoments::zeros(layout.p(), layout.q()),
            saturated_value: f64::NAN,
            statistics,
            rows: self.rows.clone(),
            first_rows: self.first_rows.clone(),
            between: self.between.clone(),
            exogenous: (0..is_x.len()).filter(|k| is_x[*k]).collect(),
            layout,
        };
        let start = sample.rough_moments();
        let found = level_moments::saturated(&sample, start).ok_or_else(|| no_moments(lower))?;
        (sample.saturated, sample.saturated_value) = (found.moments, found.value);
        Ok(sample)
    }
}

fn no_moments(block: &Block) -> SemError {
    SemError::Data(format!(
        "the moments within and between clusters cannot be estimated{}: the covariance matrix within clusters is \
         singular, or there are too few cases or clusters for so many variables",
        cases::in_group(block)
    ))
}

fn cases_left_out(left_out: usize, cases: usize, missing: &MissingValues) -> Option<Warning> {
    let reason = match missing {
        MissingValues::Ml => "have no answer at level 1, no cluster, or a missing value of a fixed x",
        MissingValues::MlX => "have no answer at level 1, or no cluster",
        _ => "miss a variable of the model or the cluster (listwise deletion)",
    };
    (left_out > 0).then(|| Warning {
        code: WarningCode::CasesLeftOut,
        subjects: vec![left_out.to_string()],
        text: format!("{left_out} of {cases} cases were left out: they {reason}"),
    })
}

impl ClusterSample {
    /// Moments to begin with: pooled within covariances of available values, between covariances of cluster means less
    /// the within part (at least a fiftieth of it), both without correlations where answers are missing.
    fn rough_moments(&self) -> JointMoments<f64> {
        let (p, q) = (self.layout.p(), self.layout.q());
        let mut moments = JointMoments::zeros(p, q);
        let means = self.cluster_means();
        let known = |j: usize, k: usize| !means[(j, k)].is_nan();
        let r = p + q;
        for k in 0..r {
            let values: Vec<f64> = (0..self.clusters).filter(|j| known(*j, k)).map(|j| means[(j, k)]).collect();
            moments.mean[k] = values.iter().sum::<f64>() / values.len().max(1) as f64;
        }
        let complete = self.rows.values().iter().chain(self.between.values()).all(|value| !value.is_nan());
        let mut within = Matrix::zeros(p, p);
        for a in 0..p {
            for b in 0..=a {
                let (mut sum, mut count) = (0.0, 0.0);
                for j in 0..self.clusters {
                    let mut here = 0.0;
                    for i in self.first_rows[j]..self.first_rows[j + 1] {
                        let product = (self.rows[(i, a)] - means[(j, q + a)]) * (self.rows[(i, b)] - means[(j, q + b)]);
                        if !product.is_nan() {
                            sum += product;
                            here += 1.0;
                        }
                    }
                    count += f64::max(here - 1.0, 0.0);
                }
                let element = if a == b || complete { sum / f64::max(count, 1.0) } else { 0.0 };
                (within[(a, b)], within[(b, a)]) = (element, element);
            }
        }
        let mut joint = Matrix::zeros(r, r);
        for a in 0..r {
            for b in 0..=a {
                let values = (0..self.clusters).filter(|j| known(*j, a) && known(*j, b));
                let products: Vec<f64> =
                    values.map(|j| (means[(j, a)] - moments.mean[a]) * (means[(j, b)] - moments.mean[b])).collect();
                let element = products.iter().sum::<f64>() / products.len().max(1) as f64;
                let element = if a == b || complete { element } else { 0.0 };
                (joint[(a, b)], joint[(b, a)]) = (element, element);
            }
        }
        let size = self.cases as f64 / self.clusters as f64;
        let above = self.layout.joint_above();
        for a in 0..r {
            for b in 0..r {
                let of_within = if a >= q && b >= q { within[(a - q, b - q)] / size } else { 0.0 };
                let stands = above[a].is_some() && above[b].is_some();
                joint[(a, b)] = if stands { joint[(a, b)] - of_within } else { 0.0 };
            }
        }
        let floors: Vec<f64> =
            (0..r).map(|k| if k < q { joint[(k, k)] } else { 0.02 * within[(k - q, k - q)] }).collect();
        let joint = level_moments::positive_definite(&joint, &floors, &above);
        moments.within = within.values().to_vec();
        moments.joint = joint.values().to_vec();
        moments
    }

    /// z and the mean of the available y, by cluster, J × r; NaN where there are none.
    fn cluster_means(&self) -> Matrix {
        let q = self.layout.q();
        Matrix::from_fn(self.clusters, q + self.layout.p(), |j, k| {
            if k < q {
                return self.between[(j, k)];
            }
            let members = self.first_rows[j]..self.first_rows[j + 1];
            let known: Vec<f64> = members.map(|i| self.rows[(i, k - q)]).filter(|v| !v.is_nan()).collect();
            known.iter().sum::<f64>() / known.len() as f64
        })
    }

    /// A level 2 with variances of at least a fiftieth of those within clusters, and correlations that are some.
    pub(super) fn between_to_begin_with(&self, own: &BlockSample) -> BlockSample {
        let size = own.covariance.rows();
        let mut floors = own.covariance.diagonal();
        for (k, above) in self.layout.above.iter().enumerate() {
            if let Some(i) = above {
                floors[*i] = 0.02 * self.saturated.within[k * self.layout.p() + k];
            }
        }
        let above: Vec<Option<usize>> = (0..size).map(Some).collect();
        let covariance = level_moments::positive_definite(&own.covariance, &floors, &above);
        BlockSample { covariance, ..own.clone() }
    }

    /// The saturated moments as samples of the two blocks.
    pub(crate) fn blocks(&self, case_positions: Vec<usize>) -> [BlockSample; 2] {
        let (p, q) = (self.layout.p(), self.layout.q());
        let moments = &self.saturated;
        let above = self.layout.joint_above();
        let r = p + q;
        let size = above.iter().flatten().count();
        let mut covariance = Matrix::zeros(size, size);
        let mut mean = vec![0.0; size];
        for a in 0..r {
            let Some(i) = above[a] else { continue };
            mean[i] = moments.mean[a];
            for (b, j) in above.iter().enumerate().filter_map(|(b, j)| Some((b, (*j)?))) {
                covariance[(i, j)] = moments.joint[a * r + b];
            }
        }
        let within_mean = |k: usize| if self.layout.above[k].is_some() { 0.0 } else { moments.mean[q + k] };
        let block = |cases: usize, covariance: Matrix, mean: Vec<f64>, case_positions: Vec<usize>| BlockSample {
            cases,
            covariance,
            mean: Some(mean),
            weight: Weight::None,
            rows: None,
            patterns: None,
            case_positions,
            case_weights: None,
            clusters: None,
            first_stage: None,
        };
        [
            block(
                self.cases,
                Matrix::from_fn(p, p, |i, j| moments.within[i * p + j]),
                (0..p).map(within_mean).collect(),
                case_positions,
            ),
            block(self.clusters, covariance, mean, Vec::new()),
        ]
    }

    /// ICC(1) = σ_B/(σ_B + σ_W) of the saturated model, by variable of level 1; 0 for those of level 1 alone.
    ///
    /// `None` where the variance between clusters is estimated to be negative.
    pub fn intraclass_correlations(&self) -> Vec<Option<f64>> {
        let (p, q) = (self.layout.p(), self.layout.q());
        let of = |k: usize| {
            let between = self.saturated.joint[(q + k) * (p + q) + q + k];
            let within = self.saturated.within[k * p + k];
            (between >= 0.0).then(|| between / (between + within))
        };
        (0..p).map(of).collect()
    }

    /// A warning for outcomes that stand at level 1 alone although clusters differ in them.
    ///
    /// ICC(1) = (MS_B − MS_W)/(MS_B + (n̄ − 1)MS_W).
    fn worth_a_second_level(&self, block: &Block) -> Option<Warning> {
        let q = self.layout.q();
        let means = self.cluster_means();
        let size = self.cases as f64 / self.clusters as f64;
        let correlation = |k: usize| {
            let grand = (0..self.cases).map(|i| self.rows[(i, k)]).filter(|v| !v.is_nan()).collect::<Vec<_>>();
            let grand = grand.iter().sum::<f64>() / grand.len() as f64;
            let (mut between, mut within) = (0.0, 0.0);
            for j in 0..self.clusters {
                for i in self.first_rows[j]..self.first_rows[j + 1] {
                    if !self.rows[(i, k)].is_nan() {
                        between += (means[(j, q + k)] - grand).powi(2);
                        within += (self.rows[(i, k)] - means[(j, q + k)]).powi(2);
                    }
                }
            }
            between /= self.clusters as f64 - 1.0;
            within /= (self.cases - self.clusters) as f64;
            (between - within) / (between + (size - 1.0) * within)
        };
        let alone = |k: &usize| self.layout.above[*k].is_none() && !block.exogenous.contains(&block.observed[*k]);
        let found = (0..self.layout.p()).filter(alone).map(|k| (k, correlation(k)));
        let found: Vec<(usize, f64)> = found.filter(|(_, icc)| *icc >= WORTH_A_SECOND_LEVEL).collect();
        let names: Vec<String> = found.iter().map(|(k, _)| block.observed[*k].clone()).collect();
        let shown: Vec<String> =
            found.iter().map(|(k, icc)| format!("{} (intraclass correlation {icc:.2})", block.observed[*k])).collect();
        (!names.is_empty()).then(|| Warning {
            code: WarningCode::OptionNote,
            subjects: names,
            text: format!(
                "the model has no level 2 for {}, although clusters differ: what is taken to vary within clusters alone \
                 is taken to be the same in all of them, and the χ² does not test that",
                shown.join(", ")
            ),
        })
    }
}
