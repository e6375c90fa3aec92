# Makes lavaan_estimators.json with lavaan 0.6-14: Rscript lavaan_estimators.R (from this folder).
# Every estimator, kind of standard errors, test and information on a few models. lavaan is used as a program; its estimates
# are brought to their last digits by Newton steps from the gradient and Hessian that it reports (not for DLS, whose
# gradient is none of a function).
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
hs <- read.csv("../../../../tests/data/holzinger_swineford_1939.csv")
hs$weight <- 0.5 + (seq_len(nrow(hs)) %% 7) / 4
hs$class <- paste0("c", (seq_len(nrow(hs)) * 17) %% 43)
pd <- read.csv("../../../../tests/data/political_democracy.csv")

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
mimic <- paste0(three, "\nvisual + textual + speed ~ sex + ageyr")
path <- "x9 ~ x8 + x7 + x4\nx8 ~ x4 + x5\nx7 ~ x4"
democracy <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
saturated <- "x1 ~ x4 + x7"

cases <- list()
add <- function(name, model, data, fun, ...) cases[[name]] <<- list(model, data, fun, ...)
all <- c("MLR", "MLM", "MLMV", "MLMVS", "MLF", "GLS", "WLS", "ULS", "ULSM", "ULSMV", "ULSMVS", "DWLS", "WLSM", "WLSMV", "WLSMVS", "DLS")
for (e in all) {
  add(paste0("three_", e), three, "hs", "cfa", estimator = e)
  # lavaan's WLS ends at a far worse minimum here (loadings of -30).
  if (e != "WLS") add(paste0("metric_", e), three, "hs", "cfa", estimator = e, group = "school", group.equal = "loadings")
}
for (e in c("MLR", "MLM", "MLMV", "MLF", "GLS", "WLSMV", "ULSMV", "DLS")) {
  add(paste0("three_means_", e), three, "hs", "cfa", estimator = e, meanstructure = TRUE)
  add(paste0("mimic_", e), mimic, "hs", "sem", estimator = e)
}
for (e in c("MLR", "MLM", "MLMV", "MLMVS", "MLF", "GLS", "WLS", "ULSM", "DWLS")) {
  add(paste0("path_means_", e), path, "hs", "sem", estimator = e, meanstructure = TRUE)
  # WLS has too few cases, and ULSM no start in lavaan.
  if (!e %in% c("WLS", "ULSM")) add(paste0("democracy_", e), democracy, "pd", "sem", estimator = e)
}
add("saturated_MLR", saturated, "hs", "sem", estimator = "MLR")
add("saturated_MLM", saturated, "hs", "sem", estimator = "MLM")
add("strict_MLR", three, "hs", "cfa", estimator = "MLR", group = "school", group.equal = c("loadings", "intercepts", "residuals"))
add("scalar_MLM", three, "hs", "cfa", estimator = "MLM", group = "school", group.equal = c("loadings", "intercepts"))
add("scalar_GLS", three, "hs", "cfa", estimator = "GLS", group = "school", group.equal = c("loadings", "intercepts"))
for (i in c("expected", "observed", "first.order")) for (h in c("structured", "unstructured"))
  add(paste("info", i, h, sep = "_"), three, "hs", "cfa", meanstructure = TRUE, information = i, h1.information = h)
