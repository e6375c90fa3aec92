# Makes lavaan_options.json with lavaan 0.6-14 and semTools 0.5-6 from ../incomplete/cases.csv: Rscript lavaan_options.R (from
# this folder). Both are used as programs. What neither gives is computed from their figures, as said at each.
suppressMessages({library(lavaan); library(semTools); library(jsonlite); library(numDeriv)})
stopifnot(packageVersion("lavaan") == "0.6.14")
d <- read.csv("../incomplete/cases.csv")
factors <- "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6"
path <- "y4 ~ y1 + x2\ny1 ~ x1 + x2\ny5 ~ y4"
mixed <- "f =~ y1 + y2 + y3\nf ~ b*x1\ny5 ~ a*f + y6\nind := a*b"
all <- list()

rows <- function(pe, without = character()) {
  pe <- pe[!(pe$lhs %in% without | pe$rhs %in% without) & pe$op %in% c("=~", "~", "~~", "~1", "%", ":="), ]
  if (is.null(pe$group)) pe$group <- 1
  pe$group[pe$op == ":="] <- 0
  pe$rhs[pe$op == "~1"] <- ""
  data.frame(lhs = pe$lhs, op = sub("~1", "~ 1", pe$op), rhs = pe$rhs, group = pe$group, est = pe$est, se = pe$se)
}
keep <- function(name, model, fun, options, fit, rows, mi = NULL)
  all[[name]] <<- list(model = model, `function` = fun, options = options, fit = fit, rows = rows, mi = mi)
# What a model beside auxiliary variables shares with the one that semTools fits: not what counts all variables.
shared <- c("chisq", "df", "pvalue", "chisq.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df",
  "baseline.chisq.scaled", "cfi", "tli", "cfi.scaled", "tli.scaled", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper",
  "rmsea.pvalue", "rmsea.scaled", "rmsea.robust", "rmsea.ci.upper.robust", "logl", "unrestricted.logl", "mfi", "nfi", "ifi")
some <- function(fit, names) { names <- intersect(names, names(fit)); as.list(fit[names]) }

# --- auxiliary variables: semTools, its baseline beside them; SRMR and CRMR of the model's own variables from the moments;
# robust CFI from the robust RMSEA of the model and of that baseline (lavaan takes another baseline there).
residuals_of <- function(f, own) {
  n <- if (lavInspect(f, "ngroups") > 1) lavInspect(f, "nobs") else lavInspect(f, "ntotal")
  one <- function(h, im) {
    o <- match(own, lavNames(f, "ov")); S <- h$cov[o, o]; G <- im$cov[o, o]; s <- sqrt(diag(S))
    m <- (h$mean[o] - im$mean[o]) / s; l <- lower.tri(S, TRUE); k <- length(own)
    c(srmr = sqrt((sum((((S - G) / outer(s, s))[l])^2) + sum(m^2)) / (k * (k + 1) / 2 + k)),
      crmr = sqrt((sum(((cov2cor(S) - cov2cor(G))[lower.tri(S)])^2) + sum(m^2)) / (k * (k - 1) / 2 + k)))
  }
  h <- lavTech(f, "h1"); im <- lavTech(f, "implied")
  each <- sapply(seq_along(h), function(g) one(h[[g]], im[[g]]))
  as.vector(each %*% (n / sum(n)))
}
# lavaan keeps covariances among exogenous variables in the baseline of a model, semTools does not: where there are some, the
# baseline is fitted as a model of its own.
baseline_of <- function(f, own, aux, x) {
  if (length(x) == 0) return(f@external$baseline.model)
  text <- c(paste(own, "~~", own), combn(x, 2, paste, collapse = " ~~ "), paste(c(own, aux), "~ 1"),
    sapply(aux, function(a) paste(a, "~~", paste(c(aux[match(a, aux):length(aux)], own), collapse = " + "))))
  lavaan(paste(text, collapse = "\n"), d, missing = "ml", em.h1.tol = 1e-12, em.h1.iter.max = 5000)
}
auxiliary_case <- function(name, model, fun, aux, ..., x = character()) {
  f <- suppressWarnings(auxiliary(model, data = d, aux = aux, fun = fun, em.h1.tol = 1e-12, em.h1.iter.max = 5000, ...))
  own <- setdiff(lavNames(f, "ov"), aux)
  b <- baseline_of(f, own, aux, x)
  measures <- suppressWarnings(fitMeasures(f, baseline.model = b))
  noncentral <- function(x) fitMeasures(x, "rmsea.robust")^2 * fitMeasures(x, "df")
  resid <- residuals_of(f, own)
  fit <- c(some(measures, shared), npar = fitMeasures(f, "npar")[[1]] - with(parTable(f),
    sum(free > 0 & (lhs %in% aux | rhs %in% aux))), srmr = resid[1], crmr = resid[2],
    cfi.robust = as.numeric(1 - noncentral(f) / noncentral(b)))
  mi <- modindices(f); mi <- mi[!(mi$lhs %in% aux | mi$rhs %in% aux), ]
  if (is.null(mi$group)) mi$group <- 1
  mi <- mi[mi$group == 1, ] # those of further groups are wrong: see oracle_defects.md
  options <- c(list(missing = "ml", aux = aux, fixed.x = FALSE), list(...))
  keep(name, model, fun, options, fit, rows(parameterEstimates(f), aux),
    data.frame(lhs = mi$lhs, op = mi$op, rhs = mi$rhs, group = mi$group, mi = mi$mi, epc = mi$epc))
}
auxiliary_case("aux", factors, "cfa", c("z", "x2"))
auxiliary_case("aux_mlr", factors, "cfa", c("z", "x2"), estimator = "MLR")
auxiliary_case("aux_groups", factors, "cfa", "z", group = "school", group.equal = "loadings")
auxiliary_case("aux_path", path, "sem", c("z", "y6"), x = c("x1", "x2"))

