# Writes gparotation.json: for each criterion the best of 14 starts, loadings by rows, then factor correlations.
# Made with R 4.2.2 and GPArotation 2022.10-2: Rscript gparotation.R, in this folder.
library(GPArotation)
A <- as.matrix(read.csv("unrotated.csv", header = FALSE, comment.char = "#")); dimnames(A) <- NULL
p <- nrow(A); m <- ncol(A)
set.seed(1)
target <- matrix(0, p, m); for (i in 1:p) target[i, (i - 1) %/% 5 + 1] <- 0.7
mask <- 1 * (target == 0)
procrustes <- svd(t(A) %*% target)
starts <- c(list(diag(m), procrustes$u %*% t(procrustes$v)), lapply(1:12, function(i) Random.Start(m)))
best <- function(f, ...) {
  for (eps in c(1e-7, 1e-5)) {
    # A criterion without a minimum near a start makes GPArotation stop or print; such starts are left out, and criteria
    # without any. Some criteria do not get below 1e-7.
    found <- lapply(starts, function(T) try(suppressWarnings(f(A, Tmat = T, eps = eps, maxit = 3000, ...)), silent = TRUE))
    found <- Filter(function(r) !inherits(r, "try-error") && isTRUE(r$convergence), found)
    if (length(found)) break
  }
  if (!length(found)) return(NULL)
  value <- sapply(found, function(r) tail(r$Table[, 2], 1))
  r <- found[[which.min(value)]]
  list(eps = eps, value = min(value), loadings = signif(c(t(unclass(r$loadings))), 10), phi = signif(c(if (is.null(r$Phi)) diag(m) else r$Phi), 10))
}
members <- list(
  "geomin" = list(geominQ, delta = 0.001), "geomin orthogonal" = list(geominT, delta = 0.001),
  "quartimin" = list(quartimin), "oblimin" = list(oblimin, gam = -0.5),
  "cf-quartimax" = list(cfQ, kappa = 0), "cf-varimax" = list(cfQ, kappa = 1 / p), "cf-equamax" = list(cfQ, kappa = m / (2 * p)),
  "cf-parsimax" = list(cfQ, kappa = (m - 1) / (p + m - 2)), "cf-facparsim" = list(cfQ, kappa = 1), "cf" = list(cfQ, kappa = 0.3),
  "cf-varimax orthogonal" = list(cfT, kappa = 1 / p), "varimax" = list(Varimax), "quartimax" = list(quartimax),
  "bentler" = list(bentlerQ), "bentler orthogonal" = list(bentlerT), "oblimax" = list(oblimax), "entropy" = list(entropy),
  "mccammon" = list(mccammon), "infomax" = list(infomaxQ), "infomax orthogonal" = list(infomaxT),
  "tandem1" = list(tandemI), "tandem2" = list(tandemII), "simplimax" = list(simplimax),
  "biquartimin" = list(bifactorQ), "biquartimin orthogonal" = list(bifactorT),
  "target.strict" = list(targetQ, Target = target), "target.strict orthogonal" = list(targetT, Target = target),
  "pst" = list(pstQ, W = mask, Target = target), "pst orthogonal" = list(pstT, W = mask, Target = target))
result <- lapply(members, function(member) do.call(best, c(list(member[[1]]), member[-1])))
result <- Filter(Negate(is.null), result)
writeLines(jsonlite::toJSON(result, auto_unbox = TRUE, digits = 12), "gparotation.json")
for (n in names(result)) cat(n, result[[n]]$value, "\n")
