# Figures of lavaan 0.6-14 for the models of two levels in lavaan_two_level.json, and the simulated data they are of.
# Rscript lavaan_two_level.R, in this folder.
suppressMessages(library(lavaan))
set.seed(20240607)
clusters <- 90
sizes <- sample(2:9, clusters, replace = TRUE)
id <- rep(seq_len(clusters), sizes)
n <- length(id)
g <- rep(c("a", "b"), length.out = clusters)[id]
w <- rnorm(clusters)
fb <- 0.5 * w + rnorm(clusters, sd = 0.8)
fw <- rnorm(n)
x <- 1 + rnorm(n)
v <- 0.6 * rnorm(clusters)[id] + rnorm(n)           # varies at both levels
eta <- 0.4 * x + 0.3 * v + fw
y <- sapply(c(1, 0.8, 1.2, 0.9), function(l) l * eta + l * fb[id] + 0.35 * rnorm(clusters)[id] + rnorm(n, sd = 0.9))
y <- sweep(y, 2, c(0.5, 1, 1.5, 2), "+")
y[, 4] <- y[, 4] + rexp(n) - 1                       # not normal
centred <- round(x - ave(x, g), 3)                   # means exactly 0 in both groups, see below
for (k in unique(g)) { first <- which(g == k)[1]; centred[first] <- round(centred[first] - sum(centred[g == k]), 3) }
data <- data.frame(id, g, round(y, 3), x = round(x, 3), c = centred, v = round(v, 3), w = round(w[id], 3))
names(data)[3:6] <- paste0("y", 1:4)
write.csv(data, "clusters.csv", row.names = FALSE, quote = FALSE)
gaps <- data
for (k in paste0("y", 1:4)) gaps[[k]][runif(n) < 0.12] <- NA
gaps$y1[gaps$id == 7] <- NA
lost <- rowSums(is.na(gaps[paste0("y", 1:4)])) == 4
gaps$y2[lost] <- data$y2[lost]
write.csv(gaps, "gaps.csv", row.names = FALSE, quote = FALSE, na = "")

