# Makes lavaan_comparisons.json with lavaan 0.6-14 and semTools: Rscript lavaan_comparisons.R (from this folder).
# Both are used as programs.
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
hs <- read.csv("../../../../../tests/data/holzinger_swineford_1939.csv")
pd <- read.csv("../../../../../tests/data/political_democracy.csv")
# Holes by a rule, so that every program makes the same ones: see `with_holes` in comparison.rs.
holes <- hs
for (j in 1:9) for (i in seq_len(nrow(hs))) if ((i * 7 + j * 13) %% 11 == 0) holes[i, paste0("x", j)] <- NA
data_of <- list(hs = hs, pd = pd, holes = holes)

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
one <- "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
equal <- "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + c*x8 + c*x9"
second <- paste0(three, "\nability =~ visual + textual + speed")
mimic <- paste0(three, "\nvisual + textual + speed ~ sex + ageyr")
labelled <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\nspeed ~ a*visual + b*textual\nab := a*b"
democracy <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
democracy_free <- gsub("[abc]\\*", "", democracy)
growth <- "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ny1 ~~ r*y1\ny2 ~~ r*y2\ny3 ~~ r*y3\ny4 ~~ r*y4"

growth_free <- "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4"

metric <- "loadings"; scalar <- c("loadings", "intercepts"); strict <- c(scalar, "residuals")
of <- function(model, data, fun = "cfa", ...) list(model = model, data = data, fun = fun, options = list(...))
fits <- list(
  three = of(three, "hs"), one = of(one, "hs"), equal = of(equal, "hs"), second = of(second, "hs"),
  orthogonal = of(three, "hs", orthogonal = TRUE), mimic = of(mimic, "hs", "sem"), labelled = of(labelled, "hs", "sem"),
  three_gls = of(three, "hs", estimator = "GLS"), equal_gls = of(equal, "hs", estimator = "GLS"),
  configural = of(three, "hs", group = "school"), metric = of(three, "hs", group = "school", group.equal = metric),
  scalar = of(three, "hs", group = "school", group.equal = scalar), strict = of(three, "hs", group = "school", group.equal = strict),
  partial = of(three, "hs", group = "school", group.equal = scalar, group.partial = c("x3~1", "x7~1")),
  democracy = of(democracy, "pd", "sem"), democracy_free = of(democracy_free, "pd", "sem"),
  growth = of(growth, "pd", "growth"), growth_free = of(growth_free, "pd", "growth"),
  configural_mlm = of(three, "hs", group = "school", estimator = "MLM"), metric_mlm = of(three, "hs", group = "school", estimator = "MLM", group.equal = metric),
  configural_mlr = of(three, "hs", group = "school", estimator = "MLR"), metric_mlr = of(three, "hs", group = "school", estimator = "MLR", group.equal = metric),
  scalar_mlr = of(three, "hs", group = "school", estimator = "MLR", group.equal = scalar),
  configural_mlmv = of(three, "hs", group = "school", estimator = "MLMV"), metric_mlmv = of(three, "hs", group = "school", estimator = "MLMV", group.equal = metric),
  three_mlmvs = of(three, "hs", estimator = "MLMVS"), equal_mlmvs = of(equal, "hs", estimator = "MLMVS"),
  three_mlm = of(three, "hs", estimator = "MLM"), equal_mlm = of(equal, "hs", estimator = "MLM"), one_mlm = of(one, "hs", estimator = "MLM"),
  democracy_mlr = of(democracy, "pd", "sem", estimator = "MLR"), democracy_free_mlr = of(democracy_free, "pd", "sem", estimator = "MLR"),
  three_ulsmv = of(three, "hs", estimator = "ULSMV"), equal_ulsmv = of(equal, "hs", estimator = "ULSMV"),
  three_ulsm = of(three, "hs", estimator = "ULSM"), equal_ulsm = of(equal, "hs", estimator = "ULSM"),
  three_wlsm = of(three, "hs", estimator = "DWLS", se = "robust.sem", test = "satorra.bentler"),
  holes = of(three, "holes", missing = "ml"), holes_equal = of(equal, "holes", missing = "ml"),
  holes_mlr = of(three, "holes", missing = "ml", estimator = "MLR"), holes_equal_mlr = of(equal, "holes", missing = "ml", estimator = "MLR"),
  holes_configural = of(three, "holes", missing = "ml", group = "school"), holes_metric = of(three, "holes", missing = "ml", group = "school", group.equal = metric))