# --- two stages: moments and their covariance matrix from lavaan's saturated model of all variables, then lavaan with both.
two_stage <- function(name, missing, robust, aux) {
  v <- c(paste0("y", 1:6), aux); p <- 6
  k <- length(v)
  saturated <- paste(c(sapply(1:k, function(i) paste(v[i], "~~", paste(v[i:k], collapse = "+"))), paste(v, "~1")), collapse = "\n")
  s <- suppressWarnings(lavaan(saturated, d, missing = "ml", fixed.x = FALSE, estimator = if (robust) "MLR" else "ML",
    information = "observed", em.h1.tol = 1e-12, em.h1.iter.max = 5000, control = list(rel.tol = 1e-13)))
  pt <- parTable(s); n <- lavInspect(s, "ntotal"); im <- lavInspect(s, "implied")
  at <- function(i, j) which(pt$op == "~~" & ((pt$lhs == v[i] & pt$rhs == v[j]) | (pt$lhs == v[j] & pt$rhs == v[i])))
  order <- c(sapply(1:p, function(i) which(pt$lhs == v[i] & pt$op == "~1")), unlist(lapply(1:p, function(j) sapply(j:p, function(i) at(i, j)))))
  omega <- n * vcov(s)[pt$free[order], pt$free[order]]
  f <- cfa(factors, sample.cov = im$cov[v[1:p], v[1:p]], sample.mean = im$mean[v[1:p]], sample.nobs = n, sample.cov.rescale = FALSE,
    NACOV = omega, meanstructure = TRUE, estimator = "MLM", h1.information = "unstructured")
  m <- fitMeasures(f)
  # The baseline, too, with the right covariance matrix of the moments.
  keep(name, factors, "cfa", list(missing = missing, aux = aux), some(m, c("chisq", "df", "chisq.scaled", "chisq.scaling.factor",
    "baseline.chisq", "baseline.chisq.scaled", "cfi", "cfi.scaled", "cfi.robust", "rmsea", "rmsea.robust", "srmr", "npar")),
    rows(parameterEstimates(f)))
}
two_stage("aux_two_stage", "two.stage", FALSE, c("z", "x2"))
two_stage("aux_robust_two_stage", "robust.two.stage", TRUE, c("z", "x2"))

# --- group frequencies. lavaan's chi-square leaves out the misfit of frequencies that are constrained, which is added here:
# 2 sum n ln(n/m) - 2 sum (n - m).
weights_case <- function(name, model, ...) {
  f <- cfa(model, d, group = "school", group.w.free = TRUE, ...)
  m <- fitMeasures(f); pe <- parameterEstimates(f)
  n <- lavInspect(f, "nobs"); expected <- exp(pe$est[pe$op == "%"])
  misfit <- 2 * sum(n * log(n / expected) - n + expected)
  fit <- if (misfit < 1e-6) some(m, c("npar", "chisq", "df", "chisq.scaled", "baseline.chisq", "baseline.df", "cfi", "rmsea", "logl",
    "aic", "bic", "srmr", "gfi", "agfi")) else list(npar = m[["npar"]], df = m[["df"]], chisq = m[["chisq"]] + misfit)
  keep(name, model, "cfa", c(list(group = "school", group.w.free = TRUE), list(...)), fit, rows(pe))
}
weights_case("weights", factors)
weights_case("weights_mlr", factors, estimator = "MLR")
weights_case("weights_share", paste(factors, "\ngroup % c(w1, w2)*w\nshare := exp(w1)/(exp(w1) + exp(w2))"))
weights_case("weights_equal", paste(factors, "\ngroup % c(w1, w2)*w\nw1 == w2"))
weights_case("weights_tied", paste(factors, "\ngroup % c(w1, w2)*w\nw1 == w2 + 0.1"), group.equal = "loadings")

