//! lavaan's options that are refused for good, each with what does instead.

/// Name and what to do instead.
pub const REFUSED: &[(&str, &str)] = &[
    ("sample.cov", "give the covariance matrix as a file: --cov S.csv --nobs n, in place of the data"),
    ("sample.mean", "give the means as a file beside the covariances: --means m.csv"),
    ("sample.nobs", "give the number of cases of a covariance matrix: --nobs n"),
    ("sample.th", "ordered variables need the cases"),
    ("sample.icov", "the inverse is taken where it is needed"),
    ("samplestats", "sample moments are always taken"),
    ("WLS.V", "weight matrices come from the data: take estimator WLS, DWLS, GLS or ULS"),
    ("NACOV", "the covariance matrix of the moments comes from the data: give the cases"),
    ("link", "marginal maximum likelihood of ordered variables is not built"),
    ("integration.ngh", "marginal maximum likelihood of ordered variables is not built"),
    ("do.fit", "covary model completes a model without fitting it"),
    ("h1", "the saturated model is always fitted"),
    ("baseline", "the baseline model is always fitted"),
    ("implied", "implied moments are always in the result"),
    ("loglik", "log-likelihoods are always in the result"),
    ("store.vcov", "the covariance matrix of the estimates is always kept"),
    ("verbose", "the result tells how the search ended"),
    ("debug", "the result tells how the search ended"),
    ("warn", "warnings are a part of the result"),
    ("check.start", "starting values are always checked"),
    ("check.post", "solutions are always checked: see warnings and admissible"),
    ("check.gradient", "the gradient is always checked"),
    ("check.vcov", "the covariance matrix of the estimates is always checked"),
    ("check.lv.names", "names are always checked"),
    ("rescale.data", "searches do not depend on the scale of the variables"),
    ("bad.marker.crit", "a weak marker is named in a warning; choose another by the order in the text or NA*"),
    ("optim.force.converged", "what has not converged is never shown as if it had"),
    ("optim.parscale", "searches scale the parameters by their information"),
    ("optim.gradient", "derivatives are exact"),
    ("iseed", "take seed"),
    ("parallel", "all cores are used; the results do not depend on their number"),
    ("ncpus", "all cores are used; the results do not depend on their number"),
    ("omega.information", "the information of tests is the second of information"),
    ("omega.h1.information", "the information of tests is the second of h1.information"),
    ("omega.information.meat", "the information of tests is the second of information.meat"),
    ("omega.h1.information.meat", "the information of tests is the second of h1.information.meat"),
    ("ug2.old.approach", "both ways give the same numbers"),
    ("baseline.type", "the baseline is the independence model; compare nested models with covary compare"),
    ("sampling.weights.type", "sampling weights are design weights"),
];

/// The names of all that are known and refused: not built yet, or for good.
pub fn refused_names() -> impl Iterator<Item = &'static str> {
    super::NOT_BUILT.iter().copied().chain(REFUSED.iter().map(|(name, _)| *name))
}

/// What does instead of an option, where it is among them.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, instead)| *instead)
}
