# Makes bootstrap.json with lavaan 0.6-14, used as a program: Rscript bootstrap.R (from this folder; about an hour).
# Means, standard deviations and quantiles of estimates and χ² over 4,000 resamples of each kind.
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") == "0.6.14")
HS <- read.csv("../../../../tests/data/holzinger_swineford_1939.csv")
PD <- read.csv("../../../../tests/data/political_democracy.csv")
factors <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
democracy <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + a*y2 + b*y3 + c*y4\ndem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
one <- function(name, fit, type, R = 4000) {
  set.seed(20240501)
  figures <- function(x) c(coef(x), as.numeric(fitMeasures(x, "chisq")))
  b <- suppressWarnings(bootstrapLavaan(fit, R = R, type = type, FUN = figures))
  b <- b[complete.cases(b), , drop = FALSE]
  chisq <- as.numeric(fitMeasures(fit, "chisq"))
  list(case = name, type = type, used = nrow(b), names = c(names(coef(fit)), "chisq"), mean = as.numeric(colMeans(b)),
       sd = as.numeric(apply(b, 2, sd)), p = mean(b[, ncol(b)] >= chisq))
}
fits <- list(hs = cfa(factors, HS), pd = sem(democracy, PD))
cases <- list()
for (name in names(fits)) for (type in c("bollen.stine", "parametric", "yuan"))
  cases[[length(cases) + 1]] <- one(name, fits[[name]], type)
write(toJSON(cases, digits = 8, auto_unbox = TRUE), "bootstrap.json")