# --- models of correlations: estimates and standard errors of the model of covariances in the scale in which observed variables
# have variance 1 and factors the unit of their marker, by the delta method; chi-square and measures from lavaan's own
# correlation = TRUE where it converges, which it does for the factor model alone.
scale_free <- function(model, fun, std.lv = FALSE) {
  f <- fun(model, d, fixed.x = FALSE, std.lv = std.lv); pt <- parTable(f)
  estimates <- function(theta) {
    p <- pt; p$est[p$free > 0] <- theta[p$free[p$free > 0]]
    ov <- lavNames(f, "ov"); lv <- lavNames(f, "lv"); v <- c(ov, lv)
    B <- matrix(0, length(v), length(v), dimnames = list(v, v)); P <- B
    for (i in which(p$op %in% c("=~", "~", "~~"))) switch(p$op[i], "=~" = B[p$rhs[i], p$lhs[i]] <- p$est[i],
      "~" = B[p$lhs[i], p$rhs[i]] <- p$est[i], "~~" = P[p$lhs[i], p$rhs[i]] <- P[p$rhs[i], p$lhs[i]] <- p$est[i])
    A <- solve(diag(length(v)) - B); S <- A %*% P %*% t(A); unit <- setNames(rep(1, length(v)), v); unit[ov] <- sqrt(diag(S))[seq_along(ov)]
    for (l in lv) { marker <- p$rhs[p$lhs == l & p$op == "=~" & p$free == 0]; if (length(marker)) unit[l] <- unit[marker[1]] }
    r <- which(p$op %in% c("=~", "~", "~~"))
    value <- sapply(r, function(i) switch(p$op[i], "=~" = p$est[i] * unit[[p$lhs[i]]] / unit[[p$rhs[i]]],
      "~" = p$est[i] * unit[[p$rhs[i]]] / unit[[p$lhs[i]]], "~~" = p$est[i] / (unit[[p$lhs[i]]] * unit[[p$rhs[i]]])))
    if (any(p$op == ":=")) c(value, prod(value[p$label[r] %in% c("a", "b")])) else value
  }
  theta <- coef(f); J <- jacobian(estimates, theta); V <- J %*% vcov(f) %*% t(J); r <- pt$op %in% c("=~", "~", "~~", ":=")
  list(f = f, rows = data.frame(lhs = pt$lhs[r], op = pt$op[r], rhs = ifelse(pt$op[r] == ":=", "", pt$rhs[r]),
    group = ifelse(pt$op[r] == ":=", 0, 1), est = estimates(theta), se = sqrt(pmax(diag(V), 0))))
}
one <- scale_free(factors, cfa)
keep("correlation", factors, "cfa", list(correlation = TRUE), some(fitMeasures(cfa(factors, d, correlation = TRUE)), c("npar", "chisq", "df",
  "baseline.chisq", "cfi", "rmsea", "srmr", "crmr", "logl", "aic", "bic")), one$rows)
keep("correlation_std_lv", factors, "cfa", list(correlation = TRUE, std.lv = TRUE), list(), scale_free(factors, cfa, TRUE)$rows)
two <- scale_free(mixed, sem)
keep("correlation_mixed", mixed, "sem", list(correlation = TRUE), some(fitMeasures(two$f), c("chisq", "df", "baseline.chisq", "cfi", "rmsea",
  "srmr", "crmr")), two$rows)

# --- the rest: lavaan as it is.
plain <- function(name, ..., fm = list()) {
  arguments <- list(...)
  f <- do.call("cfa", c(list(factors, d), arguments))
  keep(name, factors, "cfa", c(arguments, fm), some(fitMeasures(f, fm.args = fm), c("npar", "chisq", "df", "pvalue", "chisq.scaled",
    "chisq.scaling.factor", "baseline.chisq", "baseline.chisq.scaled", "cfi", "cfi.scaled", "cfi.robust", "tli.robust", "rmsea", "rmsea.ci.upper",
    "rmsea.scaled", "rmsea.robust", "cn_05", "ecvi", "mfi", "logl", "aic", "srmr")), rows(parameterEstimates(f)))
}
plain("ridge", ridge = TRUE, ridge.constant = .1)
plain("ridge_wishart", ridge = TRUE, ridge.constant = .1, likelihood = "wishart")
plain("ridge_mlr", ridge = TRUE, ridge.constant = .1, estimator = "MLR", group = "school")
plain("scaled_residual_test", test = "satorra.bentler", scaled.test = "browne.residual.nt.model")
plain("shifted_residual_test", test = c("standard", "browne.residual.nt", "scaled.shifted"), scaled.test = "browne.residual.nt")
plain("standard_residual_test", test = c("standard", "browne.residual.adf"), fm = list(standard.test = "browne.residual.adf"))
plain("second_scaled_test", test = c("satorra.bentler", "scaled.shifted"), fm = list(scaled.test = "scaled.shifted"))
plain("meat", estimator = "MLR", h1.information.meat = "unstructured")
plain("meat_of_information", estimator = "MLR", h1.information = "unstructured")
plain("meat_apart", estimator = "MLR", h1.information = "unstructured", h1.information.meat = "structured")

write_json(all, "lavaan_options.json", digits = 10, auto_unbox = TRUE, na = "null", dataframe = "values")