# Newton steps with the gradient and Hessian that lavaan reports, and a refit at that point without optimisation, bring the
# figures to their last digits.
newton <- function(fit) {
  g <- as.vector(lavInspect(fit, "gradient")); H <- unclass(lavInspect(fit, "hessian"))
  A <- fit@Model@ceq.JAC
  K <- if (is.null(A) || NROW(A) == 0) diag(length(g)) else MASS::Null(t(A))
  list(step = as.vector(K %*% solve(t(K) %*% H %*% K, t(K) %*% g)), gradient = max(abs(t(K) %*% g)))
}
objects <- lapply(fits, function(f) {
  run <- function(...) suppressWarnings(do.call(f$fun, c(list(model = f$model, data = data_of[[f$data]]), f$options,
    list(optim.force.converged = TRUE, em.h1.tol = 1e-12, em.h1.iter.max = 5000), list(...))))
  fit <- run()
  fixed <- lavInspect(fit, "fixed.x")  # lost with `start` unless it is asked for
  for (i in 1:3) {
    start <- fit
    free <- start@ParTable$free
    start@ParTable$est[free > 0] <- (start@ParTable$est[free > 0]) - newton(fit)$step[free[free > 0]]
    stepped <- run(start = start, optim.method = "none", fixed.x = fixed)
    # The growth model with equal residuals does not take its constrained values as starts.
    if (newton(stepped)$gradient < newton(fit)$gradient) fit <- stepped
  }
  fit
})
for (n in names(objects)) cat(n, newton(objects[[n]])$gradient, "\n")

number <- function(x) if (length(x) == 0 || !is.finite(x)) NULL else signif(as.numeric(x), 12)
lrt <- function(h1, h0, ...) {
  settings <- list(...)
  o <- tryCatch(suppressWarnings(do.call(lavTestLRT, c(list(objects[[h1]], objects[[h0]]), settings))), error = function(e) NULL)
  if (is.null(o)) return(NULL)
  list(full = h1, restricted = h0, settings = settings, chisq = number(o[2, "Chisq diff"]), df = number(o[2, "Df diff"]),
       p = number(o[2, "Pr(>Chisq)"]), rmsea = if ("RMSEA" %in% names(o)) number(o[2, "RMSEA"]) else NULL)
}
standard <- list(c("three", "one"), c("three", "equal"), c("three", "orthogonal"), c("configural", "metric"), c("metric", "scalar"),
  c("scalar", "strict"), c("partial", "scalar"), c("democracy_free", "democracy"), c("growth_free", "growth"), c("three_gls", "equal_gls"),
  c("holes", "holes_equal"), c("holes_configural", "holes_metric"))
tests <- lapply(standard, function(p) lrt(p[1], p[2]))
scaled <- list(c("configural_mlm", "metric_mlm"), c("configural_mlr", "metric_mlr"), c("metric_mlr", "scalar_mlr"), c("configural_mlmv", "metric_mlmv"),
  c("three_mlmvs", "equal_mlmvs"), c("three_mlm", "equal_mlm"), c("three_mlm", "one_mlm"), c("democracy_free_mlr", "democracy_mlr"), c("three_ulsmv", "equal_ulsmv"),
  c("three_ulsm", "equal_ulsm"), c("holes_mlr", "holes_equal_mlr"))
for (p in scaled) {
  tests <- c(tests, list(lrt(p[1], p[2])))
  for (m in c("satorra.bentler.2001", "satorra.bentler.2010")) tests <- c(tests, list(lrt(p[1], p[2], method = m)))
  for (s in c(TRUE, FALSE)) for (a in c("delta", "exact"))
    tests <- c(tests, list(lrt(p[1], p[2], method = "satorra.2000", scaled.shifted = s, A.method = a)))
}

# Satorra (2000) with missing values from lavaan's matrices, cross-products of casewise scores in place of its Gamma, in which
# missing contributions are zeros.
by_scores <- function(h1, h0) {
  m1 <- objects[[h1]]; m0 <- objects[[h0]]
  D1 <- lavTech(m1, "delta")[[1]]; D0 <- lavTech(m0, "delta")[[1]]; K0 <- MASS::Null(t(m0@Model@ceq.JAC))
  A <- t(MASS::Null(solve(t(D1) %*% D1, t(D1) %*% (D0 %*% K0))))
  S <- solve(lavTech(m1, "information.observed"), t(A))
  M <- solve(A %*% S, t(S) %*% lavTech(m1, "information.first.order") %*% S)
  t1 <- sum(diag(M)); t2 <- sum(M * t(M)); m <- nrow(A); d <- fitMeasures(m0, "chisq") - fitMeasures(m1, "chisq")
  a <- sqrt(t2 / m)
  list(full = h1, restricted = h0, scaled = number(d * m / t1), shifted = number(d / a + m - t1 / a))
}
corrected <- list(by_scores("holes_mlr", "holes_equal_mlr"))

