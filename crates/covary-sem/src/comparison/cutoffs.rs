//! Published cut-offs for changes of fit between levels of invariance.

use serde::Serialize;

use super::FitChanges;

/// How much worse a level of invariance may fit than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CutOffs {
    /// The rule's name.
    pub rule: Rule,
    /// ΔCFI from which a level does not hold (≤ this).
    pub cfi: f64,
    /// ΔRMSEA from which a level does not hold (≥ this), beside CFI.
    pub rmsea: Option<f64>,
    /// ΔSRMR from which a level does not hold (≥ this), beside CFI.
    pub srmr: Option<f64>,
}

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub enum Rule {
    /// Chen (2007), Structural Equation Modeling 14, 464–504: adequate samples (N > 300), groups of like size.
    #[serde(rename = "chen.2007")]
    Chen,
    /// Chen (2007): small samples (N ≤ 300), groups of unlike size.
    #[serde(rename = "chen.2007.small")]
    ChenSmall,
    /// Cheung and Rensvold (2002), Structural Equation Modeling 9, 233–255.
    #[serde(rename = "cheung.rensvold.2002")]
    CheungRensvold,
}

/// What a rule says of one step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Criterion {
    /// The rule and its cut-offs.
    #[serde(flatten)]
    pub cutoffs: CutOffs,
    /// Whether ΔCFI stays within its cut-off; `None` where it does not exist.
    pub cfi_holds: Option<bool>,
    /// Whether ΔRMSEA does.
    pub rmsea_holds: Option<bool>,
    /// Whether ΔSRMR does.
    pub srmr_holds: Option<bool>,
    /// The rule's verdict. Cheung and Rensvold: CFI. Chen: it does not hold where CFI and one of the others say so; `None`
    /// where CFI does not exist.
    pub holds: Option<bool>,
}

/// The rules for a step, `of_loadings` where it makes loadings equal: SRMR reacts more to these.
pub fn rules(of_loadings: bool, cases: usize) -> Vec<CutOffs> {
    let chen = if cases > 300 {
        CutOffs {
            rule: Rule::Chen,
            cfi: -0.010,
            rmsea: Some(0.015),
            srmr: Some(if of_loadings { 0.030 } else { 0.010 }),
        }
    } else {
        CutOffs {
            rule: Rule::ChenSmall,
            cfi: -0.005,
            rmsea: Some(0.010),
            srmr: Some(if of_loadings { 0.025 } else { 0.005 }),
        }
    };
    vec![chen, CutOffs { rule: Rule::CheungRensvold, cfi: -0.01, rmsea: None, srmr: None }]
}

impl CutOffs {
    /// The changes of fit against the rule.
    pub fn judge(self, changes: &FitChanges) -> Criterion {
        let cfi_holds = changes.cfi.map(|change| change > self.cfi);
        let within = |change: Option<f64>, cutoff: Option<f64>| Some(change? < cutoff?);
        let rmsea_holds = within(changes.rmsea, self.rmsea);
        let srmr_holds = within(changes.srmr, self.srmr);
        let beside = self.rmsea.is_none() || rmsea_holds == Some(false) || srmr_holds == Some(false);
        let holds = cfi_holds.map(|holds| holds || !beside);
        Criterion { cutoffs: self, cfi_holds, rmsea_holds, srmr_holds, holds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_needs_cfi_and_one_more_to_reject() {
        let check = |cfi, rmsea, srmr, expected: [Option<bool>; 2]| {
            let changes = FitChanges { cfi, rmsea, srmr, ..FitChanges::default() };
            let verdicts: Vec<Option<bool>> =
                rules(false, 400).into_iter().map(|rule| rule.judge(&changes).holds).collect();
            assert_eq!(verdicts, expected, "{changes:?}");
        };
        check(Some(-0.004), Some(0.020), Some(0.020), [Some(true), Some(true)]);
        check(Some(-0.015), Some(0.020), Some(0.001), [Some(false), Some(false)]);
        check(Some(-0.015), Some(0.001), Some(0.012), [Some(false), Some(false)]);
        check(Some(-0.015), Some(0.001), Some(0.001), [Some(true), Some(false)]);
        check(None, Some(0.020), Some(0.020), [None, None]);
    }

    #[test]
    fn small_samples_have_stricter_rules() {
        assert_eq!(rules(true, 300)[0].rule, Rule::ChenSmall);
        assert_eq!(rules(true, 301)[0].srmr, Some(0.030));
        assert_eq!(rules(false, 301)[0].srmr, Some(0.010));
    }
}
