# Makes cases.csv (simulated) and lavaan_incomplete.json with lavaan 0.6-14: Rscript lavaan_incomplete.R (from this folder).
# lavaan is used as a program; its saturated moments run to convergence (em.h1.tol) and its optimiser as far as it goes.
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
set.seed(20240)
n <- 260
x1 <- round(rnorm(n), 3); x2 <- round(.4 * x1 + rexp(n) - 1, 3)
f <- .4 * x1 + .3 * x2 + rnorm(n); g <- .5 * f + .9 * rnorm(n)
noise <- function(s) s * (rnorm(n) + .3 * (rexp(n) - 1))
d <- data.frame(y1 = f + noise(.7) + 2, y2 = .9 * f + noise(.8) + 1, y3 = .7 * f + noise(.9), y4 = g + noise(.6) + 3,
  y5 = 1.1 * g + noise(.8), y6 = .8 * g + noise(.9) - 1)
d$z <- .5 * f + .5 * g + rnorm(n)
d <- round(d, 3)
gone <- function(p) runif(n) < p
missing_at_random <- function(by, strength) runif(n) < plogis(-1.6 + strength * as.vector(scale(by)))
d$y2[missing_at_random(d$y1, .8)] <- NA; d$y3[gone(.15)] <- NA
d$y5[missing_at_random(d$z, 1)] <- NA; d$y6[missing_at_random(d$y4, .6)] <- NA; d$y1[gone(.05)] <- NA
d$x1 <- x1; d$x2 <- x2; d$x2[gone(.08)] <- NA
d$school <- rep(c("north", "south"), length.out = n)
d$cluster <- rep(1:40, length.out = n); d$weight <- round(runif(n, .5, 2), 2)
d[7, c("y1", "y2", "y3", "y4", "y5", "y6")] <- NA
write.csv(d, "cases.csv", row.names = FALSE, na = "", quote = FALSE)