wald <- function(f, text) { w <- lavTestWald(objects[[f]], text); list(fit = f, text = text, stat = number(w$stat), df = w$df, p = number(w$p.value)) }
walds <- list(wald("labelled", "a == b"), wald("labelled", "a == 0\nb == 0"), wald("labelled", "a*b == 0.1"), wald("labelled", "ab == 0.1"),
  wald("democracy", "a == b; b == c"), wald("growth", "r == 2"), wald("equal_gls", "a == b"), wald("holes_equal", "a == 0.6"), wald("democracy_mlr", "a == 1.2"),
  wald("holes_equal_mlr", "a == b"))

score <- function(f, add = NULL) {
  s <- suppressWarnings(lavTestScore(objects[[f]], add = add, epc = TRUE))
  epc <- s$epc[s$epc$free > 0 | (!is.null(add) & !is.na(s$epc$epc)), ]
  list(fit = f, add = add, total = number(s$test$X2), df = s$test$df, single = lapply(s$uni$X2, number),
       epc = lapply(seq_len(nrow(epc)), function(k) list(epc$lhs[k], epc$op[k], epc$rhs[k], if (is.null(epc$group)) 1 else epc$group[k], number(epc$epc[k]))))
}
scores <- list(score("equal"), score("metric"), score("scalar"), score("growth"), score("democracy"), score("equal_gls"), score("metric_mlr"), score("equal_ulsm"),
  score("three", "visual =~ x9\nx7 ~~ x8"), score("equal", "visual =~ x9\nx7 ~~ x8"), score("configural", "visual =~ x9"), score("three_gls", "visual =~ x9\nx7 ~~ x8"),
  score("holes_equal"), score("holes_metric"))

mi <- function(f) {
  m <- modindices(objects[[f]], power = TRUE)
  p <- miPowerFit(objects[[f]])
  list(fit = f, rows = lapply(seq_len(nrow(m)), function(k) {
    q <- which(p$lhs == m$lhs[k] & p$op == m$op[k] & p$rhs == m$rhs[k])
    list(m$lhs[k], m$op[k], m$rhs[k], number(m$mi[k]), number(m$power[k]), gsub("[*()]", "", m$decision[k]),
         if (length(q) == 1) number(p$target.epc[q]) else NULL, if (length(q) == 1) p$decision.pow[q] else NULL)
  }))
}
powers <- list(mi("three"))

predicted <- function(f, method) {
  cases <- c(1, 2, 3, 10, 40)
  p <- lavPredict(objects[[f]], method = method, se = if (fits[[f]]$data == "holes") "none" else "standard")
  blocks <- if (is.list(p)) p else list(p)
  se <- attr(p, "se")
  list(fit = f, method = method, blocks = lapply(seq_along(blocks), function(g)
    list(factors = colnames(blocks[[g]]), cases = cases, scores = lapply(cases, function(i) lapply(unname(blocks[[g]][i, ]), number)),
         se = if (is.null(se)) NULL else lapply(unname(as.vector(se[[g]][1, ])), number))))
}
predictions <- list()
for (f in c("three", "metric", "scalar", "democracy", "growth", "three_gls", "equal_ulsm", "holes", "holes_metric", "orthogonal"))
  for (m in c("regression", "Bartlett")) predictions <- c(predictions, list(predicted(f, m)))
predictions <- c(predictions, list(predicted("second", "regression"), predicted("mimic", "regression"), predicted("mimic", "Bartlett")))

# Nested models by semTools' net(); TRUE where the row's model is nested in the column's.
pairs <- list(c("one", "three"), c("equal", "three"), c("orthogonal", "three"), c("second", "three"), c("metric", "configural"), c("scalar", "metric"),
  c("scalar", "partial"), c("democracy", "democracy_free"), c("growth", "growth_free"), c("orthogonal", "equal"))
nested <- lapply(pairs, function(p) {
  plain <- lapply(p, function(name) do.call(fits[[name]]$fun, c(list(model = fits[[name]]$model, data = data_of[[fits[[name]]$data]]), fits[[name]]$options)))
  n <- suppressWarnings(net(plain[[1]], plain[[2]]))
  list(restricted = p[1], full = p[2], nested = isTRUE(any(n@test[lower.tri(n@test)], na.rm = TRUE)))
})

out <- list(lavaan = "0.6-14", semTools = as.character(packageVersion("semTools")), fits = fits, lrt = Filter(Negate(is.null), tests), corrected = corrected, wald = walds, score = scores,
  power = powers, scores = predictions, nested = nested)
out$gradients <- lapply(objects, function(fit) newton(fit)$gradient)
write_json(out, "lavaan_comparisons.json", auto_unbox = TRUE, digits = NA, null = "null")
