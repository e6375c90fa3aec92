# Makes lavaan_constraints.json with lavaan 0.6-14: Rscript lavaan_constraints.R (from this folder).
# lavaan is used as a program. Its constrained optimiser stops at about 1e-5; from there Newton's steps on the conditions
# of a constrained minimum, with the gradient and Hessian that lavaan reports and numerical derivatives of the
# constraints, bring the estimates to their last digits. Standard errors are lavaan's at a refit from there without
# optimisation, so that which inequalities count is lavaan's decision.
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
hs <- read.csv("../../../../tests/data/holzinger_swineford_1939.csv")
pd <- read.csv("../../../../tests/data/political_democracy.csv")

democracy <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8
y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8\ndem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60\n"
three <- "visual =~ x1 + l2*x2 + l3*x3\ntextual =~ x4 + l5*x5 + l6*x6\nspeed =~ x7 + l8*x8 + l9*x9\n"

# Model, data, function, constraints that hold as equations at the minimum (as functions of the labelled parameters), options.
cases <- list(
  indirect_is_direct = list(paste0(democracy, "c == a*b\nind := a*b\ntotal := c + ind"), pd, "sem",
    function(x) x["c"] - x["a"] * x["b"]),
  inequality_active = list(paste0(democracy, "b < 0.8\nc > 0\nind := a*b"), pd, "sem", function(x) x["b"] - 0.8),
  inequality_inactive = list(paste0(democracy, "b < 2\nc > -1"), pd, "sem", NULL),
  observed_information = list(paste0(democracy, "c == a*b\nb < 0.7"), pd, "sem",
    function(x) c(x["c"] - x["a"] * x["b"], x["b"] - 0.7), information = "observed", meanstructure = TRUE),
  reliabilities = list(paste0(three, "visual ~~ v*visual\nspeed ~~ s*speed\nx2 ~~ e2*x2\nx8 ~~ e8*x8
rel2 := l2^2*v/(l2^2*v + e2)\nrel8 := l8^2*s/(l8^2*s + e8)\nrel8 == rel2\ne2 > 0"), hs, "cfa",
    function(x) x["l8"]^2 * x["s"] / (x["l8"]^2 * x["s"] + x["e8"]) - x["l2"]^2 * x["v"] / (x["l2"]^2 * x["v"] + x["e2"])),
  with_linear = list(paste0(three, "l2 == l3\nl5 + l6 == 2*l8\nl9 == exp(l2) - 1\nl5 < 1.05"), hs, "cfa",
    function(x) c(x["l2"] - x["l3"], x["l5"] + x["l6"] - 2 * x["l8"], x["l9"] - exp(x["l2"]) + 1, x["l5"] - 1.05)),
  groups = list("visual =~ x1 + c(p, q)*x2 + x3\nspeed =~ x7 + x8 + x9\np < 0.5*q\nspeed ~ c(r, t)*visual\nt == r^2",
    hs, "sem", function(x) c(x["p"] - 0.5 * x["q"], x["t"] - x["r"]^2), group = "school"),
  regression = list("x9 ~ b1*x8 + b2*x7 + b3*x4\nb1 == (b2 + b3)^2\nb2 < 0.25", hs, "sem",
    function(x) c(x["b1"] - (x["b2"] + x["b3"])^2, x["b2"] - 0.25))
)

labelled <- function(fit) { p <- parTable(fit); p <- p[p$free > 0 & p$label != "", ]; list(names = p$label, at = p$free) }
fixed_x <- function(fit) lavInspect(fit, "fixed.x")

one <- function(case) {
  options <- case[-(1:4)]
  holds <- case[[4]]
  run <- function(...) suppressWarnings(do.call(case[[3]],
    modifyList(c(list(model = case[[1]], data = case[[2]], optim.force.converged = TRUE), options), list(...))))
  fit <- run()
  labels <- labelled(fit)
  of <- function(x) if (is.null(holds)) numeric(0) else { y <- x[labels$at]; names(y) <- labels$names; unname(holds(y)) }
  x <- as.vector(coef(fit)); free <- parTable(fit)$free
  for (i in 1:6) {
    g <- as.vector(lavInspect(fit, "gradient")); H <- unclass(lavInspect(fit, "hessian"))
    c <- of(x)
    A <- if (length(c)) numDeriv::jacobian(of, x) else matrix(0, 0, length(x))
    lambda <- if (length(c)) as.vector(qr.solve(t(A), g)) else numeric(0)
    residual <- max(abs(g - as.vector(t(A) %*% lambda)), abs(c))
    L <- H
    for (k in seq_along(c)) L <- L - lambda[k] * numDeriv::hessian(function(y) of(y)[k], x)
    d <- if (length(c)) { n <- length(x); m <- length(c)
      solve(rbind(cbind(L, t(A)), cbind(A, matrix(0, m, m))), -c(g, c))[1:n] } else -solve(L, g)
    x <- x + d
    start <- fit
    start@ParTable$est[free > 0] <- x[free[free > 0]]
    fit <- run(start = start, optim.method = "none", fixed.x = fixed_x(fit))
  }
  stopifnot(residual < 1e-9)
  p <- parTable(fit); keep <- p$op %in% c("=~", "~", "~~", "~1", ":=")
  measures <- fitMeasures(fit)
  list(model = case[[1]], data = if (identical(case[[2]], hs)) "hs" else "pd", `function` = case[[3]], options = options,
    multipliers = if (length(of(x))) lambda else NULL, residual = residual,
    rows = lapply(which(keep), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$group[i], p$est[i], p$se[i])),
    fit = as.list(measures[c("npar", "fmin", "chisq", "df", "cfi", "rmsea")]))
}
result <- lapply(cases, one)
for (n in names(result)) cat(n, result[[n]]$residual, result[[n]]$multipliers, "\n")

