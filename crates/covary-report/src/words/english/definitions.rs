//! What every statistic is and by which convention: the hover texts.

use crate::words::Term;

pub(super) fn definition(term: Term) -> Option<&'static str> {
    Some(match term {
        Term::Cases => "Number of questionnaires or cases.",
        Term::Remaining => "Cases left after this step.",
        Term::N => "Number of cases with an answer.",
        Term::Mean => "Arithmetic mean.",
        Term::Median => {
            "Half of the answers lie at or below it; weighted average at (N + 1)/2, as SPSS computes percentiles (HAVERAGE)."
        }
        Term::Sd => "Standard deviation with divisor N − 1, as in SPSS.",
        Term::Variance => "Variance with divisor N − 1, as in SPSS.",
        Term::Minimum => "Smallest answer.",
        Term::Maximum => "Largest answer.",
        Term::Frequency => "Number of cases that gave this answer.",
        Term::Percent => "Share of all cases, missing answers included.",
        Term::ValidPercent => "Share of the cases that answered.",
        Term::CumulativePercent => "Valid percent of this and all rows above.",
        Term::SpssSkewness => {
            "Skewness G1, corrected for bias, as SPSS prints it; 0 for a symmetric distribution. AMOS's figure for the same answers differs slightly."
        }
        Term::SpssSkewnessError => "Standard error of G1 under normality: √[6N(N − 1)/((N − 2)(N + 1)(N + 3))].",
        Term::SpssKurtosis => "Excess kurtosis G2, corrected for bias, as SPSS prints it; 0 for a normal distribution.",
        Term::SpssKurtosisError => {
            "Standard error of G2 under normality: 2 · S.E. of G1 · √[(N² − 1)/((N − 3)(N + 5))]."
        }
        Term::AmosSkewness => {
            "Skewness from moments with divisor N, as AMOS prints it: third central moment / second^1.5."
        }
        Term::AmosKurtosis => {
            "Excess kurtosis from moments with divisor N, as AMOS prints it: fourth central moment / second² − 3."
        }
        Term::CriticalRatio => {
            "Critical ratio: the estimate divided by its standard error; beyond ±1.96 it differs from 0 at the 5% level (two-tailed normal)."
        }
        Term::AlphaDiagonal => "Cronbach's alpha of the construct, on the diagonal.",
        Term::Kmo => {
            "Kaiser–Meyer–Olkin measure: Σr² / (Σr² + Σa²) over all pairs of items, a = partial correlation; near 1 when partial correlations are small. At least .60, better .80 (Kaiser, 1974)."
        }
        Term::BartlettChiSquare => {
            "−(N − 1 − (2p + 5)/6) · ln|R|, tests that all correlations are 0; df = p(p − 1)/2. As in SPSS."
        }
        Term::Determinant => "Determinant of the correlation matrix; near 0 when items are nearly redundant.",
        Term::Df => "Degrees of freedom.",
        Term::P => "Two-tailed probability of a statistic at least this far from the null hypothesis, if that holds.",
        Term::Msa => {
            "Measure of sampling adequacy of the item: the KMO measure over its own row; at least .50 (Kaiser, 1974)."
        }
        Term::InitialCommunality => {
            "Before extraction: 1 for principal components, else the squared multiple correlation of the item with all others."
        }
        Term::ExtractedCommunality => {
            "Share of the item's variance that the extracted factors reproduce: its sum of squared loadings."
        }
        Term::Eigenvalue => "Eigenvalue, or sum of squared loadings of the factor.",
        Term::PercentOfVariance => "The total divided by the number of items.",
        Term::RandomMean => "Mean eigenvalue of uncorrelated normal variables, same number of items and cases.",
        Term::RandomPercentile => {
            "Percentile of the eigenvalues of uncorrelated normal variables; a factor counts while its own eigenvalue is greater (Hayton et al., 2004)."
        }
        Term::PermutedMean => "Mean eigenvalue of the same answers, permuted within each item.",
        Term::PermutedPercentile => "Percentile of the eigenvalues of the same answers, permuted within each item.",
        Term::Loading => {
            "Loading of the item on its factor; standardized where nothing else is said. At least .50, better .708 (Hair et al., 2019)."
        }
        Term::ChiSquare => "Chi-square statistic.",
        Term::Alpha => "Cronbach's alpha: k/(k − 1) · (1 − Σ item variances / variance of the sum). At least .70.",
        Term::StandardizedAlpha => {
            "Alpha of standardized items: k r̄ / (1 + (k − 1) r̄), r̄ the mean inter-item correlation (SPSS: based on standardized items)."
        }
        Term::Omega => {
            "McDonald's omega: (Σλ)² / ((Σλ)² + Σψ) from one factor by maximum likelihood, uncorrelated errors, raw metric (SPSS 27). At least .70 (McNeish, 2018)."
        }
        Term::CompositeReliability => {
            "Composite reliability: (Σλ)² / ((Σλ)² + Σ(1 − λ²)) from standardized loadings (Fornell & Larcker, 1981). At least .70."
        }
        Term::Items => "Number of items.",
        Term::CorrectedItemTotal => "Correlation of the item with the sum of the other items of its scale.",
        Term::ScaleMeanIfDeleted => "Mean of the sum of the other items.",
        Term::ScaleVarianceIfDeleted => "Variance of the sum of the other items.",
        Term::SquaredMultipleCorrelation => "R² of the item regressed on the other items of its scale.",
        Term::AlphaIfDeleted => "Cronbach's alpha of the scale without the item.",
        Term::Range => "Largest minus smallest.",
        Term::Ratio => "Largest divided by smallest.",
        Term::Lower => "Lower confidence limit.",
        Term::Upper => "Upper confidence limit.",
        Term::Estimate => "Unstandardized estimate, in the metric of the variables.",
        Term::StandardError => {
            "Standard error of the unstandardized estimate, from the expected information matrix. Under AMOS's conventions N − number of groups stands for N."
        }
        Term::Standardized => {
            "Completely standardized estimate: in standard deviations of both variables as the model implies them."
        }
        Term::Ave => {
            "Average variance extracted: mean of the squared standardized loadings (Fornell & Larcker, 1981). At least .50."
        }
        Term::SqrtAve => {
            "Square root of the AVE; it should exceed the construct's correlations with all others (Fornell & Larcker, 1981)."
        }
        Term::GreatestCorrelation => "Greatest absolute correlation of the construct with another latent variable.",
        Term::LatentCorrelation => {
            "Correlation of the two latent variables in the measurement model; never a path coefficient."
        }
        Term::FornellLarcker => {
            "Whether both √AVE exceed the absolute correlation of the pair (Fornell & Larcker, 1981)."
        }
        Term::Htmt => {
            "Heterotrait-monotrait ratio: mean correlation between the items of two constructs over the geometric mean of the mean correlations within them. Below .85 (strict) or .90 (Henseler et al., 2015)."
        }
        Term::Verdict => {
            "Established: √AVE exceeds the correlation and HTMT is below .85. Doubtful: one criterion fails or HTMT is between .85 and .90. Not established: HTMT is .90 or more, its interval reaches 1, or both criteria fail."
        }
        Term::FirstComponent => {
            "Harman's single-factor test: the variance share of the first unrotated component of all items; above 50% is taken as a sign of common method variance (Podsakoff et al., 2003)."
        }
        Term::VifScores => {
            "Variance inflation factor 1/(1 − R²) of the construct score on all others; above 3.3 a sign of common method variance (Kock, 2015)."
        }
        Term::VifLatent => "Variance inflation factor from the correlations of the latent variables.",
        Term::ChiSquarePerDf => {
            "χ² divided by its degrees of freedom (AMOS: CMIN/DF). Grows with N; a supplement only."
        }
        Term::Rmsea => {
            "Root mean square error of approximation: √[max(χ² − df, 0)/(df · n)]; n is N − number of groups in AMOS, N in lavaan."
        }
        Term::Pclose => "Probability of the χ² if RMSEA in the population were .05; large values speak for close fit.",
        Term::Srmr => {
            "Standardized root mean square residual (Bentler's form): root mean square of the residuals (s − σ)/√(s_ii s_jj)."
        }
        Term::Cfi => "Comparative fit index: 1 − max(χ² − df, 0) / max(χ²_b − df_b, 0), b = independence model.",
        Term::Tli => "Tucker–Lewis index (AMOS: rho2; also NNFI): (χ²_b/df_b − χ²/df) / (χ²_b/df_b − 1).",
        Term::Ifi => "Incremental fit index (AMOS: Delta2): (χ²_b − χ²) / (χ²_b − df).",
        Term::Nfi => "Normed fit index (AMOS: Delta1): 1 − χ²/χ²_b. Falls with small N.",
        Term::Rfi => "Relative fit index (AMOS: rho1): 1 − (χ²/df)/(χ²_b/df_b).",
        Term::Gfi => {
            "Goodness-of-fit index: 1 − tr[(Σ⁻¹S − I)²]/tr[(Σ⁻¹S)²]. Depends on N; no longer recommended (Marsh et al., 2004)."
        }
        Term::Agfi => "GFI adjusted for degrees of freedom: 1 − (1 − GFI) · p*/df.",
        Term::Rmr => "Root mean square residual of the covariances, in the metric of the items.",
        Term::ScaledChiSquare => "Chi-square statistic scaled for data that are not normal.",
        Term::Power(term) => return super::power::definition(term),
        Term::Nesting => {
            "Whether the model is a special case of the other: the other, fitted to the moments that the model implies, leaves nothing over (Bentler & Satorra, 2010)."
        }
        Term::ChiSquareDifference => {
            "Test of what the model restricts beyond the other: the difference of their chi-squares, or its scaled form."
        }
        Term::DfDifference => "Number of restrictions that are tested.",
        Term::RmseaOfDifference => {
            "Misfit of the restrictions per degree of freedom: √[G · max(Δχ² − Δdf, 0)/(N · Δdf)]."
        }
        Term::CfiChange => "CFI minus that of the other model; negative where the fit becomes worse.",
        Term::RmseaChange => "RMSEA minus that of the other model; positive where the fit becomes worse.",
        Term::SrmrChange => "SRMR minus that of the other model; positive where the fit becomes worse.",
        Term::AicChange => "AIC minus that of the other model; negative in favour of this model.",
        Term::BicChange => "BIC minus that of the other model; negative in favour of this model.",
        Term::WaldTest => {
            "Test of constraints that the model does not impose, from the estimates and their covariance matrix."
        }
        Term::ScoreTest => {
            "Expected fall of the chi-square when the parameter may differ between the groups, all else kept."
        }
        Term::ExpectedValues => {
            "What the parameter would become in each group when it may differ, in the order of the groups."
        }
        Term::Released => "The parameter that is no longer equal across groups, in addition to those above it.",
        Term::CohensD => {
            "Standardized difference: the difference over the pooled standard deviation of the latent variable (Hancock, 2001)."
        }
        Term::Aic => "Akaike's information criterion; only differences between models on the same data mean something.",
        Term::Bic => "Bayes information criterion; only differences between models on the same data mean something.",
        Term::RSquare => {
            "Share of the variable's variance that the model explains: 1 − residual variance / implied variance (AMOS: squared multiple correlation)."
        }
        Term::AmosModificationIndex => {
            "AMOS's modification index: the least fall of χ² to be expected if this parameter alone were freed, all others held."
        }
        Term::ParChange => "AMOS's estimate of how far the parameter would move from its fixed value, all others held.",
        Term::ScoreModificationIndex => {
            "Score test (lavaan's mi): the expected fall of χ² if this parameter were freed and all others re-estimated."
        }
        Term::Epc => "Expected parameter change, all others re-estimated (lavaan's epc).",
        Term::StandardizedEpc => "Expected parameter change, completely standardized.",
        Term::BootstrapError => "Bootstrap standard error: standard deviation of the estimate over the resamples.",
        Term::ErrorOfError => "Standard error of the bootstrap standard error itself, from the number of resamples.",
        Term::BootstrapMean => "Mean over the resamples.",
        Term::ErrorOfBias => "Standard error of the bias, from the number of resamples.",
        Term::BootstrapZ => "Estimate divided by its bootstrap standard error.",
        Term::BootstrapP => {
            "Two-tailed p of the bootstrap interval: the smallest α whose interval excludes 0 (AMOS: Two Tailed Significance)."
        }
        Term::Bias => "Mean over the resamples minus the estimate.",
        Term::SobelError => "Standard error by the delta method; for one indirect effect over two paths, Sobel's.",
        Term::Indirect => "Effect along the way through the mediators: the product of its paths.",
        Term::Direct => "Effect of the path from cause to outcome.",
        Term::Total => "Sum of the direct and all indirect effects.",
        Term::ProportionMediated => {
            "Indirect effect divided by the total effect; not defined where direct and indirect effects differ in sign."
        }
        Term::MediationType => {
            "Type of mediation after Zhao et al. (2010), decided by the intervals of the indirect and the direct effect."
        }
        Term::Difference => "First path minus second path, unstandardized.",
        Term::MahalanobisSquared => {
            "Squared Mahalanobis distance from the centroid, covariance matrix with divisor N, as in AMOS."
        }
        Term::P1 => "Probability that a case is at least so far from the centroid under normality (AMOS: p1).",
        Term::P2 => {
            "Probability that the k-th farthest of N cases is at least so far (AMOS: p2); small values point at outliers."
        }
        Term::CutOff => "Cases at or beyond this value are flagged.",
        Term::Component | Term::Factor => "Loadings of the items on this component or factor.",
        Term::Blank
        | Term::Step
        | Term::Item
        | Term::Wording
        | Term::Construct
        | Term::Variable
        | Term::Case
        | Term::Answer
        | Term::Scale
        | Term::Missing
        | Term::MissingVariables
        | Term::Sign
        | Term::Rule
        | Term::Source
        | Term::FlaggedCases
        | Term::Treatment
        | Term::Decision
        | Term::ParameterLabel
        | Term::Path
        | Term::Group
        | Term::Statistic
        | Term::Value
        | Term::Index
        | Term::CutOffOfIndex
        | Term::Variant
        | Term::StandardVariant
        | Term::Model
        | Term::Effect
        | Term::Hypothesis
        | Term::Claim
        | Term::Basis
        | Term::Setting
        | Term::ComparedWith
        | Term::Level
        | Term::Holds
        | Term::Parameter
        | Term::Constraint
        | Term::Groups => return None,
    })
}