add("info_observed_h1", mimic, "hs", "sem", meanstructure = TRUE, information = "observed", observed.information = "h1")
add("info_observed_h1_constrained", democracy, "pd", "sem", information = "observed", observed.information = "h1")
add("MLR_expected", three, "hs", "cfa", estimator = "MLR", information = "expected")
add("MLR_h1", mimic, "hs", "sem", estimator = "MLR", observed.information = "h1")
add("MLM_observed", three, "hs", "cfa", estimator = "MLM", information = "observed")
add("MLM_unstructured", three, "hs", "cfa", estimator = "MLM", h1.information = "unstructured")
add("se_robust", three, "hs", "cfa", se = "robust")
add("se_robust_sem_mimic", mimic, "hs", "sem", se = "robust.sem", meanstructure = TRUE)
add("se_huber_white", mimic, "hs", "sem", se = "robust.huber.white")
add("se_first_order", mimic, "hs", "sem", se = "first.order")
add("se_none", three, "hs", "cfa", se = "none")
add("wishart_MLM", three, "hs", "cfa", estimator = "MLM", likelihood = "wishart")
add("wishart_MLR_metric", three, "hs", "cfa", estimator = "MLR", likelihood = "wishart", group = "school", group.equal = "loadings")
add("gamma_n_minus_one", three, "hs", "cfa", estimator = "MLM", gamma.n.minus.one = TRUE)
add("gamma_unbiased", three, "hs", "cfa", estimator = "MLMV", gamma.unbiased = TRUE)
add("gamma_unbiased_means", three, "hs", "cfa", estimator = "MLM", gamma.unbiased = TRUE, meanstructure = TRUE)
for (t in c("satorra.bentler", "yuan.bentler", "yuan.bentler.mplus", "mean.var.adjusted", "scaled.shifted",
            "browne.residual.nt", "browne.residual.nt.model", "browne.residual.adf", "browne.residual.adf.model")) {
  add(paste0("test_", t), three, "hs", "cfa", test = t)
  # With means beside fixed x lavaan's residual tests depend on the course of the fit; without they do not.
  add(paste0("test_mimic_", t), mimic, "hs", "sem", test = t, meanstructure = !startsWith(t, "browne"))
  add(paste0("test_metric_", t), three, "hs", "cfa", test = t, group = "school", group.equal = "loadings")
}
add("test_two", three, "hs", "cfa", test = c("satorra.bentler", "scaled.shifted"), se = "robust.sem")
add("test_MLR_adf", three, "hs", "cfa", estimator = "MLR", test = "browne.residual.adf")
add("test_GLS_adf", three, "hs", "cfa", estimator = "GLS", test = "browne.residual.adf")
add("weights", three, "hs", "cfa", sampling.weights = "weight")
add("weights_MLR_mimic", mimic, "hs", "sem", sampling.weights = "weight", estimator = "MLR")
add("weights_group", three, "hs", "cfa", sampling.weights = "weight", estimator = "MLR", group = "school", sampling.weights.normalization = "group")
add("weights_total", three, "hs", "cfa", sampling.weights = "weight", estimator = "MLR", group = "school", group.equal = "loadings")
add("cluster", three, "hs", "cfa", cluster = "class")
add("cluster_MLR", mimic, "hs", "sem", cluster = "class", estimator = "MLR")
add("cluster_groups", three, "hs", "cfa", cluster = "class", estimator = "MLR", group = "school", group.equal = "loadings")
add("cluster_weights", three, "hs", "cfa", cluster = "class", estimator = "MLR", sampling.weights = "weight")
add("dls_half", three, "hs", "cfa", estimator = "DLS", estimator.args = list(dls.a = 0.5))
add("dls_sample", three, "hs", "cfa", estimator = "DLS", estimator.args = list(dls.a = 0.5, dls.GammaNT = "sample"))
add("dls_zero", three, "hs", "cfa", estimator = "DLS", estimator.args = list(dls.a = 0, dls.GammaNT = "sample"))
add("dls_times", three, "hs", "cfa", estimator = "DLS", estimator.args = list(dls.a = 0.3, dls.GammaNT = "sample", dls.FtimesNminus1 = TRUE))

newton <- function(fit) {
  g <- as.vector(lavInspect(fit, "gradient")); H <- unclass(lavInspect(fit, "hessian"))
  A <- fit@Model@ceq.JAC; q <- length(g); r <- NROW(A)
  if (is.null(A) || r == 0) return(list(step = solve(H, g), gradient = max(abs(g))))
  K <- MASS::Null(t(A))
  list(step = as.vector(K %*% solve(t(K) %*% H %*% K, t(K) %*% g)), gradient = max(abs(t(K) %*% g)))
}
one <- function(name) {
  case <- cases[[name]]
  data <- get(case[[2]])
  options <- case[-(1:3)]
  run <- function(...) suppressWarnings(do.call(case[[3]], modifyList(c(list(model = case[[1]], data = data, optim.force.converged = TRUE,
    control = list(rel.tol = 1e-15, iter.max = 5000, eval.max = 5000)), options), list(...))))
  fit <- run()
  fixed <- lavInspect(fit, "fixed.x")
  dls <- identical(options$estimator, "DLS")
  gradient <- NA
  if (!dls && length(coef(fit)) > 0) {
    for (i in 1:3) {
      start <- fit
      free <- start@ParTable$free
      start@ParTable$est[free > 0] <- (start@ParTable$est[free > 0]) - newton(fit)$step[free[free > 0]]
      fit <- run(start = start, optim.method = "none", fixed.x = fixed)
    }
    gradient <- newton(fit)$gradient
  }
  p <- parTable(fit)
  if (is.null(p$se)) p$se <- rep(0, length(p$lhs))
  keep <- p$op %in% c("=~", "~", "~~", "~1")
  tests <- lapply(unname(fit@test), function(t) list(name = t$test, stat = t$stat, df = t$df, pvalue = t$pvalue, c = t$scaling.factor, shift = t$shift.parameter))
  measures <- fitMeasures(fit); measures <- measures[is.finite(measures)]
  mi <- tryCatch({m <- modindices(fit); m <- m[order(-m$mi), ][1:min(8, nrow(m)), ]; lapply(seq_len(nrow(m)), function(k) list(m$lhs[k], m$op[k], m$rhs[k], if (is.null(m$group)) 1 else m$group[k], m$mi[k], m$epc[k]))}, error = function(e) list())
  list(model = case[[1]], data = case[[2]], `function` = case[[3]], options = options, polished = !dls && gradient < 1e-9,
       rows = lapply(which(keep), function(k) list(p$lhs[k], p$op[k], p$rhs[k], p$group[k], p$est[k], p$se[k])),
       tests = tests, fit = as.list(measures), mi = mi)
}
out <- list()
for (n in names(cases)) { r <- tryCatch(one(n), error = function(e) {cat(n, "ERROR", conditionMessage(e), "\n"); NULL}); if (!is.null(r)) out[[n]] <- r }
writeLines(toJSON(out, auto_unbox = TRUE, digits = I(12), null = "null", na = "null"), "lavaan_estimators.json")
