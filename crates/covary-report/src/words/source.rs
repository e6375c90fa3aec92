//! The works that cut-offs and methods come from.

use covary_sem::comparison::cutoffs::Rule;

/// The work that a rule for changes of fit comes from.
pub fn of_rule(rule: Rule) -> Source {
    match rule {
        Rule::Chen | Rule::ChenSmall => CHEN_2007,
        Rule::CheungRensvold => CHEUNG_RENSVOLD_2002,
    }
}

/// A work that a cut-off or a method comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// As it is cited within parentheses: `Hu & Bentler, 1999`.
    pub citation: &'static str,
    /// The entry in the list of references.
    pub reference: &'static str,
}

macro_rules! sources {
    ($($name:ident: $citation:literal, $reference:literal;)*) => {
        $(#[doc = $reference] pub const $name: Source = Source { citation: $citation, reference: $reference };)*
        /// All works, in the order of a list of references.
        pub const ALL: &[Source] = &[$($name),*];
    };
}

sources! {
    BENTLER_2005: "Bentler, 2005",
        "Bentler, P. M. (2005). EQS 6 structural equations program manual. Multivariate Software.";
    BENTLER_CHOU_1987: "Bentler & Chou, 1987",
        "Bentler, P. M., & Chou, C.-P. (1987). Practical issues in structural modeling. Sociological Methods & Research, 16(1), 78–117.";
    BENTLER_FREEMAN_1983: "Bentler & Freeman, 1983",
        "Bentler, P. M., & Freeman, E. H. (1983). Tests for stability in linear structural equation systems. Psychometrika, 48(1), 143–145.";
    BROWNE_CUDECK_1993: "Browne & Cudeck, 1993",
        "Browne, M. W., & Cudeck, R. (1993). Alternative ways of assessing model fit. In K. A. Bollen & J. S. Long (Eds.), Testing structural equation models (pp. 136–162). Sage.";
    BENTLER_SATORRA_2010: "Bentler & Satorra, 2010",
        "Bentler, P. M., & Satorra, A. (2010). Testing model nesting and equivalence. Psychological Methods, 15(2), 111–123.";
    BROSSEAU_LIARD_SAVALEI_2014: "Brosseau-Liard & Savalei, 2014",
        "Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for nonnormality. Multivariate Behavioral Research, 49(5), 460–470.";
    BYRNE_1989: "Byrne et al., 1989",
        "Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of factor covariance and mean structures: The issue of partial measurement invariance. Psychological Bulletin, 105(3), 456–466.";
    CHEN_2007: "Chen, 2007",
        "Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement invariance. Structural Equation Modeling, 14(3), 464–504.";
    CHEUNG_RENSVOLD_2002: "Cheung & Rensvold, 2002",
        "Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing measurement invariance. Structural Equation Modeling, 9(2), 233–255.";
    CURRAN_2016: "Curran, 2016",
        "Curran, P. G. (2016). Methods for the detection of carelessly invalid responses in survey data. Journal of Experimental Social Psychology, 66, 4–19.";
    FABRIGAR_1999: "Fabrigar et al., 1999",
        "Fabrigar, L. R., Wegener, D. T., MacCallum, R. C., & Strahan, E. J. (1999). Evaluating the use of exploratory factor analysis in psychological research. Psychological Methods, 4(3), 272–299.";
    FORNELL_LARCKER_1981: "Fornell & Larcker, 1981",
        "Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with unobservable variables and measurement error. Journal of Marketing Research, 18(1), 39–50.";
    FRITZ_2012: "Fritz et al., 2012",
        "Fritz, M. S., Taylor, A. B., & MacKinnon, D. P. (2012). Explanation of two anomalous results in statistical mediation analysis. Multivariate Behavioral Research, 47(1), 61–87.";
    HAIR_2019: "Hair et al., 2019",
        "Hair, J. F., Black, W. C., Babin, B. J., & Anderson, R. E. (2019). Multivariate data analysis (8th ed.). Cengage.";
    HANCOCK_2001: "Hancock, 2001",
        "Hancock, G. R. (2001). Effect size, power, and sample size determination for structured means modeling and MIMIC approaches to between-groups hypothesis testing of means on a single latent construct. Psychometrika, 66(3), 373–388.";
    HAYTON_2004: "Hayton et al., 2004",
        "Hayton, J. C., Allen, D. G., & Scarpello, V. (2004). Factor retention decisions in exploratory factor analysis: A tutorial on parallel analysis. Organizational Research Methods, 7(2), 191–205.";
    HENSELER_2015: "Henseler et al., 2015",
        "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing discriminant validity in variance-based structural equation modeling. Journal of the Academy of Marketing Science, 43(1), 115–135.";
    HOENIG_HEISEY_2001: "Hoenig & Heisey, 2001",
        "Hoenig, J. M., & Heisey, D. M. (2001). The abuse of power: The pervasive fallacy of power calculations for data analysis. The American Statistician, 55(1), 19–24.";
    HU_BENTLER_1999: "Hu & Bentler, 1999",
        "Hu, L., & Bentler, P. M. (1999). Cutoff criteria for fit indexes in covariance structure analysis: Conventional criteria versus new alternatives. Structural Equation Modeling, 6(1), 1–55.";
    KAISER_1974: "Kaiser, 1974",
        "Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39(1), 31–36.";
    KENNY_2015: "Kenny et al., 2015",
        "Kenny, D. A., Kaniskan, B., & McCoach, D. B. (2015). The performance of RMSEA in models with small degrees of freedom. Sociological Methods & Research, 44(3), 486–507.";
    KLINE_2016: "Kline, 2016",
        "Kline, R. B. (2016). Principles and practice of structural equation modeling (4th ed.). Guilford Press.";
    KOCK_2015: "Kock, 2015",
        "Kock, N. (2015). Common method bias in PLS-SEM: A full collinearity assessment approach. International Journal of e-Collaboration, 11(4), 1–10.";
    LITTLE_1988: "Little, 1988",
        "Little, R. J. A. (1988). A test of missing completely at random for multivariate data with missing values. Journal of the American Statistical Association, 83(404), 1198–1202.";
    MACCALLUM_1996: "MacCallum et al., 1996",
        "MacCallum, R. C., Browne, M. W., & Sugawara, H. M. (1996). Power analysis and determination of sample size for covariance structure modeling. Psychological Methods, 1(2), 130–149.";
    MACCALLUM_2006: "MacCallum et al., 2006",
        "MacCallum, R. C., Browne, M. W., & Cai, L. (2006). Testing differences between nested covariance structure models: Power analysis and null hypotheses. Psychological Methods, 11(1), 19–35.";
    MACKINNON_1995: "MacKinnon et al., 1995",
        "MacKinnon, D. P., Warsi, G., & Dwyer, J. H. (1995). A simulation study of mediated effect measures. Multivariate Behavioral Research, 30(1), 41–62.";
    MACKINNON_2004: "MacKinnon et al., 2004",
        "MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the indirect effect: Distribution of the product and resampling methods. Multivariate Behavioral Research, 39(1), 99–128.";
    MARDIA_1970: "Mardia, 1970",
        "Mardia, K. V. (1970). Measures of multivariate skewness and kurtosis with applications. Biometrika, 57(3), 519–530.";
    MARSH_2004: "Marsh et al., 2004",
        "Marsh, H. W., Hau, K.-T., & Wen, Z. (2004). In search of golden rules: Comment on hypothesis-testing approaches to setting cutoff values for fit indexes and dangers in overgeneralizing Hu and Bentler's (1999) findings. Structural Equation Modeling, 11(3), 320–341.";
    MAXWELL_COLE_2007: "Maxwell & Cole, 2007",
        "Maxwell, S. E., & Cole, D. A. (2007). Bias in cross-sectional analyses of longitudinal mediation. Psychological Methods, 12(1), 23–44.";
    MCNEISH_2018: "McNeish, 2018",
        "McNeish, D. (2018). Thanks coefficient alpha, we'll take it from here. Psychological Methods, 23(3), 412–433.";
    MEADE_CRAIG_2012: "Meade & Craig, 2012",
        "Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological Methods, 17(3), 437–455.";
    PODSAKOFF_2003: "Podsakoff et al., 2003",
        "Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Common method biases in behavioral research: A critical review of the literature and recommended remedies. Journal of Applied Psychology, 88(5), 879–903.";
    RHEMTULLA_2012: "Rhemtulla et al., 2012",
        "Rhemtulla, M., Brosseau-Liard, P. É., & Savalei, V. (2012). When can categorical variables be treated as continuous? A comparison of robust continuous and categorical SEM estimation methods under suboptimal conditions. Psychological Methods, 17(3), 354–373.";
    RONKKO_CHO_2022: "Rönkkö & Cho, 2022",
        "Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity. Organizational Research Methods, 25(1), 6–47.";
    SATORRA_SARIS_1985: "Satorra & Saris, 1985",
        "Satorra, A., & Saris, W. E. (1985). Power of the likelihood ratio test in covariance structure analysis. Psychometrika, 50(1), 83–90.";
    SCHAFER_GRAHAM_2002: "Schafer & Graham, 2002",
        "Schafer, J. L., & Graham, J. W. (2002). Missing data: Our view of the state of the art. Psychological Methods, 7(2), 147–177.";
    TIBBE_MONTOYA_2022: "Tibbe & Montoya, 2022",
        "Tibbe, T. D., & Montoya, A. K. (2022). Correcting the bias correction for the bootstrap confidence interval in mediation analysis. Frontiers in Psychology, 13, 810258.";
    WEST_1995: "West et al., 1995",
        "West, S. G., Finch, J. F., & Curran, P. J. (1995). Structural equation models with nonnormal variables: Problems and remedies. In R. H. Hoyle (Ed.), Structural equation modeling: Concepts, issues, and applications (pp. 56–75). Sage.";
    WEST_2012: "West et al., 2012",
        "West, S. G., Taylor, A. B., & Wu, W. (2012). Model fit and model selection in structural equation modeling. In R. H. Hoyle (Ed.), Handbook of structural equation modeling (pp. 209–231). Guilford Press.";
    ZHAO_2010: "Zhao et al., 2010",
        "Zhao, X., Lynch, J. G., Jr., & Chen, Q. (2010). Reconsidering Baron and Kenny: Myths and truths about mediation analysis. Journal of Consumer Research, 37(2), 197–206.";
}
