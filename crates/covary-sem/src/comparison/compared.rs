//! Several fits side by side, and each against the next: the JSON contract `covary.compare/1`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    comparability::difference_of_data,
    difference::{DifferenceSettings, DifferenceTest, difference_test},
    nesting::{Nesting, nesting},
};
use crate::{Fit, Warning, fit_indices::variant::IndexVariant, fit_report, warning::WarningCode};

/// Models in the order of their degrees of freedom, and each compared with the one before.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ComparisonReport {
    /// `covary.compare/1`
    pub schema: &'static str,
    /// The models, least degrees of freedom first.
    pub models: Vec<ComparedModel>,
    /// Each model against the one before it.
    pub comparisons: Vec<Comparison>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// One model of a comparison.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ComparedModel {
    /// Its name.
    pub name: String,
    /// Whether the search converged.
    pub converged: bool,
    /// Whether all parameters can be estimated.
    pub identified: bool,
    /// Whether the solution is admissible.
    pub admissible: bool,
    /// Cases.
    pub n_total: usize,
    /// Free parameters net of equality constraints.
    pub npar: usize,
    /// Degrees of freedom.
    pub df: i64,
    /// χ², the standard statistic.
    pub chisq: Option<f64>,
    /// Its p value.
    pub pvalue: Option<f64>,
    /// The scaled statistic, where the fit has one.
    #[serde(rename = "chisq.scaled")]
    pub chisq_scaled: Option<f64>,
    /// Degrees of freedom of the scaled statistic.
    #[serde(rename = "df.scaled")]
    pub df_scaled: Option<f64>,
    /// p value of the scaled statistic.
    #[serde(rename = "pvalue.scaled")]
    pub pvalue_scaled: Option<f64>,
    /// AIC.
    pub aic: Option<f64>,
    /// BIC.
    pub bic: Option<f64>,
    /// CFI.
    pub cfi: Option<f64>,
    /// TLI.
    pub tli: Option<f64>,
    /// RMSEA.
    pub rmsea: Option<f64>,
    /// SRMR.
    pub srmr: Option<f64>,
    /// Which CFI, TLI and RMSEA these are.
    pub indices: IndexVariant,
    /// All fit measures under lavaan's names.
    pub fit: Map<String, Value>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// A model against one with fewer degrees of freedom.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Comparison {
    /// The model with more degrees of freedom.
    pub restricted: String,
    /// The other.
    pub full: String,
    /// Whether it is nested in the other; `None` where the two do not describe the same data.
    pub nesting: Option<Nesting>,
    /// The difference test; `None` where the models are not nested.
    pub test: Option<DifferenceTest>,
    /// Differences of fit, the restricted model's minus the other's.
    pub changes: FitChanges,
}

/// Differences of fit measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FitChanges {
    /// ΔCFI
    pub cfi: Option<f64>,
    /// ΔTLI
    pub tli: Option<f64>,
    /// ΔRMSEA
    pub rmsea: Option<f64>,
    /// ΔSRMR
    pub srmr: Option<f64>,
    /// ΔAIC
    pub aic: Option<f64>,
    /// ΔBIC
    pub bic: Option<f64>,
}

/// Compares fits of models to the same data.
///
/// A difference test is made only where the models describe the same cases and variables and are nested.
pub fn compare(fits: &[(String, Fit)], settings: DifferenceSettings) -> ComparisonReport {
    let mut ordered: Vec<&(String, Fit)> = fits.iter().collect();
    ordered.sort_by_key(|(_, fit)| fit.degrees_of_freedom);
    let mut warnings = Vec::new();
    let models: Vec<ComparedModel> = ordered.iter().map(|(name, fit)| ComparedModel::new(name, fit)).collect();
    let comparisons = (1..ordered.len())
        .map(|k| compared(ordered[k], ordered[k - 1], [&models[k], &models[k - 1]], settings, &mut warnings))
        .collect();
    ComparisonReport { schema: "covary.compare/1", models, comparisons, warnings }
}

