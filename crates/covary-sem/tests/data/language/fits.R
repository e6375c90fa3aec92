# Makes fits.json with lavaan 0.6-14: Rscript fits.R (from this folder). lavaan is used as a program.
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
data_of <- function(name) switch(name,
  hs = read.csv("../../../../../tests/data/holzinger_swineford_1939.csv"),
  pd = read.csv("../../../../../tests/data/political_democracy.csv"))
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
mimic <- paste0(three, "\nvisual + textual ~ sex + ageyr\nspeed ~ visual + sex")
path <- "x9 ~ x8 + x7 + x4\nx8 ~ x4 + x5\nx7 ~ x4"
formative <- "dem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\nindc <~ 1*x1 + x2 + x3\ndem60 ~ indc\ndem65 ~ indc + dem60"
cases <- list(
  conditional_mimic = list(mimic, "hs", "sem", conditional.x = TRUE),
  conditional_path = list(path, "hs", "sem", conditional.x = TRUE),
  conditional_no_slopes = list(path, "hs", "sem", conditional.x = TRUE, baseline.conditional.x.free.slopes = FALSE),
  conditional_groups = list(mimic, "hs", "sem", conditional.x = TRUE, group = "school", group.equal = "loadings"),
  conditional_observed = list(mimic, "hs", "sem", conditional.x = TRUE, information = "observed"),
  composite = list(formative, "pd", "sem"),
  composite_means = list(formative, "pd", "sem", meanstructure = TRUE),
  composite_outcome = list("c <~ 1*x1 + x2\nd =~ y1 + y2 + y3 + y4\ne =~ y5 + y6 + y7 + y8\nd ~ c + x3\ne ~ c + d", "pd", "sem"),
  effect_coding = list(three, "hs", "cfa", effect.coding = TRUE, meanstructure = TRUE),
  effect_coding_loadings = list(mimic, "hs", "sem", effect.coding = "loadings"),
  effect_coding_groups = list(three, "hs", "cfa", effect.coding = TRUE, group = "school", group.equal = c("loadings", "intercepts")),
  product = list("x9 ~ x7 + x8 + x7:x8", "hs", "sem", meanstructure = TRUE),
  orthogonal_x = list(paste0(three, "\nspeed ~ visual + textual"), "hs", "sem", orthogonal.x = TRUE),
  orthogonal_y = list(paste0(three, "\nspeed ~ visual\ntextual ~ visual"), "hs", "sem", orthogonal.y = TRUE),
  constraints = list("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + x6", "hs", "cfa", constraints = "a == b\nd := a - c"),
  eqs = list(mimic, "hs", "sem", mimic = "EQS"),
  regression = list(path, "hs", "sem", mimic = "lm"),
  stated_twice = list("visual =~ x1 + a*x2 + start(0.8)*x2 + x3\ntextual =~ x4 + x5 + b*x6\nvisual ~~ 0.1?textual", "hs", "cfa"),
  phantom = list("f =~ 0\nf ~~ 1*f\nvisual =~ NA*x1 + x2 + x3\nvisual ~~ 0*visual\nvisual ~ 1*f\ntextual =~ x4 + x5 + x6\ntextual ~ f\nvisual ~~ 0*textual", "hs", "sem"))
one <- function(case) {
  options <- case[-(1:3)]
  tight <- list(rel.tol = 1e-15, x.tol = 1e-15, abs.tol = 0, iter.max = 5000, eval.max = 10000)
  # With constraints such small steps end at the start.
  constrained <- any(c("group.equal", "effect.coding", "constraints") %in% names(options))
  control <- if (constrained) list() else list(control = tight, optim.force.converged = TRUE)
  run <- function(...) suppressWarnings(do.call(case[[3]], modifyList(c(list(model = case[[1]], data = data_of(case[[2]])), control, options), list(...))))
  fit <- run()
  fixed <- lavInspect(fit, "fixed.x")
  # Newton steps, and a refit at that point without optimisation.
  for (i in seq_len(if (constrained) 0 else 3)) {
    start <- fit
    step <- solve(unclass(lavInspect(fit, "hessian")), as.vector(lavInspect(fit, "gradient")))
    free <- start@ParTable$free
    start@ParTable$est[free > 0] <- start@ParTable$est[free > 0] - step[free[free > 0]]
    fit <- run(start = start, optim.method = "none", fixed.x = fixed)
  }
  stopifnot(lavInspect(fit, "converged"))
  # Steps that small end before the optimiser calls itself converged; the gradient tells.
  stopifnot(max(abs(lavInspect(fit, "optim")$dx)) < 1e-6 || length(fit@Model@ceq.JAC))
  p <- suppressWarnings(parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE, remove.eq = FALSE, remove.ineq = FALSE))
  p <- p[!p$op %in% c("==", "<", ">"), ]
  measures <- fitMeasures(fit)
  names <- c("npar", "fmin", "chisq", "df", "baseline.chisq", "baseline.df", "cfi", "tli", "logl", "unrestricted.logl", "aic", "bic", "rmsea", "srmr", "rmr", "gfi", "agfi", "pgfi")
  group <- if (is.null(p$group)) rep(1, nrow(p)) else p$group
  rows <- lapply(seq_len(nrow(p)), function(k) list(if (p$op[k] == ":=") 0 else group[k], p$lhs[k], p$op[k], p$rhs[k], p$est[k], p$se[k], p$std.all[k]))
  list(model = case[[1]], data = case[[2]], `function` = case[[3]], options = options, fit = as.list(measures[names]), rows = rows)
}
fits <- lapply(names(cases), function(n) tryCatch(one(cases[[n]]), error = function(e) { message(n, ": ", e$message); NULL }))
names(fits) <- names(cases)
text <- sapply(names(fits), function(n) paste0(" ", toJSON(n, auto_unbox = TRUE), ": ", toJSON(fits[[n]], auto_unbox = TRUE, digits = 10)))
writeLines(paste0("{\n", paste(text, collapse = ",\n"), "\n}"), "fits.json")
