# Makes lavaan_fits.json with lavaan 0.6-14: Rscript lavaan_fits.R (from this folder).
# lavaan is used as a program. Its optimiser stops at gradients near 1e-6; two Newton steps from there, with the gradient
# and Hessian that it reports, and a refit at that point without optimisation bring the figures to their last digits.
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
data_of <- function(name) switch(name,
  hs = read.csv("../../../../tests/data/holzinger_swineford_1939.csv"),
  pd = read.csv("../../../../tests/data/political_democracy.csv"),
  yongkang = read.csv("../../../../examples/yongkang/survey.csv"))

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
democracy <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"

cases <- list(
  hs_three = list(three, "hs", "cfa"),
  hs_three_means = list(three, "hs", "cfa", meanstructure = TRUE),
  hs_three_wishart = list(three, "hs", "cfa", likelihood = "wishart"),
  hs_three_std_lv = list(three, "hs", "cfa", std.lv = TRUE),
  hs_three_observed = list(three, "hs", "cfa", information = "observed"),
  hs_three_std_ov = list(three, "hs", "cfa", std.ov = TRUE),
  hs_residual_covariances = list(paste0(three, "\nx1 ~~ x2\nx7 ~~ x4"), "hs", "cfa"),
  hs_second_order = list(paste0(three, "\nability =~ visual + textual + speed"), "hs", "cfa"),
  hs_bifactor = list(paste0(three, "\ng =~ x1+x2+x3+x4+x5+x6+x7+x8+x9"), "hs", "cfa", orthogonal = TRUE, std.lv = TRUE),
  hs_configural = list(three, "hs", "cfa", group = "school"),
  hs_metric = list(three, "hs", "cfa", group = "school", group.equal = "loadings"),
  hs_scalar = list(three, "hs", "cfa", group = "school", group.equal = c("loadings", "intercepts")),
  hs_scalar_wishart = list(three, "hs", "cfa", group = "school", group.equal = c("loadings", "intercepts"), likelihood = "wishart"),
  hs_strict_std_lv = list(three, "hs", "cfa", group = "school", group.equal = c("loadings", "intercepts", "residuals"), std.lv = TRUE),
  hs_mimic_fixed_x = list(paste0(three, "\nvisual + textual + speed ~ sex + ageyr"), "hs", "sem"),
  hs_mimic_fixed_x_means = list(paste0(three, "\nvisual + textual + speed ~ sex + ageyr\nx5 ~ sex"), "hs", "sem", meanstructure = TRUE),
  hs_mimic_random_x = list(paste0(three, "\nvisual + textual + speed ~ sex + ageyr"), "hs", "sem", fixed.x = FALSE),
  hs_mimic_groups = list(paste0(three, "\nvisual + textual + speed ~ sex + ageyr"), "hs", "sem", group = "school", group.equal = c("loadings", "regressions")),
  hs_path = list("x9 ~ x8 + x7 + x4\nx8 ~ x4 + x5\nx7 ~ x4", "hs", "sem"),
  hs_path_observed = list("x9 ~ x8 + x7 + x4\nx8 ~ x4 + x5\nx7 ~ x4", "hs", "sem", information = "observed"),
  hs_indicator_regression = list(paste0(three, "\nx9 ~ x1\nspeed ~ visual"), "hs", "sem"),
  hs_nonrecursive = list("x1 ~ x2 + x4\nx2 ~ x1 + x7\nx1 ~~ x2", "hs", "sem"),
  hs_linear = list("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + x6\na + b == 1.5\nc == 2*a", "hs", "cfa"),
  pd_democracy = list(democracy, "pd", "sem"),
  pd_democracy_means = list(democracy, "pd", "sem", meanstructure = TRUE),
  pd_growth = list("i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ni ~ x1\ns ~ x1", "pd", "growth"),
  yongkang = list("F1 =~ T11 + T12 + T13 + T14 + T15
F2 =~ T21 + T22 + T23 + T24 + T25 + T26
F3 =~ T31 + T32 + T33 + T34
M =~ M1 + M2 + M3 + M4 + M5
Y =~ Y1 + Y2 + Y3 + Y4
M ~ F1 + F2 + F3
Y ~ F1 + F2 + F3 + M", "yongkang", "sem")
)

newton <- function(fit) {
  g <- as.vector(lavInspect(fit, "gradient")); H <- unclass(lavInspect(fit, "hessian"))
  A <- fit@Model@ceq.JAC; q <- length(g); r <- NROW(A)
  if (is.null(A) || r == 0) return(list(step = solve(H, g), gradient = max(abs(g))))
  K <- MASS::Null(t(A))
  list(step = as.vector(K %*% solve(t(K) %*% H %*% K, t(K) %*% g)), gradient = max(abs(t(K) %*% g)))
}
one <- function(case) {
  data <- data_of(case[[2]])
  if (case[[2]] == "yongkang") data <- subset(data, in_industry == 1)
  options <- case[-(1:3)]
  run <- function(...) suppressWarnings(do.call(case[[3]], modifyList(c(list(model = case[[1]], data = data, optim.force.converged = TRUE), options), list(...))))
  fit <- run()
  # With `start` fixed.x is lost unless it is asked for.
  fixed <- lavInspect(fit, "fixed.x")
  for (i in 1:3) {
    start <- fit
    free <- start@ParTable$free
    start@ParTable$est[free > 0] <- (start@ParTable$est[free > 0]) - newton(fit)$step[free[free > 0]]
    fit <- run(start = start, optim.method = "none", fixed.x = fixed)
  }
  stopifnot(newton(fit)$gradient < 1e-12)
  p <- parTable(fit)
  measures <- fitMeasures(fit)
  pick <- function(names) as.list(measures[intersect(names, names(measures))])
  list(model = case[[1]], data = case[[2]], `function` = case[[3]], options = options,
    groups = lavInspect(fit, "group.label"), observed = lavNames(fit, "ov"), latent = lavNames(fit, "lv"),
    exogenous = lavNames(fit, "ov.x"), meanstructure = lavInspect(fit, "meanstructure"), fixed_x = lavInspect(fit, "fixed.x"),
    gradient = newton(fit)$gradient,
    rows = lapply(seq_along(p$lhs), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$group[i], p$free[i],
      if (is.na(p$ustart[i])) NULL else p$ustart[i], p$exo[i], p$label[i], p$plabel[i], p$est[i], p$se[i])),
    fit = pick(c("npar", "fmin", "chisq", "df", "baseline.chisq", "baseline.df", "logl", "unrestricted.logl", "ntotal")))
}
result <- lapply(cases, one)
for (n in names(result)) cat(n, result[[n]]$gradient, "\n")
writeLines(toJSON(result, auto_unbox = TRUE, digits = 12, null = "null"), "lavaan_fits.json")