fn compared(
    restricted: &(String, Fit),
    full: &(String, Fit),
    models: [&ComparedModel; 2],
    settings: DifferenceSettings,
    warnings: &mut Vec<Warning>,
) -> Comparison {
    let (changes, names) = (FitChanges::between(models[0], models[1]), [restricted.0.clone(), full.0.clone()]);
    let [restricted_name, full_name] = names.clone();
    let mut comparison =
        Comparison { restricted: restricted_name, full: full_name, nesting: None, test: None, changes };
    let mut warn = |code: WarningCode, text: String| warnings.push(Warning { code, subjects: names.to_vec(), text });
    if let Some(reason) = difference_of_data(&restricted.1, &full.1) {
        comparison.changes = FitChanges::default();
        let text = format!(
            "\"{}\" and \"{}\" do not describe the same data: {reason}. Neither chi-square nor AIC and BIC can be compared",
            names[0], names[1]
        );
        warn(WarningCode::ModelsNotComparable, text);
        return comparison;
    }
    let relation = nesting(&restricted.1, &full.1);
    comparison.nesting = Some(relation);
    match relation {
        Nesting::Nested => match difference_test(&restricted.1, &full.1, settings) {
            Ok(test) => {
                if let Some(text) = test.problem() {
                    warn(WarningCode::DifferenceTestUndefined, text);
                }
                comparison.test = Some(test);
            }
            Err(error) => warn(WarningCode::DifferenceTestUndefined, error.to_string()),
        },
        Nesting::Equivalent => warn(
            WarningCode::ModelsEquivalent,
            format!(
                "\"{}\" and \"{}\" are equivalent: they fit equally well whatever the data, so no data can decide between them",
                names[0], names[1]
            ),
        ),
        Nesting::NotNested => warn(
            WarningCode::ModelsNotNested,
            format!(
                "\"{}\" is not nested in \"{}\": a chi-square difference test does not apply; compare AIC and BIC",
                names[0], names[1]
            ),
        ),
        Nesting::Unknown => warn(
            WarningCode::ModelsNotNested,
            format!(
                "whether \"{}\" is nested in \"{}\" could not be found out; the difference test holds only if it is",
                names[0], names[1]
            ),
        ),
    }
    if relation == Nesting::Unknown {
        comparison.test = difference_test(&restricted.1, &full.1, settings).ok();
    }
    comparison
}

impl ComparedModel {
    /// A fit as a comparison shows it.
    pub fn new(name: &str, fit: &Fit) -> Self {
        let measures = fit_report::measures(fit);
        let measure = |name: &str| measures.get(name).and_then(Value::as_f64);
        let indices = IndexVariant::reported(&measures, "cfi");
        let index = |name: &str| measure(&indices.of(name));
        ComparedModel {
            name: name.to_string(),
            converged: fit.converged(),
            identified: !fit.warnings.iter().any(|warning| warning.code == WarningCode::NotIdentified),
            admissible: fit.admissible(),
            n_total: fit.cases(),
            npar: fit.theta.len().saturating_sub(fit.equality_rank),
            df: fit.degrees_of_freedom,
            chisq: measure("chisq"),
            pvalue: measure("pvalue"),
            chisq_scaled: measure("chisq.scaled"),
            df_scaled: measure("df.scaled"),
            pvalue_scaled: measure("pvalue.scaled"),
            aic: measure("aic"),
            bic: measure("bic"),
            cfi: index("cfi"),
            tli: index("tli"),
            rmsea: index("rmsea"),
            srmr: measure("srmr"),
            indices,
            warnings: fit.warnings.clone(),
            fit: measures,
        }
    }
}

impl FitChanges {
    /// The restricted model's measures minus the other's.
    fn between(restricted: &ComparedModel, full: &ComparedModel) -> Self {
        let change = |of: fn(&ComparedModel) -> Option<f64>| Some(of(restricted)? - of(full)?);
        let same_kind = restricted.indices == full.indices;
        FitChanges {
            cfi: change(|model| model.cfi).filter(|_| same_kind),
            tli: change(|model| model.tli).filter(|_| same_kind),
            rmsea: change(|model| model.rmsea).filter(|_| same_kind),
            srmr: change(|model| model.srmr),
            aic: change(|model| model.aic),
            bic: change(|model| model.bic),
        }
    }
}