bounded <- list(
  cfa = list("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ntextual ~ visual\nx1 ~~ x9\nspeed ~~ lower(0.2)*visual + upper(3)*visual", "sem"),
  standardized = list("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\ntextual ~ visual", "cfa", std.lv = TRUE),
  second_order = list("visual =~ x1+lower(0.5)*x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ng =~ visual+textual+speed\nageyr ~ g\nx1 ~~ lower(0.3)*x1", "sem"),
  markers = list("f =~ NA*x1 + 1*x2 + x3\ng =~ 1*x4 + x5 + x2\nh =~ 1*x7 + 1*x8 + x9", "cfa"),
  groups = list("visual =~ x1 + x2 + x3", "cfa", group = "school"),
  growth = list("i =~ 1*x1 + 1*x2 + 1*x3\ns =~ 0*x1 + 1*x2 + 2*x3", "growth"),
  random_x = list("x1 ~ x2 + x3", "sem", fixed.x = FALSE),
  wishart = list("f =~ x1 + x2 + x3", "cfa", likelihood = "wishart")
)
intervals <- function(case) {
  of <- function(set) {
    fit <- suppressWarnings(do.call(case[[2]], c(list(model = case[[1]], data = hs, bounds = set, do.fit = FALSE), case[-(1:2)])))
    p <- as.data.frame(unclass(parTable(fit)), stringsAsFactors = FALSE); p <- p[p$free > 0, ]
    lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$group[i],
      if (is.finite(p$lower[i])) p$lower[i] else NULL, if (is.finite(p$upper[i])) p$upper[i] else NULL))
  }
  sets <- c("standard", "wide", "pos.var", "pos.ov.var", "pos.lv.var")
  list(model = case[[1]], `function` = case[[2]], options = case[-(1:2)], sets = setNames(lapply(sets, of), sets))
}
# Bounded fits: nlminb keeps to bounds exactly, so that lavaan's figures are good as they are.
nine <- paste0("x", 1:9, collapse = " + ")
heywood <- list(
  bifactor = list(paste0("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ng =~ ", nine), orthogonal = TRUE, std.lv = TRUE, bounds = "pos.var"),
  upper = list("visual =~ x1 + upper(0.4)*x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~~ upper(0.3)*textual")
)
bounded_fit <- function(case) {
  fit <- suppressWarnings(do.call("cfa", c(list(model = case[[1]], data = hs), case[-1])))
  p <- parTable(fit); p <- p[p$op %in% c("=~", "~~"), ]
  list(model = case[[1]], options = case[-1], fit = as.list(fitMeasures(fit)[c("fmin", "chisq", "df")]),
    rows = lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$est[i], p$se[i])))
}
writeLines(toJSON(list(constrained = result, intervals = lapply(bounded, intervals), bounded = lapply(heywood, bounded_fit)),
  auto_unbox = TRUE, digits = 12, null = "null"), "lavaan_constraints.json")