two <- function(within, between) paste0("level: 1\n", within, "\nlevel: 2\n", between)
# In clusters' scores lavaan leaves out that parameters move means within clusters, which is felt where a covariate within
# clusters has another mean than 0: robust figures are compared with a covariate whose mean is 0.
centred_model <- two("fw =~ y1 + y2 + y3 + y4\nfw ~ c", "fb =~ y1 + y2 + y3 + y4\nfb ~ w")
sem_model <- two("fw =~ y1 + y2 + y3 + y4\nfw ~ x", "fb =~ y1 + y2 + y3 + y4\nfb ~ w")
in_groups <- function(within, between) paste0("group: ", c("a", "b"), "\n", two(within, between), collapse = "\n")
saturated <- function(within, between, both) {
  pairs <- function(v) paste(sapply(seq_along(v), function(i) paste(v[i], "~~", paste(v[i:length(v)], collapse = " + "))), collapse = "\n")
  two(paste0(pairs(within), "\n", paste0(setdiff(within, both), " ~ 1", collapse = "\n")), pairs(between))
}
ys <- paste0("y", 1:4)
cases <- list(
  sem_ml = list(model = sem_model, data = "clusters", args = list()),
  sem_mlr = list(model = centred_model, data = "clusters", args = list(estimator = "MLR")),
  sem_expected = list(model = sem_model, data = "clusters", args = list(information = "expected")),
  equal_loadings = list(model = two("fw =~ y1 + a*y2 + b*y3 + c*y4\nfw ~~ vw*fw", "fb =~ y1 + a*y2 + b*y3 + c*y4\nfb ~~ vb*fb\nicc := vb/(vb + vw)"),
                        data = "clusters", args = list()),
  saturated_between_mlr = list(model = two("fw =~ y1 + y2 + y3 + y4", "y1 ~~ y1 + y2 + y3 + y4\ny2 ~~ y2 + y3 + y4\ny3 ~~ y3 + y4\ny4 ~~ y4"),
                        data = "clusters", args = list(estimator = "MLR")),
  random_covariate = list(model = two("y1 ~ v + x\ny2 ~ y1", "y1 ~ v + w"), data = "clusters", args = list(fixed.x = FALSE)),
  groups_ml = list(model = in_groups("fw =~ y1 + y2 + y3 + y4\nfw ~ x", "fb =~ y1 + y2 + y3 + y4\nfb ~ w"), data = "clusters", args = list(group = "g")),
  fiml = list(model = sem_model, data = "gaps", args = list(missing = "ml")),
  fiml_no_x = list(model = two("fw =~ y1 + y2 + y3 + y4", "fb =~ y1 + y2 + y3 + y4"), data = "gaps", args = list(missing = "ml"))
)
# The optimiser stops at gradients near 1e-6: Newton steps from there, with the gradient and Hessian that lavaan reports.
gradient_of <- function(fit) {
  g <- as.vector(lavInspect(fit, "gradient")); A <- fit@Model@ceq.JAC
  K <- if (NROW(A) == 0) diag(length(g)) else MASS::Null(t(A))
  list(step = as.vector(K %*% solve(t(K) %*% unclass(lavInspect(fit, "hessian")) %*% K, t(K) %*% g)), size = max(abs(t(K) %*% g)))
}
polished <- function(fit, arguments) {
  arguments$fixed.x <- lavInspect(fit, "fixed.x")
  for (k in 1:2) {
    table <- parTable(fit); free <- table$free
    table$ustart[free > 0] <- table$est[free > 0] - gradient_of(fit)$step[free[free > 0]]
    table$est <- table$se <- table$start <- NULL
    fit <- do.call("lavaan", c(list(table), arguments, optim.method = "none"))
  }
  fit
}
out <- list()
for (name in names(cases)) {
  case <- cases[[name]]
  arguments <- c(list(if (case$data == "gaps") gaps else data, cluster = "id"), case$args)
  first <- do.call("sem", c(list(case$model), arguments))
  # A refit of incomplete data at given values loses the moments of x and the saturated model.
  fit <- if (is.null(case$args$missing)) polished(first, arguments) else first
  stopifnot(gradient_of(fit)$size < if (is.null(case$args$missing)) 1e-11 else 1e-5)
  table <- parameterEstimates(fit, remove.nonfree = FALSE)
  column <- function(n, default) if (is.null(table[[n]])) rep(default, nrow(table)) else table[[n]]
  rows <- lapply(seq_len(nrow(table)), function(i) list(table$lhs[i], table$op[i], table$rhs[i], column("group", 1L)[i],
                 column("level", 1L)[i], signif(table$est[i], 10), signif(table$se[i], 10)))
  measures <- fitMeasures(first)  # flat at the optimum
  keep <- intersect(c("npar", "fmin", "chisq", "df", "pvalue", "chisq.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df",
    "baseline.chisq.scaling.factor", "cfi", "tli", "logl", "unrestricted.logl", "aic", "bic", "bic2", "rmsea", "rmsea.ci.upper",
    "srmr", "srmr_within", "srmr_between", "scaling.factor.h1", "scaling.factor.h0"), names(measures))
  measures <- as.list(signif(unclass(measures)[keep], 12))
  measures <- measures[!sapply(measures, is.na)]
  icc <- lavInspect(fit, "icc")
  standard <- standardizedSolution(fit)
  out[[name]] <- list(model = case$model, data = case$data, args = case$args, rows = rows, fit = measures,
                      std = lapply(which(standard$op != ":="), function(i) c(signif(standard$est.std[i], 10), signif(standard$se[i], 10))),
                      icc = if (is.list(icc)) NULL else as.list(signif(unclass(icc), 8)))
  cat(name, measures$chisq, measures$logl, gradient_of(fit)$size, "\n")
}
# The saturated models by lavaan's optimiser: the log-likelihood that its EM stops short of.
free <- function(within, between, both, ...) {
  arguments <- list(cluster = "id", auto.var = TRUE, int.ov.free = TRUE, fixed.x = FALSE, meanstructure = TRUE, ...)
  as.numeric(logLik(polished(do.call("lavaan", c(list(saturated(within, between, both)), arguments)), arguments)))
}
out$saturated <- list(
  clusters = free(c(ys, "x"), c(ys, "w"), ys, data = data),
  gaps = free(c(ys, "x"), c(ys, "w"), ys, data = gaps, missing = "ml"))
print(out$saturated)
# Two groups of 119 and 341 cases with parameters that are equal across them: lavaan weights groups by n_g/N once more and
# stops beside the optimum; this is the log-likelihood that it reaches.
data$part <- ifelse(data$id <= 22, "a", "b")
across <- in_groups("fw =~ y1 + a*y2 + b*y3 + y4\nfw ~ c", "fb =~ y1 + y2 + y3 + y4\nfb ~ s*w")
out$across_groups <- list(model = across, logl = as.numeric(logLik(sem(across, data, cluster = "id", group = "part"))))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, na = "null"), "lavaan_two_level.json")
