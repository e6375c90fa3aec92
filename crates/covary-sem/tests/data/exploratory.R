# Makes exploratory.json with lavaan 0.6-14, used as a program: Rscript exploratory.R (from this folder).
# The rotation goes to a gradient of 1e-6 or, where lavaan does not get there within a minute, of its default 1e-5; the
# estimation to a relative change of 1e-12 where lavaan's optimiser lets it. tolerance: 20 times that gradient, and
# 100 times where the criterion is flat (Bentler's), lavaan has a step of its own before (promax) or ends at default
# settings in a flat likelihood (two blocks).
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
HS <- read.csv("../../../../tests/data/holzinger_swineford_1939.csv")
three <- "efa('a')*f1 + efa('a')*f2 + efa('a')*f3 =~ x1+x2+x3+x4+x5+x6+x7+x8+x9"
two <- "efa('a')*f1 + efa('a')*f2 =~ x1+x2+x3+x4+x5+x6"
target <- matrix(c(1,1,1,0,0,0,0,0,0, 0,0,0,1,1,1,0,0,0, 0,0,0,0,0,0,1,1,1), 9, 3)
case <- function(model, ..., args = list()) list(model = model, options = list(...), args = args)
rotations <- c("geomin", "oblimin", "quartimin", "varimax", "cf-quartimax", "cf-varimax", "cf-equamax", "cf-parsimax", "cf-facparsim",
  "bentler", "infomax", "entropy", "mccammon", "tandem1", "tandem2", "promax", "bigeomin", "none")
cases <- lapply(setNames(rotations, rotations), function(r) case(three, rotation = r))
cases <- c(cases, list(
  geomin_orthogonal = case(three, rotation = "geomin", args = list(orthogonal = TRUE)),
  geomin_epsilon = case(three, rotation = "geomin", args = list(geomin.epsilon = 0.01)),
  oblimin_gamma = case(three, rotation = "oblimin", args = list(oblimin.gamma = -0.5)),
  oblimin_kaiser = case(three, rotation = "oblimin", args = list(row.weights = "kaiser")),
  oblimin_cm = case(three, rotation = "oblimin", args = list(row.weights = "cureton-mulaik")),
  varimax_cm = case(three, rotation = "varimax", args = list(row.weights = "cureton-mulaik")),
  oblimin_raw = case(three, rotation = "oblimin", args = list(std.ov = FALSE)),
  squares = case(three, rotation = "geomin", args = list(order.lv.by = "sumofsquares")),
  target = case(three, rotation = "target", args = list(target = target)),
  pst = case(three, rotation = "pst", args = list(target = target, target.mask = 1 * (target == 0))),
  observed = case(three, rotation = "geomin", information = "observed"),
  mlr = case(three, rotation = "geomin", estimator = "MLR"),
  gls = case(three, rotation = "geomin", estimator = "GLS"),
  means = case(three, rotation = "geomin", meanstructure = TRUE),
  outcome = case(paste0(two, "\nf3 =~ x7 + x8 + x9\nf3 ~ f1 + f2"), rotation = "geomin"),
  covariate = case(paste0(two, "\nf1 + f2 ~ x7 + x8\nx1 ~ x9"), rotation = "geomin"),
  beside = case(paste0(two, "\nf3 =~ x7 + x8 + x9"), rotation = "oblimin"),
  two_blocks = case("efa('a')*f1 + efa('a')*f2 =~ x1+x2+x3+x4+x5+x6\nefa('b')*g1 + efa('b')*g2 =~ x7+x8+x9+x2+x5", rotation = "geomin"),
  groups = case(two, rotation = "geomin", group = "school"),
  one_factor = case("efa('a')*f1 =~ x1+x2+x3", rotation = "geomin")))

one <- function(name) {
  case <- cases[[name]]
  # lavaan's optimiser reports tighter tolerances as false convergence in some models: then its defaults.
  for (way in list(list(1e-6, list(rel.tol = 1e-12)), list(1e-6, list()), list(1e-5, list()))) {
    gpa.tol <- way[[1]]; control <- way[[2]]
    args <- c(list(rstarts = if (is.null(case$args$target)) 5 else 100, gpa.tol = gpa.tol), case$args)
    setTimeLimit(elapsed = 60, transient = TRUE)
    fit <- try(suppressWarnings(do.call("sem", c(list(model = case$model, data = HS, rotation.args = args, control = control), case$options))), silent = TRUE)
    setTimeLimit(elapsed = Inf)
    done <- !inherits(fit, "try-error") && lavInspect(fit, "converged")
    if (done) break
  }
  if (!done) { cat(name, "not converged\n"); return(NULL) }
  cat(gpa.tol, "")
  cat(name, "\n")
  p <- parTable(fit)
  options <- case$options
  given <- case$args
  if (!is.null(given$target)) { given$target <- NULL; given$target.mask <- NULL }
  if (length(given)) options$rotation.args <- given
  rows <- lapply(which(p$group > 0 & !(p$op == "~~" & p$lhs == p$rhs & p$free == 0) & !(p$op == "~1" & p$free == 0)), function(i)
    list(p$lhs[i], p$op[i], p$rhs[i], p$group[i], round(p$est[i], 8), if (is.na(p$se[i]) || p$se[i] == 0) NULL else round(p$se[i], 8)))
  list(model = case$model, options = options, tolerance = (if (name %in% c("bentler", "promax", "two_blocks")) 100 else 20) * gpa.tol, targeted = !is.null(case$args$target),
    chisq = fitMeasures(fit, "chisq")[[1]], df = fitMeasures(fit, "df")[[1]], npar = max(p$free), rows = rows)
}
result <- Filter(Negate(is.null), lapply(setNames(names(cases), names(cases)), one))
writeLines(toJSON(result, auto_unbox = TRUE, digits = 10, null = "null"), "exploratory.json")
