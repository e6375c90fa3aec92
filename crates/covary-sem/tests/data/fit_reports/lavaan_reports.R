# Makes lavaan_reports.json with lavaan 0.6-14: Rscript lavaan_reports.R (from this folder).
# lavaan is used as a program. Its optimiser stops at gradients near 1e-6; Newton steps from there and a refit at that
# point without optimisation bring the figures to their last digits, except where its Hessian does not serve (growth).
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
data_of <- function(name) switch(name,
  hs = read.csv("../../../../../tests/data/holzinger_swineford_1939.csv"),
  pd = read.csv("../../../../../tests/data/political_democracy.csv"))

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
democracy <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ d*ind60
dem65 ~ ind60 + e*dem60
y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8
indirect := d*e\nratio := d/(a + b)"
path <- "x9 ~ c*x4 + b1*x8 + b2*x7\nx8 ~ a1*x4 + x5\nx7 ~ a2*x4\nx7 ~~ x8
first := a1*b1\nsecond := a2*b2\ntotal := c + first + second"
mimic <- paste0(three, "\nvisual + textual + speed ~ sex + ageyr")

cases <- list(
  three = list(three, "hs", "cfa"),
  three_means = list(three, "hs", "cfa", meanstructure = TRUE),
  three_wishart = list(three, "hs", "cfa", likelihood = "wishart"),
  three_std_lv = list(three, "hs", "cfa", std.lv = TRUE),
  metric = list(three, "hs", "cfa", group = "school", group.equal = "loadings"),
  scalar = list(three, "hs", "cfa", group = "school", group.equal = c("loadings", "intercepts")),
  scalar_wishart = list(three, "hs", "cfa", group = "school", group.equal = c("loadings", "intercepts"), likelihood = "wishart"),
  path_fixed_x = list(path, "hs", "sem"),
  path_fixed_x_means = list(path, "hs", "sem", meanstructure = TRUE),
  path_random_x = list(path, "hs", "sem", fixed.x = FALSE),
  mimic_fixed_x = list(mimic, "hs", "sem"),
  mimic_groups = list(mimic, "hs", "sem", group = "school", group.equal = c("loadings", "regressions")),
  second_order = list(paste0(three, "\nability =~ visual + textual + speed"), "hs", "cfa"),
  nonrecursive = list("x1 ~ x2 + x4\nx2 ~ x1 + x7\nx1 ~~ x2", "hs", "sem"),
  democracy = list(democracy, "pd", "sem"),
  growth = list("i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ni ~ x1\ns ~ x1", "pd", "growth"))

newton <- function(fit) {
  g <- as.vector(lavInspect(fit, "gradient")); H <- unclass(lavInspect(fit, "hessian"))
  A <- fit@Model@ceq.JAC
  if (is.null(A) || NROW(A) == 0) return(list(step = solve(H, g), gradient = max(abs(g))))
  K <- MASS::Null(t(A))
  list(step = as.vector(K %*% solve(t(K) %*% H %*% K, t(K) %*% g)), gradient = max(abs(t(K) %*% g)))
}
polished <- function(case) {
  run <- function(...) {
    arguments <- modifyList(c(list(data = data_of(case[[2]]), optim.force.converged = TRUE), case[-(1:3)]), list(...))
    suppressWarnings(do.call(case[[3]], c(list(case[[1]]), arguments)))
  }
  first <- fit <- run()
  for (i in 1:3) {
    start <- fit
    free <- start@ParTable$free
    start@ParTable$est[free > 0] <- (start@ParTable$est[free > 0]) - newton(fit)$step[free[free > 0]]
    # Starting from a fit would otherwise make exogenous variables random.
    fit <- run(start = start, optim.method = "none", fixed.x = lavInspect(first, "options")$fixed.x)
  }
  if (newton(fit)$gradient > 1e-10) first else fit
}

one <- function(case) {
  fit <- polished(case)
  number <- function(x) signif(as.numeric(x), 10)
  rows <- function(table, columns) lapply(seq_len(nrow(table)), function(k)
    c(list(table$lhs[k], table$op[k], table$rhs[k], if (is.null(table$group)) 1 else table$group[k]),
      lapply(columns, function(column) number(table[[column]][k]))))
  estimates <- parameterEstimates(fit, standardized = TRUE)
  standardized <- function(type) number(standardizedSolution(fit, type = type, remove.eq = TRUE)$se)
  measures <- fitMeasures(fit)
  indices <- modindices(fit)
  lower <- function(residuals) lapply(residuals, function(m) if (is.matrix(m)) number(m[lower.tri(m, diag = TRUE)]) else number(m))
  of_groups <- function(residuals) if (lavInspect(fit, "ngroups") == 1) list(lower(residuals[names(residuals) != "type"])) else unname(lapply(residuals, function(g) lower(g[names(g) != "type"])))
  summary_of <- function(group) if (is.null(group$summary)) NULL else number(unlist(group$summary[1:nrow(group$summary), if (ncol(group$summary) > 1) "cov" else 1]))
  residuals <- lavResiduals(fit)
  summaries <- if (lavInspect(fit, "ngroups") == 1) list(residuals) else residuals[seq_len(lavInspect(fit, "ngroups"))]
  list(model = case[[1]], data = case[[2]], call = case[[3]], arguments = lapply(case[-(1:3)], function(a) a),
    gradient = newton(fit)$gradient,
    fit = lapply(as.list(measures[is.finite(measures)]), number),
    rows = rows(estimates, c("est", "se", "std.lv", "std.all", "std.nox")),
    standardized_se = list(lv = standardized("std.lv"), all = standardized("std.all"), nox = standardized("std.nox")),
    r2 = lapply(if (is.list(lavInspect(fit, "r2"))) unname(lavInspect(fit, "r2")) else list(lavInspect(fit, "r2")), function(r) as.list(setNames(number(r), names(r)))),
    modification_indices = rows(indices, c("mi", "epc", "sepc.lv", "sepc.all", "sepc.nox")),
    residuals = list(correlation = of_groups(resid(fit, type = "cor.bollen")), normalized = of_groups(resid(fit, type = "normalized")), standardized = of_groups(resid(fit, type = "standardized"))),
    summary = unname(lapply(summaries, function(g) { s <- g$summary; m <- as.matrix(s); list(rows = rownames(m), columns = colnames(m), values = lapply(seq_len(nrow(m)), function(k) number(m[k, ]))) })),
    score = tryCatch({ s <- lavTestScore(fit); list(total = number(s$test$X2), single = number(s$uni$X2)) }, error = function(e) NULL))
}
report <- lapply(cases, one)
writeLines(toJSON(report, auto_unbox = TRUE, digits = 12, null = "null", na = "null"), "lavaan_reports.json")