pub(super) fn amos(name: &str) -> Option<&'static str> {
    Some(match name {
        "NPAR" => "Number of distinct parameters that are estimated.",
        "CMIN" => "Minimum discrepancy: the χ² of the model.",
        "DF" => "Degrees of freedom: distinct sample moments minus distinct parameters.",
        "P" => "Probability of a discrepancy at least this large if the model holds in the population.",
        "CMIN/DF" => "Minimum discrepancy divided by its degrees of freedom.",
        "RMR" => "Root mean square residual of the covariances, in the metric of the variables.",
        "GFI" => "Goodness-of-fit index: 1 − tr[(Σ⁻¹S − I)²]/tr[(Σ⁻¹S)²].",
        "AGFI" => "GFI adjusted for degrees of freedom.",
        "PGFI" => "GFI times df over the number of distinct sample moments.",
        "NFI" => "Normed fit index, Delta1: 1 − CMIN / CMIN of the independence model.",
        "RFI" => "Relative fit index, rho1: NFI on CMIN/DF.",
        "IFI" => "Incremental fit index, Delta2.",
        "TLI" => "Tucker–Lewis index, rho2.",
        "CFI" => "Comparative fit index: NFI on noncentralities.",
        "PRATIO" => "Parsimony ratio: df of the model / df of the independence model.",
        "PNFI" => "NFI times the parsimony ratio.",
        "PCFI" => "CFI times the parsimony ratio.",
        "NCP" => "Estimated noncentrality: max(CMIN − DF, 0).",
        "NCP_LO90" | "F0_LO90" | "RMSEA_LO90" | "ECVI_LO90" => "Lower limit of the 90% confidence interval.",
        "NCP_HI90" | "F0_HI90" | "RMSEA_HI90" | "ECVI_HI90" => "Upper limit of the 90% confidence interval.",
        "FMIN" => "Minimum of the discrepancy function: CMIN / n.",
        "F0" => "Estimated discrepancy in the population: NCP / n.",
        "RMSEA" => "Root mean square error of approximation: √(F0 / DF).",
        "PCLOSE" => "Probability of the data if RMSEA in the population were .05.",
        "AIC" => "Akaike's criterion, CMIN + 2 NPAR. lavaan's AIC is another number.",
        "BCC" => "Browne–Cudeck criterion: AIC with a heavier penalty for parameters.",
        "BIC" => "Bayes criterion, CMIN + NPAR ln N. lavaan's BIC is another number.",
        "CAIC" => "Consistent AIC: CMIN + NPAR (ln N + 1).",
        "ECVI" => "Expected cross-validation index: AIC / n.",
        "MECVI" => "BCC / n.",
        "HOELTER_05" => "Largest N at which the model would not be rejected at the .05 level.",
        "HOELTER_01" => "Largest N at which the model would not be rejected at the .01 level.",
        _ => return None,
    })
}