factors <- "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6"
regressed <- paste0(factors, "\nf ~ x1 + x2\ng ~ f + x1")
path <- "y4 ~ y1 + x2\ny1 ~ x1 + x2\ny5 ~ y4"
invariant <- c("loadings", "intercepts")
cases <- list(
  ml = list(factors, "cfa", missing = "ml"),
  ml_expected = list(factors, "cfa", missing = "ml", information = "expected"),
  ml_observed_h1 = list(factors, "cfa", missing = "ml", observed.information = "h1"),
  mlf = list(factors, "cfa", missing = "ml", estimator = "MLF"),
  mlr = list(factors, "cfa", missing = "ml", estimator = "MLR"),
  mlr_expected = list(factors, "cfa", missing = "ml", estimator = "MLR", information = "expected"),
  yuan_bentler = list(factors, "cfa", missing = "ml", test = "yuan.bentler"),
  yuan_bentler_expected = list(factors, "cfa", missing = "ml", test = "yuan.bentler", information = "expected"),
  equal_loadings = list("f =~ a*y1 + a*y2 + b*y3\ng =~ y4 + b*y5 + y6\nab := a * b", "cfa", missing = "ml", std.lv = TRUE),
  std_ov = list(factors, "cfa", missing = "ml", std.ov = TRUE),
  groups = list(factors, "cfa", missing = "ml", group = "school"),
  scalar_mlr = list(factors, "cfa", missing = "ml", estimator = "MLR", group = "school", group.equal = invariant),
  fixed_x = list(regressed, "sem", missing = "ml"),
  fixed_x_mlr = list(regressed, "sem", missing = "ml", estimator = "MLR"),
  random_x = list(regressed, "sem", missing = "ml", fixed.x = FALSE),
  random_x_mlr = list(regressed, "sem", missing = "ml", fixed.x = FALSE, estimator = "MLR"),
  ml_x = list(regressed, "sem", missing = "ml.x"),
  path = list(path, "sem", missing = "ml", fixed.x = FALSE),
  two_stage = list(factors, "cfa", missing = "two.stage"),
  robust_two_stage = list(factors, "cfa", missing = "robust.two.stage"),
  two_stage_groups = list(factors, "cfa", missing = "two.stage", group = "school", group.equal = "loadings"),
  two_stage_random_x = list(regressed, "sem", missing = "robust.two.stage", fixed.x = FALSE),
  pairwise = list(factors, "cfa", missing = "pairwise"),
  pairwise_uls = list(factors, "cfa", missing = "pairwise", estimator = "ULS"),
  weights = list(factors, "cfa", missing = "ml", sampling.weights = "weight"),
  clusters = list(factors, "cfa", missing = "ml", estimator = "MLR", cluster = "cluster"),
  satorra_bentler = list(factors, "cfa", missing = "ml", test = "satorra.bentler")
)
tight <- list(iter.max = 10000, eval.max = 20000, rel.tol = 1e-15, x.tol = 1e-14, abs.tol = 0)
matrix_or_null <- function(x) if (is.null(x)) NULL else unname(as.matrix(unclass(x)))
one <- function(name) {
  case <- cases[[name]]; options <- case[-(1:2)]
  # lavaan counts an entirely empty case in the divisor of two-stage scaling and in the normalization of weights.
  data <- if (any(c("two.stage", "robust.two.stage") == options$missing) || !is.null(options$sampling.weights)) d[-7, ] else d
  fit <- suppressWarnings(do.call(case[[2]], c(list(case[[1]], data = data, em.h1.tol = 1e-12, em.h1.iter.max = 5000, control = tight,
    optim.force.converged = TRUE), options)))
  g <- max(abs(lavInspect(fit, "gradient"))); message(name, " gradient ", signif(g, 2), " converged ", lavInspect(fit, "converged"))
  plain <- options$missing == "ml" && is.null(options$estimator) && is.null(options$test) && is.null(options$sampling.weights)
  p <- tryCatch(parameterEstimates(fit, fmi = plain, remove.system.eq = TRUE), error = function(e) parameterEstimates(fit))
  p$group <- if (is.null(p$group)) 1 else p$group
  rows <- lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$group[i], p$est[i], p$se[i],
    if (is.null(p$fmi) || is.na(p$fmi[i])) NULL else p$fmi[i]))
  measures <- fitMeasures(fit); measures <- measures[is.finite(measures)]
  indices <- tryCatch({ m <- modindices(fit, sort. = TRUE)[1:8, ]; if (is.null(m$group)) m$group <- 1
    lapply(seq_len(nrow(m)), function(i) list(m$lhs[i], m$op[i], m$rhs[i], m$group[i], m$mi[i], m$epc[i])) }, error = function(e) list())
  residuals_of <- function(type) tryCatch({ r <- residuals(fit, type = type); if (!is.null(options$group)) r <- r[[1]]
    list(cov = matrix_or_null(r$cov), mean = as.vector(r$mean)) }, error = function(e) NULL)
  list(model = case[[1]], `function` = case[[2]], options = options, rows = rows, fit = as.list(measures), indices = indices,
    cases = as.list(lavInspect(fit, "nobs")), without_empty = nrow(data) < nrow(d), normalized = residuals_of("normalized"), standardized = residuals_of("standardized"))
}
results <- setNames(lapply(names(cases), one), names(cases))
# With GLS lavaan takes listwise for pairwise without a word: the figures of pairwise moments are those of given ones.
pairs <- cov(d[-7, paste0("y", 1:6)], use = "pairwise.complete.obs")
gls <- cfa(factors, sample.cov = pairs, sample.nobs = n - 1, estimator = "GLS", control = tight, optim.force.converged = TRUE)
p <- parameterEstimates(gls); measures <- fitMeasures(gls)
results$pairwise_gls <- list(model = factors, `function` = "cfa", options = list(missing = "pairwise", estimator = "GLS"),
  rows = lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], 1, p$est[i], p$se[i], NULL)),
  fit = as.list(measures[is.finite(measures)]), indices = list(), cases = list(n - 1), without_empty = TRUE)
writeLines(toJSON(results, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "lavaan_incomplete.json")
